/* SPDX-License-Identifier: MIT */
/* What a fuzz target provides: one function, and the name of its seed folder under corpus/. Linked
 * with libFuzzer in an --enable-fuzz build, with replay.c in `make check`. */
#ifndef CNOP_TESTS_FUZZ_FUZZ_H
#define CNOP_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

extern const char fuzz_corpus[];

/* Always 0; a broken property fails an assertion. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
