//! The human monitor on a terminal: prompt, echo, and a line that can be corrected.

use std::collections::VecDeque;

use super::Focus;
use crate::command::VERSION;

const PROMPT: &str = "(qemu) ";
/// Bytes that a line may have.
const LINE_MAX: usize = 4096;

/// One person's conversation.
#[derive(Default)]
pub struct Terminal {
    line: Vec<u8>,
    waiting: VecDeque<String>,
    focus: Focus,
    /// Within the bytes of a cursor key.
    escape: bool,
}

impl Terminal {
    /// What the monitor says first.
    pub fn greeting() -> String {
        let [major, minor, micro] = VERSION;
        let own = env!("CARGO_PKG_VERSION");
        format!("QEMU {major}.{minor}.{micro} monitor (Polyarch {own}) - type 'help' for more information\r\n{PROMPT}")
    }

    /// Takes what was typed and returns its echo.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut echo = Vec::new();
        for &byte in bytes {
            match byte {
                _ if self.escape => self.escape = !byte.is_ascii_alphabetic() && byte != b'~',
                0x1b => self.escape = true,
                b'\r' | b'\n' => {
                    echo.extend(b"\r\n");
                    let line = std::mem::take(&mut self.line);
                    self.waiting.push_back(String::from_utf8_lossy(&line).into_owned());
                }
                0x08 | 0x7f if self.line.pop().is_some() => echo.extend(b"\x08 \x08"),
                // Ctrl-U forgets the line.
                0x15 => self.line.drain(..).for_each(|_| echo.extend(b"\x08 \x08")),
                b' '..=b'~' | 0x80.. if self.line.len() < LINE_MAX => {
                    self.line.push(byte);
                    echo.push(byte);
                }
                _ => {}
            }
        }
        echo
    }

    /// Bytes of the lines that wait.
    pub fn unread(&self) -> usize {
        self.waiting.iter().map(|line| line.len() + 1).sum()
    }

    /// Whether a line waits.
    pub fn has_work(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Runs the line that waits longest and returns what it prints, and the prompt.
    pub fn answer(&mut self, run: impl FnOnce(&mut Focus, &str) -> String) -> Option<Vec<u8>> {
        let line = self.waiting.pop_front()?;
        let text = run(&mut self.focus, &line).replace('\n', "\r\n");
        Some(format!("{text}{PROMPT}").into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_can_be_corrected() {
        let mut terminal = Terminal::default();
        assert_eq!(terminal.feed(b"ab\x7fc\x1b[A\r"), b"ab\x08 \x08c\r\n");
        let out = terminal.answer(|_, line| format!("<{line}>\n"));
        assert_eq!(out.unwrap(), b"<ac>\r\n(qemu) ");
        assert!(!terminal.has_work());
        assert_eq!(terminal.feed(b"xyz\x15"), b"xyz\x08 \x08\x08 \x08\x08 \x08");
    }
}
