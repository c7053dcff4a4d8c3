//! The object tree that `qom-list`, `qom-get` and `qom-set` show: `/machine` with its CPUs and devices.
//!
//! `/objects` is not kept here: its only children are memory backends, which [`crate::memdev`] holds.

use std::sync::Arc;

use crate::error::Error;
use crate::value::Value;

/// One property of an object: name, type, value.
#[derive(Clone, PartialEq, Debug)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its type as `qom-list` shows it (`bool`, `string`, `child<T>`...).
    pub kind: String,
    /// Its value, which objects of a kind may share.
    pub value: Arc<Value>,
    /// Whether `qom-set` may change it.
    pub writable: bool,
}

/// What `qom-list` shows of one property.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PropertyInfo {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: String,
}

/// Names an object of the tree.
pub type ObjectId = usize;

#[derive(Clone, Debug)]
struct Object {
    kind: String,
    props: Vec<Property>,
    children: Vec<(String, ObjectId)>,
    parent: ObjectId,
    name: String,
    gone: bool,
}

/// The tree. Object 0 is the root.
#[derive(Clone, Debug)]
pub struct ObjectTree {
    objects: Vec<Object>,
    /// Anonymous devices made so far: the N of the next `/machine/unattached/device[N]`.
    anonymous: usize,
    /// The same for `/machine/peripheral-anon`.
    peripheral_anon: usize,
}

/// The root of all objects.
pub const ROOT: ObjectId = 0;

impl Default for ObjectTree {
    fn default() -> ObjectTree {
        let root = Object {
            kind: "container".into(),
            props: Vec::new(),
            children: Vec::new(),
            parent: ROOT,
            name: String::new(),
            gone: false,
        };
        ObjectTree { objects: vec![root], anonymous: 0, peripheral_anon: 0 }
    }
}

impl ObjectTree {
    /// Adds a child of type `kind` to `parent`. A name that ends in `[*]` gets the first free number.
    pub fn add(&mut self, parent: ObjectId, name: &str, kind: &str) -> ObjectId {
        let name = match name.strip_suffix("[*]") {
            Some(stem) => {
                let taken = |n: &usize| self.child(parent, &format!("{stem}[{n}]")).is_some();
                let free = (0..).find(|n| !taken(n)).unwrap_or(0);
                format!("{stem}[{free}]")
            }
            None => name.to_string(),
        };
        let id = self.objects.len();
        self.objects.push(Object {
            kind: kind.to_string(),
            props: Vec::new(),
            children: Vec::new(),
            parent,
            name: name.clone(),
            gone: false,
        });
        self.objects[parent].children.push((name, id));
        id
    }

    /// Adds a device without a name: `/machine/unattached/device[N]`.
    pub fn add_anonymous(&mut self, kind: &str) -> ObjectId {
        let parent = self.container("/machine/unattached");
        self.anonymous += 1;
        self.add(parent, &format!("device[{}]", self.anonymous - 1), kind)
    }

    /// Adds a device that a user plugged: `/machine/peripheral/ID`, or a number under `/machine/peripheral-anon`.
    pub fn add_peripheral(&mut self, id: Option<&str>, kind: &str) -> ObjectId {
        if let Some(id) = id {
            let parent = self.container("/machine/peripheral");
            return self.add(parent, id, kind);
        }
        let parent = self.container("/machine/peripheral-anon");
        self.peripheral_anon += 1;
        self.add(parent, &format!("device[{}]", self.peripheral_anon - 1), kind)
    }

    /// The container at an absolute path; made if it is not there.
    pub fn container(&mut self, path: &str) -> ObjectId {
        let mut at = ROOT;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = match self.child(at, name) {
                Some(child) => child,
                None => self.add(at, name, "container"),
            };
        }
        at
    }

    /// Gives an object a property.
    pub fn set_property(&mut self, id: ObjectId, name: &str, kind: &str, value: impl Into<Arc<Value>>, writable: bool) {
        let property = Property { name: name.into(), kind: kind.into(), value: value.into(), writable };
        let props = &mut self.objects[id].props;
        match props.iter_mut().find(|p| p.name == name) {
            Some(old) => *old = property,
            None => props.push(property),
        }
    }

    /// Takes an object out of the tree.
    pub fn remove(&mut self, id: ObjectId) {
        let parent = self.objects[id].parent;
        self.objects[parent].children.retain(|&(_, child)| child != id);
        self.objects[id].gone = true;
    }

    /// The child of that name.
    pub fn child(&self, parent: ObjectId, name: &str) -> Option<ObjectId> {
        self.objects[parent].children.iter().find(|(n, _)| n == name).map(|&(_, id)| id)
    }

    /// The object's type.
    pub fn kind(&self, id: ObjectId) -> &str {
        &self.objects[id].kind
    }

    /// The object's absolute path.
    pub fn path(&self, id: ObjectId) -> String {
        if id == ROOT {
            return "/".to_string();
        }
        let (mut at, mut names) = (id, Vec::new());
        while at != ROOT {
            names.push(self.objects[at].name.as_str());
            at = self.objects[at].parent;
        }
        names.iter().rev().map(|name| format!("/{name}")).collect()
    }

    /// The object at `path`: absolute, or the end of the path of exactly one object.
    ///
    /// # Errors
    /// `Device 'PATH' not found`, `Path 'PATH' is ambiguous`.
    pub fn resolve(&self, path: &str) -> Result<ObjectId, Error> {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let walk = |from: ObjectId| names.iter().try_fold(from, |at, name| self.child(at, name));
        let found: Vec<ObjectId> = match path.starts_with('/') {
            true => walk(ROOT).into_iter().collect(),
            false => (0..self.objects.len()).filter(|&id| !self.objects[id].gone).filter_map(walk).collect(),
        };
        match found[..] {
            [] => Err(Error::not_found(format!("Device '{path}' not found"))),
            [id] => Ok(id),
            _ => Err(Error::new(format!("Path '{path}' is ambiguous"))),
        }
    }

    /// The properties and children of an object, `type` first.
    pub fn list(&self, id: ObjectId) -> Vec<PropertyInfo> {
        let object = &self.objects[id];
        let info = |name: &str, kind: String| PropertyInfo { name: name.to_string(), kind };
        let mut out = vec![info("type", "string".to_string())];
        out.extend(object.props.iter().map(|p| info(&p.name, p.kind.clone())));
        out.extend(object.children.iter().map(|(name, id)| info(name, format!("child<{}>", self.objects[*id].kind))));
        out
    }

    /// The value of a property; that of a child is its path.
    ///
    /// # Errors
    /// `Property '.NAME' not found`.
    pub fn get(&self, id: ObjectId, name: &str) -> Result<Value, Error> {
        let object = &self.objects[id];
        if name == "type" {
            return Ok(Value::Str(object.kind.clone()));
        }
        if let Some(property) = object.props.iter().find(|p| p.name == name) {
            return Ok((*property.value).clone());
        }
        match self.child(id, name) {
            Some(child) => Ok(Value::Str(self.path(child))),
            None => Err(unknown_property(name)),
        }
    }

    /// Changes a property.
    ///
    /// # Errors
    /// No such property, read-only, or a value of another type.
    pub fn set(&mut self, id: ObjectId, name: &str, value: Value) -> Result<(), Error> {
        let is_child = self.child(id, name).is_some();
        let Some(property) = self.objects[id].props.iter_mut().find(|p| p.name == name) else {
            return Err(if is_child || name == "type" { read_only() } else { unknown_property(name) });
        };
        if !property.writable {
            return Err(read_only());
        }
        let fits = match &*property.value {
            Value::Bool(_) => matches!(value, Value::Bool(_)),
            Value::Int(_) | Value::Uint(_) => matches!(value, Value::Int(_) | Value::Uint(_)),
            _ => matches!(value, Value::Str(_)),
        };
        if !fits {
            return Err(Error::new(format!(
                "Invalid parameter type for '{name}', expected: {}",
                word(&property.value)
            )));
        }
        property.value = value.into();
        Ok(())
    }
}

/// The text for a property that can't be changed.
pub(crate) fn read_only() -> Error {
    Error::new("Insufficient permission to perform this operation")
}

/// The text for a property that is not there; QEMU 4.2 leaves the object's type empty.
pub(crate) fn unknown_property(name: &str) -> Error {
    Error::new(format!("Property '.{name}' not found"))
}

/// The word for a value's type in a type error.
fn word(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Int(_) | Value::Uint(_) => "integer",
        _ => "string",
    }
}
