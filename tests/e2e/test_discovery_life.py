# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""When Home Assistant is told of our devices, with a real broker: nothing twice without need,
everything when it was born, what has changed after a while, and what is gone taken back."""

import json
import signal

import pytest

from announced import DEVICE, QUIET, devices, retained, too_soon
from mqtt import Listener, document, mosquitto_path
from waiting import stays, until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

BIRTH = "homeassistant/status"
PANEL = "homeassistant/device/cz2d_cz2/config"


def zone_topic(zone):
    return f"homeassistant/device/cz2d_cz2_zone_{zone}/config"


def report(house):
    return house.rest.get("/api/v1/mqtt").json


def announcements(house, since=0.0):
    """Live messages about devices of ours."""
    return [one for one in house.listener.all()
            if one.time > since and not one.retain and DEVICE.fullmatch(one.topic)]


def listened(house):
    """The daemon has heard what the broker retains."""
    return report(house)["discovery"] == "told"


def wait_told(house, numbers):
    """Until exactly these are announced at the broker."""
    until(lambda: listened(house) and set(devices(retained(house.broker))) == set(numbers), 30,
          f"devices {numbers} to be announced", pause=0.2)


@pytest.fixture
def told_house(new_house):
    """Two zones; every test ends with the rule that two different documents of a device keep
    their distance."""
    house = new_house(zones=2, mqtt=True, settings={"panel.zone_names": ["Hall", "Attic"]})
    wait_told(house, (0, 1, 2))
    yield house
    assert list(too_soon(house.listener.all())) == []


def name_of(house, number):
    return devices(retained(house.broker))[number]["device"]["name"]


def rename(house, number, name):
    ident = f"cz2-zone-{number}" if number else "cz2"
    assert house.rest.request("PATCH", f"/api/v1/devices/{ident}", {"name": name}).status == 200


def test_a_new_house_is_told_of_panel_first(told_house):
    told = announcements(told_house)
    assert [one.topic for one in told] == [PANEL, zone_topic(1), zone_topic(2)]
    assert told[1].time - told[0].time > 0.9
    online = told_house.listener.wait("hvac/cz2/availability", lambda one: one.payload == "online")
    assert online.time < told[0].time


def test_who_comes_back_says_nothing_again(told_house):
    """Another life of the daemon, and another connection of the same."""
    counted = len(announcements(told_house))
    told_house.daemon.restart()
    until(lambda: listened(told_house), 30, "the daemon to have listened", pause=0.2)
    told_house.daemon.write_config(mqtt__client_id="another")
    told_house.daemon.process.send(signal.SIGHUP)
    told_house.daemon.wait_log("configuration read again")
    until(lambda: not listened(told_house), what="the daemon to connect anew")
    until(lambda: listened(told_house), 30, "the daemon to have listened", pause=0.2)
    assert len(announcements(told_house)) == counted
    assert report(told_house)["counts"]["announced"] == 0


def test_what_the_broker_has_lost_is_told_again(told_house):
    told_house.broker.stop()
    told_house.listener.close()
    told_house.broker.start()
    told_house.listen_again()
    wait_told(told_house, (0, 1, 2))


def test_changes_are_told_once_when_no_other_follows(told_house):
    """Names, and a zone that is not used; then it comes back under another name."""
    counted = len(announcements(told_house))
    rename(told_house, 1, "Salon")
    rename(told_house, 1, "Parlour")
    assert told_house.rest.post("/api/v1/devices/cz2-zone-2/decommission").status == 200
    rename(told_house, 0, "Furnace")
    changed = told_house.listener.all()[-1].time
    wait_told(told_house, (0, 1))
    until(lambda: len(announcements(told_house)) >= counted + 3, what="all to be told")
    told = announcements(told_house)[counted:]
    assert [one.topic for one in told] == [PANEL, zone_topic(1), zone_topic(2)]
    assert told[2].payload == "" and told[0].time > changed + QUIET - 1
    assert name_of(told_house, 1) == "Parlour" and name_of(told_house, 0) == "Furnace"
    assert "hvac/cz2/zone/2" not in retained(told_house.broker)

    rename(told_house, 2, "Loft")
    assert told_house.rest.post("/api/v1/devices/cz2-zone-2/recommission").status == 200
    wait_told(told_house, (0, 1, 2))
    assert name_of(told_house, 2) == "Loft"
    assert len(announcements(told_house)) == counted + 4


def test_a_change_that_is_taken_back_in_time_is_not_told(told_house):
    counted = len(announcements(told_house))
    rename(told_house, 1, "Salon")
    rename(told_house, 1, None)
    stays(lambda: len(announcements(told_house)) == counted, QUIET + 1, "silence")


# --- births ---

STATES = ["system", "zone/1", "zone/2", "diagnostics", "status", "link", "availability"]


def births(house):
    return report(house)["counts"]["births"]


def test_who_is_born_is_told_everything(told_house):
    born = Listener(told_house.broker.port)
    born.publish(BIRTH, "offline")
    born.publish(BIRTH, "online")
    began = born.wait(BIRTH, lambda one: one.payload == "online").time
    born.wait("hvac/cz2/availability", lambda one: not one.retain)
    told = [one for one in born.all() if one.time > began and not one.retain and
            one.topic != BIRTH]
    topics = [one.topic for one in told]
    order = [topics.index(one) for one in (PANEL, zone_topic(1), zone_topic(2))]
    assert order == sorted(order) and told[order[0]].time > began + 0.9
    last = topics.index(zone_topic(2))
    for name in STATES:
        assert "hvac/cz2/" + name in topics[last:], name
    assert topics.index("hvac/cz2/zone/1", last) < topics.index("hvac/cz2/link", last)
    assert len([one for one in topics if DEVICE.fullmatch(one)]) == 3

    born.publish(BIRTH, "online")
    until(lambda: births(told_house) == 2, QUIET + 6, "the second birth")
    again = [one for one in born.all(PANEL) if not one.retain]
    until(lambda: len([one for one in born.all(PANEL) if not one.retain]) == 2)
    again = [one for one in born.all(PANEL) if not one.retain]
    assert again[1].time - again[0].time > QUIET - 0.5
    born.close()


def test_an_old_birth_is_none(told_house):
    """Somebody lets Home Assistant retain it: it comes with our subscription."""
    counted = len(announcements(told_house))
    told_house.daemon.stop()
    told_house.listener.publish(BIRTH, "online", retain=True)
    told_house.listener.wait(BIRTH)
    told_house.daemon.start()
    until(lambda: listened(told_house), 30, "the daemon to have listened", pause=0.2)
    stays(lambda: births(told_house) == 0 and len(announcements(told_house)) == counted, 2)


# --- what is not ours, and what is not wanted any more ---

def foreign(origin, ident, via=None):
    about = {"identifiers": [ident], "name": "Somebody", **({"via_device": via} if via else {})}
    return json.dumps({"device": about, "origin": {"name": origin}, "components": {}})


OTHERS = {
    zone_topic(7): foreign("zigbee", "cz2d_cz2_zone_7", "cz2d_cz2"),
    zone_topic(6): foreign("cz2d", "cz2d_cz2_zone_6"),  # the panel "cz2_zone_6"
    "homeassistant/device/cz2d_cz2_zone_9/config": foreign("cz2d", "cz2d_cz2_zone_9", "cz2d_cz2"),
    "homeassistant/device/cz2d_attic_zone_1/config":
        foreign("cz2d", "cz2d_attic_zone_1", "cz2d_attic"),
    "homeassistant/sensor/cz2d_cz2/config": "{}",
}
ORPHANS = {zone_topic(5): foreign("cz2d", "cz2d_cz2_zone_5", "cz2d_cz2")}


def test_orphans_are_taken_back_and_others_left_alone(new_house):
    house = new_house(zones=1, mqtt=True, start=False)
    for topic, payload in {**OTHERS, **ORPHANS}.items():
        house.listener.publish(topic, payload, retain=True)
        house.listener.wait(topic)
    house.daemon = house.add_daemon()
    house.daemon.wait_status()
    until(lambda: not set(ORPHANS) & set(retained(house.broker)), 30, "orphans to go", pause=0.2)
    dump = retained(house.broker)
    assert {topic: dump.get(topic) for topic in OTHERS} == OTHERS
    assert PANEL in dump and zone_topic(1) in dump
    assert report(house)["counts"]["taken_back"] == len(ORPHANS)


@pytest.mark.parametrize("off, on", [
    ({"ha__discovery": "off"}, {"ha__discovery": "device"}),
    ({"mqtt__discovery_prefix": ""}, {"mqtt__discovery_prefix": "homeassistant"})])
def test_who_wants_no_discovery_any_more_has_none(told_house, off, on):
    for settings, numbers in ((off, ()), (on, (0, 1, 2))):
        told_house.daemon.write_config(**settings)
        told_house.daemon.process.send(signal.SIGHUP)
        until(lambda: set(devices(retained(told_house.broker))) == set(numbers), 40,
              f"devices {numbers} to be announced", pause=0.2)
    assert "hvac/cz2/availability" in retained(told_house.broker)


# --- humidity ---

def test_humidity_is_announced_when_it_was_heard_and_stays(new_house):
    house = new_house(zones=1, mqtt=True, start=False)
    house.sim.set_field("zone1_humidity", 0)
    house.daemon = house.add_daemon()
    wait_told(house, (0, 1))
    assert "humidity" not in devices(retained(house.broker))[1]["components"]
    house.sim.set_field("zone1_humidity", 41)
    house.rest.post("/cache/clear")
    until(lambda: "humidity" in devices(retained(house.broker))[1]["components"], 20,
          "humidity to be announced", pause=0.2)
    house.sim.set_field("zone1_humidity", 0)
    house.rest.post("/cache/clear")
    house.listener.wait("hvac/cz2/zone/1", lambda one: document(one)["humidity"] is None)
    house.daemon.restart()
    until(lambda: listened(house), 30, "the daemon to have listened", pause=0.2)
    stays(lambda: "humidity" in devices(retained(house.broker))[1]["components"], 1)
    assert list(too_soon(house.listener.all())) == []


# --- at somebody's order ---

def test_what_is_forgotten_is_gone_until_it_is_announced(told_house):
    answer = told_house.command("/api/v1/mqtt/forget", {})
    assert answer.json["message"]
    ours = lambda: [one for one in retained(told_house.broker) if "cz2" in one]
    until(lambda: not ours(), what="everything to be erased")
    assert report(told_house)["discovery"] == "forgotten"
    assert report(told_house)["topics"] == []
    # It goes on: a command is carried out, and nothing is retained of it.
    told_house.command("/zones/2/temperature", {"heat": 63, "hold": True})
    stays(lambda: not ours(), 1)

    told_house.command("/api/v1/mqtt/announce", {})
    wait_told(told_house, (0, 1, 2))
    zone = json.loads(retained(told_house.broker)["hvac/cz2/zone/2"])
    assert zone["heat_setpoint"] == 63
    assert retained(told_house.broker)["hvac/cz2/availability"] == "online"


def test_who_stops_after_forgetting_leaves_nothing(told_house):
    told_house.command("/api/v1/mqtt/forget", {})
    told_house.daemon.stop()
    assert [one for one in retained(told_house.broker) if "cz2" in one] == []


def test_everything_is_announced_by_order(told_house):
    counted = len(announcements(told_house))
    told_house.command("/api/v1/mqtt/announce", {})
    until(lambda: len(announcements(told_house)) == counted + 3, what="all to be told")


def test_without_a_broker_there_is_nothing_to_order(new_house):
    house = new_house()
    assert report(house)["enabled"] is False and report(house)["topics"] == []
    for order in ("announce", "forget"):
        answer = house.rest.post(f"/api/v1/mqtt/{order}", {})
        assert answer.status == 409 and "mqtt.enabled" in answer.json["detail"]


def test_orders_wait_for_no_connection(new_house):
    house = new_house(mqtt=True)
    house.broker.stop()
    until(lambda: not report(house)["connected"], what="the loss to be noticed")
    answer = house.rest.post("/api/v1/mqtt/forget", {})
    assert answer.status == 503, answer
