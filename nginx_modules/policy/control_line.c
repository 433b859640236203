/* SPDX-License-Identifier: MIT */
/* Parsing of control lines. */
#include "nginx_modules/policy/control_line.h"

#define BLOCK_MAX_S (30 * 86400)
#define EVENT_TYPE_MAX 15

static bool
take_word(struct cnop_str *line, struct cnop_str *ret_word)
{
    struct cnop_str word, tail;

    (void)cnop_str_cut(*line, ' ', &word, &tail);
    *line = tail;
    *ret_word = word;
    return word.len > 0;
}

static bool
take_number(struct cnop_str *line, uint64_t max, uint64_t *ret_number)
{
    struct cnop_str word;

    return take_word(line, &word) && cnop_str_parse_u64(word, 0, max, ret_number) == CNOP_OK;
}

/* One of two verbs and a number, and nothing else. */
static bool
parse_head(struct cnop_str line, const struct cnop_str verbs[2], bool *ret_first, uint64_t *ret_seq)
{
    struct cnop_str verb;
    uint64_t seq;

    if (!take_word(&line, &verb) || !take_number(&line, INT64_MAX, &seq) || !cnop_str_empty(line) ||
        (!cnop_str_equal(verb, verbs[0]) && !cnop_str_equal(verb, verbs[1])))
        return false;
    *ret_first = cnop_str_equal(verb, verbs[0]);
    *ret_seq = seq;
    return true;
}

bool
control_parse_head(struct cnop_str line, struct control_head *ret_head)
{
    static const struct cnop_str verbs[2] = {CNOP_STR("snapshot"), CNOP_STR("delta")};

    return parse_head(line, verbs, &ret_head->snapshot, &ret_head->seq);
}

static bool
take_subject(struct cnop_str *line, struct cnop_str kind, struct revoke_record *record)
{
    struct cnop_str key;
    uint64_t before_s = 0;

    if (!take_word(line, &key))
        return false;
    if (cnop_str_equal(kind, CNOP_STR("sub"))) {
        record->kind = REVOKE_USER;
        if (cnop_str_parse_u64(key, 1, INT64_MAX, &record->key[0]) != CNOP_OK ||
            !take_number(line, UINT32_MAX, &before_s))
            return false;
        record->before_s = (uint32_t)before_s;
        return true;
    }
    record->kind = cnop_str_equal(kind, CNOP_STR("sid")) ? REVOKE_SESSION : REVOKE_TOKEN;
    if (record->kind == REVOKE_TOKEN && !cnop_str_equal(kind, CNOP_STR("jti")))
        return false;
    return cnop_str_unhex(key, record->key, sizeof(record->key)) == CNOP_OK;
}

bool
control_parse_revocation(struct cnop_str line, uint64_t *ret_seq, struct revoke_record *ret_record)
{
    struct revoke_record record = {.kind = REVOKE_NONE};
    struct cnop_str kind;
    uint64_t seq, expires_s;

    if (!take_number(&line, INT64_MAX, &seq) || !take_word(&line, &kind) ||
        !take_subject(&line, kind, &record) || !take_number(&line, UINT32_MAX, &expires_s) ||
        !cnop_str_empty(line))
        return false;
    record.expires_s = (uint32_t)expires_s;
    *ret_seq = seq;
    *ret_record = record;
    return true;
}

bool
control_parse_events(struct cnop_str line, bool *ret_reset, uint64_t *ret_seq)
{
    static const struct cnop_str verbs[2] = {CNOP_STR("reset"), CNOP_STR("events")};

    return parse_head(line, verbs, ret_reset, ret_seq);
}

/* A line feed would end the event in the stream, and begin one that nobody sent. */
static bool
is_one_line(struct cnop_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20)
            return false;
    return text.len > 0;
}

bool
control_parse_event(struct cnop_str line, struct control_event *ret_event)
{
    struct control_event event = {.account = 0};
    struct cnop_str account;

    if (!take_number(&line, INT64_MAX, &event.seq) || !take_word(&line, &account) ||
        !take_word(&line, &event.type) || event.type.len > EVENT_TYPE_MAX ||
        !cnop_str_is_word(event.type, "_") || !is_one_line(line))
        return false;
    if (!cnop_str_equal(account, CNOP_STR("-")) &&
        cnop_str_parse_u64(account, 1, INT64_MAX, &event.account) != CNOP_OK)
        return false;
    event.json = line;
    *ret_event = event;
    return true;
}

bool
control_parse_block(struct cnop_str line, struct cnop_str *ret_address, uint64_t *ret_seconds)
{
    struct cnop_str verb, address;
    uint64_t seconds = 0;

    if (!take_word(&line, &verb) || !take_word(&line, &address))
        return false;
    if (cnop_str_equal(verb, CNOP_STR("block"))) {
        if (cnop_str_parse_u64(line, 1, BLOCK_MAX_S, &seconds) != CNOP_OK)
            return false;
    } else if (!cnop_str_equal(verb, CNOP_STR("unblock")) || !cnop_str_empty(line)) {
        return false;
    }
    *ret_address = address;
    *ret_seconds = seconds;
    return true;
}

bool
control_parse_breaker(struct cnop_str line, struct cnop_str *ret_service, bool *ret_open)
{
    struct cnop_str verb;
    bool opens;

    if (!take_word(&line, &verb) || line.len == 0)
        return false;
    opens = cnop_str_equal(verb, CNOP_STR("open"));
    if (!opens && !cnop_str_equal(verb, CNOP_STR("close")))
        return false;
    *ret_service = line;
    *ret_open = opens;
    return true;
}
