/* SPDX-License-Identifier: BSD-2-Clause */
/* lazaret-letter - makes PDFs of letters: a command for notice.letter
 *
 * What:    reads a notice as an object of JSON (doc/notices.md) on standard input and writes ID.pdf into a folder,
 *          under another name first. Exit codes are those of sysexits.h that the notifier knows.
 * Limits:  LETTER_MOST bytes of JSON.
 */
#include "base/text.h"
#include "program/letterpage.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#define LETTER_MOST (1 << 20)
#define PATH        1024

static const char usage[] =
	"usage: lazaret-letter --folder FOLDER [--window left|right] [--font \"Sans 10.5\"]\n"
	"Reads a notice as JSON on standard input, and writes ID.pdf into the folder: A4, for a "
	"window\n"
	"envelope. See doc/notices.md.\n";

struct options {
	const char *folder;
	const char *font;
	bool is_right;
};

static int
take_options(int count, char **words, struct options *ret)
{
	static const struct option longs[] = {{"folder", required_argument, NULL, 'o'},
		{"font", required_argument, NULL, 'f'}, {"window", required_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
	int which;

	*ret = (struct options){.font = "Sans 10.5"};
	while ((which = getopt_long(count, words, "", longs, NULL)) != -1) {
		if (which == 'h') {
			fputs(usage, stdout);
			exit(EX_OK);
		}
		if (which == 'o')
			ret->folder = optarg;
		else if (which == 'f')
			ret->font = optarg;
		else if (which == 'w' && strcmp(optarg, "right") == 0)
			ret->is_right = true;
		else if (which != 'w' || strcmp(optarg, "left") != 0)
			return -EINVAL;
	}
	return ret->folder == NULL || optind != count ? -EINVAL : 0;
}

/* Letters, digits, - and points between: it becomes the name of a file. */
static bool
is_id(const char *id)
{
	size_t length = strlen(id);

	return length > 0 && length < 100 && *id != '.' &&
		strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
		length;
}

static int
take_address(const json_t *lines, struct letter *letter)
{
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const char *line = json_string_value(json_array_get(lines, i));

		if (line == NULL || letter->lines == LETTERPAGE_ADDRESS)
			return -EINVAL;
		letter->address[letter->lines++] = line;
	}
	return letter->lines > 0 ? 0 : -EINVAL;
}

/* They stay the object's. */
static int
take_letter(json_t *of, struct letter *letter, const char **ret_id)
{
	const char *channel;
	json_t *address;
	int version;

	if (json_unpack(of, "{s:i,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s}", "version", &version, "id",
		    ret_id, "channel", &channel, "language", &letter->language, "address", &address,
		    "provider", &letter->provider, "date", &letter->date, "title", &letter->title,
		    "text", &letter->text) < 0)
		return -EINVAL;
	return version == 1 && strcmp(channel, "letter") == 0 && is_id(*ret_id)
		? take_address(address, letter)
		: -EINVAL;
}

static int
write_letter(const struct options *options, const struct letter *letter, const char *id,
	struct fail *fail)
{
	char path[PATH], first[PATH];
	int r;

	snprintf(path, sizeof(path), "%s/%s.pdf", options->folder, id);
	snprintf(first, sizeof(first), "%s/.%s.new", options->folder, id);
	r = letterpage_write(letter, first, fail);
	if (r == 0 && rename(first, path) < 0) {
		r = -errno;
		fail_where(fail, "%s", path);
		fail_what(fail, "%s", strerror(errno));
	}
	if (r < 0)
		(void)unlink(first);
	return r;
}

int
main(int count, char **words)
{
	char *bytes = xcalloc(LETTER_MOST, 1);
	struct letter letter = {.lines = 0};
	struct options options;
	struct fail fail = {0};
	const char *id;
	json_t *of;
	int r;

	if (take_options(count, words, &options) < 0) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	letter.font = options.font;
	letter.is_right = options.is_right;
	of = json_loadb(bytes, fread(bytes, 1, LETTER_MOST, stdin), 0, NULL);
	if (of == NULL || take_letter(of, &letter, &id) < 0) {
		fputs("this is no letter as doc/notices.md says\n", stderr);
		return EX_DATAERR;
	}
	r = write_letter(&options, &letter, id, &fail);
	if (r < 0)
		fprintf(stderr, "%s: %s%s%s\n", fail.where, fail.what, *fail.hint ? "; " : "",
			fail.hint);
	json_decref(of);
	free(bytes);
	return r == 0            ? EX_OK
		: r == -EMSGSIZE ? EX_DATAERR
		: r == -ENOENT   ? EX_CONFIG
				 : EX_CANTCREAT;
}
