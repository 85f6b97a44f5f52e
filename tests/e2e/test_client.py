# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A client that somebody wrote for the real panel: raw TCP, frames, nine-row status reads, row
writes and schedules. It works against the simulated panel, alone and beside the daemon."""

import threading

import pytest

import panel
from panel import PanelClient


@pytest.fixture
def beside(new_house):
    """A house on TCP with a raw client next to the daemon."""
    house = new_house(panel={"kind": "tcp"}, settings={"cache.refresh_interval": 5})
    client = PanelClient(*house.sim.address)
    yield house, client
    client.close()


@pytest.fixture
def alone(new_house):
    house = new_house(panel={"kind": "tcp"}, start=False)
    client = PanelClient(*house.sim.address)
    yield house, client
    client.close()


def bit(byte, mask, on=True):
    def change(row):
        row[byte] = row[byte] | mask if on else row[byte] & ~mask
    return change


def put(byte, value):
    def change(row):
        row[byte] = value
    return change


def test_nine_rows_make_a_status(alone):
    _, client = alone
    rows = client.status()
    assert {row: len(content) for row, content in rows.items()} \
        == {row: panel.LENGTHS[row] for row in panel.STATUS_ROWS}


def test_flags_and_setpoints_are_written_row_by_row(alone):
    house, client = alone
    assert client.edit(1, 12, bit(10, 2))[10] & 2
    assert client.edit(1, 16, put(12, 69))[12] == 69
    assert house.sim.row(1, 16)[12] == 69 and house.sim.row(1, 12)[10] & 2


def test_a_setpoint_without_hold_falls_back_to_the_schedule(alone):
    house, client = alone
    client.edit(1, 12, lambda row: row.__setitem__(slice(9, 11), b"\0\0"))
    before = client.read(1, 16)
    changed = bytearray(before)
    changed[12] = before[12] + 3
    assert client.write(1, 16, bytes(changed))
    for _ in range(200):
        if client.read(1, 16)[12] == before[12]:
            return
        threading.Event().wait(0.05)
    raise AssertionError("the schedule did not take the setpoint back")


def test_schedules_are_read_and_written(alone):
    _, client = alone
    for row in (1, 7, 8, 56):
        schedule = client.read(10, row)
        assert len(schedule) == 19
        assert all(hour < 24 for hour in schedule[3:7])
        assert all(minute in (0, 15, 30, 45) for minute in schedule[7:11])
    assert client.edit(10, 9, put(11, 63))[11] == 63


def test_the_clock_can_be_set(alone):
    _, client = alone
    assert client.write(1, 18, bytes((0, 1, 18, 3, 22, 33, 44)))
    clock = client.read(1, 18)
    assert tuple(clock[3:6]) == (3, 22, 33)


def test_an_unknown_row_gets_no_good_answer(alone):
    _, client = alone
    client.sends, client.timeout = 1, 0.3
    with pytest.raises(AssertionError):
        client.read(1, 99)


def test_client_and_daemon_share_the_panel(beside):
    house, client = beside
    stop = threading.Event()
    failures = []

    def poll():
        try:
            while not stop.wait(0.1):
                client.status()
        except Exception as error:  # told below
            failures.append(error)
    thread = threading.Thread(target=poll)
    thread.start()
    try:
        for heat in range(60, 66):
            house.command("/zones/2/temperature", {"heat": heat, "hold": True})
            house.command("/system/fan", {"fan": "On" if heat % 2 else "Auto"})
    finally:
        stop.set()
        thread.join()
    assert not failures, failures


def test_what_the_client_writes_the_daemon_shows(beside):
    house, client = beside
    client.edit(1, 12, bit(10, 4))
    client.edit(1, 16, put(13, 67))
    house.shows(lambda status: status["zones"][2]["hold"]
                and status["zones"][2]["heat_setpoint"] == 67)


def test_what_the_daemon_writes_the_client_reads(beside):
    house, client = beside
    house.command("/zones/1/temperature", {"heat": 66, "cool": 77, "hold": True})
    assert (client.read(1, 16)[11], client.read(1, 16)[3]) == (66, 77)
    assert client.read(1, 12)[10] & 1


def test_both_write_and_nobodys_change_is_lost(beside):
    house, client = beside
    for zone, heat in ((1, 61), (1, 62), (1, 63)):
        waiting = house.client().later("POST", "/zones/2/temperature",
                                       {"heat": heat, "hold": True})
        client.edit(10, 3, put(11 + zone, heat))
        assert waiting.result().status == 200
        assert client.read(10, 3)[11 + zone] == heat
