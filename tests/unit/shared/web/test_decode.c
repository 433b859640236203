/* SPDX-License-Identifier: MIT */
/* Field tables over bodies, queries and arrays. Also covers shared/web/decode_value.c. */
#include "shared/web/decode.h"

#include "shared/base/money.h"
#include "tests/unit/shared/web/fixture.h"

struct form {
    struct cnop_str name;
    unsigned side;
    cnop_cash cash;
    cnop_cash cents;
    uint64_t number;
    cnop_qty qty;
    cnop_price price;
    uint64_t count;
    bool flag;
    int32_t day;
    int64_t time_us;
};

static const char *const sides[] = {"buy", "sell", NULL};

static const struct cnop_field fields[] = {
    CNOP_FIELD(struct form, name, CNOP_K_STR, CNOP_RANGE(2, 4), CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct form, side, CNOP_K_ENUM, sides, CNOP_OPTIONAL),
    CNOP_FIELD(struct form, cash, CNOP_K_CASH, CNOP_RANGE(CNOP_E8, 10 * CNOP_E8), CNOP_OPTIONAL),
    CNOP_FIELD(struct form, cents, CNOP_K_CASH, CNOP_DECIMALS(CNOP_E8 / 100, CNOP_E8, 2),
               CNOP_OPTIONAL),
    CNOP_FIELD(struct form, number, CNOP_K_U64, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct form, qty, CNOP_K_QTY, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct form, price, CNOP_K_PRICE, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct form, count, CNOP_K_U64, CNOP_RANGE(1, 50), CNOP_OPTIONAL),
    CNOP_FIELD(struct form, flag, CNOP_K_BOOL, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct form, day, CNOP_K_DATE, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct form, time_us, "time", CNOP_K_TIME, CNOP_ANY, CNOP_OPTIONAL),
};

static struct form form;

static enum cnop_err
decode(const char *body)
{
    fixture_request->json = NULL;
    fixture_request->fault_count = 0;
    fixture_request->body = cnop_str_from(body);
    form = (struct form){.count = 99};
    return cnop_request_decode(fixture_request, fields, CNOP_COUNT(fields), &form);
}

START_TEST(every_kind)
{
    ck_assert_int_eq(decode("{\"name\":\" \\u00e4bc \",\"side\":\"sell\",\"cash\":\"2.5\",\"qty\":"
                            "0.00000001,\"price\":\"3\",\"count\":\"7\",\"flag\":true,\"day\":"
                            "\"1970-01-02\",\"time\":\"1970-01-01T00:00:01Z\",\"more\":null}"),
                     CNOP_OK);
    ck_assert(cnop_str_equal(form.name, CNOP_STR("\xc3\xa4"
                                                 "bc")));
    ck_assert_uint_eq(form.side, 1);
    ck_assert_int_eq(form.cash.e8, 250000000);
    ck_assert_int_eq(form.qty.e8, 1);
    ck_assert_int_eq(form.price.e10, 3 * CNOP_E10);
    ck_assert_uint_eq(form.count, 7);
    ck_assert(form.flag);
    ck_assert_int_eq(form.day, 1);
    ck_assert_int_eq(form.time_us, 1000000);
}
END_TEST

START_TEST(absent_and_null_leave_the_value)
{
    ck_assert_int_eq(decode("{\"count\":null}"), CNOP_OK);
    ck_assert_uint_eq(form.count, 99);
    ck_assert(!cnop_request_has_member(fixture_request, "count"));
    ck_assert_int_eq(decode("{\"count\":3}"), CNOP_OK);
    ck_assert(cnop_request_has_member(fixture_request, "count"));
}
END_TEST

/* A number may be spelt as any JSON writer does; a string is plain. */
START_TEST(numbers_in_any_spelling)
{
    ck_assert_int_eq(decode("{\"cash\":2.5e0,\"qty\":1E-8,\"price\":8.4676e-06}"), CNOP_OK);
    ck_assert_int_eq(form.cash.e8, 250000000);
    ck_assert_int_eq(form.qty.e8, 1);
    ck_assert_int_eq(form.price.e10, 84676);
    ck_assert_int_eq(decode("{\"cash\":0.25E+1,\"qty\":1.000000000000,\"price\":300e-2}"), CNOP_OK);
    ck_assert_int_eq(form.cash.e8, 250000000);
    ck_assert_int_eq(form.qty.e8, CNOP_E8);
    ck_assert_int_eq(form.price.e10, 3 * CNOP_E10);
    ck_assert_int_eq(decode("{\"price\":\"8.4676e-06\"}"), CNOP_E_AMOUNT_INVALID);
    ck_assert_int_eq(decode("{\"qty\":\"1.000000000000\"}"), CNOP_E_AMOUNT_PRECISION);
}
END_TEST

START_TEST(a_number_beyond_all_is_left_to_the_handler)
{
    ck_assert_int_eq(decode("{\"number\":18446744073709551616}"), CNOP_OK);
    ck_assert_uint_eq(form.number, UINT64_MAX);
}
END_TEST

static const struct {
    const char *body;
    enum cnop_err err;
    const char *type;
} refusals[] = {
    {"{\"name\":\"a\"}", CNOP_E_INVALID, "string_too_short"},
    {"{\"name\":\"  a  \"}", CNOP_E_INVALID, "string_too_short"},
    {"{\"name\":\"abcde\"}", CNOP_E_INVALID, "string_too_long"},
    {"{\"name\":12}", CNOP_E_INVALID, "string_type"},
    {"{\"side\":\"BUY\"}", CNOP_E_INVALID, "enum"},
    {"{\"side\":0}", CNOP_E_INVALID, "enum"},
    {"{\"cash\":\"0.99\"}", CNOP_E_AMOUNT_TOO_SMALL, "greater_than_equal"},
    {"{\"cash\":\"0\"}", CNOP_E_AMOUNT_INVALID, "greater_than"},
    {"{\"cash\":-1}", CNOP_E_AMOUNT_INVALID, "greater_than"},
    {"{\"cash\":\"10.01\"}", CNOP_E_AMOUNT_TOO_LARGE, "less_than_equal"},
    {"{\"cash\":\"9999999999999\"}", CNOP_E_AMOUNT_TOO_LARGE, "less_than_equal"},
    {"{\"cash\":\"1.123456789\"}", CNOP_E_AMOUNT_PRECISION, "decimal_max_places"},
    {"{\"cents\":0.30000000000000004}", CNOP_E_AMOUNT_PRECISION, "decimal_max_places"},
    {"{\"cents\":\"0.305\"}", CNOP_E_AMOUNT_PRECISION, "decimal_max_places"},
    {"{\"cents\":\"0.001\"}", CNOP_E_AMOUNT_PRECISION, "decimal_max_places"},
    {"{\"cash\":\"-x\"}", CNOP_E_AMOUNT_INVALID, "decimal_parsing"},
    {"{\"number\":-1}", CNOP_E_INVALID, "greater_than_equal"},
    {"{\"cash\":\"1e1\"}", CNOP_E_AMOUNT_INVALID, "decimal_parsing"},
    {"{\"cash\":1e-9}", CNOP_E_AMOUNT_PRECISION, "decimal_max_places"},
    {"{\"cash\":1e12}", CNOP_E_AMOUNT_TOO_LARGE, "less_than_equal"},
    {"{\"cash\":0e99999999999999999999}", CNOP_E_AMOUNT_INVALID, "greater_than"},
    {"{\"cash\":-1e0}", CNOP_E_AMOUNT_INVALID, "greater_than"},
    {"{\"cash\":\"\"}", CNOP_E_AMOUNT_INVALID, "decimal_parsing"},
    {"{\"cash\":true}", CNOP_E_AMOUNT_INVALID, "decimal_type"},
    {"{\"cash\":[1]}", CNOP_E_AMOUNT_INVALID, "decimal_type"},
    {"{\"count\":0}", CNOP_E_INVALID, "int_range"},
    {"{\"count\":51}", CNOP_E_INVALID, "int_range"},
    {"{\"count\":-1}", CNOP_E_INVALID, "int_range"},
    {"{\"count\":1.0}", CNOP_E_INVALID, "int_parsing"},
    {"{\"count\":\"\"}", CNOP_E_INVALID, "int_parsing"},
    {"{\"count\":{}}", CNOP_E_INVALID, "int_type"},
    {"{\"flag\":\"true\"}", CNOP_E_INVALID, "bool_type"},
    {"{\"day\":\"2026-02-30\"}", CNOP_E_INVALID, "date_parsing"},
    {"{\"time\":\"yesterday\"}", CNOP_E_INVALID, "datetime_parsing"},
};

START_TEST(refused)
{
    ck_assert_int_eq(decode(refusals[_i].body), refusals[_i].err);
    ck_assert_uint_eq(fixture_request->fault_count, 1);
    ck_assert_str_eq(fixture_request->faults[0].type, refusals[_i].type);
}
END_TEST

/* A refusal is of use only when it names the rule of this field. */
START_TEST(refusals_say_the_rule)
{
    static const struct {
        const char *body;
        const char *message;
    } rows[] = {
        {"{\"cents\":0.30000000000000004}", "must have at most 2 decimal places"},
        {"{\"cents\":\"0.305\"}", "must have at most 2 decimal places"},
        {"{\"cents\":\"0\"}", "must be greater than 0"},
        {"{\"cents\":\"1.01\"}", "must be less than or equal to 1"},
        {"{\"qty\":\"1.123456789\"}", "must have at most 8 decimal places"},
        {"{\"price\":\"1.12345678901\"}", "must have at most 10 decimal places"},
        {"{\"count\":51}", "must be an integer between 1 and 50"},
        {"{\"number\":-1}", "must be an integer of at least 0"},
        {"{\"day\":\"2026-02-30\"}",
         "must be a calendar date written YYYY-MM-DD, such as 2026-11-22"},
        {"{\"side\":\"hold\"}", "must be one of: buy, sell"},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        ck_assert_int_ne(decode(rows[i].body), CNOP_OK);
        ck_assert_uint_eq(fixture_request->fault_count, 1);
        ck_assert_str_eq(fixture_request->faults[0].message, rows[i].message);
    }
    ck_assert_int_eq(decode("{\"day\":\"9999-12-31\"}"), CNOP_OK);
}
END_TEST

START_TEST(all_faults_at_once)
{
    ck_assert_int_eq(decode("{\"name\":\"a\",\"side\":1,\"cash\":\"x\"}"), CNOP_E_INVALID);
    ck_assert_uint_eq(fixture_request->fault_count, 3);
    ck_assert_str_eq(fixture_request->faults[2].field, "cash");
}
END_TEST

START_TEST(bodies_that_are_no_object)
{
    ck_assert_int_eq(decode(""), CNOP_E_INVALID);
    ck_assert_int_eq(decode("[1]"), CNOP_E_INVALID);
    ck_assert_int_eq(decode("{"), CNOP_E_MALFORMED_JSON);
    ck_assert_int_eq(decode("{}"), CNOP_OK);
}
END_TEST

START_TEST(query_parameters)
{
    struct form out = {.count = 5};

    ck_assert_int_eq(fixture_load("count=12&flag=1&side=buy&cash=2&name=ab%20", NULL), CNOP_OK);
    ck_assert_int_eq(cnop_request_decode_query(fixture_request, fields, CNOP_COUNT(fields), &out),
                     CNOP_OK);
    ck_assert_uint_eq(out.count, 12);
    ck_assert(out.flag);
    ck_assert_int_eq(out.cash.e8, 2 * CNOP_E8);
    fixture_request->query_count = 0;
    ck_assert_int_eq(fixture_load("flag=maybe&count=", NULL), CNOP_OK);
    ck_assert_int_eq(cnop_request_decode_query(fixture_request, fields, CNOP_COUNT(fields), &out),
                     CNOP_E_INVALID);
    ck_assert_uint_eq(fixture_request->fault_count, 2);
}
END_TEST

static const struct cnop_items items = {.name = "list",
                                        .fields = fields,
                                        .field_count = CNOP_COUNT(fields),
                                        .item_bytes = sizeof(struct form),
                                        .min = 1,
                                        .max = 3};

static enum cnop_err
decode_list(const char *body, void **ret_items, size_t *ret_count)
{
    fixture_request->json = NULL;
    fixture_request->fault_count = 0;
    fixture_request->body = cnop_str_from(body);
    return cnop_request_decode_items(fixture_request, &items, ret_items, ret_count);
}

static const struct cnop_field counted[] = {
    CNOP_FIELD(struct form, count, CNOP_K_U64, CNOP_RANGE(1, 50), CNOP_REQUIRED),
};
static const struct cnop_field named[] = {
    CNOP_FIELD(struct form, name, CNOP_K_STR, CNOP_RANGE(2, 4), CNOP_OPTIONAL),
};

START_TEST(items_of_several_forms)
{
    static const struct cnop_field side[] = {
        CNOP_FIELD(struct form, side, CNOP_K_ENUM, sides, CNOP_OPTIONAL),
    };
    static const struct cnop_form forms[] = {{counted, 1}, {named, 1}};
    static const struct cnop_items several = {.name = "list",
                                              .fields = side,
                                              .field_count = 1,
                                              .item_bytes = sizeof(struct form),
                                              .min = 1,
                                              .max = 3,
                                              .forms = forms};
    struct form *list;
    void *memory;
    size_t count;

    fixture_request->json = NULL;
    fixture_request->fault_count = 0;
    fixture_request->body = CNOP_STR("{\"list\":[{\"count\":1,\"name\":\"too long\"},"
                                     "{\"side\":\"sell\",\"name\":\"abc\",\"count\":0}]}");
    ck_assert_int_eq(cnop_request_decode_items(fixture_request, &several, &memory, &count),
                     CNOP_OK);
    list = memory;
    ck_assert_uint_eq(list[0].count, 1);
    ck_assert_uint_eq(list[0].name.len, 0);
    ck_assert_uint_eq(list[1].name.len, 3);
    ck_assert_uint_eq(list[1].count, 0);
    fixture_request->json = NULL;
    fixture_request->body =
        CNOP_STR("{\"list\":[{},{\"side\":\"none\"},{\"side\":\"sell\",\"name\":\"a\"}]}");
    ck_assert_int_eq(cnop_request_decode_items(fixture_request, &several, &memory, &count),
                     CNOP_E_INVALID);
    ck_assert_uint_eq(fixture_request->fault_count, 3);
    ck_assert_str_eq(fixture_request->faults[0].field, "list[0].count");
    ck_assert_str_eq(fixture_request->faults[1].field, "list[1].side");
    ck_assert_str_eq(fixture_request->faults[2].field, "list[2].name");
}
END_TEST

START_TEST(arrays)
{
    struct form *list;
    void *memory;
    size_t count;

    ck_assert_int_eq(decode_list("{\"list\":[{\"count\":1},{\"count\":2}]}", &memory, &count),
                     CNOP_OK);
    list = memory;
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(list[1].count, 2);
    ck_assert_int_eq(
        decode_list("{\"list\":[{\"count\":1},{\"count\":0},{\"cash\":\"x\"}]}", &memory, &count),
        CNOP_E_INVALID);
    ck_assert_str_eq(fixture_request->faults[0].field, "list[1].count");
    ck_assert_str_eq(fixture_request->faults[1].field, "list[2].cash");
    ck_assert_int_eq(decode_list("{\"list\":[]}", &memory, &count), CNOP_E_INVALID);
    ck_assert_int_eq(decode_list("{\"list\":[{},{},{},{}]}", &memory, &count), CNOP_E_INVALID);
    ck_assert_int_eq(decode_list("{\"list\":[1]}", &memory, &count), CNOP_E_INVALID);
    ck_assert_int_eq(decode_list("{\"list\":{}}", &memory, &count), CNOP_E_INVALID);
    ck_assert_int_eq(decode_list("{}", &memory, &count), CNOP_E_INVALID);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, fixture_setup, fixture_teardown);
    tcase_add_test(tests, every_kind);
    tcase_add_test(tests, numbers_in_any_spelling);
    tcase_add_test(tests, a_number_beyond_all_is_left_to_the_handler);
    tcase_add_test(tests, absent_and_null_leave_the_value);
    tcase_add_loop_test(tests, refused, 0, (int)CNOP_COUNT(refusals));
    tcase_add_test(tests, refusals_say_the_rule);
    tcase_add_test(tests, all_faults_at_once);
    tcase_add_test(tests, bodies_that_are_no_object);
    tcase_add_test(tests, query_parameters);
    tcase_add_test(tests, arrays);
    tcase_add_test(tests, items_of_several_forms);
}

UNIT_MAIN("decode", add)
