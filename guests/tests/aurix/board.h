/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Peripherals of the TC277. AURIX TC27x D-Step User's Manual, "Interrupt Router", "System Timer", "CPU Subsystem". */
#ifndef BOARD_H
#define BOARD_H

#include "rt.h"

enum { STM_TIM0 = 0x10, STM_TIM6 = 0x28, STM_CAP = 0x2c, STM_CMP0 = 0x30, STM_CMP1 = 0x34, STM_CMCON = 0x38, STM_ICR = 0x3c, STM_ISCR = 0x40 };
enum { SRC_STM0SR0 = 0x490, SRC_GPSR = 0x990, SRC_SRE = 1 << 10, SRC_TOS = 11, SRC_SRR = 1 << 24, SRC_CLRR = 1 << 25, SRC_SETR = 1 << 26 };
#define STM(n) (0xf0000000 + 0x100 * (n))
#define SRC 0xf0038000
#define CSFR(core, offset) (0xf8810000 + 0x20000 * (core) + (offset))
#define DBGSR 0xfd00
#define CORE_PC 0xfe08
/* The system control unit. */
enum { SCU_WDTS = 0xf00360f0, SCU_WDTCPU0 = 0xf0036100, SCU_TRAPSTAT = 0xf0036124, SCU_TRAPSET = 0xf0036128, SCU_TRAPCLR = 0xf003612c, SCU_TRAPDIS = 0xf0036130 };
enum { ESR0T = 1, ESR1T = 2, SMUT = 8 };
/* The LMU's RAM, which all cores see. */
#define LMU 0xb0000000

#endif
