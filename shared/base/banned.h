/* SPDX-License-Identifier: MIT */
/* Calls this code base refuses, as compile errors. Included before every translation unit by the
 * build; the C headers come first so that only our own uses trip. tidy.py checks the rest. */
#ifndef CNOP_BASE_BANNED_H
#define CNOP_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CNOP_BANNED(name) cnop_banned_call_##name

#undef strcpy
#define strcpy(...) CNOP_BANNED(strcpy)
#undef strcat
#define strcat(...) CNOP_BANNED(strcat)
#undef strncpy
#define strncpy(...) CNOP_BANNED(strncpy)
#undef strncat
#define strncat(...) CNOP_BANNED(strncat)
#undef sprintf
#define sprintf(...) CNOP_BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) CNOP_BANNED(vsprintf)
#undef strtok
#define strtok(...) CNOP_BANNED(strtok)
#undef atoi
#define atoi(...) CNOP_BANNED(atoi)
#undef atol
#define atol(...) CNOP_BANNED(atol)
#undef atof
#define atof(...) CNOP_BANNED(atof)
#undef gmtime
#define gmtime(...) CNOP_BANNED(gmtime)
#undef localtime
#define localtime(...) CNOP_BANNED(localtime)
#undef ctime
#define ctime(...) CNOP_BANNED(ctime)
#undef rand
#define rand(...) CNOP_BANNED(rand)

#endif
