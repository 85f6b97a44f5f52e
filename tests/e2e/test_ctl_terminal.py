# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl as somebody sees it: in a terminal of 80 and of 120 columns (tmux). No line is too long
for it, bars stay on one line and leave nothing behind, and a pipe gets results only."""

import os
import re
import shlex
import shutil
import subprocess

import pytest

from house import House
from process import clean_environment, program
from test_ctl import DONE, ctl
from waiting import until

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")

NAMES = ["A very long name of a living room, which nobody needs", "寝室" * 10, "Büro, groß"]
SIZES = [80, 120]


class Tmux:
    """A terminal in which one line of a shell runs; "ended" and its status stand behind it."""

    def __init__(self, directory, columns, line, rows=70):
        self.command = ["tmux", "-u", "-S", os.path.join(directory, "tmux"), "-f", os.devnull]
        script = f"trap : INT; {line}; echo ended $?; exec cat"
        subprocess.run([*self.command, "new-session", "-d", "-x", str(columns), "-y", str(rows),
                        "sh", "-c", script], check=True, timeout=60,
                       env=clean_environment(LANG="C.UTF-8", TERM="xterm"))

    def run(self, *words):
        return subprocess.run([*self.command, *words], check=True, timeout=60,
                              capture_output=True, env=clean_environment(LANG="C.UTF-8")
                              ).stdout.decode()

    def screen(self, *more):
        return [line.rstrip() for line in
                self.run("capture-pane", "-p", *more).rstrip("\n").split("\n")]

    def ended(self):
        return any(re.fullmatch(r"ended \d+", line) for line in self.screen())

    def result(self):
        """The lines that were shown, without the last."""
        until(self.ended, 60, "the end of the command")
        lines = [line for line in self.screen()]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def close(self):
        self.run("kill-server")


@pytest.fixture
def new_tmux(tmp_path):
    opened = []

    def make(*arguments, **more):
        opened.append(Tmux(str(tmp_path), *arguments, **more))
        return opened[-1]
    yield make
    for one in opened:
        one.close()


def line_of(house, *words):
    return shlex.join([program("cz2ctl"), "--socket", house.daemon.socket, *words])


@pytest.fixture(scope="module")
def wide_house(tmp_path_factory):
    """Three zones of which no two days are alike, and a backup of something else."""
    house = House(settings={"panel.zone_names": NAMES, "command.guard_ms": 0, "bus.gap_ms": 1})
    house.backup = str(tmp_path_factory.mktemp("wide") / "a-backup-with-a-long-name.json")
    for row in range(1, 22):
        house.sim.set_bytes(10, row, 12, [40 + row])
    assert ctl("--socket", house.daemon.socket, "backup", house.backup).code == DONE
    for row in range(1, 22):
        house.sim.set_bytes(10, row, 7, [row % 4 * 15, 15, 30, 45])
    house.sim.set_bytes(10, 9, 12, [0x80 | 60])
    house.command("/zones/2/temperature", {"heat": 66, "hold": True, "out": True})
    assert house.rest.get("/schedules?force=true").status == 200
    yield house
    house.daemon.stop()
    house.abandon()


def lines_to_see(house):
    return [("status",), ("commands",), ("devices",), ("schedule",), ("schedule", "show", "2", "mon"),
            ("clock",), ("health",), ("diff", house.backup), ("--help",), ("schedule", "--help"),
            ("restore", house.backup, "--dry-run"), ("devices", "config", "cz2"),
            ("devices", "health"), ("commands", "show", house.shown)]


@pytest.mark.parametrize("columns", SIZES)
def test_no_line_is_too_long(wide_house, new_tmux, columns):
    wide_house.shown = wide_house.rest.get("/api/v1/commands").json["commands"][0]["command_id"]
    script = "; ".join(line_of(wide_house, *words) for words in lines_to_see(wide_house))
    one = new_tmux(columns, f"({script})", rows=400)
    shown = one.result()
    joined = one.screen("-J")
    wrapped = [line for line in joined if line not in shown]
    assert not wrapped, wrapped
    text = "\n".join(shown)
    assert "ended 0" in text or "ended 1" in text
    assert NAMES[2] in text and "Zone 2  " in text
    if columns == 80:
        assert "…" in text, "a long name gives way"


@pytest.mark.parametrize("columns", SIZES)
def test_columns_stand_below_each_other(wide_house, new_tmux, columns):
    """Whatever the width of what stands in front: starts of periods are at one column."""
    shown = new_tmux(columns, line_of(wide_house, "schedule", "show", "2")).result()
    titles = next(line for line in shown if line.startswith("Days"))
    days = [line for line in shown if re.match(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", line)]
    assert len(days) == 7
    for name in ("Wake", "Day ", "Eve", "Sleep"):
        for line in days:
            assert re.match(r"\d\d:\d\d", line[titles.index(name):]), (titles, line)


@pytest.fixture(scope="module")
def slow_house():
    """At the true speed of the line reading all days takes seconds."""
    house = House(zones=2, panel={"pacing": True})
    yield house
    house.daemon.stop()
    house.abandon()


BAR = re.compile(r"^Reading schedules  \[#*\.*\]  \d+ of 14$")


@pytest.mark.parametrize("columns", [*SIZES, 30])
def test_a_bar_is_one_line_that_goes_again(slow_house, new_tmux, columns):
    one = new_tmux(columns, line_of(slow_house, "schedule", "show", "1", "--refresh"), rows=30)
    bars = set()

    def seen():
        lines = [line for line in one.screen() if line and not line.startswith("ended")]
        if any(" of 14" in line for line in lines):
            assert len(lines) == 1, lines
            assert BAR.match(lines[0]) or columns == 30, lines
            bars.add(lines[0])
        return one.ended()
    until(seen, 60, "the end", pause=0.03)
    assert len(bars) >= 2, "it moved"
    shown = one.result()
    assert not any(" of 14" in line for line in shown)
    assert shown[0].startswith("Zone 1")


def test_a_dump_shows_how_far_it_is(slow_house, new_tmux):
    """Its lines go elsewhere here: the bar is on standard error."""
    one = new_tmux(80, line_of(slow_house, "dump", "9", "9") + " >/dev/null")
    seen = set()

    def ended():
        seen.update(line for line in one.screen() if line and not line.startswith("ended"))
        return one.ended()
    until(ended, 60, "the end", pause=0.03)
    assert seen and all(re.fullmatch(r"Reading  \[#*\.*\]  [0-4] of 5", line) for line in seen), seen
    assert one.result() == ["ended 0"]


def test_who_interrupts_a_bar_finds_a_clean_line(slow_house, new_tmux):
    one = new_tmux(80, line_of(slow_house, "schedule", "show", "--refresh"))
    until(lambda: any(" of 14" in line for line in one.screen()), 60, "the bar", pause=0.03)
    one.run("send-keys", "C-c")
    assert one.result() == ["ended 130"]


def test_a_pipe_gets_results_and_nothing_else(wide_house, tmp_path):
    where = ("--socket", wide_house.daemon.socket)
    shown = ctl(*where, "schedule", "show", "--refresh")
    assert shown.code == DONE and shown.err == "" and not re.search(r"[\r\033]", shown.out)
    saved = ctl(*where, "backup")
    assert saved.code == DONE and saved.err == "" and saved.json["cz2_backup"] == 1
    assert ctl(*where, "backup", "-q", str(tmp_path / "file")).out == ""
