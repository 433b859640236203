/* SPDX-License-Identifier: MIT */
/* The keyring's text, rotation and file. */
#include "fcgi_services/auth/keyring.h"

#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

START_TEST(text_round_trip)
{
    struct keyring keyring;
    struct keyring again;
    struct cnop_buf buf;
    char memory[KEYRING_FILE_BYTES];

    ck_assert_int_eq(
        keyring_parse(CNOP_STR("current a1\nnext b-2\nprevious c_3\nrotated 17\n"), &keyring),
        CNOP_OK);
    ck_assert_str_eq(keyring.current, "a1");
    ck_assert_str_eq(keyring.next, "b-2");
    ck_assert_str_eq(keyring.previous, "c_3");
    ck_assert_int_eq(keyring.rotated_s, 17);
    cnop_buf_init(&buf, memory, sizeof(memory));
    keyring_format(&buf, &keyring);
    ck_assert_int_eq(keyring_parse(cnop_buf_view(&buf), &again), CNOP_OK);
    ck_assert_mem_eq(&keyring, &again, sizeof(keyring));
}
END_TEST

START_TEST(damaged_texts_are_refused)
{
    static const char *const texts[] = {
        "",
        "current a\n",
        "next a\n",
        "current\nnext b\n",
        "current a\ncurrent b\nnext c\n",
        "current ../../etc/passwd\nnext b\n",
        "current a b\nnext c\n",
        "current a\nnext b\nrotated soon\n",
        "current a\nnext b\nother c\n",
        "current aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nnext b\n",
    };
    struct keyring keyring;

    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert_msg(keyring_parse(cnop_str_from(texts[i]), &keyring) == CNOP_E_INVALID, "%s",
                      texts[i]);
}
END_TEST

START_TEST(rotation_moves_every_key_on)
{
    struct keyring keyring = {.current = "one", .next = "two", .previous = "zero"};
    struct keyring rotated = keyring_rotate(&keyring, "three", 99);

    ck_assert_str_eq(rotated.previous, "one");
    ck_assert_str_eq(rotated.current, "two");
    ck_assert_str_eq(rotated.next, "three");
    ck_assert_int_eq(rotated.rotated_s, 99);
}
END_TEST

START_TEST(file_is_replaced)
{
    char dir[] = "/tmp/cnop-keyring-XXXXXX";
    char path[64];
    struct keyring keyring = {.current = "one", .next = "two"};
    struct keyring loaded;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(keyring_load(dir, &loaded), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(keyring_store(dir, &keyring), CNOP_OK);
    keyring = keyring_rotate(&keyring, "three", 5);
    ck_assert_int_eq(keyring_store(dir, &keyring), CNOP_OK);
    ck_assert_int_eq(keyring_load(dir, &loaded), CNOP_OK);
    ck_assert_str_eq(loaded.current, "two");
    (void)snprintf(path, sizeof(path), "%s/" KEYRING_FILE_NAME, dir);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(dir), 0); /* nothing else was left behind */
    ck_assert_int_eq(keyring_store(dir, &keyring), CNOP_E_IO);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, text_round_trip);
    tcase_add_test(tests, damaged_texts_are_refused);
    tcase_add_test(tests, rotation_moves_every_key_on);
    tcase_add_test(tests, file_is_replaced);
}

UNIT_MAIN("keyring", add)
