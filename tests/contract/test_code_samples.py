# SPDX-License-Identifier: MIT
"""Every code sample of the API page is run as it stands, but for the ids that it names."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from support.openapi_check import Spec, unique
from world import PASSWORD

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "docs/site"))

from code_samples import add_samples  # noqa: E402

SPEC = Spec()
SAMPLES = {
    (item[method]["operationId"], sample["lang"]): sample["source"]
    for item in add_samples(SPEC.document)["paths"].values()
    for method in item
    for sample in item[method]["x-codeSamples"]
}
COMMANDS = {"Shell": ["bash", "-c"], "JavaScript": ["node", "--input-type=module", "-e"],
            "Python": ["/usr/bin/python3", "-c"]}


def real_values(api, world, name):
    """What stands in the examples -> what exists on this stack; and the token to use."""
    account = world.account("3000.00")
    values = {"http://localhost:8080": api.base_url, "jane@example.com": f"{unique('c_')}@example.com",
              "deposit-7f31": unique("k-"), '"quantity": "0.1"': '"quantity": "0.001"',
              "'quantity': '0.1'": "'quantity': '0.001'", '"1000.00"': '"10.00"',
              "bot7-000042": unique("c-"), "Quiet-Harbour-41": PASSWORD,
              "rt_Zk3n8Qm5yW1sVt7uXa9bCd2eFg4hJk6": account.refresh_token}
    # registering needs a new name, logging in an old one
    values["trader_jane"] = unique("c_") if name == "register" else account.username
    if name in ("getOrder", "cancelOrder", "cancelOrderByClientId", "amendOrder", "getOrderByClientId", "getAssetBalance"):
        order = api.call("createOrder", token=account.token, expect=201, body={
            "order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001",
            "client_order_id": values["bot7-000042"]}).json["data"]
        values["o00000000000b8hfv0d74k8j"] = order["order_id"]
    if name == "endSilence":
        values["0f8b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3"] = "nosuch"
    if name == "deleteWatchlist":
        api.call("putWatchlist", token=account.token, path={"name": "Starred"}, body={"asset_ids": ["BTC"]}, expect=200)
    if name == "endSession":
        sessions = api.call("listSessions", token=account.token, expect=200).json["data"]
        values["4f7c21d09b3e4a6f8d5120c7e93ab846"] = sessions[0]["session_id"]
    if SPEC.operations[name].tag not in ("Admin", "Operations"):
        return values, account.token
    if world.admin is None:
        pytest.skip("no operator's account: set CNOP_VAR")
    values.update({"/1042/": f"/{account.user_id}/", "/BTC/": "/USDC/", "66000.00": "1.00",
                   '"halted": true': '"halted": false', "'halted': True": "'halted': False"})
    return values, world.admin.token


@pytest.mark.parametrize("name, language", sorted(SAMPLES))
def test_sample_runs(api, world, name, language):
    if shutil.which(COMMANDS[language][0]) is None:
        pytest.skip(f"{COMMANDS[language][0]} is not installed")
    source = SAMPLES[name, language]
    values, token = real_values(api, world, name)
    if name == "closePosition":  # each sample sells all
        api.call("createOrder", token=token, expect=201,
                 body={"order_type": "market_buy", "asset_id": "BTC", "amount": "2.00"})
    for example, real in values.items():
        source = source.replace(example, real)
    if language == "Shell":
        source = source.replace("curl -sS", "curl -sS -w '%{http_code}'", 1)
    done = subprocess.run([*COMMANDS[language], source], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "CNOP_TOKEN": token}, check=False)
    # the order at hand is filled: nothing to cancel or amend
    expected = str(min(SPEC.operations[name].statuses() - {400, 401, 403, 404, 413, 415})
                   if name not in ("cancelOrder", "cancelOrderByClientId", "amendOrder") else 422)
    if SPEC.operations[name].tag == "Operations":  # a stack may have no monitors
        expected = str(api.call(name, **world.good(name)).status)
    seen = done.stdout.rstrip()[-3:] if language == "Shell" else (done.stdout or done.stderr[-500:])
    wanted = f"HTTP Error {expected}" if expected in ("404", "422", "503") and language == "Python" else expected
    assert wanted in seen if done.returncode else seen.startswith(wanted), f"{source}\n{done}"
