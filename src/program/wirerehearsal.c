/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/wirerehearsal.h"

#include "ledger/reading.h"
#include "program/complaint.h"
#include "program/interrupt.h"
#include "program/ledgerfile.h"
#include "program/owndaemon.h"
#include "program/sending.h"
#include "program/verbs.h"
#include "program/wirereport.h"

#include <errno.h>
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
#define STILL_US (30 * INT64_C(1000000))

struct wirerehearsal {
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
	struct wirerehearsal of = {.is_gone = false};
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
		r = wirereport_print(&(struct wirereport){.scenario = scenario,
			.name = name,
			.is_json = is_json,
			.sending = of.sending,
			.figures = of.figures,
			.seconds = of.seconds,
			.lines = of.lines,
			.tally = of.tally,
			.here = of.here});
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
