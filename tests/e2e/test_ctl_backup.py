# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl backup, restore and diff: a panel saved, scrambled, and put back byte by byte, wherever
that is interrupted. CZ2_FULL=1 interrupts it after each write (make soak)."""

import json
import os
import random
import re
import signal
import stat
import subprocess

import pytest

from house import House
from process import clean_environment, program
from rest import Later
from test_ctl import DONE, NO_PANEL, REFUSED, UNREACHED, USAGE, Terminal, ctl
from waiting import until

ZONES = 3
SCHEDULES = [(10, row) for row in range(1, 7 * ZONES + 1)]
SETTINGS = [(1, 12), (1, 16), (1, 17)]
INSTALLERS = [(1, 11), (1, 19), (1, 31), (9, 3)]
OUT = (0x80 | 68, 0x80 | 60, 0x80 | 68, 0x80 | 60)
FULL = os.environ.get("CZ2_FULL") == "1"
WEDNESDAY_2 = 7 + 3  # of zone 2: its evening rules, and nobody holds it


class SavedHouse(House):
    """The history of what cz2ctl asks for is not known; what is on the panel in the end is."""

    def ctl(self, *words, **environment):
        return ctl("--socket", self.daemon.socket, *words, **environment)

    def rows(self, names):
        return {name: self.sim.row(*name).hex(" ") for name in names}

    def writes(self):
        return {name: counts["writes"] for name, counts in self.sim.counters()["rows"].items()
                if counts["writes"]}

    def written(self):
        return sum(self.writes().values())


@pytest.fixture(scope="module")
def saved_house():
    house = SavedHouse(zones=ZONES, settings={"command.guard_ms": 0, "bus.gap_ms": 1,
                                              "cache.refresh_interval": 3600})
    house.sim.control("equipment", on=False)
    yield house
    house.daemon.stop()
    problems = [line for one in house.daemons for line in one.lives[0].complaints()]
    house.abandon()
    assert not problems, problems


def a_program(dice, row):
    """A row as the daemon accepts it, from byte 3 on. On Wednesday, when all this happens, it is
    evening in any case: a period that began would take temporary and out with it."""
    starts = sorted(dice.sample(range(96), 4)) if (row - 1) % 7 != 3 else \
        sorted(dice.sample(range(70), 3)) + [dice.randrange(80, 96)]
    heats = [dice.randint(45, 80) for _ in range(4)]
    cools = [max(64, heat + dice.randint(2, 15)) for heat in heats]
    heats = [OUT[i] if dice.random() < 0.25 else heat for i, heat in enumerate(heats)]
    return bytes([one // 4 for one in starts] + [one % 4 * 15 for one in starts] + heats + cools)


def factory():
    return bytes([6, 8, 17, 22, 0, 0, 0, 0, 68, 60, 68, 60, 76, 85, 76, 80])


def fill(house, seed):
    """A house in use: zone 1 is held, zone 2 follows its schedule, zone 3 is temporary and out."""
    dice = random.Random(seed)
    for table, row in SCHEDULES:
        house.sim.set_bytes(table, row, 3, a_program(dice, row))
    house.sim.set_bytes(10, WEDNESDAY_2 + 1, 3, factory())
    house.sim.set_bytes(1, 16, 3, [79, 76, 81] + [76] * 5 + [66, 68, 62] + [68] * 5)
    house.sim.set_bytes(1, 12, 9, [0x04, 0x01])
    house.sim.set_byte(1, 12, 12, 0x04)
    house.sim.set_byte(1, 12, 15, 0)
    house.sim.set_byte(1, 12, 4, dice.randrange(5))
    house.sim.set_field("fan_mode", dice.randrange(2))


def scramble(house, seed):
    dice = random.Random(seed)
    for table, row in SCHEDULES:
        if dice.random() < 0.7:
            house.sim.set_bytes(table, row, 3, a_program(dice, row))
    house.sim.set_bytes(1, 16, 3, [dice.randint(78, 85) for _ in range(ZONES)])
    house.sim.set_bytes(1, 16, 11, [dice.randint(50, 60) for _ in range(ZONES)])
    house.sim.set_bytes(1, 12, 9, [dice.randrange(8), dice.randrange(8)])
    house.sim.set_byte(1, 12, 12, dice.randrange(8))
    house.sim.set_byte(1, 12, 15, dice.choice([0, 1, 3]))
    house.sim.set_byte(1, 12, 4, dice.randrange(5))
    house.sim.set_field("fan_mode", dice.randrange(2))


@pytest.fixture
def backup(saved_house, tmp_path):
    """The path of a backup, and what the rows were."""
    fill(saved_house, seed=6)
    path = str(tmp_path / "panel.json")
    done = saved_house.ctl("backup", path)
    assert (done.code, done.err) == (DONE, "") and done.out.startswith("Saved 3 zones"), done
    return path, saved_house.rows(SCHEDULES + SETTINGS + INSTALLERS)


def document(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def put(path, content):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)


# --- what is saved --------------------------------------------------------------------------------

def test_a_backup_has_all_that_people_set_and_all_rows(saved_house, backup):
    path, rows = backup
    saved = document(path)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert saved["cz2_backup"] == 1 and saved["panel"] == {"id": "cz2"}
    assert saved["version"] == saved_house.rest.get("/api/v1/system/version").json["version"]
    hexes = {(one["table"], one["row"]): one["hex"] for one in saved["rows"]}
    for name, content in rows.items():
        assert bytes.fromhex(hexes[name]).hex(" ") == content, name
    zones = saved["status"]["zones"]
    assert [(one["heat_setpoint"], one["cool_setpoint"], one["hold"], one["temporary"], one["out"])
            for one in zones] == [(66, 79, True, False, False), (68, 76, False, False, False),
                                  (62, 81, False, True, True)]
    assert saved["schedules"][1]["days"]["wed"]["eve"] == {
        "start": "17:00", "heat": 68, "cool": 76, "out": False}
    piped = saved_house.ctl("backup")
    assert piped.code == DONE and piped.err == ""
    assert {**piped.json, "created": 0, "rows": 0} == {**saved, "created": 0, "rows": 0}
    assert saved_house.ctl("backup", "-").json["schedules"] == saved["schedules"]


def test_a_file_is_replaced_as_a_whole_or_not_at_all(saved_house, backup, tmp_path):
    path, _ = backup
    link = tmp_path / "link.json"
    link.symlink_to(path)
    os.chmod(path, 0o644)
    assert saved_house.ctl("backup", str(link)).code == DONE
    assert link.is_symlink() and stat.S_IMODE(os.stat(path).st_mode) == 0o600
    before = document(path)
    assert ctl("backup", path, "--socket", str(tmp_path / "none")).code == UNREACHED
    assert document(path) == before and len(list(tmp_path.iterdir())) == 2
    done = saved_house.ctl("backup", str(tmp_path / "none" / "file"))
    assert done.code == USAGE and "No such file" in done.err, done
    done = saved_house.ctl("backup", "/dev/full")
    assert done.code == USAGE and "No space" in done.err and os.path.exists("/dev/full"), done


# --- what is put back -----------------------------------------------------------------------------

def assert_put_back(house, rows):
    """Zone 2 takes its setpoints from the schedule, which takes a moment."""
    assert house.rows(SCHEDULES + INSTALLERS) == {
        name: rows[name] for name in SCHEDULES + INSTALLERS}
    until(lambda: house.rows(SETTINGS) == {name: rows[name] for name in SETTINGS},
          what="setpoints, flags and modes as they were")


@pytest.mark.parametrize("seed", range(1, 20 if FULL else 2))
def test_a_scrambled_panel_is_put_back_byte_by_byte(saved_house, backup, seed):
    path, rows = backup
    scramble(saved_house, seed)
    different = {f"{table}.{row}" for (table, row), content in
                 saved_house.rows(SCHEDULES).items() if content != rows[table, row]}
    assert saved_house.ctl("diff", path).code == REFUSED
    saved_house.sim.control("reset")
    done = saved_house.ctl("restore", path, "--yes")
    assert done.code == DONE and "all is as in" in done.out, done
    assert_put_back(saved_house, rows)
    writes = saved_house.writes()
    assert {name for name in writes if name.startswith("10.")} == different
    assert all(writes[name] <= 2 for name in different), "once, or twice for what OUT covers"
    assert set(writes) - different <= {"1.12", "1.16", "1.17"}, writes
    saved_house.sim.control("reset")
    done = saved_house.ctl("restore", path, "--yes")
    assert done.code == DONE and saved_house.written() == 0, done
    done = saved_house.ctl("diff", path)
    assert (done.code, done.out) == (DONE, "Nothing differs.\n"), done


def interrupted(house, path, writes, whom):
    """Runs restore until so many writes are out, and kills cz2ctl or the daemon."""
    house.sim.control("reset")
    one = subprocess.Popen([program("cz2ctl"), "--socket", house.daemon.socket, "restore", path,
                            "--yes"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, env=clean_environment())
    until(lambda: house.written() >= writes or one.poll() is not None, pause=0.001,
          what="some writes")
    early = one.poll() is None
    if whom == "cz2ctl":
        one.kill()
        one.communicate()
    elif whom == "ctrl-c":
        one.send_signal(signal.SIGINT)
        out, err = one.communicate(timeout=60)
        if writes < 10:  # there are more steps to come
            assert one.returncode == REFUSED and b"all is as in" not in out, (out, err)
            assert b"run it again to go on" in err, err
    else:
        house.daemon.stop(signal.SIGKILL)
        err = one.communicate(timeout=60)[1].decode()
        house.daemon.start()
        house.daemon.wait_status()
        if one.returncode != DONE:
            assert one.returncode in (UNREACHED, NO_PANEL), err
            assert "run it again to go on" in err, err
    return early


@pytest.mark.parametrize("whom", ["cz2ctl", "ctrl-c", "cz2d"])
@pytest.mark.parametrize("writes", range(1, 26) if FULL else [9])
def test_what_was_interrupted_is_put_back_by_the_next_run(saved_house, backup, whom, writes):
    path, rows = backup
    scramble(saved_house, 100 + writes)
    interrupted(saved_house, path, writes, whom)
    done = saved_house.ctl("restore", path, "--yes")
    assert done.code == DONE, done
    assert_put_back(saved_house, rows)


def test_a_daemon_that_queues_everything_is_waited_for(saved_house, backup):
    path, rows = backup
    scramble(saved_house, 5)
    saved_house.daemon.write_config(worker__enabled=True)
    saved_house.daemon.restart()
    saved_house.daemon.wait_status()
    try:
        done = saved_house.ctl("restore", path, "--yes")
        assert done.code == DONE and "all is as in" in done.out, done
        assert_put_back(saved_house, rows)
        saved = document(path)
        saved["schedules"][0]["days"]["mon"]["day"]["start"] = "00:00"
        put(path, saved)
        done = saved_house.ctl("restore", path, "--yes")
        assert done.code == REFUSED and "zone 1 mon day: it begins" in done.err, done
    finally:
        saved_house.daemon.write_config(worker__enabled=False)
        saved_house.daemon.restart()


def test_a_part_alone_leaves_the_others(saved_house, backup):
    path, rows = backup
    for only, names, told in (("system", [(1, 17)], "mode, fan and ALL are as in"),
                              ("schedules", SCHEDULES, "the schedules are as in"),
                              ("setpoints", [(1, 16)], "setpoints and flags are as in")):
        scramble(saved_house, 7)
        scrambled = saved_house.rows(SCHEDULES + SETTINGS)
        saved_house.sim.control("reset")
        done = saved_house.ctl("restore", path, "--yes", "--only", only)
        assert done.code == DONE and told in done.out and "all is" not in done.out, done
        now = saved_house.rows(SCHEDULES + SETTINGS)
        if only != "setpoints":
            assert {name: now[name] for name in names} == {name: rows[name] for name in names}
        untouched = {"system": {"1.16"}, "schedules": {"1.12", "1.16", "1.17"},
                     "setpoints": {"1.17"}}[only]
        assert not untouched & set(saved_house.writes())
        if only != "schedules":
            assert {name: now[name] for name in SCHEDULES} == {
                name: scrambled[name] for name in SCHEDULES}


# --- before anything is written -------------------------------------------------------------------

def test_a_dry_run_shows_the_plan_and_writes_nothing(saved_house, backup):
    path, _ = backup
    saved_house.sim.set_bytes(10, 2, 3, factory())
    saved_house.sim.set_bytes(10, 3, 3, factory())
    saved_house.sim.set_field("hold", 0, zone=1)
    scrambled = saved_house.rows(SCHEDULES + SETTINGS)
    done = saved_house.ctl("restore", path, "--dry-run")
    assert done.code == DONE and done.err == "", done
    assert re.search(r"^Zone 1 hold +off -> on$", done.out, re.MULTILINE), done
    assert "Zone 1 Mon wake" in done.out and "06:00 68/76 -> " in done.out
    assert saved_house.rows(SCHEDULES + SETTINGS) == scrambled
    plan = saved_house.ctl("restore", path, "--dry-run", "--json").json["differences"]
    assert {one["part"] for one in plan} == {"schedules", "setpoints"}


def test_nobody_is_written_over_unasked(saved_house, backup):
    path, _ = backup
    saved_house.sim.set_field("hold", 0, zone=1)
    saved_house.sim.control("reset")
    done = saved_house.ctl("restore", path)
    assert done.code == USAGE and "--yes" in done.err and saved_house.written() == 0, done


def test_other_panels_and_strange_zones_are_named(saved_house, backup):
    path, rows = backup
    saved = document(path)
    saved["panel"]["id"] = "cabin"
    saved["schedules"].append({**saved["schedules"][0], "zone_id": 7})
    saved["status"]["zones"].append({**saved["status"]["zones"][0], "zone_id": 8})
    put(path, saved)
    done = saved_house.ctl("restore", path, "--yes")
    assert done.code == DONE, done
    for part in ("the panel cabin, and this one is cz2", "zone 7, which", "zone 8, which"):
        assert part in done.err, done
    assert "but for what was left alone" in done.out
    assert saved_house.rows(SCHEDULES) == {name: rows[name] for name in SCHEDULES}


def test_a_zone_that_rules_all_is_left_to_the_wall_unit(saved_house, backup):
    path, _ = backup
    saved = document(path)
    saved["status"]["all_mode"] = 3
    put(path, saved)
    saved_house.sim.control("reset")
    done = saved_house.ctl("restore", path, "--yes")
    assert done.code == DONE and saved_house.written() == 0, done
    assert "zone 3 rules" in done.err and "left alone" in done.out, done
    saved_house.sim.set_byte(1, 12, 15, 3)
    done = saved_house.ctl("restore", path, "--yes")
    assert (done.code, done.err) == (DONE, "") and done.out.endswith(f"all is as in {path}.\n")


def test_starts_at_no_quarter_of_an_hour_are_left_alone_and_the_rest_is_done(saved_house, backup):
    path, rows = backup
    saved = document(path)
    monday = saved["schedules"][0]["days"]["mon"]
    monday["wake"].update(start="06:10", heat=61, out=False)
    put(path, saved)
    done = saved_house.ctl("restore", path, "--yes")
    assert done.code == DONE and "but for what was left alone" in done.out, done
    assert "1 period begins at no quarter of an hour (06:10)" in done.err, done
    now = saved_house.ctl("backup").json["schedules"][0]["days"]["mon"]["wake"]
    assert now["heat"] == 61 and now["start"] != "06:10"


def test_hold_and_temporary_at_once_become_a_hold_that_stays(saved_house, backup):
    path, _ = backup
    saved = document(path)
    saved["status"]["zones"][1].update(hold=True, temporary=True)
    put(path, saved)
    for _ in range(2):
        done = saved_house.ctl("restore", path, "--yes")
        assert done.code == DONE and "hold counts" in done.err, done
        zone = saved_house.zone(2)
        assert zone["hold"] and not zone["temporary"]


def test_what_the_file_does_not_tell_may_change_meanwhile(saved_house, backup):
    path, _ = backup
    saved = document(path)
    saved["status"]["zones"] = saved["status"]["zones"][:1]
    saved["status"]["zones"][0]["heat_setpoint"] = 58
    saved["status"]["zones"][0]["hold"] = True
    put(path, saved)
    saved_house.sim.control("reset")
    turned = Later(lambda: (
        until(lambda: saved_house.written() > 0, what="the restore to write"),
        saved_house.sim.set_field("hold", 1 - saved_house.zone(2)["hold"], zone=2)))
    done = saved_house.ctl("restore", path, "--yes")
    turned.result()
    assert done.code == DONE, done


def test_what_the_daemon_refuses_is_named_and_the_rest_is_done(saved_house, backup):
    path, rows = backup
    saved = document(path)
    saved["schedules"][0]["days"]["mon"]["wake"].update(heat=80, cool=70, out=False)
    saved["schedules"][1]["days"]["wed"]["eve"]["start"] = "18:00"
    put(path, saved)
    done = saved_house.ctl("restore", path, "--yes")
    assert done.code == REFUSED, done
    assert "this was refused: /zones/1/schedule" in done.err and "difference" in done.err, done
    assert "1 difference is left, 1 step was refused" in done.err, done
    assert saved_house.sim.row(10, WEDNESDAY_2 + 1)[5:6] == bytes([18])
    lines = saved_house.ctl("restore", path, "--yes", "--json").out.splitlines()
    assert ["differences" in json.loads(line) for line in lines] == [True, False, True], lines
    assert len(json.loads(lines[-1])["differences"]) == 1
    assert saved_house.sim.row(10, 2).hex(" ") == rows[10, 2]


NO_BACKUPS = [
    ("", ":1:"), ("{", ":1:"), ("[]", "no backup"), ("{}", "no backup"),
    ('{"cz2_backup": 2}', "newer"), ('{"cz2_backup": 1}', "panel.id"),
    ('{"cz2_backup": 1, "panel": {"id": "x"}, "status": {"zones": [{"zone_id": 0}]}}',
     "status.zones[0].zone_id"),
    ('{"cz2_backup": 1, "panel": {"id": "x"}, "status": {"zones": [], "mode": "Heat"}}',
     "status.mode: known are system_mode"), ('{"cz2_backup": 1, "cz2_backup": 1}', ":1:"),
    ('{\n"cz2_backup": 1,\n}', ":3:"), ("\x00\xff", ":1:"), ("9" * 70000, ":1:")]


@pytest.mark.parametrize("content, why", NO_BACKUPS, ids=range(len(NO_BACKUPS)))
def test_a_file_that_is_no_backup_says_where_it_is_wrong(tmp_path, content, why):
    path = tmp_path / "file"
    path.write_text(content)
    done = ctl("restore", str(path), "--yes", "--socket", str(tmp_path / "none"))
    assert done.code == USAGE and len(done.err.splitlines()) == 1, done
    assert why in done.err and str(path) in done.err, done


def test_what_cannot_be_compared_is_bad_usage(tmp_path):
    (tmp_path / "file").write_text("{}")
    for one in ("file", "none", ""):
        done = ctl("diff", str(tmp_path / one), "--socket", str(tmp_path / "none"))
        assert done.code == USAGE and str(tmp_path / one) in done.err, done


def test_two_backups_are_compared_without_a_daemon(backup, tmp_path):
    path, _ = backup
    other = str(tmp_path / "other.json")
    saved = document(path)
    put(other, saved)
    where = ("--socket", str(tmp_path / "none"))
    assert ctl("diff", path, other, *where).code == DONE
    for one in saved["rows"]:
        if (one["table"], one["row"]) == (1, 17):
            content = bytearray.fromhex(one["hex"])
            content[10] += 1
            one["hex"] = content.hex()
    saved["status"]["system_mode"] = "Off" if saved["status"]["system_mode"] != "Off" else "Heat"
    put(other, saved)
    done = ctl("diff", path, other, *where)
    lines = done.out.splitlines()
    assert done.code == REFUSED and done.err == "" and len(lines) == 2, done
    assert lines[0].startswith("System mode") and "Row 1.17 byte 10 (deadband)" in lines[1]
    assert ctl("diff", path, other, *where, "--json").json["same"] is False


# --- at a terminal --------------------------------------------------------------------------------

def test_somebody_at_a_terminal_is_asked_and_sees_how_far_it_is(saved_house, backup):
    path, rows = backup
    scramble(saved_house, 3)
    for answer, code in ((b"n\n", REFUSED), (b"\n", REFUSED), (b"y\n", DONE)):
        terminal = Terminal("--socket", saved_house.daemon.socket, "restore", path, asked=True)
        until(lambda: b"[y/N]" in terminal.data, what="the question")
        os.write(terminal.master, answer)
        text = terminal.end()
        assert terminal.code == code, text
        assert ("nothing was written" in text) == (code == REFUSED)
    assert "Restoring  [" in text and "all is as in" in text
    assert_put_back(saved_house, rows)
