# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What it costs that every command is recorded, and that all of them can be looked through. The
database lies where TMPDIR says; the table tells on what file system that is."""

import contextlib
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time

import preload
import stored
from bus import BOTH, ZONE, Bench
from process import program

RECORDS = 1000000
RUNS = 60
WARM = 200    # commands until SQLite's log does not grow any more
BLOCK = bytes(4096)
PAUSE = 0.03  # until the disk has nothing to do
DEVICE = "cz2-zone-1"


def file_system(path):
    done = subprocess.run(["findmnt", "-n", "-o", "FSTYPE", "-T", path], capture_output=True, text=True,
                          check=True)
    return done.stdout.strip()


# --- recording -----------------------------------------------------------------------------------

def write_and_sync(fd):
    """Seconds for a bare write that is then on the disk."""
    began = time.monotonic()
    os.write(fd, BLOCK)
    os.fdatasync(fd)
    return time.monotonic() - began


def recording():
    """what it costs a command to be recorded"""
    directory = tempfile.mkdtemp(prefix="cz2-")
    weather = preload.Weather.at(os.path.join(directory, "weather"))
    # Nothing changes and the rows are fresh: such a command costs nothing but its record.
    with Bench(settings={"command.guard_ms": 60000},
               environment=preload.environment(weather=weather)) as house, \
            contextlib.closing(house.client().connection()) as connection:
        where = file_system(house.directory)
        fd = os.open(os.path.join(house.directory, "bare"), os.O_WRONLY | os.O_CREAT, 0o600)
        body, client = BOTH[0], house.client()
        for _ in range(WARM):
            client.post(ZONE, body, connection=connection)
        recorded, refused, bare, commits = [], [], [], []
        for _ in range(RUNS):
            before = weather.syncs
            recorded.append(client.post(ZONE, body, connection=connection).seconds)
            time.sleep(PAUSE)  # what comes after the answer is the command's too
            commits.append(weather.syncs - before)
            refused.append(client.post(ZONE, {"heat": 1}, connection=connection).seconds)
            bare.append(write_and_sync(fd))
            time.sleep(PAUSE)
        os.close(fd)
    extra = statistics.median(recorded) - statistics.median(refused)
    ratio = extra / statistics.median(bare)
    yield f"a command recorded: extra time / bare write + fdatasync ({where})", "<= 3", \
        f"{ratio:.2f} ({extra * 1000:.2f} ms)", ratio <= 3
    # Now and then one more or two, when SQLite's log is taken into the file.
    yield "... syncs of the disk for one command", "<= 3", \
        f"{statistics.median(commits):g} (at most {max(commits)})", statistics.median(commits) <= 3


# --- looking through -----------------------------------------------------------------------------

def many_commands():
    """A million: most of one zone, a fifth of all has failed."""
    parts = [stored.past_commands(RECORDS * 6 // 10, 1, DEVICE),
             stored.past_commands(RECORDS * 2 // 10, 1, DEVICE, "failed"),
             stored.past_commands(RECORDS * 2 // 10, 1, "cz2")]
    sources = [0, 1, 0, 2, 0]
    for turn in range(RECORDS):
        yield next(parts[sources[turn % len(sources)]])


def page_through(house, stop):
    client, offset = house.client(), 0
    while not stop.is_set():
        answer = client.get(f"/api/v1/commands/device/{DEVICE}?status_filter=failed"
                            f"&limit=50&offset={offset}")
        assert answer.status == 200 and len(answer.json["commands"]) == 50, answer
        offset = (offset + 9950) % 150000


def paging():
    """a page of a million commands"""
    with Bench() as house:
        where = file_system(house.directory)
        house.true_clock = False  # the million of the past are not to be compared with the line
        house.daemon.stop()
        path = house.daemon.settings["storage.path"]
        stored.insert(path, many_commands())
        done = subprocess.run([program("paging"), path, DEVICE], capture_output=True, text=True,
                              check=True, timeout=600)
        times = {name: int(number) for name, number in re.findall(r"(\w+) (\d+)", done.stdout)}
        for what, name in (("first page", "first"), ("page 200", "page200")):
            ratio = times[name] / times["select"]
            yield f"{what} of {RECORDS:,} commands, filtered / a select of 50 ({where})", "<= 3", \
                f"{ratio:.2f} ({times[name]} us)", ratio <= 3
        yield from busy_with_pages(house)


def busy_with_pages(house):
    """What commands take while others look through the ledger, against what they take alone."""
    house.daemon.start()
    house.daemon.wait_status()
    alone = statistics.median(one.seconds for one in house.runs(ZONE, BOTH))
    stop = threading.Event()
    readers = [threading.Thread(target=page_through, args=(house, stop)) for _ in range(2)]
    for one in readers:
        one.start()
    beside = statistics.median(one.seconds for one in house.runs(ZONE, BOTH))
    stop.set()
    for one in readers:
        one.join()
    yield "a command while others turn pages / alone", "<= 1.10", \
        f"{beside / alone:.3f} ({beside * 1000:.0f} ms)", beside / alone <= 1.10


ROWS = (recording, paging)
