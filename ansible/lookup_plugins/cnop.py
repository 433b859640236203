# SPDX-License-Identifier: MIT
"""The product's own renderer (conf/render.py), so that a server gets what a local run gets."""
DOCUMENTATION = """
name: cnop
author: CNOP contributors
short_description: Settings and configuration files of CNOP
description:
  - Lays settings over conf/defaults.yml and ansible/server.yml, refusing keys that do not exist.
options:
  _terms:
    description: C(settings) for all settings, or the path of a template under conf/.
    required: true
  over:
    description: Groups of settings, laid over one another in their order.
    type: list
    elements: dict
    default: []
"""
import json
import pathlib
import sys

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

ANSIBLE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ANSIBLE.parent / "conf"))
import render  # noqa: E402


def settings(layers):
    values = render.load(render.CONF / "defaults.yml")
    render.merge(values, render.load(ANSIBLE / "server.yml"), "ansible/server.yml")
    for layer in layers:
        # Ansible's strings are of types of their own
        render.merge(values, json.loads(json.dumps(layer)), "cnop_settings")
    return render.complete(values)


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        try:
            values = settings(self.get_option("over"))
            return [values if term == "settings" else render.renderer(values)(term) for term in terms]
        except SystemExit as refusal:
            raise AnsibleError(str(refusal)) from None
