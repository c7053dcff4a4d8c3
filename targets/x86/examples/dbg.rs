use cpu::Target;
fn main() {
    let kind = cpu::Kind::<x86::X86>::new(x86::model::Model::parse(64, "max").unwrap());
    let arg = std::env::args().nth(1).unwrap();
    let bytes: Vec<u8> = (0..arg.len() / 2).map(|i| u8::from_str_radix(&arg[2 * i..2 * i + 2], 16).unwrap()).collect();
    let b = uop::Builder::new(kind.layout());
    let mut at = 0usize;
    while at < bytes.len() && !b.has_exit() {
        b.begin_insn(at as i32, 0);
        match x86::X86::lift(
            kind.lifter(),
            &b,
            cpu::Code {
                pc: 0x1000 + at as u64,
                offset: at as i32,
                bytes: &bytes[at..],
                mode: 0x8074 & !0x10 | 4,
                alone: false,
            },
        ) {
            cpu::Lifted::Next(n) | cpu::Lifted::End(n) => at += n as usize,
            cpu::Lifted::More => break,
        }
    }
    if !b.has_exit() {
        b.exit(uop::Exit::Jump { pc: 0x1000 + at as u64 });
    }
    let mut block = b.finish(0x1000, at as u32);
    println!("{}", uop::text(&block, kind.layout()));
    uop::pass::run(&mut block, kind.layout());
    println!("{}", uop::text(&block, kind.layout()));
}
