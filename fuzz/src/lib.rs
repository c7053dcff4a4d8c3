//! The driver of the fuzz targets: inputs from a seed, mutated from good ones, until the time is up or a target panics or hangs.
//!
//! Each binary names a function of bytes and the good inputs it starts from. It needs no nightly compiler and no instrumentation; the
//! functions have libFuzzer's shape, should somebody want to feed them from there.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The longest that one input may take.
const HANG: Duration = Duration::from_secs(20);
/// Longest input, in bytes, unless a good one is longer.
const MAX: usize = 4096;

/// Random numbers (xorshift64*).
pub struct Random(u64);

impl Random {
    /// The numbers that belong to `seed`.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `n`, which isn't 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n
    }
}

/// Takes numbers off an input; zeros follow its end.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    /// The next byte.
    pub fn u8(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// The next eight bytes.
    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes([(); 8].map(|()| self.u8()))
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

const NUMBERS: [u64; 12] =
    [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, i64::MAX as u64, u64::MAX];

/// A new input: noise, or a good one with some damage.
fn draw(random: &mut Random, good: &[Vec<u8>]) -> Vec<u8> {
    if good.is_empty() || random.below(16) == 0 {
        let len = random.below(MAX);
        return (0..len).map(|_| random.next() as u8).collect();
    }
    let mut input = good[random.below(good.len())].clone();
    for _ in 0..=random.below(8) {
        damage(random, &mut input, good);
    }
    input
}

fn damage(random: &mut Random, input: &mut Vec<u8>, good: &[Vec<u8>]) {
    if input.is_empty() {
        return input.push(random.next() as u8);
    }
    // Headers are at the start: half of the damage goes there.
    let near = if random.below(2) == 0 { input.len().min(256) } else { input.len() };
    let at = random.below(near);
    let most = if random.below(4) == 0 { 64 } else { 8 };
    let len = 1 + random.below(most).min(input.len() - at - 1);
    match random.below(8) {
        0 => input[at] ^= 1 << random.below(8),
        1 => input[at] = random.next() as u8,
        2 | 3 => {
            let number = NUMBERS[random.below(NUMBERS.len())].wrapping_add(random.below(3) as u64).wrapping_sub(1);
            let bytes = if random.below(2) == 0 { number.to_le_bytes() } else { number.rotate_left(32).to_be_bytes() };
            let width = (1 << random.below(4)).min(input.len() - at);
            input[at..at + width].copy_from_slice(&bytes[..width]);
        }
        4 => drop(input.drain(at..at + len)),
        5 => {
            let part = input[at..at + len].to_vec();
            let to = random.below(input.len());
            input.splice(to..to, part);
        }
        6 => input.truncate(at),
        _ => {
            let other = &good[random.below(good.len())];
            let from = random.below(other.len().max(1)).min(other.len());
            let part = &other[from..(from + len * 4).min(other.len())];
            input.splice(at..at, part.iter().copied());
        }
    }
}

/// What the command line asks for.
struct Options {
    seconds: u64,
    seed: u64,
    files: Vec<PathBuf>,
}

fn options() -> Result<Options, String> {
    let mut options = Options { seconds: 10, seed: 1, files: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).ok_or(format!("{argument} wants a number"));
        match argument.as_str() {
            "--seconds" => options.seconds = number()?,
            "--seed" => options.seed = number()?,
            _ if argument.starts_with('-') => {
                return Err(format!(
                    "unknown option {argument}; there are --seconds N, --seed N and files to try again"
                ));
            }
            _ => options.files.push(argument.into()),
        }
    }
    Ok(options)
}

/// Keeps an input that breaks a target; where.
fn keep(name: &str, input: &[u8]) -> String {
    let sum = input.iter().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x100_0000_01b3));
    let path = std::env::temp_dir().join(format!("fuzz-{name}-{sum:016x}"));
    match std::fs::write(&path, input) {
        Ok(()) => path.display().to_string(),
        Err(e) => format!("nowhere ({}: {e})", path.display()),
    }
}

/// The main function of a target: `run` must take any input, `good` are what inputs are made from.
pub fn main(name: &'static str, good: &[Vec<u8>], run: impl Fn(&[u8])) -> ExitCode {
    let mut out = std::io::stdout();
    let options = match options() {
        Ok(options) => options,
        Err(e) => {
            let _ = writeln!(out, "{name}: {e}");
            return ExitCode::from(2);
        }
    };
    for path in &options.files {
        match std::fs::read(path) {
            Ok(input) => run(&input),
            Err(e) => {
                let _ = writeln!(out, "{name}: {}: {e}", path.display());
                return ExitCode::from(2);
            }
        }
    }
    if !options.files.is_empty() {
        return ExitCode::SUCCESS;
    }
    let current: Arc<Mutex<(Instant, Vec<u8>)>> = Arc::new(Mutex::new((Instant::now(), Vec::new())));
    watch(name, &current);
    good.iter().for_each(|input| run(input));
    let mut random = Random::new(options.seed);
    let begin = Instant::now();
    let mut tried = 0u64;
    while begin.elapsed() < Duration::from_secs(options.seconds) {
        let input = draw(&mut random, good);
        if let Ok(mut current) = current.lock() {
            *current = (Instant::now(), input.clone());
        }
        if catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
            let kept = keep(name, &input);
            let _ = writeln!(out, "{name}: panic with seed {}, input {tried}; kept in {kept}", options.seed);
            return ExitCode::FAILURE;
        }
        tried += 1;
    }
    let _ = writeln!(out, "{name}: {tried} inputs in {} s, seed {}: all well", options.seconds, options.seed);
    ExitCode::SUCCESS
}

/// A thread that ends the process when an input takes too long.
fn watch(name: &'static str, current: &Arc<Mutex<(Instant, Vec<u8>)>>) {
    let current = Arc::clone(current);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            if let Ok(current) = current.lock()
                && current.0.elapsed() > HANG
            {
                let _ = writeln!(std::io::stdout(), "{name}: hangs; kept in {}", keep(name, &current.1));
                std::process::exit(1);
            }
        }
    });
}

/// The guest programs of the repository whose name ends with `end`.
pub fn guests(end: &str) -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../guests/tests/riscv/bin");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    let named = paths.iter().filter(|path| path.to_string_lossy().ends_with(end));
    named.filter_map(|path| std::fs::read(path).ok()).collect()
}
