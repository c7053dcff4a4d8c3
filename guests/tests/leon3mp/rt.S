/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Start on a LEON3 system with several processors. */
#define PROCESSORS 16
#include "../sparc/rt.S"
    .section .note.GNU-stack, "", @progbits
