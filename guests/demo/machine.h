/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What the devicetree says of the machine. */
#ifndef MACHINE_H
#define MACHINE_H

#include "board.h"

/* Levels of /cpus/cpu-map, outermost first. Clusters are dies; clusters in clusters are what the machine calls clusters. */
enum level { SOCKET, DIE, CLUSTER, CORE, THREAD, LEVELS };

struct place {
    i16 at[LEVELS]; /* number within the level above; -1 where the map has no such level */
    i16 node;       /* NUMA node; -1 without */
    u8 present;     /* the tree has this CPU */
};

enum { MAX_MEMORY = 128, MAX_NODES = 128 };

struct memory {
    u64 base, size;
    i32 node;
};

struct machine {
    u32 n_cpus;             /* CPUs in the tree */
    u32 max_cpu;            /* highest number of one */
    u32 n_memory;
    u32 n_nodes;            /* nodes that CPUs, memory or distances name: highest number + 1 */
    u32 n_in_map;           /* CPUs that cpu-map places */
    struct place place[MAX_CPUS]; /* by CPU number */
    struct memory memory[MAX_MEMORY];
    u8 distance[MAX_NODES][MAX_NODES];
};

extern struct machine machine;
extern const char *const level_name[LEVELS];

/* Reads the tree into `machine`; the text says what is wrong with it, 0 if nothing is. */
const char *machine_read(const void *dtb);

#endif
