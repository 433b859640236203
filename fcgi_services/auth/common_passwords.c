/* SPDX-License-Identifier: MIT */
/* The list is a sorted array of digests, so a look-up is a binary search and the words themselves
 * need no memory. Passwords are examined in a stack buffer that is wiped before returning. */
#include "fcgi_services/auth/common_passwords.h"

#include "shared/base/ascii.h"
#include "shared/base/file.h"
#include "shared/base/secret.h"

#define CANDIDATE_BYTES 512
#define BLOCK_BYTES_MAX 8
#define ORNAMENT_BYTES_MAX 8 /* more digits and signs than this make even a word hard to guess */

/* Not a secret: the digest only has to spread words over 64 bits. */
static const unsigned char digest_key[16] = {'c', 'o', 'm', 'm', 'o', 'n'};

static int
digest_compare(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

static bool
list_has(const struct common_passwords *list, struct cnop_str word)
{
    uint64_t digest = cnop_secret_siphash(digest_key, word.ptr, word.len);

    return bsearch(&digest, list->digests, list->count, sizeof(digest), digest_compare) != NULL;
}

enum cnop_err
common_passwords_parse(struct cnop_arena *arena, struct cnop_str text,
                       struct common_passwords *ret_list)
{
    uint64_t *digests = cnop_arena_alloc_array(arena, COMMON_PASSWORDS_MAX, sizeof(*digests));
    struct cnop_str line;
    size_t count = 0;

    if (digests == NULL)
        return CNOP_E_NO_MEMORY;
    while (cnop_file_next_entry(&text, &line)) {
        if (count == COMMON_PASSWORDS_MAX)
            return CNOP_E_CONFIG;
        for (size_t i = 0; i < line.len; i++) {
            if (line.ptr[i] != cnop_to_lower(line.ptr[i]) || line.ptr[i] == ' ')
                return CNOP_E_CONFIG;
        }
        digests[count++] = cnop_secret_siphash(digest_key, line.ptr, line.len);
    }
    if (count == 0)
        return CNOP_E_CONFIG;
    qsort(digests, count, sizeof(*digests), digest_compare);
    *ret_list = (struct common_passwords){.digests = digests, .count = count};
    return CNOP_OK;
}

enum cnop_err
common_passwords_load(struct cnop_arena *arena, const char *path, struct common_passwords *ret_list,
                      const char **ret_reason)
{
    struct cnop_str text;
    enum cnop_err err;

    err = cnop_file_read(arena, path, COMMON_PASSWORDS_FILE_BYTES, &text, ret_reason);
    if (err != CNOP_OK)
        return err;
    return cnop_file_judge(common_passwords_parse(arena, text, ret_list), ret_reason);
}

/* ---- patterns ---- */

static bool
has_few_characters(struct cnop_str text)
{
    bool seen[256] = {false};
    size_t distinct = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];

        distinct += !seen[byte];
        seen[byte] = true;
    }
    return distinct < 5;
}

/* One short block, three times or more: "abc1abc1abc1". */
static bool
is_repetition(struct cnop_str text)
{
    for (size_t period = 1; period <= BLOCK_BYTES_MAX && period <= text.len / 3; period++) {
        size_t i = period;

        while (i < text.len && text.ptr[i] == text.ptr[i - period])
            i++;
        if (i == text.len)
            return true;
    }
    return false;
}

/* Three steps in four go to the same or a neighbouring character: "abcdefgh1234". */
static bool
is_run(struct cnop_str text)
{
    size_t small_steps = 0;

    for (size_t i = 1; i < text.len; i++) {
        int step = text.ptr[i] - text.ptr[i - 1];

        small_steps += step >= -1 && step <= 1;
    }
    return text.len > 1 && small_steps * 4 >= (text.len - 1) * 3;
}

/* ---- words with ornaments ---- */

static struct cnop_str
strip_head(struct cnop_str text)
{
    while (text.len > 0 && !cnop_is_lower(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    return text;
}

static struct cnop_str
strip_tail(struct cnop_str text)
{
    while (text.len > 0 && !cnop_is_lower(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* One word of the list, or two, with at most signs and digits between them. */
static bool
is_one_or_two_words(const struct common_passwords *list, struct cnop_str text)
{
    if (text.len == 0)
        return false;
    if (list_has(list, text))
        return true;
    for (size_t split = 1; split < text.len; split++) {
        struct cnop_str left = strip_tail(cnop_str_make(text.ptr, split));
        struct cnop_str right = strip_head(cnop_str_make(text.ptr + split, text.len - split));

        if (left.len > 0 && right.len > 0 && list_has(list, left) && list_has(list, right))
            return true;
    }
    return false;
}

/* Letters hidden as digits and signs, put back: "p@ssw0rd" becomes "password". */
static void
undo_disguise(char *text, size_t len)
{
    static const char disguises[] = "0o1l3e4a5s7t8b@a$s!i";

    for (size_t i = 0; i < len; i++) {
        for (size_t pair = 0; pair + 1 < sizeof(disguises) - 1; pair += 2) {
            if (text[i] == disguises[pair]) {
                text[i] = disguises[pair + 1];
                break;
            }
        }
    }
}

static size_t
ornament_count(struct cnop_str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += !cnop_is_lower(text.ptr[i]);
    return count;
}

static bool
is_dressed_word(const struct common_passwords *list, struct cnop_str lower)
{
    char plain[CANDIDATE_BYTES];
    struct cnop_str core = strip_tail(lower);
    bool found;

    if (ornament_count(lower) > ORNAMENT_BYTES_MAX)
        return false;
    if (is_one_or_two_words(list, strip_head(core)))
        return true;
    memcpy(plain, core.ptr, core.len);
    undo_disguise(plain, core.len);
    found = is_one_or_two_words(list, strip_head(cnop_str_make(plain, core.len)));
    cnop_secret_zero(plain, sizeof(plain));
    return found;
}

bool
common_passwords_match(const struct common_passwords *list, struct cnop_str password)
{
    char lower[CANDIDATE_BYTES];
    struct cnop_str text;
    bool found;

    cnop_assert(password.len <= sizeof(lower));
    for (size_t i = 0; i < password.len; i++)
        lower[i] = cnop_to_lower(password.ptr[i]);
    text = cnop_str_make(lower, password.len);
    found = list_has(list, text) || has_few_characters(text) || is_repetition(text) ||
            is_run(text) || is_dressed_word(list, text);
    cnop_secret_zero(lower, sizeof(lower));
    return found;
}
