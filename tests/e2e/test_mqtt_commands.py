# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Commands over MQTT with a real broker: what each topic does, what is refused with which code,
and that every message has exactly one result."""

import collections
import json
import os
import random
import re
import signal
import subprocess

import pytest

import preload
from announced import report
from house import PATIENT, House
from mqtt import Listener, document, mosquitto_path
from mqtt_commands import PREFIX, Commander, results
from waiting import stays, until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

AVAILABILITY = f"{PREFIX}/availability"
MEMBERS = {"command_id", "status", "error_code", "error_message", "command", "topics", "request",
           "params", "applied", "warnings", "unchanged", "source", "transactions", "duration_ms",
           "timestamp"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RESTARTS = int(os.environ.get("CZ2_RESTARTS", "2"))


def online(house):
    house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    return Commander(house)


@pytest.fixture
def new_commander(new_house):
    def make(**more):
        return online(new_house(mqtt=True, **more))
    return make


@pytest.fixture(scope="module")
def lasting():
    house = House(mqtt=True, settings={"command.guard_ms": 0})
    house.twice = set()  # commands that were asked for again
    yield house
    house.close()


@pytest.fixture
def commander(lasting, request):
    """One house for all tests that leave zones on schedule, or do not mind."""
    request.node.houses = [lasting]
    one = online(lasting)
    rest(lasting)
    yield one
    assert_each_has_one_result(one, lasting.twice)
    lasting.check()


def rest(house):
    """A house in Heat, with all zones at 68 and 76 on schedule."""
    house.command("/system/mode", {"mode": "Heat", "all": False})
    for zone in (1, 2, 3):
        house.command(f"/zones/{zone}/temperature",
                      {"heat": 68, "cool": 76, "hold": False, "temp": False, "out": False})


def assert_each_has_one_result(commander, twice=()):
    topics = collections.Counter(one.topic for one in commander.listener.all()
                                 if "/result/" in one.topic)
    assert {topic.split("/")[-1] for topic, count in topics.items() if count > 1} == set(twice)
    for one in commander.results():
        assert set(one) - {"late"} == MEMBERS, one
        assert UUID.fullmatch(one["command_id"]), one


def delivered(one):
    assert one["status"] == "delivered" and one["error_code"] is None, one
    return one


def refused(one, code):
    assert (one["status"], one["error_code"]) == ("refused", code), one
    assert one["error_message"] and one["transactions"] == 0, one
    return one


# --- what is done -----------------------------------------------------------------------------

@pytest.mark.smoke
@pytest.mark.parametrize("name, payload, shown", [
    ("system/mode", "cool", lambda status: status["system_mode"] == "Cool"),
    ("system/fan", "always_on", lambda status: status["fan_mode"] == "On"),
    ("system/all", "Zone 2", lambda status: status["all_mode"] == 2),
    ("zone/2/mode", "heat_cool", lambda status: status["system_mode"] == "Auto"),
    ("zone/2/target", "70.0", lambda status: status["zones"][1]["heat_setpoint"] == 70),
    ("zone/2/low", "69.5", lambda status: status["zones"][1]["heat_setpoint"] == 70),
    ("zone/2/high", " 79 ", lambda status: status["zones"][1]["cool_setpoint"] == 79),
    ("zone/2/preset", "hold", lambda status: status["zones"][1]["hold"]),
    ("zone/2/preset", "away", lambda status: status["zones"][1]["out"]),
    ("zone/2/fan", "on", lambda status: status["fan_mode"] == "On"),
    ("zone/2", {"heat": 66, "hold": True},
     lambda status: status["zones"][1]["heat_setpoint"] == 66),
    ("zones", {"zones": [1, 3], "cool": 80, "temp": True},
     lambda status: [zone["cool_setpoint"] for zone in status["zones"]] == [80, 76, 80]),
    ("system", {"mode": "Off", "fan": "On"},
     lambda status: (status["system_mode"], status["fan_mode"]) == ("Off", "On")),
])
def test_each_topic_does_what_it_says(commander, name, payload, shown):
    commander.house.command("/system/fan", {"fan": "Auto"})
    one = delivered(commander.ask((name, payload)))
    assert shown(commander.house.status()), commander.house.status()
    assert one["topics"] == [name] and one["source"] == "mqtt"
    assert not one["unchanged"] and one["transactions"] > 0 and one["applied"]
    record = commander.house.rest.get(f"/commands/{one['command_id']}").json
    assert (record["source"], record["request_user_id"]) == ("mqtt", "mqtt")
    assert record["status"] == "delivered" and record["command"] == one["command"]


def test_a_setpoint_lasts_until_the_next_period(commander):
    commander.ask(("zone/3/low", "64"))
    zone = commander.house.zone(3)
    assert zone["temporary"] and not zone["hold"]


def test_refresh_reads_the_panel(commander):
    one = delivered(commander.ask(("refresh", "PRESS")))
    assert one["command"] == "system.update" and one["params"] == {}


def row_of(house, zone, day):
    return house.sim.row(10, 7 * (zone - 1) + day + 1)


def test_a_schedule_changes_what_it_names_and_is_told_before_its_result(commander):
    house = commander.house
    saturday, monday = bytearray(row_of(house, 2, 6)), row_of(house, 2, 1)
    saturday[3], saturday[7], saturday[11] = 7, 30, 71
    one = delivered(commander.ask(("schedule/2", {"days": {
        "weekend": {"wake": {"start": "07:30", "heat": 71}}}})))
    assert (one["command"], one["params"]["zone"], one["topics"]) == \
        ("zone.schedule", 2, ["schedule/2"])
    assert (row_of(house, 2, 6), row_of(house, 2, 1)) == (bytes(saturday), monday)
    assert [frame.row for frame in house.written()[-2:]] == [(10, 8), (10, 14)]
    told = [document(message)["days"]["sat"]["wake"] for message in
            house.listener.all(f"{PREFIX}/schedule/2") if message.payload]
    assert not told or told[-1] == {"start": "07:30", "heat": 71, "cool": saturday[15],
                                    "out": False}


def test_a_week_that_was_told_can_be_sent_back_and_costs_no_write(commander):
    house = commander.house
    assert house.rest.get("/schedules?force=true").status == 200
    week = document(house.listener.wait(f"{PREFIX}/schedule/3"))["days"]
    body = json.dumps({"days": week}, indent=4)
    assert 1024 < len(body) < 8192
    writes = len(house.written())
    one = delivered(commander.ask(("schedule/3", body)))
    assert one["unchanged"] and one["request"] == {"3": {"days": week}}
    assert len(house.written()) == writes


def test_a_button_lets_all_zones_follow_their_schedules(commander):
    house = commander.house
    house.command("/zones/batch/temperature", {"zones": [1, 3], "hold": True, "out": True})
    house.command("/zones/2/temperature", {"temp": True})
    one = delivered(commander.ask(("resume", "PRESS")))
    assert (one["command"], one["params"]) == ("system.resume", {})
    assert not any(zone[flag] for zone in house.status()["zones"]
                   for flag in ("hold", "temporary", "out"))


def test_a_button_sets_the_panels_clock(commander):
    house = commander.house
    house.sim.control("clock", day=2, hour=3, minute=4)
    assert house.rest.post("/cache/clear").status == 200
    one = delivered(commander.ask(("clock/sync", "PRESS")))
    assert (one["command"], one["params"]) == ("clock.set", {"sync": True})
    assert abs(house.rest.get("/clock").json["clock"]["offset_seconds"]) <= 3
    again = delivered(commander.ask(("clock/sync", "PRESS")))
    assert again["unchanged"] and again["transactions"] == 0
    # Whatever time it is now, those who come after expect the panel's evening.
    house.sim.control("clock", day=3, hour=17, minute=30)


def test_a_schedule_that_was_named_is_done_once(commander):
    ident = "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c21"
    body = {"command_id": ident, "days": {"tue": {"eve": {"heat": 66}}}}
    one = delivered(commander.ask(("schedule/1", body)))
    assert one["command_id"] == ident
    writes = len(commander.house.written())
    assert commander.ask(("schedule/1", body))["applied"] == one["applied"]
    body["days"]["tue"]["eve"]["heat"] = 67
    refused(commander.ask(("schedule/1", body)), "id_taken")
    assert len(commander.house.written()) == writes
    commander.house.twice.add(ident)


def test_a_range_that_comes_as_three_messages_is_one_change(commander):
    """Home Assistant sends mode, low and high; between low and high no pair is acceptable."""
    commander.house.command("/zones/1/temperature", {"heat": 60, "cool": 68, "hold": True})
    before = len(commander.house.written())
    one = delivered(commander.ask(("zone/1/mode", "heat_cool"), ("zone/1/low", "70.0"),
                                  ("zone/1/high", "78.0")))
    assert one["topics"] == ["zone/1/mode", "zone/1/low", "zone/1/high"]
    assert one["request"] == {"mode": "heat_cool", "low": "70.0", "high": "78.0"}
    assert one["params"]["heat"] == 70 and one["params"]["mode"] == "Auto"
    assert [frame.row for frame in commander.house.written()[before:]] == [(1, 16), (1, 12)]


def test_the_documents_come_before_the_result_and_once(commander):
    """No field on any topic changes twice for one command."""
    before = len(commander.listener.all())
    one = delivered(commander.ask(("zone/2/low", "71"), ("zone/2/preset", "hold")))
    told = commander.listener.all()[before:]
    ends = [message.topic.endswith(one["command_id"]) for message in told].index(True)
    zone = [document(message) for message in told[:ends] if message.topic.endswith("/zone/2")]
    status = [document(message)["zones"][1] for message in told[:ends]
              if message.topic.endswith("/status")]
    for shown, name, old, new in ((zone, "heat_setpoint", 68, 71), (zone, "preset", "none", "hold"),
                                  (zone, "hold", False, True), (status, "hold", False, True),
                                  (status, "heat_setpoint", 68, 71)):
        values = [one[name] for one in shown]
        assert values[-1] == new, (name, values)
        assert sum(a != b for a, b in zip([old, *values], values)) == 1, (name, values)


def test_all_eight_zones_cost_six_transactions(new_commander):
    commander = new_commander(zones=8, settings=PATIENT, panel={"pacing": True})
    frames = len(commander.house.sim.frames())
    before = len(commander.results())
    for zone in range(1, 9):
        commander.send_all((f"zone/{zone}/low", "68"), (f"zone/{zone}/high", "74"),
                           (f"zone/{zone}/preset", "hold"))
    told = commander.wait(8, before)
    for one in told:
        assert delivered(one)["transactions"] <= 6, one
    assert all(zone["heat_setpoint"] == 68 and zone["cool_setpoint"] == 74 and zone["hold"]
               for zone in commander.house.status()["zones"])
    assert len(commander.house.written()) == 2
    ours = [one for one in commander.house.sim.frames()[frames:] if one.source == 99
            and one.row in ((1, 16), (1, 12))]
    assert len(ours) <= 6, ours


def test_the_last_value_counts_and_the_others_are_superseded(commander):
    before = len(commander.results())
    commander.send_all(*[("zone/1/low", str(heat)) for heat in (60, 61, 62, 63)])
    told = commander.wait(4, before)
    assert [one["status"] for one in told] == ["superseded"] * 3 + ["delivered"]
    assert [one["request"]["low"] for one in told] == ["60", "61", "62", "63"]
    assert commander.house.zone(1)["heat_setpoint"] == 63


def test_what_is_so_already_costs_nothing(new_commander):
    commander = new_commander()
    delivered(commander.ask(("zone/1/low", "66"), ("zone/1/preset", "hold")))
    one = delivered(commander.ask(("zone/1/low", "66"), ("zone/1/preset", "hold")))
    assert one["unchanged"] and one["transactions"] == 0
    record = commander.house.rest.get(f"/commands/{one['command_id']}").json
    assert record["status"] == "delivered" and record["result"]["unchanged"]
    before = len(commander.results())
    commander.send_all(*[(f"zone/{zone}/preset", preset) for zone, preset in
                         ((1, "hold"), (2, "none"), (3, "none"))])
    assert [(one["unchanged"], one["transactions"]) for one in commander.wait(3, before)] \
        == [(True, 0)] * 3


def test_what_the_last_poll_showed_costs_nothing_until_the_next(new_commander):
    """However long ago that was."""
    commander = new_commander(settings={"cache.refresh_interval": 3600})
    delivered(commander.ask(("zone/1/low", "66"), ("zone/1/preset", "hold")))
    stays(lambda: True, 11)  # longer than a moment
    one = delivered(commander.ask(("zone/1/low", "66"), ("zone/1/preset", "hold")))
    assert one["unchanged"] and one["transactions"] == 0, one


def test_of_two_modes_within_a_moment_the_later_one_counts(commander):
    """Whichever zone or select has named them."""
    for names in (("zone/1", "system"), ("zone/3", "zone/2"), ("system", "zone/1")):
        before = len(commander.results())
        commander.send_all((f"{names[0]}/mode", "cool"), (f"{names[1]}/mode", "heat_cool"),
                           (f"{names[0]}/fan", "on"), (f"{names[0]}/fan", "auto"),
                           (f"{names[1]}/fan", "on"))
        told = commander.wait(3, before)
        assert collections.Counter(one["status"] for one in told) == {"delivered": 2,
                                                                      "superseded": 1}
        status = commander.house.status()
        assert (status["system_mode"], status["fan_mode"]) == ("Auto", "On"), (names, status)
        rest(commander.house)


def test_a_single_setpoint_follows_the_mode_that_another_zone_has_named(commander):
    before = len(commander.results())
    commander.send_all(("zone/3/mode", "cool"), ("zone/1/target", "74"))
    for one in commander.wait(2, before):
        delivered(one)
    zone = commander.house.zone(1)
    assert (zone["heat_setpoint"], zone["cool_setpoint"]) == (68, 74), zone


def test_json_for_one_zone_does_not_tear_the_pair_of_another(commander):
    commander.house.command("/zones/1/temperature", {"heat": 60, "cool": 68, "hold": True})
    before = len(commander.results())
    commander.send_all(("zone/1/low", "70"), ("zone/3", {"heat": 66, "temp": True}),
                       ("zone/1/high", "78"))
    for one in commander.wait(2, before):
        delivered(one)
    zone = commander.house.zone(1)
    assert (zone["heat_setpoint"], zone["cool_setpoint"]) == (70, 78), zone


def test_of_json_commands_the_later_one_wins_named_or_not(commander):
    for turn in range(5):
        before = len(commander.results())
        commander.send_all(
            ("zone/1", {"heat": 60 + turn, "temp": True,
                        "command_id": f"0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2d{turn:02}"}),
            ("zone/1", {"heat": 69, "temp": True}))
        for one in commander.wait(2, before):
            delivered(one)
        assert commander.house.zone(1)["heat_setpoint"] == 69


def test_a_zone_that_is_being_held_through_another_door_stays_in_hold(new_commander):
    commander = new_commander()
    # Longer than a batch lasts, and not so long that the hold is given up.
    commander.house.sim.fault("silence", function="write", ms=700)
    answer = commander.house.rest.later("POST", "/zones/2/temperature", {"hold": True, "heat": 64})
    until(commander.house.written, what="its first write")
    delivered(commander.ask(("zone/2/low", "65")))
    assert answer.result().status == 200
    zone = commander.house.zone(2)
    assert zone["hold"] and not zone["temporary"], zone


def test_heat_in_emergency_heat_is_heat(commander):
    commander.house.command("/system/mode", {"mode": "EHeat"})
    one = delivered(commander.ask(("zone/1/mode", "heat")))
    assert one["unchanged"] and commander.house.status()["system_mode"] == "EHeat"


def test_a_command_that_was_named_is_done_once(commander):
    body = {"command_id": "0B7B4F5E-6A41-4D5A-9D0E-4B6F3F1F2C11", "heat": 64, "temp": True}
    ident = body["command_id"].lower()
    one = delivered(commander.ask(("zone/1", body)))
    assert one["command_id"] == ident
    writes = len(commander.house.written())
    commander.house.command("/zones/1/temperature", {"heat": 65})
    before = len(commander.listener.all())
    commander.send("zone/1", body)
    again = until(lambda: [document(one) for one in commander.listener.all()[before:]
                           if one.topic.endswith(ident)], what="the result again")[0]
    assert again["status"] == "delivered" and again["applied"] == one["applied"]
    assert commander.house.zone(1)["heat_setpoint"] == 65
    assert len(commander.house.written()) == writes + 1
    other = commander.ask(("zone/1", {**body, "heat": 63}))
    refused(other, "id_taken")
    assert other["command_id"] != ident
    commander.house.twice.add(ident)


def test_a_command_that_was_named_is_known_after_a_restart(new_commander):
    commander = new_commander()
    body = {"command_id": "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c13", "heat": 64, "hold": True}
    one = delivered(commander.ask(("zone/1", body)))
    commander.house.daemon.stop()
    commander.house.daemon.start()
    commander.house.daemon.wait_status()
    commander.listener.wait(AVAILABILITY, lambda message: message.payload == "online",
                            since=commander.listener.last(AVAILABILITY).time - 0.001)
    writes = len(commander.house.written())
    commander.send("zone/1", body)
    again = commander.wait(2)[1]
    assert (again["command_id"], again["status"], again["applied"]) == \
        (one["command_id"], one["status"], one["applied"])
    assert len(commander.house.written()) == writes


def test_a_setpoint_waits_for_what_is_looked_up_and_means_what_is_true_then(new_commander, tmp_path):
    """The mode was asked for once before: that it is not set again only the disk can tell."""
    weather = preload.Weather.at(tmp_path / "weather")
    commander = new_commander(zones=2, environment=preload.environment(weather=weather))
    mode = {"mode": "Heat", "command_id": "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c16"}
    delivered(commander.ask(("system", mode)))
    commander.house.command("/system/mode", {"mode": "Cool"})
    heat = commander.house.zone(2)["heat_setpoint"]
    before = len(commander.results())
    weather.sync_ms = 3000
    commander.send_all(("zone/1", {"heat": 64, "hold": True}), ("system", mode),
                       ("zone/2/target", "79"), ("zone/2", {"hold": True}))
    for one in commander.wait(4, before):
        delivered(one)
    weather.sync_ms = 0
    zone = commander.house.zone(2)
    assert (zone["heat_setpoint"], zone["cool_setpoint"]) == (heat, 79) and zone["hold"], zone
    assert commander.house.status()["system_mode"] == "Cool"


NEW_FAN = {"fan": "On", "command_id": "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c17"}


def test_of_values_that_wait_for_what_is_looked_up_the_last_one_counts(new_commander, tmp_path):
    weather = preload.Weather.at(tmp_path / "weather")
    commander = new_commander(zones=2, environment=preload.environment(weather=weather))
    syncs, weather.sync_ms = weather.syncs, 10000
    commander.send_all(("zone/1", {"heat": 64, "hold": True}), ("system", NEW_FAN),
                       ("zone/2/low", "66"))
    until(lambda: weather.syncs > syncs, what="the disk to be asked to keep something")
    weather.sync_ms = 0
    stays(lambda: not commander.results(), 1, "nothing to be told while the disk is slow")
    commander.send("zone/2/low", "67")
    told = commander.wait(4)
    values = [one for one in told if one["topics"] == ["zone/2/low"]]
    assert [(one["status"], one["request"]) for one in values] == \
        [("superseded", {"low": "66"}), ("delivered", {"low": "67"})], values
    assert commander.house.zone(2)["heat_setpoint"] == 67
    assert commander.house.status()["fan_mode"] == "On"


def test_nothing_is_done_late_because_the_disk_was_slow(new_commander, tmp_path):
    """Not what has an id, nor what waits behind it: as with all that could not be recorded."""
    weather = preload.Weather.at(tmp_path / "weather")
    commander = new_commander(zones=2, settings={"command.timeout_seconds": 5},
                              environment=preload.environment(weather=weather))
    before = commander.house.zone(2)["heat_setpoint"]
    syncs, weather.sync_ms = weather.syncs, 10000
    commander.send_all(("zone/1", {"heat": 64, "hold": True}), ("system", NEW_FAN),
                       ("zone/2/low", "66"))
    until(lambda: weather.syncs > syncs, what="the disk to be asked to keep something")
    weather.sync_ms = 0
    for one in commander.wait(3):
        refused(one, "storage")
    commander.house.daemon.wait_log("zone-1 by mqtt: failed")  # which the disk has kept in the end
    delivered(commander.ask(("zone/2/high", "80")))
    assert commander.house.zone(2)["heat_setpoint"] == before
    assert commander.house.status()["fan_mode"] == "Auto"
    assert not commander.house.zone(1)["hold"]


def test_what_was_done_is_told_again_before_the_disk_has_its_end(new_commander, tmp_path):
    weather = preload.Weather.at(tmp_path / "weather")
    commander = new_commander(zones=2, settings={"bus.reply_timeout_ms": 1000},
                              environment=preload.environment(weather=weather))
    commander.house.sim.fault("silence", function="write", ms=800)
    body = {"heat": 64, "hold": True, "command_id": "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c18"}
    commander.send("zone/1", body)
    until(lambda: len(commander.house.written()), what="a write")
    weather.sync_ms = 10000
    one = delivered(commander.wait(1)[0])
    commander.send("zone/1", body)
    again = delivered(commander.wait(2)[1])
    assert [record.final for record in commander.house.recorded()] == [False]
    weather.sync_ms = 0
    assert again["command_id"] == one["command_id"] == body["command_id"]


def test_a_named_command_is_done_though_the_connection_is_made_anew(new_commander, tmp_path):
    """While a slow disk is asked about it: nobody else knows of what the broker was told is ours."""
    weather = preload.Weather.at(tmp_path / "weather")
    commander = new_commander(zones=2, environment=preload.environment(weather=weather))
    house, taken = commander.house, report(commander.house)["counts"]["received"]
    weather.sync_ms = 3000
    commander.send_all(("zone/1", {"heat": 64, "hold": True}),
                       ("zone/2", {"heat": 66, "hold": True,
                                   "command_id": "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c15"}))
    until(lambda: report(house)["counts"]["received"] == taken + 2, what="both to be taken")
    house.daemon.write_config(mqtt__client_id="another")
    house.daemon.process.send(signal.SIGHUP)
    told = commander.wait(2)
    weather.sync_ms = 0
    assert [one["params"]["zone"] for one in told] == [1, 2], told
    for one in told:
        delivered(one)
    assert (house.zone(1)["heat_setpoint"], house.zone(2)["heat_setpoint"]) == (64, 66)


def test_a_restart_tells_what_became_of_a_command_that_was_cut_short(new_commander):
    commander = new_commander(settings={"cache.refresh_interval": 5})
    commander.house.sim.fault("silence", function="write", ms=4000)
    commander.send("zone/1/low", "66")
    until(lambda: len(commander.house.written()), what="a write")
    commander.house.daemon.stop(signal.SIGKILL)
    commander.house.daemon.start()
    one = commander.wait(1, timeout=60)[0]
    assert (one["status"], one["error_code"], one["topics"]) == ("failed", "not_taken", []), one
    assert one["params"]["heat"] == 66


def test_two_of_one_name_at_once_are_one(commander):
    ident = "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c12"
    body = {"command_id": ident, "heat": 63, "temp": True}
    one = delivered(commander.ask(("zone/1", body), ("zone/1", body)))
    assert one["topics"] == ["zone/1", "zone/1"]


def test_a_command_may_wait_for_the_panel(new_commander):
    commander = new_commander(settings={"cache.refresh_interval": 5})
    commander.house.sim.silence(True)
    until(lambda: not commander.house.rest.get("/health").json["link"]["connected"], 60,
          "the silence to be noticed")
    failed = commander.ask(("zone/1/low", "61"))
    assert (failed["status"], failed["error_code"]) == ("failed", "no_answer"), failed
    before = len(commander.results())
    commander.send("zone/1", {"heat": 62, "temp": True, "expires_in_minutes": 5})
    commander.house.sim.silence(False)
    delivered(commander.wait(1, before, timeout=60)[0])


def silent(commander):
    commander.house.sim.silence(True)
    until(lambda: not commander.house.rest.get("/health").json["link"]["connected"], 60,
          "the silence to be noticed")


def test_a_named_command_that_waits_over_a_restart_can_be_sent_again_and_again(new_commander):
    commander = new_commander(settings={"cache.refresh_interval": 5})
    silent(commander)
    ident = "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c14"
    body = {"command_id": ident, "heat": 64, "hold": True, "expires_in_minutes": 5}
    commander.send("zone/1", body)
    until(commander.house.recorded, what="its record")
    commander.house.daemon.stop()
    commander.house.daemon.start()
    commander.listener.wait(AVAILABILITY, lambda message: message.payload == "online",
                            since=commander.listener.last(AVAILABILITY).time - 0.001)
    commander.send_all(("zone/1", body), ("zone/1", body))
    refused(commander.ask(("zone/1", {**body, "heat": 90})), "out_of_range")
    commander.send_all(*[("zone/1", body)] * 20)
    told = commander.wait(6, 1)
    assert {one["error_code"] for one in told} == {"busy"}, told
    commander.house.sim.silence(False)
    one = delivered(commander.wait(1, 7, timeout=60)[0])
    assert one["command_id"] == ident and one["topics"] == ["zone/1"] * 16
    assert_each_has_one_result(commander)


def test_what_was_not_judged_yet_is_refused_when_the_daemon_stops(new_commander):
    commander = new_commander()
    commander.send_all(("zone/1/low", "66"), ("zone/1/preset", "hold"), ("nonsense", "x"))
    commander.wait(1)  # so those before it were taken as well
    commander.house.daemon.stop()
    one = commander.wait(1, 1)[0]
    if one["status"] == "refused":  # else it was over before
        refused(one, "shutting_down")
        assert one["topics"] == ["zone/1/low", "zone/1/preset"]


# --- what is refused --------------------------------------------------------------------------

@pytest.mark.parametrize("name, payload, code", [
    ("zone/1/low", "x" * 33, "too_large"),
    ("zone/1", '{"heat": 70, "metadata": "' + "x" * 1100 + '"}', "too_large"),
    ("nonsense", "1", "unknown_topic"),
    ("zone/1/setpoint", "70", "unknown_topic"),
    ("schedule", "{}", "unknown_topic"),
    ("schedule/1", "x" * 8193, "too_large"),
    ("schedule/4", {"days": {"mon": {"wake": {"heat": 70}}}}, "unknown_zone"),
    ("schedule/1", {}, "bad_value"),
    ("schedule/1", {"days": {"mon": {"wake": {"heat": None}}}}, "bad_value"),
    ("schedule/1", {"days": {"mon": {"wake": {"start": "06:10"}}}}, "bad_value"),
    ("schedule/1", {"days": {"mon": {"wake": {"heat": 99}}}}, "out_of_range"),
    ("schedule/1", {"days": {"mon": {"wake": {"haet": 70}}}}, "unknown_member"),
    ("resume", "ON", "bad_value"),
    ("clock/sync", "now", "bad_value"),
    ("zone/4/low", "70", "unknown_zone"),
    ("zone/9/low", "70", "unknown_zone"),
    ("zones", {"zones": [1, 4], "heat": 70}, "unknown_zone"),
    ("system/all", "4", "unknown_zone"),
    ("zone/1/low", "warm", "bad_number"),
    ("zone/1/low", b"\xff\xfe", "bad_number"),
    ("zone/1/target", "None", "bad_number"),
    ("zone/1/mode", "dry", "bad_value"),
    ("refresh", "ON", "bad_value"),
    ("zone/1", "{", "bad_json"),
    ("zone/1", "70", "bad_json"),
    ("zone/1", '{"heat": 70, "heat": 71}', "bad_json"),
    ("zone/1", {"heat": "warm"}, "bad_number"),
    ("zone/1", {"heat": 70, "haet": 71}, "unknown_member"),
    ("zone/1", {}, "bad_value"),
    ("zone/1", {"heat": 70, "command_id": "mine"}, "bad_value"),
    ("zone/1", {"heat": 70, "expires_in_minutes": 0}, "bad_value"),
    ("zone/1", {"heat": 70, "expires_in_minutes": 2**63 - 1}, "bad_value"),
    ("system", {"mode": "Sauna"}, "bad_value"),
    ("zone/1/low", "44.4", "out_of_range"),
    ("zone/1/high", "100", "out_of_range"),
    ("zone/1", {"heat": 90}, "out_of_range"),
    ("zone/1/low", "75", "gap"),
    ("zone/1", {"heat": 75, "cool": 76}, "gap"),
    ("zone/1/mode", "off", "zone_off_refused"),
    ("zone/1/power", "OFF", "zone_off_refused"),
])
def test_each_refusal_has_its_code(commander, name, payload, code):
    writes = len(commander.house.written())
    one = refused(commander.ask((name, payload)), code)
    assert one["topics"] == [name]
    assert len(commander.house.written()) == writes


def test_a_refused_control_returns_to_the_fact(commander):
    before = len(commander.listener.all())
    refused(commander.ask(("zone/2/high", "100")), "out_of_range")
    commander.listener.wait(f"{PREFIX}/zone/2", since=commander.listener.all()[before - 1].time)


def test_a_single_setpoint_is_ambiguous_when_off(commander):
    commander.house.command("/system/mode", {"mode": "Off"})
    refused(commander.ask(("zone/1/target", "70")), "ambiguous_setpoint")


def test_in_all_mode_the_others_have_nothing_to_say(commander):
    commander.house.command("/system/mode", {"mode": "Heat", "all": True})
    assert "Zone 1" in refused(commander.ask(("zone/2/low", "66")), "all_mode")["error_message"]
    delivered(commander.ask(("zone/1/low", "66")))
    one = delivered(commander.ask(("zone/2", {"heat": 66, "hold": True})))
    assert any("Zone 1 rules" in warning for warning in one["warnings"]), one


def test_nothing_is_written_in_the_installers_test_mode(new_commander):
    commander = new_commander()
    commander.house.sim.set_field("installer_test", 1)
    assert commander.house.rest.post("/cache/clear").status == 200
    refused(commander.ask(("zone/1/low", "66")), "installer_test")
    commander.house.sim.set_field("installer_test", 0)
    assert commander.house.rest.post("/cache/clear").status == 200
    delivered(commander.ask(("zone/1/low", "66")))


@pytest.mark.parametrize("setting", [{"panel.read_only": True}, {"mqtt.commands": False}])
def test_who_may_not_command_is_told(new_commander, setting):
    commander = new_commander(settings=setting)
    refused(commander.ask(("zone/1/low", "66")), "read_only")
    refused(commander.ask(("zone/1", {"heat": 66})), "read_only")
    refused(commander.ask(("schedule/1", {"days": {"mon": {"eve": {"out": True}}}})), "read_only")
    refused(commander.ask(("resume", "PRESS")), "read_only")
    refused(commander.ask(("zone/1/low", "warm")), "bad_number")
    one = commander.ask(("refresh", "PRESS"))
    assert one["status"] == ("delivered" if "panel.read_only" in setting else "refused")


def test_nothing_is_judged_before_the_panel_has_told_how_it_is_set(new_house):
    house = new_house(mqtt=True, start=False)
    house.sim.silence(True)
    house.daemon = house.add_daemon()
    refused(online(house).ask(("zone/1/low", "66")), "not_ready")
    house.sim.silence(False)
    house.daemon.wait_status()


def test_what_was_taken_is_done_though_the_door_is_closed(new_commander):
    """HUP with another prefix: another door, which tells what the first one took."""
    commander = new_commander()
    commander.send_all(("zone/1/low", "66"), ("zone/1/preset", "hold"), ("nonsense", "x"))
    commander.wait(1)  # so those before it were taken as well
    commander.house.daemon.write_config(mqtt__topic_prefix="moved")
    commander.house.daemon.process.send(signal.SIGHUP)
    commander.house.shows(lambda status: status["zones"][0]["heat_setpoint"] == 66)
    moved = Commander(commander.house, prefix="moved")
    told = until(lambda: [one for one in moved.results() if one["command"]], what="its result")
    delivered(told[0])


def test_a_decommissioned_zone_is_unknown(new_commander):
    commander = new_commander()
    assert commander.house.rest.post("/api/v1/devices/cz2-zone-3/decommission", {}).status == 200
    refused(commander.ask(("zone/3/low", "66")), "unknown_zone")
    refused(commander.ask(("zones", {"zones": [3], "heat": 66})), "unknown_zone")
    refused(commander.ask(("system/all", "Zone 3")), "unknown_zone")
    assert not commander.house.written()


def test_a_flood_is_limited_and_each_message_is_told(new_commander):
    commander = new_commander()
    commander.send_all(*[("zone/1/low", str(60 + one % 5)) for one in range(100)])
    told = commander.wait(100)
    codes = collections.Counter(one["error_code"] or one["status"] for one in told)
    assert codes["rate_limited"] >= 50 and codes["delivered"] == 1, codes
    assert set(codes) == {"rate_limited", "superseded", "delivered"}, codes
    assert_each_has_one_result(commander)


@pytest.mark.parametrize("fault, status, code", [
    ("not-kept", "failed", "not_taken"),
    ("error-reply", "failed", "panel_error"),
])
def test_what_the_panel_does_not_do_has_failed(new_commander, fault, status, code):
    commander = new_commander()
    commander.house.sim.fault(fault, count=30, function="write")
    one = commander.ask(("zone/1/low", "66"))
    assert (one["status"], one["error_code"]) == (status, code), one
    assert one["error_message"]


def test_what_was_unconfirmed_has_one_result_when_it_is_known(new_commander):
    commander = new_commander(settings={"cache.refresh_interval": 5,
                                        "command.timeout_seconds": 5})
    commander.house.sim.fault("silence", function="write", ms=12000)
    commander.send("zone/1/low", "66")
    until(lambda: any(one.code == "unconfirmed" for one in commander.house.recorded()), 30,
          "the record to be in doubt")
    assert not commander.results()
    one = commander.wait(1, timeout=60)[0]
    assert (one["status"], one["error_code"]) == ("failed", "not_taken"), one
    stays(lambda: len(commander.results()) == 1, 1)


# --- retained commands ------------------------------------------------------------------------

EVERY_TOPIC = [("system/mode", "Cool"), ("system/fan", "On"), ("system/all", "1"),
               *[(f"zone/{zone}/{name}", payload) for zone in (1, 2, 3) for name, payload in
                 (("mode", "cool"), ("power", "OFF"), ("target", "85"), ("low", "85"),
                  ("high", "99"), ("preset", "away"), ("fan", "on"))],
               ("zone/1", '{"heat": 85}'), ("zones", '{"zones": [1, 2], "heat": 85}'),
               ("system", '{"mode": "Cool"}'), ("refresh", "PRESS"), ("resume", "PRESS"),
               ("clock/sync", "PRESS"),
               ("schedule/1", '{"days": {"all": {"all": {"heat": 85}}}}')]


def retained_under_set(house):
    late = Listener(house.broker.port, topics=(f"{PREFIX}/set/#",))
    late.publish(f"{PREFIX}/set/zone/1/low", "")  # live: all that is retained has come before
    late.wait(f"{PREFIX}/set/zone/1/low", lambda one: not one.payload)
    late.close()
    return [one for one in late.all() if one.retain and one.payload]


def leave_retained(house):
    for name, payload in EVERY_TOPIC:
        house.listener.publish(f"{PREFIX}/set/{name}", payload, retain=True)
    until(lambda: len(retained_under_set(house)) == len(EVERY_TOPIC), what="all to be retained")


def refused_as_retained(house, count):
    commander = Commander(house)
    told = commander.wait(len(EVERY_TOPIC), count, timeout=60)
    assert sorted(one["topics"][0] for one in told) == sorted(name for name, _ in EVERY_TOPIC)
    for one in told:
        refused(one, "retained_command")
    until(lambda: not retained_under_set(house), what="the retained commands to be erased")


def test_retained_commands_are_refused_and_erased(new_house):
    """Daemon and broker are restarted; make soak does so more often."""
    house = new_house(mqtt=True)
    house.broker.restart_remembering()
    house.listen_again()
    online(house)
    for _ in range(RESTARTS):
        house.daemon.stop()
        leave_retained(house)
        house.broker.restart_remembering()
        house.listen_again()
        heard = len(results(house.listener.all()))
        house.daemon.start()
        refused_as_retained(house, heard)
        house.broker.restart_remembering()  # what was erased does not come back
        assert not retained_under_set(house)
        house.listen_again()
    house.daemon.wait_status()
    assert not house.written()
    house.daemon.wait_log(f"a retained command lay on {PREFIX}/set/zone/1/low: refused and erased")


def test_an_empty_message_is_a_documented_silence(commander):
    before = len(commander.results())
    commander.send_all(*[(name, "") for name, _ in EVERY_TOPIC])
    delivered(commander.ask(("zone/1/low", "62")))
    assert len(commander.results()) == before + 1


# --- MQTT 5 -----------------------------------------------------------------------------------

def ask_with_mqtt_5(house, topic, payloads, response):
    """Publishes each line with a response topic and correlation data."""
    subprocess.run(["mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", str(house.broker.port),
                    "-t", topic, "-l", "-q", "1",
                    "-D", "publish", "response-topic", response,
                    "-D", "publish", "correlation-data", "who knows"], check=True, timeout=30,
                   input=payloads, text=True)


class Subscriber:
    """mosquitto_sub with MQTT 5, which tells the properties too."""

    def __init__(self, house, topic):
        self.process = subprocess.Popen(
            ["mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", str(house.broker.port), "-t",
             topic, "-q", "1", "-C", "1", "-W", "30", "-F", "%D|%C|%F|%r|%p"],
            stdout=subprocess.PIPE, text=True)

    def line(self):
        return self.process.communicate(timeout=60)[0].strip().split("|", 4)


def test_who_asks_for_it_has_the_result_on_a_topic_of_his_own(commander):
    house = commander.house
    subscriber = Subscriber(house, "somebody/answers")
    until(lambda: "somebody/answers" in house.broker.process.log(), what="the subscription")
    before = len(commander.results())
    ask_with_mqtt_5(house, f"{PREFIX}/set/zone/1/low", "61", "somebody/answers")
    correlation, kind, form, retained, payload = subscriber.line()
    assert (correlation, kind, form, retained) == ("who knows", "application/json", "1", "0")
    one = commander.wait(1, before)[0]
    assert json.loads(payload) == delivered(one)


@pytest.mark.parametrize("response", [f"{PREFIX}/set/zone/1/low", "homeassistant/device/x/config",
                                      f"{PREFIX}/zone/1", AVAILABILITY])
def test_an_answer_never_becomes_a_command_nor_a_device(commander, response):
    before = len(commander.listener.all())
    ask_with_mqtt_5(commander.house, f"{PREFIX}/set/zone/1/low", "61", response)
    commander.wait(1, len(results(commander.listener.all()[:before])))
    delivered(commander.ask(("zone/1/low", "62")))
    said = [one for one in commander.listener.all()[before:] if one.topic == response]
    assert all("command_id" not in one.payload for one in said), said
    assert response == f"{PREFIX}/zone/1" or all(not one.payload.startswith("{")
                                                 for one in said), said


def test_many_commands_that_end_at_once_have_a_result_and_an_answer_each(new_commander):
    """More of both than the results that are kept while the broker is away."""
    # With what was just read a write would leave, and what became of it would be left open.
    commander = new_commander(settings={"command.guard_ms": 0})
    house = commander.house
    before, count = len(commander.results()), 36
    house.sim.silence(True)
    ask_with_mqtt_5(house, f"{PREFIX}/set/zone/1",
                    "".join(f'{{"heat": {60 + n % 7}, "hold": true}}\n' for n in range(count)),
                    "somebody/answers")
    until(lambda: len(house.listener.all(f"{PREFIX}/audit")) >= count, what="all to be accepted")
    house.sim.hang_up()
    commander.wait(count, before)
    until(lambda: len(house.listener.all("somebody/answers")) == count, 30, "an answer each")
    codes = collections.Counter(one["error_code"] for one in commander.results()[before:])
    assert set(codes) <= {"link_lost", "no_answer"}, codes
    house.sim.silence(False)


def test_an_answer_that_the_broker_hangs_up_for_costs_one_connection(new_commander):
    """mosquitto takes no topic of more than 200 levels, and nobody else who publishes on one."""
    commander = new_commander()
    house = commander.house
    online = (f"{PREFIX}/availability", lambda one: one.payload == "online")
    since = house.listener.wait(*online).time
    ask_with_mqtt_5(house, f"{PREFIX}/set/zone/1/low", "61", "/".join("a" * 230))
    house.daemon.wait_log("lost the broker .*: the connection broke")
    house.listener.wait(*online, since=since, timeout=30)
    delivered(commander.ask(("zone/1/low", "62")))
    assert house.daemon.log().count("lost the broker") == 1


# --- malformed --------------------------------------------------------------------------------

MALFORMED = 10000
CHUNK = 50
NAMES = ["zone/1/low", "zone/2/high", "zone/3/target", "zone/1/mode", "zone/1/power",
         "zone/2/preset", "zone/1/fan", "system/mode", "system/fan", "system/all", "zone/1",
         "zones", "system", "refresh", "zone/0/low", "zone/9", "zone/x/low", "zone//low", "zone",
         "", "/", "nonsense", "zone/1/low/x", "zone/99999999999999999999/low", "schedule/1",
         "résumé", "zone/1/low ", "ZONE/1/LOW"]
BYTES = b" \t\n+-.,0123456789eExXnaNifIH{}[]\":\\\x00\x01\x7f\xc3\xa4\xff\xf0"


def malformed(chance):
    """A topic and a payload that no rule accepts; sometimes an empty one."""
    name = chance.choice(NAMES)
    payload = bytes(chance.choice(BYTES) for _ in range(chance.choice((0, 1, 2, 5, 20, 33, 200))))
    if chance.random() < 0.02:
        payload = b"9" * 2000
    word = payload.strip(b" \t\n\v\f\r")
    if re.fullmatch(rb"[+-]?\d+(\.\d+)?", word):
        payload = b"x" + payload  # might be meant, and then it is limited
    if name == "system/all" and word in {b"%d" % one for one in range(9)}:
        payload = b"x" + payload
    return name, payload


def test_nonsense_has_a_result_or_the_documented_silence_and_changes_nothing(new_commander):
    commander = new_commander()
    chance = random.Random(20261121)
    heard = len(commander.results())
    expected = heard
    for _ in range(MALFORMED // CHUNK):
        pairs = [malformed(chance) for _ in range(CHUNK)]
        expected += sum(1 for _, payload in pairs if payload)
        commander.send_all(*pairs)
        until(lambda: len(commander.results()) >= expected, 60, f"{expected} results",
              pause=0.02)
    told = commander.results()[heard:]
    assert len(told) == expected - heard
    codes = collections.Counter(one["error_code"] for one in told)
    assert all(one["status"] == "refused" for one in told), codes
    assert {"too_large", "unknown_topic", "unknown_zone", "bad_number", "bad_value",
            "bad_json"} <= set(codes), codes
    assert_each_has_one_result(commander)
    assert not commander.house.written()
    delivered(commander.ask(("zone/1/low", "66")))
