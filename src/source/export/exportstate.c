/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/exportstate.h"

#include "source/export/collector.h"
#include "source/export/sflowagent.h"

#include <stdlib.h>

#define NONE UINT32_MAX

/* More sessions or agents than any settings ask for. */
#define COUNT_MOST (1 << 20)

/* export time - sysUpTime, in milliseconds: both have 32 bits, the first of seconds. */
#define BOOTED_LEAST (-(INT64_C(1) << 32))
#define BOOTED_MOST  ((INT64_C(1) << 32) * 1000)

/* How far evidence may still be incomplete: see message.c. */
#define INCOMPLETE_MOST WALL_MINUTE

struct export_saved {
	uint32_t sessions;
	uint32_t templates;
	uint32_t samplings;
	uint32_t agents;
	uint32_t sources;
};

struct session_saved {
	struct session_key key;
	struct sequence sequence;
	struct wall seen;
	struct wall incomplete;
	struct wall restarts_since;
	int64_t booted_ms;
	int64_t started_ms;
	struct figures_often often;
	uint64_t print[SESSION_PRINTS];
	struct figures figures;
	uint32_t uptime;
	uint32_t rate;
	uint16_t port;
	uint8_t print_next;
	uint8_t restarts;
	uint8_t has_uptime;
	uint8_t is_mixed;
};

/* Its fields follow it. */
struct template_saved {
	struct wall refreshed;
	uint32_t session; /* place among those that were saved */
	uint32_t since;
	uint16_t id;
	uint16_t count;
	uint16_t scopes;
	uint8_t is_options;
	uint8_t is_redefined;
};

/* Its rates follow it. */
struct sampling_saved {
	uint32_t session;
	uint32_t count;
	uint32_t next;
};

struct track_saved {
	uint32_t sequence;
	uint32_t drops;
	uint32_t uptime_ms;
	uint32_t begun;
};

struct agent_saved {
	struct sflow_agent_key key;
	struct track_saved track;
	struct wall seen;
	struct figures_often often;
	struct figures figures;
	uint32_t rate;
	uint16_t port;
	uint8_t has_address;
};

struct source_saved {
	uint32_t agent;
	uint32_t id[2];
	struct track_saved track;
};

static uint64_t
layout_of(void)
{
	static const size_t numbers[] = {sizeof(struct export_saved), sizeof(struct session_saved),
		sizeof(struct template_saved), sizeof(struct specifier),
		sizeof(struct sampling_saved), sizeof(struct sampling_rate),
		sizeof(struct agent_saved), sizeof(struct source_saved),
		offsetof(struct session_saved, seen), offsetof(struct session_saved, often),
		offsetof(struct session_saved, figures), offsetof(struct sequence, expected),
		offsetof(struct sequence, unit), offsetof(struct sequence, gap_next),
		offsetof(struct figures, late), SESSION_PRINTS, SEQUENCE_GAPS, SEQUENCE_UNITS,
		SAMPLING_MOST, DIALECT_COUNT};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

/* Numbers of sessions or agents in the order in which they are saved: the established, then the others from the one
 * that gives way first. So they have the same order when they are begun again. */
struct order {
	uint32_t *number;
	uint32_t count;
};

static void
order_add(struct order *order, uint32_t number)
{
	order->number[order->count++] = number;
}

static void
order_sessions(const struct sessions *sessions, struct order *order)
{
	uint32_t number;

	order->number = xcalloc(sessions->used + 1, sizeof(*order->number));
	for (number = 0; number < sessions->used; number++) {
		const struct session *session = &sessions->session[number];

		if (session->is_used && session->is_established &&
			session->key.transport == EXPORT_UDP)
			order_add(order, number);
	}
	number = standing_weakest(&sessions->standing, STANDING_NOBODY);
	for (; number != STANDING_NOBODY; number = standing_after(&sessions->standing, number)) {
		if (sessions->session[number].key.transport == EXPORT_UDP)
			order_add(order, number);
	}
}

static void
order_agents(const struct sflow_agents *agents, struct order *order)
{
	uint32_t number;

	order->number = xcalloc(agents->used + 1, sizeof(*order->number));
	for (number = 0; number < agents->used; number++) {
		if (agents->agent[number].is_used && agents->agent[number].is_established)
			order_add(order, number);
	}
	number = standing_weakest(&agents->standing, STANDING_NOBODY);
	for (; number != STANDING_NOBODY; number = standing_after(&agents->standing, number))
		order_add(order, number);
}

static void
save_session(const struct session *session, struct save *save)
{
	struct session_saved saved;

	/* What lies between its members is written too. */
	memset(&saved, 0, sizeof(saved));
	saved.key = session->key;
	saved.sequence = session->sequence;
	saved.seen = session->seen;
	saved.incomplete = session->incomplete;
	saved.restarts_since = session->restarts_since;
	saved.booted_ms = session->booted_ms;
	saved.started_ms = session->started_ms;
	saved.often = session->often;
	memcpy(saved.print, session->print, sizeof(saved.print));
	saved.figures = session->figures;
	saved.uptime = session->uptime;
	saved.rate = session->rate;
	saved.port = session->port;
	saved.print_next = session->print_next;
	saved.restarts = session->restarts;
	saved.has_uptime = session->has_uptime || session->is_resumed;
	saved.is_mixed = session->is_mixed;
	save_bytes(save, &saved, sizeof(saved));
}

static void
save_template(const struct template *template, uint32_t session, struct save *save)
{
	struct template_saved saved = {
		.refreshed = template->refreshed,
		.session = session,
		.since = template->since,
		.id = template->id,
		.count = template->count,
		.scopes = template->scopes,
		.is_options = template->is_options,
		.is_redefined = template->is_redefined,
	};

	save_bytes(save, &saved, sizeof(saved));
	for (unsigned i = 0; i < template->count; i++)
		save_bytes(
			save, &template->field[i].specifier, sizeof(template->field[i].specifier));
}

static void
save_templates(const struct sessions *sessions, const struct order *order, struct save *save)
{
	const struct template *template;
	uint64_t size = 0;

	for (uint32_t i = 0; i < order->count; i++) {
		template = sessions->session[order->number[i]].templates;
		for (; template != NULL; template = template->next)
			size += sizeof(struct template_saved) +
				template->count * sizeof(struct specifier);
	}
	save_section(save, "template", layout_of(), size);
	for (uint32_t i = 0; i < order->count; i++) {
		template = sessions->session[order->number[i]].templates;
		for (; template != NULL; template = template->next)
			save_template(template, i, save);
	}
}

static void
save_samplings(const struct sessions *sessions, const struct order *order, struct save *save)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < order->count; i++) {
		const struct sampling *sampling = sessions->session[order->number[i]].sampling;

		if (sampling != NULL)
			size += sizeof(struct sampling_saved) +
				sampling->count * sizeof(*sampling->rate);
	}
	save_section(save, "sampling", layout_of(), size);
	for (uint32_t i = 0; i < order->count; i++) {
		const struct sampling *sampling = sessions->session[order->number[i]].sampling;
		struct sampling_saved saved = {.session = i};

		if (sampling == NULL)
			continue;
		saved.count = sampling->count;
		saved.next = sampling->next;
		save_bytes(save, &saved, sizeof(saved));
		save_bytes(save, sampling->rate, sampling->count * sizeof(*sampling->rate));
	}
}

static struct track_saved
track_saved(const struct track *track)
{
	return (struct track_saved){track->sequence, track->drops, track->uptime_ms, track->begun};
}

static void
save_agents(const struct sflow_agents *agents, const struct order *order, struct save *save)
{
	save_section(save, "agents", layout_of(), order->count * sizeof(struct agent_saved));
	for (uint32_t i = 0; i < order->count; i++) {
		const struct sflow_agent *agent = &agents->agent[order->number[i]];
		struct agent_saved saved;

		memset(&saved, 0, sizeof(saved));
		saved.key = agent->key;
		saved.track = track_saved(&agent->track);
		saved.seen = agent->seen;
		saved.often = agent->often;
		saved.figures = agent->figures;
		saved.rate = agent->rate;
		saved.port = agent->port;
		saved.has_address = agent->has_address;
		save_bytes(save, &saved, sizeof(saved));
	}
}

static void
save_sources(const struct sflow_agents *agents, const struct order *order, uint32_t count,
	struct save *save)
{
	save_section(save, "sources", layout_of(), count * sizeof(struct source_saved));
	for (uint32_t i = 0; i < order->count; i++) {
		uint32_t at = agents->agent[order->number[i]].source;

		for (; at != NONE; at = agents->source[at].next) {
			const struct sflow_source *source = &agents->source[at];
			struct source_saved saved = {
				.agent = i,
				.id = {source->id[0], source->id[1]},
				.track = track_saved(&source->track),
			};

			save_bytes(save, &saved, sizeof(saved));
		}
	}
}

void
export_save(const struct export *export_, struct save *save)
{
	const struct sessions *sessions = &export_->sessions;
	const struct sflow_agents *agents = sflow_agents(export_->sflow);
	struct order by_session = {0}, by_agent = {0};
	struct export_saved saved = {0};

	order_sessions(sessions, &by_session);
	order_agents(agents, &by_agent);
	saved.sessions = by_session.count;
	saved.agents = by_agent.count;
	for (uint32_t i = 0; i < by_session.count; i++) {
		const struct session *session = &sessions->session[by_session.number[i]];

		saved.templates += session->template_count;
		saved.samplings += session->sampling != NULL;
	}
	for (uint32_t i = 0; i < by_agent.count; i++)
		saved.sources += agents->agent[by_agent.number[i]].source_count;
	save_section(save, "export", layout_of(), sizeof(saved));
	save_bytes(save, &saved, sizeof(saved));
	save_section(
		save, "sessions", layout_of(), by_session.count * sizeof(struct session_saved));
	for (uint32_t i = 0; i < by_session.count; i++)
		save_session(&sessions->session[by_session.number[i]], save);
	save_templates(sessions, &by_session, save);
	save_samplings(sessions, &by_session, save);
	save_agents(agents, &by_agent, save);
	save_sources(agents, &by_agent, saved.sources, save);
	free(by_session.number);
	free(by_agent.number);
}

struct reading {
	struct export *export_;
	struct restore *restore;
	struct fail *fail;
	struct wall now;
	struct export_saved saved;
	uint32_t *session; /* number of each that was saved; NONE: left out */
	uint32_t *agent;
};

static int
damaged(const struct reading *reading, const char *what)
{
	return restore_damaged(reading->restore, reading->fail, what);
}

static int
take(const struct reading *reading, void *into, size_t size)
{
	return restore_bytes(reading->restore, into, size, reading->fail);
}

static int
enter(const struct reading *reading, const char *tag)
{
	uint64_t size;

	return restore_section(reading->restore, tag, layout_of(), &size, reading->fail);
}

/* Clocks are set back; nothing was received after now. */
static struct wall
not_after(struct wall time, struct wall now)
{
	return time.us > now.us ? now : time;
}

static bool
is_sequence(const struct sequence *sequence)
{
	return sequence->unit < SEQUENCE_UNITS && sequence->other < SEQUENCE_UNITS &&
		sequence->place <= SEQUENCE_RESTART && sequence->gap_next < SEQUENCE_GAPS &&
		sequence->mean <= UINT16_MAX * SEQUENCE_MEAN;
}

static bool
is_session(const struct session_saved *saved)
{
	return saved->key.dialect < DIALECT_COUNT && saved->key.transport == EXPORT_UDP &&
		is_sequence(&saved->sequence) && restore_is_time(saved->seen) &&
		restore_is_time(saved->incomplete) && restore_is_time(saved->restarts_since) &&
		saved->booted_ms >= BOOTED_LEAST && saved->booted_ms <= BOOTED_MOST &&
		saved->started_ms >= 0 && saved->started_ms < INT64_MAX / 1000 &&
		saved->has_uptime <= 1 && saved->is_mixed <= 1;
}

static void
fill_session(
	const struct reading *reading, struct session *session, const struct session_saved *saved)
{
	session->sequence = saved->sequence;
	session->incomplete =
		not_after(saved->incomplete, (struct wall){reading->now.us + INCOMPLETE_MOST});
	session->restarts_since = not_after(saved->restarts_since, reading->now);
	session->booted_ms = saved->booted_ms;
	session->started_ms = saved->started_ms;
	session->often = saved->often;
	memcpy(session->print, saved->print, sizeof(saved->print));
	session->figures = saved->figures;
	session->uptime = saved->uptime;
	session->rate = saved->rate;
	session->port = saved->port;
	session->print_next = saved->print_next;
	session->restarts = saved->restarts;
	session->is_resumed = saved->has_uptime;
	session->is_mixed = saved->is_mixed;
	session_see(&reading->export_->sessions, session);
}

static int
read_sessions(struct reading *reading)
{
	struct sessions *sessions = &reading->export_->sessions;
	int64_t life = reading->export_->settings.template_life_us;
	struct session_saved saved;
	int r = enter(reading, "sessions");

	for (uint32_t i = 0; i < reading->saved.sessions && r == 0; i++) {
		struct session *session;
		struct wall seen;

		r = take(reading, &saved, sizeof(saved));
		if (r == 0 && !is_session(&saved))
			r = damaged(reading, "an exporter that cannot be");
		if (r < 0)
			break;
		reading->session[i] = NONE;
		seen = not_after(saved.seen, reading->now);
		if (reading->now.us - seen.us > life)
			continue;
		session = session_resume(sessions, &saved.key, seen);
		if (session == NULL)
			continue;
		fill_session(reading, session, &saved);
		reading->session[i] = session->number;
	}
	return r;
}

static int
read_layout(
	const struct reading *reading, const struct template_saved *saved, struct layout *layout)
{
	bool is_field = true;
	int r;

	if (saved->session >= reading->saved.sessions || saved->is_options > 1 ||
		saved->is_redefined > 1 || saved->count > TEMPLATE_FIELDS_MOST ||
		(!saved->is_options && saved->scopes > 0) || !restore_is_time(saved->refreshed))
		return damaged(reading, "a template that cannot be");
	*layout = (struct layout){
		.id = saved->id,
		.count = saved->count,
		.scopes = saved->scopes,
		.is_options = saved->is_options,
	};
	r = take(reading, layout->field, saved->count * sizeof(*layout->field));
	if (r < 0 || reading->session[saved->session] == NONE)
		return r;
	layout->dialect =
		reading->export_->sessions.session[reading->session[saved->session]].key.dialect;
	for (unsigned i = 0; i < layout->count && layout->dialect == DIALECT_NETFLOW9; i++)
		is_field = is_field && layout->field[i].enterprise == 0;
	if (layout->dialect == DIALECT_NETFLOW5 || !is_field)
		return damaged(reading, "a template that its exporter cannot have");
	if (layout_check(layout, layout->count, reading->fail) < 0)
		return damaged(reading, "a template that makes no sense");
	return 0;
}

static int
read_templates(const struct reading *reading)
{
	struct sessions *sessions = &reading->export_->sessions;
	int64_t life = reading->export_->settings.template_life_us;
	struct template_saved saved;
	struct layout layout;
	int r = enter(reading, "template");

	for (uint32_t i = 0; i < reading->saved.templates && r == 0; i++) {
		r = take(reading, &saved, sizeof(saved));
		if (r == 0)
			r = read_layout(reading, &saved, &layout);
		if (r < 0 || reading->session[saved.session] == NONE)
			continue;
		saved.refreshed = not_after(saved.refreshed, reading->now);
		if (reading->now.us - saved.refreshed.us > life)
			continue;
		(void)session_resume_template(sessions,
			&sessions->session[reading->session[saved.session]], &layout,
			&(struct template_life){saved.refreshed, saved.since, saved.is_redefined});
	}
	return r;
}

static bool
are_rates(const struct sampling *sampling)
{
	for (uint32_t i = 0; i < sampling->count; i++) {
		if (sampling->rate[i].of > SAMPLING_INTERFACE || sampling->rate[i].rate == 0)
			return false;
	}
	return true;
}

static int
read_samplings(const struct reading *reading)
{
	struct sessions *sessions = &reading->export_->sessions;
	struct sampling_saved saved;
	struct sampling sampling;
	int r = enter(reading, "sampling");

	for (uint32_t i = 0; i < reading->saved.samplings && r == 0; i++) {
		struct session *session;

		r = take(reading, &saved, sizeof(saved));
		if (r == 0 &&
			(saved.session >= reading->saved.sessions || saved.count > SAMPLING_MOST ||
				saved.next >= SAMPLING_MOST))
			r = damaged(reading, "rates of sampling that cannot be");
		if (r < 0)
			break;
		sampling = (struct sampling){.count = saved.count, .next = saved.next};
		r = take(reading, sampling.rate, saved.count * sizeof(*sampling.rate));
		if (r == 0 && !are_rates(&sampling))
			r = damaged(reading, "a rate of sampling that cannot be");
		if (r < 0 || reading->session[saved.session] == NONE)
			continue;
		session = &sessions->session[reading->session[saved.session]];
		if (session->sampling == NULL)
			session->sampling = xcalloc(1, sizeof(*session->sampling));
		*session->sampling = sampling;
	}
	return r;
}

static bool
read_track(const struct track_saved *saved, struct track *track)
{
	*track = (struct track){saved->sequence, saved->drops, saved->uptime_ms, saved->begun == 1};
	return saved->begun <= 1;
}

static int
read_agents(struct reading *reading)
{
	struct sflow_agents *agents = sflow_agents(reading->export_->sflow);
	struct agent_saved saved;
	struct track track;
	int r = enter(reading, "agents");

	for (uint32_t i = 0; i < reading->saved.agents && r == 0; i++) {
		struct sflow_agent *agent;

		r = take(reading, &saved, sizeof(saved));
		if (r == 0 &&
			(!read_track(&saved.track, &track) || saved.has_address > 1 ||
				!restore_is_time(saved.seen)))
			r = damaged(reading, "an agent that cannot be");
		if (r < 0)
			break;
		reading->agent[i] = NONE;
		saved.seen = not_after(saved.seen, reading->now);
		if (reading->now.us - saved.seen.us > agents->settings.life_us)
			continue;
		agent = sflowagents_resume(agents, &saved.key, saved.seen);
		if (agent == NULL)
			continue;
		agent->track = track;
		agent->often = saved.often;
		agent->figures = saved.figures;
		agent->rate = saved.rate;
		agent->port = saved.port;
		agent->has_address = saved.has_address;
		sflowagents_see(agents, agent);
		reading->agent[i] = agent->number;
	}
	return r;
}

static int
read_sources(const struct reading *reading)
{
	struct sflow_agents *agents = sflow_agents(reading->export_->sflow);
	struct source_saved saved;
	struct track track, *own;
	int r = enter(reading, "sources");

	for (uint32_t i = 0; i < reading->saved.sources && r == 0; i++) {
		r = take(reading, &saved, sizeof(saved));
		if (r == 0 &&
			(saved.agent >= reading->saved.agents || !read_track(&saved.track, &track)))
			r = damaged(reading, "a data source that cannot be");
		if (r < 0 || reading->agent[saved.agent] == NONE)
			continue;
		own = sflowagents_resume_source(
			agents, &agents->agent[reading->agent[saved.agent]], saved.id);
		if (own != NULL)
			*own = track;
	}
	return r;
}

int
export_restore(struct export *fresh, struct restore *restore, struct wall now, struct fail *fail)
{
	struct reading reading = {.export_ = fresh, .restore = restore, .fail = fail, .now = now};
	int r = restore_struct(
		restore, "export", layout_of(), &reading.saved, sizeof(reading.saved), fail);

	must(fresh->sessions.used == 0 && sflow_agents(fresh->sflow)->used == 0);
	if (r == 0 && (reading.saved.sessions > COUNT_MOST || reading.saved.agents > COUNT_MOST))
		r = damaged(&reading, "more exporters than there can be");
	if (r < 0)
		return r;
	reading.session = xcalloc(reading.saved.sessions + 1, sizeof(*reading.session));
	reading.agent = xcalloc(reading.saved.agents + 1, sizeof(*reading.agent));
	r = read_sessions(&reading);
	if (r == 0)
		r = read_templates(&reading);
	if (r == 0)
		r = read_samplings(&reading);
	if (r == 0)
		r = read_agents(&reading);
	if (r == 0)
		r = read_sources(&reading);
	free(reading.session);
	free(reading.agent);
	return r;
}

void
export_unsure(struct export *export_)
{
	struct sflow_agents *agents = sflow_agents(export_->sflow);

	for (uint32_t i = 0; i < export_->sessions.used; i++) {
		if (export_->sessions.session[i].is_used)
			sequence_unsure(&export_->sessions.session[i].sequence);
	}
	for (uint32_t i = 0; i < agents->used; i++)
		agents->agent[i].track.begun = false;
	for (uint32_t i = 0; i < agents->source_used; i++)
		agents->source[i].track.begun = false;
}

uint64_t
export_changes(const struct export *export_)
{
	const struct export_counts *counts = &export_->counts;

	return counts->sessions + counts->sessions_ended + counts->sessions_displaced +
		counts->templates + counts->templates_withdrawn + counts->restarts;
}
