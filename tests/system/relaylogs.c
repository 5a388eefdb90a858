/* SPDX-License-Identifier: BSD-2-Clause */
/* Follows mail servers' logs and prints what they say, a line each: relaylogs [--begin] [--once] [--state FILE]
 * [--who NAME]... FILE... Whoever is not named is "-". On SIGTERM, or once all is read, it prints its counters, keeps
 * its state, and ends. */
#include "service/relaylogs.h"

#include "runtime/clock.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NAMES_MOST 64
/* Without anything new; longer than a file lingers behind a rename. */
#define ONCE_US (FOLLOW_LINGER_US + WALL_SECOND)

static struct {
	struct event_base *base;
	struct relaylogs *logs;
	struct clock clock;
	struct relaylogs_settings settings;
	struct {
		const char *name;
		uint64_t key;
	} who[NAMES_MOST];
	size_t names;
	const char *state;
	bool is_once;
	uint64_t bytes;
	int64_t quiet_us; /* since when nothing was new */
} program;

static const char *const results[DELIVERY_RESULTS + 1] = {
	"sent", "unknown-user", "policy", "bounced", "deferred", "-"};

static struct wall
now(void *context)
{
	(void)context;
	(void)clock_read(&program.clock);
	return program.clock.now;
}

static const char *
name_of(uint64_t key)
{
	for (size_t i = 0; i < program.names; i++) {
		if (program.who[i].key == key)
			return program.who[i].name;
	}
	return "-";
}

static void
on_result(void *context, const struct delivery *delivery)
{
	(void)context;
	printf("result %s %s %s %s%s\n", limit_names[delivery->limit], name_of(delivery->who),
		results[delivery->result], results[delivery->was],
		delivery->is_refused ? " refused" : "");
}

static void
on_refund(void *context, const struct delivery *delivery)
{
	(void)context;
	printf("refund %s %s %u\n", limit_names[delivery->limit], name_of(delivery->who),
		delivery->recipients);
}

static void
on_login(void *context, const struct delivery_login *login)
{
	char address[ADDRESS_TEXT] = "-";

	(void)context;
	if (login->has_client)
		address_format(&login->client, address);
	printf("login %s %s %u%s %.*s\n", login->is_good ? "good" : "bad", address, login->attempts,
		login->is_submission ? " submission" : "", (int)login->account.length,
		login->account.length > 0 ? login->account.at : "");
}

static void
name(const char *text)
{
	const struct hash_key *key = &program.settings.deliveries.key;
	struct responsible_input input = {.class = LIMIT_ACCOUNT};
	struct responsible who;

	if (program.names == NAMES_MOST)
		return;
	if (address_parse(text_of(text), &input.client) < 0)
		input.account = text_of(text);
	responsible_find(&input, key, &who);
	program.who[program.names].name = text;
	program.who[program.names++].key = who.of[0].key;
}

static int
write_to(void *context, const void *bytes, size_t size)
{
	return fwrite(bytes, 1, size, context) == size ? 0 : -EIO;
}

static int64_t
read_from(void *context, void *bytes, size_t size)
{
	return (int64_t)fread(bytes, 1, size, context);
}

static void
restore_state(void)
{
	FILE *file = program.state != NULL ? fopen(program.state, "r") : NULL;
	struct restore *restore;
	struct fail fail = {0};

	if (file == NULL)
		return;
	restore = restore_new(read_from, file);
	if (relaylogs_restore(program.logs, restore, &fail) < 0 ||
		restore_end(restore, &fail) < 0) {
		fprintf(stderr, "relaylogs: %s\n", fail.what);
		exit(1);
	}
	restore_free(restore);
	fclose(file);
}

static void
save_state(void)
{
	FILE *file = program.state != NULL ? fopen(program.state, "w") : NULL;
	struct save *save;

	if (file == NULL)
		return;
	save = save_new(write_to, file);
	relaylogs_save(program.logs, save);
	if (save_end(save) < 0 || fclose(file) != 0) {
		fprintf(stderr, "relaylogs: the state is not kept\n");
		exit(1);
	}
	save_free(save);
}

static void
print_counts(void)
{
	struct deliveries_counts all = deliveries_counts(relaylogs_deliveries(program.logs));

	for (size_t i = 0; i < program.settings.count; i++) {
		struct relaylogs_counts one = relaylogs_counts(program.logs, i);

		printf("file lines=%lu events=%lu passed=%lu no_lines=%lu doubtful=%lu "
		       "unknown=%lu long=%lu cut=%lu replaced=%lu truncated=%lu lost=%lu "
		       "errors=%lu behind=%lu\n",
			one.file.lines, one.events, one.passed, one.no_lines, one.doubtful,
			one.unknown, one.file.long_lines, one.file.cut_lines, one.file.replaced,
			one.file.truncated, one.file.lost, one.file.errors, one.file.behind);
	}
	printf("all messages=%zu recipients=%zu repeated=%lu stale=%lu reused=%lu refunds=%lu "
	       "logins=%lu failed=%lu\n",
		all.messages, all.recipients, all.repeated, all.stale, all.reused, all.refunds,
		all.logins, all.logins_failed);
}

static void
on_signal(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	(void)context;
	event_base_loopbreak(program.base);
}

static void
on_tick(evutil_socket_t unused, short what, void *context)
{
	uint64_t bytes = 0;

	(void)unused;
	(void)what;
	(void)context;
	for (size_t i = 0; i < program.settings.count; i++)
		bytes += relaylogs_counts(program.logs, i).file.bytes;
	if (bytes != program.bytes || program.quiet_us == 0)
		program.quiet_us = clock_steady();
	program.bytes = bytes;
	if (program.is_once && clock_steady() - program.quiet_us > ONCE_US)
		event_base_loopbreak(program.base);
}

static int
take_options(int count, char **arguments)
{
	int i = 1;

	for (; i < count && strncmp(arguments[i], "--", 2) == 0; i++) {
		if (strcmp(arguments[i], "--begin") == 0)
			program.settings.from_begin = true;
		else if (strcmp(arguments[i], "--once") == 0)
			program.is_once = true;
		else if (strcmp(arguments[i], "--state") == 0 && i + 1 < count)
			program.state = arguments[++i];
		else if (strcmp(arguments[i], "--who") == 0 && i + 1 < count)
			name(arguments[++i]);
		else
			return -1;
	}
	for (; i < count && program.settings.count < RELAYLOGS_MOST; i++)
		program.settings.files[program.settings.count++].path = arguments[i];
	return i < count || program.settings.count == 0 ? -1 : 0;
}

int
main(int count, char **arguments)
{
	struct event *term, *tick;

	program.settings = (struct relaylogs_settings){
		.deliveries = {.key = {{7}}, .messages_most = 10000, .recipients_most = 100000},
		.now = now,
		.on_result = on_result,
		.on_refund = on_refund,
		.on_login = on_login,
	};
	if (take_options(count, arguments) < 0) {
		fprintf(stderr,
			"usage: relaylogs [--begin] [--once] [--state FILE] [--who NAME]... "
			"FILE...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	program.base = event_base_new();
	program.logs = relaylogs_new(program.base, &program.settings);
	restore_state();
	term = evsignal_new(program.base, SIGTERM, on_signal, NULL);
	tick = event_new(program.base, -1, EV_PERSIST, on_tick, NULL);
	event_add(term, NULL);
	event_add(tick, &(struct timeval){.tv_usec = 100000});
	printf("ready\n");
	event_base_dispatch(program.base);
	print_counts();
	save_state();
	event_free(term);
	event_free(tick);
	relaylogs_free(program.logs);
	event_base_free(program.base);
	return 0;
}
