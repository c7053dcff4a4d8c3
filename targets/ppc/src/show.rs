//! What a CPU's MMU holds, for people, in the form of QEMU 4.2's `info tlb`: of TLBs that software fills, and of the SLB.

use std::fmt::Write;

use cpu::Ctx;

use crate::ext::Ext;
use crate::hash64;
use crate::mas;
use crate::softtlb::{Entry, Kind, kind};
use crate::spr::n;
use crate::target::Ppc;
use crate::tlb4xx;

/// The text; nothing where QEMU shows nothing: a page table in memory alone, or the TLB of a 40x.
pub(crate) fn translations<T: Ppc>(ctx: &Ctx<T>) -> Option<String> {
    match kind(ctx.model()) {
        Kind::Mas => Some(freescale(ctx)),
        Kind::P440 => Some(booke(&ctx.state.tlb)),
        Kind::P603 => Some(classic(ctx)),
        Kind::P40x => None,
        Kind::None => ctx.model().has(Ext::Wide).then(|| hash64::show(&ctx.state.slb)),
    }
}

fn letters(word: u64, all: &[(u32, char)]) -> String {
    all.iter().map(|&(bit, letter)| if word >> bit & 1 != 0 { letter } else { '-' }).collect()
}

fn freescale<T: Ppc>(ctx: &Ctx<T>) -> String {
    const HEAD: &str = "Effective          Physical           Size TID   TS SRWX URWX WIMGE U0123";
    let mut out = String::new();
    let mut rest = &*ctx.state.tlb;
    for (number, tlb) in mas::config(ctx.model()).iter().enumerate() {
        let (entries, behind) = rest.split_at(tlb.entries.min(rest.len()));
        rest = behind;
        if entries.is_empty() {
            continue;
        }
        out += &format!("\nTLB{number}:\n{HEAD}\n");
        out.extend(entries.iter().filter_map(mas::fields).map(|e| {
            let size = match e.size {
                size if size >= 1 << 30 => format!("{}G", size >> 30),
                size if size >= 1 << 20 => format!("{}M", size >> 20),
                size => format!("{}K", size >> 10),
            };
            let supervisor = letters(e.low, &[(0, 'R'), (2, 'W'), (4, 'X')]);
            let user = letters(e.low, &[(1, 'R'), (3, 'W'), (5, 'X')]);
            let attributes = letters(e.attributes, &[(4, 'W'), (3, 'I'), (2, 'M'), (1, 'G'), (0, 'E')]);
            let own = letters(e.low, &[(9, '0'), (8, '1'), (7, '2'), (6, '3')]);
            let (effective, real) = (e.effective, e.real);
            format!(
                "0x{effective:016x} 0x{real:016x} {size:>4} {:<5} {:1}  S{supervisor}U{user} {attributes} U{own}\n",
                e.tid, e.space
            )
        }));
    }
    out
}

fn booke(entries: &[Entry]) -> String {
    let line = |e: tlb4xx::Fields| {
        let size = match e.size {
            size if size >= 1 << 20 => format!("{:3}M", size >> 20),
            size => format!("{:3}k", size >> 10),
        };
        // QEMU's own bits: read, write, execute of users, valid, then those of the supervisor.
        let rights = e.rights >> 3 & 7 | 8 | (e.rights & 7) << 4;
        let attributes = e.word2 & 0xff00 | u64::from(e.space);
        format!("0x{:016x} 0x{:016x} {size} {:<5} {rights:08x} {attributes:08x}\n", e.effective, e.real, e.tid)
    };
    let head = "\nTLB:\nEffective          Physical           Size PID   Prot     Attr\n".to_owned();
    head + &entries.iter().filter_map(tlb4xx::fields_440).map(line).collect::<String>()
}

fn classic<T: Ppc>(ctx: &Ctx<T>) -> String {
    let sdr1 = ctx.state.spr(n::SDR1);
    let mut out = format!(
        "HTAB base = 0x{:x}\nHTAB mask = 0x{:x}\n\nSegment registers:\n",
        sdr1 & 0xffff_0000,
        (sdr1 & 0x1ff) << 16 | 0xffff
    );
    // There are 16; QEMU has room for 32.
    for number in 0..32 {
        let sr = ctx.state.sr.get(number).copied().unwrap_or(0);
        let [t, ks, kp, no_execute] = [31, 30, 29, 28].map(|bit| sr >> bit & 1);
        let rest = match t {
            0 => format!("N={no_execute} VSID=0x{:06x}", sr & 0xff_ffff),
            _ => format!("BUID=0x{:03x} CNTLR_SPEC=0x{:05x}", sr >> 20 & 0x1ff, sr & 0xf_ffff),
        };
        let _ = writeln!(out, "{number:02} T={t} Ks={ks} Kp={kp} {rest}");
    }
    out += "\nBATs:\n";
    let groups = if ctx.model().has_high_bats() { 2 } else { 1 };
    for (name, first) in [("data", [536, 568]), ("code", [528, 560])] {
        let pairs = first.into_iter().take(groups).flat_map(|first| (0..4).map(move |i| first + 2 * i));
        for (number, at) in pairs.enumerate() {
            let [upper, lower] = [at, at + 1].map(|at| ctx.state.spr(at) as u32);
            let _ = writeln!(
                out,
                "{name} BAT{number} BATu {upper:08x} BATl {lower:08x}\n\t{:08x} {:08x} {:08x}",
                upper & 0xf000_0000,
                upper & 0x0ffe_0000,
                (upper & 0x1ffc) << 15
            );
        }
    }
    out += "\nTLBs                       [EPN    EPN + SIZE]\n";
    for (number, entry) in ctx.state.tlb.iter().enumerate() {
        let (name, at) = (if number < 64 { "data" } else { "code" }, number % 64);
        let valid = if entry.words[0] >> 31 & 1 != 0 { "valid" } else { "inval" };
        let page = (entry.words[2] << 12) as u32;
        let end = page.wrapping_add(0x1000);
        let _ = writeln!(out, "{name} TLB {at:02}/64 way:{} {valid} [{page:08x} {end:08x}]", at / 32);
    }
    out
}
