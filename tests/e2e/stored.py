# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The daemon's database from outside: made older, damaged, or filled with commands of the past."""

import contextlib
import json
import sqlite3
import time
import uuid

STATUSES = ("pending", "sent", "delivered", "failed", "expired")
DAY_US = 86400 * 1000000
COLUMNS = ("id", "device", "command", "user", "source", "status", "armed", "requested_us",
           "updated_us", "sent_us", "delivered_us", "expires_us", "params", "wish", "metadata",
           "result", "key", "answer_status", "answer")
RESULT = {"rows": [{"row": "1.16", "before": "0001" * 9 + "00", "after": "0001" * 9 + "01"}],
          "transactions": 3, "bytes": 87, "attempts": 3, "unchanged": False, "warnings": [],
          "error_code": None, "error_message": None,
          "applied": {"zones": [{"zone_id": 1, "heat_setpoint": 66}]}}


def opened(path):
    return contextlib.closing(sqlite3.connect(path))


def past_commands(count, age_days=0.0, device="cz2", status="delivered"):
    """Rows of so many final commands, the last of them so many days old."""
    last = int(time.time() * 1e6 - age_days * DAY_US)
    status = STATUSES.index(status)
    for n in range(count):
        at = last - (count - n) * 1000
        yield (str(uuid.UUID(int=at << 64 | n, version=4)), device, "zone.temperature",
               "local:somebody", 0, status, 1, at, at + 900, at + 300, at + 900, at + 30000000,
               '{"heat":66,"hold":true}', '{"zones":[{"zone_id":1,"heat_setpoint":66}]}', None,
               json.dumps(RESULT, separators=(",", ":")), None, 0, None)


def insert(path, rows):
    """Adds commands as the daemon would, their counts kept. Not while it runs."""
    with opened(path) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA cache_size = -400000")
        before = database.execute("SELECT coalesce(max(seq), 0) FROM commands").fetchone()[0]
        database.executemany(f"INSERT INTO commands ({', '.join(COLUMNS)}) "
                             f"VALUES ({', '.join('?' * len(COLUMNS))})", rows)
        database.execute("INSERT INTO counts (block, device, status, n) "
                         "SELECT CASE WHEN whole THEN -1 ELSE seq >> 12 END AS part, device, "
                         "status, count(*) FROM commands, "
                         "(SELECT 0 AS whole UNION ALL SELECT 1) WHERE seq > ? "
                         "GROUP BY part, device, status ON CONFLICT (block, device, status) "
                         "DO UPDATE SET n = n + excluded.n", (before,))
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
