# SPDX-License-Identifier: MIT
"""The user service's stack with the order reader and the insights beside it: everything that reads."""

import domain_stack  # noqa: F401 - finds tests/support
from support import fcgi, harness
from test_user_service import Stack


class TradingStack(Stack):
    def __init__(self, directory):
        super().__init__(directory)
        self.reader = self.start("cnop-order-read", "cnop_read", order_id_key_file=self.config["order_id_key_file"])
        self.insights = self.start("cnop-insights", "cnop_insights")

    def start(self, program, user, **config):
        return self.stack.enter_context(harness.worker(
            harness.built(program), self.directory, name=program.removeprefix("cnop-"), processes=1, threads=2,
            db_socket=self.database.socket, db_user=user, db_password_file=self.passwords[user], **config))

    def read(self, path, user, query=""):
        return fcgi.request(self.reader.socket, "GET", f"/api/v1/{path}", user=user, query=query)

    def insight(self, user):
        return fcgi.request(self.insights.socket, "GET", "/api/v1/insights/portfolio", user=user)

    def insert_entries(self, user, count, first_id=10_000_000):
        """Deposits of a cent, one an hour from 1 January 2024 UTC, without the engine."""
        self.database.sql(
            "INSERT INTO cash_entry (id, account_id, kind, amount_e8, balance_after_e8, created_us)"
            f" SELECT {first_id} + seq, {user}, 1, 1000000, 1000000 * seq, (1704067200 + 3600 * (seq - 1)) * 1000000"
            f" FROM seq_1_to_{count};", schema="cnop_ledger")
