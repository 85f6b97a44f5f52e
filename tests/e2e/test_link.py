# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The link to the panel breaks in all the ways links break, and comes back."""

import threading

import pytest

from bridge import bridged
from waiting import until

ZONE = "/zones/2/temperature"


@pytest.fixture(name="bridged")
def bridged_house(new_house):
    with bridged(new_house) as house:
        yield house


def connected(house):
    return house.rest.get("/health").json["link"]["connected"]


def problems(house):
    return house.rest.get("/health").json.get("problems", [])


def answers(house):
    return house.rest.get("/status?force=true").status == 200


def test_a_dropped_bridge_is_opened_again(bridged):
    bridged.bridge.drop()
    until(lambda: bridged.bridge.accepted >= 2, what="a new connection")
    until(lambda: answers(bridged), what="the panel to answer again")
    bridged.command(ZONE, {"heat": 70, "hold": True})


def test_a_bridge_that_refuses_for_a_while_is_tried_for_ever(bridged):
    bridged.bridge.refusing = True
    bridged.bridge.drop()
    before = bridged.bridge.accepted
    until(lambda: bridged.bridge.accepted >= before + 4, 40, "four more attempts")
    bridged.bridge.refusing = False
    until(lambda: answers(bridged), what="the panel to answer again")


def test_a_half_open_bridge_is_noticed_and_opened_again(bridged):
    bridged.bridge.deaf = True
    bridged.rest.post("/update")
    until(lambda: not connected(bridged), 60, "the silence to be noticed")
    bridged.bridge.deaf = False
    until(lambda: answers(bridged), 60, "the panel to answer again")


def test_a_link_that_is_down_fails_commands_at_once(bridged):
    bridged.bridge.refusing = True
    bridged.bridge.drop()
    until(lambda: not connected(bridged), what="the loss to be noticed")
    at_once = bridged.settings.get("command.timeout_seconds", 30) / 5
    answer = bridged.rest.post(ZONE, {"heat": 70, "hold": True})
    assert answer.status == 504 and answer.seconds < at_once, answer
    assert answer.json["detail"].startswith("Could not communicate with HVAC controller.")
    assert "The link to the panel is down." in problems(bridged)
    answer = bridged.rest.get("/status?force=true")
    assert answer.status == 504 and answer.seconds < at_once, answer
    answer = bridged.rest.get("/status")
    assert answer.status == 200 and answer.seconds < at_once and answer.json["status"], answer
    assert answer.json["meta"]["connected"] is False and answer.json["meta"]["error"]
    bridged.bridge.refusing = False
    until(lambda: answers(bridged), what="the panel to answer again")
    assert problems(bridged) == []


def test_transitions_are_logged_once(bridged):
    bridged.bridge.refusing = True
    bridged.bridge.drop()
    before = bridged.bridge.accepted
    until(lambda: bridged.bridge.accepted >= before + 4, 40, "four more attempts")
    bridged.bridge.refusing = False
    until(lambda: answers(bridged), what="the panel to answer again")
    lines = [line for line in bridged.daemon.log().splitlines() if "link" in line]
    assert 2 <= len(lines) <= 8, lines


def test_a_silent_panel_fails_a_command_truly(new_house):
    house = new_house(settings={"command.timeout_seconds": 5})
    house.sim.silence(True)
    answer = house.rest.post(ZONE, {"heat": 70, "hold": True})
    assert answer.status == 504, answer
    assert "Could not communicate with HVAC controller." in answer.json["detail"]
    house.sim.silence(False)
    until(lambda: answers(house), what="the panel to answer again")
    assert house.zone(2)["heat_setpoint"] != 70 or house.written()


def test_a_pty_behind_a_link_is_opened_again_wherever_it_points(new_house):
    house = new_house(panel={"kind": "pty"})
    first = house.sim.pty()
    house.sim.hang_up()
    until(lambda: house.sim.pty() != first, what="another name")
    until(lambda: answers(house), 30, "the panel to answer again")
    house.command(ZONE, {"heat": 70, "hold": True})


def test_a_hung_up_pty_costs_no_processor_time(new_house):
    house = new_house(panel={"kind": "pty"})
    house.sim.stop()
    until(lambda: not connected(house), what="the hang-up to be noticed")
    before = house.daemon.cpu()
    until(lambda: house.rest.get("/status").json["meta"]["error"], what="the error to be told")
    threading.Event().wait(1.0)
    assert house.daemon.cpu() - before < 0.2


def test_a_panel_that_is_not_there_at_start_is_waited_for(new_house, tmp_path):
    house = new_house(start=False)
    later = tmp_path / "panel"
    house.daemon = house.add_daemon(connect=str(later))
    answer = house.rest.get("/status")
    assert answer.status == 200 and answer.json["status"] is None
    assert house.rest.post(ZONE, {"heat": 70}).status == 504
    if house.sim.kind != "pty":
        pytest.skip("needs a pseudo-terminal")
    later.symlink_to(house.sim.connect)
    house.daemon.wait_status()


def test_two_daemons_serve_two_panels(new_house):
    one, other = new_house(zones=2), new_house(zones=4, settings={"panel.bus_address": 77})
    one.command("/zones/1/temperature", {"heat": 61, "hold": True})
    other.command("/zones/1/temperature", {"heat": 72, "hold": True})
    assert one.zone(1)["heat_setpoint"] == 61 and other.zone(1)["heat_setpoint"] == 72
    assert len(one.status()["zones"]) == 2 and len(other.status()["zones"]) == 4


def test_a_device_is_not_shared_by_two_daemons(new_house):
    house = new_house(panel={"kind": "pty"})
    second = house.add_daemon(name="second")
    until(lambda: second.rest().get("/status").json["meta"].get("error"),
          what="the second daemon to say why")
    assert second.rest().get("/status").json["status"] is None
    assert answers(house)
