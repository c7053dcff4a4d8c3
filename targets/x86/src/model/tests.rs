//! Tests of the models.

use super::*;

fn model(text: &str) -> Model {
    Model::parse(64, text).unwrap()
}

#[test]
fn every_name_is_a_model() {
    for name in MODELS.iter().filter(|name| **name != "host") {
        for bits in [32, 64] {
            let model = Model::parse(bits, name).unwrap();
            assert!(!(model.long_mode() && bits == 32), "{name}");
        }
    }
    assert_eq!(MODELS.len(), 113);
    assert_eq!(alias_of("EPYC-IBPB"), Some("EPYC-v2"));
    assert_eq!((alias_of("EPYC"), alias_of("EPYC-v1"), alias_of("max")), (Some("EPYC-v1"), None, None));
}

#[test]
fn features_and_faults() {
    let plain = model("qemu64");
    assert_eq!((plain.features.0[word::F1_ECX], plain.features.0[word::F1_EDX]), (0x8000_2001, 0x078b_fbfd));
    assert_eq!(plain.wanted.0[word::F8_EDX], 0x2193_fbfd);
    assert!(plain.warnings.is_empty() && plain.filtered == FeatureWords::default());
    let changed = model("qemu64,+aes,-sse3,x2apic=on,family=6,model-id=hello,vendor=GenuineIntel");
    assert!(changed.has(word::F1_ECX, 25) && !changed.has(word::F1_ECX, 0) && changed.has(word::F1_ECX, 21));
    assert_eq!((changed.family, changed.model_id.as_str(), changed.is_intel()), (6, "hello", true));
    let fault = |text: &str| Model::parse(64, text).unwrap_err().to_string();
    assert_eq!(fault("nope"), "unable to find CPU model 'nope'");
    assert_eq!(fault("host"), "CPU model 'host' requires KVM");
    assert_eq!(fault("qemu64,+nosuch"), "Property '.nosuch' not found");
    assert_eq!(
        fault("qemu64,nosuch=on"),
        "can't apply global qemu64-x86_64-cpu.nosuch=on: Property '.nosuch' not found"
    );
    assert_eq!(
        fault("qemu64,sse3=maybe"),
        "can't apply global qemu64-x86_64-cpu.sse3=maybe: Invalid parameter type for 'pni', expected: boolean"
    );
    assert_eq!(fault("qemu64,enforce,+vmx"), "TCG doesn't support requested features");
    assert_eq!(model("qemu64,+vmx").warnings, ["TCG doesn't support requested feature: CPUID.01H:ECX.vmx [bit 5]"]);
}

type Words = &'static [(usize, u32)];

/// What QEMU 4.2 shows under TCG: feature words and filtered ones that are not 0.
const UNDER_TCG: [(&str, Words, Words); 4] = {
    use word::*;
    [
        (
            "max",
            &[
                (F1_EDX, 0x0fcb_fbfd),
                (F1_ECX, 0xc6d8_220b),
                (F7_EBX, 0x01d8_4389),
                (F7_ECX, 0x1_0008),
                (F8_EDX, 0xedd3_fbfd),
                (F8_ECX, 0x75),
                (SVM, 1),
                (FD1_EAX, 5),
                (F6_EAX, 4),
                (XSAVE_LOW, 0x21b),
            ],
            &[],
        ),
        (
            "Haswell",
            &[
                (F1_EDX, 0x078b_fbfd),
                (F1_ECX, 0xc6d8_2203),
                (F7_EBX, 0x389),
                (F8_EDX, 0x2810_0800),
                (F8_ECX, 0x21),
                (FD1_EAX, 1),
                (F6_EAX, 4),
                (XSAVE_LOW, 7),
            ],
            &[(F1_ECX, 0x3122_1000), (F7_EBX, 0xc30)],
        ),
        (
            "EPYC",
            &[
                (F1_EDX, 0x078b_fbfd),
                (F1_ECX, 0xc6d8_220b),
                (F7_EBX, 0x98_0189),
                (F8_EDX, 0x2dd3_fbfd),
                (F8_ECX, 0x75),
                (SVM, 1),
                (FD1_EAX, 5),
                (F6_EAX, 4),
                (XSAVE_LOW, 7),
            ],
            &[
                (F1_ECX, 0x3000_1000),
                (F7_EBX, 0x2004_0020),
                (F8_EDX, 0x0200_0000),
                (F8_ECX, 0x40_0380),
                (SVM, 8),
                (FD1_EAX, 2),
            ],
        ),
        (
            "Icelake-Server",
            &[
                (F1_EDX, 0x078b_fbfd),
                (F1_ECX, 0xc6d8_2203),
                (F7_EBX, 0x0198_0389),
                (F7_ECX, 0x1_0008),
                (F8_EDX, 0x2c10_0800),
                (F8_ECX, 0x21),
                (FD1_EAX, 5),
                (F6_EAX, 4),
                (XSAVE_LOW, 0x2e7),
            ],
            &[
                (F1_ECX, 0x3122_1000),
                (F7_EBX, 0xd007_0c30),
                (F7_ECX, 0x5f46),
                (F7_EDX, 0x8400_0000),
                (F8_ECX, 0x100),
                (F88_EBX, 0x200),
                (FD1_EAX, 2),
            ],
        ),
    ]
};

#[test]
fn as_tcg_shows() {
    let words = |list: Words| {
        let mut out = FeatureWords::default();
        list.iter().for_each(|&(n, bits)| out.0[n] = bits);
        out
    };
    for (name, shown, filtered) in UNDER_TCG {
        let model = model(name);
        assert_eq!((model.features, model.filtered), (words(shown), words(filtered)), "{name}");
    }
    let names = |text: &str| model(text).unavailable().join(" ");
    assert_eq!(names("Haswell"), "fma pcid x2apic tsc-deadline avx f16c hle avx2 invpcid rtm");
    let denverton = "x2apic tsc-deadline rdseed sha-ni spec-ctrl arch-capabilities ssbd 3dnowprefetch xsavec rdctl-no \
                     skip-l1dfl-vmentry";
    assert_eq!(names("Denverton"), denverton);
    assert!(model("Denverton").warnings.iter().any(|text| text.ends_with("MSR(10AH).rdctl-no [bit 0]")));
    assert_eq!(Model::parse(32, "qemu64").unwrap().unavailable(), ["syscall", "lm"]);
    assert_eq!(Model::parse(32, "max").unwrap().unavailable(), [""; 0]);
}

/// By name, or with everything shown, what is implemented is there; and all that TCG has is implemented.
#[test]
fn beyond_tcg() {
    let by_name = model("Haswell,+avx,avx2=on");
    assert!(by_name.has(word::F1_ECX, 28) && by_name.has(word::F7_EBX, 5) && !by_name.has(word::F1_ECX, 12));
    let all = Model::parse_to_show(64, "Haswell", Show::All).unwrap();
    assert_eq!(all.unavailable(), ["hle", "rtm"]);
    for row in &WORDS {
        assert_eq!(row.tcg & !row.has, 0, "{row:?}");
    }
    assert_eq!(Model::parse_to_show(64, "max", Show::All).unwrap().filtered, FeatureWords::default());
    // A component that is not here is not in XCR0's leaf.
    assert_eq!(model("Icelake-Server").xsave_components(), 0x207);
}

/// The numbers of properties that QEMU 4.2 tells, and some of them.
#[test]
fn properties() {
    use properties::{Value, expand};
    let list = |name: &str, text: &str, full: bool| expand(64, name, text, full).unwrap();
    for (name, full, count) in
        [("qemu64", false, 291), ("qemu64", true, 373), ("max", true, 375), ("host", true, 375), ("base", false, 291)]
    {
        let list = list(name, "", full);
        let names: std::collections::BTreeSet<&str> = list.iter().map(|(name, _)| *name).collect();
        assert_eq!((list.len(), names.len()), (count, count), "{name}");
    }
    let value = |list: Vec<(&str, Value)>, wanted: &str| {
        list.into_iter().find(|(name, _)| *name == wanted).map(|(_, value)| value)
    };
    assert_eq!(value(list("base", "", false), "vendor"), Some(Value::Text(String::new())));
    assert_eq!(value(list("qemu64", ",avx=on", false), "avx"), Some(Value::Bool(true)));
    assert_eq!(value(list("max", "", true), "xlevel"), Some(Value::Int(0x8000_000a)));
    assert_eq!(value(list("host", "", true), "sse4_2"), Some(Value::Bool(true)));
    assert_eq!(value(list("qemu64", "", true), "amd-stibp"), None);
}

/// Reads the place of a CPU out of CPUID as the manual's algorithm does: socket, core within it, thread.
fn place(model: &Model, env: &CpuidEnv<'_>) -> (u32, u32, u32) {
    let [smt, _, kind, id] = model.cpuid(env, 0xb, 0);
    assert_eq!(kind, 0x100);
    let [socket, _, kind, same] = model.cpuid(env, 0xb, 1);
    assert_eq!((kind, same), (0x201, id));
    assert_eq!(model.cpuid(env, 0xb, 2), [0, 0, 2, id]);
    (id >> socket, id >> smt & ((1 << (socket - smt)) - 1), id & ((1 << smt) - 1))
}

#[test]
fn topology_leaves() {
    // Two sockets of two dies of three cores of two threads.
    let apic_ids = (0..24).map(|n: u32| ((n / 12) << 4) | ((n / 6 % 2) << 3) | ((n / 2 % 3) << 1) | (n % 2)).collect();
    let shape = Shape { apic_ids, threads: 2, cores: 3, dies: 2, shifts: [1, 3, 4] };
    let model = model("Haswell");
    for index in 0..24 {
        let env = CpuidEnv { index, osxsave: false, ospke: false, xcr0: 1, apic_off: false, shape: &shape };
        assert_eq!(place(&model, &env), (index / 12, ((index / 6 % 2) << 2) | (index / 2 % 3), index % 2));
        let [_, ebx, _, edx] = model.cpuid(&env, 1, 0);
        assert_eq!((ebx >> 24, ebx >> 16 & 0xff, edx >> 28 & 1), (shape.apic_id(index), 12, 1));
        assert_eq!(model.cpuid(&env, 0, 0)[0], 0x1f);
        let levels: Vec<[u32; 3]> = (0..4).map(|n| model.cpuid(&env, 0x1f, n)).map(|[a, b, c, _]| [a, b, c]).collect();
        assert_eq!(levels, [[1, 2, 0x100], [3, 6, 0x201], [4, 12, 0x502], [0, 0, 3]]);
    }
    let env = CpuidEnv { index: 0, osxsave: false, ospke: false, xcr0: 1, apic_off: false, shape: &shape };
    let caches: Vec<u32> = (0..5).map(|n| model.cpuid(&env, 4, n)[0]).collect();
    assert_eq!(caches, [0x1c00_4121, 0x1c00_4122, 0x1c00_4143, 0x1c03_c163, 0]);
    assert_eq!(model.cpuid(&env, 0x4000_0000, 0)[1], u32::from_le_bytes(*b"TCGT"));
    let alone = CpuidEnv { shape: &ALONE, ..env };
    assert_eq!((model.cpuid(&alone, 0, 0)[0], model.cpuid(&alone, 0x1f, 0)), (0xd, model.cpuid(&alone, 0xd, 0)));
    // SDM volume 2A, "CPUID": beyond what there is, the greatest leaf answers.
    let old = Model::parse(64, "486").unwrap();
    assert_eq!(old.cpuid(&alone, 0x8000_0001, 0), old.cpuid(&alone, 1, 0));
}

/// What management is told of caches is what software reads (SDM volume 2A, "CPUID", leaf 4).
#[test]
fn caches_are_those_of_leaf_4() {
    let shape = Shape { apic_ids: (0..8).collect(), threads: 2, cores: 4, dies: 1, shifts: [1, 3, 3] };
    let env = CpuidEnv { index: 0, osxsave: false, ospke: false, xcr0: 1, apic_off: false, shape: &shape };
    for (name, leaf) in [("Haswell", 4), ("EPYC", 0x8000_001d)] {
        let model = Model::parse_to_show(64, name, Show::All).unwrap();
        let read = (0..4).map(|n| {
            let [eax, ebx, ecx, _] = model.cpuid(&env, leaf, n);
            let (ways, partitions, line) = ((ebx >> 22) + 1, (ebx >> 12 & 0x3ff) + 1, (ebx & 0xfff) + 1);
            let size = u64::from(ways) * u64::from(partitions) * u64::from(line) * (u64::from(ecx) + 1);
            let (kind, shared) = (eax & 0x1f, (eax >> 14 & 0xfff) + 1);
            (kind != 1, kind != 2, eax >> 5 & 7, size, line, ways, shared)
        });
        let told = model.shown_caches().into_iter().map(|c| {
            let shared = if c.of_socket { 8 } else { 2 };
            (c.instructions, c.data, c.depth, c.size, c.line, c.ways, shared)
        });
        assert!(read.eq(told), "{name}");
    }
    assert_eq!(Model::parse(64, "486").unwrap().shown_caches(), []);
}
