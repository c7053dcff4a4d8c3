/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* In place of firmware: CPUs begin at 0x100, kernels are at 4 MiB. Register 3, the devicetree, stays. */
    .section .text.start, "ax"
    .org 0x100
    lis 4, 0x40
    mtctr 4
    bctr
