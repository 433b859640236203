/* SPDX-License-Identifier: MIT */
/* The reader: nodes match the text, numbers keep their spelling, equal keys are refused however
 * they are written, limits and a full arena are errors, parallel readers do not disturb each other.
 */
#include "shared/json/json_read.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define THREAD_COUNT 4
#define PARSES_PER_THREAD 2000

static struct cnop_arena *arena;
static const struct cnop_json *root;
static struct cnop_json_fault fault;

static void
setup(void)
{
    arena = cnop_arena_new(256 * 1024);
    root = NULL;
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
parse(const char *text)
{
    return cnop_json_parse(arena, cnop_str_from(text), NULL, &fault, &root);
}

static const struct cnop_json *
member(const char *key)
{
    const struct cnop_json *found = cnop_json_find(root, cnop_str_from(key));

    ck_assert_ptr_nonnull(found);
    return found;
}

START_TEST(order_body)
{
    ck_assert_int_eq(parse("{\"asset_id\":\"BTC\",\"quantity\":0.10,\"price\":\"67123.45\","
                           "\"post_only\":false,\"note\":null}"),
                     CNOP_OK);
    ck_assert_int_eq(root->kind, CNOP_JSON_OBJECT);
    ck_assert_uint_eq(root->child_count, 5);
    ck_assert_int_eq(member("asset_id")->kind, CNOP_JSON_STRING);
    ck_assert(cnop_str_equal(member("asset_id")->text, CNOP_STR("BTC")));
    ck_assert_int_eq(member("quantity")->kind, CNOP_JSON_NUMBER);
    ck_assert(cnop_str_equal(member("quantity")->text, CNOP_STR("0.10")));
    ck_assert_int_eq(member("post_only")->kind, CNOP_JSON_BOOL);
    ck_assert(!member("post_only")->boolean);
    ck_assert_int_eq(member("note")->kind, CNOP_JSON_NULL);
    ck_assert_ptr_null(cnop_json_find(root, CNOP_STR("absent")));
    ck_assert_ptr_null(cnop_json_find(root, CNOP_STR("asset")));
    ck_assert_ptr_null(cnop_json_find(member("note"), CNOP_STR("x")));
}
END_TEST

START_TEST(numbers_keep_their_source_text)
{
    static const char *const numbers[] = {
        "0",
        "-0",
        "1.50",
        "1e3",
        "1E+400",
        "-1e-400",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
        "9223372036854775808",
        "18446744073709551616",
    };

    for (size_t i = 0; i < CNOP_COUNT(numbers); i++) {
        char text[128];

        (void)snprintf(text, sizeof(text), "{\"7\":\"8\",\"n\":[9,{\"m\":%s}]}", numbers[i]);
        ck_assert_int_eq(parse(text), CNOP_OK);
        ck_assert(
            cnop_str_equal(member("n")->children[1].children[0].text, cnop_str_from(numbers[i])));
        ck_assert_int_eq(parse(numbers[i]), CNOP_OK);
        ck_assert(cnop_str_equal(root->text, cnop_str_from(numbers[i])));
    }
}
END_TEST

START_TEST(strings_are_unescaped)
{
    ck_assert_int_eq(parse("{\"k\\u0065y\":\"a\\n\\u00e9\\ud83d\\ude00\\/\\\"\"}"), CNOP_OK);
    ck_assert(cnop_str_equal(root->children[0].key, CNOP_STR("key")));
    ck_assert(cnop_str_equal(root->children[0].text, CNOP_STR("a\n\xC3\xA9\xF0\x9F\x98\x80/\"")));
}
END_TEST

START_TEST(order_of_members_and_items)
{
    ck_assert_int_eq(parse("{\"z\":1,\"a\":[true,null,[],{}],\"m\":3}"), CNOP_OK);
    ck_assert(cnop_str_equal(root->children[0].key, CNOP_STR("z")));
    ck_assert(cnop_str_equal(root->children[1].key, CNOP_STR("a")));
    ck_assert(cnop_str_equal(root->children[2].key, CNOP_STR("m")));
    ck_assert_uint_eq(root->children[1].child_count, 4);
    ck_assert(root->children[1].children[0].boolean);
    ck_assert_int_eq(root->children[1].children[1].kind, CNOP_JSON_NULL);
    ck_assert_int_eq(root->children[1].children[2].kind, CNOP_JSON_ARRAY);
    ck_assert_int_eq(root->children[1].children[3].kind, CNOP_JSON_OBJECT);
    ck_assert(cnop_str_empty(root->children[1].children[0].key));
}
END_TEST

START_TEST(scalars_at_the_top)
{
    ck_assert_int_eq(parse(" true "), CNOP_OK);
    ck_assert(root->kind == CNOP_JSON_BOOL && root->boolean);
    ck_assert_int_eq(parse("null"), CNOP_OK);
    ck_assert_int_eq(root->kind, CNOP_JSON_NULL);
    ck_assert_int_eq(parse("\"x\""), CNOP_OK);
    ck_assert_int_eq(root->kind, CNOP_JSON_STRING);
    ck_assert_int_eq(parse("-12"), CNOP_OK);
    ck_assert_int_eq(root->kind, CNOP_JSON_NUMBER);
}
END_TEST

START_TEST(equal_keys_are_refused)
{
    static const char *const rows[] = {
        "{\"a\":1,\"a\":2}",
        "{\"sub\":\"a\",\"su\\u0062\":\"admin\"}",
        "{\"x\":[{\"a\":1,\"b\":2,\"a\":3}]}",
        "{\"a\":{},\"a\":{\"b\":1}}",
        "{\"\":1,\"\":1}",
        "{\"a\":1,\"a\":1}",
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        ck_assert_msg(parse(rows[i]) == CNOP_E_MALFORMED_JSON, "%s", rows[i]);
        ck_assert_str_eq(fault.reason, "an object has the same key twice");
    }
    ck_assert_int_eq(parse("{\"a\":1,\"A\":2,\"b\":{\"a\":1}}"), CNOP_OK);
}
END_TEST

START_TEST(what_json_c_takes_and_we_do_not)
{
    static const char *const rows[] = {
        "{\"a\":NaN}", "{\"a\":-Infinity}", "{'a':1}", "[\"a\x01\"]", "[5.]",
        "[1,]",        "{\"a\\u0000b\":1}", "{} x",    "[\"\xFF\"]",  "",
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++)
        ck_assert_msg(parse(rows[i]) == CNOP_E_MALFORMED_JSON, "%s", rows[i]);
    ck_assert_ptr_null(root); /* never written */
    ck_assert_int_eq(cnop_json_parse(arena, CNOP_STR("{"), NULL, NULL, &root),
                     CNOP_E_MALFORMED_JSON);
}
END_TEST

START_TEST(limits_are_errors)
{
    struct cnop_json_limits limits = cnop_json_limits_default;

    limits.body_bytes = 4;
    ck_assert_int_eq(cnop_json_parse(arena, CNOP_STR("[12]"), &limits, &fault, &root), CNOP_OK);
    ck_assert_int_eq(cnop_json_parse(arena, CNOP_STR("[123]"), &limits, &fault, &root),
                     CNOP_E_BODY_TOO_LARGE);
    limits = cnop_json_limits_default;
    limits.depth = 32;
    ck_assert_int_eq(cnop_json_parse(arena,
                                     CNOP_STR("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]"
                                              "]]]]]]]]]]]]"),
                                     &limits, &fault, &root),
                     CNOP_OK);
}
END_TEST

START_TEST(sixty_four_keys_but_not_more)
{
    char text[1024] = "{";
    size_t len = 1;

    for (int i = 0; i < 65; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\"k%d\":%d", i > 0 ? "," : "", i,
                                i);
        if (i < 63)
            continue;
        text[len] = '}';
        text[len + 1] = '\0';
        ck_assert_int_eq(parse(text), i == 63 ? CNOP_OK : CNOP_E_MALFORMED_JSON);
    }
}
END_TEST

/* Every size of arena up to the one that is large enough: an error, never a half-read tree. */
START_TEST(full_arena_is_an_error_at_every_allocation)
{
    struct cnop_str text = CNOP_STR("{\"a\":[1,\"two\",{\"three\":3}],\"b\":\"four\"}");
    enum cnop_err err = CNOP_E_NO_MEMORY;

    for (size_t bytes = 16; err != CNOP_OK; bytes += 16) {
        struct cnop_arena *small = cnop_arena_new(bytes);

        root = NULL;
        err = cnop_json_parse(small, text, NULL, &fault, &root);
        ck_assert(err == CNOP_OK || err == CNOP_E_NO_MEMORY);
        ck_assert((root != NULL) == (err == CNOP_OK));
        cnop_arena_reset(small);
        cnop_arena_free(&small);
        ck_assert_uint_lt(bytes, 4096);
    }
}
END_TEST

static void *
parse_many(void *argument)
{
    struct cnop_arena *own = cnop_arena_new(16 * 1024);
    int *failed_count = argument;

    for (int i = 0; i < PARSES_PER_THREAD; i++) {
        const struct cnop_json *value = NULL;
        struct cnop_str text =
            i % 2 == 0 ? CNOP_STR("{\"a\":[1,2,3.5]}") : CNOP_STR("{\"a\":[1,2,");

        if (cnop_json_parse(own, text, NULL, NULL, &value) !=
            (i % 2 == 0 ? CNOP_OK : CNOP_E_MALFORMED_JSON))
            (*failed_count)++;
        cnop_arena_reset(own);
    }
    cnop_arena_free(&own);
    return NULL;
}

START_TEST(threads_have_parsers_of_their_own)
{
    pthread_t threads[THREAD_COUNT];
    int failed_counts[THREAD_COUNT] = {0};

    for (int i = 0; i < THREAD_COUNT; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, parse_many, &failed_counts[i]), 0);
    for (int i = 0; i < THREAD_COUNT; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_int_eq(failed_counts[i], 0);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, order_body);
    tcase_add_test(tests, numbers_keep_their_source_text);
    tcase_add_test(tests, strings_are_unescaped);
    tcase_add_test(tests, order_of_members_and_items);
    tcase_add_test(tests, scalars_at_the_top);
    tcase_add_test(tests, equal_keys_are_refused);
    tcase_add_test(tests, what_json_c_takes_and_we_do_not);
    tcase_add_test(tests, limits_are_errors);
    tcase_add_test(tests, sixty_four_keys_but_not_more);
    tcase_add_test(tests, full_arena_is_an_error_at_every_allocation);
    tcase_add_test(tests, threads_have_parsers_of_their_own);
}

UNIT_MAIN("json_read", add)
