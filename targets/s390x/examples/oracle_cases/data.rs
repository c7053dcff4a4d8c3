//! What operands random cases have, and which instructions can't be tried alone.

/// The second operand is a number and no address.
pub(crate) const NUMBERS: &[&str] = &[
    "sll", "srl", "sra", "sla", "sllk", "srlk", "srak", "slak", "sllg", "srlg", "srag", "slag", "sldl", "srdl", "srda",
    "slda", "rll", "rllg", "la", "lay", "tceb", "tcdb", "tcxb", "tdcet", "tdcdt", "tdcxt", "tdget", "tdgdt", "tdgxt",
    "srnm", "srnmb", "srnmt", "verll", "vesl", "vesra", "vesrl", "vlvg", "vlgv", "mc",
];

/// They may leave the place where the harness waits.
pub(crate) const JUMPS: &[&str] = &[
    "bc", "bcr", "bas", "basr", "bal", "balr", "bct", "bctr", "bctg", "bctgr", "bxh", "bxhg", "bxle", "bxleg", "brc",
    "brcl", "bras", "brasl", "brct", "brctg", "brcth", "brxh", "brxhg", "brxle", "brxlg", "bic", "cij", "cgij", "clij",
    "clgij", "crj", "cgrj", "clrj", "clgrj", "crb", "cgrb", "clrb", "clgrb", "cib", "cgib", "clib", "clgib", "bassm",
    "bsm", "ex", "exrl", "svc", "sam24", "sam31", "sam64", "bpp", "bprp", "pr", "pc", "trap2", "trap4",
];

/// Their results are nobody else's: clocks, random numbers, the CPU's own description.
pub(crate) const CLOCKS: &[&str] =
    &["stck", "stcke", "stckf", "ectg", "ecag", "stfle", "stap", "stidp", "prno", "ptff", "mvcos"];

/// Instructions of the message-security assist: function codes in register 0, a parameter block in register 1.
pub(crate) const CIPHERS: &[&str] = &["km", "kmc", "kmac", "kimd", "klmd", "kmctr", "kmf", "kmo", "pcc"];

/// Registers that hold addresses (`a`), addresses with a length in the next register (`l`), or neither (`-`): of R1, R2, R3.
pub(crate) const POINTERS: &[(&str, &str)] = &[
    ("srst", "aa"),
    ("srstu", "aa"),
    ("clst", "aa"),
    ("mvst", "aa"),
    ("mvcl", "ll"),
    ("clcl", "ll"),
    ("mvcle", "l-l"),
    ("clcle", "l-l"),
    ("mvclu", "l-l"),
    ("clclu", "l-l"),
    ("cksm", "-l"),
    ("tre", "la"),
    ("troo", "la"),
    ("trot", "la"),
    ("trto", "la"),
    ("trtt", "la"),
    ("trte", "l-"),
    ("trtre", "l-"),
    ("cu12", "ll"),
    ("cu14", "ll"),
    ("cu21", "ll"),
    ("cu24", "ll"),
    ("cu41", "ll"),
    ("cu42", "ll"),
    ("cuse", "ll"),
    ("km", "al"),
    ("kmc", "al"),
    ("kmac", "-l"),
    ("kimd", "-l"),
    ("klmd", "-l"),
    ("kmctr", "ala"),
    ("kmf", "al"),
    ("kmo", "al"),
    ("pcc", ""),
];

/// An integer that is likely to be interesting.
fn integer(mut next: impl FnMut() -> u64) -> u64 {
    const SPECIAL: [u64; 9] =
        [0, 1, u64::MAX, 1 << 63, i64::MAX as u64, 0x8000_0000, 0x7fff_ffff, 1 << 32, 0xffff_ffff];
    let mut special = || SPECIAL[(next() % 9) as usize];
    let special = special();
    match next() % 7 {
        0 => special,
        1 => (next() as i8) as u64,
        2 => (next() as i32) as u64,
        3 => next() >> (next() % 64),
        4 => next() << 32 | special & 0xffff_ffff,
        5 => f64::from(next() as i32 >> (next() % 32)).to_bits(),
        _ => next(),
    }
}

/// Eight bytes with few different values among them, so that searches find something.
fn text(mut next: impl FnMut() -> u64) -> u64 {
    next() & 0x0303_0303_0303_0303 & if next().is_multiple_of(2) { u64::MAX } else { 0x00ff_00ff_00ff_00ff }
}

/// A binary floating-point number near others.
fn float(mut next: impl FnMut() -> u64) -> u64 {
    const SPECIAL: [f64; 10] = [
        0.0,
        -0.0,
        1.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MIN_POSITIVE,
        f64::MAX,
        1.5,
        9_223_372_036_854_775_808.0,
    ];
    match next() % 8 {
        0 => SPECIAL[(next() % 10) as usize].to_bits(),
        1 => 0x7ff0_0000_0000_0001 | next() & 0x800f_ffff_ffff_ffff,
        2 => next() & 0x800f_ffff_ffff_ffff,
        3 => (f64::from(next() as i32) / 65536.0).to_bits(),
        4 => next() & 0x800f_ffff_ffff_ffff | (1023 - 70 + next() % 140) << 52,
        5 => u64::from((f64::from(next() as i32 >> (next() % 32)) as f32).to_bits()) << 32 | next() & 0xffff_ffff,
        6 => u64::from(0x7f80_0001 | next() as u32 & 0x807f_ffff) << 32,
        _ => next(),
    }
}

/// Decimal digits with a sign code, the rightmost eight bytes of a number or some in its middle.
fn decimal(mut next: impl FnMut() -> u64) -> u64 {
    let count = next() % 17;
    let digits = (0..count).fold(0, |all, _| (all << 4) | (next() % 10));
    match next() % 3 {
        0 => digits,
        _ => (digits << 4) | (10 + next() % 6),
    }
}

/// Whether an instruction works on decimal digits.
fn is_decimal(name: &str) -> bool {
    [
        "ap", "sp", "zap", "mp", "dp", "cp", "srp", "ed", "edmk", "tp", "cvb", "cvby", "cvbg", "unpk", "unpka",
        "unpku", "mvo",
    ]
    .contains(&name)
        || [
            "vap", "vsp", "vcp", "vmp", "vmsp", "vdp", "vrp", "vsdp", "vtp", "vcvb", "vcvbg", "vsrp", "vpsop", "vupkz",
            "vpkz",
        ]
        .contains(&name)
}

/// A decimal floating-point number near others: long, or the left half of an extended one.
fn decimal_float(mut next: impl FnMut() -> u64) -> u64 {
    let short = next().is_multiple_of(3);
    let tail = next() >> (next() % 50);
    let sign = next() & 1 << 63;
    let combination = (8 + next() % 8) << 58;
    match next() % 8 {
        0 => next(),
        1 => sign | 0x7800_0000_0000_0000 | next() & 0x07ff_ffff_ffff_ffff,
        2..=5 => sign | combination | (0x8e - 10 + next() % 20) << 50 | tail & ((1 << 50) - 1),
        _ if short => sign | combination | (0x25 - 5 + next() % 10) << 52 | next() & ((1 << 52) - 1),
        _ => sign | combination | (0x820 - 10 + next() % 20) << 46 | tail & ((1 << 46) - 1),
    }
}

/// Operand `n` of an instruction: general registers come first, then halves of vector registers.
pub(crate) fn operand(name: &str, n: usize, mut next: impl FnMut() -> u64) -> u64 {
    let kind = next() % 4;
    if n < 16 {
        return integer(next);
    }
    if is_decimal(name) && kind != 0 {
        return if n.is_multiple_of(2) { decimal(&mut next) >> 4 } else { decimal(next) };
    }
    if (name.ends_with("tr") || name.ends_with("dt") || name.ends_with("xt") || name.ends_with("zt")) && kind != 0 {
        return decimal_float(next);
    }
    let floating = name.starts_with("vf") || name.starts_with("wf") || name.ends_with("br") || name.ends_with('b');
    match (name.starts_with('v'), floating) {
        (_, true) if kind != 0 => float(next),
        (true, false) if kind == 1 => text(next),
        _ => integer(next),
    }
}

/// The storage window.
pub(crate) fn memory(name: &str, len: u64, mut next: impl FnMut() -> u64) -> Vec<u8> {
    let few = next().is_multiple_of(2);
    let words = (0..len / 8).flat_map(|_| {
        let word = if is_decimal(name) {
            decimal(&mut next)
        } else if few
            && (name.starts_with("tr") || name.starts_with("cu") || name.ends_with("st") || name.starts_with("cl"))
        {
            text(&mut next)
        } else if name.ends_with('b') {
            float(&mut next)
        } else {
            integer(&mut next)
        };
        word.to_be_bytes()
    });
    let mut all: Vec<u8> = words.collect();
    // Fields of PERFORM CRYPTOGRAPHIC COMPUTATION's parameter block that are zero or small, most of the time.
    if name == "pcc" && few {
        all[48..79].fill(0);
        all[0] &= 0x7f;
    }
    all
}

/// Makes zero of registers that the text does not name and that do not go with one it names. `false` if there are vector registers that
/// a case can't hold.
pub(crate) fn reduce(text: &str, regs: &mut [u64]) -> bool {
    let named = |kind: &str| -> Vec<usize> {
        let parts = text.split(kind).skip(1);
        parts.filter_map(|p| p.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).collect()
    };
    let (general, float, vector) = (named("%r"), named("%f"), named("%v"));
    if vector.iter().any(|n| *n > 15) {
        return false;
    }
    for (n, reg) in regs.iter_mut().enumerate().take(16) {
        let used = n < 2 || general.contains(&n) || general.contains(&((n + 15) & 15));
        if !used {
            *reg = 0;
        }
    }
    for n in 0..32 {
        let pair = n >= 2 && float.contains(&(n - 2));
        if !vector.contains(&n) && !float.contains(&n) && !pair {
            regs[16 + 2 * n] = 0;
        }
        if !vector.contains(&n) {
            regs[17 + 2 * n] = 0;
        }
    }
    regs[80] &= 0xff;
    true
}
