/* SPDX-License-Identifier: MIT */
/* FastCGI parameters to request: lines of NAME=value, as libfcgi hands them over. Whatever a client
 * can send (HTTP_*, path, query, type) changes nothing about who the request is from.
 * Covers shared/web/request.c. */
#include "tests/fuzz/fuzz.h"

#include "tests/fuzz/web_request.h"

#define FUZZ_INPUT_BYTES_MAX 16384
#define FUZZ_PARAM_MAX 128

const char fuzz_corpus[] = "params";

enum { SID, TOKEN_SOURCE, CLIENT_ADDR, METHOD, PATH, TEXT_COUNT };

struct identity {
    uint64_t user_id;
    bool is_admin;
    struct cnop_str texts[TEXT_COUNT];
};

static struct identity
identity_of(const struct cnop_request *req)
{
    return (struct identity){
        .user_id = req->user_id,
        .is_admin = req->is_admin,
        .texts = {[SID] = cnop_request_sid(req),
                  [TOKEN_SOURCE] = cnop_request_token_source(req),
                  [CLIENT_ADDR] = cnop_request_client_addr(req),
                  [METHOD] = cnop_request_method(req),
                  [PATH] = cnop_request_path(req)},
    };
}

static bool
is_client_param(const char *param)
{
    return strncmp(param, "HTTP_", 5) == 0 || strncmp(param, "QUERY_STRING=", 13) == 0 ||
           strncmp(param, "CONTENT_TYPE=", 13) == 0;
}

/* The first value of a parameter, as a plain search finds it. */
static struct cnop_str
plain_param(char *const *params, const char *name)
{
    size_t len = strlen(name);

    for (; *params != NULL; params++)
        if (strncmp(*params, name, len) == 0 && (*params)[len] == '=')
            return cnop_str_from(*params + len + 1);
    return (struct cnop_str){"", 0};
}

static void
check_identity(char *const *params, const struct identity *identity)
{
    struct cnop_str user = plain_param(params, "CNOP_USER_ID");
    struct cnop_str role = plain_param(params, "CNOP_ROLE");
    char digits[24];
    struct cnop_buf buf;

    cnop_buf_init(&buf, digits, sizeof(digits));
    cnop_buf_u64(&buf, identity->user_id);
    if (identity->user_id != 0) {
        while (user.len > 1 && user.ptr[0] == '0') /* leading zeros say nothing */
            user = cnop_str_make(user.ptr + 1, user.len - 1);
        cnop_assert(cnop_str_equal(user, cnop_buf_view(&buf)));
    }
    cnop_assert(!identity->is_admin ||
                (identity->user_id != 0 && cnop_str_equal(role, CNOP_STR("admin"))));
    cnop_assert(cnop_str_equal(identity->texts[SID], plain_param(params, "CNOP_SID")));
    cnop_assert(
        cnop_str_equal(identity->texts[CLIENT_ADDR], plain_param(params, "CNOP_CLIENT_ADDR")));
}

static void
check_headers(struct cnop_request *req, char *const *params)
{
    static const char *const names[][2] = {{"Idempotency-Key", "HTTP_IDEMPOTENCY_KEY"},
                                           {"X-Session-Mode", "HTTP_X_SESSION_MODE"},
                                           {"Cookie", "HTTP_COOKIE"}};

    if (req->header_count == CNOP_HEADER_MAX)
        return; /* further ones are not seen */
    for (size_t i = 0; i < CNOP_COUNT(names); i++)
        cnop_assert(cnop_str_equal(cnop_request_header(req, names[i][0]),
                                   plain_param(params, names[i][1])));
}

static void
check_cookie(struct cnop_request *req)
{
    struct cnop_str cookies = cnop_request_header(req, "Cookie");
    struct cnop_str value = cnop_request_cookie(req, "cnop_at");

    cnop_assert(value.len == 0 ||
                (value.ptr >= cookies.ptr && value.ptr + value.len <= cookies.ptr + cookies.len));
    cnop_assert(value.len == 0 || memchr(value.ptr, ';', value.len) == NULL);
}

static void
check_request_id(const struct cnop_request *req)
{
    struct cnop_str id = cnop_request_id(req);

    cnop_assert(id.len > 0 && id.len <= CNOP_REQUEST_ID_BYTES);
    cnop_assert(cnop_str_is_word(id, "-._"));
}

static size_t
split_lines(char *memory, const uint8_t *bytes, size_t len, char *params[FUZZ_PARAM_MAX + 1])
{
    size_t count = 0;

    memcpy(memory, bytes, len);
    memory[len] = '\0';
    for (char *line = memory; count < FUZZ_PARAM_MAX && line < memory + len;) {
        char *end = strchr(line, '\n');

        params[count++] = line;
        if (end == NULL)
            break;
        *end = '\0';
        line = end + 1;
    }
    params[count] = NULL;
    return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static char memory[FUZZ_INPUT_BYTES_MAX + 1];
    char *params[FUZZ_PARAM_MAX + 1];
    struct cnop_request *req = fuzz_web_request();
    struct identity first, second;
    size_t kept = 0;
    enum cnop_err err;

    if (len > FUZZ_INPUT_BYTES_MAX)
        return 0;
    (void)split_lines(memory, bytes, len, params);
    err = cnop_request_load(req, params);
    check_request_id(req);
    first = identity_of(req);
    check_identity(params, &first);
    check_headers(req, params);
    check_cookie(req);
    if (err == CNOP_OK) {
        cnop_assert(first.texts[METHOD].len > 0);
        cnop_assert(first.texts[PATH].ptr[0] == '/');
        cnop_assert(cnop_str_is_utf8(first.texts[PATH]));
    } else {
        cnop_assert(err == CNOP_E_BAD_REQUEST);
        fuzz_web_problem(req, err);
    }
    for (size_t i = 0; params[i] != NULL; i++)
        if (!is_client_param(params[i]))
            params[kept++] = params[i];
    params[kept] = NULL;
    req = fuzz_web_request();
    (void)!cnop_request_load(req, params);
    second = identity_of(req);
    cnop_assert(first.user_id == second.user_id);
    cnop_assert(first.is_admin == second.is_admin);
    for (size_t i = 0; i < CNOP_COUNT(first.texts); i++)
        cnop_assert(cnop_str_equal(first.texts[i], second.texts[i]));
    return 0;
}
