/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Formatted output on the console. */
#ifndef PRINT_H
#define PRINT_H

#include "types.h"

/* Where characters go; each program or board has one. */
void console_put(char c);

/* Prints with %s, %c, %u (word), %x (word, hexadecimal), %U (u64), %X (u64, 16 digits). A number after % pads on the left
 * with blanks. */
void print(const char *format, ...);

/* Quotient and remainder; 32-bit machines have no instruction for it, and we link no compiler library. */
u64 divide(u64 n, u64 d, u64 *rest);

#endif
