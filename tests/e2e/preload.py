# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""tests/faults/preload.c from the tests' side: what the daemon's operating system does to it."""

import ctypes
import mmap
import os

from process import BUILD

LIBRARY = os.path.join(BUILD, ".libs", "faults.so")


def environment(fail=None, count=None, weather=None):
    """fail: "write:17:ENOSPC"; count: a file for how often each function was called."""
    wanted = {"LD_PRELOAD": LIBRARY, "CZ2_FAIL_CALL": fail, "CZ2_COUNT_CALLS": count,
              "CZ2_WEATHER": weather and weather.path,
              # The sanitizers' runtime wants to be first, but stands well behind us too.
              "ASAN_OPTIONS": "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")}
    return {name: value for name, value in wanted.items() if value}


def counts(path):
    """{function: calls} of a run that has ended."""
    with open(path, encoding="ascii") as file:
        return {name: int(number) for name, number in (line.split() for line in file)}


class Weather(ctypes.Structure):
    """struct weather: what is set here counts at the daemon's next call."""

    _fields_ = [("wall_shift_s", ctypes.c_int64), ("monotonic_shift_s", ctypes.c_int64),
                ("sync_ms", ctypes.c_int64), ("disk_error", ctypes.c_int64),
                ("syncs", ctypes.c_int64), ("disk_bytes", ctypes.c_int64),
                ("die_in", ctypes.c_int64), ("synchronized", ctypes.c_int64)]

    @classmethod
    def at(cls, path):
        """Fair weather in a new file."""
        with open(path, "w+b") as file:
            file.truncate(ctypes.sizeof(cls))
            self = cls.from_buffer(mmap.mmap(file.fileno(), ctypes.sizeof(cls)))
        self.path = str(path)
        return self
