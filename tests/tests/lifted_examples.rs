//! The worked examples of docs/decisions: what instructions of targets to come look like when they are lifted. Each is built
//! here, verified, and compared with the block of text in its document; `POLYARCH_BLESS=1` writes it there.

use uop::{Builder, Exit, HelperInfo, Hint, Layout, Mem, Reg, RegSet, Width};

const BEGIN: &str = "```uop\n";
const END: &str = "```\n";

/// A register file of these names and widths, and helpers.
fn layout(regs: &[(&str, Width)], helpers: Vec<HelperInfo>) -> Layout {
    let names = regs.iter().map(|(name, _)| (*name).to_owned()).collect();
    Layout {
        regs: regs.iter().map(|(_, width)| *width).collect(),
        names,
        helpers,
        aligned: false,
        computes: vec![],
        late: uop::RegSet::None,
    }
}

/// Lifts by `lift`, and compares the text after all passes with example `n` of `document`.
fn check(document: &str, n: usize, pc: u64, len: u32, layout: &Layout, lift: impl FnOnce(&Builder<'_>)) {
    let builder = Builder::new(layout);
    lift(&builder);
    let mut block = builder.finish(pc, len);
    assert_eq!(uop::verify(&block, layout), Ok(()), "{}", uop::text(&block, layout));
    uop::pass::run(&mut block, layout);
    let text = uop::text(&block, layout);
    let path = xtask::root().join("docs/decisions").join(document);
    let page = std::fs::read_to_string(&path).expect("the document is there");
    let (begin, _) = page.match_indices(BEGIN).nth(n).expect("the document has this example");
    let start = begin + BEGIN.len();
    let end = start + page[start..].find(END).expect("the example ends");
    if std::env::var_os("POLYARCH_BLESS").is_some() {
        std::fs::write(&path, format!("{}{text}{}", &page[..start], &page[end..]))
            .expect("the document can be written");
    } else {
        assert_eq!(&page[start..end], text, "{document}: run with POLYARCH_BLESS=1 and review");
    }
}

const W1: Width = Width::W1;
const W32: Width = Width::W32;
const W64: Width = Width::W64;

/// `add eax, ebx; jl` in 64-bit mode: condition codes in one form, the jump lifted with its producer.
#[test]
fn x86_add_and_jump() {
    let regs = [("rax", W64), ("rbx", W64), ("cc_res", W64), ("cc_cf", W1), ("cc_of", W64), ("cc_af", W64)];
    let [rax, rbx, res, cf, of, af] = [0, 1, 2, 3, 4, 5].map(Reg);
    check("0010-x86.md", 0, 0x1000, 4, &layout(&regs, vec![]), |b| {
        b.begin_insn(0, 0);
        let (x, y) = (b.get(rax).trunc(W32), b.get(rbx).trunc(W32));
        let sum = x + y;
        b.set(rax, sum.zext(W64));
        b.set(res, sum.sext(W64));
        b.set(cf, sum.lt_u(x));
        b.set(of, ((x ^ sum) & (y ^ sum)).sext(W64));
        b.set(af, (x ^ y ^ sum).zext(W64));
        b.begin_insn(2, 0);
        let negative = b.get(res).lt_s(b.konst(W64, 0));
        let overflow = b.get(of).lt_s(b.konst(W64, 0));
        b.exit(Exit::Branch { cond: (negative ^ overflow).id(), taken: 0x1040, fallthrough: 0x1004 });
    });
}

/// `rep movsb`: the helper moves as much as it can; the block goes back to itself until nothing is left.
#[test]
fn x86_rep_movsb() {
    let regs = [("rcx", W64), ("rsi", W64), ("rdi", W64)];
    let all: RegSet = RegSet::Ranges(&[(0, 3)]);
    let movs = HelperInfo { name: "rep_movs", args: 1, ret: None, reads: all, writes: all, faults: true, pure_: false };
    check("0010-x86.md", 1, 0x2000, 2, &layout(&regs, vec![movs]), |b| {
        b.begin_insn(0, 0);
        b.call(0, &[b.konst(W64, 1)]);
        b.exit(Exit::Branch { cond: b.get(Reg(0)).is_nonzero().id(), taken: 0x2000, fallthrough: 0x2002 });
    });
}

/// `save %sp, -96, %sp`: a test of the window's mark, a sum, and a mode in which the other window is the current one.
#[test]
fn sparc_save() {
    let regs = [("mark.w7", W32), ("o6.w0", W32), ("o6.w7", W32), ("cwp", Width::W8)];
    let [mark, old, new, cwp] = [0, 1, 2, 3].map(Reg);
    check("0011-sparc.md", 0, 0x4000, 4, &layout(&regs, vec![]), |b| {
        b.begin_insn(0, 0);
        b.raise_if(b.get(mark).is_nonzero(), 5, 0);
        let sp = b.get(old).add_imm(-96);
        b.set(cwp, b.konst(Width::W8, 7));
        b.enter_mode(0x4187);
        b.set(new, sp);
        b.exit(Exit::Jump { pc: 0x4004 });
    });
}

/// `beq a0, a1; addiu v0, v0, 1` on MIPS32.
#[test]
fn mips_branch_with_slot() {
    let regs = [("v0", W32), ("a0", W32), ("a1", W32)];
    let [v0, a0, a1] = [0, 1, 2].map(Reg);
    check("0012-mips.md", 0, 0x8000_0100, 8, &layout(&regs, vec![]), |b| {
        b.begin_insn(0, 0);
        let taken = b.get(a0).eq(b.get(a1));
        b.begin_insn(4, 1);
        b.set(v0, b.get(v0).add_imm(1));
        b.exit(Exit::Branch { cond: taken.id(), taken: 0x8000_0200, fallthrough: 0x8000_0108 });
    });
}

/// `lwzu r4, 4(r3)` in little-endian mode, then `cmpwi r4, 0; beq`.
#[test]
fn ppc_load_compare_branch() {
    let regs = [("r3", W64), ("r4", W64), ("cr0", W64)];
    let [r3, r4, cr0] = [0, 1, 2].map(Reg);
    check("0013-ppc.md", 0, 0x1_0000, 12, &layout(&regs, vec![]), |b| {
        b.begin_insn(0, 0);
        let at = b.get(r3).add_imm(4);
        b.set(r4, b.load(at, Mem::le(W32)).zext(W64));
        b.set(r3, at);
        b.begin_insn(4, 0);
        let (x, zero) = (b.get(r4).trunc(W32), b.konst(W32, 0));
        b.set(cr0, x.order_s(zero).zext(W64));
        b.begin_insn(8, 0);
        let field = b.get(cr0);
        let equal = (field & field.konst(2)).is_nonzero();
        b.exit(Exit::Branch { cond: equal.id(), taken: 0x1_0040, fallthrough: 0x1_000c });
    });
}

/// `cgr %r2, %r3; jl`: the condition code as kind and operands.
#[test]
fn s390x_compare_and_branch() {
    let regs = [("r2", W64), ("r3", W64), ("cc_kind", Width::W8), ("cc_a", W64), ("cc_b", W64)];
    let [r2, r3, kind, a, b2] = [0, 1, 2, 3, 4].map(Reg);
    check("0014-s390x.md", 0, 0x2000, 8, &layout(&regs, vec![]), |b| {
        b.begin_insn(0, 0);
        let (x, y) = (b.get(r2), b.get(r3));
        b.set(kind, b.konst(Width::W8, 1));
        b.set(a, x);
        b.set(b2, y);
        b.begin_insn(4, 0);
        b.exit(Exit::Branch { cond: x.lt_s(y).id(), taken: 0x2020, fallthrough: 0x2008 });
    });
}

/// `add %d2, %d3, %d4` twice: the sticky bits gather, the others are the last one's.
#[test]
fn tricore_add() {
    let regs = [
        ("d2", W32),
        ("d3", W32),
        ("d4", W32),
        ("psw_v", W32),
        ("psw_sv", W32),
        ("psw_av", W32),
        ("psw_sav", W32),
        ("a11", W32),
    ];
    let [d2, d3, d4, v, sv, av, sav, a11] = [0, 1, 2, 3, 4, 5, 6, 7].map(Reg);
    check("0015-tricore.md", 0, 0x8000_0000, 8, &layout(&regs, vec![]), |b| {
        for (offset, source) in [(0, d4), (4, d2)] {
            b.begin_insn(offset, 0);
            let (x, y) = (b.get(d3), b.get(source));
            let sum = x + y;
            let over = (x ^ sum) & (y ^ sum);
            let advance = sum ^ (sum + sum);
            b.set(d2, sum);
            b.set(v, over);
            b.set(sv, b.get(sv) | over);
            b.set(av, advance);
            b.set(sav, b.get(sav) | advance);
        }
        b.exit(Exit::Indirect { pc: b.get(a11).id(), hint: Hint::None });
    });
}
