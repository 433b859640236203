/* SPDX-License-Identifier: MIT */
/* Many rows in one transaction and one packet, for the order engine's committer and its start. The
 * text is assembled from constant SQL and typed values: integers as digits, bytes as hexadecimal
 * literals, so that no input can become SQL. One connection with its own thread; nothing here is
 * used by request handlers (see db.h for those). */
#ifndef CNOP_DB_BATCH_H
#define CNOP_DB_BATCH_H

#include "shared/base/buf.h"
#include "shared/db/db.h"

/* ---- text ---- */

/* A transaction or query being assembled in memory of fixed size. */
struct batch_arrays;
struct cnop_batch {
    struct cnop_buf text;
    struct batch_arrays *arrays; /* NULL: text only */
    bool as_arrays;              /* the rows that follow go into arrays */
    size_t text_before;          /* length of the text that runs before the arrays */
    bool first_value;            /* of the open row */
    bool first_row;              /* of the open statement */
};

void cnop_batch_init(struct cnop_batch *batch, void *memory, size_t bytes);
void cnop_batch_clear(struct cnop_batch *batch);
/* Start-up: gives the batch room for rows as arrays (about 20 MiB of address space, touched as
 * used). */
void cnop_batch_take_arrays(struct cnop_batch *batch);
/* Rows of the statements that follow are collected as arrays (on) or as text (off, and after a
 * clear). All arrays run after the text before the first of them and before the rest of the text.
 */
void cnop_batch_use_arrays(struct cnop_batch *batch, bool on);
bool cnop_batch_overflowed(const struct cnop_batch *batch);

/* Appends constant SQL: a string literal of the program, never anything else. */
#define cnop_batch_sql(batch, literal) cnop_batch_constant((batch), "" literal)
void cnop_batch_constant(struct cnop_batch *batch, const char *sql);

/* One value; between row_open and row_close the commas come by themselves. */
void cnop_batch_i64(struct cnop_batch *batch, int64_t value);
void cnop_batch_u64(struct cnop_batch *batch, uint64_t value);
void cnop_batch_bytes(struct cnop_batch *batch, const void *bytes, size_t len); /* x'..' */
void cnop_batch_ascii(struct cnop_batch *batch, struct cnop_str text); /* _ascii x'..': compares
                                                                          by index */
void cnop_batch_null(struct cnop_batch *batch);

/* "INSERT INTO t (a, b) VALUES " rows " ON DUPLICATE KEY UPDATE ...": head and tail are literals.
 */
#define cnop_batch_rows_open(batch, literal) cnop_batch_rows_begin((batch), "" literal)
void cnop_batch_rows_begin(struct cnop_batch *batch, const char *head);
void cnop_batch_row_open(struct cnop_batch *batch);
void cnop_batch_row_close(struct cnop_batch *batch);
#define cnop_batch_rows_close(batch, literal) cnop_batch_rows_end((batch), "" literal)
void cnop_batch_rows_end(struct cnop_batch *batch, const char *tail);

/* ---- connection ---- */

struct cnop_batch_db;

/* Start-up: reads the password, does not connect. read_timeout_ms: how long an answer may take.
 * CONFIG: no usable password file (the current span has the cause). */
cnop_must_check enum cnop_err cnop_batch_db_open(const struct cnop_db_config *config,
                                                 uint32_t read_timeout_ms,
                                                 struct cnop_batch_db **ret_db);

/* Connects if needed, and sets the session up: strict, UTC. DB_FAILED: the server cannot be
 * reached or refuses. */
cnop_must_check enum cnop_err cnop_batch_db_connect(struct cnop_batch_db *db);

/* Runs the assembled statements, which begin with START TRANSACTION and end with COMMIT: text in
 * one round trip, arrays in one for each statement. CNOP_OK: durable. OUTCOME_UNKNOWN: the
 * connection broke, or the commit itself failed; find out by asking. Everything else: rolled back,
 * nothing changed: DUPLICATE (a unique key), FENCED (a NOT NULL column was given NULL: the way a
 * fence says no), DB_DEADLOCK, TRUNCATED (the text did not fit), INTERNAL (a constraint or our
 * SQL), DB_FAILED (read-only, full disk). */
cnop_must_check enum cnop_err cnop_batch_commit(struct cnop_batch_db *db, struct cnop_batch *batch);

/* Streams the rows of one SELECT. An error of fn ends the scan and is returned; OUTCOME_UNKNOWN
 * never: DB_FAILED. Cells are valid during the call only. */
typedef enum cnop_err (*cnop_batch_row_fn)(void *arg, const struct cnop_row *row);
cnop_must_check enum cnop_err cnop_batch_scan(struct cnop_batch_db *db,
                                              const struct cnop_batch *query, cnop_batch_row_fn fn,
                                              void *arg);

/* Scans between the two see one moment of the database; a connection that breaks in between fails
 * them (DB_FAILED). No commits in between. */
cnop_must_check enum cnop_err cnop_batch_snapshot_begin(struct cnop_batch_db *db);
void cnop_batch_snapshot_end(struct cnop_batch_db *db);

/* Number and text of the server's last error, for logs. */
const char *cnop_batch_db_cause(const struct cnop_batch_db *db);

#endif
