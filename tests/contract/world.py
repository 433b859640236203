# SPDX-License-Identifier: MIT
"""The accounts and orders that contract scenarios refer to, and one good request per operation.

Everything is made through the API itself; nothing is assumed but an empty or used stack.
"""
import os
from dataclasses import dataclass
from functools import cached_property

from support import admin
from support.openapi_check import Api, unique

# satisfies the password rules of both profiles
PASSWORD = "Quiet-Harbour-41"
NEW_PASSWORD = "Louder-Beacon-77"


@dataclass
class Account:
    username: str
    token: str
    refresh_token: str
    user_id: str


class World:
    def __init__(self, api: Api):
        self.api = api
        # at once, so that a wrong password fails one login and not one a test
        self.admin: Account | None = self._operator()

    def _operator(self) -> Account | None:
        name, password = os.environ.get("CNOP_ADMIN_USER"), os.environ.get("CNOP_ADMIN_PASSWORD")
        if name and password:
            return self.login(name, password)
        if admin.state_folder() is None:
            return None
        name = self.register()
        admin.user("promote", name)
        return self.login(name)

    def register(self) -> str:
        username = unique("c_")
        self.api.call("register", body=self.registration(username), expect=201)
        return username

    def registration(self, username: str) -> dict:
        return {"username": username, "email": f"{username}@example.com", "password": PASSWORD,
                "first_name": "Jane", "last_name": "O'Neill", "phone": "+1 415 555 0123",
                "date_of_birth": "1990-04-17", "marketing_emails_consent": True}

    def login(self, username: str, password: str = PASSWORD) -> Account:
        reply = self.api.call("login", body={"username": username, "password": password}, expect=200)
        tokens = reply.json
        return Account(username, tokens["access_token"], tokens["refresh_token"],
                       tokens["user"]["user_id"])

    def account(self, deposit: str | None = None) -> Account:
        account = self.login(self.register())
        if deposit:
            self.api.call("deposit", token=account.token, body={"amount": deposit}, expect=201)
        return account

    def cookies(self, username: str) -> dict[str, str]:
        reply = self.api.call("login", headers={"X-Session-Mode": "cookie"},
                              body={"username": username, "password": PASSWORD}, expect=200)
        assert "access_token" not in reply.json and "refresh_token" not in reply.json
        cookies = reply.cookies()
        assert {"cnop_at", "cnop_rt"} <= {name.split("-")[-1] for name in cookies}, cookies
        return cookies

    @cached_property
    def jane(self) -> Account:
        """Has cash and a little BTC."""
        return self.account("9000.00")

    @cached_property
    def order(self) -> dict:
        """An order of Jane's, with a client order id."""
        return self.api.call("createOrder", token=self.jane.token, expect=201,
                             body={**buy("0.002"), "client_order_id": unique("c-")}).json["data"]

    @cached_property
    def last_event(self) -> int:
        """A number that is still kept, and behind which Jane's order is told."""
        newest = self.api.call("listEvents", token=self.jane.token, query={"after": 0, "limit": 1}, expect=200).json["last_seq"]
        assert self.order
        return newest

    @cached_property
    def jane_cookies(self) -> dict[str, str]:
        return self.cookies(self.jane.username)

    @cached_property
    def admin_cookies(self) -> dict[str, str]:
        return self.cookies(self.admin.username)

    def good(self, operation_id: str, with_holdings: bool = True) -> dict:
        """Arguments of a call that succeeds (for Admin, cancels, amends and silences: is well-formed). Those of
        Operations carry the operator's token, if there is one."""
        request = dict(self._good_requests()[operation_id])
        if operation_id == "closePosition" and with_holdings:  # something to close
            self.api.call("createOrder", token=self.jane.token, body=buy("0.001"), expect=201)
        if operation_id == "deleteWatchlist":  # something to remove
            self.api.call("putWatchlist", token=self.jane.token, **self._good_requests()["putWatchlist"], expect=200)
        if operation_id == "logout":  # ends the session whatever its body
            request["token"] = self.account().token
        if self.api.spec.operations[operation_id].tag == "Operations" and self.admin is not None:
            request["token"] = self.admin.token
        if self.api.spec.operations[operation_id].needs_login:
            request.setdefault("token", self.jane.token)
        return request

    def _good_requests(self) -> dict[str, dict]:
        asset = {"asset_id": "BTC"}
        order = {"order_id": self.order["order_id"]}
        money = {"body": {"amount": "1.00"}}
        reason = {"reason": "contract test"}
        return {
            "getHealth": {}, "getLiveness": {}, "getReadiness": {}, "getVersion": {},
            "getOpenApi": {}, "getJwks": {}, "openStream": {"query": {"channels": "trades"}},
            "register": {"body": self.registration(unique("c_"))},
            "login": {"body": {"username": self.jane.username, "password": PASSWORD}},
            "refreshSession": {"body": {"refresh_token": self.jane.refresh_token}},
            "logout": {"body": {}},
            "changePassword": {"body": {"current_password": PASSWORD, "new_password": NEW_PASSWORD}},
            "listSessions": {}, "endSession": {"path": {"session_id": "0" * 32}},
            "getMe": {}, "getProfile": {}, "updateProfile": {"body": {"phone": "4155550123"}},
            "getBalance": {}, "deposit": money, "withdraw": money,
            "listTransactions": {"query": {"limit": "10"}}, "getLimits": {},
            "getStatement": {"query": {"format": "csv"}},
            "exportOrders": {"query": {"format": "csv"}}, "exportTrades": {"query": {"format": "csv"}},
            "getAssetBalance": {"path": asset}, "listAssetBalances": {}, "getPortfolio": {},
            "listAssetTransactions": {"path": asset}, "getInsights": {},
            "listWatchlists": {}, "putWatchlist": {"path": {"name": "My-list"}, "body": {"asset_ids": ["BTC", "ETH"]}},
            "deleteWatchlist": {"path": {"name": "My-list"}},
            "claimGift": {"body": {"phrase": "contract test"}},
            "listAssets": {"query": {"limit": "250"}}, "getAsset": {"path": asset},
            "listCandles": {"path": asset, "query": {"interval": "1m"}},
            "listMarkets": {"query": {"limit": "10"}}, "getMarket": {"path": asset}, "getTicker": {"path": asset},
            "getBook": {"path": asset, "query": {"levels": "10"}},
            "listMarketTrades": {"path": asset, "query": {"limit": "10"}},
            "createOrder": {"body": buy("0.001")}, "listOrders": {"query": {"limit": "5"}},
            "listFills": {"query": {"limit": "5"}}, "listEvents": {"query": {"after": str(self.last_event), "limit": "5"}},
            "closePosition": {"path": asset, "body": {}}, "previewClose": {"path": asset, "body": {}},
            "sweepPositions": {"body": {}},
            "previewOrder": {"body": buy("0.001")}, "createOrders": {"body": {"orders": [buy("0.001")]}},
            "getOrderByClientId": {"path": {"client_order_id": self.order["client_order_id"]}},
            "cancelOrderByClientId": {"path": {"client_order_id": self.order["client_order_id"]}},
            "getOrder": {"path": order}, "cancelOrder": {"path": order},
            "amendOrder": {"path": order, "body": {"quantity": "0.001"}}, "cancelOrders": {"query": {"side": "sell"}},
            "cancelOrdersAfter": {"body": {"seconds": 0}}, "getLedgerProof": {},
            "setPrice": {"path": {"asset_id": "USDC"}, "body": {"price": "1.00", **reason}},
            "haltAsset": {"path": {"asset_id": "USDC"}, "body": {"halted": False, **reason}},
            "freezeAccount": {"path": {"user_id": self.jane.user_id}, "body": reason},
            "unfreezeAccount": {"path": {"user_id": self.jane.user_id}, "body": reason},
            "getOperationsHealth": {}, "listPanels": {}, "listAlerts": {}, "listSilences": {}, "listAudit": {"query": {"limit": "5"}},
            "listLogs": {"query": {"limit": "5"}}, "getLogHistogram": {}, "listGuard": {},
            "setGuard": {"body": {"address": "203.0.113.250", "blocked": False, **reason}},
            "setSilence": {"body": {"fingerprint": "nosuch", **reason}},
            "endSilence": {"path": {"silence_id": "nosuch"}, "body": reason},
            "getPanel": {"path": {"panel_id": "overview-latency"}},
        }


def buy(quantity: str, asset_id: str = "BTC") -> dict:
    return {"order_type": "market_buy", "asset_id": asset_id, "quantity": quantity}


def sell(quantity: str, asset_id: str = "BTC") -> dict:
    return {"order_type": "market_sell", "asset_id": asset_id, "quantity": quantity}
