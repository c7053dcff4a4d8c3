//! The client interface: what a program that was booted finds in place of firmware.
//!
//! IEEE Std 1275-1994, chapter 6, "Client interface", with its PowerPC binding: arguments are 32-bit cells in memory, the first of which
//! points to the service's name. It is entered by a call of the hypervisor. Of Open Firmware's methods there are those that LoPAPR 1.1,
//! appendix B, gives to the root node and to `/rtas`.

use loader::{Fdt, Node};
use ppc::papr::Caller;

use super::Firmware;
use super::negotiate;
use super::rtas;

/// What the client calls: `mr r4, r3; lis r3, 0; ori r3, r3, 0xf005; sc 1; blr`.
pub(super) const CODE: [u32; 5] = [0x7c64_1b78, 0x3c60_0000, 0x6063_f005, 0x4400_0022, 0x4e80_0020];
/// The number of that call.
pub(super) const NUMBER: u64 = 0xf005;

/// "There is none."
const NONE: u32 = u32::MAX;
/// The longest name and path.
const NAME_MAX: usize = 256;

/// A node.
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    parent: Option<usize>,
    props: Vec<(String, Vec<u8>)>,
    phandle: u32,
}

/// What the client sees.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    nodes: Vec<Entry>,
    /// Memory that is taken: start and end.
    claims: Vec<(u64, u64)>,
    /// Instances, by handle less one: their nodes; `None` when closed.
    instances: Vec<Option<usize>>,
    top: u64,
}

impl Client {
    /// The interface over a tree. `taken` are ranges that nobody may claim; memory ends at `top`.
    pub(super) fn new(fdt: &mut Fdt, taken: &[(u64, u64)], top: u64) -> Client {
        let mut client = Client { nodes: Vec::new(), claims: taken.to_vec(), instances: Vec::new(), top };
        client.take_in(fdt.root(), None);
        // Handles are what other nodes call their targets; the rest gets numbers that nobody has.
        for n in 0..client.nodes.len() {
            let own = client.nodes[n].props.iter().find(|(name, _)| name == "phandle");
            let own = own.and_then(|(_, value)| Some(u32::from_be_bytes(value.as_slice().try_into().ok()?)));
            client.nodes[n].phandle = own.unwrap_or(0x1000_0000 + 0x10 * n as u32);
        }
        client.add_instances();
        client
    }

    fn take_in(&mut self, node: &Node, parent: Option<usize>) {
        let at = self.nodes.len();
        let mut props: Vec<(String, Vec<u8>)> =
            node.props().map(|(name, value)| (name.to_string(), value.to_vec())).collect();
        let bare = node.name().split('@').next().unwrap_or_default();
        props.push(("name".to_string(), bare.bytes().chain([0]).collect()));
        self.nodes.push(Entry { name: node.name().to_string(), parent, props, phandle: 0 });
        node.children().iter().for_each(|child| self.take_in(child, Some(at)));
    }

    /// `/chosen` names instances of the memory, and of the console.
    fn add_instances(&mut self) {
        let Some(chosen) = self.find("/chosen") else { return };
        let console = self.text(chosen, "stdout-path").and_then(|path| self.find(&path));
        let memory = self.find("/memory");
        for (name, node) in [("stdout", console), ("stdin", console), ("memory", memory)] {
            if let Some(node) = node {
                let handle = self.open(node);
                self.set(chosen, name, handle.to_be_bytes().to_vec());
            }
        }
    }

    fn text(&self, node: usize, name: &str) -> Option<String> {
        let value = self.get(node, name)?;
        Some(String::from_utf8_lossy(value.strip_suffix(&[0]).unwrap_or(value)).into_owned())
    }

    fn get(&self, node: usize, name: &str) -> Option<&[u8]> {
        self.nodes[node].props.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// Sets a property.
    fn set(&mut self, node: usize, name: &str, value: Vec<u8>) {
        let props = &mut self.nodes[node].props;
        match props.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => props.push((name.to_string(), value)),
        }
    }

    /// Sets a property of the node at a path.
    pub(super) fn set_at(&mut self, path: &str, name: &str, value: Vec<u8>) {
        if let Some(node) = self.find(path) {
            self.set(node, name, value);
        }
    }

    /// Sets a property of all CPUs.
    pub(super) fn set_of_cpus(&mut self, name: &str, value: &[u8]) {
        let cpus: Vec<usize> =
            (0..self.nodes.len()).filter(|&n| self.get(n, "device_type") == Some(&b"cpu\0"[..])).collect();
        cpus.into_iter().for_each(|node| self.set(node, name, value.to_vec()));
    }

    fn children(&self, parent: Option<usize>) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(move |&n| self.nodes[n].parent == parent)
    }

    /// The node at a path; without a unit address the first of that name, and what stands behind a colon doesn't count.
    fn find(&self, path: &str) -> Option<usize> {
        let rest = path.strip_prefix('/')?;
        let parts = rest.split('/').filter(|part| !part.is_empty());
        parts.map(|part| part.split(':').next().unwrap_or(part)).try_fold(0, |node, part| {
            let named = |n: &usize| self.nodes[*n].name == part;
            let bare = |n: &usize| self.nodes[*n].name.split('@').next() == Some(part);
            self.children(Some(node)).find(named).or_else(|| self.children(Some(node)).find(bare))
        })
    }

    fn by_handle(&self, phandle: u32) -> Option<usize> {
        self.nodes.iter().position(|node| node.phandle == phandle)
    }

    fn path(&self, node: usize) -> String {
        match self.nodes[node].parent {
            None => "/".to_string(),
            Some(0) => format!("/{}", self.nodes[node].name),
            Some(parent) => format!("{}/{}", self.path(parent), self.nodes[node].name),
        }
    }

    fn handle(&self, node: Option<usize>) -> u32 {
        node.map_or(0, |node| self.nodes[node].phandle)
    }

    fn open(&mut self, node: usize) -> u32 {
        self.instances.push(Some(node));
        self.instances.len() as u32
    }

    fn instance(&self, handle: u32) -> Option<usize> {
        self.instances.get((handle as usize).checked_sub(1)?).copied().flatten()
    }

    /// Takes memory: at an address if `align` is 0, otherwise the lowest that is free.
    fn claim(&mut self, at: u64, size: u64, align: u64) -> Option<u64> {
        let start = match align {
            0 => Some(at).filter(|&at| self.is_free(at, size))?,
            _ => {
                let align = align.next_power_of_two();
                let ends = self.claims.iter().map(|claim| claim.1).chain([align]);
                ends.map(|end| end.next_multiple_of(align)).filter(|&at| self.is_free(at, size)).min()?
            }
        };
        self.claims.push((start, start + size));
        Some(start)
    }

    fn is_free(&self, at: u64, size: u64) -> bool {
        at + size <= self.top && self.claims.iter().all(|&(start, end)| at + size <= start || at >= end)
    }

    /// Whatever of a range was claimed is free again.
    fn release(&mut self, at: u64, size: u64) {
        let end = at + size;
        let kept = self.claims.iter().flat_map(|&claim| {
            [(claim.0, claim.1.min(at)), (claim.0.max(end), claim.1)].into_iter().filter(|(start, end)| start < end)
        });
        self.claims = kept.collect();
    }
}

/// A call: the caller, its arguments, and results beside the first one.
struct Call<'a> {
    caller: &'a mut dyn Caller,
    args: Vec<u32>,
    more: Vec<u32>,
}

impl Call<'_> {
    fn arg(&self, n: usize) -> u32 {
        self.args.get(n).copied().unwrap_or(0)
    }

    /// The string that argument `n` points to.
    fn text(&mut self, n: usize) -> Option<String> {
        let at = self.arg(n);
        string(self.caller, at)
    }

    /// Puts as much of `bytes` as fits into a buffer; the length of all.
    fn put(&mut self, buffer: u32, len: u32, bytes: &[u8]) -> u32 {
        let part = &bytes[..bytes.len().min(len as usize)];
        if self.caller.write(buffer.into(), part) { bytes.len() as u32 } else { NONE }
    }
}

fn string(caller: &mut dyn Caller, at: u32) -> Option<String> {
    let mut text = Vec::new();
    for n in 0..NAME_MAX as u64 {
        let mut byte = [0];
        if !caller.read(u64::from(at) + n, &mut byte) {
            return None;
        }
        if byte[0] == 0 {
            return String::from_utf8(text).ok();
        }
        text.push(byte[0]);
    }
    None
}

/// The call: register 4 has the address of the arguments. Register 3 gets 0, or -1 if there is no such service.
pub(super) fn call(firmware: &mut Firmware, caller: &mut dyn Caller) -> i64 {
    /// The most cells of arguments and of results.
    const MOST: u32 = 16;
    let block = caller.reg(4) & 0xffff_ffff;
    let cell = |caller: &mut dyn Caller, n: u32| {
        let mut bytes = [0; 4];
        caller.read(block + 4 * u64::from(n), &mut bytes).then(|| u32::from_be_bytes(bytes))
    };
    let (Some(name), Some(n_args), Some(n_rets)) = (cell(caller, 0), cell(caller, 1), cell(caller, 2)) else {
        return -1;
    };
    if n_args > MOST || n_rets > MOST {
        return -1;
    }
    let Some(args) = (0..n_args).map(|n| cell(caller, 3 + n)).collect::<Option<Vec<u32>>>() else { return -1 };
    let Some(name) = string(caller, name) else { return -1 };
    let mut call = Call { caller, args, more: Vec::new() };
    let Some(first) = serve(firmware, &mut call, &name) else { return -1 };
    let results = std::iter::once(first).chain(call.more.clone());
    for (n, value) in (0..n_rets).zip(results.chain(std::iter::repeat(0))) {
        let at = block + 12 + 4 * u64::from(n_args + n);
        if !call.caller.write(at, &value.to_be_bytes()) {
            return -1;
        }
    }
    0
}

/// One service: its first result; `None` if there is none of that name.
fn serve(firmware: &mut Firmware, call: &mut Call<'_>, name: &str) -> Option<u32> {
    Some(match name {
        "test" => {
            let name = call.text(0).unwrap_or_default();
            if SERVICES.contains(&name.as_str()) { 0 } else { NONE }
        }
        "milliseconds" => (call.caller.now() / 1_000_000) as u32,
        "exit" | "boot" | "enter" => {
            firmware.power.request(devices::PowerRequest::Shutdown { code: 0 });
            0
        }
        "quiesce" => 0,
        "claim" | "release" => memory(&mut firmware.client, call, name),
        "open" | "close" | "read" | "write" | "seek" | "instance-to-package" | "instance-to-path" => {
            instances(firmware, call, name)
        }
        "call-method" => method(firmware, call),
        "interpret" => NONE,
        _ => tree(&mut firmware.client, call, name)?,
    })
}

/// All services, for "test".
const SERVICES: &[&str] = &[
    "test",
    "milliseconds",
    "exit",
    "boot",
    "enter",
    "quiesce",
    "claim",
    "release",
    "open",
    "close",
    "read",
    "write",
    "seek",
    "instance-to-package",
    "instance-to-path",
    "call-method",
    "interpret",
    "peer",
    "child",
    "parent",
    "finddevice",
    "canon",
    "package-to-path",
    "getprop",
    "getproplen",
    "nextprop",
    "setprop",
];

/// 6.3.2.2, "Device tree".
fn tree(client: &mut Client, call: &mut Call<'_>, name: &str) -> Option<u32> {
    let node = client.by_handle(call.arg(0));
    Some(match name {
        "peer" if call.arg(0) == 0 => client.handle(Some(0)),
        "peer" => {
            let Some(node) = node else { return Some(NONE) };
            let parent = client.nodes[node].parent;
            client.handle(client.children(parent).find(|&n| n > node && parent.is_some()))
        }
        "child" => client.handle(node.and_then(|node| client.children(Some(node)).next())),
        "parent" => client.handle(node.and_then(|node| client.nodes[node].parent)),
        "finddevice" => {
            let path = call.text(0)?;
            client.find(&path).map_or(NONE, |node| client.nodes[node].phandle)
        }
        "canon" => {
            let path = call.text(0)?;
            let Some(node) = client.find(&path) else { return Some(NONE) };
            let path = client.path(node);
            call.put(call.arg(1), call.arg(2), path.as_bytes())
        }
        "package-to-path" => {
            let Some(node) = node else { return Some(NONE) };
            let path = client.path(node);
            call.put(call.arg(1), call.arg(2), path.as_bytes())
        }
        "getproplen" | "getprop" | "nextprop" | "setprop" => {
            let Some(node) = node else { return Some(NONE) };
            let property = call.text(1).unwrap_or_default();
            properties(client, call, name, node, &property)
        }
        _ => return None,
    })
}

fn properties(client: &mut Client, call: &mut Call<'_>, name: &str, node: usize, property: &str) -> u32 {
    match name {
        "getproplen" => client.get(node, property).map_or(NONE, |value| value.len() as u32),
        "getprop" => {
            let Some(value) = client.get(node, property) else { return NONE };
            call.put(call.arg(2), call.arg(3), value)
        }
        "setprop" => {
            let mut value = vec![0; call.arg(3).min(0x1_0000) as usize];
            if !call.caller.read(call.arg(2).into(), &mut value) {
                return NONE;
            }
            let len = value.len() as u32;
            client.set(node, property, value);
            len
        }
        _ => {
            let props = &client.nodes[node].props;
            let at = match call.arg(1) == 0 || property.is_empty() {
                true => Some(0),
                false => props.iter().position(|(name, _)| name == property).map(|at| at + 1),
            };
            let Some(at) = at else { return NONE };
            let Some((next, _)) = props.get(at) else {
                call.put(call.arg(2), 1, &[0]);
                return 0;
            };
            let text: Vec<u8> = next.bytes().chain([0]).collect();
            call.put(call.arg(2), text.len() as u32, &text);
            1
        }
    }
}

/// 6.3.2.4, "Memory".
fn memory(client: &mut Client, call: &mut Call<'_>, name: &str) -> u32 {
    let (at, size) = (u64::from(call.arg(0)), u64::from(call.arg(1)));
    if name == "release" {
        client.release(at, size);
        return 0;
    }
    client.claim(at, size, call.arg(2).into()).map_or(NONE, |at| at as u32)
}

/// 6.3.2.3, "Device I/O".
fn instances(firmware: &mut Firmware, call: &mut Call<'_>, name: &str) -> u32 {
    if name == "open" {
        let path = call.text(0).unwrap_or_default();
        return firmware.client.find(&path).map_or(0, |node| firmware.client.open(node));
    }
    let handle = call.arg(0);
    let Some(node) = firmware.client.instance(handle) else { return NONE };
    let is_console = firmware.client.get(node, "device_type") == Some(&b"serial\0"[..]);
    let (buffer, len) = (call.arg(1), call.arg(2));
    match name {
        "close" => {
            firmware.client.instances[handle as usize - 1] = None;
            0
        }
        "instance-to-package" => firmware.client.nodes[node].phandle,
        "instance-to-path" => {
            let path = firmware.client.path(node);
            call.put(buffer, len, path.as_bytes())
        }
        "write" if is_console => {
            let mut bytes = vec![0; len.min(0x1_0000) as usize];
            if !call.caller.read(buffer.into(), &mut bytes) {
                return NONE;
            }
            firmware.put(0, &bytes);
            bytes.len() as u32
        }
        "read" if is_console => {
            let bytes = firmware.terminals[0].take(len.min(0x1000) as usize);
            call.put(buffer, len, &bytes)
        }
        _ => NONE,
    }
}

/// "call-method": the name, the instance, arguments with the last one first. The first result is 0 when the method has not failed.
fn method(firmware: &mut Firmware, call: &mut Call<'_>) -> u32 {
    let name = call.text(0).unwrap_or_default();
    let Some(node) = firmware.client.instance(call.arg(1)) else { return NONE };
    match (name.as_str(), firmware.client.path(node).as_str()) {
        ("instantiate-rtas", "/rtas") => {
            let at = call.arg(2);
            let code: Vec<u8> = rtas::CODE.iter().flat_map(|word| word.to_be_bytes()).collect();
            let entry = if call.caller.write(at.into(), &code) { at } else { 0 };
            call.more.push(entry);
            0
        }
        ("ibm,client-architecture-support", "/") => {
            let vectors = call.arg(2).into();
            let supported = negotiate::negotiate(firmware, call.caller, vectors);
            call.more.push(if supported { 0 } else { NONE });
            0
        }
        _ => NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        let mut fdt = Fdt::new();
        fdt.node("/chosen").str("stdout-path", "/vdevice/vty@71000000");
        fdt.node("/vdevice/vty@71000000").str("device_type", "serial");
        fdt.node("/cpus/PowerPC,POWER9@0").str("device_type", "cpu");
        fdt.node("/memory@0").str("device_type", "memory");
        Client::new(&mut fdt, &[(0, 0x1000), (0x40_0000, 0x50_0000)], 0x100_0000)
    }

    #[test]
    fn paths_lead_to_nodes_and_back() {
        let mut client = client();
        for path in ["/", "/vdevice/vty@71000000", "/cpus/PowerPC,POWER9@0"] {
            let node = client.find(path).unwrap();
            assert_eq!(client.path(node), path);
        }
        assert_eq!(client.find("/vdevice/vty:9600"), client.find("/vdevice/vty@71000000"));
        assert_eq!(client.find("/nope"), None);
        client.set_of_cpus("x", &[1]);
        let cpu = client.find("/cpus/PowerPC,POWER9").unwrap();
        assert_eq!((client.get(cpu, "x"), client.get(0, "x")), (Some(&[1][..]), None));
    }

    #[test]
    fn memory_is_claimed_once() {
        let mut client = client();
        assert_eq!(client.claim(0x1000, 0x1000, 0), Some(0x1000));
        assert_eq!(client.claim(0x1800, 0x1000, 0), None);
        assert_eq!(client.claim(0x4f_f000, 0x1000, 0), None);
        assert_eq!(client.claim(0, 0x1000, 0x1000), Some(0x2000));
        client.release(0x1000, 0x1800);
        assert_eq!(client.claim(0x1000, 0x1000, 0), Some(0x1000));
        assert_eq!(client.claim(0xff_f000, 0x2000, 0), None, "behind the end");
    }
}
