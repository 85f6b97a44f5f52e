# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The documents say what the programs do: every key, option, route and field is in them, and the
shipped configuration is the one that is in force without it."""

import os
import re
import subprocess

import pytest

import home_assistant_document
import panel
from house import House
from process import clean_environment, program

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def document(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def manual(name):
    """A manual page with its options and hyphens as a reader sees them."""
    text = document("man", name).replace("\\-", "-").replace("\\&", "")
    return re.sub(r"\bFl -", "--", text)


def output(name, *arguments):
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, timeout=60,
                          env=clean_environment(), check=True)
    return done.stdout


def keys():
    return re.findall(r"^([a-z]+\.[a-z_]+)\b", output("cz2d", "--print-keys"), re.MULTILINE)


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def test_every_key_is_documented():
    pages = {"docs/configuration.md": document("docs", "configuration.md"),
             "cz2d.conf(5)": manual("cz2d.conf.5")}
    for key in keys():
        group, name = key.split(".")
        for where, text in pages.items():
            assert key in text or re.search(rf"\b{name}\b", text), f"{key} is not in {where}"
        assert re.search(rf"^\W*{group}\b", document("etc", "cz2d.conf"), re.MULTILINE)
        assert re.search(rf"\b{name}\b", document("etc", "cz2d.conf")), f"{key} is not shipped"


def test_every_code_of_a_result_is_documented():
    """And every topic that is commanded through."""
    page = document("docs", "mqtt-commands.md")
    codes = re.findall(r'= "([a-z_]+)",', document("src", "cz2d", "mqtt", "mqtt_refusal.c"))
    topics = re.findall(r'\{"([a-zN/]+)", MQTT_', document("src", "cz2d", "mqtt", "mqtt_syntax.c"))
    assert len(codes) > 20 and len(topics) > 10
    for name in codes + topics:
        assert f"`{name}`" in page, f"{name} is not in docs/mqtt-commands.md"


def test_the_shipped_configuration_holds_the_defaults():
    shipped = output("cz2d", "-c", os.path.join(ROOT, "etc", "cz2d.conf"), "--print-config")
    assert shipped == output("cz2d", "-c", os.devnull, "--print-config")


@pytest.mark.parametrize("name, page", [("cz2d", "cz2d.8"), ("cz2ctl", "cz2ctl.1"),
                                        ("cz2sim", "cz2sim.1")])
def test_every_option_is_in_the_manual(name, page):
    told = options(output(name, "--help"))
    assert told and told <= options(manual(page)), told - options(manual(page))


def test_every_field_of_the_status_is_in_the_manual():
    text = document("docs", "rest.md")
    for name in [*panel.SYSTEM_FIELDS, *panel.ZONE_FIELDS, "temperature", "temperature_exact",
                 "system_time", "active_state", "zone1_humidity"]:
        assert re.search(rf"\b{name}\b", text), name


def test_every_fault_of_the_simulator_is_one():
    text = document("docs", "simulator.md").split("### Faults")[1].split("Faults of several")[0]
    kinds = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    kinds = [one for one in kinds if one not in ("kind", "nth", "count")]
    assert len(kinds) > 15
    house = House(start=False)
    try:
        for kind in kinds:
            house.sim.fault(kind)
    finally:
        house.abandon()


def sources(*folders):
    """Their paths, from the project's root on."""
    for folder in folders:
        for place, _, names in sorted(os.walk(os.path.join(ROOT, "src", folder))):
            yield from (os.path.relpath(os.path.join(place, name), ROOT) for name in sorted(names))


def messages():
    """(file, fixed parts) of each text for the log above debug, from the sources."""
    calls = re.compile(r'(?:log_(?:error|warning|info)\(\s*"[a-z]+",|unusable\(database,'
                       r'|complain\(door,)\s*((?:[^;"]*"(?:[^"\\]|\\.)*"\s*)+)')
    for name in sources("base", "cz2d"):
        for match in calls.finditer(document(name)):
            for text in re.split(r"[?:]\s*(?=\")", match[1]):
                whole = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
                parts = re.split(r"%[-.*\d]*(?:l*d|zu|[su])|[();:,]|  ", whole)
                parts = [one.strip() for one in parts if len(one.strip()) > 8]
                if parts:
                    yield name, parts


def test_every_message_is_explained():
    text = re.sub(r"\s+", " ", document("docs", "troubleshooting.md"))
    told = list(messages())
    assert len(told) > 30
    missing = [one for one in told if not any(part in text for part in one[1])]
    assert not missing, missing


def test_the_document_for_home_assistant_names_what_there_is():
    text = home_assistant_document.content()
    known = home_assistant_document.entities(["First Floor", "Bedrooms", "Attic"])
    theirs = {"input_boolean.vacation", "binary_sensor.bedroom_window"}
    for _, block in home_assistant_document.blocks("yaml"):
        used = set(re.findall(r"\b(?:climate|sensor|binary_sensor|select|event|button|input_boolean)"
                              r"\.[a-z_]+\b", block))
        used -= {"climate.set_temperature", "climate.set_preset_mode"}
        assert used <= {*known, *theirs}, used - {*known, *theirs}
    told = set(re.findall(r"`((?:ha|mqtt|cache|panel)\.[a-z_]+)\b", text))
    assert told and told <= set(keys()), told - set(keys())
    assert re.search(r"alias: Heating - a hold was lost", text)
