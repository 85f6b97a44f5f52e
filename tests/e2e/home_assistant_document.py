# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What docs/home-assistant.md promises to users: its entities and its automations."""

import os
import re

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs",
                    "home-assistant.md")


def content():
    with open(PATH, encoding="utf-8") as file:
        return file.read()


def entities(zones, humidity=(1,)):
    """{entity id: enabled from the start} for zones of these names; humidity: which have it."""
    found = {}
    for entity, enabled in re.findall(r"^\| `([a-z_]+\.\w+)` \|.*\| (yes|no) \|$", content(),
                                      re.MULTILINE):
        names = range(1, len(zones) + 1) if "ZONE" in entity else [0]
        for number in names:
            name = zones[number - 1].lower().replace(" ", "_") if number else ""
            if not entity.endswith("ZONE_humidity") or number in humidity:
                found[entity.replace("ZONE", name)] = enabled == "yes"
    return found


def blocks(language):
    """Every listing in this language."""
    return re.findall(rf"^( *)```{language}\n(.*?)^ *```$", content(), re.MULTILINE | re.DOTALL)


def automations():
    """Each of them, as one item of a YAML list."""
    return ["- " + text.replace("\n", "\n  ").rstrip() + "\n"
            for _, text in blocks("yaml") if text.startswith("alias:")]
