//! Tests of the interrupt controller: priorities, interprocessor interrupts, timers, messages.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

fn wire() -> (Line, Arc<AtomicBool>) {
    let level = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&level);
    (Line::new(move |up| seen.store(up, Ordering::Relaxed)), level)
}

fn mpic(n: usize) -> (Mpic, Vec<Arc<AtomicBool>>) {
    let wires: Vec<_> = (0..n).map(|_| wire()).collect();
    let cpus = wires.iter().map(|(line, _)| MpicCpu { external: line.clone(), critical: Line::unconnected() });
    (
        Mpic::new(MpicVersion { brr1: 0x40_0402, last_source: 195 }, cpus.collect(), 10),
        wires.into_iter().map(|(_, level)| level).collect(),
    )
}

const CPU: u64 = 0x2_0000;

#[test]
fn a_level_is_taken_by_priority_and_ended() {
    let (mut pic, levels) = mpic(1);
    let up = || levels[0].load(Ordering::Relaxed);
    for (source, priority) in [(42u64, 5u64), (43, 8)] {
        pic.write(0x1_0000 + source * 32, 4, priority << 16 | source, 0);
    }
    pic.line(42).raise();
    assert!(!up(), "the task's priority is 15 after reset");
    pic.write(CPU + 0x80, 4, 4, 0);
    assert!(up());
    assert_eq!(pic.read(CPU + 0xa0, 4, 0), 42);
    assert!(!up(), "it is in service");
    pic.line(43).raise();
    assert!(up(), "a higher one comes through");
    assert_eq!((pic.read(CPU + 0xa0, 4, 0), pic.read(CPU + 0xa0, 4, 0)), (43, 0xffff));
    pic.line(43).lower();
    pic.write(CPU + 0xb0, 4, 0, 0);
    pic.line(42).lower();
    pic.write(CPU + 0xb0, 4, 0, 0);
    assert!(!up());
    assert_eq!(pic.read(0x1_0000 + 42 * 32, 4, 0) as u32 & vpr::A, 0);
}

#[test]
fn interprocessor_interrupts_reach_whom_they_are_for() {
    let (mut pic, levels) = mpic(2);
    pic.write(0x10b0, 4, 9 << 16 | 0x77, 0);
    pic.write(CPU + 0x1080, 4, 0, 0);
    pic.write(CPU + 0x80, 4, 0, 0);
    pic.write(CPU + 0x50, 4, 2, 0);
    assert_eq!([0, 1].map(|n: usize| levels[n].load(Ordering::Relaxed)), [false, true]);
    assert_eq!((pic.read(CPU + 0xa0, 4, 0), pic.read(CPU + 0x10a0, 4, 0)), (0xffff, 0x77));
    assert_eq!(pic.read(CPU + 0x1090, 4, 0), 1);
}

#[test]
fn timers_count_down_again_and_again() {
    let (mut pic, levels) = mpic(1);
    pic.write(CPU + 0x80, 4, 0, 0);
    pic.write(0x1130, 4, 1, 0);
    pic.write(0x1120, 4, 6 << 16 | 0x11, 0);
    pic.write(0x1110, 4, 0x8000_0064, 0);
    assert_eq!(pic.deadline(), None);
    pic.write(0x1110, 4, 0x64, 0);
    assert_eq!((pic.deadline(), pic.read(0x1100, 4, 500)), (Some(1000), 50));
    pic.tick(1000);
    assert!(levels[0].load(Ordering::Relaxed));
    assert_eq!((pic.deadline(), pic.read(CPU + 0xa0, 4, 1000)), (Some(2000), 0x11));
    let saved = pic.save();
    pic.reset();
    assert_eq!(pic.deadline(), None);
    pic.restore(&saved).unwrap();
    assert_eq!(pic.deadline(), Some(2000));
    assert!(pic.restore(&saved[1..]).is_err());
}

#[test]
fn messages_are_shared() {
    let (mut pic, levels) = mpic(1);
    pic.write(CPU + 0x80, 4, 0, 0);
    pic.write(0x1_0000 + 0xe2 * 32, 4, 3 << 16 | 0xe2, 0);
    pic.write(0x1740, 4, 2 << 29 | 5 << 24, 0);
    assert!(levels[0].load(Ordering::Relaxed));
    assert_eq!((pic.read(0x1720, 4, 0), pic.read(0x1620, 4, 0), pic.read(0x1620, 4, 0)), (4, 32, 0));
    assert!(!levels[0].load(Ordering::Relaxed));
}
