//! `-device loader`: puts a file or a number into memory, and perhaps a CPU at an address, at every reset.

use loader::{AddressKind, Elf, Expected};
use topology::opts;

use crate::build::{Store, read_file};
use crate::config::DeviceConfig;
use crate::error::Error;
use crate::machine::Machine;
use crate::objects::unknown_property;
use crate::value::Value;

/// The properties, as they were given.
#[derive(Default)]
struct Props {
    addr: Option<u64>,
    data: Option<u64>,
    data_len: u64,
    data_be: bool,
    cpu_num: Option<u64>,
    file: Option<String>,
    force_raw: bool,
}

/// A number, given as one or as text.
fn number(name: &str, value: &Value) -> Result<u64, Error> {
    let n = match value {
        Value::Str(text) | Value::Given(text) => opts::uint(text),
        other => other.as_u64(),
    };
    n.ok_or_else(|| Error::new(format!("Parameter '{name}' expects uint64")))
}

fn switch(name: &str, value: &Value) -> Result<bool, Error> {
    let on = match value {
        Value::Bool(on) => Some(*on),
        Value::Str(text) | Value::Given(text) => opts::switch(text),
        _ => None,
    };
    on.ok_or_else(|| Error::new(format!("Parameter '{name}' expects 'on' or 'off'")))
}

impl Props {
    fn new(given: &[(String, Value)]) -> Result<Props, Error> {
        let mut props = Props::default();
        for (name, value) in given {
            match name.as_str() {
                "addr" => props.addr = Some(number(name, value)?),
                "data" => props.data = Some(number(name, value)?),
                "data-len" => props.data_len = number(name, value)?,
                "data-be" => props.data_be = switch(name, value)?,
                "cpu-num" => props.cpu_num = Some(number(name, value)?),
                "file" => props.file = value.as_str().map(str::to_string),
                "force-raw" => props.force_raw = switch(name, value)?,
                _ => return Err(unknown_property(name)),
            }
        }
        props.check()?;
        Ok(props)
    }

    fn check(&self) -> Result<(), Error> {
        let fault = |text: &str| Err(Error::new(format!("loader: {text}")));
        match (&self.file, self.data) {
            (Some(_), Some(_)) => fault("give either file= or data=, not both"),
            (Some(_), None) if self.data_len != 0 || self.data_be => {
                fault("data-len= and data-be= go with data=, not with file=")
            }
            (None, Some(_)) if !(1..=8).contains(&self.data_len) => fault("data= needs data-len=, from 1 to 8"),
            (None, Some(_)) if self.addr.is_none() => fault("data= needs addr="),
            (None, None) if self.addr.is_none() || self.cpu_num.is_none() => {
                fault("give file=, data= with addr=, or addr= with cpu-num=")
            }
            _ => Ok(()),
        }
    }

    /// Loads; returns where a CPU shall begin. ELF files are for one of `machines`.
    fn load(&self, machines: &[u16], store: &mut Store<'_>) -> Result<u64, Error> {
        use loader::LoadTarget;
        let at = self.addr.unwrap_or(0);
        let fault = |e: loader::Error| Error::new(e.to_string());
        if let Some(data) = self.data {
            let len = self.data_len as usize;
            let bytes =
                if self.data_be { data.to_be_bytes()[8 - len..].to_vec() } else { data.to_le_bytes()[..len].to_vec() };
            store.write(at, &bytes).map_err(|e| Error::new(format!("loader: {e}")))?;
        }
        let Some(name) = &self.file else { return Ok(at) };
        let bytes = read_file(name)?;
        if self.force_raw || !Elf::is_elf(&bytes) {
            loader::load_raw(name, &bytes, at, store).map_err(fault)?;
            return Ok(at);
        }
        let elf = Elf::parse(name, &bytes).map_err(fault)?;
        elf.expect(Expected { machines, class: None, order: None }).map_err(fault)?;
        let loaded = elf.load(AddressKind::Physical, store).map_err(fault)?;
        Ok(self.addr.unwrap_or(loaded.entry))
    }
}

impl Machine {
    /// `-device loader`.
    ///
    /// # Errors
    /// Properties that don't go together, a file that can't be loaded, no such CPU.
    pub(crate) fn add_loader(&mut self, device: &DeviceConfig) -> Result<(), Error> {
        let props = Props::new(&device.props)?;
        let place = props.cpu_num.map(|n| {
            let place = self.cpus.iter().position(|vcpu| u64::try_from(vcpu.index) == Ok(n));
            place.ok_or_else(|| Error::new(format!("loader: there is no CPU {n} (cpu-num)")))
        });
        let place = place.transpose()?;
        let machines = self.config.target.elf_machines;
        let at = props.load(machines, &mut self.store())?;
        if let Some(place) = place {
            self.start_cpu_at(place, at);
        }
        self.objects.add_peripheral(device.id.as_deref(), "loader");
        Ok(())
    }
}
