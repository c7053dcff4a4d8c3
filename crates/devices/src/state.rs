//! Snapshots of devices: a part's name, a version, and its state in postcard's format.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version of every device's format; older snapshots are refused rather than guessed at.
const VERSION: u8 = 1;

/// Serialises `state` of the part called `part`.
pub(crate) fn save<T: Serialize>(part: &str, state: &T) -> Vec<u8> {
    postcard::to_allocvec(&(part, VERSION, state)).expect("device states are plain data and always serialise")
}

/// Takes apart what [`save`] made.
///
/// # Errors
/// A text that says which part, and what is wrong: another part's state, another version, truncated or surplus bytes.
pub(crate) fn restore<T: DeserializeOwned>(part: &str, bytes: &[u8]) -> Result<T, String> {
    let broken = |e: postcard::Error| format!("{part}: the saved state is damaged ({e})");
    let ((found, version), rest) = postcard::take_from_bytes::<(String, u8)>(bytes).map_err(broken)?;
    if found != part {
        return Err(format!("{part}: the saved state belongs to a '{found}'"));
    }
    if version != VERSION {
        return Err(format!("{part}: the saved state has version {version}, this build reads version {VERSION}"));
    }
    let (state, rest) = postcard::take_from_bytes(rest).map_err(broken)?;
    if !rest.is_empty() {
        return Err(format!("{part}: the saved state has {} surplus bytes", rest.len()));
    }
    Ok(state)
}

/// `Err` with a readable text unless a saved list has as many entries as this machine needs.
pub(crate) fn same_len(part: &str, what: &str, found: usize, wanted: usize) -> Result<(), String> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{part}: the saved state has {found} {what}, this machine has {wanted}"))
}

#[cfg(test)]
pub(crate) mod testing {
    //! What several devices' tests share.

    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use memory::Line;

    /// A line whose level a test can look at.
    #[derive(Clone, Default)]
    pub(crate) struct Probe(Arc<AtomicBool>);

    impl Probe {
        pub(crate) fn line(&self) -> Line {
            let level = self.0.clone();
            Line::new(move |l| level.store(l, Ordering::Relaxed))
        }

        pub(crate) fn high(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_states_are_refused_by_name() {
        let good = save("uart", &7u32);
        assert_eq!(restore::<u32>("uart", &good), Ok(7));
        assert!(restore::<u32>("plic", &good).unwrap_err().contains("belongs to a 'uart'"));
        assert!(restore::<u32>("uart", &good[..good.len() - 1]).unwrap_err().contains("damaged"));
        let mut long = good.clone();
        long.push(0);
        assert!(restore::<u32>("uart", &long).unwrap_err().contains("1 surplus"));
        assert!(restore::<u32>("uart", &[]).is_err());
    }
}
