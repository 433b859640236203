/* SPDX-License-Identifier: MIT */
/* Rules of watchlists, and their symbols as one text. They judge; they change no more than case. */
#include "fcgi_services/user/watchlist.h"

#include "shared/base/ascii.h"
#include "shared/base/buf.h"
#include "shared/person/letters.h"

#define SYMBOL_MAX 10

_Static_assert(WATCHLIST_ASSET_MAX *(SYMBOL_MAX + 1) <= WATCHLIST_TEXT_MAX, "a full list fits");

/* ---- names ---- */

static bool
has_length(struct cnop_str name)
{
    size_t characters = cnop_str_codepoint_count(name);

    return characters >= 1 && characters <= WATCHLIST_NAME_MAX;
}

static bool
is_harmless(struct cnop_str name)
{
    return !cnop_person_is_suspicious(name);
}

static bool
is_word_character(uint32_t code_point)
{
    return cnop_letter_is(code_point) || (code_point < 0x80 && cnop_is_digit((char)code_point));
}

static bool
has_characters(struct cnop_str name)
{
    static const char punctuation[] = " -_.,&+'()#";
    bool first = true;

    while (name.len > 0) {
        uint32_t code_point = cnop_letter_next(&name);
        bool is_word = is_word_character(code_point);

        if (!is_word &&
            (first || code_point >= 0x80 || strchr(punctuation, (int)code_point) == NULL))
            return false;
        first = false;
    }
    return true;
}

/* The order matters: nothing after the first rule sees ill-formed text. */
static const struct cnop_text_rule name_rules[] = {
    {"name_encoding", "must be well-formed text", cnop_str_is_utf8},
    {"name_length", "must have 1 to 40 characters", has_length},
    {"name_script", "must not contain markup or script", is_harmless},
    {"name_characters",
     "must begin with a letter or digit, and may contain letters, digits, blanks and - _ . , & + "
     "' ( ) #",
     has_characters},
};

const struct cnop_text_rule *
watchlist_check_name(struct cnop_str name)
{
    return cnop_text_rules_check(name_rules, CNOP_COUNT(name_rules), name);
}

/* ---- assets ---- */

static bool
is_in(const struct cnop_str *symbols, size_t count, struct cnop_str symbol)
{
    for (size_t i = 0; i < count; i++) {
        if (cnop_str_equal_nocase(cnop_str_trim(symbols[i]), symbol))
            return true;
    }
    return false;
}

enum cnop_err
watchlist_pack(struct cnop_arena *arena, const struct cnop_str *symbols, size_t count,
               struct cnop_str *ret_assets, struct watchlist_fault *ret_fault)
{
    char *memory = cnop_arena_alloc(arena, WATCHLIST_TEXT_MAX);
    struct cnop_str assets;
    struct cnop_buf text;

    cnop_assert(count <= WATCHLIST_ASSET_MAX);
    if (memory == NULL)
        return CNOP_E_NO_MEMORY;
    cnop_buf_init(&text, memory, WATCHLIST_TEXT_MAX);
    for (size_t i = 0; i < count; i++) {
        struct cnop_str symbol = cnop_str_trim(symbols[i]);

        ret_fault->index = i;
        ret_fault->reason = "must be 1 to 10 letters or digits";
        if (symbol.len < 1 || symbol.len > SYMBOL_MAX || !cnop_str_is_word(symbol, ""))
            return CNOP_E_INVALID;
        ret_fault->reason = "is in the list twice";
        if (is_in(symbols, i, symbol))
            return CNOP_E_INVALID;
        if (i > 0)
            cnop_buf_char(&text, ',');
        cnop_buf_str(&text, symbol);
    }
    assets = cnop_str_upper(arena, cnop_buf_view(&text));
    if (assets.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    *ret_assets = assets;
    return CNOP_OK;
}

bool
watchlist_next(struct cnop_str *assets, struct cnop_str *ret_symbol)
{
    struct cnop_str rest;

    if (assets->len == 0)
        return false;
    cnop_str_cut(*assets, ',', ret_symbol, &rest);
    *assets = rest;
    return true;
}
