# From the reset vector through real, protected and long mode; prints a letter for each thing that works on port 0xe9, then writes 1 to
# port 0xf4. Runs as the last 4 KiB of a BIOS image.
#
#   clang-19 -c boot.S -o boot.o && ld.lld-19 --oformat binary -Ttext 0xfffff000 -o boot.bin boot.o
#   (head -c 61440 /dev/zero; cat boot.bin) > bios.bin
#   qemu-system-x86_64 -bios bios.bin -display none -debugcon stdio -device isa-debug-exit,iobase=0xf4,iosize=4
        .set RAM, 0x8000
        .macro say c
        movb $\c, %al
        outb %al, $0xe9
        .endm
        .text
        .globl _start
_start:
        .code16
real:   cli
        say 'R'
        xorw %ax, %ax
        movw %ax, %ds
        movw %ax, %ss
        movw $0x7000, %sp
        movb $0xcf, 0x500
        movl $0x500, 0x100
        int $0x40
        say 'r'
        movw $5, %cx
        xorw %di, %di
        movw %ax, %es
        movw $0x600, %di
        movb $0x41, %al
        cld
        rep stosb
        cmpw $0x605, %di
        jne fail16
        say 's'
        .byte 0x2e, 0x66, 0x0f, 0x01, 0x16      # lgdtl %cs:gdtr
        .word gdtr - _start + 0xf000
        movl %cr0, %eax
        orb $1, %al
        movl %eax, %cr0
        .byte 0x66, 0xea                        # ljmpl $8, prot
        .long prot
        .word 8
fail16: say '!'
        hlt

        .code32
prot:   movw $16, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        movl $0x7000, %esp
        say 'P'
        # IDT at RAM: 256 interrupt gates to the default, then our own.
        movl $RAM, %edi
        movl $other, %eax
        movl $64, %ecx
1:      call gate
        loop 1b
        movl $RAM + 6*8, %edi
        movl $ud, %eax
        call gate
        movl $RAM + 0x30*8, %edi
        movl $back, %eax
        call gate
        movb $0xee, RAM + 0x30*8 + 5
        movl $RAM + 13*8, %edi
        movl $gp, %eax
        call gate
        movw $64*8-1, 0x7f00
        movl $RAM, 0x7f02
        lidt 0x7f00
        ud2
        say 'U'
        movw $0xfff8, %ax
        movw %ax, %fs
        say 'G'
        # TSS at 0x7800, to ring 3 and back.
        movl $0x7000, 0x7804
        movl $16, 0x7808
        movw $0x28, %ax
        ltr %ax
        pushl $0x23
        pushl $0x6000
        pushfl
        pushl $0x1b
        pushl $user
        iret
user:   movl %cs, %eax
        cmpl $0x1b, %eax
        jne fail
        int $0x30
fail:   say '!'
        hlt
# A gate at edi to eax; edi goes on.
gate:   movw %ax, (%edi)
        movw $8, 2(%edi)
        movl %eax, 4(%edi)
        movw $0x8e00, 4(%edi)
        addl $8, %edi
        ret
other:  jmp fail
ud:     addl $2, (%esp)
        pushl %eax
        say 'u'
        popl %eax
        iret
gp:     cmpl $0xfff8, (%esp)
        jne fail
        addl $4, %esp
        addl $2, (%esp)
        pushl %eax
        say 'g'
        popl %eax
        iret
back:   cmpl $0x6000, 12(%esp)
        jne fail
        movw $16, %ax
        movw %ax, %ds
        movw %ax, %es
        say '3'
        # Long mode: 512 pages of 2 MiB, page tables from 0x10000 on.
        movl $0x10000, %edi
        xorl %eax, %eax
        movl $0x3000/4, %ecx
        rep stosl
        movl $0x11007, 0x10000
        movl $0x12007, 0x11000
        movl $0x13007, 0x11018
        movl $0x87, %eax
        movl $0x12000, %edi
        movl $256, %ecx
2:      movl %eax, (%edi)
        addl $0x200000, %eax
        addl $8, %edi
        loop 2b
        movl $0x13000, %edi
        movl $1024, %ecx
        xorl %eax, %eax
        rep stosl
        movl $0xffe00087, 0x13ff8
        movl $0x10000, %eax
        movl %eax, %cr3
        movl %cr4, %eax
        orl $0x620, %eax
        movl %eax, %cr4
        movl $0xc0000080, %ecx
        rdmsr
        orl $0x101, %eax
        wrmsr
        movl %cr0, %eax
        orl $0x80000000, %eax
        movl %eax, %cr0
        say 'C'
        ljmp $0x30, $long
        .code64
long:   xorl %eax, %eax
        movl %eax, %ss
        movl $0x7000, %esp
        say 'L'
        movl $0x20000, %edi
        movl $512, %ecx
        xorl %eax, %eax
        rep stosq
        movl $0x20000 + 14*16, %edi
        leaq pf(%rip), %rax
        call gate64
        movl $0x20000 + 0x30*16, %edi
        leaq int64(%rip), %rax
        call gate64
        movw $0xfff, 0x7f00
        movq $0x20000, 0x7f02
        lidt 0x7f00
        int $0x30
        say 'I'
        movl $0x50000000, %ebx
        movl (%rbx), %eax
        say 'F'
        # SYSCALL and SYSRET.
        movl $0xc0000081, %ecx
        xorl %eax, %eax
        movl $0x00280030, %edx
        wrmsr
        movl $0xc0000082, %ecx
        leaq entry(%rip), %rax
        movq %rax, %rdx
        shrq $32, %rdx
        wrmsr
        leaq user64(%rip), %rcx
        movl $2, %r11d
        sysretq
user64: movl %cs, %eax
        cmpl $0x3b, %eax
        jne fail64
        syscall
        jmp fail64
entry:  movl %cs, %eax
        cmpl $0x30, %eax
        jne fail64
        say 'Y'
        # Numbers.
        movl $7, %eax
        cvtsi2sd %eax, %xmm0
        movl $2, %ecx
        cvtsi2sd %ecx, %xmm1
        divsd %xmm1, %xmm0
        addsd %xmm0, %xmm0
        cvttsd2si %xmm0, %edx
        cmpl $7, %edx
        jne fail64
        fninit
        fld1
        fldpi
        faddp
        fistpl 0x7e00
        cmpl $4, 0x7e00
        jne fail64
        say 'X'
        lock cmpxchg16b 0x7d00
        movabsq $0x1122334455667788, %rax
        bswapq %rax
        cmpb $0x11, %al
        jne fail64
        say '\n'
        movl $1, %eax
        outl %eax, $0xf4
        hlt
fail64: say '!'
        hlt
gate64: movw %ax, (%rdi)
        movw $0x30, 2(%rdi)
        movl %eax, 4(%rdi)
        movw $0x8e00, 4(%rdi)
        shrq $32, %rax
        movl %eax, 8(%rdi)
        ret
pf:     movq %cr2, %rax
        cmpq %rbx, %rax
        jne fail64
        cmpq $0, (%rsp)
        jne fail64
        say 'f'
        addq $2, 8(%rsp)
        addq $8, %rsp
        iretq
int64:  say 'i'
        iretq
        .balign 16
gdt:    .quad 0
        .quad 0x00cf9a000000ffff
        .quad 0x00cf92000000ffff
        .quad 0x00cffa000000ffff
        .quad 0x00cff2000000ffff
        .quad 0x0000890078000067
        .quad 0x00af9a000000ffff
        .quad 0x00affa000000ffff
gdtr:   .word . - gdt - 1
        .long gdt
        .org 0xff0
        .code16
        jmp real
        .org 0x1000
