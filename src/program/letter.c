/* SPDX-License-Identifier: BSD-2-Clause */
/* lazaret-letter - makes PDFs of letters: a command for notice.letter
 *
 * What:    reads a notice as an object of JSON (doc/notices.md) on standard input and writes ID.pdf into a folder,
 *          under another name first. Exit codes are those of sysexits.h that the notifier knows.
 * Limits:  LETTER_MOST bytes of JSON.
 */
#include "base/text.h"
#include "program/letterread.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

/* All texts as long as letterread.h allows, each byte escaped. */
#define LETTER_MOST (1 << 17)
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

static int
write_letter(const struct options *options, const struct letterread *read, struct fail *fail)
{
	char path[PATH], first[PATH];
	int r;

	snprintf(path, sizeof(path), "%s/%s.pdf", options->folder, read->id);
	snprintf(first, sizeof(first), "%s/.%s.new", options->folder, read->id);
	r = letterpage_write(&read->letter, first, fail);
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
	struct letterread read;
	struct options options;
	struct fail fail = {0};
	int r;

	if (take_options(count, words, &options) < 0) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	if (letterread(bytes, fread(bytes, 1, LETTER_MOST, stdin), &read) < 0) {
		fputs("this is no letter as doc/notices.md says\n", stderr);
		return EX_DATAERR;
	}
	read.letter.font = options.font;
	read.letter.is_right = options.is_right;
	r = write_letter(&options, &read, &fail);
	if (r < 0)
		fprintf(stderr, "%s: %s%s%s\n", fail.where, fail.what, *fail.hint ? "; " : "",
			fail.hint);
	letterread_done(&read);
	free(bytes);
	return r == 0            ? EX_OK
		: r == -EMSGSIZE ? EX_DATAERR
		: r == -ENOENT   ? EX_CONFIG
				 : EX_CANTCREAT;
}
