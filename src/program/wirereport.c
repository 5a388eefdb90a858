/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/wirereport.h"

#include "program/verbs.h"
#include "rehearse/report.h"

#include <stdio.h>

#define REPORT_MOST  (1 << 22)
#define DIFFERS_MOST 20

static void
print_columns(struct wirereport *of, const struct tally_class *t, bool is_zombie)
{
	char median[REPORT_SPAN], most[REPORT_SPAN];

	buffer_print(
		&of->report, "  %7u %9u", t->by_state[STATE_SUSPECT], t->by_state[STATE_CONFIRMED]);
	if (t->by_state[STATE_CONFIRMED] > 0 && is_zombie)
		buffer_print(&of->report, " %8s %8s", report_span(t->median.seconds, median),
			report_span(t->most.seconds, most));
	else
		buffer_print(&of->report, " %8s %8s", "", "");
}

static void
print_class(struct wirereport *of, unsigned i)
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
print_json_columns(struct wirereport *of, const char *whose, const struct tally_class *t)
{
	buffer_print(&of->report, ",\"%s\":{\"suspect\":%u,\"confirmed\":%u,\"released\":%u", whose,
		t->by_state[STATE_SUSPECT], t->by_state[STATE_CONFIRMED], t->released);
	report_number("seconds_median", t->median.seconds, &of->report);
	report_number("seconds_95", t->most.seconds, &of->report);
	buffer_print(&of->report, "}");
}

static void
print_json_class(struct wirereport *of, unsigned i)
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
name_member(const struct wirereport *of, uint32_t member, char into[LINE_NAME])
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
print_difference(struct wirereport *of, uint32_t member, const struct tally_member *daemon,
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
compare(struct wirereport *of)
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
print_head(struct wirereport *of)
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
print_example(struct wirereport *of)
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
	buffer_print(&of->report, "\nWhy the daemon confirmed the first zombie:\n");
	report_verdict(example, of->lines, &of->scenario->parameters, &of->report);
}

/* Whether the scenario's expectations hold for the daemon; where it is about watched lines, for the judge here. How
 * many did not. */
static unsigned
check_expectations(struct wirereport *of)
{
	struct buffer broken;
	unsigned failed = 0;

	buffer_init(&broken, REPORT_MOST);
	for (unsigned i = 0; i < of->scenario->expect_count; i++) {
		const struct expect *expect = &of->scenario->expect[i];
		bool is_told =
			(expect->kind != EXPECT_AT_LEAST && expect->kind != EXPECT_AT_MOST) ||
			expect->state >= STATE_SUSPECT;

		failed += !report_expectation(of->here,
			is_told ? of->tally : rehearsal_tally(of->here, 0), expect, of->name,
			of->is_json ? &of->report : NULL, &broken);
	}
	fputs(buffer_string(&broken), stderr);
	buffer_done(&broken);
	if (failed == 0 && of->scenario->expect_count > 0 && !of->is_json)
		buffer_print(&of->report, "\nAll %u expectations of the scenario held.\n",
			of->scenario->expect_count);
	return failed;
}

static void
print_json_wire(struct wirereport *of)
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
check_losses(const struct wirereport *of)
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

int
wirereport_print(struct wirereport *of)
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
