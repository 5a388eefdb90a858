/* SPDX-License-Identifier: BSD-2-Clause */
#include "dumpfile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PART    (1U << 20)
#define LONGEST 65536 /* an object */
#define WORDS   20000
#define SEED    8

static char words[WORDS][16];

/* Names of places, persons and companies; those at the front are what many have. */
static void
make_words(void)
{
	static const char consonants[] = "bdfghklmnprstvz", vowels[] = "aeiou";
	static const char *const frequent[] = {"Network", "Telecom", "Internet", "Customer",
		"Services", "GmbH", "Ltd", "Street", "for", "Broadband", "Data", "S\xe3o",
		"M\xfcnchen"};
	struct random random;

	random_seed(&random, SEED);
	for (size_t i = 0; i < WORDS; i++) {
		char *end = words[i];

		if (i < sizeof(frequent) / sizeof(*frequent)) {
			snprintf(words[i], sizeof(words[i]), "%s", frequent[i]);
			continue;
		}
		for (uint64_t k = 2 + random_below(&random, 3); k > 0; k--) {
			*end++ = consonants[random_below(&random, sizeof(consonants) - 1)];
			*end++ = vowels[random_below(&random, sizeof(vowels) - 1)];
		}
		words[i][0] = (char)(words[i][0] - 'a' + 'A');
	}
}

/* Low numbers are more frequent. */
static const char *
word(struct dumpfile *file)
{
	return words[(size_t)random_log_uniform(&file->random, 4, WORDS) - 1];
}

static void
stop(const struct dumpfile *file)
{
	perror(file->name);
	exit(1);
}

void
dumpfile_begin(struct dumpfile *file, const char *folder, const char *name, unsigned column)
{
	char path[4096];

	if (words[0][0] == '\0')
		make_words();
	*file = (struct dumpfile){.name = name, .column = column};
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file->gz = gzopen(path, "wbe6");
	if (file->gz == NULL)
		stop(file);
	buffer_init(&file->part, PART + LONGEST);
	random_seed(&file->random, SEED + (uint64_t)name[0] * 256 + strlen(name));
}

static void
pack(struct dumpfile *file)
{
	size_t length = file->part.length;

	if (file->part.failed || gzwrite(file->gz, file->part.at, (unsigned)length) != (int)length)
		stop(file);
	file->size += length;
	buffer_clear(&file->part);
}

void
dumpfile_end(struct dumpfile *file)
{
	if (file->gz == NULL)
		return;
	pack(file);
	if (gzclose(file->gz) != Z_OK)
		stop(file);
	buffer_done(&file->part);
}

static void
put_name(struct dumpfile *file, const char *name)
{
	static const char blanks[] = "                    ";
	size_t length = strlen(name) + 1;

	buffer_add(&file->part, name, length - 1);
	buffer_add(&file->part, ":", 1);
	buffer_add(&file->part, blanks, length < file->column ? file->column - length : 1);
}

void
dumpfile_put(struct dumpfile *file, const char *name, const char *format, ...)
{
	char value[1024];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(value, sizeof(value), format, arguments);
	va_end(arguments);
	put_name(file, name);
	buffer_add(&file->part, value, (size_t)length);
	if (dumpfile_draw(file, 500) == 0)
		buffer_print(&file->part, " # %s", word(file));
	buffer_add(&file->part, "\n", 1);
}

void
dumpfile_words(struct dumpfile *file, const char *name, unsigned count)
{
	unsigned break_at = dumpfile_draw(file, 40) == 0 ? 1 : count;

	put_name(file, name);
	for (unsigned i = 0; i < count; i++) {
		const char *one = word(file);

		if (i > 0 && i == break_at)
			buffer_add(&file->part, "\n+               ", 17);
		else if (i > 0)
			buffer_add(&file->part, " ", 1);
		buffer_add(&file->part, one, strlen(one));
	}
	buffer_add(&file->part, "\n", 1);
}

void
dumpfile_date(struct dumpfile *file, const char *name, enum dumpfile_date form)
{
	/* Most of them were changed on one of a few days. */
	unsigned day = dumpfile_draw(file, 3) > 0 ? dumpfile_draw(file, 40) * 97
						  : dumpfile_draw(file, 28 * 12 * 20);
	unsigned year = 2004 + day / (28 * 12), month = 1 + day / 28 % 12;
	unsigned second = dumpfile_draw(file, 86400);

	day = 1 + day % 28;
	if (form == DUMPFILE_DAY)
		dumpfile_put(file, name, "%u-%02u-%02u", year, month, day);
	else if (form == DUMPFILE_DIGITS)
		dumpfile_put(file, name, "%u%02u%02u", year, month, day);
	else
		dumpfile_put(file, name, "%u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
			second / 3600, second / 60 % 60, second % 60);
}

void
dumpfile_text(struct dumpfile *file, const char *lines)
{
	buffer_add(&file->part, lines, strlen(lines));
}

void
dumpfile_full(struct dumpfile *file)
{
	if (file->part.length >= PART)
		pack(file);
}

void
dumpfile_object(struct dumpfile *file)
{
	buffer_add(&file->part, "\n", 1);
	dumpfile_full(file);
}
