# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Changes that no command asked for: each leaves a record and a line in the log, with the old
and the new value, and nothing else does."""

import signal

import pytest

from panel import PanelClient
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


def found(house, device, count=1, ask=True):
    """So many records of a device, and not one more. Not asked, the panel is looked at by the
    next poll."""
    if ask:
        house.rest.get("/status?force=true")
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


def kept(house, device):
    """Waits until the end of the newest command is on the disk: it is answered before."""
    def newest():
        return house.rest.get(f"/api/v1/commands/device/{device}?limit=1").json["commands"][0]
    until(lambda: newest()["status"] == "delivered", what="the end to be kept")


def changes(record):
    return {one["field"]: (one["old"], one["new"]) for one in record["params"]["changes"]}


def told(house):
    return [line for line in house.daemon.log().splitlines() if "changed without a command" in line]


# --- found --------------------------------------------------------------------------------------

def test_a_hold_that_vanishes_is_recorded_and_told(new_house):
    house = new_house(settings=SETTINGS)
    house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    house.sim.wall(2, hold=False)
    one = found(house, zone(2), ask=False)
    assert changes(one)["hold"] == (True, False)
    assert one["params"]["cause"] == "unknown"
    assert (one["status"], one["source"], one["request_user_id"]) == ("delivered", "panel", "panel")
    assert one["sent_at"] is None and one["expires_at"] is None and one["delivered_at"]
    assert "1.12" in [row["row"] for row in one["result"]["rows"]]
    assert any("zone 2 " in line and "hold on -> off" in line for line in told(house)), told(house)
    polled(house)
    assert len(unexpected(house, zone(2))) == 1


def turned_and_not_taken(house):
    """Zone 2 is turned, which is beyond doubt when this returns; but no refresh ends well, and
    it is told only when that has lasted for a while."""
    house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    kept(house, zone(2))
    house.sim.fault("lose-reply", count=10000, row="1.18")
    house.sim.wall(2, heat=71)
    looks = house.sim.counters()["rows"]["1.16"]["reads"]
    house.rest.get("/status?force=true")
    until(lambda: house.sim.counters()["rows"]["1.16"]["reads"] >= looks + 3, 30, "two looks")


@pytest.mark.parametrize("then", [
    lambda house: house.command("/zones/2/temperature", {"heat": 64}),
    lambda house: house.daemon.restart(),
    lambda house: house.sim.hang_up()], ids=["command", "stop", "link"])
def test_what_was_found_is_recorded_before_it_can_be_lost(new_house, then):
    house = new_house(settings=SETTINGS)
    turned_and_not_taken(house)
    then(house)
    assert changes(found(house, zone(2), ask=False))["heat_setpoint"] == (66, 71)


def test_what_is_beyond_doubt_is_told_though_no_refresh_ends_well(new_house):
    house = new_house(settings=SETTINGS)
    turned_and_not_taken(house)
    assert changes(found(house, zone(2), ask=False))["heat_setpoint"] == (66, 71)


def test_what_is_over_before_it_was_told_is_told(new_house):
    house = new_house(settings=SETTINGS)
    # Turned between the reads of its rows, and again by the look that would tell of it.
    house.sim.fault("wall-edit", row="1.12", when="after", zone=2, heat=71)
    house.sim.fault("wall-edit", row="1.12", when="after", zone=2, heat=73, nth=4)
    found(house, zone(2), 2)
    assert [changes(one)["heat_setpoint"] for one in unexpected(house, zone(2))] == \
        [(68, 71), (71, 73)]


@pytest.mark.parametrize("target, body", [
    ("/zones/2/temperature", {"heat": 66, "cool": 78, "hold": True}),
    ("/zones/batch/temperature", {"zones": [1, 2, 3], "heat": 61, "temp": True}),
    ("/system/mode", {"mode": "Cool", "all": True}), ("/system/fan", {"fan": "On"})])
def test_what_a_command_asked_for_is_not_unexpected(new_house, target, body):
    house = new_house(settings=SETTINGS)
    house.command(target, body)
    polled(house)
    assert all_unexpected(house) == {} and told(house) == []


@pytest.mark.parametrize("edit, device, change", [
    ({"zone": 2, "out": True}, zone(2), {"out": (False, True)}),
    ({"mode": 1}, PANEL, {"system_mode": ("Auto", "Cool")}),
    ({"fan": 1}, PANEL, {"fan_mode": ("Auto", "On")}),
    ({"all": 3}, PANEL, {"all_mode": (0, 3)}),
    ({"zone": 3, "heat": 71}, zone(3), {"heat_setpoint": (68, 71), "temporary": (False, True)})])
def test_each_kind_of_change_is_found(new_house, edit, device, change):
    house = new_house(settings=SETTINGS)
    house.sim.wall(**edit)
    assert changes(found(house, device)) == change
    polled(house)
    assert list(all_unexpected(house)) == [device]
    turned = device != PANEL and len(change) > 1  # a setpoint and what holds it since
    cause = unexpected(house, device)[0]["params"]["cause"]
    assert cause == ("wall_thermostat" if turned else "unknown")


def test_a_hand_between_the_reads_of_its_rows_is_one_record(new_house):
    house = new_house(settings=SETTINGS)
    house.sim.fault("wall-edit", row="1.12", when="after", zone=2, heat=71)  # 1.16 comes next
    one = found(house, zone(2))
    assert changes(one) == {"heat_setpoint": (68, 71), "temporary": (False, True)}
    assert one["params"]["cause"] == "wall_thermostat"
    polled(house)
    assert len(unexpected(house, zone(2))) == 1


def test_what_happens_together_is_one_record_of_each_device_and_one_line(new_house):
    house = new_house(settings=SETTINGS)
    house.sim.wall(1, hold=True, heat=70, mode=1)
    house.sim.wall(3, out=True)
    assert changes(found(house, zone(1))) == {"heat_setpoint": (68, 70), "hold": (False, True)}
    assert changes(found(house, zone(3))) == {"out": (False, True)}
    assert changes(found(house, PANEL)) == {"system_mode": ("Auto", "Cool")}
    assert len(told(house)) == 1, told(house)
    assert "(somebody at a wall thermostat): zone 1 heat" in told(house)[0]


def test_a_power_cut_is_named_as_the_cause(new_house):
    house = new_house(settings=SETTINGS)
    house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    house.sim.control("power-cut", silence_ms=500)
    one = found(house, zone(2))
    assert one["params"]["cause"] == "panel_restarted"
    assert changes(one)["hold"] == (True, False)
    assert "the panel has restarted" in told(house)[0]


def test_holds_that_vanish_together_are_a_restart_too(new_house):
    house = new_house(settings=SETTINGS)
    house.command("/zones/batch/temperature", {"zones": [1, 2, 3], "heat": 66, "hold": True})
    flags = bytearray(house.sim.row(1, 12))
    house.sim.set_byte(1, 12, 10, 0)
    assert flags[10] == 7
    assert found(house, zone(3))["params"]["cause"] == "panel_restarted"


def test_another_client_is_named_as_the_cause(new_house):
    house = new_house(settings=SETTINGS, panel={"kind": "tcp"})
    house.daemon.wait_log("the panel answers")
    other = PanelClient(*house.sim.address)
    other.edit(1, 12, lambda row: row.__setitem__(10, 2))
    other.close()
    assert found(house, zone(2), ask=False)["params"]["cause"] == "other_client"


def program_read(house):
    assert house.rest.get("/schedules?force=true").status == 200


def test_a_period_that_begins_is_named_as_the_cause(new_house):
    house = new_house(settings=SETTINGS)
    program_read(house)
    house.command("/zones/2/temperature", {"heat": 66, "temp": True})
    house.command("/zones/3/temperature", {"heat": 66, "hold": True})
    kept(house, zone(3))
    house.sim.control("period")
    one = found(house, zone(2))
    assert one["params"]["cause"] == "period_began"
    assert changes(one)["temporary"] == (True, False)
    assert changes(one)["heat_setpoint"][1] == house.zone(2)["heat_setpoint"] != 66
    assert found(house, zone(1))["params"]["cause"] == "period_began"
    assert "info" in told(house)[0] and "a period of the schedule began" in told(house)[0]
    house.sim.wall(3, hold=False)  # just then; nobody knows whether it was lost
    assert found(house, zone(3))["params"]["cause"] == "unknown"


def test_what_another_makes_of_a_zone_in_its_period_is_not_taken_for_the_schedules(new_house):
    house = new_house(settings=SETTINGS)
    program_read(house)
    house.sim.control("period")
    found(house, zone(2))
    house.sim.set_bytes(1, 16, 12, (63,))
    one = found(house, zone(2), 2)
    assert (changes(one)["heat_setpoint"][1], one["params"]["cause"]) == (63, "unknown")


def test_what_a_schedule_does_is_recorded_and_is_no_warning(new_house):
    house = new_house(settings=SETTINGS)
    house.sim.set_bytes(1, 16, 12, (63,))  # zone 2, which nothing holds
    one = found(house, zone(2))
    assert changes(one) == {"heat_setpoint": (68, 63)} and one["params"]["cause"] == "unknown"
    assert "info" in told(house)[0], told(house)


# --- not found ----------------------------------------------------------------------------------

def test_a_reconnection_without_a_change_is_none(new_house):
    house = new_house(settings=SETTINGS)
    house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    for _ in range(2):
        house.sim.hang_up()
        until(lambda: house.rest.get("/status?force=true").status == 200, 30, "the link")
    polled(house)
    assert all_unexpected(house) == {}


def test_what_changed_while_the_link_was_away_is_found(new_house):
    house = new_house(settings=SETTINGS)
    house.sim.silence(True)
    until(lambda: house.rest.get("/status?force=true").status == 504, 30, "the silence")
    house.sim.wall(2, hold=True)
    house.sim.silence(False)
    assert changes(found(house, zone(2))) == {"hold": (False, True)}


@pytest.mark.parametrize("kind, more", [
    ("lose-ack", {}), ("lose-reply", {"function": "write"}), ("lose-reply", {}),
    ("late-reply", {"ms": 600}), ("double-reply", {"ms": 250})])
def test_faults_on_the_way_of_a_command_are_none(new_house, kind, more):
    house = new_house(settings=SETTINGS)
    # Held, so that no schedule takes back what was set before its hold could be.
    house.command("/zones/2/temperature", {"heat": 59, "hold": True})
    for heat in (60, 61, 62, 63):
        for nth in range(1, 20, 3):
            house.sim.fault(kind if kind != "lose-ack" else "lose-reply", nth=nth, **more)
        house.rest.post("/zones/2/temperature", {"heat": heat, "hold": True})
        house.sim.clear()
    polled(house, 4)
    assert all_unexpected(house) == {}


def test_a_write_that_is_found_later_is_ours(new_house):
    house = new_house(settings={**SETTINGS, "command.timeout_seconds": 5})
    house.sim.fault("lose-reply", count=400, function="write")
    house.sim.fault("lose-reply", nth=3, count=400, function="read")
    assert house.rest.post("/zones/2/temperature", {"heat": 61, "hold": True}).status == 504
    house.sim.clear()
    house.shows(lambda status: status["zones"][1]["heat_setpoint"] == 61, 30)
    polled(house)
    assert all_unexpected(house) == {}


def test_commands_that_follow_each_other_closely_are_ours(new_house):
    house = new_house(settings=SETTINGS)
    answers = [house.rest.post("/zones/2/temperature", {"heat": 55 + n, "hold": True},
                               headers={"Prefer": "respond-async"}) for n in range(20)]
    assert all(one.status == 202 for one in answers)
    house.shows(lambda status: status["zones"][1]["heat_setpoint"] == 74, 60)
    polled(house)
    assert all_unexpected(house) == {}


def test_all_mode_shows_other_values_and_changes_none(new_house):
    house = new_house(settings=SETTINGS)
    house.command("/zones/1/temperature", {"heat": 60, "hold": True})
    house.command("/system/mode", {"mode": "Heat", "all": True})
    polled(house)
    assert house.zone(2)["heat_setpoint"] == 60
    house.command("/system/mode", {"mode": "Heat", "all": False})
    polled(house)
    assert all_unexpected(house) == {}


# --- over a restart -------------------------------------------------------------------------------

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_changed_while_the_daemon_was_away_is_found_once(new_house, number):
    house = new_house(settings=SETTINGS)
    house.daemon.restart()  # so that the rows are kept
    house.daemon.wait_status()
    house.command("/zones/2/temperature", {"heat": 61, "hold": True})
    kept(house, zone(2))
    house.daemon.stop(number)
    house.sim.wall(2, hold=False)
    house.sim.wall(2, heat=64)
    house.daemon.start()
    one = found(house, zone(2))
    assert changes(one)["hold"] == (True, False) and changes(one)["heat_setpoint"] == (61, 64)
    assert one["params"]["cause"] == "unknown"
    house.daemon.restart()
    house.daemon.wait_status()
    polled(house)
    assert len(unexpected(house, zone(2))) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_commands_did_before_a_restart_is_none(new_house, number):
    house = new_house(settings=SETTINGS)
    house.daemon.restart()
    house.daemon.wait_status()
    house.command("/zones/2/temperature", {"heat": 61, "hold": True})
    house.command("/zones/2/temperature", {"heat": 62})
    house.command("/zones/3/temperature", {"heat": 64})
    house.command("/system/mode", {"mode": "Cool", "all": True})
    house.command("/system/fan", {"fan": "On"})
    house.daemon.restart(number)  # from now on only what was read is looked at
    polled(house)
    assert all_unexpected(house) == {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_recorded_before_a_restart_is_not_recorded_again(new_house, number):
    house = new_house(settings=SETTINGS)
    house.daemon.restart()
    house.daemon.wait_status()
    house.sim.wall(2, hold=True)
    found(house, zone(2))
    house.daemon.restart(number)  # from now on only what was read is looked at
    polled(house)
    assert len(unexpected(house, zone(2))) == 1


def test_a_first_start_has_nothing_to_compare_with(new_house):
    house = new_house(settings=SETTINGS)
    polled(house)
    assert all_unexpected(house) == {}
