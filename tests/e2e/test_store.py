# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The ledger's file over the years: what is too old goes, what an older version wrote is kept
beside the new one, and what is damaged is set aside while control goes on."""

from stored import insert, past_commands
from waiting import until

SETTINGS = {"command.guard_ms": 0, "bus.reply_timeout_ms": 120, "bus.gap_ms": 5}
ZONE = "/zones/2/temperature"


def listed(house, device="cz2-zone-2", **query):
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return house.rest.get(f"/api/v1/commands/device/{device}?{text}").json


def total(house, device="cz2-zone-2", **query):
    return listed(house, device, limit=1, **query)["total"]


# --- what is too old -----------------------------------------------------------------------------

def test_commands_older_than_wanted_are_forgotten_at_a_start_and_the_totals_say_so(new_house):
    house = new_house(settings={**SETTINGS, "storage.keep_commands_days": 30})
    assert house.daemon.stop() == 0
    path = house.daemon.settings["storage.path"]
    insert(path, past_commands(1100, age_days=31, device="cz2-zone-2"))
    insert(path, past_commands(3, age_days=31, device="cz2", status="failed"))
    insert(path, past_commands(7, age_days=29, device="cz2-zone-2"))
    house.daemon.start()
    house.daemon.wait_status()
    house.command(ZONE, {"heat": 66, "hold": True})
    until(lambda: total(house) == 8 and total(house, "cz2") == 0, what="the old ones to go")
    house.daemon.wait_log(r"store: forgot 1103 commands that were older than 30 days")
    assert len(listed(house)["commands"]) == 8 and listed(house, "cz2")["commands"] == []
    assert total(house, status_filter="delivered") == 8
