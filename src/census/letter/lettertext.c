/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/lettertext.h"

#include <inttypes.h>
#include <stdio.h>

/* Values of placeholders; a paragraph whose value is not given is not said, so each has one. */
enum value {
	VALUE_AGENCY,
	VALUE_CASE,
	VALUE_CHECK,
	VALUE_COUNT,
	VALUE_COUNTRIES,
	VALUE_DATE,
	VALUE_DAYS,
	VALUE_BEGIN,
	VALUE_END,
	VALUE_FILE,
	VALUE_HOLDER,
	VALUE_REPLY,
	VALUE_VERIFY,
	VALUES
};

static const char *const names[VALUES] = {"agency", "case", "check", "count", "countries", "date",
	"days", "begin", "end", "file", "holder", "reply", "verify"};

#define COUNTRIES_SHOWN 40
#define DAY_TEXT        11

struct teller {
	const struct phrases *phrases;
	struct buffer *into;
	struct text value[VALUES];
	char number[21];
};

static struct text
value_of(const struct teller *teller, struct text name)
{
	for (int i = 0; i < VALUES; i++) {
		if (text_is(name, names[i]))
			return teller->value[i];
	}
	return TEXT("");
}

/* The words for an English text, with values. */
static void
say(struct teller *teller, const char *english)
{
	struct text rest = phrases_find(teller->phrases, text_of(english));

	while (rest.length > 0) {
		buffer_text(teller->into, text_cut(&rest, '{'));
		if (rest.length > 0)
			buffer_text(teller->into, value_of(teller, text_cut(&rest, '}')));
	}
	buffer_text(teller->into, TEXT("\n"));
}

/* A paragraph of its own. */
static void
tell(struct teller *teller, const char *english)
{
	say(teller, english);
	buffer_text(teller->into, TEXT("\n"));
}

static void
item(struct teller *teller, const char *english)
{
	buffer_text(teller->into, TEXT("- "));
	say(teller, english);
}

static void
count(struct teller *teller, const char *english, size_t number)
{
	snprintf(teller->number, sizeof(teller->number), "%zu", number);
	teller->value[VALUE_COUNT] = text_of(teller->number);
	item(teller, english);
}

/* As count; what earlier letters named is nothing in a first one, and not said there. */
static void
count_earlier(
	struct teller *teller, const struct lettercase *of, const char *english, size_t number)
{
	if (number > 0 || of->kind == LETTER_REMINDER || of->kind == LETTER_ESCALATION)
		count(teller, english, number);
}

static void
tell_who(struct teller *teller, const struct lettercase *of, bool is_above)
{
	static const char *const why[LETTER_KIND_COUNT] = {
		[LETTER_FIRST] = PHRASE("The registries of Internet addresses name you as the "
					"contact for the networks in the attached table."),
		[LETTER_REMINDER] =
			PHRASE("We wrote to you about this on {date}. Addresses are "
			       "still listed, so we kindly ask you to look at it again."),
		[LETTER_ESCALATION] = PHRASE(
			"On {date} and later we wrote about this to the contact that the "
			"registries name, and saw too little change. So we turn to you, as a "
			"further contact or as the national CERT, and ask for your help."),
		[LETTER_NATIONAL] =
			PHRASE("The registries of Internet addresses name nobody to "
			       "write to for the networks in the attached table. So we "
			       "turn to you as the national CERT, and ask for your help."),
		[LETTER_THANKS] = PHRASE(
			"On {date} we first wrote to you about addresses in your networks. For "
			"some time now the lists have named few of them or none, so this case is "
			"closed. Thank you for what you did about it."),
	};

	if (is_above)
		tell(teller, PHRASE("The English text stands below; in doubt it counts."));
	tell(teller, PHRASE("Dear network professionals,"));
	tell(teller,
		PHRASE("We are {agency}. With agencies of other countries we look in public spam "
		       "databases for computers that send spam without the knowledge of their "
		       "owners, so-called spam zombies."));
	tell(teller, why[of->kind]);
	tell(teller,
		PHRASE("Please do not take our word for it: find {agency} in a way of your own, or "
		       "read {verify}. We never ask for money or passwords."));
}

static void
tell_where(struct teller *teller)
{
	if (teller->value[VALUE_COUNTRIES].length > 0)
		item(teller, PHRASE("Countries: {countries}"));
	if (teller->value[VALUE_HOLDER].length > 0)
		item(teller, PHRASE("Holder, by the registries: {holder}"));
	buffer_text(teller->into, TEXT("\n"));
}

static void
tell_table(struct teller *teller, const struct lettercase *of, const struct lettertext_table *table)
{
	tell(teller,
		PHRASE("The table {file} has each address with its network, when it was first and "
		       "last seen, and the kind of evidence. IPv6 addresses stand for their "
		       "network of 64 bits. Where customers share an address, the port and the "
		       "time tell which one it was; some lists do not name the port."));
	if (table->rows < of->rows) {
		snprintf(teller->number, sizeof(teller->number), "%zu", table->rows);
		teller->value[VALUE_COUNT] = text_of(teller->number);
		tell(teller,
			PHRASE("The table has only the first {count} addresses. Please ask us for "
			       "the others."));
	}
}

static void
tell_seen(struct teller *teller, const struct lettercase *of, const struct lettertext_table *table)
{
	say(teller, PHRASE("Seen from {begin} to {end} (UTC):"));
	count(teller, PHRASE("Addresses: {count}"), of->rows);
	count(teller, PHRASE("New: {count}"), lettercase_count(of, LETTER_NEW));
	count_earlier(
		teller, of, PHRASE("Still there: {count}"), lettercase_count(of, LETTER_STILL));
	count_earlier(
		teller, of, PHRASE("Back again: {count}"), lettercase_count(of, LETTER_REOPENED));
	count_earlier(teller, of, PHRASE("Gone since the last letter: {count}"), of->gone);
	tell_where(teller);
	if (of->gone > 0)
		tell(teller,
			PHRASE("Addresses of earlier letters are gone. Thank you for your work."));
	tell_table(teller, of, table);
}

/* Of those of the day with the most at most as many as are listed now still are: whichever these are, the others are
 * not. */
static void
tell_closed(
	struct teller *teller, const struct lettercase *of, const struct lettertext_table *table)
{
	say(teller, PHRASE("What the lists say now:"));
	count(teller, PHRASE("Addresses on the day with the most: {count}"), of->most);
	count(teller, PHRASE("Of these no longer listed: {count}"),
		of->most > of->rows ? of->most - of->rows : 0);
	count(teller, PHRASE("Listed today: {count}"), of->rows);
	tell_where(teller);
	tell(teller,
		PHRASE("The lists do not tell the reason: the computers may be clean again, or the "
		       "addresses may have changed hands."));
	if (of->rows > 0)
		tell_table(teller, of, table);
	tell(teller,
		PHRASE("If more addresses are listed again, we begin a new case and write to you. "
		       "What helps then is what our first letter asked for: above all find the "
		       "computers that send unusual amounts of mail, and quarantine them until "
		       "the cause is removed."));
}

static void
tell_asked(struct teller *teller)
{
	say(teller, PHRASE("What we ask of you, where it is not done yet:"));
	item(teller,
		PHRASE("Close port 25 to the outside for customers, but for those who run mail "
		       "servers. Customers hand in their mail with a password, on port 587 or "
		       "465."));
	item(teller, PHRASE("Limit how much mail a customer can send through your mail servers."));
	item(teller,
		PHRASE("Find computers that send unusual amounts of mail, look into it, and where "
		       "needed quarantine them until the cause is removed."));
	item(teller,
		PHRASE("Tell customers in plain language how to keep their devices free of "
		       "malware, "
		       "and help them with it."));
	item(teller,
		PHRASE("Give customers easy tools that remove malware, or show where they are, and "
		       "help those who need it."));
	buffer_text(teller->into, TEXT("\n"));
	tell(teller,
		PHRASE("National law comes first, above all on privacy and data protection. Some "
		       "of "
		       "these measures may already be required where you are."));
}

/* What is done with a case is not asked once it is closed. */
static void
tell_answers(struct teller *teller, const struct lettercase *of)
{
	bool is_open = of->kind != LETTER_THANKS;

	say(teller,
		PHRASE("To answer, write to {reply}, leave {case} in the subject, and begin with "
		       "one "
		       "of these words:"));
	if (is_open) {
		item(teller, PHRASE("DONE: the addresses are cleaned"));
		item(teller, PHRASE("WORKING: you are looking into it"));
	}
	item(teller, PHRASE("WRONG: the networks are not yours, or the computers are no zombies"));
	item(teller, PHRASE("CONTACT and an address: we should write there instead"));
	if (is_open)
		item(teller,
			PHRASE("XARF: you want each incident by itself, in a form for machines"));
	item(teller, PHRASE("STOP: you want no more letters"));
	buffer_text(teller->into, TEXT("\n"));
	if (teller->value[VALUE_CHECK].length > 0)
		tell(teller, PHRASE("The present state: {check}"));
	if (of->rows == 0)
		tell(teller,
			PHRASE("This letter is about addresses: we do not know who uses them, and "
			       "we scan no computers. We delete single addresses after {days} "
			       "days."));
	else
		tell(teller,
			PHRASE("This letter is about addresses: we do not know who uses them, and "
			       "we "
			       "scan no computers. Please use the table only to find and help "
			       "those "
			       "concerned. We delete single addresses after {days} days."));
	tell(teller, PHRASE("Thank you for your help in the fight against spam."));
	buffer_text(teller->into, teller->value[VALUE_AGENCY]);
	buffer_text(teller->into, TEXT("\n"));
}

static struct text
day_of(struct wall wall, char into[WALL_TEXT])
{
	return (struct text){wall_format(wall, into), DAY_TEXT - 1};
}

static struct text
join_countries(const struct lettercase *of, char into[COUNTRIES_SHOWN * 4])
{
	size_t used = 0;

	for (unsigned i = 0; i < of->countries && i < COUNTRIES_SHOWN; i++) {
		const char *country = of->country[i];

		if (country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z')
			continue;
		if (used > 0) {
			into[used++] = ',';
			into[used++] = ' ';
		}
		into[used++] = country[0];
		into[used++] = country[1];
	}
	return (struct text){into, used};
}

void
lettertext_make(const struct lettercase *of, const struct lettertext_table *table,
	const struct phrases *phrases, bool is_above, struct buffer *into)
{
	struct teller teller = {.phrases = phrases, .into = into};
	const struct lettersender *sender = of->sender;
	char begin[WALL_TEXT], end[WALL_TEXT], before[WALL_TEXT], mark[48], days[16];
	char countries[COUNTRIES_SHOWN * 4], held[LETTER_FREE * 4 + 1];
	struct buffer holder = {.at = held, .size = sizeof(held), .most = sizeof(held) - 1};

	snprintf(mark, sizeof(mark), "[%.*s]", (int)of->code.length, of->code.at);
	snprintf(days, sizeof(days), "%u", sender->keep_days);
	buffer_line(&holder, of->holder, LETTER_FREE);
	teller.value[VALUE_AGENCY] = sender->name;
	teller.value[VALUE_CASE] = text_of(mark);
	teller.value[VALUE_CHECK] = sender->check;
	teller.value[VALUE_COUNTRIES] = join_countries(of, countries);
	teller.value[VALUE_DATE] = day_of(of->before, before);
	teller.value[VALUE_DAYS] = text_of(days);
	teller.value[VALUE_BEGIN] = day_of(of->begin, begin);
	teller.value[VALUE_END] = day_of(of->end, end);
	teller.value[VALUE_FILE] = text_of(table->file);
	teller.value[VALUE_HOLDER] = (struct text){held, holder.length};
	teller.value[VALUE_REPLY] = lettercase_reply(sender);
	teller.value[VALUE_VERIFY] = sender->verify;
	tell_who(&teller, of, is_above);
	if (of->kind == LETTER_THANKS) {
		tell_closed(&teller, of, table);
	} else {
		tell_seen(&teller, of, table);
		tell_asked(&teller);
	}
	tell_answers(&teller, of);
}

struct text
lettertext_subject(enum letter_kind kind, const struct phrases *phrases)
{
	static const char *const subjects[LETTER_KIND_COUNT] = {
		[LETTER_FIRST] = PHRASE("Computers in your networks probably send spam"),
		[LETTER_REMINDER] =
			PHRASE("Reminder: computers in your networks probably send spam"),
		[LETTER_ESCALATION] =
			PHRASE("Request for help: computers in these networks probably send spam"),
		[LETTER_NATIONAL] =
			"Request for help: computers in these networks probably send spam",
		[LETTER_THANKS] = PHRASE("Thank you: this case is closed"),
	};

	return phrases_find(phrases, text_of(subjects[kind]));
}
