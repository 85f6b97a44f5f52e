# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A panel that is saved, scrambled, and put back by cz2ctl. See bus.py."""

import os
import tempfile

from test_ctl import DONE
from test_ctl_backup import INSTALLERS, SCHEDULES, SETTINGS, ZONES, SavedHouse, fill, scramble
from waiting import until

SEEDS = range(1, 6)
ALL = SCHEDULES + SETTINGS + INSTALLERS


def differing(house, rows):
    return [name for name, content in house.rows(ALL).items() if content != rows[name]]


def settled(house, rows):
    """The rows that differ, when the schedule had a moment to set a zone that nobody holds."""
    try:
        until(lambda: not differing(house, rows), 10, "the rows as they were")
    except AssertionError:
        pass
    return differing(house, rows)


def put_back(house, path, seed):
    """The rows that differ behind it, and those of the installer that were written."""
    fill(house, seed)
    assert house.ctl("backup", path).code == DONE
    rows = house.rows(ALL)
    scramble(house, seed)
    house.sim.control("reset")
    done = house.ctl("restore", path, "--yes")
    assert done.code == DONE, done
    touched = set(house.writes()) & {f"{table}.{row}" for table, row in INSTALLERS}
    return len(settled(house, rows)), len(touched)


def saved():
    """backup, scramble, restore"""
    house = SavedHouse(zones=ZONES, settings={"command.guard_ms": 0, "cache.refresh_interval": 3600})
    try:
        house.sim.control("equipment", on=False)
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "panel.json")
            results = [put_back(house, path, seed) for seed in SEEDS]
    finally:
        house.daemon.stop()
        house.abandon()
    different, touched = (sum(column) for column in zip(*results))
    yield f"backup, scramble, restore ({len(results)} panels): rows that differ", "0", \
        f"{different} of {len(results) * len(ALL)}", different == 0
    yield "... rows of the installer's written", "0", f"{touched}", touched == 0


ROWS = (saved,)
