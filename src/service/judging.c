/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/judging.h"

#include "control/message.h"
#include "identity/sighting.h"
#include "judge/judge.h"
#include "ledger/deciding.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "service/judgeanswer.h"
#include "service/post.h"
#include "service/shutin.h"
#include "service/snapshot.h"
#include "service/statefolder.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TAKE 256
/* Decisions at once. */
#define DECISIONS 64
/* The next page of open cases is waited for so long at the begin; asked again, as the keeper may have died with the
 * question. */
#define RESUME_US (10 * WALL_SECOND)
#define ASK_US    (2 * WALL_SECOND)
/* While the keeper does not take what waits. */
#define RETRY_NS 20000000L
/* While sightings come: a portion costs as much to be woken for as one. The receiver's pause, this one and the keeper's
 * writing are what passes between a datagram and its case. Shorter where more than this share of a ring came, which
 * might fill in the meantime. */
#define PAUSE_NS    50000000L
#define PAUSE_SHARE 8
/* Portions before a look at channels and time. */
#define PORTIONS 64
/* At most so long without a look at channels and time. */
#define IDLE_NS 500000000L
/* So often may a judge die on what it reads before it begins behind it, and before it begins with nothing. */
#define TRIES_REPLAY   2
#define TRIES_SNAPSHOT 4
/* A snapshot of a later time than this from now was made by a wrong clock. */
#define AHEAD_US WALL_DAY
/* When it is to end: so long it judges what waits, and so long it waits for the keeper and for the disk. Together they
 * are less than the parent waits. */
#define REST_US   (10 * WALL_SECOND)
#define FINISH_US (10 * WALL_SECOND)
#define NAP_NS    2000000L
/* Parent, keeper, desk, and those who put something into a ring. */
#define OTHERS 4

/* Counters of the state, which the snapshot hands on. */
#define OF_STATE 4
static const enum counter of_state[OF_STATE] = {
	COUNT_LINES_EVICTED, COUNT_SERVERS_REFUSED, COUNT_STRANGE, COUNT_FROZEN};

struct judging {
	const struct daemon_settings *settings;
	struct estate *estate;
	uint32_t number;
	struct duty duty;
	struct judge *judge;
	struct ring from[ESTATE_PUTTERS];
	struct ring to;
	struct ring decisions;
	uint64_t heard; /* the ledger's step up to which decisions are known */
	uint64_t decided;
	bool has_heard; /* since the last snapshot */
	/* Let go after the snapshot was made: what is taken again comes from before. When all is taken that was in the
	 * rings at the begin they are put on probation; until then no verdict on them counts. Sorted by line. */
	struct resumed *later;
	size_t later_count;
	uint64_t later_place[ESTATE_PUTTERS];
	int keeper; /* channels */
	int desk;
	struct snapshot snapshot;
	int64_t snapshot_us;
	uint64_t taken;
	uint64_t taken_at_snapshot;
	uint64_t waited;
	uint64_t steps;          /* from a state to another one */
	uint64_t base[OF_STATE]; /* what was shown of them and is not in its state */
	uint64_t resumed;        /* open cases that the ledger told of */
	bool asks;               /* for them */
	uint64_t asked_after;    /* in the last question */
	int64_t told_us;         /* when a page of them came */
	struct verdict *pending; /* that the ring did not take yet */
	size_t pending_count;
	size_t pending_room;
	size_t pending_first;
	struct sighting sighting[TAKE];
	union {
		struct question question;
		struct open_page page;
		uint8_t bytes[CHANNEL_BODY];
	} message;
	struct answer answer;
};

static int
compare_lines(const void *a, const void *b)
{
	uint64_t x = ((const struct resumed *)a)->line.pseudonym;
	uint64_t y = ((const struct resumed *)b)->line.pseudonym;

	return (x > y) - (x < y);
}

static bool
is_later(const struct judging *judging, uint64_t line)
{
	struct resumed key = {.line.pseudonym = line};

	return judging->later_count > 0 &&
		bsearch(&key, judging->later, judging->later_count, sizeof(key), compare_lines) !=
		NULL;
}

static void
on_verdict(void *context, const struct verdict *verdict)
{
	struct judging *judging = context;

	if (is_later(judging, verdict->line))
		return;
	if (judging->pending_count == judging->pending_room) {
		judging->pending_room = judging->pending_room ? 2 * judging->pending_room : 256;
		judging->pending = xrealloc(
			judging->pending, judging->pending_room * sizeof(*judging->pending));
	}
	judging->pending[judging->pending_count++] = *verdict;
	judging->steps += verdict->from != verdict->to;
}

/* True when all is in the ring. */
static bool
hand_on(struct judging *judging)
{
	size_t left = judging->pending_count - judging->pending_first, room;

	if (left == 0)
		return true;
	room = ring_room(&judging->to);
	if (room < left)
		left = room;
	left = ring_put(&judging->to, judging->pending + judging->pending_first, left);
	judging->pending_first += left;
	if (judging->pending_first < judging->pending_count) {
		judging->waited++;
		return false;
	}
	judging->pending_first = judging->pending_count = 0;
	return true;
}

/* What it may not say becomes strange: the judge counts it and leaves it out. */
static void
refuse_foreign(struct judging *judging, uint32_t putter, int64_t count)
{
	const struct estate_settings *sizes = &judging->settings->estate;

	for (int64_t i = 0; i < count; i++) {
		if (!estate_may_say(sizes, putter, &judging->sighting[i]))
			judging->sighting[i].kind = SIGHTING_COUNT;
	}
}

/* One portion of each ring. False if all were empty, or the keeper must catch up first. */
static bool
take(struct judging *judging)
{
	bool came = false;

	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++) {
		struct ring *ring = &judging->from[i];
		int64_t n;

		if (!hand_on(judging))
			return false;
		n = ring_take(ring, judging->sighting, TAKE);
		if (n < 0) {
			event(EVENT_SIGHTINGS_LOST,
				"ring=%u text=\"its ring is damaged and was begun anew\" "
				"skipped=%llu",
				i, (unsigned long long)ring_skip(ring));
			continue;
		}
		if (n == 0)
			continue;
		came = true;
		refuse_foreign(judging, i, n);
		judge_take(judging->judge, judging->sighting, (size_t)n);
		judging->taken += (uint64_t)n;
		ring_taken(ring);
	}
	(void)hand_on(judging);
	return came;
}

/* What people and dates decided: it is in the ledger, and counts before what is judged next. */
static void
take_decisions(struct judging *judging)
{
	struct case_decision decision[DECISIONS];
	int64_t n = 0;

	while (judging->later_count == 0 &&
		(n = ring_take(&judging->decisions, decision, DECISIONS)) > 0) {
		for (int64_t i = 0; i < n; i++) {
			struct line line = {
				.pseudonym = decision[i].line, .role = decision[i].role};

			if (decision[i].step <= judging->heard)
				continue;
			judging->heard = decision[i].step;
			if (judge_put(judging->judge, &line, (enum state)decision[i].state) == 0)
				judging->decided++;
		}
		judging->has_heard = true;
		ring_taken(&judging->decisions);
	}
	if (n < 0)
		event(EVENT_SIGHTINGS_LOST,
			"ring=%u text=\"the ring of decisions is damaged and was begun anew\" "
			"skipped=%llu",
			judging->number, (unsigned long long)ring_skip(&judging->decisions));
}

static void
show_rings(struct judging *judging)
{
	struct status_rings *mine = &judging->estate->rings[judging->number];
	struct status_rings *keepers = mine + ESTATE_JUDGES;
	uint64_t waiting = 0, put, refused, one;

	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++) {
		ring_counts(&judging->from[i], &put, &refused, &one);
		waiting += one;
	}
	status_set(&mine->waiting, waiting);
	status_set(&mine->room,
		estate_putters(&judging->settings->estate) *
			judging->settings->estate.sightings_most);
	ring_counts(&judging->to, &put, &refused, &one);
	status_set(&keepers->waiting, one + judging->pending_count);
	status_set(&keepers->room, judging->settings->estate.verdicts_most);
}

/* In the order of of_state. */
static void
count_state(const struct judge *judge, uint64_t ret[OF_STATE])
{
	struct judge_counts counts = judge_counts(judge);

	ret[0] = counts.evicted;
	ret[1] = judge_servers_refused(judge);
	ret[2] = counts.strange;
	ret[3] = counts.frozen;
}

static void
show(struct judging *judging)
{
	struct judge_counts counts = judge_counts(judging->judge);
	struct duty *duty = &judging->duty;
	uint64_t own[OF_STATE], lost = 0;

	count_state(judging->judge, own);
	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++)
		lost += judging->from[i].lost;
	show_rings(judging);
	duty_refused(duty, statefile_refused(&judging->snapshot.file));
	duty_count(duty, COUNT_TAKEN, judging->taken);
	duty_count(duty, COUNT_TAKEN_LOST, lost);
	duty_count(duty, COUNT_LINES, counts.lines);
	for (size_t i = 0; i < OF_STATE; i++)
		duty_show(duty, of_state[i], judging->base[i] + own[i]);
	duty_count(duty, COUNT_WATCH, counts.by_highest[STATE_WATCH]);
	duty_count(duty, COUNT_SUSPECT, counts.by_highest[STATE_SUSPECT]);
	duty_count(duty, COUNT_CONFIRMED, counts.by_highest[STATE_CONFIRMED]);
	duty_count(duty, COUNT_BEFORE_RELEASE, judge_before_release(judging->judge));
	duty_count(duty, COUNT_VERDICTS, judging->steps);
	duty_count(duty, COUNT_WAITED, judging->waited);
	duty_count(duty, COUNT_DECIDED, judging->decided);
	duty_count(duty, COUNT_SNAPSHOTS, judging->snapshot.made);
	duty_count(duty, COUNT_SNAPSHOTS_FAILED, judging->snapshot.file.failed);
	duty_count(duty, COUNT_SNAPSHOT_BYTES, judging->snapshot.bytes);
	duty_count(duty, COUNT_SNAPSHOT_TIME, (uint64_t)(judging->snapshot.time.us / WALL_SECOND));
}

static void
begin_snapshot(struct judging *judging)
{
	struct snapshot_places where = {
		.putters = estate_putters(&judging->settings->estate),
		.judges = judging->settings->estate.judges,
	};

	for (uint32_t i = 0; i < where.putters; i++) {
		where.ring[i] = ring_identity(&judging->from[i]);
		where.place[i] = ring_place(&judging->from[i]);
	}
	snapshot_begin(&judging->snapshot, judging->judge, &where, ring_place(&judging->to),
		judging->duty.clock.now);
}

static void
see_to_snapshot(struct judging *judging)
{
	int64_t now = clock_steady(), age = now - judging->snapshot_us;

	snapshot_watch(&judging->snapshot, ring_taken_place(&judging->to));
	if (judging->pending_count > 0 || statefile_is_busy(&judging->snapshot.file))
		return;
	/* What was held against a line that is let go must not come back from an older one. */
	if (!judging->has_heard &&
		(judging->taken == judging->taken_at_snapshot ||
			age < judging->settings->judging.snapshot_us))
		return;
	judging->has_heard = false;
	judging->snapshot_us = now;
	judging->taken_at_snapshot = judging->taken;
	begin_snapshot(judging);
}

static void
ask_open(struct judging *judging, uint64_t after)
{
	struct open_question question = {.after = after,
		.judge = judging->number,
		.judges = judging->settings->estate.judges};

	judging->asked_after = after;
	if (channel_send(judging->keeper, MESSAGE_OPEN, &question, sizeof(question)) < 0)
		duty_trouble(&judging->duty, "the keeper cannot be asked for the open cases");
}

/* Let go, which the snapshot does not know. */
static bool
is_let_go(const struct judging *judging, const struct resumed *resumed)
{
	struct judge_line line;

	return resumed->is_decided && resumed->state == STATE_PROBATION &&
		(judge_find(judging->judge, resumed->line.pseudonym, &line) < 0 ||
			line.now.to != STATE_PROBATION);
}

/* A keeper that is asked again may tell the same again. */
static void
put_later(struct judging *judging, const struct resumed *resumed)
{
	judging->later =
		xrealloc(judging->later, (judging->later_count + 1) * sizeof(*judging->later));
	judging->later[judging->later_count++] = *resumed;
}

/* Open cases of the ledger: a judge that knows less of a line goes on from what the ledger holds. True after the
 * last page. */
static bool
take_open(struct judging *judging, const struct open_page *page)
{
	/* Of a question that was put again, and answered twice. */
	if (page->after != judging->asked_after)
		return false;
	judging->told_us = clock_steady();
	/* Of the first page; what was decided since comes in its ring. */
	if (judging->heard == 0)
		judging->heard = page->step;
	for (uint32_t i = 0; i < page->count; i++) {
		const struct open_case *open = &page->open[i];
		struct resumed resumed = {
			.line = {.pseudonym = open->line, .role = open->role},
			.state = open->state,
			.highest = open->highest,
			.entered = open->entered,
			.is_decided = open->is_decided != 0,
		};

		if (is_let_go(judging, &resumed))
			put_later(judging, &resumed);
		else if (judge_resume(judging->judge, &resumed) == 0)
			judging->resumed++;
	}
	if (page->is_last || page->count == 0)
		return true;
	ask_open(judging, page->open[page->count - 1].number);
	return false;
}

/* True after the last page of open cases. */
static bool
hear_keeper(struct judging *judging)
{
	bool was_last = false;

	for (int i = 0; i < MESSAGE_TURN; i++) {
		uint16_t type;
		int64_t size = message_receive(
			judging->keeper, &type, judging->message.bytes, sizeof(judging->message));

		if (size < 0 && size != -EBADMSG)
			break;
		if (size < 0 || type != MESSAGE_OPEN_PAGE)
			event(EVENT_BAD_MESSAGE, "peer=keeper number=0");
		else if (judging->asks)
			was_last = take_open(judging, &judging->message.page) || was_last;
	}
	return was_last;
}

static bool
has_taken(const struct judging *judging, const uint64_t last[ESTATE_PUTTERS])
{
	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++) {
		if (!ring_is_at(&judging->from[i], last[i]))
			return false;
	}
	return true;
}

static void
begin_later(struct judging *judging)
{
	if (judging->later_count == 0)
		return;
	qsort(judging->later, judging->later_count, sizeof(*judging->later), compare_lines);
	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++)
		judging->later_place[i] = ring_put_place(&judging->from[i]);
}

/* When nothing of before comes any more. */
static void
end_later(struct judging *judging)
{
	if (judging->later_count == 0 || !has_taken(judging, judging->later_place))
		return;
	for (size_t i = 0; i < judging->later_count; i++)
		judging->resumed += judge_resume(judging->judge, &judging->later[i]) == 0;
	free(judging->later);
	judging->later = NULL;
	judging->later_count = 0;
	judging->has_heard = true;
}

/* Asks for the open cases, and waits: nothing is judged before. A keeper that died with the question is asked again. A
 * ledger that cannot be read now is no reason to judge nobody. */
static void
resume(struct judging *judging)
{
	struct pollfd polled = {.fd = judging->keeper, .events = POLLIN};
	int64_t asked = clock_steady();
	bool is_done = false;

	/* Answers to the one before are of no use. */
	(void)hear_keeper(judging);
	judging->asks = true;
	judging->told_us = asked;
	ask_open(judging, 0);
	while (!is_done && !judging->duty.is_over &&
		clock_steady() - judging->told_us < RESUME_US) {
		if (poll(&polled, 1, IDLE_NS / 1000000) > 0)
			asked = clock_steady();
		is_done = hear_keeper(judging);
		if (!is_done && clock_steady() - asked > ASK_US) {
			asked = clock_steady();
			ask_open(judging, judging->asked_after);
		}
		duty_beat(&judging->duty);
		duty_hear(&judging->duty);
	}
	judging->asks = false;
	begin_later(judging);
	if (!is_done && !judging->duty.is_over)
		event(EVENT_CASES_UNKNOWN, "judge=%u", judging->number);
	if (is_done)
		judge_each_missing(judging->judge, on_verdict, judging);
}

static void
hear_desk(struct judging *judging)
{
	for (int i = 0; i < MESSAGE_TURN; i++) {
		uint16_t type;
		int64_t size = message_receive(
			judging->desk, &type, judging->message.bytes, sizeof(judging->message));

		if (size < 0 && size != -EBADMSG)
			break;
		if (size < 0 || type != MESSAGE_QUESTION) {
			event(EVENT_BAD_MESSAGE, "peer=desk number=0");
			continue;
		}
		judge_answer(judging->judge, &judging->settings->judging.parameters,
			&judging->message.question, &judging->answer);
		(void)channel_send(judging->desk, MESSAGE_ANSWER, &judging->answer,
			offsetof(struct answer, text) + judging->answer.size);
	}
}

/* After so many sightings of all rings, which are empty now. */
static struct timespec
pause_after(const struct judging *judging, uint64_t taken)
{
	uint64_t many = judging->settings->estate.sightings_most / PAUSE_SHARE;
	struct timespec time = {.tv_nsec = PAUSE_NS};

	if (taken > many)
		time.tv_nsec = (long)(PAUSE_NS * many / taken);
	return time;
}

/* True if all rings are empty, and whoever puts something in will wake this process. */
static bool
falls_asleep(struct judging *judging)
{
	bool empty = ring_sleep(&judging->decisions);

	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++)
		empty = ring_sleep(&judging->from[i]) && empty;
	return empty;
}

static void
hear(struct judging *judging, const struct pollfd polled[OTHERS])
{
	eventfd_t count;

	if (polled[0].revents != 0)
		duty_hear(&judging->duty);
	if (polled[1].revents != 0)
		(void)hear_keeper(judging);
	if (polled[2].revents != 0)
		hear_desk(judging);
	if (polled[3].revents != 0)
		(void)eventfd_read(judging->estate->judge_wake[judging->number], &count);
	/* They are gone, and so is the parent, who could start others. */
	if ((polled[1].revents & POLLHUP) != 0)
		judging->keeper = -1;
	if ((polled[2].revents & POLLHUP) != 0)
		judging->desk = -1;
}

/* taken: sightings just now; more: there are others. Else waits: after some for a pause, after none until a receiver
 * has put something in, or it is time for another look. Whoever speaks is heard at once. */
static void
rest(struct judging *judging, uint64_t taken, bool more)
{
	bool waits = judging->pending_count > 0;
	struct pollfd polled[OTHERS] = {
		{.fd = judging->duty.is_over ? -1 : judging->duty.parent, .events = POLLIN},
		{.fd = judging->keeper, .events = POLLIN},
		{.fd = judging->desk, .events = POLLIN},
		{.fd = -1, .events = POLLIN},
	};
	struct timespec time = {0};

	if (waits) {
		time.tv_nsec = RETRY_NS;
	} else if (taken > 0 && !more) {
		time = pause_after(judging, taken);
	} else if (taken == 0 && falls_asleep(judging)) {
		time.tv_nsec = IDLE_NS;
		polled[3].fd = judging->estate->judge_wake[judging->number];
	}
	if (ppoll(polled, OTHERS, &time, NULL) > 0)
		hear(judging, polled);
	ring_awake(&judging->decisions);
	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++)
		ring_awake(&judging->from[i]);
}

/* Some portions; false if there are no more, or the keeper must catch up first. */
static bool
take_some(struct judging *judging)
{
	bool more = true;

	for (int i = 0; i < PORTIONS && more; i++)
		more = take(judging);
	return more;
}

static struct judge *
judging_new(struct judging *judging)
{
	struct judge_settings settings;

	judge_defaults(&settings);
	settings.parameters = judging->settings->judging.parameters;
	settings.on_verdict = settings.on_active = on_verdict;
	settings.context = judging;
	randombytes_buf(&settings.seed, sizeof(settings.seed));
	return judge_new(&settings);
}

/* A clock that was wrong made it: what comes now would count as of then, for as long. */
static int
check_time(const struct judging *judging, struct fail *fail)
{
	struct wall now = judge_now(judging->judge);

	if (judging->settings->receive.by_records ||
		now.us <= judging->duty.clock.now.us + AHEAD_US)
		return 0;
	fail_what(fail, "it is of more than a day ahead of the clock");
	return -ERANGE;
}

/* How far the ring was taken when the snapshot was made; of a ring that it does not know, or without one: the begin. */
static uint64_t
place_of(const struct snapshot_places *where, uint64_t ring)
{
	for (uint32_t k = 0; k < where->putters; k++) {
		if (where->ring[k] == ring)
			return where->place[k];
	}
	return 0;
}

/* From the snapshot, if there is a good one, and to the place in each ring that it was made at: what was taken since is
 * taken again, or passed over. */
static void
restore(struct judging *judging, unsigned tries)
{
	struct snapshot_places where = {0};
	struct fail fail = {0};
	uint64_t lost = 0;
	int r = tries > TRIES_SNAPSHOT
		? -ECANCELED
		: snapshot_load(&judging->snapshot, judging->judge, &where, &fail);

	if (r == 0 && where.judges != judging->settings->estate.judges) {
		r = -EINVAL;
		fail_what(&fail, "it is of one of %u judges, and now there are %u", where.judges,
			judging->settings->estate.judges);
	}
	if (r == 0)
		r = check_time(judging, &fail);
	if (r == -ECANCELED)
		fail_what(&fail, "judges that began with it died %u times", tries);
	if (r < 0 && r != -ENOENT) {
		/* What was half restored is thrown away. */
		judge_free(judging->judge);
		judging->judge = judging_new(judging);
		where = (struct snapshot_places){0};
		statefile_put_aside(&judging->snapshot.file);
		duty_tell_refused(judging->snapshot.file.path,
			"the snapshot of a judge cannot be used", &fail);
	}
	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++) {
		struct ring *ring = &judging->from[i];

		lost += ring_rewind(ring, place_of(&where, ring_identity(ring)));
		if (tries > TRIES_REPLAY)
			lost += ring_skip(ring);
	}
	if (r == 0 || lost > 0)
		event(EVENT_STATE_RESTORED, "lines=%llu sightings_gone=%llu",
			(unsigned long long)judge_counts(judging->judge).lines,
			(unsigned long long)lost);
}

/* Where the snapshot knows less than was shown they go on from what was; what is judged again counts again, as in all
 * others. */
static void
begin_counters(struct judging *judging)
{
	uint64_t own[OF_STATE];

	count_state(judging->judge, own);
	for (size_t i = 0; i < OF_STATE; i++) {
		uint64_t shown = judging->duty.before[of_state[i]];

		judging->base[i] = shown > own[i] ? shown - own[i] : 0;
	}
}

static void
begin(struct judging *judging, unsigned tries)
{
	char folder[STATEFOLDER_PATH];

	judging->judge = judging_new(judging);
	judging->keeper = judging->estate->judge_keeper[judging->number].end[0];
	judging->desk = judging->estate->desk_judge[judging->number].end[1];
	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++)
		estate_sightings_taking(judging->estate, i, judging->number, &judging->from[i]);
	estate_verdicts_putting(judging->estate, judging->number, &judging->to);
	estate_decisions_taking(judging->estate, judging->number, &judging->decisions);
	statefolder_of(judging->settings->state, OWNER_JUDGE, folder);
	snapshot_init(&judging->snapshot, folder, judging->number);
	restore(judging, tries);
	begin_counters(judging);
	judging->snapshot_us = clock_steady();
}

/* What receivers had put in when it was told to end is judged, too; what comes later is for the one that takes its
 * place. */
static void
take_rest(struct judging *judging)
{
	int64_t end = clock_steady() + REST_US;
	uint64_t last[ESTATE_PUTTERS];

	for (uint32_t i = 0; i < estate_putters(&judging->settings->estate); i++)
		last[i] = ring_put_place(&judging->from[i]);
	while (!has_taken(judging, last) && clock_steady() < end) {
		duty_beat(&judging->duty);
		if (!take(judging))
			rest(judging, 0, false);
	}
}

/* Watches the snapshot while there is something to wait for. */
static void
nap(struct judging *judging)
{
	const struct timespec pause = {.tv_nsec = NAP_NS};

	duty_beat(&judging->duty);
	(void)nanosleep(&pause, NULL);
	snapshot_watch(&judging->snapshot, ring_taken_place(&judging->to));
}

/* The last snapshot, of everything: it is good when the keeper has all verdicts. It is waited for, but only so long,
 * and this process shows that it lives, since all that touches the disk is done by a child. */
static void
finish(struct judging *judging)
{
	int64_t end = clock_steady() + FINISH_US;

	while (!hand_on(judging) && clock_steady() < end) {
		duty_beat(&judging->duty);
		rest(judging, 0, false);
	}
	snapshot_watch(&judging->snapshot, ring_taken_place(&judging->to));
	if (judging->pending_count > 0)
		return;
	/* One that is written waits for verdicts that are older than those of the last. */
	while (statefile_is_busy(&judging->snapshot.file) &&
		judging->snapshot.file.stage != STATEFILE_WRITTEN && clock_steady() < end)
		nap(judging);
	begin_snapshot(judging);
	end = clock_steady() + FINISH_US;
	while (statefile_is_busy(&judging->snapshot.file) && clock_steady() < end)
		nap(judging);
}

_Noreturn void
judging_run(const struct daemon_settings *settings, struct estate *estate, uint32_t number,
	unsigned tries)
{
	struct judging *judging = xcalloc(1, sizeof(*judging));
	struct post post = {.owner = OWNER_JUDGE, .number = number};

	estate_enter(estate, &post, NULL, 0);
	judging->settings = settings;
	judging->estate = estate;
	judging->number = number;
	duty_begin(&judging->duty, estate, &post);
	shutin_enter(&judging->duty, &post, settings);
	begin(judging, tries);
	resume(judging);
	show(judging);
	duty_ready(&judging->duty);
	while (!judging->duty.is_over) {
		uint64_t before = judging->taken;
		bool more;

		take_decisions(judging);
		more = take_some(judging);
		end_later(judging);

		duty_beat(&judging->duty);
		rest(judging, judging->taken - before, more);
		see_to_snapshot(judging);
		show(judging);
	}
	take_rest(judging);
	finish(judging);
	show(judging);
	_exit(0);
}
