/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/deliveries.h"

#include <errno.h>
#include <stdlib.h>

/* Of a queue id; long ones have about 16, Exim's up to 23. */
#define ID_MOST 64
/* How far the clocks of the guard and of a log may differ, and the time that a message takes to come. */
#define SAME_US WALL_HOUR
/* A log has whole seconds, and may be written in another order. */
#define ORDER_US      (2 * WALL_SECOND)
#define TOLD_ORDER_US WALL_MINUTE
/* Messages that expire at a time. */
#define EXPIRED_MOST 64

struct deliveries {
	struct deliveries_settings settings;
	struct deliverytable table;
	struct deliveries_counts counts;
};

struct deliveries *
deliveries_new(const struct deliveries_settings *settings)
{
	struct deliveries *deliveries = xcalloc(1, sizeof(*deliveries));

	deliveries->settings = *settings;
	deliverytable_init(&deliveries->table, settings->messages_most, settings->recipients_most);
	return deliveries;
}

struct deliveries *
deliveries_free(struct deliveries *deliveries)
{
	if (deliveries == NULL)
		return NULL;
	deliverytable_done(&deliveries->table);
	free(deliveries);
	return NULL;
}

/* 0: there is none, or it is no queue id. */
static uint64_t
id_of(const struct deliveries *deliveries, uint32_t server, struct text queue_id)
{
	uint8_t piece[sizeof(server) + ID_MOST];
	uint64_t hash;

	if (queue_id.length == 0 || queue_id.length > ID_MOST)
		return 0;
	memcpy(piece, &server, sizeof(server));
	memcpy(piece + sizeof(server), queue_id.at, queue_id.length);
	hash = hash_keyed(&deliveries->settings.key, piece, sizeof(server) + queue_id.length);
	return hash != 0 ? hash : 1;
}

static uint64_t
recipient_of(const struct deliveries *deliveries, uint64_t id, struct text recipient)
{
	uint64_t hash = hash_keyed(&deliveries->settings.key, recipient.at, recipient.length);

	hash = hash_mix(hash + id);
	return hash != 0 ? hash : 1;
}

/* By what a line says. False: nothing is known of anybody. */
static bool
find_who(
	const struct deliveries *deliveries, const struct mailevent *event, struct responsible *ret)
{
	const struct deliveries_settings *settings = &deliveries->settings;
	struct responsible_input input = {.account = event->account, .class = LIMIT_ACCOUNT};

	if (event->has_address) {
		input.client = event->address;
		if (settings->line_of != NULL)
			input.line =
				settings->line_of(settings->context, &input.client, event->time);
	}
	if (input.line != 0)
		input.class = LIMIT_LINE;
	responsible_find(&input, &settings->key, ret);
	return event->has_address || ret->of[0].limit == LIMIT_ACCOUNT;
}

static bool
is_near(struct wall a, struct wall b, int64_t most)
{
	return a.us - b.us <= most && b.us - a.us <= most;
}

/* Is this arrival that of the message that has the queue id? */
static bool
is_same_arrival(const struct delivery_message *message, struct wall time)
{
	if ((message->flags & DELIVERY_IN_LOG) != 0)
		return time.us == message->arrival.us;
	return is_near(time, message->arrival, SAME_US);
}

/* Was it said before the message came? */
static bool
is_stale(const struct delivery_message *message, struct wall time)
{
	int64_t most = (message->flags & DELIVERY_IN_LOG) != 0 ? ORDER_US : TOLD_ORDER_US;

	return time.us < message->arrival.us - most;
}

/* The message that an event is about. NULL: it is not known, or the event is of an earlier one; counted. */
static struct delivery_message *
find_message(struct deliveries *deliveries, uint64_t id, struct wall time)
{
	struct delivery_message *message =
		id != 0 ? deliverytable_find(&deliveries->table, id) : NULL;

	if (message == NULL) {
		deliveries->counts.unknown++;
	} else if (is_stale(message, time)) {
		deliveries->counts.stale++;
		message = NULL;
	}
	return message;
}

static enum delivery_news
give_login(struct deliveries *deliveries, const struct mailevent *event, struct delivery_login *ret)
{
	bool is_good = event->kind != MAIL_LOGIN_FAILED;

	*ret = (struct delivery_login){
		.account = event->account,
		.client = event->address,
		.has_client = event->has_address,
		.is_good = is_good,
		.is_submission = event->kind == MAIL_ACCEPTED,
		.attempts = is_good ? 0 : event->attempts,
		.time = event->time,
	};
	if (is_good)
		deliveries->counts.logins++;
	else
		deliveries->counts.logins_failed++;
	return DELIVERY_LOGIN;
}

void
deliveries_tell(struct deliveries *deliveries, uint32_t server, struct text queue_id, uint64_t who,
	enum limit limit, uint32_t recipients, struct wall now)
{
	uint64_t id = id_of(deliveries, server, queue_id);
	struct delivery_message *message;

	if (id == 0) {
		deliveries->counts.unknown++;
		return;
	}
	message = deliverytable_find(&deliveries->table, id);
	/* The server asks before it delivers: a message with results is another one. */
	if (message != NULL &&
		(message->recipients > 0 || !is_near(now, message->arrival, SAME_US))) {
		deliverytable_remove(&deliveries->table, message);
		deliveries->counts.reused++;
		message = NULL;
	}
	if (message == NULL) {
		message = deliverytable_add(&deliveries->table, id, now);
		message->arrival = now;
	}
	message->who = who;
	message->limit = (uint8_t)limit;
	message->told = recipients;
	message->taken = now;
	message->flags |= DELIVERY_TOLD;
}

/* True: it is a message that was not known from the log before. */
static bool
arrive(struct deliveries *deliveries, uint64_t id, const struct mailevent *event, struct wall now)
{
	struct delivery_message *message = deliverytable_find(&deliveries->table, id);
	struct responsible who;

	if (message != NULL && is_same_arrival(message, event->time)) {
		bool is_new = (message->flags & DELIVERY_IN_LOG) == 0;

		deliveries->counts.repeated += !is_new;
		message->flags |= DELIVERY_IN_LOG;
		message->arrival = event->time;
		return is_new;
	}
	if (message != NULL && event->time.us < message->arrival.us) {
		deliveries->counts.stale++;
		return false;
	}
	if (message != NULL) {
		deliverytable_remove(&deliveries->table, message);
		deliveries->counts.reused++;
	}
	if (event->is_doubtful) {
		deliveries->counts.doubtful++;
		return false;
	}
	if (!find_who(deliveries, event, &who)) {
		deliveries->counts.unknown++;
		return false;
	}
	message = deliverytable_add(&deliveries->table, id, now);
	message->arrival = event->time;
	message->who = who.of[0].key;
	message->limit = who.of[0].limit;
	message->flags = DELIVERY_IN_LOG;
	return true;
}

static enum delivery_news
take_arrival(struct deliveries *deliveries, uint64_t id, const struct mailevent *event,
	struct wall now, struct delivery_told *ret)
{
	if (id == 0) {
		deliveries->counts.unknown++;
		return DELIVERY_NOTHING;
	}
	if (!arrive(deliveries, id, event, now) || event->is_doubtful || event->account.length == 0)
		return DELIVERY_NOTHING;
	return give_login(deliveries, event, &ret->login);
}

static enum delivery_result
result_of(const struct mailevent *event)
{
	if (event->kind == MAIL_DELIVERED)
		return DELIVERY_SENT;
	if (event->kind != MAIL_BOUNCED)
		return DELIVERY_DEFERRED;
	switch (event->reason) {
	case MAIL_REASON_UNKNOWN_USER:
		return DELIVERY_UNKNOWN_USER;
	case MAIL_REASON_POLICY:
		return DELIVERY_POLICY;
	case MAIL_REASON_NONE:
	case MAIL_REASON_FULL:
	case MAIL_REASON_TEMPORARY:
	case MAIL_REASON_OTHER:
	case MAIL_REASONS:
		break;
	}
	return DELIVERY_BOUNCED;
}

/* Counts a result of a recipient for its message. *was: what was told before. False: it is none to be told. */
static bool
settle(struct deliveries *deliveries, struct delivery_message *message, uint64_t key,
	enum delivery_result result, enum delivery_result *was)
{
	struct delivery_recipient *recipient;
	int r = deliverytable_recipient(&deliveries->table, message, key, result, &recipient);

	if (r < 0) {
		message->flags |= DELIVERY_UNSURE;
		deliveries->counts.no_room++;
		return false;
	}
	*was = DELIVERY_RESULTS;
	if (r == 1) {
		deliveries->counts.results[result]++;
		return true;
	}
	if (recipient->result != DELIVERY_DEFERRED || result == DELIVERY_DEFERRED) {
		deliveries->counts.repeated++;
		return false;
	}
	*was = DELIVERY_DEFERRED;
	recipient->result = (uint8_t)result;
	message->bounced += delivery_is_bounce(result);
	deliveries->counts.corrected[result]++;
	return true;
}

static enum delivery_news
take_delivery(struct deliveries *deliveries, uint64_t id, const struct mailevent *event,
	struct delivery *ret)
{
	struct delivery_message *message = find_message(deliveries, id, event->time);
	struct text recipient = event->original.length > 0 ? event->original : event->recipient;
	enum delivery_result result = result_of(event), was;

	if (message == NULL)
		return DELIVERY_NOTHING;
	/* Postfix says of a message as a whole that it has expired: of whom is told elsewhere. */
	if (event->is_doubtful || recipient.length == 0) {
		message->flags |= DELIVERY_UNSURE;
		deliveries->counts.doubtful += event->is_doubtful;
		return DELIVERY_NOTHING;
	}
	if (!settle(deliveries, message, recipient_of(deliveries, id, recipient), result, &was))
		return DELIVERY_NOTHING;
	if (event->time.us - message->arrival.us > DELIVERIES_REFUND_US)
		message->flags |= DELIVERY_UNSURE;
	*ret = (struct delivery){
		.who = message->who,
		.limit = (enum limit)message->limit,
		.time = event->time,
		.recipient = recipient_of(deliveries, 0, recipient),
		.result = result,
		.was = was,
	};
	return DELIVERY_RESULT;
}

/* All of what was told of, and nobody else. */
static bool
has_bounced(const struct delivery_message *message)
{
	return (message->flags & DELIVERY_UNSURE) == 0 && message->recipients > 0 &&
		message->bounced == message->recipients && message->told == message->recipients;
}

static enum delivery_news
take_removal(struct deliveries *deliveries, uint64_t id, const struct mailevent *event,
	struct delivery *ret)
{
	struct delivery_message *message = find_message(deliveries, id, event->time);
	enum delivery_news news = DELIVERY_NOTHING;

	if (message == NULL)
		return news;
	if (has_bounced(message)) {
		*ret = (struct delivery){
			.who = message->who,
			.limit = (enum limit)message->limit,
			.time = message->taken,
			.recipients = message->recipients,
			.result = DELIVERY_BOUNCED,
			.was = DELIVERY_RESULTS,
		};
		deliveries->counts.refunds++;
		news = DELIVERY_REFUND;
	}
	deliverytable_remove(&deliveries->table, message);
	return news;
}

/* A message that is refused after its recipients never comes to its end in the log. */
static bool
ends_message(const struct mailevent *event)
{
	static const char *const before[] = {"CONNECT", "HELO", "EHLO", "MAIL", "RCPT", "VRFY"};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		if (text_is(event->stage, before[i]))
			return false;
	}
	return true;
}

static enum delivery_news
take_refusal(struct deliveries *deliveries, uint64_t id, const struct mailevent *event,
	struct delivery *ret)
{
	struct delivery_message *message =
		id != 0 ? deliverytable_find(&deliveries->table, id) : NULL;
	struct responsible who;

	if (message != NULL && is_stale(message, event->time))
		message = NULL;
	if (ends_message(event)) {
		if (message != NULL)
			deliverytable_remove(&deliveries->table, message);
		return DELIVERY_NOTHING;
	}
	if (event->is_doubtful) {
		deliveries->counts.doubtful++;
		return DELIVERY_NOTHING;
	}
	if (event->reason != MAIL_REASON_UNKNOWN_USER || !text_is(event->stage, "RCPT"))
		return DELIVERY_NOTHING;
	*ret = (struct delivery){
		.time = event->time,
		.result = DELIVERY_UNKNOWN_USER,
		.was = DELIVERY_RESULTS,
		.is_refused = true,
	};
	if (message != NULL) {
		ret->who = message->who;
		ret->limit = (enum limit)message->limit;
	} else if (find_who(deliveries, event, &who)) {
		ret->who = who.of[0].key;
		ret->limit = (enum limit)who.of[0].limit;
	} else {
		deliveries->counts.unknown++;
		return DELIVERY_NOTHING;
	}
	deliveries->counts.results[DELIVERY_UNKNOWN_USER]++;
	deliveries->counts.refused++;
	return DELIVERY_RESULT;
}

static enum delivery_news
take_login(struct deliveries *deliveries, const struct mailevent *event, struct delivery_login *ret)
{
	if (event->is_doubtful) {
		deliveries->counts.doubtful++;
		return DELIVERY_NOTHING;
	}
	if (event->kind == MAIL_LOGIN_FAILED &&
		event->is_auth_process != deliveries->settings.takes_auth_process) {
		deliveries->counts.repeated++;
		return DELIVERY_NOTHING;
	}
	if (event->account.length == 0 && !event->has_address) {
		deliveries->counts.unknown++;
		return DELIVERY_NOTHING;
	}
	return give_login(deliveries, event, ret);
}

enum delivery_news
deliveries_take(struct deliveries *deliveries, uint32_t server, const struct mailevent *event,
	struct wall now, struct delivery_told *ret)
{
	uint64_t id = id_of(deliveries, server, event->queue_id);

	deliveries->counts.events++;
	if (!restore_is_time(event->time)) {
		deliveries->counts.doubtful++;
		return DELIVERY_NOTHING;
	}
	switch (event->kind) {
	case MAIL_ACCEPTED:
		return take_arrival(deliveries, id, event, now, ret);
	case MAIL_DELIVERED:
	case MAIL_DEFERRED:
	case MAIL_BOUNCED:
	case MAIL_EXPIRED:
		return take_delivery(deliveries, id, event, &ret->delivery);
	case MAIL_REMOVED:
		return take_removal(deliveries, id, event, &ret->delivery);
	case MAIL_REFUSED:
		return take_refusal(deliveries, id, event, &ret->delivery);
	case MAIL_LOGIN:
	case MAIL_LOGIN_FAILED:
		return take_login(deliveries, event, &ret->login);
	case MAIL_LOST:
	case MAIL_DISCONNECTED:
	case MAIL_KINDS:
		break;
	}
	return DELIVERY_NOTHING;
}

void
deliveries_advance(struct deliveries *deliveries, struct wall now)
{
	for (unsigned i = 0; i < EXPIRED_MOST; i++) {
		struct delivery_message *oldest = deliverytable_oldest(&deliveries->table);

		if (oldest == NULL || now.us - oldest->known.us <= DELIVERIES_US)
			return;
		deliverytable_remove(&deliveries->table, oldest);
		deliveries->counts.expired++;
	}
}

struct deliveries_counts
deliveries_counts(const struct deliveries *deliveries)
{
	struct deliveries_counts counts = deliveries->counts;

	counts.displaced = deliveries->table.displaced;
	counts.messages = deliveries->table.by_id.count;
	counts.recipients = deliveries->table.by_recipient.count;
	return counts;
}

void
deliveries_save(const struct deliveries *deliveries, struct save *save)
{
	deliverytable_save(&deliveries->table, save);
}

int
deliveries_restore(struct deliveries *deliveries, struct restore *restore, struct fail *fail)
{
	return deliverytable_restore(&deliveries->table, restore, LIMITS, fail);
}
