//! PERFORM RANDOM NUMBER OPERATION: the deterministic generator of SHA-512 (SP 800-90A, 10.1.1, Hash_DRBG) and the "true" one, whose numbers
//! come from a generator that the clock stirs, so that a machine that counts instructions repeats itself.

use super::PART;
use crate::crypto::sha;
use crate::storage::{self, address_mask};
use crate::strings::{address, length, put};
use crate::trap::{Cpu, Fault, Out, set_cc};

/// Function code of the deterministic generator; its modifier asks for seeding.
const DRNG: u64 = 3;

/// Bytes of V and of C; in the parameter block there is a byte of zeros before each.
const SEED: usize = 111;

/// Bytes of entropy at most.
const MOST_ENTROPY: u64 = 512;

/// Runs a function with its operands, which are named by `r1` and `r2`.
pub(super) fn perform(cpu: &mut Cpu, code: u64, seeds: bool, r1: u64, r2: u64) -> Out {
    match (code, seeds) {
        (DRNG, true) => seed(cpu, r2),
        (DRNG, false) => generate(cpu, r1),
        _ => true_numbers(cpu, r1, r2),
    }
}

/// The parameter block: four reserved bytes, the reseed counter, how many bytes there have been, V and C.
struct State {
    counter: u32,
    stream: u64,
    v: [u8; SEED],
    c: [u8; SEED],
}

impl State {
    fn load(cpu: &mut Cpu) -> Result<State, Fault> {
        let at = address(cpu, 1);
        let mut bytes = [0; 240];
        storage::read(cpu, at, &mut bytes)?;
        let number = |from: usize, to: usize| bytes[from..to].iter().fold(0, |all, b| all << 8 | u64::from(*b));
        let part = |at: usize| std::array::from_fn(|i| bytes[at + i]);
        Ok(State { counter: number(4, 8) as u32, stream: number(8, 16), v: part(17), c: part(129) })
    }

    fn store(&self, cpu: &mut Cpu) -> Result<(), Fault> {
        let at = address(cpu, 1).wrapping_add(4) & address_mask(cpu);
        let parts: [&[u8]; 6] = [&self.counter.to_be_bytes(), &self.stream.to_be_bytes(), &[0], &self.v, &[0], &self.c];
        storage::write(cpu, at, &parts.concat())
    }
}

/// Hash_df for a whole seed (10.3.1).
fn derive(input: &[&[u8]]) -> [u8; SEED] {
    let input = input.concat();
    let bits = (8 * SEED as u32).to_be_bytes();
    let blocks: Vec<u8> = [1, 2].iter().flat_map(|n| sha::digest512(&[&[*n], &bits[..], &input].concat())).collect();
    std::array::from_fn(|i| blocks[i])
}

/// A number of as many bytes as V, and another at the right, modulo 2^888.
fn add(v: &mut [u8; SEED], other: &[u8]) {
    let mut carry = 0;
    for (i, cell) in v.iter_mut().rev().enumerate() {
        let sum = u16::from(*cell) + other.len().checked_sub(i + 1).map_or(0, |at| u16::from(other[at])) + carry;
        *cell = sum as u8;
        carry = sum >> 8;
    }
}

/// Instantiates the generator, or reseeds it if its counter is not zero, with the second operand, whose registers stay.
fn seed(cpu: &mut Cpu, r2: u64) -> Out {
    let (from, n) = (address(cpu, r2), length(cpu, r2 + 1));
    if n > MOST_ENTROPY {
        return Err(Fault::SPECIFICATION);
    }
    let mut entropy = vec![0; n as usize];
    storage::read(cpu, from, &mut entropy)?;
    let mut state = State::load(cpu)?;
    state.v = if state.counter == 0 { derive(&[&entropy]) } else { derive(&[&[1], &state.v, &entropy]) };
    state.c = derive(&[&[0], &state.v]);
    state.counter = 1;
    state.store(cpu)?;
    set_cc(cpu, 0);
    Ok(0)
}

/// Fills the first operand; as much at a time as SP 800-90A has for a request.
fn generate(cpu: &mut Cpu, r1: u64) -> Out {
    const REQUEST: u64 = 1 << 16;
    let (to, left) = (address(cpu, r1), length(cpu, r1 + 1));
    let mut state = State::load(cpu)?;
    if state.counter == 0 {
        return Err(Fault::SPECIFICATION);
    }
    let n = left.min(REQUEST);
    let (mut data, mut out) = (state.v, Vec::new());
    while (out.len() as u64) < n {
        out.extend(sha::digest512(&data));
        add(&mut data, &[1]);
    }
    let hash = sha::digest512(&[&[3][..], &state.v].concat());
    add(&mut state.v, &hash);
    add(&mut state.v, &state.c);
    add(&mut state.v, &state.counter.to_be_bytes());
    state.counter = state.counter.wrapping_add(1);
    state.stream = state.stream.wrapping_add(n);
    let parameters = address(cpu, 1);
    storage::check(cpu, parameters, 240)?;
    storage::write(cpu, to, &out[..n as usize])?;
    state.store(cpu)?;
    advance(cpu, r1, n);
    set_cc(cpu, if n == left { 0 } else { 3 });
    Ok(0)
}

/// Moves on in an operand.
fn advance(cpu: &mut Cpu, r: u64, n: u64) {
    let (at, left) = (address(cpu, r), length(cpu, r + 1));
    put(cpu, r, at.wrapping_add(n) & address_mask(cpu));
    put(cpu, r + 1, left - n);
}

/// Fills the first operand with raw numbers, the second with conditioned ones.
fn true_numbers(cpu: &mut Cpu, r1: u64, r2: u64) -> Out {
    for r in [r1, r2] {
        let (to, n) = (address(cpu, r), length(cpu, r + 1).min(PART));
        let numbers: Vec<u8> = (0..n.div_ceil(8)).flat_map(|_| next(cpu).to_be_bytes()).collect();
        storage::write(cpu, to, &numbers[..n as usize])?;
        advance(cpu, r, n);
    }
    let left = length(cpu, r1 + 1) | length(cpu, r2 + 1);
    set_cc(cpu, if left == 0 { 0 } else { 3 });
    Ok(0)
}

/// splitmix64 (Steele, Lea and Flood 2014), stirred by the clock and the CPU's number.
fn next(cpu: &mut Cpu) -> u64 {
    let stirred = cpu.state.random ^ cpu.now().rotate_left(20) ^ u64::from(cpu.index()) << 56;
    cpu.state.random = stirred.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (cpu.state.random ^ cpu.state.random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
