//! The terminal: raw while it is a console, as before afterwards.

use std::io::stdin;

use rustix::termios::{self, OptionalActions, SpecialCodeIndex, Termios};

/// Puts the terminal back when it is dropped.
pub(crate) struct RawMode(Termios);

impl RawMode {
    /// Takes every key as it comes; with `signals` Ctrl-C still interrupts. `None` if standard input is no terminal.
    pub(crate) fn enable(signals: bool) -> Option<RawMode> {
        let saved = termios::tcgetattr(stdin()).ok()?;
        let mut raw = saved.clone();
        raw.make_raw();
        // Line ends of other writers, such as error messages, still return the carriage.
        raw.output_modes |= termios::OutputModes::OPOST;
        raw.local_modes.set(termios::LocalModes::ISIG, signals);
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        termios::tcsetattr(stdin(), OptionalActions::Now, &raw).ok()?;
        Some(RawMode(saved))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = termios::tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}
