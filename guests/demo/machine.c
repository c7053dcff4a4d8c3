/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "machine.h"
#include "fdt.h"

struct machine machine;
const char *const level_name[LEVELS] = {"socket", "die", "cluster", "core", "thread"};

/* CPU number of each phandle that a cpu node has, in the order of the nodes. */
static struct {
    u32 phandle, cpu;
} handle[MAX_CPUS];
static u32 n_handles;

/* What is collected of the node that is open. */
struct node {
    u64 reg[2]; /* address, size */
    u32 phandle;
    i32 numa;
    int is_cpu, is_memory, disabled;
};

static void note_node(i32 node)
{
    if (node >= 0 && node < MAX_NODES && (u32)node >= machine.n_nodes)
        machine.n_nodes = (u32)node + 1;
}

static const char *add_cpu(const struct node *n)
{
    if (n->reg[0] >= MAX_CPUS || n_handles == MAX_CPUS)
        return "a CPU number beyond the board's limit";
    u32 cpu = (u32)n->reg[0];
    machine.n_cpus++;
    if (cpu > machine.max_cpu)
        machine.max_cpu = cpu;
    machine.place[cpu].present = 1;
    machine.place[cpu].node = (i16)n->numa;
    for (int level = 0; level < LEVELS; level++)
        machine.place[cpu].at[level] = -1;
    handle[n_handles].phandle = n->phandle;
    handle[n_handles++].cpu = cpu;
    note_node(n->numa);
    return 0;
}

static void add_memory(const struct node *n)
{
    if (machine.n_memory < MAX_MEMORY)
        machine.memory[machine.n_memory++] = (struct memory){n->reg[0], n->reg[1], n->numa};
    note_node(n->numa);
}

/* The CPU with a phandle; the map usually lists them in the order of the nodes. */
static i32 cpu_of(u32 phandle)
{
    static u32 last;
    for (u32 i = 0; i < n_handles; i++) {
        u32 at = last + 1 + i < n_handles ? last + 1 + i : last + 1 + i - n_handles;
        if (at < n_handles && handle[at].phandle == phandle) {
            last = at;
            return (i32)handle[at].cpu;
        }
    }
    return -1;
}

/* A `cpu` property of cpu-map: the names of the open nodes say where that CPU sits. */
static const char *place_cpu(const struct fdt_walk *walk, u32 phandle)
{
    i32 cpu = cpu_of(phandle);
    if (cpu < 0)
        return "cpu-map names a CPU that is not there";
    struct place *place = &machine.place[cpu];
    int clusters = 0;
    for (int i = 3; i < walk->depth; i++) {
        const char *name = walk->path[i], *rest;
        if ((rest = str_after(name, "socket")))
            place->at[SOCKET] = (i16)str_number(rest, 0);
        else if ((rest = str_after(name, "cluster")))
            place->at[clusters++ ? CLUSTER : DIE] = (i16)str_number(rest, 0);
        else if ((rest = str_after(name, "core")))
            place->at[CORE] = (i16)str_number(rest, 0);
        else if ((rest = str_after(name, "thread")))
            place->at[THREAD] = (i16)str_number(rest, 0);
    }
    machine.n_in_map++;
    return 0;
}

static void read_distances(const struct fdt_property *p)
{
    for (u32 i = 0; i + 12 <= p->len; i += 12) {
        u32 from = be32(p->data + i), to = be32(p->data + i + 4);
        if (from < MAX_NODES && to < MAX_NODES) {
            machine.distance[from][to] = (u8)be32(p->data + i + 8);
            note_node((i32)from);
            note_node((i32)to);
        }
    }
}

static void read_property(struct node *n, const struct fdt_property *p, u32 address_cells, u32 size_cells)
{
    if (str_equal(p->name, "device_type")) {
        n->is_cpu = str_equal((const char *)p->data, "cpu");
        n->is_memory = str_equal((const char *)p->data, "memory");
    } else if (str_equal(p->name, "reg") && p->len >= 4 * (address_cells + size_cells)) {
        n->reg[0] = fdt_cells(p->data, address_cells);
        n->reg[1] = fdt_cells(p->data + 4 * address_cells, size_cells);
    } else if (str_equal(p->name, "phandle")) {
        n->phandle = be32(p->data);
    } else if (str_equal(p->name, "numa-node-id")) {
        n->numa = (i32)be32(p->data);
    } else if (str_equal(p->name, "status")) {
        n->disabled = !str_after((const char *)p->data, "ok");
    }
}

enum pass { NODES, MAP };

static const char *pass_over(const void *dtb, enum pass pass)
{
    static const struct node empty = {.numa = -1};
    u32 address_cells[FDT_DEPTH + 1], size_cells[FDT_DEPTH + 1];
    struct fdt_walk walk;
    struct fdt_property p;
    struct node node[FDT_DEPTH + 1];
    const char *wrong = 0;

    fdt_start(&walk, dtb);
    while (!wrong) {
        enum fdt_token token = fdt_next(&walk, &p);
        if (token == FDT_END)
            return 0;
        if (token == FDT_ERROR)
            return "the devicetree is damaged";
        int in_map = walk.depth >= 3 && str_equal(walk.path[1], "cpus") && str_equal(walk.path[2], "cpu-map");
        if (token == FDT_NODE) {
            address_cells[walk.depth] = 2;
            size_cells[walk.depth] = 1;
            node[walk.depth] = empty;
        } else if (token == FDT_PROPERTY && pass == MAP) {
            if (in_map && str_equal(p.name, "cpu"))
                wrong = place_cpu(&walk, be32(p.data));
            else if (str_equal(p.name, "distance-matrix"))
                read_distances(&p);
        } else if (token == FDT_PROPERTY) {
            if (str_equal(p.name, "#address-cells"))
                address_cells[walk.depth] = be32(p.data);
            else if (str_equal(p.name, "#size-cells"))
                size_cells[walk.depth] = be32(p.data);
            else if (walk.depth > 1)
                read_property(&node[walk.depth], &p, address_cells[walk.depth - 1], size_cells[walk.depth - 1]);
        } else if (token == FDT_CLOSE && pass == NODES) {
            const struct node *closed = &node[walk.depth + 1];
            if (closed->is_cpu && !closed->disabled)
                wrong = add_cpu(closed);
            else if (closed->is_memory && !closed->disabled)
                add_memory(closed);
        }
    }
    return wrong;
}

const char *machine_read(const void *dtb)
{
    if (!fdt_size(dtb))
        return "there is no devicetree";
    const char *wrong = pass_over(dtb, NODES);
    if (!wrong)
        wrong = pass_over(dtb, MAP);
    return wrong ? wrong : machine.n_cpus && machine.place[0].present ? 0 : "the devicetree has no CPU 0";
}
