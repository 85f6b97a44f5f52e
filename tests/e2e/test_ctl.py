# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""cz2ctl: against the real daemon, against none, and against servers that mean no good."""

import fcntl
import json
import os
import pty
import re
import socket
import struct
import subprocess
import termios
import threading
import time
import uuid

import pytest

from history import Call
from process import COMPLAINTS, PATIENCE, clean_environment, program
from rest import encode
from waiting import until

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
DONE, REFUSED, USAGE, UNREACHED, NO_PANEL = range(5)
STATUS_OF = {DONE: 200, REFUSED: 500, NO_PANEL: 504}
NAMES = ["Living room", "Bedrooms", "Büro, groß"]
ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")


class Done:
    """A run of cz2ctl that has ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        assert not COMPLAINTS.search(err), err

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"<{self.code}\n{self.out}\n{self.err}>"


def ctl(*arguments, **environment):
    done = subprocess.run([program("cz2ctl"), *arguments], capture_output=True,
                          timeout=90 * PATIENCE, stdin=subprocess.DEVNULL,
                          env=clean_environment(**environment))
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def at(house, *arguments, wish=None, url=None, **environment):
    """Through the socket of the house, unless there is a url. wish: the (target, body) that it is
    expected to send, for the history checker, which finds any other that reaches the panel."""
    call = Call("POST", wish[0], encode(wish[1]), time.monotonic()) if wish else None
    if call:
        house.calls.append(call)
    where = ("--url", url) if url else ("--socket", house.daemon.socket)
    done = ctl(*where, *arguments, **environment)
    if call:
        queued = "--no-wait" in arguments or done.out.startswith("Queued: ")
        call.answered = time.monotonic()
        call.status = 202 if queued and done.code == DONE else STATUS_OF[done.code]
        call.answer = done.json if "--json" in arguments else None
    return done


class Server:
    """Answers each connection with the same bytes, or with the next ones that answer() gives.
    hold: waits for release() before."""

    def __init__(self, answer, path=None, hold=False):
        self.answer = answer
        self.requests = []
        self.open = threading.Event()
        if not hold:
            self.open.set()
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
            self.where = ("--socket", path)
        else:
            self.listener = socket.socket()
            self.listener.bind(("127.0.0.1", 0))
            self.where = ("--url", f"http://127.0.0.1:{self.listener.getsockname()[1]}")
        self.listener.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def release(self):
        self.open.set()

    def _serve(self):
        while True:
            try:
                one, _ = self.listener.accept()
            except OSError:
                return
            with one:
                try:
                    self.requests.append(read_request(one))
                    self.open.wait()
                    one.sendall(self.answer() if callable(self.answer) else self.answer)
                except OSError:
                    pass

    def close(self):
        self.open.set()
        self.listener.close()


def read_request(one):
    """(first line, header with small names, body)"""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = one.recv(65536)
        if not piece:
            raise OSError("no request")
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    first, *lines = head.decode().split("\r\n")
    header = {name.lower(): value.strip() for name, _, value in
              (line.partition(":") for line in lines)}
    while len(body) < int(header.get("content-length", 0)):
        body += one.recv(65536)
    return first, header, body


def http(document, status=200):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return (f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


@pytest.fixture
def new_server():
    servers = []

    def make(*arguments, **more):
        servers.append(Server(*arguments, **more))
        return servers[-1]
    yield make
    for one in servers:
        one.close()


class Terminal:
    """cz2ctl with standard output and error on a terminal of its own; asked: its input, too."""

    def __init__(self, *arguments, columns=80, asked=False, **environment):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.popen = subprocess.Popen(
            [program("cz2ctl"), *arguments], stdin=slave if asked else subprocess.DEVNULL,
            stdout=slave, stderr=slave, env=clean_environment(**{"TERM": "xterm", **environment}))
        os.close(slave)
        self.data = b""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            try:
                piece = os.read(self.master, 65536)
            except OSError:
                return
            if not piece:
                return
            self.data += piece

    def end(self):
        """What was shown, when it has ended."""
        self.code = self.popen.wait(60 * PATIENCE)
        self.reader.join(60 * PATIENCE)
        os.close(self.master)
        text = self.data.decode().replace("\r\n", "\n")
        assert not COMPLAINTS.search(text), text
        return text


COLOUR = re.compile("\033\\[[0-9;]*m")


def settled(text):
    """Without the line of waiting, which a slow machine shows, and its end."""
    return re.sub("\r(waiting[^\r]*)?(\033\\[K)?", "", text)


@pytest.fixture
def named_house(new_house):
    return new_house(settings={"panel.zone_names": NAMES, "command.guard_ms": 0})


# --- each command -----------------------------------------------------------------------------

BATCH = "/zones/batch/temperature"
COMMANDS = [
    ("mode heat", "/system/mode", {"mode": "Heat"}),
    ("mode EHEAT --all on", "/system/mode", {"mode": "EHeat", "all": True}),
    ("mode off --all off", "/system/mode", {"mode": "Off", "all": False}),
    ("fan on", "/system/fan", {"fan": "On"}),
    ("zone 2 --heat 70 --cool 80 --hold on", "/zones/2/temperature",
     {"heat": 70, "cool": 80, "hold": True}),
    ("zone 1-2,3 --temp on --out OFF", BATCH,
     {"zones": [1, 2, 3], "temp": True, "out": False}),
    ("zone bedrooms --heat 66 --temp on", "/zones/2/temperature", {"heat": 66, "temp": True}),
    ("zone büro,_groß --out on", "/zones/3/temperature", {"out": True}),
    ("zone all --hold on --heat 65", BATCH, {"zones": [1, 2, 3], "hold": True, "heat": 65}),
    ("zone 3,BEDROOMS --cool 81 --hold on", BATCH, {"zones": [2, 3], "cool": 81, "hold": True}),
    ("hold 2 on", "/zones/2/hold", {"hold": True}),
    ("hold 2 --temp on", "/zones/2/hold", {"temp": True}),
    ("hold 1,3 off --temp off", BATCH, {"zones": [1, 3], "hold": False, "temp": False}),
]


@pytest.mark.smoke
def test_each_command_changes_the_panel_and_nothing_else(named_house):
    for line, target, body in COMMANDS:
        words = [word.replace("_", " ") for word in line.split()]
        done = at(named_house, *words, "--json", wish=(target, body))
        assert done.code == DONE and done.json["meta"]["source"] == "writeback", (line, done)
        assert done.out.count("\n") == 1 and '", "' not in done.out, "compact, on one line"


def request_body(done, server):
    assert done.code == DONE, done
    return server.requests[-1][0], json.loads(server.requests[-1][2])


@pytest.mark.parametrize("line, target, body", COMMANDS, ids=[one[0] for one in COMMANDS])
def test_each_command_sends_exactly_what_was_said(new_server, line, target, body):
    zones = [{"zone_id": i + 1, "name": name} for i, name in enumerate(NAMES)]
    server = new_server(http({"status": {"zones": zones}, "message": "Fine"}))
    done = ctl(*server.where, *[word.replace("_", " ") for word in line.split()])
    assert request_body(done, server) == (f"POST {target} HTTP/1.1", body)
    assert done.out == "Fine\n" and done.err == ""


def test_it_works_over_tcp_too(named_house):
    url = f"http://127.0.0.1:{named_house.daemon.port}/"
    done = ctl("status", "--url", url)
    assert done.code == DONE and "Bedrooms" in done.out, done
    done = at(named_house, "hold", "2", "on", url=url, wish=("/zones/2/hold", {"hold": True}))
    assert done.out == "Zone 2 hold settings updated\n", done
    assert named_house.zone(2)["hold"] is True


def test_the_status_shows_what_the_panel_holds(named_house):
    named_house.command("/zones/2/temperature", {"heat": 66, "cool": 79, "hold": True})
    named_house.command("/zones/3/temperature", {"out": True, "temp": True})
    done = at(named_house, "status", "--refresh")
    assert done.code == DONE and done.err == "", done
    lines = done.out.splitlines()
    system = dict(re.split(r"  +", line, maxsplit=1) for line in lines[:lines.index("")])
    status = named_house.status()
    assert system["Mode"].split(",")[0] == status["system_mode"]
    assert system["Active"] == status["active_state"] and system["ALL mode"] == "Off"
    assert system["Outside"] == f"{status['outside_temp']} F"
    assert system["Updated"].endswith("(force)")
    titles, *rows = lines[lines.index("") + 1:]
    assert titles.split() == "Zone Name Temp Heat Cool Flags Damper".split()
    for zone, row in zip(status["zones"], rows, strict=True):
        words = [str(zone["zone_id"]), zone["name"], str(zone["temperature"]),
                 str(zone["heat_setpoint"]), str(zone["cool_setpoint"])]
        flags = ", ".join(word for word, name in
                          (("hold", "hold"), ("temp", "temporary"), ("out", "out")) if zone[name])
        words += [flags] if flags else []
        words.append(f"{zone['damper_position']}%")
        assert re.split(r"  +", row.strip()) == words
    assert "hold" in rows[1] and "temp, out" in rows[2]


def test_update_health_and_version(named_house):
    assert at(named_house, "update").out == "Status refreshed successfully\n"
    assert at(named_house, "update", "--json").json["meta"]["source"] == "force"
    health = at(named_house, "health")
    assert health.code == DONE and re.search(r"^Health +healthy$", health.out, re.M), health
    assert re.search(r"^Link +pty, the panel answers", health.out, re.M), health
    version = named_house.rest.get("/api/v1/system/version").json
    assert at(named_house, "version").out == f"cz2d {version['version']} (API v1)\n"
    assert at(named_house, "version", "--json").json == version
    assert ctl("--version").out == f"cz2ctl {version['version']}\n"


def test_warnings_go_to_standard_error_unless_it_is_quiet(named_house):
    wish = ("/zones/1/temperature", {"heat": 67})
    done = at(named_house, "zone", "1", "--heat", "67", wish=wish)
    assert done.out == "Zone 1 temperature updated\n", done
    assert done.err.startswith("cz2ctl: warning: Zone 1 has neither hold nor temp"), done
    done = at(named_house, "zone", "1", "--heat", "67", "-q", wish=wish)
    assert (done.code, done.out, done.err) == (DONE, "", "")
    assert "Bedrooms" in at(named_house, "status", "--quiet").out


# --- what is wrong ------------------------------------------------------------------------------

USAGES = ["", "nothing", "--nonsense", "status extra", "status --heat 70", "fan", "fan fast",
          "fan on off", "mode", "mode warm", "mode heat --all maybe", "mode heat --hold on",
          "zone", "zone 1", "zone 1, --heat 70", "zone 3-1 --heat 70", "zone 1 --heat",
          "zone 1 --heat 7o", "zone 1 --heat 70.5", "zone 1 --hold 1", "zone 1 --all on",
          "zone Cellar --heat 70", "hold 1", "hold 1 maybe", "hold 1 on --heat 70",
          "status --timeout soon", "status --color red", "status --url ftp://127.0.0.1/",
          "status --url http://[", "status --socket=", "status --token-file /nonexistent",
          "status --token-file /dev/null", "status --token-file /", "update 1", "health 1"]


@pytest.mark.parametrize("line", USAGES)
def test_bad_usage_is_2_and_says_why(shared_house, line):
    where = [] if "--url" in line or "--socket" in line else \
        ["--socket", shared_house.daemon.socket]
    done = ctl(*where, *line.split())
    assert done.code == USAGE and done.out == "" and len(done.err.splitlines()) == 1, done
    assert "cz2ctl: " in done.err


def test_socket_and_url_exclude_each_other():
    assert ctl("status", "--socket", "/x", "--url", "http://127.0.0.1").code == USAGE


@pytest.mark.parametrize("line, why", [
    ("set_zone 2 heat=70", "that is now cz2ctl zone"), ("read_all", "that is now cz2ctl dump"),
    ("stauts", "see cz2ctl --help"), ("zone 2 heat=70", "ZONES, and options: see cz2ctl zone --help"),
    ("--hlep", "unrecognized option '--hlep'")])
def test_who_types_it_wrong_is_told_where_to_look(line, why):
    done = ctl(*line.split())
    assert done.code == USAGE and done.err.startswith("cz2ctl: ") and done.err.endswith(f"{why}\n"), done


def test_each_error_of_a_body_has_its_line_and_place(shared_house):
    done = at(shared_house, "zone", "1,2", "--heat", "20", "--cool", "200")
    assert done.code == REFUSED and done.out == "", done
    assert done.err == ("cz2ctl: heat: Input should be greater than or equal to 45\n"
                        "cz2ctl: cool: Input should be less than or equal to 99\n")
    done = at(shared_house, "zone", "1", "--heat", "80", "--cool", "81", "--json")
    assert done.code == REFUSED and done.json["detail"][0]["type"] == "value_error", done
    assert done.err.startswith("cz2ctl: zone 1: the cool setpoint 81 must be") and "80" in done.err


def test_a_refusal_is_1_and_its_sentence(shared_house, new_house):
    done = at(shared_house, "hold", "9", "on")
    assert (done.code, done.err) == (REFUSED, "cz2ctl: Zone 9 not found.\n")
    watching = new_house(settings={"panel.read_only": True})
    done = at(watching, "fan", "on")
    assert done.code == REFUSED and "read" in done.err, done


def test_the_part_that_the_panel_took_is_told(new_server):
    answer = {"detail": "The panel refused.", "applied": {"zones": [{"zone_id": 2}]}}
    done = ctl(*new_server(http(answer, 500)).where, "update")
    assert done.code == REFUSED and done.err == (
        "cz2ctl: The panel refused.\n"
        'cz2ctl: the panel took this of it: {"zones":[{"zone_id":2}]}\n')
    done = ctl(*new_server(http(answer, 504)).where, "update")
    assert done.code == NO_PANEL and 'the panel shows this of it: {"zones"' in done.err, done
    answer["applied"] = {}
    done = ctl(*new_server(http(answer, 500)).where, "update")
    assert done.err.endswith("cz2ctl: the panel took nothing of it\n"), done


def test_who_shows_no_token_is_told_how_to_give_one(new_server):
    done = ctl(*new_server(http({"detail": "A token is needed."}, 401)).where, "status")
    assert done.code == REFUSED and done.err == (
        "cz2ctl: A token is needed.\ncz2ctl: a token is given by --token-file or CZ2_TOKEN\n")


def test_a_dead_daemon_is_3(new_house, tmp_path):
    house = new_house()
    house.daemon.stop()
    for where in (("--socket", str(tmp_path / "none")), ("--socket", str(tmp_path)),
                  ("--url", f"http://127.0.0.1:{house.daemon.port}")):
        for command in (("status",), ("fan", "on")):
            done = ctl(*where, *command)
            assert done.code == UNREACHED and done.out == "" and where[1] in done.err, done
            assert "unknown" not in done.err, "nothing was sent"
    assert "does cz2d run?" in ctl("status", "--socket", str(tmp_path / "none")).err


def test_a_daemon_that_hangs_is_3_and_the_fate_of_a_change_is_open(new_server):
    where = new_server(b"", hold=True).where
    done = ctl(*where, "status", "--timeout", "1")
    assert done.code == UNREACHED and "unknown" not in done.err, done
    done = ctl(*new_server(b"", hold=True).where, "fan", "on", "--timeout", "1")
    assert done.code == UNREACHED and "whether it was done is unknown" in done.err, done


def test_a_silent_panel_is_4(named_house):
    named_house.sim.silence(True)
    done = at(named_house, "status", "--refresh")
    assert done.code == NO_PANEL and done.out == "", done
    assert done.err == "cz2ctl: Could not communicate with HVAC controller.\n"
    assert at(named_house, "update").code == NO_PANEL
    until(lambda: not named_house.rest.get("/status").json["meta"]["connected"] or
          at(named_house, "update").code != NO_PANEL, what="the link to count as down")
    done = at(named_house, "status")
    assert done.code == DONE and "The panel does not answer.\n" in done.out, done
    assert at(named_house, "health").code == REFUSED
    assert at(named_house, "health", "--json").json["status"] == "unhealthy"


def test_what_was_known_before_a_restart_says_so(named_house):
    named_house.daemon.stop()
    named_house.sim.silence(True)
    named_house.daemon.start()
    done = at(named_house, "status")
    assert done.code == DONE and "Restored from before a restart" in done.out, done


def test_nothing_known_yet_is_said(new_house):
    house = new_house(panel={"silent": True}, known=False)
    done = at(house, "status")
    assert done.code == DONE and done.out.endswith("Nothing is known yet.\n"), done
    done = at(house, "zone", "all", "--heat", "70")
    assert done.code == NO_PANEL and "names" in done.err, done


def test_output_that_cannot_be_written_is_no_success(shared_house):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([program("cz2ctl"), "status", "--socket",
                               shared_house.daemon.socket], stdout=full, stderr=subprocess.PIPE,
                              timeout=60, env=clean_environment(), check=False)
    assert done.returncode == REFUSED and b"standard output" in done.stderr


# --- tokens ---------------------------------------------------------------------------------------

def test_a_token_is_sent_from_a_file_or_the_environment(new_server, tmp_path):
    server = new_server(http({}), path=str(tmp_path / "socket"))
    (tmp_path / "token").write_text("from-file\n")
    ctl(*server.where, "status")
    ctl(*server.where, "status", CZ2_TOKEN="from-environment")
    ctl(*server.where, "status", "--token-file", str(tmp_path / "token"), CZ2_TOKEN="other")
    sent = [header.get("authorization") for _, header, _ in server.requests]
    assert sent == [None, "Bearer from-environment", "Bearer from-file"]


def test_a_token_that_every_user_can_read_is_told(new_server, tmp_path):
    server = new_server(http({"name": "cz2d"}))
    path = tmp_path / "token"
    path.write_text("secret\n")
    said = {}
    for mode in (0o644, 0o640, 0o600):
        path.chmod(mode)
        said[mode] = ctl(*server.where, "version", "--token-file", str(path))
    assert [done.code for done in said.values()] == [DONE] * 3
    assert "can be read by every user" in said[0o644].err and "secret" not in said[0o644].err
    assert said[0o640].err == said[0o600].err == ""


@pytest.mark.parametrize("token", ["two words", "a\tb", "ü", "x" * 5000, "a\x01"])
def test_what_cannot_be_a_token_is_not_sent(new_server, token):
    server = new_server(http({}))
    assert ctl(*server.where, "status", CZ2_TOKEN=token).code == USAGE
    assert not server.requests


# --- hostile answers ------------------------------------------------------------------------------

EVIL = "\x1b]0;gone\x07\x1b[2J\x9b1m\u202e\r\nforged"
HOSTILE = {
    "nothing": (b"", UNREACHED),
    "no HTTP": (b"SSH-2.0-x\r\n", UNREACHED),
    "cut short": (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", UNREACHED),
    "no JSON": (http(b"<html>" + EVIL.encode()), REFUSED),
    "no UTF-8": (http(b'{"status": "\xff\xfe"}'), REFUSED),
    "a list": (http([1]), REFUSED),
    "a NUL": (http(b'{"message": "a\\u0000b"}'), REFUSED),
    "too deep": (http(b"[" * 100000 + b"]" * 100000), REFUSED),
    "too large": (http(b'"' + b"x" * (1 << 20) + b'"'), REFUSED),
    "without an end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       + b"10000\r\n" * 1 + b"x" * 0x10000 + b"\r\n"
                       + (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * 20, REFUSED),
    "a redirection": (b"HTTP/1.1 302 X\r\nLocation: file:///etc/passwd\r\n"
                      b"Content-Length: 0\r\n\r\n", REFUSED),
    "an error without a reason": (http(b"", 500), REFUSED),
    "an error of a wrong type": (http({"detail": {"a": 1}}, 400), REFUSED),
    "an evil sentence": (http({"detail": EVIL}, 500), REFUSED),
    "evil errors": (http({"detail": [{"loc": ["body", EVIL, 1e300, None], "msg": EVIL}, 7, None,
                                     {"loc": EVIL, "msg": []}] * 200}, 422), REFUSED),
    "evil rest": (http({"detail": [], "applied": {EVIL: EVIL}}, 500), REFUSED),
    "evil names": (http({"status": {"system_mode": EVIL, "zones": [
        {"zone_id": 1e308, "name": EVIL * 50, "temperature": -1e308}] * 100},
        "meta": {"error": EVIL, "source": EVIL, "age_seconds": 1e308}, "warnings": [EVIL, 1] * 99,
        "message": EVIL, "problems": [EVIL] * 99, "name": EVIL}), DONE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_harms_neither_script_nor_terminal(new_server, name):
    answer, code = HOSTILE[name]
    server = new_server(answer)
    for command in (("status",), ("fan", "on"), ("health",), ("version",)):
        done = ctl(*server.where, *command)
        assert done.code == code, done
        assert not ESCAPES.search(done.out + done.err), done
        assert "\nforged" not in done.out + done.err
        assert len(done.out) < 100000 and len(done.err.splitlines()) < 300
        assert code == DONE or done.err.startswith("cz2ctl: ")
    shown = Terminal(*server.where, "status", "--json", "--color", "never")
    assert not ESCAPES.search(settled(shown.end()))
    assert shown.code == code


# --- terminals ------------------------------------------------------------------------------------

def test_a_terminal_of_80_columns_is_enough(new_house):
    names = ["A very long name of a living room, which nobody needs", "寝室" * 10, "Office"]
    house = new_house(settings={"panel.zone_names": names})
    terminal = Terminal("status", "--socket", house.daemon.socket, "--color", "never")
    shown = settled(terminal.end())
    lines = shown[shown.index("Zone  "):].splitlines()
    wide = [len(line) + len(re.findall("[寝室]", line)) for line in lines]
    assert len(lines) == 4 and max(wide) <= 80 and len(set(wide)) == 1, shown
    assert "…" in lines[1] and names[1] in shown and "…" not in lines[2]


def test_only_a_terminal_gets_colours(shared_house):
    where = ("status", "--socket", shared_house.daemon.socket)
    bold = "\033[1mZone\033[0m"
    assert bold in Terminal(*where).end()
    assert not COLOUR.search(Terminal(*where, NO_COLOR="1").end())
    assert not COLOUR.search(Terminal(*where, TERM="dumb").end())
    assert not COLOUR.search(Terminal(*where, "--color", "never").end())
    assert bold in Terminal(*where, "--color=always", NO_COLOR="1").end()
    assert "\033[" not in ctl(*where).out and bold in ctl(*where, "--color", "always").out
    assert COLOUR.sub("", settled(Terminal(*where).end())).split("Updated")[0] == \
        ctl(*where).out.split("Updated")[0]


def test_json_is_pretty_on_a_terminal(shared_house):
    terminal = Terminal("version", "--json", "--socket", shared_house.daemon.socket)
    text = settled(terminal.end())
    assert json.loads(text)["name"] == "cz2d" and '\n  "name"' in text


def test_waiting_is_shown_on_a_terminal_and_erased(new_server):
    server = new_server(http({"message": "Fine"}), hold=True)
    terminal = Terminal("update", *server.where)
    until(lambda: b"waiting for the answer, " in terminal.data, what="the line that says so")
    server.release()
    assert terminal.end().endswith("\r\033[KFine\n")


def test_waiting_is_not_shown_elsewhere(new_server):
    for more in ((), ("-q",)):
        server = new_server(http({"message": "Fine"}), hold=True)
        terminal = Terminal("update", *server.where, *more, TERM="dumb" if not more else "xterm")
        until(lambda: server.requests, what="the request")
        time_shown = Terminal("update", *server.where)
        until(lambda: b"waiting" in time_shown.data, what="another that has waited since")
        server.release()
        assert "waiting" not in terminal.end()
        time_shown.end()


def test_a_quick_answer_has_nothing_to_erase(new_server):
    server = new_server(http({"message": "Fine"}))
    until(lambda: Terminal("update", *server.where).end() == "Fine\n", what="a quick answer")


# --- what became of commands ----------------------------------------------------------------------

WISH = ("/zones/2/temperature", {"heat": 66, "hold": True})


def recorded(house, command="zone.temperature"):
    """The newest record of a command, as JSON."""
    page = at(house, "commands", "--json").json["commands"]
    return next(one for one in page if one["command"] == command)


def test_commands_are_listed_for_people_and_programs(new_house):
    house = new_house()
    assert "There are no such commands" in at(house, "commands").out
    assert at(house, "zone", "2", "--heat", "66", "--hold", "on", wish=WISH).code == DONE
    house.command("/system/fan", {"fan": "On"})
    fan, zone = at(house, "commands", "list", "--json").json["commands"]
    assert (fan["source"], fan["request_user_id"]) == ("rest", "anonymous")
    assert zone["source"] == "ctl" and zone["request_user_id"].startswith("local:")
    titles, *lines = at(house, "commands").out.splitlines()
    assert titles.split() == ["Time", "ID", "Device", "Who", "Status", "What"]
    assert len(lines) == 2 and "fan On" in lines[0] and "heat 66, hold on" in lines[1]
    assert all(len(line) <= 80 for line in (titles, *lines)), "it does not fit a terminal"
    assert all("delivered" in line for line in lines) and zone["command_id"][-8:] in lines[1]
    assert [one["command"] for one in at(house, "commands", "--device", "cz2-zone-2", "--json")
            .json["commands"]] == ["zone.temperature"]
    for words in ((), ("follow",)):
        done = at(house, "commands", *words, "--device", "cz2-zone-9")
        assert done.code == REFUSED and done.err.endswith("cz2ctl devices lists the IDs\n"), done
    assert at(house, "commands", "--status", "failed", "--json").json["total"] == 0
    assert at(house, "commands", "--limit", "1", "--json").json["total"] == 2


def test_only_who_is_known_may_call_himself_cz2ctl(new_house):
    house = new_house()
    done = at(house, "fan", "On", url=f"http://127.0.0.1:{house.daemon.port}",
              wish=("/system/fan", {"fan": "On"}))
    assert done.code == DONE
    assert recorded(house, "system.fan")["source"] == "rest"


def test_one_command_is_shown_by_its_id_or_the_beginning_or_end_of_that(new_house):
    house = new_house()
    house.command(*WISH)
    ident = recorded(house)["command_id"]
    whole = at(house, "commands", "show", ident)
    assert whole.code == DONE and ident in whole.out
    assert re.search(r"^1\.16 +00", whole.out, re.MULTILINE), whole.out
    assert "of it" not in whole.out  # all is there
    assert at(house, "commands", "show", ident[:8]).out == whole.out
    assert at(house, "commands", "show", ident[-8:]).out == whole.out
    assert at(house, "commands", "show", ident, "--json").json["command_id"] == ident
    other = "0000" if ident[:4] != "0000" else "1111"
    assert at(house, "commands", "show", other).code == REFUSED
    assert at(house, "commands", "show", str(uuid.uuid4())).code == REFUSED


def test_a_command_that_the_panel_took_in_part_shows_which(new_house):
    house = new_house()
    house.sim.fault("nack", count=200, function="write", row="10.10")
    done = at(house, *"schedule set 2 all eve heat=60".split(),
              wish=("/zones/2/schedule", {"days": {"all": {"eve": {"heat": 60}}}}))
    assert done.code == REFUSED and "took this of it" in done.err, done
    shown = at(house, "commands", "show", recorded(house, "zone.schedule")["command_id"]).out
    told = json.loads(re.search("^the panel shows this of it: (.*)$", shown, re.MULTILINE).group(1))
    days = {day: {"eve": {"heat": 60}} for day in ("sun", "mon")}
    assert told == {"program": [{"zone_id": 2, "days": days}]}


def test_why_a_command_failed_is_shown_whole(new_server):
    why = "Zone 2 thu: " + "it is not known " * 9 + "at all"
    ident = str(uuid.UUID(int=0))
    record = {"command_id": ident, "status": "failed", "result": {"error_message": why}}
    done = ctl(*new_server(http(record)).where, "commands", "show", ident)
    assert done.code == DONE and why in done.out, done


def test_what_nobody_has_asked_for_shows_its_cause(new_house):
    house = new_house(settings={"cache.refresh_interval": 5})
    house.sim.wall(mode=1)
    until(lambda: "->" in at(house, "commands").out, 30, "a record of the change")
    assert "delivered  system_mode Auto -> Cool: cause unknown" in at(house, "commands").out


def test_commands_of_one_moment_are_told_apart_by_what_the_list_shows(new_house):
    house = new_house()
    for fan in ("On", "Auto", "On"):
        house.command("/system/fan", {"fan": fan})
    records = at(house, "commands", "--json").json["commands"]
    shown = [line.split()[2] for line in at(house, "commands").out.splitlines()[1:]]
    assert len(shown) == len(records) == 3
    for part, record in zip(shown, records):
        assert record["command_id"] in at(house, "commands", "show", part).out


@pytest.mark.parametrize("line", [
    "commands show", "commands list 1234", "commands show 12", "commands show ../../status",
    "commands forget", "commands --limit 0", "commands --limit 257", "commands --status lost",
    "commands --device ../status", "commands show 12345678 --limit 3", "commands follow --limit 3"])
def test_what_no_list_of_commands_can_be_is_bad_usage(shared_house, line):
    assert at(shared_house, *line.split()).code == USAGE


def test_who_does_not_wait_can_follow(new_house):
    house = new_house(panel={"pacing": True})
    ident = at(house, "zone", "2", "--heat", "66", "--hold", "on", "--no-wait",
               wish=WISH).out.strip()
    assert str(uuid.UUID(ident)) == ident
    done = at(house, "commands", "follow", ident)
    assert done.code == DONE and "delivered" in done.out.splitlines()[-1]
    assert house.zone(2)["heat_setpoint"] == 66
    assert at(house, "update", "--no-wait", "--json").json["status"] == "queued"


def test_following_ends_as_the_command_did(new_house):
    house = new_house(settings={"command.timeout_seconds": 5, "bus.reply_timeout_ms": 120})
    house.sim.fault("nack", count=200, function="write")
    ident = at(house, *"zone 2 --heat 66 --hold on --no-wait".split(), wish=WISH).out.strip()
    done = at(house, "commands", "follow", ident[:8])
    assert done.code == REFUSED and "failed" in done.out, done
    assert at(house, "commands", "follow", ident, "--json").json["status"] == "failed"


def test_who_follows_all_sees_what_is_new(new_house):
    house = new_house(settings={"cache.refresh_interval": 5})
    house.command("/system/fan", {"fan": "On"})
    follower = subprocess.Popen([program("cz2ctl"), "--socket", house.daemon.socket, "commands",
                                 "follow"], stdout=subprocess.PIPE, text=True,
                                env=clean_environment())
    lines = []
    threading.Thread(target=lambda: lines.extend(follower.stdout), daemon=True).start()
    try:
        # It has to have seen what there was before.
        heats = iter(range(50, 85))
        until(lambda: house.command(WISH[0], {"heat": next(heats), "hold": True}) and lines,
              what="a command to be shown")
        assert all("cz2-zone-2" in line and "heat " in line for line in lines), lines
        house.sim.wall(2, hold=False)
        until(lambda: any("hold on -> off" in line for line in lines), 30, "the wall's change")
    finally:
        follower.terminate()
        follower.wait(10)


def followed(new_server, *pages):
    """The commands that follow shows of these lists, one list after the other."""
    answers = [http({"commands": [{"command_id": f"id-{name}", "updated_at": stamp}
                                  for name, stamp in page], "total": len(page)})
               for page in pages]
    server = new_server(iter([*answers, http({"detail": "enough"}, 503)]).__next__)
    done = ctl(*server.where, "commands", "follow", "--status", "failed")
    assert done.code == REFUSED and "enough" in done.err, done
    return [line.split("-")[-1].strip() for line in done.out.splitlines()]


def test_who_follows_a_status_sees_each_command_that_gets_it(new_server):
    first, second, late = ("first", 1), ("second", 2), ("late", 3)
    assert followed(new_server, [], [first], [second, first], [second, first, late],
                    [("second", 4), first, late]) == ["first", "second", "late", "second"]


def test_who_follows_is_not_told_what_only_moves_up(new_server):
    full = [(f"n{number}", 1) for number in range(300, 200, -1)]
    moved = full[1:] + [("n200", 1)]
    late = moved[:50] + [("late", 2)] + moved[50:99]
    assert followed(new_server, full, moved, late, [("next", 3)] + late[:99]) == ["late", "next"]


def test_a_daemon_that_never_waits_is_told_as_such(new_house):
    house = new_house(settings={"worker.enabled": True})
    done = at(house, "fan", "On", wish=("/system/fan", {"fan": "On"}))
    assert done.out.startswith("Queued: cz2ctl commands follow "), done
    assert at(house, "commands", "follow", done.out.split()[-1]).code == DONE


# --- documents ------------------------------------------------------------------------------------

def usages(text):
    """The lines of a help, each usage on one."""
    return text.replace("\n" + 10 * " ", " ").splitlines()


def commands():
    """{command: its own options}, from --help."""
    found = {}
    for line in usages(ctl("--help").out.split("Options of")[0]):
        if re.match(r"  [a-z]", line):
            found[line.split()[0]] = set(re.findall(r"--[a-z-]+", line))
    assert len(found) >= 8
    return found


def common_options():
    return set(re.findall(r"--[a-z][a-z-]+", ctl("--help").out.split("Options of")[1]))


def test_each_command_explains_itself():
    for name, options in commands().items():
        done = ctl(name, "--help")
        assert done.code == DONE and done.out.startswith(f"Usage: cz2ctl {name}"), done
        assert options | common_options() <= set(re.findall(r"--[a-z-]+", done.out))
        assert max(map(len, done.out.splitlines())) <= 80


def completed(*words):
    script = ('source "$1"; shift; COMP_WORDS=(cz2ctl "$@"); COMP_CWORD=$#; _cz2ctl; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    path = os.path.join(ROOT, "etc", "completion", "cz2ctl.bash")
    done = subprocess.run(["bash", "-c", script, "bash", path, *words], capture_output=True,
                          text=True, timeout=60, check=True, env=clean_environment())
    assert done.stderr == ""
    return set(done.stdout.split())


def test_completion_knows_every_command_and_option():
    assert completed("") == set(commands()) and completed("-") == common_options()
    for name, options in commands().items():
        assert completed(name, "-") == options | common_options(), name
        if any(not word.startswith("-") for word in completed(name, "")):
            assert not any(word.startswith("-") for word in completed(name, "")), name
        behind = completed("--timeout", "5", "--quiet", name, "--")
        assert behind == options | common_options(), name


def test_completion_knows_the_words_behind_an_option():
    for name, options in commands().items():
        text = ctl(name, "--help").out
        for option, words in re.findall(r"(--[a-z-]+) ([a-z]+(?:\|[a-z]+)+)", text):
            assert completed(name, option, "") == set(words.split("|")), option
        for option in re.findall(r"(--[a-z-]+) (?:N|S|URL)\b", text):
            assert not completed(name, option, ""), option
    assert completed("mode", "E") == {"EHeat"} and completed("st") == {"status"}


def test_completion_knows_the_words_of_a_command():
    for name in commands():
        usage = usages(ctl(name, "--help").out)[0].split(" [--")[0]
        words = set(re.findall(r"(?<=[\[| ])[A-Za-z]+(?=[ |\]]|$)", usage.split(name, 1)[1]))
        words = {word for word in words if not word.isupper()}
        assert words <= completed(name, ""), name


def test_completion_knows_where_a_file_stands():
    here = set(os.listdir())
    for words in ((), ("--timeout", "5"), ("--json",)):
        assert here and all(here <= completed(*words, name, "") for name in ("restore", "diff"))
    assert completed("restore", "--only", "s") == {"schedules", "setpoints", "system"}


def test_every_command_is_in_the_manual():
    with open(os.path.join(ROOT, "man", "cz2ctl.1"), encoding="utf-8") as file:
        told = set(re.findall(r"^\.It Cm ([a-z]+)", file.read(), re.MULTILINE))
    assert told == set(commands())


def test_the_default_socket_is_the_daemons():
    shipped = subprocess.run([program("cz2d"), "-c", os.devnull, "--print-config"],
                             capture_output=True, text=True, timeout=60, check=True,
                             env=clean_environment()).stdout
    path = re.search(r'^\s*socket = "([^"]+)"', shipped, re.MULTILINE)[1]
    assert f"({path})" in ctl("--help").out
