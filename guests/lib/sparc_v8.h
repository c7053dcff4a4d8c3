/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What lib/sparc_v8.S hands to C, and the registers of SPARC V8. */
#ifndef SPARC_V8_H
#define SPARC_V8_H

#include "types.h"

/* What a trap saved; changes take effect when sparc_trap returns. */
struct sparc_frame {
    u32 pc, npc, psr, tt, y, g[7];
};

void sparc_trap(struct sparc_frame *frame);

enum { PSR_ET = 1 << 5, PSR_PS = 1 << 6, PSR_S = 1 << 7, PSR_PIL = 15 << 8, PSR_EF = 1 << 12 };
enum { TT_INTERRUPT = 0x10, TT_TRAP = 0x80 };

#define RD(name) ({ u32 rd_; __asm__ volatile("rd %%" name ", %0" : "=r"(rd_)); rd_; })
#define WR(name, value) __asm__ volatile("wr %0, 0, %%" name "\n\tnop\n\tnop\n\tnop" ::"r"((u32)(value)) : "memory", "cc")

/* Loads and stores with an ASI, which may be a macro. */
#define ASI_LOAD(asi, address) ASI_LOAD_(asi, address)
#define ASI_STORE(asi, address, value) ASI_STORE_(asi, address, value)
#define ASI_LOAD_(asi, address) \
    ({ u32 lda_; __asm__ volatile("lda [%1] " #asi ", %0" : "=r"(lda_) : "r"((u32)(address)) : "memory"); lda_; })
#define ASI_STORE_(asi, address, value) \
    __asm__ volatile("sta %0, [%1] " #asi ::"r"((u32)(value)), "r"((u32)(address)) : "memory")

/* The processor's interrupt level: interrupts above it come, and 15 always. */
static inline void set_pil(u32 level) { WR("psr", (RD("psr") & ~(u32)PSR_PIL) | level << 8); }

#endif
