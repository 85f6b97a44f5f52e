# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Prints, one a line, what pip has to install beside Home Assistant so that a headless one with
MQTT starts without looking for anything on the network. Runs under the Python that has Home
Assistant; the arguments are further integrations."""

import json
import pathlib
import sys

import homeassistant
from homeassistant import bootstrap

COMPONENTS = pathlib.Path(homeassistant.__file__).parent / "components"
# hassio is not set up, but others import from it.
OURS = ("mqtt", "http", "api", "config", "onboarding", "logger", "person", "hassio")
# The names that releases have had for what is always set up.
ALWAYS = ("CORE_INTEGRATIONS", "DEFAULT_INTEGRATIONS", "LOGGING_INTEGRATIONS",
          "LOGGING_AND_HTTP_DEPS_INTEGRATIONS")


def manifest(domain):
    path = COMPONENTS / domain / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def needed(domains):
    """The requirements of these integrations and of all that they depend on."""
    todo, seen, found = list(domains), set(), set()
    while todo:
        domain = todo.pop()
        if domain in seen:
            continue
        seen.add(domain)
        one = manifest(domain)
        found.update(one.get("requirements", ()))
        todo += one.get("dependencies", ())
    return found


def main():
    always = set()
    for name in ALWAYS:
        always.update(getattr(bootstrap, name, ()))
    print("\n".join(sorted(needed([*OURS, *always, *sys.argv[1:]]))))


main()
