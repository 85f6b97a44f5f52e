# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl read, dump, decode and write: the panel's memory byte by byte, in words, and behind a
guard."""

import json
import os
import pty
import subprocess

import pytest

from history import WRITE, Call
from house import House
from process import PATIENCE, clean_environment, program
from test_ctl import DONE, NO_PANEL, REFUSED, USAGE, at, ctl
from waiting import until

RANGES = ((1, 1, 34), (9, 9, 5), (1, 10, 56))
SETPOINTS = bytes.fromhex("0001104c4c4c4c4c4c4c4c4444444444444444")


@pytest.fixture(scope="module")
def writable_house():
    one = House(settings={"panel.raw_writes": True, "command.guard_ms": 0,
                          "bus.reply_timeout_ms": 100})
    yield one
    one.close()


@pytest.fixture
def house(writable_house, request):
    request.node.houses = [writable_house]
    return writable_house


def memory(house):
    """{(device, table, row): content, or None} of all rows that a dump asks for."""
    found = {}
    for device, table, last in RANGES:
        for row in range(1, last + 1):
            try:
                found[device, table, row] = house.sim.row(table, row)
            except AssertionError:
                found[device, table, row] = None
    return found


def plain(content, start=0):
    return ".".join(map(str, content[start:]))


def writes(house, table, row):
    return [one for one in house.sim.frames() if one.source == 99 and one.function == WRITE and
            one.payload[1:3] == bytes((table, row))]


def write(house, table, row, new, *words, answer=None):
    """cz2ctl write, told to the history as the request that comes of it."""
    before = house.sim.row(table, row)
    call = Call("PUT", f"/api/v1/rows/1/{table}/{row}",
                json.dumps({"hex": new.hex(), "expected": before.hex()}).encode(), 0.0)
    done = at(house, "write", "1", str(table), str(row), *words, "--yes")
    if done.code == DONE:
        call.sent, call.answered, call.status = 0.0, float("inf"), None
        call.abandoned = True
        house.calls.append(call)
    return done


# --- read -------------------------------------------------------------------------------------


def test_a_row_is_read_in_words(house):
    house.sim.set_row(1, 16, SETPOINTS)
    done = at(house, "read", "1", "1", "16")
    assert done.code == DONE, done
    lines = done.out.splitlines()
    assert lines[0] == "1.16  setpoints"
    assert lines[1].split() == ["cool", "setpoint", *["76"] * 8, "F"]
    assert lines[2].split() == ["heat", "setpoint", *["68"] * 8, "F"]


def test_a_row_is_read_as_bytes(house):
    content = house.sim.row(1, 13)
    assert at(house, "read", "1", "1", "13", "--hex").out == content.hex(" ") + "\n"
    assert at(house, "read", "1", "1", "13", "--plain").out == plain(content) + "\n"
    assert at(house, "read", "1", "1", "13", "--json").json["hex"] == content.hex()
    assert "unknown" in at(house, "read", "1", "1", "13").out


@pytest.mark.parametrize("arguments, said", [
    (("0", "1", "1"), "1 to 254"), (("255", "1", "1"), "1 to 254"), (("x", "1", "1"), "1 to 254"),
    (("1", "256", "1"), "0 to 255"), (("1", "1", "-1"), "0 to 255"), (("1", "1"), "DEV TABLE ROW"),
    (("1", "1", "1.5"), "0 to 255")])
def test_an_address_that_cannot_be_is_said_to_be_one(house, arguments, said):
    done = at(house, "read", "--", *arguments)
    assert done.code == USAGE and said in done.err, done


def test_a_row_that_is_not_there_is_said_not_to_be(house):
    done = at(house, "read", "1", "1", "99")
    assert done.code == REFUSED and "row 99 of table 1" in done.err


# --- dump -------------------------------------------------------------------------------------


def test_a_dump_is_the_panels_memory_byte_by_byte(house):
    done = at(house, "dump", "--json")
    assert done.code == DONE, done
    told = {(one["device"], one["table"], one["row"]): one["hex"] and bytes.fromhex(one["hex"])
            for one in done.json["rows"]}
    held = memory(house)
    assert len(told) == 95 and told.keys() == held.keys()
    moving = {(1, 1, 6), (1, 1, 18)}  # a clock is in them
    assert {one: told[one] for one in told if one not in moving} == \
        {one: held[one] for one in held if one not in moving}


def test_a_dump_of_a_table_is_a_line_for_each_row(house):
    done = at(house, "dump", "9", "9")
    assert done.code == DONE and done.err == ""
    assert done.out.splitlines() == [
        f"{f'9.{row}':8} {plain(house.sim.row(9, row), 3)}" for row in range(1, 6)]
    refused = at(house, "dump", "1", "7")
    assert refused.code == DONE
    assert refused.out.splitlines()[0].split() == ["7.1@1", "refused"]


def test_a_dump_of_a_silent_device_ends(house):
    done = at(house, "dump", "77", "1")
    assert done.code == NO_PANEL and done.out.count("silent") == 2


def test_a_dump_can_be_decoded(house, tmp_path):
    path = tmp_path / "dump"
    path.write_text(at(house, "dump", "9", "9", "--json").out)
    done = ctl("decode", str(path))
    assert done.code == DONE and "9.4  damper positions" in done.out


# --- decode -----------------------------------------------------------------------------------


def test_the_raw_of_a_status_is_decoded(house):
    raw = house.rest.get("/status?raw=1").json["raw"]
    done = ctl("decode", raw)
    assert done.code == DONE, done
    titles = [line for line in done.out.splitlines() if line and line[0] != " "]
    assert [one.split()[0] for one in titles] == \
        ["1.9", "1.12", "1.16", "1.17", "1.18", "1.24", "9.3", "9.4", "9.5"]
    whole = ctl("decode", json.dumps(house.rest.get("/status?raw=1").json))
    assert [one for one in whole.out.splitlines() if one.startswith("1.16")]


@pytest.mark.parametrize("text", ["", "hello", "{}", "{\"raw\": 7}", "00", "000110", "zz"])
def test_what_is_no_row_is_not_decoded(text):
    done = ctl("decode", text)
    assert done.code == USAGE and "base64" in done.err, done
    assert done.err.startswith(f"cz2ctl: {text}: there is no such file, and it "
                               "cannot be decoded: wanted is a file"), done


def test_rows_that_were_never_read_are_no_rows():
    done = ctl("decode", "AAAAAAAAAAAA")
    assert done.code == REFUSED and "ever read" in done.err, done


def test_the_captured_rows_decode_to_what_is_known_of_them():
    line = ctl("decode", "00 09 01 04 48 02 7D FF FF FF FF")
    assert line.out.splitlines() == ["9.1  remote temperatures, zones 1-4",
                                     "  temperature exact       68.5 39.8125 - - F"]
    document = ctl("decode", "--json", SETPOINTS.hex()).json
    assert document["rows"][0]["items"][0] == {
        "label": "cool setpoint", "value": "76 76 76 76 76 76 76 76 F", "known": True}


# --- write ------------------------------------------------------------------------------------


def test_bytes_are_written_however_they_are_given(house):
    row = house.sim.row(1, 31)
    for value, give in ((61, lambda new: [f"7:{new[7]}"]), (62, lambda new: ["7:0x3e"]),
                        (63, lambda new: [plain(new, 3)]), (64, lambda new: [new[3:].hex()]),
                        (65, lambda new: [new.hex()]), (row[7], lambda new: [plain(new, 3)])):
        new = row[:7] + bytes((value,)) + row[8:]
        before = house.sim.row(1, 31)
        done = write(house, 1, 31, new, *give(new))
        assert done.code == DONE, done
        assert house.sim.row(1, 31) == new
        assert f"byte 7   {before[7]:3} -> {value:3}" in done.out and "Row 1.31 written" in done.out


def test_what_changes_is_shown_in_words_too(house):
    house.sim.set_row(1, 16, SETPOINTS)
    new = SETPOINTS[:3] + b"\x4e" + SETPOINTS[4:]
    done = write(house, 1, 16, new, "3:78")
    assert "cool setpoint" in done.out and "76 76" in done.out and "-> 78 76" in done.out


def test_nothing_is_written_without_being_asked_for(house):
    seen = len(writes(house, 1, 31))
    row = house.sim.row(1, 31)
    done = at(house, "write", "1", "1", "31", f"7:{row[7] ^ 1}")
    assert done.code == USAGE and "--yes" in done.err
    done = at(house, "write", "1", "1", "31", f"7:{row[7]}", "--yes")
    assert done.code == DONE and "already" in done.err
    assert len(writes(house, 1, 31)) == seen


@pytest.mark.parametrize("words", [("2:1",), ("99:1",), ("7:256",), ("7:",), ("1.2.3",), ("00",),
                                   ("xyz",), ("7:1", "5"), ("7:1", "07:2"), ("1.2", "3.4")])
def test_bytes_that_cannot_be_are_told_what_is_wanted(house, words):
    done = at(house, "write", "1", "1", "31", *words, "--yes")
    assert done.code == USAGE and ("wanted" in done.err or "INDEX:BYTE" in done.err), done


def test_the_equipments_tables_are_refused(house):
    done = at(house, "write", "9", "9", "4", "3:1", "--yes")
    assert done.code == REFUSED and "never written" in done.err


def test_a_person_types_the_name_of_the_row(house):
    row = house.sim.row(1, 31)
    new = row[:7] + bytes((row[7] ^ 2,)) + row[8:]
    house.calls.append(Call("PUT", "/api/v1/rows/1/1/31",
                            json.dumps({"hex": new.hex(), "expected": row.hex()}).encode(), 0.0,
                            abandoned=True))
    for typed, code in ((b"y\n", REFUSED), (b"1.31\n", DONE)):
        leader, terminal = pty.openpty()
        process = subprocess.Popen(
            [program("cz2ctl"), "--socket", house.daemon.socket, "write", "1", "1", "31",
             f"7:{new[7]}"], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=clean_environment())
        os.write(leader, typed)
        out, err = process.communicate(timeout=60 * PATIENCE)
        os.close(leader), os.close(terminal)
        assert process.returncode == code and b"Type 1.31" in err, (out, err)
    assert house.sim.row(1, 31) == new


def test_the_key_is_asked_for(new_house):
    house = new_house()
    row = house.sim.row(1, 31)
    done = at(house, "write", "1", "1", "31", f"7:{row[7] ^ 1}", "--yes")
    assert done.code == REFUSED and "raw_writes = true" in done.err
    until(lambda: house.sim.row(1, 31) == row, what="the row as it was")
