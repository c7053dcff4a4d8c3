/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * The demo: one program for every architecture. CPU 0 reads the devicetree, wakes the others one by one, each says what it
 * is and where it sits; then all of them count together, take a lock in turns, get a timer interrupt and compute. The exit
 * code is 0 if everything was as it has to be. Lines that begin with "speed:" depend on the host's clock, all others don't.
 */
#include "demo.h"
#include "arch.h"
#include "machine.h"

enum task { IDLE, INTRODUCE, COUNT, TIMER, COMPUTE };

enum { ADDITIONS = 1000, TIMER_NS = 200 * 1000, COMPUTE_ROUNDS = 2000 * 1000 };

/* What CPU 0 asks of each CPU; only `task` is written by others than its CPU. */
static struct {
    volatile u32 task;
    volatile u32 fired; /* timer interrupts taken */
    u32 result;
} job[MAX_CPUS];

static volatile u32 n_done;   /* CPUs that have done what they were asked */
static volatile u32 counter;  /* counted by atomic additions */
static volatile u32 lock;
static u32 guarded;           /* counted under the lock */
static volatile u32 n_early;  /* timers that fired before their time */
static u32 n_failed;

void console_put(char c)
{
    if (c == '\n')
        console_put('\r');
    while (!(peek8(UART + UART_LSR) & UART_LSR_THRE))
        ;
    poke8(UART + UART_THR, (u8)c);
}

void demo_trap(u32 cpu, u32 kind, word cause, word pc)
{
    switch (kind) {
    case TRAP_IPI:
        board_ipi(cpu, 0);
        arch_fence();
        break;
    case TRAP_TIMER:
        board_timer_off(cpu);
        job[cpu].fired++;
        break;
    default:
        print("\ncpu %u: unexpected trap, cause 0x%x at 0x%x\n", (word)cpu, cause, pc);
        board_exit(2);
    }
}

static void introduce(u32 cpu)
{
    const struct place *place = &machine.place[cpu];

    print("cpu %4u:", (word)cpu);
    for (int level = 0; level < LEVELS; level++)
        if (place->at[level] >= 0)
            print(" %s %u", level_name[level], (word)place->at[level]);
    if (place->node >= 0)
        print(", node %u", (word)place->node);
    print(" | ");
    arch_describe();
    print("\n");
}

static void count(void)
{
    for (int i = 0; i < ADDITIONS; i++) {
        arch_fetch_add(&counter, 1);
        while (arch_swap(&lock, 1))
            ;
        guarded++;
        arch_fence();
        arch_swap(&lock, 0);
    }
}

static void check_timer(u32 cpu)
{
    u64 before = board_time_ns(cpu);

    board_timer_in(cpu, TIMER_NS);
    while (!job[cpu].fired)
        arch_wait();
    if (board_time_ns(cpu) - before < TIMER_NS)
        arch_fetch_add(&n_early, 1);
}

/* Marsaglia's xorshift, 32 bits. */
static u32 compute(u32 rounds)
{
    u32 x = 2463534242u;
    for (u32 i = 0; i < rounds; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    return x;
}

static void perform(u32 cpu, u32 task)
{
    switch (task) {
    case INTRODUCE:
        introduce(cpu);
        break;
    case COUNT:
        count();
        break;
    case TIMER:
        check_timer(cpu);
        break;
    case COMPUTE:
        job[cpu].result = compute(COMPUTE_ROUNDS / machine.n_cpus);
        break;
    }
}

static void secondary(u32 cpu)
{
    for (;;) {
        u32 task = job[cpu].task;
        if (task == IDLE) {
            arch_wait();
            continue;
        }
        arch_fence();
        perform(cpu, task);
        job[cpu].task = IDLE;
        arch_fence();
        arch_fetch_add(&n_done, 1);
        board_ipi(0, 1);
    }
}

static void ask(u32 cpu, u32 task)
{
    job[cpu].task = task;
    arch_fence();
    board_ipi(cpu, 1);
}

static void wait_done(u32 n)
{
    while (n_done < n)
        arch_wait();
    n_done = 0;
    arch_fence();
}

/* All CPUs at once, this one too. */
static void together(u32 task)
{
    for (u32 cpu = 1; cpu <= machine.max_cpu; cpu++)
        if (machine.place[cpu].present)
            ask(cpu, task);
    perform(0, task);
    wait_done(machine.n_cpus - 1);
}

static void check(const char *what, u32 is, u32 must)
{
    print("%s: %u", what, (word)is);
    if (is != must) {
        print(", but must be %u", (word)must);
        n_failed++;
    }
    print("\n");
}

static void show_memory(void)
{
    for (u32 i = 0; i < machine.n_memory; i++) {
        const struct memory *m = &machine.memory[i];
        print("memory: 0x%X, %U KiB", m->base, m->size >> 10);
        if (m->node >= 0)
            print(", node %u", (word)m->node);
        print("\n");
    }
    if (!machine.distance[0][0])
        return;
    print("distance:");
    for (u32 to = 0; to < machine.n_nodes; to++)
        print(" %4u", (word)to);
    print("\n");
    for (u32 from = 0; from < machine.n_nodes; from++) {
        print("    %4u:", (word)from);
        for (u32 to = 0; to < machine.n_nodes; to++)
            print(" %4u", (word)machine.distance[from][to]);
        print("\n");
    }
}

static void show_speed(const char *who, u64 instructions, u64 ns)
{
    u64 us = divide(ns, 1000, 0);
    if (instructions)
        print("speed: %s did %U thousand instructions in %U us", who, divide(instructions, 1000, 0), us);
    else
        print("speed: %s took %U us", who, us);
    if (instructions && us)
        print(", %U MIPS", divide(instructions, us, 0));
    print("\n");
}

static void check_compute(void)
{
    u64 start_ns = board_time_ns(0), start = arch_instructions();
    u32 whole = compute(COMPUTE_ROUNDS);
    u64 instructions = arch_instructions() - start;

    show_speed("cpu 0", instructions, board_time_ns(0) - start_ns);
    check("xorshift", whole, 0xa052a428u);
    start_ns = board_time_ns(0);
    together(COMPUTE);
    show_speed("all CPUs", instructions, board_time_ns(0) - start_ns);
    u32 alike = 0;
    for (u32 cpu = 0; cpu <= machine.max_cpu; cpu++)
        alike += machine.place[cpu].present && job[cpu].result == job[0].result;
    check("same result on CPUs", alike, machine.n_cpus);
}

static void primary(const void *dtb)
{
    const char *wrong = machine_read(dtb);
    if (wrong) {
        print("demo: %s\n", wrong);
        board_exit(1);
        return;
    }
    print("Polyarch demo on " ARCH_NAME ": %u CPUs, %u NUMA nodes\n", (word)machine.n_cpus, (word)machine.n_nodes);
    show_memory();
    introduce(0);
    for (u32 cpu = 1; cpu <= machine.max_cpu; cpu++) {
        if (machine.place[cpu].present) {
            ask(cpu, INTRODUCE);
            wait_done(1);
        }
    }
    check("CPUs in cpu-map", machine.n_in_map, machine.n_cpus);
    together(COUNT);
    check("counted with atomic additions", counter, ADDITIONS * machine.n_cpus);
    check("counted under a spinlock", guarded, ADDITIONS * machine.n_cpus);
    together(TIMER);
    u32 fired = 0;
    for (u32 cpu = 0; cpu <= machine.max_cpu; cpu++)
        fired += job[cpu].fired;
    check("timer interrupts", fired, machine.n_cpus);
    check("timer interrupts before their time", n_early, 0);
    check_compute();
    print(n_failed ? "something is wrong\n" : "all is well\n");
    board_exit(n_failed ? 3 : 0);
}

void demo_main(u32 cpu, const void *dtb)
{
    board_timer_off(cpu);
    arch_init();
    if (cpu == 0)
        primary(dtb);
    else
        secondary(cpu);
}
