/* SPDX-License-Identifier: MIT */
/* Query strings against a second, plain reading of the same rules: both accept the same texts and
 * find the same pairs, and pairs written out again are read back unchanged.
 * Covers shared/web/query.c. */
#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/web_request.h"

#define FUZZ_INPUT_BYTES_MAX 8192

const char fuzz_corpus[] = "query";

/* The plain reading: everything decoded into one memory, pair by pair. */
struct plain {
    char memory[FUZZ_INPUT_BYTES_MAX];
    size_t used;
    struct cnop_pair pairs[CNOP_QUERY_PARAM_MAX];
    size_t count;
};

static int
plain_hex(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;

    return at != NULL ? (int)((at - digits) % 16) : -1;
}

/* One decoded byte off the front of text; false when it is not encoded properly. */
static bool
plain_byte(struct cnop_str *text, char *ret_byte)
{
    size_t width = 1;

    *ret_byte = text->ptr[0] == '+' ? ' ' : text->ptr[0];
    if (text->ptr[0] == '%') {
        if (text->len < 3 || plain_hex(text->ptr[1]) < 0 || plain_hex(text->ptr[2]) < 0)
            return false;
        *ret_byte = (char)(plain_hex(text->ptr[1]) * 16 + plain_hex(text->ptr[2]));
        width = 3;
    }
    *text = cnop_str_make(text->ptr + width, text->len - width);
    return true;
}

static bool
plain_text(struct plain *plain, struct cnop_str text, struct cnop_str *ret_text)
{
    char *start = plain->memory + plain->used;
    size_t len = 0;

    while (text.len > 0)
        if (!plain_byte(&text, &start[len++]))
            return false;
    plain->used += len;
    *ret_text = cnop_str_make(start, len);
    return len == 0 || cnop_str_is_utf8(*ret_text);
}

static bool
plain_read(struct plain *plain, struct cnop_str text)
{
    size_t at = 0;

    plain->used = 0;
    plain->count = 0;
    while (at < text.len) {
        size_t end = at, equals;

        while (end < text.len && text.ptr[end] != '&')
            end++;
        for (equals = at; equals < end && text.ptr[equals] != '=';)
            equals++;
        if (end > at) {
            struct cnop_pair *pair = &plain->pairs[plain->count];
            size_t value = equals < end ? equals + 1 : end;

            if (plain->count++ == CNOP_QUERY_PARAM_MAX)
                return false;
            if (!plain_text(plain, cnop_str_make(text.ptr + at, equals - at), &pair->name) ||
                !plain_text(plain, cnop_str_make(text.ptr + value, end - value), &pair->value))
                return false;
        }
        at = end + 1;
    }
    return true;
}

static void
write_encoded(struct cnop_buf *buf, struct cnop_str text)
{
    for (size_t i = 0; i < text.len; i++)
        cnop_buf_printf(buf, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
}

static void
check_again(const struct plain *plain)
{
    static char output[4 * FUZZ_INPUT_BYTES_MAX];
    struct cnop_request *req = fuzz_web_request();
    struct cnop_buf buf;
    size_t kept = 0;

    cnop_buf_init(&buf, output, sizeof(output));
    for (size_t i = 0; i < plain->count; i++) {
        write_encoded(&buf, plain->pairs[i].name);
        cnop_buf_char(&buf, '=');
        write_encoded(&buf, plain->pairs[i].value);
        cnop_buf_char(&buf, '&');
    }
    cnop_assert(!buf.overflow);
    cnop_assert(cnop_query_parse(req, cnop_buf_view(&buf)) == CNOP_OK);
    cnop_assert(req->query_count == plain->count);
    for (; kept < req->query_count; kept++) {
        cnop_assert(cnop_str_equal(req->query[kept].name, plain->pairs[kept].name));
        cnop_assert(cnop_str_equal(req->query[kept].value, plain->pairs[kept].value));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct plain plain;
    struct cnop_request *req = fuzz_web_request();
    struct cnop_str text = cnop_str_make((const char *)bytes, len);
    enum cnop_err err;
    bool accepted;

    if (len > FUZZ_INPUT_BYTES_MAX)
        return 0;
    accepted = plain_read(&plain, text);
    err = cnop_query_parse(req, text);
    cnop_assert(err == CNOP_OK || err == CNOP_E_BAD_REQUEST);
    cnop_assert(accepted == (err == CNOP_OK));
    if (err != CNOP_OK) {
        fuzz_web_problem(req, err);
        return 0;
    }
    cnop_assert(req->query_count == plain.count);
    for (size_t i = 0; i < plain.count; i++) {
        cnop_assert(cnop_str_equal(req->query[i].name, plain.pairs[i].name));
        cnop_assert(cnop_str_equal(req->query[i].value, plain.pairs[i].value));
    }
    check_again(&plain);
    return 0;
}
