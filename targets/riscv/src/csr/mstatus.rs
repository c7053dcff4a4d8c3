//! `mstatus`, of which `sstatus` is a view.
//!
//! Privileged Architecture 20240411, "Machine Status Registers" and "Supervisor Status Register".

use serde::{Deserialize, Serialize};

use super::Priv;
use crate::ext::Ext;
use crate::mmu;
use crate::model::{Model, PrivVersion};

/// A field of `mstatus`: lowest bit and length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field(u32, u32);

impl Field {
    /// The bits of the field.
    pub const fn mask(self) -> u64 {
        bits::mask(self.1) << self.0
    }
}

/// Supervisor interrupt enable.
pub const SIE: Field = Field(1, 1);
/// Machine interrupt enable.
pub const MIE: Field = Field(3, 1);
/// SIE before the trap.
pub const SPIE: Field = Field(5, 1);
/// MIE before the trap.
pub const MPIE: Field = Field(7, 1);
/// Mode before the trap to S-mode.
pub const SPP: Field = Field(8, 1);
/// Mode before the trap to M-mode.
pub const MPP: Field = Field(11, 2);
/// State of the floating-point unit.
pub const FS: Field = Field(13, 2);
/// Loads and stores have the rights of MPP.
pub const MPRV: Field = Field(17, 1);
/// S-mode may access pages of U-mode. Version 1.9.1 has PUM here, which means the opposite.
pub const SUM: Field = Field(18, 1);
/// Loads may access executable pages.
pub const MXR: Field = Field(19, 1);
/// `satp` and `sfence.vma` are illegal in S-mode.
pub const TVM: Field = Field(20, 1);
/// `wfi` is illegal below M-mode.
pub const TW: Field = Field(21, 1);
/// `sret` is illegal in S-mode.
pub const TSR: Field = Field(22, 1);
/// Address translation, in version 1.9.1.
pub const VM: Field = Field(24, 5);
/// XLEN of U-mode.
const UXL: Field = Field(32, 2);
/// XLEN of S-mode.
const SXL: Field = Field(34, 2);

/// FS: instructions and CSRs of the unit are illegal.
pub const FS_OFF: u64 = 0;
/// FS: something has been written since software last said otherwise.
pub const FS_DIRTY: u64 = 3;

/// The value of UXL and SXL for 64 bits.
const XL_64: u64 = 2;

/// What `sstatus` shows of `mstatus`, beside SD.
pub(super) const SSTATUS: u64 =
    SIE.mask() | SPIE.mask() | SPP.mask() | FS.mask() | SUM.mask() | MXR.mask() | UXL.mask();

/// The fields of `mstatus` that can change. The constant and derived ones (SD, UXL, SXL) are made when it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Status(u64);

impl Status {
    /// The register after reset. A hart with M-mode alone can hold nothing else in MPP.
    pub(super) fn new(model: &Model) -> Status {
        let mut status = Status::default();
        if !model.has_u() {
            status.put(MPP, Priv::M as u64);
        }
        status
    }

    /// The value of a field.
    pub const fn get(self, field: Field) -> u64 {
        self.0 >> field.0 & bits::mask(field.1)
    }

    /// Whether a field is not 0.
    pub const fn has(self, field: Field) -> bool {
        self.0 & field.mask() != 0
    }

    /// Sets a field.
    pub const fn put(&mut self, field: Field, value: u64) {
        self.0 = bits::deposit(self.0, field.0, field.1, value);
    }

    /// Moves an enable onto its stack: `to` gets the value of `from`, which becomes 0.
    pub(crate) const fn move_bit(&mut self, from: Field, to: Field) {
        self.put(to, self.get(from));
        self.put(from, 0);
    }

    /// The register as software reads it.
    pub(super) fn read(self, model: &Model) -> u64 {
        let mut value = self.0;
        if model.xlen() == 64 {
            if model.has_u() {
                value = bits::deposit(value, UXL.0, UXL.1, XL_64);
            }
            if model.has_s() {
                value = bits::deposit(value, SXL.0, SXL.1, XL_64);
            }
        }
        let dirty = self.get(FS) == FS_DIRTY;
        value | u64::from(dirty) << (model.xlen() - 1)
    }

    /// Takes over the bits in `mask` of what software writes. Returns whether translations may have become void.
    pub(super) fn write(&mut self, model: &Model, value: u64, mask: u64) -> bool {
        let old = self.0;
        let mask = mask & writable(model);
        self.0 = old & !mask | value & mask;
        let mpp = Priv::from_bits(self.get(MPP));
        if !mpp.is_some_and(|p| model.has_priv(p)) {
            self.put(MPP, Status(old).get(MPP));
        }
        if mask & VM.mask() != 0 && !mmu::legal_vm_1_09(model, self.get(VM)) {
            self.put(VM, Status(old).get(VM));
        }
        (self.0 ^ old) & VM.mask() != 0
    }
}

/// The fields that software can change.
fn writable(model: &Model) -> u64 {
    let mut mask = MIE.mask() | MPIE.mask();
    if model.has_u() {
        mask |= MPP.mask() | MPRV.mask();
    }
    if model.has_s() {
        mask |= SIE.mask() | SPIE.mask() | SPP.mask() | SUM.mask() | MXR.mask();
    }
    if model.has(Ext::F) {
        mask |= FS.mask();
    }
    if model.priv_version() == PrivVersion::V1_09_1 {
        return mask | VM.mask();
    }
    if model.has_u() {
        mask |= TW.mask();
    }
    if model.has_s() {
        mask |= TVM.mask() | TSR.mask();
    }
    mask
}
