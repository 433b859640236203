# SPDX-License-Identifier: MIT
"""Defects that the tests must notice, each planted by one edit of one file.

Where the text to be replaced is not there exactly once, the control itself has failed: whoever
rewrites such a line chooses the defect anew.
"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Defect:
    name: str
    path: str
    find: str
    plant: str
    test: str  # a program of the units, or a pytest selection


LEDGER = "tests/unit/shared/ledger"
POLICY = "tests/unit/nginx_modules/policy"
SERVICE = "tests/service"
SIMULATOR = "tests/sim/simulator"
TORTURE = "tests/torture/test_torture"

DEFECTS = [
    # ---- acknowledged means committed, exactly once ----
    Defect("acknowledges_before_commit", "fcgi_services/order/engine.c",
           "if (engine_fault(ENGINE_FAULT_REPLY_EARLY)) {", "if (true) {", "tests/unit/order/test_engine"),
    Defect("acknowledges_a_failed_commit", "fcgi_services/order/engine_result.c",
           "    engine_finish_all(engine, jobs, err);\n", "    engine_finish_all(engine, jobs, CNOP_OK);\n",
           "tests/unit/order/test_engine"),
    Defect("a_failed_commit_stays_in_memory", "fcgi_services/order/engine_result.c",
           "    ledger_rollback(engine->ledger, engine->committed_mark);\n", "", "tests/unit/order/test_engine"),
    Defect("calls_an_unknown_outcome_failed", "fcgi_services/order/engine_result.c",
           "engine_finish(engine, batch->jobs[i], CNOP_E_OUTCOME_UNKNOWN);",
           "engine_finish(engine, batch->jobs[i], CNOP_E_DB_FAILED);", "tests/unit/order/test_engine"),
    Defect("no_fence", "fcgi_services/order/rows_sql.c",
           "if (engine_fault(ENGINE_FAULT_DROP_FENCE)) {", "if (true) {",
           f"{SERVICE}/test_order_engine.py -k second_engine"),
    Defect("believes_another_engines_row", "fcgi_services/order/commit_sql.c",
           "if (!writer.found || writer.epoch != batch->chain.epoch)", "if (!writer.found)",
           "tests/unit/order/test_committer_sql"),
    Defect("takes_an_older_batch_for_its_own", "fcgi_services/order/commit_sql.c",
           "if (writer.seq == batch->chain.seq)", "if (writer.seq + 1 == batch->chain.seq)",
           "tests/unit/order/test_committer_sql"),
    Defect("no_deduplication", "shared/ledger/keys.c",
           "            set[i].posting.account_id == account_id)\n            return &set[i];",
           "            set[i].posting.account_id == account_id)\n            return NULL;", f"{LEDGER}/test_ledger"),
    Defect("another_order_under_the_same_key", "shared/ledger/apply.c",
           "memcmp(known->fingerprint, command->fingerprint, LEDGER_FINGERPRINT_BYTES) == 0", "true",
           f"{LEDGER}/test_ledger"),
    Defect("undo_forgets_a_byte", "shared/ledger/undo.c",
           "memcpy(entry->data, from, part);", "memcpy(entry->data, from, part - 1);", f"{LEDGER}/test_ledger"),
    Defect("chain_leaves_the_head_out", "shared/ledger/record.c",
           "    memcpy(framed, chain->hash, CNOP_SHA256_BYTES);\n", "    memset(framed, 0, CNOP_SHA256_BYTES);\n",
           f"{LEDGER}/test_record"),

    Defect("an_answer_overtakes_its_commit", "fcgi_services/order/engine.c",
           "if (engine_fault(ENGINE_FAULT_REPLY_EARLY)) {", "if (true) {", SIMULATOR),
    Defect("an_older_engine_writes_on", "fcgi_services/order/rows_sql.c",
           "if (engine_fault(ENGINE_FAULT_DROP_FENCE)) {", "if (true) {", SIMULATOR),
    Defect("a_start_takes_the_newest_keys_for_all", "fcgi_services/order/recovery_sql.c",
           "if (loader->older_keys)", "if (false)", SIMULATOR),
    Defect("what_was_looked_up_is_forgotten", "fcgi_services/order/engine_result.c",
           "    job->found = true;\n", "", "tests/unit/order/test_engine_lookup"),
    Defect("a_stalled_batch_takes_the_next_along", "fcgi_services/order/engine_result.c",
           "    ledger_rollback(engine->ledger, batch->undo_end);\n", "", SIMULATOR),
    Defect("a_lost_answer_means_a_failed_commit", "fcgi_services/order/commit_sql.c",
           "return err == CNOP_E_OUTCOME_UNKNOWN ? settle(commit, batch) : err;",
           "return err == CNOP_E_OUTCOME_UNKNOWN ? CNOP_E_DB_FAILED : err;", SIMULATOR),
    Defect("a_batch_is_not_believed_to_be_there", "fcgi_services/order/commit_sql.c",
           "if (writer.seq == batch->chain.seq)\n        return CNOP_OK;", "if (writer.seq == batch->chain.seq)\n        return CNOP_E_NOT_FOUND;",
           SIMULATOR),

    # ---- money ----
    Defect("the_buyer_pays_rounded_down", "shared/ledger/order.c",
           "if (posting->side == LEDGER_BUY && cnop_cash_cent_ceil", "if (posting->side == LEDGER_SELL && cnop_cash_cent_ceil",
           f"{LEDGER}/test_settlement"),
    Defect("the_fee_is_rounded_down", "shared/base/money.c",
           "(product + CNOP_MONEY_BPS_WHOLE - 1) / CNOP_MONEY_BPS_WHOLE", "product / CNOP_MONEY_BPS_WHOLE",
           "tests/unit/shared/base/test_money"),
    Defect("the_rest_is_not_booked", "shared/ledger/order.c",
           "LEDGER_ACCOUNT_ROUNDING, rest_e8,", "LEDGER_ACCOUNT_ROUNDING, 0,", f"{LEDGER}/test_settlement"),
    Defect("a_cent_of_overdraft", "shared/ledger/post.c",
           "avail_e8 < state_floor(ledger, nets[i].account_id)", "avail_e8 + CNOP_CENT_E8 < state_floor(ledger, nets[i].account_id)",
           f"{LEDGER}/test_ledger"),
    Defect("a_daily_limit_one_too_small", "shared/ledger/cash.c",
           "total_e8 > most.e8)", "total_e8 >= most.e8)", f"{LEDGER}/test_rules"),
    Defect("withdrawals_use_no_limit", "shared/ledger/cash.c",
           "        use_limit(ledger, command, LEDGER_LIMIT_WITHDRAW);\n", "        (void)0;\n", f"{LEDGER}/test_ledger"),
    Defect("a_frozen_account_trades", "shared/ledger/order.c",
           "if (account != NULL && account->status == LEDGER_FROZEN)", "if (false)", f"{LEDGER}/test_ledger"),
    Defect("a_stale_price_is_good", "shared/ledger/order.c",
           "asset->price.e10 <= 0 || age_us > ledger->config.price_max_age_us", "asset->price.e10 <= 0",
           f"{LEDGER}/test_ledger"),
    Defect("a_seller_takes_any_price", "shared/ledger/order.c",
           "price_e10 > worst_e10 : price_e10 < worst_e10", "price_e10 > worst_e10 : false",
           f"{LEDGER}/test_settlement"),
    Defect("an_exponent_too_many", "shared/base/money.c",
           "if (number.exponent < -(int64_t)decimals)", "if (number.exponent < -(int64_t)decimals - 1)",
           "tests/unit/shared/base/test_money_text"),

    # ---- tokens ----
    Defect("the_algorithm_is_not_pinned", "shared/token/verify.c",
           "        if (!cnop_str_equal(header.alg, CNOP_STR(\"ES256\")))\n            return CNOP_TOKEN_BAD_ALGORITHM;\n", "",
           "tests/unit/shared/token/test_verify"),
    Defect("the_signature_is_not_checked", "shared/token/verify.c",
           "signature_len != ES256_BYTES || !verify_es256(keys, key, parts->signed_text, signature)",
           "signature_len != ES256_BYTES", "tests/unit/shared/token/test_verify"),
    Defect("expired_tokens_live_on", "shared/token/verify.c",
           "claims->exp_s + policy->leeway_s <= now_s ? CNOP_TOKEN_EXPIRED : CNOP_TOKEN_OK", "CNOP_TOKEN_OK",
           "tests/unit/shared/token/test_verify_claims"),
    Defect("any_audience_will_do", "shared/token/verify.c",
           "found = found || is_text(&element, expected);", "found = true;",
           "tests/unit/shared/token/test_verify_claims"),

    Defect("a_refresh_token_is_good_twice", "fcgi_services/auth/session.c",
           "if (token->used_us == 0)", "if (true)", "tests/unit/auth/test_session"),

    # ---- gateway policies ----
    Defect("a_limit_one_too_large", "nginx_modules/policy/limit.c",
           "row->count >= rule->rate", "row->count > rule->rate", f"{POLICY}/test_limit"),
    Defect("time_runs_backwards", "nginx_modules/policy/elapsed.h",
           "return now_ms > since_ms ? now_ms - since_ms : 0;", "return now_ms - since_ms;", f"{POLICY}/test_limit"),
    Defect("a_success_forgives_everything", "nginx_modules/policy/guard.c",
           "if (row->accounts[i] != account)", "if (false)", f"{POLICY}/test_guard"),
    Defect("guesses_beside_each_other_are_free", "nginx_modules/policy/guard.c",
           "held + row->fails >= rule->fails", "row->fails >= rule->fails", f"{POLICY}/test_guard"),
    Defect("a_crash_counts_as_often_as_it_is_met", "nginx_modules/policy/breaker.c",
           "if (row->lost_ms != 0 && policy_elapsed(row->lost_ms, now_ms) < rule->slice_ms)\n            return;\n",
           "", f"{POLICY}/test_breaker"),
    Defect("an_older_revocation_wins", "nginx_modules/policy/revoke.c",
           "        if (record->before_s > row->before_s)\n", "", f"{POLICY}/test_revoke"),
    Defect("other_sites_may_post", "nginx_modules/src/ngx_http_cnop_csrf.c",
           "    if (!ngx_http_cnop_same_origin(r)) {", "    if (0) {", "tests/gateway/test_csrf.py"),

    # ---- whose rows ----
    Defect("an_order_of_somebody_else", "fcgi_services/order/reader_store_sql.c",
           "FROM v_orders WHERE id = ? AND account_id = ?", "FROM v_orders WHERE id = ? AND ? > 0",
           f"{SERVICE}/test_order_reader.py"),
    Defect("a_session_of_somebody_else", "fcgi_services/auth/auth_store_session_sql.c",
           "WHERE sid = ? AND user_id = ? AND revoked_us IS NULL", "WHERE sid = ? AND ? > 0 AND revoked_us IS NULL",
           f"{SERVICE}/test_auth_service.py -k session"),
    Defect("any_user_commands_the_engine", "fcgi_services/order/command_socket.c",
           "if (is_listed(config->admin_uids, peer.uid))", "if (true)", f"{SERVICE}/test_command_rights.py"),

    # ---- database and cache ----
    Defect("goes_on_after_an_error", "shared/db/handle.c",
           "    else if (db->tx.open && phase != CNOP_DB_COMMITTING)\n        cnop_db_rollback(db);\n", "",
           f"{SERVICE}/test_db.py"),
    Defect("leaves_a_transaction_open", "shared/db/tx.c",
           "    if (own->failed == CNOP_OK)\n        cnop_db_rollback(own->db);\n", "", f"{SERVICE}/test_db.py"),
    Defect("the_user_row_is_not_locked", "fcgi_services/auth/auth_store_sql.c",
           "\" WHERE id = ? FOR UPDATE\"", "\" WHERE id = ?\"", f"{SERVICE}/test_auth_service.py -k waits_for_whoever"),
    Defect("an_answer_of_many_moments", "shared/db/snapshot.c",
           "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", "SET @now = 1", f"{SERVICE}/test_one_moment.py"),
    Defect("a_seal_always_fits", "fcgi_services/order/row_cells_sql.h",
           "(cell->kind == CNOP_PARAM_I64 || cell->kind == CNOP_PARAM_U64) && cell->i64 == value", "true || value == cell->i64",
           f"{SERVICE}/test_verification.py"),
    Defect("keys_of_the_cache_are_not_checked", "shared/cache/cache.c",
           "MEMCACHED_BEHAVIOR_VERIFY_KEY, 1)", "MEMCACHED_BEHAVIOR_VERIFY_KEY, 0)", f"{SERVICE}/test_cache.py"),
    Defect("old_sessions_outlive_the_password", "fcgi_services/auth/password_change.c",
           "        err = session_close_all(job->env, job->user->id, now_us, \"password_changed\", &job->end);\n",
           "        err = CNOP_OK;\n", "tests/unit/auth/test_password_change"),

    # ---- a call that fails ----
    Defect("registered_though_the_store_failed", "fcgi_services/auth/auth_http.c",
           "    if (err != CNOP_OK)\n        return err;\n    cnop_metric_add(AUTH_METRIC_REGISTERED, 1);",
           "    cnop_metric_add(AUTH_METRIC_REGISTERED, 1);", f"{TORTURE}_auth"),
    Defect("a_logout_that_failed_is_told_as_done", "fcgi_services/auth/auth_session_http.c",
           "    if (err != CNOP_OK && err != CNOP_E_NOT_FOUND)", "    if (false)", f"{TORTURE}_auth"),
    Defect("a_failed_hash_keeps_its_place", "fcgi_services/auth/password_attempt.c",
           "    hash_gate_leave(&pass);\n    return err == CNOP_OK ? job.err : err;",
           "    if (err == CNOP_OK && job.err == CNOP_OK)\n        hash_gate_leave(&pass);\n    return err == CNOP_OK ? job.err : err;",
           f"{TORTURE}_auth"),
    Defect("no_memory_means_a_wrong_password", "fcgi_services/auth/password.c",
           "errno == ENOMEM ? CNOP_E_NO_MEMORY : CNOP_E_BAD_CREDENTIALS", "CNOP_E_BAD_CREDENTIALS", f"{TORTURE}_auth"),
    Defect("a_write_error_is_ignored", "shared/base/file.c",
           "written = write(fd, text.ptr, text.len) == (ssize_t)text.len &&", "written = write(fd, text.ptr, text.len) != 0 &&",
           f"{TORTURE}_files"),
    Defect("an_fsync_error_is_ignored", "shared/base/file.c",
           "              fsync(fd) == 0;", "              (fsync(fd), true);", f"{TORTURE}_files"),
    Defect("a_broken_read_leaves_its_descriptor", "shared/base/file.c",
           "    (void)close(fd); /* read only: nothing to lose */\n    if (err == CNOP_OK)\n        *ret_len = len;",
           "    if (err == CNOP_OK)\n        (void)close(fd);\n    if (err == CNOP_OK)\n        *ret_len = len;", f"{TORTURE}_auth"),
    Defect("a_deposit_that_failed_is_told_as_done", "fcgi_services/user/user_http_money.c",
           "    if (err != CNOP_OK)\n        return movement_refusal(req, &movement, err, &outcome);\n",
           "    if (false)\n        return movement_refusal(req, &movement, err, &outcome);\n", f"{TORTURE}_user"),
    Defect("a_list_leaves_its_transaction_open", "fcgi_services/user/user_http_statement.c",
           "    cnop_cleanup(user_store_view_done) struct user_view *view = NULL;\n    struct user_thread *self = cnop_request_env(req);\n"
           "    struct cnop_arena *arena = cnop_request_arena(req);\n    enum cnop_err err",
           "    struct user_view *view = NULL;\n    struct user_thread *self = cnop_request_env(req);\n"
           "    struct cnop_arena *arena = cnop_request_arena(req);\n    enum cnop_err err", f"{TORTURE}_user"),
    Defect("a_cancelled_order_that_cannot_be_shown_is_told_as_refused", "fcgi_services/order/engine_jobs.c",
           "return job->err == CNOP_OK ? CNOP_E_OUTCOME_UNKNOWN : err;", "return err;", f"{TORTURE}_engine"),
    Defect("a_preview_needs_no_memory", "fcgi_services/order/order_http.c",
           "    if (preview == NULL)\n        return CNOP_E_NO_MEMORY;\n    job = order_http_take", "    job = order_http_take",
           f"{TORTURE}_engine"),
    Defect("a_failed_commit_hides_what_the_engine_did", "fcgi_services/inventory/inventory_admin.c",
           "return err == CNOP_OK ? CNOP_OK : CNOP_E_OUTCOME_UNKNOWN;", "return err;", f"{TORTURE}_inventory"),
    Defect("the_trail_runs_ahead_of_its_mark", "fcgi_services/audit/writer.c",
           "if (mark.seq < writer->head.seq)", "if (false)", f"{TORTURE}_audit"),
    Defect("the_writer_trusts_what_it_knew_before_an_error", "fcgi_services/audit/writer.c",
           "    else\n        writer->known = false;\n", "", f"{TORTURE}_audit"),
    Defect("half_an_export_ends_like_a_whole_one", "shared/web/serve.c",
           "    if (err != CNOP_OK && req->response.begun)\n        cnop_fcgi_cut(req->fcgi);\n", "", f"{TORTURE}_reader"),
    Defect("a_list_of_orders_leaves_its_view_open", "fcgi_services/order/reader_http_list.c",
           "cnop_cleanup(reader_store_view_done) struct cnop_snapshot *view", "struct cnop_snapshot *view", f"{TORTURE}_reader"),
    Defect("trouble_of_ours_counts_as_a_guess", "fcgi_services/auth/login.c",
           "        (void)!password_attempt_forgive_alone(env, attempt);\n", "        (void)0;\n", "tests/unit/auth/test_login"),
    Defect("a_library_without_memory_is_believed", "shared/json/json_read.c",
           "json_copy_value(copy, tree, root) && json_is_whole(copy)", "json_copy_value(copy, tree, root)", f"{TORTURE}_json"),
    Defect("a_lost_commit_is_told_as_refused", "shared/db/classify.c",
           "    [MEANING_LOST] = CNOP_E_OUTCOME_UNKNOWN,\n    [MEANING_CONFLICT] = CNOP_E_DB_DEADLOCK,\n    [MEANING_WAITED] = CNOP_E_BUSY,",
           "    [MEANING_LOST] = CNOP_E_DB_FAILED,\n    [MEANING_CONFLICT] = CNOP_E_DB_DEADLOCK,\n    [MEANING_WAITED] = CNOP_E_BUSY,",
           "tests/chaos/test_torture.py -k register"),
    Defect("a_lost_connection_is_not_closed", "shared/engine_client/client.c",
           "    if (client->fd >= 0)\n        (void)close(client->fd);\n", "", "tests/chaos/test_torture.py -k test_deposit"),
]
