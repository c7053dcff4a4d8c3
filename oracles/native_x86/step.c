/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Runs single instructions on the host's CPU.
 *
 * Reads records from standard input and writes records to standard output; struct record says what is in them. A child process
 * executes the instruction: its registers are set by ptrace, and it is stepped once. Code and data lie in memory that both share, at
 * the addresses that the cases use. 32-bit code runs in a compatibility-mode segment of the same child. */
#define _GNU_SOURCE
#include <elf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BASE = 0x10000, LENGTH = 0x20000, XSAVE = 832, WINDOW = 512 };

struct record {
    uint32_t bits, code_len;
    uint8_t code[16];
    uint64_t pc, window_at;
    uint64_t gpr[16]; /* rax rcx rdx rbx rsp rbp rsi rdi r8.. */
    uint64_t rflags, rip;
    uint32_t signal, si_code;
    uint8_t xsave[XSAVE]; /* the standard form: legacy area, header, upper halves */
    uint8_t window[WINDOW];
};

static void die(const char *what) {
    perror(what);
    exit(2);
}

static pid_t start(void) {
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    return child;
}

static void to_user(struct user_regs_struct *u, const struct record *r) {
    const uint64_t *g = r->gpr;
    u->rax = g[0], u->rcx = g[1], u->rdx = g[2], u->rbx = g[3], u->rsp = g[4], u->rbp = g[5], u->rsi = g[6], u->rdi = g[7];
    u->r8 = g[8], u->r9 = g[9], u->r10 = g[10], u->r11 = g[11], u->r12 = g[12], u->r13 = g[13], u->r14 = g[14], u->r15 = g[15];
    u->rip = r->pc, u->eflags = r->rflags, u->orig_rax = -1;
    u->cs = r->bits == 32 ? 0x23 : 0x33;
    u->ss = u->ds = u->es = 0x2b;
}

static void from_user(struct record *r, const struct user_regs_struct *u) {
    uint64_t g[16] = {u->rax, u->rcx, u->rdx, u->rbx, u->rsp, u->rbp, u->rsi, u->rdi,
                      u->r8,  u->r9,  u->r10, u->r11, u->r12, u->r13, u->r14, u->r15};
    memcpy(r->gpr, g, sizeof g);
    r->rip = u->rip, r->rflags = u->eflags;
}

int main(void) {
    uint8_t *memory = mmap((void *)BASE, LENGTH, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (memory == MAP_FAILED)
        die("mmap");
    pid_t child = start();
    struct user_regs_struct regs;
    static struct record r;
    static uint8_t area[4096];
    while (fread(&r, sizeof r, 1, stdin) == 1) {
        if (ptrace(PTRACE_GETREGS, child, 0, &regs))
            die("getregs");
        memcpy((void *)r.pc, r.code, r.code_len);
        memset((void *)(r.pc + r.code_len), 0x90, 4);
        memcpy((void *)r.window_at, r.window, WINDOW);
        struct iovec io = {area, sizeof area};
        if (ptrace(PTRACE_GETREGSET, child, NT_X86_XSTATE, &io))
            die("getregset");
        /* What the kernel keeps in the area's reserved bytes stays. */
        memcpy(area, r.xsave, 464);
        memcpy(area + 512, r.xsave + 512, 64);
        memcpy(area + 576, r.xsave + 576, 256);
        if (ptrace(PTRACE_SETREGSET, child, NT_X86_XSTATE, &io))
            die("setregset");
        to_user(&regs, &r);
        if (ptrace(PTRACE_SETREGS, child, 0, &regs))
            die("setregs");
        if (ptrace(PTRACE_SINGLESTEP, child, 0, 0))
            die("step");
        int status;
        waitpid(child, &status, 0);
        if (!WIFSTOPPED(status)) {
            fprintf(stderr, "the child is gone\n");
            return 2;
        }
        siginfo_t info;
        memset(&info, 0, sizeof info);
        ptrace(PTRACE_GETSIGINFO, child, 0, &info);
        r.signal = WSTOPSIG(status), r.si_code = info.si_code;
        ptrace(PTRACE_GETREGS, child, 0, &regs);
        from_user(&r, &regs);
        io.iov_len = sizeof area;
        ptrace(PTRACE_GETREGSET, child, NT_X86_XSTATE, &io);
        memcpy(r.xsave, area, XSAVE);
        memcpy(r.window, (void *)r.window_at, WINDOW);
        fwrite(&r, sizeof r, 1, stdout);
        fflush(stdout);
    }
    kill(child, SIGKILL);
    return 0;
}
