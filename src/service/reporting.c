/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/reporting.h"

#include "control/message.h"
#include "identity/sighting.h"
#include "runtime/event.h"
#include "source/mail/mailhead.h"
#include "source/reports/authresults.h"

#include <errno.h>
#include <stdlib.h>

#define ROOM_FIRST 64U
/* Clocks of reporters may be ahead. */
#define AHEAD_US WALL_HOUR

void
reporting_begin(struct reporting *reporting, const struct daemon_settings *settings,
	const struct estate *estate, struct ring *judge, struct leased *leased)
{
	const struct estate_settings *sizes = &settings->estate;
	const struct post registrar = {.owner = OWNER_REGISTRAR};

	*reporting = (struct reporting){.judge = judge, .leased = leased};
	if (*settings->reporting.folder == '\0' ||
		settings->judging.parameters.court.weight[CHANNEL_REPORT] <= 0)
		return;
	reporting->settings = settings;
	/* The guard puts behind the receivers. */
	must(names_open(&reporting->names, estate->names[sizes->receivers],
		     names_bytes(sizes->names_most)) == 0);
	if (sizes->registrars > 0)
		reporting->registrar = estate_status(estate, estate_place(&registrar));
	report_channel_defaults(&reporting->channel);
	reporting->reader = reports_new();
	reportfolder_init(&reporting->folder, settings->reporting.folder, REPORTING_OLD_US);
	table_init_small(&reporting->table, REPORTING_LINES, ROOM_FIRST);
}

void
reporting_end(struct reporting *reporting)
{
	if (reporting->settings == NULL)
		return;
	reporting->reader = reports_free(reporting->reader);
	reportfolder_done(&reporting->folder);
	table_done(&reporting->table);
	free(reporting->line);
	reporting->settings = NULL;
}

/* Who of those to be believed sent it; NULL: nobody. */
static const struct report_sender *
find_sender(const struct reporting_settings *settings, struct text message)
{
	struct text head = mailhead_cut(&message);
	struct authresults found;

	authresults_read(head, text_of(settings->server), &found);
	for (size_t i = 0; i < found.count; i++) {
		for (size_t j = 0; j < settings->sender_count; j++) {
			if (authresults_is_of(found.domain[i], text_of(settings->sender[j].domain)))
				return &settings->sender[j];
		}
	}
	return NULL;
}

/* NULL: there is no room. */
static struct reporting_line *
line_of(struct reporting *reporting, const struct line *line)
{
	struct table_slot *slot;
	int r = table_add(&reporting->table, line->pseudonym, &slot);

	if (r < 0)
		return NULL;
	if (r > 0) {
		if (reporting->count == reporting->room) {
			reporting->room = reporting->room > 0 ? 2 * reporting->room : ROOM_FIRST;
			reporting->line = xrealloc(
				reporting->line, reporting->room * sizeof(*reporting->line));
		}
		slot->value = reporting->count++;
		reporting->line[slot->value] = (struct reporting_line){.line = *line};
	}
	return &reporting->line[slot->value];
}

/* The last takes its place. */
static void
drop(struct reporting *reporting, uint32_t index)
{
	const struct reporting_line *last = &reporting->line[--reporting->count];
	struct table_slot *slot =
		table_find(&reporting->table, reporting->line[index].line.pseudonym);

	must(slot != NULL);
	table_remove(&reporting->table, slot);
	if (index == reporting->count)
		return;
	slot = table_find(&reporting->table, last->line.pseudonym);
	must(slot != NULL);
	slot->value = index;
	reporting->line[index] = *last;
}

/* False: the ring is full. */
static bool
tell(struct reporting *reporting, const struct reporting_line *of)
{
	uint32_t judge = message_shard(of->line.pseudonym, reporting->settings->estate.judges);
	struct evidence evidence =
		report_record_evidence(&of->record, &reporting->channel, reporting->now);
	/* A reporter whose clock is ahead does not set the judge's. */
	struct sighting sighting = {
		.time = evidence.time.us < reporting->now.us ? evidence.time : reporting->now,
		.line = of->line,
		.kind = SIGHTING_SCORE,
		.channel = CHANNEL_REPORT,
		.score = evidence.score,
		.watch = evidence.watch};

	if (ring_put(&reporting->judge[judge], &sighting, 1) == 1)
		return true;
	reporting->counts.refused++;
	return false;
}

static void
hold_against(struct reporting *reporting, const struct line *line, const struct line_name *name,
	struct wall time)
{
	const struct report_sender *sender = reporting->sender;
	struct report_from from = {.reporter = hash_fast(sender->domain, strlen(sender->domain), 1),
		.time = time,
		.weight = sender->weight};
	struct reporting_line *known = line_of(reporting, line);

	if (known == NULL) {
		reporting->counts.refused++;
		return;
	}
	if (!report_record_take(&known->record, &reporting->channel, &from, reporting->now))
		return;
	if (name->length != 0)
		names_put(&reporting->names, line->pseudonym, name);
	reporting->counts.evidence++;
	/* What the ring does not take now is told with all others again. */
	(void)tell(reporting, known);
}

static bool
is_timely(const struct reporting *reporting, struct wall time)
{
	return time.us > reporting->now.us - REPORTING_OLD_US &&
		time.us <= reporting->now.us + AHEAD_US;
}

/* Whose address it was then. A port that was not told is no port of a block. */
static bool
find_line(const struct reporting *reporting, const struct report *report, struct line *ret,
	struct line_name *name)
{
	return lines_find_at(reporting->settings->lines, &report->source.address, report->port,
		       report->time, ret, name) == 0 &&
		ret->role != ROLE_SHARED && (report->port != 0 || name->high == 0);
}

static void
take_report(void *context, const struct report *report)
{
	struct reporting *reporting = context;
	struct line_name name;
	struct line line;

	reporting->counts.reports++;
	if (report->kind == REPORT_OTHER)
		reporting->counts.others++;
	else if (!is_timely(reporting, report->time))
		reporting->counts.untimed++;
	else if (!find_line(reporting, report, &line, &name))
		reporting->counts.nobodys++;
	else
		hold_against(reporting, &line, &name, report->time);
}

static void
take_sentence(void *context, const struct fail *fail)
{
	struct reporting *reporting = context;

	(void)fail;
	reporting->counts.malformed++;
}

/* What came since. Of what the first look finds, one line: a guard before this one may have said it. */
static void
say(const struct reporting *reporting, const char *from, const struct reporting_counts *before)
{
	const struct reporting_counts *now = &reporting->counts;

	event(EVENT_REPORTS,
		"reporter=%s messages=%llu reports=%llu new=%llu nobodys=%llu untimed=%llu "
		"others=%llu malformed=%llu",
		from, (unsigned long long)(now->messages - before->messages),
		(unsigned long long)(now->reports - before->reports),
		(unsigned long long)(now->evidence - before->evidence),
		(unsigned long long)(now->nobodys - before->nobodys),
		(unsigned long long)(now->untimed - before->untimed),
		(unsigned long long)(now->others - before->others),
		(unsigned long long)(now->malformed - before->malformed));
}

/* One that must be read again is not counted. */
static void
take_message(struct reporting *reporting, struct text message)
{
	struct reports_sink sink = {take_report, take_sentence, reporting};
	struct reporting_counts before = reporting->counts;
	uint64_t late;

	reporting->sender = find_sender(&reporting->settings->reporting, message);
	reporting->counts.messages++;
	if (reporting->sender == NULL) {
		reporting->counts.strangers++;
		reportfolder_given(&reporting->folder);
		return;
	}
	late = reporting->leased->counts.late;
	(void)reports_read(reporting->reader, message, &sink);
	if (reporting->leased->counts.late > late) {
		before.refused = reporting->counts.refused;
		before.evidence = reporting->counts.evidence;
		reporting->counts = before;
		return;
	}
	reportfolder_given(&reporting->folder);
	if (reporting->has_looked)
		say(reporting, reporting->sender->domain, &before);
}

static void
end_look(struct reporting *reporting, int error)
{
	reporting->error = error;
	reporting->is_looking = false;
	if (error < 0)
		return;
	if (!reporting->has_looked && reporting->counts.messages > 0)
		say(reporting, "all", &(struct reporting_counts){0});
	reporting->has_looked = true;
}

static void
look(struct reporting *reporting)
{
	int64_t end = clock_steady() + REPORTING_TURN_US;
	struct text message;

	do {
		int r = reportfolder_next(&reporting->folder, reporting->now, &message);

		if (r == 1)
			take_message(reporting, message);
		else if (r < 0)
			end_look(reporting, r == -ENOENT ? 0 : r);
	} while (reporting->is_looking && clock_steady() < end);
}

/* What is left of each, as it fades; what is over is told once more, and forgotten. */
static void
tell_again(struct reporting *reporting)
{
	for (uint32_t i = reporting->count; i-- > 0;) {
		const struct reporting_line *line = &reporting->line[i];
		struct evidence left =
			report_record_evidence(&line->record, &reporting->channel, reporting->now);

		if (tell(reporting, line) && left.score <= 0)
			drop(reporting, i);
	}
}

/* Before the registrar knows again whose addresses were, nobody can say whom a report is about. */
static bool
is_registrar_ready(const struct reporting *reporting)
{
	return reporting->registrar == NULL ||
		__atomic_load_n(&reporting->registrar->is_ready, __ATOMIC_RELAXED) != 0;
}

void
reporting_see_to(struct reporting *reporting, struct wall now)
{
	int64_t steady = clock_steady();

	if (reporting->settings == NULL || !is_registrar_ready(reporting))
		return;
	reporting->now = now;
	if (!reporting->is_looking &&
		(reporting->looked_us == 0 ||
			steady - reporting->looked_us >= reporting->settings->reporting.every_us)) {
		reporting->looked_us = steady;
		reporting->is_looking = true;
	}
	if (reporting->is_looking)
		look(reporting);
	if (steady - reporting->told_us >= REPORTING_AGAIN_US) {
		tell_again(reporting);
		reporting->told_us = steady;
	}
}
