//! The guest architectures: one row a target.

use crate::engines::{self, Engine};

/// The family, as the schema's `CpuInfoArch` names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arch {
    /// `x86`
    X86,
    /// `sparc`
    Sparc,
    /// `ppc`
    Ppc,
    /// `mips`
    Mips,
    /// `tricore`
    Tricore,
    /// `s390`
    S390,
    /// `riscv`
    Riscv,
}

impl Arch {
    /// The schema's word.
    pub fn name(self) -> &'static str {
        match self {
            Arch::X86 => "x86",
            Arch::Sparc => "sparc",
            Arch::Ppc => "ppc",
            Arch::Mips => "mips",
            Arch::Tricore => "tricore",
            Arch::S390 => "s390",
            Arch::Riscv => "riscv",
        }
    }
}

/// A CPU model by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Model {
    /// The name users give to `-cpu`.
    pub name: &'static str,
}

/// One target: what a `qemu-system-NAME` of its own would be.
#[derive(Debug)]
pub struct Target {
    /// `SysEmuTarget`'s word.
    pub name: &'static str,
    /// The family.
    pub arch: Arch,
    /// Width of an address in bits.
    pub bits: u32,
    /// Whether data is big-endian.
    pub big_endian: bool,
    /// What makes a model's name a type's: `rv64` + `-riscv-cpu`.
    pub cpu_suffix: &'static str,
    /// The type that all CPU types of the family have as parent.
    pub cpu_parent: &'static str,
    /// Numbers by which ELF files name the architecture (`e_machine`), the usual one first.
    pub elf_machines: &'static [u16],
    /// CPU models in the order of `-cpu help`.
    pub models: &'static [Model],
    /// How its CPUs are made; `None` while the target can't run.
    pub engine: Option<Engine>,
}

impl Target {
    /// Whether CPUs of this target can be made.
    pub fn runnable(&self) -> bool {
        self.engine.is_some()
    }

    /// The type name of CPU model `model`, where `-` stands for blanks.
    pub fn cpu_type(&self, model: &str) -> String {
        format!("{}{}", model.replace(' ', "-"), self.cpu_suffix)
    }

    /// The model of that name; type names are taken as well.
    pub fn model(&self, name: &str) -> Option<&'static Model> {
        let bare = name.strip_suffix(self.cpu_suffix).unwrap_or(name);
        self.models.iter().find(|model| model.name == bare || model.name.replace(' ', "-") == bare)
    }
}

const fn model(name: &'static str) -> Model {
    Model { name }
}

/// The names in a target's own list of models.
const fn names<const N: usize>(rows: &[riscv::model::CpuModel]) -> [Model; N] {
    let mut out = [model(""); N];
    let mut n = 0;
    while n < N {
        out[n] = model(rows[n].name);
        n += 1;
    }
    out
}

const RV32: &[Model] = &names::<{ riscv::model::MODELS_32.len() }>(riscv::model::MODELS_32);
const RV64: &[Model] = &names::<{ riscv::model::MODELS_64.len() }>(riscv::model::MODELS_64);

const SPARC: &[Model] = &[
    model("Fujitsu MB86904"),
    model("Fujitsu MB86907"),
    model("TI MicroSparc I"),
    model("TI MicroSparc II"),
    model("TI MicroSparc IIep"),
    model("TI SuperSparc 40"),
    model("TI SuperSparc 50"),
    model("TI SuperSparc 51"),
    model("TI SuperSparc 60"),
    model("TI SuperSparc 61"),
    model("TI SuperSparc II"),
    model("LEON2"),
    model("LEON3"),
];

const SPARC64: &[Model] = &[
    model("Fujitsu Sparc64"),
    model("Fujitsu Sparc64 III"),
    model("Fujitsu Sparc64 IV"),
    model("Fujitsu Sparc64 V"),
    model("TI UltraSparc I"),
    model("TI UltraSparc II"),
    model("TI UltraSparc IIi"),
    model("TI UltraSparc IIe"),
    model("Sun UltraSparc III"),
    model("Sun UltraSparc III Cu"),
    model("Sun UltraSparc IIIi"),
    model("Sun UltraSparc IV"),
    model("Sun UltraSparc IV+"),
    model("Sun UltraSparc IIIi+"),
    model("Sun UltraSparc T1"),
    model("Sun UltraSparc T2"),
    model("NEC UltraSparc I"),
];

const MIPS: &[Model] = &[
    model("4Kc"),
    model("4Km"),
    model("4KEcR1"),
    model("4KEmR1"),
    model("4KEc"),
    model("4KEm"),
    model("24Kc"),
    model("24KEc"),
    model("24Kf"),
    model("34Kf"),
    model("74Kf"),
    model("M14K"),
    model("M14Kc"),
    model("P5600"),
    model("mips32r6-generic"),
    model("I7200"),
];

const MIPS64: &[Model] = &[
    model("4Kc"),
    model("4Km"),
    model("4KEcR1"),
    model("4KEmR1"),
    model("4KEc"),
    model("4KEm"),
    model("24Kc"),
    model("24KEc"),
    model("24Kf"),
    model("34Kf"),
    model("74Kf"),
    model("M14K"),
    model("M14Kc"),
    model("P5600"),
    model("mips32r6-generic"),
    model("I7200"),
    model("R4000"),
    model("VR5432"),
    model("5Kc"),
    model("5Kf"),
    model("20Kc"),
    model("MIPS64R2-generic"),
    model("5KEc"),
    model("5KEf"),
    model("I6400"),
    model("I6500"),
    model("Loongson-2E"),
    model("Loongson-2F"),
    model("mips64dspr2"),
#[rustfmt::skip]
const PPC: &[Model] = &[
    model("601_v0"), model("601_v1"), model("601_v2"), model("601"), model("601v"),
    model("603"), model("mpc8240"), model("vanilla"), model("604"), model("ppc32"),
    model("ppc"), model("default"), model("602"), model("603e_v1.1"), model("603e_v1.2"),
    model("603e_v1.3"), model("603e_v1.4"), model("603e_v2.2"), model("603e_v3"), model("603e_v4"),
    model("603e_v4.1"), model("603e"), model("stretch"), model("603p"), model("603e7v"),
    model("vaillant"), model("603e7v1"), model("603e7"), model("603e7v2"), model("603e7t"),
    model("603r"), model("goldeneye"), model("740_v1.0"), model("740e"), model("750_v1.0"),
    model("750_v2.0"), model("740_v2.0"), model("750e"), model("750_v2.1"), model("740_v2.1"),
    model("750_v2.2"), model("740_v2.2"), model("750_v3.0"), model("740_v3.0"), model("750_v3.1"),
    model("750"), model("typhoon"), model("g3"), model("740_v3.1"), model("740"),
    model("arthur"), model("750cx_v1.0"), model("750cx_v2.0"), model("750cx_v2.1"), model("750cx_v2.2"),
    model("750cx"), model("750cxe_v2.1"), model("750cxe_v2.2"), model("750cxe_v2.3"), model("750cxe_v2.4"),
    model("750cxe_v3.0"), model("750cxe_v3.1"), model("745_v1.0"), model("755_v1.0"), model("755_v1.1"),
    model("745_v1.1"), model("755_v2.0"), model("745_v2.0"), model("755_v2.1"), model("745_v2.1"),
    model("755_v2.2"), model("745_v2.2"), model("755_v2.3"), model("745_v2.3"), model("755_v2.4"),
    model("745_v2.4"), model("755_v2.5"), model("745_v2.5"), model("755_v2.6"), model("745_v2.6"),
    model("755_v2.7"), model("745_v2.7"), model("745_v2.8"), model("745"), model("755_v2.8"),
    model("755"), model("goldfinger"), model("750cxe_v2.4b"), model("750cxe_v3.1b"), model("750cxe"),
    model("750cxr"), model("750cl_v1.0"), model("750cl_v2.0"), model("750cl"), model("750l_v2.0"),
    model("750l_v2.1"), model("750l_v2.2"), model("750l_v3.0"), model("750l_v3.2"), model("750l"),
    model("lonestar"), model("604e_v1.0"), model("604e_v2.2"), model("604e_v2.4"), model("604e"),
    model("sirocco"), model("604r"), model("mach5"), model("7400_v1.0"), model("7400_v1.1"),
    model("7400_v2.0"), model("7400_v2.1"), model("7400_v2.2"), model("7400_v2.6"), model("7400_v2.7"),
    model("7400_v2.8"), model("7400_v2.9"), model("7400"), model("max"), model("g4"),
    model("403ga"), model("403gb"), model("403gc"), model("403"), model("403gcx"),
    model("401a1"), model("401b2"), model("iop480"), model("401c2"), model("401d2"),
    model("401e2"), model("401f2"), model("401g2"), model("401"), model("g2"),
    model("mpc603"), model("g2hip3"), model("mpc8250_hip3"), model("mpc8255_hip3"), model("mpc8260_hip3"),
    model("mpc8264_hip3"), model("mpc8265_hip3"), model("mpc8266_hip3"), model("mpc8343"), model("mpc8349a"),
    model("mpc8347at"), model("mpc8347a"), model("e300c1"), model("mpc8343ea"), model("mpc8349e"),
    model("mpc8347ep"), model("mpc8347p"), model("mpc8347eap"), model("mpc8349"), model("mpc8347et"),
    model("mpc8347e"), model("mpc8347t"), model("mpc8347"), model("mpc8343a"), model("mpc8347eat"),
    model("mpc8347ea"), model("mpc8347ap"), model("mpc8349ea"), model("mpc8343e"), model("e300c2"),
    model("e300c3"), model("e300"), model("mpc8379e"), model("e300c4"), model("mpc8377e"),
    model("mpc8377"), model("mpc8378"), model("mpc8379"), model("mpc8378e"), model("740p"),
    model("750p"), model("conan/doyle"), model("cobra"), model("460exb"), model("460ex"),
    model("440epx"), model("405d2"), model("x2vp4"), model("x2vp7"), model("x2vp20"),
    model("x2vp50"), model("405gpa"), model("405gpb"), model("405cra"), model("405gpc"),
    model("405gpd"), model("405gp"), model("405crb"), model("405crc"), model("405cr"),
    model("405gpe"), model("stb03"), model("npe4gs3"), model("npe405h"), model("npe405h2"),
    model("405ez"), model("npe405l"), model("stb04"), model("405d4"), model("405"),
    model("405lp"), model("440epa"), model("440epb"), model("440ep"), model("405gpr"),
    model("405ep"), model("stb25"), model("750fx_v1.0"), model("750fx_v2.0"), model("750fx_v2.1"),
    model("750fx_v2.2"), model("750fx_v2.3"), model("750fx"), model("750fl"), model("750gx_v1.0"),
    model("750gx_v1.1"), model("750gl"), model("750gx_v1.2"), model("750gx"), model("440-xilinx-w-dfpu"),
    model("440-xilinx"), model("7450_v1.0"), model("7450_v1.1"), model("7450_v1.2"), model("7450_v2.0"),
    model("7441_v2.1"), model("7450_v2.1"), model("7450"), model("vger"), model("7451_v2.3"),
    model("7451"), model("7441_v2.3"), model("7441"), model("7451_v2.10"), model("7441_v2.10"),
    model("7455_v1.0"), model("7445_v1.0"), model("7445_v2.1"), model("7455_v2.1"), model("7455_v3.2"),
    model("7455"), model("apollo6"), model("7445_v3.2"), model("7445"), model("7455_v3.3"),
    model("7445_v3.3"), model("7455_v3.4"), model("7445_v3.4"), model("7447_v1.0"), model("7457_v1.0"),
    model("7447_v1.1"), model("7447"), model("7457_v1.1"), model("7457_v1.2"), model("7457"),
    model("apollo7"), model("7457a_v1.0"), model("apollo7pm"), model("7447a_v1.0"), model("7457a_v1.1"),
    model("7447a_v1.1"), model("7457a_v1.2"), model("7457a"), model("7447a_v1.2"), model("7447a"),
    model("mpc8641d"), model("mpc8610"), model("e600"), model("mpc8641"), model("7448_v1.0"),
    model("7448_v1.1"), model("7448_v2.0"), model("7448_v2.1"), model("7448"), model("7410_v1.0"),
    model("7410_v1.1"), model("7410_v1.2"), model("7410_v1.3"), model("7410_v1.4"), model("7410"),
    model("nitro"), model("mpc8540_v10"), model("e500_v10"), model("mpc8541_v10"), model("mpc8541_v11"),
    model("mpc8541"), model("mpc8541e_v10"), model("mpc8541e_v11"), model("mpc8541e"), model("mpc8540_v20"),
    model("mpc8540_v21"), model("mpc8540"), model("e500_v20"), model("e500v1"), model("mpc8543e_v10"),
    model("mpc8543_v10"), model("mpc8548e_v10"), model("mpc8555_v10"), model("mpc8555e_v10"), model("e500v2_v10"),
    model("mpc8560_v10"), model("mpc8548_v10"), model("mpc8543e_v11"), model("mpc8548e_v11"), model("mpc8543_v11"),
    model("mpc8555_v11"), model("mpc8555"), model("mpc8555e_v11"), model("mpc8555e"), model("mpc8548_v11"),
    model("mpc8560_v20"), model("mpc8548_v20"), model("mpc8547e_v20"), model("mpc8545_v20"), model("mpc8543e_v20"),
    model("mpc8548e_v20"), model("mpc8543_v20"), model("mpc8545e_v20"), model("e500v2_v20"), model("mpc8545e_v21"),
    model("mpc8545e"), model("mpc8544_v10"), model("mpc8560_v21"), model("mpc8560"), model("mpc8533e_v10"),
    model("mpc8544e_v10"), model("mpc8547e_v21"), model("mpc8547e"), model("mpc8548_v21"), model("mpc8548"),
    model("mpc8545_v21"), model("mpc8545"), model("mpc8543e_v21"), model("mpc8543e"), model("mpc8543_v21"),
    model("mpc8543"), model("mpc8548e_v21"), model("mpc8548e"), model("e500v2_v21"), model("mpc8533_v10"),
    model("mpc8544_v11"), model("mpc8544"), model("mpc8568e"), model("mpc8533e_v11"), model("mpc8533e"),
    model("mpc8544e_v11"), model("mpc8544e"), model("mpc8567"), model("mpc8567e"), model("mpc8568"),
    model("e500v2_v22"), model("e500"), model("e500v2"), model("mpc8533_v11"), model("mpc8533"),
    model("mpc8572e"), model("e500v2_v30"), model("mpc8572"), model("e500mc"), model("g2h4"),
    model("g2hip4"), model("mpc8241"), model("mpc8245"), model("mpc8250"), model("mpc8250_hip4"),
    model("mpc8255"), model("mpc8255_hip4"), model("mpc8260"), model("mpc8260_hip4"), model("mpc8264"),
    model("mpc8264_hip4"), model("mpc8265"), model("mpc8265_hip4"), model("mpc8266"), model("mpc8266_hip4"),
    model("g2le"), model("g2gp"), model("g2legp"), model("mpc5200b_v20"), model("mpc5200_v10"),
    model("mpc5200b_v21"), model("mpc5200b"), model("mpc5200_v11"), model("mpc5200_v12"), model("mpc52xx"),
    model("mpc5200"), model("g2legp1"), model("g2legp3"), model("mpc82xx"), model("powerquicc-ii"),
    model("mpc8247"), model("mpc8248"), model("mpc8270"), model("mpc8271"), model("mpc8272"),
    model("mpc8275"), model("mpc8280"), model("e200z5"), model("e200z6"), model("e200"),
    model("g2ls"), model("g2lels"),
];

#[rustfmt::skip]
const PPC64: &[Model] = &[
    model("601_v0"), model("601_v1"), model("601_v2"), model("601"), model("601v"),
    model("603"), model("mpc8240"), model("vanilla"), model("604"), model("ppc32"),
    model("ppc"), model("default"), model("602"), model("603e_v1.1"), model("603e_v1.2"),
    model("603e_v1.3"), model("603e_v1.4"), model("603e_v2.2"), model("603e_v3"), model("603e_v4"),
    model("603e_v4.1"), model("603e"), model("stretch"), model("603p"), model("603e7v"),
    model("vaillant"), model("603e7v1"), model("603e7"), model("603e7v2"), model("603e7t"),
    model("603r"), model("goldeneye"), model("740_v1.0"), model("740e"), model("750_v1.0"),
    model("750_v2.0"), model("740_v2.0"), model("750e"), model("750_v2.1"), model("740_v2.1"),
    model("750_v2.2"), model("740_v2.2"), model("750_v3.0"), model("740_v3.0"), model("750_v3.1"),
    model("750"), model("typhoon"), model("g3"), model("740_v3.1"), model("740"),
    model("arthur"), model("750cx_v1.0"), model("750cx_v2.0"), model("750cx_v2.1"), model("750cx_v2.2"),
    model("750cx"), model("750cxe_v2.1"), model("750cxe_v2.2"), model("750cxe_v2.3"), model("750cxe_v2.4"),
    model("750cxe_v3.0"), model("750cxe_v3.1"), model("745_v1.0"), model("755_v1.0"), model("755_v1.1"),
    model("745_v1.1"), model("755_v2.0"), model("745_v2.0"), model("755_v2.1"), model("745_v2.1"),
    model("755_v2.2"), model("745_v2.2"), model("755_v2.3"), model("745_v2.3"), model("755_v2.4"),
    model("745_v2.4"), model("755_v2.5"), model("745_v2.5"), model("755_v2.6"), model("745_v2.6"),
    model("755_v2.7"), model("745_v2.7"), model("745_v2.8"), model("745"), model("755_v2.8"),
    model("755"), model("goldfinger"), model("750cxe_v2.4b"), model("750cxe_v3.1b"), model("750cxe"),
    model("750cxr"), model("750cl_v1.0"), model("750cl_v2.0"), model("750cl"), model("750l_v2.0"),
    model("750l_v2.1"), model("750l_v2.2"), model("750l_v3.0"), model("750l_v3.2"), model("750l"),
    model("lonestar"), model("604e_v1.0"), model("604e_v2.2"), model("604e_v2.4"), model("604e"),
    model("sirocco"), model("604r"), model("mach5"), model("7400_v1.0"), model("7400_v1.1"),
    model("7400_v2.0"), model("7400_v2.1"), model("7400_v2.2"), model("7400_v2.6"), model("7400_v2.7"),
    model("7400_v2.8"), model("7400_v2.9"), model("7400"), model("max"), model("g4"),
    model("403ga"), model("403gb"), model("403gc"), model("403"), model("403gcx"),
    model("401a1"), model("401b2"), model("iop480"), model("401c2"), model("401d2"),
    model("401e2"), model("401f2"), model("401g2"), model("401"), model("g2"),
    model("mpc603"), model("g2hip3"), model("mpc8250_hip3"), model("mpc8255_hip3"), model("mpc8260_hip3"),
    model("mpc8264_hip3"), model("mpc8265_hip3"), model("mpc8266_hip3"), model("mpc8343"), model("mpc8349a"),
    model("mpc8347at"), model("mpc8347a"), model("e300c1"), model("mpc8343ea"), model("mpc8349e"),
    model("mpc8347ep"), model("mpc8347p"), model("mpc8347eap"), model("mpc8349"), model("mpc8347et"),
    model("mpc8347e"), model("mpc8347t"), model("mpc8347"), model("mpc8343a"), model("mpc8347eat"),
    model("mpc8347ea"), model("mpc8347ap"), model("mpc8349ea"), model("mpc8343e"), model("e300c2"),
    model("e300c3"), model("e300"), model("mpc8379e"), model("e300c4"), model("mpc8377e"),
    model("mpc8377"), model("mpc8378"), model("mpc8379"), model("mpc8378e"), model("740p"),
    model("750p"), model("conan/doyle"), model("cobra"), model("460exb"), model("460ex"),
    model("440epx"), model("405d2"), model("x2vp4"), model("x2vp7"), model("x2vp20"),
    model("x2vp50"), model("405gpa"), model("405gpb"), model("405cra"), model("405gpc"),
    model("405gpd"), model("405gp"), model("405crb"), model("405crc"), model("405cr"),
    model("405gpe"), model("stb03"), model("npe4gs3"), model("npe405h"), model("npe405h2"),
    model("405ez"), model("npe405l"), model("stb04"), model("405d4"), model("405"),
    model("405lp"), model("440epa"), model("440epb"), model("440ep"), model("405gpr"),
    model("405ep"), model("stb25"), model("750fx_v1.0"), model("750fx_v2.0"), model("750fx_v2.1"),
    model("750fx_v2.2"), model("750fx_v2.3"), model("750fx"), model("750fl"), model("750gx_v1.0"),
    model("750gx_v1.1"), model("750gl"), model("750gx_v1.2"), model("750gx"), model("440-xilinx-w-dfpu"),
    model("440-xilinx"), model("7450_v1.0"), model("7450_v1.1"), model("7450_v1.2"), model("7450_v2.0"),
    model("7441_v2.1"), model("7450_v2.1"), model("7450"), model("vger"), model("7451_v2.3"),
    model("7451"), model("7441_v2.3"), model("7441"), model("7451_v2.10"), model("7441_v2.10"),
    model("7455_v1.0"), model("7445_v1.0"), model("7445_v2.1"), model("7455_v2.1"), model("7455_v3.2"),
    model("7455"), model("apollo6"), model("7445_v3.2"), model("7445"), model("7455_v3.3"),
    model("7445_v3.3"), model("7455_v3.4"), model("7445_v3.4"), model("7447_v1.0"), model("7457_v1.0"),
    model("7447_v1.1"), model("7447"), model("7457_v1.1"), model("7457_v1.2"), model("7457"),
    model("apollo7"), model("7457a_v1.0"), model("apollo7pm"), model("7447a_v1.0"), model("7457a_v1.1"),
    model("7447a_v1.1"), model("7457a_v1.2"), model("7457a"), model("7447a_v1.2"), model("7447a"),
    model("mpc8641d"), model("mpc8610"), model("e600"), model("mpc8641"), model("7448_v1.0"),
    model("7448_v1.1"), model("7448_v2.0"), model("7448_v2.1"), model("7448"), model("7410_v1.0"),
    model("7410_v1.1"), model("7410_v1.2"), model("7410_v1.3"), model("7410_v1.4"), model("7410"),
    model("nitro"), model("mpc8540_v10"), model("e500_v10"), model("mpc8541_v10"), model("mpc8541_v11"),
    model("mpc8541"), model("mpc8541e_v10"), model("mpc8541e_v11"), model("mpc8541e"), model("mpc8540_v20"),
    model("mpc8540_v21"), model("mpc8540"), model("e500_v20"), model("e500v1"), model("mpc8543e_v10"),
    model("mpc8543_v10"), model("mpc8548e_v10"), model("mpc8555_v10"), model("mpc8555e_v10"), model("e500v2_v10"),
    model("mpc8560_v10"), model("mpc8548_v10"), model("mpc8543e_v11"), model("mpc8548e_v11"), model("mpc8543_v11"),
    model("mpc8555_v11"), model("mpc8555"), model("mpc8555e_v11"), model("mpc8555e"), model("mpc8548_v11"),
    model("mpc8560_v20"), model("mpc8548_v20"), model("mpc8547e_v20"), model("mpc8545_v20"), model("mpc8543e_v20"),
    model("mpc8548e_v20"), model("mpc8543_v20"), model("mpc8545e_v20"), model("e500v2_v20"), model("mpc8545e_v21"),
    model("mpc8545e"), model("mpc8544_v10"), model("mpc8560_v21"), model("mpc8560"), model("mpc8533e_v10"),
    model("mpc8544e_v10"), model("mpc8547e_v21"), model("mpc8547e"), model("mpc8548_v21"), model("mpc8548"),
    model("mpc8545_v21"), model("mpc8545"), model("mpc8543e_v21"), model("mpc8543e"), model("mpc8543_v21"),
    model("mpc8543"), model("mpc8548e_v21"), model("mpc8548e"), model("e500v2_v21"), model("mpc8533_v10"),
    model("mpc8544_v11"), model("mpc8544"), model("mpc8568e"), model("mpc8533e_v11"), model("mpc8533e"),
    model("mpc8544e_v11"), model("mpc8544e"), model("mpc8567"), model("mpc8567e"), model("mpc8568"),
    model("e500v2_v22"), model("e500"), model("e500v2"), model("mpc8533_v11"), model("mpc8533"),
    model("mpc8572e"), model("e500v2_v30"), model("mpc8572"), model("e500mc"), model("g2h4"),
    model("g2hip4"), model("mpc8241"), model("mpc8245"), model("mpc8250"), model("mpc8250_hip4"),
    model("mpc8255"), model("mpc8255_hip4"), model("mpc8260"), model("mpc8260_hip4"), model("mpc8264"),
    model("mpc8264_hip4"), model("mpc8265"), model("mpc8265_hip4"), model("mpc8266"), model("mpc8266_hip4"),
    model("g2le"), model("g2gp"), model("g2legp"), model("mpc5200b_v20"), model("mpc5200_v10"),
    model("mpc5200b_v21"), model("mpc5200b"), model("mpc5200_v11"), model("mpc5200_v12"), model("mpc52xx"),
    model("mpc5200"), model("g2legp1"), model("g2legp3"), model("mpc82xx"), model("powerquicc-ii"),
    model("mpc8247"), model("mpc8248"), model("mpc8270"), model("mpc8271"), model("mpc8272"),
    model("mpc8275"), model("mpc8280"), model("e200z5"), model("e200z6"), model("e200"),
    model("g2ls"), model("g2lels"), model("970_v2.2"), model("970"), model("970fx_v1.0"),
    model("power5+_v2.1"), model("power5+"), model("power5gs"), model("970fx_v2.0"), model("970fx_v2.1"),
    model("970fx_v3.0"), model("970fx_v3.1"), model("970fx"), model("ppc64"), model("power7_v2.3"),
    model("power7"), model("970mp_v1.0"), model("970mp_v1.1"), model("970mp"), model("power7+_v2.1"),
    model("power7+"), model("power8e_v2.1"), model("power8e"), model("power8nvl_v1.0"), model("power8nvl"),
    model("power8_v2.0"), model("power8"), model("power9_v1.0"), model("power9_v2.0"), model("power9"),
    model("e5500"), model("e6500"),
];

const fn row(name: &'static str, arch: Arch, bits: u32, big_endian: bool, cpu_suffix: &'static str) -> Target {
    let cpu_parent = match arch {
        Arch::X86 => "x86-cpu",
        Arch::Sparc if bits == 64 => "sparc64-cpu",
        Arch::Sparc => "sparc-cpu",
        Arch::Ppc => "powerpc-cpu",
        Arch::Mips => "mips-cpu",
        Arch::Tricore => "tricore-cpu",
        Arch::S390 => "s390x-cpu",
        Arch::Riscv => "riscv-cpu",
    };
    // System V ABI, "e_machine": 32-bit programs run on most 64-bit CPUs, too.
    let elf_machines: &[u16] = match arch {
        Arch::X86 => &[62, 3],
        Arch::Sparc => &[2, 18, 43],
        Arch::Ppc => &[20, 21],
        Arch::Mips => &[8],
        Arch::Tricore => &[44],
        Arch::S390 => &[22],
        Arch::Riscv => &[243],
    };
    Target { name, arch, bits, big_endian, cpu_suffix, cpu_parent, elf_machines, models: &[], engine: None }
}

/// All targets.
pub static TARGETS: [Target; 14] = [
    row("i386", Arch::X86, 32, false, "-i386-cpu"),
    row("x86_64", Arch::X86, 64, false, "-x86_64-cpu"),
    Target { models: SPARC, engine: Some(engines::sparc32), ..row("sparc", Arch::Sparc, 32, true, "-sparc-cpu") },
    Target { models: SPARC64, engine: Some(engines::sparc64), ..row("sparc64", Arch::Sparc, 64, true, "-sparc64-cpu") },
    row("ppc", Arch::Ppc, 32, true, "-powerpc-cpu"),
    row("ppc64", Arch::Ppc, 64, true, "-powerpc64-cpu"),
    Target { models: MIPS, engine: Some(engines::mips), ..row("mips", Arch::Mips, 32, true, "-mips-cpu") },
    Target { models: MIPS, engine: Some(engines::mipsel), ..row("mipsel", Arch::Mips, 32, false, "-mips-cpu") },
    Target { models: MIPS64, engine: Some(engines::mips64), ..row("mips64", Arch::Mips, 64, true, "-mips64-cpu") },
    Target { models: MIPS64, engine: Some(engines::mips64el), ..row("mips64el", Arch::Mips, 64, false, "-mips64-cpu") },
    row("sparc", Arch::Sparc, 32, true, "-sparc-cpu"),
    row("sparc64", Arch::Sparc, 64, true, "-sparc64-cpu"),
    Target { models: PPC, engine: Some(engines::ppc32), ..row("ppc", Arch::Ppc, 32, true, "-powerpc-cpu") },
    Target { models: PPC64, engine: Some(engines::ppc64), ..row("ppc64", Arch::Ppc, 64, true, "-powerpc64-cpu") },
    row("mips", Arch::Mips, 32, true, "-mips-cpu"),
    row("mipsel", Arch::Mips, 32, false, "-mips-cpu"),
    row("mips64", Arch::Mips, 64, true, "-mips64-cpu"),
    row("mips64el", Arch::Mips, 64, false, "-mips64-cpu"),
    row("tricore", Arch::Tricore, 32, false, "-tricore-cpu"),
    row("s390x", Arch::S390, 64, true, "-s390x-cpu"),
    Target { models: RV32, engine: Some(engines::riscv32), ..row("riscv32", Arch::Riscv, 32, false, "-riscv-cpu") },
    Target { models: RV64, engine: Some(engines::riscv64), ..row("riscv64", Arch::Riscv, 64, false, "-riscv-cpu") },
];

/// The target of that name.
pub fn find(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
