//! The run loop with a real engine: budgets, faults, code that changes, page crossings, breakpoints, watchpoints, interrupts.

mod toy;

use std::sync::Arc;

use cpu::{Cpu, Exit, Vcpu, Watch};
use interp::Interp;
use memory::Ram;
use toy::{ADDI, BASE, BNE, HALT, INDIRECT, INTERRUPT, JUMP, LIKELY, LOAD, MODE, STORE, STORE32, Toy};
use uop::Reg;

type Insn = [u8; 4];

fn insn(op: u8, d: u8, a: u8, i: i8) -> Insn {
    [op, d, a, i as u8]
}

/// A CPU with `program` at `at` and its pc there.
fn load(at: u64, program: &[Insn]) -> (Vcpu<Toy, Interp>, Arc<Ram>) {
    let (mut vcpu, ram) = toy::vcpu();
    ram.write_bytes(at - BASE, &program.concat());
    vcpu.set_pc(at);
    (vcpu, ram)
}

fn reg(vcpu: &mut Vcpu<Toy, Interp>, n: u16) -> u64 {
    vcpu.ctx().reg(Reg(n))
}

/// r1 counts to 100, r2 sums; stores and loads on the way; then halts.
fn counting() -> Vec<Insn> {
    vec![
        insn(ADDI, 3, 0, 100),
        insn(ADDI, 4, 0, 0),
        insn(ADDI, 1, 1, 1),
        insn(STORE, 1, 5, 2),
        insn(LOAD, 6, 5, 2),
        insn(ADDI, 2, 6, 7),
        insn(BNE, 1, 3, -4),
        insn(HALT, 0, 0, 0),
    ]
}

#[test]
fn a_budget_is_exact_to_the_instruction() {
    let (mut whole, _) = load(BASE, &counting());
    whole.ctx().set_reg(Reg(5), BASE + 0x1000);
    assert_eq!(whole.run(10_000), Exit::Halted);
    let total = whole.executed();
    assert_eq!(total, 2 + 5 * 100 + 1);
    for slice in [1, 2, 3, 7, 64] {
        let (mut parts, _) = load(BASE, &counting());
        parts.ctx().set_reg(Reg(5), BASE + 0x1000);
        let mut runs = 0;
        while parts.run(slice) == Exit::Budget {
            runs += 1;
            assert_eq!(parts.executed(), runs * slice);
        }
        assert_eq!(parts.executed(), total);
        assert_eq!((reg(&mut parts, 2), reg(&mut parts, 6)), (reg(&mut whole, 2), reg(&mut whole, 6)));
    }
}

#[test]
fn a_fault_in_mid_block_is_precise() {
    let program = [insn(ADDI, 1, 1, 1), insn(ADDI, 2, 2, 2), insn(LOAD, 1, 7, 0), insn(ADDI, 1, 1, 1)];
    let (mut vcpu, _) = load(BASE, &program);
    vcpu.ctx().set_reg(Reg(7), 0x9999_0000);
    assert_eq!(vcpu.run(100), Exit::Stuck("fault"));
    assert_eq!((reg(&mut vcpu, 10), reg(&mut vcpu, 11)), (0x9999_0000, BASE + 8));
    assert_eq!((reg(&mut vcpu, 1), reg(&mut vcpu, 2), vcpu.executed()), (1, 2, 2));
}

#[test]
fn code_may_change_the_very_next_instruction() {
    // The store turns `addi r1, r1, 1` behind it, in the same block, into `addi r1, r1, 50`.
    let program = [
        insn(STORE32, 9, 8, 1),
        insn(ADDI, 1, 1, 1),
        insn(BNE, 2, 3, 2),
        insn(HALT, 0, 0, 0),
        insn(ADDI, 2, 2, 1),
        insn(JUMP, 0, 0, -5),
    ];
    let (mut vcpu, _) = load(BASE, &program);
    vcpu.ctx().set_reg(Reg(8), BASE);
    vcpu.ctx().set_reg(Reg(9), u64::from(u32::from_le_bytes(insn(ADDI, 1, 1, 50))));
    vcpu.ctx().set_reg(Reg(3), 2);
    assert_eq!(vcpu.run(1000), Exit::Halted);
    assert_eq!((reg(&mut vcpu, 1), vcpu.executed()), (150, 3 * 3 + 2 * 2 + 1));
}

#[test]
fn data_beside_code_is_only_data() {
    let (mut vcpu, _) = load(BASE, &counting());
    vcpu.ctx().set_reg(Reg(5), BASE + 0x800);
    assert_eq!(vcpu.run(10_000), Exit::Halted);
    let blocks = vcpu.n_blocks();
    vcpu.set_pc(BASE);
    vcpu.ctx().set_reg(Reg(1), 0);
    vcpu.set_halted(false);
    assert_eq!(vcpu.run(10_000), Exit::Halted);
    assert_eq!(vcpu.n_blocks(), blocks, "nothing was dropped or lifted again");
}

#[test]
fn other_cpus_see_changed_code() {
    let (mut a, ram) = load(BASE, &[insn(ADDI, 1, 1, 1), insn(HALT, 0, 0, 0)]);
    assert_eq!(a.run(10), Exit::Halted);
    ram.write_bytes(0, &insn(ADDI, 1, 1, 9));
    a.ctx().bus().note_code_change();
    a.set_pc(BASE);
    a.set_halted(false);
    assert_eq!(a.run(10), Exit::Halted);
    assert_eq!(reg(&mut a, 1), 10);
}

#[test]
fn an_instruction_may_cross_a_page() {
    let at = BASE + 0x1000 - 6;
    let program = [insn(ADDI, 1, 1, 5), insn(ADDI, 2, 2, 6), insn(HALT, 0, 0, 0)];
    let (mut vcpu, ram) = load(at, &program);
    assert_eq!(vcpu.run(100), Exit::Halted);
    assert_eq!((reg(&mut vcpu, 1), reg(&mut vcpu, 2)), (5, 6));
    // A change of its second half, on the other page, counts.
    ram.write_bytes(0x1000 + 1, &[9]);
    vcpu.ctx().bus().note_code_change();
    vcpu.set_pc(at);
    vcpu.set_halted(false);
    assert_eq!(vcpu.run(100), Exit::Halted);
    assert_eq!(reg(&mut vcpu, 2), 15);
}

#[test]
fn running_off_the_end_of_memory_faults_at_the_right_place() {
    let end = BASE + toy::SIZE;
    let (mut vcpu, _) = load(end - 6, &[insn(ADDI, 1, 1, 5)]);
    assert_eq!(vcpu.run(100), Exit::Stuck("fault"));
    assert_eq!((reg(&mut vcpu, 10), reg(&mut vcpu, 11), reg(&mut vcpu, 1)), (end, end - 2, 5));
}

#[test]
fn breakpoints_stop_before_and_step_goes_over() {
    let (mut vcpu, _) = load(BASE, &counting());
    vcpu.ctx().set_reg(Reg(5), BASE + 0x1000);
    vcpu.insert_breakpoint(BASE + 12);
    for round in 1..=3 {
        assert_eq!(vcpu.run(10_000), Exit::Breakpoint);
        assert_eq!((vcpu.pc(), reg(&mut vcpu, 1)), (BASE + 12, round));
        let before = vcpu.executed();
        assert_eq!(vcpu.step(), Exit::Budget);
        assert_eq!((vcpu.pc(), vcpu.executed()), (BASE + 16, before + 1));
    }
    assert!(vcpu.remove_breakpoint(BASE + 12) && !vcpu.remove_breakpoint(BASE + 12));
    assert_eq!(vcpu.run(10_000), Exit::Halted);
}

#[test]
fn watchpoints_stop_behind_the_access() {
    let (mut vcpu, _) = load(BASE, &counting());
    vcpu.ctx().set_reg(Reg(5), BASE + 0x1000);
    vcpu.insert_watchpoint(BASE + 0x1014, 1, Watch::Write);
    assert_eq!(vcpu.run(10_000), Exit::Watchpoint { address: BASE + 0x1010, access: Watch::Write });
    assert_eq!((vcpu.pc(), reg(&mut vcpu, 1)), (BASE + 16, 1));
    assert!(vcpu.remove_watchpoint(BASE + 0x1014, 1, Watch::Write));
    vcpu.insert_watchpoint(BASE + 0x1010, 8, Watch::Read);
    assert_eq!(vcpu.run(10_000), Exit::Watchpoint { address: BASE + 0x1010, access: Watch::Read });
    assert_eq!((vcpu.pc(), reg(&mut vcpu, 6)), (BASE + 20, 1));
}

#[test]
fn breakpoints_count_while_something_is_watched() {
    let (mut vcpu, _) = load(BASE, &counting());
    vcpu.ctx().set_reg(Reg(5), BASE + 0x1000);
    vcpu.insert_watchpoint(BASE + 0x1800, 8, Watch::Access);
    vcpu.insert_breakpoint(BASE + 12);
    for round in 1..=2 {
        assert_eq!(vcpu.run(10_000), Exit::Breakpoint);
        assert_eq!((vcpu.pc(), reg(&mut vcpu, 1)), (BASE + 12, round));
        assert_eq!(vcpu.step(), Exit::Budget);
    }
}

#[test]
fn interrupts_come_between_blocks_and_wake_the_halted() {
    let (mut vcpu, _) = load(BASE, &[insn(JUMP, 0, 0, 0)]);
    assert_eq!(vcpu.run(100_000), Exit::Budget);
    vcpu.lines().set(1, true);
    assert_eq!(vcpu.run(100_000), Exit::Stuck("fault"));
    assert_eq!((reg(&mut vcpu, 10), reg(&mut vcpu, 11), vcpu.executed()), (INTERRUPT, BASE, 100_000));

    let (mut vcpu, _) = load(BASE, &[insn(HALT, 0, 0, 0), insn(ADDI, 1, 1, 1), insn(JUMP, 0, 0, -2)]);
    assert_eq!(vcpu.run(10), Exit::Halted);
    assert!(vcpu.halted() && !vcpu.has_work());
    vcpu.lines().set(0, true);
    assert!(vcpu.has_work());
    assert_eq!(vcpu.run(10), Exit::Budget, "line 0 wakes and stays up, so it never sleeps again");
    assert_eq!(reg(&mut vcpu, 1), 4);
}

#[test]
fn a_kick_brings_the_cpu_back() {
    let (mut vcpu, _) = load(BASE, &[insn(JUMP, 0, 0, 0)]);
    vcpu.lines().kick();
    assert_eq!((vcpu.run(1000), vcpu.executed()), (Exit::Kicked, 0));
    assert_eq!((vcpu.run(1000), vcpu.executed()), (Exit::Budget, 1000));
    vcpu.lines().kick();
    assert_eq!((vcpu.step(), vcpu.executed()), (Exit::Budget, 1001), "a step is a step");
    assert_eq!((vcpu.run(1000), vcpu.executed()), (Exit::Budget, 2001));
}

#[test]
fn indirect_jumps_find_their_blocks() {
    // Calls itself over two places in turn: the jump cache must not mix them up.
    let program =
        [insn(ADDI, 1, 1, 1), insn(INDIRECT, 0, 7, 0), insn(ADDI, 2, 2, 1), insn(BNE, 2, 3, -3), insn(HALT, 0, 0, 0)];
    let (mut vcpu, _) = load(BASE, &program);
    vcpu.ctx().set_reg(Reg(7), BASE + 8);
    vcpu.ctx().set_reg(Reg(3), 1000);
    assert_eq!(vcpu.run(1_000_000), Exit::Halted);
    assert_eq!((reg(&mut vcpu, 1), reg(&mut vcpu, 2)), (1000, 1000));
}

#[test]
fn snapshots_come_back_and_foreign_ones_are_refused() {
    let (mut vcpu, _) = load(BASE, &counting());
    vcpu.ctx().set_reg(Reg(5), BASE + 0x1000);
    vcpu.run(123);
    let saved = vcpu.save();
    vcpu.run(200);
    let later = vcpu.save();
    vcpu.restore(&saved).unwrap();
    vcpu.run(200);
    assert_eq!(vcpu.save(), later);
    for bad in [&saved[..saved.len() / 2], b"", &[0xff; 300]] {
        assert!(vcpu.restore(bad).is_err());
    }
    assert_eq!(vcpu.save(), later, "a refused snapshot changes nothing");
}

/// 10^8 ops in one run: with handlers that call each other, a stack that grew would be gone by then.
#[test]
fn the_stack_stays_flat() {
    let (mut vcpu, _) = load(BASE, &[insn(ADDI, 1, 1, 1), insn(JUMP, 0, 0, -1)]);
    let n = if cfg!(debug_assertions) { 2_000_000 } else { 100_000_000 };
    assert_eq!(vcpu.run(n), Exit::Budget);
    assert_eq!(reg(&mut vcpu, 1), n / 2);
}

#[test]
fn known_modes_are_linked_and_survive_any_budget() {
    // Counts r1 up by 1 + 2 * 3 a round, and r2 down; the slot of the branch counts r3, 5 a time in mode 0.
    let program = [
        insn(ADDI, 1, 1, 1),
        insn(MODE, 0, 0, 1),
        insn(ADDI, 1, 1, 3),
        insn(MODE, 0, 0, 0),
        insn(ADDI, 2, 2, -1),
        insn(LIKELY, 2, 0, -5),
        insn(ADDI, 3, 3, 5),
        insn(HALT, 0, 0, 0),
    ];
    for budget in [1, 2, 3, 5, 7, 1_000_000] {
        let (mut vcpu, _) = load(BASE, &program);
        vcpu.ctx().set_reg(Reg(2), 12);
        while vcpu.run(budget) == Exit::Budget {
            assert!(vcpu.executed() < 1000, "budget {budget}");
        }
        assert_eq!([1, 2, 3].map(|n| reg(&mut vcpu, n)), [12 * 7, 0, 11 * 5], "budget {budget}");
    }
}

#[test]
fn a_raise_that_depends_is_precise() {
    let (mut vcpu, _) = load(BASE, &[insn(ADDI, 4, 4, 1), insn(LIKELY, 4, 0, -1), insn(ADDI, 3, 3, 5)]);
    assert_eq!(vcpu.run(1000), Exit::Stuck("fault"));
    assert_eq!([3, 4, 10, 11].map(|n| reg(&mut vcpu, n)), [12 * 5, 13, 13, BASE + 4]);
    assert_eq!(vcpu.executed(), 13 + 12 * 2, "the branch that raises does not count");
}
