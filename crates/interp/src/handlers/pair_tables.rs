//! Which ops pair up: tables of their shapes and bodies, which [`super::pair`] expands where a shape is matched. The names they
//! use are those of that module.

macro_rules! op {
    ($name:ident) => {{ BinOp::$name as u8 }};
}

/// The ops that pair up on 64-bit guests: what they are when a block is lowered, and their body. `K` is the kind of the guest's accesses.
macro_rules! bodies {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        (Shape::Bin(BinOp::Add, Width::W64, true, false)) Bin<{ op!(Add) }, W64, true, false>;
        (Shape::Bin(BinOp::Add, Width::W64, false, false)) Bin<{ op!(Add) }, W64, false, false>;
        (Shape::Bin(BinOp::Sub, Width::W64, false, false)) Bin<{ op!(Sub) }, W64, false, false>;
        (Shape::Bin(BinOp::And, Width::W64, true, false)) Bin<{ op!(And) }, W64, true, false>;
        (Shape::Bin(BinOp::And, Width::W64, false, false)) Bin<{ op!(And) }, W64, false, false>;
        (Shape::Bin(BinOp::Or, Width::W64, false, false)) Bin<{ op!(Or) }, W64, false, false>;
        (Shape::Bin(BinOp::Xor, Width::W64, false, false)) Bin<{ op!(Xor) }, W64, false, false>;
        (Shape::Bin(BinOp::Shl, Width::W64, true, false)) Bin<{ op!(Shl) }, W64, true, false>;
        (Shape::Bin(BinOp::ShrU, Width::W64, true, false)) Bin<{ op!(ShrU) }, W64, true, false>;
        (Shape::Bin(BinOp::Add, Width::W32, true, true)) Bin<{ op!(Add) }, W32, true, true>;
        (Shape::Bin(BinOp::Add, Width::W32, false, true)) Bin<{ op!(Add) }, W32, false, true>;
        (Shape::Bin(BinOp::Sub, Width::W32, false, true)) Bin<{ op!(Sub) }, W32, false, true>;
        (Shape::Bin(BinOp::Shl, Width::W32, true, true)) Bin<{ op!(Shl) }, W32, true, true>;
        (Shape::Bin(BinOp::ShrU, Width::W32, true, true)) Bin<{ op!(ShrU) }, W32, true, true>;
        (Shape::Mov) Mov;
        (Shape::SextWord) SextWord;
        (Shape::Konst) Konst;
        (Shape::KonstU) KonstU;
        (Shape::Load(Width::W64, ext::ZERO, K)) Load<W64, { ext::ZERO }, K>;
        (Shape::Load(Width::W32, ext::SIGN64, K)) Load<W32, { ext::SIGN64 }, K>;
        (Shape::Load(Width::W16, ext::ZERO, K)) Load<W16, { ext::ZERO }, K>;
        (Shape::Load(Width::W8, ext::ZERO, K)) Load<W8, { ext::ZERO }, K>;
        (Shape::Store(Width::W64, K)) Store<W64, K>;
        (Shape::Store(Width::W32, K)) Store<W32, K>;
        (Shape::Store(Width::W8, K)) Store<W8, K>;
    } };
}

/// The same for 32-bit guests.
macro_rules! short_bodies {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        (Shape::Bin(BinOp::Add, Width::W32, true, false)) Bin<{ op!(Add) }, W32, true, false>;
        (Shape::Bin(BinOp::Add, Width::W32, false, false)) Bin<{ op!(Add) }, W32, false, false>;
        (Shape::Bin(BinOp::Sub, Width::W32, false, false)) Bin<{ op!(Sub) }, W32, false, false>;
        (Shape::Bin(BinOp::And, Width::W32, true, false)) Bin<{ op!(And) }, W32, true, false>;
        (Shape::Bin(BinOp::Or, Width::W32, false, false)) Bin<{ op!(Or) }, W32, false, false>;
        (Shape::Bin(BinOp::Xor, Width::W32, false, false)) Bin<{ op!(Xor) }, W32, false, false>;
        (Shape::Bin(BinOp::Shl, Width::W32, true, false)) Bin<{ op!(Shl) }, W32, true, false>;
        (Shape::Bin(BinOp::ShrU, Width::W32, true, false)) Bin<{ op!(ShrU) }, W32, true, false>;
        (Shape::CutWord) CutWord;
        (Shape::Mov) Mov;
        (Shape::Konst) Konst;
        (Shape::KonstU) KonstU;
        (Shape::Load(Width::W32, ext::ZERO, K)) Load<W32, { ext::ZERO }, K>;
        (Shape::Load(Width::W8, ext::ZERO, K)) Load<W8, { ext::ZERO }, K>;
        (Shape::Store(Width::W32, K)) Store<W32, K>;
        (Shape::Store(Width::W8, K)) Store<W8, K>;
    } };
}

/// Ops of 64-bit guests that leave the upper half of a register alone; they pair up with each other and with [`low_partners!`].
macro_rules! low_bodies {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        (Shape::Low(BinOp::Add, true)) Low<{ op!(Add) }, true>;
        (Shape::Low(BinOp::Add, false)) Low<{ op!(Add) }, false>;
        (Shape::Low(BinOp::Sub, false)) Low<{ op!(Sub) }, false>;
        (Shape::Low(BinOp::Xor, false)) Low<{ op!(Xor) }, false>;
        (Shape::MovLow) MovLow;
        (Shape::Load(Width::W32, ext::KEEP, BIG)) Load<W32, { ext::KEEP }, BIG>;
    } };
}

/// What they stand beside.
macro_rules! low_partners {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        (Shape::Bin(BinOp::Add, Width::W64, true, false)) Bin<{ op!(Add) }, W64, true, false>;
        (Shape::Bin(BinOp::Add, Width::W64, false, false)) Bin<{ op!(Add) }, W64, false, false>;
        (Shape::Bin(BinOp::And, Width::W64, true, false)) Bin<{ op!(And) }, W64, true, false>;
        (Shape::Mov) Mov;
        (Shape::Konst) Konst;
        (Shape::KonstU) KonstU;
        (Shape::Load(Width::W64, ext::ZERO, BIG)) Load<W64, { ext::ZERO }, BIG>;
        (Shape::Load(Width::W8, ext::ZERO, BIG)) Load<W8, { ext::ZERO }, BIG>;
        (Shape::Store(Width::W32, BIG)) Store<W32, BIG>;
        (Shape::Store(Width::W8, BIG)) Store<W8, BIG>;
    } };
}

/// The same for guests of 64 bits whose 32-bit operations clear the upper half: addresses are wide, much else is not.
macro_rules! mixed_bodies {
    ($m:ident $($rest:tt)*) => { $m! { $($rest)*
        (Shape::Bin(BinOp::Add, Width::W64, true, false)) Bin<{ op!(Add) }, W64, true, false>;
        (Shape::Bin(BinOp::Add, Width::W64, false, false)) Bin<{ op!(Add) }, W64, false, false>;
        (Shape::Bin(BinOp::Add, Width::W32, true, false)) Bin<{ op!(Add) }, W32, true, false>;
        (Shape::Bin(BinOp::Add, Width::W32, false, false)) Bin<{ op!(Add) }, W32, false, false>;
        (Shape::Bin(BinOp::Sub, Width::W32, false, false)) Bin<{ op!(Sub) }, W32, false, false>;
        (Shape::Bin(BinOp::And, Width::W32, true, false)) Bin<{ op!(And) }, W32, true, false>;
        (Shape::Bin(BinOp::Or, Width::W32, false, false)) Bin<{ op!(Or) }, W32, false, false>;
        (Shape::Bin(BinOp::Xor, Width::W32, false, false)) Bin<{ op!(Xor) }, W32, false, false>;
        (Shape::Bin(BinOp::Shl, Width::W32, true, false)) Bin<{ op!(Shl) }, W32, true, false>;
        (Shape::Bin(BinOp::ShrU, Width::W32, true, false)) Bin<{ op!(ShrU) }, W32, true, false>;
        (Shape::CutWord) CutWord;
        (Shape::Mov) Mov;
        (Shape::Konst) Konst;
        (Shape::Load(Width::W64, ext::ZERO, LITTLE)) Load<W64, { ext::ZERO }, LITTLE>;
        (Shape::Load(Width::W32, ext::ZERO, LITTLE)) Load<W32, { ext::ZERO }, LITTLE>;
        (Shape::Load(Width::W8, ext::ZERO, LITTLE)) Load<W8, { ext::ZERO }, LITTLE>;
        (Shape::Store(Width::W64, LITTLE)) Store<W64, LITTLE>;
        (Shape::Store(Width::W32, LITTLE)) Store<W32, LITTLE>;
    } };
}
