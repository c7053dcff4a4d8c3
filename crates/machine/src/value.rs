//! Values of properties: what crosses the border to the management protocol, without its syntax.

/// A property's value.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// A switch.
    Bool(bool),
    /// A number that fits 64 bits with sign.
    Int(i64),
    /// A number above that.
    Uint(u64),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Str(String),
    /// Text of the command line, which may stand for a value of any type.
    Given(String),
    /// A list.
    List(Vec<Value>),
    /// Members in order.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The value for an unsigned number.
    pub fn uint(n: u64) -> Value {
        i64::try_from(n).map_or(Value::Uint(n), Value::Int)
    }

    /// A scalar as the command line would have it.
    pub fn text(&self) -> Option<String> {
        match self {
            Value::Bool(on) => Some(if *on { "on" } else { "off" }.into()),
            Value::Int(n) => Some(n.to_string()),
            Value::Uint(n) => Some(n.to_string()),
            Value::Str(text) | Value::Given(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The number, if it is one without sign. QMP's `size` takes negative numbers too, modulo 2^64.
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Value::Int(n) => Some(n as u64),
            Value::Uint(n) => Some(n),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) | Value::Given(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.to_string())
    }
}

impl From<bool> for Value {
    fn from(on: bool) -> Value {
        Value::Bool(on)
    }
}
