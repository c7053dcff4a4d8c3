/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start of a benchmark image on a PC without its own firmware: Multiboot (32 bits) or, compiled for x86-64, PVH. Runs bench(n), prints the
 * checksum in hexadecimal on the first serial port, and switches off by the power management of pc's PIIX4, which is at 0x600. */
#ifdef __x86_64__
    .section .xen, "a", @note
    .long 4, 4, 18
    .asciz "Xen"
    .long _start
#endif
    .section .text.boot, "ax"
    .code32
#ifndef __x86_64__
    .balign 4
    .long 0x1badb002, 0, -0x1badb002
#endif
    .globl _start
_start:
    cli
    lgdt pointer
    ljmp $0x08, $1f
    .ascii "BENCHN=="
n:  .long 1
1:  mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $stack_end, %esp
    mov %cr4, %eax
    or $0x620, %eax
    mov %eax, %cr4
    mov $0x23, %eax
    mov %eax, %cr0
    fninit
#ifdef __x86_64__
    mov $pml4, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    rdmsr
    or $0x100, %eax
    wrmsr
    mov $0x80000023, %eax
    mov %eax, %cr0
    ljmp $0x18, $2f
    .code64
2:  mov n, %edi
    call bench
#else
    pushl n
    call bench
#endif
    mov %eax, %ebx
    mov $8, %ecx
    mov $0x3f8, %edx
3:  rol $4, %ebx
    mov %ebx, %eax
    and $15, %eax
    add $'0', %eax
    cmp $'9', %eax
    jbe 4f
    add $'a' - '9' - 1, %eax
4:  out %al, %dx
    dec %ecx
    jnz 3b
    mov $10, %eax
    out %al, %dx
    mov $0x604, %edx
    mov $0x2000, %eax
    out %ax, %dx
5:  hlt
    jmp 5b

    .data
    .balign 16
gdt:
    .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff
pointer:
    .word pointer - gdt - 1
    .long gdt
#ifdef __x86_64__
    .balign 4096
pml4:
    .quad pdpt + 7
    .fill 511, 8, 0
pdpt:
    .quad pd + 7
    .fill 511, 8, 0
pd:
    number = 0
    .rept 512
    .quad number * 0x200000 + 0x87
    number = number + 1
    .endr
#endif
    .bss
    .balign 16
    .skip 65536
stack_end:
