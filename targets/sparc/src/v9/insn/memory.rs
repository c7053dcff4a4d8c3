//! Loads, stores, atomic accesses, with and without ASIs; barriers.

use bits::Endian;
use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{Align, Fence, Mem, Order, RmwOp, Val, Width};

use crate::v9::asi::{self, Kind};
use crate::v9::ext::Ext;
use crate::v9::format::{Alternate, Arith, Bare, Membar, double, quad};
use crate::v9::helper;
use crate::v9::lift::Lift;
use crate::v9::mode;
use crate::v9::state;
use crate::v9::trap::tt;

insns! {
    /// SPARC Architecture Manual V9, appendix A.
    pub INSNS for Lift;
    // Load Integer.
    "11 ..... 001001 ..... . ............." Arith ldsb "[{address}], {rd}" [V9];
    "11 ..... 001010 ..... . ............." Arith ldsh "[{address}], {rd}" [V9];
    "11 ..... 001000 ..... . ............." Arith ldsw "[{address}], {rd}" [V9];
    "11 ..... 000001 ..... . ............." Arith ldub "[{address}], {rd}" [V9];
    "11 ..... 000010 ..... . ............." Arith lduh "[{address}], {rd}" [V9];
    "11 ..... 000000 ..... . ............." Arith lduw "[{address}], {rd}" [V9];
    "11 ..... 001011 ..... . ............." Arith ldx "[{address}], {rd}" [V9];
    "11 ..... 000011 ..... . ............." Arith ldd "[{address}], {rd}" [V9];
    // Store Integer.
    "11 ..... 000101 ..... . ............." Arith stb "{rd}, [{address}]" [V9];
    "11 ..... 000110 ..... . ............." Arith sth "{rd}, [{address}]" [V9];
    "11 ..... 000100 ..... . ............." Arith stw "{rd}, [{address}]" [V9];
    "11 ..... 001110 ..... . ............." Arith stx "{rd}, [{address}]" [V9];
    "11 ..... 000111 ..... . ............." Arith std "{rd}, [{address}]" [V9];
    // Load-Store Unsigned Byte, Swap.
    "11 ..... 001101 ..... . ............." Arith ldstub "[{address}], {rd}" [V9];
    "11 ..... 001111 ..... . ............." Arith swap "[{address}], {rd}" [V9];
    // The same with alternate space.
    "11 ..... 011001 ..... . ............." Alternate ldsba "[{address}] {asi}, {rd}" [V9];
    "11 ..... 011010 ..... . ............." Alternate ldsha "[{address}] {asi}, {rd}" [V9];
    "11 ..... 011000 ..... . ............." Alternate ldswa "[{address}] {asi}, {rd}" [V9];
    "11 ..... 010001 ..... . ............." Alternate lduba "[{address}] {asi}, {rd}" [V9];
    "11 ..... 010010 ..... . ............." Alternate lduha "[{address}] {asi}, {rd}" [V9];
    "11 ..... 010000 ..... . ............." Alternate lduwa "[{address}] {asi}, {rd}" [V9];
    "11 ..... 011011 ..... . ............." Alternate ldxa "[{address}] {asi}, {rd}" [V9];
    "11 ..... 010011 ..... . ............." Alternate ldda "[{address}] {asi}, {rd}" [V9];
    "11 ..... 010101 ..... . ............." Alternate stba "{rd}, [{address}] {asi}" [V9];
    "11 ..... 010110 ..... . ............." Alternate stha "{rd}, [{address}] {asi}" [V9];
    "11 ..... 010100 ..... . ............." Alternate stwa "{rd}, [{address}] {asi}" [V9];
    "11 ..... 011110 ..... . ............." Alternate stxa "{rd}, [{address}] {asi}" [V9];
    "11 ..... 010111 ..... . ............." Alternate stda "{rd}, [{address}] {asi}" [V9];
    "11 ..... 011101 ..... . ............." Alternate ldstuba "[{address}] {asi}, {rd}" [V9];
    "11 ..... 011111 ..... . ............." Alternate swapa "[{address}] {asi}, {rd}" [V9];
    // Compare and Swap.
    "11 ..... 111100 ..... . ............." Alternate casa "[{rs1}] {asi}, {rs2}, {rd}" [V9];
    "11 ..... 111110 ..... . ............." Alternate casxa "[{rs1}] {asi}, {rs2}, {rd}" [V9];
    // Load Floating-Point, Store Floating-Point.
    "11 ..... 100000 ..... . ............." Arith ldf "[{address}], {srd}" [V9 Fpu];
    "11 ..... 100011 ..... . ............." Arith lddf "[{address}], {drd}" [V9 Fpu];
    "11 ..... 100010 ..... . ............." Arith ldqf "[{address}], {qrd}" [V9 Fpu Quad];
    "11 00000 100001 ..... . ............." Arith ldfsr "[{address}], %fsr" [V9 Fpu];
    "11 00001 100001 ..... . ............." Arith ldxfsr "[{address}], %fsr" [V9 Fpu];
    "11 ..... 100100 ..... . ............." Arith stf "{srd}, [{address}]" [V9 Fpu];
    "11 ..... 100111 ..... . ............." Arith stdf "{drd}, [{address}]" [V9 Fpu];
    "11 ..... 100110 ..... . ............." Arith stqf "{qrd}, [{address}]" [V9 Fpu Quad];
    "11 00000 100101 ..... . ............." Arith stfsr "%fsr, [{address}]" [V9 Fpu];
    "11 00001 100101 ..... . ............." Arith stxfsr "%fsr, [{address}]" [V9 Fpu];
    "11 ..... 110000 ..... . ............." Alternate ldfa "[{address}] {asi}, {srd}" [V9 Fpu];
    "11 ..... 110011 ..... . ............." Alternate lddfa "[{address}] {asi}, {drd}" [V9 Fpu];
    "11 ..... 110010 ..... . ............." Alternate ldqfa "[{address}] {asi}, {qrd}" [V9 Fpu Quad];
    "11 ..... 110100 ..... . ............." Alternate stfa "{srd}, [{address}] {asi}" [V9 Fpu];
    "11 ..... 110111 ..... . ............." Alternate stdfa "{drd}, [{address}] {asi}" [V9 Fpu];
    "11 ..... 110110 ..... . ............." Alternate stqfa "{qrd}, [{address}] {asi}" [V9 Fpu Quad];
    // Prefetch Data, Flush Instruction Memory, Memory Barrier.
    "11 ..... 101101 ..... . ............." Arith prefetch "[{address}], {fcn}" [V9];
    "11 ..... 111101 ..... . ............." Alternate prefetcha "[{address}] {asi}, {fcn}" [V9];
    "10 ..... 111011 ..... . ............." Arith flush "{address}" [V9];
    "10 00000 101000 01111 1 ............." Membar membar "{mask}" [V9];
    "10 00000 101000 01111 0 ............." Bare stbar "" [V9];
}

/// Ordinary accesses of a width in this mode.
fn mem(l: &Lift, width: Width) -> Mem {
    let endian = if mode::CLE.is_set(l.mode()) { Endian::Little } else { Endian::Big };
    Mem { endian, ..Mem::be(width).aligned() }
}

fn address<'b>(l: &Lift<'b>, f: Arith) -> Val<'b> {
    l.address(f.rs1, f.i, f.simm, f.rs2)
}

/// Handlers of loads and stores, plain and with ASI.
macro_rules! accesses {
    (load: $($plain:ident $alternate:ident $width:ident $extend:ident;)*) => { $(
        fn $plain(l: &Lift, f: Arith) -> Flow {
            l.set_x(f.rd, l.ir.load(address(l, f), mem(l, Width::$width)).$extend(Width::W64));
            Next
        }
        fn $alternate(l: &Lift, f: Alternate) -> Flow {
            let space = Space::of(l, f);
            if let Some(flow) = space.refused(l) {
                return flow;
            }
            l.set_x(f.rd, space.load(l, space.address(l, f), Width::$width).$extend(Width::W64));
            space.end(l)
        }
    )* };
    (store: $($plain:ident $alternate:ident $width:ident;)*) => { $(
        fn $plain(l: &Lift, f: Arith) -> Flow {
            l.ir.store(address(l, f), l.x(f.rd).trunc(Width::$width), mem(l, Width::$width));
            Next
        }
        fn $alternate(l: &Lift, f: Alternate) -> Flow {
            let space = Space::of(l, f);
            if let Some(flow) = space.refused(l) {
                return flow;
            }
            space.store(l, space.address(l, f), l.x(f.rd).trunc(Width::$width));
            space.end(l)
        }
    )* };
}

accesses! { load:
    ldsb ldsba W8 sext;
    ldsh ldsha W16 sext;
    ldsw ldswa W32 sext;
    ldub lduba W8 zext;
    lduh lduha W16 zext;
    lduw lduwa W32 zext;
    ldx ldxa W64 zext;
}
accesses! { store:
    stb stba W8;
    sth stha W16;
    stw stwa W32;
    stx stxa W64;
}

/// An access with an ASI: its number, and what that means here.
struct Space {
    asi: u8,
    kind: Kind,
}

/// Bits of the third word that helpers get: the ASI and the size of the access.
fn packed<'b>(l: &Lift<'b>, asi: u8, width: Width) -> Val<'b> {
    l.konst(i64::from(asi) | i64::from(width.bytes()) << 8)
}

impl Space {
    fn of(l: &Lift, f: Alternate) -> Space {
        let asi = if f.i { mode::ASI.of(l.mode()) as u8 } else { f.asi };
        Space { asi, kind: asi::kind(asi, l.privilege()) }
    }

    /// Restricted ASIs are for privileged software.
    fn refused(&self, l: &Lift) -> Option<Flow> {
        (self.asi < asi::num::PRIMARY && l.privilege() == 0).then(|| l.raise(tt::PRIVILEGED_ACTION))
    }

    fn address<'b>(&self, l: &Lift<'b>, f: Alternate) -> Val<'b> {
        l.address(f.rs1, f.i, f.simm, if f.i { 0 } else { f.rs2 })
    }

    /// How memory is accessed, if it is.
    fn mem(&self, width: Width) -> Option<Mem> {
        match self.kind {
            Kind::Memory(space, endian) => Some(Mem { endian, ..Mem::be(width).aligned().in_space(space) }),
            _ => None,
        }
    }

    fn load<'b>(&self, l: &Lift<'b>, address: Val<'b>, width: Width) -> Val<'b> {
        match self.mem(width) {
            Some(mem) => l.ir.load(address, mem),
            None => l.call(helper::LOAD_ASI, &[address, packed(l, self.asi, width)]).trunc(width),
        }
    }

    fn store<'b>(&self, l: &Lift<'b>, address: Val<'b>, value: Val<'b>) {
        let width = value.width();
        match self.mem(width) {
            Some(mem) => l.ir.store(address, value, mem),
            None => {
                l.call(helper::STORE_ASI, &[address, value.zext(Width::W64), packed(l, self.asi, width)]);
            }
        }
    }

    /// Registers behind ASIs may change how memory is reached.
    fn end(&self, l: &Lift) -> Flow {
        if self.kind == Kind::Register {
            l.update.set(true);
        }
        Next
    }
}

fn ldd(l: &Lift, f: Arith) -> Flow {
    if f.rd & 1 != 0 {
        return Illegal;
    }
    let mem = mem(l, Width::W64);
    let all = l.ir.load(address(l, f), mem);
    put_pair(l, f.rd, all, mem.endian);
    Next
}

/// Writes the register pair of a double word: the word at the lower address to the even register, each turned round by itself in
/// little-endian spaces.
fn put_pair<'b>(l: &Lift<'b>, rd: u8, all: Val<'b>, endian: Endian) {
    let (upper, lower) = (all.shr_u(all.konst(32)), all.trunc(Width::W32).zext(Width::W64));
    let (first, second) = if endian == Endian::Big { (upper, lower) } else { (lower, upper) };
    l.set_x(rd, first);
    l.set_x(rd + 1, second);
}

/// The double word of a register pair.
fn pair<'b>(l: &Lift<'b>, rd: u8, endian: Endian) -> Val<'b> {
    let (first, second) = (l.x(rd), l.x(rd + 1));
    let (upper, lower) = if endian == Endian::Big { (first, second) } else { (second, first) };
    lower.deposit(32, 32, upper)
}

fn std(l: &Lift, f: Arith) -> Flow {
    if f.rd & 1 != 0 {
        return Illegal;
    }
    let mem = mem(l, Width::W64);
    l.ir.store(address(l, f), pair(l, f.rd, mem.endian), mem);
    Next
}

fn ldda(l: &Lift, f: Alternate) -> Flow {
    if f.rd & 1 != 0 {
        return Illegal;
    }
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    let address = space.address(l, f);
    if let Kind::Quad(space, endian) = space.kind {
        l.raise_if((address & address.konst(15)).is_nonzero(), tt::NOT_ALIGNED);
        let mem = Mem { endian, ..Mem::be(Width::W64).in_space(space) };
        let (first, second) = (l.ir.load(address, mem), l.ir.load(address.add_imm(8), mem));
        l.set_x(f.rd, first);
        l.set_x(f.rd + 1, second);
        return Next;
    }
    let endian = if space.asi & 8 == 0 { Endian::Big } else { Endian::Little };
    put_pair(l, f.rd, space.load(l, address, Width::W64), endian);
    space.end(l)
}

fn stda(l: &Lift, f: Alternate) -> Flow {
    if f.rd & 1 != 0 {
        return Illegal;
    }
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    let endian = if space.asi & 8 == 0 { Endian::Big } else { Endian::Little };
    space.store(l, space.address(l, f), pair(l, f.rd, endian));
    space.end(l)
}

fn exchange<'b>(l: &Lift<'b>, rd: u8, address: Val<'b>, value: Val<'b>, mem: Mem) -> Flow {
    let old = l.ir.rmw(RmwOp::Swap, address, value, mem.ordered(Order::SeqCst));
    l.set_x(rd, old.zext(Width::W64));
    Next
}

fn ldstub(l: &Lift, f: Arith) -> Flow {
    exchange(l, f.rd, address(l, f), l.ir.konst(Width::W8, 0xff), mem(l, Width::W8))
}

fn swap(l: &Lift, f: Arith) -> Flow {
    exchange(l, f.rd, address(l, f), l.x32(f.rd), mem(l, Width::W32))
}

/// Atomic accesses with an ASI that is no memory raise data_access_exception.
fn atomic(l: &Lift, f: Alternate, address: Val<'_>, width: Width, lift: impl FnOnce(Mem) -> Flow) -> Flow {
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    match space.mem(width) {
        Some(mem) => lift(mem.ordered(Order::SeqCst)),
        None => {
            l.call(helper::NO_ATOMIC, &[address, packed(l, space.asi, width)]);
            Next
        }
    }
}

fn ldstuba(l: &Lift, f: Alternate) -> Flow {
    let address = l.address(f.rs1, f.i, f.simm, f.rs2);
    atomic(l, f, address, Width::W8, |mem| exchange(l, f.rd, address, l.ir.konst(Width::W8, 0xff), mem))
}

fn swapa(l: &Lift, f: Alternate) -> Flow {
    let address = l.address(f.rs1, f.i, f.simm, f.rs2);
    atomic(l, f, address, Width::W32, |mem| exchange(l, f.rd, address, l.x32(f.rd), mem))
}

/// "CASA compares the low-order 32 bits of r[rs2] with the word in memory"; rd gets what was there.
fn compare_and_swap(l: &Lift, f: Alternate, width: Width) -> Flow {
    let address = l.mask_address(l.x(f.rs1));
    atomic(l, f, address, width, |mem| {
        let old = l.ir.cas(address, l.x(f.rs2).trunc(width), l.x(f.rd).trunc(width), mem);
        l.set_x(f.rd, old.zext(Width::W64));
        Next
    })
}

fn casa(l: &Lift, f: Alternate) -> Flow {
    compare_and_swap(l, f, Width::W32)
}

fn casxa(l: &Lift, f: Alternate) -> Flow {
    compare_and_swap(l, f, Width::W64)
}

fn ldf(l: &Lift, f: Arith) -> Flow {
    l.set_s(f.rd, l.ir.load(address(l, f), mem(l, Width::W32)));
    Next
}

fn lddf(l: &Lift, f: Arith) -> Flow {
    l.set_d(f.rd, l.ir.load(address(l, f), mem(l, Width::W64)));
    Next
}

fn stf(l: &Lift, f: Arith) -> Flow {
    l.ir.store(address(l, f), l.s(f.rd), mem(l, Width::W32));
    Next
}

fn stdf(l: &Lift, f: Arith) -> Flow {
    l.ir.store(address(l, f), l.d(f.rd), mem(l, Width::W64));
    Next
}

/// Raises mem_address_not_aligned unless a quad's address is a multiple of 4; where it is no multiple of 16, the access is done all the
/// same ("LDQF_mem_address_not_aligned", implementation dependency 111).
fn check_quad(l: &Lift, address: Val<'_>) {
    l.raise_if((address & address.konst(3)).is_nonzero(), tt::NOT_ALIGNED);
}

/// Both double words of a quad.
fn load_quad<'b>(l: &Lift<'b>, rd: u8, address: Val<'b>, load: impl Fn(Val<'b>) -> Val<'b>) -> Flow {
    if rd & 2 != 0 {
        return Illegal;
    }
    check_quad(l, address);
    let (high, low) = (load(address), load(address.add_imm(8)));
    l.set_q(rd, (high, low));
    Next
}

fn ldqf(l: &Lift, f: Arith) -> Flow {
    let mem = Mem { align: Align::Split, ..mem(l, Width::W64) };
    load_quad(l, f.rd, address(l, f), |at| l.ir.load(at, mem))
}

fn stqf(l: &Lift, f: Arith) -> Flow {
    if f.rd & 2 != 0 {
        return Illegal;
    }
    let (address, mem) = (address(l, f), Mem { align: Align::Split, ..mem(l, Width::W64) });
    check_quad(l, address);
    let (high, low) = l.q(f.rd);
    l.ir.store(address, high, mem);
    l.ir.store(address.add_imm(8), low, mem);
    Next
}

/// "LDFSR writes the lower 32 bits of FSR, LDXFSR all 64".
fn load_fsr(l: &Lift, f: Arith, width: Width) -> Flow {
    let value = l.ir.load(address(l, f), mem(l, width)).zext(Width::W64);
    l.call(helper::WRITE_FSR, &[value, l.konst(i64::from(width == Width::W64))]);
    Next
}

fn ldfsr(l: &Lift, f: Arith) -> Flow {
    load_fsr(l, f, Width::W32)
}

fn ldxfsr(l: &Lift, f: Arith) -> Flow {
    load_fsr(l, f, Width::W64)
}

fn store_fsr(l: &Lift, f: Arith, width: Width) -> Flow {
    let value = l.call(helper::READ_FSR, &[]);
    l.ir.store(address(l, f), value.trunc(width), mem(l, width));
    Next
}

fn stfsr(l: &Lift, f: Arith) -> Flow {
    store_fsr(l, f, Width::W32)
}

fn stxfsr(l: &Lift, f: Arith) -> Flow {
    store_fsr(l, f, Width::W64)
}

fn ldfa(l: &Lift, f: Alternate) -> Flow {
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    l.set_s(f.rd, space.load(l, space.address(l, f), Width::W32));
    Next
}

/// With block ASIs 64 bytes, with short ones a byte or half-word to the end of the register.
fn lddfa(l: &Lift, f: Alternate) -> Flow {
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    let address = space.address(l, f);
    match space.kind {
        Kind::Block(..) => {
            let first = double(f.rd);
            if first & 7 != 0 {
                return Illegal;
            }
            l.call(helper::LOAD_BLOCK, &[address, l.konst(first.into()), l.konst(space.asi.into())]);
            l.float_written(first);
        }
        Kind::Short(sp, endian, bytes) => {
            let width = if bytes == 1 { Width::W8 } else { Width::W16 };
            let mem = Mem { endian, ..Mem::be(width).aligned().in_space(sp) };
            l.set_d(f.rd, l.ir.load(address, mem).zext(Width::W64));
        }
        _ => l.set_d(f.rd, space.load(l, address, Width::W64)),
    }
    Next
}

fn ldqfa(l: &Lift, f: Alternate) -> Flow {
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    load_quad(l, f.rd, space.address(l, f), |at| match space.mem(Width::W64) {
        Some(mem) => l.ir.load(at, Mem { align: Align::Split, ..mem }),
        None => space.load(l, at, Width::W64),
    })
}

fn stfa(l: &Lift, f: Alternate) -> Flow {
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    space.store(l, space.address(l, f), l.s(f.rd));
    Next
}

/// With block ASIs 64 bytes, with short ones a byte or half-word, with partial ones what the mask in rs2 selects.
fn stdfa(l: &Lift, f: Alternate) -> Flow {
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    match space.kind {
        Kind::Block(..) => {
            let first = double(f.rd);
            if first & 7 != 0 {
                return Illegal;
            }
            let address = space.address(l, f);
            l.call(helper::STORE_BLOCK, &[address, l.konst(first.into()), l.konst(space.asi.into())]);
            l.update.set(true);
        }
        Kind::Short(sp, endian, bytes) => {
            let width = if bytes == 1 { Width::W8 } else { Width::W16 };
            let mem = Mem { endian, ..Mem::be(width).aligned().in_space(sp) };
            l.ir.store(space.address(l, f), l.d(f.rd).trunc(width), mem);
        }
        Kind::Partial(..) => {
            if f.i {
                return Illegal;
            }
            // The address is rs1 alone: rs2 is the mask.
            let address = l.mask_address(l.x(f.rs1));
            l.call(helper::STORE_PARTIAL, &[address, l.d(f.rd), l.x(f.rs2), l.konst(space.asi.into())]);
            l.update.set(true);
        }
        _ => space.store(l, space.address(l, f), l.d(f.rd)),
    }
    Next
}

fn stqfa(l: &Lift, f: Alternate) -> Flow {
    if f.rd & 2 != 0 {
        return Illegal;
    }
    let space = Space::of(l, f);
    if let Some(flow) = space.refused(l) {
        return flow;
    }
    let address = space.address(l, f);
    check_quad(l, address);
    let (high, low) = (l.ir.get(state::d(quad(f.rd))), l.ir.get(state::d(quad(f.rd) + 1)));
    for (at, value) in [(address, high), (address.add_imm(8), low)] {
        match space.mem(Width::W64) {
            Some(mem) => l.ir.store(at, value, Mem { align: Align::Split, ..mem }),
            // Only words have to be aligned there, too.
            None => _ = l.call(helper::STORE_ASI, &[at, value, packed(l, space.asi, Width::W32)]),
        }
    }
    Next
}

/// "Prefetch Data": functions 5 to 15 are reserved; nothing is prefetched.
fn prefetch(_: &Lift, f: Arith) -> Flow {
    if (5..16).contains(&f.rd) { Illegal } else { Next }
}

fn prefetcha(l: &Lift, f: Alternate) -> Flow {
    if (5..16).contains(&f.rd) {
        return Illegal;
    }
    Space::of(l, f).refused(l).unwrap_or(Next)
}

fn flush(l: &Lift, f: Arith) -> Flow {
    l.call(helper::FLUSH, &[address(l, f)]);
    l.update.set(true);
    Next
}

/// mmask: #LoadLoad 1, #StoreLoad 2, #LoadStore 4, #StoreStore 8; cmask above.
fn membar(l: &Lift, f: Membar) -> Flow {
    match f.mask {
        0 => {}
        m if m & 0x72 != 0 => l.ir.fence(Fence::SeqCst),
        m if m & 5 != 0 && m & 8 == 0 => l.ir.fence(Fence::Acquire),
        8 => l.ir.fence(Fence::Release),
        _ => l.ir.fence(Fence::SeqCst),
    }
    Next
}

fn stbar(l: &Lift, _: Bare) -> Flow {
    l.ir.fence(Fence::Release);
    Next
}
