# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Waiting for conditions, with deadlines. Nothing in the tests sleeps a fixed time to be right."""

import os
import time

# A sanitized or emulated build is slower; deadlines stretch with it, conditions do not.
PATIENCE = float(os.environ.get("CZ2_PATIENCE", "1"))


def until(condition, timeout=15.0, what=None, pause=0.01):
    """The first true value of condition(); fails loudly when it never comes."""
    deadline = time.monotonic() + timeout * PATIENCE
    while True:
        value = condition()
        late = time.monotonic() > deadline
        if value and not late:
            return value
        if late:
            raise AssertionError(f"waited {timeout * PATIENCE:.0f} s in vain for "
                                 f"{what or condition.__doc__ or condition.__name__}")
        time.sleep(pause)


def stays(condition, seconds, what=None, pause=0.02):
    """Fails when condition() turns false within seconds: for things that must not happen."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), f"did not stay so: {what or condition.__name__}"
        time.sleep(pause)
