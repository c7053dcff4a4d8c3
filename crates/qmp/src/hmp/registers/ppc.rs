//! PowerPC: as many digits as the target's registers have; lines of special-purpose registers by kind of CPU.

use cpu::Cpu;

use super::value;

/// A row: labels with the registers they stand for. Registers that a CPU has not are shown as 0.
type Row = &'static [(&'static str, &'static str)];

const ALL: [Row; 3] = [
    &[(" SRR0", "srr0"), ("  SRR1", "srr1"), ("    PVR", "pvr"), (" VRSAVE", "vrsave")],
    &[("SPRG0", "sprg0"), (" SPRG1", "sprg1"), ("  SPRG2", "sprg2"), ("  SPRG3", "sprg3")],
    &[("SPRG4", "sprg4"), (" SPRG5", "sprg5"), ("  SPRG6", "sprg6"), ("  SPRG7", "sprg7")],
];
const HYPERVISOR: Row = &[("HSRR0", "hsrr0"), (" HSRR1", "hsrr1")];
const COME_FROM: Row = &[(" CFAR", "cfar")];
const PARTITION: Row = &[(" LPCR", "lpcr")];
const BOOKE: [Row; 5] = [
    &[("CSRR0", "csrr0"), (" CSRR1", "csrr1"), (" MCSRR0", "mcsrr0"), (" MCSRR1", "mcsrr1")],
    &[("  TCR", "tcr"), ("   TSR", "tsr"), ("    ESR", "esr"), ("   DEAR", "dear")],
    &[("  PIR", "pir"), (" DECAR", "decar"), ("   IVPR", "ivpr"), ("   EPCR", "epcr")],
    &[(" MCSR", "mcsr"), (" SPRG8", "sprg8"), ("    EPR", "epr")],
    &[(" MCAR", "mcar"), ("  PID1", "pid1"), ("   PID2", "pid2"), ("    SVR", "svr")],
];
const MAS: [Row; 3] = [
    &[(" MAS0", "mas0"), ("  MAS1", "mas1"), ("   MAS2", "mas2"), ("   MAS3", "mas3")],
    &[(" MAS4", "mas4"), ("  MAS6", "mas6"), ("   MAS7", "mas7"), ("    PID", "pid")],
    &[("MMUCFG", "mmucfg"), (" TLB0CFG", "tlb0cfg"), (" TLB1CFG", "tlb1cfg")],
];
const FAULT: [(&str, &str); 2] = [("   DAR", "dar"), ("  DSISR", "dsisr")];

/// Bits of MSR that decide how code is translated, as QEMU counts them: SF, TM, VR, VSX, PR, FP, SE, BE, LE.
const MODE: u64 = 1 << 63 | 1 << 32 | 1 << 25 | 1 << 23 | 1 << 14 | 1 << 13 | 1 << 10 | 1 << 9 | 1;
const PR: u64 = 1 << 14;
/// MSR.IR and MSR.DR; IS and DS of embedded CPUs.
const RELOCATED: [u64; 2] = [1 << 5, 1 << 4];

pub(super) fn dump(cpu: &dyn Cpu, index: i64, nip: u64, wide: bool) -> String {
    let get = |name: &str| value(cpu, name).unwrap_or(0) as u64;
    let digits = if wide { 16 } else { 8 };
    let has = |name: &str| value(cpu, name).is_some();
    let row = |row: &[(&str, &str)]| {
        let cells: Vec<String> = row.iter().map(|(label, name)| format!("{label} {:0digits$x}", get(name))).collect();
        cells.join("") + "\n"
    };
    let msr = get("msr");
    let embedded = has("ivpr");
    let [fetch, data] = RELOCATED.map(|bit| regime(embedded, msr & PR != 0, msr & bit != 0));
    let mut out = format!(
        "NIP {nip:0digits$x}   LR {:0digits$x} CTR {:0digits$x} XER {:0digits$x} CPU#{index}\n\
         MSR {msr:0digits$x} HID0 {:0digits$x}  HF {:0digits$x} iidx {fetch} didx {data}\n\
         TB {:08} {:08} DECR {}\n",
        get("lr"),
        get("ctr"),
        get("xer"),
        get("hid0"),
        msr & MODE,
        get("tbu") as u32,
        get("tbl") as u32,
        get("dec") as u32
    );
    out += &file(cpu, "GPR", 'r');
    out += &conditions(get("cr"), if wide { u64::MAX } else { u32::MAX.into() }, digits);
    out += &file(cpu, "FPR", 'f');
    out += &format!("FPSCR {:0digits$x}\n", get("fpscr"));
    out.extend(ALL.map(row));
    if embedded {
        out.extend(BOOKE.map(row));
        out += &if has("mas0") { MAS.map(row).concat() } else { row(PARTITION) };
        return out;
    }
    let optional = [("hsrr0", HYPERVISOR), ("cfar", COME_FROM), ("lpcr", PARTITION)];
    out.extend(optional.iter().filter(|(name, _)| has(name)).map(|(_, cells)| row(cells)));
    let table = if has("ptcr") { (" PTCR", "ptcr") } else { (" SDR1", "sdr1") };
    if has("sdr1") || has("ptcr") {
        out += &row(&[table, FAULT[0], FAULT[1]]);
    }
    out
}

/// QEMU's number of how accesses are translated.
fn regime(embedded: bool, problem: bool, relocated: bool) -> u32 {
    match (embedded, problem, relocated) {
        (true, _, _) => u32::from(!problem) + 2 * u32::from(relocated),
        (false, _, false) => 3,
        (false, true, true) => 0,
        (false, false, true) => 1,
    }
}

/// Thirty-two registers of 64 bits, four a line.
fn file(cpu: &dyn Cpu, label: &str, letter: char) -> String {
    let cell = |n: u32| format!(" {:016x}", value(cpu, &format!("{letter}{n}")).unwrap_or(0));
    let line = |first: u32| format!("{label}{first:02}{}\n", (first..first + 4).map(cell).collect::<String>());
    (0..32).step_by(4).map(line).collect()
}

/// Each field of CR by its letters, and no reservation: ours is no address.
fn conditions(cr: u64, none: u64, digits: usize) -> String {
    let field = |n: u32| {
        let bits = cr >> (28 - 4 * n) & 15;
        let letter = match bits {
            8..=15 => 'L',
            4..=7 => 'G',
            2..=3 => 'E',
            _ => '-',
        };
        format!(" {letter}{}", if bits & 1 != 0 { 'O' } else { ' ' })
    };
    format!("CR {cr:08x}  [{} ]             RES {none:0digits$x}\n", (0..8).map(field).collect::<String>())
}
