//! Tokens to values.

use qapi::{Map, Number, Value};

use super::JsonError;
use super::lexer::{Kind, Token};

/// The value that the tokens of one message spell.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse(tokens: &[Token]) -> Result<Value, JsonError> {
    Parser { tokens, at: 0 }.value()
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Kind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    fn next(&mut self) -> Result<&'a Token, JsonError> {
        let token = self.tokens.get(self.at).ok_or_else(|| JsonError::parse("premature EOI"))?;
        self.at += 1;
        Ok(token)
    }

    fn expect(&mut self, kind: Kind, fault: &str) -> Result<(), JsonError> {
        if self.next()?.kind == kind { Ok(()) } else { Err(JsonError::parse(fault)) }
    }

    /// Depth is bounded by [`super::NESTING_MAX`].
    fn value(&mut self) -> Result<Value, JsonError> {
        let token = self.next()?;
        match token.kind {
            Kind::LeftCurly => self.object(),
            Kind::LeftSquare => self.array(),
            Kind::String => string(&token.text).map(Value::String),
            Kind::Integer => Ok(integer(&token.text)),
            Kind::Float => Ok(float(&token.text)),
            Kind::Keyword => keyword(token),
            _ => Err(JsonError::parse("expecting value")),
        }
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut map = Map::new();
        if self.peek() == Some(Kind::RightCurly) {
            self.at += 1;
            return Ok(Value::Object(map));
        }
        loop {
            let Value::String(key) = self.value()? else {
                return Err(JsonError::parse("key is not a string in object"));
            };
            self.expect(Kind::Colon, "missing : in object pair")?;
            let value = self.value()?;
            if map.contains_key(&key) {
                return Err(JsonError::parse("duplicate key"));
            }
            map.insert(key, value);
            if self.peek() == Some(Kind::RightCurly) {
                self.at += 1;
                return Ok(Value::Object(map));
            }
            self.expect(Kind::Comma, "expected separator in dict")?;
        }
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut list = Vec::new();
        if self.peek() == Some(Kind::RightSquare) {
            self.at += 1;
            return Ok(Value::Array(list));
        }
        loop {
            list.push(self.value()?);
            if self.peek() == Some(Kind::RightSquare) {
                self.at += 1;
                return Ok(Value::Array(list));
            }
            self.expect(Kind::Comma, "expected separator in list")?;
        }
    }
}

fn keyword(token: &Token) -> Result<Value, JsonError> {
    match token.text.as_slice() {
        b"true" => Ok(Value::Bool(true)),
        b"false" => Ok(Value::Bool(false)),
        b"null" => Ok(Value::Null),
        _ => Err(JsonError::parse(format_args!("invalid keyword '{}'", token.shown()))),
    }
}

/// 64 bits with sign, else 64 bits without, else a float.
fn integer(text: &[u8]) -> Value {
    let digits = String::from_utf8_lossy(text);
    if let Ok(n) = digits.parse::<i64>() {
        Value::from(n)
    } else if let Ok(n) = digits.parse::<u64>() {
        Value::from(n)
    } else {
        float(text)
    }
}

/// Numbers beyond the range become the largest that can be printed: JSON has no infinity.
fn float(text: &[u8]) -> Value {
    let value: f64 = String::from_utf8_lossy(text).parse().unwrap_or(0.0);
    Number::from_f64(value.clamp(f64::MIN, f64::MAX)).map_or(Value::Null, Value::Number)
}

/// The contents of a string token.
fn string(text: &[u8]) -> Result<String, JsonError> {
    let body = &text[1..text.len() - 1];
    let mut out = String::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        if body[at] == b'\\' {
            at += escape(&text[at + 1..], &mut out)?;
        } else {
            let end = body[at..].iter().position(|&b| b == b'\\').map_or(body.len(), |n| at + n);
            plain(&body[at..end], &mut out)?;
            at = end;
        }
    }
    Ok(out)
}

/// Bytes without a backslash. U+0000 may be spelt C0 80; code points that are no characters are refused.
fn plain(mut bytes: &[u8], out: &mut String) -> Result<(), JsonError> {
    let fault = || JsonError::parse("invalid UTF-8 sequence in string");
    loop {
        let (good, rest) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, &[][..]),
            Err(e) => {
                let (good, rest) = bytes.split_at(e.valid_up_to());
                (std::str::from_utf8(good).unwrap_or_default(), rest)
            }
        };
        if good.chars().any(|c| !is_character(u32::from(c))) {
            return Err(fault());
        }
        out.push_str(good);
        match rest {
            [] => return Ok(()),
            [0xc0, 0x80, tail @ ..] => {
                out.push('\0');
                bytes = tail;
            }
            _ => return Err(fault()),
        }
    }
}

/// Whether a code point is one: no surrogate, no non-character.
fn is_character(code: u32) -> bool {
    char::from_u32(code).is_some() && !(0xfdd0..=0xfdef).contains(&code) && code & 0xfffe != 0xfffe
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(..4)?;
    digits.iter().try_fold(0, |n, &b| Some(n << 4 | (b as char).to_digit(16)?))
}

/// Reads the escape at the start of `bytes`, which go on to the closing quotation mark, and returns its length.
fn escape(bytes: &[u8], out: &mut String) -> Result<usize, JsonError> {
    let simple = match bytes.get(1) {
        Some(&c @ (b'"' | b'\'' | b'\\' | b'/')) => c as char,
        Some(b'b') => '\x08',
        Some(b'f') => '\x0c',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(bytes, out),
        _ => return Err(JsonError::parse("invalid escape sequence in string")),
    };
    out.push(simple);
    Ok(2)
}

/// `\uXXXX`, or two of them for what lies beyond 16 bits.
fn unicode(bytes: &[u8], out: &mut String) -> Result<usize, JsonError> {
    let fault = |shown: &[u8]| {
        JsonError::parse(format_args!("{} is not a valid Unicode character", String::from_utf8_lossy(shown)))
    };
    let first = hex4(&bytes[2..]).ok_or_else(|| fault(&bytes[..bytes.len().min(6)]))?;
    let (mut code, mut len) = (Some(first), 6);
    if (0xd800..0xdc00).contains(&first) && bytes[6..].starts_with(b"\\u") {
        let second = hex4(&bytes[8..]).filter(|n| (0xdc00..0xe000).contains(n));
        code = second.map(|low| 0x10000 + ((first & 0x3ff) << 10 | low & 0x3ff));
        len = if second.is_some() { 12 } else { 6 };
    }
    match code.filter(|&c| is_character(c)).and_then(char::from_u32) {
        Some(c) => out.push(c),
        None => return Err(fault(&bytes[..len])),
    }
    Ok(len)
}
