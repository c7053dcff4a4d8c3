//! The properties that CPU objects have on QEMU 4.2, as `query-cpu-model-expansion` tells them: management asks for them by name.

use super::{Model, ModelError, WORDS, features};

/// A property's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
}

/// Controls of VMX, which nothing here has.
const VMX: &str = "vmx-activity-hlt vmx-activity-shutdown vmx-activity-wait-sipi vmx-apicv-register vmx-apicv-vid vmx-apicv-x2apic \
     vmx-apicv-xapic vmx-cr3-load-noexit vmx-cr3-store-noexit vmx-cr8-load-exit vmx-cr8-store-exit vmx-desc-exit \
     vmx-encls-exit vmx-entry-ia32e-mode vmx-entry-load-bndcfgs vmx-entry-load-efer vmx-entry-load-pat \
     vmx-entry-load-perf-global-ctrl vmx-entry-load-rtit-ctl vmx-entry-noload-debugctl vmx-ept vmx-ept-1gb \
     vmx-ept-2mb vmx-ept-advanced-exitinfo vmx-ept-execonly vmx-eptad vmx-eptp-switching vmx-exit-ack-intr \
     vmx-exit-clear-bndcfgs vmx-exit-clear-rtit-ctl vmx-exit-load-efer vmx-exit-load-pat \
     vmx-exit-load-perf-global-ctrl vmx-exit-nosave-debugctl vmx-exit-save-efer vmx-exit-save-pat \
     vmx-exit-save-preemption-timer vmx-flexpriority vmx-hlt-exit vmx-ins-outs vmx-intr-exit vmx-invept \
     vmx-invept-all-context vmx-invept-single-context vmx-invept-single-context-noglobals vmx-invlpg-exit \
     vmx-invpcid-exit vmx-invvpid vmx-invvpid-all-context vmx-invvpid-single-addr vmx-io-bitmap vmx-io-exit \
     vmx-monitor-exit vmx-movdr-exit vmx-msr-bitmap vmx-mtf vmx-mwait-exit vmx-nmi-exit vmx-page-walk-4 \
     vmx-page-walk-5 vmx-pause-exit vmx-ple vmx-pml vmx-posted-intr vmx-preemption-timer vmx-rdpmc-exit \
     vmx-rdrand-exit vmx-rdseed-exit vmx-rdtsc-exit vmx-rdtscp-exit vmx-secondary-ctls vmx-shadow-vmcs vmx-store-lma \
     vmx-true-ctls vmx-tsc-offset vmx-unrestricted-guest vmx-vintr-pending vmx-vmfunc vmx-vmwrite-vmexit-fields \
     vmx-vnmi vmx-vnmi-pending vmx-vpid vmx-wbinvd-exit vmx-xsaves vmx-zero-len-inject";

/// Second names of features.
const ALIASES: &str = "cmp_legacy ds_cpl ffxsr fxsr_opt i64 kvm_asyncpf kvm_mmu kvm_nopiodelay kvm_poll_control kvm_pv_eoi \
                       kvm_pv_unhalt kvm_steal_time lahf_lm nodeid_msr nrip_save pause_filter pclmuldq perfctr_core \
                       perfctr_nb sse3 sse4-1 sse4-2 sse4_1 sse4_2 svm_lock tsc_adjust tsc_scale vmcb_clean xd";

/// Switches that are on, and those that are off, whatever the model.
const ON: &str = "check cpuid-0xb fill-mtrr-mask full-cpuid-auto-level kvm l3-cache legacy-cache tcg-cpuid vmware-cpuid-freq \
                  x-intel-pt-auto-level x-migrate-smi-count";
const OFF: &str = "enforce host-phys-bits hv-crash hv-evmcs hv-frequencies hv-ipi hv-passthrough hv-reenlightenment hv-relaxed \
                   hv-reset hv-runtime hv-stimer hv-stimer-direct hv-synic hv-time hv-tlbflush hv-vapic hv-vpindex \
                   kvm-no-smi-migration realized x-force-features x-hv-synic-kvm-only";

/// Numbers of a CPU that has no place yet, and others that are the same for all models.
const NUMBERS: [(&str, i64); 14] = [
    ("apic-id", 0xffff_ffff),
    ("core-id", -1),
    ("die-id", -1),
    ("node-id", -1),
    ("socket-id", -1),
    ("thread-id", -1),
    ("host-phys-bits-limit", 0),
    ("hv-spinlocks", 0xffff_ffff),
    ("level-func7", 0),
    ("min-xlevel2", 0),
    ("phys-bits", 0),
    ("tsc-frequency", 0),
    ("x-hv-max-vps", -1),
    ("xlevel2", 0),
];

/// Texts.
const TEXTS: [(&str, &str); 3] =
    [("hv-no-nonarch-coresharing", "off"), ("hv-vendor-id", ""), ("memory", "/machine/unattached/system[0]")];

fn switches(names: &'static str, on: bool) -> impl Iterator<Item = (&'static str, Value)> {
    names.split(' ').map(move |name| (name, Value::Bool(on)))
}

/// What a model has once `text` (`,name=value...`) is set, features that are missing here among it: what builds it up from `base`, or,
/// if `full`, everything. `host` is what `max` is.
///
/// # Errors
/// No such model or property.
pub fn expand(bits: u32, name: &str, text: &str, full: bool) -> Result<Vec<(&'static str, Value)>, ModelError> {
    let greatest = matches!(name, "max" | "host");
    let model = Model::parse(bits, &format!("{}{text}", if greatest { "max" } else { name }))?;
    let has = |word: usize, bit: u32| Value::Bool(model.wanted.0[word] >> bit & 1 != 0);
    let words = WORDS.iter().enumerate();
    let mut out: Vec<(&str, Value)> = words
        .flat_map(|(n, word)| word.bits().map(move |(name, bit)| (name, n, bit)))
        .map(|(name, n, bit)| (name, has(n, bit)))
        .collect();
    let vendor = String::from_utf8_lossy(&model.vendor).trim_end_matches('\0').to_owned();
    out.extend([
        ("family", Value::Int(model.family.into())),
        ("model", Value::Int(model.model.into())),
        ("stepping", Value::Int(model.stepping.into())),
        ("vendor", Value::Text(vendor)),
        ("model-id", Value::Text(model.model_id.clone())),
        ("min-level", Value::Int(model.level.into())),
        ("min-xlevel", Value::Int(model.xlevel.into())),
        ("lmce", Value::Bool(false)),
    ]);
    out.extend(switches(VMX, false));
    if full {
        out.extend([("level", Value::Int(model.level.into())), ("xlevel", Value::Int(model.xlevel.into()))]);
        out.extend(
            ALIASES.split(' ').filter_map(|name| features::find(name).map(|(word, bit)| (name, has(word, bit)))),
        );
        out.extend(switches(ON, true).chain(switches(OFF, false)));
        out.extend(NUMBERS.iter().map(|&(name, n)| (name, Value::Int(n))));
        out.extend(TEXTS.iter().map(|&(name, text)| (name, Value::Text(text.to_owned()))));
        out.push(("pmu", Value::Bool(greatest)));
        if greatest {
            out.extend([("host-cache-info", Value::Bool(false)), ("migratable", Value::Bool(true))]);
        }
    }
    Ok(out)
}
