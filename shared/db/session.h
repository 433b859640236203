/* SPDX-License-Identifier: MIT */
/* One connection to MariaDB and its session: password, options, connecting, settings, and what its
 * last error was. The only place that opens a connection. For the files of shared/db only; whoever
 * holds a session decides when to connect and what to do about an error. */
#ifndef CNOP_DB_SESSION_H
#define CNOP_DB_SESSION_H

#include <mysql.h>

#include "shared/db/classify.h"
#include "shared/db/db.h"

#define CNOP_SESSION_PASSWORD_BYTES 256
#define CNOP_SESSION_CAUSE_BYTES 256
#define CNOP_SESSION_KEY_BYTES 96

enum cnop_session_kind {
    CNOP_SESSION_REQUESTS,   /* statements of request handlers: snapshot isolation */
    CNOP_SESSION_BATCHES,    /* the engine's packets of many statements */
    CNOP_SESSION_MIGRATIONS, /* schema changes by the administrator */
};

struct cnop_session {
    MYSQL *mysql; /* NULL: not connected */
    const struct cnop_db_config *config;
    enum cnop_session_kind kind;
    uint32_t answer_ms; /* how long the server may take to answer at all */
    char cause[CNOP_SESSION_CAUSE_BYTES];
    char duplicate_key[CNOP_SESSION_KEY_BYTES];
    char password[CNOP_SESSION_PASSWORD_BYTES];
};

/* Reads the password; does not connect. config must outlive the session. CONFIG: the password file
 * is missing, too open or too long; session->cause says which. */
cnop_must_check enum cnop_err cnop_session_open(struct cnop_session *session,
                                                const struct cnop_db_config *config,
                                                enum cnop_session_kind kind, uint32_t answer_ms);
void cnop_session_close(struct cnop_session *session); /* disconnects; wipes the password */

/* Connects and sets the session up. Any error: not connected, and session->cause says why. */
cnop_must_check enum cnop_err cnop_session_connect(struct cnop_session *session);
void cnop_session_disconnect(struct cnop_session *session);

/* Runs SQL text without parameters and without rows. False: see cnop_session_error. */
cnop_must_check bool cnop_session_command(struct cnop_session *session, struct cnop_str sql);

/* The catalogue error of the last failure on the connection, or on stmt (NULL: none); keeps cause
 * and duplicate_key. Values of rows never get into either. ret_lost: the connection is of no more
 * use; nothing is closed here. */
enum cnop_err cnop_session_error(struct cnop_session *session, const char *what,
                                 enum cnop_db_phase phase, bool in_transaction, MYSQL_STMT *stmt,
                                 bool *ret_lost);

#endif
