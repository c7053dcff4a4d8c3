//! Devices that the command line asks for: disks and consoles behind subchannels, and which serial port is which console.

use devices::{Css, Diag288, NullSink, Sink, VirtioCcw, VirtioConsole, VirtioModel};

use crate::boards::file_disk::FileDisk;
use crate::boards::mips;
use crate::boards::s390_ccw::NIC;
use crate::build::Build;
use crate::config::{DeviceConfig, DriveConfig, Given};
use crate::error::Error;
use crate::objects::unknown_property;

const BLOCK: &str = "virtio-blk-ccw";
const NETWORK: &str = "virtio-net-ccw";
const WATCHDOG: &str = "diag288";
const SERIAL_BUS: &str = "virtio-serial-ccw";
const PORT: &str = "virtconsole";
const ASCII: &str = "sclpconsole";
const LINES: &str = "sclplmconsole";

/// Devices of the command line that the board makes.
pub(crate) const OURS: &[&str] = &[BLOCK, NETWORK, SERIAL_BUS, PORT, ASCII, LINES, WATCHDOG];

fn fault(option: &str, why: impl std::fmt::Display) -> Error {
    Error::new(format!("{option}: {why}"))
}

type Asked = Given<DeviceConfig>;

/// Devices of these kinds, in their order.
fn asked<'a>(board: &'a Build<'_>, drivers: &'a [&'a str]) -> impl Iterator<Item = &'a Asked> {
    board.config.devices.iter().filter(move |given| drivers.contains(&given.value.driver.as_str()))
}

/// A property of a device; the only others it may have are in `known`.
fn property(given: &Asked, wanted: &str, known: &[&str]) -> Result<Option<String>, Error> {
    let mut found = None;
    for (name, value) in &given.value.props {
        match name.as_str() {
            name if name == wanted => found = value.text(),
            name if known.contains(&name) => {}
            _ => return Err(unknown_property(name)),
        }
    }
    Ok(found)
}

/// Which console each serial port is, by number.
#[derive(Default)]
pub(crate) struct Consoles {
    /// The service processor's ASCII console.
    pub(crate) ascii: Option<usize>,
    /// Its line console.
    pub(crate) lines: Option<usize>,
    /// A port of a virtio console; `None` goes nowhere. Each with the subchannel's place among the consoles.
    ports: Vec<(usize, Option<usize>)>,
}

impl Consoles {
    /// As the command line's devices name character devices; serial ports that are left are the service processor's.
    pub(crate) fn of(board: &Build<'_>) -> Result<Consoles, Error> {
        let mut consoles = Consoles::default();
        let (mut taken, mut buses) = (Vec::new(), 0);
        for given in asked(board, &[SERIAL_BUS, PORT, ASCII, LINES]) {
            let driver = given.value.driver.as_str();
            if driver == SERIAL_BUS {
                property(given, "max_ports", &["devno", "max_revision"])?;
                buses += 1;
                continue;
            }
            let port = console_port(board, given)?;
            taken.extend(port);
            match driver {
                ASCII => consoles.ascii = port,
                LINES => consoles.lines = port,
                _ if buses == 0 => {
                    return Err(fault(&given.option, format!("No 'virtio-serial-bus' bus found for device '{PORT}'")));
                }
                _ => consoles.ports.push((buses - 1, port)),
            }
        }
        let there = [board.config.has_first_serial, board.config.has_second_serial];
        let rest = (0..2).filter(|port| !taken.contains(port) && there[*port]);
        for port in rest {
            let slot = if consoles.ascii.is_none() { &mut consoles.ascii } else { &mut consoles.lines };
            slot.get_or_insert(port);
        }
        Ok(consoles)
    }
}

/// The serial port whose console a device's character device is.
fn console_port(board: &Build<'_>, given: &Asked) -> Result<Option<usize>, Error> {
    let Some(id) = property(given, "chardev", &["name", "nr"])? else { return Ok(None) };
    let found = board.config.console_ports.iter().find(|(name, _)| *name == id).map(|(_, port)| *port);
    let driver = &given.value.driver;
    let missing = || fault(&given.option, format!("Property '{driver}.chardev' can't find value '{id}'"));
    found.map(Some).ok_or_else(missing)
}

/// Adds disks, network cards and consoles: those of `-device` in their order, then the drives that go by themselves.
pub(crate) fn add(board: &mut Build<'_>, css: &Css, consoles: &Consoles) -> Result<(), Error> {
    let (mut buses, mut cards) = (0, u8::from(board.config.default_nic));
    let wanted: Vec<Asked> = asked(board, &[BLOCK, NETWORK, SERIAL_BUS]).cloned().collect();
    for given in wanted {
        match given.value.driver.as_str() {
            SERIAL_BUS => {
                add_console(board, css, consoles, buses);
                buses += 1;
            }
            NETWORK => {
                let card = VirtioModel::network(address(&given, cards)?);
                css.add(Box::new(VirtioCcw::new(card)));
                cards = cards.wrapping_add(1);
            }
            _ => add_disk(board, css, &given)?,
        }
    }
    board.config.drives.iter().filter(|drive| drive.value.attached).try_for_each(|drive| attach(css, drive))
}

/// The watchdog that the guest has. Of several it finds none.
pub(crate) fn watchdog(board: &mut Build<'_>) -> Result<Option<Diag288>, Error> {
    let wanted: Vec<Asked> = asked(board, &[WATCHDOG]).cloned().collect();
    wanted.iter().try_for_each(|given| property(given, "", &[]).map(drop))?;
    let watchdog = Diag288::new(board.power.clone(), board.config.watchdog.is_unnoticed());
    Ok((wanted.len() == 1).then(|| {
        board.part(watchdog.clone());
        watchdog
    }))
}

/// The address of a network card: the one that it is given, or the one that QEMU would give the card with that number.
fn address(given: &Asked, number: u8) -> Result<[u8; 6], Error> {
    let known = ["devno", "max_revision", "bootindex", "romfile"];
    let Some(text) = property(given, "mac", &known)? else {
        let [head @ .., last] = NIC;
        let [a, b, c, d, e] = head;
        return Ok([a, b, c, d, e, last.wrapping_add(number)]);
    };
    let bytes: Option<Vec<u8>> = text.split([':', '-']).map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
    let bytes = bytes.and_then(|bytes| <[u8; 6]>::try_from(bytes).ok());
    bytes.ok_or_else(|| fault(&given.option, format!("Property '{NETWORK}.mac' doesn't take value '{text}'")))
}

fn add_disk(board: &Build<'_>, css: &Css, given: &Asked) -> Result<(), Error> {
    let drive = property(given, "drive", &["devno", "serial", "bootindex", "scsi"])?;
    let id = drive.ok_or_else(|| fault(&given.option, "drive property not set"))?;
    let found = board.config.drives.iter().find(|drive| drive.value.id.as_deref() == Some(&id));
    let missing = || fault(&given.option, format!("Property '{BLOCK}.drive' can't find value '{id}'"));
    attach(css, found.ok_or_else(missing)?)
}

/// Adds the virtio console whose place among those is `bus`.
fn add_console(board: &mut Build<'_>, css: &Css, consoles: &Consoles, bus: usize) {
    let ports: Vec<Option<usize>> =
        consoles.ports.iter().filter(|(place, _)| *place == bus).map(|(_, port)| *port).collect();
    let sink =
        |port: &Option<usize>| port.map_or_else(|| Box::new(NullSink) as Box<dyn Sink>, |port| mips::sink(board, port));
    let console = VirtioConsole::new(ports.iter().map(sink).collect());
    let subchannel = css.add(Box::new(VirtioCcw::new(VirtioModel::console(console))));
    for (n, port) in ports.into_iter().enumerate() {
        if let Some(port) = port {
            let input = board.part(css.input(subchannel, n));
            mips::typed_into(board, port, &input);
        }
    }
}

fn attach(css: &Css, drive: &Given<DriveConfig>) -> Result<(), Error> {
    let disk = FileDisk::open(&drive.value)
        .map_err(|e| Error::new(format!("{}: Could not open '{}': {e}", drive.option, drive.value.file)))?;
    css.add(Box::new(VirtioCcw::new(VirtioModel::block(Box::new(disk)))));
    Ok(())
}
