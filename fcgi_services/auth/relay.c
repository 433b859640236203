/* SPDX-License-Identifier: MIT */
/* One round of the relay. The head is read before the rows: numbers become visible in order, so
 * every row up to the head is there, and rows beyond it wait for the next round. */
#include "fcgi_services/auth/relay.h"

#include "fcgi_services/auth/revocation_wire.h"

enum relay_action
relay_decide(const struct gateway_state *state, uint64_t head)
{
    if (!state->is_synced)
        return RELAY_SNAPSHOT;
    if (state->last_seq == head)
        return RELAY_NOTHING;
    /* A gateway ahead of us means that the database went back in time: start over. */
    return state->last_seq > head ? RELAY_SNAPSHOT : RELAY_DELTA;
}

/* Appends rows with after < seq <= head; false in ret_dense when numbers are missing among them:
 * those rows have expired and were pruned. */
static enum cnop_err
append_rows(struct auth_store *store, struct cnop_buf *text, uint64_t after, uint64_t head,
            bool *ret_dense)
{
    static _Thread_local struct revocation rows[REVOCATION_LIST_MAX];
    bool dense = true;
    size_t count;

    do {
        enum cnop_err err =
            auth_store_list_revocations(store, after, REVOCATION_LIST_MAX, rows, &count);

        if (err != CNOP_OK)
            return err;
        for (size_t i = 0; i < count && rows[i].seq <= head; i++) {
            dense = dense && rows[i].seq == after + 1;
            after = rows[i].seq;
            revocation_wire_line(text, &rows[i]);
        }
    } while (count == REVOCATION_LIST_MAX && rows[count - 1].seq < head && !text->overflow);
    *ret_dense = dense && after == head;
    return CNOP_OK;
}

static enum cnop_err
write_text(struct relay_link *link, struct auth_store *store, uint64_t last_seq, uint64_t head,
           enum relay_action *action)
{
    struct cnop_buf *text = relay_link_text(link);
    bool dense = false;
    enum cnop_err err;

    if (*action == RELAY_DELTA) {
        revocation_wire_delta(text, last_seq);
        err = append_rows(store, text, last_seq, head, &dense);
        if (err != CNOP_OK || dense)
            return err;
        *action = RELAY_SNAPSHOT;
    }
    text = relay_link_text(link);
    revocation_wire_snapshot(text, head);
    return append_rows(store, text, 0, head, &dense);
}

enum cnop_err
relay_round(struct relay_link *link, size_t index, struct auth_store *store, uint32_t timeout_ms,
            enum relay_action *ret_action)
{
    struct gateway_state state;
    enum relay_action action;
    uint64_t last_seq = 0;
    uint64_t head;
    enum cnop_err err;

    err = relay_link_ask(link, index, timeout_ms, &state);
    if (err == CNOP_OK)
        err = auth_store_revocation_head(store, &head);
    if (err != CNOP_OK)
        return err;
    action = relay_decide(&state, head);
    if (action != RELAY_NOTHING) {
        err = write_text(link, store, state.last_seq, head, &action);
        if (err == CNOP_OK)
            err = relay_link_send(link, index, timeout_ms, &last_seq);
    }
    if (err == CNOP_OK)
        *ret_action = action;
    return err;
}
