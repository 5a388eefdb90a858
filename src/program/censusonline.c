/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusonline.h"

#include "base/wall.h"
#include "census/online/rdap.h"
#include "census/online/whoisanswer.h"
#include "census/registry/delegated.h"
#include "program/censusruns.h"
#include "program/complaint.h"
#include "program/interrupt.h"
#include "program/progress.h"
#include "source/textlines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Questions a minute. LACNIC says so itself; of the others nothing is published, and these are few. */
#define LACNIC_PER_MINUTE   10
#define NATIONAL_PER_MINUTE 10
#define OTHERS_PER_MINUTE   20

#define IANA         "https://data.iana.org/rdap/"
#define URL_MOST     1024
#define RDAP_TYPES   "application/rdap+json, application/json"
#define DAY          86400
#define EXPIRES_MOST (30L * DAY)
#define NUMBER_MOST  1000
#define LONG_WAIT    60000 /* milliseconds */

static uint64_t
now_ms(void)
{
	return (uint64_t)progress_clock_us() / 1000;
}

static int
read_file(const char *path, struct buffer *into, struct fail *fail)
{
	struct input input;
	size_t left;
	int r = input_open(&input, path, 0, fail);

	if (r < 0)
		return r;
	while ((left = input_need(&input, 1, fail)) > 0 && !into->failed) {
		buffer_add(into, input.at, left);
		input_step(&input, left);
	}
	r = input.error;
	if (r == 0 && into->failed) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the file is too long");
		r = -EFBIG;
	}
	input_close(&input);
	return r;
}

static int
take_servers(struct censusonline *online, const char *path, struct fail *fail)
{
	struct buffer text;
	int r;

	buffer_init(&text, BOOTSTRAP_MOST);
	r = read_file(path, &text, fail);
	if (r == 0) {
		r = bootstrap_read(&online->bootstrap,
			(struct text){.at = text.at, .length = text.length}, fail);
		if (r < 0)
			fail_where(fail, "%s", path);
	}
	buffer_done(&text);
	return r;
}

/* A file with these bytes that is to be fetched again at that time, which its own time then is: without it, at once. */
static int
keep_file(const char *path, const struct buffer *bytes, long expires, struct fail *fail)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
	int r = censusruns_replace(path, bytes, fail);

	times[1].tv_sec = time(NULL) + (expires > 0 && expires < EXPIRES_MOST ? expires : DAY);
	if (r == 0 && utimensat(AT_FDCWD, path, times, 0) < 0) {
		r = -errno;
		fail_where(fail, "%s", path);
		fail_what(fail, "its time cannot be set: %s", strerror(-r));
	}
	return r;
}

/* What any page between here and IANA says is no file of IANA's. */
static bool
is_of_servers(const struct buffer *body)
{
	struct bootstrap bootstrap;
	bool is_one;

	bootstrap_init(&bootstrap);
	is_one = bootstrap_read(&bootstrap, (struct text){.at = body->at, .length = body->length},
			 NULL) == 0;
	bootstrap_done(&bootstrap);
	return is_one;
}

/* IANA's file, into the folder. Where it cannot be had the one that is there is as good. */
static int
renew_servers(struct censusonline *online, const char *base, const char *name, const char *path,
	struct fail *fail)
{
	struct fetched fetched;
	struct stat status;
	char url[URL_MOST];
	int r;

	if (stat(path, &status) == 0 && status.st_mtime > time(NULL))
		return 0;
	snprintf(url, sizeof(url), "%s%s.json", base, name);
	r = fetch_http(url, "application/json", &online->fetch, &fetched);
	if (r == 0 && fetched.status == 200 && is_of_servers(&fetched.body)) {
		r = keep_file(path, &fetched.body, fetched.expires, fail);
	} else if (stat(path, &status) == 0) {
		r = 0;
	} else {
		fail_where(fail, "%s", url);
		fail_what(fail, "%s",
			*fetched.why != '\0' ? fetched.why : "the server does not give the file");
		fail_hint(fail, "fetch it elsewhere, and name its folder with --bootstrap");
		r = -EIO;
	}
	fetched_done(&fetched);
	return r;
}

static int
open_servers(struct censusonline *online, const struct censusfolder *folder, const char *given,
	struct fail *fail)
{
	static const char *const names[] = {"ipv4", "ipv6"};
	bool is_url = given == NULL || strncmp(given, "https://", 8) == 0 ||
		strncmp(given, "http://", 7) == 0;
	int r = 0;

	for (size_t i = 0; i < 2 && r == 0; i++) {
		char path[CENSUSFOLDER_PATH + 32];

		if (is_url) {
			snprintf(path, sizeof(path), "%s/rdap-%s.json", folder->path, names[i]);
			r = renew_servers(
				online, given != NULL ? given : IANA, names[i], path, fail);
		} else {
			snprintf(path, sizeof(path), "%.4000s/%s.json", given, names[i]);
		}
		if (r == 0)
			r = take_servers(online, path, fail);
	}
	return r;
}

static bool
take_national(struct censusonline *online, struct text line)
{
	struct censusonline_national *national = &online->nationals[online->national_count];
	struct text rest = text_trim(text_cut(&line, '#')), name = text_cut(&rest, ' ');

	rest = text_trim(rest);
	if (name.length == 0)
		return true;
	if (online->national_count == CENSUSONLINE_NATIONALS || rest.length == 0 ||
		rest.length >= ASKQUEUE_NAME || delegated_country(name) == 0)
		return false;
	for (size_t i = 0; i < rest.length; i++) {
		if (rest.at[i] <= ' ' || rest.at[i] >= 0x7f)
			return false;
	}
	national->country = delegated_country(name);
	memcpy(national->server, rest.at, rest.length);
	online->national_count++;
	return true;
}

static int
read_nationals(struct censusonline *online, const char *path, unsigned *troubles, struct fail *fail)
{
	struct textlines lines;
	struct input input;
	struct text line;
	int r = input_open(&input, path, 0, fail);

	if (r < 0)
		return r;
	lines = (struct textlines){.input = &input};
	while ((r = textlines_next(&lines, &line, fail)) > 0) {
		struct fail wrong = {0};

		if (take_national(online, line))
			continue;
		fail_where(&wrong, "%s: line %llu", path, (unsigned long long)lines.number);
		fail_what(&wrong, "expected a country and a server, as in \"KR whois.kisa.or.kr\"");
		complaint_print(&wrong);
		++*troubles;
	}
	input_close(&input);
	return r;
}

/* Of an option: it may be left out. */
static bool
take_number(const char *text, unsigned *ret)
{
	uint64_t number;

	if (text == NULL)
		return true;
	if (text_parse_u64(text_of(text), NUMBER_MOST, &number) < 0 || number == 0)
		return false;
	*ret = (unsigned)number;
	return true;
}

int
censusonline_open(struct censusonline *online, const struct censusfolder *folder,
	const struct censusonline_wish *wish, unsigned *troubles, struct fail *fail)
{
	unsigned seconds = 0;
	int r;

	*online = (struct censusonline){.descriptor = -1,
		.fetch = {.authority = wish->authority, .agent = "lazaret/" LAZARET_VERSION}};
	online->asking = askqueue_new();
	bootstrap_init(&online->bootstrap);
	fetch_begin();
	if (!take_number(wish->per_minute, &online->per_minute) ||
		!take_number(wish->seconds, &seconds)) {
		fail_what(fail, "--per-minute and --seconds are from 1 to %d", NUMBER_MOST);
		return -EINVAL;
	}
	online->fetch.seconds = seconds;
	if (wish->authority != NULL && access(wish->authority, R_OK) < 0) {
		fail_where(fail, "%s", wish->authority);
		fail_what(fail, "cannot be read: %s", strerror(errno));
		return -ENOENT;
	}
	r = open_servers(online, folder, wish->bootstrap, fail);
	if (r == 0 && wish->national != NULL)
		r = read_nationals(online, wish->national, troubles, fail);
	if (r < 0)
		return r;
	censusfolder_file(folder, CENSUS_ANSWERS, online->path);
	r = answerlog_read(&online->log, online->path, (uint64_t)time(NULL), fail);
	if (r == -EBADMSG) {
		complaint_print(fail);
		++*troubles;
	} else if (r < 0) {
		return r;
	}
	online->descriptor = answerlog_open(online->path, fail);
	return online->descriptor < 0 ? online->descriptor : 0;
}

void
censusonline_close(struct censusonline *online)
{
	if (online->descriptor >= 0)
		close(online->descriptor);
	answerlog_done(&online->log);
	bootstrap_done(&online->bootstrap);
	askqueue_free(online->asking);
	fetch_end();
}

static const char *
national_server(const struct censusonline *online, uint16_t country, const char **ret_behind)
{
	*ret_behind = "";
	for (size_t i = 0; i < online->national_count; i++) {
		if (online->nationals[i].country == country) {
			(void)bootstrap_national(country, ret_behind);
			return online->nationals[i].server;
		}
	}
	return country != 0 ? bootstrap_national(country, ret_behind) : NULL;
}

static unsigned
rate_of(const struct censusonline *online, unsigned allowed)
{
	return online->per_minute != 0 && online->per_minute < allowed ? online->per_minute
								       : allowed;
}

bool
censusonline_add(struct censusonline *online, enum range_family family, ipnumber address,
	enum registry_name registry, uint16_t national)
{
	unsigned allowed = OTHERS_PER_MINUTE;
	struct askqueue_server *server;
	const char *name, *behind;

	if (answerlog_find(&online->log, family, address) != NULL)
		return true;
	name = national_server(online, national, &behind);
	if (name != NULL) {
		server = askqueue_server(online->asking, ASKQUEUE_WHOIS, name, REGISTRY_NONE,
			rate_of(online, NATIONAL_PER_MINUTE));
	} else {
		name = bootstrap_find(&online->bootstrap, family, address, 0);
		if (registry == REGISTRY_LACNIC)
			allowed = LACNIC_PER_MINUTE;
		server = name != NULL ? askqueue_server(online->asking, ASKQUEUE_RDAP, name,
						registry, rate_of(online, allowed))
				      : NULL;
	}
	if (server == NULL)
		return false;
	if (server->way == ASKQUEUE_WHOIS)
		server->behind = behind;
	askqueue_add(server, family, address);
	return true;
}

/* An address as text, alone. */
static struct text
address_text(const struct askqueue_question *question, char into[RANGE_TEXT])
{
	const struct range range = {.low = question->address, .high = question->address};
	struct text text = text_of(range_format((enum range_family)question->family, &range, into));

	return text_cut(&text, ' ');
}

/* By RDAP: where one server does not answer, another one of the same addresses, but never without TLS in place of
 * with it. */
static int
ask_rdap(struct censusonline *online, const struct askqueue_server *server,
	const struct askqueue_question *question, struct fetched *ret)
{
	enum range_family family = (enum range_family)question->family;
	const char *base = server->name;
	char text[RANGE_TEXT];
	struct text address = address_text(question, text);
	int r = -EIO;

	for (size_t choice = 1; base != NULL; choice++) {
		char url[BOOTSTRAP_URL + RANGE_TEXT + 8];

		snprintf(url, sizeof(url), "%sip/%.*s", base, (int)address.length, address.at);
		r = fetch_http(url, RDAP_TYPES, &online->fetch, ret);
		if (r == 0)
			break;
		do
			base = bootstrap_find(
				&online->bootstrap, family, question->address, choice);
		while (base != NULL && strncmp(base, "http:", 5) == 0 &&
			strncmp(server->name, "https:", 6) == 0 && choice++ < SIZE_MAX);
		if (base != NULL)
			fetched_done(ret);
	}
	return r;
}

static int
ask_whois(struct censusonline *online, const struct askqueue_server *server,
	const struct askqueue_question *question, struct fetched *ret)
{
	char text[RANGE_TEXT], line[RANGE_TEXT + 8];
	struct text address = address_text(question, text);

	snprintf(line, sizeof(line), "%.*s%s", (int)address.length, address.at, server->behind);
	return fetch_whois(server->name, text_of(line), &online->fetch, ret);
}

/* One question: its answer, and how long a busy server asks to wait. */
static struct netanswer
ask_one(struct censusonline *online, const struct askqueue_server *server,
	const struct askqueue_question *question, uint64_t *after)
{
	enum range_family family = (enum range_family)question->family;
	struct netanswer answer = netanswer_begin(family);
	struct fetched fetched;
	struct text body;
	int r = server->way == ASKQUEUE_RDAP ? ask_rdap(online, server, question, &fetched)
					     : ask_whois(online, server, question, &fetched);

	body = (struct text){.at = fetched.body.at, .length = fetched.body.length};
	if (r < 0)
		netanswer_say(&answer, NETANSWER_WRONG, text_of(fetched.why));
	else if (server->way == ASKQUEUE_RDAP)
		answer = rdap_parse(body, fetched.status, family, question->address);
	else
		answer = whoisanswer_parse(body, server->registry, family, question->address);
	*after = fetched.after;
	fetched_done(&fetched);
	return answer;
}

/* Until then, or until a person wants an end. */
static void
wait_until(uint64_t when, int stop)
{
	struct pollfd of = {.fd = stop, .events = POLLIN};
	uint64_t now = now_ms();
	uint64_t left = when > now ? when - now : 0;

	(void)poll(&of, stop != 0 ? 1 : 0, (int)(left < 1000 ? left : 1000));
}

static void
show(struct progress *progress, const struct askqueue *asking, const char *name)
{
	uint64_t done = 0, all = 0;

	for (size_t i = 0; i < asking->count; i++) {
		done += asking->servers[i].next;
		all += asking->servers[i].count;
	}
	progress_show(progress, done, all, name);
}

/* Who waits for long knows for what. */
static void
tell_wait(struct progress *progress, const struct askqueue_server *server, uint64_t after)
{
	struct fail fail = {0};
	char until[WALL_TEXT];

	if (after < LONG_WAIT)
		return;
	wall_format((struct wall){(time(NULL) + (int64_t)after / 1000) * WALL_SECOND}, until);
	fail_where(&fail, "%s", server->name);
	fail_what(&fail, "the server asks to be left alone until %.16s UTC", until);
	fail_hint(&fail, "that is waited for; what is interrupted is gone on with by the next one");
	progress_done(progress);
	complaint_print(&fail);
}

int
censusonline_ask(struct censusonline *online, bool *is_stopped, struct fail *fail)
{
	struct askqueue_question question;
	struct askqueue_server *server = NULL;
	enum askqueue_step step = ASKQUEUE_DONE;
	struct progress progress;
	int stop = interrupt_begin(), r = 0;
	uint64_t when = 0, after;

	progress_init(&progress, "asking registries");
	while (r == 0 && !interrupt_came()) {
		struct netanswer answer;

		step = askqueue_next(online->asking, now_ms(), &when, &server, &question);
		if (step == ASKQUEUE_DONE)
			break;
		show(&progress, online->asking, server != NULL ? server->name : NULL);
		if (step == ASKQUEUE_WAIT) {
			wait_until(when, stop);
			continue;
		}
		answer = ask_one(online, server, &question, &after);
		askqueue_settle(server, &question, &answer, now_ms(), after);
		tell_wait(&progress, server, after);
		r = answerlog_add(online->descriptor, &answer, question.address, server->name,
			(uint64_t)time(NULL));
	}
	progress_done(&progress);
	*is_stopped = r == 0 && step != ASKQUEUE_DONE;
	interrupt_end();
	if (r < 0) {
		fail_what(fail, "answers cannot be kept: %s", strerror(-r));
		return r;
	}
	answerlog_done(&online->log);
	r = answerlog_read(&online->log, online->path, (uint64_t)time(NULL), fail);
	return r == -EBADMSG ? 0 : r; /* lines that are none were told before */
}
