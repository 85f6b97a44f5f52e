# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The connection to the broker: versions of the protocol, twins, refusals, limits, and a broker
that vanishes at any moment."""

import contextlib
import json
import socket
import threading
import time

import pytest

from mqtt import Broker, DeafBroker, Listener, document, mosquitto_path, text
from waiting import stays, until

pytestmark = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")

SLOW = 0.15  # seconds for each message; a leave has several
STATUS = "hvac/cz2/status"
AVAILABILITY = "hvac/cz2/availability"


@pytest.fixture
def brokers():
    made = []
    yield made.append
    for one in made:
        one.close()


def deaf_house(new_house, broker, **settings):
    house = new_house(settings={"mqtt.enabled": True, "mqtt.host": "127.0.0.1",
                                "mqtt.port": broker.port,
                                **{f"mqtt.{key}": value for key, value in settings.items()}})
    house.deaf = broker
    return house


class OldBroker(DeafBroker):
    """Knows MQTT 3.1.1 only: refuses what is newer as that says, or just hangs up. Takes all."""

    def __init__(self, refusal):
        self.refusal = refusal
        self.versions = []
        super().__init__(accept=lambda topic, payload: True)

    def _answer(self, one, kind, body):
        if kind != 0x10:
            super()._answer(one, kind, body)
            return
        self.versions.append(body[6])
        if body[6] == 4:
            self.client = one
            super()._answer(one, kind, body)
            return
        one.sendall(self.refusal)
        one.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("refusal", [b"\x20\x02\0\x01", b"\x20\x03\0\x84\0", b""],
                         ids=["3.1.1", "5", "hangs up"])
def test_a_broker_that_knows_no_version_5_is_spoken_to_by_3_1_1(new_house, brokers, refusal):
    broker = OldBroker(refusal)
    brokers(broker)
    house = deaf_house(new_house, broker)
    until(lambda: (AVAILABILITY, "online") in broker.heard, what="online")
    assert broker.versions == [5, 4]
    house.daemon.wait_log(r"connected to the broker \S+ by MQTT 3.1.1")
    assert "no connection" not in house.daemon.log()


@pytest.mark.parametrize("refusal, next_one", [(b"\x20\x02\0\x01", 4), (b"", 5)],
                         ids=["refused", "hung up on"])
def test_a_version_that_was_only_hung_up_on_is_tried_again(new_house, brokers, refusal, next_one):
    broker = OldBroker(refusal)
    brokers(broker)
    deaf_house(new_house, broker)
    until(lambda: (AVAILABILITY, "online") in broker.heard, what="online")
    broker.client.shutdown(socket.SHUT_RDWR)
    until(lambda: len(broker.versions) > 2, 30, "the next connection")
    assert broker.versions[:3] == [5, 4, next_one]


@pytest.mark.parametrize("version, letter", [("auto", "p5"), ("5", "p5"), ("3.1.1", "p2")])
def test_the_version_is_the_best_or_the_one_that_is_wanted(new_house, version, letter):
    house = new_house(mqtt=True, settings={"mqtt.version": version})
    house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    house.broker.process.wait_log(rf"as cz2d\S+ \({letter}, c1")


def test_who_wants_version_5_does_not_fall_back(new_house, brokers):
    broker = OldBroker(b"\x20\x03\0\x84\0")
    brokers(broker)
    house = deaf_house(new_house, broker, version="5")
    house.daemon.wait_log("no connection to the broker .*: it does not speak this version of MQTT")
    until(lambda: len(broker.versions) > 1, 30, "the next attempt")
    assert set(broker.versions) == {5}


@pytest.mark.parametrize("code, words", [
    (0x86, "user name or password is wrong"), (0x87, "it does not allow us in"),
    (0x88, "it serves nobody at the moment"), (0x85, "it does not take our client id"),
    (0x9d, "it refuses: Server moved")])
def test_the_log_says_why_the_broker_refuses(new_house, brokers, code, words):
    broker = DeafBroker(greeting=bytes((0x20, 3, 0, code, 0)))
    brokers(broker)
    house = deaf_house(new_house, broker)
    house.daemon.wait_log(f"no connection to the broker .*: {words}; trying again")


class ThrowingBroker(DeafBroker):
    """Speaks MQTT 5, and throws out whoever has published: another client has his name."""

    def __init__(self):
        super().__init__(greeting=b"\x20\x03\0\0\0")

    def _answer(self, one, kind, body):
        if kind == 0x82:
            one.sendall(b"\x90\x04" + body[:2] + b"\0\1")
        elif kind & 0xF0 == 0x30:
            one.sendall(b"\xe0\x02\x8e\0")
        else:
            super()._answer(one, kind, body)


def test_a_twin_that_the_broker_tells_of_is_left_the_place(new_house, brokers):
    broker = ThrowingBroker()
    brokers(broker)
    house = deaf_house(new_house, broker, client_id="furnace")
    house.daemon.wait_log("lost the broker .*: the connection broke: Session taken over; trying")
    house.daemon.wait_log("another client calls itself furnace, and took our place")
    stays(lambda: broker.heard.count("connect") == 1, 4, "away from the twin's place")


def test_a_twin_of_whom_nothing_is_told_is_guessed_in_the_end(new_house):
    """mosquitto just hangs up."""
    house = new_house(mqtt=True, settings={"mqtt.client_id": "furnace"})
    since = 0.0
    for _ in range(3):
        since = house.listener.wait(AVAILABILITY, lambda one: one.payload == "online",
                                    since=since, timeout=30).time
        with socket.create_connection(("127.0.0.1", house.broker.port), timeout=10) as twin:
            body = text("MQTT") + bytes((4, 2, 0, 60)) + text("furnace")
            twin.sendall(bytes((0x10, len(body))) + body)
            assert twin.recv(4) == b"\x20\x02\0\0"
    house.daemon.wait_log("no connection to the broker .* lasts: does another client call itself "
                          "furnace")


class SmallBroker(DeafBroker):
    """Takes so many messages at once, each of so many bytes; notes what was more."""

    def __init__(self, window, size):
        properties = b"\x21" + window.to_bytes(2, "big") + b"\x27" + size.to_bytes(4, "big")
        self.window, self.size = window, size
        self.waiting, self.most, self.longest = [], 0, 0
        self.lock = threading.Lock()
        super().__init__(greeting=bytes((0x20, 3 + len(properties), 0, 0, len(properties)))
                         + properties)

    def _answer(self, one, kind, body):
        if kind == 0x82:
            one.sendall(b"\x90\x04" + body[:2] + b"\0\1")
        elif kind & 0xF0 == 0x30:
            self.longest = max(self.longest, len(body) + 3)
            size = int.from_bytes(body[:2], "big")
            self.heard.append((body[2:2 + size].decode(), None))
            with self.lock:
                self.waiting.append(body[2 + size:4 + size])
                self.most = max(self.most, len(self.waiting))
            threading.Timer(0.05, self.take, (one,)).start()
        else:
            super()._answer(one, kind, body)

    def take(self, one):
        with self.lock, contextlib.suppress(OSError):
            one.sendall(b"\x40\x02" + self.waiting.pop(0))


def test_a_small_broker_is_sent_no_more_than_it_said(new_house, brokers):
    broker = SmallBroker(window=3, size=700)
    brokers(broker)
    house = deaf_house(new_house, broker)
    until(lambda: (AVAILABILITY, None) in broker.heard, 30, "availability")
    house.daemon.wait_log("does not take all that we publish, such as [a-z0-9_/]+: Packet too large")
    assert broker.most <= 3 and broker.longest <= 700
    assert ("hvac/cz2/zone/1", None) in broker.heard


def test_a_broker_that_takes_its_time_hears_all_to_the_last_word(new_house, brokers):
    def take(topic, payload):
        time.sleep(SLOW)
        return True
    broker = DeafBroker(accept=take)
    brokers(broker)
    house = deaf_house(new_house, broker, version="3.1.1")
    until(lambda: any(one[0] == "hvac/cz2/zone/3" for one in broker.heard), 30, "zones")
    house.command("/api/v1/mqtt/forget", {})
    house.daemon.stop()
    assert "does not take our leave" not in house.daemon.log()
    assert broker.heard[-3:] == [(AVAILABILITY, ""), "disconnect", "gone"]
    last = dict(one for one in broker.heard if isinstance(one, tuple))
    assert set(last.values()) == {""}, last


class FickleBroker(DeafBroker):
    """Hangs up at the n-th message of a connection, then at the one after, and so on."""

    def __init__(self, last):
        self.last = last
        self.count = 0
        self.kept = {}
        super().__init__()

    def _answer(self, one, kind, body):
        if kind == 0x10:
            self.count = 0
        if kind & 0xF0 != 0x30:
            super()._answer(one, kind, body)
            return
        self.count += 1
        if self.connections <= self.last and self.count >= self.connections:
            one.shutdown(socket.SHUT_RDWR)
            return
        size = int.from_bytes(body[:2], "big")
        self.kept[body[2:2 + size].decode()] = body[4 + size:].decode()
        one.sendall(b"\x40\x02" + body[2 + size:4 + size])


def test_a_broker_that_hangs_up_at_each_message_gets_all_in_the_end(new_house, brokers):
    broker = FickleBroker(last=3)
    brokers(broker)
    house = deaf_house(new_house, broker, version="3.1.1")
    until(lambda: broker.kept.get(AVAILABILITY) == "online", 90, "online")
    assert {"hvac/cz2/link", "hvac/cz2/system", STATUS, "hvac/cz2/zone/1"} <= set(broker.kept)
    assert broker.kept["hvac/cz2/link"] == "online"
    assert house.rest.get("/health").json["mqtt"]["connected"] is True


class ImpatientBroker(DeafBroker):
    """Wants to hear from its clients every three seconds; hangs up once."""

    def __init__(self):
        self.seconds = []
        super().__init__(greeting=b"\x20\x06\0\0\x03\x13\0\x03")

    def _answer(self, one, kind, body):
        if kind == 0x10:
            self.seconds.append(int.from_bytes(body[8:10], "big"))
        if kind == 0x82 and len(self.seconds) == 1:
            one.shutdown(socket.SHUT_RDWR)
        else:
            super()._answer(one, kind, body)


def test_the_broker_says_how_often_it_wants_to_hear_from_us(new_house, brokers):
    broker = ImpatientBroker()
    brokers(broker)
    deaf_house(new_house, broker, keepalive_seconds=30)
    until(lambda: len(broker.seconds) == 2, 30, "the second connection")
    assert broker.seconds == [15, 3]


class LaxBroker(DeafBroker):
    """Passes on whatever topic it is given."""

    def __init__(self):
        self.sockets = []
        super().__init__(accept=lambda topic, payload: True)

    def _answer(self, one, kind, body):
        super()._answer(one, kind, body)
        if kind == 0x82 and b"/set/#" in body:
            self.sockets.append(one)

    def pass_on(self, kind, topic, payload):
        body = len(topic).to_bytes(2, "big") + topic + payload
        self.sockets[-1].sendall(bytes((kind, len(body))) + body)

    def results(self):
        return [json.loads(payload) for topic, payload in
                (one for one in list(self.heard) if isinstance(one, tuple))
                if topic.startswith("hvac/cz2/result/")]


def test_a_topic_that_cannot_be_erased_keeps_nothing_else_up(new_house, brokers):
    broker = LaxBroker()
    brokers(broker)
    deaf_house(new_house, broker, version="3.1.1")
    until(lambda: (AVAILABILITY, "online") in broker.heard, 30, "online")
    broker.pass_on(0x31, b"hvac/cz2/set/\xff", b"61")
    until(lambda: len(broker.results()) == 1, 30, "the refusal of what is retained")
    broker.pass_on(0x30, b"hvac/cz2/set/zone/1/low", b"warm")
    until(lambda: len(broker.results()) == 2, 30, "the result of a message")
    assert [one["error_code"] for one in broker.results()] == ["retained_command", "bad_number"]


def retained(house):
    """What lies at the broker under our topics, by topic."""
    late = Listener(house.broker.port, topics=("hvac/cz2/#",))
    late.wait(AVAILABILITY, lambda one: one.payload == "online", timeout=60)
    late.wait("hvac/cz2/link")
    late.wait(STATUS)
    found = {one.topic: one.payload for one in late.all()
             if one.payload and not one.topic.endswith("/audit")}
    late.close()
    return found


def test_after_each_restart_the_broker_retains_what_it_did_before(new_house):
    house = new_house(mqtt=True, settings={"cache.refresh_interval": 3600})
    house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    topics = None
    for heat in (61, 62):
        house.command("/zones/1/temperature", {"heat": heat, "hold": True})
        found = retained(house)
        topics = topics or set(found)
        assert set(found) == topics
        assert document_of(found, "hvac/cz2/zone/1")["heat_setpoint"] == heat
        house.broker.stop()
        house.broker.start()
    assert set(retained(house)) == topics


def document_of(found, topic):
    class Message:
        payload = found[topic]
    return document(Message)


def test_what_is_said_while_the_broker_is_away_comes_late_and_in_order(new_house):
    house = new_house(mqtt=True)
    house.listener.wait(AVAILABILITY, lambda one: one.payload == "online")
    house.broker.stop()
    until(lambda: not house.rest.get("/health").json["mqtt"]["connected"], 30, "the loss")
    heats = list(range(60, 64))
    for heat in heats:
        house.command("/zones/1/temperature", {"heat": heat, "hold": True})
    house.broker.start()
    house.listen_again()
    audit = "hvac/cz2/audit"
    told = until(lambda: len(house.listener.all(audit)) >= len(heats)
                 and house.listener.all(audit)[-len(heats):], 40, "the audit")
    assert all(document(one).get("late") is True for one in told)
    assert [document(one)["args"]["heat"] for one in told] == heats
    house.command("/zones/1/temperature", {"heat": 66, "hold": True})
    last = house.listener.wait(audit, lambda one: document(one)["args"].get("heat") == 66)
    assert "late" not in document(last)


class StrictBroker(Broker):
    """mosquitto with an access list for whoever comes."""

    def __init__(self, directory, *topics):
        self.topics = topics
        super().__init__(directory)

    def write_config(self):
        super().write_config()
        rules = f"{self.directory}/mosquitto.acl"
        with open(rules, "w", encoding="utf-8") as file:
            file.write("".join(f"topic {one}\n" for one in self.topics))
        with open(self.config, "a", encoding="utf-8") as file:
            file.write(f"acl_file {rules}\n")


def test_what_an_access_list_forbids_is_told_once_and_keeps_nothing_else_up(new_house, tmp_path):
    broker = StrictBroker(str(tmp_path), "read #", "write hvac/cz2/#", "deny hvac/cz2/system")
    try:
        house = new_house(settings={"mqtt.enabled": True, "mqtt.host": "127.0.0.1",
                                    "mqtt.port": broker.port})
        house.daemon.wait_log("does not take all that we publish, such as hvac/cz2/system: Not "
                              "authorized", timeout=30)
        listener = Listener(broker.port, topics=("hvac/cz2/#",))
        listener.wait(AVAILABILITY, lambda one: one.payload == "online")
        house.command("/zones/1/temperature", {"heat": 63, "hold": True})
        listener.wait(STATUS, lambda one: document(one)["zones"][0]["heat_setpoint"] == 63)
        assert house.daemon.log().count("does not take all") == 1
        listener.close()
    finally:
        broker.stop()
