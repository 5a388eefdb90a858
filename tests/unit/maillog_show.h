/* maillog_show - lines of mail servers' logs as rows of a table: the line, and what it tells as one line of text */
#ifndef LAZARET_TESTS_MAILLOG_SHOW_H
#define LAZARET_TESTS_MAILLOG_SHOW_H

#include "source/maillog/maillog.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const maillog_kinds[MAIL_KINDS] = {"accepted", "delivered", "deferred",
	"bounced", "expired", "removed", "refused", "login", "login-failed", "lost",
	"disconnected"};
static const char *const maillog_reasons[MAIL_REASONS] = {
	"none", "unknown-user", "policy", "full", "temporary", "other"};

static inline void
maillog_show_text(struct buffer *into, const char *name, struct text text)
{
	if (text.at == NULL)
		return;
	buffer_print(into, " %s=", name);
	buffer_text(into, text);
}

static inline const char *
maillog_show(const struct mailevent *event, struct buffer *into)
{
	char address[ADDRESS_TEXT];

	buffer_clear(into);
	buffer_print(into, "%s", maillog_kinds[event->kind]);
	maillog_show_text(into, "id", event->queue_id);
	maillog_show_text(into, "account", event->account);
	maillog_show_text(into, "from", event->sender);
	maillog_show_text(into, "to", event->recipient);
	maillog_show_text(into, "was", event->original);
	maillog_show_text(into, "at", event->stage);
	if (event->has_address)
		buffer_print(into, " ip=%s", address_format(&event->address, address));
	if (event->port != 0)
		buffer_print(into, " port=%u", event->port);
	if (event->code != 0)
		buffer_print(into, " code=%u", event->code);
	if (event->dsn.class != 0)
		buffer_print(into, " dsn=%u.%u.%u", event->dsn.class, event->dsn.subject,
			event->dsn.detail);
	if (event->reason != MAIL_REASON_NONE)
		buffer_print(into, " why=%s", maillog_reasons[event->reason]);
	if (event->attempts != 0)
		buffer_print(into, " attempts=%u", event->attempts);
	if (event->is_auth_process)
		buffer_print(into, " auth");
	if (event->is_doubtful)
		buffer_print(into, " doubtful");
	return buffer_string(into);
}

/* 2026-11-26 12:00:00 UTC; logs are written an hour east of it. */
static const struct maillog_clock maillog_clock = {
	.now = {INT64_C(1795694400) * WALL_SECOND}, .offset_us = WALL_HOUR};

static inline int
maillog_line(const char *line, struct mailevent *event)
{
	/* In a block of exactly this size, so that a sanitizer sees a read past the end. */
	static char *block;
	size_t length = strlen(line);

	free(block);
	block = xrealloc(NULL, length > 0 ? length : 1);
	memcpy(block, line, length);
	return maillog_read((struct text){block, length}, &maillog_clock, event);
}

/* Two strings a row: what is behind the tag, and what it says; NULL: nothing. */
static inline void
maillog_check(const char *prefix, const char *const rows[][2], size_t count)
{
	struct buffer line, shown;

	buffer_init(&line, 4096);
	buffer_init(&shown, 4096);
	for (size_t i = 0; i < count; i++) {
		struct mailevent event = {0};
		int r;

		buffer_clear(&line);
		buffer_print(&line, "%s%s", prefix, rows[i][0]);
		r = maillog_line(buffer_string(&line), &event);
		if (rows[i][1] == NULL) {
			if (r != 0)
				fail_msg("%s: %d %s", rows[i][0], r,
					r == 1 ? maillog_show(&event, &shown) : "");
			continue;
		}
		if (r != 1)
			fail_msg("not understood (%d): %s", r, rows[i][0]);
		if (strcmp(maillog_show(&event, &shown), rows[i][1]) != 0)
			fail_msg("%s\n    is: %s\nshould: %s", rows[i][0], buffer_string(&shown),
				rows[i][1]);
	}
	buffer_done(&line);
	buffer_done(&shown);
}

/* All rows, behind the prefix. */
#define CHECK(prefix, rows) maillog_check(prefix, rows, sizeof(rows) / sizeof(*(rows)))

#endif
