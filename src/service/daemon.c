/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/daemon.h"

#include "base/text.h"
#include "control/answer.h"
#include "control/message.h"
#include "desk/statusreport.h"
#include "runtime/activation.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "runtime/notify.h"
#include "runtime/process.h"
#include "service/acting.h"
#include "service/children.h"
#include "service/desking.h"
#include "service/fixed.h"
#include "service/gardening.h"
#include "service/gateopening.h"
#include "service/judging.h"
#include "service/keeper.h"
#include "service/noticehelper.h"
#include "service/notifying.h"
#include "service/opening.h"
#include "service/portaling.h"
#include "service/post.h"
#include "service/receiver.h"
#include "service/registrar.h"
#include "service/registraropening.h"
#include "service/relaying.h"
#include "service/relayopening.h"
#include "service/shutin.h"
#include "service/statefolder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Ending takes as long as its last work; then it is killed. */
#define ENDING_US (40 * WALL_SECOND)
/* So long one that is not ready is left to become so before it is told to end. */
#define READY_US (15 * WALL_SECOND)
#define LOOK_MS  200
/* One that dies of its last work is started again so often. */
#define ENDING_TRIES 5
/* How often figures are taken, and how many times as seldom they are told. */
#define SAMPLE_US  WALL_SECOND
#define TELL_EVERY 5

enum phase { PHASE_RUNNING, PHASE_REPLACING, PHASE_STOPPING };

#define STEPS 10

/* Who ends first gives to those who end later. A keeper must know new parameters before a judge judges by them. */
static const enum counter_owner stops[STEPS] = {OWNER_RECEIVER, OWNER_GUARD, OWNER_REGISTRAR,
	OWNER_JUDGE, OWNER_NOTIFIER, OWNER_KEEPER, OWNER_ACTOR, OWNER_GARDEN, OWNER_PORTAL,
	OWNER_DESK};
static const enum counter_owner replaced[STEPS] = {OWNER_KEEPER, OWNER_ACTOR, OWNER_REGISTRAR,
	OWNER_RECEIVER, OWNER_GUARD, OWNER_JUDGE, OWNER_GARDEN, OWNER_PORTAL, OWNER_NOTIFIER,
	OWNER_DESK};

struct parent {
	const struct daemon_hooks *hooks;
	struct daemon_settings settings;
	struct estate estate;
	struct opening opening;
	struct keptsockets relayopening;
	struct gateopening gate;
	int garden; /* its socket; -1: there is none */
	struct portalopening portal;
	struct keptsockets registraropening;
	int helper; /* the notifier's channel to its helper; -1: there is none */
	struct notify notify;
	int64_t watched_us; /* when the service manager was last told that all is well */
	struct rates rates;
	struct losses losses;
	int64_t sampled_us;
	unsigned samples;
	char told[NOTIFY_TEXT]; /* the status that the service manager has */
	struct duty duty;
	struct children children;
	int signals;
	int lock;
	enum phase phase;
	size_t step;
	int64_t step_us;
	bool step_begun;
	bool was_ready;
	bool is_lame;       /* it ends because it cannot do what it is told */
	bool is_reload_due; /* it was asked for while another went on */
	uint64_t reloads;
	uint64_t refused;
};

void
daemon_settings_done(struct daemon_settings *settings)
{
	settings->lines = lines_free(settings->lines);
	free(settings->allowed);
	free(settings->contain.network);
	free(settings->contain.prefixes);
	free(settings->contain.interfaces);
	settings->allowed = settings->contain.prefixes = NULL;
	settings->contain.interfaces = NULL;
	settings->contain.network = NULL;
	free(settings->registrar.maps);
	settings->registrar.maps = NULL;
}

/* The ledger is made by a child, so that the parent and all who come from it never see its keys. */
static int
prepare_ledger(const struct daemon_settings *settings, struct fail *fail)
{
	struct clock clock;
	int ends[2], r;
	pid_t pid;

	clock_begin(&clock, (struct wall){0});
	(void)clock_read(&clock);
	r = channel_pair(ends);
	if (r < 0) {
		fail_what(fail, "no channel can be made: %s", strerror(-r));
		return r;
	}
	pid = process_fork("lazaret-prepare");
	if (pid == 0) {
		struct fail told = {0};

		r = keeper_prepare(&settings->keep, clock.now, &told);
		if (r < 0)
			(void)!channel_send(ends[1], MESSAGE_READY, &told, sizeof(told));
		_exit(r < 0);
	}
	close(ends[1]);
	r = pid < 0 ? (int)pid : process_wait(pid, "the preparation of the ledger", fail);
	if (r < 0) {
		struct fail told;
		uint16_t type;

		if (channel_receive(ends[0], &type, &told, sizeof(told)) == sizeof(told))
			*fail = told;
	}
	close(ends[0]);
	return r;
}

static void
run(void *context, const struct child *child)
{
	struct parent *parent = context;
	struct receiver_sockets sockets;

	switch (child->post.owner) {
	case OWNER_RECEIVER:
		opening_of(&parent->opening, child->post.number, &sockets);
		receiver_run(&parent->settings, &parent->estate, child->post.number, &sockets,
			child->tries);
	case OWNER_GUARD:
		relaying_run(
			&parent->settings, &parent->estate, &parent->relayopening, child->tries);
	case OWNER_REGISTRAR:
		registrar_run(&parent->settings, &parent->estate, &parent->registraropening,
			child->tries);
	case OWNER_JUDGE:
		judging_run(&parent->settings, &parent->estate, child->post.number, child->tries);
	case OWNER_ACTOR:
		acting_run(&parent->settings, &parent->estate);
	case OWNER_KEEPER:
		keeper_run(&parent->settings, &parent->estate);
	case OWNER_GARDEN:
		gardening_run(&parent->settings, &parent->estate, parent->garden);
	case OWNER_DESK:
		desking_run(&parent->settings, &parent->estate, &parent->opening);
	case OWNER_PORTAL:
		portaling_run(&parent->settings, &parent->estate, &parent->portal);
	case OWNER_NOTIFIER:
		notifying_run(&parent->settings, &parent->estate);
	case OWNER_PARENT:
	case OWNER_COUNT:
		break;
	}
}

static void
begin_phase(struct parent *parent, enum phase phase)
{
	if (parent->phase == PHASE_STOPPING)
		return;
	parent->phase = phase;
	parent->step = 0;
	parent->step_begun = false;
	parent->step_us = clock_steady();
	if (phase == PHASE_STOPPING)
		children_want(&parent->children);
}

static void
reap(struct parent *parent)
{
	bool is_clean;
	char how[64];
	int signal;
	pid_t pid;

	while ((pid = process_ended(how, &is_clean, &signal)) > 0) {
		if (gateopening_note_end(&parent->gate, &parent->settings, pid, how)) {
			parent->is_lame = true;
			begin_phase(parent, PHASE_STOPPING);
		}
		if (children_note_end(&parent->children, pid, how, is_clean, signal) == OWNER_ACTOR)
			containopening_clear(&parent->gate.contain);
	}
}

static int
check_same(const struct daemon_settings *old, const struct daemon_settings *new, struct fail *fail)
{
	const char *option = fixed_find(old, new);

	if (option == NULL)
		return filteropening_check(old, new, fail);
	fail_where(fail, "%s", option);
	fail_what(fail, "changes only with a restart");
	return -EINVAL;
}

/* When the last reload was refused; us 0: it was taken. */
static void
show_refused(struct parent *parent, struct wall when)
{
	__atomic_store_n(&parent->duty.status->reload.us, when.us, __ATOMIC_RELAXED);
}

/* All of the new configuration, or nothing. */
static int
reload(struct parent *parent, struct fail *told)
{
	struct daemon_settings new = {.listen_count = 0};
	struct keptsockets relayopening = {.count = 0};
	struct keptsockets registraropening = {.count = 0};
	struct fail fail = {0};
	int r = parent->hooks->load(parent->hooks->context, &new, &fail);

	if (r >= 0)
		r = check_same(&parent->settings, &new, &fail);
	if (r >= 0)
		r = relayopening_prepare(
			&parent->relayopening, &new.relaying, &relayopening, &fail);
	if (r >= 0)
		r = registraropening_prepare(
			&parent->registraropening, &new.registrar, &registraropening, &fail);
	if (r >= 0)
		r = opening_change(
			&parent->opening, &new, gateopening_client(&parent->gate), &fail);
	if (r < 0) {
		keptsockets_drop(&relayopening);
		keptsockets_drop(&registraropening);
		event(EVENT_RELOAD_REFUSED, "where=%s text=%s", fail.where, fail.what);
		parent->refused++;
		show_refused(parent, parent->duty.clock.now);
		daemon_settings_done(&new);
		*told = fail;
		return r;
	}
	keptsockets_take(&parent->relayopening, &relayopening);
	keptsockets_take(&parent->registraropening, &registraropening);
	notify_reloading(&parent->notify);
	daemon_settings_done(&parent->settings);
	parent->settings = new;
	containopening_bring(&parent->gate.contain, &parent->settings, &parent->gate.client);
	gateopening_tell(&parent->gate, &parent->settings, &parent->duty);
	parent->reloads++;
	show_refused(parent, (struct wall){0});
	begin_phase(parent, PHASE_REPLACING);
	return 0;
}

/* A signal gets no answer: it waits for the end of a reload that goes on. */
static void
reload_in_time(struct parent *parent)
{
	struct fail fail;

	parent->is_reload_due = parent->phase != PHASE_RUNNING;
	if (!parent->is_reload_due)
		(void)reload(parent, &fail);
}

/* Who asks wants to know what came of it. The desk that asks for him is replaced meanwhile, so he asks again. */
static int
reload_now(struct parent *parent, struct fail *fail)
{
	if (parent->phase == PHASE_RUNNING)
		return reload(parent, fail);
	if (parent->phase == PHASE_STOPPING) {
		fail_what(fail, "the daemon is ending");
		return -EBUSY;
	}
	fail_what(fail, "another reload goes on, and this one was not begun");
	fail_hint(fail, "try again in a few seconds");
	return -EAGAIN;
}

/* A person asks for a reload; who may was decided by the desk. */
static void
answer(void *context, int channel, const struct question *question)
{
	struct parent *parent = context;
	static const char taken[] =
		"The configuration is taken; processes are replaced one after the other.\n";
	struct answer answer = {.id = question->id};
	struct fail fail = {0};
	int r = question->ask == ASK_RELOAD ? reload_now(parent, &fail) : -EINVAL;

	if (r < 0) {
		answer_fail(&answer, r, &fail);
	} else {
		memcpy(answer.text, taken, strlen(taken));
		answer.size = (uint32_t)strlen(taken);
	}
	(void)channel_send(
		channel, MESSAGE_ANSWER, &answer, offsetof(struct answer, text) + answer.size);
}

static bool
is_step_of(const struct parent *parent, const struct child *child)
{
	const enum counter_owner *order = parent->phase == PHASE_STOPPING ? stops : replaced;

	return child->post.owner == order[parent->step];
}

/* The one that was there has ended, and its successor is ready; or time is over. */
static bool
is_replaced(struct parent *parent, struct child *child, int64_t us)
{
	if (child->is_stopped && child->pid > 0) {
		if (us > ENDING_US)
			(void)kill(child->pid, SIGKILL);
		return false;
	}
	if (child->is_stopped) {
		children_start(&parent->children, child);
		return false;
	}
	return child->is_ready || us >= ENDING_US;
}

/* It has done its last work, or cannot be brought to. One that dies meanwhile is started again, and told to end when it
 * is ready: what it was to hand on lies in shared memory, which ends with the parent. The desk has nothing to hand
 * on. */
static bool
has_ended(struct parent *parent, struct child *child, int64_t us)
{
	if (child->pid > 0) {
		if (us > ENDING_US)
			(void)kill(child->pid, SIGKILL);
		else if (!child->is_stopped && (child->is_ready || us > READY_US))
			children_stop(&parent->children, child);
		return false;
	}
	child->is_stopped = child->has_finished || us > ENDING_US || child->deaths > ENDING_TRIES ||
		child->post.owner == OWNER_DESK;
	return child->is_stopped;
}

/* Goes on with replacing or stopping; true when all steps are done. */
static bool
step_on(struct parent *parent)
{
	int64_t now = clock_steady(), us = now - parent->step_us;
	bool done = true;

	for (size_t i = 0; i < parent->children.count; i++) {
		struct child *child = &parent->children.child[i];

		if (!is_step_of(parent, child))
			continue;
		if (parent->phase == PHASE_REPLACING && !parent->step_begun)
			children_replace(&parent->children, child);
		if (parent->phase == PHASE_REPLACING)
			done = is_replaced(parent, child, us) && done;
		else
			done = has_ended(parent, child, us) && done;
	}
	parent->step_begun = true;
	if (!done)
		return false;
	parent->step++;
	parent->step_begun = false;
	parent->step_us = now;
	return parent->step == STEPS;
}

static void
take_signals(struct parent *parent)
{
	struct signalfd_siginfo info;

	while (read(parent->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(parent);
		else if (info.ssi_signo == SIGHUP)
			reload_in_time(parent);
		else if (parent->phase != PHASE_STOPPING) {
			event(EVENT_STOPPING, "pid=%d", getpid());
			notify_stopping(&parent->notify);
			begin_phase(parent, PHASE_STOPPING);
		}
	}
}

static void
become_ready(struct parent *parent)
{
	struct buffer listening;
	char at[KEPT_TEXT];

	parent->was_ready = true;
	event(EVENT_READY, "pid=%d", getpid());
	parent->duty.status->is_ready = 1;
	notify_ready(&parent->notify);
	if (parent->hooks->ready == NULL)
		return;
	buffer_init(&listening,
		(DAEMON_LISTEN + RELAY_PLACES + REGISTRAR_PLACES + PORTALSTREAMS_PLACES) * 200);
	for (size_t i = 0; i < parent->opening.count; i++) {
		opening_describe(&parent->opening.entry[i], at);
		buffer_print(&listening, "%s\n", at);
	}
	for (size_t i = 0; i < parent->relayopening.count; i++) {
		keptsockets_describe(&parent->relayopening, i, at);
		buffer_print(&listening, "%s\n", at);
	}
	for (size_t i = 0; i < parent->registraropening.count; i++) {
		keptsockets_describe(&parent->registraropening, i, at);
		buffer_print(&listening, "%s\n", at);
	}
	for (size_t i = 0; i < parent->portal.count; i++) {
		portalopening_describe(&parent->portal, i, at);
		buffer_print(&listening, "%s\n", at);
	}
	parent->hooks->ready(parent->hooks->context, &parent->settings, buffer_string(&listening));
	buffer_done(&listening);
}

/* Tells the service manager that the parent lives. It sees itself to its children, so one that hangs is no reason to
 * restart everything. */
static void
watch(struct parent *parent)
{
	int64_t now = clock_steady();

	if (parent->notify.watchdog_us == 0 ||
		now - parent->watched_us < (int64_t)parent->notify.watchdog_us / 3)
		return;
	parent->watched_us = now;
	notify_watchdog(&parent->notify);
}

static struct status_view
view_of(const struct parent *parent)
{
	return (struct status_view){
		.processes = estate_status(&parent->estate, 0),
		.process_count = estate_places(&parent->estate),
		.exporters = (const struct status_exporters *const *)parent->estate.exporters,
		.receivers = parent->settings.estate.receivers,
		.now = parent->duty.clock.now,
		.steady_us = clock_steady(),
		.version = parent->settings.version,
	};
}

/* What the service manager shows: figures are in it only every few seconds, what is wrong at once. */
static void
tell_status(struct parent *parent, const struct status_view *view)
{
	struct buffer line;
	bool was_well, is_well;

	if (parent->notify.descriptor < 0 || !parent->was_ready)
		return;
	rates_sample(&parent->rates, view);
	buffer_init(&line, STATUS_REPORT);
	status_line(view, &parent->rates, &line);
	was_well = *parent->told == 'A';
	is_well = *buffer_string(&line) == 'A';
	if ((parent->samples++ % TELL_EVERY == 0 || was_well != is_well) &&
		strcmp(parent->told, buffer_string(&line)) != 0 &&
		notify_status(&parent->notify, "%s", buffer_string(&line)) == 1)
		snprintf(parent->told, sizeof(parent->told), "%s", buffer_string(&line));
	buffer_done(&line);
}

/* Looks at the figures of all. Of losses the desk, which comes and goes, would not know what is new. */
static void
sample(struct parent *parent)
{
	struct status_view view = view_of(parent);

	if (view.steady_us - parent->sampled_us < SAMPLE_US)
		return;
	parent->sampled_us = view.steady_us;
	if (losses_grew(&parent->losses, &view))
		__atomic_store_n(&parent->duty.status->last_loss.us, view.now.us, __ATOMIC_RELAXED);
	tell_status(parent, &view);
}

static void
show(struct parent *parent)
{
	duty_count(&parent->duty, COUNT_RESTARTS, parent->children.restarts);
	duty_count(&parent->duty, COUNT_RELOADS, parent->reloads);
	duty_count(&parent->duty, COUNT_RELOADS_REFUSED, parent->refused);
	duty_count(&parent->duty, COUNT_CLOCK_STEPS, parent->duty.clock.steps);
	if (parent->gate.contain.rules != NULL)
		containopening_show(&parent->gate.contain, &parent->duty);
}

static void
loop(struct parent *parent)
{
	struct pollfd polled[1 + STATUS_PROCESSES];
	struct children *children = &parent->children;

	polled[0] = (struct pollfd){.fd = parent->signals, .events = POLLIN};
	for (size_t i = 0; i < children->count; i++)
		polled[1 + i] = (struct pollfd){
			.fd = children_channel(children, &children->child[i]), .events = POLLIN};
	for (;;) {
		uint32_t steps = parent->duty.clock.steps;

		if (children_look_after(children, parent->settings.hangs_us) && !parent->was_ready)
			become_ready(parent);
		if (parent->phase != PHASE_RUNNING && step_on(parent)) {
			if (parent->phase == PHASE_STOPPING)
				return;
			parent->phase = PHASE_RUNNING;
			notify_ready(&parent->notify);
			event(EVENT_RELOADED, "pid=%d", getpid());
			if (parent->is_reload_due)
				reload_in_time(parent);
		}
		(void)poll(polled, 1 + children->count, LOOK_MS);
		duty_beat(&parent->duty);
		if (parent->duty.clock.steps != steps)
			event(EVENT_CLOCK_SET, "by_ms=%lld",
				(long long)parent->duty.clock.step_us / 1000);
		take_signals(parent);
		children_hear(children);
		if (containopening_is_abused(&parent->gate.contain))
			children_cut_off(children, OWNER_ACTOR);
		show(parent);
		(void)notify_repeat(&parent->notify);
		watch(parent);
		if (parent->phase != PHASE_STOPPING)
			sample(parent);
	}
}

/* What nobody took before the end, because time was over or who should have had died, is lost. */
static void
tell_left(const struct parent *parent)
{
	const struct estate_settings *settings = &parent->settings.estate;
	uint64_t sightings = 0, verdicts = 0, put, refused, waiting;
	struct ring ring;

	for (uint32_t j = 0; j < settings->judges; j++) {
		for (uint32_t i = 0; i < estate_putters(settings); i++) {
			estate_sightings_taking(&parent->estate, i, j, &ring);
			ring_counts(&ring, &put, &refused, &waiting);
			sightings += waiting;
		}
		estate_verdicts_taking(&parent->estate, j, &ring);
		ring_counts(&ring, &put, &refused, &waiting);
		verdicts += waiting;
	}
	if (sightings + verdicts > 0)
		event(EVENT_SIGHTINGS_LOST, "left=%llu verdicts=%llu",
			(unsigned long long)sightings, (unsigned long long)verdicts);
}

/* What this process alone opens and makes, for those that it starts. */
static int
open_all(struct parent *parent, struct fail *fail)
{
	struct daemon_settings *settings = &parent->settings;
	struct keptsockets relayopening = {.count = 0};
	struct keptsockets registraropening = {.count = 0};
	struct activation activation;
	uint32_t seed = 0;
	int r = activation_take(&activation, fail);

	if (r >= 0)
		r = notify_open(&parent->notify, fail);
	if (r == 0)
		r = parent->lock = statefolder_take(settings->state, fail);
	if (r >= 0) {
		seed = statefolder_seed(settings->state, settings->estate.receivers);
		r = opening_take(&parent->opening, &activation, settings, seed, fail);
	}
	if (r == 0)
		r = prepare_ledger(settings, fail);
	if (r == 0)
		r = gateopening_begin(&parent->gate, settings,
			opening_needs_gate(&parent->opening, settings) ||
				gardening_needs_gate(&settings->gardening),
			fail);
	if (r == 0)
		r = opening_change(
			&parent->opening, settings, gateopening_client(&parent->gate), fail);
	if (r == 0)
		r = gateopening_garden(&parent->gate, settings, &parent->garden, fail);
	if (r == 0)
		r = portalopening_open(&parent->portal, &settings->portaling, fail);
	if (r == 0)
		r = relayopening_prepare(
			&parent->relayopening, &settings->relaying, &relayopening, fail);
	if (r == 0)
		keptsockets_take(&parent->relayopening, &relayopening);
	if (r == 0)
		r = registraropening_prepare(
			&parent->registraropening, &settings->registrar, &registraropening, fail);
	if (r == 0)
		keptsockets_take(&parent->registraropening, &registraropening);
	if (r == 0 && settings->estate.notifiers > 0)
		r = noticehelper_start(&settings->notifying, &parent->helper, fail);
	if (r == 0)
		r = estate_make(&parent->estate, &settings->estate, fail);
	if (r < 0)
		return r;
	parent->estate.notifier_helper = parent->helper;
	parent->estate.lock = parent->lock;
	parent->estate.actor_gate = parent->gate.contain.actor;
	parent->estate.seed = seed;
	return 0;
}

static void
hear_signals(struct parent *parent)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	parent->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	must(parent->signals >= 0);
}

/* They are started by the loop. */
static void
add_children(struct parent *parent)
{
	const struct estate_settings *estate = &parent->settings.estate;
	struct children *children = &parent->children;
	const struct {
		enum counter_owner owner;
		uint32_t count;
	} posts[] = {
		{OWNER_KEEPER, 1},
		{OWNER_ACTOR, estate->actors},
		{OWNER_REGISTRAR, estate->registrars},
		{OWNER_JUDGE, estate->judges},
		{OWNER_RECEIVER, estate->receivers},
		{OWNER_GUARD, estate->guards},
		{OWNER_GARDEN, parent->garden >= 0},
		{OWNER_PORTAL, estate->portals},
		{OWNER_NOTIFIER, estate->notifiers},
		{OWNER_DESK, 1},
	};

	children->hooks = (struct children_hooks){run, answer, parent};
	children->estate = &parent->estate;
	children->duty = &parent->duty;
	for (size_t i = 0; i < sizeof(posts) / sizeof(*posts); i++) {
		for (uint32_t number = 0; number < posts[i].count; number++)
			children_add(children, posts[i].owner, number);
	}
}

static int
begin(struct parent *parent, struct fail *fail)
{
	struct post post = {.owner = OWNER_PARENT};
	struct clock clock;
	int r;

	clock_begin(&clock, (struct wall){0});
	(void)clock_read(&clock);
	r = open_all(parent, fail);
	if (r < 0)
		return r;
	/* Whom a child left behind when it was killed ends here, whoever is the system's first process. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	duty_begin(&parent->duty, &parent->estate, &post);
	/* What it opened it did not open before it began. */
	parent->duty.status->started = clock.now;
	gateopening_tell(&parent->gate, &parent->settings, &parent->duty);
	parent->duty.status->awaited_us = clock_steady();
	filteropening_describe(&parent->opening.filter, parent->duty.status->filter);
	hear_signals(parent);
	add_children(parent);
	desking_prepare();
	shutin_enter(&parent->duty, &post, &parent->settings);
	return 0;
}

int
daemon_run(const struct daemon_hooks *hooks, struct fail *fail)
{
	struct parent *parent = xcalloc(1, sizeof(*parent));
	int r;

	parent->hooks = hooks;
	parent->opening = OPENING_NONE;
	parent->gate = GATEOPENING_NONE;
	parent->notify.descriptor = -1;
	parent->garden = parent->helper = -1;
	event_begin("parent");
	r = hooks->load(hooks->context, &parent->settings, fail);
	if (r >= 0)
		r = begin(parent, fail);
	if (r < 0)
		goto out;
	event(EVENT_STARTED, "pid=%d state=%s", getpid(), parent->settings.state);
	opening_tell(&parent->opening);
	loop(parent);
	tell_left(parent);
	opening_close(&parent->opening);
	gateopening_close(&parent->gate);
	event(EVENT_STOPPED, "pid=%d", getpid());
	if (parent->is_lame) {
		fail_what(fail, "lazaret-gate has ended, and nobody else can let lines go");
		fail_hint(fail, "the log says how; it is started with the daemon");
		r = -EPIPE;
	}

out:
	daemon_settings_done(&parent->settings);
	notify_close(&parent->notify);
	free(parent);
	return r;
}
