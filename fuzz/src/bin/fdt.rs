//! Damaged devicetrees; what is read can be written, and reads the same again.

use std::process::ExitCode;

use loader::Fdt;

fn good() -> Vec<u8> {
    let mut fdt = Fdt::new();
    fdt.reserve(0x8000_0000, 0x1000).set_boot_cpu(1);
    fdt.root().str("compatible", "riscv-virtio").u32("#address-cells", 2).u32("#size-cells", 2);
    fdt.node("/cpus/cpu@0").str("device_type", "cpu").u32("reg", 0).strs("names", &["a", "b"]);
    fdt.node("/memory@80000000").u64s("reg", &[0x8000_0000, 0x800_0000]).empty("ranges");
    fdt.node("/chosen").str("bootargs", "quiet");
    fdt.to_dtb().expect("a good tree")
}

fn main() -> ExitCode {
    fuzz::main("fdt", &[good()], |input| {
        let Ok(mut fdt) = Fdt::from_dtb(input) else { return };
        let _ = (fdt.boot_cpu(), fdt.reserved().len(), fdt.find("/cpus/cpu@0").is_some());
        let _ = fdt.new_phandle();
        // Names that the writer refuses may stand in a file.
        if let Ok(blob) = fdt.to_dtb() {
            let again = Fdt::from_dtb(&blob).expect("what was written can be read");
            assert_eq!(again.to_dtb(), Ok(blob));
        }
    })
}
