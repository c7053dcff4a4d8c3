//! CPUs that come and go: `device_add`, `device_del`, `cpu-add`.

use crate::config::DeviceConfig;
use crate::error::Error;
use crate::machine::Machine;

impl Machine {
    /// `device_add`, `-device`.
    ///
    /// # Errors
    /// An unknown or unpluggable type, a bad or taken id, a bad place.
    pub fn device_add(&mut self, device: &DeviceConfig) -> Result<(), Error> {
        let driver = &device.driver;
        let target = self.config.target;
        if target.model(driver).is_none() || !driver.ends_with(target.cpu_suffix) {
            return Err(Error::new(format!("'{driver}' is not a valid device model name")));
        }
        Err(Error::new("Parameter 'driver' expects pluggable device type"))
    }

    /// `device_del`: `name` is an id or an absolute path.
    ///
    /// # Errors
    /// No such device, or one that can't go.
    pub fn device_del(&mut self, name: &str) -> Result<(), Error> {
        let path = if name.starts_with('/') { name.to_string() } else { format!("/machine/peripheral/{name}") };
        let object = self.objects.resolve(&path);
        let object = object.map_err(|_| Error::not_found(format!("Device '{name}' not found")))?;
        let path = self.objects.path(object);
        Err(Error::new(format!("{path} is not a hotpluggable device")))
    }

    /// `cpu-add`.
    ///
    /// # Errors
    /// When the board has no hotplug, there is no such CPU, or it is there already.
    pub fn cpu_add(&mut self, id: i64) -> Result<(), Error> {
        let _ = id;
        Err(Error::new("Not supported"))
    }
}
