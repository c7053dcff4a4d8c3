//! `x-read-memory`: guest memory as data. QEMU has only the text of `x` and `xp`, and files.

use qapi::Error;
use qapi::extension::{MemoryBytes, ReadMemoryArguments};

use crate::command::{self, Command, Context};
use crate::save::{self, View};

/// Bytes that one reply may carry: twice that many digits.
const LIMIT: u64 = 1 << 20;

/// The command.
pub struct XReadMemory;

impl Command for XReadMemory {
    const NAME: &'static str = "x-read-memory";
    const SINCE: &'static str = "4.2.0";
    type Args = ReadMemoryArguments;
    type Return = MemoryBytes;

    fn run(context: &mut Context<'_>, args: ReadMemoryArguments) -> Result<MemoryBytes, Error> {
        let (address, size) = (args.address, args.size);
        if size > LIMIT {
            return Err(Error::expects("size", "a size of 1048576 at most"));
        }
        let view = match args.cpu_index {
            None => View::Physical,
            Some(index) => View::Virtual(command::cpu(context.machine, index)?),
        };
        let mut bytes = vec![0; size as usize];
        if !save::read(context.machine, view, address, &mut bytes) {
            return Err(Error::generic(format!("Invalid addr 0x{address:016x}/size {size} specified")));
        }
        Ok(MemoryBytes { address, data: bytes.iter().map(|byte| format!("{byte:02x}")).collect() })
    }
}
