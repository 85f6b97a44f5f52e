# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Watching the bus: GET /api/v1/monitor, and cz2ctl monitor from the daemon, from the line
itself, and from a capture."""

import contextlib
import json
import os
import re
import signal

import pytest

import panel
from process import Process, clean_environment, program
from simulator import Simulator
from test_ctl import DONE, REFUSED, UNREACHED, USAGE, Terminal, at, ctl, http, new_server  # noqa: F401
from waiting import until

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")
MONITOR = "/api/v1/monitor"
BROKEN = bytes.fromhex("010063000300000b00011889b0")  # a read of 1.18 whose checksum is wrong
NOISE = bytes.fromhex("ffeedd")
PIECE = 265  # noise comes in pieces of so many bytes at most
PLAIN = {"TZ": "UTC"}


def captured():
    """The lines of a capture that holds all that was ever captured on a real bus."""
    pieces = []
    with open(os.path.join(DATA, "frames.tsv"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                kind, text = line.split("\t")[:2]
                data = bytes.fromhex(text)
                pieces += [(kind, data[at:at + PIECE]) for at in range(0, len(data), PIECE)]
    return [json.dumps({"time": f"2026-11-14T22:{n // 60:02}:{n % 60:02}.{n:06}+00:00",
                        "at_ms": 1000 * n, "kind": kind, "direction": "in", "hex": data.hex()},
                       separators=(",", ":")) for n, (kind, data) in enumerate(pieces)]


@pytest.fixture
def capture(tmp_path):
    path = tmp_path / "captured"
    path.write_text("".join(line + "\n" for line in captured()))
    return str(path)


@pytest.fixture
def background(tmp_path):
    """Starts cz2ctl to run beside the test."""
    started = []

    def start(*arguments):
        started.append(Process(f"cz2ctl{len(started)}", [program("cz2ctl"), *arguments],
                               str(tmp_path), env=clean_environment(**PLAIN)))
        return started[-1]
    yield start
    for one in started:
        if one.alive():
            one.stop(signal.SIGKILL)


@pytest.fixture
def simulator(tmp_path):
    started = []

    def start(**more):
        started.append(Simulator(str(tmp_path), **more))
        return started[-1]
    yield start
    for one in started:
        one.stop()


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


def interrupted(watcher):
    """Its exit status and its last words after Ctrl-C."""
    assert watcher.alive(), watcher.log()
    code = watcher.stop(signal.SIGINT)
    assert not watcher.complaints()
    return code, watcher.log().splitlines()[-1]


def burst(sim):
    """The panel talks to itself now, and perhaps later."""
    sim.control("burst", on=True, now=True)


SUMMARY = re.compile(r"(\d+) frames heard, (\d+) CRC errors, (\d+) bytes skipped in [\d.]+ s")


# --- what was captured ------------------------------------------------------------------------

def test_each_captured_frame_is_shown_as_it_always_was(capture):
    """tests/data/monitor.txt is what people have seen so far: look well before it changes."""
    done = ctl("monitor", "--replay", capture, **PLAIN)
    assert done.code == DONE and SUMMARY.search(done.err).groups() == ("144", "0", "381")
    with open(os.path.join(DATA, "monitor.txt"), encoding="utf-8") as file:
        assert done.out == file.read()


def test_the_json_of_a_capture_is_the_capture(capture):
    with open(capture, encoding="utf-8") as file:
        assert ctl("monitor", "--replay", capture, "--json", "-q").out == file.read()


def test_hex_shows_every_byte(capture):
    done = ctl("monitor", "--replay", capture, "--hex", "-q", **PLAIN)
    shown = [line.split("< ")[1] for line in done.out.splitlines() if "< " in line]
    assert shown == [one["hex"] for one in map(json.loads, captured()) if one["kind"] == "frame"]


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal(capture, columns):
    for hexadecimal in ((), ("--hex",)):
        terminal = Terminal("monitor", "--replay", capture, *hexadecimal, "-q", NO_COLOR="1",
                            columns=columns, **PLAIN)
        lines = terminal.end().splitlines()
        assert len(lines) == len(captured()) and max(map(len, lines)) <= columns


def test_colours_are_for_terminals_that_want_them(capture):
    assert "\033" not in ctl("monitor", "--replay", capture, **PLAIN).out
    assert "\033[33m" in Terminal("monitor", "--replay", capture).end()
    assert "\033" not in Terminal("monitor", "--replay", capture, NO_COLOR="1").end()


@pytest.mark.parametrize("words, fits", [
    (("--from", "panel"), lambda one: one.source == 9),
    (("--to", "99"), lambda one: one.destination == 99),
    (("--from", "WALL", "--to", "zone2"), lambda one: (one.source, one.destination) == (1, 2)),
    (("--function", "write"), lambda one: one.function == panel.WRITE),
    (("--function", "read"), lambda one: one.function == panel.READ),
    (("--function", "reply", "--row", "1.16"), lambda one: one.function == panel.REPLY and
     one.payload[:3] == b"\x00\x01\x10")])
def test_filters_leave_what_was_asked_for(capture, words, fits):
    done = ctl("monitor", "--replay", capture, "--json", *words)
    assert done.code == DONE
    class Seen:
        def __init__(self, data):
            self.destination, self.source, self.function, self.payload = panel.split(data)
    wanted = [line for line in captured() if json.loads(line)["kind"] == "frame" and
              fits(Seen(bytes.fromhex(json.loads(line)["hex"])))]
    assert done.out.splitlines() == wanted and wanted


def test_count_ends_it(capture):
    assert len(ctl("monitor", "--replay", capture, "--count", "7").out.splitlines()) == 7


@pytest.mark.parametrize("line", [
    "", "nonsense", "{}", "[1]", '{"kind": "frame"}',
    captured()[5].replace("frame", "flame"), captured()[5].replace("in", "up"),
    captured()[5].replace('"hex":"', '"hex":"0'), captured()[5].replace('"hex":"', '"hex":"zz'),
    captured()[5].replace('"hex":"', '"hex":"00'),  # a frame that is none
    captured()[0].replace('"hex":"', '"hex":"' + 300 * "00"),
    captured()[0].replace("2026-", "last "), captured()[0].replace("+00:00", ""),
    captured()[0].replace('"at_ms":0', '"at_ms":"0"'),
    '{"time":"2026-11-14T22:00:00Z","at_ms":0,"kind":"lost"}',
    '{"time":"2026-11-14T22:00:00Z","at_ms":0,"kind":"lost","count":-1}', 5000 * "x"])
def test_what_is_no_capture_is_named_with_its_line(tmp_path, line):
    path = tmp_path / "capture"
    path.write_text(captured()[2] + "\n" + line + "\n")
    done = ctl("monitor", "--replay", str(path))
    assert done.code == USAGE and done.err == f"cz2ctl: {path}:2: this is no line of a capture\n"


@pytest.mark.parametrize("words", [
    ("--row", "1"), ("--row", "1.16x"), ("--from", "nobody"), ("--to", "256"), ("--to", "-1"),
    ("--function", "shout"), ("--from", "cz2d", "--direct", "/dev/null"), ("--replay", "/nonexistent"),
    ("--capture", "/nonexistent/file"),
    ("--replay", "x", "--direct", "y"), ("--replay", "x", "--seconds", "3"),
    ("--seconds", "x"), ("more",)])
def test_bad_usage_is_2_and_says_why(words):
    done = ctl("monitor", *words)
    assert done.code == USAGE and done.out == "" and len(done.err.splitlines()) == 1, done


# --- from the daemon --------------------------------------------------------------------------

def test_what_the_daemon_sees_is_shown_and_replayed_alike(shared_house, background, tmp_path):
    sim = shared_house.sim
    kept = str(tmp_path / "capture")
    watcher = background("monitor", "--socket", shared_house.daemon.socket, "--capture", kept)

    def shown(what):
        return what in watcher.out()

    def talks():
        burst(sim)
        return shown("9.5")
    until(talks, what="the watcher to see a burst", pause=0.2)
    sim.control("say", hex=(NOISE + BROKEN).hex())
    shared_house.rest.get("/status/live")
    until(lambda: shown("cz2d ->") and shown("wrong checksum"), what="all of it to be seen")
    code, summary = interrupted(watcher)
    frames, errors, skipped = map(int, SUMMARY.fullmatch(summary).groups())
    assert code == DONE and (errors, skipped) == (1, len(NOISE + BROKEN)), summary
    assert f"wrong checksum, {skipped} bytes: {(NOISE + BROKEN).hex(' ')}" in watcher.out()
    replayed = ctl("monitor", "--replay", kept, **PLAIN)
    assert replayed.out == watcher.out() and replayed.code == DONE
    # The simulator's own log knows nothing else, and the same of that.
    said = [one["hex"].replace(" ", "").lower() for one in sim.control("log")["log"]]
    with open(kept, encoding="utf-8") as file:
        seen = [one for one in lines_of(file.read()) if one["kind"] == "frame"]
    assert len(seen) == frames and all(one["hex"] in said for one in seen)
    assert {one["direction"] for one in seen} == {"in", "out"}


def test_the_answer_ends_in_time_with_lines_as_described(shared_house):
    sim = shared_house.sim
    later = shared_house.unix.later("GET", MONITOR + "?seconds=1")
    while not later.done():
        burst(sim)
    answer = later.result()
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/x-ndjson"
    lines = lines_of(answer.text)
    assert lines and all(set(one) == {"time", "at_ms", "kind", "direction", "hex"}
                         for one in lines)
    moments = [one["at_ms"] for one in lines]
    assert moments == sorted(moments) and moments[0] >= 0


def test_who_does_not_read_is_told_what_he_lost_and_holds_nobody_up(shared_house):
    sim, noise = shared_house.sim, bytes(500)

    def skipped():
        return shared_house.rest.get("/api/v1/devices/cz2/health").json["link"]["bytes_skipped"]
    before = skipped()
    connection = shared_house.unix.connection()
    connection.request("GET", MONITOR + "?seconds=600")
    response = connection.getresponse()
    while skipped() - before < 300_000:  # more than daemon and socket hold for him together
        sim.control("say", hex=noise.hex())
    said = skipped() - before
    seen = lost = behind = 0
    for _ in range(5000):  # it goes on behind what was lost
        sim.control("say", hex=NOISE.hex())
        line = json.loads(response.readline())
        seen += len(bytes.fromhex(line.get("hex", ""))) if line["kind"] == "noise" else 0
        lost += line.get("count", 0)
        behind += lost > 0 and line["kind"] == "noise"
        if behind == 2:
            break
    connection.close()
    assert 0 < seen < said <= seen + lost * PIECE, (seen, lost)


def test_four_may_watch_and_a_fifth_is_refused(house):
    def watch():
        one = house.unix.connection()
        one.request("GET", MONITOR)
        return one, one.getresponse()
    watching = [watch() for _ in range(4)]
    assert {answer.status for _, answer in watching} == {200}
    refused = house.rest.get(MONITOR)
    assert refused.status == 429 and "detail" in refused.json
    done = at(house, "monitor")
    assert done.code == REFUSED and "already" in done.err
    watching[0][0].close()
    watching[0][1].close()
    again = until(lambda: (lambda pair: pair if pair[1].status == 200 else pair[0].close())(watch()),
                  what="the place of who left", pause=0.1)
    for one, _ in [*watching[1:], again]:
        one.close()


def test_a_watcher_does_not_hold_up_the_end_of_the_daemon(house, background):
    watcher = background("monitor", "--socket", house.daemon.socket)
    def talks():
        burst(house.sim)
        return "9.5" in watcher.out()
    until(talks, what="the watcher to see something", pause=0.2)
    house.daemon.stop()
    assert watcher.wait_end() == UNREACHED and "has stopped" in watcher.log()


def test_who_asks_to_watch_while_the_daemon_stops_does_not_hold_it_up(house):
    """His request began before; the turn that is seen through gives him the time to end it."""
    late = house.unix.connection()
    late.connect()
    late.sock.sendall(f"GET {MONITOR} HTTP/1.1\r\nHost: localhost\r\n".encode())
    house.sim.fault("lose-reply", count=1000)
    asked = len(house.sim.frames())
    changed = house.rest.later("POST", "/system/fan", {"fan": "On"})
    until(lambda: any(one.source == 99 and one.payload[1:3] == bytes((1, 17))
                      for one in house.sim.frames()[asked:]), what="the turn")
    house.daemon.process.send(signal.SIGTERM)
    house.daemon.wait_log("stopping on SIGTERM")
    with contextlib.suppress(OSError):  # it may have ended even so
        late.sock.sendall(b"\r\n")
    assert house.daemon.process.wait_end() == 0
    late.close()
    assert changed.result().status in (503, 504)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\n\r\n" + 5000 * b"x", http({"frames": 1}),
                                    http(b'{"kind": "\x1b[31m"}\n')])
def test_a_hostile_daemon_harms_nobody(new_server, answer):  # noqa: F811
    done = ctl(*new_server(answer).where, "monitor", "--seconds", "5")
    assert done.code in (REFUSED, UNREACHED) and "\x1b" not in done.out + done.err, done


# --- from the line itself ---------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["pty", "tcp"])
def test_who_listens_on_the_line_never_says_a_thing(simulator, background, tmp_path, kind):
    sim = simulator(kind=kind)
    kept = str(tmp_path / "capture")
    watcher = background("monitor", "--direct", sim.connect, "--capture", kept)
    until(lambda: "listening" in watcher.log(), what="it to listen")

    def heard():
        burst(sim)
        return "9.5" in watcher.out()
    until(heard, what="a burst to be heard", pause=0.2)
    sim.control("say", hex=(NOISE + BROKEN).hex())
    until(lambda: "wrong checksum" in watcher.out(), what="the broken frame")
    sim.hang_up()
    until(lambda: "is lost" in watcher.log() and watcher.log().count("listening") == 2,
          what="it to listen again")
    code, summary = interrupted(watcher)
    assert code == DONE and SUMMARY.fullmatch(summary)[2] == "1", watcher.log()
    assert ctl("monitor", "--replay", kept, **PLAIN).out == watcher.out()
    counters = sim.counters()
    assert counters["requests"] == counters["bytes_in"] == counters["noise_bytes"] == 0
    assert all(one["dir"] == "bus" for one in sim.control("log")["log"])


def test_a_link_that_cannot_be_opened_is_named(tmp_path):
    done = ctl("monitor", "--direct", "/dev/nonexistent")
    assert done.code == REFUSED
    assert done.err == "cz2ctl: cannot open /dev/nonexistent: no such device\n"


def test_a_line_that_the_daemon_uses_is_not_shared(shared_house):
    done = ctl("monitor", "--direct", shared_house.sim.link)
    assert done.code == REFUSED and "another program uses it" in done.err
