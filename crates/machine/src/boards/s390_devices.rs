//! Devices that the command line asks for: disks and consoles behind subchannels, and which serial port is which console.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

use devices::virtio_block::Disk;
use devices::{Css, NullSink, Sink, VirtioCcw, VirtioConsole, VirtioModel};

use crate::boards::mips;
use crate::build::Build;
use crate::config::{DeviceConfig, DriveConfig, Given};
use crate::error::Error;
use crate::objects::unknown_property;

const BLOCK: &str = "virtio-blk-ccw";
const SERIAL_BUS: &str = "virtio-serial-ccw";
const PORT: &str = "virtconsole";
const ASCII: &str = "sclpconsole";
const LINES: &str = "sclplmconsole";

/// Devices of the command line that the board makes.
pub(crate) const OURS: &[&str] = &[BLOCK, SERIAL_BUS, PORT, ASCII, LINES];

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
        let rest = (0..2).filter(|port| !taken.contains(port) && (*port == 0 || board.config.has_second_serial));
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

/// Adds disks and consoles: those of `-device` in their order, then the drives that go by themselves.
pub(crate) fn add(board: &mut Build<'_>, css: &Css, consoles: &Consoles) -> Result<(), Error> {
    let mut buses = 0;
    let wanted: Vec<Asked> = asked(board, &[BLOCK, SERIAL_BUS]).cloned().collect();
    for given in wanted {
        if given.value.driver == SERIAL_BUS {
            add_console(board, css, consoles, buses);
            buses += 1;
            continue;
        }
        let drive = property(&given, "drive", &["devno", "serial", "bootindex", "scsi"])?;
        let id = drive.ok_or_else(|| fault(&given.option, "drive property not set"))?;
        let found = board.config.drives.iter().find(|drive| drive.value.id.as_deref() == Some(&id));
        let found =
            found.ok_or_else(|| fault(&given.option, format!("Property '{BLOCK}.drive' can't find value '{id}'")))?;
        attach(css, found)?;
    }
    board.config.drives.iter().filter(|drive| drive.value.attached).try_for_each(|drive| attach(css, drive))
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

/// A disk that is a file.
struct FileDisk {
    file: File,
    len: u64,
    read_only: bool,
}

impl FileDisk {
    fn open(drive: &DriveConfig) -> std::io::Result<FileDisk> {
        let mut file = OpenOptions::new().read(true).write(!drive.read_only).open(&drive.file)?;
        let len = file.seek(SeekFrom::End(0))?;
        Ok(FileDisk { file, len, read_only: drive.read_only })
    }
}

impl Disk for FileDisk {
    fn len(&self) -> u64 {
        self.len
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> bool {
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(bytes)).is_ok()
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> bool {
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(bytes)).is_ok()
    }
}
