//! The helpers: what instructions do that is too rare or too big for micro-ops.

use std::sync::LazyLock;

use cpu::Helper;
use uop::{HelperInfo, RegSet, Width};

use crate::state::{self, WRITES_CC};
use crate::target::S390x;
use crate::{
    access, asn, cc, decimal, dfp, dfp_packed, divide_integer, execute, fp, hfp, hfp_convert, hfp_unnormal,
    information, keys, linkage, msa, numbers, per, plo, resume, service, signal, spaces, storage, strings, subspace,
    system, text, time, trace, unit, utf, vector,
};

/// Declares the helpers; each name becomes a constant with its number.
macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// The number of the first row that vector instructions have.
        pub(crate) const FIRST_VECTOR: u16 = [$(stringify!($name)),*].len() as u16;

        /// The rows, in the order of their numbers.
        static ROWS: LazyLock<Vec<Helper<S390x>>> = LazyLock::new(|| {
            let mut rows = vec![
                $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $($run)::+ } ),*
            ];
            rows.extend(vector::rows::rows());
            rows
        });
    };
}

/// All helpers.
pub(crate) fn rows() -> &'static [Helper<S390x>] {
    &ROWS
}

/// A helper with so many arguments and a 64-bit result, which may raise and uses any register.
const fn any(args: u8) -> HelperInfo {
    HelperInfo {
        name: "",
        args,
        ret: Some(Width::W64),
        reads: RegSet::All,
        writes: RegSet::All,
        faults: true,
        pure_: false,
    }
}

/// One that writes the condition code alone, and may raise.
const fn to_cc(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: WRITES_CC, ..any(args) }
}

/// One that touches storage alone, and may raise.
const fn to_storage(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, ..any(args) }
}

/// One that only computes.
const fn pure_(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, faults: false, pure_: true, ..any(args) }
}

/// One that reads and writes system state, raises nothing, and leaves the file alone.
const fn plain(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, faults: false, ..any(args) }
}

/// Floating point: may raise, writes condition code and FPC.
const fn float(args: u8) -> HelperInfo {
    HelperInfo {
        reads: RegSet::Ranges(&[(state::FPC.0, state::N_REGS)]),
        writes: RegSet::Ranges(&[(state::CC_KIND.0, state::N_REGS)]),
        ..any(args)
    }
}

fn cc_value(_: &mut crate::trap::Cpu, [kind, a, b, _]: [u64; 4]) -> crate::trap::Out {
    Ok(cc::value(cc::Kind::from_number(kind), a, b))
}

helpers! {
    /// The condition code of kind and operands.
    CC_VALUE = cc_value, pure_(3);
    /// MOVE: length, addresses.
    MVC = storage::mvc, to_storage(3);
    /// MOVE INVERSE.
    MVCIN = storage::mvcin, to_storage(3);
    /// MOVE RIGHT TO LEFT: addresses.
    MVCRL = storage::mvcrl, any(2);
    /// MOVE NUMERICS.
    MVN = storage::mvn, to_storage(3);
    /// MOVE ZONES.
    MVZ = storage::mvz, to_storage(3);
    /// AND.
    NC = storage::nc, to_cc(3);
    /// COMPARE LOGICAL.
    CLC = storage::clc, to_cc(3);
    /// OR.
    OC = storage::oc, to_cc(3);
    /// EXCLUSIVE OR.
    XC = storage::xc, to_cc(3);
    /// TRANSLATE.
    TR = storage::tr, to_storage(3);
    /// TRANSLATE AND TEST.
    TRT = storage::trt, any(3);
    /// TRANSLATE AND TEST REVERSE.
    TRTR = storage::trtr, any(3);
    /// LOAD MULTIPLE: first, last, address, kind.
    LOAD_MULTIPLE = storage::load_multiple, any(4);
    /// STORE MULTIPLE.
    STORE_MULTIPLE = storage::store_multiple, any(4);
    /// LOAD MULTIPLE DISJOINT: first, last, both addresses.
    LMD = storage::load_disjoint, any(4);
    /// STORE CHARACTERS UNDER MASK: address, word, mask.
    STORE_UNDER_MASK = storage::store_under_mask, to_storage(3);
    /// STORE ON CONDITION: address, value, bytes, whether.
    STORE_IF = storage::store_if, to_storage(4);
    /// LOAD PAIR FROM QUADWORD: address, register.
    LPQ = storage::load_quad, any(2);
    /// STORE PAIR TO QUADWORD: address, register.
    STPQ = storage::store_quad, any(2);
    /// COMPARE DOUBLE AND SWAP of quadwords: address, both registers.
    CDSG = storage::compare_quad, any(3);
    /// ADD IMMEDIATE to storage: address, number, bytes; what was there.
    ADD_STORAGE = storage::add, to_storage(3);
    /// DIVIDE: register pair, divisor.
    DIVIDE = numbers::divide, any(2);
    /// DIVIDE LOGICAL of 64 by 32 bits.
    DIVIDE_LOGICAL = numbers::divide_logical, any(2);
    /// DIVIDE LOGICAL of 128 by 64 bits.
    DIVIDE_LOGICAL_LONG = numbers::divide_logical_long, any(2);
    /// Number of ones in each byte.
    POPCOUNT_BYTES = numbers::popcount_bytes, pure_(1);
    /// Arithmetic left shift: value, amount, number of numeric bits. Sets the condition code.
    SHIFT_LEFT = numbers::shift_left, to_cc(3);
    /// EXECUTE: target, byte, address and length of the execute instruction; where to go on.
    EXECUTE = execute::execute, any(4);
    /// An instruction whose events are recorded: address, encoding, length; where to go on.
    PER_STEP = per::step, any(3);

    /// The program mask.
    PROGRAM_MASK = system::program_mask, plain(0);
    /// SET PROGRAM MASK.
    SET_PROGRAM_MASK = system::set_program_mask, any(1);
    /// The mask half of the PSW without condition code.
    PSW_MASK = system::psw_mask_value, plain(0);
    /// LOAD PSW EXTENDED.
    LPSWE = system::lpswe, any(1);
    /// LOAD PSW.
    LPSW = system::lpsw, any(1);
    /// SET SYSTEM MASK.
    SET_SYSTEM_MASK = system::set_system_mask, any(2);
    /// STORE THEN AND, OR SYSTEM MASK: address, operand, whether OR, next address.
    STORE_SYSTEM_MASK = system::store_system_mask, any(4);
    /// SET PSW KEY FROM ADDRESS.
    SET_KEY = system::set_key, any(1);
    /// INSERT PSW KEY.
    INSERT_KEY = system::insert_key, to_storage(0);
    /// SET ADDRESS SPACE CONTROL.
    SET_SPACE = system::set_space, any(2);
    /// INSERT ADDRESS SPACE CONTROL.
    INSERT_SPACE = system::insert_space, any(0);
    /// New addressing mode and instruction address of BSM and BASSM.
    BRANCH_SET_MODE = system::branch_set_mode, any(1);
    /// SET ADDRESSING MODE.
    SET_ADDRESSING = system::set_addressing, any(1);
    /// LOAD CONTROL: first, last, address, bytes each.
    LOAD_CONTROL = system::load_control, any(4);
    /// STORE CONTROL.
    STORE_CONTROL = system::store_control, any(4);
    /// SET PREFIX.
    SET_PREFIX = system::set_prefix, any(1);
    /// The prefix.
    PREFIX = system::prefix, plain(0);
    /// The CPU's address.
    CPU_ADDRESS = system::cpu_address, plain(0);
    /// The CPU's identification.
    CPU_ID = system::cpu_id, plain(0);
    /// STORE FACILITY LIST.
    STFL = system::stfl, any(0);
    /// STORE FACILITY LIST EXTENDED.
    STFLE = system::stfle, any(1);
    /// STORE SYSTEM INFORMATION.
    STSI = information::stsi, any(1);
    /// PERFORM TOPOLOGY FUNCTION.
    PTF = information::ptf, any(1);
    /// The TOD clock.
    CLOCK = time::clock, plain(0);
    /// STORE CLOCK EXTENDED.
    STCKE = time::store_extended, to_storage(1);
    /// SET CLOCK.
    SET_CLOCK = time::set_clock, plain(1);
    /// SET CLOCK PROGRAMMABLE FIELD.
    SET_TODPR = time::set_todpr, any(1);
    /// The clock comparator.
    COMPARATOR = time::comparator, plain(0);
    /// SET CLOCK COMPARATOR.
    SET_COMPARATOR = time::set_comparator, plain(1);
    /// The CPU timer.
    TIMER = time::timer, plain(0);
    /// SET CPU TIMER.
    SET_TIMER = time::set_timer, plain(1);
    /// EXTRACT CPU TIME.
    ECTG = time::extract, any(3);
    /// Forgets all translations.
    PURGE = system::purge, any(0);
    /// INVALIDATE PAGE TABLE ENTRY.
    IPTE = system::ipte, any(4);
    /// INVALIDATE DAT TABLE ENTRY.
    IDTE = system::idte, any(4);
    /// COMPARE AND REPLACE DAT TABLE ENTRY: registers.
    CRDTE = system::crdte, any(2);
    /// COMPARE AND SWAP AND PURGE: register, address, bytes.
    CSP = system::csp, any(3);
    /// LOAD REAL ADDRESS: address, register, whether of 64 bits.
    LRA = system::lra, any(3);
    /// STORE REAL ADDRESS.
    STRAG = system::strag, any(2);
    /// TEST PROTECTION.
    TPROT = system::tprot, any(2);
    /// LOAD USING REAL ADDRESS.
    LOAD_REAL = system::load_real, any(2);
    /// STORE USING REAL ADDRESS.
    STORE_REAL = system::store_real, any(3);
    /// SET STORAGE KEY EXTENDED: modifiers and both registers' numbers, its own address and the next; where to go on.
    SSKE = keys::sske, any(3);
    /// INSERT STORAGE KEY EXTENDED.
    ISKE = keys::iske, any(1);
    /// RESET REFERENCE BIT EXTENDED.
    RRBE = keys::rrbe, any(1);
    /// PERFORM FRAME MANAGEMENT FUNCTION: both registers' numbers, its own address and the next; where to go on.
    FRAME = keys::manage_frame, any(4);
    /// LOAD PROGRAM PARAMETER.
    PROGRAM_PARAMETER = system::load_program_parameter, plain(1);
    /// TEST BLOCK.
    TEST_BLOCK = keys::test_block, any(1);
    /// SIGNAL PROCESSOR: register, CPU address, order.
    SIGP = signal::sigp, any(4);
    /// DIAGNOSE: both registers, code, next address.
    DIAGNOSE = service::diagnose, any(4);
    /// SERVICE CALL.
    SERVICE_CALL = service::service_call, any(2);
    /// An instruction of the channel subsystem: which, address.
    CHANNEL = service::channel, any(2);
    /// MOVE TO PRIMARY, MOVE TO SECONDARY: addresses, registers, which.
    MOVE_SPACE = spaces::move_space, any(4);
    /// MOVE WITH KEY: addresses, registers.
    MOVE_KEY = spaces::move_key, any(3);
    /// MOVE WITH SOURCE KEY, MOVE WITH DESTINATION KEY: addresses, which.
    MOVE_ONE_KEY = spaces::move_one_key, any(3);
    /// MOVE WITH OPTIONAL SPECIFICATIONS: addresses, register of the length.
    MOVE_OPTIONAL = spaces::move_optional, any(3);
    /// MOVE PAGE: both addresses.
    MOVE_PAGE = spaces::move_page, any(3);
    /// EXTRACT PRIMARY or SECONDARY ASN: control register.
    EXTRACT_ASN = spaces::extract_asn, to_storage(1);
    /// INSERT VIRTUAL STORAGE KEY: address.
    VIRTUAL_KEY = spaces::virtual_key, to_storage(1);
    /// CHECKSUM: registers.
    CHECKSUM = spaces::checksum, any(2);
    /// MONITOR CALL: class, code.
    MONITOR_CALL = system::monitor_call, any(2);

    /// BFP of short numbers: operands, what to do.
    BFP_SHORT = fp::short, float(4);
    /// BFP of long numbers.
    BFP_LONG = fp::long, float(4);
    /// BFP of extended numbers: registers, what to do.
    BFP_EXTENDED = fp::extended_op, any(3);
    /// COMPARE: operands, bytes, whether it signals.
    BFP_COMPARE = fp::compare, HelperInfo { reads: RegSet::All, ..float(4) };
    /// Between formats: operand, bytes before and after, what to do.
    BFP_CONVERT = fp::convert, any(4);
    /// From integers: integer, kind, bytes, what to do.
    BFP_FROM_FIXED = fp::from_fixed, any(4);
    /// To integers: operand, bytes, kind, what to do.
    BFP_TO_FIXED = fp::to_fixed, any(4);
    /// TEST DATA CLASS: operand, bytes, mask.
    BFP_CLASS = fp::test_class, HelperInfo { reads: RegSet::All, writes: RegSet::None, faults: false, ..any(3) };
    /// MULTIPLY of short BFP numbers to a long one: operands, what to do.
    BFP_MULTIPLY_LONG = fp::multiply_long, any(3);
    /// MULTIPLY of long BFP numbers to an extended one: operands, what to do.
    BFP_MULTIPLY_EXTENDED = fp::multiply_extended, any(3);
    /// LOAD AND TEST of extended BFP numbers: register, what to do.
    BFP_TEST_EXTENDED = fp::test_extended, any(2);
    /// The condition code of a BFP number: its register, bytes.
    BFP_SIGN = fp::sign_of, any(2);
    /// LOAD FPC AND SIGNAL, SET FPC AND SIGNAL.
    SIGNAL_FPC = fp::signal_fpc, any(1);
    /// SET FPC.
    SET_FPC = fp::set_fpc, float(1);
    /// SET BFP ROUNDING MODE: mode, bits.
    SET_ROUNDING = fp::set_rounding, float(2);

    /// DIVIDE TO INTEGER: registers and method, bytes.
    DIVIDE_TO_INTEGER = divide_integer::perform, any(2);

    /// SEARCH STRING: both registers.
    SRST = strings::search, any(2);
    /// COMPARE LOGICAL STRING: both registers.
    CLST = strings::compare, any(2);
    /// MOVE STRING: both registers.
    MVST = strings::move_string, any(2);
    /// MOVE LONG EXTENDED: registers, padding.
    MVCLE = strings::move_extended, any(3);
    /// COMPARE LOGICAL LONG EXTENDED.
    CLCLE = strings::compare_extended, any(3);
    /// MOVE LONG: registers, its own and the next address; where to go on.
    MVCL = strings::move_long, any(4);
    /// COMPARE LOGICAL LONG.
    CLCL = strings::compare_long, any(4);
    /// SEARCH STRING UNICODE.
    SRSTU = text::search_unicode, any(2);
    /// MOVE LONG UNICODE: registers, padding.
    MVCLU = text::move_unicode, any(3);
    /// COMPARE LOGICAL LONG UNICODE.
    CLCLU = text::compare_unicode, any(3);
    /// COMPARE UNTIL SUBSTRING EQUAL.
    CUSE = text::until_equal, any(2);
    /// TRANSLATE EXTENDED.
    TRE = text::translate_extended, any(2);
    /// TRANSLATE ONE TO ONE and its kin: registers, sizes, whether there is no test character.
    TRANSLATE = text::translate, any(4);
    /// TRANSLATE AND TEST EXTENDED: registers, mask, whether reverse.
    TEST_EXTENDED = text::test_extended, any(4);
    /// CONVERT UTF: registers, forms, whether the source is checked.
    CONVERT_UTF = utf::convert, any(4);
    /// PERFORM LOCKED OPERATION: registers, addresses.
    PLO = plo::perform, any(3);
    /// COMPARE AND SWAP AND STORE: register, addresses.
    CSST = plo::compare_swap_store, any(3);
    /// LOAD PAIR DISJOINT: register, addresses, bytes.
    LOAD_PAIR = plo::load_pair, any(4);

    /// Notes by which access registers the operands are reached.
    NOTE_OPERANDS = access::note, plain(2);
    /// EXTRACT AND SET EXTENDED AUTHORITY: the register.
    EXCHANGE_AUTHORITY = access::exchange_authority, plain(1);
    /// TEST ACCESS: ALET, extended authorization index.
    TEST_ACCESS = access::test, to_cc(2);

    /// BRANCH AND STACK: registers, next address; where to go on.
    BRANCH_AND_STACK = linkage::branch_and_stack, any(3);
    /// PROGRAM RETURN: next address; where to go on.
    PROGRAM_RETURN = linkage::program_return, any(1);
    /// EXTRACT STACKED REGISTERS: registers, whether general registers have 64 bits.
    EXTRACT_REGISTERS = linkage::extract_registers, any(3);
    /// EXTRACT STACKED STATE: register, code.
    EXTRACT_STATE = linkage::extract_state, any(2);
    /// MODIFY STACKED STATE: register.
    MODIFY_STATE = linkage::modify_state, any(1);
    /// SET SECONDARY ASN: the ASN.
    SET_SECONDARY = asn::set_secondary, any(1);
    /// PROGRAM TRANSFER: both registers' values; where to go on.
    PROGRAM_TRANSFER = asn::program_transfer, any(2);
    /// PROGRAM CALL: PC number, next address; where to go on.
    PROGRAM_CALL = asn::program_call, any(2);
    /// LOAD ADDRESS SPACE PARAMETERS: address, what to do.
    LOAD_PARAMETERS = asn::load_parameters, any(2);

    /// BRANCH AND SET AUTHORITY: registers, next address; where to go on.
    SET_AUTHORITY = unit::set_authority, any(3);
    /// TRAP: flags, second operand's address, next address; where to go on.
    TRAP = unit::trap, any(3);
    /// BRANCH IN SUBSPACE GROUP: registers, next address; where to go on.
    BRANCH_IN_GROUP = subspace::branch, any(3);
    /// RESUME PROGRAM: register, addresses of the operand and of the parameter list, next address; where to go on.
    RESUME_PROGRAM = resume::perform, any(4);

    /// Traces a branch: the address.
    TRACE_BRANCH = trace::branch, any(1);
    /// Traces BASSM or BSM: the target, next address, whether as a branch.
    TRACE_SET_MODE = trace::set_mode, any(3);
    /// Traces SAM24 and its kin: the new mode, next address.
    TRACE_ADDRESSING = trace::set_addressing, any(2);
    /// TRACE: registers, address, whether of 64 bits.
    TRACE = trace::explicit, any(4);

    /// HFP: what to do, both halves of the second operand.
    HFP = hfp::operate, any(3);
    /// HFP MULTIPLY AND ADD, AND SUBTRACT: what to do, the factors.
    HFP_MULTIPLY_ADD = hfp::multiply_add, any(3);
    /// HFP MULTIPLY UNNORMALIZED, and with AND ADD: register and what is kept, factors.
    HFP_MULTIPLY_UNNORMALIZED = hfp_unnormal::multiply, any(3);
    /// HFP CONVERT FROM FIXED: integer, register, bytes.
    HFP_FROM_FIXED = hfp_convert::from_fixed, any(3);
    /// HFP CONVERT TO FIXED: register, halves of the operand, how.
    HFP_TO_FIXED = hfp_convert::to_fixed, any(4);
    /// CONVERT HFP TO BFP: register, operand, bytes of the result, rounding method.
    HFP_TO_BFP = hfp_convert::to_bfp, any(4);
    /// CONVERT BFP TO HFP: register, operand, its bytes.
    HFP_FROM_BFP = hfp_convert::from_bfp, any(3);

    /// DFP: what to do, registers.
    DFP = dfp::operate, any(3);
    /// DFP LOAD LENGTHENED, LOAD ROUNDED: what to do, register, its bytes.
    DFP_CONVERT = dfp::convert, any(3);
    /// DFP COMPARE: registers, bytes, whether it signals.
    DFP_COMPARE = dfp::compare, any(4);
    /// COMPARE BIASED EXPONENT: registers, bytes.
    DFP_COMPARE_EXPONENT = dfp::compare_exponent, any(3);
    /// DFP from integers: what to do, integer, whether logical.
    DFP_FROM_FIXED = dfp::from_fixed, any(3);
    /// DFP to integers: what to do, register, kind.
    DFP_TO_FIXED = dfp::to_fixed, any(3);
    /// DFP from packed digits: register, digits, how.
    DFP_FROM_PACKED = dfp::from_packed, any(4);
    /// DFP to packed digits: registers, bytes, how.
    DFP_TO_PACKED = dfp::to_packed, any(4);
    /// EXTRACT BIASED EXPONENT: register, bytes.
    DFP_EXTRACT_EXPONENT = dfp::extract_exponent, any(2);
    /// EXTRACT SIGNIFICANCE: register, bytes.
    DFP_EXTRACT_SIGNIFICANCE = dfp::extract_significance, any(2);
    /// INSERT BIASED EXPONENT: registers and exponent, bytes.
    DFP_INSERT_EXPONENT = dfp::insert_exponent, any(4);
    /// SHIFT SIGNIFICAND: registers, amount, how.
    DFP_SHIFT = dfp::shift, any(4);
    /// DFP TEST DATA CLASS: register, bytes, mask.
    DFP_TEST_CLASS = dfp::test_class, any(3);
    /// DFP TEST DATA GROUP: register, bytes, mask.
    DFP_TEST_GROUP = dfp::test_group, any(3);
    /// SET DFP ROUNDING MODE.
    DFP_SET_ROUNDING = dfp::set_rounding, any(1);
    /// DFP from zoned digits: register, address, length, how.
    DFP_FROM_ZONED = dfp::from_zoned, any(4);
    /// DFP to zoned digits.
    DFP_TO_ZONED = dfp::to_zoned, any(4);
    /// DFP from packed digits in storage: register, address, length, how.
    DFP_FROM_STORED_PACKED = dfp_packed::from_packed, any(4);
    /// DFP to packed digits in storage.
    DFP_TO_STORED_PACKED = dfp_packed::to_packed, any(4);

    /// The message-security assist: which instruction, registers.
    MSA = msa::perform, any(4);

    /// ADD DECIMAL: lengths, addresses.
    DECIMAL_ADD = decimal::add, any(3);
    /// SUBTRACT DECIMAL.
    DECIMAL_SUBTRACT = decimal::subtract, any(3);
    /// ZERO AND ADD.
    DECIMAL_ZERO_AND_ADD = decimal::zero_and_add, any(3);
    /// COMPARE DECIMAL.
    DECIMAL_COMPARE = decimal::compare, to_cc(3);
    /// MULTIPLY DECIMAL.
    DECIMAL_MULTIPLY = decimal::multiply, any(3);
    /// DIVIDE DECIMAL.
    DECIMAL_DIVIDE = decimal::divide_decimal, any(3);
    /// SHIFT AND ROUND DECIMAL: length and digit, address, amount.
    DECIMAL_SHIFT = decimal::shift, any(3);
    /// EDIT: length, addresses, whether AND MARK.
    EDIT = decimal::edit, any(4);
    /// TEST DECIMAL: length code, address.
    TEST_DECIMAL = decimal::test, to_cc(2);
    /// PACK.
    PACK = decimal::pack, to_storage(3);
    /// UNPACK.
    UNPACK = decimal::unpack, to_storage(3);
    /// MOVE WITH OFFSET.
    MOVE_OFFSET = decimal::move_offset, to_storage(3);
    /// PACK ASCII, PACK UNICODE: addresses, length, bytes of a character.
    PACK_CHARACTERS = decimal::pack_characters, to_storage(4);
    /// UNPACK ASCII, UNPACK UNICODE.
    UNPACK_CHARACTERS = decimal::unpack_characters, to_cc(4);
    /// CONVERT TO BINARY: register, address, bytes.
    TO_BINARY = decimal::to_binary, any(3);
    /// CONVERT TO DECIMAL.
    TO_DECIMAL = decimal::to_decimal, any(3);

    /// VECTOR PACK ZONED: registers, address, length.
    VECTOR_PACK_ZONED = vector::decimal::pack_zoned, any(3);
    /// VECTOR UNPACK ZONED.
    VECTOR_UNPACK_ZONED = vector::decimal::unpack_zoned, any(3);
    /// VECTOR LOAD RIGHTMOST WITH LENGTH: registers, address, highest index.
    VECTOR_LOAD_RIGHT = vector::decimal::load_right, any(3);
    /// VECTOR STORE RIGHTMOST WITH LENGTH.
    VECTOR_STORE_RIGHT = vector::decimal::store_right, any(3);
    /// VECTOR CONVERT TO BINARY.
    VECTOR_TO_BINARY = vector::decimal::to_binary, any(1);
    /// VECTOR CONVERT TO DECIMAL.
    VECTOR_TO_DECIMAL = vector::decimal::to_decimal, any(1);
    /// VECTOR SHIFT AND ROUND DECIMAL.
    VECTOR_SHIFT_ROUND = vector::decimal::shift_round, any(1);
    /// VECTOR PERFORM SIGN OPERATION DECIMAL.
    VECTOR_SIGN_OPERATION = vector::decimal::sign_operation, any(1);
    /// VECTOR TEST DECIMAL.
    VECTOR_TEST_DECIMAL = vector::decimal::test, any(1);
    /// VECTOR COMPARE DECIMAL.
    VECTOR_COMPARE_DECIMAL = vector::decimal::compare, any(1);
    /// VECTOR ADD DECIMAL: registers, masks and immediates.
    VECTOR_ADD_DECIMAL = vector::decimal::add, any(1);
    /// VECTOR SUBTRACT DECIMAL.
    VECTOR_SUBTRACT_DECIMAL = vector::decimal::subtract, any(1);
    /// VECTOR MULTIPLY DECIMAL.
    VECTOR_MULTIPLY_DECIMAL = vector::decimal::multiply, any(1);
    /// VECTOR MULTIPLY AND SHIFT DECIMAL.
    VECTOR_MULTIPLY_SHIFT = vector::decimal::multiply_shift, any(1);
    /// VECTOR DIVIDE DECIMAL.
    VECTOR_DIVIDE_DECIMAL = vector::decimal::divide, any(1);
    /// VECTOR REMAINDER DECIMAL.
    VECTOR_REMAINDER = vector::decimal::remainder, any(1);
    /// VECTOR SHIFT AND DIVIDE DECIMAL.
    VECTOR_SHIFT_DIVIDE = vector::decimal::shift_divide, any(1);
}
