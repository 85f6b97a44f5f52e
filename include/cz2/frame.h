/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One frame of the ComfortZone II bus.
 *
 *   offset 0  destination     4  payload length N, 1..255
 *          1  0               5  0 0
 *          2  source          7  function
 *          3  0               8  payload, then CRC-16/ARC, low byte first
 *
 * Evidence: 1,394 captured frames, see docs/protocol.md.
 */
#ifndef CZ2_FRAME_H
#define CZ2_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cz2_function {
	CZ2_REPLY = 0x06, /* to a read: the row; to a write: one byte, 0 = taken */
	CZ2_READ = 0x0B,  /* payload: 0, table, row */
	CZ2_WRITE = 0x0C, /* payload: 0, table, row, whole content */
	CZ2_ERROR = 0x15,
};

enum {
	CZ2_HEADER_SIZE = 8,
	CZ2_FRAME_OVERHEAD = 10, /* header and CRC */
	CZ2_PAYLOAD_MAX = 255,
	CZ2_FRAME_MIN = CZ2_FRAME_OVERHEAD + 1,
	CZ2_FRAME_MAX = CZ2_FRAME_OVERHEAD + CZ2_PAYLOAD_MAX,
	CZ2_ROW_PREFIX = 3,        /* payload bytes 0, table, row */
	CZ2_ADDRESS_UI = 1,        /* wall unit of zone 1: tables 1 and 10 */
	CZ2_ADDRESS_PANEL = 9,     /* equipment controller: table 9 */
	CZ2_BYTES_PER_SECOND = 960 /* 9600 baud, 8N1 */
};

struct cz2_frame {
	uint8_t destination;
	uint8_t source;
	uint8_t function; /* enum cz2_function */
	uint8_t length;   /* of payload, 1..255 */
	uint8_t payload[CZ2_PAYLOAD_MAX];
};

/* CRC-16/ARC (reflected 0xA001, start 0). "123456789" gives 0xBB3D. */
uint16_t
cz2_crc16(const uint8_t *bytes, size_t length);

/* True when the CZ2_HEADER_SIZE bytes at header can begin a frame. */
bool
cz2_frame_header_ok(const uint8_t *header);

/* Writes the frame to out and returns its size in bytes (N + 10). */
size_t
cz2_frame_encode(const struct cz2_frame *frame, uint8_t out[CZ2_FRAME_MAX]);

/*
 * Decodes exactly one frame of length bytes.
 * CZ2_EMALFORMED: wrong size or header; CZ2_ECHECKSUM: wrong CRC.
 */
int
cz2_frame_decode(const uint8_t *bytes, size_t length, struct cz2_frame *frame);

/* Milliseconds that bytes take on the wire, rounded up. */
int64_t
cz2_wire_ms(size_t bytes);

#endif
