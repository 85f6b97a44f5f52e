# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The ledger of a daemon for ledger_checker: through REST while it runs, else from its file."""

import datetime
import json
import os
import re
import sqlite3
import time

import stored
from ledger_checker import STATUSES, Ledger, Record, wish_of

PAGE = 500
# After this the file need not hold all that was promised.
TROUBLE = re.compile(r"(error|warning) +store: ")


def read(daemons, zones, since):
    """The ledger of all daemons of a house."""
    ledger = Ledger(since=since)
    for one in daemons:
        if TROUBLE.search(one.lives[0].log()):
            ledger.whole = False
        if not one.process.alive():
            rows = from_file(one.settings["storage.path"])
        else:
            rows = from_rest(one, devices(one, zones), ledger, since)
        ends = [life.ended for life in one.lives if life.ended is not None]
        ledger.records += [record(row, ends, zones) for row in rows]
    ledger.records.sort(key=lambda one: one.requested)
    return ledger


def devices(daemon, zones):
    panel = daemon.settings.get("panel.id", "cz2")
    return [panel, *(f"{panel}-zone-{zone}" for zone in range(1, zones + 1))]


# What to take from a wall clock's seconds to have ours.
WALL = time.time() - time.monotonic()


def moment(text):
    """RFC 3339, or microseconds; 0 is never."""
    if not text:
        return None
    seconds = text / 1e6 if isinstance(text, int) else \
        datetime.datetime.fromisoformat(text).timestamp()
    return seconds - WALL


def record(row, ends, zones=8):
    requested, updated = moment(row["requested_at"]), moment(row["updated_at"])
    last = updated if row["status"] in ("delivered", "failed", "expired") else float("inf")
    return Record(row["command_id"], row["device_id"], row["command"],
                  wish_of(row["command"], row["device_id"], row["params"], zones),
                  row["status"],
                  requested, updated, moment(row["sent_at"]), moment(row["delivered_at"]),
                  row["result"] or {}, any(requested <= end <= last for end in ends))


def counts(rest, target):
    return {one: rest.get(f"{target}1&status_filter={one}").json["total"] for one in STATUSES}


def from_rest(daemon, names, ledger, since):
    """Pages of each device until the records are older than the history."""
    rest = daemon.unix(unseen=True) if os.path.exists(daemon.socket) else daemon.rest(unseen=True)
    for device in names:
        target = f"/api/v1/commands/device/{device}?limit="
        found, page = [], None
        while page is None or len(page["commands"]) == PAGE and \
                moment(page["commands"][-1]["requested_at"]) > since:
            answer = rest.get(f"{target}{PAGE}&offset={len(found)}")
            assert answer.status == 200 or not ledger.whole, answer
            if answer.status != 200:
                return
            page = answer.json
            found += page["commands"]
        yield from found
        if len(found) == page["total"] or len(page["commands"]) < PAGE:
            by_status = counts(rest, target)
            # A change on the panel may have been recorded meanwhile, a command gone on.
            if rest.get(f"{target}1").json["total"] == page["total"] and \
                    counts(rest, target) == by_status:
                ledger.totals.append((device, by_status, page["total"], len(found)))


NAMES = {"id": "command_id", "device": "device_id", "requested_us": "requested_at",
         "updated_us": "updated_at", "sent_us": "sent_at", "delivered_us": "delivered_at"}


def from_file(path):
    """Whatever can be read there."""
    if not os.path.exists(path):
        return
    try:
        with stored.opened(path) as database:
            rows = database.execute(
                f"SELECT {', '.join(stored.COLUMNS)} FROM commands ORDER BY seq").fetchall()
    except sqlite3.Error:
        return
    for values in rows:
        row = {NAMES.get(name, name): value for name, value in zip(stored.COLUMNS, values)}
        row["status"] = stored.STATUSES[row["status"]]
        for name in ("params", "result"):
            row[name] = json.loads(row[name]) if row[name] else None
        yield row
