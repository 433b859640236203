/* SPDX-License-Identifier: MIT */
/* Spreads the bits of a number over 64 bits, for hash tables and pseudo-random streams. No secret:
 * where clients choose the keys, use a keyed hash. */
#ifndef CNOP_BASE_MIX_H
#define CNOP_BASE_MIX_H

#include <stdint.h>

/* Bijective, full avalanche: the finalizer of splitmix64 (Steele, Lea, Flood: Fast Splittable
 * Pseudorandom Number Generators, 2014). */
static inline uint64_t
cnop_mix64(uint64_t value)
{
    value ^= value >> 30;
    value *= UINT64_C(0xbf58476d1ce4e5b9);
    value ^= value >> 27;
    value *= UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

#endif
