/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "../tricore/calls.c"
NO_OTHER_CORES
NO_INTERRUPTS
