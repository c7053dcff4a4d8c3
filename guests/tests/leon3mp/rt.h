/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A LEON3 system with several processors: what one with a single processor has, and more. */
#ifndef LEON3MP_RT_H
#define LEON3MP_RT_H

#include "../sparc/rt.h"

/* The interrupt controller's registers that each processor has, four bytes apart: mask, force. */
enum { IRQ_BROADCAST = 0x14, IRQ_FORCE_OF = 0x80 };

/* Where all processors but the first begin. */
void other_main(u32 cpu) __attribute__((noreturn));

/* The processor's number, by its configuration register. */
static inline u32 me(void) { return RD("asr17") >> 28; }

#endif
