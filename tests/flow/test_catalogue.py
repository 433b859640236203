# SPDX-License-Identifier: MIT
"""What it costs to look at the catalogue again and again: little when packed, nothing when it is the same."""
import gzip
import http.client
import json
import os
from urllib.parse import urlsplit

CATALOGUE = "/api/v1/inventory/assets?limit=250&active_only=false"


def ask(**headers):
    url = urlsplit(os.environ["CNOP_BASE_URL"])
    link = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    try:
        link.request("GET", CATALOGUE, headers=headers)
        answer = link.getresponse()
        return answer, answer.read()
    finally:
        link.close()


def test_the_catalogue_is_packed_and_sent_once():
    _, plain = ask()
    for _ in range(20):  # a new price may come between the two
        answer, packed = ask(**{"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in answer.headers["Vary"]
        assert len(json.loads(gzip.decompress(packed))["data"]) == len(json.loads(plain)["data"])
        assert len(packed) * 3 < len(plain), (len(packed), len(plain))
        again, nothing = ask(**{"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]})
        if again.status == 304:
            break
    assert (again.status, nothing) == (304, b"")
