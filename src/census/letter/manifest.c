/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/manifest.h"

#include "base/mime.h"
#include "census/letter/lettercase.h"

#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define FIRST_LINE "lazaret-census-manifest 1"
#define PERSON     120

_Static_assert(sizeof(((struct manifest_letter *)0)->sum) == crypto_hash_sha256_BYTES, "SHA-256");

struct manifest {
	struct manifest_letter *letter;
	size_t count, room;
	char by[PERSON + 1];
	char sum[MANIFEST_SUM];
};

struct manifest *
manifest_new(void)
{
	return xcalloc(1, sizeof(struct manifest));
}

struct manifest *
manifest_free(struct manifest *manifest)
{
	if (manifest != NULL)
		free(manifest->letter);
	free(manifest);
	return NULL;
}

static struct manifest_letter *
add(struct manifest *manifest)
{
	if (manifest->count == MANIFEST_MOST)
		return NULL;
	if (manifest->count == manifest->room) {
		manifest->room = manifest->room == 0 ? 64 : 2 * manifest->room;
		manifest->letter =
			xrealloc(manifest->letter, manifest->room * sizeof(*manifest->letter));
	}
	manifest->letter[manifest->count] = (struct manifest_letter){.size = 0};
	return &manifest->letter[manifest->count++];
}

static void
sum_of(struct text bytes, uint8_t into[crypto_hash_sha256_BYTES])
{
	must(EVP_Digest(bytes.at == NULL ? "" : bytes.at, bytes.length, into, NULL, EVP_sha256(),
		     NULL) == 1);
}

/* A mailbox that was checked, and a name that fits. */
static int
name_letter(struct manifest_letter *letter, struct text name, struct text mailbox)
{
	if (name.length >= sizeof(letter->name) || mime_check_address(mailbox) < 0)
		return -EINVAL;
	memcpy(letter->name, name.at, name.length);
	memcpy(letter->mailbox, mailbox.at, mailbox.length);
	return 0;
}

int
manifest_letter_of(struct manifest_letter *ret, struct text code, unsigned number,
	struct text mailbox, struct text message)
{
	struct manifest_letter made = {.size = message.length};
	char name[MANIFEST_NAME];

	if (lettercase_check_code(code) < 0 || number < 1 || number > LETTER_NUMBERS)
		return -EINVAL;
	snprintf(name, sizeof(name), "%.*s.%u", (int)code.length, code.at, number);
	if (name_letter(&made, text_of(name), mailbox) < 0)
		return -EINVAL;
	sum_of(message, made.sum);
	*ret = made;
	return 0;
}

int
manifest_put(struct manifest *manifest, const struct manifest_letter *letter)
{
	struct manifest_letter *added = add(manifest);

	if (added == NULL)
		return -ENOSPC;
	*added = *letter;
	return 0;
}

int
manifest_add(struct manifest *manifest, struct text code, unsigned number, struct text mailbox,
	struct text message)
{
	struct manifest_letter letter;
	int r = manifest_letter_of(&letter, code, number, mailbox, message);

	return r < 0 ? r : manifest_put(manifest, &letter);
}

static int
compare(const void *a, const void *b)
{
	const struct manifest_letter *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static bool
is_person(struct text by)
{
	return by.length > 0 && by.length <= PERSON && text_check_line(by) == 0 &&
		text_trim(by).length == by.length;
}

static void
set_sum(struct manifest *manifest, struct text lines)
{
	uint8_t sum[crypto_hash_sha256_BYTES];

	sum_of(lines, sum);
	(void)sodium_bin2hex(manifest->sum, sizeof(manifest->sum), sum, sizeof(sum));
}

int
manifest_end(struct manifest *manifest, struct text by, struct wall when, struct buffer *into,
	struct fail *fail)
{
	size_t before = into->length;
	char time[WALL_TEXT], sum[MANIFEST_SUM];

	if (!is_person(by)) {
		fail_what(fail, "who made the letters is not named");
		fail_hint(fail, "a name, one line");
		return -EINVAL;
	}
	if (manifest->count > 0)
		qsort(manifest->letter, manifest->count, sizeof(*manifest->letter), compare);
	buffer_print(into, FIRST_LINE "\nmade %s %.*s\n", wall_format(when, time), (int)by.length,
		by.at);
	for (size_t i = 0; i < manifest->count; i++) {
		const struct manifest_letter *letter = &manifest->letter[i];

		if (i > 0 && compare(letter - 1, letter) == 0) {
			fail_what(fail, "the letter %s is there twice", letter->name);
			fail_hint(fail, "a case has one letter in a run");
			return -EINVAL;
		}
		(void)sodium_bin2hex(sum, sizeof(sum), letter->sum, sizeof(letter->sum));
		buffer_print(into, "letter %s %llu %s %s\n", sum, (unsigned long long)letter->size,
			letter->name, letter->mailbox);
	}
	if (into->failed)
		return -EMSGSIZE;
	memcpy(manifest->by, by.at, by.length);
	manifest->by[by.length] = '\0';
	set_sum(manifest, (struct text){into->at + before, into->length - before});
	buffer_print(into, "sum %s\n", manifest->sum);
	return into->failed ? -EMSGSIZE : 0;
}

static int
take_sum(struct text text, uint8_t into[crypto_hash_sha256_BYTES])
{
	size_t length = 0;
	const char *end = NULL;

	for (size_t i = 0; i < text.length; i++) {
		if (text.at[i] >= 'A' && text.at[i] <= 'F')
			return -EINVAL;
	}
	if (text.length != MANIFEST_SUM - 1 ||
		sodium_hex2bin(into, crypto_hash_sha256_BYTES, text.at, text.length, NULL, &length,
			&end) != 0 ||
		length != crypto_hash_sha256_BYTES)
		return -EINVAL;
	return 0;
}

/* Behind "letter ". */
static int
take_letter(struct manifest *manifest, struct text rest)
{
	struct text sum = text_cut(&rest, ' '), size = text_cut(&rest, ' '),
		    name = text_cut(&rest, ' '), code = name, number;
	struct manifest_letter *letter = add(manifest);
	uint64_t value;

	number.at = name.length > 0 ? memrchr(name.at, '.', name.length) : NULL;
	if (letter == NULL || number.at == NULL)
		return -EINVAL;
	code.length = (size_t)(number.at - name.at);
	number.at++;
	number.length = name.length - code.length - 1;
	/* Each number in one form only: what was read is written again as it was. */
	if (take_sum(sum, letter->sum) < 0 || (size.length > 1 && *size.at == '0') ||
		text_parse_u64(size, MANIFEST_BYTES, &letter->size) < 0 ||
		lettercase_check_code(code) < 0 ||
		text_parse_u64(number, LETTER_NUMBERS, &value) < 0 || value == 0 ||
		*number.at == '0' || name_letter(letter, name, rest) < 0)
		return -EINVAL;
	return manifest->count > 1 && compare(letter - 1, letter) >= 0 ? -EINVAL : 0;
}

/* One line, of a number from 1. */
static int
take_line(struct manifest *manifest, unsigned number, struct text line)
{
	struct text rest = line, word = text_cut(&rest, ' ');

	if (number == 1)
		return text_is(line, FIRST_LINE) ? 0 : -EINVAL;
	if (number == 2) {
		struct text time = text_cut(&rest, ' ');

		if (!text_is(word, "made") || time.length != WALL_TEXT - 1 || !is_person(rest))
			return -EINVAL;
		memcpy(manifest->by, rest.at, rest.length);
		return 0;
	}
	return text_is(word, "letter") ? take_letter(manifest, rest) : -EINVAL;
}

static int
wrong(const char *where, unsigned line, const char *what, struct manifest *manifest,
	struct fail *fail)
{
	(void)manifest_free(manifest);
	fail_where(fail, "%s:%u", where, line);
	fail_what(fail, "%s", what);
	fail_hint(fail, "a manifest is used as it was written by a run, and as a whole");
	return -EBADMSG;
}

int
manifest_parse(struct text file, const char *where, struct manifest **ret, struct fail *fail)
{
	struct manifest *manifest = manifest_new();
	struct text rest = file;
	unsigned number = 0;

	*ret = NULL;
	if (file.length > MANIFEST_BYTES)
		return wrong(where, 1, "the file is too large", manifest, fail);
	while (rest.length > 0) {
		const char *begin = rest.at;
		struct text line = text_cut(&rest, '\n');

		number++;
		if (number > 2 && text_starts(line, "sum ")) {
			set_sum(manifest, (struct text){file.at, (size_t)(begin - file.at)});
			line.at += 4, line.length -= 4;
			if (rest.length > 0 || file.at[file.length - 1] != '\n' ||
				!text_is(line, manifest->sum))
				return wrong(where, number,
					"the sum is not that of the lines before it", manifest,
					fail);
			*ret = manifest;
			return 0;
		}
		if (take_line(manifest, number, line) < 0)
			return wrong(
				where, number, "this is not a line of a manifest", manifest, fail);
	}
	return wrong(where, number, "the end is missing", manifest, fail);
}

struct text
manifest_by(const struct manifest *manifest)
{
	return text_of(manifest->by);
}

const char *
manifest_sum(const struct manifest *manifest)
{
	return manifest->sum;
}

size_t
manifest_count(const struct manifest *manifest)
{
	return manifest->count;
}

const struct manifest_letter *
manifest_at(const struct manifest *manifest, size_t i)
{
	return &manifest->letter[i];
}

int
manifest_check_approval(
	const struct manifest *manifest, struct text sum, struct text by, struct fail *fail)
{
	if (!is_person(by)) {
		fail_what(fail, "who approves is not named");
		fail_hint(fail, "a name, one line");
		return -EINVAL;
	}
	if (by.length == strlen(manifest->by) && strncasecmp(by.at, manifest->by, by.length) == 0) {
		fail_what(fail, "%s made these letters", manifest->by);
		fail_hint(fail, "another person must read and approve them");
		return -EPERM;
	}
	if (!text_is(sum, manifest->sum)) {
		fail_what(fail, "the manifest has another sum, %s", manifest->sum);
		fail_hint(fail, "read the letters that are there now, and approve those");
		return -EINVAL;
	}
	return 0;
}

bool
manifest_has(const struct manifest_letter *letter, struct text message)
{
	uint8_t sum[crypto_hash_sha256_BYTES];

	sum_of(message, sum);
	return message.length == letter->size && memcmp(sum, letter->sum, sizeof(sum)) == 0;
}
