# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The disk is full, slow, read-only or holds rubbish, or the daemon is killed: the panel is shown
as ever and nobody is told anything untrue; what cannot be recorded is refused and not carried out,
until it can be again. A start writes nothing to the panel."""

import contextlib
import errno
import fcntl
import os
import random
import signal
import sqlite3
import subprocess
import time

import pytest

import preload
from panel import WRITE
from waiting import until

ZONE = "/zones/2/temperature"
SETTINGS = {"command.guard_ms": 0, "bus.reply_timeout_ms": 120, "bus.gap_ms": 5}
SEED = int(os.environ.get("CZ2_SEED", "1"))
KILLS = 12
ASYNC = {"Prefer": "respond-async"}
# Each frame of a command takes a while, so that a kill can fall between any two.
SLOW_PANEL = {"panel": {"turnaround": 60}, "settings": {**SETTINGS, "bus.reply_timeout_ms": 1000}}
COMMAND_FRAMES = 6  # setpoints read and written, flags read and written, both read back
SETPOINTS_WRITTEN, FLAGS_WRITTEN = 2, 4
SAVED_EVERY_S = 15 * 60
SLOW_MS = 5000


@pytest.fixture
def weather(tmp_path):
    return preload.Weather.at(tmp_path / "weather")


@pytest.fixture
def weathered_house(new_house, weather):
    return new_house(settings=SETTINGS, environment=preload.environment(weather=weather))


@pytest.fixture
def mounted(tmp_path):
    """A very small file system of its own."""
    directory = tmp_path / "mounted"
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "cz2d-test", str(directory)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("only root may mount a small file system")
    yield directory
    subprocess.run(["umount", "-l", str(directory)], check=True)


def storage(house):
    return house.rest.get("/health").json["storage"]


def control_goes_on(house, heat):
    house.command(ZONE, {"heat": heat, "hold": True})
    assert house.zone(2)["heat_setpoint"] == heat


def commands_are_refused(house):
    """Nothing can be recorded, so nothing is written; reading goes on."""
    before = len(house.written())
    for headers in ({}, {"Prefer": "respond-async"}):
        answer = house.rest.post(ZONE, {"heat": 77, "hold": True}, headers=headers)
        assert answer.status == 503 and "could not be recorded" in answer.json["detail"], answer
    assert house.rest.get("/status/live").status == 200
    assert len(house.written()) == before and house.zone(2)["heat_setpoint"] != 77


def save_now(weather):
    """The daemon believes that it is time to save the rows."""
    weather.monotonic_shift_s += SAVED_EVERY_S


def stored_heat(path):
    """Zone 2's heat setpoint in the database."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT payload FROM rows WHERE tbl = 1 AND number = 16")
        return row.fetchone()[0][12]


# --- full, read-only, slow ----------------------------------------------------------------------

@pytest.mark.parametrize("name", ["ENOSPC", "EIO", "EROFS"])
def test_on_a_disk_that_takes_nothing_commands_are_refused_until_it_does(new_house, weather, name):
    weather.disk_error = getattr(errno, name)
    house = new_house(settings=SETTINGS, environment=preload.environment(weather=weather))
    assert storage(house)["ok"] is False
    house.daemon.wait_log(r"error +store: .*nothing is stored until that is mended")
    commands_are_refused(house)
    weather.disk_error = 0
    control_goes_on(house, 62)
    assert storage(house)["ok"]
    assert house.daemon.stop() == 0
    assert stored_heat(house.daemon.settings["storage.path"]) == 62


def test_a_disk_that_fills_up_later_keeps_what_was_stored(weathered_house, weather):
    path = weathered_house.daemon.settings["storage.path"]
    control_goes_on(weathered_house, 61)
    weathered_house.daemon.restart()
    weathered_house.daemon.wait_status()
    weather.disk_error = errno.ENOSPC
    commands_are_refused(weathered_house)
    assert not storage(weathered_house)["ok"]
    assert weathered_house.daemon.stop() == 0
    assert stored_heat(path) == 61


def test_a_file_system_without_room_is_lived_with(new_house, mounted):
    (mounted / "filling").write_bytes(b"x" * 508 * 1024)
    house = new_house(settings={**SETTINGS, "storage.path": str(mounted / "cz2d.db")})
    assert storage(house)["ok"] is False
    commands_are_refused(house)
    (mounted / "filling").unlink()
    control_goes_on(house, 61)
    assert house.daemon.stop() == 0


def test_a_read_only_directory_is_lived_with(new_house, mounted):
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    house = new_house(settings={**SETTINGS, "storage.path": str(mounted / "cz2d.db")})
    assert storage(house)["ok"] is False
    house.daemon.wait_log(r"error +store: cannot open .*nothing is stored")
    commands_are_refused(house)


def test_a_slow_disk_holds_up_neither_the_bus_nor_who_reads(weathered_house, weather):
    house = weathered_house
    control_goes_on(house, 61)
    weather.sync_ms, before, written = SLOW_MS, weather.syncs, len(house.written())
    later = house.client().later("POST", ZONE, {"heat": 66, "hold": True})
    until(lambda: weather.syncs > before, what="the disk to be asked to keep something")
    during, began = [], time.monotonic()
    while time.monotonic() - began < SLOW_MS / 2000:
        during.append(house.rest.get("/status"))
        during.append(house.rest.get("/status/live"))
        assert len(house.written()) == written, "written before it was recorded"
    slowest = max(one.seconds for one in during)
    assert slowest < SLOW_MS / 2000, f"an answer took {slowest:.1f} s"
    assert later.result().status == 200
    weather.sync_ms = 0
    assert house.daemon.stop() == 0
    assert stored_heat(house.daemon.settings["storage.path"]) == 66


def record(house, ident):
    return house.rest.get(f"/commands/{ident}").json


def test_a_disk_that_fails_amid_commands_writes_nothing_more_and_lies_to_nobody(
        new_house, weather):
    house = new_house(settings={**SETTINGS, "bus.reply_timeout_ms": 1000},
                      panel={"turnaround": 100}, environment=preload.environment(weather=weather))
    first = house.client().later("POST", "/zones/1/temperature", {"heat": 66, "hold": True})
    until(house.written, what="the first command to be under way")
    # Another value for the same field has to wait for a turn of its own.
    second = house.rest.post("/zones/1/temperature", {"heat": 67}, headers=ASYNC).json["command_id"]
    weather.disk_error = errno.ENOSPC
    assert first.result().status == 200, "the panel has it, whatever the disk says"
    until(lambda: record(house, second)["status"] == "failed", what="the second one's end")
    assert record(house, second)["sent_at"] is None
    assert not [one for one in house.written() if one.row == (1, 16) and one.payload[11] == 67]
    weather.disk_error = 0
    until(lambda: {one.ident: one for one in house.recorded()}[second].final and
          all(one.final for one in house.recorded()), what="the ends to be recorded")
    told = {one.wish["heat_setpoint", 1]: one.status for one in house.recorded()}
    assert told == {66: "delivered", 67: "failed"}


# --- what lies in the file -----------------------------------------------------------------------

def overwritten(path):
    """The same length, but noise."""
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        file.write(random.Random(SEED).randbytes(size))


def spoiled(path):
    """A whole header; noise in every page after it."""
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(random.Random(SEED).randbytes(size - 4096))


def cut(path):
    os.truncate(path, os.path.getsize(path) // 2 + 100)


def emptied(path):
    os.truncate(path, 0)


def somebody_elses(path):
    os.remove(path)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
        database.execute("PRAGMA application_id = 4711")
        database.commit()


def newer(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


# What becomes of the file, what the log says, and whether a new one takes its place.
FILES = [
    (overwritten, r"damaged; it was set aside", True),
    (spoiled, r"damaged; it was set aside", True),
    (cut, r"damaged; it was set aside", True),
    (emptied, r"was empty: whatever it held is lost", True),
    (somebody_elses, r"belongs to another program", False),
    (newer, r"was made by a newer cz2d \(schema 99", False),
]


@pytest.mark.parametrize("spoil, says, replaced", FILES, ids=[one[0].__name__ for one in FILES])
def test_a_file_that_is_not_ours_to_use_is_told(new_house, spoil, says, replaced):
    house = new_house(settings=SETTINGS)
    path = house.daemon.settings["storage.path"]
    control_goes_on(house, 61)
    assert house.daemon.stop() == 0
    spoil(path)
    with open(path, "rb") as file:
        content = file.read()
    house.daemon.start()
    house.daemon.wait_log(says)
    assert storage(house)["ok"] is replaced
    house.daemon.wait_status()
    if replaced:
        control_goes_on(house, 62)
    else:
        commands_are_refused(house)
    assert house.daemon.stop() == 0
    if replaced:
        assert stored_heat(path) == 62
    else:
        with open(path, "rb") as file:
            assert file.read() == content, "a file that is not ours was written to"


def opened(pid, path):
    names = f"/proc/{pid}/fd"
    path = os.path.realpath(path)
    for one in os.listdir(names):
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            if os.readlink(os.path.join(names, one)) == path:
                return True
    return False


def test_a_database_has_one_daemon(new_house):
    house = new_house(settings=SETTINGS)
    control_goes_on(house, 61)
    house.daemon.stop()
    with open(house.daemon.settings["storage.path"] + "-lock", "r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        house.daemon.start(wait=False)
        house.daemon.wait_log(rf"cz2d.db is in use by another cz2d, process {os.getpid()};")
        assert house.daemon.process.wait_end(15) == 1
    house.daemon.start()
    control_goes_on(house, 62)


def test_a_daemon_waits_for_the_one_that_is_ending(new_house):
    house = new_house(settings=SETTINGS)
    house.daemon.stop()
    with open(house.daemon.settings["storage.path"] + "-lock", "r+b") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        house.daemon.start(wait=False)
        until(lambda: opened(house.daemon.process.pid, lock.name), what="a look at the lock")
    house.daemon.wait_log("listening on")
    house.daemon.stop()


def test_without_a_lock_control_goes_on(new_house):
    house = new_house(settings=SETTINGS)
    house.daemon.stop()
    lock = house.daemon.settings["storage.path"] + "-lock"
    os.remove(lock)
    os.symlink("elsewhere", lock)
    house.daemon.start()
    house.daemon.wait_log("cannot be locked: .*; let no other cz2d use it")
    control_goes_on(house, 62)


# --- killed --------------------------------------------------------------------------------------

def asked(house):
    """The frames of commands: what the daemon sent about the rows that it may write."""
    return [one for one in house.sim.frames()
            if one.source == 99 and one.row in ((1, 12), (1, 16))]


def writes(house):
    return [one for one in asked(house) if one.function == WRITE]


def kill(house):
    """The end of the daemon, and of the last call if that was not answered yet."""
    house.daemon.stop(signal.SIGKILL)
    call = house.calls[-1]
    if call.status is None:
        # Nobody waits any more: what is written from now on was asked for by nobody.
        call.answered, call.abandoned = time.monotonic(), True


def wanted(before, heat, out):
    """Zone 2's setpoint and flag in the rows 1.16 and 1.12."""
    setpoints, flags = (bytearray(row) for row in before)
    setpoints[12] = heat
    flags[12] = flags[12] & ~2 | (2 if out else 0)
    return bytes(setpoints), bytes(flags)


def rows(house):
    return house.sim.row(1, 16), house.sim.row(1, 12)


def begin_anew(house):
    """What is restored may be older than what was told last: a history of its own."""
    house.check()
    house.calls.clear()
    house.sim.forget(0.0)


def starts_again(house):
    """The database opens, and the start tells what is on the panel and writes nothing."""
    begin_anew(house)
    before, held = len(writes(house)), rows(house)
    house.daemon.start()
    until(lambda: house.rest.get("/status?force=true").status == 200, what="the panel to be read")
    assert storage(house)["ok"] and "damaged" not in house.daemon.log()
    assert len(writes(house)) == before and rows(house) == held
    assert house.zone(2)["heat_setpoint"] == held[0][12]


def test_a_daemon_killed_at_any_frame_of_a_command_leaves_what_it_had_written(new_house):
    house = new_house(**SLOW_PANEL)
    control_goes_on(house, 61)
    for frame in range(1, COMMAND_FRAMES + 1):
        house.all_ended()  # nothing is looked for any more that was under way
        before, seen = rows(house), len(asked(house))
        whole = wanted(before, 61 + frame, frame % 2)
        later = house.client().later("POST", ZONE, {"heat": 61 + frame, "out": bool(frame % 2)})
        until(lambda: len(asked(house)) >= seen + frame, what=f"frame {frame} of the command")
        kill(house)
        later.thread.join()
        # Not `frame`: on a busy machine one more may have got out before the end.
        sent = len(asked(house)) - seen
        assert rows(house) == (whole[0] if sent >= SETPOINTS_WRITTEN else before[0],
                               whole[1] if sent >= FLAGS_WRITTEN else before[1]), (frame, sent)
        starts_again(house)
    control_goes_on(house, 70)


def test_a_daemon_killed_amid_saving_has_the_old_rows_or_the_new_ones(weathered_house, weather):
    path = weathered_house.daemon.settings["storage.path"]
    control_goes_on(weathered_house, 61)
    weathered_house.daemon.restart()
    weathered_house.daemon.wait_status()
    control_goes_on(weathered_house, 62)
    before = weather.syncs
    weather.sync_ms = SLOW_MS
    save_now(weather)
    until(lambda: weather.syncs > before, what="the rows to be on their way to the disk")
    kill(weathered_house)
    weather.sync_ms = 0
    starts_again(weathered_house)
    assert stored_heat(path) in (61, 62)


def killed(house, dice):
    """One command, and the end of the daemon at some moment of it or of its start."""
    house.daemon.start(wait=False)
    if dice.random() < 0.3:
        time.sleep(dice.uniform(0, 0.05))
        house.daemon.stop(signal.SIGKILL)
        return
    house.daemon.port = int(house.daemon.wait_log(r"listening on http://[^ ]*?:(\d+)")[1])
    later = house.client().later("POST", ZONE, {"heat": dice.randint(50, 75), "hold": True})
    time.sleep(dice.uniform(0, 0.6))
    kill(house)
    later.thread.join()


def test_a_daemon_that_is_killed_at_random_starts_again_and_writes_nothing(new_house):
    house = new_house(**SLOW_PANEL)
    control_goes_on(house, 61)
    assert house.daemon.stop() == 0
    dice = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(KILLS):
        killed(house, dice)
    begin_anew(house)
    house.sim.silence(True)
    house.daemon.start()
    document = house.rest.get("/status").json
    assert document["meta"]["source"] == "restored", document["meta"]
    assert document["status"]["zones"][1]["heat_setpoint"] is not None
    assert storage(house)["ok"] and "damaged" not in house.daemon.log()
    house.sim.silence(False)
    house.daemon.wait_status()
    assert not house.written()
    control_goes_on(house, 62)
