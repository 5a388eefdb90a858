/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks a zone about many addresses. A zone that does not answer its tests as RFC 5782 s5 has it, before and after,
 * tells nothing: it may be no list, be out of service, or list everybody. */
#include "census/online/bucket.h"
#include "census/online/dnsbl.h"
#include "census/online/resolver.h"
#include "program/askedaddresses.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/interrupt.h"
#include "program/progress.h"
#include "program/verboptions.h"
#include "runtime/endpoint.h"

#include <errno.h>
#include <getopt.h>
#include <time.h>

static const char usage[] =
	"usage: lazaret census dnsbl [--server ADDRESS[:PORT]] [--rate N] ZONE ADDRESS...\n"
	"       lazaret census dnsbl [--server ADDRESS[:PORT]] [--rate N] ZONE --from FILE\n"
	"\n"
	"Asks a list that only DNS can be asked (RFC 5782) about addresses, and prints who is\n"
	"listed, with the A values, as a zone of rbldnsd: lazaret census lists reads that as a\n"
	"list, with a card of its own. Nothing else asks by DNS.\n"
	"\n"
	"  ADDRESS           of IPv4 or IPv6; \"-\": one a line on standard input\n"
	"  --from FILE       one a line of that file, such as a list of addresses, packed or not\n"
	"  --server ADDRESS[:PORT]\n"
	"                    the resolver, which has to be one that is trusted (127.0.0.1:53)\n"
	"  --rate N          questions a second, at most 1000000 (20: many zones are free of\n"
	"                    charge only for few questions a day)\n"
	"\n"
	"The zone is tested before and after. Counts go to standard error. The exit status is 3\n"
	"if a question was left without an answer, or if the zone or a file cannot be used.\n";

#define DNS_PORT  53
#define RATE      20
#define RATE_MOST 1000000
#define WAIT_US   1000000
/* After so many questions in a row that got no answer, nobody is there any more. */
#define LOST_MOST 100
/* The numbers of the two questions of a test; others are places of addresses. */
#define TEST_LISTED (UINT64_MAX - 1)
#define TEST_OTHER  UINT64_MAX

struct wish {
	const char *server, *rate, *from, *settings;
};

struct counts {
	uint64_t asked, listed, not_listed, foreign, failed;
};

struct asking {
	char zone[DNSBL_ZONE];
	char place[ADDRESS_TEXT + 16]; /* of the resolver */
	struct resolver *resolver;
	struct askedaddresses addresses;
	struct bucket bucket;
	struct buffer line;
	struct counts counts;
	struct dnsbl_verdict test[2]; /* whether 127.0.0.1, and 127.0.0.2, is listed */
	uint32_t refusal;             /* a value by which the zone refuses; 0: none */
	unsigned lost;                /* in a row */
	int error, test_error;        /* the last one of a question, and of a test */
	int stop;
};

static uint64_t
now_us(void)
{
	return (uint64_t)progress_clock_us();
}

static void
on_answer(void *context, uint64_t number, int error, const uint32_t *values, size_t count)
{
	struct asking *asking = context;
	struct dnsbl_verdict verdict = dnsbl_decide(values, count);
	const bool is_test = number >= TEST_LISTED;

	if (verdict.meaning == DNSBL_REFUSED)
		asking->refusal = verdict.value[0];
	if (is_test) {
		asking->test[number == TEST_LISTED] = verdict;
		asking->test_error = error < 0 ? error : asking->test_error;
		return;
	}
	if (error < 0 || verdict.meaning == DNSBL_REFUSED) {
		asking->counts.failed++;
		asking->lost += error < 0;
		asking->error = error;
		return;
	}
	asking->lost = 0;
	asking->counts.listed += verdict.meaning == DNSBL_LISTED;
	asking->counts.not_listed += verdict.meaning != DNSBL_LISTED;
	asking->counts.foreign += verdict.meaning == DNSBL_FOREIGN;
	buffer_clear(&asking->line);
	dnsbl_print(&asking->line, &asking->addresses.at[number], &verdict);
	fputs(buffer_string(&asking->line), stdout);
}

/* Nothing more is to be asked. */
static bool
is_over(const struct asking *asking)
{
	return interrupt_came() || asking->refusal != 0 || asking->lost >= LOST_MOST ||
		ferror(stdout);
}

/* Waits until the next question may go; of those that wait for an answer, until there is room for it. */
static int
wait_turn(struct asking *asking)
{
	int r = 0;

	while (r == 0 && !is_over(asking)) {
		uint64_t now = now_us(), when = bucket_when(&asking->bucket, now);

		if (when <= now && resolver_has_room(asking->resolver))
			return 0;
		r = resolver_wait(
			asking->resolver, when > now ? when - now : WAIT_US, asking->stop);
	}
	return r;
}

static int
wait_rest(struct asking *asking)
{
	int r = 0;

	while (r == 0 && resolver_waiting(asking->resolver) > 0 && !is_over(asking))
		r = resolver_wait(asking->resolver, WAIT_US, asking->stop);
	return r;
}

static int
ask_one(struct asking *asking, const struct address *address, bool is_six, uint64_t number)
{
	char name[DNSBL_NAME];
	int r = wait_turn(asking);

	if (r < 0 || is_over(asking))
		return r;
	bucket_take(&asking->bucket, now_us());
	resolver_ask(asking->resolver, dnsbl_name(address, is_six, asking->zone, name), number);
	return 0;
}

/* What is wrong with the zone, by its answers to the tests. -EPROTO. */
static int
say_test(const struct asking *asking, bool is_six, struct fail *fail)
{
	const char *listed = is_six ? "::FFFF:7F00:2" : "127.0.0.2";
	const char *other = is_six ? "::FFFF:7F00:1" : "127.0.0.1";

	fail_where(fail, "%s", asking->zone);
	if (asking->test_error < 0) {
		fail_where(fail, "%s", asking->place);
		fail_what(fail, "the resolver %s, asked about %s",
			resolver_error(asking->test_error), asking->zone);
		fail_hint(fail, "--server names another one");
	} else if (asking->test[1].meaning != DNSBL_LISTED) {
		fail_what(fail, "does not list %s, which every zone for %s lists (RFC 5782 s5)%s",
			listed, is_six ? "IPv6" : "IPv4",
			asking->test[1].meaning == DNSBL_FOREIGN
				? "; the answer is not in 127.0.0.0/8, so somebody else gave it"
				: "");
		fail_hint(fail, "is the name right, and does the zone know %s addresses?",
			is_six ? "IPv6" : "IPv4");
	} else if (asking->test[0].meaning == DNSBL_LISTED) {
		fail_what(fail, "lists %s, which no zone does (RFC 5782 s5)", other);
		fail_hint(fail, "a zone out of service may list everybody");
	} else {
		return 0;
	}
	return -EPROTO;
}

static int
test_family(struct asking *asking, bool is_six, struct fail *fail)
{
	struct address listed = dnsbl_test_address(true), other = dnsbl_test_address(false);
	int r;

	asking->test_error = 0;
	r = ask_one(asking, &listed, is_six, TEST_LISTED);
	if (r == 0)
		r = ask_one(asking, &other, is_six, TEST_OTHER);
	if (r == 0)
		r = wait_rest(asking);
	return r < 0 || is_over(asking) ? r : say_test(asking, is_six, fail);
}

/* Of both families, those that are asked about. */
static int
test_zone(struct asking *asking, struct fail *fail)
{
	bool has[2] = {false, false};
	int r = 0;

	for (size_t i = 0; i < asking->addresses.count && !(has[0] && has[1]); i++)
		has[!address_is_v4(&asking->addresses.at[i])] = true;
	for (unsigned is_six = 0; is_six < 2 && r == 0; is_six++) {
		if (has[is_six] && !is_over(asking))
			r = test_family(asking, is_six, fail);
	}
	return r;
}

static int
ask_all(struct asking *asking)
{
	const struct askedaddresses *addresses = &asking->addresses;
	struct progress progress;
	int r = 0;

	progress_init(&progress, asking->zone);
	for (size_t i = 0; i < addresses->count && r == 0 && !is_over(asking); i++) {
		const struct address *address = &addresses->at[i];

		progress_show(&progress, i, addresses->count, NULL);
		r = ask_one(asking, address, !address_is_v4(address), i);
		asking->counts.asked += r == 0 && !is_over(asking);
	}
	if (r == 0)
		r = wait_rest(asking);
	progress_done(&progress);
	return r;
}

static void
print_head(struct asking *asking)
{
	struct timespec now;

	must(clock_gettime(CLOCK_REALTIME, &now) == 0);
	buffer_clear(&asking->line);
	dnsbl_print_head(&asking->line,
		(struct wall){(int64_t)now.tv_sec * WALL_SECOND + now.tv_nsec / 1000});
	fputs(buffer_string(&asking->line), stdout);
}

/* Why it ended early; 0: it did not. */
static int
say_end(const struct asking *asking, struct fail *fail)
{
	if (asking->refusal != 0) {
		fail_where(fail, "%s", asking->zone);
		fail_what(fail, "the zone refuses %s (127.255.255.%u)",
			dnsbl_refusal(asking->refusal), asking->refusal & 0xff);
		fail_hint(fail, "its operator says who may ask, by which resolver and how often");
	} else if (asking->lost >= LOST_MOST) {
		fail_where(fail, "%s", asking->place);
		fail_what(fail, "the resolver %s: %u questions in a row were lost",
			resolver_error(asking->error), asking->lost);
	} else if (interrupt_came()) {
		fail_where(fail, "%s", asking->zone);
		fail_what(fail, "it was stopped; what was printed is not all");
	} else {
		return 0;
	}
	return -ECANCELED;
}

static void
print_counts(const struct asking *asking)
{
	const struct counts *counts = &asking->counts;
	uint64_t answered = counts->listed + counts->not_listed;

	fprintf(stderr, "%s: %llu asked, %llu listed, %llu not listed, %llu failed", asking->zone,
		(unsigned long long)counts->asked, (unsigned long long)counts->listed,
		(unsigned long long)counts->not_listed,
		(unsigned long long)(counts->asked > answered ? counts->asked - answered : 0));
	if (counts->foreign > 0)
		fprintf(stderr,
			"; %llu had an answer outside 127.0.0.0/8, which is no listing: the "
			"resolver may rewrite answers",
			(unsigned long long)counts->foreign);
	if (counts->failed > 0 && asking->error < 0)
		fprintf(stderr, "; the resolver %s", resolver_error(asking->error));
	fputc('\n', stderr);
}

static int
ask(struct asking *asking, struct fail *fail)
{
	int r = test_zone(asking, fail);

	if (r == 0 && !is_over(asking)) {
		print_head(asking);
		r = ask_all(asking);
		print_counts(asking);
		if (r == 0 && !is_over(asking)) {
			r = test_zone(asking, fail);
			if (r == -EPROTO)
				fail_hint(fail, "it did before: do not use what was printed");
		}
	}
	if (r == -EPROTO)
		return r;
	if (r < 0) {
		fail_where(fail, "%s", asking->place);
		fail_what(fail, "answers cannot be waited for: %s", strerror(-r));
		return r;
	}
	return say_end(asking, fail);
}

static int
read_rate(const struct wish *wish, struct asking *asking, struct fail *fail)
{
	uint64_t rate = RATE;

	if (wish->rate != NULL &&
		(text_parse_u64(text_of(wish->rate), RATE_MOST, &rate) < 0 || rate == 0)) {
		fail_where(fail, "--rate");
		fail_what(fail, "is a number of questions a second from 1 to %d", RATE_MOST);
		return -EINVAL;
	}
	/* A hundredth of a second at once: no wait is shorter than the system can. */
	bucket_init_quick(&asking->bucket, (unsigned)rate, (unsigned)(rate / 100 + 1));
	return 0;
}

static int
read_server(const struct wish *wish, struct asking *asking, struct address *address, uint16_t *port,
	struct fail *fail)
{
	const char *server = wish->server != NULL ? wish->server : "127.0.0.1";
	char text[ADDRESS_TEXT];

	*port = DNS_PORT;
	if (address_parse(text_of(server), address) < 0 &&
		endpoint_parse(text_of(server), 1, address, port, fail) < 0) {
		fail_where(fail, "--server");
		fail_what(fail, "is no address of a resolver: \"%.60s\"", server);
		fail_hint(fail, "expected ADDRESS or ADDRESS:PORT, as 127.0.0.1 or [::1]:5353");
		return -EINVAL;
	}
	snprintf(asking->place, sizeof(asking->place), address_is_v4(address) ? "%s:%u" : "[%s]:%u",
		address_format(address, text), *port);
	return 0;
}

static int
read_addresses(struct asking *asking, const struct wish *wish, char **argv, struct fail *fail)
{
	int r = 0;

	if (wish->from != NULL)
		return askedaddresses_read(&asking->addresses, wish->from, asking->stop, fail);
	for (; *argv != NULL && r == 0; argv++)
		r = strcmp(*argv, "-") == 0
			? askedaddresses_read(&asking->addresses, "-", asking->stop, fail)
			: askedaddresses_add(&asking->addresses, text_of(*argv), fail);
	return r;
}

static int
run(struct asking *asking, const struct wish *wish, char **argv, struct fail *fail)
{
	const char *expected = NULL;
	struct address server;
	uint16_t port;
	int r = dnsbl_parse_zone(text_of(argv[0]), asking->zone, &expected);

	if (r < 0) {
		fail_what(fail, "\"%.60s\" is no name of a zone", argv[0]);
		fail_hint(fail, "expected %s", expected);
		return r;
	}
	r = read_rate(wish, asking, fail);
	if (r == 0)
		r = read_server(wish, asking, &server, &port, fail);
	if (r < 0)
		return r;
	asking->stop = interrupt_begin();
	r = read_addresses(asking, wish, argv + 1, fail);
	if (r == 0)
		r = resolver_open(&asking->resolver, &server, port, on_answer, asking, fail);
	if (r == 0) {
		askedaddresses_sort(&asking->addresses);
		r = ask(asking, fail);
	}
	interrupt_end();
	return r;
}

int
census_dnsbl(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"from", .value = &wish.from},
		{"rate", .value = &wish.rate},
		{"server", .value = &wish.server},
	};
	const struct verboptions options = {
		"census dnsbl", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct asking asking = {0};
	struct fail fail = {0};
	bool is_bad;
	int code = verboptions_read(&options, argc, argv), r;

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind == argc || (optind + 1 == argc) != (wish.from != NULL)) {
		fputs("lazaret: census dnsbl takes a zone, and either addresses or --from FILE\n",
			stderr);
		return EXIT_USAGE;
	}
	/* Whatever ends it, whole lines are there. */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	buffer_init(&asking.line, 1 << 12);
	r = run(&asking, &wish, argv + optind, &fail);
	is_bad = r < 0 || asking.counts.failed > 0 || asking.addresses.bad > 0;
	resolver_close(asking.resolver);
	askedaddresses_done(&asking.addresses);
	buffer_done(&asking.line);
	if (r < 0)
		complaint_print(&fail);
	if (r == -EINVAL)
		return EXIT_USAGE;
	return is_bad ? EXIT_INPUT : EXIT_DONE;
}
