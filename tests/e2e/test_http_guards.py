# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The door for HTTP against clients that are hostile, clumsy or gone."""

import json
import os
import random
import re
import signal
import socket
import stat
import struct
import threading
import time

import pytest

import hostile
from process import Process, program
from rest import read_response
from waiting import until

HOST = b"Host: localhost\r\n"
GET = b"GET /shared HTTP/1.1\r\n" + HOST


class Server:
    """The door with the small handler of http_server.c behind it."""

    def __init__(self, directory, *options):
        self.path = os.path.join(directory, "door.sock")
        self.process = Process("http_server", [program("http_server"), "-s", self.path, *options],
                               directory)
        self.port = int(self.process.wait_log(r"^(\d+)$", text=self.process.out)[1])

    def connect(self, local=False):
        if not local:
            return socket.create_connection(("127.0.0.1", self.port), timeout=60)
        one = socket.socket(socket.AF_UNIX)
        one.settimeout(60)
        one.connect(self.path)
        return one

    def ask(self, data, local=False):
        """The whole first response to these bytes."""
        with self.connect(local) as one:
            one.sendall(data)
            return read_response(one)

    def get(self, path, local=False):
        response = self.ask(b"GET " + path.encode() + b" HTTP/1.1\r\n" + HOST + b"\r\n", local)
        assert response.startswith(b"HTTP/1.1 200 "), response
        return response.partition(b"\r\n\r\n")[2]

    def counts(self):
        return json.loads(self.get("/counts", local=True))

    def release(self):
        self.ask(b"POST /release HTTP/1.1\r\n" + HOST + b"\r\n", local=True)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def end(self):
        assert self.process.stop() == 0, self.process.log()
        assert not self.process.complaints(), self.process.log()


@pytest.fixture
def new_server(tmp_path):
    servers = []

    def make(*options):
        servers.append(Server(tmp_path, *options))
        return servers[-1]
    yield make
    for server in servers:
        server.end()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    one = Server(tmp_path_factory.mktemp("http"))
    yield one
    one.end()


def status_of(response):
    match = re.match(rb"HTTP/1\.1 (\d+) ", response)
    return int(match[1]) if match else None


def detail_of(response):
    """The sentence of an error, which comes as JSON like everything else."""
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"\r\nContent-Type: application/json\r\n" in head + b"\r\n", response
    assert b"\r\nCache-Control: no-store\r\n" in head + b"\r\n", response
    return json.loads(body)["detail"]


def is_closed(one):
    """True when the other end has closed; bytes that come first are dropped."""
    one.settimeout(60)
    try:
        while one.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def is_served(one):
    """True when this connection still answers."""
    one.sendall(GET + b"\r\n")
    return status_of(read_response(one)) == 200


# Requests that two parsers could understand in two ways.

def post(headers, body=b""):
    return b"POST /echo HTTP/1.1\r\n" + HOST + headers + b"\r\n" + body


MALFORMED = {
    "two lengths": post(b"Content-Length: 2\r\nContent-Length: 5\r\n", b"ab"),
    "the same length twice": post(b"Content-Length: 2\r\nContent-Length: 2\r\n", b"ab"),
    "length and chunks": post(b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                              b"2\r\nab\r\n0\r\n\r\n"),
    "unknown coding": post(b"Transfer-Encoding: gzip\r\n"),
    "two codings": post(b"Transfer-Encoding: gzip, chunked\r\n"),
    "chunks in HTTP/1.0": b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "blank before the colon": GET + b"X-A : b\r\n\r\n",
    "blank in a name": GET + b"X A: b\r\n\r\n",
    "no name": GET + b": b\r\n\r\n",
    "nothing but a colon": GET + b":\r\n\r\n",
    "a request behind a colon": GET + b":\r\n" + GET + b"\r\n",
    "folded line": GET + b"X-A: b\r\n c\r\n\r\n",
    "folded first line": b"GET /shared HTTP/1.1\r\n " + HOST + b"\r\n",
    "hidden in a fold": GET + b"X-A:\r\n Content-Length: 5\r\n\r\n",
    "LF alone": GET + b"X-A: b\nX-C: d\r\n\r\n",
    "LF alone behind the first line": b"GET /shared HTTP/1.1\n" + HOST + b"\r\n",
    "LF alone at the end": GET + b"X-A: b\r\n\n",
    "nothing but LF": b"GET /shared HTTP/1.1\nHost: localhost\n\n",
    "CR alone": GET + b"X-A: b\rContent-Length: 5\r\n\r\n",
    "NUL in a value": GET + b"X-A: b\0c\r\n\r\n",
    "NUL behind a value": post(b"Transfer-Encoding: chunked\0\r\n", b"0\r\n\r\n"),
    "NUL for a value": GET + b"X-A:\0\r\n\r\n",
    "NUL in the method": b"PO\0ST /shared HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL behind the method": b"GET\0 /shared HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL behind the path": b"GET /shared\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in the path": b"GET /shared\0x HTTP/1.1\r\n" + HOST + b"\r\n",
    "control character in a value": GET + b"X-A: b\x1bc\r\n\r\n",
    "no Host": b"GET /shared HTTP/1.1\r\n\r\n",
    "two Hosts": GET + b"Host: elsewhere\r\n\r\n",
    "encoded NUL": b"GET /shared%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "encoded line end": b"GET /shared%0d%0a HTTP/1.1\r\n" + HOST + b"\r\n",
    "encoded NUL in the query": b"GET /shared?x=%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "half an encoding": b"GET /shared%2 HTTP/1.1\r\n" + HOST + b"\r\n",
    "no encoding": b"GET /shared%zz HTTP/1.1\r\n" + HOST + b"\r\n",
    "not UTF-8": b"GET /shared%ff HTTP/1.1\r\n" + HOST + b"\r\n",
    "blank in the path": b"GET /sha red HTTP/1.1\r\n" + HOST + b"\r\n",
    "tab in the path": b"GET /sha\tred HTTP/1.1\r\n" + HOST + b"\r\n",
    "absolute target": b"GET http://localhost/shared HTTP/1.1\r\n" + HOST + b"\r\n",
    "no slash": b"GET shared HTTP/1.1\r\n" + HOST + b"\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "no method": b"G@T /shared HTTP/1.1\r\n" + HOST + b"\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_request_with_two_meanings_is_refused_and_its_connection_closed(server, name):
    with server.connect() as one:
        one.sendall(MALFORMED[name])
        response = read_response(one)
        assert status_of(response) == 400, response
        assert len(detail_of(response)) > 10
        assert is_closed(one)


# docs/rest.md says so.
LIBRARY_REFUSES = {
    "negative length": post(b"Content-Length: -5\r\n"),
    "length with a sign": post(b"Content-Length: +2\r\n", b"ab"),
    "list of lengths": post(b"Content-Length: 2, 2\r\n", b"ab"),
    "no colon": GET + b"X-A\r\n\r\n",
    "no version": b"GET /shared\r\n\r\n",
    "unknown version": b"GET /shared HTTP/3.0\r\n" + HOST + b"\r\n",
    "endless target": b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "endless header": GET + b"X-A: " + b"a" * 40000 + b"\r\n\r\n",
    "endless number": post(b"Content-Length: 99999999999999999999999\r\n"),
    "chunk of no size": post(b"Transfer-Encoding: chunked\r\n", b"zz\r\nab\r\n0\r\n\r\n"),
}


@pytest.mark.parametrize("name", LIBRARY_REFUSES)
def test_a_request_that_cannot_be_parsed_is_refused(server, name):
    with server.connect() as one:
        one.sendall(LIBRARY_REFUSES[name])
        response = read_response(one)
        assert status_of(response) in (400, 413, 414, 431, 505), response
        assert b"<html>" in response and is_closed(one), response


# What the handler need not see.

def test_unknown_paths_and_methods_are_refused_and_the_connection_lives(server):
    with server.connect() as one:
        for request, status in ((b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n", 404),
                                (b"PUT /shared HTTP/1.1\r\n" + HOST + b"\r\n", 405),
                                (b"OPTIONS /shared HTTP/1.1\r\n" + HOST + b"\r\n", 405),
                                (post(b"").replace(b"/echo", b"/nowhere"), 404)):
            one.sendall(request)
            response = read_response(one)
            assert status_of(response) == status, response
            assert detail_of(response)
            assert (b"\r\nAllow: GET, HEAD\r\n" in response) == (status == 405)
        assert is_served(one)


@pytest.mark.parametrize("size", [10, 65537, 1024 * 1024])
def test_the_body_of_a_refused_request_is_swallowed_and_the_connection_lives(server, size):
    length = b"Content-Length: %d\r\n" % size
    with server.connect() as one:
        for request, status in ((post(length).replace(b"/echo", b"/nowhere"), 404),
                                (post(length + b"Content-Type: text/plain\r\n"), None),
                                (post(length).replace(b"/echo", b"/shared"), 405)):
            one.sendall(request + b"x" * size)
            response = read_response(one)
            expected = status or (415 if size <= 65536 else 413)
            assert status_of(response) == expected, response
        assert is_served(one)


def test_a_body_has_a_limit_and_may_reach_it(server):
    for size, status in ((65536, 200), (65537, 413)):
        response = server.ask(post(b"Content-Length: %d\r\n" % size, b"x" * size))
        assert status_of(response) == status
        assert status == 413 or response.endswith(b"\r\n\r\n" + b"x" * size)


def chunks(size, step=4000):
    whole = b"".join(b"%x\r\n" % min(step, size - at) + b"x" * min(step, size - at) + b"\r\n"
                     for at in range(0, size, step))
    return post(b"Transfer-Encoding: chunked\r\n", whole + b"0\r\n\r\n")


def test_chunks_have_the_same_limit(server):
    response = server.ask(chunks(65536))
    assert status_of(response) == 200 and response.endswith(b"\r\n\r\n" + b"x" * 65536)
    with server.connect() as one:
        one.sendall(chunks(65537))
        assert status_of(read_response(one)) == 413
        assert is_served(one)


def test_chunks_without_end_are_cut_off(server):
    with server.connect() as one:
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            one.sendall(chunks(64 * 1024 * 1024, 65536))
            read_response(one)
            one.sendall(b"x" * 65536)


@pytest.mark.parametrize("request_line, headers, status", [
    (b"/echo", b"Content-Length: 65537\r\n", 413),
    (b"/echo", b"Content-Length: 50000000\r\n", 413),
    (b"/nowhere", b"Content-Length: 10\r\n", 404),
    (b"/shared", b"Content-Length: 10\r\n", 405),
    (b"/echo", b"Content-Length: 10\r\nContent-Type: text/plain\r\n", 415),
    (b"/nowhere", b"Transfer-Encoding: chunked\r\n", 404),
])
def test_who_asks_before_sending_a_body_hears_the_refusal_first(server, request_line, headers,
                                                                status):
    request = post(b"Expect: 100-continue\r\n" + headers).replace(b"/echo", request_line)
    response = server.ask(request)
    assert status_of(response) == status and detail_of(response), response


def test_who_asks_before_sending_a_good_body_is_told_to_go_on(server):
    with server.connect() as one:
        one.sendall(post(b"Expect: 100-continue\r\nContent-Length: 2\r\n"))
        assert read_response(one).startswith(b"HTTP/1.1 100 ")
        one.sendall(b"ab")
        assert read_response(one).endswith(b"\r\n\r\nab")


def test_a_giant_body_is_refused_from_its_header(server):
    response = server.ask(post(b"Content-Length: 50000000\r\n"))
    assert status_of(response) == 413 and detail_of(response)


@pytest.mark.parametrize("kind, status", [
    (b"application/json", 200), (b"Application/JSON; charset=utf-8", 200),
    (b"application/merge-patch+json", 200), (b"text/plain", 415),
    (b"application/x-www-form-urlencoded", 415), (b"application/jsonx", 415)])
def test_a_body_must_not_claim_to_be_something_else_than_json(server, kind, status):
    headers = b"Content-Type: " + kind + b"\r\nContent-Length: 2\r\n"
    assert status_of(server.ask(post(headers, b"{}"))) == status


def test_a_type_without_a_body_is_no_fault(server):
    assert status_of(server.ask(post(b"Content-Type: text/plain\r\nContent-Length: 0\r\n"))) == 200


# What works.

def test_answers_carry_their_headers(server):
    response = server.ask(post(b"Content-Length: 2\r\n", b"{}"))
    for line in (b"Content-Type: application/json", b"Cache-Control: no-store", b"X-Mark: echo"):
        assert b"\r\n" + line + b"\r\n" in response, response


def test_head_is_get_without_the_body(server):
    with server.connect() as one:
        one.sendall(b"HEAD /shared HTTP/1.1\r\n" + HOST + b"\r\n")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += one.recv(1)
        assert head.startswith(b"HTTP/1.1 200 ") and b"\r\nContent-Length: 1200\r\n" in head
        assert is_served(one)


def test_path_and_query_arrive_decoded(server):
    seen = json.loads(server.get("/seen/%C3%A9%2Fa?y=1&x=a+b%26c"))
    assert seen == {"path": "/seen/é/a", "peer": "127.0.0.1", "x": "a b&c"}
    assert json.loads(server.get("/seen"))["x"] is None
    assert json.loads(server.get("/seen?x"))["x"] == ""
    assert json.loads(server.get("/seen?x="))["x"] == ""


def test_a_local_peer_has_a_name(server):
    peer = json.loads(server.get("/seen", local=True))["peer"]
    assert re.fullmatch(r"local:[a-z_0-9-]+", peer), peer


def test_a_get_may_have_a_body_that_nobody_reads(server):
    with server.connect() as one:
        one.sendall(GET + b"Content-Length: 7\r\nContent-Type: text/plain\r\n\r\nGET / H")
        assert status_of(read_response(one)) == 200
        assert is_served(one)


def test_requests_in_one_piece_are_answered_in_turn(server):
    with server.connect() as one:
        one.sendall(b"GET /seen?x=1 HTTP/1.1\r\n" + HOST + b"\r\n"
                    + post(b"Content-Length: 5\r\n", b"hello") + b"\r\n"
                    + b"GET /nowhere HTTP/1.1\r\n" + HOST + b"\r\n"
                    + b"GET /seen?x=2 HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        data = b""
        while piece := one.recv(65536):
            data += piece
        marks = re.findall(rb'HTTP/1.1 (\d+) |"x": "(\d)"|\r\n\r\n(hello)', data)
        assert [next(part for part in mark if part) for mark in marks] == [
            b"200", b"1", b"200", b"hello", b"404", b"200", b"2"], data


def test_a_request_byte_by_byte_is_a_request(server):
    with server.connect() as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in post(b"Content-Length: 2\r\n", b"ab"):
            one.sendall(bytes([byte]))
        assert read_response(one).endswith(b"\r\n\r\nab")


def test_a_client_that_only_listens_any_more_gets_its_answer(server):
    with server.connect() as one:
        one.sendall(GET + b"\r\n")
        one.shutdown(socket.SHUT_WR)
        assert status_of(read_response(one)) == 200


# Requests that wait.

def later(server, local=False):
    one = server.connect(local)
    one.sendall(b"GET /later HTTP/1.1\r\n" + HOST + b"\r\n")
    return one


def test_kept_requests_are_answered_later_on_connections_that_live(server):
    waiting = [later(server, local) for local in (False, True) for _ in range(10)]
    until(lambda: server.counts()["kept"] == len(waiting), what="all to be kept")
    server.release()
    for one in waiting:
        assert read_response(one).endswith(b'{"late": true}')
        assert is_served(one)
        one.close()


def reset(one):
    """Leaves without a goodbye."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


def test_a_client_that_left_is_told_of_once(server):
    before = server.counts()["gone"]
    waiting = [later(server) for _ in range(5)]
    until(lambda: server.counts()["kept"] == 5, what="all to be kept")
    for one in waiting:
        reset(one)
    until(lambda: server.counts() == {"kept": 0, "gone": before + 5}, 30, "all to be gone")


def test_answers_to_clients_that_left_do_no_harm(server):
    waiting = [later(server, local) for local in (False, True) for _ in range(5)]
    until(lambda: server.counts()["kept"] == len(waiting), what="all to be kept")
    for one in waiting:
        one.close()
    server.release()
    assert server.counts()["kept"] == 0
    assert server.get("/shared")


# Clients who keep others waiting.

class Dribbler(threading.Thread):
    """Sends prefix, then a byte now and then, and says when the server has had enough."""

    def __init__(self, one, prefix=b"", filler=b""):
        super().__init__(daemon=True)
        self.one = one
        self.prefix = prefix
        self.filler = filler
        self.closed = False
        self.start()

    def run(self):
        self.one.settimeout(0.25)
        try:
            self.one.sendall(self.prefix)
            while True:
                try:
                    if self.one.recv(65536) == b"":
                        break
                except TimeoutError:
                    self.one.sendall(self.filler)
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.closed = True


SLOW = {
    "silent": (b"", b""),
    "slow first line": (b"GET /sha", b"a"),
    "slow header": (GET, b"X-A: b\r\n"),
    "slow body": (post(b"Content-Length: 60000\r\n"), b"x"),
    "slow chunks": (post(b"Transfer-Encoding: chunked\r\n"), b"1\r\nx\r\n"),
    "endless chunk extension": (post(b"Transfer-Encoding: chunked\r\n", b"1;"), b"a" * 100),
    "slow refused body": (post(b"Content-Length: 60000\r\n").replace(b"/echo", b"/no"), b"x"),
    "noise": (bytes(range(128, 256)), b"\x80"),
    "empty lines": (b"", b"\r\n"),
    "slow second request": (GET + b"\r\nGET /sha", b"a"),
    "second request a while later": (GET + b"\r\n", b"a"),
}


def test_nobody_may_take_long_over_a_request(server):
    before = server.descriptors()
    slow = {(name, local): Dribbler(server.connect(local), *what)
            for name, what in SLOW.items() for local in (False, True)
            if not (local and "second" in name)}  # that counts as idle there, and makes room
    idle = server.connect()
    assert is_served(idle)
    kept = later(server)
    until(lambda: server.counts()["kept"] == 1, what="the request to be kept")

    def patient():
        return [name for name, one in slow.items() if not one.closed]
    try:
        until(lambda: not patient(), 40)
    except AssertionError:
        pytest.fail(f"not shown out: {patient()}")
    assert is_served(idle), "an idle connection is no slow request"
    server.release()
    assert read_response(kept).endswith(b'{"late": true}'), "who waits for us is not slow"
    for one in (idle, kept, *(dribbler.one for dribbler in slow.values())):
        one.close()
    until(lambda: server.descriptors() <= before, what="the descriptors to be given back")


def test_a_client_that_leaves_in_mid_sentence_is_not_waited_for(server):
    silent = server.connect()
    for words in (b"", b"GET /sha", GET, post(b"Content-Length: 5\r\n", b"ab"), GET + b"\r\n"):
        with server.connect() as one:
            one.sendall(words)
            one.shutdown(socket.SHUT_WR)
            assert is_closed(one)
    silent.setblocking(False)
    with pytest.raises(BlockingIOError):
        silent.recv(1)  # it came first, and has all its time yet
    silent.close()


def test_a_house_full_of_silent_clients_serves_again_when_their_time_is_up(new_server):
    server = new_server("-m", "4")
    silent = [server.connect() for _ in range(5)]
    assert server.get("/shared", local=True), "the Unix socket is another door"
    server.process.wait_log("all connections are taken, new clients have to wait")
    assert server.get("/shared"), "the backlog moves up when the silent ones are shown out"
    for one in silent:
        one.close()


def test_idle_connections_make_room_the_oldest_first(new_server):
    server = new_server("-m", "4")
    idle = [server.connect() for _ in range(3)]
    for one in (*idle, idle[0]):
        assert is_served(one)
        since = time.monotonic()
        until(lambda: time.monotonic() - since > 0.01, what="the clock's next tick")
    with server.connect() as one:
        assert is_served(one), "the house is full only with idle ones"
        assert is_closed(idle[1])
        assert is_served(idle[0]) and is_served(idle[2])
    for one in idle:
        one.close()


def test_busy_connections_let_the_waiting_in_when_they_are_done(new_server):
    server = new_server("-m", "2")
    busy = [later(server) for _ in range(2)]
    until(lambda: server.counts()["kept"] == 2, what="both to be kept")
    waiting = server.connect()
    waiting.sendall(GET + b"\r\n")
    server.release()
    assert status_of(read_response(waiting)) == 200
    for one in (*busy, waiting):
        one.close()


def test_loopback_has_no_share_per_address(new_server):
    server = new_server("-p", "2")
    many = [server.connect() for _ in range(8)]
    for one in many:
        assert is_served(one)
        one.close()


# Chance.

def test_a_thousand_damaged_requests_leave_no_trace(server):
    chance = random.Random(2026)
    good = (GET + b"X-A: b\r\n\r\n", post(b"Content-Length: 9\r\n", b'{"a": 10}'), chunks(50, 9),
            GET.replace(b"/shared", b"/seen/%41?x=%42&y") + b"\r\n",
            GET.replace(b"/shared", b"/later") + b"\r\n")
    before = server.descriptors()
    for _ in range(20):
        crowd = [server.connect(local=chance.random() < 0.3) for _ in range(50)]
        for one in crowd:
            one.sendall(hostile.mutated(chance, good))
        for one in crowd:
            reset(one) if chance.random() < 0.5 else one.close()
        assert server.get("/shared")
    server.release()
    until(lambda: server.descriptors() <= before, 30, "the descriptors to be given back")


# Beginning and end.

def test_at_the_end_answers_leave_and_the_rest_is_dropped(new_server, tmp_path):
    server = new_server()
    waiting = [later(server, local) for local in (False, True) for _ in range(2)]
    until(lambda: server.counts()["kept"] == 4, what="all to be kept")
    server.end()
    ends = [read_response(one) for one in waiting]
    assert sum(b"at the end" in end for end in ends) == 1, ends
    assert sum(end == b"" for end in ends) == 3, ends
    assert not os.path.exists(server.path)


def test_the_socket_is_for_the_group_only(server):
    assert stat.S_IMODE(os.stat(server.path).st_mode) == 0o660


def refused(directory):
    """The log of a server that must not start."""
    one = Process("second", [program("http_server"), "-s", os.path.join(directory, "door.sock")],
                  directory)
    assert one.wait_end() == 1
    return one.log()


def test_a_socket_that_somebody_answers_on_is_left_alone(new_server, tmp_path):
    server = new_server()
    assert "another daemon already does" in refused(tmp_path)
    assert server.get("/shared", local=True)


def test_the_socket_of_a_dead_daemon_is_replaced(new_server, tmp_path):
    dead = Server(tmp_path)
    dead.process.stop(signal.SIGKILL)
    assert os.path.exists(dead.path)
    assert new_server().get("/shared", local=True)


def test_what_is_no_socket_is_left_alone(tmp_path):
    (tmp_path / "door.sock").write_text("precious", encoding="ascii")
    assert "is no socket" in refused(tmp_path)
    assert (tmp_path / "door.sock").read_text(encoding="ascii") == "precious"


def test_an_address_that_cannot_be_used_is_named(tmp_path):
    one = Process("third", [program("http_server"), "-a", "192.0.2.1"], tmp_path)
    assert one.wait_end() == 1
    assert "cannot listen on 192.0.2.1" in one.log()
