//! Packed and zoned decimal (PoP, "Decimal Instructions").
