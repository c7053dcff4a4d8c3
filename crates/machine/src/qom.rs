//! The object tree as management clients walk it: `qom-list`, `qom-get`, `qom-set`.

use crate::error::Error;
use crate::machine::Machine;
use crate::memdev::MemDev;
use crate::objects::{self, PropertyInfo};
use crate::value::Value;

impl Machine {
    /// `qom-list`.
    ///
    /// # Errors
    /// No such object, or several.
    pub fn qom_list(&self, path: &str) -> Result<Vec<PropertyInfo>, Error> {
        match self.backend_path(path)? {
            Some(Found::Container) => {
                let info = |dev: &MemDev| PropertyInfo { name: dev.id.clone(), kind: format!("child<{}>", dev.kind) };
                let kind = PropertyInfo { name: "type".into(), kind: "string".into() };
                Ok([kind].into_iter().chain(self.memdevs.by_table().map(info)).collect())
            }
            Some(Found::Backend(dev)) => Ok(dev.list()),
            None => {
                let id = self.objects.resolve(path)?;
                let mut list = self.objects.list(id);
                if id == objects::ROOT && self.memdevs.ever {
                    list.push(PropertyInfo { name: "objects".into(), kind: "child<container>".into() });
                }
                Ok(list)
            }
        }
    }

    /// `qom-get`.
    ///
    /// # Errors
    /// No such object or property.
    pub fn qom_get(&self, path: &str, property: &str) -> Result<Value, Error> {
        match self.backend_path(path)? {
            Some(Found::Container) if property == "type" => Ok(Value::from("container")),
            Some(Found::Container) => match self.memdevs.get(property) {
                Some(dev) => Ok(Value::Str(format!("/objects/{}", dev.id))),
                None => Err(objects::unknown_property(property)),
            },
            Some(Found::Backend(dev)) => dev.get(property),
            None => self.objects.get(self.objects.resolve(path)?, property),
        }
    }

    /// `qom-set`.
    ///
    /// # Errors
    /// No such object or property, read-only, or a value of another type.
    pub fn qom_set(&mut self, path: &str, property: &str, value: Value) -> Result<(), Error> {
        match self.backend_path(path)? {
            Some(Found::Container) => Err(objects::read_only()),
            Some(Found::Backend(dev)) => {
                let id = dev.id.clone();
                self.memdevs.set(&id, property, &value)
            }
            None => {
                let id = self.objects.resolve(path)?;
                self.objects.set(id, property, value)
            }
        }
    }

    /// What of `/objects` a path names; `None` for a path elsewhere.
    fn backend_path(&self, path: &str) -> Result<Option<Found<'_>>, Error> {
        let absolute = path.starts_with('/');
        let mut names = path.split('/').filter(|name| !name.is_empty());
        let (first, second, third) = (names.next(), names.next(), names.next());
        let missing = || Error::not_found(format!("Device '{path}' not found"));
        match (first, second, third) {
            (Some("objects"), None, _) if self.memdevs.ever => Ok(Some(Found::Container)),
            (Some("objects"), Some(id), None) => {
                let dev = self.memdevs.get(id).ok_or_else(missing)?;
                Ok(Some(Found::Backend(dev)))
            }
            (Some("objects"), ..) => Err(missing()),
            (Some(id), None, _) if !absolute => match self.memdevs.get(id) {
                Some(_) if self.objects.resolve(path).is_ok() => Err(Error::new(format!("Path '{path}' is ambiguous"))),
                Some(dev) => Ok(Some(Found::Backend(dev))),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }
}

/// What of `/objects` a path names.
enum Found<'a> {
    Container,
    Backend(&'a MemDev),
}
