//! The machine as an SVG picture: the boxes of [`crate::draw`], for pages and slides.

use crate::draw::{Block, blocks, headline, node_lines};
use crate::hwloc::escape;
use crate::tree::Tree;

/// Sizes in user units.
const PAD: f64 = 8.0;
const TEXT: f64 = 16.0;
const CELL: f64 = 36.0;
const WIDTH: f64 = 1000.0;

/// Fill by depth: sockets, dies, cores.
const FILLS: [&str; 3] = ["#e8eef7", "#d3e2d0", "#fdf3d0"];

/// A box with its size; the children's places are relative to it.
struct Laid<'a> {
    block: &'a Block,
    width: f64,
    height: f64,
    children: Vec<(f64, f64, Laid<'a>)>,
}

/// Places boxes side by side as long as they fit into `room`. Returns the places, and the size of them all.
fn flow(blocks: &[Block], room: f64) -> (Vec<(f64, f64, Laid<'_>)>, f64, f64) {
    let (mut x, mut y, mut row, mut widest) = (0.0, 0.0, 0.0f64, 0.0f64);
    let mut out = Vec::new();
    for block in blocks {
        let laid = lay(block, room);
        if x > 0.0 && x + laid.width > room {
            (x, y, row) = (0.0, y + row + PAD, 0.0);
        }
        let (width, height) = (laid.width, laid.height);
        out.push((x, y, laid));
        widest = widest.max(x + width);
        (x, row) = (x + width + PAD, row.max(height));
    }
    (out, widest, y + row)
}

fn lay(block: &Block, room: f64) -> Laid<'_> {
    // Letters of the title are about 8 units wide.
    let title = if block.skipped > 0 { 110.0 } else { 8.0 * block.title.len() as f64 };
    let (children, width, height) = flow(&block.children, room - 2.0 * PAD);
    let own = CELL * block.cpus.len() as f64;
    let cells = if block.cpus.is_empty() { 0.0 } else { 24.0 };
    let children = children.into_iter().map(|(x, y, laid)| (x + PAD, y + TEXT + 2.0 * PAD, laid)).collect();
    let inner = height + cells;
    Laid { block, width: width.max(own).max(title) + 2.0 * PAD, height: inner + TEXT + 3.0 * PAD, children }
}

fn paint(laid: &Laid<'_>, x: f64, y: f64, depth: usize, out: &mut String) {
    let (block, width, height) = (laid.block, laid.width, laid.height);
    if block.skipped > 0 {
        *out += &text(x + PAD, y + height / 2.0, &format!("... {} more ...", block.skipped), "");
        return;
    }
    let fill = if block.cpus.is_empty() { FILLS[depth.min(1)] } else { FILLS[2] };
    *out += &format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"{fill}\" stroke=\"#444\"/>\n"
    );
    *out += &text(x + PAD, y + TEXT, &block.title, "");
    for (n, &(cpu, present)) in block.cpus.iter().enumerate() {
        let (cx, cy) = (x + PAD + CELL * n as f64, y + TEXT + 2.0 * PAD);
        let (fill, dash) = if present { ("#fff", "") } else { ("none", " stroke-dasharray=\"3 2\"") };
        *out += &format!(
            "<rect x=\"{cx}\" y=\"{cy}\" width=\"32\" height=\"20\" fill=\"{fill}\" stroke=\"#888\"{dash}/>\n"
        );
        *out += &text(cx + 16.0, cy + 15.0, &cpu.to_string(), " text-anchor=\"middle\"");
    }
    for (cx, cy, child) in &laid.children {
        paint(child, x + cx, y + cy, depth + 1, out);
    }
}

fn text(x: f64, y: f64, words: &str, more: &str) -> String {
    format!("<text x=\"{x}\" y=\"{y}\"{more}>{}</text>\n", escape(words))
}

/// The machine as an SVG document. At most `limit` brothers are drawn (but 3), the others are counted; slots that are free
/// are dashed.
pub fn svg(tree: &Tree, limit: usize) -> String {
    let list = blocks(tree, limit);
    let (places, wide, high) = flow(&list, WIDTH - 2.0 * PAD);
    let notes = node_lines(tree);
    let longest = notes.iter().map(String::len).max().unwrap_or(0).max(headline(tree).len());
    let width = wide.max(8.0 * longest as f64) + 2.0 * PAD;
    let height = high + (TEXT + 4.0) * (notes.len() + 1) as f64 + 4.0 * PAD;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    out += &text(PAD, PAD + TEXT, &headline(tree), " font-weight=\"bold\"");
    let top = TEXT + 3.0 * PAD;
    for (x, y, laid) in &places {
        paint(laid, x + PAD, y + top, 0, &mut out);
    }
    for (n, line) in notes.iter().enumerate() {
        out += &text(PAD, top + high + (TEXT + 4.0) * (n + 1) as f64, line, "");
    }
    out + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::tree::tests::tree;

    #[test]
    fn a_small_machine() {
        expect![[r##"
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 156" width="560" height="156" font-family="sans-serif" font-size="13">
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="8" y="24" font-weight="bold">polyarch: 2 CPUs = 1 socket x 1 die x 2 cores x 1 thread, 64 MiB RAM</text>
            <rect x="8" y="40" width="152" height="104" rx="4" fill="#e8eef7" stroke="#444"/>
            <text x="16" y="56">socket 0</text>
            <rect x="16" y="72" width="64" height="64" rx="4" fill="#fdf3d0" stroke="#444"/>
            <text x="24" y="88">core 0</text>
            <rect x="24" y="104" width="32" height="20" fill="#fff" stroke="#888"/>
            <text x="40" y="119" text-anchor="middle">0</text>
            <rect x="88" y="72" width="64" height="64" rx="4" fill="#fdf3d0" stroke="#444"/>
            <text x="96" y="88">core 1</text>
            <rect x="96" y="104" width="32" height="20" fill="#fff" stroke="#888"/>
            <text x="112" y="119" text-anchor="middle">1</text>
            </svg>
        "##]].assert_eq(&svg(&tree("2,cores=2", &[], 64), 8));
    }

    #[test]
    fn every_cpu_is_painted_inside_the_picture() {
        let picture = svg(&tree("64,sockets=4,dies=2,cores=4,threads=2", &["node", "node"], 64), 8);
        for cpu in 0..64 {
            assert!(picture.contains(&format!(">{cpu}</text>")), "CPU {cpu}");
        }
        let number = |line: &str, key: &str| -> f64 {
            line.split(&format!(" {key}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        let head = picture.lines().next().unwrap();
        let (width, height) = (number(head, "width"), number(head, "height"));
        for line in picture.lines().skip(2).filter(|line| line.starts_with("<rect")) {
            assert!(
                number(line, "x") + number(line, "width") <= width
                    && number(line, "y") + number(line, "height") <= height
            );
        }
    }
}
