/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/progress.h"
#include "program/sending.h"
#include "program/verbs.h"
#include "program/wirerehearsal.h"
#include "rehearse/curve.h"
#include "rehearse/rehearsal.h"
#include "rehearse/report.h"
#include "runtime/endpoint.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define REPORT_MOST (1 << 22)
#define BACKGROUND  10

struct rehearse {
	struct scenario scenario;
	const char *name;
	const char *vary_class; /* NULL: all */
	bool is_json;
	bool is_curve;
	bool is_vary;
	bool is_traffic; /* no judge: only the traffic */
	bool is_wire;    /* a daemon judges it too */
	struct sending_settings sending;
	struct progress progress;
};

static const char usage[] =
	"usage: lazaret rehearse [SCENARIO] [--json] [--seed N] [--lines N] [--days N]\n"
	"                        [--set NAME=VALUE]... [--curve | --vary[=CLASS] | --traffic]\n"
	"       lazaret rehearse [SCENARIO] --wire [--seed N] [--days N] [--json]\n"
	"       lazaret rehearse [SCENARIO] --to ADDRESS:PORT [--speed N] [--rate N]\n"
	"                        [--seed N] [--days N] [--json]\n"
	"\n"
	"Runs a scripted network through the judge and counts what it finds, class by class.\n"
	"\n"
	"  SCENARIO          a file, see lazaret-scenario(5), or one that is built in:\n";

static const char usage_options[] =
	"  --seed N          other chances than the scenario's\n"
	"  --lines N         another size of network; classes in a million follow it\n"
	"  --days N          another length\n"
	"  --set NAME=VALUE  change a parameter of the judge, see lazaret.yaml(5)\n"
	"  --curve           false confirmations against delay for six pairs of parameters\n"
	"  --vary[=CLASS]    the same for each class with each of its quantities halved and\n"
	"                    doubled, before a tenth of the other classes\n"
	"  --traffic         only make the traffic and count it\n"
	"  --wire            starts a daemon of its own, sends it all over UDP, and shows what "
	"its\n"
	"                    ledger has beside what the judge here says, line by line\n"
	"  --to ADDRESS:PORT no judge here: sends what the network's exporters would send of it,\n"
	"                    NetFlow v9, IPFIX and sFlow over UDP, to any collector\n"
	"  --speed N         N times as fast, with the scenario's own times; max: without a "
	"pause;\n"
	"                    1 (the default): from now on, as it would happen\n"
	"  --rate N          at most N datagrams a second\n"
	"  --json            one JSON object a line\n";

static void
print_usage(void)
{
	fputs(usage, stdout);
	for (unsigned i = 0; i < builtin_scenario_count; i++)
		printf("    %-15s %s%s\n", builtin_scenarios[i].name, builtin_scenarios[i].summary,
			i == 0 ? " (the default)" : "");
	fputs(usage_options, stdout);
}

static void
show_progress(void *context, double done)
{
	struct rehearse *rehearse = context;

	progress_show(&rehearse->progress, (uint64_t)(done * 1000), 1000, NULL);
}

/* What an option or its argument leaves to do after the scenario was read. */
struct wishes {
	uint64_t seed;
	uint64_t lines;
	double days;
	const char *set[32];
	unsigned sets;
	bool has_seed;
};

enum option_code {
	OPTION_JSON = 256,
	OPTION_SEED,
	OPTION_LINES,
	OPTION_DAYS,
	OPTION_SET,
	OPTION_CURVE,
	OPTION_VARY,
	OPTION_TRAFFIC,
	OPTION_WIRE,
	OPTION_TO,
	OPTION_SPEED,
	OPTION_RATE,
	OPTION_HELP
};

static const struct option options[] = {
	{"json", no_argument, NULL, OPTION_JSON},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"lines", required_argument, NULL, OPTION_LINES},
	{"days", required_argument, NULL, OPTION_DAYS},
	{"set", required_argument, NULL, OPTION_SET},
	{"curve", no_argument, NULL, OPTION_CURVE},
	{"vary", optional_argument, NULL, OPTION_VARY},
	{"traffic", no_argument, NULL, OPTION_TRAFFIC},
	{"wire", no_argument, NULL, OPTION_WIRE},
	{"to", required_argument, NULL, OPTION_TO},
	{"speed", required_argument, NULL, OPTION_SPEED},
	{"rate", required_argument, NULL, OPTION_RATE},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

static int
take_figure(struct wishes *wishes, int code, struct fail *fail)
{
	int r;

	if (code == OPTION_SEED) {
		r = text_parse_u64(text_of(optarg), UINT64_MAX, &wishes->seed);
		wishes->has_seed = true;
	} else if (code == OPTION_LINES) {
		r = text_parse_u64(text_of(optarg), 100000000, &wishes->lines);
		if (r == 0 && wishes->lines == 0)
			r = -ERANGE;
	} else {
		r = text_parse_double(text_of(optarg), &wishes->days);
		if (r == 0 && (wishes->days < 1.0 / 1440 || wishes->days > SCENARIO_DAYS_MOST))
			r = -ERANGE;
	}
	if (r < 0)
		fail_what(
			fail, "\"%s\" does not fit --%s", optarg, options[code - OPTION_JSON].name);
	return r;
}

static int
take_pace(struct rehearse *rehearse, int code, struct fail *fail)
{
	struct sending_settings *sending = &rehearse->sending;
	uint64_t rate = 0;
	int r = 0;

	if (code == OPTION_RATE) {
		r = text_parse_u64(text_of(optarg), 100000000, &rate);
		if (r == 0 && rate == 0)
			r = -ERANGE;
		sending->rate = (uint32_t)rate;
	} else if (strcmp(optarg, "max") == 0) {
		sending->speed = 0;
	} else {
		r = text_parse_double(text_of(optarg), &sending->speed);
		if (r == 0 && (sending->speed < 0.001 || sending->speed > 1e9))
			r = -ERANGE;
	}
	if (r < 0)
		fail_what(
			fail, "\"%s\" does not fit --%s", optarg, options[code - OPTION_JSON].name);
	return r;
}

static int
take_option(struct rehearse *rehearse, struct wishes *wishes, int code, struct fail *fail)
{
	switch (code) {
	case OPTION_SEED:
	case OPTION_LINES:
	case OPTION_DAYS:
		return take_figure(wishes, code, fail);
	case OPTION_SET:
		if (wishes->sets == sizeof(wishes->set) / sizeof(*wishes->set)) {
			fail_what(fail, "--set may be given 32 times");
			return -E2BIG;
		}
		wishes->set[wishes->sets++] = optarg;
		return 0;
	case OPTION_JSON:
		rehearse->is_json = true;
		return 0;
	case OPTION_CURVE:
		rehearse->is_curve = true;
		return 0;
	case OPTION_VARY:
		rehearse->is_vary = true;
		rehearse->vary_class = optarg;
		return 0;
	case OPTION_TRAFFIC:
		rehearse->is_traffic = true;
		return 0;
	case OPTION_WIRE:
		rehearse->is_wire = true;
		return 0;
	case OPTION_TO:
		return endpoint_parse(
			text_of(optarg), 1, &rehearse->sending.to, &rehearse->sending.port, fail);
	case OPTION_SPEED:
	case OPTION_RATE:
		return take_pace(rehearse, code, fail);
	default:
		fail_what(fail, "see lazaret rehearse --help");
		return -EINVAL;
	}
}

/* A name without a file of that name is one that is built in; a folder, as of a daemon's state, is no file. */
static int
read_scenario(struct rehearse *rehearse, struct fail *fail)
{
	struct stat is;
	int r = -ENOENT;

	if (stat(rehearse->name, &is) < 0 || S_ISDIR(is.st_mode))
		r = scenario_builtin(&rehearse->scenario, rehearse->name, fail);
	if (r == -ENOENT)
		r = scenario_read(&rehearse->scenario, rehearse->name, fail);
	if (r == -ENOENT)
		fail_hint(fail, "the ones that are built in are: month, small-town");
	return r;
}

static int
apply_wishes(struct rehearse *rehearse, const struct wishes *wishes, struct fail *fail)
{
	struct scenario *scenario = &rehearse->scenario;

	if (wishes->has_seed)
		scenario->seed = wishes->seed;
	if (wishes->lines > 0)
		scenario->lines = wishes->lines;
	if (wishes->days > 0)
		scenario->days = wishes->days;
	for (unsigned i = 0; i < wishes->sets; i++) {
		struct text value = text_of(wishes->set[i]), name = text_cut(&value, '=');
		int r = parameters_set(&scenario->parameters, name, value, fail);

		if (r < 0)
			return r;
	}
	return scenario_check(scenario, rehearse->name, fail);
}

static double
cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
say_next(const struct rehearse *rehearse, struct buffer *into)
{
	buffer_print(into,
		"\nWhat to do next:\n"
		"  lazaret scan FILE...              judge a recording of your own network\n"
		"  lazaret rehearse month --curve    how many errors, and how fast, with other "
		"parameters\n"
		"  man lazaret-scenario              write a network like yours and rehearse it\n");
}

static int
run_judged(struct rehearse *rehearse, struct fail *fail)
{
	struct rehearsal *rehearsal = NULL;
	struct buffer report;
	unsigned failed;
	int r;

	r = rehearsal_new(&rehearsal, &rehearse->scenario, &rehearse->scenario.parameters, 1, fail);
	if (r < 0)
		return r;
	buffer_init(&report, REPORT_MOST);
	rehearsal_run(rehearsal, show_progress, rehearse);
	progress_done(&rehearse->progress);
	if (rehearse->is_json) {
		report_json(rehearsal, cpu_seconds(), &report);
		fputs(buffer_string(&report), stdout);
		buffer_clear(&report);
		failed = report_expectations(rehearsal, rehearse->name, &report);
	} else {
		report_text(rehearsal, rehearse->name, &report);
		if (tally_example(rehearsal_tally(rehearsal, 0)) != NULL)
			buffer_print(&report, "\nWhy the first zombie was found:\n");
		report_example(rehearsal, &report);
		say_next(rehearse, &report);
		fputs(buffer_string(&report), stdout);
		buffer_clear(&report);
		failed = report_expectations(rehearsal, rehearse->name, &report);
		if (failed == 0 && rehearse->scenario.expect_count > 0)
			printf("\nAll %u expectations of the scenario held.\n",
				rehearse->scenario.expect_count);
	}
	fflush(stdout);
	fputs(buffer_string(&report), stderr);
	buffer_done(&report);
	rehearsal_free(rehearsal);
	return failed > 0 ? EXIT_NOT_FOUND : EXIT_DONE;
}

/* Runs the scenario over all points of the curve. */
static int
run_points(struct rehearse *rehearse, const struct scenario *scenario, struct rehearsal **ret,
	struct fail *fail)
{
	struct parameters points[CURVE_POINTS];
	int r;

	curve_parameters(&scenario->parameters, points);
	r = rehearsal_new(ret, scenario, points, CURVE_POINTS, fail);
	if (r == 0)
		rehearsal_run(*ret, show_progress, rehearse);
	progress_done(&rehearse->progress);
	return r;
}

static int
run_curve(struct rehearse *rehearse, struct fail *fail)
{
	struct rehearsal *rehearsal = NULL;
	struct buffer report;
	int r = run_points(rehearse, &rehearse->scenario, &rehearsal, fail);

	if (r < 0)
		return r;
	buffer_init(&report, REPORT_MOST);
	curve_report(rehearsal, rehearse->is_json, &report);
	fputs(buffer_string(&report), stdout);
	buffer_done(&report);
	rehearsal_free(rehearsal);
	return EXIT_DONE;
}

/* One run with one quantity of a class changed: prints its row. The other classes are only the background,
 * so a tenth of them will do. */
static int
run_varied(struct rehearse *rehearse, unsigned class, enum class_value value, double factor,
	struct fail *fail)
{
	struct scenario *scenario = xcalloc(1, sizeof(*scenario));
	struct rehearsal *rehearsal = NULL;
	struct buffer row;
	int r;

	*scenario = rehearse->scenario;
	for (unsigned i = 0; i < scenario->class_count; i++) {
		if (i != class && scenario->class[class].host != (int)i)
			scenario->class[i].lines = ceil(scenario->class[i].lines / BACKGROUND);
	}
	if (value < VALUE_COUNT)
		scenario_vary(scenario, class, value, factor);
	r = run_points(rehearse, scenario, &rehearsal, fail);
	if (r == 0) {
		buffer_init(&row, REPORT_MOST);
		curve_varied_row(rehearsal, class, value, factor, rehearse->is_json, &row);
		fputs(buffer_string(&row), stdout);
		fflush(stdout);
		buffer_done(&row);
	}
	rehearsal_free(rehearsal);
	free(scenario);
	return r;
}

static int
vary_class(struct rehearse *rehearse, unsigned class, struct fail *fail)
{
	const struct class *c = &rehearse->scenario.class[class];
	int r = run_varied(rehearse, class, VALUE_COUNT, 1, fail);

	for (int value = 0; value < VALUE_COUNT && r == 0; value++) {
		if (c->value[value].kind == DISTRIBUTION_NONE || !class_values[value].is_varied)
			continue;
		r = run_varied(rehearse, class, (enum class_value)value, 0.5, fail);
		if (r == 0)
			r = run_varied(rehearse, class, (enum class_value)value, 2, fail);
	}
	return r;
}

static int
run_vary(struct rehearse *rehearse, struct fail *fail)
{
	const struct scenario *scenario = &rehearse->scenario;
	bool is_known = rehearse->vary_class == NULL;
	struct buffer head;
	int r = 0;

	for (unsigned i = 0; i < scenario->class_count && !is_known; i++)
		is_known = strcmp(rehearse->vary_class, scenario->class[i].name) == 0;
	if (!is_known) {
		fail_what(fail, "there is no class \"%s\" in %s", rehearse->vary_class,
			rehearse->name);
		return -EINVAL;
	}
	buffer_init(&head, REPORT_MOST);
	curve_varied_head(&head);
	if (!rehearse->is_json)
		fputs(buffer_string(&head), stdout);
	buffer_done(&head);
	for (unsigned i = 0; i < scenario->class_count && r == 0; i++) {
		if (rehearse->vary_class == NULL ||
			strcmp(rehearse->vary_class, scenario->class[i].name) == 0)
			r = vary_class(rehearse, i, fail);
	}
	return r;
}

static int
run_traffic(struct rehearse *rehearse)
{
	struct traffic *traffic = traffic_new(&rehearse->scenario);
	const struct observation *observations;
	double begun = cpu_seconds(), seconds;
	struct traffic_counts counts;

	while (traffic_minute(traffic, &observations) >= 0)
		;
	counts = traffic_counts(traffic);
	seconds = cpu_seconds() - begun;
	printf(rehearse->is_json
			? "{\"type\":\"traffic\",\"attempts\":%llu,\"observations\":%llu,"
			  "\"cpu_seconds\":%.2f}\n"
			: "%llu connections, %llu of them seen by the exporter; %.2f s of CPU\n",
		(unsigned long long)counts.attempts, (unsigned long long)counts.seen, seconds);
	traffic_free(traffic);
	return EXIT_DONE;
}

static int
run(struct rehearse *rehearse, struct fail *fail)
{
	progress_init(&rehearse->progress, rehearse->name);
	if (rehearse->sending.port != 0) {
		rehearse->sending.is_json = rehearse->is_json;
		return sending_run(
			&rehearse->scenario, &rehearse->sending, &rehearse->progress, fail);
	}
	if (rehearse->is_wire)
		return wirerehearsal_run(&rehearse->scenario, rehearse->name, rehearse->is_json,
			&rehearse->progress);
	if (rehearse->is_traffic)
		return run_traffic(rehearse);
	if (rehearse->is_vary)
		return run_vary(rehearse, fail);
	if (rehearse->is_curve)
		return run_curve(rehearse, fail);
	return run_judged(rehearse, fail);
}

int
verb_rehearse(int argc, char **argv)
{
	static struct rehearse rehearse;
	struct wishes wishes = {.seed = 0};
	struct fail fail = {.where = ""};
	int code, r;

	rehearse = (struct rehearse){.name = "month", .sending.speed = 1};
	optind = 1;
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (code == OPTION_HELP) {
			print_usage();
			return EXIT_DONE;
		}
		if (take_option(&rehearse, &wishes, code, &fail) < 0) {
			complaint_print(&fail);
			return EXIT_USAGE;
		}
	}
	if (argc - optind > 1) {
		fprintf(stderr,
			"lazaret: rehearse takes one scenario; see lazaret rehearse --help\n");
		return EXIT_USAGE;
	}
	if (rehearse.is_curve + rehearse.is_vary + rehearse.is_traffic + rehearse.is_wire +
			(rehearse.sending.port != 0) >
		1) {
		fputs("lazaret: only one of --curve, --vary, --traffic, --wire and --to at a "
		      "time\n",
			stderr);
		return EXIT_USAGE;
	}
	if (optind < argc)
		rehearse.name = argv[optind];
	r = read_scenario(&rehearse, &fail);
	if (r < 0) {
		complaint_print(&fail);
		return EXIT_INPUT;
	}
	r = apply_wishes(&rehearse, &wishes, &fail);
	if (r == 0)
		r = run(&rehearse, &fail);
	if (r < 0) {
		complaint_print(&fail);
		return EXIT_USAGE;
	}
	return r;
}
