# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Tokens for tests, and the table in the manual that says which route needs which scope."""

import os
import re
import subprocess

from process import clean_environment, program

MANUAL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "rest.md")
SCOPES = ("none", "read", "command", "admin")
ROW = re.compile(r"^\| `([A-Z]+) (/[^`?]*)` \| (none|read|command|admin)\b", re.MULTILINE)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def tokens_path(house):
    return house.daemon.settings["http.tokens"]


def cz2ctl(*arguments, code=0):
    done = subprocess.run([program("cz2ctl"), *arguments], capture_output=True, text=True,
                          timeout=60, env=clean_environment(), check=False)
    assert done.returncode == code, done
    return done


def add_token(house, name, scope):
    """The secret of a new token of the house's daemon."""
    done = cz2ctl("token", "add", name, "--scope", scope, "--file", tokens_path(house))
    return done.stdout.strip()


def revoke(house, name):
    cz2ctl("token", "revoke", name, "--file", tokens_path(house))


def table():
    """{(method, path): scope}, as the manual has it."""
    with open(MANUAL, encoding="utf-8") as file:
        section = file.read().split("\n## Who may\n")[1].split("\n## ")[0]
    return {(method, path): scope for method, path, scope in ROW.findall(section)}


def filled(path):
    """A path with something in place of {...}: who may not come in does not learn that it is
    not there."""
    path = path.replace("{zone_id}", "1").replace("{device_id}", "cz2")
    return re.sub(r"\{[^}]*\}", "00000000-0000-4000-8000-000000000000", path)
