# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""docs/old-tools.md: no cell is empty, and each of our lines is carried out."""

import os
import re
import shlex

import pytest

from house import House
from test_ctl import DONE, REFUSED, ctl
from test_documents import document

# Lines that end otherwise, and why.
ENDS = {"cz2ctl diff a.json": (DONE, REFUSED)}  # the panel lives on
# Commands of the older tools, each of which has to have a row.
PERL = ("monitor", "read", "write", "write_byte", "read_all", "status", "status_data", "status_json", "set_system", "set_zone", "show_schedules",
        "set_schedule", "set_time", "set_clock", "help", "czdiff")
PYTHON = ("status", "status-json", "set-system", "set-zone", "monitor", "read")


def tables():
    """The rows of each table, as lists of cells."""
    for part in document("docs", "old-tools.md").split("\n## ")[1:]:
        lines = [line for line in part.splitlines() if line.startswith("|")]
        yield [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def ours():
    """Each line of ours, in the order of the document, without those that it has twice."""
    lines = [code for rows in tables() for cells in rows for cell in cells
             for code in re.findall(r"`(cz2ctl [^`]+)`", cell)]
    return list(dict.fromkeys(lines))


def test_each_of_their_commands_has_one_of_ours():
    perl, python, _ = tables()
    for rows, names in ((perl, PERL), (python, PYTHON)):
        for name in names:
            assert any(re.search(rf"`(cz2 |cli )?{name}\b", row[0]) for row in rows), name
        for row in rows:
            assert len(row) == 3 and all(row) and "`cz2ctl " in row[1], row


@pytest.fixture(scope="module")
def panel_house(tmp_path_factory):
    """A house, in a directory with two backups."""
    house = House(settings={"command.guard_ms": 0, "bus.gap_ms": 1, "panel.raw_writes": True},
                  panel={"burst": True, "options": ("--load", "20")})
    here, back = tmp_path_factory.mktemp("old"), os.getcwd()
    os.chdir(here)
    for name in ("a.json", "b.json"):
        done = ctl("--socket", house.daemon.socket, "backup", name)
        assert done.code == DONE, done
    yield house
    os.chdir(back)
    house.daemon.stop()
    house.abandon()


@pytest.mark.parametrize("line", ours())
def test_each_line_of_ours_is_carried_out(panel_house, line):
    if not os.path.isabs(os.environ.get("CZ2_BUILD", "/")):
        pytest.skip("the build is named by a relative path")
    done = ctl("--socket", panel_house.daemon.socket, *shlex.split(line)[1:])
    assert done.code in ENDS.get(line, (DONE,)), done
    assert done.out, f"it says what it has done or found: {done}"


# --- the grammar of the Perl script ---------------------------------------------------------------

DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
ZONE_LISTS = [("all", {1, 2, 3}), ("2", {2}), ("1,3", {1, 3}), ("1-3", {1, 2, 3}), ("3,1-2", {1, 2, 3})]
DAY_LISTS = [("all", set(DAYS)), ("mon", {"mon"}), ("MON,wed,Fri", {"mon", "wed", "fri"}),
             ("mon-wed", {"mon", "tue", "wed"}), ("sun-sat", set(DAYS))]
PROGRAMS = [("all", {0, 1, 2, 3}), ("wake", {0}), ("day,sleep", {1, 3})]
OPTIONS = [("heat=64", {"heat": 64}), ("cool=80", {"cool": 80}), ("heat=60 cool=82", {"heat": 60, "cool": 82}),
           ("out", {"out": True})]
PERIODS = ["wake", "day", "eve", "sleep"]


def program(house):
    answer = house.rest.get("/schedules").json["schedules"]
    return {(zone["zone_id"], day, period): values for zone in answer
            for day, one in zone["days"].items() for period, values in one.items()}


@pytest.mark.parametrize("place", range(max(map(len, (ZONE_LISTS, DAY_LISTS, PROGRAMS, OPTIONS)))))
def test_the_perl_scripts_grammar_is_understood(panel_house, place):
    """Each word of the grammar at least once, with the effect that it had."""
    zones, days, programs, options = (kind[place % len(kind)] for kind in
                                      (ZONE_LISTS, DAY_LISTS, PROGRAMS, OPTIONS))
    before = program(panel_house)
    done = ctl("--socket", panel_house.daemon.socket, "schedule", "set", zones[0], days[0],
               programs[0], *options[0].split())
    assert done.code == DONE, done
    after = program(panel_house)
    named = {(zone, day, PERIODS[one]) for zone in zones[1] for day in days[1]
             for one in programs[1]}
    for key, values in after.items():
        if key not in named:
            assert values == before[key], key
            continue
        for member, value in options[1].items():
            assert values[member] == value, key
        assert values["out"] == options[1].get("out", False), "a setpoint ends OUT"
        assert values["start"] == before[key]["start"]


@pytest.mark.parametrize("text, start", [("19:00", "19:00"), ("9:00am", "09:00"), ("12:30pm", "12:30"),
                                         ("12:15am", "00:15"), ("0:00", "00:00")])
def test_the_perl_scripts_times_are_understood(panel_house, text, start):
    for period, at in zip(PERIODS, ("00:00", "08:00", "20:00", "22:00")):
        body = {"days": {"thu": {period: {"start": at}}}}
        assert panel_house.rest.request("PUT", "/zones/3/schedule", body).status == 200
    period = "wake" if start.startswith("00") else "eve" if start > "12:30" else "day"
    done = ctl("--socket", panel_house.daemon.socket, "schedule", "set", "3", "thu", period,
               f"start={text}")
    assert done.code == DONE, done
    assert program(panel_house)[3, "thu", period]["start"] == start


@pytest.mark.parametrize("line", ["1 mon eve start=9:07pm", "1 mon eve start=6:00am",
                                  "1 mon eve heat=200", "9 mon eve heat=68", "1 mun eve heat=68",
                                  "1 mon dinner heat=68", "1 mon eve temp=68"])
def test_what_the_perl_script_refused_is_refused(panel_house, line):
    before = program(panel_house)
    done = ctl("--socket", panel_house.daemon.socket, "schedule", "set", *line.split())
    assert done.code != DONE and done.err.startswith("cz2ctl: "), done
    assert program(panel_house) == before
