/* SPDX-License-Identifier: MIT */
/* JSON body to struct: what is accepted survives being written and decoded again; what is refused
 * names a field of the table; the query decoder takes and refuses the same texts as the body.
 * Covers shared/web/decode.c, shared/web/decode_value.c and shared/web/problem.c. */
#include "tests/fuzz/fuzz.h"

#include "shared/base/clock.h"
#include "tests/fuzz/web_request.h"

const char fuzz_corpus[] = "decode";

struct sample {
    struct cnop_str name;
    struct cnop_str note;
    cnop_cash amount;
    cnop_qty quantity;
    cnop_price price;
    uint64_t limit;
    int64_t since;
    unsigned side;
    int32_t birth;
    bool consent;
};

static const char *const side_names[] = {"market_buy", "market_sell", NULL};

static const struct cnop_field fields[] = {
    CNOP_FIELD(struct sample, name, CNOP_K_STR, CNOP_RANGE(1, 30), CNOP_OPTIONAL | CNOP_TRIM),
    CNOP_FIELD(struct sample, note, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct sample, amount, CNOP_K_CASH, CNOP_RANGE(1, 1000000 * CNOP_E8), CNOP_OPTIONAL),
    CNOP_FIELD(struct sample, quantity, CNOP_K_QTY, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct sample, price, CNOP_K_PRICE, CNOP_RANGE(100, INT64_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct sample, limit, CNOP_K_U64, CNOP_RANGE(1, 100), CNOP_OPTIONAL),
    CNOP_FIELD(struct sample, since, CNOP_K_TIME, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD_AS(struct sample, side, "order_type", CNOP_K_ENUM, side_names, CNOP_OPTIONAL),
    CNOP_FIELD(struct sample, birth, CNOP_K_DATE, CNOP_ANY, CNOP_OPTIONAL),
    CNOP_FIELD(struct sample, consent, CNOP_K_BOOL, CNOP_ANY, CNOP_OPTIONAL),
};

static const struct cnop_field required_fields[] = {
    CNOP_FIELD(struct sample, amount, CNOP_K_CASH, CNOP_RANGE(1, 1000000 * CNOP_E8), CNOP_REQUIRED),
    CNOP_FIELD_AS(struct sample, side, "order_type", CNOP_K_ENUM, side_names, CNOP_REQUIRED),
};

static const struct sample untouched = {.amount = {-1}, .limit = 7};

static bool
is_refusal(enum cnop_err err)
{
    return err == CNOP_E_INVALID || err == CNOP_E_AMOUNT_INVALID ||
           err == CNOP_E_AMOUNT_PRECISION || err == CNOP_E_AMOUNT_TOO_SMALL ||
           err == CNOP_E_AMOUNT_TOO_LARGE;
}

static bool
same_value(const struct cnop_field *field, const struct sample *a, const struct sample *b)
{
    const char *first = (const char *)a + field->offset;
    const char *second = (const char *)b + field->offset;
    struct cnop_str texts[2];

    if (field->kind != CNOP_K_STR)
        return memcmp(first, second, field->size) == 0;
    memcpy(&texts[0], first, sizeof(texts[0]));
    memcpy(&texts[1], second, sizeof(texts[1]));
    return cnop_str_equal(texts[0], texts[1]);
}

static void
check_limits(const struct sample *out)
{
    cnop_assert(out->amount.e8 == untouched.amount.e8 ||
                (out->amount.e8 >= 1 && out->amount.e8 <= 1000000 * CNOP_E8));
    cnop_assert(out->quantity.e8 >= 0);
    cnop_assert(out->price.e10 == 0 || out->price.e10 >= 100);
    cnop_assert(out->limit >= 1 && out->limit <= 100);
    cnop_assert(out->side < 2);
    cnop_assert(cnop_str_codepoint_count(out->name) <= 30);
    cnop_assert(cnop_str_is_utf8(out->name) || out->name.len == 0);
}

static void
check_refusal(struct cnop_request *req, enum cnop_err err)
{
    if (err == CNOP_E_MALFORMED_JSON) {
        cnop_assert(req->fault_count == 0);
        cnop_assert(req->detail.len > 0);
    } else if (err != CNOP_E_NO_MEMORY && err != CNOP_E_BODY_TOO_LARGE) {
        cnop_assert(is_refusal(err));
        cnop_assert(req->fault_count > 0);
        cnop_assert(req->first_fault == err);
    }
    fuzz_web_problem(req, err);
}

static void
write_sample(struct cnop_buf *buf, struct cnop_request *req, const struct sample *value)
{
    char memory[3][40];
    struct cnop_buf texts[3];
    struct cnop_json_writer json;

    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        cnop_buf_init(&texts[i], memory[i], sizeof(memory[i]));
    cnop_clock_format(&texts[0], value->since);
    cnop_clock_format_day(&texts[1], value->birth);
    cnop_json_init(&json, buf);
    cnop_json_object_open(&json, NULL);
    if (cnop_request_has_member(req, "name"))
        cnop_json_str(&json, "name", value->name);
    if (cnop_request_has_member(req, "note"))
        cnop_json_str(&json, "note", value->note);
    if (cnop_request_has_member(req, "amount"))
        cnop_json_cash(&json, "amount", value->amount, 0);
    if (cnop_request_has_member(req, "quantity"))
        cnop_json_qty(&json, "quantity", value->quantity, 8);
    if (cnop_request_has_member(req, "price"))
        cnop_json_price_number(&json, "price", value->price, 0);
    cnop_json_u64(&json, "limit", value->limit);
    if (cnop_request_has_member(req, "since"))
        cnop_json_str(&json, "since", cnop_buf_view(&texts[0]));
    cnop_json_text(&json, "order_type", side_names[value->side]);
    if (cnop_request_has_member(req, "birth"))
        cnop_json_str(&json, "birth", cnop_buf_view(&texts[1]));
    cnop_json_bool(&json, "consent", value->consent);
    cnop_json_object_close(&json);
    cnop_json_done(&json);
}

/* A time with an offset can lie just outside the years that are written and read again. */
static bool
is_writable_time(int64_t wall_us)
{
    char memory[40];
    struct cnop_buf text;
    int64_t again;

    cnop_buf_init(&text, memory, sizeof(memory));
    cnop_clock_format(&text, wall_us);
    return cnop_clock_parse(cnop_buf_view(&text), &again) == CNOP_OK;
}

static void
check_round_trip(struct cnop_request *req, const struct sample *first)
{
    static char output[128 * 1024];
    struct sample second = untouched;
    struct cnop_buf buf;

    if (!is_writable_time(first->since))
        return;
    cnop_buf_init(&buf, output, sizeof(output));
    write_sample(&buf, req, first);
    cnop_assert(!buf.overflow);
    req->json = NULL;
    req->body = cnop_buf_view(&buf);
    cnop_assert(cnop_request_decode(req, fields, CNOP_COUNT(fields), &second) == CNOP_OK);
    for (size_t i = 0; i < CNOP_COUNT(fields); i++)
        cnop_assert(same_value(&fields[i], first, &second));
}

static void
check_query_agrees(struct cnop_request *req, const struct cnop_json *object)
{
    for (size_t i = 0; i < CNOP_COUNT(fields); i++) {
        const struct cnop_json *member = cnop_json_find(object, cnop_str_from(fields[i].name));
        struct sample body = untouched;
        struct sample query = untouched;
        enum cnop_err from_body, from_query;

        if (member == NULL || member->kind != CNOP_JSON_STRING || fields[i].kind == CNOP_K_BOOL)
            continue;
        req->query[0] = (struct cnop_pair){cnop_str_from(fields[i].name), member->text};
        req->query_count = 1;
        fuzz_web_forgive(req);
        from_body = cnop_request_decode(req, &fields[i], 1, &body);
        fuzz_web_forgive(req);
        from_query = cnop_request_decode_query(req, &fields[i], 1, &query);
        cnop_assert(from_body == from_query);
        cnop_assert(same_value(&fields[i], &body, &query));
        cnop_assert(from_body == CNOP_OK || same_value(&fields[i], &body, &untouched));
    }
}

static void
check_items(struct cnop_request *req)
{
    const struct cnop_items items = {.name = "orders",
                                     .fields = required_fields,
                                     .field_count = CNOP_COUNT(required_fields),
                                     .item_bytes = sizeof(struct sample),
                                     .min = 1,
                                     .max = 100};
    void *list = NULL;
    size_t count = 0;
    enum cnop_err err;

    fuzz_web_forgive(req);
    err = cnop_request_decode_items(req, &items, &list, &count);
    if (err != CNOP_OK) {
        check_refusal(req, err);
        return;
    }
    cnop_assert(count >= items.min && count <= items.max);
    for (size_t i = 0; i < count; i++)
        cnop_assert(((struct sample *)list)[i].amount.e8 > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct cnop_request *req = fuzz_web_request();
    const struct cnop_json *object = NULL;
    struct sample out = untouched;
    enum cnop_err err;

    req->body = cnop_str_make((const char *)bytes, len);
    err = cnop_request_decode(req, fields, CNOP_COUNT(fields), &out);
    check_limits(&out);
    if (err != CNOP_OK)
        check_refusal(req, err);
    fuzz_web_forgive(req);
    if (cnop_request_json(req, &object) != CNOP_OK)
        return 0;
    check_query_agrees(req, object);
    check_items(req);
    if (err == CNOP_OK)
        check_round_trip(req, &out);
    return 0;
}
