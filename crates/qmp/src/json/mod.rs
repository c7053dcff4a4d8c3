//! JSON as the monitor speaks it: bytes in by pieces, values or errors out; values in, bytes out.
//!
//! RFC 8259 and single-quoted strings. [`lexer`] cuts tokens, [`parser`] makes values once braces balance, [`writer`] prints.

pub mod lexer;
pub mod parser;
pub mod writer;

use std::collections::VecDeque;

use qapi::Value;

use lexer::{Kind, Lexer, Token};

/// Bytes of tokens that one message may have.
pub const TOKEN_BYTES_MAX: usize = 64 << 20;
/// Tokens that one message may have.
pub const TOKENS_MAX: usize = 2 << 20;
/// Braces and brackets that may be open at once.
pub const NESTING_MAX: i64 = 1024;

/// Why a message could not be read; the text is that of the reply.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(pub String);

impl JsonError {
    fn parse(detail: impl std::fmt::Display) -> JsonError {
        JsonError(format!("JSON parse error, {detail}"))
    }
}

/// A reader of messages that comes back to its senses after every error.
#[derive(Default)]
pub struct Reader {
    lexer: Lexer,
    tokens: Vec<Token>,
    bytes: usize,
    braces: i64,
    brackets: i64,
    ready: VecDeque<Result<Value, JsonError>>,
}

impl Reader {
    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.byte(byte));
    }

    /// Takes bytes until a message or an error is complete, and returns how many.
    pub fn feed_one(&mut self, bytes: &[u8]) -> usize {
        for (n, &byte) in bytes.iter().enumerate() {
            if !self.ready.is_empty() {
                return n;
            }
            self.byte(byte);
        }
        bytes.len()
    }

    fn byte(&mut self, byte: u8) {
        // A byte that ends a token and is none of it is looked at twice.
        while let Some(token) = self.lexer.feed(byte) {
            let again = token.again;
            self.token(token);
            if !again {
                break;
            }
        }
    }

    /// The next message or error, if one is complete.
    pub fn next_message(&mut self) -> Option<Result<Value, JsonError>> {
        self.ready.pop_front()
    }

    fn token(&mut self, token: Token) {
        match token.kind {
            Kind::Error => return self.fail(JsonError::parse(format_args!("stray '{}'", token.shown()))),
            Kind::LeftCurly => self.braces += 1,
            Kind::RightCurly => self.braces -= 1,
            Kind::LeftSquare => self.brackets += 1,
            Kind::RightSquare => self.brackets -= 1,
            _ => {}
        }
        if self.bytes + token.text.len() + 1 > TOKEN_BYTES_MAX {
            return self.fail(JsonError("JSON token size limit exceeded".to_string()));
        }
        if self.tokens.len() + 1 > TOKENS_MAX {
            return self.fail(JsonError("JSON token count limit exceeded".to_string()));
        }
        if self.braces + self.brackets > NESTING_MAX {
            return self.fail(JsonError("JSON nesting depth limit exceeded".to_string()));
        }
        self.bytes += token.text.len();
        self.tokens.push(token);
        let open = self.braces > 0 || self.brackets > 0;
        if open && self.braces >= 0 && self.brackets >= 0 {
            return;
        }
        let tokens = std::mem::take(&mut self.tokens);
        self.restart();
        self.ready.push_back(parser::parse(&tokens));
    }

    fn fail(&mut self, error: JsonError) {
        self.restart();
        self.ready.push_back(Err(error));
    }

    fn restart(&mut self) {
        self.tokens = Vec::new();
        (self.bytes, self.braces, self.brackets) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests;
