# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What a broker retains, and what Home Assistant was told in it."""

import json
import re

from mqtt import Listener

DEVICE = re.compile(r"homeassistant/device/(cz2d_cz2(?:_zone_([1-8]))?)/config")
MARK = "test/mark"


def retained(broker):
    """{topic: payload} as somebody gets it who comes now."""
    one = Listener(broker.port, qos=0)
    one.publish(MARK, "")  # with QoS 0 nothing overtakes it
    one.wait(MARK)
    one.close()
    return {message.topic: message.payload for message in one.messages if message.retain}


def devices(topics):
    """{number: document} of those that are ours; 0 is the panel."""
    found = {}
    for topic, payload in topics.items():
        match = DEVICE.fullmatch(topic)
        if match and payload:
            found[int(match[2] or 0)] = json.loads(payload)
    return found


def components(documents):
    """(number, key, component) of all."""
    return [(number, key, component) for number, document in sorted(documents.items())
            for key, component in document["components"].items()]


def topics_of(component, end="_topic"):
    """{key: topic} of all its topics."""
    return {key: value for key, value in component.items() if key.endswith(end)}


def report(house):
    return house.rest.get("/api/v1/mqtt").json


def announcements(house, since=0.0):
    """Live messages about devices of ours."""
    return [one for one in house.listener.all()
            if one.time > since and not one.retain and DEVICE.fullmatch(one.topic)]
