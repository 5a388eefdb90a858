/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registryfile.h"

#include "census/registry/delegated.h"
#include "census/registry/keptfile.h"

#include <errno.h>
#include <stdlib.h>

static const struct keptfile_kind kind = {
	.mark = "lzregist", .version = 1, .name = "file of registries"};

/* After the head of the file. Of all arrays the sizes are multiples of 8 bytes: what is missing is filled with 0. */
struct counts {
	uint64_t segments4, segments6, answers, contacts, texts;
};

static uint64_t
padded(uint64_t size)
{
	return (size + 7) & ~UINT64_C(7);
}

#define ROWS 1024

/* All that is written stands in the file before it is known how much it is; so it is gone through twice. */
struct writing {
	const struct answers *answers;
	const struct columns *columns;
	struct keptfile *file; /* NULL: nothing is written yet, only counted */
	struct registryfile_contact *contacts;
	uint32_t contact_count;
	uint32_t *contact_of; /* by the number of a mailbox */
	uint32_t *handle_of;  /* a text, by the number of a handle */
	uint32_t *name_of;    /* a text, by the number of a holder */
	char *texts;          /* of the size that was counted */
	uint64_t texts_length;
	bool is_full;
	struct registryfile_answer rows[ROWS];
};

/* A text; 0 where it has no room. */
static uint32_t
put_text(struct writing *writing, struct text text)
{
	uint32_t at = (uint32_t)writing->texts_length, length = (uint32_t)text.length;
	uint64_t end = padded(writing->texts_length + sizeof(length) + text.length);

	if (end > UINT32_MAX) {
		writing->is_full = true;
		return 0;
	}
	if (writing->file != NULL) {
		memcpy(writing->texts + at, &length, sizeof(length));
		if (text.length > 0)
			memcpy(writing->texts + at + sizeof(length), text.at, text.length);
	}
	writing->texts_length = end;
	return at;
}

/* Once for each word. */
static uint32_t
put_word(struct writing *writing, const struct words *words, uint32_t *places, uint32_t word)
{
	if (word != 0 && places[word] == 0)
		places[word] = put_text(writing, words_text(words, word));
	return places[word];
}

static uint32_t
put_holder(struct writing *writing, const struct holder *holder)
{
	uint32_t *place = &writing->name_of[holder - writing->columns->holders];

	if (*place == 0 && holder->entry.name != 0)
		*place = put_text(writing, columns_name(writing->columns, holder->entry.name));
	return *place;
}

static uint32_t
put_contact(struct writing *writing, uint32_t mailbox, bool is_first, bool is_arins)
{
	struct registryfile_contact *contact;
	uint32_t *place = &writing->contact_of[mailbox];

	if (mailbox == 0)
		return 0;
	if (*place == 0) {
		*place = writing->contact_count++;
		writing->contacts[*place] = (struct registryfile_contact){
			.mailbox = put_text(
				writing, words_text(&writing->columns->mailboxes, mailbox)),
			.is_suspect = writing->columns->known[mailbox].is_suspect};
	}
	contact = &writing->contacts[*place];
	contact->answers += is_first;
	contact->is_kept |= is_arins;
	return *place;
}

static const struct holder *
organisation_of(const struct writing *writing, const struct entry *entry)
{
	const struct reference *at = writing->columns->references + entry->references;
	const struct holder *holder = NULL;

	for (uint32_t i = 0; i < entry->reference_count && holder == NULL; i++) {
		if (at[i].name == RPSL_ORG || at[i].name == RPSL_ORGID)
			holder = columns_holder(writing->columns, HOLDER_ORGANISATION, at[i].word);
	}
	return holder;
}

/* By the registry's language: of the network, then of its organisation; country: of that, then of the network. */
static void
put_places(const struct entry *entry, const struct entry *holder, struct registryfile_answer *row)
{
	uint16_t country =
		holder != NULL && holder->country != 0 ? holder->country : entry->country;
	uint16_t language = entry->language;

	if (language == 0 && holder != NULL)
		language = holder->language;
	if (country != 0)
		row->country = country;
	row->language = language != 0 ? language | 0x2020 : 0;
}

static void
put_network(struct writing *writing, const struct network *network, struct registryfile_answer *row)
{
	const struct columns *columns = writing->columns;
	const struct entry *entry = &network->entry;
	const struct holder *organisation = organisation_of(writing, entry);
	const struct entry *holder = organisation != NULL ? &organisation->entry : NULL;

	row->low[0] = (uint64_t)(network->range.low >> 64);
	row->low[1] = (uint64_t)network->range.low;
	row->high[0] = (uint64_t)(network->range.high >> 64);
	row->high[1] = (uint64_t)network->range.high;
	row->registry = entry->registry;
	if (entry->name != 0)
		row->name = put_text(writing, columns_name(columns, entry->name));
	else
		row->name = put_word(writing, &columns->handles, writing->handle_of, entry->handle);
	if (organisation != NULL)
		row->holder = put_holder(writing, organisation);
	put_places(entry, holder, row);
}

static void
put_answer(struct writing *writing, uint32_t number, struct registryfile_answer *row)
{
	const struct answer *answer = &writing->answers->at[number];
	const struct columns *columns = writing->columns;
	bool is_arins = false;

	*row = (struct registryfile_answer){.system = answer->number,
		.country = answer->country,
		.family = answer->family,
		.rule = answer->contact.rule,
		.quality = answer->contact.quality};
	if (answer->network != 0) {
		put_network(writing, &columns->networks[answer->family].at[answer->network], row);
		is_arins = row->registry == REGISTRY_ARIN;
	}
	if (answer->system != 0)
		is_arins |= columns->networks[RANGE_SYSTEM].at[answer->system].entry.registry ==
			REGISTRY_ARIN;
	row->contact = put_contact(writing, answer->contact.mailbox, true, is_arins);
	row->contact2 = put_contact(writing, answer->contact.mailbox2, false, is_arins);
}

static void
add_padded(struct keptfile *file, const void *bytes, size_t size)
{
	static const uint8_t nothing[8];

	keptfile_add(file, bytes, size);
	keptfile_add(file, nothing, padded(size) - size);
}

/* The rows; with them the contacts and texts to which they lead. */
static void
put_rows(struct writing *writing)
{
	const struct columns *columns = writing->columns;
	uint64_t left = writing->answers->count + 1UL;

	memset(writing->contact_of, 0, (columns->mailboxes.count + 1UL) * sizeof(uint32_t));
	memset(writing->name_of, 0, (columns->holder_count + 1UL) * sizeof(uint32_t));
	memset(writing->handle_of, 0, (columns->handles.count + 1UL) * sizeof(uint32_t));
	writing->contact_count = 1;
	writing->texts_length = 0;
	put_text(writing, (struct text){.length = 0});
	for (uint32_t from = 0; left > 0;) {
		uint32_t count = left < ROWS ? (uint32_t)left : ROWS;

		for (uint32_t i = 0; i < count; i++) {
			writing->rows[i] = (struct registryfile_answer){0};
			if (from + i > 0)
				put_answer(writing, from + i, &writing->rows[i]);
		}
		if (writing->file != NULL)
			keptfile_add(writing->file, writing->rows, count * sizeof(*writing->rows));
		from += count;
		left -= count;
	}
}

static int
write_all(struct writing *writing, const char *path, struct fail *fail)
{
	const struct answers *answers = writing->answers;
	const struct counts counts = {.segments4 = answers->count4,
		.segments6 = answers->count6,
		.answers = answers->count + 1UL,
		.contacts = writing->contact_count,
		.texts = writing->texts_length};
	const uint64_t figures[KEPTFILE_FIGURES] = {answers->count, writing->contact_count - 1};
	struct keptfile file;
	int r = keptfile_create(&file, path, fail);

	if (r < 0)
		return r;
	writing->file = &file;
	writing->texts = xcalloc(counts.texts, 1);
	keptfile_add(&file, &counts, sizeof(counts));
	add_padded(&file, answers->segments4, counts.segments4 * sizeof(struct segment4));
	add_padded(&file, answers->segments6, counts.segments6 * sizeof(struct segment6));
	put_rows(writing);
	add_padded(&file, writing->contacts, counts.contacts * sizeof(*writing->contacts));
	add_padded(&file, writing->texts, counts.texts);
	free(writing->texts);
	return keptfile_end(&file, &kind, figures, fail);
}

int
registryfile_write(const char *path, const struct answers *answers, struct fail *fail)
{
	const struct columns *columns = answers->registries->columns;
	struct writing *writing = xcalloc(1, sizeof(*writing));
	int r = 0;

	writing->answers = answers;
	writing->columns = columns;
	writing->contacts = xcalloc(columns->mailboxes.count + 1UL, sizeof(*writing->contacts));
	writing->contact_of = xcalloc(columns->mailboxes.count + 1UL, sizeof(uint32_t));
	writing->name_of = xcalloc(columns->holder_count + 1UL, sizeof(uint32_t));
	writing->handle_of = xcalloc(columns->handles.count + 1UL, sizeof(uint32_t));
	put_rows(writing);
	if (writing->is_full) {
		fail_where(fail, "%s", path);
		fail_what(fail, "its texts would be more than 4 GiB");
		r = -EFBIG;
	}
	if (r == 0)
		r = write_all(writing, path, fail);
	free(writing->contacts);
	free(writing->contact_of);
	free(writing->name_of);
	free(writing->handle_of);
	free(writing);
	return r;
}

/* Steps over an array; NULL where it is not all there. */
static const void *
take_array(struct registryfile *file, size_t *at, uint64_t count, size_t size)
{
	size_t left = file->size - *at, begin = *at;

	if (count > left / size || padded(count * size) > left)
		return NULL;
	*at += padded(count * size);
	return file->bytes + begin;
}

static int
take_arrays(struct registryfile *file, struct fail *fail)
{
	size_t at = sizeof(struct keptfile_head);
	const struct counts *counts = take_array(file, &at, 1, sizeof(*counts));

	if (counts == NULL || counts->answers == 0 || counts->contacts == 0 ||
		counts->answers > UINT32_MAX || counts->contacts > UINT32_MAX ||
		counts->texts > UINT32_MAX)
		goto wrong;
	file->segments4 = take_array(file, &at, counts->segments4, sizeof(*file->segments4));
	file->segments6 = take_array(file, &at, counts->segments6, sizeof(*file->segments6));
	file->answers = take_array(file, &at, counts->answers, sizeof(*file->answers));
	file->contacts = take_array(file, &at, counts->contacts, sizeof(*file->contacts));
	file->texts = take_array(file, &at, counts->texts, 1);
	if (file->segments4 == NULL || file->segments6 == NULL || file->answers == NULL ||
		file->contacts == NULL || file->texts == NULL || at != file->size)
		goto wrong;
	file->count4 = counts->segments4;
	file->count6 = counts->segments6;
	file->answer_count = (uint32_t)counts->answers;
	file->contact_count = (uint32_t)counts->contacts;
	file->texts_size = counts->texts;
	return 0;

wrong:
	fail_what(fail, "its size is not that of what it should hold");
	return -EBADMSG;
}

static bool
is_text(const struct registryfile *file, uint32_t text)
{
	uint32_t length;

	if (text % 8 != 0 || file->texts_size < sizeof(length) ||
		text > file->texts_size - sizeof(length))
		return false;
	memcpy(&length, file->texts + text, sizeof(length));
	return length <= file->texts_size - sizeof(length) - text;
}

static bool
is_answer(const struct registryfile *file, const struct registryfile_answer *row)
{
	return is_text(file, row->name) && is_text(file, row->holder) &&
		row->contact < file->contact_count && row->contact2 < file->contact_count &&
		row->family < RANGE_SYSTEM && row->registry < REGISTRY_COUNT &&
		row->rule < CONTACT_RULE_COUNT && row->quality < QUALITY_COUNT;
}

/* Does each number lead to something? */
static int
check_numbers(const struct registryfile *file, struct fail *fail)
{
	bool good = true;

	for (uint64_t i = 0; i < file->count4; i++)
		good = good && file->segments4[i].object < file->answer_count;
	for (uint64_t i = 0; i < file->count6; i++)
		good = good && file->segments6[i].object < file->answer_count;
	for (uint32_t i = 0; i < file->answer_count; i++)
		good = good && is_answer(file, &file->answers[i]);
	for (uint32_t i = 0; i < file->contact_count; i++)
		good = good && is_text(file, file->contacts[i].mailbox);
	if (good)
		return 0;
	fail_what(fail, "a number in it leads to nothing");
	return -EBADMSG;
}

int
registryfile_on(const uint8_t *bytes, size_t size, struct registryfile *ret, struct fail *fail)
{
	struct registryfile file = {.bytes = bytes, .size = size};
	int r = keptfile_check(bytes, size, &kind, fail);

	if (r == 0)
		r = keptfile_verify(bytes, size, fail);
	if (r == 0)
		r = take_arrays(&file, fail);
	if (r == 0 &&
		(segments4_check(file.segments4, file.count4, fail) < 0 ||
			segments6_check(file.segments6, file.count6, fail) < 0))
		r = -EBADMSG;
	if (r == 0)
		r = check_numbers(&file, fail);
	if (r == 0)
		*ret = file;
	return r;
}

int
registryfile_open(const char *path, struct registryfile *ret, struct fail *fail)
{
	const uint8_t *bytes;
	size_t size;
	int r = keptfile_map(path, &bytes, &size, fail);

	if (r < 0)
		return r;
	r = registryfile_on(bytes, size, ret, fail);
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_hint(fail, "make it again from the registries' files");
		keptfile_unmap(bytes, size);
	}
	return r;
}

void
registryfile_close(struct registryfile *file)
{
	keptfile_unmap(file->bytes, file->size);
	*file = (struct registryfile){0};
}

uint32_t
registryfile_find(const struct registryfile *file, enum range_family family, ipnumber address)
{
	const uint64_t halves[2] = {(uint64_t)(address >> 64), (uint64_t)address};

	return family == RANGE_IPV4
		? segments4_find(file->segments4, file->count4, (uint32_t)address)
		: segments6_find(file->segments6, file->count6, halves);
}
