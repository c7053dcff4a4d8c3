//! Reading typed values out of JSON with QEMU 4.2's checks, their order and their words.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::schema::Schema;

/// Where in the arguments a value stands; prints as `model.name` or `enable[0]`.
#[derive(Clone, Copy, Debug)]
pub enum Path<'a> {
    /// The arguments themselves.
    Root,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An element of a list.
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// The last step's own name; list elements have none and print as `null`.
    fn own_name(&self) -> &str {
        match self {
            Path::Member(_, name) => name,
            Path::Root | Path::Element(..) => "null",
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, name) => f.write_str(name),
            Path::Member(parent, name) => write!(f, "{parent}.{name}"),
            Path::Element(parent, n) => write!(f, "{parent}[{n}]"),
        }
    }
}

/// A type of the schema.
pub trait Qapi: Serialize + Sized {
    /// Whether a member of this type may be absent.
    const OPTIONAL: bool = false;

    /// The type's name in the introspection.
    fn type_name() -> String;

    /// Enters the type, and what it is made of, into the introspection.
    fn define(schema: &mut Schema);

    /// Reads a value.
    ///
    /// # Errors
    /// The first thing that is wrong, in the order of the schema.
    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error>;

    /// What an absent member means; an error unless the type is optional.
    ///
    /// # Errors
    /// `Parameter 'NAME' is missing`.
    fn absent(path: &Path<'_>) -> Result<Self, Error> {
        Err(Error::missing(path))
    }

    /// Whether the member is left out of the output.
    fn is_absent(&self) -> bool {
        false
    }
}

/// An object type whose members may stand flat inside another object.
pub trait QapiObject: Qapi {
    /// Reads the members; [`Members::finish`] is left to the caller.
    ///
    /// # Errors
    /// The first member that is wrong.
    fn visit_members(members: &mut Members<'_>) -> Result<Self, Error>;

    /// The members for the introspection: name, type, optional.
    fn members(schema: &mut Schema) -> Vec<(&'static str, String, bool)>;
}

/// The members of an object that is being read.
pub struct Members<'a> {
    map: &'a Map<String, Value>,
    path: &'a Path<'a>,
    seen: Vec<&'static str>,
}

impl<'a> Members<'a> {
    /// The members of `value`.
    ///
    /// # Errors
    /// When it is no object.
    pub fn of(value: &'a Value, path: &'a Path<'a>) -> Result<Members<'a>, Error> {
        let map = value.as_object().ok_or_else(|| Error::wrong_type(path, "object"))?;
        Ok(Members { map, path, seen: Vec::new() })
    }

    /// Reads the member `name`.
    ///
    /// # Errors
    /// When it is missing or not what `T` wants.
    pub fn take<T: Qapi>(&mut self, name: &'static str) -> Result<T, Error> {
        self.seen.push(name);
        let path = Path::Member(self.path, name);
        match self.map.get(name) {
            Some(value) => T::visit(value, &path),
            None => T::absent(&path),
        }
    }

    /// Looks for members that nobody took. Of several the first in QEMU's hash order is reported.
    ///
    /// # Errors
    /// `Parameter 'NAME' is unexpected`.
    pub fn finish(self) -> Result<(), Error> {
        let extra = self.map.keys().filter(|key| !self.seen.contains(&key.as_str()));
        match extra.min_by_key(|key| slot(key, self.map.len())) {
            Some(key) => Err(Error::unexpected(Path::Member(self.path, key))),
            None => Ok(()),
        }
    }
}

/// Where a key lies in a hash table of so many members, without regard to collisions: a string hash of factor 33, times 11,
/// modulo the prime below the table's size.
fn slot(key: &str, members: usize) -> u32 {
    let prime = match members {
        0..8 => 7,
        8..16 => 13,
        16..32 => 31,
        _ => 61,
    };
    let hash = key.bytes().fold(5381u32, |h, b| h.wrapping_mul(33).wrapping_add(b.into()));
    hash.wrapping_mul(11) % prime
}

impl Qapi for i64 {
    fn type_name() -> String {
        "int".to_string()
    }

    fn define(schema: &mut Schema) {
        schema.builtin("int", "int");
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        value.as_i64().ok_or_else(|| Error::wrong_type(path, "integer"))
    }
}

impl Qapi for u64 {
    fn type_name() -> String {
        "int".to_string()
    }

    fn define(schema: &mut Schema) {
        schema.builtin("int", "int");
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        // A negative number is taken modulo 2^64, as QEMU does for old clients' sake.
        value.as_u64().or(value.as_i64().map(|v| v as u64)).ok_or_else(|| Error::expects(path, "uint64"))
    }
}

macro_rules! sized_unsigned {
    ($($ty:ty = $name:literal),*) => {
        $(impl Qapi for $ty {
            fn type_name() -> String {
                "int".to_string()
            }

            fn define(schema: &mut Schema) {
                schema.builtin("int", "int");
            }

            fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
                <$ty>::try_from(u64::visit(value, path)?).map_err(|_| Error::expects(path.own_name(), $name))
            }
        })*
    };
}

sized_unsigned!(u8 = "uint8_t", u16 = "uint16_t", u32 = "uint32_t");

impl Qapi for bool {
    fn type_name() -> String {
        "bool".to_string()
    }

    fn define(schema: &mut Schema) {
        schema.builtin("bool", "boolean");
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        value.as_bool().ok_or_else(|| Error::wrong_type(path, "boolean"))
    }
}

impl Qapi for f64 {
    fn type_name() -> String {
        "number".to_string()
    }

    fn define(schema: &mut Schema) {
        schema.builtin("number", "number");
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        value.as_f64().ok_or_else(|| Error::wrong_type(path, "number"))
    }
}

impl Qapi for String {
    fn type_name() -> String {
        "str".to_string()
    }

    fn define(schema: &mut Schema) {
        schema.builtin("str", "string");
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        value.as_str().map(str::to_string).ok_or_else(|| Error::wrong_type(path, "string"))
    }
}

impl Qapi for Value {
    fn type_name() -> String {
        "any".to_string()
    }

    fn define(schema: &mut Schema) {
        schema.builtin("any", "value");
    }

    fn visit(value: &Value, _: &Path<'_>) -> Result<Self, Error> {
        Ok(value.clone())
    }
}

impl<T: Qapi> Qapi for Option<T> {
    const OPTIONAL: bool = true;

    fn type_name() -> String {
        T::type_name()
    }

    fn define(schema: &mut Schema) {
        T::define(schema);
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        T::visit(value, path).map(Some)
    }

    fn absent(_: &Path<'_>) -> Result<Self, Error> {
        Ok(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Qapi> Qapi for Vec<T> {
    fn type_name() -> String {
        format!("[{}]", T::type_name())
    }

    fn define(schema: &mut Schema) {
        schema.array::<T>();
    }

    fn visit(value: &Value, path: &Path<'_>) -> Result<Self, Error> {
        let list = value.as_array().ok_or_else(|| Error::wrong_type(path, "array"))?;
        list.iter().enumerate().map(|(n, item)| T::visit(item, &Path::Element(path, n))).collect()
    }
}
