# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What MQTT tells of the panel: the documents say what REST says and are sent when they say
something new, the link is told apart from the daemon, and the audit tells who did what."""

import re
import signal

import pytest

import panel
from mqtt import Listener, document, mosquitto_path
from mqtt_commands import Commander
from thermostat import exactly_one, thermostat
from waiting import until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

PREFIX = "hvac/cz2"
QUICK = {"bus.reply_timeout_ms": 120, "bus.gap_ms": 5}
SYSTEM = ("mode", "effective_mode", "activity", "fan_mode", "fan_running", "compressor_stage_1",
          "compressor_stage_2", "aux_heat_stage_1", "aux_heat_stage_2", "emergency_heat",
          "humidify", "dehumidify", "reversing_valve", "outside_temp", "air_handler_temp",
          "all_mode")
ZONE = ("zone", "name", "temperature", "humidity", "mode", "action", "target", "low", "high",
        "heat_setpoint", "cool_setpoint", "preset", "hold", "temporary", "out", "damper",
        "fan_mode", "period")
# Members that are called the same in the status.
SYSTEM_SAME = ("effective_mode", "fan_mode", "compressor_stage_1", "compressor_stage_2",
               "aux_heat_stage_1", "aux_heat_stage_2", "humidify", "dehumidify",
               "reversing_valve", "outside_temp", "air_handler_temp", "all_mode")
ZONE_SAME = ("name", "heat_setpoint", "cool_setpoint", "hold", "temporary", "out")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
PERIODS = ("wake", "day", "eve", "sleep")
MOVING = {"status": ("time", "system_time")}  # what nobody commands


@pytest.fixture
def mqtt_house(new_house):
    house = new_house(mqtt=True, settings=QUICK)
    for name in ("system", "zone/1", "zone/2", "zone/3"):
        house.listener.wait(f"{PREFIX}/{name}")
    return house


def last(house, name):
    """What a topic retains, as everybody has heard it."""
    one = house.listener.last(f"{PREFIX}/{name}")
    return document(one) if one and one.payload else None


def text(house, name):
    one = house.listener.last(f"{PREFIX}/{name}")
    return one.payload if one else None


def retained(house):
    """What a client that comes now is told: {topic: payload}. What it says itself comes last."""
    late = Listener(house.broker.port)
    try:
        late.publish("end", "end")
        late.wait("end")
        return {one.topic: one.payload for one in late.all() if one.retain}
    finally:
        late.close()


def heard(house, name):
    return house.listener.all(f"{PREFIX}/{name}")


# --- documents -----------------------------------------------------------------------------------

def activity(status):
    """From the outputs, as home-assistant.md has it in words."""
    compressor = status["compressor_stage_1"] or status["compressor_stage_2"]
    if status["aux_heat_stage_1"] or status["aux_heat_stage_2"]:
        return "heating"
    if compressor and status["effective_mode"] in ("Heat", "EHeat"):
        return "heating"
    if compressor and status["effective_mode"] == "Cool":
        return "cooling"
    if status["fan_state"] == "On":
        return "fan"
    return "off" if status["system_mode"] == "Off" and not compressor else "idle"


def system_document(status):
    """What the system's topic has to say, made from REST's status."""
    return {**{name: status[name] for name in SYSTEM_SAME}, "mode": status["system_mode"],
            "activity": activity(status), "fan_running": status["fan_state"] == "On",
            "emergency_heat": status["system_mode"] == "EHeat"}


def action(status, zone):
    if status["system_mode"] == "Off":
        return "off"
    return "idle" if zone["damper_position"] == 0 else activity(status)


def zone_document(house, status, number):
    """The same of a zone, without its temperature."""
    zone = status["zones"][number - 1]
    return {**{name: zone[name] for name in ZONE_SAME}, **thermostat(house.sim, number),
            "zone": number, "humidity": status["zone1_humidity"] if number == 1 else None,
            "action": action(status, zone), "damper": zone["damper_position"],
            "fan_mode": status["fan_mode"].lower(), "period": last(house, f"zone/{number}")["period"]}


def temperature_fits(shown, zone):
    """Half degrees, near the exact temperature; whole ones where that is all that is known."""
    exact = zone["temperature_exact"]
    if exact is None:
        return shown == zone["temperature"]
    return shown * 2 % 1 == 0 and abs(shown - exact) < 0.375


def documents_say_what_rest_says(house):
    status = house.status()
    system = last(house, "system")
    if system != system_document(status):
        return False
    for number in range(1, house.zones + 1):
        shown = last(house, f"zone/{number}")
        rest = dict(shown)
        if not temperature_fits(rest.pop("temperature"), status["zones"][number - 1]) \
                or rest != zone_document(house, status, number):
            return False
    return True


def agree(house):
    assert house.rest.post("/update").status == 200
    until(lambda: documents_say_what_rest_says(house), what="MQTT and REST to agree")
    assert all(exactly_one(last(house, f"zone/{n}")) for n in range(1, house.zones + 1))


@pytest.mark.smoke
def test_documents_have_their_members_in_order_are_retained_and_qos_1(mqtt_house):
    late = Listener(mqtt_house.broker.port)
    for name, members in (("system", SYSTEM), ("zone/1", ZONE), ("zone/3", ZONE)):
        one = late.wait(f"{PREFIX}/{name}")
        assert one.retain and one.qos == 1
        assert tuple(document(one)) == members
    late.close()


def test_documents_say_what_rest_says_in_every_mode(mqtt_house):
    agree(mqtt_house)
    for mode in ("Heat", "Cool", "Auto", "EHeat", "Off", "Heat"):
        mqtt_house.sim.set_field("system_mode", panel.MODES.index(mode))
        agree(mqtt_house)
        assert last(mqtt_house, "system")["mode"] == mode


def test_documents_say_what_rest_says_of_flags_fan_and_all_mode(mqtt_house):
    for zone, flags in ((1, {"hold": True}), (2, {"out": True}), (3, {"temporary": True}),
                        (2, {"hold": True}), (1, {"hold": False})):
        mqtt_house.sim.wall(zone, **flags)
        agree(mqtt_house)
    assert [last(mqtt_house, f"zone/{n}")["preset"] for n in (1, 2, 3)] \
        == ["none", "away", "temporary"]
    mqtt_house.sim.set_field("fan_mode", 1)
    mqtt_house.sim.set_field("all_mode", 2)
    agree(mqtt_house)
    assert {last(mqtt_house, f"zone/{n}")["preset"] for n in (1, 2, 3)} == {"away"}
    assert last(mqtt_house, "zone/1")["fan_mode"] == "on"


def test_documents_say_what_rest_says_of_outputs_and_dampers(mqtt_house):
    for outputs in (0x21, 0x22, 0x24, 0x25, 0x20, 0x40, 0x90, 0x00):
        mqtt_house.sim.set_byte(9, 5, 3, outputs)
        mqtt_house.sim.set_bytes(9, 4, 3, (15, 7, 0))
        agree(mqtt_house)


def test_what_is_unknown_is_null_and_never_0(mqtt_house):
    mqtt_house.sim.set_bytes(9, 3, 4, (0xFF, 0xFF, 0xFF))  # no sensor outside and in the duct
    agree(mqtt_house)
    system = last(mqtt_house, "system")
    assert (system["outside_temp"], system["air_handler_temp"]) == (None, None)
    assert last(mqtt_house, "zone/2")["humidity"] is None


def test_documents_that_say_the_same_are_not_sent_again(mqtt_house):
    names = ("system", "zone/1", "zone/2", "zone/3", "link")
    agree(mqtt_house)
    before = {name: len(heard(mqtt_house, name)) for name in names}
    told = len(heard(mqtt_house, "status"))
    for _ in range(5):
        count = len(heard(mqtt_house, "status"))
        mqtt_house.rest.post("/update")
        until(lambda: len(heard(mqtt_house, "status")) > count, what="the status of a poll")
    assert len(heard(mqtt_house, "status")) >= told + 5
    assert {name: len(heard(mqtt_house, name)) for name in names} == before


def test_a_change_is_told_where_it_belongs(mqtt_house):
    agree(mqtt_house)
    before = {n: len(heard(mqtt_house, f"zone/{n}")) for n in (1, 2, 3)}
    mqtt_house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    until(lambda: last(mqtt_house, "zone/2")["preset"] == "hold", what="the hold to be told")
    agree(mqtt_house)
    assert last(mqtt_house, "zone/2")["heat_setpoint"] == 66
    assert [len(heard(mqtt_house, f"zone/{n}")) for n in (1, 3)] == [before[1], before[3]]


# --- which zones, and what they are called ---------------------------------------------------------

def test_a_zone_that_is_not_used_any_more_is_erased_and_comes_back(mqtt_house):
    device = "/api/v1/devices/cz2-zone-2"
    assert mqtt_house.rest.post(f"{device}/decommission").status == 200
    until(lambda: text(mqtt_house, "zone/2") == "", 30, "the zone to be erased")
    assert f"{PREFIX}/zone/2" not in retained(mqtt_house)
    mqtt_house.rest.post("/update")
    assert text(mqtt_house, "zone/2") == ""
    assert mqtt_house.rest.post(f"{device}/recommission").status == 200
    until(lambda: last(mqtt_house, "zone/2"), what="the zone to be told again")
    agree(mqtt_house)


def test_zones_that_an_earlier_configuration_had_are_erased(mqtt_house):
    assert f"{PREFIX}/zone/3" in retained(mqtt_house)
    mqtt_house.daemon.stop()
    mqtt_house.daemon.write_config(panel__zones=2)
    mqtt_house.daemon.start()
    mqtt_house.daemon.wait_status()
    until(lambda: text(mqtt_house, "zone/3") == "", 30, "the zone to be erased")
    until(lambda: text(mqtt_house, "availability") == "online", what="online")
    assert f"{PREFIX}/zone/3" not in retained(mqtt_house)
    assert f"{PREFIX}/zone/2" in retained(mqtt_house)


def test_other_names_are_told_at_once(mqtt_house):
    answer = mqtt_house.rest.request("PATCH", "/api/v1/devices/cz2-zone-1", {"name": "Küche"})
    assert answer.status == 200, answer
    until(lambda: last(mqtt_house, "zone/1")["name"] == "Küche", what="the new name")
    count = len(heard(mqtt_house, "zone/1"))
    mqtt_house.daemon.write_config(panel__zone_names=["One", "Two", "Three"])
    mqtt_house.daemon.process.send(signal.SIGHUP)
    until(lambda: last(mqtt_house, "zone/2")["name"] == "Two", what="the configured name")
    assert last(mqtt_house, "zone/1")["name"] == "Küche"  # somebody has named it
    assert len(heard(mqtt_house, "zone/1")) == count


def test_a_killed_daemon_tells_everything_again(mqtt_house):
    agree(mqtt_house)
    mqtt_house.daemon.stop(signal.SIGKILL)
    until(lambda: text(mqtt_house, "availability") == "offline", 60, "the will")
    mqtt_house.sim.wall(1, hold=True)
    mqtt_house.daemon.start()
    until(lambda: text(mqtt_house, "availability") == "online", what="online")
    until(lambda: last(mqtt_house, "zone/1")["hold"], what="what has changed meanwhile")
    until(lambda: text(mqtt_house, "link") == "online", what="the link")
    agree(mqtt_house)


def test_a_panel_that_is_only_overheard_has_no_status(new_house):
    """The wall unit and the equipment talk with each other; nobody hears us."""
    house = new_house(mqtt=True, known=False, settings=QUICK,
                      panel={"burst": True, "options": ["--lose-request-rate", "1"]})
    until(lambda: house.rest.get("/api/v1/devices/cz2/health").json["link"]["foreign"]["frames"]
          >= 10, 60, "a burst of the panel's own")
    house.listener.wait(f"{PREFIX}/availability", lambda one: one.payload == "online")
    seen = until(lambda: (answer := house.rest.get("/status").json)["meta"]["error"] and answer,
                 what="a refresh to fail")
    assert seen["status"] is None and not seen["meta"]["connected"]
    topics = {one for one in retained(house) if one.startswith(PREFIX)}
    assert topics == {f"{PREFIX}/{name}" for name in ("availability", "link", "diagnostics")}


@pytest.mark.parametrize("again", [False, True], ids=["at the start", "after an outage"])
def test_the_documents_are_told_before_the_link_and_that_before_online(mqtt_house, again):
    house = mqtt_house
    house.listener.wait(f"{PREFIX}/availability", lambda one: one.payload == "online")
    if again:
        house.broker.stop()
        until(lambda: not house.rest.get("/health").json["mqtt"]["connected"], 30, "the loss")
        house.broker.start()
        house.messages.clear()
        house.listen_again()
        house.listener.wait(f"{PREFIX}/availability", lambda one: one.payload == "online",
                            timeout=40)
    told = [one.topic.removeprefix(f"{PREFIX}/") for one in house.listener.all() if one.payload]
    first = {name: told.index(name) for name in told}
    documents = [first[name] for name in ("status", "system", "zone/1", "zone/3", "diagnostics")]
    assert max(documents) < first["link"] < first["availability"], told


# --- the link --------------------------------------------------------------------------------------

def test_a_silent_panel_is_told_apart_from_an_absent_daemon(new_house):
    house = new_house(mqtt=True, settings={**QUICK, "cache.stale_seconds": 10,
                                           "cache.refresh_interval": 5})
    house.listener.wait(f"{PREFIX}/link", lambda one: one.payload == "online")
    house.sim.silence(True)
    one = house.listener.wait(f"{PREFIX}/link", lambda one: one.payload == "offline", timeout=60)
    assert one.qos == 1
    assert text(house, "availability") == "online"
    silent = len(heard(house, "status"))
    assert retained(house)[f"{PREFIX}/link"] == "offline"
    house.sim.silence(False)
    house.listener.wait(f"{PREFIX}/link", lambda m: m.payload == "online", since=one.time)
    until(lambda: len(heard(house, "status")) > silent, what="a status again")
    assert text(house, "availability") == "online"


def test_lost_polls_do_not_take_the_link_away(mqtt_house):
    until(lambda: text(mqtt_house, "link") == "online", what="the link")
    told = len(heard(mqtt_house, "link"))
    mqtt_house.sim.silence(True)
    mqtt_house.rest.post("/update")
    until(lambda: not mqtt_house.rest.get("/health").json["link"]["connected"], 30, "three losses")
    mqtt_house.sim.silence(False)
    until(lambda: mqtt_house.rest.get("/health").json["link"]["connected"], 30, "an answer")
    agree(mqtt_house)
    assert len(heard(mqtt_house, "link")) == told


def test_before_the_panel_has_answered_the_link_is_offline(new_house):
    house = new_house(mqtt=True, panel={"silent": True}, known=False, settings=QUICK)
    house.listener.wait(f"{PREFIX}/availability", lambda one: one.payload == "online")
    assert text(house, "link") == "offline"
    assert last(house, "diagnostics")["last_contact"] is None
    assert {one.topic for one in house.listener.all() if one.payload} \
        & {f"{PREFIX}/{name}" for name in ("status", "system", "zone/1")} == set()


# --- diagnostics -----------------------------------------------------------------------------------

# What REST's health says of the line besides: how it is now, not what was counted.
OF_THE_MOMENT = {"target", "open", "trouble", "last_frame_age", "rhythm", "swapped",
                 "address_conflict"}


def test_diagnostics_count_as_rest_does_and_seldom(mqtt_house):
    until(lambda: last(mqtt_house, "diagnostics"), what="diagnostics")
    for _ in range(4):
        mqtt_house.rest.post("/update")
    rest = mqtt_house.rest.get("/api/v1/devices/cz2/health").json["link"]
    told = last(mqtt_house, "diagnostics")
    assert set(told) == {"started", "last_contact", "clock_offset", *rest} - OF_THE_MOMENT
    offset = told["clock_offset"]  # described before the clock was read, perhaps
    assert offset is None or abs(offset) <= 7 * 24 * 60 / 2 and round(offset, 1) == offset
    assert (told["kind"], told["since"]) == (rest["kind"], rest["since"])
    assert all(told[name] <= rest[name] for name in ("requests", "frames_sent", "timeouts"))
    assert len(heard(mqtt_house, "diagnostics")) == 1


# --- the program ---------------------------------------------------------------------------------

def program(house, zone):
    """The zone's week as its rows at the panel have it."""
    return {day: _day(house.sim.row(10, 7 * (zone - 1) + n + 1)) for n, day in enumerate(DAYS)}


def _day(row):
    return {name: {"start": f"{row[3 + n]:02}:{row[7 + n]:02}",
                   "heat": None if row[11 + n] & 0x80 else row[11 + n],
                   "cool": None if row[11 + n] & 0x80 else row[15 + n],
                   "out": bool(row[11 + n] & 0x80)} for n, name in enumerate(PERIODS)}


def test_each_zones_program_is_told_whole_once_and_goes_with_its_zone(mqtt_house):
    house = mqtt_house
    house.rest.get("/schedules?force=true")
    for zone in (1, 2, 3):
        one = house.listener.wait(f"{PREFIX}/schedule/{zone}")
        told = document(one)
        assert one.qos == 1 and tuple(told) == ("zone_id", "name", "days")
        assert (told["zone_id"], told["days"]) == (zone, program(house, zone))
    house.rest.get("/schedules?force=true")
    agree(house)
    assert len(heard(house, "schedule/1")) == 1
    assert f"{PREFIX}/schedule/3" in retained(house)
    house.rest.post("/api/v1/devices/cz2-zone-2/decommission")
    until(lambda: last(house, "schedule/2") is None, 30, what="its schedule to go")
    house.rest.post("/api/v1/devices/cz2-zone-2/recommission")
    until(lambda: last(house, "schedule/2"), 30, what="its schedule to come")


def test_the_period_that_rules_is_told_when_another_one_begins(mqtt_house):
    house = mqtt_house
    house.rest.get("/schedules?force=true")
    house.sim.control("clock", day=1, hour=7, minute=0, second=0)
    house.rest.post("/cache/clear")
    until(lambda: last(house, "zone/2")["period"] == "wake", what="the period")
    start = house.sim.control("period")
    house.rest.post("/cache/clear")
    until(lambda: last(house, "zone/2")["period"] != "wake", what="the next one")
    days = last(house, "schedule/2")["days"][DAYS[start["day"]]]
    assert days[last(house, "zone/2")["period"]]["start"] == \
        f"{start['hour']:02}:{start['minute']:02}"


# --- the audit -------------------------------------------------------------------------------------

def audits(house, event):
    return [document(one) for one in heard(house, "audit") if document(one)["event"] == event]


def test_the_audit_tells_who_commands_what(mqtt_house):
    mqtt_house.command("/zones/2/temperature", {"heat": 67, "hold": True})
    until(lambda: audits(mqtt_house, "command"), what="the audit")
    mqtt_house.command("/system/fan", {"fan": "On"})
    until(lambda: len(audits(mqtt_house, "command")) == 2, what="the audit")
    assert mqtt_house.rest.post("/zones/2/temperature", {"heat": 200}).status == 422
    zone, fan = audits(mqtt_house, "command")
    assert zone["command"] == "zone.temperature"
    assert zone["args"]["heat"] == 67 and zone["args"]["hold"] is True
    record = mqtt_house.rest.get("/api/v1/commands/device/cz2-zone-2?limit=1").json["commands"][0]
    assert (zone["command_id"], zone["caller"], zone["timestamp"], zone["source"]) \
        == (record["command_id"], record["request_user_id"], record["requested_at"], "rest")
    assert fan["command"] == "system.fan" and fan["device_id"] == "cz2"
    assert zone["zone"] == 2 and fan["zone"] is None
    assert not any(one.retain for one in heard(mqtt_house, "audit"))
    assert f"{PREFIX}/audit" not in retained(mqtt_house)
    assert len(audits(mqtt_house, "command")) == 2  # what was refused is nobody's command


def test_the_audit_tells_of_a_hand_at_the_wall(mqtt_house):
    mqtt_house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    mqtt_house.sim.wall(2, hold=False)
    for _ in range(3):
        mqtt_house.rest.post("/update")
    until(lambda: audits(mqtt_house, "unexpected_change"), 30, "the audit")
    one = audits(mqtt_house, "unexpected_change")[0]
    assert one["zone"] == 2 and one["changes"]["hold"] == "True->False"
    assert one["cause"] == "unknown" and one["timestamp"]
    mqtt_house.sim.wall(mode=panel.MODES.index("Cool"))
    for _ in range(3):
        mqtt_house.rest.post("/update")
    until(lambda: len(audits(mqtt_house, "unexpected_change")) > 1, 30, "the audit")
    last_one = audits(mqtt_house, "unexpected_change")[-1]
    assert last_one["zone"] is None
    assert last_one["changes"]["system_mode"].endswith("->Cool")


# --- once ------------------------------------------------------------------------------------------

COMMANDS = (
    ("/zones/1/temperature", {"heat": 65, "cool": 77, "hold": True}),
    ("/zones/2/temperature", {"heat": 66, "temp": True}),
    ("/zones/batch/temperature", {"zones": [1, 2, 3], "heat": 62, "cool": 80, "hold": True}),
    ("/system/mode", {"mode": "Cool"}),
    ("/system/fan", {"fan": "On"}),
    ("/zones/1/hold", {"temp": True}),
    ("/system/mode", {"mode": "Auto", "all": False}),
    ("/zones/3/temperature", {"heat": 60, "cool": 82, "out": True}),
    ("/system/fan", {"fan": "Auto"}),
)
MQTT_TOPICS = {"/zones/batch/temperature": "zones", "/system/mode": "system",
               "/system/fan": "system"}


def flat(value, name=""):
    """{"zones.0.hold": False, ...}"""
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    else:
        return {name: value}
    return {inner: one for key, part in parts
            for inner, one in flat(part, f"{name}.{key}" if name else str(key)).items()}


def changes(messages):
    """{(topic, member): [value, value, ...]} of all that was told more than once."""
    told = {}
    for one in messages:
        name = one.topic.removeprefix(PREFIX + "/")
        if name not in ("status", "system") and not name.startswith("zone/") or not one.payload:
            continue
        for member, value in flat(document(one)).items():
            values = told.setdefault((name, member), [])
            if member not in MOVING.get(name, ()) and values[-1:] != [value]:
                values.append(value)
    return told


def by_rest(house, target, body):
    """True when it was carried out. With a bad line it may fail; it must not be wrong."""
    answer = house.rest.post(target, body)
    assert answer.status in (200, 502, 503, 504), answer
    return answer.status == 200


def by_mqtt(house, target, body):
    one, name = Commander(house), MQTT_TOPICS.get(target, target)
    result = one.ask((re.sub(r"/zones/(\d)/.*", r"zone/\1", name), body), timeout=60)
    assert result["status"] in ("delivered", "failed", "expired"), result
    return result["status"] == "delivered"


@pytest.mark.parametrize("door", [by_rest, by_mqtt])
@pytest.mark.parametrize("faults", [{}, {"late_reply": 0.15, "double_reply": 0.15,
                                         "lose_reply": 0.1}], ids=["calm", "faulty"])
def test_a_command_changes_each_field_once_on_each_topic(new_house, faults, door):
    house = new_house(mqtt=True, settings={**QUICK, "cache.refresh_interval": 5})
    house.listener.wait(f"{PREFIX}/zone/3")
    agree(house)
    house.sim.rates(**faults)
    for target, body in COMMANDS:
        latest = {one.topic: one for one in house.listener.all()}
        known = len(house.listener.all())
        until(lambda: door(house, target, body), 90, f"{target} {body}")
        until(lambda: house.rest.post("/update").status == 200, 60, "a poll")
        house.sim.rates(**dict.fromkeys(faults, 0))
        agree(house)
        house.sim.rates(**faults)
        told = changes([*latest.values(), *house.listener.all()[known:]])
        often = {where: values for where, values in told.items() if len(values) > 2}
        assert not often, (target, body, often)
    house.sim.clear()
