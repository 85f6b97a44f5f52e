# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""A REST client over TCP or the Unix socket that remembers every request and answer."""

import http.client
import json
import socket
import threading
import time

from history import Call


class UnixConnection(http.client.HTTPConnection):
    """HTTP through a Unix socket."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    """One answer, with the moments of the request and the answer on the monotonic clock."""

    def __init__(self, status, headers, data, sent, answered):
        self.status = status
        self.headers = headers
        self.data = data
        self.sent = sent
        self.answered = answered

    @property
    def text(self):
        return self.data.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.data)

    @property
    def seconds(self):
        return self.answered - self.sent

    def __repr__(self):
        return f"<{self.status} after {self.seconds:.3f} s: {self.data[:600]!r}>"


class Rest:
    """calls: where each exchange is recorded for the history checker."""

    def __init__(self, port=None, path=None, calls=None, host="127.0.0.1", timeout=90):
        self.host = host
        self.port = port
        self.path = path
        self.timeout = timeout
        self.calls = calls if calls is not None else []
        self.source = None  # (address, port) to come from

    def connection(self):
        if self.path:
            return UnixConnection(self.path, self.timeout)
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout,
                                          source_address=self.source)

    def request(self, method, target, body=None, headers=None, connection=None):
        """body: bytes or text as they are, anything else as JSON."""
        data = encode(body)
        headers = dict(headers or {})
        if data is not None and "Content-Type" not in headers and not isinstance(body, bytes):
            headers["Content-Type"] = "application/json"
        one = connection or self.connection()
        call = Call(method, target, data, time.monotonic(), replay="Idempotency-Key" in headers)
        self.calls.append(call)
        try:
            one.request(method, target, body=data, headers=headers)
            response = one.getresponse()
            content = response.read()
            call.answered = time.monotonic()
            call.status = response.status
            call.answer = decode(content)
        finally:
            if connection is None:
                one.close()
        return Answer(response.status, response.headers, content, call.sent, call.answered)

    def get(self, target, **more):
        return self.request("GET", target, **more)

    def post(self, target, body=None, **more):
        return self.request("POST", target, {} if body is None else body, **more)

    def status(self):
        return self.get("/status").json["status"]

    def later(self, method, target, body=None, **more):
        """The same in a thread: a Later whose result() waits for the answer."""
        return Later(lambda: self.request(method, target, body, **more))

    def together(self, requests):
        """Sends (method, target, body) all at once and returns the answers in that order."""
        started = [self.later(*request) for request in requests]
        return [one.result() for one in started]


class Later:
    """A result that is being worked out in a thread."""

    def __init__(self, function):
        self.value = None
        self.error = None
        self.thread = threading.Thread(target=self._run, args=(function,), daemon=True)
        self.thread.start()

    def _run(self, function):
        try:
            self.value = function()
        except Exception as error:  # handed to whoever asks for the result
            self.error = error

    def done(self):
        return not self.thread.is_alive()

    def result(self, timeout=90):
        self.thread.join(timeout)
        assert self.done(), "no answer in time"
        if self.error:
            raise self.error
        return self.value


def encode(body):
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8")
    return json.dumps(body).encode("utf-8")


def decode(content):
    try:
        return json.loads(content)
    except ValueError:
        return None


def raw_http(port, data, timeout=15, shut=False):
    """Sends bytes as they are and returns all that comes back until the end or the timeout."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as one:
        one.sendall(data)
        if shut:
            one.shutdown(socket.SHUT_WR)
        return read_response(one)


def read_response(one):
    """One response from a socket: header, and as much body as it announces."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            piece = one.recv(65536)
            if not piece:
                return data
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            piece = one.recv(65536)
            if not piece:
                break
            body += piece
        return head + b"\r\n\r\n" + body
    except (TimeoutError, ConnectionResetError):
        return data
