/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusreport.h"

#include "desk/statuscontain.h"
#include "desk/statusgarden.h"
#include "desk/statusleases.h"
#include "desk/statusnotice.h"
#include "desk/statusportal.h"
#include "desk/statusrelay.h"

#include <stdio.h>
#include <stdlib.h>

/* A process that did not come round for so long hangs: it should every few seconds. */
#define BEAT_LATE_US (5 * WALL_SECOND)
/* One that is replaced in a reload, or has just been started, has so long before it is a trouble. */
#define AWAITED_US (10 * WALL_SECOND)
/* That a process began without its file is told so long. */
#define REFUSED_RECENT_US WALL_DAY
/* A loss that is older is told, but is no trouble any more. */
#define LOSS_RECENT_US (10 * WALL_MINUTE)
/* Words of what is wrong. */
#define TROUBLES 4096

static const struct {
	enum counter what;
	const char *one; /* of it, in words */
} loss_kinds[LOSS_KINDS] = {
	{COUNT_KERNEL_DROPS, "datagrams, because the buffer of a socket was full"},
	{COUNT_LOST_RECORDS, "records, between exporters and here"},
	{COUNT_HELD_LOST, "sets of data, because their template did not come in time"},
	{COUNT_SESSIONS_REFUSED, "datagrams, because there were too many exporters"},
	{COUNT_FILTER_STALE, "datagrams, because a template of the kernel's filter was gone"},
	{COUNT_FILTER_ODD, "datagrams, because the kernel's filter handed on what made no sense"},
	{COUNT_PACKETS_DROPPED, "packets, because the ring of an interface was full"},
	{COUNT_JOIN_FORCED, "halves of connections, because too many waited for the other half"},
	{COUNT_SIGHTINGS_REFUSED, "sightings, because a judge had too many waiting"},
	{COUNT_TAKEN_LOST, "sightings, because a judge was away too long"},
	{COUNT_STRANGE, "sightings, because they made no sense"},
};

struct report {
	const struct status_view *view;
	const struct rates *rates;
	const struct status_process *processes;
	size_t count;
	struct buffer *into;
	bool all;
};

void
rates_sample(struct rates *rates, const struct status_view *view)
{
	size_t count = 0;
	struct status_process *processes = status_copy(view, &count);

	rates->sample[rates->next] = (struct rate_sample){
		.steady_us = view->steady_us,
		.datagrams = status_sum(processes, count, COUNT_DATAGRAMS),
		.records = status_sum(processes, count, COUNT_RECORDS),
		.mail_records = status_sum(processes, count, COUNT_MAIL_RECORDS),
		.differs = status_contain_differs(processes, count),
	};
	rates->next = (rates->next + 1) % (RATE_SECONDS + 1);
	if (rates->count < RATE_SECONDS + 1)
		rates->count++;
	status_done(processes);
}

bool
losses_grew(struct losses *losses, const struct status_view *view)
{
	size_t count = 0;
	struct status_process *processes = status_copy(view, &count);
	bool grew = false;

	for (size_t i = 0; i < LOSS_KINDS; i++) {
		uint64_t lost = status_sum(processes, count, loss_kinds[i].what);

		grew = grew || lost > losses->lost[i];
		losses->lost[i] = lost;
	}
	status_done(processes);
	return grew;
}

struct rate {
	bool is_known;
	double datagrams;
	double records;
	double mail_records;
};

static double
rate_of(uint64_t before, uint64_t after, double seconds)
{
	return after > before ? (double)(after - before) / seconds : 0;
}

static struct rate
rate_now(const struct rates *rates)
{
	const struct rate_sample *last, *first;
	size_t all = RATE_SECONDS + 1;
	double seconds;

	if (rates->count < 2)
		return (struct rate){0};
	last = &rates->sample[(rates->next + all - 1) % all];
	first = &rates->sample[(rates->next + all - rates->count) % all];
	seconds = (double)(last->steady_us - first->steady_us) / 1e6;
	if (seconds <= 0)
		return (struct rate){0};
	return (struct rate){true, rate_of(first->datagrams, last->datagrams, seconds),
		rate_of(first->records, last->records, seconds),
		rate_of(first->mail_records, last->mail_records, seconds)};
}

/* At each look of the last ten seconds. */
static bool
has_differed(const struct rates *rates)
{
	size_t looks = 0;

	while (looks < RATE_SECONDS + 1 && rates->sample[looks].differs)
		looks++;
	return looks == RATE_SECONDS + 1;
}

static const struct status_process *
find(const struct report *report, enum counter_owner owner)
{
	return status_find(report->processes, report->count, owner);
}

static bool
is_numbered(const struct status_process *process)
{
	return process->owner == OWNER_RECEIVER || process->owner == OWNER_JUDGE;
}

static const char *
name_of(const struct status_process *process, char into[32])
{
	if (is_numbered(process))
		snprintf(into, 32, "%s %u", owner_names[process->owner], process->number);
	else
		snprintf(into, 32, "%s", owner_names[process->owner]);
	return into;
}

static const char *
format_span(int64_t us, char into[32])
{
	long long seconds = us > 0 ? us / WALL_SECOND : 0;

	if (seconds < 120)
		snprintf(into, 32, "%lld s", seconds);
	else if (seconds < 2 * 3600)
		snprintf(into, 32, "%lld min", seconds / 60);
	else if (seconds < 2 * 86400)
		snprintf(into, 32, "%lld h", seconds / 3600);
	else
		snprintf(into, 32, "%lld d", seconds / 86400);
	return into;
}

/* What stands in shared memory may be any number. */
static int64_t
elapsed(int64_t now, int64_t then)
{
	int64_t span;

	return __builtin_sub_overflow(now, then, &span) ? 0 : span;
}

static struct wall
last_loss_of(const struct report *report)
{
	const struct status_process *parent = find(report, OWNER_PARENT);

	return parent != NULL ? parent->last_loss : (struct wall){0};
}

static uint64_t
sum(const struct report *report, enum counter what)
{
	return status_sum(report->processes, report->count, what);
}

/* It does not work yet, and nobody has to worry. */
static bool
is_awaited(const struct report *report, const struct status_process *process)
{
	int64_t span = elapsed(report->view->steady_us, process->awaited_us);

	return (process->pid == 0 || !process->is_ready) && process->awaited_us > 0 && span >= 0 &&
		span < AWAITED_US;
}

/* For how long it has shown no life, if that is too long; else 0. */
static int64_t
silence_of(const struct report *report, const struct status_process *process)
{
	int64_t span = elapsed(report->view->steady_us, process->beat_us);

	return process->beat_us != 0 && span > BEAT_LATE_US ? span : 0;
}

/* What is wrong with one process, or NULL. */
static const char *
trouble_of(const struct report *report, const struct status_process *process, char into[64])
{
	int64_t silence = silence_of(report, process);
	char span[32];

	if (is_awaited(report, process))
		return NULL;
	if (process->pid == 0)
		return "is not running";
	if (!process->is_ready)
		return "is not ready";
	if (silence > 0) {
		snprintf(into, 64, "has shown no life for %s", format_span(silence, span));
		return into;
	}
	return *process->trouble != '\0' ? process->trouble : NULL;
}

static void
add_trouble(struct buffer *into, const char *who, const char *what)
{
	buffer_print(into, "%s%s%s%s", into->length > 0 ? "; " : "", who, *who ? " " : "", what);
}

/* Exporters of mail that do not say whether they sample: what they send confirms nobody. Who is new may be anybody, and
 * one datagram of his is no trouble. */
static void
add_untold(const struct report *report, struct buffer *into)
{
	struct status_sum *sums;
	size_t count = status_exporters(report->view, &sums), untold = 0;
	size_t established = status_established(sums, count);

	for (size_t i = 0; i < established; i++)
		untold += sums[i].sampling == 0 && sums[i].mail_records > 0;
	free(sums);
	if (untold > 0)
		buffer_print(into,
			"%s%zu %s not say whether %s: nobody is confirmed by that until "
			"receive.sampling tells",
			into->length > 0 ? "; " : "", untold,
			untold == 1 ? "exporter does" : "exporters do",
			untold == 1 ? "it samples" : "they sample");
}

/* Who began without what the one before had saved. */
static void
add_refused(const struct report *report, enum counter_owner owner, const char *gone,
	struct buffer *into)
{
	struct wall latest = {0};
	unsigned count = 0;
	char time[WALL_TEXT];

	for (size_t i = 0; i < report->count; i++) {
		struct wall refused = report->processes[i].refused;

		if (report->processes[i].owner != owner || refused.us == 0 ||
			elapsed(report->view->now.us, refused.us) >= REFUSED_RECENT_US)
			continue;
		count++;
		latest = refused.us > latest.us ? refused : latest;
	}
	if (count > 0)
		buffer_print(into,
			"%s%u %s%s began on %s without the saved state, which could not be used: "
			"%s (told for a day, or until what was put aside as %ss/*.refused is gone)",
			into->length > 0 ? "; " : "", count, owner_names[owner],
			count == 1 ? "" : "s", wall_format(latest, time), gone, owner_names[owner]);
}

/* Empty if all is well. */
static void
find_troubles(const struct report *report, struct buffer *into)
{
	const struct status_process *keeper = find(report, OWNER_KEEPER);
	const struct status_process *parent = find(report, OWNER_PARENT);
	struct wall last_loss = last_loss_of(report);
	char name[32], text[64], at[WALL_TEXT];

	if (report->count == 0)
		add_trouble(into, "", "no process shows itself");
	for (size_t i = 0; i < report->count; i++) {
		const char *what = trouble_of(report, &report->processes[i], text);
		bool is_sentence = what == report->processes[i].trouble;

		if (what != NULL)
			buffer_print(into, "%s%s%s %s", into->length > 0 ? "; " : "",
				name_of(&report->processes[i], name), is_sentence ? ":" : "", what);
	}
	/* Where the keeper has told more, that is enough. */
	if (keeper != NULL && trouble_of(report, keeper, text) == NULL &&
		!is_awaited(report, keeper) && keeper->value[COUNT_LEDGER_WORKS] == 0)
		add_trouble(into, "", "the ledger cannot be written");
	if (parent != NULL && parent->reload.us != 0)
		buffer_print(into, "%sthe last reload, at %s, was refused: the log says why",
			into->length > 0 ? "; " : "", wall_format(parent->reload, at));
	if (parent != NULL && parent->value[COUNT_GATE_ASTRAY] > 0)
		add_trouble(into, "", "packets for the garden find no way to it");
	add_refused(
		report, OWNER_JUDGE, "what was seen of lines without a case is forgotten", into);
	add_refused(report, OWNER_GUARD, "what was sent is counted anew", into);
	add_refused(report, OWNER_REGISTRAR, "who had which address before is not known", into);
	add_refused(report, OWNER_RECEIVER, "templates of exporters are learnt anew", into);
	add_refused(report, OWNER_GUARD, "what was sent before is not counted", into);
	add_untold(report, into);
	status_contain_troubles(report->processes, report->count, into);
	if (last_loss.us != 0 && elapsed(report->view->now.us, last_loss.us) < LOSS_RECENT_US)
		add_trouble(into, "", "something was lost in the last 10 minutes");
}

static void
put_losses(const struct report *report)
{
	struct wall last_loss = last_loss_of(report);
	char ago[32];
	bool is_any = false;

	for (size_t i = 0; i < LOSS_KINDS; i++) {
		uint64_t lost = sum(report, loss_kinds[i].what);

		/* A figure may fall again: what came late was not lost. */
		if (lost == 0 || lost > INT64_MAX)
			continue;
		buffer_print(report->into, "%s%llu %s",
			is_any ? "; " : "Lost since the start: ", (unsigned long long)lost,
			loss_kinds[i].one);
		is_any = true;
	}
	if (!is_any)
		buffer_text(report->into, TEXT("Nothing was lost."));
	else if (last_loss.us != 0)
		buffer_print(report->into, "; last %s ago.",
			format_span(elapsed(report->view->now.us, last_loss.us), ago));
	else
		buffer_text(report->into, TEXT("."));
	buffer_text(report->into, TEXT("\n"));
}

static double
percent(uint64_t part, uint64_t whole)
{
	return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

/* Where the filter in the kernel reads; empty if there is none. */
static const char *
filter_of(const struct report *report)
{
	const struct status_process *parent = find(report, OWNER_PARENT);

	return parent != NULL ? parent->filter : "";
}

static void
put_filter(const struct report *report)
{
	if (*filter_of(report) == '\0')
		return;
	buffer_print(report->into, "The kernel's filter reads %.0f %% of datagrams on %s.\n",
		percent(sum(report, COUNT_FILTER_DATAGRAMS), sum(report, COUNT_DATAGRAMS)),
		filter_of(report));
}

static struct wall
begin_of(const struct report *report)
{
	const struct status_process *parent = find(report, OWNER_PARENT);

	return parent != NULL ? parent->started : (struct wall){0};
}

static void
put_heading(const struct report *report)
{
	struct rate rate = rate_now(report->rates);
	struct wall begin = begin_of(report);
	char since[WALL_TEXT], span[32];
	struct buffer troubles;

	buffer_init(&troubles, TROUBLES);
	find_troubles(report, &troubles);
	if (troubles.length == 0)
		buffer_text(report->into, TEXT("All is well.\n"));
	else
		buffer_print(report->into, "NOT WELL: %s.\n", buffer_string(&troubles));
	buffer_done(&troubles);
	buffer_print(report->into, "Version %s", report->view->version);
	if (begin.us != 0)
		buffer_print(report->into, ", running since %s (%s)", wall_format(begin, since),
			format_span(elapsed(report->view->now.us, begin.us), span));
	if (rate.is_known)
		buffer_print(report->into,
			"; a second: %.0f datagrams, %.0f records, %.0f of them mail.\n",
			rate.datagrams, rate.records, rate.mail_records);
	else
		buffer_text(report->into, TEXT("; how much passes is not known yet.\n"));
	put_losses(report);
	put_filter(report);
}

static const char *
state_of(const struct report *report, const struct status_process *process)
{
	char text[64];
	const char *what = trouble_of(report, process, text);

	if (process->pid == 0)
		return what == NULL ? "starting" : "ended";
	if (!process->is_ready)
		return "starting";
	return what == NULL ? "ready" : what == process->trouble ? "trouble" : "hangs";
}

static void
put_processes(const struct report *report)
{
	buffer_print(report->into, "\n%-12s  %8s  %-9s  %8s  %s\n", "PROCESS", "PID", "STATE",
		"SINCE", "SHUT IN");
	for (size_t i = 0; i < report->count; i++) {
		const struct status_process *process = &report->processes[i];
		char name[32], span[32];

		buffer_print(report->into, "%-12s  %8llu  %-9s  %8s  %s\n", name_of(process, name),
			(unsigned long long)process->pid, state_of(report, process),
			format_span(elapsed(report->view->now.us, process->started.us), span),
			*process->sandbox != '\0' ? process->sandbox : "not known");
	}
	buffer_print(report->into, "Processes that died and were replaced: %llu.\n",
		(unsigned long long)sum(report, COUNT_RESTARTS));
}

/* Figures of a keeper that hangs are old. */
static void
put_ledger(const struct report *report, const struct status_process *keeper)
{
	int64_t silence = silence_of(report, keeper);
	bool works = keeper->value[COUNT_LEDGER_WORKS] != 0;
	unsigned long long open = keeper->value[COUNT_OPEN_CASES];
	char span[32];

	if (silence > 0)
		buffer_print(report->into,
			"The keeper hangs; %s ago the ledger %s, and %llu cases were open.\n",
			format_span(silence, span), works ? "worked" : "could not be written",
			open);
	else
		buffer_print(report->into, "The ledger %s; %llu cases are open.\n",
			works ? "works" : "cannot be written", open);
}

static void
put_state(const struct report *report)
{
	const struct status_process *keeper = find(report, OWNER_KEEPER);
	uint64_t snapshot = sum(report, COUNT_SNAPSHOT_TIME), waiting = 0, room = 0;
	struct buffer *into = report->into;
	char span[32];

	buffer_print(into,
		"\nLines that send mail: %llu; watch %llu, suspect %llu, confirmed %llu.\n",
		(unsigned long long)sum(report, COUNT_LINES),
		(unsigned long long)sum(report, COUNT_WATCH),
		(unsigned long long)sum(report, COUNT_SUSPECT),
		(unsigned long long)sum(report, COUNT_CONFIRMED));
	if (keeper != NULL)
		put_ledger(report, keeper);
	for (size_t i = 0; i < report->count; i++) {
		const struct status_process *process = &report->processes[i];

		if (process->owner == OWNER_JUDGE && process->value[COUNT_SNAPSHOT_TIME] < snapshot)
			snapshot = process->value[COUNT_SNAPSHOT_TIME];
	}
	if (snapshot == 0 || snapshot > (uint64_t)(INT64_MAX / WALL_SECOND))
		buffer_text(into, TEXT("There is no snapshot of the judges yet.\n"));
	else
		buffer_print(into, "The oldest snapshot of a judge was made %s ago.\n",
			format_span(elapsed(report->view->now.us, (int64_t)snapshot * WALL_SECOND),
				span));
	if (report->view->rings == NULL || report->view->ring_count == 0)
		return;
	for (size_t i = 0; i < report->view->ring_count; i++) {
		waiting += status_get(&report->view->rings[i].waiting);
		room += status_get(&report->view->rings[i].room);
	}
	buffer_print(into, "Between the processes %llu entries wait; there is room for %llu.\n",
		(unsigned long long)waiting, (unsigned long long)room);
}

static const char *
format_sampling(uint64_t sampling, char into[32])
{
	if (sampling == 0)
		return "not told";
	if (sampling == 1)
		return "unsampled";
	snprintf(into, 32, "1 in %llu", (unsigned long long)sampling);
	return into;
}

/* A clock that is fast has a plus. */
static const char *
format_clock(const struct status_sum *of, char into[40])
{
	int64_t us = of->clock_off_us;
	char span[32];

	if (of->is_timeless)
		return "-";
	if (us > -120 * WALL_SECOND && us < 120 * WALL_SECOND)
		snprintf(into, 40, "%+lld s", (long long)(us / WALL_SECOND));
	else
		snprintf(into, 40, "%c%s", us < 0 ? '-' : '+',
			format_span(us < 0 ? elapsed(0, us) : us, span));
	return into;
}

/* Of all that was sent. */
static double
lost_percent(const struct status_sum *of)
{
	return percent(of->lost, of->lost + of->records);
}

/* Who is new may be anybody, so he is shown only where all are asked for. */
static size_t
shown_of(const struct report *report, size_t established, size_t count)
{
	if (report->all)
		return count;
	return established < STATUS_TOP ? established : STATUS_TOP;
}

static void
put_exporters(const struct report *report)
{
	struct status_sum *sums;
	size_t count = status_exporters(report->view, &sums);
	size_t established = status_established(sums, count);
	size_t shown = shown_of(report, established, count);
	char address[ADDRESS_TEXT], sampling[32], span[32], clock[40];
	struct buffer *into = report->into;

	if (count == 0)
		buffer_text(into, TEXT("\nNo exporter sends.\n"));
	else if (shown == 0)
		buffer_print(into,
			"\nNo exporter sends as yet; new: %zu, see lazaret status --exporters\n",
			count);
	if (shown == 0) {
		free(sums);
		return;
	}
	buffer_print(into, "\n%-24s %10s  %-10s %12s %6s %6s  %-10s %9s  %s\n", "EXPORTER",
		"DOMAIN", "VERSION", "RECORDS", "MAIL%", "LOST%", "SAMPLING", "CLOCK", "SEEN");
	for (size_t i = 0; i < shown; i++) {
		const struct status_sum *of = &sums[i];

		buffer_print(into, "%-24s %10lu  %-10s %12llu %6.1f %6.2f  %-10s %9s  %s ago%s\n",
			address_format(&of->address, address), (unsigned long)of->domain,
			status_version_name(of->version), (unsigned long long)of->records,
			percent(of->mail_records, of->records), lost_percent(of),
			format_sampling(of->sampling, sampling), format_clock(of, clock),
			format_span(elapsed(report->view->now.us, of->seen.us), span),
			of->is_new ? ", new" : "");
	}
	if (shown < established)
		buffer_print(
			into, "and %zu more: lazaret status --exporters\n", established - shown);
	if (!report->all && established < count)
		buffer_print(into, "and %zu that are new: lazaret status --exporters\n",
			count - established);
	free(sums);
}

static void
put_json_processes(const struct report *report)
{
	struct buffer *into = report->into;
	char since[WALL_TEXT], text[64];

	for (size_t i = 0; i < report->count; i++) {
		const struct status_process *process = &report->processes[i];
		const char *what = trouble_of(report, process, text);

		buffer_print(into,
			"%s{\"process\":\"%s\",\"number\":%u,\"pid\":%llu,\"ready\":%s,"
			"\"since\":\"%s\",\"sandbox\":",
			i > 0 ? "," : "", owner_names[process->owner], process->number,
			(unsigned long long)process->pid,
			process->pid != 0 && process->is_ready ? "true" : "false",
			wall_format(process->started, since));
		buffer_json(into, text_of(process->sandbox));
		buffer_text(into, TEXT(",\"trouble\":"));
		if (what != NULL)
			buffer_json(into, text_of(what));
		else
			buffer_text(into, TEXT("null"));
		buffer_text(into, TEXT("}"));
	}
}

static void
put_json_exporter(struct buffer *into, const struct status_sum *of)
{
	char address[ADDRESS_TEXT], seen[WALL_TEXT];

	buffer_print(into,
		"{\"exporter\":\"%s\",\"port\":%u,\"transport\":\"%s\",\"domain\":%lu,"
		"\"version\":\"%s\",\"new\":%s,",
		address_format(&of->address, address), of->port, of->is_tcp ? "tcp" : "udp",
		(unsigned long)of->domain, status_version_name(of->version),
		of->is_new ? "true" : "false");
	buffer_print(into,
		"\"datagrams\":%llu,\"records\":%llu,\"mail_records\":%llu,\"lost\":%llu,"
		"\"late\":%llu,\"duplicates\":%llu,\"restarts\":%llu,\"malformed\":%llu,"
		"\"templates\":%llu,",
		(unsigned long long)of->datagrams, (unsigned long long)of->records,
		(unsigned long long)of->mail_records, (unsigned long long)of->lost,
		(unsigned long long)of->late, (unsigned long long)of->duplicates,
		(unsigned long long)of->restarts, (unsigned long long)of->malformed,
		(unsigned long long)of->templates);
	buffer_print(into, "\"sampling\":%llu,\"clock_off\":", (unsigned long long)of->sampling);
	if (of->is_timeless)
		buffer_text(into, TEXT("null"));
	else
		buffer_print(into, "%.3f", (double)of->clock_off_us / 1e6);
	buffer_print(into, ",\"seen\":\"%s\"}", wall_format(of->seen, seen));
}

static void
put_json_exporters(const struct report *report)
{
	struct status_sum *sums;
	size_t count = status_exporters(report->view, &sums);
	size_t established = status_established(sums, count);
	size_t shown = shown_of(report, established, count);

	buffer_print(report->into, ",\"exporter_count\":%zu,\"exporters_new\":%zu,\"exporters\":[",
		established, count - established);
	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			buffer_text(report->into, TEXT(","));
		put_json_exporter(report->into, &sums[i]);
	}
	buffer_text(report->into, TEXT("]"));
	free(sums);
}

static void
put_json_rates(struct buffer *into, struct rate rate)
{
	if (rate.is_known)
		buffer_print(into, "{\"datagrams\":%.1f,\"records\":%.1f,\"mail_records\":%.1f}",
			rate.datagrams, rate.records, rate.mail_records);
	else
		buffer_text(
			into, TEXT("{\"datagrams\":null,\"records\":null,\"mail_records\":null}"));
}

static void
put_json(const struct report *report)
{
	struct wall last_loss = last_loss_of(report);
	struct buffer *into = report->into;
	struct buffer troubles;
	char since[WALL_TEXT];

	buffer_init(&troubles, TROUBLES);
	find_troubles(report, &troubles);
	buffer_print(into, "{\"type\":\"status\",\"well\":%s,\"trouble\":",
		troubles.length == 0 ? "true" : "false");
	buffer_json(into, (struct text){buffer_string(&troubles), troubles.length});
	buffer_done(&troubles);
	buffer_text(into, TEXT(",\"version\":"));
	buffer_json(into, text_of(report->view->version));
	buffer_print(into, ",\"since\":\"%s\",\"rates\":", wall_format(begin_of(report), since));
	put_json_rates(into, rate_now(report->rates));
	if (last_loss.us != 0)
		buffer_print(into, ",\"last_loss\":\"%s\"", wall_format(last_loss, since));
	else
		buffer_text(into, TEXT(",\"last_loss\":null"));
	buffer_text(into, TEXT(",\"filter\":"));
	if (*filter_of(report) != '\0')
		buffer_json(into, text_of(filter_of(report)));
	else
		buffer_text(into, TEXT("null"));
	buffer_text(into, TEXT(",\"figures\":{"));
	for (int what = 0; what < COUNTERS; what++)
		buffer_print(into, "%s\"%s\":%llu", what > 0 ? "," : "", counter_rows[what].name,
			(unsigned long long)sum(report, (enum counter)what));
	buffer_text(into, TEXT("},\"processes\":["));
	put_json_processes(report);
	buffer_text(into, TEXT("]"));
	put_json_exporters(report);
	buffer_text(into, TEXT("}\n"));
}

void
status_report(const struct status_view *view, const struct rates *rates, bool is_json, bool all,
	struct buffer *into)
{
	struct report report = {.view = view, .rates = rates, .into = into, .all = all};
	struct status_process *processes = status_copy(view, &report.count);

	report.processes = processes;
	if (is_json) {
		put_json(&report);
	} else {
		put_heading(&report);
		put_processes(&report);
		put_state(&report);
		status_leases(processes, report.count, into);
		status_relay(processes, report.count, into);
		status_contain(processes, report.count, has_differed(rates), into);
		status_garden(processes, report.count, into);
		status_portal(processes, report.count, into);
		status_notice(processes, report.count, into);
		/* The guard alone takes no export. */
		if (find(&report, OWNER_RECEIVER) != NULL)
			put_exporters(&report);
	}
	status_done(processes);
}

void
status_line(const struct status_view *view, const struct rates *rates, struct buffer *into)
{
	struct report report = {.view = view, .rates = rates, .into = into};
	struct status_process *processes = status_copy(view, &report.count);
	struct rate rate = rate_now(rates);
	const struct status_process *keeper;
	struct buffer troubles;
	uint64_t open;

	report.processes = processes;
	keeper = find(&report, OWNER_KEEPER);
	open = keeper != NULL ? keeper->value[COUNT_OPEN_CASES] : 0;
	buffer_init(&troubles, TROUBLES);
	find_troubles(&report, &troubles);
	if (troubles.length == 0)
		buffer_text(into, TEXT("All is well. "));
	else
		buffer_print(into, "NOT WELL: %s. ", buffer_string(&troubles));
	buffer_done(&troubles);
	buffer_print(into, "%llu %s open", (unsigned long long)open, open == 1 ? "case" : "cases");
	if (rate.is_known)
		buffer_print(into, "; a second: %.0f records, %.0f of them mail", rate.records,
			rate.mail_records);
	buffer_text(into, TEXT("."));
	status_done(processes);
}
