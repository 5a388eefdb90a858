/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/explain.h"

#include "verdict/explainaccount.h"

#include <math.h>

static void
say_state(const struct verdict *verdict, const char *name, struct buffer *into)
{
	static const char *const held[STATE_COUNT] = {
		[STATE_CLEAR] = "is clear: nothing is held against it",
		[STATE_WATCH] = "is watched: something is unusual, but not enough to act on",
		[STATE_SUSPECT] = "is suspected of sending spam",
		[STATE_CONFIRMED] = "is confirmed as a spam zombie",
		[STATE_QUARANTINE] = "is in quarantine",
		[STATE_PROBATION] = "is on probation: it was confirmed, and has been quiet since",
	};
	char time[WALL_TEXT];

	buffer_print(into, "%s %s (as of %s).\n", name, held[verdict->to],
		wall_format(verdict->time, time));
}

static const char *
plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}

static const char *
was(uint64_t number)
{
	return number == 1 ? "was" : "were";
}

static void
say_seen(const struct flow_facts *facts, struct buffer *into)
{
	char first[WALL_TEXT], last[WALL_TEXT];

	if (facts->first_seen.us == facts->last_seen.us)
		buffer_print(into, "Seen at %s", wall_format(facts->first_seen, first));
	else
		buffer_print(into, "Seen from %s to %s", wall_format(facts->first_seen, first),
			wall_format(facts->last_seen, last));
	buffer_print(into,
		": %llu attempt%s to deliver mail to %u address%s in %u network%s. "
		"%llu got no answer, %llu %s refused, %llu %s accepted.\n",
		(unsigned long long)facts->attempts, plural(facts->attempts), facts->addresses,
		facts->addresses == 1 ? "" : "es", facts->networks, plural(facts->networks),
		(unsigned long long)facts->failed, (unsigned long long)facts->refused,
		was(facts->refused), (unsigned long long)facts->accepted, was(facts->accepted));
	buffer_print(into,
		"What counts are first contacts, that is networks not contacted in the weeks "
		"before: %u, of which %u failed.\n",
		facts->contacts, facts->contacts_bad);
}

/* A length of time as people say it: "2 milliseconds", "1 second", "12.5 minutes", "1234 days". */
static void
say_span(double seconds, struct buffer *into)
{
	static const struct {
		const char *unit;
		double seconds;
		double below; /* of seconds */
	} units[] = {
		{"millisecond", .001, 1},
		{"second", 1, 120},
		{"minute", 60, 2 * 3600},
		{"hour", 3600, 2 * 86400},
		{"day", 86400, INFINITY},
	};
	size_t i = 0;
	double count;

	while (seconds >= units[i].below && i + 1 < sizeof(units) / sizeof(*units))
		i++;
	count = seconds / units[i].seconds;
	count = i == 0 ? fmax(round(count), 1) : count;
	buffer_print(into, count < 100 ? "%.3g %s%s" : "%.0f %s%s", count, units[i].unit,
		count == 1 ? "" : "s");
}

static void
say_compared(
	const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	const struct flow_facts *facts = &verdict->facts;
	double bad = facts->contacts ? 100.0 * facts->contacts_bad / facts->contacts : 0;

	buffer_print(into,
		"Compared with: a %s line contacts up to %g new networks a day; this one contacted "
		"%u",
		role_names[verdict->role], (double)facts->expected_a_day, facts->contacts);
	/* One attempt takes no time. */
	if (facts->attempts > 1) {
		buffer_print(into, " in ");
		say_span((double)(facts->last_seen.us - facts->first_seen.us) / 1e6, into);
	}
	buffer_print(into,
		".\nCompared with: of the first contacts of an honest sender at most %g %% fail; "
		"of "
		"this one's %.0f %%.\n",
		100 * parameters->flow.failure_honest, bad);
}

/* What the router's meter told, and what that is worth. */
static void
say_meter(const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	const struct flow_facts *facts = &verdict->facts;
	double weight = parameters->court.weight[CHANNEL_METER];

	if (facts->meter_rate == 0)
		return;
	buffer_print(into,
		"Its router counted: it opened more than %u new connections a minute to port 25, "
		"in spells of %u minute%s in all. A mail server, which may be its own, does so "
		"too; one that is known, as one that is exempt, has none of this held against "
		"it.\n",
		facts->meter_rate, facts->meter_minutes, plural(facts->meter_minutes));
	if (verdict->channels[CHANNEL_METER] <= 0 || weight <= 0)
		return;
	buffer_print(into,
		"That (meter) is evidence of %.1f (natural logarithm), less %.1f, since it is "
		"one of several kinds. It supports others, which must give half of what confirms "
		"a line: alone it never does.\n",
		(double)verdict->channels[CHANNEL_METER], -log(weight));
}

/* What those outside reported, as of now, and what that is worth. */
static void
say_reports(const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	double weight = parameters->court.weight[CHANNEL_REPORT];

	if (verdict->channels[CHANNEL_REPORT] <= 0 || weight <= 0)
		return;
	buffer_print(into,
		"Others reported it for spam: those whom this network believes, in the last days, "
		"by its address, port and time. That (report) is evidence of %.1f (natural "
		"logarithm), less %.1f, since it is one of several kinds. Alone it is a reason to "
		"look, and confirms nobody.\n",
		(double)verdict->channels[CHANNEL_REPORT], -log(weight));
}

/* The score without what the meter gave, which says nothing of chances. */
static double
proven(const struct verdict *verdict, const struct parameters *parameters)
{
	double meter = (double)verdict->channels[CHANNEL_METER], all = (double)verdict->score, rest;

	if (meter <= 0)
		return all;
	rest = 1 - parameters->court.weight[CHANNEL_METER] * exp(meter - all);
	return rest > 0 ? all + log(rest) : 0;
}

/* One in so many, rounded to one figure: 200,000 and not 198765. */
static void
say_odds(double odds, struct buffer *into)
{
	double power = pow(10, floor(log10(odds))), figure = floor(odds / power);

	if (odds < 1000)
		buffer_print(into, "%.0f", figure * power);
	else if (odds < 1e6)
		buffer_print(into, "%.0f,000", figure * power / 1000);
	else if (odds < 1e9)
		buffer_print(into, "%.0f million", figure * power / 1e6);
	else
		buffer_print(into, "more than a thousand million");
}

static void
say_sure(const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	double weight = parameters->court.weight[CHANNEL_FLOW];

	buffer_print(into,
		"How sure: the evidence is %.1f (natural logarithm); the tests are the rate of new "
		"networks, %.1f, and their failures, %.1f, of which the smaller counts",
		(double)verdict->score, (double)verdict->facts.rate,
		(double)verdict->facts.failure);
	if (weight > 0 && weight < 1)
		buffer_print(into, ", less %.1f, since flows are one of several kinds of evidence",
			-log(weight));
	if (verdict->facts.chances >= .05F)
		buffer_print(into, ", less %.1f, since bad luck has many days to strike",
			(double)verdict->facts.chances);
	buffer_print(into, ".\n");
	if (proven(verdict, parameters) >= 1) {
		buffer_print(into, "Of honest spells of mail at most one in ");
		say_odds(exp(fmin(proven(verdict, parameters), 300)), into);
		buffer_print(into, " gets that far by chance.\n");
	}
	buffer_print(into, "A line is confirmed at %.1f", (double)verdict->threshold);
	if (verdict->from == STATE_PROBATION)
		buffer_print(into, ", one on probation at %.1f",
			(double)verdict->threshold * parameters->court.leave);
	/* In the first minute of a recording nobody has been counted yet. */
	if (verdict->active_lines > 0)
		buffer_print(
			into, ", with %u lines active in the last 24 hours", verdict->active_lines);
	buffer_print(into, ".\n");
}

/* What the score must reach in one channel alone, before what is taken off for many days. */
static double
needed(const struct parameters *parameters)
{
	double weight = parameters->court.weight[CHANNEL_FLOW];

	return weight > 0 ? parameters->court.suspect - log(weight) : INFINITY;
}

/* The failure test if `good` of the first contacts had been accepted, all at one moment: an upper bound that
 * forgets the fading, which only lowers it. */
static double
failure_with(const struct flow_channel_settings *flow, double contacts, double bad)
{
	double sum = 0;

	for (int k = 0; k < FLOW_THETAS; k++) {
		double s = bad * log(flow->failure_zombie[k] / flow->failure_honest) +
			(contacts - bad) *
				log((1 - flow->failure_zombie[k]) / (1 - flow->failure_honest));

		sum += exp(fmin(fmax(s, -flow->failure_credit), 300)) / FLOW_THETAS;
	}
	return log(sum);
}

static void
say_cleared(const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	const struct flow_facts *facts = &verdict->facts;
	const struct flow_channel_settings *flow = &parameters->flow;
	double need = needed(parameters);
	double gain = log(flow->rate_ratio[0]), days;
	unsigned bad = facts->contacts;

	if ((verdict->to != STATE_CONFIRMED && verdict->to != STATE_SUSPECT) ||
		facts->contacts == 0)
		return;
	while (bad > 0 && failure_with(flow, facts->contacts, bad) >= need)
		bad--;
	days = (facts->contacts * gain - need) /
		((flow->rate_ratio[0] - 1) * (double)facts->expected_a_day);
	buffer_print(into,
		"What would have cleared it: at most %u of the %u first contacts failing; or the "
		"same contacts spread over ",
		bad, facts->contacts);
	say_span(fmax(days, 0) * 86400, into);
	buffer_print(into, " or more; or being known as a mail server with that habit.\n");
}

static void
say_kept_by_failures(const struct flow_facts *facts, const struct flow_channel_settings *flow,
	double need, struct buffer *into)
{
	if (facts->failed + facts->refused == 0)
		buffer_print(into, "none of its attempts failed");
	else if (facts->contacts_bad == 0)
		buffer_print(into,
			"no failure of a first contact counts against it (one that a retry put "
			"right, or that looks like an outage of its own, does not)");
	else if (failure_with(flow, facts->contacts, facts->contacts) < need)
		buffer_print(into,
			"it has too few first contacts to tell; %u of %u failed, and of so few all "
			"might by bad luck",
			facts->contacts_bad, facts->contacts);
	else if (failure_with(flow, facts->contacts, facts->contacts_bad) < need)
		buffer_print(into, "too few of its first contacts failed, %u of %u",
			facts->contacts_bad, facts->contacts);
	else
		buffer_print(
			into, "the failures of its first contacts are long ago, or did not count");
}

/* Why it is not even suspected: the tests that stay below, one by one. */
static void
say_kept(const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	const struct flow_facts *facts = &verdict->facts;
	double need = needed(parameters) + (double)facts->chances;
	bool is_slow = (double)facts->rate < need,
	     is_good = facts->sampled != FLOW_SAMPLED && (double)facts->failure < need;

	if (verdict->to != STATE_CLEAR && verdict->to != STATE_WATCH)
		return;
	if (isinf(need)) {
		buffer_print(into,
			"What keeps it %s: flows do not count, for their channel is off.\n",
			state_names[verdict->to]);
		return;
	}
	if (!is_slow && !is_good)
		return; /* what is below the threshold is the score: it fades, or is not yet judged */
	buffer_print(into, "What keeps it %s: ",
		verdict->to == STATE_CLEAR ? "clear" : "from being suspected");
	if (is_slow)
		buffer_print(
			into, "its new networks are too few, or too far apart, for a spam run");
	if (is_slow && is_good)
		buffer_print(into, "; and ");
	if (is_good)
		say_kept_by_failures(facts, &parameters->flow, need, into);
	buffer_print(into, ".\n");
}

/* The evidence against a line that is not suspected, beside what it would take. */
static void
say_little(const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	const struct flow_facts *facts = &verdict->facts;

	buffer_print(into,
		"How sure: the tests are the rate of new networks, %.1f, and their failures, %.1f "
		"(natural logarithms). ",
		(double)facts->rate, (double)facts->failure);
	buffer_print(into,
		facts->sampled == FLOW_SAMPLED
			? "The rate must reach %.1f before a line is suspected, either %.1f before "
			  "it is watched.\n"
			: "Both must reach %.1f before a line is suspected, one of them %.1f "
			  "before "
			  "it is watched.\n",
		needed(parameters) + (double)facts->chances, parameters->court.watch);
}

static void
say_caveats(const struct flow_facts *facts, struct buffer *into)
{
	static const char *const why[FREEZE_COUNT] = {
		[FREEZE_BLOCKED] = "the network itself blocks port 25 for this line",
		[FREEZE_NETWORK] = "many lines failed at that time",
		[FREEZE_LINE] = "nothing at all answered the line then, as in an outage of its own",
		[FREEZE_SAMPLED] = "the flows are sampled",
	};

	if (facts->frozen != FREEZE_NONE && facts->frozen < FREEZE_COUNT)
		buffer_print(into, "Its last failures did not count: %s.\n", why[facts->frozen]);
	if (facts->sampled == FLOW_SAMPLING_UNTOLD)
		buffer_print(into,
			"An exporter does not say whether it samples, so outcomes of its "
			"connections "
			"were not believed: such a line is never confirmed. If it exports every "
			"packet, receive.sampling is to say so.\n");
	if (facts->incomplete)
		buffer_print(into,
			"Exporters lost records around some of this: there may have been more.\n");
	if (facts->sampled == FLOW_SAMPLED)
		buffer_print(into,
			"The flows were sampled: the rate alone was judged, which can make a "
			"line a suspect but never confirm it.\n");
	if (facts->sources > 0)
		buffer_print(
			into, "It accepted mail itself, from about %u networks.\n", facts->sources);
}

void
explain_verdict(const struct verdict *verdict, const struct parameters *parameters,
	const char *name, struct buffer *into)
{
	if (verdict->role == ROLE_ACCOUNT) {
		explain_account(verdict, parameters, name, into);
		return;
	}
	say_state(verdict, name, into);
	if (verdict->facts.attempts > 0 ||
		(verdict->facts.meter_rate == 0 && verdict->channels[CHANNEL_REPORT] <= 0)) {
		say_seen(&verdict->facts, into);
		say_compared(verdict, parameters, into);
	} else {
		buffer_print(into, "No flows of its mail were seen.\n");
	}
	say_meter(verdict, parameters, into);
	say_reports(verdict, parameters, into);
	if (verdict->to == STATE_CLEAR || verdict->to == STATE_WATCH)
		say_little(verdict, parameters, into);
	else
		say_sure(verdict, parameters, into);
	say_caveats(&verdict->facts, into);
	say_kept(verdict, parameters, into);
	say_cleared(verdict, parameters, into);
	buffer_print(into, "Judged by parameters version %08x.\n", verdict->parameters);
}
