//! The host's number of a thread, as the schema's `thread-id` shows it.

use std::cell::OnceCell;

thread_local! {
    static ID: OnceCell<i64> = const { OnceCell::new() };
}

/// The kernel's number of the calling thread; that of the process where the kernel doesn't say. Looked up once a thread.
pub fn current_id() -> i64 {
    ID.with(|id| *id.get_or_init(look_up))
}

/// Linux links `/proc/thread-self` to `PID/task/TID`.
fn look_up() -> i64 {
    let link = std::fs::read_link("/proc/thread-self").ok();
    let tid = link.as_ref().and_then(|path| path.file_name()?.to_str()?.parse().ok());
    tid.unwrap_or_else(|| i64::from(std::process::id()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn threads_differ() {
        let here = super::current_id();
        assert_eq!(here, super::current_id());
        let there = std::thread::spawn(super::current_id).join().unwrap();
        assert!(here > 0 && there > 0 && here != there);
    }
}
