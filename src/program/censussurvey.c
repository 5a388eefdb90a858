/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censussurvey.h"

#include "census/letter/letter.h"
#include "program/complaint.h"
#include "program/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOWN_COUNTRIES 12
#define TOLD_MOST       20

struct surveying {
	struct censusletters *letters;
	struct censusstore *store;
	struct censussurvey *survey;
	struct prefix *prefixes;
	size_t prefix_count;
	struct censusrows handed;
	struct buffer scratch;
};

int
censussurvey_prefixes(
	struct censusstore *store, struct prefix **ret, size_t *count, struct fail *fail)
{
	struct censusrows rows;
	int r;

	*ret = NULL;
	*count = 0;
	if (store == NULL)
		return 0;
	r = censusstore_nevers(store, &rows, fail);
	if (r < 0)
		return r;
	*ret = xcalloc(rows.count + 1, sizeof(**ret));
	for (size_t i = 0; i < rows.count; i++) {
		if (census_never_at(&rows, i)->kind == NEVER_PREFIX)
			(*ret)[(*count)++] = census_never_at(&rows, i)->prefix;
	}
	censusrows_done(&rows);
	return 0;
}

static void
count(struct censussurvey_count *counts, size_t *used, size_t room, const char *name)
{
	size_t i = 0;

	while (i < *used && strcmp(counts[i].name, name) != 0)
		i++;
	if (i == room)
		i = room - 1;
	else if (i == *used) {
		(*used)++;
		snprintf(counts[i].name, sizeof(counts[i].name), "%s", name);
	}
	counts[i].letters++;
}

static void
note_largest(struct censussurvey *survey, const struct manifest_letter *letter, uint64_t rows)
{
	size_t at = CENSUSSURVEY_LARGEST;

	while (at > 0 &&
		(survey->largest[at - 1].letter == NULL || survey->largest[at - 1].rows < rows))
		at--;
	if (at == CENSUSSURVEY_LARGEST)
		return;
	memmove(&survey->largest[at + 1], &survey->largest[at],
		(CENSUSSURVEY_LARGEST - at - 1) * sizeof(survey->largest[0]));
	survey->largest[at].letter = letter;
	survey->largest[at].rows = rows;
}

static void
tell(struct censussurvey *survey, const char *name, const char *what, const char *hint)
{
	struct fail fail = {0};

	if (survey->damaged + survey->within > TOLD_MOST)
		return;
	fail_where(&fail, "%s", name);
	fail_what(&fail, "%s", what);
	fail_hint(&fail, "%s", hint);
	complaint_print(&fail);
}

/* Is the file that the manifest names the letter that it is meant to be? */
static void
look(struct surveying *surveying, const struct manifest_letter *letter, struct text message)
{
	struct censussurvey *survey = surveying->survey;
	char address[ADDRESS_TEXT], what[128];
	struct letterlook seen;

	letterlook_read(
		message, surveying->prefixes, surveying->prefix_count, &surveying->scratch, &seen);
	if (seen.is_damaged || strcmp(seen.mailbox, letter->mailbox) != 0 ||
		strcmp(seen.name, letter->name) != 0) {
		survey->damaged++;
		tell(survey, letter->name,
			seen.is_damaged ? "its table cannot be read"
					: "it is not to whom, or not what, the manifest says",
			"run again");
		return;
	}
	if (seen.is_within) {
		survey->within++;
		snprintf(what, sizeof(what), "it names %s, which is never written about",
			address_format(&seen.within, address));
		tell(survey, letter->name, what, "it is not sent; lazaret census never says why");
	}
	survey->letters++;
	survey->addresses += seen.rows;
	survey->bytes += message.length;
	count(survey->language, &survey->languages, CENSUSSURVEY_LANGUAGES,
		*seen.language != '\0' ? seen.language : "?");
	count(survey->country, &survey->countries, CENSUSSURVEY_COUNTRIES, seen.country);
	note_largest(survey, letter, seen.rows);
}

static int
by_letters(const void *a, const void *b)
{
	const struct censussurvey_count *left = a, *right = b;

	if (left->letters != right->letters)
		return left->letters < right->letters ? 1 : -1;
	return strcmp(left->name, right->name);
}

static int
ask_store(struct surveying *surveying, const struct manifest_letter *letter, struct fail *fail)
{
	const struct census_letter *handed;
	enum census_word word = WORD_YES;
	int r;

	if (surveying->store == NULL) {
		surveying->survey->word[WORD_YES]++;
		return 0;
	}
	handed = census_letter_find(&surveying->handed, letter->name);
	if (handed != NULL)
		surveying->survey->outcome[handed->outcome]++;
	r = censusstore_may_write(surveying->store, text_of(letter->mailbox), &word, fail);
	if (r == 0 && (handed == NULL || handed->outcome == OUTCOME_LATER))
		surveying->survey->word[word]++;
	return r;
}

static int
begin(struct surveying *surveying, struct fail *fail)
{
	int r = censussurvey_prefixes(
		surveying->store, &surveying->prefixes, &surveying->prefix_count, fail);

	return r < 0 || surveying->store == NULL
		? r
		: censusstore_letters(surveying->store, &surveying->handed, fail);
}

int
censussurvey_make(struct censusletters *letters, struct censusstore *store,
	struct censussurvey *ret, struct fail *fail)
{
	struct surveying surveying = {.letters = letters, .store = store, .survey = ret};
	size_t total = manifest_count(letters->manifest);
	struct progress progress;
	int r;

	*ret = (struct censussurvey){0};
	progress_init(&progress, "letters");
	buffer_init(&surveying.scratch, LETTER_BYTES);
	r = begin(&surveying, fail);
	for (size_t i = 0; r == 0 && i < total; i++) {
		const struct manifest_letter *letter = manifest_at(letters->manifest, i);
		struct fail wrong = {0};
		struct text message;

		progress_show(&progress, i, total, NULL);
		r = ask_store(&surveying, letter, fail);
		if (r == 0 && censusletters_read(letters, i, &message, &wrong) == 0) {
			look(&surveying, letter, message);
		} else if (r == 0) {
			if (ret->damaged++ < TOLD_MOST)
				complaint_print(&wrong);
		}
	}
	progress_done(&progress);
	qsort(ret->language, ret->languages, sizeof(ret->language[0]), by_letters);
	qsort(ret->country, ret->countries, sizeof(ret->country[0]), by_letters);
	buffer_done(&surveying.scratch);
	censusrows_done(&surveying.handed);
	free(surveying.prefixes);
	return r;
}

static void
print_counts(struct buffer *into, const char *label, const struct censussurvey_count *counts,
	size_t count_of, size_t most)
{
	uint64_t rest = 0;

	buffer_print(into, "%-12s", label);
	for (size_t i = 0; i < count_of; i++) {
		if (i < most)
			buffer_print(into, "%s%s %" PRIu64, i > 0 ? ", " : "", counts[i].name,
				counts[i].letters);
		else
			rest += counts[i].letters;
	}
	if (rest > 0)
		buffer_print(into, ", others %" PRIu64, rest);
	buffer_print(into, "\n");
}

void
censussurvey_text(const struct censussurvey *survey, struct buffer *into)
{
	buffer_print(into, "letters     %" PRIu64 ", about %" PRIu64 " addresses, %" PRIu64 " kB\n",
		survey->letters, survey->addresses, survey->bytes / 1000);
	print_counts(
		into, "languages", survey->language, survey->languages, CENSUSSURVEY_LANGUAGES);
	print_counts(into, "countries", survey->country, survey->countries, SHOWN_COUNTRIES);
	for (size_t i = 0; i < CENSUSSURVEY_LARGEST && survey->largest[i].letter != NULL; i++)
		buffer_print(into, "%-12s%s to %s: %" PRIu64 " addresses\n",
			i == 0 ? "largest" : "", survey->largest[i].letter->name,
			survey->largest[i].letter->mailbox, survey->largest[i].rows);
	for (int i = 1; i < WORD_COUNT; i++) {
		if (survey->word[i] > 0)
			buffer_print(into, "%-12s%" PRIu64 " to who %s\n", "not sent",
				survey->word[i], census_words[i]);
	}
	if (survey->within > 0)
		buffer_print(into, "%-12s%" PRIu64 " with addresses never written about\n",
			"not sent", survey->within);
	if (survey->damaged > 0)
		buffer_print(into, "%-12s%" PRIu64 " that are not as the run wrote them\n",
			"not sent", survey->damaged);
}

static void
json_counts(struct buffer *into, const char *key, const struct censussurvey_count *counts,
	size_t count_of)
{
	buffer_print(into, ",\"%s\":{", key);
	for (size_t i = 0; i < count_of; i++) {
		buffer_print(into, "%s", i > 0 ? "," : "");
		buffer_json(into, text_of(counts[i].name));
		buffer_print(into, ":%" PRIu64, counts[i].letters);
	}
	buffer_print(into, "}");
}

void
censussurvey_json(const struct censussurvey *survey, struct buffer *into)
{
	static const char *const words[WORD_COUNT] = {
		[WORD_NEVER] = "never",
		[WORD_OPTOUT] = "optout",
		[WORD_BOUNCED] = "bounced",
		[WORD_REFUSED] = "refused",
	};

	buffer_print(into, ",\"letters\":%" PRIu64 ",\"addresses\":%" PRIu64 ",\"bytes\":%" PRIu64,
		survey->letters, survey->addresses, survey->bytes);
	json_counts(into, "languages", survey->language, survey->languages);
	json_counts(into, "countries", survey->country, survey->countries);
	buffer_print(into, ",\"largest\":[");
	for (size_t i = 0; i < CENSUSSURVEY_LARGEST && survey->largest[i].letter != NULL; i++) {
		buffer_print(into, "%s{\"letter\":\"%s\",\"mailbox\":", i > 0 ? "," : "",
			survey->largest[i].letter->name);
		buffer_json(into, text_of(survey->largest[i].letter->mailbox));
		buffer_print(into, ",\"addresses\":%" PRIu64 "}", survey->largest[i].rows);
	}
	buffer_print(into, "],\"not_sent\":{\"damaged\":%" PRIu64 ",\"within\":%" PRIu64,
		survey->damaged, survey->within);
	for (int i = 1; i < WORD_COUNT; i++)
		buffer_print(into, ",\"%s\":%" PRIu64, words[i], survey->word[i]);
	buffer_print(into, "}");
}
