/* SPDX-License-Identifier: MIT */
/* Torture of a round of the audit trail's writer, over a trail in memory: whatever fails, after the
 * next round every line is there once, in order, in one chain. */
#include <stdio.h>
#include <string.h>

#include "fcgi_services/audit/writer.h"
#include "shared/base/file.h"
#include "tests/torture/folder.h"
#include "tests/torture/torture.h"
#include "tests/unit/unit.h"

#define LINES "{\"first\":1}\n{\"second\":2}\n{\"third\":3}\n"
#define ROWS_MAX 64

struct trail_store {
    unsigned call_count;
    unsigned fail_at;
    enum cnop_err failure;
    size_t row_count;
    struct trail_row rows[ROWS_MAX];
    char lines[ROWS_MAX][64];
};

static struct trail_store store;
static struct writer writer;
static char stream[64], mark[64];

static struct {
    unsigned call_count;
    unsigned fail_at;
} answers;

static enum cnop_err
enter(void)
{
    store.call_count++;
    return store.call_count == store.fail_at ? store.failure : CNOP_OK;
}

enum cnop_err
trail_store_head(struct trail_store *own, struct trail_head *ret_head)
{
    enum cnop_err err = enter();

    if (err != CNOP_OK)
        return err;
    *ret_head = (struct trail_head){.seq = own->row_count};
    if (own->row_count > 0)
        memcpy(ret_head->seal, own->rows[own->row_count - 1].seal, TRAIL_SEAL_BYTES);
    return CNOP_OK;
}

enum cnop_err
trail_store_has(struct trail_store *own, const struct trail_head *head, bool *ret_has)
{
    enum cnop_err err = enter();

    if (err == CNOP_OK)
        *ret_has = head->seq > 0 && head->seq <= own->row_count &&
                   memcmp(own->rows[head->seq - 1].seal, head->seal, TRAIL_SEAL_BYTES) == 0;
    return err;
}

enum cnop_err
trail_store_position(struct trail_store *own, const struct trail_file *file, uint64_t *ret_offset)
{
    enum cnop_err err = enter();

    if (err != CNOP_OK)
        return err;
    *ret_offset = 0;
    for (size_t i = 0; i < own->row_count; i++)
        if (memcmp(own->rows[i].file.bytes, file->bytes, sizeof(file->bytes)) == 0)
            *ret_offset = own->rows[i].end;
    return CNOP_OK;
}

/* The answer of the commit may be lost, too. */
enum cnop_err
trail_store_append(struct trail_store *own, const struct trail_row *rows, size_t count)
{
    enum cnop_err err = enter();

    if (err != CNOP_OK)
        return err;
    ck_assert_uint_le(own->row_count + count, ROWS_MAX);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(rows[i].seq, own->row_count + 1);
        (void)snprintf(own->lines[own->row_count], sizeof(own->lines[0]), "%.*s",
                       CNOP_STR_ARG(rows[i].line));
        own->rows[own->row_count++] = rows[i];
    }
    answers.call_count++;
    return answers.call_count == answers.fail_at ? CNOP_E_OUTCOME_UNKNOWN : CNOP_OK;
}

/* ---- the world ---- */

static void
reset(void)
{
    torture_folder_empty();
    ck_assert_int_eq(cnop_file_replace(stream, CNOP_STR(LINES), 0600), CNOP_OK);
    store = (struct trail_store){.row_count = 0};
    writer = (struct writer){.store = &store, .streams = stream, .mark_path = mark};
}

static struct torture_effect
effect(void)
{
    static const char *const expected[] = {"{\"first\":1}", "{\"second\":2}", "{\"third\":3}"};

    ck_assert(!writer.cut);
    ck_assert_uint_le(store.row_count, CNOP_COUNT(expected));
    for (size_t i = 0; i < store.row_count; i++)
        ck_assert_str_eq(store.lines[i], expected[i]);
    return (struct torture_effect){
        .values = {(int64_t)store.row_count, (int64_t)torture_folder_count()}};
}

static const struct torture_fake fakes[] = {
    {"store", &store.call_count, &store.fail_at, &store.failure},
    {"answer of a commit", &answers.call_count, &answers.fail_at, NULL},
};

static const struct torture_world world = {
    .reset = reset,
    .effect = effect,
    .fakes = fakes,
    .fake_count = CNOP_COUNT(fakes),
    .promise = TORTURE_ERROR_COMPLETE,
};

static void
start(void)
{
    torture_folder_make();
    (void)snprintf(stream, sizeof(stream), "%s/audit.jsonl", torture_folder);
    (void)snprintf(mark, sizeof(mark), "%s/mark", torture_folder);
}

static void
stop(void)
{
    torture_folder_remove();
}

static enum cnop_err
run_round(void)
{
    return writer_round(&writer);
}

START_TEST(every_call_of_a_round_fails)
{
    ck_assert_uint_gt(torture_call(&world, run_round), 10);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, every_call_of_a_round_fails);
}

UNIT_MAIN("torture_audit", add)
