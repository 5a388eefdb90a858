/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/wirerehearsal.h"

#include "ledger/reading.h"
#include "program/complaint.h"
#include "program/interrupt.h"
#include "program/ledgerfile.h"
#include "program/owndaemon.h"
#include "program/sending.h"
#include "program/verbs.h"
#include "rehearse/rehearsal.h"
#include "verdict/explain.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>

/* Of the room in the daemon's socket so much may be taken when a batch is sent, which takes some more. */
#define WAITING_SHARE 4
/* Where the kernel does not tell: so many datagrams more than the daemon has counted. */
#define AHEAD_MOST 64
/* How often the daemon is asked, and how many sightings may wait for its judge. */
#define ASK_US      100000
#define BEHIND_MOST 32768
/* Without a step this long nothing more will come. */
#define STILL_US     (30 * INT64_C(1000000))
#define REPORT_MOST  (1 << 22)
#define DIFFERS_MOST 20
#define SPAN         24

struct wirerehearsal {
	const struct scenario *scenario;
	const char *name;
	bool is_json;
	struct sending_settings to;
	struct sending *sending;
	struct owndaemon_settings settings;
	struct owndaemon *daemon;
	struct owndaemon_figures figures;
	int64_t asked_us;
	bool is_gone; /* it does not answer any more */
	double seconds;
	struct lines *lines; /* with the ledger's key */
	struct tally *tally; /* of the ledger's verdicts */
	struct rehearsal *here;
	struct buffer report;
	uint32_t members;
	uint32_t differ;
};

static int
identify(void *context, struct lines *lines, struct fail *fail)
{
	const struct wirerehearsal *of = context;

	return wire_identify(sending_wire(of->sending), lines, fail);
}

static void
ask(struct wirerehearsal *of)
{
	of->asked_us = progress_clock_us();
	of->is_gone = of->is_gone || owndaemon_ask(of->daemon, &of->figures) < 0 ||
		of->figures.processes_ended > 0;
}

/* Never more on the way than there is room for, so that nothing is lost. */
static bool
may_send(void *context, uint64_t sent)
{
	struct wirerehearsal *of = context;
	int64_t waiting;

	if (of->is_gone || interrupt_came())
		return true;
	if (progress_clock_us() - of->asked_us >= ASK_US)
		ask(of);
	if (of->figures.sightings > of->figures.judged + BEHIND_MOST)
		return false;
	waiting = owndaemon_waiting(of->daemon);
	if (waiting >= 0 && owndaemon_room(of->daemon) > 0)
		return waiting <= owndaemon_room(of->daemon) / WAITING_SHARE;
	return sent <= of->figures.datagrams + AHEAD_MOST;
}

/* Until all that was sent was read. */
static void
wait_read(struct wirerehearsal *of)
{
	uint64_t sent = sending_counts(of->sending).datagrams, before = 0;
	int64_t moved_us = progress_clock_us();

	for (;;) {
		ask(of);
		if (of->is_gone || interrupt_came() ||
			of->figures.datagrams + of->figures.dropped >= sent)
			return;
		if (of->figures.datagrams != before)
			moved_us = progress_clock_us();
		before = of->figures.datagrams;
		if (progress_clock_us() - moved_us > STILL_US)
			return;
		(void)poll(NULL, 0, ASK_US / 1000);
	}
}

/* Starts the daemon, sends it all, and lets it end. -EINTR: interrupted. */
static int
send_all(struct wirerehearsal *of, struct progress *progress, int stop, struct fail *fail)
{
	int64_t begun;
	int r = owndaemon_new(&of->daemon, &of->settings, stop, fail);

	if (r < 0)
		return r;
	of->to.port = owndaemon_port(of->daemon);
	r = sending_open(of->sending, fail);
	if (r < 0)
		return r;
	begun = progress_clock_us();
	ask(of);
	if (sending_play(of->sending, stop, progress))
		wait_read(of);
	progress_done(progress);
	if (interrupt_came())
		return -EINTR;
	if (of->is_gone) {
		fail_what(fail, "the daemon has died, or does not answer any more");
		return -ECHILD;
	}
	r = owndaemon_stop(of->daemon, fail);
	of->seconds = (double)(progress_clock_us() - begun) / 1e6;
	return r;
}

static int
take_transition(void *context, const struct transition *row)
{
	struct wirerehearsal *of = context;
	struct verdict verdict;
	int r = transition_decode(row, &verdict);

	if (r == 0)
		tally_verdict(of->tally, &verdict);
	return r;
}

struct numbers {
	uint64_t *number;
	size_t count;
};

static int
take_case(void *context, const struct ledger_case *row)
{
	struct numbers *cases = context;

	if ((cases->count & (cases->count - 1)) == 0)
		cases->number =
			xrealloc(cases->number, (2 * cases->count + 1) * sizeof(*cases->number));
	cases->number[cases->count++] = row->number;
	return 0;
}

/* What the daemon has found, by its ledger. */
static int
read_ledger(struct wirerehearsal *of, struct fail *fail)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct numbers cases = {.count = 0};
	struct ledger *ledger;
	int r = ledgerfile_open(&ledger, owndaemon_ledger(of->daemon), STORE_READ, fail);

	if (r < 0)
		return r;
	must(ledger_key(ledger) != NULL);
	settings.key = *ledger_key(ledger);
	of->lines = lines_new(&settings);
	r = wire_identify(sending_wire(of->sending), of->lines, fail);
	of->tally = tally_new_of_wire(
		sending_traffic(of->sending), sending_wire(of->sending), of->lines);
	if (r == 0)
		r = ledger_each_case(ledger, take_case, &cases, fail);
	for (size_t i = 0; i < cases.count && r == 0; i++)
		r = ledger_each_transition(ledger, cases.number[i], take_transition, of, fail);
	free(cases.number);
	ledger_close(ledger);
	return r;
}

/* "45 s", "2.4 min", "10.6 h", "3.1 d"; "-" if it never came. */
static const char *
span(double seconds, char into[SPAN])
{
	if (!isfinite(seconds))
		snprintf(into, SPAN, "-");
	else if (seconds < 90)
		snprintf(into, SPAN, "%.0f s", seconds);
	else if (seconds < 90 * 60)
		snprintf(into, SPAN, "%.1f min", seconds / 60);
	else if (seconds < 36 * 3600)
		snprintf(into, SPAN, "%.1f h", seconds / 3600);
	else
		snprintf(into, SPAN, "%.1f d", seconds / 86400);
	return into;
}

static void
print_columns(struct wirerehearsal *of, const struct tally_class *t, bool is_zombie)
{
	char median[SPAN], most[SPAN];

	buffer_print(
		&of->report, "  %7u %9u", t->by_state[STATE_SUSPECT], t->by_state[STATE_CONFIRMED]);
	if (t->by_state[STATE_CONFIRMED] > 0 && is_zombie)
		buffer_print(&of->report, " %8s %8s", span(t->median.seconds, median),
			span(t->most.seconds, most));
	else
		buffer_print(&of->report, " %8s %8s", "", "");
}

static void
print_class(struct wirerehearsal *of, unsigned i)
{
	const struct class *class = &of->scenario->class[i];
	bool is_zombie = class->flags & CLASS_ZOMBIE;
	struct tally_class daemon, here;

	tally_class(of->tally, i, &daemon);
	tally_class(rehearsal_tally(of->here, 0), i, &here);
	buffer_print(
		&of->report, "%c %-34.34s %6u", is_zombie ? '*' : ' ', class->name, daemon.lines);
	print_columns(of, &daemon, is_zombie);
	print_columns(of, &here, is_zombie);
	buffer_print(&of->report, "\n");
}

static void
print_number(struct buffer *into, const char *key, double value)
{
	if (isfinite(value))
		buffer_print(into, ",\"%s\":%.10g", key, value);
	else
		buffer_print(into, ",\"%s\":null", key);
}

static void
print_json_columns(struct wirerehearsal *of, const char *whose, const struct tally_class *t)
{
	buffer_print(&of->report, ",\"%s\":{\"suspect\":%u,\"confirmed\":%u,\"released\":%u", whose,
		t->by_state[STATE_SUSPECT], t->by_state[STATE_CONFIRMED], t->released);
	print_number(&of->report, "seconds_median", t->median.seconds);
	print_number(&of->report, "seconds_95", t->most.seconds);
	buffer_print(&of->report, "}");
}

static void
print_json_class(struct wirerehearsal *of, unsigned i)
{
	const struct class *class = &of->scenario->class[i];
	struct tally_class daemon, here;

	tally_class(of->tally, i, &daemon);
	tally_class(rehearsal_tally(of->here, 0), i, &here);
	buffer_print(&of->report, "{\"type\":\"class\",\"class\":");
	buffer_json(&of->report, text_of(class->name));
	buffer_print(&of->report, ",\"zombies\":%s,\"lines\":%u",
		class->flags & CLASS_ZOMBIE ? "true" : "false", daemon.lines);
	print_json_columns(of, "daemon", &daemon);
	print_json_columns(of, "here", &here);
	buffer_print(&of->report, "}\n");
}

/* As far as a ledger tells. */
static enum state
told(enum state state)
{
	return state >= STATE_SUSPECT ? state : STATE_CLEAR;
}

static void
name_member(const struct wirerehearsal *of, uint32_t member, char into[LINE_NAME])
{
	const struct traffic *traffic = sending_traffic(of->sending);
	struct observation from = {.time = of->scenario->start};
	struct line line;

	from.client_port = traffic_address(traffic, traffic_member(traffic, member), &from.client);
	from.client = wire_client(sending_wire(of->sending), &from);
	lines_remember(of->lines, &from.client, from.client_port);
	if (lines_find(of->lines, &from.client, from.client_port, &line) < 0 ||
		lines_name(of->lines, line.pseudonym, into) < 0)
		snprintf(into, LINE_NAME, "member %u", member);
}

static void
print_difference(struct wirerehearsal *of, uint32_t member, const struct tally_member *daemon,
	const struct tally_member *here)
{
	const char *class = of->scenario->class[daemon->class].name;
	const char *there = state_names[told(daemon->highest)];
	char name[LINE_NAME];

	name_member(of, member, name);
	if (!of->is_json) {
		buffer_print(&of->report, "  %s (%s): the daemon %s, here %s\n", name, class, there,
			state_names[told(here->highest)]);
		return;
	}
	buffer_print(&of->report, "{\"type\":\"difference\",\"line\":\"%s\",\"class\":", name);
	buffer_json(&of->report, text_of(class));
	buffer_print(&of->report, ",\"daemon\":\"%s\",\"here\":\"%s\"}\n", there,
		state_names[told(here->highest)]);
}

/* Line by line: both have the same members. */
static void
compare(struct wirerehearsal *of)
{
	const struct tally *here = rehearsal_tally(of->here, 0);
	uint32_t members = traffic_members(sending_traffic(of->sending));
	struct tally_member a, b;
	struct buffer report;

	report = of->report;
	buffer_init(&of->report, REPORT_MOST);
	for (uint32_t i = 0; i < members; i++) {
		bool counts = tally_member(of->tally, i, &a);

		if (!tally_member(here, i, &b) && !counts)
			continue;
		of->members++;
		if (told(a.highest) == told(b.highest))
			continue;
		if (of->differ++ < DIFFERS_MOST || of->is_json)
			print_difference(of, i, &a, &b);
	}
	if (!of->is_json && of->differ == 0)
		buffer_print(&report,
			"\nLine by line both say the same of all %u lines that sent mail.\n",
			of->members);
	else if (!of->is_json)
		buffer_print(&report,
			"\nOf %u lines that sent mail they say something else of %u:\n",
			of->members, of->differ);
	buffer_text(&report, (struct text){buffer_string(&of->report), of->report.length});
	buffer_done(&of->report);
	of->report = report;
	if (of->scenario->sampling > 1 && of->differ > 0 && !of->is_json)
		buffer_print(&of->report,
			"The exporters look at one packet in %u, and each run "
			"at others.\n",
			of->scenario->sampling);
}

static void
print_head(struct wirerehearsal *of)
{
	struct sending_counts sent = sending_counts(of->sending);

	buffer_print(&of->report,
		"%s over the wire: %llu lines for %g days, seed %llu.\n"
		"%u exporters sent %llu datagrams with %llu records over UDP; the daemon read %llu "
		"and judged them in %.1f s.\n\n",
		of->name, (unsigned long long)of->scenario->lines, of->scenario->days,
		(unsigned long long)of->scenario->seed, sent.exporters,
		(unsigned long long)sent.datagrams, (unsigned long long)sent.records,
		(unsigned long long)of->figures.datagrams, of->seconds);
	buffer_print(&of->report, "%-44s%-37s%s\n", "", "    by the daemon's ledger",
		"  by the judge in this process");
	buffer_print(&of->report, "  %-34s %6s  %7s %9s %8s %8s  %7s %9s %8s %8s\n",
		"class (* zombies)", "lines", "suspect", "confirmed", "median", "95 %", "suspect",
		"confirmed", "median", "95 %");
}

static void
print_example(struct wirerehearsal *of)
{
	const struct verdict *example = tally_example(of->tally);
	char name[LINE_NAME];

	if (example == NULL)
		return;
	/* So that its name is known. */
	for (uint32_t i = 0; i < traffic_members(sending_traffic(of->sending)); i++) {
		struct tally_member member;

		if (tally_member(of->tally, i, &member) && member.highest == STATE_CONFIRMED)
			name_member(of, i, name);
	}
	if (lines_name(of->lines, example->line, name) < 0)
		snprintf(name, sizeof(name), "%016llx", (unsigned long long)example->line);
	buffer_print(&of->report, "\nWhy the daemon confirmed the first zombie:\n");
	explain_verdict(example, &of->scenario->parameters, name, &of->report);
}

/* Whether the scenario's expectations hold for the daemon; where it is about watched lines, for the judge here. How many
 * did not. */
static unsigned
check_expectations(struct wirerehearsal *of)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < of->scenario->expect_count; i++) {
		const struct expect *expect = &of->scenario->expect[i];
		bool is_told =
			(expect->kind != EXPECT_AT_LEAST && expect->kind != EXPECT_AT_MOST) ||
			expect->state >= STATE_SUSPECT;
		struct buffer found;
		bool held;

		buffer_init(&found, 256);
		held = rehearsal_expect_of(of->here,
			is_told ? of->tally : rehearsal_tally(of->here, 0), expect, &found);
		if (of->is_json) {
			buffer_print(&of->report,
				"{\"type\":\"expectation\",\"line\":%u,\"expected\":",
				expect->file_line);
			buffer_json(&of->report, text_of(expect->text));
			buffer_print(&of->report, ",\"found\":");
			buffer_json(&of->report, text_of(buffer_string(&found)));
			buffer_print(&of->report, ",\"held\":%s}\n", held ? "true" : "false");
		}
		if (!held) {
			fprintf(stderr, "%s:%u: expected %s; found %s\n", of->name,
				expect->file_line, expect->text, buffer_string(&found));
			failed++;
		}
		buffer_done(&found);
	}
	if (failed == 0 && of->scenario->expect_count > 0 && !of->is_json)
		buffer_print(&of->report, "\nAll %u expectations of the scenario held.\n",
			of->scenario->expect_count);
	return failed;
}

static void
print_json_wire(struct wirerehearsal *of)
{
	struct sending_counts sent = sending_counts(of->sending);
	const struct owndaemon_figures *f = &of->figures;

	buffer_print(&of->report,
		"{\"type\":\"wire\",\"lines\":%llu,\"days\":%.10g,\"seed\":%llu,\"exporters\":%u,"
		"\"datagrams\":%llu,\"records\":%llu,\"datagrams_read\":%llu,"
		"\"datagrams_dropped\":%llu,\"records_lost\":%llu,\"sightings_refused\":%llu,"
		"\"members\":%u,\"differ\":%u,\"false_confirmations\":%u,\"seconds\":%.2f}\n",
		(unsigned long long)of->scenario->lines, of->scenario->days,
		(unsigned long long)of->scenario->seed, sent.exporters,
		(unsigned long long)sent.datagrams, (unsigned long long)sent.records,
		(unsigned long long)f->datagrams, (unsigned long long)f->dropped,
		(unsigned long long)f->lost, (unsigned long long)f->refused, of->members,
		of->differ, tally_false(of->tally), of->seconds);
}

/* The exit code so far: what was lost on the way is told. */
static int
check_losses(const struct wirerehearsal *of)
{
	const struct owndaemon_figures *f = &of->figures;
	struct sending_counts sent = sending_counts(of->sending);

	if (f->datagrams == sent.datagrams && sent.failed == 0 && f->dropped == 0 && f->lost == 0 &&
		f->malformed == 0 && f->refused == 0)
		return EXIT_DONE;
	fprintf(stderr,
		"lazaret: not all came through: of %llu datagrams %llu were read (%llu could not "
		"be "
		"sent, %llu dropped by the kernel, %llu malformed), %llu records are lost, the "
		"judge "
		"missed %llu sightings\n",
		(unsigned long long)(sent.datagrams + sent.failed),
		(unsigned long long)f->datagrams, (unsigned long long)sent.failed,
		(unsigned long long)f->dropped, (unsigned long long)f->malformed,
		(unsigned long long)f->lost, (unsigned long long)f->refused);
	return EXIT_INPUT;
}

static int
report(struct wirerehearsal *of)
{
	int code = check_losses(of);
	unsigned failed;

	buffer_init(&of->report, REPORT_MOST);
	if (!of->is_json)
		print_head(of);
	for (unsigned i = 0; i < of->scenario->class_count; i++) {
		if (of->is_json)
			print_json_class(of, i);
		else
			print_class(of, i);
	}
	compare(of);
	if (of->is_json) {
		failed = check_expectations(of);
		print_json_wire(of);
	} else {
		buffer_print(&of->report, "False confirmations: the daemon %u, here %u.\n",
			tally_false(of->tally), tally_false(rehearsal_tally(of->here, 0)));
		print_example(of);
		buffer_print(&of->report,
			"\nWhat to do next:\n"
			"  script/run --live            take flow export of your own routers\n"
			"  lazaret scan FILE...         judge a recording of your own network\n"
			"  man lazaret-scenario         write a network like yours and rehearse "
			"it\n");
		failed = check_expectations(of);
	}
	fputs(buffer_string(&of->report), stdout);
	fflush(stdout);
	buffer_done(&of->report);
	return failed > 0 && code == EXIT_DONE ? EXIT_NOT_FOUND : code;
}

static void
done(struct wirerehearsal *of)
{
	owndaemon_free(of->daemon);
	tally_free(of->tally);
	lines_free(of->lines);
	rehearsal_free(of->here);
	sending_free(of->sending);
}

int
wirerehearsal_run(
	const struct scenario *scenario, const char *name, bool is_json, struct progress *progress)
{
	struct fail fail = {.where = ""};
	struct wirerehearsal of = {.scenario = scenario, .name = name, .is_json = is_json};
	int stop = interrupt_begin(), r;

	of.to.to = address_from_v4(0x7f000001);
	of.to.may_send = may_send;
	of.to.context = &of;
	of.settings = (struct owndaemon_settings){
		.identify = identify, .context = &of, .parameters = scenario->parameters};
	r = sending_new(&of.sending, scenario, &of.to, &fail);
	if (r == 0)
		r = send_all(&of, progress, stop, &fail);
	if (r == 0)
		r = read_ledger(&of, &fail);
	if (r == 0)
		r = rehearsal_new(&of.here, scenario, &scenario->parameters, 1, &fail);
	if (r == 0) {
		rehearsal_run(of.here, NULL, NULL);
		r = report(&of);
	}
	/* The folder is gone before the signals do again what they always do. */
	done(&of);
	interrupt_end();
	if (r == -EINTR) {
		fail = (struct fail){0};
		fail_what(&fail, "interrupted: the daemon was ended, and its folder removed");
	}
	if (r >= 0)
		return r;
	complaint_print(&fail);
	return EXIT_INPUT;
}
