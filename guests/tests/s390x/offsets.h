/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Real addresses of the prefix area (Principles of Operation, "Assigned Storage Locations"), and what we keep there. */
#ifndef OFFSETS_H
#define OFFSETS_H

#define LC_RESTART_OLD 0x120
#define LC_EXTERNAL_OLD 0x130
#define LC_SVC_OLD 0x140
#define LC_PROGRAM_OLD 0x150
#define LC_CHECK_OLD 0x160
#define LC_IO_OLD 0x170
#define LC_RESTART_NEW 0x1a0
#define LC_EXTERNAL_NEW 0x1b0
#define LC_SVC_NEW 0x1c0
#define LC_PROGRAM_NEW 0x1d0
#define LC_CHECK_NEW 0x1e0
#define LC_IO_NEW 0x1f0

/* Free for programs. */
#define LC_REGISTERS 0x400
#define LC_PSW 0x480
#define LC_STACK 0x490
#define LC_FUNCTION 0x498
#define LC_SCRATCH 0x4a0

#endif
