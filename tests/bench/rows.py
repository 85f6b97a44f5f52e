# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What it takes to read all of the panel's memory by cz2ctl. See bus.py."""

import subprocess
import time

import panel
from bus import BYTES_PER_SECOND, GAP, TURNAROUND, Bench
from process import clean_environment, program

ROWS_OF_A_PANEL = 95


def dump():
    """all rows dumped"""
    with Bench() as house:
        before = len(house.sim.frames())
        begun = time.monotonic()
        done = subprocess.run([program("cz2ctl"), "--socket", house.daemon.socket, "dump"],
                              capture_output=True, timeout=120, env=clean_environment(),
                              check=True)
        seconds = time.monotonic() - begun
        rows = len(done.stdout.splitlines())
        wire = least(house.sim.frames()[before:])
    yield "cz2ctl dump: rows", f"{ROWS_OF_A_PANEL}", f"{rows}", rows == ROWS_OF_A_PANEL
    yield "cz2ctl dump: time / (wire + turnarounds + gaps)", "<= 1.10", \
        f"{seconds / wire:.3f} ({seconds:.1f} s)", seconds / wire <= 1.10


def least(frames):
    """Seconds that one read of each row has to take, whatever else was read beside."""
    asked, size = set(), 0
    for one in frames:
        if one.source == 99 and one.function == panel.READ and one.row not in asked:
            asked.add(one.row)
            size += len(one.payload) + 10
    answered = {one.row: len(one.payload) + 10 for one in frames
                if one.destination == 99 and one.row in asked}
    refused = len(asked) - len(answered)  # each by an error frame of one byte
    size += sum(answered.values()) + refused * 11
    return size / BYTES_PER_SECOND + len(asked) * (TURNAROUND + GAP)


ROWS = (dump,)
