//! Which character devices there are and who uses them: `-serial`, `-monitor`, `-qmp`, `-mon`, `-chardev`, and the defaults.

use qmp::chardev::Backend;
use qmp::server::Mode;

use crate::channel::{Channel, User};
use crate::draft::Draft;
use crate::fatal::Fatal;

/// Everything that was asked for, and a console on the terminal if nothing was.
///
/// # Errors
/// A device that can't be, or one that two can't share.
pub(crate) fn channels(
    draft: &Draft,
    ports: usize,
    consoles: Vec<(String, String, User)>,
) -> Result<Vec<Channel>, Fatal> {
    let mut out: Vec<Channel> = Vec::new();
    let add = |out: &mut Vec<Channel>, id: &str, backend: &Backend, option: &str| {
        let (label, option) = (id.to_string(), option.to_string());
        out.push(Channel { label, backend: backend.clone(), users: Vec::new(), option });
    };
    draft.chardevs().iter().for_each(|(id, backend, option)| add(&mut out, id, backend, option));
    let (mut serials, mut monitors) = (0, 0);
    for (option, device, user) in &consoles {
        let label = match user {
            User::Serial(_) => format!("serial{serials}"),
            User::Monitor(_) => format!("compat_monitor{monitors}"),
            User::Debug => "debugcon".to_string(),
        };
        match user {
            User::Serial(_) => serials += 1,
            User::Monitor(_) => monitors += 1,
            User::Debug => {}
        }
        let user = match user {
            User::Serial(_) if serials > ports && !matches!(device.as_str(), "none" | "null") => {
                let text = format_args!("the machine has {ports} serial port(s), and -serial is given more often");
                return Err(Fatal::of(option, text));
            }
            User::Serial(_) => User::Serial(serials - 1),
            other => *other,
        };
        place(&mut out, option, device, label, user)?;
    }
    for (option, chardev, mode) in draft.mons() {
        share(&mut out, option, chardev, User::Monitor(*mode))?;
    }
    for (option, chardev) in draft.with_chardev(&["isa-debugcon"]) {
        // `-debugcon` has placed its own.
        if chardev != "debugcon" {
            share(&mut out, &option, &chardev, User::Debug)?;
        }
    }
    // The default serial port comes all the same.
    serials += usize::from(add_default(draft, &mut out, &consoles)?);
    for (option, chardev) in draft.with_chardev(&["virtconsole", "sclpconsole", "sclplmconsole"]) {
        // One that isn't there is the board's to report.
        if out.iter().any(|channel| channel.label == chardev) {
            if serials >= ports {
                let text = format_args!("the machine has {ports} consoles, and more are asked for");
                return Err(Fatal::of(&option, text));
            }
            share(&mut out, &option, &chardev, User::Serial(serials))?;
            serials += 1;
        }
    }
    check_stdio(&out)?;
    if let Some(channel) = out.iter().find(|channel| draft.daemonize && is_stdio(channel)) {
        return Err(Fatal::of(&channel.option, "cannot use stdio with -daemonize"));
    }
    Ok(out)
}

/// Which serial port each character device is the console of.
pub(crate) fn serial_ports(channels: &[Channel]) -> Vec<(String, usize)> {
    let port = |channel: &Channel| {
        let found = channel.users.iter().find_map(|user| match user {
            User::Serial(n) => Some(*n),
            User::Monitor(_) | User::Debug => None,
        });
        Some((channel.label.clone(), found?))
    };
    channels.iter().filter_map(port).collect()
}

/// Puts `user` on the device that an option names.
fn place(out: &mut Vec<Channel>, option: &str, device: &str, label: String, user: User) -> Result<(), Fatal> {
    if let Some(id) = device.strip_prefix("chardev:") {
        return share(out, option, id, user);
    }
    let (device, mux) = match device.strip_prefix("mon:") {
        Some(rest) => (rest, true),
        None => (device, false),
    };
    let fault = |e: &dyn std::fmt::Display| Fatal::of(option, e);
    let mut backend = match Backend::parse(device) {
        Ok(backend) => backend,
        Err(e @ qmp::chardev::SpecError::Driver(_)) => {
            return Err(fault(&e).hint(format!("{option}: parse error: {device}")));
        }
        Err(e) => return Err(fault(&e)),
    };
    if let (Backend::Stdio { mux: shared, signal }, true) = (&mut backend, mux) {
        (*shared, *signal) = (true, false);
    }
    let mut users = vec![user];
    if mux && matches!(user, User::Serial(_)) {
        users.push(User::Monitor(Mode::Readline));
    }
    out.push(Channel { label, backend, users, option: option.to_string() });
    Ok(())
}

/// Puts one more user on a device of `-chardev`.
fn share(out: &mut [Channel], option: &str, id: &str, user: User) -> Result<(), Fatal> {
    let missing = || Fatal::of(option, format_args!("chardev \"{id}\" not found"));
    let channel = out.iter_mut().find(|channel| channel.label == id).ok_or_else(missing)?;
    let shared = matches!(channel.backend, Backend::Stdio { mux: true, .. });
    if !channel.users.is_empty() && !shared {
        return Err(Fatal::of(option, format_args!("Device '{id}' is in use")));
    }
    channel.users.push(user);
    Ok(())
}

/// Serial port and monitor on the terminal, unless it is taken or the user chose otherwise. Whether there is such a port.
fn add_default(draft: &Draft, out: &mut Vec<Channel>, consoles: &[(String, String, User)]) -> Result<bool, Fatal> {
    let taken = out.iter().any(is_stdio);
    let has_serial = out.iter().any(|channel| channel.users.iter().any(|user| matches!(user, User::Serial(_))));
    if !draft.console_by_default() || taken || has_serial {
        return Ok(false);
    }
    if draft.daemonize {
        let fault = || Fatal::new("-nographic cannot be used with -daemonize");
        return if draft.nographic { Err(fault()) } else { Ok(false) };
    }
    let human = |user: &User| *user == User::Monitor(Mode::Readline);
    let has_monitor = consoles.iter().any(|(.., user)| human(user)) || out.iter().any(|c| c.users.iter().any(human));
    let device = if has_monitor { "stdio" } else { "mon:stdio" };
    place(out, "-nographic", device, "serial0".to_string(), User::Serial(0))?;
    Ok(true)
}

fn is_stdio(channel: &Channel) -> bool {
    matches!(channel.backend, Backend::Stdio { .. })
}

fn check_stdio(channels: &[Channel]) -> Result<(), Fatal> {
    let mut stdio = channels.iter().filter(|channel| is_stdio(channel));
    match (stdio.next(), stdio.next()) {
        (Some(_), Some(second)) => Err(Fatal::of(&second.option, "cannot use stdio by multiple character devices")),
        _ => Ok(()),
    }
}
