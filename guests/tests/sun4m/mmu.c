/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The reference MMU as the LEON test has it, on a SuperSPARC. */
#include "../sparc/mmu.c"
