//! Which features a row needs.

/// Which CPU features a row needs, and which it must not have. Features are numbers below 128, the target's `Ext as u32`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guard {
    /// All of these must be built in.
    pub all: u128,
    /// None of these may be built in.
    pub none: u128,
}

impl Guard {
    /// No condition.
    pub const ANY: Guard = Guard { all: 0, none: 0 };

    /// The same, and feature `n` must be there.
    ///
    /// # Panics
    /// When `n` is not below 128; in a table this is a compile-time error.
    pub const fn with(self, n: u32) -> Guard {
        assert!(n < 128, "a target has at most 128 features");
        Guard { all: self.all | 1 << n, ..self }
    }

    /// The same, and feature `n` must not be there.
    ///
    /// # Panics
    /// When `n` is not below 128; in a table this is a compile-time error.
    pub const fn without(self, n: u32) -> Guard {
        assert!(n < 128, "a target has at most 128 features");
        Guard { none: self.none | 1 << n, ..self }
    }

    /// Whether no set of features satisfies both.
    pub const fn excludes(self, other: Guard) -> bool {
        self.all & other.none != 0 || self.none & other.all != 0
    }

    /// Whether a CPU with these features satisfies the guard.
    pub const fn holds(self, features: u128) -> bool {
        features & self.all == self.all && features & self.none == 0
    }
}

/// A [`Guard`] from the names of features: `guard!(F !Rv64)`. `Ext` must be in scope where it is used.
#[macro_export]
macro_rules! guard {
    (@ $g:expr;) => { $g };
    (@ $g:expr; ! $f:ident $($rest:tt)*) => { $crate::guard!(@ $g.without(Ext::$f as u32); $($rest)*) };
    (@ $g:expr; $f:ident $($rest:tt)*) => { $crate::guard!(@ $g.with(Ext::$f as u32); $($rest)*) };
    ($($t:tt)*) => { $crate::guard!(@ $crate::Guard::ANY; $($t)*) };
}

#[cfg(test)]
mod tests {
    #[derive(Clone, Copy)]
    enum Ext {
        F,
        Rv64,
    }

    #[test]
    fn guards_hold_and_exclude() {
        let (f, f32, f64) = (guard!(F), guard!(F !Rv64), guard!(F Rv64));
        assert!(f.holds(1) && f.holds(3) && !f.holds(2));
        assert!(f32.holds(1) && !f32.holds(3) && f64.holds(3) && !f64.holds(1));
        assert!(f32.excludes(f64) && f64.excludes(f32) && !f.excludes(f64));
        assert_eq!(guard!(), crate::Guard::ANY);
        assert_eq!(f32, crate::Guard { all: 1 << Ext::F as u32, none: 1 << Ext::Rv64 as u32 });
    }
}
