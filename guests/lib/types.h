/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Fixed-width integers, without a C library. */
#ifndef TYPES_H
#define TYPES_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed short i16;
typedef signed int i32;
typedef signed long long i64;
typedef unsigned long word; /* as wide as an address */

#endif
