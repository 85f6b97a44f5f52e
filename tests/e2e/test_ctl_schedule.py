# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl schedule, resume and clock: what is typed, what is sent, and what is shown."""

import itertools
import json
import re

import pytest

from test_ctl import (DONE, ESCAPES, EVIL, REFUSED, USAGE, at, ctl, http,  # noqa: F401
                      new_server, request_body)
from waiting import until

DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
PERIODS = ["wake", "day", "eve", "sleep"]
NAMES = ["Hall", "Bedrooms", "A very long name of a living room, which nobody needs at all"]


def setting(start, heat=None, cool=None):
    return {"start": start, "heat": heat, "cool": cool, "out": heat is None}


def a_day(wake="06:00"):
    return {"wake": setting(wake, 68, 76), "day": setting("08:00"),
            "eve": setting("17:30", 68, 76), "sleep": setting("22:00", 60, 80)}


def a_zone(number, days=None, period="eve"):
    return {"zone_id": number, "name": NAMES[(number - 1) % 3], "period": period,
            "age_seconds": 125, "days": days or {day: a_day() for day in DAYS}}


def answer(*zones, known=None):
    count = 7 * len(zones)
    return {"schedules": list(zones), "meta": {},
            "progress": {"known": count if known is None else known, "of": count}}


CLOCK = {"clock": {"day": "wed", "time": "19:45:10", "system_time": "Wed 07:45pm",
                   "offset_seconds": -130.0, "sync": "warn", "age_seconds": 4,
                   "host": {"day": "wed", "time": "19:47:20", "synchronized": True}}, "meta": {}}


def served(new_server, schedules, clock=None):  # noqa: F811
    """A server that answers GET /schedules and then GET /clock."""
    answers = itertools.cycle([http(schedules), http(clock or CLOCK)])
    return new_server(lambda: next(answers))


# --- what is typed and what is sent ---------------------------------------------------------------

ONE = "/zones/{}/schedule"
ALL_ZONES = {"zones": [1, 2, 3]}
SETS = [
    # The examples of the Perl script.
    ("1 mon eve start=19:00 heat=68", ONE.format(1),
     {"days": {"mon": {"eve": {"start": "19:00", "heat": 68}}}}),
    ("1-3 all day,sleep heat=64 cool=72", "/schedules",
     {"days": {"all": {one: {"heat": 64, "cool": 72} for one in ("day", "sleep")}}, **ALL_ZONES}),
    ("all mon-fri day start=9:00am out", "/schedules",
     {"days": {day: {"day": {"start": "09:00", "out": True}} for day in DAYS[1:6]}, **ALL_ZONES}),
    # Its grammar.
    ("2 all all heat=64", ONE.format(2), {"days": {"all": {"all": {"heat": 64}}}}),
    ("1,3 mon,wed,fri wake cool=80", "/schedules",
     {"days": {day: {"wake": {"cool": 80}} for day in ("mon", "wed", "fri")}, "zones": [1, 3]}),
    ("2 MON-WED Day out", ONE.format(2),
     {"days": {day: {"day": {"out": True}} for day in DAYS[1:4]}}),
    ("2 sun-sat wake start=12:30pm", ONE.format(2), {"days": {"all": {"wake": {"start": "12:30"}}}}),
    ("2 mon wake start=0:00", ONE.format(2), {"days": {"mon": {"wake": {"start": "00:00"}}}}),
    ("2 mon wake start=12:15am", ONE.format(2), {"days": {"mon": {"wake": {"start": "00:15"}}}}),
    # What people type besides.
    ("Bedrooms fri-mon evening start=7pm", ONE.format(2),
     {"days": {day: {"eve": {"start": "19:00"}} for day in ("sun", "mon", "fri", "sat")}}),
    ("2 weekend sl --heat 60 --start 2200", ONE.format(2),
     {"days": {day: {"sleep": {"heat": 60, "start": "22:00"}} for day in ("sun", "sat")}}),
    ("2 Weekdays wake-day out=off", ONE.format(2),
     {"days": {day: {one: {"out": False} for one in ("wake", "day")} for day in DAYS[1:6]}}),
    ("2 tue day --out on", ONE.format(2), {"days": {"tue": {"day": {"out": True}}}}),
]


@pytest.mark.parametrize("line, target, body", SETS, ids=[one[0] for one in SETS])
def test_what_is_typed_is_one_request(new_server, line, target, body):  # noqa: F811
    zones = [{"zone_id": i + 1, "name": name} for i, name in enumerate(NAMES)]
    server = new_server(http({"status": {"zones": zones}, "message": "Fine"}))
    done = ctl(*server.where, "schedule", "set", *line.split(), "--json")
    assert request_body(done, server) == (f"PUT {target} HTTP/1.1", body)
    assert sum("PUT" in first for first, _, _ in server.requests) == 1


USAGES = [
    ("schedule set", "zones, days, periods"), ("schedule set 1 mon", "zones, days, periods"),
    ("schedule set 1 mon eve", "nothing to change"), ("schedule set 1 mon eve heat", "'heat'"),
    ("schedule set 1 mon eve heat=", "'heat='"), ("schedule set 1 mon eve heat=x", "heat=x"),
    ("schedule set 1 mon eve warm=70", "'warm=70'"), ("schedule set 1 mon eve out=", "'out='"),
    ("schedule set 1 mon eve heat=70 heat=71", "twice"),
    ("schedule set 1 mon eve heat=70 --heat 71", "twice"),
    ("schedule set 1 mon eve start=19:10", "19:00 or 19:15"),
    ("schedule set 1 mon eve start=7", "7:15am"), ("schedule set 1 t eve out", "more than one"),
    ("schedule set 1 mon noon out", "wake, day, eve, sleep"),
    ("schedule set 1 mon eve out=maybe", "on|off"), ("schedule set 3-1 mon eve out", "no range"),
    ("schedule set 1 mon eve out --refresh", "takes no --refresh"),
    ("schedule show 1 mon extra", "zones and days"), ("schedule show 1 never", "mon-fri"),
    ("schedule show --heat 70", "takes no --heat"), ("schedule show --no-wait", "no --no-wait"),
    ("schedule monday", "neither show nor set"), ("resume", "ZONES"), ("resume 3-1", "no range"),
    ("clock set mon", "clock takes"), ("clock set mon,tue 7pm", "more than one day"),
    ("clock set mon 7", "no time"), ("clock sync now", "clock takes"), ("clock wind", "clock takes"),
    ("clock sync --refresh", "no --refresh"), ("clock --no-wait", "no --no-wait"),
]


@pytest.mark.parametrize("line, why", USAGES, ids=[one[0] for one in USAGES])
def test_bad_usage_is_2_and_says_what_is_accepted(new_server, line, why):  # noqa: F811
    server = new_server(http({}))
    done = ctl(*server.where, *line.split())
    assert done.code == USAGE and done.out == "" and len(done.err.splitlines()) == 1, done
    assert why in done.err and not server.requests, done


@pytest.mark.parametrize("line, method, target, body", [
    ("resume 3", "POST", "/zones/3/resume", {}), ("resume ALL", "POST", "/system/resume", {}),
    ("clock sync", "PUT", "/clock", {"sync": True}),
    ("clock set Monday 3:45pm", "PUT", "/clock", {"day": "mon", "time": "15:45:00"}),
    ("clock set su 0:00:07", "PUT", "/clock", {"day": "sun", "time": "00:00:07"})])
def test_resume_and_clock_send_what_was_said(new_server, line, method, target, body):  # noqa: F811
    server = new_server(http({"message": "Fine"}))
    done = ctl(*server.where, *line.split())
    assert request_body(done, server) == (f"{method} {target} HTTP/1.1", body)
    assert (done.out, done.err) == ("Fine\n", "")
    ctl(*server.where, *line.split(), "--no-wait")
    assert server.requests[-1][1]["prefer"] == "respond-async"


def test_several_zones_resume_one_after_the_other(new_server):  # noqa: F811
    server = new_server(http({"message": "Fine"}))
    assert ctl(*server.where, "resume", "1,3", "--no-wait").code == DONE
    assert [first.split()[1] for first, _, _ in server.requests] == [
        "/zones/1/resume", "/zones/3/resume"]
    assert [header["prefer"] for _, header, _ in server.requests] == ["respond-async"] * 2


# --- what is shown --------------------------------------------------------------------------------

def shown(new_server, document, *words, clock=None):  # noqa: F811
    done = ctl(*served(new_server, document, clock).where, "schedule", *words)
    assert done.code == DONE and done.err == "", done
    return done.out.splitlines()


def test_days_that_are_alike_share_a_line(new_server):  # noqa: F811
    days = {day: a_day("08:00" if day in ("sat", "sun") else "06:00") for day in DAYS}
    assert shown(new_server, answer(a_zone(2, days))) == [
        "Zone 2  Bedrooms  read 2 min ago",
        "Days     Wake         Day        Eve            Sleep",
        "Mon-Fri  06:00 68/76  08:00 OUT  17:30 68/76 *  22:00 60/80",
        "Sat-Sun  08:00 68/76  08:00 OUT  17:30 68/76    22:00 60/80",
        "",
        "Start, heat/cool. * rules now, unless the zone is held."]
    every = shown(new_server, answer(a_zone(2)))
    assert every[2].startswith("Every day  06:00")


def test_the_night_before_rules_until_somebody_wakes(new_server):  # noqa: F811
    days = {day: a_day("07:00" if day == "tue" else "06:00") for day in DAYS}
    early = {"clock": {**CLOCK["clock"], "day": "wed", "time": "05:59:59"}}
    lines = shown(new_server, answer(a_zone(2, days, period="sleep")), clock=early)
    assert [line.split()[0] for line in lines if "*" in line][0] == "Tue"
    assert lines[3 if lines[3].startswith("Tue") else 2].endswith("60/80 *")


def test_without_a_period_nothing_is_marked(new_server):  # noqa: F811
    lines = shown(new_server, answer(a_zone(2, period=None)))
    assert "*" not in "\n".join(lines) and lines[-1] == "Start, heat/cool."


def test_days_not_read_yet_are_said_with_how_far_it_is(new_server):  # noqa: F811
    days = {day: a_day() if day == "mon" else None for day in DAYS}
    lines = shown(new_server, answer(a_zone(2, days, period=None), known=1))
    assert lines[3] == "Tue-Sun  not read yet"
    assert lines[-1] == "1 of 7 days are known; --refresh reads the rest."


def test_zones_and_days_are_picked(new_server):  # noqa: F811
    lines = shown(new_server, answer(a_zone(1), a_zone(2), a_zone(3)), "show", "2-3", "weekend")
    titles = [line for line in lines if line.startswith("Zone")]
    assert [title.split()[1] for title in titles] == ["2", "3"]
    assert sum(line.startswith("Sat-Sun") for line in lines) == 2


def test_a_zone_that_is_not_there_is_not_found(new_server):  # noqa: F811
    done = ctl(*served(new_server, answer(a_zone(1), a_zone(2))).where, "schedule", "show", "1-3")
    assert (done.code, done.out, done.err) == (REFUSED, "", "cz2ctl: Zone 3 not found.\n")


def test_json_is_the_daemons_answer_of_what_was_picked(new_server):  # noqa: F811
    server = served(new_server, answer(a_zone(1), a_zone(2)))
    done = ctl(*server.where, "schedule", "show", "2", "mon,tue", "--json")
    assert [zone["zone_id"] for zone in done.json["schedules"]] == [2]
    assert done.json["schedules"][0]["days"] == {"mon": a_day(), "tue": a_day()}
    assert "clock" not in done.json and len(server.requests) == 1


def test_what_changed_is_told_day_by_day_where_it_is_not_alike(new_server):  # noqa: F811
    before = {day: a_day("06:00" if day != "tue" else "06:15") for day in DAYS}
    after = {day: a_day("07:00") for day in DAYS}
    answers = iter([http(answer(a_zone(2, before))),
                    http({"schedule": a_zone(2, after), "message": "Zone 2 schedule updated"})])
    done = ctl(*new_server(lambda: next(answers)).where, *"schedule set 2 all wake start=7am".split())
    assert (done.code, done.out) == (DONE, "Zone 2 schedule updated\n"
                                     "Zone 2 Mon,Wed-Sun wake  06:00 68/76 -> 07:00 68/76\n"
                                     "Zone 2 Tue wake          06:15 68/76 -> 07:00 68/76\n")
    answers = iter([http(answer(a_zone(2, after))),
                    http({"schedules": [a_zone(2, after)], "message": "Fine"})])
    done = ctl(*new_server(lambda: next(answers)).where, *"schedule set 2,2 all wake start=7am".split())
    assert done.out == "Fine\nIt was so already.\n"


def test_what_was_not_asked_for_or_not_known_is_no_change(new_server):  # noqa: F811
    partly = {day: a_day("06:00") if day in ("sat", "sun") else None for day in DAYS}
    after = {day: a_day("06:00" if day in ("sat", "sun") else "07:00") for day in DAYS}
    for known, told in ((partly, "Zone 2 Mon wake  not known -> 07:00 68/76\n"),
                        (after, "It was so already.\n")):
        answers = iter([http(answer(a_zone(1), a_zone(2, known), a_zone(3))),
                        http({"schedule": a_zone(2, after), "message": "Fine"})])
        done = ctl(*new_server(lambda: next(answers)).where,
                   *"schedule set 2 mon wake start=7am".split())
        assert (done.code, done.out) == (DONE, f"Fine\n{told}")


def test_the_clock_is_shown_beside_the_hosts(new_server):  # noqa: F811
    lines = dict(line.split("  ", 1) for line in ctl(
        *new_server(http(CLOCK)).where, "clock").out.splitlines())
    assert {name: value.strip() for name, value in lines.items()} == {
        "Panel's clock": "Wed 19:45:10", "cz2d's clock": "Wed 19:47:20",
        "Panel is": "2 min behind", "clock.sync": "warn", "Read": "4 s ago"}
    unsure = json.loads(json.dumps(CLOCK).replace("true", "false").replace("-130.0", "0.4"))
    text = ctl(*new_server(http(unsure)).where, "clock", "show").out
    assert "19:47:20, not synchronized" in text and "right" in text
    assert ctl(*new_server(http({"clock": None})).where, "clock").out == \
        "The panel's clock was not read yet.\n"


HOSTILE = [
    {}, {"schedules": 7}, {"schedules": [7, None, {"zone_id": 1e308, "name": EVIL, "days": []}]},
    {"schedules": [{"days": {day: EVIL for day in DAYS}, "period": EVIL}], "progress": EVIL},
    {"schedules": [{"zone_id": -5, "days": {"mon": {"wake": {"start": EVIL, "heat": 1e99,
                                                             "cool": EVIL, "out": 7}}}}] * 99,
     "clock": {"day": EVIL, "time": EVIL, "host": [], "offset_seconds": EVIL, "sync": EVIL},
     "message": EVIL, "schedule": [EVIL], "progress": {"known": EVIL, "of": -1}},
    {"clock": {"day": EVIL, "time": EVIL, "host": {"day": 7, "synchronized": EVIL},
               "offset_seconds": 1e308, "age_seconds": -1e308}}]


@pytest.mark.parametrize("document", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_answer_harms_no_terminal(new_server, document):  # noqa: F811
    for line in ("schedule", "schedule set 1 mon eve out", "clock"):
        done = ctl(*new_server(http(document)).where, *line.split())
        wanted = REFUSED if line == "schedule show 1" else DONE  # it has no such zone
        assert done.code == wanted and not ESCAPES.search(done.out + done.err), done
        assert "\nforged" not in done.out


# --- with a panel ---------------------------------------------------------------------------------

def asked_last(house):
    """The newest command in the words of cz2ctl."""
    ident = at(house, *"commands --limit 1 --json".split()).json["commands"][0]["command_id"]
    return re.search(r"^What +(.*)$", at(house, "commands", "show", ident).out, re.MULTILINE)[1]


def test_a_week_is_set_shown_and_resumed(house):
    until(lambda: house.rest.get("/schedules?force=true").status == 200, what="all schedules")
    done = at(house, *"schedule set all mon-fri day start=9:00am out".split(), wish=(
        "/schedules", {"days": {day: {"day": {"start": "09:00", "out": True}}
                                for day in DAYS[1:6]}, "zones": [1, 2, 3]}))
    assert done.code == DONE and done.out.count("Mon-Fri day  08:00 60/85 -> 09:00 OUT") == 3, done
    assert asked_last(house) == "days mon,tue,wed,thu,fri day start 09:00 out on, zones 1,2,3"
    assert house.sim.row(10, 2)[3:].hex(" ") == "06 09 11 16 00 00 00 00 44 bc 44 3c 4c 55 4c 50"
    out = {"start": "09:00", "out": True}
    house.rest.request("PUT", "/zones/2/schedule", {"days": {
        "mon": {"day": out}, "tue": {"day": {**out, "heat": None, "cool": None}},
        "wed": {"day": {"heat": None}, "eve": None}}})
    assert asked_last(house) == "days mon,tue day start 09:00 out on"
    shown_days = at(house, "schedule", "show", "2", "mon").out.splitlines()
    assert shown_days[2].split()[3:5] == ["09:00", "OUT"], shown_days
    done = at(house, *"schedule set 2 mon eve heat=80 cool=81".split())
    assert done.code == REFUSED and "80" in done.err, done
    done = at(house, *"schedule set 2 mon eve start=8:45am".split())
    assert done.code == REFUSED, done
    house.command("/zones/2/hold", {"hold": True})
    done = at(house, "resume", "2", wish=("/zones/2/resume", {}))
    assert done.out == "Zone 2 resumes its schedule\n" and not house.zone(2)["hold"]
    assert at(house, "resume", "all", wish=("/system/resume", {})).out == \
        "All zones resume their schedules\n"


def test_the_clock_is_set(house):
    done = at(house, *"clock set fri 6:30pm".split(),
              wish=("/clock", {"day": "fri", "time": "18:30:00"}))
    assert done.code == DONE and done.out == "Clock set to Fri 18:30:00\n", done
    assert asked_last(house) == "clock day fri, time 18:30:00"
    assert at(house, "clock", "--refresh").out.startswith("Panel's clock  Fri 18:3")
    done = at(house, "clock", "sync", wish=("/clock", {"sync": True}))
    assert done.code == DONE and done.out.startswith("Clock set to "), done
    assert " s " in at(house, "clock").out or "none" in at(house, "clock").out
