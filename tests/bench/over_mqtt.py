# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""What commands over MQTT cost: on the bus, and until the house shows them."""

import time

from bus import BYTES_PER_SECOND, EIGHT, GAP, RUNS, TURNAROUND, Bench, median
from mqtt import document
from mqtt_commands import PREFIX, Commander

WINDOW = 0.250  # that a batch waits for more
SHOWN = ("heat_setpoint", "cool_setpoint", "preset")


class Told:
    """What one batch of messages cost until the documents of its zones showed it."""

    def __init__(self, house, zones, heat, cool, preset):
        commander, frames = Commander(house), len(house.sim.frames())
        before = len(commander.results())
        for zone in zones:
            commander.send_all((f"zone/{zone}/low", str(heat)), (f"zone/{zone}/high", str(cool)),
                               (f"zone/{zone}/preset", preset))
        sent = time.monotonic()
        shown = [house.listener.wait(
            f"{PREFIX}/zone/{zone}", since=sent,
            accept=lambda one: [document(one)[name] for name in SHOWN] == [heat, cool, preset])
            for zone in zones]
        self.results = commander.wait(len(zones), before)
        line = house.sim.frames()[frames:]
        self.transactions = sum(1 for one in line if one.source == 99)
        wire = sum(len(one.payload) + 10 for one in line) / BYTES_PER_SECOND
        self.seconds = max(one.time for one in shown) - sent
        self.ratio = self.seconds / (WINDOW + wire + self.transactions * (TURNAROUND + GAP))


def batches():
    """scalars over MQTT until they are shown"""
    with Bench(mqtt=True) as house:
        house.listener.wait(f"{PREFIX}/availability", lambda one: one.payload == "online")
        for what, zones, pause in (("one zone, 3 messages", [2], 0.4),
                                   ("eight zones, 24 messages", EIGHT, 2.5)):
            told = []
            for run in range(RUNS):
                house.quiet(pause)  # as many messages as may come at once may come again
                told.append(Told(house, zones, 60 + run % 2, 70 + run % 2,
                                 ("hold", "temporary")[run % 2]))
            assert all(one["status"] == "delivered" for run in told for one in run.results)
            count = median(one.transactions for one in told)
            yield f"over MQTT, {what}: transactions", "<= 6", f"{count:g}", count <= 6
            ratio = median(one.ratio for one in told)
            yield f"over MQTT, {what}: until shown / (wire + gaps + window)", "<= 1.15", \
                f"{ratio:.3f} ({median(one.seconds for one in told) * 1000:.0f} ms)", ratio <= 1.15


ROWS = (batches,)
