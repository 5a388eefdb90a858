/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/reply.h"

const char *const reply_language_names[REPLY_LANGUAGES] = {"en", "nb", "de"};

/* One of a thing, and several. */
struct noun {
	const char *one;
	const char *many;
};

struct words {
	/* {limit} with its noun, {time}, {whose} */
	const char *full[RULE_SPANS];
	const char *burst;
	const char *never[RULE_SPANS];
	const char *never_at_once;
	const char *again; /* {time} */
	const char *help;
	const char *number;
	struct noun what[RULE_WHATS];
	const char *whose[LIMITS];
	struct noun minutes;
	struct noun hours;
};

static const struct words words[REPLY_LANGUAGES] = {
	[REPLY_EN] =
		{
			.full = {"The limit of {limit} an hour {whose} is reached.",
				"The limit of {limit} a day {whose} is reached."},
			.burst = "More than {limit} came at once {whose}.",
			.never = {"One message may not have more than the {limit} that are "
				  "allowed in an hour {whose}: please send it in parts.",
				"One message may not have more than the {limit} that are allowed "
				"in a day {whose}: please send it in parts."},
			.never_at_once = "One message may not have more than {limit} {whose}: "
					 "please send it in parts.",
			.again = "Please try again in {time}.",
			.help = "Help:",
			.number = "case",
			.what = {{"message", "messages"}, {"recipient", "recipients"}},
			.whose = {[LIMIT_ACCOUNT] = "for this account",
				[LIMIT_BUSINESS] = "for this account",
				[LIMIT_FORWARDER] = "for this account",
				[LIMIT_NEWSLETTER] = "for this account",
				[LIMIT_LINE] = "for this connection to the internet",
				[LIMIT_CERTIFICATE] = "for this certificate",
				[LIMIT_ADDRESS] = "from this address",
				[LIMIT_IPV6_64] = "from this network",
				[LIMIT_IPV6_56] = "from this network",
				[LIMIT_IPV6_48] = "from this network",
				[LIMIT_DOMAIN] = "for all accounts of this domain",
				[LIMIT_RELAY] = "for all senders",
				[LIMIT_BOUNCE] = "for messages about deliveries",
				[LIMIT_LOCAL] = "for mail within this house"},
			.minutes = {"minute", "minutes"},
			.hours = {"hour", "hours"},
		},
	[REPLY_NB] =
		{
			.full = {"Grensen paa {limit} i timen {whose} er naadd.",
				"Grensen paa {limit} per dag {whose} er naadd."},
			.burst = "Det kom mer enn {limit} paa en gang {whose}.",
			.never = {"En melding kan ikke ha mer enn de {limit} som er tillatt i "
				  "timen {whose}: send den i flere deler.",
				"En melding kan ikke ha mer enn de {limit} som er tillatt per "
				"dag {whose}: send den i flere deler."},
			.never_at_once = "En melding kan ikke ha mer enn {limit} {whose}: send "
					 "den i flere deler.",
			.again = "Proev igjen om {time}.",
			.help = "Hjelp:",
			.number = "sak",
			.what = {{"melding", "meldinger"}, {"mottaker", "mottakere"}},
			.whose = {[LIMIT_ACCOUNT] = "for denne kontoen",
				[LIMIT_BUSINESS] = "for denne kontoen",
				[LIMIT_FORWARDER] = "for denne kontoen",
				[LIMIT_NEWSLETTER] = "for denne kontoen",
				[LIMIT_LINE] = "for denne internettlinjen",
				[LIMIT_CERTIFICATE] = "for dette sertifikatet",
				[LIMIT_ADDRESS] = "fra denne adressen",
				[LIMIT_IPV6_64] = "fra dette nettet",
				[LIMIT_IPV6_56] = "fra dette nettet",
				[LIMIT_IPV6_48] = "fra dette nettet",
				[LIMIT_DOMAIN] = "for alle kontoer i dette domenet",
				[LIMIT_RELAY] = "for alle avsendere",
				[LIMIT_BOUNCE] = "for meldinger om levering",
				[LIMIT_LOCAL] = "for post innenfor huset"},
			.minutes = {"minutt", "minutter"},
			.hours = {"time", "timer"},
		},
	[REPLY_DE] =
		{
			.full = {"Die Grenze von {limit} je Stunde {whose} ist erreicht.",
				"Die Grenze von {limit} je Tag {whose} ist erreicht."},
			.burst = "Es kamen mehr als {limit} auf einmal {whose}.",
			.never = {"Eine Nachricht darf nicht mehr als die {limit} haben, die je "
				  "Stunde {whose} erlaubt sind: bitte in Teilen senden.",
				"Eine Nachricht darf nicht mehr als die {limit} haben, die je "
				"Tag {whose} erlaubt sind: bitte in Teilen senden."},
			.never_at_once = "Eine Nachricht darf {whose} nicht mehr als {limit} "
					 "haben: bitte in Teilen senden.",
			.again = "Bitte in {time} erneut versuchen.",
			.help = "Hilfe:",
			.number = "Fall",
			.what = {{"Nachricht", "Nachrichten"}, {"Empfaenger", "Empfaengern"}},
			.whose = {[LIMIT_ACCOUNT] = "fuer dieses Konto",
				[LIMIT_BUSINESS] = "fuer dieses Konto",
				[LIMIT_FORWARDER] = "fuer dieses Konto",
				[LIMIT_NEWSLETTER] = "fuer dieses Konto",
				[LIMIT_LINE] = "fuer diesen Internetanschluss",
				[LIMIT_CERTIFICATE] = "fuer dieses Zertifikat",
				[LIMIT_ADDRESS] = "von dieser Adresse",
				[LIMIT_IPV6_64] = "aus diesem Netz",
				[LIMIT_IPV6_56] = "aus diesem Netz",
				[LIMIT_IPV6_48] = "aus diesem Netz",
				[LIMIT_DOMAIN] = "fuer alle Konten dieser Domain",
				[LIMIT_RELAY] = "fuer alle Absender",
				[LIMIT_BOUNCE] = "fuer Nachrichten ueber Zustellungen",
				[LIMIT_LOCAL] = "fuer Post innerhalb des Hauses"},
			.minutes = {"Minute", "Minuten"},
			.hours = {"Stunde", "Stunden"},
		},
};

static void
put_number(struct buffer *into, uint64_t count, const struct noun *noun)
{
	buffer_print(
		into, "%llu %s", (unsigned long long)count, count == 1 ? noun->one : noun->many);
}

/* Rounded up: who comes back then is not told to come again. */
static void
put_time(struct buffer *into, const struct words *of, int64_t us)
{
	int64_t minutes = us <= 0 ? 1 : (us + WALL_MINUTE - 1) / WALL_MINUTE;

	if (minutes <= 120)
		put_number(into, (uint64_t)minutes, &of->minutes);
	else
		put_number(into, (uint64_t)(minutes + 59) / 60, &of->hours);
}

/* A sentence with what stands in braces. */
static void
put_sentence(struct buffer *into, const struct reply *reply, const char *sentence)
{
	const struct words *of = &words[reply->language];
	struct text rest = text_of(sentence);

	while (rest.length > 0) {
		struct text name;

		buffer_text(into, text_cut(&rest, '{'));
		if (rest.length == 0)
			break;
		name = text_cut(&rest, '}');
		if (text_is(name, "limit"))
			put_number(into, reply->why.limit, &of->what[reply->why.what]);
		else if (text_is(name, "whose"))
			buffer_text(into, text_of(of->whose[reply->limit]));
		else
			put_time(into, of, reply->why.free.us - reply->now.us);
	}
}

static const char *
sentence_of(const struct reply *reply)
{
	const struct words *of = &words[reply->language];
	unsigned span = reply->why.bound == WINDOW_BY_DAY ? RULE_DAY : RULE_HOUR;

	if (reply->why.bound == WINDOW_BURST)
		return reply->why.never ? of->never_at_once : of->burst;
	return reply->why.never ? of->never[span] : of->full[span];
}

bool
reply_is_help(struct text help)
{
	for (size_t i = 0; i < help.length; i++) {
		if (help.at[i] < ' ' || help.at[i] > '~')
			return false;
	}
	return help.length <= REPLY_HELP_MOST;
}

void
reply_make(const struct reply *reply, struct buffer *into)
{
	const struct words *of = &words[reply->language];

	buffer_text(into,
		reply->why.never                     ? TEXT("550 5.7.1 ")
			: reply->stage == GUARD_DATA ? TEXT("451 4.7.0 ")
						     : TEXT("450 4.7.0 "));
	put_sentence(into, reply, sentence_of(reply));
	if (!reply->why.never) {
		buffer_text(into, TEXT(" "));
		put_sentence(into, reply, of->again);
	}
	if (reply->help.length > 0)
		buffer_print(into, " %s %.*s", of->help, (int)reply->help.length, reply->help.at);
	if (reply->number.length > 0)
		buffer_print(into, " (%s %.*s)", of->number, (int)reply->number.length,
			reply->number.at);
}
