//! Options of QEMU that have nothing to do here: taken where their absence changes nothing for the guest, so that scripts which
//! start QEMU go on; refused with a reason where it does.

use topology::opts;

use super::{OptionRow, Text, flag, value};
use crate::draft::Draft;
use crate::fatal::Fatal;

/// What is taken, without effect.
pub(super) static ACCEPTED: &[OptionRow] = &[
    value(&["vnc"], "none", "no VNC server (there is none)", vnc),
    value(&["overcommit"], "[mem-lock=on|off][,cpu-pm=on|off]", "accepted, without effect", |_, text| {
        switches(text, &["mem-lock", "cpu-pm"])
    }),
    value(&["realtime"], "[mlock=on|off]", "accepted, without effect", |_, text| switches(text, &["mlock"])),
    value(&["msg"], "timestamp[=on|off]", "accepted, without effect", |_, text| switches(text, &["timestamp"])),
    value(&["sandbox"], "on|off[,prop=value]", "accepted, without effect: nothing is confined", Draft::ignore),
    value(&["k"], "language", "accepted, without effect: there is no window", Draft::ignore),
    value(&["tb-size"], "n", "accepted, without effect", Draft::ignore),
    flag(&["singlestep"], "accepted, without effect", |_| {}),
    flag(&["only-migratable"], "accepted, without effect", |_| {}),
    flag(&["mem-prealloc"], "accepted, without effect: memory backends have 'prealloc'", |_| {}),
    flag(&["no-fd-bootchk", "no-quit", "full-screen", "show-cursor"], "accepted, without effect", |_| {}),
];

const DISKS: &str = "there is no such drive here; -kernel and -initrd start a guest without disks";
const NOT_HERE: &str = "this option of QEMU is not supported here";

/// Why an option of QEMU 4.2 can't be had here.
pub(super) fn refusal(name: &str) -> Option<&'static str> {
    Some(match name {
        "hda" | "hdb" | "hdc" | "hdd" | "fda" | "fdb" | "cdrom" | "sd" | "mtdblock" | "pflash" | "blockdev"
        | "iscsi" => DISKS,
        "enable-kvm" => "no accelerator found: guest code runs in the interpreter, for which nothing has to be said",
        "acpitable"
        | "add-fd"
        | "audiodev"
        | "audio-help"
        | "bt"
        | "chroot"
        | "dfilter"
        | "dump-vmstate"
        | "echr"
        | "enable-fips"
        | "enable-sync-profile"
        | "fsdev"
        | "fw_cfg"
        | "loadvm"
        | "mem-path"
        | "no-acpi"
        | "no-hpet"
        | "option-rom"
        | "plugin"
        | "portrait"
        | "prom-env"
        | "readconfig"
        | "rotate"
        | "runas"
        | "sdl"
        | "seed"
        | "set"
        | "smbios"
        | "soundhw"
        | "spice"
        | "tpmdev"
        | "trace"
        | "usb"
        | "usbdevice"
        | "virtfs"
        | "virtfs_synth"
        | "win2k-hack"
        | "writeconfig"
        | "xen-attach"
        | "xen-domid"
        | "xen-domid-restrict" => NOT_HERE,
        _ => return None,
    })
}

/// QEMU's answer where it is built without VNC.
fn vnc(_: &mut Draft, text: Text<'_>) -> Result<(), Fatal> {
    match text.value {
        "none" => Ok(()),
        _ => Err(Fatal::of(&text.whole(), "VNC support is disabled")),
    }
}

/// Switches, of which some may be given, each on or off.
fn switches(text: Text<'_>, known: &[&str]) -> Result<(), Fatal> {
    for (key, value) in opts::pairs(text.value, None) {
        if !known.contains(&key.as_str()) {
            return Err(Fatal::of(&text.whole(), format_args!("Invalid parameter '{key}'")));
        }
        if !matches!(value.as_str(), "on" | "off") {
            return Err(Fatal::of(&text.whole(), format_args!("Parameter '{key}' expects 'on' or 'off'")));
        }
    }
    Ok(())
}
