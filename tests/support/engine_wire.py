# SPDX-License-Identifier: MIT
"""The engine's command socket from Python: mirrors shared/ledger/command.h and wire.h."""

import ctypes
import hashlib
import pathlib
import re
import secrets
import socket

SOURCE = pathlib.Path(__file__).resolve().parents[2]
E8, E10 = 10**8, 10**10

OPS = {"order": 1, "deposit": 2, "withdraw": 3, "gift": 4, "tick": 5, "price_set": 6, "halt": 7, "resume": 8,
       "freeze": 9, "unfreeze": 10, "asset": 11, "settle": 12, "limit": 13, "cancel": 14, "cross": 15,
       "cancel_all": 16, "rules": 17, "expire": 18, "switch": 19, "switch_due": 20, "amend": 21, "trigger": 22}
RULES = ("fee_bps", "maker_fee_bps", "house_spread_bps", "house_floor_e8", "price_max_age_us", "min_qty_e8", "min_notional_e8",
         "max_notional_e8", "deposit_limit_e8", "withdraw_limit_e8", "account_orders")


def error_names():
    """Symbols of the catalogue in enum order, OK first."""
    text = (SOURCE / "shared/base/errors.def").read_text()
    return ["OK"] + re.findall(r"^CNOP_ERR\((\w+),", text, re.M)


ERRORS = error_names()
VERSION = (6 << 16) | len(ERRORS)


class Tail(ctypes.Union):
    _fields_ = [("reason", ctypes.c_char * 200), ("rules", ctypes.c_int64 * len(RULES))]


class Command(ctypes.Structure):
    _anonymous_ = ("tail",)
    _fields_ = [("account_id", ctypes.c_int64), ("time_us", ctypes.c_int64), ("qty_e8", ctypes.c_int64),
                ("amount_e8", ctypes.c_int64), ("price_e10", ctypes.c_int64), ("worst_price_e10", ctypes.c_int64), ("stop_e10", ctypes.c_int64), ("price_seq", ctypes.c_uint64),
                ("price_time_us", ctypes.c_int64), ("order_id", ctypes.c_int64), ("expires_us", ctypes.c_int64), ("asset_id", ctypes.c_uint16), ("op", ctypes.c_uint8),
                ("side", ctypes.c_uint8), ("tif", ctypes.c_uint8), ("self_trade", ctypes.c_uint8), ("trigger", ctypes.c_uint8), ("post_only", ctypes.c_bool), ("active", ctypes.c_bool), ("close", ctypes.c_bool), ("key_checked", ctypes.c_bool),
                ("key_len", ctypes.c_uint8), ("request_id_len", ctypes.c_uint8), ("reason_len", ctypes.c_uint8),
                ("symbol_len", ctypes.c_uint8), ("fingerprint", ctypes.c_ubyte * 16), ("key", ctypes.c_char * 64),
                ("request_id", ctypes.c_char * 64), ("symbol", ctypes.c_char * 10), ("tail", Tail)]


class Posting(ctypes.Structure):
    _fields_ = [("id", ctypes.c_int64), ("account_id", ctypes.c_int64), ("qty_e8", ctypes.c_int64),
                ("quote_qty_e8", ctypes.c_int64), ("price_e10", ctypes.c_int64), ("price_seq", ctypes.c_uint64),
                ("total_e8", ctypes.c_int64), ("fee_e8", ctypes.c_int64), ("cash_after_e8", ctypes.c_int64),
                ("time_us", ctypes.c_int64), ("left_e8", ctypes.c_int64),
                ("undone_e8", ctypes.c_int64), ("hold_e8", ctypes.c_int64), ("expires_us", ctypes.c_int64), ("stop_e10", ctypes.c_int64), ("asset_id", ctypes.c_uint16), ("op", ctypes.c_uint8),
                ("side", ctypes.c_uint8), ("tif", ctypes.c_uint8), ("status", ctypes.c_uint8), ("reason", ctypes.c_uint8),
                ("flags", ctypes.c_uint8)]


class Transfer(ctypes.Structure):
    _fields_ = [("debit", ctypes.c_int64), ("credit", ctypes.c_int64), ("amount_e8", ctypes.c_int64),
                ("asset_id", ctypes.c_uint16), ("kind", ctypes.c_uint8)]


class Outcome(ctypes.Structure):
    _fields_ = [("posting", Posting), ("transfers", Transfer * 4), ("trade_id", ctypes.c_int64), ("mark_e10", ctypes.c_int64), ("mark_time_us", ctypes.c_int64), ("cost", ctypes.c_int64), ("transfer_count", ctypes.c_uint32),
                ("fill_first", ctypes.c_uint32), ("fill_count", ctypes.c_uint32), ("replayed", ctypes.c_bool), ("changed", ctypes.c_bool), ("have_e8", ctypes.c_int64),
                ("need_e8", ctypes.c_int64), ("limit_e8", ctypes.c_int64)]


class Head(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("bytes", ctypes.c_uint32), ("kind", ctypes.c_uint32),
                ("unused", ctypes.c_uint32), ("tag", ctypes.c_uint64)]


class Request(ctypes.Structure):
    _fields_ = [("head", Head), ("command", Command)]


class Reply(ctypes.Structure):
    _fields_ = [("head", Head), ("err", ctypes.c_uint32), ("refused_count", ctypes.c_uint32), ("outcome", Outcome)]


class Tick(ctypes.Structure):
    _fields_ = [("price_e10", ctypes.c_int64), ("seq", ctypes.c_uint64), ("time_us", ctypes.c_int64),
                ("asset_id", ctypes.c_uint16)]


class Closed(Exception):
    """The engine went away without an answer."""


class Commands:
    """One connection. Refusals are returned, not raised: (error symbol, Reply)."""

    def __init__(self, path, timeout=10.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.tag = secrets.randbits(48)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def exchange(self, kind, payload):
        self.tag += 1
        head = Head(version=VERSION, bytes=ctypes.sizeof(Head) + len(payload), kind=kind, tag=self.tag)
        try:
            self.socket.send(bytes(head) + payload)
            data = self.socket.recv(65536)
        except OSError as cause:
            raise Closed(str(cause)) from cause
        if len(data) != ctypes.sizeof(Reply):
            raise Closed(f"{len(data)} bytes")
        reply = Reply.from_buffer_copy(data)
        assert reply.head.tag == self.tag
        return ERRORS[reply.err], reply

    def command(self, op, key=None, fingerprint=None, **fields):
        command = Command(op=OPS[op], **fields)
        if op in ("deposit", "withdraw", "gift") and key is None:
            key = "." + secrets.token_hex(16)
        if key is not None:
            command.key = key.encode()
            command.key_len = len(key)
            command.fingerprint[:] = fingerprint or hashlib.sha256(f"{op} {fields}".encode()).digest()[:16]
        return self.exchange(1, bytes(command))

    def cash(self, op, account, amount, key=None):
        """amount: dollars as a decimal string or number of cents-free int."""
        whole, _, part = str(amount).partition(".")
        amount_e8 = int(whole) * E8 + int((part + "0" * 8)[:8] or 0)
        return self.command(op, key=key, account_id=account, amount_e8=amount_e8)

    def ticks(self, prices):
        """prices: (asset id, price e10, seq) triples."""
        body = b"".join(bytes(Tick(price_e10=price, seq=seq, asset_id=asset)) for asset, price, seq in prices)
        return self.exchange(2, len(prices).to_bytes(4, "little") + bytes(4) + body)
