/* SPDX-License-Identifier: MIT */
/* Columns of the rows that the engine writes and reads: one table for each kind of row, one line a
 * column. Every statement is made of these lines, so a name and its value cannot come apart.
 *
 * FIRST or NEXT (column, how it is written, value, READ or SKIP, what to do with it when read)
 *
 * "How" is the name of a function of rows_put_sql.h. Values may use job and posting (its
 * outcome's), order, fill, or row, account and limit, and key (of the seals). READ columns are what
 * the start and the look-up of keys select, in this order; there `cell` is the number found, 0 for
 * NULL. Texts are fetched by their place. */
#ifndef CNOP_ORDER_ROWS_COLUMNS_H
#define CNOP_ORDER_ROWS_COLUMNS_H

#define ENTRY_SETTLE 4 /* kind of cash_entry; the others follow their commands */

/* A market order that the house has filled in one trade. */
#define ROW_ORDER(FIRST, NEXT)                                                                     \
    FIRST(id, i64, posting->id, SKIP, )                                                            \
    NEXT(account_id, i64, posting->account_id, SKIP, )                                             \
    NEXT(asset_id, i64, posting->asset_id, SKIP, )                                                 \
    NEXT(side, i64, posting->side, SKIP, )                                                         \
    NEXT(type, i64, ORDER_KIND_MARKET, SKIP, )                                                     \
    NEXT(tif, i64, ORDER_TIF_IMMEDIATE, SKIP, )                                                    \
    NEXT(status, i64, ORDER_STATUS_COMPLETED, SKIP, )                                              \
    NEXT(client_order_id, key, &job->command, SKIP, )                                              \
    NEXT(fingerprint, fingerprint, &job->command, SKIP, )                                          \
    NEXT(request_id, request_id, &job->command, SKIP, )                                            \
    NEXT(qty_e8, i64, posting->qty.e8, SKIP, )                                                     \
    NEXT(quote_qty_e8, i64_or_null, posting->quote_qty.e8, SKIP, )                                 \
    NEXT(limit_price_e10, i64_or_null, job->command.worst_price.e10, SKIP, )                       \
    NEXT(filled_qty_e8, i64, posting->qty.e8, SKIP, )                                              \
    NEXT(filled_quote_e8, i64, posting->total.e8, SKIP, )                                          \
    NEXT(fee_e8, i64, posting->fee.e8, SKIP, )                                                     \
    NEXT(cost_e8, i64, job->outcome.cost.e8, SKIP, )                                               \
    NEXT(price_e10, i64, posting->price.e10, SKIP, )                                               \
    NEXT(price_seq, u64, posting->price_seq, SKIP, )                                               \
    NEXT(cash_after_e8, i64, posting->cash_after.e8, SKIP, )                                       \
    NEXT(created_us, i64, posting->time_us, SKIP, )                                                \
    NEXT(updated_us, i64, posting->time_us, SKIP, )

/* Any order, as its request was answered; rows of orders that rest are brought up to date by
 * ROW_OPEN. Read back, undone is at first all that was asked for: see recovery_read_order. */
#define ROW_BOOK_ORDER(FIRST, NEXT)                                                                \
    FIRST(id, i64, posting->id, READ, posting->id = cell)                                          \
    NEXT(account_id, i64, posting->account_id, READ, posting->account_id = cell)                   \
    NEXT(asset_id, i64, posting->asset_id, READ, posting->asset_id = (uint16_t)cell)               \
    NEXT(side, i64, posting->side, READ, posting->side = (uint8_t)cell)                            \
    NEXT(type, i64, ledger_order_type_of(posting), READ,                                           \
         posting->op = cell == ORDER_KIND_MARKET ? LEDGER_OP_ORDER : LEDGER_OP_LIMIT)              \
    NEXT(tif, i64, posting->tif, READ, posting->tif = (uint8_t)cell)                               \
    NEXT(flags, i64, posting->flags, READ, posting->flags = (uint8_t)cell)                         \
    NEXT(status, i64, posting->status, READ, posting->status = (uint8_t)cell)                      \
    NEXT(reason, i64_or_null, posting->reason, READ, posting->reason = (uint8_t)cell)              \
    NEXT(client_order_id, key, &job->command, READ, )                                              \
    NEXT(fingerprint, fingerprint, &job->command, READ, )                                          \
    NEXT(request_id, request_id, &job->command, SKIP, )                                            \
    NEXT(qty_e8, i64, posting->qty.e8 + posting->left.e8 + posting->undone.e8, READ,               \
         posting->undone.e8 = cell)                                                                \
    NEXT(quote_qty_e8, i64_or_null, posting->quote_qty.e8, READ, posting->quote_qty.e8 = cell)     \
    NEXT(limit_price_e10, i64_or_null,                                                             \
         posting->op == LEDGER_OP_LIMIT ? posting->price.e10 : job->command.worst_price.e10,       \
         SKIP, )                                                                                   \
    NEXT(stop_price_e10, i64_or_null, posting->stop.e10, READ, posting->stop.e10 = cell)           \
    NEXT(filled_qty_e8, i64, posting->qty.e8, READ, posting->qty.e8 = cell)                        \
    NEXT(filled_quote_e8, i64, posting->total.e8, READ, posting->total.e8 = cell)                  \
    NEXT(fee_e8, i64, posting->fee.e8, READ, posting->fee.e8 = cell)                               \
    NEXT(cost_e8, i64, job->outcome.cost.e8, SKIP, )                                               \
    NEXT(price_e10, i64, posting->price.e10, READ, posting->price.e10 = cell)                      \
    NEXT(price_seq, u64, posting->price_seq, READ, posting->price_seq = (uint64_t)cell)            \
    NEXT(cash_after_e8, i64, posting->cash_after.e8, READ, posting->cash_after.e8 = cell)          \
    NEXT(fill_count, i64, posting->op == LEDGER_OP_LIMIT ? (int64_t)job->outcome.fill_count : 1,   \
         SKIP, )                                                                                   \
    NEXT(first_status, i64_or_null, first_status(posting), READ,                                   \
         posting->status = cell == 0 ? posting->status : (uint8_t)cell)                            \
    NEXT(first_filled_e8, i64_or_null, posting->qty.e8, READ,                                      \
         posting->qty.e8 = posting->op == LEDGER_OP_LIMIT ? cell : posting->qty.e8)                \
    NEXT(first_quote_e8, i64_or_null, posting->total.e8, READ,                                     \
         posting->total.e8 = posting->op == LEDGER_OP_LIMIT ? cell : posting->total.e8)            \
    NEXT(first_fee_e8, i64_or_null, posting->fee.e8, READ,                                         \
         posting->fee.e8 = posting->op == LEDGER_OP_LIMIT ? cell : posting->fee.e8)                \
    NEXT(first_hold_e8, i64_or_null, posting->hold_e8, READ, posting->hold_e8 = cell)              \
    NEXT(first_qty_e8, i64_or_null, first_qty(posting), READ,                                      \
         posting->undone.e8 = cell == 0 ? posting->undone.e8 : cell)                               \
    NEXT(first_price_e10, i64_or_null, first_price(posting), READ,                                 \
         posting->price.e10 = cell == 0 ? posting->price.e10 : cell)                               \
    NEXT(expires_us, i64_or_null, posting->expires_us, READ, posting->expires_us = cell)           \
    NEXT(created_us, i64, posting->time_us, READ, posting->time_us = cell)                         \
    NEXT(updated_us, i64, posting->time_us, SKIP, )

/* An order that rests or has rested, as it is now. Its row is there already: what never changes is
 * only named because it must have a value. */
#define ROW_OPEN(FIRST, NEXT)                                                                      \
    FIRST(id, i64, order->id, READ, order.id = cell)                                               \
    NEXT(account_id, i64, order->account_id, READ, order.account_id = cell)                        \
    NEXT(asset_id, i64, order->asset_id, READ, order.asset_id = (uint16_t)cell)                    \
    NEXT(side, i64, order->side, READ, order.side = (uint8_t)cell)                                 \
    NEXT(type, i64, ORDER_KIND_LIMIT, SKIP, )                                                      \
    NEXT(tif, i64, order->tif, READ, order.tif = (uint8_t)cell)                                    \
    NEXT(flags, i64, 0, READ, order.self = (uint8_t)(cell / LEDGER_SELF & LEDGER_SELF_MASK);       \
         order.trigger = (uint8_t)(cell / LEDGER_TRIGGER);                                         \
         order.post_only = cell % LEDGER_SELF == LEDGER_POST_ONLY)                                 \
    NEXT(status, i64, order->status, READ, order.status = (uint8_t)cell)                           \
    NEXT(reason, i64_or_null, order->reason, SKIP, )                                               \
    NEXT(qty_e8, i64, order->qty.e8, READ, order.qty.e8 = cell)                                    \
    NEXT(limit_price_e10, i64, order->price.e10, READ, order.price.e10 = cell)                     \
    NEXT(stop_price_e10, i64_or_null, order->stop.e10, READ, order.stop.e10 = cell)                \
    NEXT(filled_qty_e8, i64, order->qty.e8 - order->left.e8, READ,                                 \
         order.left.e8 = order.qty.e8 - cell)                                                      \
    NEXT(filled_quote_e8, i64, ledger_order_settled(order).e8, SKIP, )                             \
    NEXT(fee_e8, i64, ledger_order_fee(order).e8, SKIP, )                                          \
    NEXT(cost_e8, i64, order->cost_e8, READ, order.cost_e8 = cell)                                 \
    NEXT(price_e10, i64, order->price.e10, SKIP, )                                                 \
    NEXT(price_seq, i64, 0, SKIP, )                                                                \
    NEXT(cash_after_e8, i64, 0, SKIP, )                                                            \
    NEXT(hold_asset_id, i64, order->side == LEDGER_BUY ? LEDGER_USD : order->asset_id, SKIP, )     \
    NEXT(hold_e8, i64, order->hold_e8, READ, order.hold_e8 = cell)                                 \
    NEXT(prio, u64, order->prio, READ, order.prio = (uint64_t)cell)                                \
    NEXT(exact_e8, i64, order->exact_e8, READ, order.exact_e8 = cell)                              \
    NEXT(exact_e18, i64, order->exact_e18, READ, order.exact_e18 = cell)                           \
    NEXT(fee_cent_bps, i64, order->fee_cent_bps, READ, order.fee_cent_bps = cell)                  \
    NEXT(maker_bps, i64, order->maker_bps, READ, order.maker_bps = (uint16_t)cell)                 \
    NEXT(taker_bps, i64, order->taker_bps, READ, order.taker_bps = (uint16_t)cell)                 \
    NEXT(fill_count, i64, order->fill_count, READ, order.fill_count = (uint32_t)cell)              \
    NEXT(expires_us, i64_or_null, order->expires_us, READ, order.expires_us = cell)                \
    NEXT(created_us, i64, order->created_us, READ, order.created_us = cell)                        \
    NEXT(updated_us, i64, order->updated_us, READ, order.updated_us = cell)                        \
    NEXT(ver, i64, order->ver, READ, order.ver = (uint32_t)cell)

#define ROW_OPEN_SEAL(FIRST, NEXT)                                                                 \
    FIRST(order_id, i64, order->id, READ, )                                                        \
    NEXT(seal, i64, seal_order(key, order), READ, )

#define ROW_TRADE(FIRST, NEXT)                                                                     \
    FIRST(id, i64, job->outcome.trade_id, SKIP, )                                                  \
    NEXT(order_id, i64, posting->id, SKIP, )                                                       \
    NEXT(asset_id, i64, posting->asset_id, SKIP, )                                                 \
    NEXT(side, i64, posting->side, SKIP, )                                                         \
    NEXT(price_e10, i64, posting->price.e10, SKIP, )                                               \
    NEXT(qty_e8, i64, posting->qty.e8, SKIP, )                                                     \
    NEXT(quote_e8, i64, posting->total.e8, SKIP, )                                                 \
    NEXT(fee_e8, i64, posting->fee.e8, SKIP, )                                                     \
    NEXT(created_us, i64, posting->time_us, SKIP, )

/* A trade of the book. taker_buys: the buyer took. */
#define ROW_FILL_TRADE(FIRST, NEXT)                                                                \
    FIRST(id, i64, fill->trade_id, SKIP, )                                                         \
    NEXT(order_id, i64_or_null, taker_buys ? fill->buy_order : fill->sell_order, SKIP, )           \
    NEXT(maker_order_id, i64_or_null, taker_buys ? fill->sell_order : fill->buy_order, SKIP, )     \
    NEXT(asset_id, i64, fill->asset_id, SKIP, )                                                    \
    NEXT(side, i64, fill->taker_side, SKIP, )                                                      \
    NEXT(price_e10, i64, fill->price.e10, SKIP, )                                                  \
    NEXT(qty_e8, i64, fill->qty.e8, SKIP, )                                                        \
    NEXT(quote_e8, i64, taker_buys ? fill->pay.e8 : fill->receive.e8, SKIP, )                      \
    NEXT(fee_e8, i64, taker_buys ? fill->buy_fee.e8 : fill->sell_fee.e8, SKIP, )                   \
    NEXT(maker_fee_e8, i64, taker_buys ? fill->sell_fee.e8 : fill->buy_fee.e8, SKIP, )             \
    NEXT(cost_e8, i64, taker_buys ? fill->pay.e8 + fill->buy_fee.e8 : fill->sell_cost.e8, SKIP, )  \
    NEXT(created_us, i64, fill->time_us, SKIP, )

/* One side of it, of an order that may rest. buy: the buyer's. */
#define ROW_FILL(FIRST, NEXT)                                                                      \
    FIRST(account_id, i64, buy ? fill->buyer : fill->seller, SKIP, )                               \
    NEXT(trade_id, i64, fill->trade_id, SKIP, )                                                    \
    NEXT(order_id, i64, buy ? fill->buy_order : fill->sell_order, SKIP, )                          \
    NEXT(asset_id, i64, fill->asset_id, SKIP, )                                                    \
    NEXT(side, i64, buy ? LEDGER_BUY : LEDGER_SELL, SKIP, )                                        \
    NEXT(maker, i64, buy != (fill->taker_side == LEDGER_BUY), SKIP, )                              \
    NEXT(price_e10, i64, fill->price.e10, SKIP, )                                                  \
    NEXT(qty_e8, i64, fill->qty.e8, SKIP, )                                                        \
    NEXT(quote_e8, i64, buy ? fill->pay.e8 : fill->receive.e8, SKIP, )                             \
    NEXT(fee_e8, i64, buy ? fill->buy_fee.e8 : fill->sell_fee.e8, SKIP, )                          \
    NEXT(cost_e8, i64, buy ? fill->pay.e8 + fill->buy_fee.e8 : fill->sell_cost.e8, SKIP, )         \
    NEXT(cash_after_e8, i64, buy ? fill->buy_cash_after.e8 : fill->sell_cash_after.e8, SKIP, )     \
    NEXT(created_us, i64, fill->time_us, SKIP, )

#define ROW_ENTRY(FIRST, NEXT)                                                                     \
    FIRST(id, i64, posting->id, READ, posting->id = cell)                                          \
    NEXT(account_id, i64, posting->account_id, READ, posting->account_id = cell)                   \
    NEXT(kind, i64,                                                                                \
         posting->op == LEDGER_OP_SETTLE ? ENTRY_SETTLE : posting->op - LEDGER_OP_DEPOSIT + 1,     \
         READ,                                                                                     \
         posting->op =                                                                             \
             cell == ENTRY_SETTLE ? LEDGER_OP_SETTLE : (uint8_t)(cell + LEDGER_OP_DEPOSIT - 1))    \
    NEXT(amount_e8, i64,                                                                           \
         posting->op == LEDGER_OP_WITHDRAW ? -posting->total.e8 : posting->total.e8, READ,         \
         posting->total.e8 = cell < 0 ? -cell : cell)                                              \
    NEXT(balance_after_e8, i64, posting->cash_after.e8, READ, posting->cash_after.e8 = cell)       \
    NEXT(idem_key, key, &job->command, READ, )                                                     \
    NEXT(fingerprint, fingerprint, &job->command, READ, )                                          \
    NEXT(request_id, request_id, &job->command, SKIP, )                                            \
    NEXT(created_us, i64, posting->time_us, READ, posting->time_us = cell)

#define ROW_TRANSFER(FIRST, NEXT)                                                                  \
    FIRST(id, i64, transfer_id, SKIP, )                                                            \
    NEXT(leg, i64, leg, SKIP, )                                                                    \
    NEXT(debit_account, i64, transfer->debit_account, SKIP, )                                      \
    NEXT(credit_account, i64, transfer->credit_account, SKIP, )                                    \
    NEXT(asset_id, i64, transfer->asset_id, SKIP, )                                                \
    NEXT(amount_e8, i64, transfer->amount_e8, SKIP, )                                              \
    NEXT(kind, i64, transfer->kind, SKIP, )

#define ROW_BALANCE(FIRST, NEXT)                                                                   \
    FIRST(account_id, i64, row->account_id, READ, balance.account_id = cell)                       \
    NEXT(asset_id, i64, row->asset_id, READ, balance.asset_id = (uint16_t)cell)                    \
    NEXT(avail_e8, i64, row->avail_e8, READ, balance.avail_e8 = cell)                              \
    NEXT(held_e8, i64, row->held_e8, READ, balance.held_e8 = cell)                                 \
    NEXT(floor_e8, i64, row->floor_e8, SKIP, )                                                     \
    NEXT(cost_e8, i64, row->cost_e8, READ, balance.cost_e8 = cell)                                 \
    NEXT(realised_e8, i64, row->realised_e8, READ, balance.realised_e8 = cell)                     \
    NEXT(entries, u64, row->entries, READ, balance.entries = (uint64_t)cell)                       \
    NEXT(ver, u64, row->ver, READ, balance.ver = (uint64_t)cell)                                   \
    NEXT(created_us, i64, row->created_us, READ, balance.created_us = cell)                        \
    NEXT(updated_us, i64, row->updated_us, READ, balance.updated_us = cell)                        \
    NEXT(seal, i64, seal_balance(key, row), READ, )

#define ROW_ACCOUNT(FIRST, NEXT)                                                                   \
    FIRST(id, i64, account->id, READ, found.id = cell)                                             \
    NEXT(user_id, i64, account->id, SKIP, )                                                        \
    NEXT(kind, i64, account->kind, READ, found.kind = (uint8_t)cell)                               \
    NEXT(status, i64, account->status, READ, found.status = (uint8_t)cell)                         \
    NEXT(created_us, i64, account->created_us, READ, found.created_us = cell)                      \
    NEXT(changed_us, i64, account->changed_us, READ, found.changed_us = cell)                      \
    NEXT(switch_us, i64_or_null, account->switch_us, READ, found.switch_us = cell)                 \
    NEXT(seal, i64, seal_account(key, account), READ, )

#define ROW_LIMIT(FIRST, NEXT)                                                                     \
    FIRST(account_id, i64, account->id, READ, account_id = cell)                                   \
    NEXT(kind, i64, limit + 1, READ, kind = cell)                                                  \
    NEXT(utc_day, i64, account->used_day[limit], READ, utc_day = (int32_t)cell)                    \
    NEXT(used_e8, i64, account->used_e8[limit], READ, used_e8 = cell)

#define ROW_JOURNAL(FIRST, NEXT)                                                                   \
    FIRST(seq, u64, batch->chain.seq, SKIP, )                                                      \
    NEXT(epoch, u64, batch->chain.epoch, SKIP, )                                                   \
    NEXT(first_id, i64, batch->first_id, SKIP, )                                                   \
    NEXT(command_count, i64, batch->changed_count, SKIP, )                                         \
    NEXT(created_us, i64, batch->jobs[0]->command.time_us, SKIP, )                                 \
    NEXT(prev_hash, hash, batch->framed, SKIP, )                                                   \
    NEXT(hash, hash, batch->chain.hash, SKIP, )                                                    \
    NEXT(body, body, &batch->body, SKIP, )

/* Some of what the batch did, for those whom it concerns (docs/adr/0016). */
#define ROW_EVENTS(FIRST, NEXT)                                                                    \
    FIRST(first_seq, u64, row->first_seq, SKIP, )                                                  \
    NEXT(event_count, i64, row->count, SKIP, )                                                     \
    NEXT(created_us, i64, batch->events.time_us, SKIP, )                                           \
    NEXT(body, text, event_rows_body(&batch->events, row), SKIP, )

/* ---- what is made of a table ---- */

/* "id,account_id,...": all columns, as one literal. */
#define ROW_NAME_FIRST(column, put, value, mode, read) #column
#define ROW_NAME(column, put, value, mode, read) "," #column
#define ROW_NAMES(TABLE) TABLE(ROW_NAME_FIRST, ROW_NAME)

/* Those that are read. The first column always is. */
#define ROW_SELECT_READ(column) "," #column
#define ROW_SELECT_SKIP(column)
#define ROW_SELECT(column, put, value, mode, read) ROW_SELECT_##mode(column)
#define ROW_SELECTED(TABLE) TABLE(ROW_NAME_FIRST, ROW_SELECT)

/* One put_ call each, on a batch called sql. */
#define ROW_PUT(column, put, value, mode, read) rows_put_##put(sql, value);
#define ROW_PUT_ALL(TABLE) TABLE(ROW_PUT, ROW_PUT)

/* One statement each, from a row called cells; each place is named by ROW_PLACES before. */
#define ROW_PLACE_READ(column) PLACE_##column,
#define ROW_PLACE_SKIP(column)
#define ROW_PLACE(column, put, value, mode, read) ROW_PLACE_##mode(column)
#define ROW_PLACES(TABLE) enum { TABLE(ROW_PLACE, ROW_PLACE) PLACE_COUNT }
#define ROW_TAKE_READ(column, read)                                                                \
    {                                                                                              \
        int64_t cell = cell_i64(cells, PLACE_##column);                                            \
                                                                                                   \
        (void)cell;                                                                                \
        read;                                                                                      \
    }
#define ROW_TAKE_SKIP(column, read)
#define ROW_TAKE(column, put, value, mode, read) ROW_TAKE_##mode(column, read)
#define ROW_TAKE_ALL(TABLE) TABLE(ROW_TAKE, ROW_TAKE)

#endif
