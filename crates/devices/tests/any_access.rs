//! What every device owes its machine: no access, input or damaged snapshot makes it panic, time never stands still in it,
//! and a restored copy goes on exactly like the original.

use devices::escc::Escc;
use devices::esp::Esp;
use devices::fw_cfg::{FwCfg, FwCfgItems, FwCfgLayout};
use devices::grlib_apbuart::ApbUart;
use devices::grlib_gptimer::{GpTimer, GpTimerConfig};
use devices::grlib_irqmp::{IrqMp, IrqMpCpu};
use devices::lance::Lance;
use devices::m48t59::M48t59;
use devices::mips_cps::VpLines;
use devices::pci::PciBus;
use devices::percpu::CpuLines;
use devices::piix4::{Piix4Pm, isa_bridge};
use devices::registers::{Registers, Word};
use devices::sabre::SabreConfig;
use devices::slavio_timer::SlavioTimer;
use devices::sparc32_dma::Sparc32Dma;
use devices::sun4m_intctl::{IntCpu, Sun4mIntctl};
use devices::{
    CfiFlash, Clint, EmptyVirtioMmio, FlashGeometry, Fromhost, Gt64120, HartLines, I8254, I8259, MaltaFpga, Mc146818,
    MipsCps, MipsGic, Ns16550a, NullSink, PerCpu, Plic, PlicConfig, PlicContext, PlicMode, Ports, Power, SifiveEPrci,
    SifiveGpio, SifiveTest, SifiveUPrci, SifiveUart, Tohost, Unimp, htif,
};
use memory::{Device, Line, Nanos, SharedDevice, Size};
use parking_lot::Mutex;
use proptest::prelude::*;

fn line() -> Line {
    Line::unconnected()
}

/// Both words of HTIF, side by side: `tohost` saves for the two.
struct Htif(Tohost, Fromhost);

impl Device for Htif {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        if offset < 8 { self.0.read(offset, size, now) } else { self.1.read(offset - 8, size, now) }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        if offset < 8 { self.0.write(offset, size, value, now) } else { self.1.write(offset - 8, size, value, now) }
    }

    fn receive(&mut self, bytes: &[u8], now: Nanos) -> usize {
        self.0.receive(bytes, now)
    }

    fn reset(&mut self) {
        self.0.reset();
        self.1.reset();
    }

    fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    fn restore(&mut self, state: &[u8]) -> Result<(), String> {
        self.0.restore(state)
    }
}

/// Its range begins with its registers.
fn gt64120() -> Gt64120 {
    let ports: SharedDevice = std::sync::Arc::new(Mutex::new(Ports::new()));
    let pci = PciBus::new(vec![devices::gt64120::pci_function(), isa_bridge(10)]);
    Gt64120::new(0x1400_0000, false, ports, I8259::new(line()), pci)
}

/// Two processors.
fn mips_cps() -> MipsCps {
    let pins = (0..2).map(|_| std::array::from_fn(|_| line())).collect();
    MipsCps::new((0..2).map(|_| VpLines { run: line(), restart: line() }).collect(), MipsGic::new(pins))
}

/// One of each.
fn all() -> Vec<(&'static str, Box<dyn Device>)> {
    let context = PlicContext { hart: 0, mode: PlicMode::Machine, line: line() };
    let plic = Plic::new(PlicConfig { n_sources: 40, max_priority: 7 }, vec![context; 2]);
    (1..=40).step_by(3).for_each(|source| plic.line(source).raise());
    let flash = FlashGeometry { size: 1 << 16, block: 1 << 12, bank_width: 4, device_width: 2, big_endian: false };
    let harts = vec![HartLines { software: line(), timer: line() }; 3];
    let cpus = vec![CpuLines { ipi: line(), timer: line() }; 3];
    let (tohost, fromhost) = htif(Box::new(NullSink), Power::unconnected(), memory::Dma::default());
    let irqmp = IrqMp::new(vec![IrqMpCpu { levels: std::array::from_fn(|_| line()), run: line() }; 3], 12);
    (1..=31).step_by(3).for_each(|source| irqmp.line(source).raise());
    let intctl = Sun4mIntctl::new(vec![IntCpu { levels: std::array::from_fn(|_| line()), any: line() }; 2]);
    (0..32).step_by(3).for_each(|bit| intctl.line(bit).raise());
    vec![
        ("ns16550a", Box::new(Ns16550a::new(Default::default(), line(), Box::new(NullSink)))),
        ("clint", Box::new(Clint::new(10_000_000, harts))),
        ("plic", Box::new(plic)),
        ("flash", Box::new(CfiFlash::new(flash, b"image").unwrap())),
        ("htif", Box::new(Htif(tohost, fromhost))),
        ("percpu", Box::new(PerCpu::new(cpus))),
        ("sifive_test", Box::new(SifiveTest::new(Power::unconnected()))),
        ("sifive_uart", Box::new(SifiveUart::new(line(), Box::new(NullSink)))),
        ("sifive_e_prci", Box::new(SifiveEPrci::new())),
        ("sifive_u_prci", Box::new(SifiveUPrci::new())),
        ("sifive_gpio", Box::new(SifiveGpio::new(vec![line(); 16], vec![line(); 16]))),
        ("virtio_mmio", Box::new(EmptyVirtioMmio)),
        ("apbuart", Box::new(ApbUart::new(line(), Box::new(NullSink)))),
        ("gptimer", Box::new(GpTimer::new(GpTimerConfig { clock_hz: 40_000_000, irq: 6 }, vec![line(); 3]))),
        ("irqmp", Box::new(irqmp)),
        ("intctl", Box::new(intctl)),
        ("slavio_timer", Box::new(SlavioTimer::new(vec![line(); 2], line()))),
        ("escc", Box::new(Escc::new(line(), [Box::new(NullSink), Box::new(NullSink)], Default::default()))),
        ("esp", Box::new(Esp::new(line()))),
        ("sparc32_dma", Box::new(Sparc32Dma::new(line()))),
        ("sabre", Box::new(SabreConfig::new())),
        ("lance", Box::new(Lance::new(line()))),
        ("m48t59", Box::new(M48t59::new(vec![0; 64], 1968, 1_795_300_000))),
        ("fw_cfg", Box::new(FwCfg::new(FwCfgItems::new(), FwCfgLayout::Memory))),
        ("registers", Box::new(Registers::new(4, &[Word::kept(0, 1), Word::fixed(4, 2)]))),
        ("i8259", Box::new(I8259::new(line()))),
        ("mips_cps", Box::new(mips_cps())),
        ("i8254", Box::new(I8254::new(line()))),
        ("mc146818", Box::new(Mc146818::new(1_700_000_000, line()))),
        ("malta_fpga", Box::new(MaltaFpga::new(true, Power::unconnected()))),
        ("piix4_pm", Box::new(Piix4Pm::new(Power::unconnected()))),
        ("gt64120", Box::new(gt64120())),
        ("unimp", Box::new(Unimp::new("nothing"))),
    ]
}

#[derive(Clone, Debug)]
enum Step {
    Read(u64, Size),
    Write(u64, Size, u64),
    Receive(Vec<u8>),
    Pass(Nanos),
    Reset,
}

fn step() -> impl Strategy<Value = Step> {
    // Mostly where registers are.
    let offset = prop_oneof![
        8 => 0u64..0x48,
        2 => (0u64..8).prop_map(|i| 0x4000 + 4 * i),
        1 => (0u64..4).prop_map(|i| 0xbff4 + 4 * i),
        2 => prop::sample::select(vec![0x1000u64, 0x1004, 0x2000, 0x2004, 0x2080, 0x20_0000, 0x20_0004, 0x20_1004]),
        1 => any::<u64>(),
    ];
    let size = prop_oneof![1 => Just(1u32), 1 => Just(2), 4 => Just(4), 2 => Just(8)];
    let value = prop_oneof![0u64..0x100, any::<u64>(), Just(u64::MAX), Just(0xe8u64), Just(0xd0u64)];
    prop_oneof![
        4 => (offset.clone(), size.clone()).prop_map(|(o, s)| Step::Read(o, s)),
        6 => (offset, size, value).prop_map(|(o, s, v)| Step::Write(o, s, v)),
        1 => prop::collection::vec(any::<u8>(), 0..20).prop_map(Step::Receive),
        2 => prop_oneof![0u64..1000, 0u64..10_000_000, Just(1u64 << 62)].prop_map(Step::Pass),
        1 => Just(Step::Reset),
    ]
}

/// Does one step; what the guest or the outside sees of it is the result.
fn act(device: &mut dyn Device, step: &Step, now: &mut Nanos) -> u64 {
    match step {
        Step::Read(offset, size) => device.read(*offset, *size, *now),
        Step::Write(offset, size, value) => {
            device.write(*offset, *size, *value, *now);
            0
        }
        Step::Receive(bytes) => device.receive(bytes, *now) as u64,
        Step::Pass(nanos) => {
            *now = now.saturating_add(*nanos);
            if device.deadline().is_some_and(|at| at <= *now) {
                device.tick(*now);
            }
            device.deadline().unwrap_or(u64::MAX)
        }
        Step::Reset => {
            device.reset();
            0
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn copies_go_on_like_the_original(before in prop::collection::vec(step(), 0..60), after in prop::collection::vec(step(), 0..60)) {
        for ((name, mut device), (_, mut copy)) in all().into_iter().zip(all()) {
            let mut now = 0;
            for step in &before {
                let seen = act(device.as_mut(), step, &mut now);
                if let Step::Read(_, size @ (1 | 2 | 4)) = step {
                    prop_assert_eq!(seen >> (size * 8), 0, "{} read too wide a value", name);
                }
                if let Step::Pass(_) = step {
                    prop_assert!(seen > now || now == u64::MAX, "{name} doesn't get past {now}");
                }
            }
            copy.restore(&device.save()).unwrap();
            let mut later = now;
            for step in &after {
                let (ours, theirs) = (act(device.as_mut(), step, &mut now), act(copy.as_mut(), step, &mut later));
                prop_assert_eq!(ours, theirs, "{} at {:?}", name, step);
            }
        }
    }

    #[test]
    fn damaged_snapshots_never_panic(
        before in prop::collection::vec(step(), 0..30),
        pokes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        after in prop::collection::vec(step(), 0..30),
    ) {
        for (_, mut device) in all() {
            let mut now = 0;
            for step in &before {
                act(device.as_mut(), step, &mut now);
            }
            let mut state = device.save();
            for (at, byte) in &pokes {
                if !state.is_empty() {
                    let at = at.index(state.len());
                    state[at] = *byte;
                }
            }
            if device.restore(&state).is_ok() {
                for step in &after {
                    act(device.as_mut(), step, &mut now);
                }
            }
        }
    }
}
