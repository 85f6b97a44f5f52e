# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The MQTT side with a real broker: status, availability, and a broker that comes and goes;
and with one that answers badly."""

import re
import signal

import pytest

from mqtt import Broker, DeafBroker, Listener, document, mosquitto_path
from waiting import until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

STATUS = "hvac/cz2/status"
AVAILABILITY = "hvac/cz2/availability"


@pytest.fixture
def mqtt_house(new_house):
    house = new_house(mqtt=True)
    house.listener.wait(STATUS, lambda one: document(one)["system_mode"])
    return house


def connected(house):
    return house.rest.get("/health").json["mqtt"]["connected"]


@pytest.mark.smoke
def test_status_is_flat_retained_and_qos_1(mqtt_house):
    mqtt_house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    late = Listener(mqtt_house.broker.port)
    one = late.wait(STATUS)
    late.close()
    assert one.retain and one.qos == 1
    flat = document(one)
    assert isinstance(flat["time"], int) and "meta" not in flat
    assert all(isinstance(zone["damper_position"], str) for zone in flat["zones"])
    rest = mqtt_house.rest.get("/status?flat=1").json
    assert set(rest) == set(flat)
    # What moves by itself aside, both doors tell the same.
    for moving in ("time", "system_time"):
        rest.pop(moving), flat.pop(moving)
    until(lambda: same(mqtt_house, ("time", "system_time")), what="MQTT and REST to agree")


def same(house, without):
    rest = house.rest.get("/status?flat=1").json
    flat = document(house.listener.last(STATUS))
    return all(rest[name] == flat[name] for name in rest if name not in without)


def test_the_first_status_is_whole_and_goes_before_online(new_house):
    house = new_house(mqtt=True, panel={"pacing": True, "burst": True})
    house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    told = [one for one in house.messages if one.topic in (STATUS, AVAILABILITY)]
    assert told[0].topic == STATUS, told[0]
    flat = document(told[0])
    assert flat["system_mode"] is not None and flat["fan_mode"] is not None, flat
    assert all(zone["heat_setpoint"] and zone["temperature"] for zone in flat["zones"]), flat


def test_a_command_is_published_after_its_answer_is_known(mqtt_house):
    answer = mqtt_house.command("/zones/2/temperature", {"heat": 71, "cool": 79, "hold": True})
    one = mqtt_house.listener.wait(
        STATUS, lambda m: document(m)["zones"][1]["heat_setpoint"] == 71)
    assert abs(one.time - answer.answered) < 5


def test_a_change_at_the_wall_is_published(new_house):
    house = new_house(mqtt=True, settings={"cache.refresh_interval": 5})
    house.listener.wait(STATUS)
    house.sim.wall(2, hold=True)
    house.listener.wait(STATUS, lambda one: document(one)["zones"][1]["hold"], timeout=30)


def test_every_poll_is_published_also_when_nothing_changed(new_house):
    house = new_house(mqtt=True, settings={"cache.refresh_interval": 5})
    first = house.listener.wait(STATUS, lambda one: not one.retain)
    second = house.listener.wait(STATUS, since=first.time + 2, timeout=30)
    house.listener.wait(STATUS, since=second.time + 2, timeout=30)


def test_a_clean_stop_says_offline(mqtt_house):
    mqtt_house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    assert mqtt_house.daemon.stop() == 0
    one = mqtt_house.listener.wait(AVAILABILITY, lambda one: one.payload == "offline")
    late = Listener(mqtt_house.broker.port)
    assert late.wait(AVAILABILITY).payload == "offline"
    assert late.wait(AVAILABILITY).retain and one.qos == 1
    late.close()


def test_a_killed_daemon_leaves_its_last_will(mqtt_house):
    mqtt_house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    mqtt_house.daemon.stop(signal.SIGKILL)
    mqtt_house.listener.wait(AVAILABILITY, lambda one: one.payload == "offline")


def test_everything_is_told_again_after_the_broker_came_back(mqtt_house):
    mqtt_house.broker.stop()
    until(lambda: not connected(mqtt_house), 30, "the loss of the broker to be noticed")
    mqtt_house.command("/zones/1/temperature", {"heat": 61, "hold": True})
    mqtt_house.broker.start()
    after = Listener(mqtt_house.broker.port)
    one = after.wait(STATUS, timeout=40)
    assert document(one)["zones"][0]["heat_setpoint"] == 61
    after.wait(AVAILABILITY, lambda one: one.payload == "online")
    after.close()
    until(lambda: connected(mqtt_house), what="health to tell")


def test_a_broker_that_starts_late_is_found(new_house):
    house = new_house(mqtt=True, start=False)
    house.broker.stop()
    house.daemon = house.add_daemon()
    house.daemon.wait_status()
    assert not connected(house)
    house.broker.start()
    listener = Listener(house.broker.port)
    listener.wait(STATUS, timeout=40)
    listener.close()


def test_a_frozen_broker_holds_nothing_up(mqtt_house):
    def longest():
        return max(mqtt_house.command("/zones/1/temperature", {"heat": heat, "hold": True}).seconds
                   for heat in (60, 61, 62, 63))
    usual = longest()
    mqtt_house.broker.process.send(signal.SIGSTOP)
    try:
        assert longest() < 50 * usual
    finally:
        mqtt_house.broker.process.send(signal.SIGCONT)
    mqtt_house.listener.wait(
        STATUS, lambda one: document(one)["zones"][0]["heat_setpoint"] == 63, timeout=60)


def test_a_daemon_with_a_frozen_broker_still_stops(mqtt_house):
    mqtt_house.broker.process.send(signal.SIGSTOP)
    try:
        assert mqtt_house.daemon.stop() == 0
    finally:
        mqtt_house.broker.process.send(signal.SIGCONT)


@pytest.fixture
def deaf_house(new_house):
    """deaf_house(greeting=…, accept=…): a house whose broker answers so badly."""
    brokers = []

    def make(settings=None, **manners):
        brokers.append(DeafBroker(**manners))
        house = new_house(settings={"mqtt.enabled": True, "mqtt.host": "127.0.0.1",
                                    "mqtt.port": brokers[0].port, "mqtt.version": "3.1.1",
                                    **(settings or {})})
        house.deaf = brokers[0]
        return house
    yield make
    for one in brokers:
        one.close()


@pytest.mark.parametrize("taken", ["", "online"])
def test_who_stops_unheard_leaves_the_last_word_to_the_will(deaf_house, taken):
    house = deaf_house(accept=lambda topic, payload: topic != AVAILABILITY or payload == taken)
    until(lambda: (AVAILABILITY, "online") in house.deaf.heard, what="online")
    assert house.daemon.stop() == 0
    until(lambda: house.deaf.heard[-1] == "gone", what="the end of the connection")
    assert (AVAILABILITY, "offline") in house.deaf.heard
    assert "disconnect" not in house.deaf.heard


def test_a_broker_that_does_not_take_a_message_is_left_and_tried_again(deaf_house):
    """Though it takes all others, one of which comes every few seconds."""
    house = deaf_house(settings={"cache.refresh_interval": 5},
                       accept=lambda topic, payload: topic != "hvac/cz2/zone/1")
    house.daemon.wait_log("lost the broker .*: it takes no messages; trying again", timeout=60)
    until(lambda: house.deaf.heard.count("connect") > 1, what="the next attempt")
    told = [one[0] for one in house.deaf.heard if one not in ("connect", "gone")]
    assert told and AVAILABILITY not in told


@pytest.mark.parametrize("greeting", [b"", b"\x20"])
def test_a_broker_that_never_greets_is_left_and_tried_again(deaf_house, greeting):
    house = deaf_house(greeting=greeting)
    until(lambda: house.deaf.heard.count("connect") > 1, 60, "the next attempt")
    house.daemon.wait_log("no connection to the broker .*; trying again")


def test_user_and_password_are_used(new_house, tmp_path):
    house = new_house(start=False)
    broker = Broker(str(tmp_path), user="owner", password="secret word")
    try:
        settings = {"mqtt.enabled": True, "mqtt.host": "127.0.0.1", "mqtt.port": broker.port,
                    "mqtt.user": "owner", "mqtt.password": "wrong"}
        house.daemon = house.add_daemon(settings)
        house.daemon.wait_status()
        broker.process.wait_log(r"not authorised|bad user ?name or password|Not authorized")
        assert not connected(house)
        assert "secret" not in house.daemon.log() and "wrong" not in house.daemon.log()
        house.daemon.stop()
        house.daemon.write_config(mqtt__password="secret word")
        house.daemon.start()
        listener = Listener(broker.port, user="owner", password="secret word")
        listener.wait(STATUS)
        listener.close()
    finally:
        broker.stop()


def test_a_password_may_come_from_a_file(new_house, tmp_path):
    house = new_house(start=False)
    broker = Broker(str(tmp_path), user="owner", password="secret word")
    secret = tmp_path / "secret"
    secret.write_text("secret word\n")
    secret.chmod(0o600)
    try:
        house.daemon = house.add_daemon({
            "mqtt.enabled": True, "mqtt.host": "127.0.0.1", "mqtt.port": broker.port,
            "mqtt.user": "owner", "mqtt.password_file": str(secret)})
        listener = Listener(broker.port, user="owner", password="secret word")
        listener.wait(STATUS)
        listener.close()
    finally:
        broker.stop()


def test_nothing_is_published_outside_the_prefix(new_house):
    house = new_house(mqtt=True, settings={"mqtt.topic_prefix": "home/heating"})
    house.listener.wait("home/heating/status")
    house.listener.wait("home/heating/availability")
    house.command("/system/fan", {"fan": "On"})
    house.listener.wait("home/heating/status",
                        lambda one: document(one)["fan_mode"] == "On")
    ours = re.compile("home/heating/|homeassistant/device/cz2d_cz2(_zone_[1-8])?/config$")
    assert all(ours.match(one.topic) for one in house.listener.all())


def test_commands_that_are_switched_off_change_nothing(new_house):
    mqtt_house = new_house(mqtt=True, settings={"mqtt.commands": False})
    mqtt_house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    mqtt_house.listener.publish("hvac/cz2/set/system/mode", "Cool")
    mqtt_house.listener.publish("hvac/cz2/set/zone/1", '{"heat": 70}', retain=True)
    mqtt_house.rest.post("/update")
    assert not mqtt_house.written()
