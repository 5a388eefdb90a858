/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/session.h"

#include "base/hash.h"
#include "source/export/kernelshare.h"

#include <errno.h>
#include <stdlib.h>

#define NONE UINT32_MAX

/* Of each table: every message looks a session up, and most networks have some dozens. */
#define SLOTS_FIRST 256

/* Looking through all sessions for idle ones is worth it only so often. */
#define SWEEP_EVERY (10 * WALL_SECOND)

/* sysUpTime and the clock of the header drift and are rounded by less than this. */
#define UPTIME_SLACK 5000

/* So many strangers are looked at to find one of the same exporter. */
#define LOOK_MOST 64

/* An exporter does not restart so often in a minute: these are several behind one address. */
#define RESTARTS_MOST  4
#define FORGIVEN_AFTER WALL_HOUR

void
sessions_init(struct sessions *sessions, const struct export_settings *settings,
	struct export_counts *counts, struct intake_counts *intake_counts)
{
	struct hash_key key;

	hash_key_random(&key);
	*sessions = (struct sessions){
		.settings = settings,
		.counts = counts,
		.intake_counts = intake_counts,
		.free = NONE,
		.session = memory_map(settings->sessions_most, sizeof(*sessions->session)),
		.template = memory_map(settings->templates_total, sizeof(struct template *)),
		.template_free = memory_map(settings->templates_total, sizeof(uint32_t)),
	};
	memcpy(sessions->seed, key.byte, sizeof(key.byte));
	hash_key_random(&key);
	memcpy(sessions->seed + 2, key.byte, sizeof(key.byte));
	table_init_small(&sessions->index, settings->sessions_most, SLOTS_FIRST);
	table_init_small(&sessions->exporters, settings->sessions_most, SLOTS_FIRST);
	table_init_small(&sessions->templates, settings->templates_total, SLOTS_FIRST);
	standing_init(&sessions->standing, settings->sessions_most);
}

static uint64_t
exporter_hash(const struct sessions *sessions, const struct session_key *key)
{
	return hash_fast(&key->exporter, sizeof(key->exporter), sessions->seed[0]);
}

/* Different templates of different sessions have different keys: mixing is one to one. */
static uint64_t
template_hash(const struct sessions *sessions, const struct session *session, uint16_t id)
{
	return hash_mix(sessions->seed[1] ^ ((uint64_t)session->number << 16 | id));
}

static void
forget(struct sessions *sessions, struct session *session, struct template *template)
{
	struct table_slot *slot =
		table_find(&sessions->templates, template_hash(sessions, session, template->id));

	if (slot != NULL) {
		sessions->template[slot->value] = NULL;
		sessions->template_free[sessions->template_free_count++] = slot->value;
		table_remove(&sessions->templates, slot);
	}
	if (session->recent[template->id % SESSION_RECENT] == template)
		session->recent[template->id % SESSION_RECENT] = NULL;
	*template->link = template->next;
	if (template->next != NULL)
		template->next->link = template->link;
	session->template_count--;
	template_free(template);
}

static void
forget_all(struct sessions *sessions, struct session *session)
{
	while (session->templates != NULL)
		forget(sessions, session, session->templates);
}

static void
drop_held(struct sessions *sessions, struct session *session)
{
	struct held *held = session->held;

	session->held = held->next;
	if (session->held == NULL)
		session->held_last = NULL;
	session->held_count--;
	sessions->held_bytes -= held->size;
	sessions->counts->held_lost++;
	sessions->intake_counts->skipped_bytes += held->size;
	free(held);
}

size_t
session_give_up(struct sessions *sessions, struct session *session)
{
	size_t before = sessions->held_bytes;

	while (session->held != NULL)
		drop_held(sessions, session);
	return before - sessions->held_bytes;
}

void
session_end(struct sessions *sessions, struct session *session)
{
	struct table_slot *slot =
		table_find(&sessions->index, session_hash(sessions, &session->key));
	struct table_slot *exporter =
		table_find(&sessions->exporters, exporter_hash(sessions, &session->key));
	uint32_t number = session->number;

	if (session->kernel_slot != 0)
		kernel_forget(sessions->kernel, session);
	forget_all(sessions, session);
	session_give_up(sessions, session);
	free(session->sampling);
	standing_end(&sessions->standing, number);
	if (slot != NULL)
		table_remove(&sessions->index, slot);
	if (exporter != NULL && --exporter->value == 0)
		table_remove(&sessions->exporters, exporter);
	*session = (struct session){.number = number, .template_count = sessions->free};
	sessions->free = number;
}

void
sessions_done(struct sessions *sessions)
{
	const struct export_settings *settings = sessions->settings;

	for (uint32_t i = 0; i < sessions->used; i++) {
		if (sessions->session[i].is_used)
			session_end(sessions, &sessions->session[i]);
	}
	table_done(&sessions->index);
	table_done(&sessions->exporters);
	table_done(&sessions->templates);
	standing_done(&sessions->standing);
	memory_unmap(sessions->session, settings->sessions_most, sizeof(*sessions->session));
	memory_unmap(sessions->template, settings->templates_total, sizeof(struct template *));
	memory_unmap(sessions->template_free, settings->templates_total, sizeof(uint32_t));
}

/* The weakest stranger gives way to a session (or NULL: to one that has not begun). False: there is none, or only
 * the session itself. */
static bool
displace(struct sessions *sessions, const struct session *for_)
{
	uint32_t number = standing_weakest(
		&sessions->standing, for_ != NULL ? for_->number : STANDING_NOBODY);

	if (number == STANDING_NOBODY)
		return false;
	session_end(sessions, &sessions->session[number]);
	sessions->counts->sessions_displaced++;
	return true;
}

/* An exporter has as many sessions as it may: one that is a stranger gives way. */
static bool
displace_own(struct sessions *sessions, const struct session_key *key)
{
	uint32_t number = standing_weakest(&sessions->standing, STANDING_NOBODY);

	for (int i = 0; i < LOOK_MOST && number != STANDING_NOBODY; i++) {
		struct session *session = &sessions->session[number];

		if (address_equal(&session->key.exporter, &key->exporter)) {
			session_end(sessions, session);
			sessions->counts->sessions_displaced++;
			return true;
		}
		number = standing_after(&sessions->standing, number);
	}
	return false;
}

static bool
is_silent(const struct sessions *sessions, const struct session *session, struct wall now)
{
	return session->key.transport != EXPORT_TCP && now.us > session->seen.us &&
		now.us - session->seen.us > sessions->settings->template_life_us;
}

/* What a session holds beyond a template's life: templates, and data whose template never came. */
static void
forget_old(struct sessions *sessions, struct session *session, struct wall now)
{
	struct template *template = session->templates;

	while (template != NULL) {
		struct template *next = template->next;

		if (session_is_expired(sessions, template, now)) {
			forget(sessions, session, template);
			sessions->counts->templates_expired++;
		}
		template = next;
	}
	while (session->held != NULL && now.us > session->held->received.us &&
		now.us - session->held->received.us > sessions->settings->template_life_us)
		drop_held(sessions, session);
}

/* Where there is no room: ends the sessions that were silent for a template's life, but for connections that still
 * stand, and has the others forget what is as old. */
static void
sweep(struct sessions *sessions, struct wall now)
{
	int64_t since;

	if (sessions->swept.us != 0 &&
		!__builtin_sub_overflow(now.us, sessions->swept.us, &since) &&
		since > -SWEEP_EVERY && since < SWEEP_EVERY)
		return;
	sessions->swept = now;
	for (uint32_t i = 0; i < sessions->used; i++) {
		struct session *session = &sessions->session[i];

		if (!session->is_used)
			continue;
		if (!is_silent(sessions, session, now)) {
			forget_old(sessions, session, now);
			continue;
		}
		session_end(sessions, session);
		sessions->counts->sessions_ended++;
	}
}

static bool
has_room(const struct sessions *sessions)
{
	return sessions->free != NONE || sessions->used < sessions->settings->sessions_most;
}

static bool
has_room_of_its_own(const struct sessions *sessions, const struct table_slot *exporter)
{
	return exporter == NULL || exporter->value < sessions->settings->sessions_per_exporter;
}

/* Room for one more session of this exporter; false if there is none to be had. */
static bool
make_room(struct sessions *sessions, const struct session_key *key, struct wall now)
{
	uint64_t hash = exporter_hash(sessions, key);

	if (has_room(sessions) &&
		has_room_of_its_own(sessions, table_find(&sessions->exporters, hash)))
		return true;
	sweep(sessions, now);
	if (!has_room_of_its_own(sessions, table_find(&sessions->exporters, hash)))
		return displace_own(sessions, key);
	return has_room(sessions) || displace(sessions, NULL);
}

/* There is room for it. */
static struct session *
begin(struct sessions *sessions, const struct session_key *key, struct wall now)
{
	uint64_t hash = exporter_hash(sessions, key);
	struct table_slot *exporter, *slot;
	struct session *session;
	uint32_t number = sessions->free;

	if (number != NONE)
		sessions->free = sessions->session[number].template_count;
	else
		number = sessions->used++;
	/* There are never more exporters than sessions, and as many slots as sessions. */
	must(table_add(&sessions->index, session_hash(sessions, key), &slot) >= 0);
	slot->value = number;
	must(table_add(&sessions->exporters, hash, &exporter) >= 0);
	exporter->value++;
	session = &sessions->session[number];
	*session = (struct session){.key = *key, .number = number, .is_used = true, .seen = now};
	/* Nobody forges the address of a connection. */
	standing_begin(&sessions->standing, number,
		key->transport == EXPORT_TCP ? STANDING_STRANGER : STANDING_NEW);
	sequence_init(&session->sequence,
		key->dialect == DIALECT_NETFLOW9 ? SEQUENCE_MESSAGES : SEQUENCE_RECORDS);
	return session;
}

struct session *
session_begin(struct sessions *sessions, const struct session_key *key, struct wall now, bool *tell)
{
	struct table_slot *exporter;

	if (make_room(sessions, key, now)) {
		sessions->counts->sessions++;
		return begin(sessions, key, now);
	}
	exporter = table_find(&sessions->exporters, exporter_hash(sessions, key));
	*tell = exporter == NULL ? sessions->counts->sessions_refused == 0 : exporter->aux == 0;
	if (exporter != NULL)
		exporter->aux = 1;
	return NULL;
}

struct session *
session_resume(struct sessions *sessions, const struct session_key *key, struct wall now)
{
	if (session_find(sessions, session_hash(sessions, key)) != NULL || !has_room(sessions) ||
		!has_room_of_its_own(
			sessions, table_find(&sessions->exporters, exporter_hash(sessions, key))))
		return NULL;
	return begin(sessions, key, now);
}

struct template *
session_find_template(
	struct sessions *sessions, struct session *session, uint16_t id, struct wall now)
{
	struct template *template = session->recent[id % SESSION_RECENT];

	if (template == NULL || template->id != id) {
		const struct table_slot *slot =
			table_find(&sessions->templates, template_hash(sessions, session, id));

		if (slot == NULL)
			return NULL;
		template = sessions->template[slot->value];
		session->recent[id % SESSION_RECENT] = template;
	}
	if (session_is_expired(sessions, template, now)) {
		forget(sessions, session, template);
		sessions->counts->templates_expired++;
		return NULL;
	}
	return template;
}

/* A slot for a new template; what is old and strangers give way to it. */
static bool
find_place(struct sessions *sessions, const struct session *session, uint16_t id, struct wall now,
	struct table_slot **ret)
{
	uint64_t hash = template_hash(sessions, session, id);

	if (sessions->templates.count >= sessions->settings->templates_total)
		sweep(sessions, now);
	while (table_add(&sessions->templates, hash, ret) < 0) {
		if (!displace(sessions, session))
			return false;
	}
	return true;
}

/* Puts a new template where there was none of its number. */
static enum session_template
add(struct sessions *sessions, struct session *session, struct template *template, struct wall now)
{
	struct table_slot *slot;
	uint32_t at;

	if (session->template_count >= sessions->settings->templates_most)
		forget_old(sessions, session, now);
	if (session->template_count >= sessions->settings->templates_most ||
		!find_place(sessions, session, template->id, now, &slot)) {
		template_free(template);
		sessions->counts->templates_refused++;
		return SESSION_TEMPLATE_FULL;
	}
	at = sessions->template_free_count > 0
		? sessions->template_free[--sessions->template_free_count]
		: sessions->template_used++;
	slot->value = at;
	sessions->template[at] = template;
	template->next = session->templates;
	template->link = &session->templates;
	if (template->next != NULL)
		template->next->link = &template->next;
	session->templates = template;
	session->template_count++;
	return SESSION_TEMPLATE_NEW;
}

/* Export time orders what the network may have put in another order (RFC 7011 s8.2). */
static bool
is_older(const struct template *template, uint32_t export_seconds)
{
	uint32_t earlier = template->since - export_seconds;

	return earlier > 0 && earlier < REORDER_SECONDS;
}

void
session_refuse(struct sessions *sessions, struct session *session, uint16_t id,
	uint32_t export_seconds, struct wall now)
{
	struct template *old = session_find_template(sessions, session, id, now);

	if (old != NULL && (session->key.transport == EXPORT_TCP || !is_older(old, export_seconds)))
		forget(sessions, session, old);
}

enum session_template
session_announce(struct sessions *sessions, struct session *session, const struct layout *layout,
	uint32_t export_seconds, struct wall now, struct fail *fail)
{
	struct template *old = session_find_template(sessions, session, layout->id, now), *new;
	enum session_template result;
	bool is_tcp = session->key.transport == EXPORT_TCP;

	if (old != NULL && template_is(old, layout)) {
		if (now.us > old->refreshed.us)
			old->refreshed = now;
		return SESSION_TEMPLATE_SAME;
	}
	if (old != NULL && !is_tcp && is_older(old, export_seconds)) {
		sessions->counts->templates_late++;
		return SESSION_TEMPLATE_LATE;
	}
	new = template_new(layout, fail);
	new->session = session->number;
	new->since = export_seconds;
	new->refreshed = is_tcp ? (struct wall){INT64_MAX} : now;
	new->is_redefined = old != NULL;
	if (old != NULL) {
		forget(sessions, session, old);
		sessions->counts->templates_changed++;
	}
	result = add(sessions, session, new, now);
	sessions->counts->templates += result == SESSION_TEMPLATE_NEW;
	return result == SESSION_TEMPLATE_NEW && old != NULL ? SESSION_TEMPLATE_CHANGED : result;
}

bool
session_resume_template(struct sessions *sessions, struct session *session,
	const struct layout *layout, const struct template_life *life)
{
	struct fail known = {0}; /* what is strange in it was told when it was learnt */
	struct template *template;

	if (table_find(&sessions->templates, template_hash(sessions, session, layout->id)) !=
			NULL ||
		sessions->templates.count >= sessions->settings->templates_total)
		return false;
	template = template_new(layout, &known);
	template->session = session->number;
	template->since = life->since;
	template->refreshed = life->refreshed;
	template->is_redefined = life->is_redefined;
	return add(sessions, session, template, life->refreshed) == SESSION_TEMPLATE_NEW;
}

bool
session_withdraw(struct sessions *sessions, struct session *session, uint16_t id, bool is_options)
{
	struct template *template = session->templates;
	bool is_all = id < TEMPLATE_FIRST, found = false;

	while (template != NULL) {
		struct template *next = template->next;

		if (template->is_options == is_options && (is_all || template->id == id)) {
			forget(sessions, session, template);
			sessions->counts->templates_withdrawn++;
			found = true;
		}
		template = next;
	}
	return found;
}

/* True if this is one restart too many to be believed. */
static bool
is_too_often(struct session *session, struct wall now)
{
	if (session->restarts == 0 || now.us < session->restarts_since.us ||
		now.us - session->restarts_since.us > WALL_MINUTE) {
		session->restarts = 0;
		session->restarts_since = now;
	}
	return ++session->restarts >= RESTARTS_MOST;
}

void
session_forgive(struct session *session, struct wall now)
{
	if (now.us - session->restarts_since.us <= FORGIVEN_AFTER)
		return;
	session->is_mixed = false;
	session->restarts = 0;
	sequence_reset(&session->sequence);
}

bool
session_restarted(struct sessions *sessions, struct session *session, uint32_t uptime,
	int64_t export_ms, struct wall now)
{
	int64_t booted = export_ms - uptime, later = booted - session->booted_ms;
	int64_t wrap = INT64_C(1) << 32;
	bool was_resumed = session->is_resumed;
	bool went_back = (session->has_uptime || was_resumed) && uptime < session->uptime;
	bool restarted = (went_back || was_resumed) && later > UPTIME_SLACK && !session->is_mixed;

	if (session->is_mixed && (went_back || now.us < session->restarts_since.us))
		session->restarts_since = now;
	/* After 49.7 days sysUpTime begins anew at 0, and the exporter goes on. */
	if (restarted && later > wrap - WALL_HOUR / 1000 && later < wrap + WALL_HOUR / 1000)
		restarted = false;
	/* A message out of order must not make the next one look like a restart. */
	if (went_back && later <= UPTIME_SLACK && later >= -UPTIME_SLACK)
		return false;
	session->has_uptime = true;
	session->is_resumed = false;
	session->uptime = uptime;
	session->booted_ms = booted;
	if (!restarted)
		return false;
	if (is_too_often(session, now)) {
		session->is_mixed = true;
		return false;
	}
	forget_all(sessions, session);
	session_give_up(sessions, session);
	free(session->sampling);
	session->sampling = NULL;
	session->figures.restarts++;
	sequence_reset(&session->sequence);
	sessions->counts->restarts++;
	return true;
}

bool
session_is_duplicate(const struct session *session, uint64_t print)
{
	for (unsigned i = 0; i < SESSION_PRINTS; i++) {
		if (session->print[i] == print)
			return true;
	}
	return false;
}

void
session_remember(struct session *session, uint64_t print)
{
	session->print[session->print_next % SESSION_PRINTS] = print;
	session->print_next++;
}

bool
session_hold(struct sessions *sessions, struct session *session, uint16_t template_id,
	const struct moment *moment, struct wall received, const uint8_t *bytes, size_t size)
{
	struct held *held;

	if (size > UINT16_MAX || sessions->settings->held_most == 0)
		return false;
	if (session->held_count >= sessions->settings->held_most)
		drop_held(sessions, session);
	if (sessions->held_bytes + size > sessions->settings->held_bytes)
		sweep(sessions, received);
	while (sessions->held_bytes + size > sessions->settings->held_bytes) {
		if (!displace(sessions, session))
			return false;
	}
	held = xcalloc(1, sizeof(*held) + size);
	held->moment = *moment;
	held->received = received;
	held->template_id = template_id;
	held->size = (uint16_t)size;
	memcpy(held->bytes, bytes, size);
	if (session->held_last != NULL)
		session->held_last->next = held;
	else
		session->held = held;
	session->held_last = held;
	session->held_count++;
	sessions->held_bytes += size;
	sessions->counts->held++;
	return true;
}

struct held *
session_release(struct sessions *sessions, struct session *session, uint16_t template_id)
{
	struct held *before = NULL, *held = session->held;

	while (held != NULL && held->template_id != template_id) {
		before = held;
		held = held->next;
	}
	if (held == NULL)
		return NULL;
	if (before != NULL)
		before->next = held->next;
	else
		session->held = held->next;
	if (session->held_last == held)
		session->held_last = before;
	session->held_count--;
	sessions->held_bytes -= held->size;
	sessions->counts->released++;
	return held;
}
