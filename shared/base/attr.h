/* SPDX-License-Identifier: MIT */
/* Compiler attributes, assertions and array sizes. No functions beyond the assertion's exit. */
#ifndef CNOP_BASE_ATTR_H
#define CNOP_BASE_ATTR_H

#include <stddef.h>

/* The caller must look at the result. */
#define cnop_must_check __attribute__((warn_unused_result))

/* printf-like: argument number of the format, and of the first value. */
#define cnop_printf(format_index, first_index)                                                     \
    __attribute__((format(printf, format_index, first_index)))

/* Calls fn(&variable) when the variable leaves scope; fn must accept a pointer to NULL. */
#define cnop_cleanup(fn) __attribute__((cleanup(fn)))

#define cnop_noreturn __attribute__((noreturn))
#define cnop_unused __attribute__((unused))

/* Built with AddressSanitizer, with ThreadSanitizer: gcc says so by a macro, clang by a feature. */
#if defined(__has_feature)
#define CNOP_HAS_FEATURE(name) __has_feature(name)
#else
#define CNOP_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || CNOP_HAS_FEATURE(address_sanitizer)
#define CNOP_ASAN 1
#else
#define CNOP_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || CNOP_HAS_FEATURE(thread_sanitizer)
#define CNOP_TSAN 1
#else
#define CNOP_TSAN 0
#endif

#define CNOP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Our own bug, not the user's: logs the expression and aborts. Stays on in production. */
#define cnop_assert(expression)                                                                    \
    do {                                                                                           \
        if (__builtin_expect(!(expression), 0))                                                    \
            cnop_assert_failed(#expression, __FILE__, __LINE__);                                   \
    } while (0)

cnop_noreturn void cnop_assert_failed(const char *expression, const char *file, int line);

#endif
