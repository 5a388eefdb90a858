/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/message.h"

#include "base/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Evidence from this long after a loss is marked as incomplete. */
#define INCOMPLETE_AFTER WALL_MINUTE

/* A clock that was never set begins at 1970: before this no exporter of ours was built. */
#define CLOCK_UNSET (INT64_C(946684800) * WALL_SECOND)

void
message_error(const struct message *message, const char *format, ...)
{
	const struct session_key *key = message->session != NULL ? &message->session->key : NULL;
	char what[256], exporter[ADDRESS_TEXT] = "of this file", domain[32] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (message->from->has_address)
		address_format(&message->from->address, exporter);
	if (key != NULL && key->dialect != DIALECT_NETFLOW5)
		snprintf(domain, sizeof(domain), ", domain %u", key->domain);
	intake_error(message->export_->intake,
		message->from->file != NULL ? message->from->file : "", message->from->offset,
		"exporter %s%s: %s", exporter, domain, what);
}

/* Adds a loss, or takes back what came late. */
static void
add_lost(const struct message *message, int64_t lost)
{
	figures_lose(&message->export_->intake_counts->lost_records, lost);
	figures_lose(&message->session->figures.lost, lost);
}

void
message_malformed(const struct message *message)
{
	message->export_->counts.malformed++;
	if (message->session != NULL)
		message->session->figures.malformed++;
}

static void
see_place(struct message *message, enum sequence_place place)
{
	struct session *session = message->session;

	switch (place) {
	case SEQUENCE_NEXT:
	case SEQUENCE_UNCLEAR:
		break;
	case SEQUENCE_LATE:
		message->export_->counts.late++;
		session->figures.late++;
		break;
	case SEQUENCE_GAP:
		message->export_->counts.gaps++;
		session->incomplete.us = message->from->received.us + INCOMPLETE_AFTER;
		break;
	case SEQUENCE_RESTART:
		message->export_->counts.restarts++;
		session->figures.restarts++;
		break;
	}
}

static uint64_t
word_at(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Two datagrams with the same header, length, middle and end are taken for the same one. */
static uint64_t
print_of(const struct message *message)
{
	uint64_t middle = word_at(message->middle), end = word_at(message->last);
	uint64_t head = (uint64_t)message->number << 32 | message->moment.seconds;

	return hash_fold(middle ^ message->moment.uptime, end ^ message->size) ^ head;
}

/* The first message of a session. */
static struct session *
begin_session(struct message *message, uint32_t domain)
{
	struct export *export_ = message->export_;
	const struct export_from *from = message->from;
	struct session_key key = {
		.domain = domain, .dialect = message->dialect, .transport = from->transport};
	struct session *session;
	bool tell = false;

	if (from->has_address)
		key.exporter = from->address;
	if (message->dialect == DIALECT_IPFIX)
		key.port = from->port;
	session = session_begin(&export_->sessions, &key, from->received, &tell);
	if (session != NULL)
		return session;
	export_->counts.sessions_refused++;
	export_->intake_counts->skipped_bytes += message->size;
	if (tell)
		message_error(
			message, "too many sessions; this one and others after it are left out");
	return NULL;
}

/* sysUpTime did not go on as usual. */
static bool
is_restarted(struct message *message, int64_t export_ms)
{
	bool was_mixed = message->session->is_mixed;
	bool restarted = session_restarted(&message->export_->sessions, message->session,
		message->moment.uptime, export_ms, message->from->received);

	if (message->session->is_mixed && !was_mixed)
		message_error(message,
			"restarts so often that it must be several exporters: losses cannot be "
			"told");
	return restarted;
}

/* The sequence number is not simply the next. False: this message has been read before. */
static bool
judge_number(struct message *message, bool restarted)
{
	struct export *export_ = message->export_;
	int64_t lost = 0;
	enum sequence_place place =
		sequence_begin(&message->session->sequence, message->number, &lost);

	if (place != SEQUENCE_NEXT) {
		if (!restarted && export_->visitor == NULL &&
			message->session->sequence.has_advanced &&
			session_is_duplicate(message->session, print_of(message))) {
			export_->counts.duplicates++;
			message->session->figures.duplicates++;
			return false;
		}
		see_place(message, place);
	}
	if (lost != 0)
		add_lost(message, lost);
	return true;
}

static inline struct session *
find_session(const struct message *message, uint32_t domain)
{
	static const struct address nobody;
	const struct export_from *from = message->from;
	const struct sessions *sessions = &message->export_->sessions;
	uint16_t port = message->dialect == DIALECT_IPFIX ? from->port : 0;

	return session_find(sessions,
		session_hash_parts(sessions, from->has_address ? &from->address : &nobody, domain,
			port, message->dialect, from->transport));
}

struct session *
message_session(const struct message *message, uint32_t domain)
{
	return find_session(message, domain);
}

bool
message_begin(struct message *message, uint32_t domain, int64_t export_us)
{
	struct export *export_ = message->export_;
	const struct export_from *from = message->from;
	struct session *session = find_session(message, domain);
	bool restarted = false;

	if (__builtin_expect(session == NULL, 0)) {
		session = begin_session(message, domain);
		if (session == NULL)
			return false;
	}
	message->session = session;
	__builtin_prefetch((const char *)session + 128);
	message->mail_before = export_->intake_counts->mail_records;
	message->clock_before = export_->intake_counts->clock_records;
	session->often.messages++;
	session->port = from->port;
	figures_tell_clock(&session->often.clock,
		(int32_t)(message->moment.seconds - wall_seconds(from->received)));
	if (from->received.us > session->seen.us)
		session->seen = from->received;
	message->moment.time.us = export_us;
	if (__builtin_expect(export_us < CLOCK_UNSET, 0) && from->received.us > CLOCK_UNSET)
		message->moment.time = from->received;
	if (message->dialect != DIALECT_IPFIX &&
		!session_goes_on(session, message->moment.uptime, export_us / 1000))
		restarted = is_restarted(message, export_us / 1000);
	if (sequence_is_next(&session->sequence, message->number))
		return true;
	if (session->is_mixed) {
		session_forgive(session, from->received);
		return true;
	}
	return judge_number(message, restarted);
}

void
message_end(struct message *message)
{
	const struct intake_counts *counts = message->export_->intake_counts;
	uint64_t mail = counts->mail_records - message->mail_before;
	uint64_t clock = counts->clock_records - message->clock_before;
	int64_t lost = 0;

	message->session->often.records += message->records;
	if ((mail | clock) != 0) {
		message->session->figures.mail_records += mail;
		message->session->figures.clock_records += (uint32_t)clock;
	}
	session_see(&message->export_->sessions, message->session);
	session_remember(message->session, print_of(message));
	if (message->session->is_mixed)
		return;
	sequence_end(&message->session->sequence, message->number, message->records,
		message->options, message->templates, message->is_uncounted, &lost);
	if (lost != 0)
		add_lost(message, lost);
}
