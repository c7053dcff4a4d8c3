//! Real sockets: clients come, ask, and go.

mod fake;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use fake::{Call, Fake};
use gdb::{Endpoint, Server, Stop};

const PATIENCE: Duration = Duration::from_secs(20);

/// A server and what wakes its owner.
fn start(endpoint: &Endpoint) -> (Server, Receiver<()>) {
    let (wake, woken) = mpsc::channel();
    let server = Server::start(endpoint, move || wake.send(()).unwrap_or(())).unwrap();
    (server, woken)
}

/// Sends, has the server look once it is woken, and receives as many bytes as expected.
fn ask(client: &mut (impl Read + Write), request: &[u8], reply: &[u8], owner: &mut dyn FnMut()) {
    client.write_all(request).unwrap();
    owner();
    let mut got = vec![0; reply.len()];
    client.read_exact(&mut got).unwrap();
    assert_eq!(String::from_utf8_lossy(&got), String::from_utf8_lossy(reply));
}

#[test]
fn one_tcp_client_after_the_other() {
    let (mut server, woken) = start(&"tcp:127.0.0.1:0".parse().unwrap());
    let mut machine = Fake::little();
    for _ in 0..2 {
        let mut client = TcpStream::connect(server.address().unwrap()).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        woken.recv_timeout(PATIENCE).unwrap();
        server.poll(&mut machine);
        assert_eq!(machine.take_calls(), [Call::Stop]);
        let mut owner = || {
            woken.recv_timeout(PATIENCE).unwrap();
            server.poll(&mut machine);
        };
        ask(&mut client, b"$qC#b4", &[b"+", &fake::packet(b"QC1")[..]].concat(), &mut owner);
        ask(&mut client, &fake::packet(b"vCont;c"), b"+", &mut owner);
        assert!(server.is_running());
        server.report_stop(Stop::Step { cpu: 1 }, &mut machine);
        ask(&mut client, b"", &fake::packet(b"T05thread:02;"), &mut || {});
        drop(client);
        woken.recv_timeout(PATIENCE).unwrap();
        server.poll(&mut machine);
        assert!(matches!(machine.take_calls()[..], [Call::Resume(_)]), "a client that is gone leaves all as it is");
    }
}

#[test]
fn last_words_reach_a_client_on_a_unix_socket() {
    let path = std::env::temp_dir().join(format!("polyarch-gdb-{}.sock", std::process::id()));
    let endpoint: Endpoint = format!("unix:{},server,nowait", path.display()).parse().unwrap();
    std::fs::write(&path, "a file").unwrap();
    assert!(Server::start(&endpoint, || {}).is_err_and(|e| e.to_string().contains("polyarch-gdb")), "no socket");
    std::fs::remove_file(&path).unwrap();
    drop(UnixListener::bind(&path).unwrap());
    let (mut server, woken) = start(&endpoint);
    let mut machine = Fake::little();
    let mut client = UnixStream::connect(&path).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    while machine.take_calls().is_empty() {
        woken.recv_timeout(PATIENCE).unwrap();
        server.poll(&mut machine);
    }
    server.report_stop(Stop::Exited(3), &mut machine);
    drop(server);
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, fake::packet(b"W03"));
    assert!(!path.exists());
}
