/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Who is connected to a door, what each of them owes, and until when. Guests
 * who keep others waiting are shown out by shutdown(2), which the HTTP library
 * notices on its own. Knows sockets, not HTTP.
 */
#ifndef CZ2D_HTTP_CROWD_H
#define CZ2D_HTTP_CROWD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

enum guest_stage {
	GUEST_ASKING,  /* owes us a whole request */
	GUEST_WAITING, /* we owe it the answer */
	GUEST_TAKING,  /* takes the answer */
	GUEST_IDLE,    /* has taken its answer and may ask again */
};

/* Embedded in what the door keeps of a connection. The fields are private. */
struct guest {
	struct guest *previous, *next;
	int fd;
	struct in6_addr address; /* IPv4 is mapped; all zeros on a Unix socket */
	enum guest_stage stage;
	int64_t since, deadline;
	bool dismissed; /* what it has sent and we have not read yet is not carried out */
};

struct crowd {
	struct guest *first;
	int count;
	int max, max_per_address;
};

/*
 * max_per_address 0: no limit. Loopback and Unix sockets are exempt from it; a /64 network
 * counts as one address.
 */
void
crowd_init(struct crowd *crowd, int max, int max_per_address);

/* May somebody from here come in? */
bool
crowd_admits(const struct crowd *crowd, const struct sockaddr *address);

void
crowd_join(struct crowd *crowd, struct guest *guest, int fd, const struct sockaddr *address,
	   int64_t now);

void
crowd_leave(struct crowd *crowd, struct guest *guest);

/* Begins a stage and its deadline. */
void
guest_enter(struct guest *guest, enum guest_stage stage, int64_t now);

/* Shows a guest out. */
void
guest_dismiss(struct guest *guest);

/* True when the socket is broken both ways: an answer could not reach anybody. */
bool
guest_is_lost(const struct guest *guest);

/* When the house is full, the one who has been idle longest goes. */
void
crowd_make_room(struct crowd *crowd);

/*
 * Shows out whose time is up, and who owes us something but has said that nothing follows.
 * Call about once a second while anybody is there.
 */
void
crowd_sweep(struct crowd *crowd, int64_t now);

/* On a Unix socket? */
bool
guest_is_local(const struct guest *guest);

/* By TCP from this machine? */
bool
guest_is_loopback(const struct guest *guest);

/* What counts as one client: the address, of IPv6 its /64 network. */
struct in6_addr
guest_network(const struct guest *guest);

/* "local:<user>", or the numeric address. */
void
guest_name(const struct guest *guest, char *text, size_t size);

#endif
