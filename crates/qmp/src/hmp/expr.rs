//! Expressions of the human monitor: numbers, `$register`, `+ - * / % & | ^ ~`, characters, parentheses.

use cpu::Cpu;

/// Depth of parentheses and signs that is followed.
const DEPTH_MAX: u32 = 64;

/// Cuts an expression off the front of `rest` and gives its value; arithmetic is modulo 2^64.
///
/// # Errors
/// A sentence for the user.
pub(super) fn leading(rest: &mut &str, cpu: Option<&dyn Cpu>) -> Result<u64, String> {
    let mut parser = Parser { rest, cpu, depth: 0 };
    let value = parser.level(0)?;
    parser.peek();
    *rest = parser.rest;
    Ok(value)
}

struct Parser<'a, 'c> {
    rest: &'a str,
    cpu: Option<&'c dyn Cpu>,
    depth: u32,
}

/// Operators by binding, loosest first: unlike C's, those of bits bind closer than sums.
const LEVELS: [&str; 3] = ["+-", "&|^", "*/%"];

impl Parser<'_, '_> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn level(&mut self, n: usize) -> Result<u64, String> {
        let Some(operators) = LEVELS.get(n) else { return self.unary() };
        let mut left = self.level(n + 1)?;
        while let Some(op) = self.peek().filter(|&c| operators.contains(c)) {
            self.rest = &self.rest[1..];
            let right = self.level(n + 1)?;
            left = match op {
                '+' => left.wrapping_add(right),
                '-' => left.wrapping_sub(right),
                '*' => left.wrapping_mul(right),
                '&' => left & right,
                '|' => left | right,
                '^' => left ^ right,
                '/' => left.checked_div(right).ok_or("division by zero")?,
                _ => left.checked_rem(right).ok_or("division by zero")?,
            };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<u64, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("expression is nested too deeply".to_string());
        }
        let value = match self.peek() {
            Some(sign @ ('-' | '+' | '~')) => {
                self.rest = &self.rest[1..];
                let value = self.unary()?;
                match sign {
                    '-' => value.wrapping_neg(),
                    '~' => !value,
                    _ => value,
                }
            }
            Some('(') => {
                self.rest = &self.rest[1..];
                let value = self.level(0)?;
                if self.peek() != Some(')') {
                    return Err("')' expected".to_string());
                }
                self.rest = &self.rest[1..];
                value
            }
            Some('$') => self.register()?,
            Some('\'') => self.character()?,
            None => return Err("unexpected end of expression".to_string()),
            Some(c) => self.number(c)?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self) -> &str {
        let end =
            self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn register(&mut self) -> Result<u64, String> {
        self.rest = &self.rest[1..];
        let cpu = self.cpu.ok_or("No CPU available")?;
        let name = self.word();
        super::registers::named(cpu, name).ok_or_else(|| "unknown register".to_string())
    }

    /// `'a'`.
    fn character(&mut self) -> Result<u64, String> {
        let mut chars = self.rest[1..].chars();
        let c = chars.next().ok_or("character constant expected")?;
        if chars.next() != Some('\'') {
            return Err("missing terminating ' character".to_string());
        }
        self.rest = chars.as_str();
        Ok(u32::from(c).into())
    }

    /// As C's `strtoull` reads it: what does not belong to the number is left.
    fn number(&mut self, first: char) -> Result<u64, String> {
        let hex = self.rest.strip_prefix("0x").or_else(|| self.rest.strip_prefix("0X"));
        let (radix, digits) = match hex.filter(|h| h.starts_with(|c: char| c.is_ascii_hexdigit())) {
            Some(hex) => (16, hex),
            None if first == '0' => (8, self.rest),
            None => (10, self.rest),
        };
        let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let (number, rest) = digits.split_at(end);
        if number.is_empty() {
            return Err(format!("invalid char '{first}' in expression"));
        }
        self.rest = rest;
        u64::from_str_radix(number, radix).map_err(|_| "number too large".to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::leading;

    fn eval(mut text: &str) -> Result<u64, String> {
        let value = leading(&mut text, None)?;
        if text.is_empty() { Ok(value) } else { Err(format!("left: {text}")) }
    }

    #[test]
    fn computes() {
        assert_eq!(eval("1 + 2*(0x10-6)"), Ok(21));
        assert_eq!(eval("-1 & 0xff"), Ok(0xff));
        assert_eq!(eval("4+2&1"), Ok(4));
        assert_eq!(eval("010 + 'a'"), Ok(8 + 0x61));
        assert_eq!(eval("~0"), Ok(u64::MAX));
        assert_eq!(eval("$pc"), Err("No CPU available".into()));
        assert_eq!(eval("1/0"), Err("division by zero".into()));
        assert_eq!(eval("2 3"), Err("left: 3".into()));
        assert_eq!(eval("0x"), Err("left: x".into()));
        assert_eq!(eval("1+"), Err("unexpected end of expression".into()));
        assert_eq!(eval("x"), Err("invalid char 'x' in expression".into()));
        assert_eq!(eval("'ab"), Err("missing terminating ' character".into()));
        assert_eq!(eval("18446744073709551616"), Err("number too large".into()));
        assert!(eval(&"(".repeat(100_000)).is_err());
        assert!(eval("é").is_err());
    }
}
