/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a line of a mail server's log: what it tells lies within the line, and is in bounds. */
#include "base/fail.h"
#include "fuzz.h"
#include "source/maillog/maillog.h"

static void
check_inside(struct text line, struct text part)
{
	if (part.at == NULL) {
		must(part.length == 0);
		return;
	}
	must(part.at >= line.at && part.length <= line.length);
	must((size_t)(part.at - line.at) <= line.length - part.length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const struct maillog_clock clock = {
		.now = {INT64_C(1795694400) * WALL_SECOND}, .offset_us = WALL_HOUR};
	struct text line = {.at = (const char *)bytes, .length = size};
	struct mailevent event;

	if (maillog_read(line, &clock, &event) != 1)
		return 0;
	check_inside(line, event.queue_id);
	check_inside(line, event.account);
	check_inside(line, event.sender);
	check_inside(line, event.recipient);
	check_inside(line, event.original);
	check_inside(line, event.stage);
	must(event.kind < MAIL_KINDS && event.server < MAIL_SERVERS && event.reason < MAIL_REASONS);
	must(event.code == 0 || (event.code >= 200 && event.code <= 599));
	must(event.dsn.class <= 5 && event.dsn.subject <= 999 && event.dsn.detail <= 999);
	must(event.kind != MAIL_LOGIN_FAILED || event.attempts > 0);
	must(event.kind != MAIL_DELIVERED || event.reason == MAIL_REASON_NONE);
	return 0;
}
