/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/message.h"
#include "ledger/keyfile.h"
#include "ledger/reading.h"
#include "ledger/retention.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "service/casetable.h"
#include "service/keeperaccount.h"
#include "service/keeperanswer.h"
#include "service/keeperfollow.h"
#include "service/keeperinside.h"
#include "service/keeperorders.h"
#include "service/keeperrole.h"
#include "service/leasing.h"
#include "service/linkcheck.h"
#include "service/post.h"
#include "service/shutin.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDLE_MS 500
/* Beside judges: parent, desk, who wakes, actor, portal, notifier. */
#define PEERS 6
/* A ledger that could not be written is tried again after so long. */
#define RETRY_US     WALL_SECOND
#define LOOK_US      (10 * WALL_SECOND)
#define RETENTION_US WALL_HOUR
/* When it is to end: so long it writes what waits. */
#define REST_US (10 * WALL_SECOND)
/* For another program's lock: longer, and the process would seem to hang. */
#define WAIT_MS 2000
/* So long are judges waited for that end because the parent was killed. */
#define ORPHAN_US (25 * WALL_SECOND)

static int
open_ledger(struct ledger **ret, const char *path, enum store_mode mode, struct wall now,
	struct fail *fail)
{
	struct ledger_settings settings = LEDGER_DEFAULTS;

	settings.where = path;
	settings.mode = mode;
	settings.actor = TEXT(LEDGER_PROGRAM);
	settings.now = now;
	settings.wait_ms = WAIT_MS;
	return ledger_open(ret, &settings, fail);
}

/* One that is gone is no reason to judge nobody, but somebody must hear of it: at each start, as long as status
 * tells. */
static void
tell_renewed(struct ledger *ledger, const char *path, struct wall now)
{
	struct fail fail = {0};
	struct wall renewed;

	if (ledger_renewed(ledger, &renewed, &fail) < 0 || renewed.us == 0 ||
		now.us - renewed.us >= KEEPER_RENEWED_US)
		return;
	event(EVENT_LEDGER_RENEWED, "file=%s text=%s", path,
		"it was not there, but its key file was, so a new one was made: audit trail and "
		"never-list are gone; put the old one back, if there is a copy");
}

int
keeper_prepare(const struct keep_settings *settings, struct wall now, struct fail *fail)
{
	struct ledger *ledger = NULL;
	char key[sizeof(settings->ledger) + 8];
	int r = linkcheck(settings->ledger, fail);

	snprintf(key, sizeof(key), "%s.key", settings->ledger);
	if (r == 0)
		r = linkcheck(key, fail);
	if (r == 0)
		r = open_ledger(&ledger, settings->ledger, STORE_MAKE, now, fail);
	if (r == 0)
		tell_renewed(ledger, settings->ledger, now);
	ledger_close(ledger);
	return r;
}

void
keeperinside_fails(struct keeper *keeper, enum refusal what, const struct fail *fail)
{
	keeper->failures++;
	if (what == REFUSED_OPEN || what == REFUSED_VERDICT || what == REFUSED_PERSON)
		keeper->retry_us = clock_steady() + RETRY_US;
	duty_trouble(&keeper->duty, "the ledger cannot be written: %s%s%s%s", fail->what,
		*fail->hint ? " (" : "", fail->hint, *fail->hint ? ")" : "");
	keeper->tells = TALE_NONE;
	duty_count(&keeper->duty, COUNT_LEDGER_WORKS, 0);
	if ((keeper->refused & what) == 0)
		event(EVENT_LEDGER_FAILED, "file=%s text=%s", keeper->settings->keep.ledger,
			fail->what);
	keeper->refused |= what;
}

void
keeperinside_works(struct keeper *keeper, enum refusal what)
{
	unsigned refused = keeper->refused & ~(unsigned)what;
	bool is_over = keeper->refused != 0 && refused == 0;

	keeper->refused = refused;
	if (refused == 0)
		duty_count(&keeper->duty, COUNT_LEDGER_WORKS, 1);
	if (!is_over)
		return;
	duty_trouble(&keeper->duty, "%s", "");
	event(EVENT_LEDGER_WORKS, "file=%s", keeper->settings->keep.ledger);
}

/* Who looks at the audit trail sees in its first row that it is new. */
void
keeperinside_seen(struct keeper *keeper)
{
	struct fail fail = {0};

	if (keeper->renewed.us == 0)
		return;
	if (ledger_renewal_seen(keeper->ledger, &fail) < 0)
		keeperinside_fails(keeper, REFUSED_QUESTION, &fail);
	else
		keeper->renewed = (struct wall){0};
}

/* The text of the parameters that judge now: verdicts name its version. */
static int
keep_parameters(struct keeper *keeper, struct fail *fail)
{
	const struct parameters *parameters = &keeper->settings->judging.parameters;
	struct buffer text;
	int r;

	buffer_init(&text, PARAMETERS_TEXT);
	parameters_format(parameters, &text);
	r = ledger_parameters(keeper->ledger, parameters_version(parameters),
		(struct text){.at = text.at, .length = text.length}, fail);
	buffer_done(&text);
	return r;
}

static void
close_ledger(struct keeper *keeper)
{
	struct ledger_counts counts;

	if (keeper->ledger == NULL)
		return;
	counts = ledger_counts(keeper->ledger);
	keeper->before.kept += counts.kept;
	keeper->before.repeated += counts.repeated;
	keeper->before.below += counts.below;
	keeper->before.opened += counts.opened;
	keeper->before.closed += counts.closed;
	keeper->ledger = ledger_close(keeper->ledger);
	keeper->looked_us = 0;
}

/* What was not committed comes again from the rings. */
void
keeperinside_give_up(struct keeper *keeper, const struct fail *fail)
{
	keeperinside_fails(keeper, REFUSED_OPEN, fail);
	close_ledger(keeper);
	keeper->is_stuck = false;
	keeper->batched = 0;
	for (uint32_t j = 0; j < keeper->settings->estate.judges; j++)
		estate_verdicts_taking(keeper->estate, j, &keeper->from[j]);
}

/* Somebody removed the file, or put another in its place: what would be written now, nobody would ever find. */
static void
check_file(struct keeper *keeper)
{
	const char *path = keeper->settings->keep.ledger;
	struct fail fail = {0};
	struct stat now;

	if (keeper->ledger == NULL)
		return;
	if (stat(path, &now) == 0 && now.st_ino == keeper->file.st_ino &&
		now.st_dev == keeper->file.st_dev)
		return;
	fail_what(&fail, "its file was removed or replaced while it was in use");
	keeperinside_give_up(keeper, &fail);
}

/* The ledger, if it can be had. */
int
keeperinside_show_orders(struct keeper *keeper, struct fail *fail)
{
	if (keeper->estate->orders == NULL)
		return 0;
	return keeper_show_orders(keeper->ledger, keeper->estate->orders, fail);
}

static struct planning_line
line_of(void *context, const struct ledger_case *of, struct wall now)
{
	const struct keeper *keeper = context;
	const struct keeperrole roles = {
		.lines = keeper->settings->lines,
		.keys = &keeper->keys,
		.leases = keeper->leased.has_leases ? &keeper->leased.leases : NULL,
	};

	return keeperrole_of(&roles, of, now);
}

bool
keeperinside_has_ledger(struct keeper *keeper)
{
	const char *path = keeper->settings->keep.ledger;
	struct fail fail = {0};

	check_file(keeper);
	if (keeper->ledger != NULL)
		return true;
	if (clock_steady() < keeper->retry_us)
		return false;
	if (open_ledger(&keeper->ledger, path, STORE_WRITE, keeper->duty.clock.now, &fail) == 0 &&
		keep_parameters(keeper, &fail) == 0 && stat(path, &keeper->file) == 0 &&
		ledger_renewed(keeper->ledger, &keeper->renewed, &fail) == 0 &&
		keeperinside_show_orders(keeper, &fail) >= 0 &&
		/* After the orders: what a case would stop may have been released. */
		keeperfollow_cases(keeper->ledger, keeper->estate->cases, &keeper->cases_displaced,
			&fail) >= 0 &&
		keeperfollow_opened(&keeper->follow, keeper->ledger,
			&keeper->settings->keep.planning, &fail) >= 0) {
		ledger_set_lines(keeper->ledger, line_of, keeper);
		keeperorders_begin(&keeper->orders,
			keeper->estate->measures != NULL ? &keeper->acts : NULL,
			keeper->estate->cases, &keeper->follow.waits, &keeper->keys,
			keeper->settings->lines, ledger_sequence(keeper->ledger));
		keeperinside_works(keeper, REFUSED_ALL);
		return true;
	}
	close_ledger(keeper);
	keeperinside_fails(keeper, REFUSED_OPEN, &fail);
	return false;
}

/* Hands one verdict to the ledger; what fails is to be handed in again. One that cannot be one was damaged on its
 * way: it is told and left out. */
static int
hand_in(struct keeper *keeper, const struct verdict *verdict, struct fail *fail)
{
	char name[KEEPERNAME];
	int r;

	keepername_find(&keeper->names, &keeper->keys.pseudonym, verdict->line, name);
	r = ledger_transition(keeper->ledger, verdict, text_of(name), fail);
	if (r == -EINVAL || r == -ENOKEY) {
		event(EVENT_LEDGER_FAILED, "line=%016llx text=%s",
			(unsigned long long)verdict->line, fail->what);
		return 0;
	}
	if (r < 0)
		return r;
	if (*name == '\0' && verdict->to >= STATE_SUSPECT && verdict->from != verdict->to)
		keeper->nameless++;
	keeper->batch[keeper->batched++] = *verdict;
	return 0;
}

/* One line of the log for each transition that is in a case. */
static void
tell_transition(struct keeper *keeper, const struct verdict *verdict)
{
	enum event what = verdict->to == STATE_CLEAR ? EVENT_CASE_CLOSED
		: verdict->from < STATE_SUSPECT      ? EVENT_CASE_OPENED
						     : EVENT_CASE_CHANGED;
	struct ledger_case of;
	struct fail fail;

	if (verdict->from == verdict->to ||
		(verdict->to < STATE_SUSPECT && verdict->from < STATE_SUSPECT))
		return;
	if (ledger_find_line(keeper->ledger, verdict->line, &of, &fail) < 0)
		return;
	if (keeper->estate->cases != NULL)
		keeper->cases_displaced += casetable_put(
			keeper->estate->cases, verdict->line, (enum state)of.state, of.number);
	event(what, "case=%llu line=%016llx from=%s to=%s score=%.1f",
		(unsigned long long)of.number, (unsigned long long)verdict->line,
		state_names[verdict->from], state_names[verdict->to], (double)verdict->score);
}

/* What was committed, once the actor knows of it: a packet does not wait for a line of the log. */
static void
tell_transitions(struct keeper *keeper)
{
	if (keeper->is_stuck)
		return;
	for (size_t i = 0; i < keeper->batched; i++)
		tell_transition(keeper, &keeper->batch[i]);
	keeper->batched = 0;
}

/* Makes what was handed in durable; only then are the rings' places free. */
static bool
commit(struct keeper *keeper)
{
	struct fail fail = {0};

	if (ledger_commit(keeper->ledger, &fail) < 0) {
		keeper->is_stuck = true;
		keeperinside_fails(keeper, REFUSED_VERDICT, &fail);
		return false;
	}
	keeper->is_stuck = false;
	keeper->commits++;
	keeperinside_works(keeper, REFUSED_VERDICT);
	for (uint32_t j = 0; j < keeper->settings->estate.judges; j++)
		ring_taken(&keeper->from[j]);
	return true;
}

/* Takes what fits of a ring; false if the ledger refused. */
static bool
take_ring(struct keeper *keeper, uint32_t judge)
{
	struct verdict verdict[KEEPER_BATCH];
	struct fail fail = {0};
	int64_t n = ring_take(&keeper->from[judge], verdict, KEEPER_BATCH - keeper->batched);

	if (n < 0) {
		event(EVENT_LEDGER_FAILED,
			"judge=%u text=\"its ring is damaged and was begun anew\" skipped=%llu",
			judge, (unsigned long long)ring_skip(&keeper->from[judge]));
		return true;
	}
	for (int64_t i = 0; i < n; i++) {
		if (hand_in(keeper, &verdict[i], &fail) < 0) {
			keeperinside_fails(keeper, REFUSED_VERDICT, &fail);
			keeper->is_stuck = true;
			ring_give_back(&keeper->from[judge], (size_t)(n - i));
			return false;
		}
	}
	/* Those that were left out are not waited for. */
	if (keeper->batched == 0 && n > 0)
		ring_taken(&keeper->from[judge]);
	return true;
}

/* True if anything was written. Each batch begins with another judge's ring: one that has much to say holds up no
 * other. */
static bool
take(struct keeper *keeper)
{
	uint32_t judges = keeper->settings->estate.judges;

	if (!keeperinside_has_ledger(keeper) ||
		(keeper->is_stuck && clock_steady() < keeper->retry_us))
		return false;
	ledger_set_time(keeper->ledger, keeper->duty.clock.now);
	if (!keeper->is_stuck) {
		for (uint32_t i = 0; i < judges; i++) {
			if (keeper->batched < KEEPER_BATCH &&
				!take_ring(keeper, (keeper->first + i) % judges))
				return false;
		}
		keeper->first = (keeper->first + 1) % judges;
	}
	return (keeper->batched > 0 || keeper->is_stuck) && commit(keeper);
}

/* What is old is so by the system's clock, where the daemon's own is still ahead of it. */
static int
retain_step(struct keeper *keeper, struct fail *fail)
{
	const struct clock *clock = &keeper->duty.clock;
	int r;

	ledger_set_time(
		keeper->ledger, clock->system.us < clock->now.us ? clock->system : clock->now);
	r = retention_step(&keeper->retention, keeper->ledger, fail);
	ledger_set_time(keeper->ledger, clock->now);
	if (r >= 0 && keeper->retention.waits && !keeper->keeps_all)
		event(EVENT_RETENTION, "text=%s",
			"the clock is more than a day ahead of what was written last, so nothing "
			"is deleted for a day: a clock that is wrong must not cost cases");
	keeper->keeps_all = keeper->retention.waits;
	return r;
}

/* One batch of what is due, so that verdicts never wait for all of it. True if there is more. */
static bool
retain(struct keeper *keeper)
{
	const struct keep_settings *settings = &keeper->settings->keep;
	struct retention *retention = &keeper->retention;
	struct fail fail = {0};
	int r;

	if (clock_steady() < keeper->retention_us || keeper->ledger == NULL || keeper->is_stuck)
		return false;
	if (!keeper->is_retaining)
		*retention = (struct retention){
			.silent_days = settings->close_silent_days, .days = settings->forget_days};
	keeper->is_retaining = true;
	keeper->looked_us = 0;
	r = retain_step(keeper, &fail);
	if (r < 0) {
		keeperinside_fails(keeper, REFUSED_RETENTION, &fail);
		keeper->retention_us = clock_steady() + RETRY_US;
		return false;
	}
	keeperinside_works(keeper, REFUSED_RETENTION);
	if (r > 0)
		return true;
	keeper->is_retaining = false;
	keeper->retention_us = clock_steady() + RETENTION_US;
	if (retention->closed + retention->removed > 0)
		event(EVENT_RETENTION, "closed=%d removed=%d", retention->closed,
			retention->removed);
	return false;
}

/* Measures that are due, and decisions that are to be told. True if there is more. */
static bool
review(struct keeper *keeper)
{
	struct fail fail = {0};
	int r, e = 0;

	if (keeper->ledger == NULL || keeper->is_stuck)
		return false;
	r = keeperfollow_review(&keeper->follow, keeper->ledger, clock_steady(), &fail);
	if (r >= 0)
		e = keeperfollow_tell(&keeper->follow, keeper->ledger, &fail);
	r = e < 0 ? e : r;
	if (r < 0)
		keeperinside_fails(keeper, REFUSED_REVIEW, &fail);
	else if ((keeper->refused & REFUSED_REVIEW) != 0)
		keeperinside_works(keeper, REFUSED_REVIEW);
	return r > 0;
}

/* Persons ask seldom: whether the ledger takes what they order again is tried without them. */
static void
try_writing(struct keeper *keeper)
{
	struct fail fail = {0};

	if ((keeper->refused & REFUSED_PERSON) == 0 || keeper->ledger == NULL || keeper->is_stuck ||
		clock_steady() < keeper->retry_us)
		return;
	if (keep_parameters(keeper, &fail) < 0)
		keeperinside_fails(keeper, REFUSED_PERSON, &fail);
	else
		keeperinside_works(keeper, REFUSED_PERSON);
}

/* After whatever was written. What cannot be told now is told the next time. */
static void
tell_actor(struct keeper *keeper)
{
	struct fail fail = {0};

	if (keeper->ledger == NULL || keeper->is_stuck)
		return;
	if (keeperorders_tell(&keeper->orders, keeper->ledger, &fail) < 0)
		keeperinside_fails(keeper, REFUSED_ORDERS, &fail);
	else if ((keeper->refused & REFUSED_ORDERS) != 0)
		keeperinside_works(keeper, REFUSED_ORDERS);
}

/* All cases are counted now and then only; between, what the ledger did tells how many are open. */
static void
show_open(struct keeper *keeper, const struct ledger_counts *counts)
{
	struct fail fail;
	uint64_t open, all;
	int64_t now;

	if (clock_steady() >= keeper->looked_us) {
		keeper->looked_us = clock_steady() + LOOK_US;
		if (ledger_count_cases(keeper->ledger, &all, &open, &fail) == 0) {
			keeper->open = open;
			keeper->counted = *counts;
			keeperinside_works(keeper, REFUSED_QUESTION);
		}
	}
	now = (int64_t)(keeper->open + counts->opened - keeper->counted.opened) -
		(int64_t)(counts->closed - keeper->counted.closed);
	duty_count(&keeper->duty, COUNT_OPEN_CASES, now > 0 ? (uint64_t)now : 0);
}

static void
show_care(struct keeper *keeper)
{
	const struct keepercare_counts *counts = &keeper->care.counts;
	struct duty *duty = &keeper->duty;

	duty_count(duty, COUNT_PORTAL_ASKED, counts->asked);
	duty_count(duty, COUNT_PORTAL_MALFORMED, counts->malformed);
	duty_count(duty, COUNT_PORTAL_LATER, counts->later);
	duty_count(duty, COUNT_PORTAL_PINS, counts->pins);
	duty_count(duty, COUNT_PORTAL_TICKS, counts->ticks);
	duty_count(duty, COUNT_PORTAL_RELEASES, counts->releases);
	duty_count(duty, COUNT_PORTAL_RELEASES_REFUSED, counts->refused);
	duty_count(duty, COUNT_PORTAL_OBJECTIONS, counts->wrong);
}

static void
show_notices(struct keeper *keeper)
{
	const struct keepernotice_counts *counts = &keeper->notices.counts;
	struct duty *duty = &keeper->duty;

	duty_count(duty, COUNT_NOTICES_HANDED, counts->handed);
	duty_count(duty, COUNT_NOTICES_KEPT, counts->kept);
	duty_count(duty, COUNT_NOTICES_REFUSED, counts->refused);
	duty_count(duty, COUNT_NOTICES_DROPPED, counts->dropped);
}

static void
show(struct keeper *keeper)
{
	const struct ledger_counts *before = &keeper->before;
	const struct planning_waits *waits = &keeper->follow.waits;
	struct duty *duty = &keeper->duty;
	struct ledger_counts counts = {0};

	if (keeper->ledger != NULL)
		counts = ledger_counts(keeper->ledger);
	duty_count(duty, COUNT_TRANSITIONS, before->kept + counts.kept);
	duty_count(duty, COUNT_REPEATED, before->repeated + counts.repeated);
	duty_count(duty, COUNT_BELOW, before->below + counts.below);
	duty_count(duty, COUNT_OPENED, before->opened + counts.opened);
	duty_count(duty, COUNT_CLOSED, before->closed + counts.closed);
	duty_count(duty, COUNT_COMMITS, keeper->commits);
	duty_count(duty, COUNT_COMMIT_FAILURES, keeper->failures);
	duty_count(duty, COUNT_NAMELESS, keeper->nameless);
	duty_count(duty, COUNT_CASES_DISPLACED, keeper->cases_displaced + keeper->orders.displaced);
	duty_count(duty, COUNT_DECISIONS, keeper->follow.told);
	duty_count(duty, COUNT_DECISIONS_WAITING, keeper->follow.waiting);
	duty_count(duty, COUNT_BEYOND, keeper->follow.beyond);
	duty_count(duty, COUNT_UNHELD, keeper->follow.unheld);
	duty_count(duty, COUNT_PROPOSED, waits->proposed > 0 ? (uint64_t)waits->proposed : 0);
	duty_count(duty, COUNT_BRAKED, waits->braked > 0 ? (uint64_t)waits->braked : 0);
	duty_count(duty, COUNT_OBJECTED, keeper->follow.objected);
	duty_count(duty, COUNT_EXEMPT_GONE, keeper->follow.exempt_gone);
	show_care(keeper);
	show_notices(keeper);
	keepertale_show(keeper);
	if (keeper->ledger != NULL)
		show_open(keeper, &counts);
}

/* Until the actor knows all that holds those go free who should be held: what may wait waits for that. */
static bool
gives_way(const struct keeper *keeper)
{
	return clock_steady() < keeper->way_us;
}

/* When judges' questions wait they must not wake us all the time. */
static void
poll_judges(const struct keeper *keeper, struct pollfd *polled)
{
	bool hears = keeper->ledger != NULL && !gives_way(keeper);

	for (uint32_t j = 0; j < keeper->settings->estate.judges; j++)
		polled[j] = (struct pollfd){.fd = hears && !keeper->is_judge_gone[j]
				? keeper->estate->judge_keeper[j].end[1]
				: -1,
			.events = POLLIN};
}

static void
hear(struct keeper *keeper, const struct pollfd polled[PEERS])
{
	if (polled[0].revents != 0)
		duty_hear(&keeper->duty);
	if (polled[1].revents != 0)
		keeperpeers_hear_desk(keeper);
	if (polled[3].revents != 0 && keeper->ledger != NULL)
		keeperpeers_hear_actor(keeper);
	if (polled[4].revents != 0)
		keeperpeers_hear_portal(keeper);
	if (polled[5].revents != 0)
		keeperpeers_hear_notifier(keeper);
	if (!gives_way(keeper))
		keeperpeers_hear_judges(keeper);
}

/* Hears who speaks; sleeps if nothing was written just now, and nothing else is to be done. */
static void
rest(struct keeper *keeper, bool wrote)
{
	struct pollfd polled[PEERS + ESTATE_JUDGES] = {
		{.fd = keeper->duty.parent, .events = POLLIN},
		{.fd = keeper->estate->desk_keeper.end[1], .events = POLLIN},
		{.fd = keeper->estate->keeper_wake, .events = POLLIN},
		{.fd = keeper->ledger != NULL && keeper->estate->measures != NULL
				? keeper->estate->actor_keeper.end[1]
				: -1,
			.events = POLLIN},
		{.fd = keeper->estate->settings.portals > 0 && !gives_way(keeper)
				? keeper->estate->portal_keeper.end[1]
				: -1,
			.events = POLLIN},
		{.fd = keeper->estate->settings.notifiers > 0 && !gives_way(keeper)
				? keeper->estate->notifier_keeper.end[1]
				: -1,
			.events = POLLIN},
	};
	uint32_t judges = keeper->settings->estate.judges;
	bool empty = true, waits = keeper->is_stuck || keeper->ledger == NULL;
	eventfd_t count;

	poll_judges(keeper, polled + PEERS);
	for (uint32_t j = 0; j < judges && !waits && !wrote; j++)
		empty = ring_sleep(&keeper->from[j]) && empty;
	if (keeper->duty.is_orphan)
		polled[0].fd = polled[1].fd = polled[3].fd = polled[4].fd = polled[5].fd = -1;
	(void)poll(polled, PEERS + judges, !wrote && (empty || waits) ? IDLE_MS : 0);
	for (uint32_t j = 0; j < judges; j++)
		ring_awake(&keeper->from[j]);
	(void)eventfd_read(keeper->estate->keeper_wake, &count);
	hear(keeper, polled);
}

static void
begin(struct keeper *keeper)
{
	const struct estate_settings *settings = &keeper->settings->estate;

	keeper->keys = duty_keys(keeper->settings->keep.ledger);
	keeperfollow_begin(&keeper->follow, keeper->estate);
	keepercare_begin(&keeper->care);
	lines_set_key(keeper->settings->lines, &keeper->keys.pseudonym);
	for (uint32_t j = 0; j < settings->judges; j++)
		estate_verdicts_taking(keeper->estate, j, &keeper->from[j]);
	if (keeper->estate->measures != NULL)
		estate_measures_putting(keeper->estate, &keeper->acts);
	/* It looks through the whole ledger: after the actor's first question. */
	if (keeper->estate->measures != NULL)
		keeper->retention_us = clock_steady() + KEEPER_WAY_US;
	keepername_open(&keeper->names, keeper->estate);
	leasing_attach(&keeper->leased, keeper->settings, keeper->estate);
	(void)keeperinside_has_ledger(keeper);
}

/* When the parent was killed nobody tells who ends first: the judges' last verdicts are waited for. */
static bool
waits_for_judges(const struct keeper *keeper)
{
	if (!keeper->duty.is_orphan || clock_steady() > keeper->orphan_us + ORPHAN_US)
		return false;
	for (uint32_t j = 0; j < keeper->settings->estate.judges; j++) {
		if (!keeper->is_judge_gone[j])
			return true;
	}
	return false;
}

static bool
has_taken(const struct keeper *keeper, const uint64_t last[ESTATE_JUDGES])
{
	for (uint32_t j = 0; j < keeper->settings->estate.judges; j++) {
		if (!ring_is_at(&keeper->from[j], last[j]))
			return false;
	}
	return true;
}

/* What judges had put in when it was told to end is written, too, unless the ledger fails: then it waits in the rings
 * for the one that takes its place, as what comes later does. */
static void
take_rest(struct keeper *keeper)
{
	int64_t end = clock_steady() + REST_US;
	uint64_t last[ESTATE_JUDGES];

	for (uint32_t j = 0; j < keeper->settings->estate.judges; j++)
		last[j] = ring_put_place(&keeper->from[j]);
	do {
		duty_beat(&keeper->duty);
		(void)take(keeper);
		tell_transitions(keeper);
	} while (!has_taken(keeper, last) && keeper->ledger != NULL && !keeper->is_stuck &&
		clock_steady() < end);
}

_Noreturn void
keeper_run(const struct daemon_settings *settings, struct estate *estate)
{
	struct keeper *keeper = xcalloc(1, sizeof(*keeper));
	struct post post = {.owner = OWNER_KEEPER};
	bool wrote;

	estate_enter(estate, &post, NULL, 0);
	keeper->settings = settings;
	keeper->estate = estate;
	duty_begin(&keeper->duty, estate, &post);
	shutin_enter(&keeper->duty, &post, settings);
	begin(keeper);
	show(keeper);
	duty_ready(&keeper->duty);
	while (!keeper->duty.is_over || waits_for_judges(keeper)) {
		duty_beat(&keeper->duty);
		if (!keeper->duty.is_orphan)
			keeper->orphan_us = clock_steady();
		wrote = take(keeper);
		tell_actor(keeper);
		tell_transitions(keeper);
		try_writing(keeper);
		if (!gives_way(keeper)) {
			wrote = retain(keeper) || wrote;
			wrote = review(keeper) || wrote;
			tell_actor(keeper);
		}
		rest(keeper, wrote);
		show(keeper);
	}
	take_rest(keeper);
	show(keeper);
	keyfile_forget(&keeper->keys);
	ledger_close(keeper->ledger);
	_exit(0);
}
