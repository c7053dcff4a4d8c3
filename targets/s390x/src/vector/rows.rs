//! The helpers of vector instructions: families with a function for each element size, and single ones.

use cpu::Helper;
use uop::{HelperInfo, RegSet, Width};

use super::{float, integer, string, support};
use crate::helper::FIRST_VECTOR;
use crate::state;
use crate::target::S390x;

/// Sizes of elements: bytes to quadwords.
const SIZES: u16 = 5;

/// A function for each element size.
#[derive(Clone, Copy)]
pub(crate) struct Family(u16);

impl Family {
    /// The helper for elements of 1 << `size` bytes.
    pub(crate) fn of(self, size: u8) -> u16 {
        self.0 + u16::from(size)
    }
}

/// What all of them are like: they use vector registers, the FPC and general storage, and may raise.
const fn info(name: &'static str) -> HelperInfo {
    const REGS: RegSet = RegSet::Ranges(&[(state::v(0).0, state::CC_KIND.0), (state::FPC.0, state::N_REGS)]);
    HelperInfo { name, args: 4, ret: Some(Width::W64), reads: REGS, writes: REGS, faults: true, pure_: false }
}

macro_rules! rows {
    (families { $( $family:ident = $f:ident :: $g:ident, $args:literal; )* } single { $( $one:ident = $h:ident :: $i:ident, $n:literal; )* }) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum FamilyNumber { $($family,)* Count }

        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum SingleNumber { $($one),* }

        $( pub(crate) const $family: Family = Family(FIRST_VECTOR + FamilyNumber::$family as u16 * SIZES); )*
        $( pub(crate) const $one: u16 = FIRST_VECTOR + FamilyNumber::Count as u16 * SIZES + SingleNumber::$one as u16; )*

        /// The rows, in the order of their numbers.
        pub(crate) fn rows() -> Vec<Helper<S390x>> {
            vec![
                $(
                    Helper { info: HelperInfo { args: $args, ..info(stringify!($family)) }, run: $f::$g::<8> },
                    Helper { info: HelperInfo { args: $args, ..info(stringify!($family)) }, run: $f::$g::<16> },
                    Helper { info: HelperInfo { args: $args, ..info(stringify!($family)) }, run: $f::$g::<32> },
                    Helper { info: HelperInfo { args: $args, ..info(stringify!($family)) }, run: $f::$g::<64> },
                    Helper { info: HelperInfo { args: $args, ..info(stringify!($family)) }, run: $f::$g::<128> },
                )*
                $( Helper { info: HelperInfo { args: $n, ..info(stringify!($one)) }, run: $h::$i }, )*
            ]
        }
    };
}

rows! {
    families {
        ADD = integer::add, 1;
        SUB = integer::sub, 1;
        ADD_CARRY = integer::add_carry, 1;
        SUB_BORROW = integer::sub_borrow, 1;
        AVERAGE = integer::average, 1;
        AVERAGE_LOGICAL = integer::average_logical, 1;
        EQUAL = integer::equal, 1;
        HIGH = integer::high, 1;
        HIGH_LOGICAL = integer::high_logical, 1;
        ELEMENT_COMPARE = integer::element_compare, 1;
        ELEMENT_COMPARE_LOGICAL = integer::element_compare_logical, 1;
        LEADING_ZEROS = integer::leading_zeros, 1;
        TRAILING_ZEROS = integer::trailing_zeros, 1;
        POPCOUNT = integer::popcount, 1;
        NEGATE = integer::negate, 1;
        ABSOLUTE = integer::absolute, 1;
        MAX = integer::max, 1;
        MAX_LOGICAL = integer::max_logical, 1;
        MIN = integer::min, 1;
        MIN_LOGICAL = integer::min_logical, 1;
        MULTIPLY_LOW = integer::multiply_low, 1;
        MULTIPLY_HIGH = integer::multiply_high, 1;
        MULTIPLY_LOGICAL_HIGH = integer::multiply_logical_high, 1;
        MULTIPLY_EVEN = integer::multiply_even, 1;
        MULTIPLY_LOGICAL_EVEN = integer::multiply_logical_even, 1;
        MULTIPLY_ODD = integer::multiply_odd, 1;
        MULTIPLY_LOGICAL_ODD = integer::multiply_logical_odd, 1;
        MULTIPLY_ADD_LOW = integer::multiply_add_low, 1;
        MULTIPLY_ADD_HIGH = integer::multiply_add_high, 1;
        MULTIPLY_ADD_LOGICAL_HIGH = integer::multiply_add_logical_high, 1;
        MULTIPLY_ADD_EVEN = integer::multiply_add_even, 1;
        MULTIPLY_ADD_LOGICAL_EVEN = integer::multiply_add_logical_even, 1;
        MULTIPLY_ADD_ODD = integer::multiply_add_odd, 1;
        MULTIPLY_ADD_LOGICAL_ODD = integer::multiply_add_logical_odd, 1;
        GALOIS = integer::galois, 1;
        SUM_WORD = integer::sum_word, 1;
        SUM_DOUBLEWORD = integer::sum_doubleword, 1;
        SUM_QUADWORD = integer::sum_quadword, 1;
        SHIFT_LEFT = integer::shift_left, 2;
        SHIFT_LEFT_BY = integer::shift_left_by, 1;
        SHIFT_RIGHT = integer::shift_right, 2;
        SHIFT_RIGHT_BY = integer::shift_right_by, 1;
        SHIFT_RIGHT_ARITHMETIC = integer::shift_right_arithmetic, 2;
        SHIFT_RIGHT_ARITHMETIC_BY = integer::shift_right_arithmetic_by, 1;
        ROTATE_ALL = integer::rotate_all, 2;
        ROTATE_BY = integer::rotate_by, 1;
        ROTATE_INSERT = integer::rotate_insert, 1;
        GENERATE_MASK = support::generate_mask, 1;
        MERGE_HIGH = support::merge_high, 1;
        MERGE_LOW = support::merge_low, 1;
        PACK = support::pack_plain, 1;
        PACK_SIGNED = support::pack_signed, 1;
        PACK_LOGICAL = support::pack_logical, 1;
        UNPACK = support::unpack, 1;
        REPLICATE = support::replicate, 1;
        SET_ELEMENT = support::set_element, 3;
        ELEMENT = support::element, 2;
        INDEXED_ADDRESS = support::indexed_address, 2;
        FIND_ANY = string::find_any, 1;
        FIND_EQUAL = string::find_equal, 1;
        FIND_NOT_EQUAL = string::find_not_equal, 1;
        ISOLATE = string::isolate, 1;
        RANGE_COMPARE = string::range_compare, 1;
        FP_ADD = float::add, 1;
        FP_SUB = float::sub, 1;
        FP_MUL = float::mul, 1;
        FP_DIV = float::div, 1;
        FP_SQRT = float::sqrt, 1;
        FP_MULTIPLY_ADD = float::multiply_add, 1;
        FP_MULTIPLY_SUB = float::multiply_sub, 1;
        FP_NEGATIVE_MULTIPLY_ADD = float::negative_multiply_add, 1;
        FP_NEGATIVE_MULTIPLY_SUB = float::negative_multiply_sub, 1;
        FP_ROUND = float::round, 1;
        FP_EQUAL = float::equal, 1;
        FP_HIGH = float::high, 1;
        FP_HIGH_OR_EQUAL = float::high_or_equal, 1;
        FP_SCALAR = float::scalar, 1;
        FP_MAX = float::max, 1;
        FP_MIN = float::min, 1;
        FP_SIGN = float::sign, 1;
        FP_CLASS = float::test_class, 1;
        FP_LENGTHEN = float::lengthen, 1;
        FP_SHORTEN = float::shorten, 1;
        FP_FROM_FIXED = float::from_fixed, 1;
        FP_TO_FIXED = float::to_fixed, 1;
        LOAD_REVERSED = support::load_reversed, 2;
        STORE_REVERSED = support::store_reversed, 2;
        STRING_SEARCH = string::string_search, 1;
    }
    single {
        STORE = support::store, 2;
        LOAD_MULTIPLE = support::load_multiple, 2;
        STORE_MULTIPLE = support::store_multiple, 2;
        LOAD_LENGTH = support::load_length, 3;
        STORE_LENGTH = support::store_length, 3;
        LOAD_TO_BOUNDARY = support::load_to_boundary, 2;
        COUNT_TO_BOUNDARY = support::count_to_boundary, 2;
        PERMUTE = support::permute, 1;
        BIT_PERMUTE = support::bit_permute, 1;
        WITH_CARRY = integer::with_carry, 1;
        MULTIPLY_SUM = integer::multiply_sum, 1;
        CHECKSUM = integer::checksum, 1;
        SHIFT_WHOLE = integer::shift_whole, 1;
        SHIFT_DOUBLE = integer::shift_double, 1;
        SHIFT_DOUBLE_BY_BIT = integer::shift_double_by_bit, 1;
        TEST_MASK = integer::test_mask, 1;
    }
}
