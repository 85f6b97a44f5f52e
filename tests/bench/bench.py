#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""make bench: the numbers that were promised, measured, one row each. The panel is simulated
with true pacing of 9600 baud and 30 ms of turnaround, without traffic of its own unless said;
medians of 20. Fails when a promise is not kept."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import bus  # noqa: E402
import ledger  # noqa: E402
import load  # noqa: E402
import over_mqtt  # noqa: E402
import program  # noqa: E402
import rows  # noqa: E402
import saved  # noqa: E402

ROWS = (*bus.ROWS, *program.ROWS, *load.ROWS, *ledger.ROWS, *over_mqtt.ROWS, *rows.ROWS, *saved.ROWS)


def show(what, limit, measured, verdict):
    print(f"| {what:<70} | {limit:<20} | {measured:<30} | {verdict:<4} |", flush=True)


def main(wanted):
    failed = 0
    show("what", "must be", "measured", "")
    print(f"|{'-' * 72}|{'-' * 22}|{'-' * 32}|{'-' * 6}|")
    for measure in ROWS:
        if wanted and measure.__name__ not in wanted:
            continue
        try:
            results = list(measure())
        except Exception as error:  # one row must not take the others with it
            results = [(measure.__doc__, "", f"{type(error).__name__}: {error}"[:200], False)]
        for what, limit, measured, good in results:
            show(what, limit, measured, "ok" if good else "FAIL")
            failed += not good
    print(f"{failed} of the promises not kept" if failed else "all promises kept")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
