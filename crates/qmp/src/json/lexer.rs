//! Bytes to tokens.

use super::TOKEN_BYTES_MAX;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `{`
    LeftCurly,
    /// `}`
    RightCurly,
    /// `[`
    LeftSquare,
    /// `]`
    RightSquare,
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// A number without fraction and exponent.
    Integer,
    /// A number with one of them.
    Float,
    /// A string in quotes of either kind.
    String,
    /// Lower-case letters.
    Keyword,
    /// Bytes that start no token, or spoil one.
    Error,
}

/// A token with its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes, also the quotes.
    pub text: Vec<u8>,
    /// Whether the byte that ended it is none of it and has to be fed again.
    pub again: bool,
}

impl Token {
    /// The text for an error message: up to a NUL, with U+FFFD for what is no UTF-8.
    pub fn shown(&self) -> String {
        let end = self.text.iter().position(|&b| b == 0).unwrap_or(self.text.len());
        String::from_utf8_lossy(&self.text[..end]).into_owned()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    #[default]
    Start,
    /// After an error: bytes are skipped until one that may start anew.
    Recovery,
    Keyword,
    /// In a string; the quote that ends it, and whether a backslash came last.
    String(u8, bool),
    Minus,
    Zero,
    Digits,
    /// After the point; at least one digit must follow.
    Point,
    Fraction,
    /// After `e`.
    Exponent,
    /// After `e+` or `e-`.
    ExponentSign,
    ExponentDigits,
}

/// What a byte does in a state.
enum Step {
    /// It belongs to the token, which goes on.
    Go(State),
    /// It is skipped.
    Skip,
    /// It belongs to the token, which ends.
    Last(Kind),
    /// It does not belong to the token, which ends before it.
    Before(Kind),
    /// Skipping ends; the byte is looked at anew.
    Wake,
}

/// The state machine.
#[derive(Default)]
pub struct Lexer {
    state: State,
    text: Vec<u8>,
}

impl Lexer {
    /// Takes one byte. When a token comes back with `again` set, the same byte has to be fed once more.
    pub fn feed(&mut self, byte: u8) -> Option<Token> {
        let mut step = step(self.state, byte);
        if let Step::Wake = step {
            self.state = State::Start;
            step = self::step(State::Start, byte);
        }
        match step {
            Step::Go(state) => {
                self.text.push(byte);
                self.state = state;
                // A token beyond all bounds goes out as it is: the reader finds it too long.
                (self.text.len() > TOKEN_BYTES_MAX).then(|| self.emit(Kind::String, false))
            }
            Step::Skip | Step::Wake => None,
            Step::Last(kind) => {
                self.text.push(byte);
                Some(self.emit(kind, false))
            }
            Step::Before(kind) => Some(self.emit(kind, true)),
        }
    }

    fn emit(&mut self, kind: Kind, again: bool) -> Token {
        self.state = if kind == Kind::Error { State::Recovery } else { State::Start };
        Token { kind, text: std::mem::take(&mut self.text), again }
    }
}

fn step(state: State, byte: u8) -> Step {
    use State as S;
    match (state, byte) {
        (S::Start, _) => start(byte),
        (S::Recovery, b'[' | b']' | b'{' | b'}' | b':' | b',' | 0xfe | 0xff) => Step::Wake,
        (S::Recovery, 0..=0x1f) if byte != b'\t' => Step::Wake,
        (S::Recovery, _) => Step::Skip,
        (S::Keyword, b'a'..=b'z') => Step::Go(S::Keyword),
        (S::Keyword, _) => Step::Before(Kind::Keyword),
        (S::String(..), 0..=0x1f | 0xfe | 0xff) => Step::Last(Kind::Error),
        (S::String(quote, true), _) => Step::Go(S::String(quote, false)),
        (S::String(quote, false), b'\\') => Step::Go(S::String(quote, true)),
        (S::String(quote, false), _) if byte == quote => Step::Last(Kind::String),
        (S::String(..), _) => Step::Go(state),
        _ => number(state, byte),
    }
}

fn start(byte: u8) -> Step {
    match byte {
        b' ' | b'\t' | b'\r' | b'\n' => Step::Skip,
        b'{' => Step::Last(Kind::LeftCurly),
        b'}' => Step::Last(Kind::RightCurly),
        b'[' => Step::Last(Kind::LeftSquare),
        b']' => Step::Last(Kind::RightSquare),
        b':' => Step::Last(Kind::Colon),
        b',' => Step::Last(Kind::Comma),
        b'"' | b'\'' => Step::Go(State::String(byte, false)),
        b'-' => Step::Go(State::Minus),
        b'0' => Step::Go(State::Zero),
        b'1'..=b'9' => Step::Go(State::Digits),
        b'a'..=b'z' => Step::Go(State::Keyword),
        _ => Step::Last(Kind::Error),
    }
}

fn number(state: State, byte: u8) -> Step {
    use State as S;
    match (state, byte) {
        (S::Minus, b'0') => Step::Go(S::Zero),
        (S::Minus, b'1'..=b'9') => Step::Go(S::Digits),
        (S::Zero, b'0'..=b'9') => Step::Last(Kind::Error),
        (S::Digits, b'0'..=b'9') => Step::Go(S::Digits),
        (S::Zero | S::Digits, b'.') => Step::Go(S::Point),
        (S::Zero | S::Digits | S::Fraction, b'e' | b'E') => Step::Go(S::Exponent),
        (S::Point | S::Fraction, b'0'..=b'9') => Step::Go(S::Fraction),
        (S::Exponent, b'+' | b'-') => Step::Go(S::ExponentSign),
        (S::Exponent | S::ExponentSign | S::ExponentDigits, b'0'..=b'9') => Step::Go(S::ExponentDigits),
        (S::Zero | S::Digits, _) => Step::Before(Kind::Integer),
        (S::Fraction | S::ExponentDigits, _) => Step::Before(Kind::Float),
        _ => Step::Last(Kind::Error),
    }
}
