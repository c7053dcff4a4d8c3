//! `polyarch topology`: the machine of some `-smp` and `-numa` options as a drawing, without building it.

use std::io::IsTerminal;

use clap::{Args, ValueEnum};
use machine::config::MemConfig;
use topology::{Levels, Numa, NumaOption, SlotTable, SmpOptions, SmpRules, draw, hwloc, numa, smp, svg, tree::Tree};

use crate::fatal::Fatal;

/// What is drawn, and how.
#[derive(Args)]
pub(crate) struct TopologyArguments {
    /// Number and shape of CPUs, as in -smp sockets=2,dies=2,cores=2,threads=2
    #[arg(long, default_value = "1")]
    smp: String,
    /// A node, a distance or where CPUs sit, as in -numa node,cpus=0-7
    #[arg(long)]
    numa: Vec<String>,
    /// RAM, as in -m 1G
    #[arg(short, default_value = "128")]
    m: String,
    /// Form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Columns of the text at most
    #[arg(long, default_value_t = 100)]
    width: usize,
    /// Plain ASCII instead of box drawing characters
    #[arg(long)]
    ascii: bool,
    /// Equal boxes drawn at most; the others are counted
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(3..))]
    limit: u16,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Boxes for a terminal
    Text,
    /// A drawing for a browser
    Svg,
    /// XML for hwloc's tools
    Hwloc,
}

/// Prints the drawing.
///
/// # Errors
/// An option that is wrong, or a machine that can't be.
pub(crate) fn run(arguments: &TopologyArguments) -> Result<(), Fatal> {
    let tree = tree(arguments)?;
    let limit = usize::from(arguments.limit);
    let text = match arguments.format {
        Format::Text => {
            let style = draw::Style { width: arguments.width, ascii: arguments.ascii || !is_utf8(), limit };
            draw::draw(&tree, style)
        }
        Format::Svg => svg::svg(&tree, limit),
        Format::Hwloc => hwloc::xml(&tree),
    };
    crate::say(&text);
    if !text.ends_with('\n') && std::io::stdout().is_terminal() {
        crate::say("\n");
    }
    Ok(())
}

/// Whether the user's terminal shows box drawing characters; without a word about it most do.
fn is_utf8() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let locale = set("LC_ALL").or(set("LC_CTYPE")).or(set("LANG"));
    locale.is_none_or(|l| l.to_ascii_lowercase().replace('-', "").contains("utf8"))
}

fn tree(arguments: &TopologyArguments) -> Result<Tree, Fatal> {
    let target = &machine::targets::TARGETS[0];
    let board = machine::registry::find(target, "polyarch")?;
    let of = |option: &str, value: &str| format!("{option} {value}");
    let options = SmpOptions::parse(&arguments.smp).map_err(|e| Fatal::of(&of("-smp", &arguments.smp), e))?;
    let (smp, warnings) = smp::complete(&options, SmpRules::Strict, 1).map_err(|e| Fatal::new(e.to_string()))?;
    smp::check_limits(&smp, board.name, 1, board.max_cpus).map_err(|e| Fatal::new(e.to_string()))?;
    let mem = MemConfig::parse(&arguments.m, board).map_err(|e| Fatal::from(e.of_option(of("-m", &arguments.m))))?;
    let ram = mem.size.unwrap_or(board.default_ram);
    let mut slots = SlotTable::by_levels(&smp, Levels::ALL);
    let mut nodes = Numa::default();
    let context = numa::NumaContext { supported: true, maxcpus: smp.maxcpus, memdev_size: &|_| None };
    for text in &arguments.numa {
        let option = NumaOption::parse(text).map_err(|e| Fatal::of(&of("-numa", text), e))?;
        nodes.apply(&option, &mut slots, &context).map_err(|e| Fatal::of(&of("-numa", text), e))?;
    }
    let more = nodes.complete(ram, 23, numa::DefaultNode::Spread, &mut slots).map_err(|e| Fatal::new(e.to_string()))?;
    for warning in warnings.iter().chain(&more) {
        crate::say_error(&format!("polyarch: warning: {warning}"));
    }
    for (n, slot) in slots.slots.iter_mut().enumerate().take(smp.cpus as usize) {
        slot.occupant = Some(format!("cpu {n}"));
    }
    Ok(Tree::new("machine", ram, &smp, &slots, &nodes))
}
