//! The machine as a drawing in the terminal: boxes in boxes, never wider than asked for.

use crate::tree::{Tree, bytes, common_node};

/// How to draw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Columns at most; boxes that don't fit side by side go below each other. Single boxes are at least 12 wide.
    pub width: usize,
    /// Plain ASCII instead of box drawing characters.
    pub ascii: bool,
    /// Brothers drawn at most; the others are counted. At least 3.
    pub limit: usize,
}

impl Default for Style {
    fn default() -> Style {
        Style { width: 100, ascii: false, limit: 8 }
    }
}

/// A box of a picture: a title, a line of text, and boxes inside.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Block {
    pub(crate) title: String,
    /// The CPUs of a core: number and whether it is there.
    pub(crate) cpus: Vec<(u32, bool)>,
    pub(crate) children: Vec<Block>,
    /// Stands for so many boxes that are not drawn.
    pub(crate) skipped: usize,
}

/// The node in a title, unless the box around it says it already.
fn node_text(here: Option<u16>, outer: Option<u16>) -> String {
    match here {
        Some(node) if outer.is_none() => format!(" node {node}"),
        _ => String::new(),
    }
}

/// The boxes of a machine: sockets, dies where a socket has several, cores.
pub(crate) fn blocks(tree: &Tree, limit: usize) -> Vec<Block> {
    let single_die = tree.sockets.iter().all(|socket| socket.dies.len() == 1);
    let all = common_node(tree.threads().map(|(_, thread)| thread)).filter(|_| tree.nodes.len() == 1);
    let sockets = tree.sockets.iter().map(|socket| {
        let of_socket = common_node(socket.threads());
        let dies = socket.dies.iter().map(|die| {
            let of_die = common_node(die.threads());
            let outer = if single_die { all.or(of_socket) } else { all.or(of_socket).or(of_die) };
            let cores = die.cores.iter().map(|core| Block {
                title: format!("core {}{}", core.id, node_text(common_node(&core.threads), outer)),
                cpus: core.threads.iter().map(|thread| (thread.cpu, thread.present)).collect(),
                ..Block::default()
            });
            Block {
                title: format!("die {}{}", die.id, node_text(of_die, all.or(of_socket))),
                children: some_of(cores.collect(), limit),
                ..Block::default()
            }
        });
        let mut children: Vec<Block> = dies.collect();
        if single_die {
            children = children.pop().map(|die| die.children).unwrap_or_default();
        } else {
            children = some_of(children, limit);
        }
        Block { title: format!("socket {}{}", socket.id, node_text(of_socket, all)), children, ..Block::default() }
    });
    some_of(sockets.collect(), limit)
}

/// All of the list, or its beginning, a count, and its last.
fn some_of(mut list: Vec<Block>, limit: usize) -> Vec<Block> {
    let limit = limit.max(3);
    if list.len() <= limit {
        return list;
    }
    let tail = list.split_off(list.len() - 1);
    let skipped = list.split_off(limit - 2).len();
    list.push(Block { skipped, ..Block::default() });
    list.extend(tail);
    list
}

/// One line about the whole machine.
pub(crate) fn headline(tree: &Tree) -> String {
    let names = [("socket", "sockets"), ("die", "dies"), ("core", "cores"), ("thread", "threads")];
    let levels =
        tree.counts().into_iter().zip(names).map(|(n, (one, many))| format!("{n} {}", if n == 1 { one } else { many }));
    let (present, all) = (tree.present(), tree.threads().count());
    let cpus = match all {
        1 => "1 CPU".to_string(),
        _ if present == all => format!("{all} CPUs"),
        _ => format!("{present} of {all} CPUs"),
    };
    let nodes = match tree.nodes.len() {
        0 => String::new(),
        1 => ", 1 node".to_string(),
        n => format!(", {n} nodes"),
    };
    let shape =
        if all == 0 { "no CPU".to_string() } else { format!("{cpus} = {}", levels.collect::<Vec<_>>().join(" x ")) };
    format!("{}: {shape}{nodes}, {} RAM", tree.name, bytes(tree.ram))
}

/// The lines about nodes: memory, CPUs, distances.
pub(crate) fn node_lines(tree: &Tree) -> Vec<String> {
    let line = |(at, node): (usize, &crate::tree::TreeNode)| {
        let cpus: Vec<u32> =
            tree.threads().map(|(_, t)| t).filter(|t| t.node == Some(node.id) && t.present).map(|t| t.cpu).collect();
        let distances: Vec<String> = (0..tree.nodes.len()).map(|to| tree.distance(at, to).to_string()).collect();
        let cpus = if cpus.is_empty() { "none".to_string() } else { ranges(&cpus) };
        format!("node {}: {}, CPUs {cpus}, distances {}", node.id, bytes(node.mem), distances.join(" "))
    };
    tree.nodes.iter().enumerate().map(line).collect()
}

/// `0-3,5,8-9`.
fn ranges(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => runs.push((n, n)),
        }
    }
    let text = |&(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs.iter().map(text).collect::<Vec<_>>().join(",")
}

/// The characters of a frame: corners clockwise from top left, horizontal, vertical.
struct Frame([char; 6]);

const LINES: Frame = Frame(['┌', '┐', '┘', '└', '─', '│']);
const ASCII: Frame = Frame(['+', '+', '+', '+', '-', '|']);

/// The machine as text: a headline, boxes, and a line for each node. CPUs in parentheses are slots that are free.
pub fn draw(tree: &Tree, style: Style) -> String {
    let frame = if style.ascii { &ASCII } else { &LINES };
    let mut lines = wrap_words(&headline(tree), style.width);
    lines.extend(flow(&blocks(tree, style.limit), frame, style.width.max(12)));
    for line in node_lines(tree) {
        lines.extend(wrap_words(&line, style.width));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Breaks a text between words.
fn wrap_words(text: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match out.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => *line += &format!(" {word}"),
            _ => out.push(word.to_string()),
        }
    }
    out
}

/// Boxes side by side as long as they fit, then below.
fn flow(blocks: &[Block], frame: &Frame, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut row: Vec<String> = Vec::new();
    for block in blocks {
        let drawn = render(block, frame, width);
        let used = columns(&row);
        if row.is_empty() {
            row = drawn;
        } else if used + 1 + columns(&drawn) <= width {
            row = beside(&row, &drawn);
        } else {
            out.append(&mut row);
            row = drawn;
        }
    }
    out.append(&mut row);
    out
}

fn columns(lines: &[String]) -> usize {
    lines.iter().map(|line| line.chars().count()).max().unwrap_or(0)
}

fn beside(left: &[String], right: &[String]) -> Vec<String> {
    let width = columns(left);
    let line = |list: &[String], n: usize| list.get(n).cloned().unwrap_or_default();
    (0..left.len().max(right.len())).map(|n| format!("{:width$} {}", line(left, n), line(right, n))).collect()
}

/// One box, at most `width` wide.
fn render(block: &Block, frame: &Frame, width: usize) -> Vec<String> {
    if block.skipped > 0 {
        return vec![String::new(), format!("... {} more ...", block.skipped)];
    }
    let Frame([top_left, top_right, bottom_right, bottom_left, across, down]) = frame;
    let cpus: Vec<String> =
        block.cpus.iter().map(|&(cpu, present)| if present { cpu.to_string() } else { format!("({cpu})") }).collect();
    let room = width.saturating_sub(4).max(8);
    let mut inside = flow(&block.children, frame, room);
    if !cpus.is_empty() {
        inside.extend(wrap_words(&cpus.join(" "), room));
    }
    let inner = columns(&inside).max(block.title.chars().count());
    let bar = |n: usize| across.to_string().repeat(n);
    let mut out = vec![format!("{top_left} {} {}{top_right}", block.title, bar(inner - block.title.chars().count()))];
    out.extend(inside.iter().map(|line| format!("{down} {line:inner$} {down}")));
    out.push(format!("{bottom_left}{}{bottom_right}", bar(inner + 2)));
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::tree::tests::tree;

    #[test]
    fn the_demo_machine() {
        let t = tree("16,sockets=2,dies=2,cores=2,threads=2", &["node", "node", "dist,src=0,dst=1,val=21"], 256);
        expect![[r#"
            polyarch: 16 CPUs = 2 sockets x 2 dies x 2 cores x 2 threads, 2 nodes, 256 MiB RAM
            ┌ socket 0 node 0 ────────────────────────────────────┐
            │ ┌ die 0 ────────────────┐ ┌ die 1 ────────────────┐ │
            │ │ ┌ core 0 ┐ ┌ core 1 ┐ │ │ ┌ core 0 ┐ ┌ core 1 ┐ │ │
            │ │ │ 0 1    │ │ 2 3    │ │ │ │ 4 5    │ │ 6 7    │ │ │
            │ │ └────────┘ └────────┘ │ │ └────────┘ └────────┘ │ │
            │ └───────────────────────┘ └───────────────────────┘ │
            └─────────────────────────────────────────────────────┘
            ┌ socket 1 node 1 ────────────────────────────────────┐
            │ ┌ die 0 ────────────────┐ ┌ die 1 ────────────────┐ │
            │ │ ┌ core 0 ┐ ┌ core 1 ┐ │ │ ┌ core 0 ┐ ┌ core 1 ┐ │ │
            │ │ │ 8 9    │ │ 10 11  │ │ │ │ 12 13  │ │ 14 15  │ │ │
            │ │ └────────┘ └────────┘ │ │ └────────┘ └────────┘ │ │
            │ └───────────────────────┘ └───────────────────────┘ │
            └─────────────────────────────────────────────────────┘
            node 0: 128 MiB, CPUs 0-7, distances 10 21
            node 1: 128 MiB, CPUs 8-15, distances 21 10
        "#]]
        .assert_eq(&draw(&t, Style::default()));
    }

    #[test]
    fn narrow_and_plain_with_free_slots() {
        let t = tree("3,sockets=2,cores=2,threads=2", &[], 64);
        expect![[r#"
            polyarch: 3 of 8 CPUs = 2 sockets x 1
            die x 2 cores x 2 threads, 64 MiB RAM
            + socket 0 -------------+
            | + core 0 + + core 1 + |
            | | 0 1    | | 2 (3)  | |
            | +--------+ +--------+ |
            +-----------------------+
            + socket 1 ---------------+
            | + core 0 -+ + core 1 -+ |
            | | (4) (5) | | (6) (7) | |
            | +---------+ +---------+ |
            +-------------------------+
        "#]]
        .assert_eq(&draw(&t, Style { width: 40, ascii: true, limit: 8 }));
    }

    #[test]
    fn a_large_machine_is_counted() {
        let t = tree("1024,sockets=4,dies=4,cores=32,threads=2", &["node", "node", "node", "node"], 1024);
        let text = draw(&t, Style { width: 80, ascii: false, limit: 3 });
        assert!(text.lines().count() < 60 && text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("... 30 more ...") && text.contains("1023"));
    }

    #[test]
    fn nodes_that_cut_a_socket_are_named_where_they_begin() {
        let t = tree("4,cores=4", &["node", "node"], 64);
        expect![[r#"
            polyarch: 4 CPUs = 1 socket x 1 die x 4 cores x 1 thread, 2 nodes, 64 MiB RAM
            ┌ socket 0 ───────────────────────────────────────────────────────────────┐
            │ ┌ core 0 node 0 ┐ ┌ core 1 node 0 ┐ ┌ core 2 node 1 ┐ ┌ core 3 node 1 ┐ │
            │ │ 0             │ │ 1             │ │ 2             │ │ 3             │ │
            │ └───────────────┘ └───────────────┘ └───────────────┘ └───────────────┘ │
            └─────────────────────────────────────────────────────────────────────────┘
            node 0: 32 MiB, CPUs 0-1, distances 10 20
            node 1: 32 MiB, CPUs 2-3, distances 20 10
        "#]]
        .assert_eq(&draw(&t, Style::default()));
    }

    #[test]
    fn no_cpu_at_all() {
        let t = Tree { name: "none".to_string(), ..Tree::default() };
        assert_eq!(draw(&t, Style::default()), "none: no CPU, 0 bytes RAM\n");
    }
}
