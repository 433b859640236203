# SPDX-License-Identifier: MIT
"""Hostile input, in lists: nothing in here may ever be accepted by an operation that writes.

Each list maps a short name to the input. Amounts are JSON values as source text, so that a case can
be a string or a number. Ids are path segments as they go over the wire.
"""


def _nested(depth):
    return b'{"a":' + b"[" * depth + b"]" * depth + b"}"


# ---- bodies that are not JSON, or not the strict JSON that is accepted ----
MALFORMED_JSON = {
    "blank": b" ", "null_byte": b"\x00", "open_brace": b"{", "close_brace": b"}", "text": b"amount=1",
    "half": b'{"amount":', "no_value": b'{"amount":}', "no_colon": b'{"amount" "1"}',
    "no_quotes": b'{amount:"1"}', "single_quotes": b"{'amount':'1'}", "trailing_comma": b'{"amount":"1",}',
    "leading_comma": b'{,"amount":"1"}', "two_commas": b'{"amount":"1",,"x":1}',
    "two_objects": b'{"amount":"1"}{"amount":"2"}', "trailing_text": b'{"amount":"1"} x',
    "trailing_nul": b'{"amount":"1"}\x00', "comment_line": b'{"amount":"1"} // x',
    "comment_block": b'{/* x */"amount":"1"}', "hash": b'# x\n{"amount":"1"}',
    "unclosed_string": b'{"amount":"1}', "raw_newline": b'{"amount":"1\n"}', "raw_tab": b'{"amount":"1\t"}',
    "raw_control": b'{"amount":"\x01"}', "raw_nul": b'{"amount":"\x00"}', "bad_escape": b'{"amount":"\\x31"}',
    "short_escape": b'{"amount":"\\u12"}', "lone_high": b'{"amount":"\\ud83d"}',
    "lone_low": b'{"amount":"\\ude00"}', "escaped_nul": b'{"amount":"\\u0000"}', "nul_key": b'{"a\\u0000":1}',
    "duplicate": b'{"amount":"1","amount":"2"}', "duplicate_escaped": b'{"amount":"1","\\u0061mount":"2"}',
    "duplicate_deep": b'{"a":{"b":1,"b":2}}', "nan": b'{"amount":NaN}', "infinity": b'{"amount":Infinity}',
    "minus_infinity": b'{"amount":-Infinity}', "undefined": b'{"amount":undefined}', "true_case": b'{"amount":True}',
    "null_case": b'{"amount":Null}', "plus": b'{"amount":+1}', "leading_zero": b'{"amount":01}',
    "point_first": b'{"amount":.5}', "point_last": b'{"amount":5.}', "hex": b'{"amount":0x10}',
    "exponent_empty": b'{"amount":1e}', "minus_alone": b'{"amount":-}', "underscore": b'{"amount":1_000}',
    "big_int_suffix": b'{"amount":1n}', "xml": b"<amount>1</amount>", "yaml": b"amount: 1",
    "multipart": b'--x\r\nContent-Disposition: form-data; name="amount"\r\n\r\n1\r\n--x--',
    "mismatched": b'{"a":[1}', "mismatched_2": b'[{"a":1]}', "unopened": b'"a":1}', "vertical_tab": b'{"a":\x0b1}',
    "form_feed": b'\x0c{"a":1}', "no_break_space": b'{"a":\xc2\xa01}', "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00",
}

# ---- encodings other than UTF-8, and broken UTF-8 ----
ENCODINGS = {
    "bom_utf8": b'\xef\xbb\xbf{"amount":"1"}', "utf16_le": '{"amount":"1"}'.encode("utf-16-le"),
    "utf16_be": '{"amount":"1"}'.encode("utf-16-be"), "utf16_bom": '{"amount":"1"}'.encode("utf-16"),
    "utf32": '{"amount":"1"}'.encode("utf-32"), "utf7": b'+AHs-"amount":"1"}', "latin1": b'{"amount":"\xe9"}',
    "cut_2": b'{"amount":"\xc3"}', "cut_3": b'{"amount":"\xe2\x82"}', "cut_4": b'{"amount":"\xf0\x9f\x98"}',
    "overlong_slash": b'{"amount":"\xc0\xaf"}', "overlong_nul": b'{"amount":"\xc0\x80"}',
    "overlong_3": b'{"amount":"\xe0\x80\xaf"}', "surrogate": b'{"amount":"\xed\xa0\x80"}',
    "above_unicode": b'{"amount":"\xf4\x90\x80\x80"}', "five_bytes": b'{"amount":"\xf8\x88\x80\x80\x80"}',
    "fe_ff": b'{"amount":"\xfe\xff"}', "continuation": b'{"amount":"\x80"}', "bad_key": b'{"\xff":1}',
    "outside_string": b'{"amount":"1"}\xc3\xa9',
}

# ---- bodies over a limit: size, depth, counts, lengths ----
SIZES = {
    "bytes_64k_1": b'{"amount":"1","x":"' + b"a" * (65536 + 1 - 22) + b'"}' + b" ",
    "bytes_200k": b" " * 200_000, "depth_9": _nested(9), "depth_100": _nested(100), "depth_30000": _nested(30000),
    "depth_objects": b'{"a":' * 5000 + b"1" + b"}" * 5000, "depth_unclosed": b"[" * 60000,
    "keys_65": b"{" + b",".join(b'"k%d":1' % i for i in range(65)) + b"}",
    "keys_5000": b"{" + b",".join(b'"k%d":1' % i for i in range(5000)) + b"}",
    "keys_100k": b"{" + b",".join(b'"%d":1' % i for i in range(100_000)) + b"}",
    "values_5000": b'{"a":[' + b",".join([b"1"] * 5000) + b"]}",
    "number_60000": b'{"amount":' + b"1" * 60000 + b"}", "fraction_60000": b'{"amount":0.' + b"1" * 60000 + b"}",
    "key_60000": b'{"' + b"k" * 60000 + b'":1}x',
}

# ---- JSON texts that are no object ----
NOT_AN_OBJECT = {
    "array": b"[]", "array_of_object": b'[{"amount":"1"}]', "string": b'"amount"', "number": b"1",
    "true": b"true", "null": b"null",
}

# ---- amounts and quantities, as JSON source text: wrong for every field of money ----
AMOUNTS = {
    "zero": '"0"', "zero_number": "0", "zero_cents": '"0.00"', "zero_minus": '"-0"', "zero_minus_number": "-0",
    "zero_exponent": "0e0", "negative": '"-1"', "negative_number": "-1", "negative_cents": '"-0.01"',
    "negative_tiny": "-0.00000001", "plus": '"+1"', "exponent": '"1e3"', "exponent_huge": "1e400",
    "exponent_hidden": '"1.0e1"', "nan": '"NaN"', "nan_lower": '"nan"', "inf": '"Infinity"', "inf_short": '"inf"',
    "inf_minus": '"-Infinity"', "hex": '"0x10"', "octal": '"0o17"', "binary": '"0b1"', "empty": '""',
    "blank": '" "', "blank_before": '" 1"', "blank_after": '"1 "', "blank_inside": '"1 0"', "tab": '"\\t1"',
    "newline": '"1\\n"', "no_break_space": '"\\u00a01"', "zero_width": '"1\\u200b"', "bom": '"\\ufeff1"',
    "comma_decimal": '"1,50"', "comma_thousands": '"1,000"', "comma_point": '"1,000.00"', "apostrophe": '"1\'000"',
    "underscore": '"1_000"', "point_first": '".5"', "point_last": '"5."', "point_alone": '"."',
    "two_points": '"1.2.3"', "nine_decimals": '"1.000000001"', "nine_zeros": '"1.000000000"',
    "tiny": '"0.000000001"', "many_decimals": '"1.' + "0" * 40 + '1"', "thirteen_digits": '"1000000000000"',
    "thirty_digits": '"' + "9" * 30 + '"', "thirty_number": "9" * 30, "int64": '"9223372036854775807"',
    "int64_over": '"9223372036854775808"', "uint64_over": "18446744073709551617", "int64_min": '"-9223372036854775808"',
    "wrap_e8": '"184467440738"', "over_the_cap": '"1000000.01"', "dollar": '"$1"', "usd": '"1 USD"', "percent": '"1%"',
    "fraction": '"1/2"', "sum": '"1+1"', "arabic": '"\\u0661\\u0662"', "full_width": '"\\uff11"',
    "superscript": '"\\u00b2"', "roman": '"\\u2167"', "letters": '"one"', "minus_unicode": '"\\u22121"',
    "parentheses": '"(1)"', "true": "true", "false": "false", "null": "null", "array": '["1"]', "array_empty": "[]",
    "object": '{"value":"1"}', "object_empty": "{}", "sql": '"1; DROP TABLE orders"', "sql_or": '"1 OR 1=1"',
    "format": '"%s%n"', "template": '"{{1}}"', "path": '"../1"', "nul_text": '"1\\\\u0000"', "emoji": '"\\ud83d\\udcb0"',
    "long": '"' + "1" * 4000 + '"', "long_zeros": '"' + "0" * 4000 + '1"', "quoted": '"\\"1\\""',
}

# ---- path segments in place of an id, as sent ----
IDS = {
    "blank": "%20%20%20", "bang": "BTC!", "at": "BTC@123", "braces": "%7Bid%7D", "braces_raw": "{id}",
    "long_100": "a" * 100, "long_4000": "a" * 4000, "dot_name": "a.b", "dots": "...", "quote": "%27",
    "double_quote": "%22", "sql_or": "1%27%20OR%20%271%27=%271", "sql_union": "1%20UNION%20SELECT%20password_hash",
    "sql_comment": "x%27--", "semicolon": "a;b", "percent_percent": "%25", "percent_encoded": "%2530",
    "crlf": "a%0d%0aSet-Cookie:x=1", "newline": "a%0ab", "tab": "a%09b", "escape": "a%1b[31m", "delete": "a%7f",
    "latin1": "%e9", "utf8": "%C3%A9%C3%A9%C3%A9", "utf8_cut": "%C3", "overlong": "%C0%AF", "emoji": "%F0%9F%98%80",
    "full_width": "%EF%BC%A2%EF%BC%B4%EF%BC%A3", "right_to_left": "%E2%80%AEabc", "html": "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "format": "%25s%25n", "template": "%7B%7B7*7%7D%7D", "backslash": "a%5Cb", "pipe": "a%7Cb", "star": "*", "plus": "a+b",
    "minus_one": "-1", "float": "1.5", "wrap": "18446744073709551616", "comma": "a,b", "equals": "a=b", "amp": "a&b",
    "unknown_word": "UNKNOWN_ASSET", "dollar": "$where",
}

# ---- whole targets that try to get around the routing; {} is a protected path without its prefix ----
PATHS = {
    "double_slash": "//api/v1{}", "double_inside": "/api//v1{}", "dot": "/./api/v1{}", "dot_inside": "/api/./v1{}",
    "dot_dot": "/x/../api/v1{}", "dot_dot_inside": "/api/v1/inventory/..{}", "encoded_dots": "/api/v1/inventory/%2e%2e{}",
    "encoded_slash": "/api%2fv1{}", "encoded_slash_capital": "/api%2Fv1{}", "double_encoded": "/api%252fv1{}",
    "backslash": "/api\\v1{}", "encoded_backslash": "/api%5cv1{}", "traversal": "/api/v1/../../../etc/passwd",
    "traversal_encoded": "/api/v1/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "traversal_docs": "/docs/../../etc/passwd",
    "traversal_assets": "/assets/..%2f..%2f..%2fetc%2fpasswd", "traversal_jwks": "/.well-known/../keys/",
    "key_folder": "/keys/", "dot_git": "/.git/config", "dot_env": "/.env", "nginx_conf": "/nginx.conf", "etc": "/etc/nginx.conf",
    "nul": "/api/v1{}%00", "nul_json": "/api/v1{}%00.json", "crlf": "/api/v1{}%0d%0aX-Evil:1", "semicolon": "/api/v1{};a=b",
    "trailing_slash": "/api/v1{}/", "trailing_dot": "/api/v1{}.", "trailing_blank": "/api/v1{}%20", "suffix": "/api/v1{}.json",
    "upper": "/API/V1{}", "upper_name": "/api/V1{}", "full_width": "/api/v1%EF%BC%8F{}", "overlong": "/api/v1%c0%af{}",
    "utf8_cut": "/api/v1{}%c3", "internal": "/internal{}", "problem": "/__problem", "control": "/control/revocations",
    "metrics": "/metrics", "health_service": "/internal/auth/health/ready", "service_metrics": "/internal/order/metrics",
    "v2": "/api/v2{}", "no_version": "/api{}", "query_path": "/?/api/v1{}", "fragment": "/api/v1{}#x", "admin": "/admin",
    "server_status": "/nginx_status", "long": "/api/v1{}/" + "a" * 7000, "deep": "/api/v1{}" + "/a" * 400,
    "tilde": "/~root/", "cgi": "/cgi-bin/sh", "encoded_all": "/%61%70%69/%76%31{}",
}

# ---- request members that would be an attack if anybody believed them ----
EXTRA_MEMBERS = {
    "role": "admin", "roles": ["admin"], "is_admin": True, "admin": True, "user_id": 1000, "account_id": 1, "sub": "1",
    "id": 1, "username_lower": "root", "balance": "1000000.00", "current_balance": "1000000.00", "avail_e8": 10 ** 15,
    "status": "completed", "created_at": "2000-01-01T00:00:00Z", "updated_at": "2000-01-01T00:00:00Z", "version": 0,
    "executed_price": "0.01", "price_usd": 0.01, "total_amount": "0.01", "fee": "-1", "order_id": "o0000000000000000",
    "password_hash": "x", "email_verified": True, "limit": "1000000000", "asset": {"price": 0}, "__proto__": {"role": "admin"},
    "constructor": {"prototype": {}}, "$where": "1", "halted": False, "currency": "EUR",
}

# ---- headers that claim an identity or a rank ----
SPOOFED_HEADERS = {
    "X-User-ID": "1000", "X-User-Id": "1", "X-User-Role": "admin", "X-Authenticated": "true", "X-Source": "gateway",
    "X-Auth-Service": "auth_service", "X-Remote-User": "root", "Remote-User": "root", "X-Forwarded-User": "root",
    "CNOP_USER_ID": "1000", "CNOP-USER-ID": "1000", "Cnop-Role": "admin", "CNOP_ROLE": "admin", "HTTP_CNOP_USER_ID": "1000",
    "X-CNOP-User-ID": "1000", "Auth-Subject": "1000", "X-Auth-Subject": "1000", "X-JWT-Claims": '{"sub":"1000"}',
    "X-Original-URL": "/internal/order/metrics", "X-Rewrite-URL": "/internal/order/metrics",
    "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-HTTP-Method-Override": "DELETE",
    "Proxy": "http://127.0.0.1:1", "X-Accel-Redirect": "/internal/order/metrics",
}
