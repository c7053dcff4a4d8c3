/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "print.h"
#include <stdarg.h>

u64 divide(u64 n, u64 d, u64 *rest)
{
    u64 q = 0, r = 0;

    if (sizeof(word) == 8 || (n >> 32 == 0 && d >> 32 == 0)) {
        q = (word)n / (word)d;
        r = (word)n % (word)d;
    } else {
        for (int bit = 63; bit >= 0; bit--) {
            r = r << 1 | (n >> bit & 1);
            q <<= 1;
            if (r >= d) {
                r -= d;
                q |= 1;
            }
        }
    }
    if (rest)
        *rest = r;
    return q;
}

static void put_number(u64 n, u32 base, int width, char fill)
{
    char digits[20];
    int len = 0;

    do {
        u64 digit;
        if (base == 16) {
            digit = n & 15;
            n >>= 4;
        } else {
            n = divide(n, base, &digit);
        }
        digits[len++] = "0123456789abcdef"[digit];
    } while (n);
    for (; width > len; width--)
        console_put(fill);
    while (len)
        console_put(digits[--len]);
}

void print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (const char *p = format; *p; p++) {
        if (*p != '%') {
            console_put(*p);
            continue;
        }
        int width = 0;
        for (p++; *p >= '0' && *p <= '9'; p++)
            width = width * 10 + (*p - '0');
        switch (*p) {
        case 'c':
            console_put((char)va_arg(args, int));
            break;
        case 's':
            for (const char *s = va_arg(args, const char *); *s; s++)
                console_put(*s);
            break;
        case 'u':
            put_number(va_arg(args, word), 10, width, ' ');
            break;
        case 'x':
            put_number(va_arg(args, word), 16, width, ' ');
            break;
        case 'U':
            put_number(va_arg(args, u64), 10, width, ' ');
            break;
        case 'X':
            put_number(va_arg(args, u64), 16, 16, '0');
            break;
        default:
            console_put(*p);
        }
    }
    va_end(args);
}
