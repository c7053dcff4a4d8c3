/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Reads flattened devicetrees (Devicetree Specification v0.4, chapter 5), on machines of either byte order. */
#ifndef FDT_H
#define FDT_H

#include "types.h"

enum { FDT_DEPTH = 12 };

/* A walk through the tree, one token at a time. */
struct fdt_walk {
    const u8 *at;              /* next token */
    const u8 *end;             /* end of the structure block */
    const char *strings;       /* strings block */
    int depth;                 /* nodes that are open; the root is 1 */
    const char *path[FDT_DEPTH]; /* their names */
};

enum fdt_token { FDT_ERROR = -1, FDT_END, FDT_NODE, FDT_CLOSE, FDT_PROPERTY };

struct fdt_property {
    const char *name;
    const u8 *data;
    u32 len;
};

/* Size of the tree in bytes, 0 if there is none at `blob`. */
u32 fdt_size(const void *blob);
void fdt_start(struct fdt_walk *walk, const void *blob);
/* Goes one token on. After FDT_CLOSE the path still ends in the closed node's name at index `depth`. */
enum fdt_token fdt_next(struct fdt_walk *walk, struct fdt_property *property);

/* A big-endian number, wherever it lies. */
u32 be32(const u8 *p);
/* A number of `cells` cells; 2 at most count. */
u64 fdt_cells(const u8 *p, u32 cells);

int str_equal(const char *a, const char *b);
/* The rest of `s` if it begins with `prefix`, else 0. */
const char *str_after(const char *s, const char *prefix);
/* The number at the start of `s`; `hex` for a unit address. */
u32 str_number(const char *s, int hex);

#endif
