# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Commands over MQTT: somebody who sends them and waits for their results, and what the results
that a listener has heard mean for the history."""

import datetime
import json
import time

import ledger_checker
from history import Call
from mqtt import document
from waiting import until

PREFIX = "hvac/cz2"
SENT_BEFORE = 0.3  # what a result calls its beginning is when the daemon had it
HEARD_LATE = 60    # seconds that a listener on a busy machine may need; else the clocks differ
STATUSES = {"delivered": 200, "failed": 500, "expired": 500}


def is_result(message):
    return "/result/" in message.topic and not message.retain and message.payload


def results(messages):
    return [document(one) for one in messages if is_result(one)]


def ended(message, told):
    """When the daemon had ended it: a listener may hear of it later."""
    wall = datetime.datetime.fromisoformat(told["timestamp"]).timestamp()
    moment = wall - time.time() + time.monotonic()
    return moment if 0 <= message.time - moment < HEARD_LATE else message.time


def calls(messages):
    """What the results tell, as if REST had been asked: the same rules hold for both."""
    heard, known = [], set()
    for message in messages:
        told = document(message) if is_result(message) else {}
        if told.get("status") not in STATUSES or told["command"] not in ledger_checker.TARGETS:
            continue
        if told["command_id"] in known:
            continue  # told again to somebody who asked again
        known.add(told["command_id"])
        params = dict(told["params"])
        target = ledger_checker.TARGETS[told["command"]].format(params.pop("zone", None))
        heard.append(Call("POST", target, json.dumps(params).encode(),
                          ended(message, told) - told["duration_ms"] / 1000 - SENT_BEFORE,
                          message.time,
                          STATUSES[told["status"]], patient=True))
    return heard


class Commander:
    """Sends commands and knows the results of a house."""

    def __init__(self, house, prefix=PREFIX):
        self.house, self.prefix = house, prefix

    @property
    def listener(self):
        return self.house.listener

    def results(self):
        return results(self.listener.all())

    def send(self, name, payload, retain=False):
        if not isinstance(payload, (str, bytes)):
            payload = json.dumps(payload)
        self.listener.publish(f"{self.prefix}/set/{name}", payload, retain=retain)

    def send_all(self, *pairs):
        for name, payload in pairs:
            self.send(name, payload)

    def wait(self, count=1, after=0, timeout=30):
        """The results that follow the first so many."""
        until(lambda: len(self.results()) >= after + count, timeout,
              f"{count} results behind {after}")
        return self.results()[after:]

    def ask(self, *pairs, timeout=30):
        """Sends them and returns the one result that names them all."""
        before = len(self.results())
        self.send_all(*pairs)
        return self.wait(1, before, timeout)[0]
