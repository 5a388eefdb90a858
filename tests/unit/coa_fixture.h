/* coa_fixture - a client of RFC 5176 with NASes that a test plays */
#ifndef LAZARET_TESTS_COA_FIXTURE_H
#define LAZARET_TESTS_COA_FIXTURE_H

#include "action/coa.h"
#include "radius_packets.h"

/* 2026-11-26T17:00:00Z */
#define NOW ((struct wall){INT64_C(1795712400) * WALL_SECOND})

/* User-Name "anna", Acct-Session-Id "1". */
static const uint8_t attributes_of_anna[] = {1, 6, 'a', 'n', 'n', 'a', 44, 3, '1'};

static inline struct wall
after(struct wall wall, int64_t us)
{
	return (struct wall){wall.us + us};
}

static inline struct coa_order
order_of(uint64_t id, uint64_t session, uint32_t nas)
{
	return (struct coa_order){.id = id,
		.session = session,
		.nas = nas,
		.attributes = attributes_of_anna,
		.length = sizeof(attributes_of_anna)};
}

/* Error-Cause of an answer; none; or none and a Message-Authenticator. */
#define CAUSE_NONE    0
#define CAUSE_MESSAGE UINT32_MAX

/* What a NAS answers. timestamp: 0: none. */
static inline size_t
answer_to(struct radius_key *key, const uint8_t *request, uint8_t code, uint32_t cause,
	uint32_t timestamp, uint8_t into[RADIUS_MOST])
{
	struct radius_writer writer;

	radius_begin(&writer, into, RADIUS_MOST, (enum radius_code)code, request[1]);
	if (cause == CAUSE_MESSAGE)
		radius_add_message(&writer);
	else if (cause != CAUSE_NONE)
		radius_add_u32(&writer, RADIUS_ERROR_CAUSE, cause);
	if (timestamp != 0)
		radius_add_u32(&writer, RADIUS_EVENT_TIMESTAMP, timestamp);
	return (size_t)radius_sign_response(key, &writer, request + 4);
}

/* The next event must be a datagram: its bytes are kept. */
static inline struct coa_event
sent(struct coa *coa, struct wall now, uint8_t into[RADIUS_MOST])
{
	struct coa_event event;

	assert_int_equal(coa_next(coa, now, &event), 1);
	assert_false(event.is_told);
	memcpy(into, event.bytes, event.length);
	event.bytes = into;
	return event;
}

static inline struct coa_event
told(struct coa *coa, struct wall now)
{
	struct coa_event event;

	assert_int_equal(coa_next(coa, now, &event), 1);
	assert_true(event.is_told);
	return event;
}

static inline void
nothing_happens(struct coa *coa, struct wall now)
{
	struct coa_event event;

	assert_int_equal(coa_next(coa, now, &event), 0);
}

static inline void
answered(struct coa *coa, struct radius_key *key, const struct coa_event *event, uint8_t code,
	uint32_t cause, struct wall now)
{
	uint8_t bytes[RADIUS_MOST];
	size_t length = answer_to(key, event->bytes, code, cause, 0, bytes);

	coa_answer(coa, event->nas, event->port, bytes, length, now);
}

#endif
