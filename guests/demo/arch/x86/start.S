/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Every CPU starts here, in 32-bit protected mode with flat segments: EAX its number, EBX the devicetree. */

#define CODE 0x08
#define DATA 0x10
#define STACK_BITS 12           /* 4 KiB of stack for each CPU */

    .section .text.start, "ax"
    .code32
    .globl _start
_start:
    cli
    cld
    mov %eax, %esi
    mov %ebx, %edi
    lgdt gdtr
#ifdef __x86_64__
    mov %cr4, %eax
    or $0x20, %eax              /* PAE */
    mov %eax, %cr4
    mov $pml4, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx       /* EFER.LME */
    rdmsr
    or $0x100, %eax
    wrmsr
    mov %cr0, %eax
    or $0x80000000, %eax        /* PG */
    mov %eax, %cr0
#endif
    ljmp $CODE, $1f
#ifdef __x86_64__
    .code64
#endif
1:  mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss

    /* All CPUs write the same gates. */
    mov $gates, %ecx
    mov $idt, %edx
2:  mov %ecx, %eax
    mov %ax, (%edx)
    movw $CODE, 2(%edx)
    movw $0x8e00, 4(%edx)       /* interrupt gate */
    shr $16, %eax
    mov %ax, 6(%edx)
    add $16, %ecx
#ifdef __x86_64__
    movl $0, 8(%edx)
    movl $0, 12(%edx)
    add $16, %edx
#else
    add $8, %edx
#endif
    cmp $gates_end, %ecx
    jb 2b
    lidt idtr

    mov %esi, %eax
    inc %eax
    shl $STACK_BITS, %eax
#ifdef __x86_64__
    lea stacks(%rax), %rsp
    xchg %edi, %esi             /* demo_main(number, devicetree) */
    call demo_main
#else
    lea stacks - 8(%eax), %esp
    push %edi
    push %esi
    call demo_main
#endif
1:  cli
    hlt
    jmp 1b

    .balign 16
gates:
    .set n, 0
    .rept 35
    .balign 16
    push $n
    .if n < 32
    jmp fault
    .else
    jmp interrupt
    .endif
    .set n, n + 1
    .endr
    .balign 16
gates_end:

#ifdef __x86_64__
fault:                          /* It has the error code below, or not: where the address is, depends on that. */
    mov (%rsp), %rdx
    mov 8(%rsp), %rcx
    mov $2, %esi                /* TRAP_OTHER */
    mov %rsp, %rdi
    sub $stacks, %rdi
    shr $STACK_BITS, %edi
    and $-16, %rsp
    call demo_trap
1:  hlt
    jmp 1b

interrupt:
    .irp r, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, rbp
    push %\r
    .endr
    mov %rsp, %rbp
    mov 80(%rsp), %rsi          /* TRAP_IPI, TRAP_TIMER, TRAP_OTHER */
    sub $32, %rsi
    mov 80(%rsp), %rdx
    mov 88(%rsp), %rcx
    mov %rsp, %rdi
    sub $stacks, %rdi
    shr $STACK_BITS, %edi
    and $-16, %rsp
    call demo_trap
    mov %rbp, %rsp
    .irp r, rbp, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
    pop %\r
    .endr
    add $8, %rsp
    iretq
#else
fault:
    mov %esp, %eax
    sub $stacks, %eax
    shr $STACK_BITS, %eax
    push 4(%esp)
    push 4(%esp)
    push $2                     /* TRAP_OTHER */
    push %eax
    call demo_trap
1:  hlt
    jmp 1b

interrupt:
    pusha
    mov %esp, %eax
    sub $stacks, %eax
    shr $STACK_BITS, %eax
    mov 32(%esp), %ecx          /* TRAP_IPI, TRAP_TIMER, TRAP_OTHER */
    push 36(%esp)
    push %ecx
    sub $32, %ecx
    push %ecx
    push %eax
    call demo_trap
    add $16, %esp
    popa
    add $4, %esp
    iret
#endif

    .section .data
    .balign 8
gdt:
    .quad 0
#ifdef __x86_64__
    .quad 0x00af9b000000ffff
#else
    .quad 0x00cf9b000000ffff
#endif
    .quad 0x00cf93000000ffff
gdtr:
    .word . - gdt - 1
    .long gdt
    .long 0
idtr:
    .word 256 * 16 - 1
    .long idt
    .long 0
#ifdef __x86_64__
    /* The low 4 GiB, each address to itself, by pages of 2 MiB. */
    .balign 4096
pml4:
    .quad pdpt + 3
    .balign 4096
pdpt:
    .quad pd + 3, pd + 0x1003, pd + 0x2003, pd + 0x3003
    .balign 4096
pd:
    .set n, 0
    .rept 2048
    .quad n << 21 | 0x83
    .set n, n + 1
    .endr
#endif

    .bss
    .balign 16
idt:
    .space 256 * 16

    .section .bss.stacks, "aw", @nobits
    .balign 4096
stacks:
    .space 4096 << STACK_BITS   /* MAX_CPUS */
