//! What a machine is built from: the options of the command line, parsed, with QEMU 4.2's meaning and errors.

use topology::{OptionError, SmpOptions, opts};

use crate::console::Console;
use crate::error::Error;
use crate::registry::{self, MachineType};
use crate::targets::Target;
use crate::value::Value;
use crate::watchdog::WatchdogAction;

/// An option's value together with its text, which errors quote.
#[derive(Clone, PartialEq, Debug)]
pub struct Given<T> {
    /// The option as it was given: `-numa node,nodeid=1`.
    pub option: String,
    /// What it says.
    pub value: T,
}

/// `-m`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MemConfig {
    /// RAM in bytes; `None` leaves it to the board.
    pub size: Option<u64>,
    /// Slots for memory modules.
    pub slots: u64,
    /// The most memory there can be.
    pub max: Option<u64>,
}

const SIZE_HINT: &str =
    "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.";

impl MemConfig {
    /// Reads the text after `-m`: `[size=]SIZE[,slots=N,maxmem=SIZE]`; a bare number counts MiB. Errors name no option.
    ///
    /// # Errors
    /// An unknown key, a value that is no number, or contradictory sizes.
    pub fn parse(text: &str, machine: &MachineType) -> Result<MemConfig, Error> {
        let size = |key: &str, value: &str, unit| {
            let fault = || OptionError::expects(key, "a non-negative number below 2^64");
            opts::size(value, unit).ok_or_else(|| Error::from(fault()).hint(SIZE_HINT))
        };
        let mut mem = MemConfig::default();
        for (key, value) in opts::pairs(text, Some("size")) {
            match key.as_str() {
                // QEMU rounds up to 8 KiB, and takes 0 for "not given".
                "size" => {
                    let bytes = size(&key, &value, 1 << 20)?.checked_next_multiple_of(8192);
                    let bytes = bytes.ok_or_else(|| Error::new("ram size too large"))?;
                    mem.size = Some(bytes).filter(|&n| n != 0);
                }
                "maxmem" => mem.max = Some(size(&key, &value, 1)?),
                "slots" => mem.slots = opts::number(&key, &value)?,
                "id" => {}
                _ => return Err(OptionError::Invalid(key).into()),
            }
        }
        mem.check(machine)?;
        Ok(mem)
    }

    fn check(&self, machine: &MachineType) -> Result<(), Error> {
        let size = self.size.unwrap_or(machine.default_ram);
        let fault = |text: String| Err(Error::new(format!("invalid value of -m option maxmem: {text}")));
        match self.max {
            None if self.slots > 0 => Err(Error::new("invalid -m option value: missing 'maxmem' option")),
            Some(max) if max < size => {
                fault(format!("maximum memory size (0x{max:x}) must be at least the initial memory size (0x{size:x})"))
            }
            Some(max) if self.slots > 0 && max == size => fault(format!(
                "memory slots were specified but maximum memory size (0x{max:x}) is equal to the initial memory size (0x{size:x})"
            )),
            Some(max) if self.slots == 0 && max > size => fault(format!(
                "maximum memory size (0x{max:x}) is more than the initial one, but no memory slots were given"
            )),
            _ => Ok(()),
        }
    }
}

/// `-object`, or an `object-add`.
#[derive(Clone, PartialEq, Debug)]
pub struct ObjectConfig {
    /// Type of the object.
    pub kind: String,
    /// Its name under `/objects`.
    pub id: String,
    /// Its properties in the order given. From the command line all are text.
    pub props: Vec<(String, Value)>,
}

impl ObjectConfig {
    /// Reads the text after `-object`. Errors name no option.
    ///
    /// # Errors
    /// A missing type or id, or a bad id.
    pub fn parse(text: &str) -> Result<ObjectConfig, Error> {
        let (mut kind, mut id, mut props) = (None, None, Vec::new());
        for (key, value) in opts::pairs(text, Some("qom-type")) {
            match key.as_str() {
                "qom-type" => kind = Some(value),
                "id" => id = Some(value),
                _ => props.push((key, Value::Given(value))),
            }
        }
        if let Some(id) = id.as_deref() {
            check_id(id)?;
        }
        let kind = kind.ok_or(OptionError::Missing("qom-type"))?;
        let id = id.ok_or(OptionError::Missing("id"))?;
        Ok(ObjectConfig { kind, id, props })
    }
}

/// Checks the name of a device or object.
///
/// # Errors
/// `Parameter 'id' expects an identifier`.
pub fn check_id(id: &str) -> Result<(), Error> {
    if opts::is_identifier(id) {
        return Ok(());
    }
    let hint = "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.";
    Err(Error::from(OptionError::expects("id", "an identifier")).hint(hint))
}

/// `-drive`: a file that a disk shows to the guest, byte for byte.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DriveConfig {
    /// Its name for `-device ...,drive=`.
    pub id: Option<String>,
    /// The file.
    pub file: String,
    /// The guest may not write.
    pub read_only: bool,
    /// What the guest writes is forgotten at the end. `None`: as `-snapshot` says.
    pub snapshot: Option<bool>,
    /// The board is to attach it by itself.
    pub attached: bool,
}

/// `-device`, or a `device_add`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DeviceConfig {
    /// Type of the device.
    pub driver: String,
    /// Its name under `/machine/peripheral`.
    pub id: Option<String>,
    /// Its properties in the order given. From the command line all are text.
    pub props: Vec<(String, Value)>,
}

impl DeviceConfig {
    /// Reads the text after `-device`. Errors name no option.
    ///
    /// # Errors
    /// A missing driver, or a bad id.
    pub fn parse(text: &str) -> Result<DeviceConfig, Error> {
        let (mut driver, mut device) = (None, DeviceConfig::default());
        for (key, value) in opts::pairs(text, Some("driver")) {
            match key.as_str() {
                "driver" => driver = Some(value),
                "id" => {
                    check_id(&value)?;
                    device.id = Some(value);
                }
                _ => device.props.push((key, Value::Given(value))),
            }
        }
        device.driver = driver.ok_or(OptionError::Missing("driver"))?;
        Ok(device)
    }
}

/// `-global`: a default of a type's property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GlobalProp {
    /// The type.
    pub driver: String,
    /// Its property.
    pub prop: String,
    /// The value, as given.
    pub value: String,
}

impl GlobalProp {
    /// Reads the text after `-global`: `DRIVER.PROP=VALUE` or `driver=DRIVER,property=PROP,value=VALUE`. Errors name no option.
    ///
    /// # Errors
    /// Text of neither form.
    pub fn parse(text: &str) -> Result<GlobalProp, Error> {
        let short = text.split_once('=').and_then(|(name, value)| Some((name.split_once('.')?, value)));
        if let Some(((driver, prop), value)) = short.filter(|((driver, _), _)| !driver.contains(',')) {
            return Ok(GlobalProp { driver: driver.into(), prop: prop.into(), value: value.into() });
        }
        let (mut driver, mut prop, mut given) = (None, None, None);
        for (key, value) in opts::pairs(text, None) {
            match key.as_str() {
                "driver" => driver = Some(value),
                "property" => prop = Some(value),
                "value" => given = Some(value),
                _ => return Err(OptionError::Invalid(key).into()),
            }
        }
        match (driver, prop, given) {
            (Some(driver), Some(prop), Some(value)) => Ok(GlobalProp { driver, prop, value }),
            _ => Err(Error::new("Missing a part of DRIVER.PROPERTY=VALUE")),
        }
    }

    /// Whether it is meant for CPUs of this type.
    pub fn is_for_cpu(&self, target: &Target, cpu_type: &str) -> bool {
        [cpu_type, target.cpu_parent, "cpu"].contains(&self.driver.as_str())
    }
}

/// How vCPUs share host threads.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Threading {
    /// A round runs on a pool: guests really run in parallel.
    #[default]
    Multi,
    /// One vCPU after the other, in order.
    Single,
}

/// `-icount`: guest time counts instructions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Icount {
    /// An instruction takes 2^shift nanoseconds.
    pub shift: u32,
}

impl Icount {
    /// Reads the text after `-icount`: `[shift=]N[,align=off][,sleep=off]`; `auto` stands for 3. Errors name no option.
    ///
    /// # Errors
    /// An unknown key, or a shift outside 0 to 10.
    pub fn parse(text: &str) -> Result<Icount, Error> {
        let mut shift = None;
        for (key, value) in opts::pairs(text, Some("shift")) {
            match key.as_str() {
                "shift" if value == "auto" => shift = Some(3),
                "shift" => shift = opts::uint(&value).filter(|&n| n <= 10).or(Some(u64::MAX)),
                "align" | "sleep" => {
                    opts::switch(&value).ok_or_else(|| OptionError::expects(&key, "'on' or 'off'"))?;
                }
                "id" => {}
                _ => return Err(OptionError::Invalid(key).into()),
            }
        }
        match shift {
            None => {
                Err(Error::new("icount: 'shift' is missing; give -icount shift=N with N from 0 to 10, or shift=auto"))
            }
            Some(u64::MAX) => Err(Error::new("icount: Invalid shift value; it must be a number from 0 to 10, or auto")),
            Some(n) => Ok(Icount { shift: n as u32 }),
        }
    }
}

/// Files the machine starts from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Boot {
    /// `-kernel`.
    pub kernel: Option<String>,
    /// `-bios`; `none` and `default` have their meaning. `None` leaves it to the board.
    pub bios: Option<String>,
    /// `-L`: directories with firmware, searched before the usual ones.
    pub firmware_dirs: Vec<String>,
    /// `-initrd`.
    pub initrd: Option<String>,
    /// `-append`.
    pub append: Option<String>,
    /// `-dtb`.
    pub dtb: Option<String>,
    /// `-boot menu=on`: firmware offers a choice.
    pub menu: bool,
}

/// Everything a machine is built from.
#[derive(Clone, Debug)]
pub struct MachineConfig {
    /// The guest architecture.
    pub target: &'static Target,
    /// The machine type.
    pub machine: &'static MachineType,
    /// `-machine` properties beyond the type and the accelerator, in order.
    pub machine_props: Vec<(String, String)>,
    /// `-cpu`: the model and its features, as given.
    pub cpu: Option<String>,
    /// `-global`, in order.
    pub globals: Vec<GlobalProp>,
    /// `-smp`.
    pub smp: SmpOptions,
    /// `-m`.
    pub mem: MemConfig,
    /// `-numa`, in order: each is read when those before it are done.
    pub numa: Vec<Given<String>>,
    /// `-object`, in order.
    pub objects: Vec<Given<ObjectConfig>>,
    /// `-device`, in order.
    pub devices: Vec<Given<DeviceConfig>>,
    /// `-drive`, in order, on boards that have disks.
    pub drives: Vec<Given<DriveConfig>>,
    /// Files to start from.
    pub boot: Boot,
    /// Where the first serial port's output goes.
    pub console: Console,
    /// Where the second one's goes, on boards that have it.
    pub second_console: Console,
    /// Where characters of a debug port go.
    pub debug_console: Console,
    /// Whether there is a first serial port, on boards where that is open.
    pub has_first_serial: bool,
    /// Whether there is a second serial port.
    pub has_second_serial: bool,
    /// Character devices that devices of the command line name: the serial port's console that each is.
    pub console_ports: Vec<(String, usize)>,
    /// `-icount`.
    pub icount: Option<Icount>,
    /// `-accel ...,thread=`.
    pub threading: Threading,
    /// `-accel interp`: what QEMU's own accelerator could not do may be asked for.
    pub own_accelerator: bool,
    /// `-name`.
    pub name: Option<String>,
    /// `-uuid`, most significant byte first.
    pub uuid: [u8; 16],
    /// `-S`: don't start the CPUs.
    pub stopped: bool,
    /// `-preconfig`: wait for `x-exit-preconfig` before building.
    pub preconfig: bool,
    /// A board that has a network card of its own makes it.
    pub default_nic: bool,
    /// `-watchdog-action`.
    pub watchdog: WatchdogAction,
    /// `-no-reboot`: a reset ends the process.
    pub no_reboot: bool,
    /// `-no-shutdown`: a shutdown of the guest pauses the machine instead.
    pub no_shutdown: bool,
}

impl MachineConfig {
    /// The configuration of `machine` (its default when `None`) without any option.
    ///
    /// # Errors
    /// When there is no such machine type, or no default.
    pub fn new(target: &'static Target, machine: Option<&str>) -> Result<MachineConfig, Error> {
        let machine = match machine {
            Some(name) => registry::find(target, name)?,
            None => registry::default_machine(target)?,
        };
        Ok(MachineConfig {
            target,
            machine,
            machine_props: Vec::new(),
            cpu: None,
            globals: Vec::new(),
            smp: SmpOptions::default(),
            mem: MemConfig::default(),
            numa: Vec::new(),
            objects: Vec::new(),
            devices: Vec::new(),
            drives: Vec::new(),
            boot: Boot::default(),
            console: Console::default(),
            second_console: Console::default(),
            debug_console: Console::default(),
            has_first_serial: true,
            has_second_serial: false,
            console_ports: Vec::new(),
            icount: None,
            threading: Threading::default(),
            own_accelerator: false,
            name: None,
            uuid: [0; 16],
            stopped: false,
            preconfig: false,
            default_nic: true,
            watchdog: WatchdogAction::default(),
            no_reboot: false,
            no_shutdown: false,
        })
    }
}
