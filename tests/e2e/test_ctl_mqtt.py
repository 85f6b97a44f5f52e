# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl mqtt: what the broker was told, at the shell."""

import pytest

from announced import report, retained
from mqtt import mosquitto_path
from test_ctl import DONE, REFUSED, USAGE, at, ctl, http, new_server  # noqa: F401
from waiting import until

with_broker = pytest.mark.skipif(not mosquitto_path(), reason="mosquitto is not installed")


@pytest.fixture
def told_house(new_house):
    house = new_house(zones=1, mqtt=True)
    until(lambda: len(report(house)["topics"]) >= 6, what="the state to be published")
    return house


@with_broker
def test_show_tells_of_the_connection_and_of_each_topic(told_house):
    for words in ((), ("show",), ("SHOW",)):
        done = at(told_house, "mqtt", *words)
        assert done.code == DONE and done.err == "", done
        lines = {line.split("  ")[0]: line for line in done.out.splitlines()}
        assert lines["MQTT"].endswith(" connected")
        assert str(told_house.broker.port) in lines["Broker"]
        for topic in ("availability", "link", "status", "system", "zone/1", "diagnostics"):
            assert any(line.startswith("hvac/cz2/" + topic) for line in lines), topic
    done = at(told_house, "mqtt", "--json")
    assert done.code == DONE and done.json.keys() == report(told_house).keys()


@with_broker
def test_what_is_forgotten_can_be_announced_again(told_house):
    ours = lambda: [one for one in retained(told_house.broker) if "cz2" in one]
    done = at(told_house, "mqtt", "forget")
    assert (done.code, done.out) == (DONE, "All that was retained is being erased\n"), done
    until(lambda: not ours(), what="everything to be erased")
    assert "forgotten" in at(told_house, "mqtt").out
    done = at(told_house, "mqtt", "announce", "-q")
    assert (done.code, done.out) == (DONE, ""), done
    until(ours, what="the state to be published")


def test_without_mqtt_there_is_nothing_to_order(shared_house):
    done = at(shared_house, "mqtt")
    assert done.code == DONE and "off" in done.out, done
    for word in ("announce", "forget"):
        done = at(shared_house, "mqtt", word)
        assert (done.code, done.err) == (REFUSED, "cz2ctl: MQTT is off (mqtt.enabled).\n")


@pytest.mark.parametrize("words", [("nothing",), ("show", "more"), ("",)])
def test_bad_usage_is_2_and_says_why(shared_house, words):
    done = ctl("--socket", shared_house.daemon.socket, "mqtt", *words)
    assert done.code == USAGE and done.out == "" and len(done.err.splitlines()) == 1, done


@pytest.mark.parametrize("answer", [
    {}, {"topics": 7}, {"topics": [7, None, {"topic": "\x1b[31m", "bytes": "\x07"}]},
    {"enabled": "yes", "broker": ["\x1b"], "counts": []}])
def test_a_hostile_answer_harms_no_terminal(new_server, answer):  # noqa: F811
    done = ctl(*new_server(http(answer)).where, "mqtt")
    assert not set(done.out + done.err) & set("\x1b\x07\x9b"), done
