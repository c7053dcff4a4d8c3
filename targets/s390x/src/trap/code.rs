//! Program-interruption codes.

/// Operation.
pub const OPERATION: u32 = 0x01;
/// Privileged operation.
pub const PRIVILEGED: u32 = 0x02;
/// Execute.
pub const EXECUTE: u32 = 0x03;
/// Protection.
pub const PROTECTION: u32 = 0x04;
/// Addressing.
pub const ADDRESSING: u32 = 0x05;
/// Specification.
pub const SPECIFICATION: u32 = 0x06;
/// Data; its argument is the data-exception code.
pub const DATA: u32 = 0x07;
/// Fixed-point overflow.
pub const FIXED_POINT_OVERFLOW: u32 = 0x08;
/// Fixed-point divide.
pub const FIXED_POINT_DIVIDE: u32 = 0x09;
/// Decimal overflow.
pub const DECIMAL_OVERFLOW: u32 = 0x0a;
/// Decimal divide.
pub const DECIMAL_DIVIDE: u32 = 0x0b;
/// HFP exponent overflow.
pub const HFP_OVERFLOW: u32 = 0x0c;
/// HFP exponent underflow.
pub const HFP_UNDERFLOW: u32 = 0x0d;
/// HFP significance.
pub const HFP_SIGNIFICANCE: u32 = 0x0e;
/// HFP divide.
pub const HFP_DIVIDE: u32 = 0x0f;
/// Segment translation.
pub const SEGMENT: u32 = 0x10;
/// Page translation.
pub const PAGE: u32 = 0x11;
/// Translation specification.
pub const TRANSLATION: u32 = 0x12;
/// Special operation.
pub const SPECIAL_OPERATION: u32 = 0x13;
/// Trace table.
pub const TRACE_TABLE: u32 = 0x16;
/// ASN-translation specification.
pub const ASN_SPECIFICATION: u32 = 0x17;
/// Space-switch event; its argument is the old primary ASN, and in bit 32 the space's control.
pub const SPACE_SWITCH: u32 = 0x1c;
/// PC-translation specification.
pub const PC_SPECIFICATION: u32 = 0x1f;
/// AFX translation; its argument, like those of the next one and of both authorities, is the ASN.
pub const AFX_TRANSLATION: u32 = 0x20;
/// ASX translation.
pub const ASX_TRANSLATION: u32 = 0x21;
/// LX translation; its argument, like the next one's, is the PC number.
pub const LX_TRANSLATION: u32 = 0x22;
/// EX translation.
pub const EX_TRANSLATION: u32 = 0x23;
/// Primary authority.
pub const PRIMARY_AUTHORITY: u32 = 0x24;
/// Secondary authority.
pub const SECONDARY_AUTHORITY: u32 = 0x25;
/// Stack full.
pub const STACK_FULL: u32 = 0x30;
/// Stack empty.
pub const STACK_EMPTY: u32 = 0x31;
/// Stack specification.
pub const STACK_SPECIFICATION: u32 = 0x32;
/// Stack type.
pub const STACK_TYPE: u32 = 0x33;
/// Stack operation.
pub const STACK_OPERATION: u32 = 0x34;
/// Operand.
pub const OPERAND: u32 = 0x15;
/// ALET specification; its argument, like that of the five that follow, is the access register.
pub const ALET_SPECIFICATION: u32 = 0x28;
/// ALEN translation.
pub const ALEN_TRANSLATION: u32 = 0x29;
/// ALE sequence.
pub const ALE_SEQUENCE: u32 = 0x2a;
/// ASTE validity.
pub const ASTE_VALIDITY: u32 = 0x2b;
/// ASTE sequence.
pub const ASTE_SEQUENCE: u32 = 0x2c;
/// Extended authority.
pub const EXTENDED_AUTHORITY: u32 = 0x2d;
/// HFP square root.
pub const HFP_SQUARE_ROOT: u32 = 0x1d;
/// Vector processing; its argument is the vector-exception code.
pub const VECTOR_PROCESSING: u32 = 0x1b;
/// ASCE type.
pub const ASCE_TYPE: u32 = 0x38;
/// Region first translation.
pub const REGION_FIRST: u32 = 0x39;
/// Region second translation.
pub const REGION_SECOND: u32 = 0x3a;
/// Region third translation.
pub const REGION_THIRD: u32 = 0x3b;
/// A program event, alone or beside another code.
pub const PER: u32 = 0x80;
/// Monitor event; its argument is class and code.
pub const MONITOR: u32 = 0x40;
/// Not the manual's: a supervisor call, whose argument is its number.
pub const SVC: u32 = 0x1_0000;
/// Not an interruption: a STORE MULTIPLE spans two pages, its argument tells which.
pub const SPANNING: u32 = 0x1_0001;
