//! The text form of a case.

/// One line of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Its number, from 1.
    pub line: usize,
    /// The only variant that it is for.
    pub variant: Option<String>,
    /// The encodings and the bytes of each.
    pub words: Vec<(u128, u32)>,
    /// The disassembly; empty if there is none.
    pub text: String,
    /// What is put where before.
    pub inputs: Vec<(Place, u128)>,
    /// What must be where after.
    pub outputs: Vec<(Place, u128)>,
    /// Why the last instruction traps.
    pub trap: Option<u64>,
}

/// Where a value is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A register, by name.
    Register(String),
    /// Memory: address and size in bytes.
    Memory(u64, u32),
}

/// A line that is no case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// The cases of a file.
///
/// # Errors
/// The first line that is neither empty, a comment nor a case.
pub fn parse_file(text: &str) -> Result<Vec<Case>, ParseError> {
    let lines = (1..).zip(text.lines().map(str::trim));
    lines.filter(|(_, l)| !l.is_empty() && !l.starts_with('#')).map(|(n, l)| parse_line(n, l)).collect()
}

/// The case in one line.
///
/// # Errors
/// What is wrong with it.
pub fn parse_line(line: usize, text: &str) -> Result<Case, ParseError> {
    parse(line, text).map_err(|what| ParseError { line, what })
}

fn parse(line: usize, text: &str) -> Result<Case, String> {
    let (head, effects) = text.split_once('|').ok_or("no '|' between disassembly and inputs")?;
    let (before, after) = effects.split_once("=>").ok_or("no '=>' between inputs and outputs")?;
    let (variant, head) = match head.strip_prefix('@') {
        Some(rest) => {
            let (name, rest) = rest.split_once(' ').ok_or("nothing behind the variant")?;
            (Some(name.to_owned()), rest.trim_start())
        }
        None => (None, head),
    };
    let (code, disassembly) = head.split_once(' ').ok_or("no disassembly; '-' if there is none")?;
    let words = code.split('+').map(word).collect::<Result<_, _>>()?;
    let disassembly = disassembly.trim();
    let text = if disassembly == "-" { String::new() } else { disassembly.to_owned() };
    let (outputs, trap) = effects_of(after)?;
    let (inputs, no_trap) = effects_of(before)?;
    if no_trap.is_some() {
        return Err("a trap is no input".to_owned());
    }
    Ok(Case { line, variant, words, text, inputs, outputs, trap })
}

fn word(text: &str) -> Result<(u128, u32), String> {
    if text.contains('.') {
        // Bytes in the order of memory.
        let bytes: Vec<&str> = text.split('.').collect();
        let number: String = bytes.iter().rev().copied().collect();
        let short = bytes.len() <= 16 && bytes.iter().all(|b| b.len() == 2);
        let bits = u128::from_str_radix(&number, 16).ok().filter(|_| short);
        return Ok((bits.ok_or_else(|| format!("'{text}' is no encoding"))?, bytes.len() as u32));
    }
    let len = text.len() / 2;
    let bits = u128::from_str_radix(text, 16).map_err(|_| format!("'{text}' is no encoding"))?;
    if !text.len().is_multiple_of(2) || len == 0 || len > 8 {
        return Err(format!("'{text}' has a strange number of digits"));
    }
    Ok((bits, len as u32))
}

type Effects = (Vec<(Place, u128)>, Option<u64>);

fn effects_of(text: &str) -> Result<Effects, String> {
    let mut list = Vec::new();
    let mut trap = None;
    let mut tokens = text.split_whitespace();
    while let Some(token) = tokens.next() {
        if token == "trap" {
            trap = Some(value(tokens.next().ok_or("'trap' without a number")?)? as u64);
            continue;
        }
        let (left, right) = token.split_once('=').ok_or_else(|| format!("'{token}' is no assignment"))?;
        list.push((place(left)?, value(right)?));
    }
    Ok((list, trap))
}

fn place(text: &str) -> Result<Place, String> {
    let Some(rest) = text.strip_prefix('[') else { return Ok(Place::Register(text.to_owned())) };
    let (address, size) = rest.split_once("]:").ok_or_else(|| format!("'{text}' is no '[address]:size'"))?;
    let size = value(size)?;
    if !matches!(size, 1 | 2 | 4 | 8) {
        return Err(format!("{size} is no size of a memory cell"));
    }
    Ok(Place::Memory(value(address)? as u64, size as u32))
}

fn value(text: &str) -> Result<u128, String> {
    let wrong = || format!("'{text}' is no value");
    let inner =
        |name: &str| text.strip_prefix(name).and_then(|t| t.strip_prefix('(')).and_then(|t| t.strip_suffix(')'));
    if let Some(number) = inner("f64") {
        return number.parse::<f64>().map(|f| f.to_bits().into()).map_err(|_| wrong());
    }
    if let Some(number) = inner("f32") {
        return number.parse::<f32>().map(|f| f.to_bits().into()).map_err(|_| wrong());
    }
    if let Some(number) = inner("box") {
        return number.parse::<f32>().map(|f| 0xffff_ffff << 32 | u128::from(f.to_bits())).map_err(|_| wrong());
    }
    match text {
        "MIN32" => return Ok(i128::from(i32::MIN) as u128),
        "MIN64" => return Ok(i128::from(i64::MIN) as u128),
        _ => {}
    }
    let (minus, digits) = text.strip_prefix('-').map_or((false, text), |d| (true, d));
    let number = match digits.strip_prefix("0x") {
        Some(hex) => u128::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    let number = number.map_err(|_| wrong())?;
    Ok(if minus { number.wrapping_neg() } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(name: &str) -> Place {
        Place::Register(name.to_owned())
    }

    #[test]
    fn a_line_has_all_its_parts() {
        let case = parse_line(
            3,
            "@rv64 02c5c533+952e  div a0, a1, a2; c.add a0, a1 | a1=-7 [0x20]:4=MIN32 => fa0=box(1) trap 2",
        );
        let expected = Case {
            line: 3,
            variant: Some("rv64".to_owned()),
            words: vec![(0x02c5_c533, 4), (0x952e, 2)],
            text: "div a0, a1, a2; c.add a0, a1".to_owned(),
            inputs: vec![(register("a1"), -7i128 as u128), (Place::Memory(0x20, 4), i128::from(i32::MIN) as u128)],
            outputs: vec![(register("fa0"), 0xffff_ffff_3f80_0000)],
            trap: Some(2),
        };
        assert_eq!(case, Ok(expected));
    }

    #[test]
    fn long_encodings_and_values() {
        let case = parse_line(1, "c5.f8.77 vzeroupper | xmm0=0x10000000000000002 =>").expect("a case");
        assert_eq!(case.words, vec![(0x77_f8c5, 3)]);
        assert_eq!(case.inputs, vec![(register("xmm0"), 0x1_0000_0000_0000_0002)]);
        assert!(parse_line(1, "48.b movabs | => rax=1").is_err());
    }

    #[test]
    fn wrong_lines_are_refused_with_a_reason() {
        for (line, reason) in [
            ("02c5c533 div", "no '|' between disassembly and inputs"),
            ("02c5c533 div | a1=1", "no '=>' between inputs and outputs"),
            ("02c5c533| => ", "no disassembly; '-' if there is none"),
            ("02c5c53 div | => ", "'02c5c53' has a strange number of digits"),
            ("xyz1 div | => ", "'xyz1' is no encoding"),
            ("952e c.add | a1 => ", "'a1' is no assignment"),
            ("952e c.add | a1=one => ", "'one' is no value"),
            ("952e c.add | [5]:3=1 => ", "3 is no size of a memory cell"),
            ("952e c.add | trap 2 => ", "a trap is no input"),
            ("952e c.add | => trap", "'trap' without a number"),
        ] {
            assert_eq!(parse_line(1, line).map_err(|e| e.what), Err(reason.to_owned()), "{line}");
        }
        assert_eq!(parse_file("# fine\n\n952e").map_err(|e| e.line), Err(3));
    }
}
