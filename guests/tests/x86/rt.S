/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start on a PC by Multiboot (32 bits) or PVH (64 bits), with identity-mapped memory, exception entries, and the trampoline of the
 * other CPUs. */

#define STACK 8192

#ifdef __x86_64__
    .section .note.xen, "a"
    .long 4, 4, 18
    .asciz "Xen"
    .long _start
#endif

    .section .boot, "ax"
    .code32
#ifndef __x86_64__
    .balign 4
    .long 0x1badb002, 0, -0x1badb002
#endif
    .globl _start
_start:
    cli
    lgdt gdt_pointer
    ljmp $0x08, $1f
1:  mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov %eax, %fs
    mov %eax, %gs
    xor %ecx, %ecx
    xor %ebx, %ebx              /* CPU 0 */
    jmp enter

/* EBX: number of the CPU. Turns paging on and goes to C. */
    .globl enter
enter:
#ifdef __x86_64__
    mov $pml4, %eax
    mov %eax, %cr3
    mov $0x620, %eax            /* PAE, OSFXSR, OSXMMEXCPT */
    mov %eax, %cr4
    mov $0xc0000080, %ecx
    rdmsr
    or $0x100, %eax
    wrmsr
    mov $0x80010033, %eax
    mov %eax, %cr0
    ljmp $0x18, $2f
    .code64
2:  mov %ebx, %edi
    lea 1(%rdi), %eax
    imul $STACK, %eax, %esp
    add $stacks, %rsp
    lidt idt_pointer
    call rt_main
#else
    mov $page_directory, %eax
    mov %eax, %cr3
    mov $0x610, %eax            /* PSE */
    mov %eax, %cr4
    mov $0x80010033, %eax
    mov %eax, %cr0
    lea 1(%ebx), %eax
    imul $STACK, %eax, %esp
    add $stacks, %esp
    lidt idt_pointer
    push %ebx
    call rt_main
#endif
3:  hlt
    jmp 3b

/* Copied to 0x8000, where the other CPUs begin: they take a number and go on. */
    .globl trampoline, trampoline_end
    .code16
trampoline:
    cli
    xor %ax, %ax
    mov %ax, %ds
    lgdtl 0x8000 + (tgdt - trampoline)
    mov $0x11, %eax
    mov %eax, %cr0
    ljmpl $0x08, $4f
    .balign 4
tgdt:
    .word gdt_end - gdt - 1
    .long gdt
trampoline_end:
    .code32
4:  mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $1, %ebx
    lock xadd %ebx, next_cpu
    jmp enter

    .data
    .balign 16
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
    .quad 0x00af9b000000ffff
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt
    .globl next_cpu
next_cpu:
    .long 1
    .balign 4096
#ifdef __x86_64__
pml4:
    .quad pdpt + 7
    .fill 511, 8, 0
pdpt:
    n = 0
    .rept 4
    .quad pds + 7 + n * 4096
    n = n + 1
    .endr
    .fill 508, 8, 0
    .globl pds
pds:
    n = 0
    .rept 2048
    .quad n * 0x200000 + 0x87
    n = n + 1
    .endr
#else
    .globl page_directory
page_directory:
    n = 0
    .rept 1024
    .long n * 0x400000 + 0x87
    n = n + 1
    .endr
#endif

    .bss
    .balign 16
stacks:
    .skip STACK * 64

    .text
#ifdef __x86_64__
    .code64
#define W 8
#else
    .code32
#define W 4
#endif
    .balign 16
    .globl entries
entries:
    n = 0
    .rept 256
    .balign 16
    .if (n != 8) && (n != 10) && (n != 11) && (n != 12) && (n != 13) && (n != 14) && (n != 17)
    push $0
    .endif
    push $n
    jmp common
    n = n + 1
    .endr
common:
#ifdef __x86_64__
    push %rax; push %rcx; push %rdx; push %rbx; push %rbp; push %rsi; push %rdi
    push %r8; push %r9; push %r10; push %r11; push %r12; push %r13; push %r14; push %r15
    mov %rsp, %rdi
    cld
    call rt_trap
    pop %r15; pop %r14; pop %r13; pop %r12; pop %r11; pop %r10; pop %r9; pop %r8
    pop %rdi; pop %rsi; pop %rbp; pop %rbx; pop %rdx; pop %rcx; pop %rax
    add $16, %rsp
    iretq
#else
    pusha
    push %esp
    cld
    call rt_trap
    add $4, %esp
    popa
    add $8, %esp
    iret
#endif
