/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingradius.h"

#include "action/coawishes.h"
#include "base/hash.h"
#include "ledger/keyfile.h"
#include "runtime/clock.h"
#include "runtime/endpoint.h"
#include "runtime/event.h"
#include "service/radiusload.h"
#include "service/statefolder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* How often sessions are looked at. */
#define LOOK_US WALL_SECOND
#define PORTS   4
/* Orders a second where nothing is said of a NAS: a thousand at once are lost in its buffer, and sent again. */
#define RATE      200
#define KEPT      (ACTINGRADIUS_LINES * sizeof(struct coawish_kept))
#define TURN      64
#define KEPT_NAME "told"

struct nas {
	struct address address;
	int row;
};

struct actingradius {
	struct radiusload load;
	struct actingradius_sessions sessions;
	struct coa *coa;
	struct coawishes *wishes;
	struct coawish_kept *kept;
	bool is_kept; /* in the file */
	bool is_off;  /* nobody is asked: fail says why */
	struct hash_key key;
	struct clock clock;
	int64_t looked_us;
	int socket[2][PORTS]; /* of IPv4 and of IPv6; -1: there is none */
	struct nas nas[ACTINGRADIUS_NASES];
	size_t nases;
	uint64_t unsent; /* datagrams that the kernel did not take */
	struct fail fail;
	char last[STATUS_TEXT / 2]; /* what went wrong last */
	char words[STATUS_TEXT];
};

/* The file in which is what NASes were told. Where that cannot be, it is kept as long as the process lives. */
static void
map_kept(struct actingradius *radius, const char *state)
{
	char folder[STATEFOLDER_PATH], path[STATEFOLDER_PATH + 8];
	void *memory = MAP_FAILED;
	int file;

	statefolder_of(state, OWNER_ACTOR, folder);
	snprintf(path, sizeof(path), "%s/" KEPT_NAME, folder);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	/* All of it is there before it is written: a full disk must not end the process. */
	if (file >= 0 && ftruncate(file, KEPT) == 0 && posix_fallocate(file, 0, KEPT) == 0)
		memory = mmap(NULL, KEPT, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (file >= 0)
		close(file);
	radius->is_kept = memory != MAP_FAILED;
	radius->kept =
		radius->is_kept ? memory : memory_map(ACTINGRADIUS_LINES, sizeof(*radius->kept));
}

static void
open_sockets(struct actingradius *radius)
{
	for (int family = 0; family < 2; family++) {
		for (int port = 0; port < PORTS; port++)
			radius->socket[family][port] = socket(family == 0 ? AF_INET : AF_INET6,
				SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	}
}

/* Sessions are told apart by hashes that are the same over restarts, and that nobody without the ledger's key makes.
 * Where that cannot be read those of before mean nothing. */
static void
make_key(struct actingradius *radius, const char *ledger)
{
	struct keys keys = {0};
	char path[DAEMON_PATH + 8];
	struct fail fail = {0};
	uint64_t half;

	snprintf(path, sizeof(path), "%s.key", ledger);
	if (keyfile_read(path, &keys, &fail) < 0) {
		hash_key_random(&keys.pseudonym);
		for (size_t i = 0; i < ACTINGRADIUS_LINES; i++)
			radius->kept[i].session = radius->kept[i].sure = 0;
	}
	for (uint8_t i = 0; i < 2; i++) {
		half = hash_keyed(&keys.pseudonym, &i, sizeof(i));
		memcpy(radius->key.byte + i * sizeof(half), &half, sizeof(half));
	}
	keyfile_forget(&keys);
}

struct actingradius *
actingradius_new(const struct daemon_settings *settings, struct actingradius_sessions sessions)
{
	const char *path = settings->contain.routers.radius;
	struct coa_settings coa = COA_DEFAULTS;
	struct actingradius *radius;

	if (*path == '\0')
		return NULL;
	radius = xcalloc(1, sizeof(*radius));
	radius->sessions = sessions;
	radius->is_off = radiusload(path, &radius->load, &radius->fail) < 0;
	map_kept(radius, settings->state);
	make_key(radius, settings->keep.ledger);
	coa.nases_most = ACTINGRADIUS_NASES;
	coa.orders_most = ACTINGRADIUS_LINES;
	coa.ports = PORTS;
	coa.seed = hash_keyed(&radius->key, "seed", 4);
	radius->coa = coa_new(&coa);
	radius->wishes = coawishes_new(radius->kept, ACTINGRADIUS_LINES);
	open_sockets(radius);
	(void)clock_read(&radius->clock);
	return radius;
}

struct actingradius *
actingradius_free(struct actingradius *radius)
{
	if (radius == NULL)
		return NULL;
	for (int i = 0; i < 2 * PORTS; i++) {
		if (radius->socket[i / PORTS][i % PORTS] >= 0)
			close(radius->socket[i / PORTS][i % PORTS]);
	}
	coa_free(radius->coa);
	coawishes_free(radius->wishes);
	radiusload_done(&radius->load);
	if (radius->is_kept)
		(void)munmap(radius->kept, KEPT);
	else
		memory_unmap(radius->kept, ACTINGRADIUS_LINES, sizeof(*radius->kept));
	free(radius);
	return NULL;
}

static void
begin(void *end)
{
	struct actingradius *radius = end;

	coawishes_begin(radius->wishes);
}

/* Of lines that are prefixes there is no session. */
static void
take_order(void *end, const struct order *order)
{
	struct actingradius *radius = end;

	if (order->place.length != 0 || order->kind >= MEASURE_KINDS)
		return;
	if (order->verb == ORDER_UNDO)
		coawishes_unwant(radius->wishes, order->line, (enum measure_kind)order->kind);
	else if (coawishes_want(radius->wishes, order->line, (enum measure_kind)order->kind) < 0)
		event(EVENT_CONTAIN_REFUSED, "kind=%s", measure_names[order->kind]);
	radius->looked_us = 0;
}

static void
anew(void *end, const struct holding *holding)
{
	struct actingradius *radius = end;

	(void)holding;
	radius->looked_us = 0;
}

static void
note_failure(struct actingradius *radius, const struct address *nas, const char *why)
{
	char address[ADDRESS_TEXT];

	(void)address_format(nas, address);
	event(EVENT_NAS_FAILED, "nas=%s text=%s", address, why);
	snprintf(radius->last, sizeof(radius->last), "NAS %s: %s", address, why);
}

/* The number that coa.h knows a NAS by; -ENOENT: nobody has named it. */
static int
number_of(struct actingradius *radius, const struct address *address)
{
	struct coa_nas nas;
	int row, number;

	for (size_t i = 0; i < radius->nases; i++) {
		if (address_equal(&radius->nas[i].address, address))
			return (int)i;
	}
	row = coanases_find(&radius->load.nases, address);
	if (row < 0)
		return -ENOENT;
	nas = (struct coa_nas){.key = radius->load.key[row],
		.rate = radius->load.nases.row[row].rate > 0 ? radius->load.nases.row[row].rate
							     : RATE,
		.no_message = radius->load.profile[row]->no_message,
		.no_timestamp = radius->load.profile[row]->no_timestamp,
		.needs_message = radius->load.profile[row]->needs_message};
	number = coa_add_nas(radius->coa, &nas);
	if (number < 0)
		return number;
	radius->nas[number] = (struct nas){*address, row};
	radius->nases = (size_t)number + 1;
	return number;
}

/* As attributes are made of it. */
static struct coa_session
session_of(const struct actingradius_session *session)
{
	bool is_v4 = address_is_v4(&session->nas);
	struct coa_session ret = {.session = text_of(session->name),
		.user = text_of(session->user),
		.has = COA_SET(is_v4 ? COA_NAS_IP_ADDRESS : COA_NAS_IPV6_ADDRESS),
		.nas = session->nas,
		.ipv4 = session->ipv4,
		.delegated = session->prefix};

	if (address_is_v4(&session->ipv4))
		ret.has |= COA_SET(COA_FRAMED_IP_ADDRESS);
	if (session->prefix.length > 0)
		ret.has |= COA_SET(COA_DELEGATED_IPV6_PREFIX);
	return ret;
}

static void
ask(struct actingradius *radius, size_t wish, uint64_t line, enum coa_act act,
	const struct actingradius_session *found, const struct coawish_session *session)
{
	int number = number_of(radius, &found->nas);
	struct coa_session of = session_of(found);
	uint8_t attributes[COA_ATTRIBUTES];
	struct coa_order order = {.session = line, .attributes = attributes};
	struct fail fail = {.what = "is not in contain.radius-nas"};
	int r = number < 0 ? number
			   : coaprofile_make(radius->load.profile[radius->nas[number].row], act,
				     &of, attributes, &order.is_disconnect, &fail);

	if (r < 0) {
		note_failure(radius, &found->nas, fail.what);
		coawishes_pause(radius->wishes, wish, radius->clock.steady_us);
		return;
	}
	order.nas = (uint32_t)number;
	order.length = (size_t)r;
	order.id = coawishes_asked(
		radius->wishes, wish, act, order.is_disconnect, session, radius->clock.now);
	if (coa_add(radius->coa, &order) < 0)
		coawishes_told(radius->wishes, order.id, COA_BUSY, radius->clock.steady_us);
}

/* One line: its session, and what follows of it. */
static void
look_at(struct actingradius *radius, size_t wish, uint64_t line)
{
	struct actingradius_session found = {.nas = {{0}}};
	struct coawish_session session = {.id = 0};
	enum coawish_step step;
	enum coa_act act;
	uint64_t order;

	if (radius->sessions.find(radius->sessions.context, line, &found) == 0) {
		session.id = hash_keyed(&radius->key, found.name, strlen(found.name)) ^
			hash_keyed(&radius->key, found.nas.byte, sizeof(found.nas.byte));
		session.id += session.id == 0;
		session.shown = found.shown;
	}
	step = coawishes_look(
		radius->wishes, wish, &session, radius->clock.steady_us, &act, &order);
	if (step == COAWISH_SHOWN) {
		(void)coa_shown(radius->coa, order);
	} else if (step == COAWISH_ASK) {
		coa_drop(radius->coa, order);
		ask(radius, wish, line, act, &found, &session);
	}
}

static void
send_to(struct actingradius *radius, const struct coa_event *event)
{
	const struct nas *nas = &radius->nas[event->nas];
	uint16_t port = radius->load.nases.row[nas->row].port;
	struct endpoint to =
		endpoint_of(&nas->address, port > 0 ? port : radius->load.profile[nas->row]->port);
	int socket = radius->socket[!address_is_v4(&nas->address)][event->port];

	/* What is lost is sent again. */
	if (sendto(socket, event->bytes, event->length, 0, &to.any, to.size) < 0)
		radius->unsent++;
}

static void
work(struct actingradius *radius)
{
	struct coa_event event;

	while (coa_next(radius->coa, radius->clock.now, &event) == 1) {
		if (!event.is_told) {
			send_to(radius, &event);
			continue;
		}
		coawishes_told(radius->wishes, event.order, event.stage, radius->clock.steady_us);
		if (event.stage != COA_ASKED && event.stage != COA_SHOWN) {
			char why[96];

			snprintf(why, sizeof(why), "an order ended as %s, Error-Cause %u",
				coa_stage_names[event.stage], event.cause);
			note_failure(radius, &radius->nas[event.nas].address, why);
		}
		if (event.stage != COA_ASKED)
			radius->looked_us = 0;
	}
}

static int64_t
see_to(void *end, const struct holding *holding)
{
	struct actingradius *radius = end;
	bool may_ask =
		holding != NULL && radius->sessions.find != NULL && *radius->fail.what == '\0';
	struct wall due;
	size_t at = 0;
	uint64_t line;
	int64_t wake;

	(void)clock_read(&radius->clock);
	work(radius);
	if (may_ask && radius->clock.steady_us - radius->looked_us >= LOOK_US) {
		radius->looked_us = radius->clock.steady_us;
		while (coawishes_next(radius->wishes, &at, &line) > 0)
			look_at(radius, at - 1, line);
		work(radius);
	}
	wake = radius->looked_us + LOOK_US;
	due = coa_due(radius->coa, radius->clock.now);
	if (due.us != INT64_MAX && radius->clock.steady_us + (due.us - radius->clock.now.us) < wake)
		wake = radius->clock.steady_us + (due.us - radius->clock.now.us);
	return may_ask ? wake : INT64_MAX;
}

static size_t
polled(void *end, struct pollfd *into, size_t most)
{
	struct actingradius *radius = end;

	must(most >= 2 * (size_t)PORTS);
	for (int i = 0; i < 2 * PORTS; i++)
		into[i] = (struct pollfd){
			.fd = radius->socket[i / PORTS][i % PORTS], .events = POLLIN};
	return 2 * (size_t)PORTS;
}

/* Answers count only from who was asked. */
static void
receive(struct actingradius *radius, int socket, unsigned port)
{
	uint8_t bytes[RADIUS_MOST];

	for (int turn = 0; turn < TURN; turn++) {
		struct endpoint from = ENDPOINT_EMPTY;
		ssize_t n = recvfrom(socket, bytes, sizeof(bytes), 0, &from.any, &from.size);
		struct address address;
		uint16_t from_port;

		if (n < 0)
			return;
		endpoint_read(&from.any, &address, &from_port);
		for (size_t i = 0; i < radius->nases; i++) {
			if (address_equal(&radius->nas[i].address, &address))
				coa_answer(radius->coa, (uint32_t)i, port, bytes, (size_t)n,
					radius->clock.now);
		}
	}
}

static void
ready(void *end, const struct pollfd *polled, size_t count)
{
	struct actingradius *radius = end;

	(void)clock_read(&radius->clock);
	for (size_t i = 0; i < count; i++) {
		if (polled[i].revents != 0)
			receive(radius, polled[i].fd, (unsigned)(i % PORTS));
	}
}

static void
show(void *end, struct duty *duty)
{
	struct actingradius *radius = end;
	struct coawishes_counts wishes = coawishes_counts(radius->wishes);
	const struct coa_counts *coa = coa_counts(radius->coa);
	uint64_t forged = coa->strays + coa->stale;

	for (int i = 1; i < RADIUS_FAULTS; i++)
		forged += coa->faults[i];
	duty_show(duty, COUNT_NAS_LINES, wishes.lines);
	duty_show(duty, COUNT_NAS_HELD, wishes.held);
	duty_show(duty, COUNT_NAS_LEFT, wishes.left);
	duty_count(duty, COUNT_NAS_REQUESTS, coa->requests);
	duty_count(duty, COUNT_NAS_RETRIES, coa->retries);
	duty_count(duty, COUNT_NAS_ACKS, coa->acks);
	duty_count(duty, COUNT_NAS_NAKS, coa->naks);
	duty_count(duty, COUNT_NAS_FAILED, wishes.failed + wishes.refused);
	duty_count(duty, COUNT_NAS_FORGED, forged);
	if (wishes.held == wishes.lines && wishes.left == 0)
		*radius->last = '\0';
}

static const char *
wrong(void *end)
{
	struct actingradius *radius = end;

	if (radius->is_off)
		snprintf(radius->words, sizeof(radius->words), "no NAS is asked: %s: %s",
			radius->fail.where, radius->fail.what);
	else if (radius->sessions.find == NULL)
		snprintf(radius->words, sizeof(radius->words),
			"no NAS is asked: nobody knows sessions, as there is no accounting");
	else if (!radius->is_kept)
		snprintf(radius->words, sizeof(radius->words),
			"what NASes are told cannot be kept over an end of this process");
	else
		snprintf(radius->words, sizeof(radius->words), "%s", radius->last);
	return radius->words;
}

const struct actingend_kind actingradius_kind = {
	.order = take_order,
	.begin = begin,
	.anew = anew,
	.see_to = see_to,
	.polled = polled,
	.ready = ready,
	.show = show,
	.wrong = wrong,
};
