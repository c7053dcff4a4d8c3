/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* As many CPUs as the board takes. */
#define CPUS 16
#include "llsc_smp.c"
