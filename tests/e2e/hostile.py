# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""Hostile clients: requests that were damaged by chance or on purpose, and what a strict reader
of HTTP/1.1 finds in them. The reader shares nothing with the daemon: what it does not see as a
request, nobody has asked for."""

import json
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import panel
from history import Call, wish_of

DIRT = (b"\r\n", b"\n", b"\r", b"\0", b":", b" ", b"\t", b"%", b"%00", b"%0d%0a", b"/..", b"//", b"?",
        b"\xff", b"\xc3", b"0\r\n\r\n", b"\r\n\r\n", b"HTTP/1.0", b"GET ", b"POST ", b"{", b"]", b"null")
LINES = (b"Content-Length: 0", b"Content-Length: 5", b"Content-Length: +5", b"Content-Length: -1",
         b"Content-Length: 5, 5", b"Content-Length: 99999999999999999999", b"Content-Length: 0x10",
         b"Content-Length : 4", b" Content-Length: 4", b"Transfer-Encoding: chunked",
         b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding:\r\n chunked",
         b"Transfer-Encoding: identity", b"Host: elsewhere", b"Connection: close",
         b"Connection: keep-alive, upgrade", b"Expect: 100-continue", b"Expect: nothing",
         b"Content-Type: text/plain", b"X-A: " + b"a" * 9000, b"X-A", b": b", b"X-\0: b")


def _at(chance, data):
    return chance.randrange(len(data) + 1)


def _flip(chance, data):
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _lose(chance, data):
    at = _at(chance, data)
    del data[at:at + chance.randint(1, 8)]


def _double(chance, data):
    at = _at(chance, data)
    data[at:at] = data[at:at + chance.randint(1, 60)] * chance.choice((1, 1, 1, 20))


def _dirty(chance, data):
    at = _at(chance, data)
    data[at:at] = chance.choice(DIRT)


def _add_line(chance, data):
    at = data.find(b"\r\n")
    data[at + 2:at + 2] = chance.choice(LINES) + b"\r\n" if at >= 0 else b""


def _count_anew(chance, data):
    """Another number in place of one of those in it."""
    numbers = list(re.finditer(rb"\d+", data))
    if numbers:
        first, end = chance.choice(numbers).span()
        data[first:end] = str(chance.choice((0, 1, 2, 66, 255, 65537, 2**31, 2**64))).encode()


def _cut(chance, data):
    del data[_at(chance, data):]


EDITS = (_flip, _lose, _double, _dirty, _add_line, _count_anew, _cut)


def mutated(chance, good):
    """One of these requests, or two in a row, with a few things done to it."""
    data = bytearray(b"".join(chance.choices(good, k=chance.choice((1, 1, 1, 2)))))
    for _ in range(chance.randint(1, 4)):
        chance.choice(EDITS)(chance, data)
        data = data or bytearray(b"x")
    return bytes(data)


# The strict reader.

ZONES_MAX = 8  # of any panel

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
END = rb"[\r\0]\n"  # libmicrohttpd puts NULs over both, so that the daemon cannot tell them apart
HEADER = re.compile(rb"(?:\r?\n)*(" + TOKEN + rb") +(/[!-~]*) +HTTP/1\.([01])" + END +
                    rb"((?:" + TOKEN + rb":[\t -~\x80-\xff]*" + END + rb")*)" + END)
# As libmicrohttpd has it, which takes a CR or LF alone for the end of a chunk: no door of ours
# gets to see those.
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[\t ]*(?:;[^\r\n]*)?\r?\n")
CHUNK_END = re.compile(rb"[\r\n]\n?")
TRAILER = re.compile(rb"(?:" + TOKEN + rb":[\t -~\x80-\xff]*\r?\n)*\r?\n")


@dataclass
class Request:
    method: str
    target: str
    body: bytes


def _fields(lines):
    fields = {}
    for line in re.split(END, lines)[:-1]:
        name, _, value = line.partition(b":")
        fields.setdefault(name.lower(), []).append(value.strip(b" \t"))
    return fields


def _chunks(data, at):
    """The body and its end; (None, at) when it is not whole."""
    body = b""
    while size := CHUNK.match(data, at):
        length = int(size[1], 16)
        at = size.end()
        if length == 0:
            end = TRAILER.match(data, at)
            return (body, end.end()) if end else (None, at)
        body += data[at:at + length]
        end = CHUNK_END.match(data, at + length)
        if not end:
            break
        at = end.end()
    return None, at


def _body(fields, data, at):
    lengths, codings = fields.get(b"content-length", []), fields.get(b"transfer-encoding", [])
    if len(lengths) + len(codings) > 1 or len(fields.get(b"host", [])) > 1:
        return None, at
    if codings:
        return _chunks(data, at) if codings[0].lower() == b"chunked" else (None, at)
    if not lengths:
        return b"", at
    if not re.fullmatch(rb"\d{1,18}", lengths[0]) or len(data) - at < int(lengths[0]):
        return None, at
    at += int(lengths[0])
    return data[at - int(lengths[0]):at], at


def requests_in(data):
    """All requests up to the first that a strict reader refuses or that is not whole."""
    at, found = 0, []
    while header := HEADER.match(data, at):
        fields = _fields(header[4])
        body, at = _body(fields, data, header.end())
        if body is None or (header[3] == b"1" and b"host" not in fields):
            break
        found.append(Request(header[1].decode(), plain_target(header[2]), body))
        wishes = re.split(rb"[, \t]+", b",".join(fields.get(b"connection", [])).lower())
        if b"close" in wishes or (header[3] == b"0" and b"keep-alive" not in wishes):
            break
    return found


def plain_target(target):
    """Decoded, and the number of a zone as a plain one, however it was spelled."""
    path = unquote_to_bytes(target.partition(b"?")[0]).decode("utf-8", "replace")
    zone = re.fullmatch(r"/zones/([^/]+)/(temperature|hold)", path)
    try:
        return f"/zones/{int(float(zone[1]))}/{zone[2]}" if zone else path
    except (ValueError, OverflowError):
        return path


def answers_in(data, methods):
    """(status, body) of each final answer; methods are those of the requests, as far as known."""
    found = []
    while data:
        head, end, rest = data.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
        assert status and end, f"no answer: {data[:300]!r}"
        if b"\r\nContent-Type:" not in head:  # libmicrohttpd's own refusals have their header twice
            rest = rest.removeprefix(head + end)
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        without = methods[len(found):][:1] == ["HEAD"] and not rest.startswith(b"<html>")
        size = 0 if without or not length else int(length[1])
        data = rest[size:]
        if status[1] != b"100":
            found.append((int(status[1]), rest[:size]))
    return found


def can_be_meant(call):
    """False when it names zones that no panel has."""
    return all(1 <= zone <= ZONES_MAX for name, zone in wish_of(call)
               if name not in panel.SYSTEM_FIELDS)


def calls_of(data, sent, received, answered):
    """What these bytes asked for and were answered, for the history checker. received None: the
    client did not wait for the answer."""
    requests = requests_in(data)
    calls = [Call(one.method, one.target, one.body, sent, abandoned=True) for one in requests]
    answers = answers_in(received, [one.method for one in requests]) if received else []
    for call, (status, body) in zip(calls, answers):
        call.status, call.answered = status, answered
        call.answer = json.loads(body) if body.startswith(b"{") else None
    surplus = [status for status, _ in answers[len(calls):]]
    return [call for call in calls if can_be_meant(call)], surplus
