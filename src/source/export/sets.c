/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sets.h"

#include "source/export/dataset.h"
#include "source/export/kernelshare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Set numbers that are not for data. */
enum set { SET_TEMPLATES_V9 = 0, SET_OPTIONS_V9 = 1, SET_TEMPLATES = 2, SET_OPTIONS = 3 };

/* The data sets that waited for this template, in the order in which they came. */
static void
release(struct message *message, uint16_t id)
{
	struct export *export_ = message->export_;
	struct session *session = message->session;
	struct held *held;

	while (session->held_count > 0 &&
		(held = session_release(&export_->sessions, session, id)) != NULL) {
		struct template *template = session_find_template(
			&export_->sessions, session, id, message->from->received);
		struct message then = *message;

		then.moment = held->moment;
		if (template != NULL)
			dataset_read(&then, template, held->bytes, held->size);
		else
			export_->intake_counts->skipped_bytes += held->size;
		/* Not this message's: its numbers do not count them. */
		session->often.records += then.records - message->records;
		free(held);
	}
}

/* From when on what it says of templates holds: the time in its header, unless that is later than the clock of its
 * exporter can be. A damaged one would keep out, as older than itself, the valid templates of the next minute. */
static uint32_t
holds_from(const struct message *message)
{
	uint32_t seconds = message->moment.seconds;
	uint32_t expected = wall_seconds(message->from->received) +
		(uint32_t)message->session->often.clock.agreed;

	return (int32_t)(seconds - expected) > 0 ? expected : seconds;
}

static void
learn(struct message *message, const struct layout *layout)
{
	struct export *export_ = message->export_;
	struct fail strange = {0};
	enum session_template result = session_announce(&export_->sessions, message->session,
		layout, holds_from(message), message->from->received, &strange);

	switch (result) {
	case SESSION_TEMPLATE_SAME:
	case SESSION_TEMPLATE_LATE:
		return;
	case SESSION_TEMPLATE_FULL:
		/* Once in a while is enough: the flood may be meant to fill the list of errors. */
		if ((export_->counts.templates_refused & (export_->counts.templates_refused - 1)) ==
			0)
			message_error(message, "no room for template %u", layout->id);
		return;
	case SESSION_TEMPLATE_CHANGED:
		/* Over UDP this is how a number is used again (RFC 7011 s8.1, s8.4). */
		if (message->from->transport == EXPORT_TCP)
			message_error(message,
				"template %u has another layout than before and was not withdrawn",
				layout->id);
		__attribute__((fallthrough));
	case SESSION_TEMPLATE_NEW:
		if (strange.what[0] != '\0')
			message_error(message, "%s", strange.what);
		release(message, layout->id);
		return;
	}
}

static void
withdraw(struct message *message, uint16_t id, bool is_options)
{
	struct export *export_ = message->export_;

	/* Anybody can forge one over UDP, so it MUST be ignored there (RFC 7011 s8.4). */
	if (message->from->transport != EXPORT_TCP)
		export_->counts.withdrawals++;
	else if (!session_withdraw(&export_->sessions, message->session, id, is_options) &&
		id >= TEMPLATE_FIRST)
		message_error(message, "withdraws template %u, which it has not sent", id);
}

/* A template set or an options template set. */
static void
read_templates(struct message *message, struct reader set, bool is_options)
{
	struct export *export_ = message->export_;
	struct layout layout;

	for (;;) {
		size_t left = reader_left(&set);
		struct fail fail = {0};
		int r = layout_parse(&set, message->dialect, is_options, &layout, &fail);

		if (r == 0)
			return;
		if (r < 0) {
			export_->counts.templates_refused++;
			export_->intake_counts->skipped_bytes +=
				r == -EINVAL ? left : left - reader_left(&set);
			message_error(message, "%s", fail.what);
			if (r == -EINVAL)
				return;
			session_refuse(&export_->sessions, message->session, layout.id,
				holds_from(message), message->from->received);
			message->templates++;
			continue;
		}
		if (layout.count == 0) {
			withdraw(message, layout.id, is_options);
			continue;
		}
		message->templates++;
		learn(message, &layout);
	}
}

/* A message that was sent before this layout of the template: the one that it meant is gone. */
static bool
is_before_layout(const struct message *message, const struct template *template)
{
	uint32_t earlier = template->since - message->moment.seconds;

	return template->is_redefined && message->from->transport != EXPORT_TCP && earlier > 0 &&
		earlier < REORDER_SECONDS;
}

static void
read_data(struct message *message, uint16_t id, struct reader *set)
{
	struct export *export_ = message->export_;
	size_t size = reader_left(set);
	const struct template *template = session_find_recent(
		&export_->sessions, message->session, id, message->from->received);

	if (template == NULL)
		template = session_find_template(
			&export_->sessions, message->session, id, message->from->received);
	if (__builtin_expect(template != NULL, 1) && !is_before_layout(message, template)) {
		dataset_read(message, template, set->at, size);
		return;
	}
	message->is_uncounted = true;
	if (size == 0)
		return;
	if (template == NULL &&
		session_hold(&export_->sessions, message->session, id, &message->moment,
			message->from->received, set->at, size)) {
		snprintf(export_->file, sizeof(export_->file), "%s",
			message->from->file != NULL ? message->from->file : "");
		return;
	}
	export_->counts.held_lost++;
	export_->intake_counts->skipped_bytes += size;
}

static bool
is_zero(const struct reader *reader)
{
	for (const uint8_t *at = reader->at; at < reader->end; at++) {
		if (*at != 0)
			return false;
	}
	return true;
}

void
sets_read(struct message *message, struct reader *reader)
{
	bool v9 = message->dialect == DIALECT_NETFLOW9;

	while (reader_left(reader) >= 4) {
		uint16_t id = reader_u16(reader), length = reader_u16(reader);
		struct reader set;

		if (length < 4 || (size_t)length - 4 > reader_left(reader)) {
			size_t left = reader_left(reader) + 4;

			/* Zeros to the end are padding that some exporters count as part of the
			 * datagram. */
			if (id == 0 && length == 0 && is_zero(reader))
				return;
			message_malformed(message);
			message->export_->intake_counts->skipped_bytes += left;
			message_error(
				message, "set %u of %u bytes, expected 4 to %zu", id, length, left);
			message->is_uncounted = true;
			return;
		}
		set = reader_sub(reader, (size_t)length - 4);
		if (id >= TEMPLATE_FIRST)
			read_data(message, id, &set);
		else if (id == (v9 ? SET_TEMPLATES_V9 : SET_TEMPLATES))
			read_templates(message, set, false);
		else if (id == (v9 ? SET_OPTIONS_V9 : SET_OPTIONS))
			read_templates(message, set, true);
		else
			message->export_->intake_counts->skipped_bytes += length;
	}
	/* Too few for another set, and no padding. */
	if (!is_zero(reader))
		message->export_->intake_counts->skipped_bytes += reader_left(reader);
}
