/* SPDX-License-Identifier: MIT */
/* Key sets: what loads, what is refused as a whole, and file modes. */
#include "shared/token/keyset.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/shared/token/forge.h"
#include "tests/unit/unit.h"

static struct cnop_keyset keys;
static char jwks_text[1024];
static struct cnop_buf jwks;
static char path[] = "/tmp/cnop-keyset-XXXXXX";

static void
setup(void)
{
    cnop_buf_init(&jwks, jwks_text, sizeof(jwks_text));
    forge_jwks(&jwks);
}

static void
teardown(void)
{
    cnop_keyset_clear(&keys);
}

static void
write_file(const char *text, mode_t mode)
{
    int fd;

    memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

START_TEST(loads_and_finds)
{
    ck_assert_int_eq(cnop_keyset_add_jwks(&keys, cnop_buf_view(&jwks)), CNOP_OK);
    ck_assert_uint_eq(keys.count, 1);
    ck_assert_ptr_nonnull(cnop_keyset_find(&keys, CNOP_STR("k1")));
    ck_assert_ptr_null(cnop_keyset_find(&keys, CNOP_STR("k")));
    ck_assert_ptr_null(cnop_keyset_find(&keys, CNOP_STR("")));
    ck_assert_int_eq(cnop_keyset_add_jwks(&keys, cnop_buf_view(&jwks)), CNOP_E_INVALID);
    ck_assert_str_eq(keys.reason, "two keys have the same kid");
}
END_TEST

/* Replaces the first `from` in the good JWKS by `to` and expects a refusal. */
static void
expect_refused(const char *from, const char *to)
{
    char changed[2048];
    char *at;

    jwks_text[jwks.len] = '\0';
    at = strstr(jwks_text, from);
    ck_assert_msg(at != NULL, "%s", from);
    snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - jwks_text), jwks_text, to,
             at + strlen(from));
    ck_assert_msg(cnop_keyset_add_jwks(&keys, cnop_str_from(changed)) == CNOP_E_INVALID, "%s",
                  changed);
    ck_assert_uint_eq(keys.count, 0);
    ck_assert(strlen(keys.reason) > 0);
}

START_TEST(refuses_broken_sets)
{
    expect_refused("\"EC\"", "\"RSA\"");
    expect_refused("\"EC\"", "\"oct\"");
    expect_refused("\"P-256\"", "\"P-384\"");
    expect_refused("\"ES256\"", "\"HS256\"");
    expect_refused("\"alg\":\"ES256\",", "");
    expect_refused("\"sig\"", "\"enc\"");
    expect_refused("\"k1\"", "\"../k1\"");
    expect_refused("\"k1\"", "\"\"");
    expect_refused("\"k1\"", "1");
    expect_refused("\"kid\":\"k1\",", "");
    expect_refused("\"x\":\"", "\"x\":\"A");
    expect_refused("\"y\":\"", "\"z\":\"");
    expect_refused("\"use\":\"sig\"", "\"use\":\"sig\",\"d\":\"AAAA\"");
    expect_refused("\"use\":\"sig\"", "\"use\":\"sig\",\"k\":\"AAAA\"");
    expect_refused("\"keys\"", "\"key\"");
    expect_refused("]}", "]");
    expect_refused("]}", "]}x");
}
END_TEST

/* Another kind of key beside ours is left alone (RFC 7517, 5). */
START_TEST(foreign_keys_are_ignored)
{
    static const char *const foreign[] = {
        ("{\"kty\":\"RSA\",\"kid\":\"r1\",\"alg\":\"RS256\",\"use\":\"sig\",\"n\":\"AQAB\","
         "\"e\":\"AQAB\",\"x5c\":[\"AQAB\"]}"),
        "{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"p1\",\"alg\":\"ES384\"}",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e1\",\"alg\":\"ES256\",\"use\":\"enc\"}",
    };
    char text[4096];

    jwks_text[jwks.len] = '\0';
    for (size_t i = 0; i < CNOP_COUNT(foreign); i++) {
        char *array = strchr(jwks_text, '[') + 1;

        snprintf(text, sizeof(text), "%.*s%s,%s", (int)(array - jwks_text), jwks_text, foreign[i],
                 array);
        cnop_keyset_clear(&keys);
        ck_assert_int_eq(cnop_keyset_add_jwks(&keys, cnop_str_from(text)), CNOP_OK);
        ck_assert_uint_eq(keys.count, 1);
        ck_assert_ptr_ne(cnop_keyset_find(&keys, CNOP_STR("k1")), NULL);
    }
}
END_TEST

START_TEST(refuses_a_point_off_the_curve)
{
    char *y;

    jwks_text[jwks.len] = '\0';
    y = strstr(jwks_text, "\"y\":\"") + 5;
    y[3] = y[3] == 'A' ? 'B' : 'A';
    ck_assert_int_eq(cnop_keyset_add_jwks(&keys, cnop_buf_view(&jwks)), CNOP_E_INVALID);
    ck_assert_str_eq(keys.reason, "x, y is not a point on P-256");
}
END_TEST

START_TEST(refuses_empty_sets)
{
    ck_assert_int_eq(cnop_keyset_add_jwks(&keys, CNOP_STR("")), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_keyset_add_jwks(&keys, CNOP_STR("{\"keys\":[]}")), CNOP_E_INVALID);
    ck_assert_str_eq(keys.reason, "no key");
}
END_TEST

START_TEST(public_file_must_not_be_writable_by_others)
{
    jwks_text[jwks.len] = '\0';
    write_file(jwks_text, 0644);
    ck_assert_int_eq(cnop_keyset_load_jwks(&keys, path), CNOP_OK);
    unlink(path);
    cnop_keyset_clear(&keys);
    write_file(jwks_text, 0664);
    ck_assert_int_eq(cnop_keyset_load_jwks(&keys, path), CNOP_E_INVALID);
    unlink(path);
    write_file(jwks_text, 0646);
    ck_assert_int_eq(cnop_keyset_load_jwks(&keys, path), CNOP_E_INVALID);
    unlink(path);
    ck_assert_int_eq(cnop_keyset_load_jwks(&keys, path), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(cnop_keyset_load_jwks(&keys, "/tmp"), CNOP_E_INVALID);
}
END_TEST

START_TEST(secret_file_is_private_and_long_enough)
{
    static const struct {
        const char *text;
        mode_t mode;
        enum cnop_err err;
    } rows[] = {
        {FORGE_SECRET "\n", 0600, CNOP_OK},
        {FORGE_SECRET, 0640, CNOP_OK},
        {FORGE_SECRET, 0644, CNOP_E_INVALID},
        {FORGE_SECRET, 0620, CNOP_E_INVALID},
        {"", 0600, CNOP_E_INVALID},
        {"\n", 0600, CNOP_E_INVALID},
        {"31 bytes are one byte too few..", 0600, CNOP_E_INVALID},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        write_file(rows[i].text, rows[i].mode);
        ck_assert_msg(cnop_keyset_load_hs256(&keys, CNOP_STR("h1"), path) == rows[i].err, "row %zu",
                      i);
        unlink(path);
        cnop_keyset_clear(&keys);
    }
}
END_TEST

START_TEST(holds_sixteen_keys)
{
    char kid[16];

    for (int i = 0; i < CNOP_KEYSET_MAX_KEYS; i++) {
        snprintf(kid, sizeof(kid), "h%d", i);
        ck_assert_int_eq(cnop_keyset_add_hs256(&keys, cnop_str_from(kid), CNOP_STR(FORGE_SECRET)),
                         CNOP_OK);
    }
    ck_assert_int_eq(cnop_keyset_add_hs256(&keys, CNOP_STR("more"), CNOP_STR(FORGE_SECRET)),
                     CNOP_E_INVALID);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, loads_and_finds);
    tcase_add_test(tests, refuses_broken_sets);
    tcase_add_test(tests, foreign_keys_are_ignored);
    tcase_add_test(tests, refuses_a_point_off_the_curve);
    tcase_add_test(tests, refuses_empty_sets);
    tcase_add_test(tests, public_file_must_not_be_writable_by_others);
    tcase_add_test(tests, secret_file_is_private_and_long_enough);
    tcase_add_test(tests, holds_sixteen_keys);
}

UNIT_MAIN("keyset", add)
