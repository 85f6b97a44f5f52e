# SPDX-License-Identifier: MIT
# Copyright 2026 The cz2d authors
"""The panel's protocol once more, written from its description and not from the C code:
frames, the values in the rows, and a client such as owners have written for the real panel."""

import socket
import time

READ, REPLY, WRITE, ERROR = 0x0B, 0x06, 0x0C, 0x15
UNKNOWN = None

MODES = ("Heat", "Cool", "Auto", "EHeat", "Off")
FANS = ("Auto", "On")
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")

# The nine rows a full status is made of: what older clients always read, in this order.
STATUS_ROWS = ((9, 3), (9, 4), (9, 5), (1, 9), (1, 12), (1, 16), (1, 17), (1, 18), (1, 24))
LENGTHS = {(9, 1): 11, (9, 2): 11, (9, 3): 10, (9, 4): 11, (9, 5): 4, (1, 6): 16, (1, 9): 18,
           (1, 12): 17, (1, 16): 19, (1, 17): 19, (1, 18): 7, (1, 24): 13,
           **{(10, row): 19 for row in range(1, 57)}}


def crc16(data):
    """CRC-16/ARC."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def frame(destination, source, function, payload):
    head = bytes((destination, 0, source, 0, len(payload), 0, 0, function)) + bytes(payload)
    return head + crc16(head).to_bytes(2, "little")


def split(data):
    """(destination, source, function, payload) of one frame, or None when it is not one."""
    if len(data) < 11 or len(data) != data[4] + 10 or crc16(data) != 0:
        return None
    return data[0], data[2], data[7], bytes(data[8:-2])


def owner(table):
    return {1: 1, 9: 9, 10: 1}[table]


# Every value of the status: name -> (row, decoder of the row's bytes and a zone from 1).
def _byte(at):
    return lambda row, zone: row[at]


def _word(at, words):
    return lambda row, zone: words[row[at]] if row[at] < len(words) else None


def _bit(at, mask, words=(False, True)):
    return lambda row, zone: words[bool(row[at] & mask)]


def _zone_bit(at):
    return lambda row, zone: bool(row[at] >> (zone - 1) & 1)


def _zone_byte(at):
    return lambda row, zone: row[at + zone - 1]


SYSTEM_FIELDS = {
    "system_mode": ((1, 12), _word(4, MODES)),
    "effective_mode": ((1, 12), _word(6, MODES)),
    "all_mode": ((1, 12), _byte(15)),
    "fan_mode": ((1, 17), _bit(3, 0x04, FANS)),
    "fan_state": ((9, 5), _bit(3, 0x20, ("Off", "On"))),
    "compressor_stage_1": ((9, 5), _bit(3, 0x01)),
    "compressor_stage_2": ((9, 5), _bit(3, 0x02)),
    "aux_heat_stage_1": ((9, 5), _bit(3, 0x04)),
    "aux_heat_stage_2": ((9, 5), _bit(3, 0x08)),
    "reversing_valve": ((9, 5), _bit(3, 0x10)),
    "humidify": ((9, 5), _bit(3, 0x40)),
    "dehumidify": ((9, 5), lambda row, zone: not row[3] & 0x80),
    "air_handler_temp": ((9, 3), lambda row, zone: None if row[6] == 255 else row[6]),
    "outside_temp": ((9, 3), lambda row, zone: _whole(row[4:6])),
}
ZONE_FIELDS = {
    "damper_position": ((9, 4), lambda row, zone: (row[2 + zone] * 100 + 7) // 15),
    "cool_setpoint": ((1, 16), _zone_byte(3)),
    "heat_setpoint": ((1, 16), _zone_byte(11)),
    "temporary": ((1, 12), _zone_bit(9)),
    "hold": ((1, 12), _zone_bit(10)),
    "out": ((1, 12), _zone_bit(12)),
}
WEEK = 7 * 86400
PERIODS = ("wake", "day", "eve", "sleep")
OUT = 0x80  # of a heat byte of the program
OUT_BYTES = (OUT | 68, OUT | 60, OUT | 68, OUT | 60)  # what is known to work, by period


def schedule_row(zone, day):
    return 10, 7 * (zone - 1) + day + 1


def _program_fields():
    """"mon.wake.heat": what a row of table 10 holds of it. While it is out the setpoints do not
    count, but are there."""
    for day in DAYS:
        for place, period in enumerate(PERIODS):
            name = f"{day.lower()}.{period}."
            yield name + "start", lambda row, zone, p=place: row[3 + p] * 60 + row[7 + p]
            yield name + "heat", lambda row, zone, p=place: row[11 + p]
            yield name + "cool", lambda row, zone, p=place: row[15 + p]
            yield name + "out", lambda row, zone, p=place: bool(row[11 + p] & OUT)


PROGRAM_FIELDS = dict(_program_fields())


def _clock(row, zone):
    """The second of the week."""
    return row[3] * 86400 + row[4] * 3600 + row[5] * 60 + row[6]


# What ALL mode shows of the ruling zone in every zone.
RULED = ("cool_setpoint", "heat_setpoint", "temporary", "hold", "out")


def _whole(pair):
    """Sixteenths of a degree, signed, to whole degrees, half up; FF FF is not fitted."""
    if pair == b"\xff\xff":
        return None
    return (int.from_bytes(pair, "big", signed=True) + 8) // 16


# A byte of a row that somebody names by its address: "byte 1.31.7".
RAW = "byte "


def is_raw(name):
    return name.startswith(RAW)


def _raw(name):
    return [int(part) for part in name[len(RAW):].split(".")]


def raw_place(name):
    return _raw(name)[2]


def value(name, row, zone=0):
    """The value called name in the bytes of its row."""
    if is_raw(name):
        return row[raw_place(name)]
    if name == "clock":
        return _clock(row, zone)
    if name in PROGRAM_FIELDS:
        return PROGRAM_FIELDS[name](row, zone)
    return (ZONE_FIELDS if zone else SYSTEM_FIELDS)[name][1](row, zone)


def row_of(name, zone=0):
    if is_raw(name):
        return tuple(_raw(name)[:2])
    if name == "clock":
        return 1, 18
    if name in PROGRAM_FIELDS:
        return schedule_row(zone, [day.lower() for day in DAYS].index(name.split(".")[0]))
    return (ZONE_FIELDS if zone else SYSTEM_FIELDS)[name][0]


# The only bits that may ever be written: (row, byte) -> mask.
def writable_bits(row, byte, zones=8):
    mask = (1 << zones) - 1
    if row == (1, 12):
        return {4: 0xFF, 9: mask, 10: mask, 12: mask, 15: 0xFF}.get(byte, 0)
    if row == (1, 16):
        return 0xFF if 3 <= byte < 3 + zones or 11 <= byte < 11 + zones else 0
    if row == (1, 17):
        return 0x04 if byte == 3 else 0
    if row == (1, 18):
        return 0xFF if 3 <= byte <= 6 else 0
    if row[0] == 10:
        return 0xFF if 3 <= byte <= 18 and row[1] <= 7 * zones else 0
    return 0


class PanelClient:
    """A raw client of the panel over TCP, as people have them: one request, one answer."""

    def __init__(self, host, port, address=98, timeout=0.6, sends=6):
        self.address = address
        self.timeout = timeout
        self.sends = sends
        self.buffer = b""
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        self.socket.close()

    def read(self, table, row):
        """The whole payload of a row, its three bytes of address included."""
        wanted = bytes((0, table, row))
        for _ in range(self.sends):
            self.send(owner(table), READ, wanted)
            reply = self.listen(owner(table), lambda p: len(p) > 3 and p[:3] == wanted)
            if reply:
                return reply
        raise AssertionError(f"no answer to a read of {table}.{row}")

    def write(self, table, row, payload):
        """Sends once and waits for the acknowledgement. True when it came and was 0."""
        assert payload[:3] == bytes((0, table, row))
        self.send(owner(table), WRITE, payload)
        return self.listen(owner(table), lambda p: len(p) == 1) == b"\0"

    def edit(self, table, row, change):
        """Reads, changes a copy, writes and reads back until the panel shows it."""
        for _ in range(self.sends):
            payload = bytearray(self.read(table, row))
            change(payload)
            self.write(table, row, bytes(payload))
            if self.read(table, row) == bytes(payload):
                return bytes(payload)
        raise AssertionError(f"{table}.{row} does not keep what was written")

    def status(self):
        """All nine rows of a status."""
        return {row: self.read(*row) for row in STATUS_ROWS}

    def send(self, destination, function, payload):
        self.socket.sendall(frame(destination, self.address, function, payload))

    def listen(self, device, accept):
        """The payload of the next reply of device to us that accept takes; None at the end."""
        deadline = time.monotonic() + self.timeout
        while True:
            for destination, source, function, payload in self.frames():
                if (destination, source, function) == (self.address, device, REPLY) \
                        and accept(payload):
                    return payload
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                piece = self.socket.recv(4096)
            except TimeoutError:
                return None
            assert piece, "the panel hung up"
            self.buffer += piece

    def frames(self):
        """Takes all complete frames out of the buffer, skipping what is none."""
        while len(self.buffer) >= 11:
            size = self.buffer[4] + 10
            parts = split(self.buffer[:size]) if len(self.buffer) >= size else None
            if parts:
                self.buffer = self.buffer[size:]
                yield parts
            elif plausible(self.buffer) and len(self.buffer) < size:
                return
            else:
                self.buffer = self.buffer[1:]


def plausible(data):
    return (data[1], data[3], data[5], data[6]) == (0, 0, 0, 0) and data[4] > 0 \
        and data[7] in (READ, REPLY, WRITE, ERROR)
