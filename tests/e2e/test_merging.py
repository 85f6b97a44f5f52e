# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Many callers at once: what can be one change becomes one, and every success was true."""

import random

from house import PATIENT

ZONES = 8
WRITTEN = ((1, 12), (1, 16), (1, 17))
# While one request is on the line all callers arrive, however slowly they are started.
SLOW = {"turnaround": 100}


def transactions(house):
    """Requests of the daemon so far about rows that commands write."""
    history = house.history()
    return sum(1 for one in history.frames
               if one.source == history.address and one.row in WRITTEN)


def target(zone):
    return f"/zones/{zone}/temperature"


def test_fifty_commands_with_equal_values_per_zone_become_few_transactions(new_house):
    house = new_house(zones=ZONES, settings=PATIENT, panel=SLOW)
    before = transactions(house)
    requests = [("POST", target(n % ZONES + 1),
                 {"heat": 60 + n % ZONES, "cool": 75 + n % ZONES, "hold": True})
                for n in range(50)]
    answers = house.rest.together(requests)
    assert [one.status for one in answers] == [200] * 50
    assert transactions(house) - before <= 12
    for zone in house.status()["zones"]:
        assert zone["heat_setpoint"] == 59 + zone["zone_id"] and zone["hold"]


def test_other_values_for_the_same_field_take_turns(house):
    values = [60, 62, 64, 66, 68]
    answers = house.rest.together([("POST", target(2), {"heat": value, "hold": True})
                                   for value in values])
    assert [one.status for one in answers] == [200] * len(values)
    assert house.zone(2)["heat_setpoint"] in values


def test_commands_for_different_fields_share_a_turn(new_house):
    house = new_house(settings=PATIENT, panel=SLOW)
    before = transactions(house)
    answers = house.rest.together([
        ("POST", "/system/mode", {"mode": "Cool"}), ("POST", "/system/fan", {"fan": "On"}),
        ("POST", target(1), {"heat": 61, "hold": True}), ("POST", target(2), {"cool": 81}),
        ("POST", "/zones/3/hold", {"temp": True})])
    assert [one.status for one in answers] == [200] * 5
    # The first may have gone alone, the rest together: never one turn each.
    assert transactions(house) - before <= 3 + 9


def test_a_pair_that_would_break_the_gap_together_is_told_apart(house):
    house.command(target(1), {"heat": 60, "cool": 80, "hold": True})
    answers = house.rest.together([("POST", target(1), {"heat": 75}),
                                   ("POST", target(1), {"cool": 70})])
    assert sorted(one.status for one in answers) == [200, 422]


def test_a_storm_of_random_commands_is_answered_truly(house):
    dice = random.Random(1)
    requests = []
    for _ in range(60):
        zone = dice.randint(1, 3)
        heat = dice.randint(55, 70)
        requests.append(dice.choice([
            ("POST", target(zone), {"heat": heat, "cool": heat + dice.randint(2, 10),
                                    "hold": True}),
            ("POST", f"/zones/{zone}/hold", {"hold": dice.random() < 0.5}),
            ("POST", target(zone), {"out": dice.random() < 0.5}),
            ("POST", "/system/mode", {"mode": dice.choice(["Heat", "Cool", "Auto"])}),
            ("POST", "/system/fan", {"fan": dice.choice(["Auto", "On"])}),
            ("GET", "/status", None), ("POST", "/update", {})]))
    answers = house.rest.together(requests)
    assert {one.status for one in answers} <= {200, 422}, answers
