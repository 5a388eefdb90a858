/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/explainaccount.h"

#include <math.h>

static void
say_state(const struct verdict *verdict, const char *name, struct buffer *into)
{
	static const char *const held[STATE_COUNT] = {
		[STATE_CLEAR] = "is clear: nothing is held against it",
		[STATE_WATCH] = "is watched: something is unusual, but not enough to act on",
		[STATE_SUSPECT] = "may be in other hands: mail like spam is sent through it",
		[STATE_CONFIRMED] = "is in other hands: spam is sent through it",
		[STATE_QUARANTINE] = "is in quarantine",
		[STATE_PROBATION] = "is on probation: it was confirmed, and has been quiet since",
	};
	char time[WALL_TEXT];

	buffer_print(into, "The account %s %s (as of %s).\n", name, held[verdict->to],
		wall_format(verdict->time, time));
}

static void
say_seen(const struct flow_facts *facts, struct buffer *into)
{
	char first[WALL_TEXT], last[WALL_TEXT];

	buffer_print(into,
		"From %s to %s it sent to %llu recipients: %llu were delivered, %llu do not exist, "
		"%llu were refused for reasons of policy.\n",
		wall_format(facts->first_seen, first), wall_format(facts->last_seen, last),
		(unsigned long long)facts->attempts, (unsigned long long)facts->accepted,
		(unsigned long long)facts->failed, (unsigned long long)facts->refused);
	/* While the guard itself is new it does not know what is new. */
	if (facts->contacts > 0)
		buffer_print(into, "Today it wrote to %u domains that were new to it.\n",
			facts->contacts);
	if (facts->networks > 1)
		buffer_print(into, "It was used from up to %u networks within an hour.\n",
			facts->networks);
}

static void
say_sure(const struct verdict *verdict, const struct parameters *parameters, struct buffer *into)
{
	double weight = parameters->court.weight[CHANNEL_RELAY];

	buffer_print(
		into, "How sure: the evidence is %.1f (natural logarithm)", (double)verdict->score);
	if (weight > 0 && weight < 1)
		buffer_print(into,
			"; that of the mail server is %.1f, less %.1f, since it is one of several "
			"kinds of evidence",
			(double)verdict->channels[CHANNEL_RELAY], -log(weight));
	buffer_print(into, ". An account is suspected at %.1f and confirmed at %.1f.\n",
		parameters->court.suspect, (double)verdict->threshold);
}

void
explain_account(const struct verdict *verdict, const struct parameters *parameters,
	const char *name, struct buffer *into)
{
	say_state(verdict, name, into);
	say_seen(&verdict->facts, into);
	say_sure(verdict, parameters, into);
	if (verdict->to == STATE_CLEAR)
		return;
	buffer_print(into,
		"What helps: a new password, and an end to all its sessions; then a look at its "
		"forwardings and filters. A search of its owner's computers for programs comes "
		"after that: mostly the password was guessed, or given away on a false page.\n");
}
