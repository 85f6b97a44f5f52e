# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The whole daemon against hostile clients: it lives, serves others as usual, forgets them, and
the panel never hears of them. What single malformed requests get is test_http_guards.py's."""

import collections
import os
import random
import selectors
import socket
import struct
import time

import hostile
from waiting import PATIENCE, until

REQUESTS = 10000
TOGETHER = 300  # of those requests at a time
SEED = int(os.environ.get("CZ2_SEED", "2026"))
HOST = b"Host: localhost\r\n"


def post(target, body, headers=b""):
    return (b"POST %s HTTP/1.1\r\n" % target + HOST + headers
            + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def chunked(target, body):
    return (b"POST %s HTTP/1.1\r\n" % target + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
            + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")


def get(target, headers=b"", method=b"GET"):
    return method + b" " + target + b" HTTP/1.1\r\n" + HOST + headers + b"\r\n"


GOOD = (
    get(b"/status"), get(b"/status?flat=1&raw=yes"), get(b"/health"), get(b"/cache/stats"),
    get(b"/status", method=b"HEAD"), get(b"/api/v1/system/version", b"Accept: */*\r\nUser-Agent: x\r\n"),
    get(b"/nowhere/%C3%A9"), b"GET /health HTTP/1.0\r\n\r\n",
    post(b"/zones/2/temperature", b'{"heat": 66, "cool": 78, "hold": true}'),
    post(b"/zones/1/hold", b'{"temp": true}'),
    post(b"/zones/batch/temperature", b'{"zones": [1, 3], "heat": 62, "out": false}'),
    post(b"/system/fan", b'{"fan": "On"}', b"Expect: 100-continue\r\n"),
    post(b"/system/mode", b'{"mode": "Auto", "all": false}'),
    chunked(b"/zones/3/temperature", b'{"cool": 80}'),
    post(b"/zones/9/temperature", b'{"heat": 66}'),
    post(b"/zones/1/temperature", b'{"heat": 66.5}' + b" " * 3000),
)


def connect(house, local=False):
    if not local:
        return socket.create_connection(("127.0.0.1", house.daemon.port), timeout=60)
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(60)
    one.connect(house.daemon.socket)
    return one


def reset(one):
    """Leaves without a goodbye."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


class Visitor:
    """Sends its bytes in one go and listens until the end, or leaves at once."""

    def __init__(self, house, chance):
        self.data = hostile.mutated(chance, GOOD)
        self.received = b""
        self.socket = connect(house, local=chance.random() < 0.3)
        self.sent = time.monotonic()
        self.stays = chance.random() < 0.8
        try:
            self.socket.sendall(self.data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has been shown out already, which is an answer too
        if not self.stays:
            self.socket.close() if chance.random() < 0.5 else reset(self.socket)

    def say_goodbye(self):
        """Nothing follows, but it still listens."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it is gone by now

    def has_heard_all(self):
        """Takes what has come; true at the end."""
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        self.received += piece
        return not piece

    def calls(self):
        return hostile.calls_of(self.data, self.sent, self.received if self.stays else None,
                                time.monotonic())


class Flood:
    """Visitors, so many at a time; surplus are the answers to what a strict reader does not see."""

    def __init__(self, house, chance, count):
        self.house, self.chance = house, chance
        self.left, self.inside = count, 0
        self.talking = collections.deque()
        self.surplus = []
        self.selector = selectors.DefaultSelector()

    def run(self):
        deadline = time.monotonic() + 120 * PATIENCE
        while self.left or self.inside:
            while self.left and self.inside < TOGETHER:
                self._let_in(Visitor(self.house, self.chance))
            while len(self.talking) > (TOGETHER / 2 if self.left else 0):
                self.talking.popleft().say_goodbye()
            for key, _ in self.selector.select(1):
                if key.data.has_heard_all():
                    self._let_out(key.data)
            assert time.monotonic() < deadline, f"{self.inside} still wait, {self.left} to come"

    def _let_in(self, one):
        self.left -= 1
        if one.stays:
            self.inside += 1
            self.talking.append(one)
            self.selector.register(one.socket, selectors.EVENT_READ, one)
        else:
            self._note(one)

    def _let_out(self, one):
        self.inside -= 1
        self.selector.unregister(one.socket)
        one.socket.close()
        self._note(one)

    def _note(self, one):
        calls, surplus = one.calls()
        self.house.calls += calls
        self.surplus += [(status, one.data) for status in surplus]


def test_ten_thousand_mutated_requests_leave_no_trace(new_house):
    print(f"CZ2_SEED={SEED}")
    # A zone that nothing holds falls back to its schedule: what was read counts at once or never.
    house = new_house(settings={"command.timeout_seconds": 5, "command.guard_ms": 0})
    before = house.daemon.descriptors()
    flood = Flood(house, random.Random(SEED), REQUESTS)
    flood.run()
    good = [call for call in house.calls if call.status == 200]
    assert len(good) > REQUESTS / 20, "the mutations leave nothing to test"
    granted = [data for status, data in flood.surplus if status == 200]
    assert not granted, "granted to what is no request:\n" + "\n".join(map(repr, granted))
    until(lambda: house.daemon.descriptors() <= before, 30, "the descriptors to be given back")
    assert house.rest.get("/status").status == house.unix.get("/status").status == 200
    house.command("/zones/1/temperature", {"heat": 64, "hold": True})


# Clients who keep others waiting, hundreds at once.

def half_close(one):
    one.shutdown(socket.SHUT_WR)


def never_read(one):
    """Asks for more than the system keeps for somebody who does not read."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.setblocking(False)
    try:
        for _ in range(1000):
            one.send(get(b"/openapi.json") * 50)
    except BlockingIOError:
        pass  # the daemon does not read any more either


MANNERS = {
    "silent": lambda one: None,
    "in mid-line": lambda one: one.sendall(b"GET /sta"),
    "in mid-header": lambda one: one.sendall(get(b"/status")[:-2]),
    "in mid-body": lambda one: one.sendall(post(b"/zones/1/hold", b'{"hold": true}')[:-3]),
    "in mid-chunk": lambda one: one.sendall(chunked(b"/zones/1/hold", b'{"hold": true}')[:-9]),
    "idle": lambda one: one.sendall(get(b"/status")),
    "half-closed and live": lambda one: (one.sendall(get(b"/status/live")), half_close(one)),
    "refused with a long body to come": lambda one: one.sendall(
        get(b"/nowhere", b"Content-Length: 1000000\r\n") + b"x" * 5000),
    "noise": lambda one: one.sendall(bytes(range(128, 256))),
    "never reads": never_read,
}
CROWD = 500
AS_USUAL = 50  # times the same without a crowd, which is some milliseconds


def commands_by_the_socket(house, heats):
    """The longest that one took, in seconds."""
    answers = [house.unix.post("/zones/2/temperature", {"heat": heat, "hold": True})
               for heat in heats]
    assert [one.status for one in answers] == [200] * len(answers), answers
    return max(one.seconds for one in answers)


def test_a_command_on_the_unix_socket_is_answered_as_usual_among_five_hundred(new_house):
    house = new_house()
    usual = commands_by_the_socket(house, (61, 62, 63))
    before = house.daemon.descriptors()
    crowd = []
    for number in range(CROWD):
        crowd.append(connect(house))
        list(MANNERS.values())[number % len(MANNERS)](crowd[-1])
    assert commands_by_the_socket(house, (64, 65, 66)) < AS_USUAL * usual
    assert house.daemon.descriptors() > before + CROWD / 2, "the crowd left before the answers"
    for one in crowd:
        reset(one)
    until(lambda: house.daemon.descriptors() <= before, 30, "the descriptors to be given back")
    assert house.rest.get("/status").status == 200


def test_where_the_system_grants_few_descriptors_strangers_do_not_get_them_all(new_house):
    house = new_house(start=False)
    house.daemon = house.add_daemon(under=("sh", "-c", 'ulimit -n 256 && exec "$0" "$@"'))
    house.daemon.wait_status()
    crowd = [connect(house) for _ in range(300)]
    house.daemon.wait_log("all connections are taken")
    commands_by_the_socket(house, (64, 65, 66))
    assert house.daemon.log().count("http.max_connections is 512, but 256 descriptors") == 1
    for one in crowd:
        one.close()
    until(lambda: house.client(timeout=5).get("/status").status == 200, what="room again")
