/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The functions that a freestanding compiler may call by itself. */
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n)
{
    unsigned char *d = to;
    const unsigned char *s = from;
    for (size_t i = 0; i < n; i++) {
        d[i] = s[i];
        __asm__ volatile("" ::: "memory"); /* or the loop becomes a call of memcpy */
    }
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    unsigned char *d = to;
    for (size_t i = 0; i < n; i++) {
        d[i] = (unsigned char)byte;
        __asm__ volatile("" ::: "memory");
    }
    return to;
}
