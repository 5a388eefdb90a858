/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaying.h"

#include "base/table.h"
#include "identity/line.h"
#include "ledger/keyfile.h"
#include "runtime/exchangeredis.h"
#include "runtime/process.h"
#include "service/casetable.h"
#include "service/guardanswer.h"
#include "service/relayfile.h"
#include "service/relaylisten.h"
#include "service/relayload.h"
#include "service/relaylogs.h"
#include "service/relaynotice.h"
#include "service/relayorders.h"
#include "service/relayshare.h"
#include "service/shutin.h"
#include "service/statefolder.h"

#include <errno.h>
#include <event2/event.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How often figures are shown, and what has been silent is looked for. */
#define TICK_US 250000
/* A guard that began so often with what was kept, and died young, begins without it. */
#define TRIES_KEPT 2
/* For mail servers to end what milters are asked about, at the end, at the most; and how often is looked. */
#define LAST_US     (2 * WALL_SECOND)
#define LAST_NAP_US 10000
/* For the disk, at the end, at the most. */
#define DISK_US     (5 * WALL_SECOND)
#define DISK_NAP_NS 2000000L
/* Of what Redis has not confirmed, and how long it may say nothing. */
#define SHARE_BYTES      ((size_t)16 << 20)
#define SHARE_SILENCE_US (2 * WALL_SECOND)
/* Lines of logs that are older say nothing of this hour. */
#define OLD_US (15 * WALL_MINUTE)
/* A log that is not there for so long after the begin is missed. */
#define LOGS_US (10 * WALL_SECOND)

struct relaying {
	const struct daemon_settings *settings;
	struct estate *estate;
	struct duty duty;
	struct event_base *base;
	struct relay *relay;
	struct relayfile file;
	struct relayload load;
	struct relaynotice notice;
	struct relaylisten listen;
	struct relaylogs *logs;    /* NULL: none are followed */
	struct exchange *exchange; /* NULL: counts are not shared */
	struct relayshare *share;
	struct relayshare_standing standing; /* of the guard before */
	bool has_standing;
	struct relayorders orders;
	struct event *desk; /* its questions */
	struct hash_key key;
	struct event *last; /* NULL: the end has not begun */
	int64_t last_us;    /* when it did */
	struct wall began;  /* the first guard with this state */
	int64_t begun_us;   /* this one: clock_steady */
	int64_t turn_us; /* when somebody was first asked for in this turn of the loop; 0: nobody was */
	struct event *turn_over;
};

static struct wall
now_for(void *context)
{
	struct relaying *relaying = context;

	(void)clock_read(&relaying->duty.clock);
	return relaying->duty.clock.now;
}

/* It runs behind all that waited when somebody was asked for first. */
static void
on_turn_over(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	relaying->turn_us = 0;
}

/* Since somebody was first asked for in this turn of the loop so long has passed that whoever is asked for last should
 * not wait any more. Not measured by the loop's own time, which is that of the system and may be set. */
static bool
is_late(void *context)
{
	struct relaying *relaying = context;
	int64_t now = relaying->duty.clock.steady_us; /* that was read just before */

	if (relaying->turn_us == 0) {
		relaying->turn_us = now;
		event_active(relaying->turn_over, EV_TIMEOUT, 1);
	}
	return now - relaying->turn_us > relaying->settings->relaying.deadline_us;
}

/* One address of many lines is nobody's. */
static uint64_t
line_of(void *context, const struct address *client)
{
	struct relaying *relaying = context;
	struct line line;

	if (lines_find(relaying->settings->lines, client, 0, &line) < 0 || line.role == ROLE_SHARED)
		return 0;
	return line.pseudonym;
}

/* Did an operator let the account send again, whatever this case says? What is held against it now is fused as the
 * court does it, where nobody else knows anything of it. */
static bool
is_released(struct relaying *relaying, uint64_t key, const struct casetable_slot *slot)
{
	const struct court_settings *court = &relaying->settings->judging.parameters.court;
	struct senders *senders = relay_senders(relaying->relay);
	struct sender_facts facts = {0};

	if (!relayorders_has_release(&relaying->orders, key, slot->number))
		return false;
	if (senders != NULL)
		(void)!senders_facts(senders, key, relaying->duty.clock.now, &facts);
	return relayorders_is_released(&relaying->orders, key, slot->number,
		(double)facts.evidence.score + log(court->weight[CHANNEL_RELAY]),
		slot->state == STATE_SUSPECT ? court->suspect : 0);
}

/* Orders that were just given hold for the question that is being decided. */
static bool
limit_of(void *context, uint64_t key, struct wall now, struct rule *ret)
{
	struct relaying *relaying = context;

	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	return relayorders_limit(&relaying->orders, key, now, ret);
}

static struct wall
limit_until(void *context, uint64_t key)
{
	const struct relaying *relaying = context;

	return relayorders_until(&relaying->orders, key);
}

static struct relay_case
case_of(void *context, uint64_t key)
{
	struct relaying *relaying = context;
	struct relay_case ret = {.standing = RELAY_CLEAR};
	struct casetable_slot slot;

	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	if (casetable_find(relaying->estate->cases, key, &slot) < 0)
		return ret;
	if (is_released(relaying, key, &slot))
		return ret;
	if (slot.state == STATE_SUSPECT)
		ret.standing = RELAY_MAY_BE;
	else if (slot.state == STATE_CONFIRMED || slot.state == STATE_QUARANTINE)
		ret.standing = RELAY_IS;
	if (ret.standing != RELAY_CLEAR)
		snprintf(ret.number, sizeof(ret.number), "%u", slot.number);
	return ret;
}

static void
give_evidence(void *context, const struct relay_notice *notice)
{
	struct relaying *relaying = context;

	relaynotice_give(&relaying->notice, notice);
}

static void
show_counts(struct relaying *relaying)
{
	struct relay_counts relay = relay_counts(relaying->relay);
	struct guard_counts guard = guard_counts(relay_guard(relaying->relay));
	struct windows_counts keys = guard_keys(relay_guard(relaying->relay));
	struct senders_counts senders = senders_counts(relay_senders(relaying->relay));
	struct duty *duty = &relaying->duty;

	duty_count(duty, COUNT_RELAY_PASSED, relay.decided[DECISION_PASS]);
	duty_count(duty, COUNT_RELAY_SLOWED, relay.decided[DECISION_SLOW]);
	duty_count(duty, COUNT_RELAY_DEFERRED, relay.decided[DECISION_DEFER]);
	duty_count(duty, COUNT_RELAY_HELD, relay.decided[DECISION_HOLD]);
	duty_count(duty, COUNT_RELAY_REJECTED, relay.decided[DECISION_REJECT]);
	duty_count(duty, COUNT_RELAY_SHADOWED, relay.shadowed);
	duty_count(duty, COUNT_RELAY_UNLIMITED, guard.unlimited);
	duty_count(duty, COUNT_RELAY_MESSAGES, guard.messages);
	duty_count(duty, COUNT_RELAY_RECIPIENTS, guard.recipients);
	duty_count(duty, COUNT_RELAY_GIVEN_BACK, guard.given_back);
	duty_show(duty, COUNT_RELAY_UNDERWAY, guard.open);
	duty_show(duty, COUNT_RELAY_KEYS, keys.held);
	duty_count(duty, COUNT_RELAY_KEYS_DISPLACED, keys.displaced);
	duty_count(duty, COUNT_RELAY_KEYS_REFUSED, keys.refused);
	duty_show(duty, COUNT_RELAY_SENDERS, senders.held);
	duty_count(duty, COUNT_RELAY_SENDERS_DISPLACED, senders.displaced);
	duty_count(duty, COUNT_RELAY_SENDERS_REFUSED, senders.refused);
	duty_count(duty, COUNT_RELAY_LOGINS, relay.logins);
	duty_count(duty, COUNT_RELAY_LOGINS_BAD, relay.logins_bad);
	duty_count(duty, COUNT_RELAY_LOGINS_REFUSED, relay.logins_refused);
	duty_count(duty, COUNT_RELAY_SENT, relay.results[SENDER_SENT]);
	duty_count(duty, COUNT_RELAY_UNKNOWN_USERS, relay.results[SENDER_UNKNOWN_USER]);
	duty_count(duty, COUNT_RELAY_REFUSED_ELSEWHERE, relay.results[SENDER_POLICY]);
	duty_count(duty, COUNT_RELAY_REFUNDED, relay.refunds);
	duty_count(duty, COUNT_RELAY_SIGHTINGS, relaying->notice.sightings);
	duty_count(duty, COUNT_RELAY_SIGHTINGS_REFUSED, relaying->notice.refused);
}

static void
show_share(struct relaying *relaying, struct duty *duty)
{
	struct relayshare_counts counts;
	struct exchange_state state;

	if (relaying->share == NULL)
		return;
	counts = relayshare_counts(relaying->share);
	exchange_state(relaying->exchange, &state);
	duty_show(duty, COUNT_SHARE_CONNECTED, state.is_connected);
	duty_count(duty, COUNT_SHARE_FAILURES, state.failures);
	duty_count(duty, COUNT_SHARE_OUT, counts.changes_out);
	duty_count(duty, COUNT_SHARE_IN, counts.changes_in);
	duty_count(duty, COUNT_SHARE_LOST, counts.lost);
	duty_count(duty, COUNT_SHARE_MISSED, counts.missed);
	duty_count(duty, COUNT_SHARE_WRONG, counts.wrong + counts.foreign);
	duty_show(duty, COUNT_SHARE_WAITING, counts.waiting);
	duty_show(duty, COUNT_SHARE_RELAYS, counts.relays);
}

/* How many of the logs are there. */
static size_t
show_logs(const struct relaying *relaying, struct duty *duty)
{
	struct relaylogs_counts sum = {.events = 0};
	size_t open = 0;

	for (size_t i = 0; relaying->logs != NULL && i < relaying->load.logs; i++) {
		struct relaylogs_counts one = relaylogs_counts(relaying->logs, i);

		sum.file.lines += one.file.lines;
		sum.events += one.events;
		sum.unknown += one.unknown;
		sum.no_lines +=
			one.no_lines + one.doubtful + one.file.long_lines + one.file.cut_lines;
		sum.file.lost += one.file.lost;
		sum.file.behind += one.file.behind;
		open += one.file.is_open;
	}
	duty_count(duty, COUNT_LOG_LINES, sum.file.lines);
	duty_count(duty, COUNT_LOG_EVENTS, sum.events);
	duty_count(duty, COUNT_LOG_UNKNOWN, sum.unknown);
	duty_count(duty, COUNT_LOG_LEFT_OUT, sum.no_lines);
	duty_count(duty, COUNT_LOG_LOST, sum.file.lost);
	duty_show(duty, COUNT_LOG_BEHIND, sum.file.behind);
	duty_show(duty, COUNT_LOG_OPEN, open);
	return open;
}

/* What is wrong, if it has been for a while. */
static void
show_trouble(struct relaying *relaying, size_t logs_open)
{
	struct duty *duty = &relaying->duty;
	struct exchange_state state = {.is_connected = true};

	if (relaying->exchange != NULL)
		exchange_state(relaying->exchange, &state);
	/* Mail is answered all the same, but a guard that dies begins with older counts. */
	if (relaying->file.fails)
		duty_trouble(duty, "its counts cannot be kept: the log says why");
	else if (!state.is_connected && *state.why != '\0')
		duty_trouble(duty, "the Redis of relay.share is not reached: %s", state.why);
	else if (logs_open < relaying->load.logs && clock_steady() - relaying->begun_us > LOGS_US)
		duty_trouble(duty, "%zu of %zu logs of relay.logs are not there, or cannot be read",
			relaying->load.logs - logs_open, relaying->load.logs);
	else
		duty_trouble(duty, "%s", "");
}

static void
show(struct relaying *relaying)
{
	show_trouble(relaying, show_logs(relaying, &relaying->duty));
	show_share(relaying, &relaying->duty);
	relaylisten_show(&relaying->listen, &relaying->duty);
	show_counts(relaying);
	duty_refused(&relaying->duty, statefile_refused(&relaying->file.file));
}

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	duty_beat(&relaying->duty);
	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	relay_advance(relaying->relay, relaying->duty.clock.now);
	relaynotice_again(&relaying->notice, relaying->relay, clock_steady());
	relaynotice_time(&relaying->notice);
	relayfile_watch(&relaying->file);
	show(relaying);
}

/* Everybody is answered meanwhile. */
static void
on_last(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	if (relaylisten_let_end(&relaying->listen) == 0 || relaying->duty.is_orphan ||
		clock_steady() - relaying->last_us > LAST_US)
		(void)event_base_loopbreak(relaying->base);
}

/* One question at a time: mail has its turn between two. */
static void
on_desk(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;
	struct guardanswer of = {
		.relay = relaying->relay,
		.roster = relaying->load.roster,
		.names = relaying->estate->accountnames,
		.cases = relaying->estate->cases,
		.key = &relaying->key,
		.until = limit_until,
		.context = relaying,
		.is_shadow = relaying->settings->relaying.relay.is_shadow,
		.holds = relaying->settings->relaying.relay.holds,
		.now = now_for(relaying),
	};

	(void)what;
	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	if (guard_hear_desk(&of, socket) == -EPIPE)
		(void)event_del(relaying->desk);
}

static void
on_parent(evutil_socket_t socket, short what, void *context)
{
	const struct timeval nap = {.tv_usec = LAST_NAP_US};
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	duty_hear(&relaying->duty);
	if (!relaying->duty.is_over || relaying->last != NULL)
		return;
	relaying->last_us = clock_steady();
	relaying->last = event_new(relaying->base, -1, EV_PERSIST, on_last, relaying);
	must(relaying->last != NULL && event_add(relaying->last, &nap) == 0);
	on_last(-1, 0, relaying);
}

static void
on_result(void *context, const struct delivery *delivery)
{
	static const enum sender_result results[DELIVERY_RESULTS] = {
		[DELIVERY_SENT] = SENDER_SENT,
		[DELIVERY_UNKNOWN_USER] = SENDER_UNKNOWN_USER,
		[DELIVERY_POLICY] = SENDER_POLICY,
		[DELIVERY_BOUNCED] = SENDER_BOUNCED,
		[DELIVERY_DEFERRED] = SENDER_DEFERRED,
	};
	struct relaying *relaying = context;

	relay_result(relaying->relay, delivery->who, delivery->recipient, results[delivery->result],
		now_for(relaying));
}

static void
on_refund(void *context, const struct delivery *delivery)
{
	struct relaying *relaying = context;

	relay_refund(relaying->relay, delivery->who, delivery->limit, delivery->recipients,
		delivery->time, now_for(relaying));
}

/* Logs know it by its queue id. What is not charged to who answers is never given back: its recipients are not told. */
static void
on_sent(void *context, const struct relay_sent *sent)
{
	struct relaying *relaying = context;

	if (relaying->logs != NULL)
		deliveries_tell(relaylogs_deliveries(relaying->logs), 0, sent->queue_id, sent->who,
			sent->class, sent->is_charged ? sent->recipients : 0, sent->time);
}

/* A login with which a message came is known from whoever asked about the message. */
static void
on_login(void *context, const struct delivery_login *told)
{
	struct relaying *relaying = context;
	struct wall now = now_for(relaying);
	struct login login = {
		.account = told->account,
		.kind = told->is_good ? LOGIN_GOOD : LOGIN_BAD,
	};

	if (told->account.at == NULL || told->is_submission)
		return;
	/* Where somebody was hours ago is not where he is now. */
	if (now.us - told->time.us < OLD_US)
		login.client = told->client;
	for (unsigned i = 0; i < (told->attempts > 0 ? told->attempts : 1); i++)
		(void)relay_login(relaying->relay, &login, now);
}

static uint64_t
line_at(void *context, const struct address *client, struct wall time)
{
	(void)time;
	return line_of(context, client);
}

/* Without files. */
static struct relaylogs_settings
logs_settings(struct relaying *relaying)
{
	return (struct relaylogs_settings){
		.deliveries = {.key = relaying->key,
			.messages_most = relaying->settings->relaying.relay.messages_most,
			.recipients_most = 4 * relaying->settings->relaying.relay.messages_most,
			.line_of = lines_has_inside(relaying->settings->lines) ? line_at : NULL,
			.context = relaying},
		.now = now_for,
		.on_result = on_result,
		.on_refund = on_refund,
		.on_login = on_login,
		.context = relaying,
	};
}

static void
follow_logs(struct relaying *relaying)
{
	struct relaylogs_settings settings = logs_settings(relaying);

	for (size_t i = 0; i < relaying->load.logs && i < RELAYLOGS_MOST; i++)
		settings.files[settings.count++].path = relaying->load.log[i];
	if (settings.count > 0)
		relaying->logs = relaylogs_new(relaying->base, &settings);
}

static struct event_base *
make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	must(config != NULL);
	(void)event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
	base = event_base_new_with_config(config);
	must(base != NULL);
	event_config_free(config);
	return base;
}

static struct relay_settings
settings_of(struct relaying *relaying)
{
	struct relay_settings settings = relaying->settings->relaying.relay;

	settings.key = relaying->key;
	settings.local = &relaying->load.local;
	settings.roster = relaying->load.roster;
	settings.places = relaying->load.places;
	settings.senders.seed = hash_keyed(&relaying->key, "senders", 7);
	settings.line_of = lines_has_inside(relaying->settings->lines) ? line_of : NULL;
	settings.limit_of = limit_of;
	settings.case_of = case_of;
	settings.on_evidence = give_evidence;
	settings.on_sent = on_sent;
	settings.context = relaying;
	return settings;
}

/* Before what is counted. */
struct kept {
	struct wall began;
	uint64_t cleared; /* relayorders.cleared */
	uint32_t has_logs;
	uint32_t has_standing;
	struct relayshare_standing standing;
};

static uint64_t
layout(void)
{
	return save_layout(&(size_t){sizeof(struct kept)}, 1);
}

/* Counts and how far logs were read are of one moment: nothing of a log is counted twice, or never. */
static int
save_all(const void *context, struct save *save)
{
	const struct relaying *relaying = context;
	struct kept kept = {.began = relaying->began,
		.cleared = relaying->orders.cleared,
		.has_logs = relaying->logs != NULL,
		.has_standing = relaying->share != NULL};
	int r;

	if (relaying->share != NULL)
		relayshare_standing(relaying->share, &kept.standing);

	save_section(save, "guard", layout(), sizeof(kept));
	save_bytes(save, &kept, sizeof(kept));
	r = relay_save(relaying->relay, save);
	if (relaying->logs != NULL)
		relaylogs_save(relaying->logs, save);
	return r < 0 ? r : save_error(save);
}

static void
take_kept(struct relaying *relaying, const struct kept *kept)
{
	relaying->began = kept->began;
	relaying->has_standing = kept->has_standing == 1 &&
		memchr(kept->standing.position, '\0', sizeof(kept->standing.position)) != NULL;
	relaying->standing = kept->standing;
}

static int
restore_all(void *context, struct restore *restore, struct fail *fail)
{
	struct relaying *relaying = context;
	const struct relaylogs_settings none = logs_settings(relaying);
	struct relaylogs *unwanted;
	struct kept kept = {0};
	int r = restore_struct(restore, "guard", layout(), &kept, sizeof(kept), fail);

	if (r == 0 && !restore_is_time(kept.began))
		r = restore_damaged(restore, fail, "a time that cannot be");
	if (r == 0)
		take_kept(relaying, &kept);
	if (r == 0)
		relaying->orders.cleared = kept.cleared;
	if (r == 0)
		r = relay_restore(relaying->relay, restore, relaying->duty.clock.now, fail);
	if (r < 0 || kept.has_logs == 0)
		return r;
	if (relaying->logs != NULL)
		return relaylogs_restore(relaying->logs, restore, fail);
	unwanted = relaylogs_new(relaying->base, &none);
	r = relaylogs_restore(unwanted, restore, fail);
	relaylogs_free(unwanted);
	return r;
}

static void
make_all(struct relaying *relaying)
{
	struct relay_settings settings = settings_of(relaying);

	relaying->relay = relay_new(&settings);
	follow_logs(relaying);
}

/* What guards before this one knew; what was half restored is thrown away. */
static void
restore(struct relaying *relaying, unsigned tries)
{
	struct relayfile *file = &relaying->file;
	char folder[STATEFOLDER_PATH];
	struct fail fail = {0};
	int r = -ECANCELED;

	relaying->began = relaying->duty.clock.now;
	statefolder_of(relaying->settings->state, OWNER_GUARD, folder);
	relayfile_init(file, folder, "counts", relaying->settings->relaying.save_us);
	make_all(relaying);
	if (tries <= TRIES_KEPT)
		r = statefile_load(&file->file, restore_all, relaying, &fail);
	else
		fail_what(&fail, "guards that began with it died %u times", tries);
	if (r < 0 && r != -ENOENT) {
		relay_free(relaying->relay);
		relaying->logs = relaylogs_free(relaying->logs);
		make_all(relaying);
		statefile_put_aside(&file->file);
		duty_tell_refused(file->file.path, "the counts of the guard cannot be used", &fail);
	}
	relay_began(relaying->relay, relaying->began);
	relayfile_keep(file, save_all, relaying);
}

/* Others are heard from where the guard before this one stood, if its counts are here. */
static int
begin_share(struct relaying *relaying, struct fail *fail)
{
	const struct relaying_settings *settings = &relaying->settings->relaying;
	struct exchangeredis_settings redis = {
		.servers = settings->share_count,
		.user = text_of(settings->share_user),
		.password = text_of(settings->share_password),
		.stream = text_of(settings->share_stream),
		.from = relaying->has_standing ? text_of(relaying->standing.position) : TEXT(""),
		.keep = settings->share_keep,
		.bytes_most = SHARE_BYTES,
		.silence_us = SHARE_SILENCE_US,
	};
	struct relayshare_settings share = {
		.guard = relay_guard(relaying->relay),
		.key = relaying->key,
		.changes_most = settings->relay.keys_most,
		.now = now_for,
		.context = relaying,
		.former = relaying->has_standing ? &relaying->standing : NULL,
	};
	int r;

	if (settings->share_count == 0)
		return 0;
	memcpy(redis.server, settings->share, sizeof(redis.server));
	r = exchangeredis_new(relaying->base, &redis, &relaying->exchange, fail);
	if (r < 0)
		return r;
	share.exchange = relaying->exchange;
	relaying->share = relayshare_new(relaying->base, &share);
	return 0;
}

static void
begin_notice(struct relaying *relaying)
{
	const struct estate_settings *settings = &relaying->settings->estate;
	struct relaynotice *notice = &relaying->notice;

	*notice = (struct relaynotice){
		.judges = settings->judges,
		.names = relaying->estate->accountnames,
		.now = now_for,
		.context = relaying,
	};
	for (uint32_t j = 0; j < settings->judges; j++)
		estate_sightings_putting(
			relaying->estate, settings->receivers, j, &notice->judge[j]);
}

static void
loop(struct relaying *relaying)
{
	struct timeval period = {.tv_usec = TICK_US};
	struct event *tick = event_new(relaying->base, -1, EV_PERSIST, on_tick, relaying);
	struct event *parent = event_new(
		relaying->base, relaying->duty.parent, EV_READ | EV_PERSIST, on_parent, relaying);

	must(tick != NULL && event_add(tick, &period) == 0);
	must(parent != NULL && event_add(parent, NULL) == 0);
	relaying->desk = event_new(relaying->base, relaying->estate->desk_guard.end[1],
		EV_READ | EV_PERSIST, on_desk, relaying);
	must(relaying->desk != NULL && event_add(relaying->desk, NULL) == 0);
	duty_ready(&relaying->duty);
	(void)event_base_dispatch(relaying->base);
}

/* Everything is kept; who asks meanwhile waits in the sockets for the next guard. */
static void
finish(struct relaying *relaying)
{
	const struct timespec pause = {.tv_nsec = DISK_NAP_NS};
	int64_t end = clock_steady() + DISK_US;

	show(relaying);
	relaylisten_end(&relaying->listen);
	if (relaying->share != NULL)
		relayshare_tick(relaying->share);
	relayfile_finish(&relaying->file);
	while (!relayfile_is_over(&relaying->file) && clock_steady() < end) {
		duty_beat(&relaying->duty);
		(void)nanosleep(&pause, NULL);
	}
}

/* What files and libraries are needed for comes before the process shuts itself in, what strangers send after it. */
static void
begin(struct relaying *relaying, const struct post *post, const struct relayopening *opening,
	unsigned tries)
{
	const struct relaying_settings *settings = &relaying->settings->relaying;
	struct relaylisten_settings listen = {
		.settings = settings,
		.key = relaying->key,
		.now = now_for,
		.is_late = is_late,
		.context = relaying,
	};
	struct fail fail = {0};

	listen.descriptors = process_descriptors();
	relaying->base = listen.base = make_base();
	relaying->turn_over = event_new(relaying->base, -1, 0, on_turn_over, relaying);
	must(relaying->turn_over != NULL);
	if (relayload_begin(&relaying->load, settings, &relaying->key, &fail) < 0)
		duty_fail(&relaying->duty, &fail);
	begin_notice(relaying);
	relayorders_begin(&relaying->orders, relaying->estate->orders);
	shutin_enter(&relaying->duty, post, relaying->settings);
	restore(relaying, tries);
	if (begin_share(relaying, &fail) < 0)
		duty_fail(&relaying->duty, &fail);
	listen.relay = relaying->relay;
	if (relaylisten_begin(&relaying->listen, &listen, opening, &fail) < 0)
		duty_fail(&relaying->duty, &fail);
}

_Noreturn void
relaying_run(const struct daemon_settings *settings, struct estate *estate,
	const struct relayopening *opening, unsigned tries)
{
	struct relaying *relaying = xcalloc(1, sizeof(*relaying));
	struct post post = {.owner = OWNER_GUARD};
	int descriptors[RELAY_PLACES];
	struct keys keys;

	for (size_t i = 0; i < opening->count; i++)
		descriptors[i] = opening->entry[i].descriptor;
	estate_enter(estate, &post, descriptors, opening->count);
	*relaying = (struct relaying){.settings = settings, .estate = estate};
	duty_begin(&relaying->duty, estate, &post);
	relaying->begun_us = clock_steady();
	keys = duty_keys(settings->keep.ledger);
	relaying->key = keys.pseudonym;
	lines_set_key(settings->lines, &keys.pseudonym);
	keyfile_forget(&keys);
	begin(relaying, &post, opening, tries);
	loop(relaying);
	finish(relaying);
	_exit(0);
}
