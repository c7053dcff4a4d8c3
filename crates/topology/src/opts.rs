//! The text of an option: `key=value` pairs between commas, numbers and sizes, with QEMU 4.2's meaning and errors.

/// What is wrong with an option's text. The texts are QEMU 4.2's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OptionError {
    /// The option has no such key, or an enumeration no such value.
    #[error("Invalid parameter '{0}'")]
    Invalid(String),
    /// A mandatory key is absent.
    #[error("Parameter '{0}' is missing")]
    Missing(&'static str),
    /// The value is of another type.
    #[error("Parameter '{key}' expects {what}")]
    Expects {
        /// The key.
        key: String,
        /// What its value must be.
        what: &'static str,
    },
    /// The number does not fit 64 bits.
    #[error("Value '{value}' is too large for parameter '{key}'")]
    TooLarge {
        /// The key.
        key: String,
        /// The value as it was given.
        value: String,
    },
}

impl OptionError {
    /// Shorthand for [`OptionError::Expects`].
    pub fn expects(key: &str, what: &'static str) -> OptionError {
        OptionError::Expects { key: key.to_string(), what }
    }
}

/// The pairs of an option in the order given. A doubled comma stands for a comma inside a value; the first item may be a bare
/// value when `implied` names its key; any other bare item `x` means `x=on`, and `nox` means `x=off`.
pub fn pairs(text: &str, implied: Option<&str>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (n, item) in items(text).into_iter().enumerate() {
        let pair = match (item.split_once('='), implied) {
            (Some((key, value)), _) => (key.to_string(), value.to_string()),
            (None, Some(key)) if n == 0 => (key.to_string(), item),
            (None, _) => match item.strip_prefix("no") {
                Some(rest) if !rest.is_empty() => (rest.to_string(), "off".to_string()),
                _ => (item, "on".to_string()),
            },
        };
        out.push(pair);
    }
    out
}

/// Splits at single commas; doubled ones are kept as one.
fn items(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut item = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != ',' {
            item.push(c);
        } else if chars.next_if_eq(&',').is_some() {
            item.push(',');
        } else {
            out.push(std::mem::take(&mut item));
        }
    }
    if !item.is_empty() {
        out.push(item);
    }
    out
}

/// An unsigned 64-bit number as C's `strtoull` with base 0 reads it: decimal, `0x` hexadecimal, leading-`0` octal; a minus sign
/// negates modulo 2^64. `Ok(None)` when the text is no number at all.
fn strtou64(text: &str) -> Result<Option<u64>, ()> {
    let text = text.trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => (16, hex),
        None if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        None => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Ok(None);
    }
    let value = u64::from_str_radix(digits, radix).map_err(|_| ())?;
    Ok(Some(if negative { value.wrapping_neg() } else { value }))
}

/// A number of an option whose keys are declared (`-smp`, `-m`).
///
/// # Errors
/// `Parameter 'KEY' expects a number`, or that it is too large.
pub fn number(key: &str, text: &str) -> Result<u64, OptionError> {
    match strtou64(text) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(OptionError::expects(key, "a number")),
        Err(()) => Err(OptionError::TooLarge { key: key.to_string(), value: text.to_string() }),
    }
}

/// An unsigned number of a visited option (`-numa`, `-object`); `None` when it is none.
pub fn uint(text: &str) -> Option<u64> {
    strtou64(text).ok().flatten().filter(|_| !text.trim_start().starts_with('-'))
}

/// A signed number of a visited option; `None` when it is none.
pub fn int(text: &str) -> Option<i64> {
    let (negative, digits) = match text.trim_start().strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let value = uint(digits)?;
    if negative { 0i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() }
}

/// A switch: `on`, `yes`, `y`, `off`, `no`, `n`; `None` for anything else.
pub fn switch(text: &str) -> Option<bool> {
    match text {
        "on" | "yes" | "y" => Some(true),
        "off" | "no" | "n" => Some(false),
        _ => None,
    }
}

/// A size in bytes: a decimal number, perhaps with a fraction, and one of the suffixes B k M G T P E (powers of 1024, either
/// case); `unit` is what a bare number counts. `None` when it is none or does not fit 64 bits.
pub fn size(text: &str, unit: u64) -> Option<u64> {
    let text = text.trim_start();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(hex, 16).ok()?.checked_mul(unit);
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let scale = match suffix {
        "" => unit,
        "b" | "B" => 1,
        _ => 1 << (10 * (1 + ["k", "m", "g", "t", "p", "e"].iter().position(|s| suffix.eq_ignore_ascii_case(s))?)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || fraction.contains('.') || (fraction.bytes().any(|b| b != b'0') && scale == 1) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    // 19 digits of a fraction are more than any scale can show.
    let fraction = &fraction[..fraction.len().min(18)];
    let part = match fraction {
        "" => 0,
        digits => u128::from(digits.parse::<u64>().ok()?) * u128::from(scale) / 10u128.pow(digits.len() as u32),
    };
    whole.checked_mul(scale)?.checked_add(part as u64)
}

/// Whether `text` may name a device or an object: a letter, then letters, digits, `-`, `.` and `_`.
pub fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Vec<(String, String)> {
        pairs(text, Some("first"))
    }

    fn kv(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
    }

    #[test]
    fn splits_pairs() {
        assert_eq!(p("4,cores=2"), kv(&[("first", "4"), ("cores", "2")]));
        assert_eq!(p("a=x,,y,b"), kv(&[("a", "x,y"), ("b", "on")]));
        assert_eq!(p("a=1,nowait"), kv(&[("a", "1"), ("wait", "off")]));
        assert_eq!(p(""), kv(&[]));
        assert_eq!(p("a==b"), kv(&[("a", "=b")]));
    }

    #[test]
    fn reads_numbers_as_c_does() {
        assert_eq!(number("n", "0x10"), Ok(16));
        assert_eq!(number("n", "010"), Ok(8));
        assert_eq!(number("n", "-1"), Ok(u64::MAX));
        assert_eq!(number("n", "1.5").unwrap_err().to_string(), "Parameter 'n' expects a number");
        assert_eq!(number("n", "08").unwrap_err().to_string(), "Parameter 'n' expects a number");
        assert_eq!(
            number("n", "99999999999999999999").unwrap_err().to_string(),
            "Value '99999999999999999999' is too large for parameter 'n'"
        );
        assert_eq!((uint("-1"), uint("7"), int("-7"), int("x")), (None, Some(7), Some(-7), None));
    }

    #[test]
    fn reads_sizes() {
        assert_eq!(size("64", 1 << 20), Some(64 << 20));
        assert_eq!(size("1.5G", 1), Some(3 << 29));
        assert_eq!(size("2k", 1), Some(2048));
        assert_eq!(size("7B", 1 << 20), Some(7));
        assert_eq!(size("0.5", 1), None);
        assert_eq!(size("16E", 1), None);
        for bad in ["", "abc", "-1", "1x", "1.2.3", "1kk", "."] {
            assert_eq!(size(bad, 1), None, "{bad}");
        }
    }
}
