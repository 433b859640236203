# SPDX-License-Identifier: MIT
"""cnop-auth as the gateway sees it: the real worker over FastCGI on a private MariaDB."""

import base64
import concurrent.futures
import contextlib
import itertools
import json
import os
import signal
import subprocess
import threading
import time
import uuid

import pytest

import domain_stack
from support import fcgi, harness

PASSWORD = "Quiet-Harbour-41"


class Stack:
    """One database, one worker, one stand-in gateway."""

    def __init__(self, directory, **config):
        self.directory = directory
        self.stack = contextlib.ExitStack()
        self.database = self.stack.enter_context(harness.database(directory))
        domain_stack.apply_schemas(self.database)
        self.passwords = domain_stack.create_users(self.database)
        self.keys, self.jwks = domain_stack.create_keys(directory)
        self.control = domain_stack.ControlSocket(directory / "control.sock")
        self.stack.callback(self.control.close)
        self.control.synced = True
        self.audit = directory / "audit.jsonl"
        self.config = {
            "db_socket": self.database.socket, "db_user": "cnop_auth",
            "db_password_file": self.passwords["cnop_auth"],
            "common_passwords": harness.SOURCE / "conf/auth/common-passwords.txt",
            "argon2_memory_kib": 256, "argon2_passes": 1, "hash_slots": 2, "threads": 8,
            "keys_dir": self.keys, "jwks_file": self.jwks, "audit_file": self.audit,
            "gateway_sockets": directory / "control.sock", "gateway_timeout": "1s", **config}
        self.worker = self.start()

    def start(self, name="auth", **changes):
        return self.stack.enter_context(harness.worker(
            harness.built("cnop-auth"), self.directory, name=name, **{**self.config, **changes}))

    def call(self, method, path, **options):
        return fcgi.request(self.worker.socket, method, path, **options)

    def post(self, path, body, **options):
        return self.call("POST", f"/api/v1/auth/{path}", json_body=body, **options)

    def audit_lines(self, action):
        lines = [json.loads(line) for line in self.audit.read_text().splitlines()]
        return [line for line in lines if line["action"] == action]


@pytest.fixture(scope="module")
def auth():
    with harness.run_dir() as directory:
        stack = Stack(directory)
        with stack.stack:
            yield stack


def fresh_name():
    return "t" + uuid.uuid4().hex[:12]


def registration(**changes):
    name = fresh_name()
    return {"username": name, "email": f"{name}@example.com", "password": PASSWORD,
            "first_name": "Jane", "last_name": "O'Neill", **changes}


def register(stack, **changes):
    body = registration(**changes)
    answer = stack.post("register", body)
    assert answer.status == 201, answer
    return body["username"], int(answer.json()["user_id"])


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def login(stack, username, password=PASSWORD, **options):
    return stack.post("login", {"username": username, "password": password}, **options)


def identity(user_id, token, **more):
    """What the gateway sends for a verified token."""
    said = claims(token)
    return {"user": user_id, "params": {"CNOP_SID": said["sid"], "CNOP_JTI": said["jti"],
                                        "CNOP_TOKEN_IAT": said["iat"], "CNOP_TOKEN_EXP": said["exp"], **more}}


# ---- register ----

def test_register_stores_every_field(auth):
    """Weakness 12: birth date and consent were lost at registration."""
    username, user_id = register(auth, username="Trader_Jane", first_name="Jürgen", last_name="Łukasz-山田",
                                 email="Jane@Example.COM", phone="+1 (415) 555-0123",
                                 date_of_birth="1990-04-17", marketing_emails_consent=True)
    row = auth.database.sql("SELECT username, email, first_name, last_name, phone, date_of_birth,"
                            f" marketing_emails_consent FROM cnop_user.profile WHERE user_id = {user_id}")
    assert row == [["trader_jane", "jane@example.com", "Jürgen", "Łukasz-山田", "14155550123",
                    "1990-04-17", "1"]]
    assert username == "Trader_Jane"
    stored = auth.database.sql(f"SELECT password_hash FROM cnop_auth.users WHERE id = {user_id}")[0][0]
    assert stored.startswith("$argon2id$v=19$m=256,t=1,p=1$") and PASSWORD not in stored


def test_register_answers_exactly(auth):
    answer = auth.post("register", registration())
    assert answer.status == 201
    assert answer.json()["message"] == "User registered successfully"
    assert set(answer.json()) == {"message", "user_id"}


@pytest.mark.parametrize("name", ["St. John", "Jr.", "O’Brien", "Anne-Marie", "J.R.R.", "Gal·la"])
def test_names_are_taken_as_people_have_them(auth, name):
    _, user_id = register(auth, last_name=name)
    assert auth.database.sql(f"SELECT last_name FROM cnop_user.profile WHERE user_id = {user_id}") == [[name]]


@pytest.mark.parametrize("field, value, rule", [
    ("username", "abc", "username_length"),
    ("username", "a" * 31, "username_length"),
    ("username", "with space", "username_characters"),
    ("username", "<script>alert", "username_script"),
    ("email", "nobody", "email_mailbox"),
    ("email", "a@b", "email_length"),
    ("email", "jane@localhost", "email_domain"),
    ("password", "short", "password_length"),
    ("password", "Password1234", "password_common"),
    ("password", "x" * 129, "password_length"),
    ("first_name", "  ", "name_length"),
    ("first_name", "x" * 51, "name_length"),
    ("last_name", "John@123", "name_characters"),
    ("last_name", "javascript:alert(1)", "name_script"),
    ("phone", "123456789", "phone_digits"),
    ("phone", "1" * 16, "phone_digits"),
    ("phone", "call me", "phone_characters"),
    ("date_of_birth", "1990/01/01", "birth_date"),
    ("date_of_birth", "", "birth_date"),
    ("date_of_birth", "  ", "birth_date"),
    ("date_of_birth", "2999-01-01", "birth_past"),
    ("date_of_birth", "2150-01-01", "birth_past"),
    ("date_of_birth", "2020-01-01", "birth_age"),
    ("date_of_birth", "1900-01-01", "birth_age"),
])
def test_register_names_the_broken_rule(auth, field, value, rule):
    before = auth.database.sql("SELECT COUNT(*) FROM cnop_auth.users")
    answer = auth.post("register", registration(**{field: value}))
    assert answer.status == 422, answer
    assert [(e["field"], e["type"]) for e in answer.json()["errors"]] == [(field, rule)], answer
    assert auth.database.sql("SELECT COUNT(*) FROM cnop_auth.users") == before


@pytest.mark.parametrize("body", [
    {}, {"username": 7}, {"username": None, "email": [], "password": {}, "first_name": True, "last_name": 1},
    {"username": "x" * 5000}])
def test_register_refuses_wrong_types(auth, body):
    answer = auth.post("register", body)
    assert answer.status == 422 and answer.json()["errors"], answer


@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b'{"username":"a","username":"b"}', b"\xff\xfe{}",
                                 b'{"username": NaN}', b"{'username':'x'}"])
@pytest.mark.parametrize("path", ["register", "login", "refresh"])
def test_broken_bodies_never_look_like_failed_logins(auth, path, raw):
    answer = auth.call("POST", f"/api/v1/auth/{path}", body=raw)
    assert answer.status in (400, 422), answer


def test_unknown_members_are_ignored_and_grant_nothing(auth):
    """Threat 31: mass assignment."""
    username, user_id = register(auth, role="admin", status="active", id=1, user_id=1, balance="1000000")
    assert auth.database.sql(f"SELECT role FROM cnop_auth.users WHERE id = {user_id}") == [["customer"]]
    assert login(auth, username).json()["user"]["role"] == "customer"


def test_taken_names_and_addresses_are_409(auth):
    body = registration()
    assert auth.post("register", body).status == 201
    answer = auth.post("register", {**registration(), "username": body["username"].upper()})
    assert (answer.status, answer.code, answer.json()["errors"][0]["field"]) == (409, "username_taken", "username")
    answer = auth.post("register", {**registration(), "email": body["email"].upper()})
    assert (answer.status, answer.code, answer.json()["errors"][0]["field"]) == (409, "email_taken", "email")
    rows = auth.database.sql("SELECT COUNT(*) FROM cnop_auth.users u LEFT JOIN cnop_user.profile p"
                             " ON p.user_id = u.id WHERE p.user_id IS NULL")
    assert rows == [["0"]], "a credential without profile was left behind"


def test_racing_registrations_give_one_account(auth):
    body = registration()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(lambda _: auth.post("register", body).status, range(6)))
    assert statuses == [201] + [409] * 5


# ---- login ----

def test_login_gives_a_verifiable_token(auth):
    username, user_id = register(auth)
    answer = login(auth, username.upper())
    body = answer.json()
    assert answer.status == 200 and body["token_type"] == "bearer" and body["expires_in"] == 3600
    assert body["user"] == {"user_id": str(user_id), "username": username, "role": "customer"}
    assert len(body["refresh_token"]) == 43 and not answer.cookies
    said = claims(body["access_token"])
    assert said["sub"] == str(user_id) and said["iss"] == "cnop" and said["aud"] == "cnop-api"
    assert said["exp"] - said["iat"] == 3600 and said["role"] == "customer"
    kid = json.loads(base64.urlsafe_b64decode(body["access_token"].split(".")[0] + "=="))["kid"]
    assert kid in [key["kid"] for key in auth.call("GET", "/.well-known/jwks.json").json()["keys"]]


def test_unknown_user_and_wrong_password_look_alike(auth):
    username, _ = register(auth)
    wrong, unknown = login(auth, username, "Quiet-Harbour-42"), login(auth, fresh_name())
    assert wrong.status == unknown.status == 401
    drop = ("timestamp", "trace_id")
    assert {k: v for k, v in wrong.json().items() if k not in drop} == \
        {k: v for k, v in unknown.json().items() if k not in drop}
    assert wrong.code == "bad_credentials"


@pytest.mark.parametrize("body", [{}, {"username": "trader_jane"}, {"password": PASSWORD},
                                  {"username": "", "password": ""}, {"username": "x y", "password": PASSWORD},
                                  {"username": "trader_jane", "password": "short"}])
def test_malformed_logins_are_422(auth, body):
    assert auth.post("login", body).status == 422


def test_login_is_audited_with_the_true_client(auth):
    """Weakness 25: failures were missing and addresses wrong."""
    username, user_id = register(auth)
    who = {"headers": {"User-Agent": "bot/7"}, "params": {"CNOP_CLIENT_ADDR": "203.0.113.9"}}
    login(auth, username, **who)
    login(auth, username, "Quiet-Harbour-42", **who)
    good = [l for l in auth.audit_lines("auth_success") if l["extra"].get("username") == username]
    bad = [l for l in auth.audit_lines("auth_failed") if l["extra"].get("username") == username]
    assert len(good) == len(bad) == 1
    for line in good + bad:
        assert line["extra"]["ip"] == "203.0.113.9" and line["extra"]["user_agent"] == "bot/7"
        assert line["extra"]["user_id"] == user_id
    assert bad[0]["extra"]["reason"] == "wrong_password"
    assert (good[0]["extra"]["outcome"], bad[0]["extra"]["outcome"]) == ("success", "failure")
    assert PASSWORD not in auth.audit.read_text() + auth.worker.output()


ACCOUNT = "UNHEX(REPEAT('FF', 16))"  # the source under which failures from everywhere are counted


def digest(username):
    return f"UNHEX(SHA2('{username}', 256))"


def failures(stack, username):
    """What is counted for the name: {source in hex: failures}."""
    rows = stack.database.sql("SELECT HEX(source), failure_count FROM cnop_auth.login_failure"
                              f" WHERE name_hash = {digest(username)}")
    return {source[-8:]: int(count) for source, count in rows}


def from_address(address):
    return {"params": {"CNOP_CLIENT_ADDR": address}}


def test_guessing_pauses_and_never_locks(auth):
    """Threat 14: one account, many addresses."""
    username, _ = register(auth)
    home, thief = from_address("192.0.2.50"), from_address("198.51.100.4")
    assert login(auth, username, **home).status == 200
    for _ in range(10):
        assert login(auth, username, "Quiet-Harbour-42", **thief).status == 401
    auth.database.sql("UPDATE cnop_auth.login_failure SET failure_count = 15,"
                      f" last_failure_us = last_failure_us + 1000000 WHERE name_hash = {digest(username)}")
    paused = login(auth, username, **from_address("198.51.100.44"))
    assert paused.status == 429 and 1 <= int(paused.headers["retry-after"]) <= 34, paused
    assert login(auth, username, **home).status == 200, "a known address must get in"
    assert login(auth, username, **thief).status == 429, "a success forgives its own address only"


def test_a_success_forgives_its_own_address_only(auth):
    username, _ = register(auth)
    home, thief = from_address("192.0.2.51"), from_address("198.51.100.5")
    for _ in range(3):
        login(auth, username, "Quiet-Harbour-42", **home)
        login(auth, username, "Quiet-Harbour-42", **thief)
    assert failures(auth, username) == {"C0000233": 3, "C6336405": 3, "FFFFFFFF": 6}
    assert login(auth, username, **home).status == 200
    assert failures(auth, username) == {"C6336405": 3, "FFFFFFFF": 3}


def test_a_known_address_pauses_for_its_own_guesses(auth):
    username, _ = register(auth)
    home = from_address("192.0.2.52")
    assert login(auth, username, **home).status == 200
    answers = [login(auth, username, "Quiet-Harbour-42", **home).status for _ in range(14)]
    assert answers[:10] == [401] * 10 and 429 in answers[10:], answers


def test_guesses_in_parallel_share_one_pause(auth):
    username, _ = register(auth)
    thief = from_address("198.51.100.6")
    auth.database.sql("INSERT INTO cnop_auth.login_failure (name_hash, source, failure_count, last_failure_us)"
                      f" VALUES ({digest(username)}, {ACCOUNT}, 30, {time.time_ns() // 1000 - 3600 * 10**6})")
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(lambda _: login(auth, username, "Quiet-Harbour-42", **thief).status, range(6)))
    assert statuses == [401] + [429] * 5, "one guess a pause"


def test_a_guess_counts_though_the_client_has_gone(auth):
    """The gateway closes its connection when the client does; the hash goes on, and so does the count."""
    username, _ = register(auth)
    for _ in range(3):
        fcgi.leave(auth.worker.socket, "POST", "/api/v1/auth/login", **from_address("198.51.100.7"),
                   json_body={"username": username, "password": "Quiet-Harbour-42"})
    harness.wait_until(lambda: failures(auth, username).get("FFFFFFFF") == 3, what="three failures")


def test_a_clock_set_back_does_not_lock_an_account(auth):
    username, _ = register(auth)
    year_us = 365 * 24 * 3600 * 10**6
    auth.database.sql("INSERT INTO cnop_auth.login_failure (name_hash, source, failure_count, last_failure_us)"
                      f" VALUES ({digest(username)}, {ACCOUNT}, 30, {time.time_ns() // 1000 + year_us})")
    answer = login(auth, username, **from_address("198.51.100.8"))
    assert answer.status == 429 and 1 <= int(answer.headers["retry-after"]) <= 900, answer
    last = auth.database.sql(f"SELECT last_failure_us FROM cnop_auth.login_failure"
                             f" WHERE name_hash = {digest(username)}")
    assert int(last[0][0]) <= time.time_ns() // 1000, "the pause counts from now"


def test_sessions_from_the_future_are_over(auth):
    """The clock was a year ahead: what was opened then does not live a year longer."""
    username, _ = register(auth)
    token = login(auth, username).json()["refresh_token"]
    year_us = 365 * 24 * 3600 * 10**6
    auth.database.sql("UPDATE cnop_auth.session s JOIN cnop_auth.refresh_token t ON t.sid = s.sid"
                      f" SET s.created_us = s.created_us + {year_us}, s.expires_us = s.expires_us + {year_us}"
                      f" WHERE t.token_hash = UNHEX(SHA2('{token}', 256))")
    assert auth.post("refresh", {"refresh_token": token}).code == "refresh_invalid"


def test_a_login_waits_for_whoever_changes_the_user(auth):
    """The check of password and status locks the row it relies on (FOR UPDATE), before anything is written."""
    username, user_id = register(auth)
    holder = subprocess.Popen([harness.installed("mariadb"), "--no-defaults", "-uroot", "-S", str(auth.database.socket),
                               "-N", "-B", "--unbuffered"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write(f"START TRANSACTION; SELECT id FROM cnop_auth.users WHERE id = {user_id} FOR UPDATE;\n")
    holder.stdin.flush()
    assert holder.stdout.readline().strip() == str(user_id)

    def stuck():
        return [row[0] for row in auth.database.sql(
            "SELECT info FROM information_schema.processlist WHERE user = 'cnop_auth' AND info IS NOT NULL"
            " AND time_ms > 100")]

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(login, auth, username)
        harness.wait_until(stuck, what="the login waits")
        statements = stuck()
        holder.stdin.write("ROLLBACK;\n")
        holder.stdin.close()
        assert holder.wait(10) == 0
        assert all("FROM users" in text and "FOR UPDATE" in text for text in statements), statements
        assert waiting.result().status == 200


def test_a_login_that_fails_leaves_no_session(auth):
    """Neither the count of failures nor the signature is written after the commit that decides."""
    username, user_id = register(auth)
    auth.database.sql("RENAME TABLE cnop_auth.refresh_token TO cnop_auth.refresh_token_away")
    try:
        assert login(auth, username).status >= 500
    finally:
        auth.database.sql("RENAME TABLE cnop_auth.refresh_token_away TO cnop_auth.refresh_token")
    assert auth.database.sql(f"SELECT COUNT(*) FROM cnop_auth.session WHERE user_id = {user_id}") == [["0"]]
    assert login(auth, username).status == 200


def test_cookie_mode_keeps_tokens_out_of_the_body(auth):
    username, user_id = register(auth)
    local = {"CNOP_CLIENT_ADDR": "127.0.0.1"}
    answer = login(auth, username, headers={"X-Session-Mode": "cookie"}, params=local)
    assert answer.status == 200 and set(answer.json()) == {"expires_in", "user"}
    access, refresh = answer.cookies
    assert access.startswith("cnop_at=ey") and "Path=/;" in access + ";"
    assert refresh.startswith("cnop_rt=") and "Path=/api/v1/auth/refresh" in refresh
    for cookie in answer.cookies:
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie
    token = refresh.split(";")[0].split("=", 1)[1]
    again = auth.post("refresh", {}, headers={"Cookie": f"cnop_rt={token}"}, params=local)
    assert again.status == 200 and len(again.cookies) == 2 and "access_token" not in again.json()
    token = access.split(";")[0].split("=", 1)[1]
    out = auth.post("logout", {}, **identity(user_id, token, CNOP_TOKEN_SOURCE="cookie"))
    assert out.status == 200 and len(out.cookies) == 2
    assert all("Max-Age=0" in cookie for cookie in out.cookies)


def test_cookie_mode_over_https_pins_the_cookies(auth):
    username, _ = register(auth)
    answer = login(auth, username, headers={"X-Session-Mode": "cookie"}, params={"CNOP_HTTPS": "on"})
    assert answer.cookies[0].startswith("__Host-cnop_at=") and answer.cookies[1].startswith("__Secure-cnop_rt=")
    assert all("Secure" in cookie for cookie in answer.cookies)


def test_cookie_mode_is_refused_over_plain_http_from_elsewhere(auth):
    username, _ = register(auth)
    answer = login(auth, username, headers={"X-Session-Mode": "cookie"})
    assert answer.status == 400 and answer.code == "cookie_mode_refused" and not answer.cookies


# ---- refresh ----

def test_refresh_rotates_and_reuse_ends_the_family(auth):
    """Threat 12."""
    username, user_id = register(auth)
    first = login(auth, username).json()
    second = auth.post("refresh", {"refresh_token": first["refresh_token"]})
    assert second.status == 200
    assert claims(second.json()["access_token"])["sid"] == claims(first["access_token"])["sid"]
    stolen = auth.post("refresh", {"refresh_token": first["refresh_token"]})
    assert (stolen.status, stolen.code) == (401, "refresh_reused")
    dead = auth.post("refresh", {"refresh_token": second.json()["refresh_token"]})
    assert (dead.status, dead.code) == (401, "refresh_invalid")
    assert ("sid", claims(first["access_token"])["sid"]) in auth.control.denied
    assert any(l["extra"]["user_id"] == user_id for l in auth.audit_lines("refresh_reuse"))


def test_racing_refreshes_give_one_token(auth):
    username, _ = register(auth)
    for _ in range(4):
        body = {"refresh_token": login(auth, username).json()["refresh_token"]}
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _, body=body: auth.post("refresh", body), range(6)))
        assert sorted(answer.status for answer in answers) == [200] + [401] * 5
        codes = {answer.code for answer in answers if answer.status == 401}
        assert "refresh_reused" in codes and codes <= {"refresh_reused", "refresh_invalid"}


@pytest.mark.parametrize("token, status", [("x", 401), ("A" * 43, 401), ("", 422), (7, 422), (None, 422),
                                           ("' OR 1=1 --" + " " * 32, 401), ("A" * 300, 422)])
def test_bad_refresh_tokens(auth, token, status):
    assert auth.post("refresh", {"refresh_token": token}).status == status


def test_refresh_tokens_are_stored_as_digests(auth):
    username, _ = register(auth)
    token = login(auth, username).json()["refresh_token"]
    found = auth.database.sql("SELECT COUNT(*) FROM cnop_auth.refresh_token"
                              f" WHERE token_hash = UNHEX(SHA2('{token}', 256))")
    assert found == [["1"]]


# ---- logout, sessions, password ----

def test_logout_revokes_and_tells_the_gateway(auth):
    """Weakness 23: logout did not revoke."""
    username, user_id = register(auth)
    tokens = login(auth, username).json()
    said = claims(tokens["access_token"])
    answer = auth.post("logout", {"anything": 1}, **identity(user_id, tokens["access_token"]))
    assert answer.status == 200 and answer.json() == {"message": "Logged out successfully"}
    assert ("sid", said["sid"]) in auth.control.denied, "told before the answer"
    assert auth.post("refresh", {"refresh_token": tokens["refresh_token"]}).status == 401
    row = auth.database.sql("SELECT kind, expires_unix FROM cnop_auth.revocation"
                            f" WHERE subject = '{said['sid']}'")
    assert row[0][0] == "sid" and int(row[0][1]) >= said["exp"]
    again = auth.post("logout", {}, **identity(user_id, tokens["access_token"]))
    assert again.status == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_logout_without_a_body_is_refused_but_ends_the_session(auth, body):
    username, user_id = register(auth)
    tokens = login(auth, username).json()
    answer = auth.call("POST", "/api/v1/auth/logout", body=body, **identity(user_id, tokens["access_token"]))
    assert answer.status == (400 if body == b"{" else 422), "as clients of the reference expect"
    assert ("sid", claims(tokens["access_token"])["sid"]) in auth.control.denied
    assert auth.post("refresh", {"refresh_token": tokens["refresh_token"]}).status == 401


def test_a_silent_gateway_does_not_stop_a_logout(auth):
    username, user_id = register(auth)
    tokens = login(auth, username).json()
    auth.control.broken = True
    try:
        answer = auth.post("logout", {}, **identity(user_id, tokens["access_token"]))
    finally:
        auth.control.broken = False
    assert answer.status == 200
    assert ("sid", claims(tokens["access_token"])["sid"]) not in auth.control.denied
    other, other_id = register(auth)
    token = login(auth, other).json()["access_token"]
    assert auth.post("logout", {}, **identity(other_id, token)).status == 200
    assert ("sid", claims(tokens["access_token"])["sid"]) in auth.control.denied, "the gap was filled"


def test_parallel_logouts_number_densely(auth):
    people = [register(auth) for _ in range(8)]
    tokens = [login(auth, name).json()["access_token"] for name, _ in people]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda p: auth.post("logout", {}, **identity(p[0][1], p[1])).status,
                                zip(people, tokens)))
    assert answers == [200] * 8
    seqs = [int(row[0]) for row in auth.database.sql("SELECT seq FROM cnop_auth.revocation ORDER BY seq")]
    assert seqs == list(range(1, len(seqs) + 1))
    assert all(("sid", claims(token)["sid"]) in auth.control.denied for token in tokens)


def test_sessions_are_listed_and_ended_by_their_owner_only(auth):
    """Threat 30: another user's session is 404."""
    username, user_id = register(auth)
    first, second = login(auth, username).json(), login(auth, username, headers={"User-Agent": "phone"}).json()
    who = identity(user_id, first["access_token"])
    listed = auth.call("GET", "/api/v1/auth/sessions", **who).json()["data"]
    assert [s["current"] for s in listed] == [False, True] and listed[0]["user_agent"] == "phone"
    assert set(listed[0]) == {"session_id", "created_at", "last_used_at", "expires_at", "ip", "user_agent", "current"}
    eve, eve_id = register(auth)
    eve_token = login(auth, eve).json()["access_token"]
    target = f"/api/v1/auth/sessions/{claims(second['access_token'])['sid']}"
    assert auth.call("DELETE", target, **identity(eve_id, eve_token)).status == 404
    assert auth.call("DELETE", target, **who).json() == {"message": "Session ended"}
    assert auth.call("DELETE", target, **who).status == 404
    assert auth.post("refresh", {"refresh_token": second["refresh_token"]}).status == 401
    assert auth.call("DELETE", "/api/v1/auth/sessions/not-hex!", **who).status == 422


def test_too_many_sessions_end_the_oldest(auth):
    username, _ = register(auth)
    first = login(auth, username).json()
    for _ in range(20):
        last = login(auth, username).json()
    assert auth.post("refresh", {"refresh_token": first["refresh_token"]}).status == 401
    assert auth.post("refresh", {"refresh_token": last["refresh_token"]}).status == 200


def test_password_change_ends_every_session(auth):
    username, user_id = register(auth)
    tokens, other = login(auth, username).json(), login(auth, username).json()
    who = identity(user_id, tokens["access_token"])

    def change(current, wanted):
        return auth.post("password", {"current_password": current, "new_password": wanted}, **who)

    assert change("Quiet-Harbour-42", "Louder-Lighthouse-77").code == "password_wrong"
    assert change(PASSWORD, PASSWORD).code == "password_unchanged"
    assert change(PASSWORD, "Password1234").code == "password_common"
    assert change(PASSWORD, "short").code == "password_policy"
    assert change(PASSWORD, "Louder-Lighthouse-77").status == 200
    for dead in (tokens, other):
        assert auth.post("refresh", {"refresh_token": dead["refresh_token"]}).status == 401
        assert ("sid", claims(dead["access_token"])["sid"]) in auth.control.denied
    assert login(auth, username).status == 401
    fresh = login(auth, username, "Louder-Lighthouse-77")
    assert fresh.status == 200
    assert ("sid", claims(fresh.json()["access_token"])["sid"]) not in auth.control.denied


def test_me_and_missing_users(auth):
    username, user_id = register(auth)
    token = login(auth, username).json()["access_token"]
    answer = auth.call("GET", "/api/v1/auth/me", **identity(user_id, token))
    assert answer.json()["username"] == username and answer.json()["session_id"] == claims(token)["sid"]
    assert auth.call("GET", "/api/v1/auth/me", user=999999).status == 401
    assert auth.call("GET", "/api/v1/auth/sessions", user=999999).status == 401
    assert auth.call("DELETE", f"/api/v1/auth/sessions/{'ab' * 16}", user=999999).status == 401
    assert auth.call("GET", "/api/v1/auth/me").status == 401


# ---- operators ----

def admin(auth, verb, name):
    return subprocess.run([harness.built("cnop-admin"), "--config", auth.worker.config_path, "user", verb, name],
                          capture_output=True, text=True)


def test_operators_promote_disable_and_enable(auth):
    username, user_id = register(auth)
    tokens = login(auth, username).json()
    assert admin(auth, "promote", username.upper()).returncode == 0
    ranked = login(auth, username).json()
    assert ranked["user"]["role"] == "admin"
    assert admin(auth, "demote", username).returncode == 0
    assert auth.post("refresh", {"refresh_token": ranked["refresh_token"]}).status == 401
    ended = auth.database.sql("SELECT kind FROM cnop_auth.revocation WHERE subject IN"
                              f" ('{user_id}', '{claims(ranked['access_token'])['sid']}') ORDER BY kind")
    assert ended == [["sid"], ["sub"]], "the tokens that say admin"
    assert login(auth, username).json()["user"]["role"] == "customer"
    assert admin(auth, "disable", username).returncode == 0
    refused = login(auth, username)
    assert (refused.status, refused.code) == (403, "PERM_001")
    assert login(auth, username, "Quiet-Harbour-42").status == 401, "only the right password learns more"
    assert auth.post("refresh", {"refresh_token": tokens["refresh_token"]}).status == 401
    assert auth.call("GET", "/api/v1/auth/me", **identity(user_id, tokens["access_token"])).status == 401
    subjects = auth.database.sql(f"SELECT kind FROM cnop_auth.revocation WHERE subject = '{user_id}'")
    assert subjects == [["sub"]] * 2
    assert admin(auth, "enable", username).returncode == 0
    assert login(auth, username).status == 200
    assert admin(auth, "disable", "nobody_here").returncode == 1
    assert admin(auth, "explode", username).returncode == 2
    assert {l["extra"]["username"] for l in auth.audit_lines("user_disable")} >= {username}


def test_keys_rotate_without_a_lost_request(auth):
    username, _ = register(auth)

    def kid(token):
        return json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]

    def rotate(*options):
        return subprocess.run([harness.built("cnop-keys"), "--audit", auth.audit, *options, "rotate", auth.keys, auth.jwks],
                              capture_output=True).returncode

    before = kid(login(auth, username).json()["access_token"])
    published = {key["kid"] for key in json.loads(auth.jwks.read_text())["keys"]}
    assert rotate() == 0
    refresh = login(auth, username).json()["refresh_token"]
    used = set()

    def changed():
        nonlocal refresh
        answer = auth.post("refresh", {"refresh_token": refresh})
        assert answer.status == 200
        refresh = answer.json()["refresh_token"]
        used.add(kid(answer.json()["access_token"]))
        return len(used - {before}) > 0

    harness.wait_until(changed, 10, "the new key", pause=0.05)
    assert used <= published, "a key is published before it signs"

    def served():
        return {key["kid"] for key in auth.call("GET", "/.well-known/jwks.json").json()["keys"]}

    harness.wait_until(lambda: len(served()) == 3, 10, "the new key set")
    assert before in served()
    assert rotate() == 1, "twice within a day needs --force"
    assert rotate("--force") == 0
    lines = [line for action in ("key_rotate", "key_rotate_failed") for line in auth.audit_lines(action)]
    assert [(line["action"], line["extra"]["outcome"], line["extra"].get("reason"), line["extra"]["forced"])
            for line in lines] == [("key_rotate", "success", None, False), ("key_rotate", "success", None, True),
                                   ("key_rotate_failed", "failure", "too_soon", False)]
    assert lines[0]["user"] == f"uid:{os.getuid()}" and lines[0]["extra"]["object"] in {f"key:{kid}" for kid in used}
    assert subprocess.run([harness.built("cnop-keys"), "--force", "--audit", auth.keys / "no/such", "rotate", auth.keys,
                           auth.jwks], capture_output=True).returncode == 1, "not without its line"


def test_rehash_when_the_cost_grows(auth):
    username, user_id = register(auth)
    dearer = auth.start("auth-dear", argon2_passes=2)
    answer = fcgi.request(dearer.socket, "POST", "/api/v1/auth/login",
                          json_body={"username": username, "password": PASSWORD})
    assert answer.status == 200
    stored = auth.database.sql(f"SELECT password_hash FROM cnop_auth.users WHERE id = {user_id}")[0][0]
    assert ",t=2," in stored
    assert dearer.stop() == 0


def test_reference_profile(auth):
    worker = auth.start("auth-reference", profile="reference")

    def post(path, body):
        return fcgi.request(worker.socket, "POST", f"/api/v1/auth/{path}", json_body=body)

    weak = registration(password="alllowercase1")
    assert post("register", weak).json()["errors"][0]["type"] == "password_upper"
    body = registration(password="SecurePass123!")
    assert post("register", body).status == 201
    assert post("login", {"username": body["username"], "password": "SecurePass123!"}).status == 200
    assert post("login", {"username": body["username"], "password": "SecurePass124!"}).status == 401
    assert post("login", {"username": body["username"], "password": "weak"}).status == 422
    unknown = post("login", {"username": fresh_name(), "password": "SecurePass123!"})
    assert (unknown.status, unknown.code) == (404, "user_unknown")
    assert worker.stop() == 0


def test_a_login_flood_is_shed_and_other_requests_pass(auth):
    """Threat 17."""
    username, user_id = register(auth)
    slow = auth.start("auth-slow", argon2_memory_kib=65536, argon2_passes=4, hash_slots=1, hash_queue=2,
                      threads=16)
    body = {"username": username, "password": "Quiet-Harbour-42"}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        flood = [pool.submit(fcgi.request, slow.socket, "POST", "/api/v1/auth/register",
                             json_body=registration()) for _ in range(16)]
        me = fcgi.request(slow.socket, "GET", "/api/v1/auth/me", user=user_id)
        answers = [future.result() for future in flood]
    statuses = [answer.status for answer in answers]
    assert me.status == 200 and set(statuses) <= {201, 503} and statuses.count(503) >= 1, statuses
    shed = next(answer for answer in answers if answer.status == 503)
    assert shed.code == "overloaded" and int(shed.headers["retry-after"]) >= 1
    assert fcgi.request(slow.socket, "POST", "/api/v1/auth/login", json_body=body).status in (401, 503)
    assert slow.stop() == 0


def test_known_users_get_in_beside_a_flood(auth):
    """Threat 17: unknown names from ever new addresses fill the queue; whoever has logged in before passes them."""
    people = [(register(auth)[0], from_address(f"192.0.2.{number + 100}")) for number in range(4)]
    for username, home in people:
        assert login(auth, username, **home).status == 200
    slow = auth.start("auth-flooded", argon2_memory_kib=4096, argon2_passes=1, hash_slots=1, hash_queue=4,
                      hash_wait="5s", threads=16)
    over = threading.Event()
    flood_statuses = []

    def guess(lane):
        for number in itertools.count():
            if over.is_set():
                return
            source = from_address(f"198.{18 + lane}.{number // 250}.{number % 250 + 1}")
            flood_statuses.append(fcgi.request(
                slow.socket, "POST", "/api/v1/auth/login", **source,
                json_body={"username": fresh_name(), "password": PASSWORD}).status)

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        flood = [pool.submit(guess, lane) for lane in range(12)]
        harness.wait_until(lambda: 503 in flood_statuses, 30, "the queue is full")
        honest = [fcgi.request(slow.socket, "POST", "/api/v1/auth/login", **home,
                               json_body={"username": username, "password": PASSWORD}).status
                  for username, home in people]
        over.set()
        for lane in flood:
            lane.result()
    assert honest == [200] * len(people), (honest, {status: flood_statuses.count(status) for status in {*flood_statuses}})
    assert slow.stop() == 0


def test_a_killed_worker_loses_nothing_it_acknowledged(auth):
    names = []
    for round_number in range(3):
        names.append(register(auth)[0])
        os.kill(auth.worker.children()[0], signal.SIGKILL)
    for name in names:
        harness.wait_until(lambda: login(auth, name).status == 200, 10, name)


def test_database_outage_is_503_and_heals(auth):
    username, _ = register(auth)
    auth.database.kill()
    try:
        answer = login(auth, username)
        assert answer.status == 503 and "retry-after" in answer.headers
    finally:
        auth.database.restart()
    harness.wait_until(lambda: login(auth, username).status == 200, 15, "recovery")


# ---- relay ----

def test_relay_repairs_a_cold_gateway_and_prunes(auth):
    username, user_id = register(auth)
    token = login(auth, username).json()["access_token"]
    assert auth.post("logout", {}, **identity(user_id, token)).status == 200
    auth.database.sql("UPDATE cnop_auth.revocation SET expires_unix = 1 WHERE seq = 1")
    auth.control.forget()
    config = auth.directory / "relay.conf"
    config.write_text("".join(f"{key} = {value}\n" for key, value in {
        "db_socket": auth.database.socket, "db_user": "cnop_auth",
        "db_password_file": auth.passwords["cnop_auth"],
        "gateway_sockets": auth.directory / "control.sock"}.items()))
    relay = harness.Process([harness.built("cnop-auth-relay"), "--config", config], auth.directory / "relay.log")
    try:
        harness.wait_until(lambda: auth.control.synced, 10, "snapshot")
        assert ("sid", claims(token)["sid"]) in auth.control.denied
        head = int(auth.database.sql("SELECT seq FROM cnop_auth.revocation_head")[0][0])
        assert auth.control.last_seq == head
        harness.wait_until(lambda: auth.database.sql(
            "SELECT COUNT(*) FROM cnop_auth.revocation WHERE seq = 1") == [["0"]], 10, "pruning")
        auth.control.forget()
        harness.wait_until(lambda: auth.control.synced, 10, "snapshot after another cold start")
        assert admin(auth, "disable", username).returncode == 0
        harness.wait_until(lambda: ("sub", str(user_id)) in auth.control.denied, 10, "delta")
        assert auth.control.posts[-1] == "delta"
    finally:
        assert relay.stop() == 0, relay.output()


def test_least_rights(auth):
    """auth may insert a profile and nothing else there; nobody else reads password hashes."""
    def run(user, text):
        return subprocess.run([harness.installed("mariadb"), "--no-defaults", f"-u{user}",
                               f"-psecret-{user}", "-S", str(auth.database.socket), "-N", "-B"],
                              input=text, capture_output=True, text=True).returncode

    assert run("cnop_auth", "SELECT COUNT(*) FROM cnop_auth.users") == 0
    assert run("cnop_auth", "UPDATE cnop_user.profile SET phone = NULL") != 0
    for user in domain_stack.USERS:
        if user != "cnop_auth":
            assert run(user, "SELECT password_hash FROM cnop_auth.users") != 0, user
        if user != "cnop_engine":
            assert run(user, "UPDATE cnop_ledger.balance SET avail_e8 = 1") != 0, user


def test_a_refused_body_leaves_the_connection_in_step(auth):
    """Whatever the gateway forwards is taken in: it may put the connection back into use at once."""
    for path, status in (("password", 413), ("login", 413)):
        with fcgi.Connection(auth.worker.socket) as connection:
            for _ in range(3):
                answer = connection.request("POST", f"/api/v1/auth/{path}", body=b"x" * 60541, user=1)
                assert answer.status == status
                assert connection.request("GET", "/health/live").status == 200


def test_the_gateway_is_told_whose_account_a_login_is_about(auth):
    name, _ = register(auth)
    for password, status in ((PASSWORD, 200), ("Wrong-Guess-11", 401)):
        answer = auth.post("login", {"username": name.upper(), "password": password})
        assert (answer.status, answer.headers["x-cnop-audit-user"]) == (status, name)


# ---- one event, one line ----

def trail_of(auth, call):
    """What one request leaves in the trail, and its answer."""
    before = len(auth.audit.read_text().splitlines())
    answer = call()
    return answer, [json.loads(line) for line in auth.audit.read_text().splitlines()[before:]]


def shape(lines):
    return [(line["action"], line["extra"]["outcome"], line["extra"].get("reason")) for line in lines]


def test_every_event_is_one_line(auth):
    """A login used to leave three under three names."""
    name = fresh_name()
    answer, lines = trail_of(auth, lambda: auth.post("register", registration(username=name)))
    assert answer.status == 201 and shape(lines) == [("user_registration_success", "success", None)]
    answer, lines = trail_of(auth, lambda: auth.post("register", registration(username=name)))
    assert answer.status == 409 and shape(lines) == [("user_registration_failed", "failure", "username_taken")]
    answer, lines = trail_of(auth, lambda: login(auth, name, "Quiet-Harbour-42"))
    assert answer.status == 401 and shape(lines) == [("auth_failed", "failure", "wrong_password")]
    answer, lines = trail_of(auth, lambda: auth.post("login", {"username": "x y", "password": PASSWORD}))
    assert answer.status == 422 and shape(lines) == [("auth_failed", "failure", "validation_failed")]
    assert "x y" not in json.dumps(lines)
    answer, lines = trail_of(auth, lambda: login(auth, name))
    tokens = answer.json()
    mine = claims(tokens["access_token"])
    assert shape(lines) == [("auth_success", "success", None)]
    assert (lines[0]["user"], lines[0]["extra"]["object"]) == (name, f"session:{mine['sid']}")
    answer, lines = trail_of(auth, lambda: auth.post("refresh", {"refresh_token": tokens["refresh_token"]}))
    fresh = answer.json()
    assert shape(lines) == [("token_refreshed", "success", None)]
    answer, lines = trail_of(auth, lambda: auth.post("refresh", {"refresh_token": "nosuch"}))
    assert answer.status == 401 and shape(lines) == [("refresh_failed", "failure", "refresh_invalid")]
    answer, lines = trail_of(auth, lambda: auth.post("refresh", {"refresh_token": tokens["refresh_token"]}))
    assert answer.status == 401 and shape(lines) == [("refresh_reuse", "failure", "refresh_reused")]
    assert fresh["access_token"]


def test_endings_are_one_line_each(auth):
    name, user_id = register(auth)
    sessions = [claims(login(auth, name).json()["access_token"]) for _ in range(3)]

    def call(method, path, body, sid):
        return lambda: auth.call(method, f"/api/v1/auth/{path}", json_body=body, user=user_id, params={"CNOP_SID": sid})

    answer, lines = trail_of(auth, call("POST", "logout", {}, sessions[0]["sid"]))
    assert answer.status == 200 and shape(lines) == [("logout", "success", None)]
    assert lines[0]["extra"]["object"] == f"session:{sessions[0]['sid']}" and lines[0]["user"] == str(user_id)
    answer, lines = trail_of(auth, call("DELETE", f"sessions/{sessions[1]['sid']}", None, sessions[2]["sid"]))
    assert answer.status == 200 and shape(lines) == [("session_revoked", "success", "ended_by_user")]
    answer, lines = trail_of(auth, call("DELETE", f"sessions/{sessions[1]['sid']}", None, sessions[2]["sid"]))
    assert answer.status == 404 and shape(lines) == [("session_revoke_failed", "failure", "not_found")]
    wrong = {"current_password": "Quiet-Harbour-42", "new_password": "Other-Harbour-43"}
    answer, lines = trail_of(auth, call("POST", "password", wrong, sessions[2]["sid"]))
    assert [line["action"] for line in lines] == ["password_change_failed"], (answer, lines)
    right = {"current_password": PASSWORD, "new_password": "Other-Harbour-43"}
    answer, lines = trail_of(auth, call("POST", "password", right, sessions[2]["sid"]))
    assert answer.status == 200 and shape(lines) == [("password_changed", "success", None),
                                                     ("session_revoked", "success", "password_changed")]
