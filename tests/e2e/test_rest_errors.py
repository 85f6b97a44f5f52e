# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Every row of the tables of REST errors: what is refused, with which code and which words.
A refused command writes nothing (the history checker sees to that)."""

import socket
import time

import pytest

from history import Call
from rest import raw_http
from waiting import until

ZONE = "/zones/2/temperature"
HOLD = "/zones/2/hold"
BATCH = "/zones/batch/temperature"
MODE = "/system/mode"
FAN = "/system/fan"

INT_PARSING = "Input should be a valid integer, unable to parse string as an integer"
INT_TYPE = "Input should be a valid integer"
INT_FRACTION = "Input should be a valid integer, got a number with a fractional part"
BOOL_PARSING = "Input should be a valid boolean, unable to interpret input"
BOOL_TYPE = "Input should be a valid boolean"
MODES = "Input should be 'Heat', 'Cool', 'Auto', 'EHeat' or 'Off'"
FANS = "Input should be 'Auto' or 'On'"
REQUIRED = "Field required"


def ge(limit):
    return f"Input should be greater than or equal to {limit}"


def le(limit):
    return f"Input should be less than or equal to {limit}"


def single(name, target, member, value, kind, message):
    """A body with one member that is wrong."""
    return pytest.param(target, {member: value}, kind, ["body", member], message, value, id=name)


VALIDATION = [
    single("heat is a word", ZONE, "heat", "warm", "int_parsing", INT_PARSING),
    single("heat is empty", ZONE, "heat", "", "int_parsing", INT_PARSING),
    single("heat is a list", ZONE, "heat", [70], "int_type", INT_TYPE),
    single("heat is an object", ZONE, "heat", {"f": 70}, "int_type", INT_TYPE),
    single("heat has a fraction", ZONE, "heat", 70.5, "int_from_float", INT_FRACTION),
    single("heat below 45", ZONE, "heat", 44, "greater_than_equal", ge(45)),
    single("heat above 85", ZONE, "heat", 86, "less_than_equal", le(85)),
    single("heat in a text below 45", ZONE, "heat", "44", "greater_than_equal", ge(45)),
    single("cool below 64", ZONE, "cool", 63, "greater_than_equal", ge(64)),
    single("cool above 99", ZONE, "cool", 100, "less_than_equal", le(99)),
    single("cool is a word", ZONE, "cool", "7o", "int_parsing", INT_PARSING),
    single("temp is a word", ZONE, "temp", "maybe", "bool_parsing", BOOL_PARSING),
    single("temp is 2", ZONE, "temp", 2, "bool_parsing", BOOL_PARSING),
    single("hold is a list", ZONE, "hold", [], "bool_type", BOOL_TYPE),
    single("out is an object", ZONE, "out", {}, "bool_type", BOOL_TYPE),
    single("out is a word", ZONE, "out", "perhaps", "bool_parsing", BOOL_PARSING),
    single("hold route: hold is a word", HOLD, "hold", "x", "bool_parsing", BOOL_PARSING),
    single("hold route: temp is a list", HOLD, "temp", [1], "bool_type", BOOL_TYPE),
    single("mode in small letters", MODE, "mode", "heat", "enum", MODES),
    single("mode is a number", MODE, "mode", 1, "enum", MODES),
    single("fan unknown", FAN, "fan", "Fast", "enum", FANS),
    pytest.param(MODE, {"all": True}, "missing", ["body", "mode"], REQUIRED, {"all": True},
                 id="mode is required"),
    pytest.param(FAN, {}, "missing", ["body", "fan"], REQUIRED, {}, id="fan is required"),
    pytest.param(BATCH, {"heat": 70}, "missing", ["body", "zones"], REQUIRED, {"heat": 70},
                 id="zones are required"),
    pytest.param(BATCH, {"zones": [], "heat": 70}, "too_short", ["body", "zones"],
                 "List should have at least 1 item", [], id="no zone at all"),
    pytest.param(BATCH, {"zones": [1] * 9, "heat": 70}, "too_long", ["body", "zones"],
                 "List should have at most 8 items", [1] * 9, id="nine zones"),
    pytest.param(BATCH, {"zones": [1, "x"], "heat": 70}, "int_parsing", ["body", "zones", 1],
                 INT_PARSING, "x", id="a zone is a word"),
    pytest.param(BATCH, {"zones": [1.5], "heat": 70}, "int_from_float", ["body", "zones", 0],
                 INT_FRACTION, 1.5, id="a zone has a fraction"),
    pytest.param(BATCH, {"zones": [None], "heat": 70}, "int_type", ["body", "zones", 0],
                 INT_TYPE, None, id="a zone is null"),
    pytest.param(ZONE, {"heat": 70, "holdd": True}, "extra_forbidden", ["body", "holdd"],
                 "Extra inputs are not permitted", True, id="unknown member"),
    pytest.param(HOLD, {"hold": True, "heat": 70}, "extra_forbidden", ["body", "heat"],
                 "Extra inputs are not permitted", 70, id="hold route knows no setpoint"),
    pytest.param(ZONE, [70], "model_attributes_type", ["body"],
                 "Input should be a valid object", [70], id="body is a list"),
    pytest.param(ZONE, "\"warm\"", "model_attributes_type", ["body"],
                 "Input should be a valid object", "warm", id="body is a text"),
    pytest.param("/zones/two/temperature", {"heat": 70}, "int_parsing", ["path", "zone_id"],
                 INT_PARSING, "two", id="zone in the path is a word"),
    pytest.param("/zones/2.5/hold", {"hold": True}, "int_parsing", ["path", "zone_id"],
                 INT_PARSING, "2.5", id="zone in the path has a fraction"),
]


@pytest.mark.parametrize("target, body, kind, loc, message, given", VALIDATION)
def test_a_wrong_body_is_named(shared_house, target, body, kind, loc, message, given):
    answer = shared_house.rest.post(target, body)
    assert answer.status == 422, answer
    (error,) = answer.json["detail"]
    assert error["type"] == kind and error["loc"] == loc, error
    assert error["msg"].startswith(message), error
    if not message.startswith("List"):
        assert error["msg"] == message, error
    assert error["input"] == given, error


RULES = [
    pytest.param(ZONE, {}, [], id="empty body"),
    pytest.param(ZONE, {"heat": None, "hold": None}, [], id="nothing but null"),
    pytest.param(HOLD, {}, [], id="hold without a flag"),
    pytest.param(BATCH, {"zones": [1, 2]}, [], id="zones alone"),
    pytest.param(ZONE, {"heat": 70, "cool": 71}, ["70", "71", "2"], id="gap within the body"),
    pytest.param(BATCH, {"zones": [1, 3], "heat": 75, "cool": 76}, ["75", "76"],
                 id="gap in a batch"),
]


@pytest.mark.parametrize("target, body, words", RULES)
def test_a_broken_rule_is_a_value_error_of_the_body(shared_house, target, body, words):
    answer = shared_house.rest.post(target, body)
    assert answer.status == 422, answer
    (error,) = answer.json["detail"]
    assert error["type"] == "value_error" and error["loc"] == ["body"], error
    assert error["msg"].startswith("Value error, "), error
    assert all(word in error["msg"] for word in words), error
    assert error["input"] == body


def test_the_gap_is_judged_against_the_stored_setpoint(shared_house):
    stored = shared_house.zone(2)
    heat = stored["cool_setpoint"] - 1
    answer = shared_house.rest.post(ZONE, {"heat": heat, "hold": True})
    assert answer.status == 422, answer
    (error,) = answer.json["detail"]
    assert error["type"] == "value_error" and error["loc"] == ["body"]
    for word in (str(heat), str(stored["cool_setpoint"]), "2"):
        assert word in error["msg"], error


def test_one_bad_zone_fails_the_whole_batch_and_nothing_is_written(house):
    assert house.command("/zones/3/temperature", {"heat": 60, "cool": 66, "hold": True})
    before = len(house.written())
    answer = house.rest.post(BATCH, {"zones": [1, 2, 3], "heat": 65, "hold": True})
    assert answer.status == 422 and "3" in answer.json["detail"][0]["msg"], answer
    assert len(house.written()) == before


def test_all_errors_of_a_body_are_listed(shared_house):
    body = {"heat": "x", "cool": 200, "hold": "perhaps", "out": [], "tempo": 1}
    answer = shared_house.rest.post(ZONE, body)
    assert answer.status == 422, answer
    found = {(error["type"], error["loc"][-1]) for error in answer.json["detail"]}
    assert found == {("int_parsing", "heat"), ("less_than_equal", "cool"),
                     ("bool_parsing", "hold"), ("bool_type", "out"), ("extra_forbidden", "tempo")}


@pytest.mark.parametrize("text", ["{\"heat\": }", "{", "nonsense", "{\"heat\": 70} x", "",
                                  "{\"heat\": 70, \"heat\": 71}", "\xff"])
def test_what_is_no_json_is_named(shared_house, text):
    data = text.encode("latin-1")
    answer = shared_house.rest.post(ZONE, data, headers={"Content-Type": "application/json"})
    assert answer.status == 422, answer
    error = answer.json["detail"][0]
    if data:
        assert error["type"] == "json_invalid" and error["msg"] == "JSON decode error", error
    else:
        assert error["type"] in ("missing", "json_invalid")
    assert error["loc"][0] == "body"


@pytest.mark.parametrize("target", ["/zones/9/temperature", "/zones/4/hold", "/zones/0/temperature",
                                    "/zones/-1/hold"])
def test_a_zone_that_does_not_exist_is_not_found(shared_house, target):
    answer = shared_house.rest.post(target, {"hold": True})
    number = target.split("/")[2]
    assert answer.status == 404 and answer.json == {"detail": f"Zone {number} not found."}, answer


def test_a_batch_with_an_unknown_zone_is_not_found(shared_house):
    answer = shared_house.rest.post(BATCH, {"zones": [1, 9], "heat": 70})
    assert answer.status == 404 and answer.json == {"detail": "Zone 9 not found."}, answer


@pytest.mark.parametrize("method, target", [("GET", "/nothing"), ("POST", "/status/now"),
                                            ("GET", "/zones"), ("GET", "/zones/1/temperatures"),
                                            ("GET", "/status/")])
def test_an_unknown_route_is_not_found(shared_house, method, target):
    answer = shared_house.rest.request(method, target, {} if method == "POST" else None)
    assert answer.status == 404 and isinstance(answer.json["detail"], str), answer


@pytest.mark.parametrize("method, target, allowed", [
    ("POST", "/status", "GET"), ("GET", "/system/mode", "POST"), ("GET", "/update", "POST"),
    ("PUT", "/system/fan", "POST"), ("DELETE", "/status", "GET"), ("PATCH", ZONE, "POST"),
    ("GET", "/cache/clear", "POST"), ("POST", "/health", "GET"),
])
def test_the_wrong_method_is_told_the_right_one(shared_house, method, target, allowed):
    answer = shared_house.rest.request(method, target, {} if method != "GET" else None)
    assert answer.status == 405, answer
    assert allowed in [one.strip() for one in answer.headers["Allow"].split(",")]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded",
                                  "multipart/form-data; boundary=x"])
def test_a_body_that_does_not_claim_to_be_json_is_refused(shared_house, kind):
    answer = shared_house.rest.post(ZONE, {"heat": 70}, headers={"Content-Type": kind})
    assert answer.status == 415, answer


@pytest.mark.parametrize("headers", [{"Content-Type": "application/json; charset=utf-8"},
                                     {"Content-Type": "Application/JSON"}])
def test_a_body_that_claims_to_be_json_is_taken(shared_house, headers):
    assert shared_house.rest.post(ZONE, {"holdd": 1}, headers=headers).status == 422


def test_a_missing_content_type_passes(shared_house):
    data = b'{"holdd": 1}'
    request = (b"POST " + ZONE.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
               + str(len(data)).encode() + b"\r\n\r\n" + data)
    assert raw_http(shared_house.daemon.port, request).startswith(b"HTTP/1.1 422 ")


def test_a_body_over_64_kib_is_too_large(shared_house):
    large = b'{"heat": 70' + b" " * 64 * 1024 + b"}"
    assert shared_house.rest.post(ZONE, large).status == 413
    fits = b'{"holdd": 70' + b" " * (64 * 1024 - 13) + b"}"
    assert len(fits) == 64 * 1024 and shared_house.rest.post(ZONE, fits).status == 422


def test_a_body_too_large_is_refused_before_it_is_sent(shared_house):
    head = (b"POST /system/mode HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            b"Content-Length: 50000000\r\n\r\n")
    assert raw_http(shared_house.daemon.port, head).startswith(b"HTTP/1.1 413 ")


BODY = b'{"hold": true}'
MALFORMED = {
    "two lengths": b"POST /zones/2/hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\n"
                   b"Content-Length: 2\r\n\r\n" + BODY,
    "length and chunked": b"POST /zones/2/hold HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14"
                          b"\r\nTransfer-Encoding: chunked\r\n\r\ne\r\n" + BODY + b"\r\n0\r\n\r\n",
    "negative length": b"POST /zones/2/hold HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Length: -5\r\n\r\n",
    "folded header": b"GET /status HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n",
    "NUL in the path": b"GET /status%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "control character in the path": b"GET /sta%0atus HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "no Host": b"GET /status HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_refused(shared_house, name):
    answer = raw_http(shared_house.daemon.port, MALFORMED[name])
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


@pytest.mark.parametrize("query", ["force=perhaps", "raw=2x", "flat=maybe"])
def test_a_malformed_query_value_is_refused(shared_house, query):
    answer = shared_house.rest.get("/status?" + query)
    assert answer.status == 400 and isinstance(answer.json["detail"], str), answer


def test_a_header_that_never_ends_is_cut_off(shared_house):
    data = b"GET /status HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 100000 + b"\r\n\r\n"
    answer = raw_http(shared_house.daemon.port, data)
    assert answer == b"" or answer.split()[1] in (b"431", b"413", b"414", b"400"), answer[:200]
    assert shared_house.rest.get("/status").status == 200


@pytest.mark.parametrize("target, body", [
    (MODE, {"mode": "Cool"}), (FAN, {"fan": "On"}), (ZONE, {"heat": 70}), (HOLD, {"hold": True}),
    (BATCH, {"zones": [1], "heat": 70}),
])
def test_read_only_refuses_every_command(new_house, target, body):
    house = new_house(settings={"panel.read_only": True})
    answer = house.rest.post(target, body)
    assert answer.status == 403 and isinstance(answer.json["detail"], str), answer
    assert house.rest.get("/status?force=true").status == 200
    assert house.rest.post("/update").status == 200
    assert not house.written()


def test_the_installers_test_mode_refuses_commands(house):
    house.sim.set_field("installer_test", 1)
    house.rest.post("/update")
    answer = house.rest.post(ZONE, {"heat": 70, "hold": True})
    assert answer.status == 409 and "test" in answer.json["detail"].lower(), answer
    house.sim.set_field("installer_test", 0)
    house.rest.post("/update")
    house.command(ZONE, {"heat": 70, "hold": True})


def test_more_commands_than_fit_are_refused_with_a_time_to_come_back(new_house):
    house = new_house(settings={"http.max_connections": 1000, "bus.reply_timeout_ms": 5000})
    house.sim.silence(True)
    # Who leaves without waiting for the answer keeps its place: the command is carried out.
    leaver = house.client(timeout=0.5)

    def refused():
        try:
            answer = leaver.post(HOLD, {"hold": True})
        except TimeoutError:
            house.calls[-1].abandoned = True
            return None
        return answer
    for _ in range(640):
        leave(house, HOLD, b'{"hold": true}')
    answer = until(refused, 20, "a refusal")
    assert answer.status == 429 and isinstance(answer.json["detail"], str), answer
    assert int(answer.headers["Retry-After"]) > 0
    assert house.rest.get("/status").status == 200
    house.sim.silence(False)
    house.shows(lambda status: status["zones"][1]["hold"], 30)


def leave(house, target, body):
    """A POST whose client hangs up at once."""
    call = Call("POST", target, body, time.monotonic(), abandoned=True)
    house.calls.append(call)
    with socket.create_connection(("127.0.0.1", house.daemon.port)) as one:
        one.sendall(b"POST " + target.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
                    b"Content-Type: application/json\r\nContent-Length: "
                    + str(len(body)).encode() + b"\r\n\r\n" + body)
