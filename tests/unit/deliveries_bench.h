/* deliveries_bench - lines of Postfix and Exim, as deliveries.h gets them */
#ifndef LAZARET_TESTS_DELIVERIES_BENCH_H
#define LAZARET_TESTS_DELIVERIES_BENCH_H

#include "maillog_show.h"
#include "relay/deliveries.h"

#define NOON (INT64_C(1795694400) * WALL_SECOND)

static const struct hash_key key = {{1, 2, 3}};

struct bench {
	struct deliveries *deliveries;
	struct delivery_told told;
	struct wall now;
};

static inline struct bench
begin_with(size_t messages, size_t recipients)
{
	struct deliveries_settings settings = {
		.key = key, .messages_most = messages, .recipients_most = recipients};

	return (struct bench){.deliveries = deliveries_new(&settings), .now = {NOON}};
}

static inline struct bench
begin(void)
{
	return begin_with(100, 1000);
}

static inline enum delivery_news
take(struct bench *bench, const char *line)
{
	struct mailevent event;

	assert_int_equal(maillog_line(line, &event), 1);
	return deliveries_take(bench->deliveries, 0, &event, bench->now, &bench->told);
}

/* Seconds after noon, and what a process of Postfix says. */
static inline enum delivery_news
say(struct bench *bench, int second, const char *text)
{
	char line[1024];

	snprintf(line, sizeof(line), "2026-11-26T12:%02d:%02d+00:00 mx postfix/%s", second / 60,
		second % 60, text);
	return take(bench, line);
}

static inline enum delivery_news
exim(struct bench *bench, const char *text)
{
	char line[1024];

	snprintf(line, sizeof(line), "2026-11-26 12:00:10 +0000 %s", text);
	return take(bench, line);
}

static inline enum delivery_news
arrive(struct bench *bench, int second, const char *id, const char *account)
{
	char text[256];

	snprintf(text, sizeof(text), "smtpd[1]: %s: client=pc[198.51.100.7]%s%s", id,
		account != NULL ? ", sasl_method=PLAIN, sasl_username=" : "",
		account != NULL ? account : "");
	return say(bench, second, text);
}

/* As the guard does of a message that passed its end: so many recipients count for 42. */
static inline void
tell(struct bench *bench, const char *id, uint32_t recipients)
{
	deliveries_tell(
		bench->deliveries, 0, text_of(id), 42, LIMIT_ACCOUNT, recipients, bench->now);
}

/* what: "dsn=5.1.1, status=bounced (x)" */
static inline enum delivery_news
deliver(struct bench *bench, int second, const char *id, const char *to, const char *what)
{
	char text[256];

	snprintf(text, sizeof(text), "smtp[1]: %s: to=<%s>, relay=mx[192.0.2.25]:25, delay=1, %s",
		id, to, what);
	return say(bench, second, text);
}

static inline enum delivery_news
removed(struct bench *bench, int second, const char *id)
{
	char text[64];

	snprintf(text, sizeof(text), "qmgr[1]: %s: removed", id);
	return say(bench, second, text);
}

#define SENT     "dsn=2.0.0, status=sent (250 ok)"
#define DEFERRED "dsn=4.4.1, status=deferred (connect to mx: timed out)"
#define UNKNOWN  "dsn=5.1.1, status=bounced (host mx[192.0.2.25] said: 550 5.1.1 no)"
#define POLICY   "dsn=5.7.1, status=bounced (host mx[192.0.2.25] said: 550 5.7.1 spam)"
#define OTHER    "dsn=5.3.4, status=bounced (host mx[192.0.2.25] said: 552 5.3.4 big)"

static inline struct deliveries_counts
counts(const struct bench *bench)
{
	return deliveries_counts(bench->deliveries);
}

static inline uint64_t
address_key(const char *text)
{
	struct responsible_input input = {.class = LIMIT_ACCOUNT};
	struct responsible who;

	assert_int_equal(address_parse(text_of(text), &input.client), 0);
	responsible_find(&input, &key, &who);
	return who.of[0].key;
}

static inline void
end(struct bench *bench)
{
	deliveries_free(bench->deliveries);
}

#endif
