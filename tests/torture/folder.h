/* SPDX-License-Identifier: MIT */
/* A folder of a test's own, flat, made and removed with it. */
#ifndef CNOP_TESTS_TORTURE_FOLDER_H
#define CNOP_TESTS_TORTURE_FOLDER_H

#include <stddef.h>

extern char torture_folder[32];

void torture_folder_make(void);
size_t torture_folder_count(void); /* of the files in it */
void torture_folder_empty(void);
void torture_folder_remove(void);

#endif
