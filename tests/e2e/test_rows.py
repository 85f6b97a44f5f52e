# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The panel's memory by its addresses: rows read whether or not anybody knows them, and written
by whoever was allowed to, onto what he has seen and nothing else."""

import os
import random
import signal

import pytest

from access import add_token, bearer
from history import READ, WRITE
from house import PATIENT, House
from rest import Later
from waiting import until

RAW = {"panel.raw_writes": True, "command.guard_ms": 0, "bus.reply_timeout_ms": 100}
SEED = int(os.environ.get("CZ2_SEED", "1"))
WRITES = int(os.environ.get("CZ2_ROW_WRITES", "12"))
UNKNOWN = (1, 13)  # a row of the wall unit that is in no table of ours


def target(table, row, device=None):
    return f"/api/v1/rows/{device or {9: 9}.get(table, 1)}/{table}/{row}"


def put(house, table, row, new, expected, **more):
    return house.rest.request("PUT", target(table, row), {"hex": new.hex(), "expected": expected.hex()},
                              **more)


def changed(content, at, value):
    return content[:at] + bytes((value,)) + content[at + 1:]


def writes(house, table, row):
    return [one for one in house.sim.frames() if one.source == 99 and one.function == WRITE and
            one.payload[1:3] == bytes((table, row))]


@pytest.fixture(scope="module")
def writable_house():
    one = House(settings=RAW)
    yield one
    one.close()


@pytest.fixture
def raw_house(writable_house, request):
    """One house for all who write rows there; what they hold is asked of the panel."""
    request.node.houses = [writable_house]
    yield writable_house
    writable_house.check()


def test_a_row_that_nobody_knows_is_read_as_it_is(shared_house):
    answer = shared_house.rest.get(target(*UNKNOWN))
    assert answer.status == 200, answer
    assert bytes.fromhex(answer.json["hex"]) == shared_house.sim.row(*UNKNOWN)
    assert answer.json["name"] is None and answer.json["title"] is None
    assert answer.json["length"] == len(shared_house.sim.row(*UNKNOWN))


def test_a_known_row_that_is_read_counts_for_the_status(shared_house):
    before = shared_house.sim.row(1, 16)
    shared_house.sim.set_byte(1, 16, 3, before[3] + 1)
    answer = shared_house.rest.get(target(1, 16))
    assert answer.json["name"] == "1.16" and answer.json["title"] == "setpoints"
    assert shared_house.zone(1)["cool_setpoint"] == before[3] + 1
    shared_house.sim.set_row(1, 16, before)
    shared_house.rest.get(target(1, 16))


def test_what_is_known_is_told_without_asking(shared_house):
    rows = {one["name"]: one for one in shared_house.rest.get("/api/v1/rows").json["rows"]}
    assert {"1.12", "1.16", "1.17", "9.3"} <= set(rows)
    assert bytes.fromhex(rows["1.17"]["hex"]) == shared_house.sim.row(1, 17)
    assert rows["1.16"]["device"] == 1 and rows["1.16"]["age_seconds"] >= 0


def test_a_row_that_the_panel_has_not_is_404(shared_house):
    answer = shared_house.rest.get(target(1, 99))
    assert answer.status == 404 and "row 99 of table 1" in answer.json["detail"]


def test_a_device_that_is_not_there_is_504(shared_house):
    assert shared_house.rest.get(target(1, 1, device=77)).status == 504
    assert shared_house.rest.get("/status").json["meta"]["connected"]


@pytest.mark.parametrize("path, wrong", [
    ("0/1/1", "device"), ("255/1/1", "device"), ("99/1/1", "device"), ("x/1/1", "device"),
    ("1/256/1", "table"), ("1/1/-1", "row"), ("1/1/1.5", "row")])
def test_an_address_that_cannot_be_is_422(shared_house, path, wrong):
    answer = shared_house.rest.get(f"/api/v1/rows/{path}")
    assert answer.status == 422, answer
    assert [one["loc"] for one in answer.json["detail"]] == [["path", wrong]]


def test_writing_needs_the_key(shared_house):
    row = shared_house.sim.row(1, 31)
    answer = put(shared_house, 1, 31, changed(row, 7, 30), row)
    assert answer.status == 403 and "raw_writes = true" in answer.json["detail"]
    assert not writes(shared_house, 1, 31)


def test_only_admins_come_near_single_rows(new_house):
    house = new_house(settings=RAW)
    row = house.sim.row(1, 31)
    body = {"hex": row.hex(), "expected": row.hex()}
    for scope, allowed in (("read", False), ("command", False), ("admin", True)):
        headers = bearer(add_token(house, scope, scope))
        assert house.rest.get("/api/v1/rows", headers=headers).status == 200
        assert (house.rest.get(target(1, 31), headers=headers).status == 200) == allowed
        one = house.rest.request("PUT", target(1, 31), body, headers=headers)
        assert one.status == (200 if allowed else 403)


def test_a_row_is_written_whole_once_and_recorded(new_house):
    house = new_house(settings={**RAW, **PATIENT})
    row, seen = house.sim.row(1, 31), len(writes(house, 1, 31))
    new = changed(row, 7, row[7] ^ 5)
    answer = put(house, 1, 31, new, row)
    assert answer.status == 200 and bytes.fromhex(answer.json["hex"]) == new, answer
    assert answer.json["message"] == "Row 1.31 written"
    assert house.sim.row(1, 31) == new and len(writes(house, 1, 31)) == seen + 1
    one = house.rest.get("/api/v1/commands").json["commands"][0]
    assert one["command"] == "raw.write" and one["status"] == "delivered"
    assert one["params"] == {"device": 1, "table": 1, "row": 31, "hex": new.hex(),
                             "expected": row.hex()}
    assert one["result"]["rows"] == [{"row": "1.31", "before": row.hex(), "after": new.hex()}]
    assert one["result"]["transactions"] == 3


def test_the_same_key_writes_once(raw_house):
    row, seen = raw_house.sim.row(1, 31), len(writes(raw_house, 1, 31))
    new = changed(row, 7, row[7] ^ 5)
    key = {"Idempotency-Key": f"row-{new.hex()}"}
    first = put(raw_house, 1, 31, new, row, headers=key)
    assert first.status == 200 and put(raw_house, 1, 31, new, row, headers=key).json == first.json
    assert put(raw_house, 1, 31, row, new, headers=key).status == 409
    assert len(writes(raw_house, 1, 31)) == seen + 1


def test_each_key_writes_its_own_row(new_house):
    """The disk is asked about the keys of all before the first of them goes on."""
    house = new_house(settings={**RAW, **PATIENT})
    rows = {number: house.sim.row(1, number) for number in (19, 30, 31)}
    new = {number: changed(row, 7, row[7] ^ 5) for number, row in rows.items()}
    started = [Later(lambda number=number: put(house, 1, number, new[number], rows[number],
                                               headers={"Idempotency-Key": f"row-{number}"}))
               for number in rows]
    for number, one in zip(rows, started):
        answer = one.result()
        assert answer.status == 200, answer
        assert answer.json["hex"] == new[number].hex()
        assert house.sim.row(1, number) == new[number] and len(writes(house, 1, number)) == 1


def test_what_is_so_already_is_not_written(raw_house):
    row = raw_house.sim.row(*UNKNOWN)
    answer = put(raw_house, *UNKNOWN, row, row)
    assert answer.status == 200 and "already" in answer.json["message"]
    assert not writes(raw_house, *UNKNOWN)


def test_what_has_changed_meanwhile_is_409_and_told(raw_house):
    row, seen = raw_house.sim.row(1, 31), len(writes(raw_house, 1, 31))
    raw_house.sim.set_byte(1, 31, 4, row[4] ^ 9)
    answer = put(raw_house, 1, 31, changed(row, 7, row[7] ^ 5), row)
    assert answer.status == 409
    assert bytes.fromhex(answer.json["row"]["hex"]) == raw_house.sim.row(1, 31)
    assert len(writes(raw_house, 1, 31)) == seen
    one = raw_house.rest.get("/api/v1/commands").json["commands"][0]
    assert one["status"] == "failed" and one["result"]["error_code"] == "changed"


@pytest.mark.parametrize("table, row", [(9, 4), (9, 5), (2, 2)])
def test_the_tables_of_the_equipment_are_never_written(raw_house, table, row):
    content = bytes((0, table, row, 0))
    answer = put(raw_house, table, row, changed(content, 3, 1), content)
    assert answer.status == 403 and "never written" in answer.json["detail"]
    assert not writes(raw_house, table, row)


@pytest.mark.parametrize("hex, expected", [
    ("00011f", "00011f"), ("00011e00", "00011f00"), ("00011f0g", "00011f00"),
    ("00011f0", "00011f00"), ("00011f0000", "00011f00"), ("00011f" + "00" * 62, "00011f00"),
    ("", "00011f00"), (None, "00011f00"), (7, "00011f00")])
def test_bytes_that_cannot_be_the_row_are_422(raw_house, hex, expected):
    body = {"hex": hex, "expected": expected}
    answer = raw_house.rest.request("PUT", target(1, 31), body)
    assert answer.status == 422, answer
    assert answer.json["detail"][0]["loc"] == ["body", "hex"]


def test_a_daemon_that_only_reads_writes_no_row(new_house):
    house = new_house(settings={**RAW, "panel.read_only": True})
    row = house.sim.row(1, 31)
    assert house.rest.get(target(1, 31)).status == 200
    assert put(house, 1, 31, changed(row, 7, row[7] ^ 5), row).status == 403
    assert not writes(house, 1, 31)


@pytest.mark.parametrize("fault, status", [
    ("lose-reply", 200), ("lose-request", 504), ("nack", 500), ("not-kept", 500)])
def test_a_write_is_sent_once_whatever_comes_back(raw_house, fault, status):
    row, seen = raw_house.sim.row(1, 31), len(writes(raw_house, 1, 31))
    raw_house.sim.fault(fault, function="write")
    answer = put(raw_house, 1, 31, changed(row, 7, row[7] ^ 5), row)
    assert answer.status == status, answer
    assert len(writes(raw_house, 1, 31)) == seen + 1
    one = raw_house.rest.get("/api/v1/commands").json["commands"][0]
    assert one["status"] == ("delivered" if status == 200 else "failed")


def test_a_write_that_nobody_confirmed_is_settled_by_reading(new_house):
    house = new_house(settings={**RAW, "command.timeout_seconds": 5})
    row = house.sim.row(1, 31)
    new = changed(row, 7, row[7] ^ 5)
    house.sim.fault("lose-reply", function="write")
    house.sim.fault("lose-request", function="read", row="1.31", nth=2, count=1000)
    answer = put(house, 1, 31, new, row)
    assert answer.status == 504 and "not known" in answer.json["detail"], answer
    house.sim.clear()
    house.all_ended()
    one = house.rest.get("/api/v1/commands").json["commands"][0]
    assert one["status"] == "delivered" and len(writes(house, 1, 31)) == 1
    assert one["result"]["rows"][0]["after"] == new.hex()


def test_after_a_crash_it_is_settled_and_not_sent_again(new_house):
    house = new_house(settings=RAW)
    row = house.sim.row(1, 31)
    new = changed(row, 7, row[7] ^ 5)
    house.sim.fault("lose-reply", function="write")
    house.sim.fault("lose-request", function="read", row="1.31", nth=2, count=1000)
    later = house.rest.later("PUT", target(1, 31), {"hex": new.hex(), "expected": row.hex()})
    until(lambda: writes(house, 1, 31), what="the write")
    house.daemon.stop(signal.SIGKILL)
    house.calls[-1].abandoned = True
    with pytest.raises(Exception):
        later.result()
    house.sim.clear()
    house.daemon.start()
    house.all_ended()
    assert [one.status for one in house.recorded()] == ["delivered"]
    assert len(writes(house, 1, 31)) == 1


def test_our_own_write_is_no_change_that_nobody_asked_for(raw_house):
    assert raw_house.rest.post("/update").status == 200  # what is there is known from now on
    row = raw_house.sim.row(1, 12)
    new = changed(row, 4, 1 if row[4] != 1 else 0)
    assert put(raw_house, 1, 12, new, row).status == 200
    assert raw_house.rest.post("/update").status == 200
    assert raw_house.status()["system_mode"] == ("Cool" if new[4] else "Heat")
    raw_house.sim.wall(zone=2, hold=True)  # in the same row: when this is told, all of it is

    def told():
        assert raw_house.rest.post("/update").status == 200
        commands = raw_house.rest.get("/api/v1/commands").json["commands"]
        return [change for one in commands if one["command"] == "unexpected"
                for change in one["params"]["changes"]]
    assert {one["field"] for one in until(told, what="the hand at the wall")} <= \
        {"hold", "temporary"}


def test_reading_row_after_row_keeps_nobody_from_his_command(raw_house):
    """Between two reads of a dump there is room for a command, and for a refresh."""
    done = raw_house.rest.later("POST", "/zones/2/temperature", {"heat": 61, "hold": True})
    for row in range(1, 35):
        assert raw_house.rest.get(target(1, row)).status in (200, 404)
    assert done.result().status == 200
    ours = [one for one in raw_house.sim.frames() if one.source == 99]
    assert {READ, WRITE} <= {one.function for one in ours}


def test_on_a_bad_line_every_answer_is_true(raw_house):
    """The history and the ledger judge: nothing is sent twice, told falsely or left open."""
    chance = random.Random(SEED)
    raw_house.sim.rates(lose_request=.08, lose_reply=.1, late_reply=.05, double_reply=.05,
                        garbage=.05, flip=.0005)
    for _ in range(WRITES):
        table, row, at = chance.choice([(1, 31, 5), (1, 16, 4), (1, 13, 3), (10, 9, 7)])
        content = raw_house.sim.row(table, row)
        put(raw_house, table, row, changed(content, at, chance.choice([0, 15, 30])), content)
    raw_house.sim.clear()
    raw_house.all_ended()
    assert {one.status for one in raw_house.recorded()} <= {"delivered", "failed"}
