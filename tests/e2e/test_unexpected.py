# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Changes that no command asked for: each leaves a record and a line in the log, with the old
and the new value, and nothing else does."""

import pytest

from waiting import until

SETTINGS = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5, "cache.refresh_interval": 5}
PANEL = "cz2"


def zone(number):
    return f"{PANEL}-zone-{number}"


def unexpected(house, device):
    """The records of changes without a command, oldest first."""
    page = house.rest.get(f"/api/v1/commands/device/{device}?limit=500").json
    return [one for one in reversed(page["commands"]) if one["command"] == "unexpected"]


def all_unexpected(house):
    devices = [PANEL, *map(zone, range(1, house.zones + 1))]
    return {device: found for device in devices if (found := unexpected(house, device))}


def found(house, device, count=1):
    """So many records of a device, and not one more."""
    until(lambda: len(unexpected(house, device)) >= count, 30, f"a record of {device}")
    records = unexpected(house, device)
    assert len(records) == count, records
    return records[-1]


def polled(house, times=3):
    """Looks at the panel often enough for what is there to be beyond doubt."""
    for _ in range(times):
        before = house.sim.counters()["requests"]
        until(lambda: house.rest.get("/status?force=true").status == 200, 30, "a refresh")
        until(lambda: house.sim.counters()["requests"] > before + 4, 30, "the look after it")


def changes(record):
    return {one["field"]: (one["old"], one["new"]) for one in record["params"]["changes"]}


def told(house):
    return [line for line in house.daemon.log().splitlines() if "changed without a command" in line]


# --- found --------------------------------------------------------------------------------------

def test_a_hold_that_vanishes_is_recorded_and_told(new_house):
    house = new_house(settings=SETTINGS)
    house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    house.sim.wall(2, hold=False)
    one = found(house, zone(2))
    assert changes(one)["hold"] == (True, False)
    assert one["params"]["cause"] == "unknown"
    assert (one["status"], one["source"], one["request_user_id"]) == ("delivered", "panel", "panel")
    assert one["sent_at"] is None and one["expires_at"] is None and one["delivered_at"]
    assert "1.12" in [row["row"] for row in one["result"]["rows"]]
    assert any("zone 2 " in line and "hold on -> off" in line for line in told(house)), told(house)
    polled(house)
    assert len(unexpected(house, zone(2))) == 1


@pytest.mark.parametrize("target, body", [
    ("/zones/2/temperature", {"heat": 66, "cool": 78, "hold": True}),
    ("/zones/batch/temperature", {"zones": [1, 2, 3], "heat": 61, "temp": True}),
    ("/system/mode", {"mode": "Cool", "all": True}), ("/system/fan", {"fan": "On"})])
def test_what_a_command_asked_for_is_not_unexpected(new_house, target, body):
    house = new_house(settings=SETTINGS)
    house.command(target, body)
    polled(house)
    assert all_unexpected(house) == {} and told(house) == []
