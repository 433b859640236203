/* SPDX-License-Identifier: MIT */
/* Transactions: begun, then committed or rolled back, with a third outcome when nobody can know.
 * Nothing is ever committed after an error. */
#include <time.h>

#include "shared/base/secret.h"
#include "shared/base/span.h"
#include "shared/db/db_state.h"

#define RETRY_MAX 3
#define RETRY_PAUSE_MIN_MS 5
#define RETRY_PAUSE_SPAN_MS 45

enum cnop_err
cnop_db_begin(struct cnop_db *db, const char *text, struct cnop_tx **ret_tx)
{
    enum cnop_err err;

    cnop_assert(!db->tx.open);
    err = cnop_db_require(db);
    if (err == CNOP_OK)
        err = cnop_db_command(db, text, CNOP_DB_PREPARING);
    if (err != CNOP_OK)
        return err;
    db->tx.open = true;
    db->tx.failed = CNOP_OK;
    db->tx.counted = false;
    *ret_tx = &db->tx;
    return CNOP_OK;
}

enum cnop_err
cnop_tx_begin(struct cnop_db *db, struct cnop_tx **ret_tx)
{
    return cnop_db_begin(db, "START TRANSACTION", ret_tx);
}

struct cnop_db *
cnop_tx_db(struct cnop_tx *tx)
{
    cnop_assert(tx->open);
    return tx->db;
}

enum cnop_err
cnop_tx_commit(struct cnop_tx **tx)
{
    struct cnop_tx *own = *tx;
    enum cnop_err err;

    cnop_assert(own != NULL);
    cnop_assert(own->open);
    if (own->failed != CNOP_OK) {
        err = own->failed;
        own->open = false;
        *tx = NULL;
        return err;
    }
    err = cnop_db_command(own->db, "COMMIT", CNOP_DB_COMMITTING);
    /* Refused but still connected: what the server made of it must not stay open. */
    if (err != CNOP_OK)
        cnop_db_rollback(own->db);
    own->open = false;
    *tx = NULL;
    return err;
}

void
cnop_tx_done(struct cnop_tx **tx)
{
    struct cnop_tx *own = *tx;

    if (own == NULL)
        return;
    cnop_assert(own->open);
    if (own->failed == CNOP_OK)
        cnop_db_rollback(own->db);
    own->open = false;
    *tx = NULL;
}

static uint32_t
random_pause_ms(void)
{
    unsigned char byte;

    cnop_secret_random(&byte, sizeof(byte));
    return RETRY_PAUSE_MIN_MS + byte % (RETRY_PAUSE_SPAN_MS + 1);
}

enum cnop_err
cnop_db_retry(struct cnop_db *db, cnop_db_fn fn, void *arg)
{
    enum cnop_err err = fn(db, arg);

    for (unsigned i = 0; i < RETRY_MAX; i++) {
        uint32_t pause_ms = random_pause_ms();
        struct timespec pause = {.tv_nsec = (long)pause_ms * 1000000L};

        cnop_assert(!db->tx.open);
        if (err != CNOP_E_DB_DEADLOCK && err != CNOP_E_BUSY)
            return err;
        if (cnop_span_left_ms(1000) <= pause_ms)
            break;
        (void)nanosleep(&pause, NULL);
        err = fn(db, arg);
    }
    return err == CNOP_E_DB_DEADLOCK ? CNOP_E_BUSY : err;
}
