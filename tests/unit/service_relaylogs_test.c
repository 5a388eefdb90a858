/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_stream.h"
#include "service/relaylogs.h"
#include "unit.h"

#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOON (INT64_C(1795694400) * WALL_SECOND)

/* A mail server's log "a", and a FIFO "b" that another one's is piped into. */
struct bench {
	char folder[48];
	char a[80];
	char b[80];
	struct event_base *base;
	struct relaylogs *logs;
	unsigned results[DELIVERY_RESULTS];
	unsigned refunds;
	unsigned logins;
	struct delivery last;
};

static struct wall
noon(void *context)
{
	(void)context;
	return (struct wall){NOON};
}

static void
on_result(void *context, const struct delivery *delivery)
{
	struct bench *bench = context;

	bench->results[delivery->result]++;
	bench->last = *delivery;
}

static void
on_refund(void *context, const struct delivery *delivery)
{
	struct bench *bench = context;

	bench->refunds++;
	bench->last = *delivery;
}

static void
on_login(void *context, const struct delivery_login *login)
{
	struct bench *bench = context;

	bench->logins += login->is_good;
}

static void
start(struct bench *bench)
{
	struct relaylogs_settings settings = {
		.files = {{bench->a, 1}, {bench->b, 2}},
		.count = 2,
		.deliveries = {.messages_most = 10, .recipients_most = 10},
		.from_begin = true,
		.now = noon,
		.on_result = on_result,
		.on_refund = on_refund,
		.on_login = on_login,
		.context = bench,
	};

	bench->base = event_base_new();
	assert_non_null(bench->base);
	bench->logs = relaylogs_new(bench->base, &settings);
}

static void
stop(struct bench *bench)
{
	bench->logs = relaylogs_free(bench->logs);
	event_base_free(bench->base);
}

static void
begin(struct bench *bench)
{
	*bench = (struct bench){.folder = "/tmp/lazaret-relaylogs-XXXXXX"};
	assert_non_null(mkdtemp(bench->folder));
	snprintf(bench->a, sizeof(bench->a), "%s/a", bench->folder);
	snprintf(bench->b, sizeof(bench->b), "%s/b", bench->folder);
	assert_int_equal(mkfifo(bench->b, 0600), 0);
	start(bench);
}

static void
end(struct bench *bench)
{
	stop(bench);
	unlink(bench->a);
	unlink(bench->b);
	assert_int_equal(rmdir(bench->folder), 0);
}

static void
append(const char *path, const char *text)
{
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Runs the loop until so many lines of a file were read, for a minute at the most. */
static struct relaylogs_counts
run_until(struct bench *bench, size_t file, uint64_t lines)
{
	for (unsigned i = 0; i < 240; i++) {
		if (relaylogs_counts(bench->logs, file).file.lines >= lines)
			break;
		event_base_loop(bench->base, EVLOOP_ONCE);
	}
	assert_int_equal(relaylogs_counts(bench->logs, file).file.lines, lines);
	return relaylogs_counts(bench->logs, file);
}

#define AT "2026-11-26T11:59:50+00:00 mx postfix/"
#define CAME                                                                                       \
	AT "smtpd[1]: 4Fq8zk2xYzz5: client=pc[192.0.2.7], sasl_method=PLAIN, sasl_username=anna\n"
#define TO    AT "smtp[1]: 4Fq8zk2xYzz5: to=<b@example.com>, relay=none, delay=1, "
#define GONE  TO "dsn=5.1.1, status=bounced (x)\n"
#define LATER TO "dsn=4.1.1, status=deferred (x)\n"
#define ENDS  AT "qmgr[1]: 4Fq8zk2xYzz5: removed\n"

/* The mail server asks at the end of a message, before it delivers. */
static void
tell(const struct bench *bench)
{
	deliveries_tell(relaylogs_deliveries(bench->logs), 1, TEXT("4Fq8zk2xYzz5"), 42, LIMIT_LINE,
		1, (struct wall){NOON});
}

static void
what_a_log_says_is_handed_on_and_counted(void **state)
{
	struct relaylogs_counts counts;
	struct bench bench;

	begin(&bench);
	tell(&bench);
	append(bench.a, CAME GONE ENDS);
	append(bench.a, AT "smtpd[1]: connect from pc[192.0.2.7]\nno line of a log\n" GONE);
	append(bench.a,
		"2026-11-26 11:59:58 +0000 1abcDE-000xyz-AB ** a b <\"a b\"@example.com>\n");
	counts = run_until(&bench, 0, 7);
	assert_int_equal(counts.events, 5);
	assert_int_equal(counts.passed, 1);
	assert_int_equal(counts.no_lines, 1);
	assert_int_equal(counts.doubtful, 1);
	assert_int_equal(counts.unknown, 2);
	assert_int_equal(bench.results[DELIVERY_UNKNOWN_USER], 1);
	assert_int_equal(bench.refunds, 1);
	assert_int_equal(bench.last.recipients, 1);
	assert_int_equal(bench.logins, 1);
	end(&bench);
	(void)state;
}

static void
a_fifo_has_queue_ids_of_its_own(void **state)
{
	struct bench bench;
	int writer;

	begin(&bench);
	append(bench.a, CAME);
	run_until(&bench, 0, 1);
	writer = open(bench.b, O_WRONLY | O_NONBLOCK);
	assert_true(writer >= 0);
	assert_true(write(writer, GONE, strlen(GONE)) > 0);
	assert_int_equal(run_until(&bench, 1, 1).unknown, 1);
	assert_true(write(writer, CAME GONE, strlen(CAME GONE)) > 0);
	assert_int_equal(run_until(&bench, 1, 3).unknown, 1);
	assert_int_equal(bench.results[DELIVERY_UNKNOWN_USER], 1);
	close(writer);
	end(&bench);
	(void)state;
}

static void
who_asked_is_responsible(void **state)
{
	struct bench bench;

	begin(&bench);
	tell(&bench);
	append(bench.a, CAME GONE);
	run_until(&bench, 0, 2);
	assert_int_equal(bench.last.who, 42);
	end(&bench);
	(void)state;
}

static int
restore(struct bench *bench, struct memory_stream *stream)
{
	struct restore *from = restore_new(memory_read, stream);
	struct fail fail = {0};
	int r = relaylogs_restore(bench->logs, from, &fail);

	if (r == 0)
		r = restore_end(from, &fail);
	restore_free(from);
	return r;
}

static void
save(const struct bench *bench, struct memory_stream *stream)
{
	struct save *into = save_new(memory_write, stream);

	relaylogs_save(bench->logs, into);
	assert_int_equal(save_end(into), 0);
	save_free(into);
}

/* In between the log was renamed. */
static void
after_a_restart_it_goes_on_where_it_was(void **state)
{
	struct memory_stream stream = {0};
	struct bench bench;
	char old[88];

	begin(&bench);
	tell(&bench);
	append(bench.a, CAME LATER);
	run_until(&bench, 0, 2);
	assert_int_equal(bench.results[DELIVERY_DEFERRED], 1);
	save(&bench, &stream);
	stop(&bench);
	append(bench.a, LATER GONE);
	snprintf(old, sizeof(old), "%s-20261126", bench.a);
	assert_int_equal(rename(bench.a, old), 0);
	append(bench.a, ENDS);
	start(&bench);
	assert_int_equal(restore(&bench, &stream), 0);
	run_until(&bench, 0, 3);
	assert_int_equal(bench.results[DELIVERY_DEFERRED], 1);
	assert_int_equal(bench.results[DELIVERY_UNKNOWN_USER], 1);
	assert_int_equal(bench.refunds, 1);
	assert_int_equal(unlink(old), 0);
	memory_done(&stream);
	end(&bench);
	(void)state;
}

static void
a_damaged_state_is_refused(void **state)
{
	struct memory_stream stream = {0};
	struct bench bench;

	begin(&bench);
	append(bench.a, CAME);
	run_until(&bench, 0, 1);
	save(&bench, &stream);
	stream.bytes[stream.size / 2] ^= 1;
	stop(&bench);
	start(&bench);
	assert_int_equal(restore(&bench, &stream), -EBADMSG);
	memory_done(&stream);
	end(&bench);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_log_says_is_handed_on_and_counted),
		cmocka_unit_test(a_fifo_has_queue_ids_of_its_own),
		cmocka_unit_test(who_asked_is_responsible),
		cmocka_unit_test(after_a_restart_it_goes_on_where_it_was),
		cmocka_unit_test(a_damaged_state_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
