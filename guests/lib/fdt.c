/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "fdt.h"

enum { MAGIC = 0xd00dfeed, BEGIN_NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

u32 be32(const u8 *p)
{
    return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

u64 fdt_cells(const u8 *p, u32 cells)
{
    u64 n = 0;
    for (u32 i = 0; i < cells; i++)
        n = n << 32 | be32(p + 4 * i);
    return n;
}

u32 fdt_size(const void *blob)
{
    return blob && be32(blob) == (u32)MAGIC ? be32((const u8 *)blob + 4) : 0;
}

void fdt_start(struct fdt_walk *walk, const void *blob)
{
    const u8 *header = blob;
    walk->at = header + be32(header + 8);
    walk->strings = (const char *)header + be32(header + 12);
    walk->end = walk->at + be32(header + 36);
    walk->depth = 0;
}

enum fdt_token fdt_next(struct fdt_walk *walk, struct fdt_property *property)
{
    while (walk->at + 4 <= walk->end) {
        u32 token = be32(walk->at);
        walk->at += 4;
        switch (token) {
        case BEGIN_NODE: {
            const u8 *name = walk->at;
            while (walk->at < walk->end && *walk->at)
                walk->at++;
            walk->at += 4 - (walk->at - name) % 4;
            if (walk->depth == FDT_DEPTH)
                return FDT_ERROR;
            walk->path[walk->depth++] = (const char *)name;
            return FDT_NODE;
        }
        case END_NODE:
            if (walk->depth == 0)
                return FDT_ERROR;
            walk->depth--;
            return FDT_CLOSE;
        case PROP:
            property->len = be32(walk->at);
            property->name = walk->strings + be32(walk->at + 4);
            property->data = walk->at + 8;
            walk->at += 8 + (property->len + 3) / 4 * 4;
            return FDT_PROPERTY;
        case NOP:
            break;
        case END:
            return FDT_END;
        default:
            return FDT_ERROR;
        }
    }
    return FDT_ERROR;
}

int str_equal(const char *a, const char *b)
{
    const char *rest = str_after(a, b);
    return rest && !*rest;
}

const char *str_after(const char *s, const char *prefix)
{
    for (; *prefix; s++, prefix++)
        if (*s != *prefix)
            return 0;
    return s;
}

u32 str_number(const char *s, int hex)
{
    u32 n = 0;
    for (;; s++) {
        if (*s >= '0' && *s <= '9')
            n = n * (hex ? 16 : 10) + (u32)(*s - '0');
        else if (hex && *s >= 'a' && *s <= 'f')
            n = n * 16 + (u32)(*s - 'a' + 10);
        else
            return n;
    }
}
