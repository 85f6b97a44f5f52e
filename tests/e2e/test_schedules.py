# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The panel's program through REST: told, changed in part, refused as a whole row, and never in
the way of anything else."""

import json
import signal

import panel

from waiting import until

ZONE = "/zones/2/schedule"
PLAN = {"wake": {"start": "6:30am", "heat": 69, "cool": 75}, "day": {"start": "08:15", "out": True},
        "eve": {"start": "5:00pm", "heat": 70, "cool": "76"},
        "sleep": {"start": "22:30", "heat": 61, "cool": 80, "out": False}}
TOLD = {"wake": {"start": "06:30", "heat": 69, "cool": 75, "out": False},
        "day": {"start": "08:15", "heat": None, "cool": None, "out": True},
        "eve": {"start": "17:00", "heat": 70, "cool": 76, "out": False},
        "sleep": {"start": "22:30", "heat": 61, "cool": 80, "out": False}}


def put(house, target, body, status=200, **more):
    answer = house.rest.request("PUT", target, body, **more)
    assert answer.status == status, answer
    return answer


def rows(house, zone):
    """What the panel holds of a zone's week."""
    return [house.sim.row(*panel.schedule_row(zone, day)) for day in range(7)]


def writes(house):
    return [one.row for one in house.written() if one.row[0] == 10]


def complain(answer):
    """loc and sentence of everything that was wrong."""
    return [(".".join(map(str, one["loc"])), one["msg"]) for one in answer.json["detail"]]


def test_a_schedule_is_read_when_it_must_be_of_now(house):
    house.sim.set_bytes(10, 9, 3, (6, 9, 17, 23, 45, 0, 30, 15, 66, 0x80 | 60, 71, 62, 74, 77, 78, 81))
    plain = house.rest.get(ZONE).json["schedule"]
    assert plain["zone_id"] == 2 and set(plain["days"]) == {day.lower() for day in panel.DAYS}
    answer = house.rest.get(ZONE + "?force=true")
    assert answer.status == 200 and answer.json["meta"]["source"] == "force", answer
    told = answer.json["schedule"]
    assert told["days"]["mon"] == {
        "wake": {"start": "06:45", "heat": 66, "cool": 74, "out": False},
        "day": {"start": "09:00", "heat": None, "cool": None, "out": True},
        "eve": {"start": "17:30", "heat": 71, "cool": 78, "out": False},
        "sleep": {"start": "23:15", "heat": 62, "cool": 81, "out": False}}
    # By the simulator's clock it is Wednesday, 17:30, and all have the plan of the factory.
    assert told["period"] == "eve" and told["name"] == "Zone 2" and told["age_seconds"] < 60
    everything = house.rest.get("/schedules").json
    assert everything["progress"] == {"known": 21, "of": 21}
    assert [one["zone_id"] for one in everything["schedules"]] == [1, 2, 3]
    assert everything["schedules"][1]["days"] == told["days"]


def test_a_zones_week_is_changed_read_back_and_told(house):
    answer = put(house, ZONE, {"days": {"weekdays": PLAN, "sat": {"wake": {"start": "7:30"}}}})
    assert answer.json["message"] == "Zone 2 schedule updated"
    assert answer.json["meta"]["source"] == "writeback" and "warnings" not in answer.json
    days = answer.json["schedule"]["days"]
    assert all(days[day] == TOLD for day in ("mon", "tue", "wed", "thu", "fri"))
    assert days["sat"]["wake"]["start"] == "07:30"
    assert sorted(writes(house)) == [(10, row) for row in range(9, 15)]
    record = house.rest.get("/api/v1/commands/device/cz2-zone-2").json["commands"][0]
    assert (record["command"], record["status"]) == ("zone.schedule", "delivered")
    assert len(record["result"]["rows"]) == 6 and record["result"]["transactions"] >= 18


def test_what_is_told_can_be_put_back_and_nothing_is_written(house):
    put(house, ZONE, {"days": {"all": PLAN}})
    told = house.rest.get(ZONE).json["schedule"]["days"]
    before = len(house.written())
    answer = put(house, ZONE, {"days": told})
    assert answer.json["schedule"]["days"] == told
    assert len(house.written()) == before
    record = house.rest.get("/api/v1/commands/device/cz2-zone-2").json["commands"][0]
    assert record["result"]["unchanged"] is True


def test_several_zones_days_and_periods_become_one_write_for_each_row(house):
    untouched = rows(house, 2)
    answer = put(house, "/schedules", {
        "zones": [3, 1, "3"], "days": {"weekend": {"all": {"cool": 79}, "sleep": {"heat": 63}},
                                       "sun": {"wake": {"start": "7:45"}},
                                       "fri": {"eve": {"heat": 70}}, "mon": None}})
    assert answer.json["message"] == "Zones 1, 3 schedules updated"
    assert [one["zone_id"] for one in answer.json["schedules"]] == [1, 3]
    assert sorted(writes(house)) == [(10, row) for row in (1, 6, 7, 15, 20, 21)]
    for one in answer.json["schedules"]:
        assert one["days"]["sun"]["wake"] == {"start": "07:45", "heat": 68, "cool": 79, "out": False}
        assert one["days"]["sat"]["sleep"]["heat"] == 63
        assert one["days"]["fri"]["eve"]["heat"] == 70
    assert rows(house, 2) == untouched
    # Who names no zones means all.
    before = len(writes(house))
    answer = put(house, "/schedules", {"days": {"tue": {"day": {"heat": 64}}}})
    assert answer.json["message"] == "Zones 1, 2, 3 schedules updated"
    assert sorted(writes(house)[before:]) == [(10, row) for row in (3, 10, 17)]


def test_a_zone_that_is_not_used_has_no_schedule_to_show_or_change(house):
    assert house.rest.post("/api/v1/devices/cz2-zone-3/decommission").status == 200
    assert [one["zone_id"] for one in house.rest.get("/schedules").json["schedules"]] == [1, 2]
    body = {"days": {"tue": {"day": {"heat": 64}}}}
    for method, target, sent in (("GET", "/zones/3/schedule", None), ("PUT", "/zones/3/schedule", body),
                                 ("PUT", "/schedules", {"zones": [1, 3], **body}),
                                 ("POST", "/zones/3/resume", {})):
        answer = house.rest.request(method, target, sent)
        assert answer.status == 409 and answer.json["detail"] == "Zone 3 is decommissioned."
    assert writes(house) == []


def test_what_is_wrong_is_said_as_of_any_command(shared_house):
    house = shared_house
    answer = put(house, "/zones/two/schedule", {"days": {"mon": {"wake": {"start": "6:31"}},
                                                         "monday": {}}, "zones": [1]}, 422)
    assert [one[0] for one in complain(answer)] == [
        "path.zone_id", "body.days.mon.wake.start", "body.days.monday", "body.zones"]
    answer = put(house, ZONE, {"days": {"all": {"wake": {"heat": 70, "cool": 71}}}}, 422)
    assert complain(answer) == [(
        "body.days.all.wake", "Value error, sun wake: the cool setpoint 71 must be at least 2 "
        "above the heat setpoint 70")]
    for body in ({"days": {}}, {"days": {"mon": {"wake": {"heat": None}}}}):
        assert "nothing to change" in complain(put(house, ZONE, body, 422))[0][1]
    assert complain(put(house, ZONE, {}, 422))[0] == ("body.days", "Field required")
    answer = put(house, "/zones/4/schedule", {"days": {"mon": PLAN}}, 404)
    assert answer.json["detail"] == "Zone 4 not found."
    assert house.rest.get("/zones/9/schedule").status == 404
    assert house.rest.get("/zones/x/schedule").status == 422
    assert house.rest.get("/schedules?force=perhaps").status == 400
    answer = house.rest.request("PATCH", ZONE, {"days": {}})
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, PUT"


def test_a_rule_broken_by_what_the_panel_holds_names_it_and_leaves_that_row_alone(house):
    house.sim.set_byte(10, 10, 16, 70)  # zone 2, Tuesday: cool 70 by day
    before = rows(house, 2)
    answer = put(house, ZONE, {"days": {"mon": {"day": {"heat": 69}},
                                        "tue": {"day": {"heat": 69}, "eve": {"heat": 71}}}}, 422)
    assert "zone 2 tue day" in complain(answer)[0][1], answer
    assert "70" in complain(answer)[0][1] and "69" in complain(answer)[0][1]
    assert rows(house, 2)[2] == before[2]
    # The day before was taken by then, and the answer says so.
    assert rows(house, 2)[1] != before[1]
    assert answer.json["applied"]["program"] == [
        {"zone_id": 2, "days": {"mon": {"day": {"heat": 69}}}}]
    answer = put(house, ZONE, {"days": {"wed": {"wake": {"start": "23:00"}}}}, 422)
    sentence = complain(answer)[0][1]
    assert "zone 2 wed day" in sentence and "23:00" in sentence, answer
    assert rows(house, 2)[3] == before[3]


def test_a_silent_panel_is_504(new_house):
    house = new_house(settings={"bus.reply_timeout_ms": 60, "bus.gap_ms": 5})
    house.sim.silence(True)
    for method, target, body in (("GET", ZONE + "?force=1", None), ("GET", "/schedules?force=1", None),
                                 ("PUT", ZONE, {"days": {"mon": PLAN}})):
        answer = house.rest.request(method, target, body)
        assert answer.status == 504, (target, answer)
        assert "Could not communicate" in answer.json["detail"]
    assert house.rest.get(ZONE).status == 200
    house.sim.silence(False)
    assert writes(house) == []


def test_a_setpoint_does_not_wait_for_a_week(new_house):
    house = new_house(settings={"bus.gap_ms": 5}, panel={"turnaround": 20})
    week = house.client().later("PUT", "/schedules", {"days": {"all": PLAN}})
    until(lambda: len(writes(house)) > 2, what="the first days of the week")
    house.command("/zones/1/temperature", {"heat": 67, "hold": True})
    assert not week.done()
    assert week.result().status == 200
    order = [one.row for one in house.written()]
    assert (10, 21) in order[order.index((1, 16)):]


def test_the_same_again_by_its_key_writes_nothing(house):
    headers = {"Idempotency-Key": "week-1"}
    first = put(house, ZONE, {"days": {"mon": PLAN}}, headers=headers)
    count = len(house.written())
    again = house.client().request("PUT", ZONE, {"days": {"mon": PLAN}}, headers=headers)
    assert (again.status, again.json) == (first.status, first.json)
    assert len(house.written()) == count
    assert house.client().request("PUT", ZONE, {"days": {"tue": PLAN}}, headers=headers).status == 409


def test_who_does_not_wait_is_told_what_will_be(house):
    answer = put(house, ZONE, {"days": {"sun": {"wake": {"start": "7:45", "heat": 67}}}}, 202,
                 headers={"Prefer": "respond-async"})
    assert answer.json["provisional_state"]["program"] == [
        {"zone_id": 2, "days": {"sun": {"wake": {"start": "07:45", "heat": 67}}}}]
    where = answer.json["check_status_at"]
    record = until(lambda: one if (one := house.rest.get(where).json)["status"] == "delivered"
                   else None, what="its delivery")
    assert record["params"] == {"days": {"sun": {"wake": {"start": "7:45", "heat": 67}}}}
    answer = house.rest.post("/api/v1/commands", {
        "command": "zone.schedule", "params": {"zone_id": 1, "days": {"sat": {"eve": {"cool": 77}}}}})
    assert answer.status == 201
    where = "/commands/" + answer.json["command_id"]
    until(lambda: house.rest.get(where).json["status"] == "delivered", what="its delivery")
    assert house.rest.get("/zones/1/schedule").json["schedule"]["days"]["sat"]["eve"]["cool"] == 77


def test_a_program_that_the_daemon_died_amid_is_told_as_it_was_found(new_house):
    house = new_house(zones=3, settings={"command.guard_ms": 0}, panel={"turnaround": 60})
    where = put(house, "/schedules", {"zones": [1, 2, 3], "days": {"all": {"all": {"heat": 66}}}},
                202, headers={"Prefer": "respond-async"}).json["check_status_at"]
    until(lambda: len(writes(house)) > 2, what="some of its writes")
    page = until(lambda: house.rest.get("/api/v1/commands?status_filter=sent").json["commands"],
                 what="the list to say that it was sent")
    assert page[0]["sent_at"] and page[0]["command_id"] in where
    house.daemon.stop(signal.SIGKILL)
    house.daemon.start()
    house.all_ended()
    written = writes(house)
    record = house.rest.get(where).json
    assert record["status"] == "failed" and record["sent_at"] == page[0]["sent_at"], record
    result = record["result"]
    assert result["error_code"] == "not_found" and "does not show all that was asked" in \
        result["error_message"], record
    told = {(one["zone_id"], day) for one in result["applied"]["program"] for day in one["days"]}
    done = {(zone, day) for zone in (1, 2, 3) for number, day in enumerate(map(str.lower, panel.DAYS))
            if panel.schedule_row(zone, number) in written}
    assert told == done and 0 < len(told) < 21


def test_a_hand_that_edits_the_week_is_seen_by_who_asks(house):
    put(house, ZONE, {"days": {"all": PLAN}})
    house.sim.set_bytes(10, 11, 11, (58,))  # a person at the wall, Wednesday morning
    answer = house.rest.get(ZONE + "?force=true").json
    assert answer["schedule"]["days"]["wed"]["wake"]["heat"] == 58
    assert json.dumps(answer["schedule"]["days"]["tue"]) == json.dumps(TOLD)


def test_what_another_client_writes_is_told_soon(new_house):
    house = new_house(panel={"kind": "tcp"})
    house.rest.get("/schedules?force=1")
    other = panel.PanelClient(*house.sim.address)
    other.edit(10, 12, lambda row: row.__setitem__(11, 57))
    until(lambda: house.rest.get(ZONE).json["schedule"]["days"]["thu"]["wake"]["heat"] == 57,
          what="the change")
    other.close()


# --- back to the schedule ---------------------------------------------------------------------

def test_a_zone_resumes_its_schedule_and_then_all(house):
    house.command("/zones/2/temperature", {"heat": 66, "hold": True})
    for body in (b"", b"{}"):
        house.command("/zones/3/temperature", {"heat": 66, "hold": True, "out": True})
        answer = house.rest.request("POST", "/zones/3/resume", body)
        assert answer.status == 200 and answer.json["message"] == "Zone 3 resumes its schedule"
        zones = answer.json["status"]["zones"]
        assert not (zones[2]["hold"] or zones[2]["temporary"] or zones[2]["out"])
        assert zones[1]["hold"]
    house.command("/zones/batch/temperature", {"zones": [1, 2], "heat": 66, "hold": True})
    house.command("/zones/3/temperature", {"temp": True, "out": True})
    answer = house.rest.post("/system/resume")
    assert answer.status == 200 and answer.json["message"] == "All zones resume their schedules"
    for zone in answer.json["status"]["zones"]:
        assert not (zone["hold"] or zone["temporary"] or zone["out"])
    record = house.rest.get("/api/v1/commands/device/cz2").json["commands"][0]
    assert (record["command"], record["status"]) == ("system.resume", "delivered")
    assert house.rest.post("/system/resume", {"zones": [1]}).status == 422
