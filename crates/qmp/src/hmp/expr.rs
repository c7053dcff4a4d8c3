//! Expressions of the human monitor: numbers, `$register`, `+ - * / % & | ^ ~`, parentheses.

use cpu::Cpu;

/// Depth of parentheses and signs that is followed.
const DEPTH_MAX: u32 = 64;

/// The value of `text`; arithmetic is modulo 2^64.
///
/// # Errors
/// A sentence for the user.
pub(super) fn eval(text: &str, cpu: Option<&dyn Cpu>) -> Result<u64, String> {
    let mut parser = Parser { rest: text, cpu, depth: 0 };
    let value = parser.level(0)?;
    match parser.peek() {
        None => Ok(value),
        Some(c) => Err(format!("unexpected '{c}' in expression '{text}'")),
    }
}

struct Parser<'a> {
    rest: &'a str,
    cpu: Option<&'a dyn Cpu>,
    depth: u32,
}

/// Operators by binding, loosest first.
const LEVELS: [&str; 3] = ["&|^", "+-", "*/%"];

impl Parser<'_> {
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
            _ => self.number()?,
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
        match name {
            "pc" => Ok(cpu.pc()),
            _ => {
                super::registers::value(cpu, name).map(|value| value as u64).ok_or(format!("unknown register '{name}'"))
            }
        }
    }

    fn number(&mut self) -> Result<u64, String> {
        let word = self.word();
        let value = match word.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16),
            None => word.parse(),
        };
        value.map_err(|_| format!("invalid number '{word}'"))
    }
}

#[cfg(test)]
mod tests {
    use super::eval;

    #[test]
    fn computes() {
        assert_eq!(eval("1 + 2*(0x10-6)", None), Ok(21));
        assert_eq!(eval("-1 & 0xff", None), Ok(0xff));
        assert_eq!(eval("~0", None), Ok(u64::MAX));
        assert_eq!(eval("$pc", None), Err("No CPU available".into()));
        assert_eq!(eval("1/0", None), Err("division by zero".into()));
        assert_eq!(eval("2 3", None), Err("unexpected '3' in expression '2 3'".into()));
        assert!(eval(&"(".repeat(100_000), None).is_err());
        assert!(eval("é", None).is_err());
    }
}
