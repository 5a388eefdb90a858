/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/registryfile.h"

#include "census/registry/keptfile.h"

#include <errno.h>
#include <stdlib.h>

static const struct keptfile_kind kind = {
	.mark = "lzregist", .version = REGISTRYFILE_VERSION, .name = "file of registries"};

/* After the head of the file. Of all arrays the sizes are multiples of 8 bytes: what is missing is filled with 0. */
struct counts {
	uint64_t segments4, segments6, answers4, answers6, whos, contacts, texts;
};

static uint64_t
padded(uint64_t size)
{
	return (size + 7) & ~UINT64_C(7);
}

#define BLOCK (64 << 10)

/* Texts are those that the columns have, the names of AS, then those that stand here. */
struct writing {
	const struct answers *answers;
	const struct registries *registries;
	struct keptfile *file;
	uint64_t texts;                  /* how long all are */
	uint64_t before[REGISTRY_COUNT]; /* those of a registry */
	uint64_t before_systems;         /* those of AS */
	struct stringtable more;
	uint64_t before_more;
	struct registryfile_who *whos;
	struct registryfile_contact *contacts;
	uint32_t contact_count;
	uint32_t *contact_of; /* by the number of a mailbox */
	uint32_t *answers_of; /* how many a who has */
	/* What is not written yet. */
	size_t length;
	uint8_t block[BLOCK];
};

static void
put(struct writing *writing, const void *bytes, size_t size)
{
	if (size > BLOCK - writing->length) {
		keptfile_add(writing->file, writing->block, writing->length);
		writing->length = 0;
	}
	if (size > BLOCK)
		keptfile_add(writing->file, bytes, size);
	else
		memcpy(writing->block + writing->length, bytes, size);
	writing->length += size <= BLOCK ? size : 0;
}

/* Behind an array of that size. */
static void
put_padding(struct writing *writing, uint64_t size)
{
	static const uint8_t nothing[8];

	put(writing, nothing, padded(size) - size);
}

static void
put_array(struct writing *writing, const void *bytes, size_t size)
{
	if (size > 0)
		put(writing, bytes, size);
	put_padding(writing, size);
}

static uint32_t
name_of(const struct writing *writing, enum registry_name registry, uint32_t name)
{
	return name != 0 ? (uint32_t)writing->before[registry] + name : 0;
}

static uint32_t
system_name_of(const struct writing *writing, uint32_t system)
{
	uint32_t name = systemnames_find(&writing->registries->system_names, system);

	return name != 0 ? (uint32_t)writing->before_systems + name : 0;
}

static uint32_t
put_contact(struct writing *writing, uint32_t mailbox, bool is_arins)
{
	uint32_t *place = &writing->contact_of[mailbox];
	struct text text;

	if (mailbox == 0)
		return 0;
	if (*place == 0) {
		text = answers_mailbox(writing->answers, mailbox);
		*place = writing->contact_count++;
		writing->contacts[*place] = (struct registryfile_contact){
			.mailbox = (uint32_t)writing->before_more +
				stringtable_add(&writing->more, text),
			.is_suspect = words_find(&writing->registries->suspects, 0, text) != 0};
	}
	writing->contacts[*place].is_kept |= is_arins;
	return *place;
}

/* With the contacts to which they lead. */
static void
make_whos(struct writing *writing)
{
	const struct answers *answers = writing->answers;

	writing->contact_count = 1;
	for (uint32_t i = 1; i <= answers->count; i++)
		writing->answers_of[answers->at[i].who]++;
	for (uint32_t i = 0; i < answers->whos.count; i++) {
		const struct who *who = &answers->whos.at[i];
		enum registry_name registry = (enum registry_name)who->registry;
		const struct columns *columns = writing->registries->columns[registry];
		bool is_arins = registry == REGISTRY_ARIN || who->system_registry == REGISTRY_ARIN;
		struct registryfile_who *row = &writing->whos[i];

		*row = (struct registryfile_who){.system = who->number,
			.system_name = system_name_of(writing, who->number),
			.country = who->country,
			.language = who->language,
			.registry = who->registry,
			.rule = who->contact.rule,
			.quality = who->contact.quality,
			.contact = put_contact(writing, who->contact.mailbox, is_arins)};
		row->contact2 = put_contact(writing, who->contact.mailbox2, is_arins);
		if (who->holder != 0)
			row->holder = name_of(
				writing, registry, columns->holders[who->holder].entry.name);
		if (row->contact != 0)
			writing->contacts[row->contact].answers += writing->answers_of[i];
	}
}

static void
put_whos_of(struct writing *writing)
{
	const struct answers *answers = writing->answers;
	uint64_t count = answers->count + UINT64_C(1);

	for (uint64_t i = 0; i < count; i++)
		put(writing, &answers->at[i].who, sizeof(answers->at[i].who));
	put_padding(writing, count * sizeof(uint32_t));
}

static void
put_names(struct writing *writing)
{
	const struct answers *answers = writing->answers;
	uint64_t count = answers->count + UINT64_C(1);

	for (uint64_t i = 0; i < count; i++) {
		uint32_t answer = (uint32_t)i, name;
		enum registry_name registry =
			(enum registry_name)answers_who(answers, answer)->registry;
		const struct columns *columns = writing->registries->columns[registry];
		const struct networks *networks =
			&columns->networks[answers_family(answers, answer)];

		name = name_of(writing, registry, networks->at[answers->at[i].network].name);
		put(writing, &name, sizeof(name));
	}
	put_padding(writing, count * sizeof(uint32_t));
}

static void
put_ranges(struct writing *writing)
{
	const struct answers *answers = writing->answers;

	for (uint32_t i = 0; i <= answers->count; i++) {
		struct range range = answers_range(answers, i);
		struct registryfile_range4 four = {(uint32_t)range.low, (uint32_t)range.high};
		struct registryfile_range6 six = {
			.low = {(uint64_t)(range.low >> 64), (uint64_t)range.low},
			.high = {(uint64_t)(range.high >> 64), (uint64_t)range.high}};

		if (answers_family(answers, i) == RANGE_IPV4)
			put(writing, &four, sizeof(four));
		else
			put(writing, &six, sizeof(six));
	}
}

/* Where the columns' texts come to stand. Each begins with an empty one. */
static void
place_texts(struct writing *writing)
{
	for (size_t i = 0; i < REGISTRY_COUNT; i++) {
		writing->before[i] = writing->texts;
		writing->texts += writing->registries->columns[i]->names.length;
	}
	writing->before_systems = writing->texts;
	writing->texts += writing->registries->system_names.texts.length;
	writing->before_more = writing->texts;
}

static void
put_texts(struct writing *writing)
{
	for (size_t i = 0; i < REGISTRY_COUNT; i++) {
		const struct columns *columns = writing->registries->columns[i];

		put(writing, columns->names.at, columns->names.length);
	}
	put(writing, writing->registries->system_names.texts.at,
		writing->registries->system_names.texts.length);
	put(writing, writing->more.at, writing->more.length);
	put_padding(writing, writing->texts);
}

static int
write_all(struct writing *writing, const char *path, struct fail *fail)
{
	const struct answers *answers = writing->answers;
	struct counts counts = {.segments4 = answers->count4,
		.segments6 = answers->count6,
		.answers4 = answers->count_of_four + UINT64_C(1),
		.answers6 = answers->count - answers->count_of_four,
		.whos = answers->whos.count,
		.contacts = writing->contact_count,
		.texts = writing->texts};
	const uint64_t figures[KEPTFILE_FIGURES] = {answers->count, writing->contact_count - 1};
	struct keptfile file;
	int r = keptfile_create(&file, path, fail);

	if (r < 0)
		return r;
	writing->file = &file;
	put(writing, &counts, sizeof(counts));
	put_array(writing, answers->segments4, counts.segments4 * sizeof(struct segment4));
	put_array(writing, answers->segments6, counts.segments6 * sizeof(struct segment6));
	put_whos_of(writing);
	put_names(writing);
	put_ranges(writing);
	put_array(writing, writing->whos, counts.whos * sizeof(*writing->whos));
	put_array(writing, writing->contacts, counts.contacts * sizeof(*writing->contacts));
	put_texts(writing);
	keptfile_add(&file, writing->block, writing->length);
	return keptfile_end(&file, &kind, figures, fail);
}
int
registryfile_write(const char *path, const struct answers *answers, struct fail *fail)
{
	const struct registries *registries = answers->registries;
	uint32_t mailboxes = registries->mailboxes.count;
	struct writing *writing = xcalloc(1, sizeof(*writing));
	int r = 0;

	writing->answers = answers;
	writing->registries = registries;
	stringtable_init(&writing->more);
	writing->whos = xcalloc(answers->whos.count, sizeof(*writing->whos));
	writing->answers_of = xcalloc(answers->whos.count, sizeof(*writing->answers_of));
	writing->contacts = xcalloc(mailboxes + 1UL, sizeof(*writing->contacts));
	writing->contact_of = xcalloc(mailboxes + 1UL, sizeof(*writing->contact_of));
	place_texts(writing);
	make_whos(writing);
	writing->texts += writing->more.length;
	if (writing->texts > UINT32_MAX) {
		fail_where(fail, "%s", path);
		fail_what(fail, "its texts would be more than 4 GiB");
		r = -EFBIG;
	}
	if (r == 0)
		r = write_all(writing, path, fail);
	stringtable_done(&writing->more);
	free(writing->whos);
	free(writing->answers_of);
	free(writing->contacts);
	free(writing->contact_of);
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
	uint64_t answers;

	if (counts == NULL || counts->answers4 == 0 || counts->answers4 > UINT32_MAX ||
		counts->answers6 > UINT32_MAX - counts->answers4 || counts->contacts == 0 ||
		counts->contacts > UINT32_MAX || counts->whos > UINT32_MAX ||
		counts->texts > UINT32_MAX)
		goto wrong;
	answers = counts->answers4 + counts->answers6;
	file->segments4 = take_array(file, &at, counts->segments4, sizeof(*file->segments4));
	file->segments6 = take_array(file, &at, counts->segments6, sizeof(*file->segments6));
	file->who_of = take_array(file, &at, answers, sizeof(*file->who_of));
	file->names = take_array(file, &at, answers, sizeof(*file->names));
	file->ranges4 = take_array(file, &at, counts->answers4, sizeof(*file->ranges4));
	file->ranges6 = take_array(file, &at, counts->answers6, sizeof(*file->ranges6));
	file->whos = take_array(file, &at, counts->whos, sizeof(*file->whos));
	file->contacts = take_array(file, &at, counts->contacts, sizeof(*file->contacts));
	file->texts = take_array(file, &at, counts->texts, 1);
	if (file->segments4 == NULL || file->segments6 == NULL || file->who_of == NULL ||
		file->names == NULL || file->ranges4 == NULL || file->ranges6 == NULL ||
		file->whos == NULL || file->contacts == NULL || file->texts == NULL ||
		at != file->size)
		goto wrong;
	file->count4 = counts->segments4;
	file->count6 = counts->segments6;
	file->answers4 = (uint32_t)counts->answers4;
	file->answer_count = (uint32_t)answers;
	file->who_count = (uint32_t)counts->whos;
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
	uint16_t length;

	if (file->texts_size < sizeof(length) || text > file->texts_size - sizeof(length))
		return false;
	memcpy(&length, file->texts + text, sizeof(length));
	return length <= file->texts_size - sizeof(length) - text;
}

static bool
is_who(const struct registryfile *file, const struct registryfile_who *who)
{
	return is_text(file, who->holder) && is_text(file, who->system_name) &&
		who->contact < file->contact_count && who->contact2 < file->contact_count &&
		who->registry < REGISTRY_COUNT && who->rule < CONTACT_RULE_COUNT &&
		who->quality < QUALITY_COUNT;
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
		good = good && file->who_of[i] < file->who_count && is_text(file, file->names[i]);
	for (uint32_t i = 0; i < file->who_count; i++)
		good = good && is_who(file, &file->whos[i]);
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

static struct range
range_of(const struct registryfile *file, uint32_t answer)
{
	const struct registryfile_range6 *range;

	if (registryfile_family(file, answer) == RANGE_IPV4)
		return (struct range){
			.low = file->ranges4[answer].low, .high = file->ranges4[answer].high};
	range = &file->ranges6[answer - file->answers4];
	return (struct range){.low = (ipnumber)range->low[0] << 64 | range->low[1],
		.high = (ipnumber)range->high[0] << 64 | range->high[1]};
}

struct registryfile_answer
registryfile_answer(const struct registryfile *file, uint32_t answer)
{
	const struct registryfile_who *who = registryfile_who(file, answer);

	return (struct registryfile_answer){.range = range_of(file, answer),
		.name = registryfile_text(file, file->names[answer]),
		.holder = registryfile_text(file, who->holder),
		.system_name = registryfile_text(file, who->system_name),
		.contact = who->contact,
		.contact2 = who->contact2,
		.system = who->system,
		.country = who->country,
		.language = who->language,
		.family = registryfile_family(file, answer),
		.registry = (enum registry_name)who->registry,
		.rule = (enum contact_rule)who->rule,
		.quality = (enum contact_quality)who->quality};
}
