/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/casefile.h"
#include "census/registry/registryfile.h"
#include "program/censusonline.h"
#include "program/censusruns.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>

static const char usage[] =
	"usage: lazaret census ask [--out DIR] [-c FILE] [--dry-run] [--json] [OPTION]...\n"
	"\n"
	"Asks registries on line for the networks of the latest run whose contact the dumps do\n"
	"not say: those of national registries by whois, those of LACNIC by RDAP. It says first\n"
	"how many questions go where, and how long that takes. Answers are kept in\n"
	"online.answers, by network; a second run of it asks only what is not known yet.\n"
	"\n"
	"  --dry-run         only say what would be asked\n"
	"  --per-minute N    questions a minute to one server, if that is less than its registry\n"
	"                    allows (LACNIC and national registries: 10, others 20)\n"
	"  --seconds N       an answer that takes longer is none (30)\n"
	"  --bootstrap DIR   IANA's ipv4.json and ipv6.json are in that folder, or below that "
	"URL.\n"
	"                    Without it they are fetched from data.iana.org\n"
	"  --national FILE   whois servers of national registries: COUNTRY HOST[:PORT] a line\n"
	"  --authority FILE  certificates that are trusted in place of the system's\n"
	"  --out DIR         the folder of the census (census.folder, or else census in the\n"
	"                    folder of the daemon's state)\n"
	"  -c FILE           the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json            the summary as one JSON object\n"
	"\n"
	"The exit status is 3 if a question was left without an answer.\n";

struct wish {
	const char *out, *settings;
	struct censusonline_wish online;
	bool is_dry, is_json;
};

/* Addresses of the latest run for which registries are to be asked. */
struct wanted {
	struct casefile cases;
	uint64_t addresses; /* of networks without a contact in the dumps */
	uint64_t nowhere;   /* for these no server is known */
};

static void
want(struct censusonline *online, struct wanted *wanted, enum range_family family, ipnumber address,
	uint32_t number)
{
	const struct casefile_network *network = &wanted->cases.networks[number];

	if (network->rule != CONTACT_NIR && network->rule != CONTACT_RDAP)
		return;
	wanted->addresses++;
	if (!censusonline_add(online, family, address,
		    network->rule == CONTACT_RDAP ? REGISTRY_LACNIC
						  : (enum registry_name)network->registry,
		    network->rule == CONTACT_NIR ? network->country : 0))
		wanted->nowhere++;
}

static int
open_cases(struct wanted *wanted, const struct censusfolder *folder, struct fail *fail)
{
	char path[CENSUSRUNS_PATH];
	uint16_t day = 0;
	int r = censusruns_latest(folder, &day, fail);

	if (r == 0 && day == 0) {
		fail_where(fail, "%s", folder->path);
		fail_what(fail, "there is no run yet");
		fail_hint(fail, "lazaret census run makes one");
		r = -ENOENT;
	}
	if (r == 0)
		r = casefile_open(censusruns_path(folder, day, false, "cases.lzc", path),
			&wanted->cases, fail);
	return r;
}

static void
want_all(struct censusonline *online, struct wanted *wanted)
{
	for (uint64_t i = 0; i < wanted->cases.rows4_count; i++)
		want(online, wanted, RANGE_IPV4, wanted->cases.rows4[i].address,
			wanted->cases.rows4[i].network);
	for (uint64_t i = 0; i < wanted->cases.rows6_count; i++)
		want(online, wanted, RANGE_IPV6, (ipnumber)wanted->cases.rows6[i].address << 64,
			wanted->cases.rows6[i].network);
}

static void
print_time(uint64_t ms)
{
	uint64_t minutes = (ms + 59999) / 60000;

	if (minutes < 120)
		printf("%llu minutes\n", (unsigned long long)minutes);
	else
		printf("%llu hours\n", (unsigned long long)(minutes + 59) / 60);
}

/* Before anything is asked. */
static void
print_plan(const struct askqueue *asking, const struct wanted *wanted)
{
	uint64_t questions = 0;

	for (size_t i = 0; i < asking->count; i++) {
		const struct askqueue_server *server = &asking->servers[i];

		questions += server->count;
		printf("at most %zu questions to %s, %llu a minute\n", server->count, server->name,
			(unsigned long long)(60000 / server->bucket.interval));
	}
	if (wanted->nowhere > 0)
		printf("no server is known for %llu addresses\n",
			(unsigned long long)wanted->nowhere);
	if (questions == 0) {
		puts("there is nothing to ask");
		return;
	}
	fputs("that takes at most ", stdout);
	print_time(askqueue_estimate(asking));
	fflush(stdout);
}

static void
print_result(const struct askqueue *asking)
{
	for (size_t i = 0; i < asking->count; i++) {
		const struct askqueue_server *server = &asking->servers[i];

		printf("%s: %llu asked: %llu contacts, %llu without, %llu unknown, %llu withheld; "
		       "%llu known by then",
			server->name, (unsigned long long)server->asked,
			(unsigned long long)server->results[NETANSWER_FOUND],
			(unsigned long long)server->results[NETANSWER_NONE],
			(unsigned long long)server->results[NETANSWER_NOTHING],
			(unsigned long long)server->results[NETANSWER_WITHHELD],
			(unsigned long long)server->saved);
		if (server->lost > 0)
			printf("; %llu got no answer (%s)", (unsigned long long)server->lost,
				server->why);
		puts(server->is_given_up ? "; it was given up" : "");
	}
}

static void
print_json(const struct askqueue *asking, const struct wanted *wanted, bool is_stopped)
{
	struct buffer line;

	buffer_init(&line, 1 << 20);
	buffer_print(&line,
		"{\"type\":\"summary\",\"addresses\":%llu,\"nowhere\":%llu,\"stopped\":%s",
		(unsigned long long)wanted->addresses, (unsigned long long)wanted->nowhere,
		is_stopped ? "true" : "false");
	buffer_print(&line, ",\"servers\":[");
	for (size_t i = 0; i < asking->count; i++) {
		const struct askqueue_server *server = &asking->servers[i];

		buffer_print(&line, "%s{\"server\":", i > 0 ? "," : "");
		buffer_json(&line, text_of(server->name));
		buffer_print(&line,
			",\"asked\":%llu,\"saved\":%llu,\"lost\":%llu,"
			"\"given_up\":%s",
			(unsigned long long)server->asked, (unsigned long long)server->saved,
			(unsigned long long)server->lost, server->is_given_up ? "true" : "false");
		for (size_t k = 0; k < NETANSWER_RESULT_COUNT; k++)
			buffer_print(&line, ",\"%s\":%llu", netanswer_results[k],
				(unsigned long long)server->results[k]);
		buffer_print(&line, ",\"why\":");
		buffer_json(&line, text_of(server->why));
		buffer_print(&line, "}");
	}
	buffer_print(&line, "]}");
	puts(buffer_string(&line));
	buffer_done(&line);
}

static bool
is_lost(const struct askqueue *asking)
{
	for (size_t i = 0; i < asking->count; i++) {
		if (asking->servers[i].lost > 0)
			return true;
	}
	return false;
}

static int
ask_all(struct censusonline *online, const struct wish *wish, struct wanted *wanted,
	unsigned *troubles, struct fail *fail)
{
	bool is_stopped = false;
	int r = 0;

	want_all(online, wanted);
	if (!wish->is_json)
		print_plan(online->asking, wanted);
	if (!wish->is_dry)
		r = censusonline_ask(online, &is_stopped, fail);
	if (wish->is_json)
		print_json(online->asking, wanted, is_stopped);
	else if (!wish->is_dry)
		print_result(online->asking);
	if (is_stopped && !wish->is_json)
		puts("it was stopped; the same verb goes on");
	*troubles += is_lost(online->asking) || wanted->nowhere > 0;
	return r;
}

static int
ask(const struct wish *wish, const struct censusfolder *folder, unsigned *troubles,
	struct fail *fail)
{
	struct wanted wanted = {0};
	struct censusonline online;
	int r = open_cases(&wanted, folder, fail);

	if (r < 0)
		return r;
	r = censusonline_open(&online, folder, &wish->online, troubles, fail);
	if (r == 0)
		r = ask_all(&online, wish, &wanted, troubles, fail);
	censusonline_close(&online);
	casefile_close(&wanted.cases);
	return r;
}

int
census_ask(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"dry-run", .flag = &wish.is_dry},
		{"per-minute", .value = &wish.online.per_minute},
		{"seconds", .value = &wish.online.seconds},
		{"bootstrap", .value = &wish.online.bootstrap},
		{"national", .value = &wish.online.national},
		{"authority", .value = &wish.online.authority},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census ask", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct censusfolder folder;
	struct fail fail = {0};
	unsigned troubles = 0;
	int code = verboptions_read(&options, argc, argv), r;

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind < argc)
		return complaint_excess("census ask", "nothing", argv[optind]);
	code = censusfolder_open(&folder, wish.out, wish.settings, CENSUSFOLDER_WRITE);
	if (code != EXIT_DONE)
		return code;
	r = ask(&wish, &folder, &troubles, &fail);
	censusfolder_close(&folder);
	if (r < 0)
		complaint_print(&fail);
	if (r == -EINVAL)
		return EXIT_USAGE;
	return r < 0 || troubles > 0 ? EXIT_INPUT : EXIT_DONE;
}
