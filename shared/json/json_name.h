/* SPDX-License-Identifier: MIT */
/* Names of members as they stand in JSON text: whether two of them mean the same. Pure; for strings
 * that the scanner has accepted, and for the scanner itself. */
#ifndef CNOP_JSON_JSON_NAME_H
#define CNOP_JSON_JSON_NAME_H

#include "shared/base/str.h"

/* Value of the four hexadecimal digits that text begins with, -1 when it does not. */
int cnop_json_hex4(struct cnop_str text);

/* Compares what two strings (without their quotes) mean, whatever escapes they are written with. */
bool cnop_json_name_equal(struct cnop_str a, struct cnop_str b);

#endif
