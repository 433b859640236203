/* SPDX-License-Identifier: MIT */
/* The trail on MariaDB, by two accounts. Statements only, no rules. */
#include "fcgi_services/audit/trail_store_sql.h"

#include "shared/db/store.h"

#define ROW_BYTES (16 * 1024)

struct trail_store {
    struct cnop_store *writer;
    struct cnop_store *reader;
};

enum cnop_err
trail_store_open(const struct cnop_db_config *writer, const struct cnop_db_config *reader,
                 struct trail_store **ret_store)
{
    static struct trail_store only;
    enum cnop_err err = cnop_store_open(writer, ROW_BYTES, &only.writer);

    if (err == CNOP_OK)
        err = cnop_store_open(reader, ROW_BYTES, &only.reader);
    if (err != CNOP_OK) {
        cnop_store_close(&only.writer);
        return err;
    }
    *ret_store = &only;
    return CNOP_OK;
}

void
trail_store_close(struct trail_store **store)
{
    if (*store == NULL)
        return;
    cnop_store_close(&(*store)->writer);
    cnop_store_close(&(*store)->reader);
    *store = NULL;
}

static const struct cnop_sql find_head = {
    .name = "audit.find_head",
    .text = "SELECT seq, seal FROM trail ORDER BY seq DESC LIMIT 1",
    .max_rows = 1,
};

enum cnop_err
trail_store_head(struct trail_store *store, struct trail_head *ret_head)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(store->reader->db, cnop_store_rows(store->reader), &find_head,
                                     CNOP_NO_PARAMS, &row);

    if (err == CNOP_E_NOT_FOUND) {
        *ret_head = (struct trail_head){.seq = 0};
        return CNOP_OK;
    }
    if (err != CNOP_OK)
        return err;
    ret_head->seq = cnop_row_u64(&row, 0);
    cnop_row_copy_bytes(&row, 1, ret_head->seal, sizeof(ret_head->seal));
    return CNOP_OK;
}

static const struct cnop_sql find_row = {
    .name = "audit.find_row",
    .text = "SELECT seq FROM trail WHERE seq = ? AND seal = ?",
    .max_rows = 1,
};

enum cnop_err
trail_store_has(struct trail_store *store, const struct trail_head *head, bool *ret_has)
{
    struct cnop_row row;
    enum cnop_err err = cnop_db_find(
        store->reader->db, cnop_store_rows(store->reader), &find_row,
        CNOP_PARAMS(CNOP_P_U64(head->seq), CNOP_P_BYTES(head->seal, sizeof(head->seal))), &row);

    if (err != CNOP_OK && err != CNOP_E_NOT_FOUND)
        return err;
    *ret_has = err == CNOP_OK;
    return CNOP_OK;
}

static const struct cnop_sql find_position = {
    .name = "audit.find_position",
    .text = "SELECT end_at FROM trail WHERE file = ? ORDER BY end_at DESC LIMIT 1",
    .max_rows = 1,
};

enum cnop_err
trail_store_position(struct trail_store *store, const struct trail_file *file, uint64_t *ret_offset)
{
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(store->reader->db, cnop_store_rows(store->reader), &find_position,
                     CNOP_PARAMS(CNOP_P_BYTES(file->bytes, sizeof(file->bytes))), &row);

    if (err != CNOP_OK && err != CNOP_E_NOT_FOUND)
        return err;
    *ret_offset = err == CNOP_OK ? cnop_row_u64(&row, 0) : 0;
    return CNOP_OK;
}

/* IGNORE: bytes that are no text become question marks in the columns made of the line, which
 * itself is kept as it is. A row that it leaves out is noticed by the count. */
static const struct cnop_sql insert_row = {
    .name = "audit.insert_row",
    .text = "INSERT IGNORE INTO trail (seq, file, start_at, end_at, line, seal) VALUES (?, ?, ?, "
            "?, ?, ?)",
};

struct append_job {
    struct trail_store *store;
    const struct trail_row *rows;
    size_t count;
};

static enum cnop_err
append_rows(void *arg)
{
    const struct append_job *job = arg;

    for (size_t i = 0; i < job->count; i++) {
        const struct trail_row *row = &job->rows[i];
        struct cnop_changed changed;
        enum cnop_err err =
            cnop_db_exec(job->store->writer->db, &insert_row,
                         CNOP_PARAMS(CNOP_P_U64(row->seq),
                                     CNOP_P_BYTES(row->file.bytes, sizeof(row->file.bytes)),
                                     CNOP_P_U64(row->start), CNOP_P_U64(row->end),
                                     CNOP_P_BYTES(row->line.ptr, row->line.len),
                                     CNOP_P_BYTES(row->seal, sizeof(row->seal))),
                         &changed);

        if (err == CNOP_OK && changed.affected_rows != 1)
            err = CNOP_E_DUPLICATE;
        if (err != CNOP_OK)
            return err;
    }
    return CNOP_OK;
}

enum cnop_err
trail_store_append(struct trail_store *store, const struct trail_row *rows, size_t count)
{
    struct append_job job = {.store = store, .rows = rows, .count = count};

    return cnop_store_transaction(store->writer, append_rows, &job);
}
