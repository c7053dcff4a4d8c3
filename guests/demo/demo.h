/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What start.S of an architecture and the common part have to do with each other. */
#ifndef DEMO_H
#define DEMO_H

#include "types.h"

/* Kinds of traps that start.S tells apart. */
enum trap { TRAP_IPI, TRAP_TIMER, TRAP_OTHER };

/* Each CPU comes here on its own stack, interrupts off: its number, and the devicetree's address. */
void demo_main(u32 cpu, const void *dtb);

/* The trap vector comes here: `cause` and `pc` are only shown, when the demo expected no such trap. */
void demo_trap(u32 cpu, u32 kind, word cause, word pc);

#endif
