/* SPDX-License-Identifier: MIT */
/* Rows of orders and entries, read back as what their requests were answered; see stored_sql.h. */
#include "fcgi_services/order/stored_sql.h"

#include <string.h>

#include "fcgi_services/order/order_codes.h"
#include "fcgi_services/order/row_cells_sql.h"
#include "fcgi_services/order/rows_columns.h"

/* False: the row has no key, or none of ours. */
static bool
read_key(struct cnop_str text, struct cnop_str fingerprint, struct stored_key *key)
{
    cnop_assert(key->posting.op != 0);
    key->key = text;
    if (text.len < 1 || text.len > LEDGER_KEY_BYTES || fingerprint.len != LEDGER_FINGERPRINT_BYTES)
        return false;
    memcpy(key->fingerprint, fingerprint.ptr, LEDGER_FINGERPRINT_BYTES);
    return true;
}

/* What was not filled at once was put on the book or given up. */
static void
share_out_rest(struct ledger_posting *posting)
{
    posting->undone.e8 -= posting->qty.e8;
    if (!ledger_status_is_open(posting->status))
        return;
    posting->left = posting->undone;
    posting->undone.e8 = 0;
    posting->reason = LEDGER_REASON_NONE; /* the one of its end */
}

bool
stored_read_order(const struct cnop_row *cells, struct stored_key *ret_key)
{
    struct ledger_posting *posting = &ret_key->posting;
    ROW_PLACES(ROW_BOOK_ORDER);

    cnop_assert(cells->column_count == PLACE_COUNT);
    *posting = (struct ledger_posting){.op = LEDGER_OP_ORDER};
    ROW_TAKE_ALL(ROW_BOOK_ORDER)
    share_out_rest(posting);
    return read_key(cell_bytes(cells, PLACE_client_order_id), cell_bytes(cells, PLACE_fingerprint),
                    ret_key);
}

bool
stored_read_entry(const struct cnop_row *cells, struct stored_key *ret_key)
{
    struct ledger_posting *posting = &ret_key->posting;
    ROW_PLACES(ROW_ENTRY);

    cnop_assert(cells->column_count == PLACE_COUNT);
    *posting = (struct ledger_posting){.asset_id = LEDGER_USD};
    ROW_TAKE_ALL(ROW_ENTRY)
    return read_key(cell_bytes(cells, PLACE_idem_key), cell_bytes(cells, PLACE_fingerprint),
                    ret_key);
}
