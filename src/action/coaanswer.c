/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coainside.h"

enum coa_stage
coa_meaning(uint32_t cause)
{
	switch (cause) {
	case 503: /* session context not found */
		return COA_GONE;
	case 507: /* request initiated: how "Authorize Only" succeeds */
		return COA_ASKED;
	case 502: /* request not routable */
	case 505: /* other proxy processing error */
	case 506: /* resources unavailable */
		return COA_BUSY;
	default:
		/* 401 to 407, 508: the request is wrong for this NAS; 501 prohibited, 504 not removable. */
		return COA_REFUSED;
	}
}

static void
on_ack(struct coa *coa, uint32_t at, struct wall now)
{
	struct order *order = &coa->orders[at];

	if (order->is_shown) {
		coa_end(coa, at, COA_SHOWN);
		return;
	}
	order->state = ASKED;
	coa_timers_set(&coa->timers, at, (struct wall){now.us + coa->settings.shown_within});
	coa_let_follow(coa, at);
	coa_tell(coa, at, COA_ASKED);
}

static void
on_nak(struct coa *coa, uint32_t at, struct wall now)
{
	struct order *order = &coa->orders[at];
	enum coa_stage stage = coa_meaning(order->cause);

	if (stage == COA_ASKED) {
		on_ack(coa, at, now);
	} else if (stage == COA_BUSY && order->laters < coa->settings.laters && !order->is_shown) {
		order->laters++;
		order->state = LATER;
		coa->counts.laters++;
		coa_timers_set(&coa->timers, at, (struct wall){now.us + coa->settings.later});
	} else {
		coa_end(coa, at, stage);
	}
}

/* Is it of now? Takes its Error-Cause on the way. */
static bool
is_current(
	const struct coa *coa, const struct radius_packet *packet, struct wall now, uint32_t *cause)
{
	struct radius_walk walk = radius_walk(packet->attributes);
	struct radius_attribute attribute;
	uint32_t value;

	while (radius_next(&walk, &attribute)) {
		if (attribute.vendor != 0 || !radius_u32(&attribute, &value))
			continue;
		if (attribute.type == RADIUS_ERROR_CAUSE)
			*cause = value;
		if (attribute.type == RADIUS_EVENT_TIMESTAMP) {
			int64_t off = now.us - (int64_t)value * WALL_SECOND;

			if (off > coa->settings.current || off < -coa->settings.current)
				return false;
		}
	}
	return true;
}

/* Whether it may be believed, as far as the packet says. */
static enum radius_fault
check(const struct nas *nas, const struct radius_packet *packet, const struct coa_place *place)
{
	enum radius_fault fault = radius_check_response(nas->set.key, packet, place->request);

	if (fault == RADIUS_NO_FAULT && nas->set.needs_message && packet->message == NULL)
		return RADIUS_BAD_MESSAGE;
	return fault;
}

static bool
is_answer(uint8_t code)
{
	return code == RADIUS_DISCONNECT_ACK || code == RADIUS_DISCONNECT_NAK ||
		code == RADIUS_COA_ACK || code == RADIUS_COA_NAK;
}

static void
take_answer(struct coa *coa, struct coa_place *place, const struct radius_packet *packet,
	struct wall now)
{
	struct order *order;
	uint32_t at, cause = 0;
	uint8_t ack;

	if (!is_current(coa, packet, now, &cause)) {
		coa->counts.stale++;
		return;
	}
	if (place->order == 0) {
		coa->counts.doubles += place->is_answered;
		coa->counts.late += !place->is_answered;
		return;
	}
	at = place->order - 1;
	order = &coa->orders[at];
	ack = order->is_disconnect ? RADIUS_DISCONNECT_ACK : RADIUS_COA_ACK;
	if (packet->code != ack && packet->code != ack + 1) {
		coa->counts.faults[RADIUS_BAD_CODE]++;
		return;
	}
	place->is_answered = true;
	order->cause = cause;
	coa_timers_remove(&coa->timers, at);
	coa_give_place(coa, order);
	if (packet->code == ack) {
		coa->counts.acks++;
		on_ack(coa, at, now);
	} else {
		coa->counts.naks++;
		on_nak(coa, at, now);
	}
}

void
coa_answer(struct coa *coa, uint32_t number, unsigned port, const void *bytes, size_t size,
	struct wall now)
{
	struct radius_packet packet;
	enum radius_fault fault;
	struct coa_place *place;
	struct nas *nas;

	fault = radius_read(bytes, size, &packet);
	if (fault == RADIUS_NO_FAULT && !is_answer(packet.code))
		fault = RADIUS_BAD_CODE;
	if (fault != RADIUS_NO_FAULT) {
		coa->counts.faults[fault]++;
		return;
	}
	if (number >= coa->nas_count || port >= coa->settings.ports) {
		coa->counts.strays++;
		return;
	}
	nas = &coa->nases[number];
	place = &nas->window.places[port * COA_IDENTIFIERS + packet.identifier];
	if (!place->is_used) {
		coa->counts.strays++;
		return;
	}
	fault = check(nas, &packet, place);
	if (fault != RADIUS_NO_FAULT) {
		coa->counts.faults[fault]++;
		return;
	}
	take_answer(coa, place, &packet, now);
}
