# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""When Home Assistant is told of our devices, with a real broker: nothing twice without need,
everything when it was born, what has changed after a while, and what is gone taken back. The
daemon's clock is put on instead of waiting for it."""

import glob
import json
import os
import signal

import pytest

import preload
from announced import DEVICE, announcements, devices, report, retained
from mqtt import Listener, document, mosquitto_path
from waiting import stays, until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

BIRTH = "homeassistant/status"
PANEL = "homeassistant/device/cz2d_cz2/config"
LISTEN, QUIET = 5, 10  # seconds: to what the broker retains; without a change
BIRTH_WAIT = 5         # at most, until who was born is told
SHORT = 0.3            # seconds in which nothing happens


def zone_topic(zone):
    return f"homeassistant/device/cz2d_cz2_zone_{zone}/config"


class Town:
    """A house with Home Assistant's broker, and the daemon's clock in our hands."""

    def __init__(self, new_house, weather, **more):
        self.weather = weather
        self.house = new_house(mqtt=True, true_clock=False,
                               environment=preload.environment(weather=weather), **more)

    def pass_time(self, seconds):
        self.weather.monotonic_shift_s += seconds
        self.house.rest.get("/health")  # whoever is asleep looks at the clock

    def report(self):
        return report(self.house)

    def count(self, name):
        return self.report()["counts"][name]

    def told(self):
        return announcements(self.house)

    def wait_told(self, count):
        """So many announcements since the beginning, and not more."""
        until(lambda: len(self.told()) >= count, what=f"{count} announcements")
        stays(lambda: len(self.told()) == count, SHORT, "no more announcements")

    def at_broker(self):
        return devices(retained(self.house.broker))

    def wait_heard(self, count):
        """A new connection: until so many messages came, and the time for them is over."""
        until(lambda: self.report()["connected"] and self.count("received") >= count,
              what="what the broker retains to be heard")
        self.pass_time(LISTEN)
        until(lambda: self.report()["discovery"] != "listening", what="the end of listening")

    def reload(self, **settings):
        self.house.daemon.write_config(**settings)
        self.house.daemon.process.send(signal.SIGHUP)

    def rename(self, number, name):
        ident = f"cz2-zone-{number}" if number else "cz2"
        answer = self.house.rest.request("PATCH", f"/api/v1/devices/{ident}", {"name": name})
        assert answer.status == 200, answer

    def use(self, zone, on):
        order = "recommission" if on else "decommission"
        assert self.house.rest.post(f"/api/v1/devices/cz2-zone-{zone}/{order}").status == 200

    def name_of(self, number):
        return self.at_broker()[number]["device"]["name"]


@pytest.fixture
def weather(tmp_path):
    return preload.Weather.at(tmp_path / "weather")


@pytest.fixture
def town(new_house, weather):
    """Two zones; both and the panel have been announced."""
    one = Town(new_house, weather, zones=2, settings={"panel.zone_names": ["Hall", "Attic"]})
    one.wait_heard(0)
    until(lambda: len(one.told()) == 1, what="the panel to be announced")
    one.pass_time(1)
    one.wait_told(3)
    return one


# --- coming and going ---

def test_who_comes_back_says_nothing_again(town):
    """Another life of the daemon, and another connection of the same."""
    town.house.daemon.restart()
    town.wait_heard(3)
    town.reload(mqtt__client_id="another")
    until(lambda: town.report()["discovery"] == "listening", what="the daemon to connect anew")
    town.wait_heard(3)
    town.pass_time(QUIET)
    town.wait_told(3)
    assert town.count("announced") == 0


def test_what_the_broker_has_lost_is_told_again(town):
    town.house.broker.stop()
    town.house.listener.close()
    town.house.broker.start()
    town.house.listen_again()
    town.wait_heard(0)
    town.wait_told(6)
    assert set(town.at_broker()) == {0, 1, 2}


def test_what_is_otherwise_than_an_earlier_life_told_is_put_right(town):
    town.house.daemon.stop()
    town.house.daemon.write_config(panel__zone_names=["Hall", "Loft"])
    town.house.daemon.start()
    town.wait_heard(3)
    town.wait_told(3)
    town.pass_time(QUIET - LISTEN)
    town.wait_told(4)
    assert town.name_of(2) == "Loft"


# --- changes ---

def test_changes_are_told_once_when_no_other_follows(town):
    town.rename(1, "Salon")
    town.use(2, False)
    town.pass_time(QUIET - 1)
    town.rename(1, "Parlour")
    town.rename(0, "Furnace")
    town.pass_time(QUIET - 1)
    town.wait_told(3)
    town.pass_time(1)
    town.wait_told(6)
    told = town.told()[3:]
    assert [one.topic for one in told] == [PANEL, zone_topic(1), zone_topic(2)]
    assert told[2].payload == ""
    town.house.daemon.wait_log("Home Assistant is told of 2 devices$")
    town.house.daemon.wait_log("Home Assistant is told that 1 device is gone$")
    assert town.name_of(1) == "Parlour" and town.name_of(0) == "Furnace"
    # Home Assistant would show an empty state, and complain: it lets go of the device first.
    assert "hvac/cz2/zone/2" in retained(town.house.broker)
    town.pass_time(1)
    until(lambda: "hvac/cz2/zone/2" not in retained(town.house.broker), what="nothing to remain")


def test_a_zone_that_is_used_again_has_its_device_again(town):
    town.use(2, False)
    town.pass_time(QUIET)
    town.wait_told(4)
    town.rename(2, "Loft")
    town.use(2, True)
    town.pass_time(QUIET)
    town.wait_told(5)
    assert town.name_of(2) == "Loft"
    assert "hvac/cz2/zone/2" in retained(town.house.broker)


def test_a_change_that_is_taken_back_in_time_is_not_told(town):
    town.rename(1, "Salon")
    town.rename(1, None)
    town.pass_time(2 * QUIET)
    town.wait_told(3)


def test_a_change_while_the_broker_is_away_is_told_when_it_is_back(town):
    town.house.broker.stop()
    town.house.listener.close()
    until(lambda: not town.report()["connected"], what="the loss to be noticed")
    town.rename(1, "Salon")
    town.house.broker.start()
    town.house.listen_again()
    town.wait_heard(0)
    town.pass_time(QUIET)
    until(lambda: town.at_broker().keys() == {0, 1, 2}, what="all to be announced")
    assert town.name_of(1) == "Salon"


# --- births ---

STATES = ["system", "zone/1", "zone/2", "diagnostics", "status", "link", "availability"]


@pytest.fixture
def home(town):
    """Somebody who says what Home Assistant would say, and hears everything."""
    one = Listener(town.house.broker.port)
    yield one
    one.close()


def live(listener, topic):
    return [one for one in listener.all(topic) if not one.retain]


def test_who_is_born_is_told_everything(town, home):
    home.publish(BIRTH, "offline")
    home.publish(BIRTH, "online")
    began = home.wait(BIRTH, lambda one: one.payload == "online").time
    stays(lambda: len(town.told()) == 3, SHORT, "a pause before all is told")
    town.pass_time(BIRTH_WAIT)
    home.wait("hvac/cz2/availability", lambda one: not one.retain)
    topics = [one.topic for one in home.all() if one.time > began and not one.retain]
    order = [topics.index(one) for one in (PANEL, zone_topic(1), zone_topic(2))]
    assert order == sorted(order)
    behind = topics[order[-1]:]
    for name in STATES:
        assert "hvac/cz2/" + name in behind, name
    assert behind.index("hvac/cz2/zone/1") < behind.index("hvac/cz2/link")
    assert len([one for one in topics if DEVICE.fullmatch(one)]) == 3


def test_births_that_follow_each_other_are_one(town, home):
    for count in (1, 2):
        for _ in range(5):
            home.publish(BIRTH, "online")
        until(lambda: town.count("received") >= 5 * count, what="the births to be heard")
        town.pass_time(BIRTH_WAIT)
        until(lambda: town.count("births") == 1, what="one to be followed")
    town.pass_time(QUIET - BIRTH_WAIT)
    until(lambda: town.count("births") == 2, what="the second to be followed")


def test_a_birth_tells_of_changes_that_may_be_told_by_then(town, home):
    """And of others it does not: what was told stays until it may be another."""
    town.rename(1, "Salon")
    town.pass_time(QUIET - 1)
    home.publish(BIRTH, "online")
    until(lambda: town.count("received") >= 1, what="the birth to be heard")
    town.pass_time(BIRTH_WAIT)
    until(lambda: town.count("births") == 1 and town.name_of(1) == "Salon",
          what="the new name to be told")


def test_an_old_birth_is_none(town):
    """Somebody lets Home Assistant retain it: it comes with our subscription."""
    town.house.daemon.stop()
    town.house.listener.publish(BIRTH, "online", retain=True)
    town.house.listener.wait(BIRTH)
    town.house.daemon.start()
    town.wait_heard(4)
    town.pass_time(BIRTH_WAIT)
    town.wait_told(3)
    assert town.count("births") == 0


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
    "homeassistant/device/cz2d_cz2_zone_8/config": "not JSON",
    "homeassistant/sensor/cz2d_cz2/config": "{}",
}
ORPHANS = {zone_topic(5): foreign("cz2d", "cz2d_cz2_zone_5", "cz2d_cz2")}


@pytest.fixture
def peopled_town(new_house, weather):
    """One zone; the broker retains what others, and an earlier life, have said before it came."""
    one = Town(new_house, weather, zones=1, start=False)
    for topic, payload in {**OTHERS, **ORPHANS}.items():
        one.house.listener.publish(topic, payload, retain=True)
        one.house.listener.wait(topic)
    one.house.daemon = one.house.add_daemon(environment=preload.environment(weather=weather))
    return one


def test_orphans_are_taken_back_and_others_left_alone(peopled_town):
    town = peopled_town
    town.house.daemon.wait_status()
    town.wait_heard(len(OTHERS) - 1 + len(ORPHANS))
    town.pass_time(QUIET - LISTEN)
    until(lambda: town.count("taken_back") == len(ORPHANS), what="orphans to be taken back")
    until(lambda: zone_topic(1) in retained(town.house.broker), what="the zone to be announced")
    dump = retained(town.house.broker)
    assert {topic: dump.get(topic) for topic in OTHERS} == OTHERS
    assert not set(ORPHANS) & set(dump) and PANEL in dump


@pytest.mark.parametrize("off, on", [
    ({"ha__discovery": "off"}, {"ha__discovery": "device"}),
    ({"mqtt__discovery_prefix": ""}, {"mqtt__discovery_prefix": "homeassistant"})])
def test_who_wants_no_discovery_any_more_has_none(town, off, on):
    def shows(phase, numbers):
        town.pass_time(1)
        return town.report()["discovery"] == phase and set(town.at_broker()) == set(numbers)
    town.reload(**off)
    until(lambda: shows("off", ()), what="the devices to be taken back", pause=0.2)
    assert "hvac/cz2/availability" in retained(town.house.broker)
    town.reload(**on)
    until(lambda: shows("told", (0, 1, 2)), what="the devices to be announced", pause=0.2)


# --- humidity ---

def test_humidity_is_announced_when_it_was_heard_and_stays(new_house, weather):
    town = Town(new_house, weather, zones=1, start=False)
    house = town.house
    house.sim.set_field("zone1_humidity", 0)
    house.daemon = house.add_daemon(environment=preload.environment(weather=weather))
    town.wait_heard(0)
    until(lambda: len(town.told()) == 1, what="the panel to be announced")
    town.pass_time(1)
    town.wait_told(2)
    assert "humidity" not in town.at_broker()[1]["components"]
    house.sim.set_field("zone1_humidity", 41)
    house.rest.post("/cache/clear")
    town.pass_time(QUIET)
    town.wait_told(3)
    assert "humidity" in town.at_broker()[1]["components"]

    house.sim.set_field("zone1_humidity", 0)
    house.rest.post("/cache/clear")
    house.listener.wait("hvac/cz2/zone/1", lambda one: document(one)["humidity"] is None)
    house.daemon.restart()
    town.wait_heard(2)
    town.pass_time(QUIET)
    town.wait_told(3)


# --- at somebody's order ---

def ours(town):
    return [one for one in retained(town.house.broker) if "cz2" in one]


def test_what_is_forgotten_is_gone_until_it_is_announced(town):
    assert town.house.command("/api/v1/mqtt/forget", {}).json["message"]
    until(lambda: not town.at_broker(), what="the devices to be taken back")
    town.pass_time(1)
    until(lambda: not ours(town), what="everything to be erased")
    assert town.report()["discovery"] == "forgotten" and town.report()["topics"] == []
    # It goes on: a command is carried out, and nothing is retained of it.
    town.house.command("/zones/2/temperature", {"heat": 63, "hold": True})
    town.rename(1, "Salon")
    town.pass_time(QUIET)
    stays(lambda: not ours(town), SHORT, "nothing to be retained")

    town.house.command("/api/v1/mqtt/announce", {})
    until(lambda: set(town.at_broker()) == {0}, what="the panel to be announced")
    town.pass_time(1)
    until(lambda: set(town.at_broker()) == {0, 1, 2}, what="the zones to be announced")
    dump = retained(town.house.broker)
    assert json.loads(dump["hvac/cz2/zone/2"])["heat_setpoint"] == 63
    assert dump["hvac/cz2/availability"] == dump["hvac/cz2/link"] == "online"


def test_who_stops_after_forgetting_leaves_nothing(town):
    town.house.command("/api/v1/mqtt/forget", {})
    town.house.daemon.stop()
    assert ours(town) == []


def test_zones_of_earlier_are_forgotten_too(town):
    """Before the time in which all is heard that was told of the devices."""
    house = town.house
    assert "hvac/cz2/zone/2" in retained(house.broker)
    house.daemon.write_config(panel__zones=1, panel__zone_names=["Hall"])
    house.daemon.restart()
    house.listener.wait("hvac/cz2/availability", lambda one: one.payload == "online",
                        since=house.listener.last("hvac/cz2/availability").time - 0.001)
    house.command("/api/v1/mqtt/forget", {})
    house.daemon.stop()
    assert ours(town) == []


def test_forgetting_soon_after_connecting_leaves_others_alone(peopled_town):
    """Ours are taken back as they are heard; nobody waits for the end of listening."""
    town = peopled_town
    until(lambda: town.house.rest.post("/api/v1/mqtt/forget", {}).status == 200,
          what="the broker to be connected")
    until(lambda: town.count("received") >= len(OTHERS) - 1 + len(ORPHANS), what="all to be heard")
    until(lambda: not set(ORPHANS) & set(retained(town.house.broker)), what="ours to be erased")
    dump = retained(town.house.broker)
    assert {topic: dump.get(topic) for topic in OTHERS} == OTHERS
    assert town.count("taken_back") == len(ORPHANS)


def test_what_a_broker_remembers_of_before_is_forgotten_again(town):
    document = retained(town.house.broker)[zone_topic(1)]
    town.house.command("/api/v1/mqtt/forget", {})
    town.pass_time(1)
    until(lambda: not ours(town), what="everything to be erased")
    town.house.daemon.process.send(signal.SIGSTOP)  # it comes back when the broker has it
    town.house.broker.stop()
    town.house.listener.close()
    town.house.broker.start()
    town.house.listen_again()
    town.house.listener.publish(zone_topic(1), document, retain=True)
    until(lambda: ours(town), what="the broker to have it")
    town.house.daemon.process.send(signal.SIGCONT)
    until(lambda: not ours(town), what="it to be erased again")


def test_what_an_earlier_life_told_is_forgotten_though_nothing_is_known_yet(town):
    house = town.house
    house.daemon.stop()
    house.sim.silence(True)
    for name in glob.glob(house.daemon.settings["storage.path"] + "*"):
        os.remove(name)
    house.daemon.start()
    until(lambda: town.count("received") >= 3, what="the devices to be heard")
    assert "hvac/cz2/zone/1" in retained(house.broker)
    house.command("/api/v1/mqtt/forget", {})
    house.daemon.stop()
    assert ours(town) == []


def test_a_restart_ends_the_forgetting(town):
    town.house.command("/api/v1/mqtt/forget", {})
    town.house.daemon.restart()
    town.wait_heard(0)
    until(lambda: 0 in town.at_broker(), what="the panel to be announced")


def test_everything_is_announced_by_order_and_not_too_often(town):
    for _ in range(3):
        town.house.command("/api/v1/mqtt/announce", {})
    town.wait_told(6)
    town.pass_time(QUIET)
    town.wait_told(9)


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
