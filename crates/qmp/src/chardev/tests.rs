//! Sockets as clients use them.

use std::sync::mpsc::{Receiver as Inbox, channel};

use super::*;

const LONG: Duration = Duration::from_secs(10);

fn socket_path(name: &str) -> String {
    let path = std::env::temp_dir().join(format!("polyarch-{name}-{}", std::process::id()));
    path.to_string_lossy().into_owned()
}

fn serve(name: &str) -> (String, Opened, Inbox<Input>) {
    let path = socket_path(name);
    let backend = Backend::parse(&format!("unix:{path},server,nowait")).unwrap();
    let (send, inbox) = channel();
    let opened = open(&backend, vec![Box::new(move |input| drop(send.send(input)))], &|| {}).unwrap();
    (path, opened, inbox)
}

fn outlet(inbox: &Inbox<Input>) -> Outlet {
    match inbox.recv_timeout(LONG) {
        Ok(Input::Opened(outlet)) => outlet,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_client_after_the_other() {
    let (path, opened, inbox) = serve("turns");
    let mut first = UnixStream::connect(&path).unwrap();
    let way_out = outlet(&inbox);
    let mut second = UnixStream::connect(&path).unwrap();
    first.write_all(b"hello").unwrap();
    assert!(matches!(inbox.recv_timeout(LONG), Ok(Input::Bytes(bytes)) if bytes == b"hello"));
    // The half-closed client still gets what was meant for it.
    first.shutdown(Shutdown::Write).unwrap();
    assert!(matches!(inbox.recv_timeout(LONG), Ok(Input::Closed)));
    way_out.send(b"bye");
    way_out.close();
    let mut text = String::new();
    first.read_to_string(&mut text).unwrap();
    assert_eq!(text, "bye");
    outlet(&inbox).send(b"next");
    let mut bytes = [0; 4];
    second.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"next");
    drop(opened);
    assert!(!std::path::Path::new(&path).exists());
}

#[test]
fn several_clients_at_once_where_they_are_asked_for() {
    let path = socket_path("seats");
    let backend = Backend::parse(&format!("unix:{path},server,nowait,clients=2")).unwrap();
    let (send, inbox) = channel();
    let receiver = |n: usize| -> Receiver {
        let send = send.clone();
        Box::new(move |input| drop(send.send((n, input))))
    };
    let _opened = open(&backend, (0..backend.clients()).map(receiver).collect(), &|| {}).unwrap();
    let mut clients = [UnixStream::connect(&path).unwrap(), UnixStream::connect(&path).unwrap()];
    let mut seats: Vec<_> = (0..2).map(|_| inbox.recv_timeout(LONG).unwrap()).collect();
    seats.sort_by_key(|(n, _)| *n);
    assert!(matches!(seats.as_slice(), [(0, Input::Opened(_)), (1, Input::Opened(_))]));
    for client in &mut clients {
        client.write_all(b"hello").unwrap();
        assert!(matches!(inbox.recv_timeout(LONG), Ok((_, Input::Bytes(bytes))) if bytes == b"hello"));
    }
}

#[test]
fn a_client_that_vanishes_harms_nobody() {
    let (path, _opened, inbox) = serve("vanish");
    for _ in 0..50 {
        drop(UnixStream::connect(&path).unwrap());
        let way_out = outlet(&inbox);
        way_out.send(&[0; 100_000]);
        assert!(matches!(inbox.recv_timeout(LONG), Ok(Input::Closed)));
        way_out.close();
    }
}

#[test]
fn an_outlet_flushes() {
    let kept = Kept::default();
    let way_out = outlet::start(kept.clone(), || {}).unwrap();
    way_out.send(b"abc");
    way_out.flush(LONG);
    assert_eq!(kept.take(), b"abc");
    way_out.close();
    way_out.wait_closed();
    way_out.send(b"lost");
    assert_eq!(kept.take(), b"");
}

#[test]
fn faults_name_the_address() {
    let open =
        |text: &str| open(&Backend::parse(text).unwrap(), vec![Box::new(|_| {})], &|| {}).unwrap_err().to_string();
    assert_eq!(open("unix:/nowhere/x,server,nowait"), "Failed to bind socket to /nowhere/x: No such file or directory");
    assert_eq!(open("unix:/nowhere/x"), "Failed to connect socket /nowhere/x: No such file or directory");
    assert_eq!(open("file:/nowhere/x"), "Could not open '/nowhere/x': No such file or directory");
}
