//! The register table that debuggers see: gdb's numbers and names (gdb, `gdb/s390-tdep.h`).

use cpu::{Group, Register, RegisterError};

use crate::state;
use crate::trap::{self, Cpu};
use crate::{fp, psw};

const R0: u16 = 2;
const ACR0: u16 = 18;
const FPC: u16 = 34;
const F0: u16 = 35;
const CR0: u16 = 51;
const V0L: u16 = 69;
const V16: u16 = 85;
const PREFIX: u16 = 200;
const CC: u16 = 201;

macro_rules! rows {
    ($bits:literal $group:ident $ty:literal: $($name:literal = $n:expr),* $(,)?) => {
        [$(Register { name: $name, bits: $bits, group: Group::$group, gdb: Some($n), gdb_type: $ty }),*]
    };
}

static PSW: [Register; 2] = rows!(64 General "int": "pswm" = 0, "pswa" = 1);
static GENERAL: [Register; 16] = rows!(64 General "int":
    "r0" = R0, "r1" = 3, "r2" = 4, "r3" = 5, "r4" = 6, "r5" = 7, "r6" = 8, "r7" = 9,
    "r8" = 10, "r9" = 11, "r10" = 12, "r11" = 13, "r12" = 14, "r13" = 15, "r14" = 16, "r15" = 17);
static ACCESS: [Register; 16] = rows!(32 General "int":
    "acr0" = ACR0, "acr1" = 19, "acr2" = 20, "acr3" = 21, "acr4" = 22, "acr5" = 23, "acr6" = 24, "acr7" = 25,
    "acr8" = 26, "acr9" = 27, "acr10" = 28, "acr11" = 29, "acr12" = 30, "acr13" = 31, "acr14" = 32, "acr15" = 33);
static CONTROL_FLOAT: [Register; 1] = rows!(32 Float "int": "fpc" = FPC);
static FLOAT: [Register; 16] = rows!(64 Float "ieee_double":
    "f0" = F0, "f1" = 36, "f2" = 37, "f3" = 38, "f4" = 39, "f5" = 40, "f6" = 41, "f7" = 42,
    "f8" = 43, "f9" = 44, "f10" = 45, "f11" = 46, "f12" = 47, "f13" = 48, "f14" = 49, "f15" = 50);
static CONTROL: [Register; 16] = rows!(64 System "int":
    "cr0" = CR0, "cr1" = 52, "cr2" = 53, "cr3" = 54, "cr4" = 55, "cr5" = 56, "cr6" = 57, "cr7" = 58,
    "cr8" = 59, "cr9" = 60, "cr10" = 61, "cr11" = 62, "cr12" = 63, "cr13" = 64, "cr14" = 65, "cr15" = 66);
static VECTOR_LOW: [Register; 16] = rows!(64 Vector "int":
    "v0l" = V0L, "v1l" = 70, "v2l" = 71, "v3l" = 72, "v4l" = 73, "v5l" = 74, "v6l" = 75, "v7l" = 76,
    "v8l" = 77, "v9l" = 78, "v10l" = 79, "v11l" = 80, "v12l" = 81, "v13l" = 82, "v14l" = 83, "v15l" = 84);
static VECTOR: [Register; 16] = rows!(128 Vector "vec128":
    "v16" = V16, "v17" = 86, "v18" = 87, "v19" = 88, "v20" = 89, "v21" = 90, "v22" = 91, "v23" = 92,
    "v24" = 93, "v25" = 94, "v26" = 95, "v27" = 96, "v28" = 97, "v29" = 98, "v30" = 99, "v31" = 100);
static OTHER: [Register; 2] = [
    Register { name: "prefix", bits: 32, group: Group::System, gdb: None, gdb_type: "int" },
    Register { name: "cc", bits: 2, group: Group::System, gdb: None, gdb_type: "int" },
];

/// The table.
pub(crate) fn table() -> &'static [Register] {
    static TABLE: std::sync::OnceLock<Vec<Register>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let parts: [&[Register]; 9] =
            [&PSW, &GENERAL, &ACCESS, &CONTROL_FLOAT, &FLOAT, &CONTROL, &VECTOR_LOW, &VECTOR, &OTHER];
        parts.concat()
    })
}

fn number(row: &Register) -> u16 {
    row.gdb.unwrap_or(if row.name == "cc" { CC } else { PREFIX })
}

/// The value of row `index`.
pub(crate) fn read(cpu: &Cpu, index: usize) -> u128 {
    let n = number(&table()[index]);
    let low = |at: u16| (n - at) as u8;
    u128::from(match n {
        0 => trap::psw_mask(cpu),
        1 => cpu.pc(),
        R0..ACR0 => cpu.reg(state::r(low(R0))),
        ACR0..FPC => cpu.reg(state::a(low(ACR0))),
        FPC => cpu.reg(state::FPC),
        F0..CR0 => cpu.reg(state::f(low(F0))),
        CR0..V0L => cpu.state.cr[usize::from(n - CR0)],
        V0L..V16 => cpu.reg(state::v_low(low(V0L))),
        PREFIX => cpu.state.prefix.into(),
        CC => trap::condition_code(cpu),
        _ => {
            let v = low(V16) + 16;
            return u128::from(cpu.reg(state::v(v))) << 64 | u128::from(cpu.reg(state::v_low(v)));
        }
    })
}

/// Writes row `index`.
pub(crate) fn write(cpu: &mut Cpu, index: usize, value: u128) -> Result<(), RegisterError> {
    let row = &table()[index];
    let (n, wide) = (number(row), value);
    let value = value as u64 & bits::mask(u32::from(row.bits).min(64));
    let low = |at: u16| (n - at) as u8;
    match n {
        0 => {
            trap::set_psw_mask(cpu, value);
            cpu.set_halted(value & psw::WAIT != 0);
            cpu.flush_tlb();
        }
        1 => cpu.set_pc(value),
        R0..ACR0 => cpu.set_reg(state::r(low(R0)), value),
        ACR0..FPC => cpu.set_reg(state::a(low(ACR0)), value),
        FPC => fp::set_fpc_value(cpu, value),
        F0..CR0 => cpu.set_reg(state::f(low(F0)), value),
        CR0..V0L => {
            cpu.state.cr[usize::from(n - CR0)] = value;
            cpu.flush_tlb();
        }
        V0L..V16 => cpu.set_reg(state::v_low(low(V0L)), value),
        PREFIX => {
            cpu.state.prefix = value as u32 & 0x7fff_e000;
            cpu.flush_tlb();
        }
        CC => trap::set_cc(cpu, value),
        _ => {
            let v = low(V16) + 16;
            cpu.set_reg(state::v(v), (wide >> 64) as u64);
            cpu.set_reg(state::v_low(v), wide as u64);
        }
    }
    Ok(())
}
