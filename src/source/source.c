/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/source.h"

#include "source/format.h"
#include "source/text/linereader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Asked in this order: those with a magic number first. */
static const struct format *const formats[] = {
	&format_pcap,
	&format_pcapng,
	&format_export,
	&format_nfdump_binary,
	&format_nfdump_csv, /* its newer names are Argus's in other letters: before Argus */
	&format_argus,
	&format_zeek_tsv,
	&format_zeek_json,
	&format_suricata,
};

/* How much of an unknown text is shown to a person. */
#define SHOWN 40

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

struct source {
	char *path;
	struct input input;
	struct intake *intake;
	bool intake_is_own;
	const struct format *format;
	void *reader;
	int result; /* 1 while there may be more; then 0 or what read failed with */
	bool told;  /* the failure was returned */
	source_watcher watcher;
	void *context;
};

/* The mark of UTF-8 that some programs write before a text (RFC 3629 s6). */
static const uint8_t mark[] = {0xef, 0xbb, 0xbf};

/* What people often have and what is to be done with it. */
static bool
tell_convertible(const uint8_t *head, size_t size, struct fail *fail)
{
	static const struct {
		const char *magic, *what, *hint;
		size_t size;
	} known[] = {
		{"\xff\xfe", "is a text in UTF-16, and UTF-8 is needed",
			"convert it: iconv -f UTF-16 -t UTF-8 OLD >NEW", 2},
		{"\xfe\xff", "is a text in UTF-16, and UTF-8 is needed",
			"convert it: iconv -f UTF-16 -t UTF-8 OLD >NEW", 2},
		{"BZh", "is packed with bzip2, which is not read", "unpack it: bunzip2 FILE", 3},
		{"PK\3\4", "is a zip archive, which is not read",
			"unpack it, and name the files that were in it", 4},
	};
	const char *packing = input_packing(head, size);

	if (packing != NULL) {
		fail_what(fail, "is packed twice: when it is unpacked, it is %s again", packing);
		fail_hint(fail, "unpack it once");
		return true;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (size < known[i].size || memcmp(head, known[i].magic, known[i].size) != 0)
			continue;
		fail_what(fail, "%s", known[i].what);
		fail_hint(fail, "%s", known[i].hint);
		return true;
	}
	return false;
}

static void
tell_unknown(const uint8_t *head, size_t size, struct fail *fail)
{
	struct text line = text_trim(linereader_first(head, size));
	bool is_text = line.length > 0;

	if (tell_convertible(head, size, fail))
		return;
	for (size_t i = 0; i < line.length && is_text; i++)
		is_text = line.at[i] == '\t' || (line.at[i] >= ' ' && line.at[i] <= '~');
	if (!is_text) {
		fail_what(fail, "is of no format that is known here");
		fail_hint(fail,
			"expected pcap or pcapng, NetFlow, IPFIX or sFlow in them or as bare "
			"payload, Argus CSV (.binetflow), nfdump CSV, Zeek conn.log or smtp.log, "
			"or Suricata eve.json; also packed with gzip, bzip2, xz or zstd");
		return;
	}
	fail_what(fail, "is a text of no format that is known here; it begins with \"%.*s%s\"",
		(int)(line.length < SHOWN ? line.length : SHOWN), line.at,
		line.length > SHOWN ? "..." : "");
	fail_hint(fail,
		"expected Argus CSV (.binetflow) or nfdump CSV, with the names of the columns as "
		"they write them in the first line, Zeek conn.log or smtp.log, or Suricata "
		"eve.json");
}

static const struct format *
format_find(struct input *input, struct intake *intake, struct fail *fail)
{
	size_t size = input_need(input, FORMAT_HEAD, fail);

	if (input->error < 0) {
		/* What came before the damage may still be of use. */
		if (size == 0) {
			if (input->error == -EBADMSG || input->error == -ENODATA)
				fail_hint(fail,
					"nothing of it could be used; compare it with the "
					"original, or make it again");
			return NULL;
		}
		intake_error(intake, input->name, input->offset + size, "%s", fail->what);
	}
	if (size >= sizeof(mark) && memcmp(input->at, mark, sizeof(mark)) == 0) {
		input_step(input, sizeof(mark));
		size -= sizeof(mark);
	}
	if (size == 0) {
		fail_where(fail, "%s", input->name);
		fail_what(fail, "is empty");
		fail_hint(fail, "a recording of packets or flows was expected");
		return NULL;
	}
	if (size > FORMAT_HEAD)
		size = FORMAT_HEAD;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (formats[i]->matches(input->at, size))
			return formats[i];
	}
	fail_where(fail, "%s", input->name);
	tell_unknown(input->at, size, fail);
	return NULL;
}

/* Takes an intake over, or makes one where it is NULL. */
static struct source *
open_source(const char *path, struct intake *intake, const struct intake_settings *settings,
	struct fail *fail)
{
	struct source *source = xcalloc(1, sizeof(*source));
	struct fail none;
	size_t length = strlen(path) + 1;

	if (fail == NULL)
		fail = &none;
	source->path = xcalloc(length, 1);
	memcpy(source->path, path, length);
	if (intake != NULL)
		settings = intake_settings(intake);
	if (input_open(&source->input, source->path, settings->stop, fail) < 0) {
		free(source->path);
		free(source);
		return NULL;
	}
	source->intake_is_own = intake == NULL;
	source->intake = intake != NULL ? intake : intake_new(settings);
	source->result = 1;
	source->format = format_find(&source->input, source->intake, fail);
	if (source->format != NULL)
		source->reader = source->format->open(&source->input, source->intake, fail);
	if (source->reader == NULL) {
		/* What was missing may have been to come. */
		if (source->input.error == -EINTR) {
			fail_what(fail, "reading was interrupted before it had begun in earnest");
			fail_hint(fail, "the rest was not looked at");
		}
		return source_close(source);
	}
	return source;
}

struct source *
source_open(const char *path, const struct intake_settings *settings, struct fail *fail)
{
	return open_source(path, NULL, settings, fail);
}

struct source *
source_open_into(const char *path, struct intake *intake, struct fail *fail)
{
	return open_source(path, intake, NULL, fail);
}

struct source *
source_close(struct source *source)
{
	if (source == NULL)
		return NULL;
	if (source->reader != NULL)
		source->format->close(source->reader);
	if (source->intake_is_own)
		intake_free(source->intake);
	input_close(&source->input);
	free(source->path);
	free(source);
	return NULL;
}

int
source_read(struct source *source, struct observation *into, size_t room)
{
	size_t taken;

	if (room > INT32_MAX)
		room = INT32_MAX;
	for (;;) {
		taken = intake_take(source->intake, into, room);
		if (taken > 0)
			return (int)taken;
		if (source->result != 1)
			break;
		source->result = source->format->read(source->reader);
		if (source->result != 1 && source->intake_is_own)
			intake_flush(source->intake);
		if (source->watcher != NULL)
			source->watcher(source->context, source);
	}
	if (source->result < 0 && !source->told) {
		source->told = true;
		return source->result;
	}
	return 0;
}

struct intake *
source_intake(struct source *source)
{
	return source->intake;
}

const char *
source_name(const struct source *source)
{
	return source->input.name;
}

const char *
source_format(const struct source *source)
{
	return source->format->name;
}

bool
source_has_details(const struct source *source)
{
	return source->format->has_details;
}

bool
source_is_unordered(const struct source *source)
{
	return source->format->is_unordered;
}

void
source_progress(const struct source *source, uint64_t *done, uint64_t *size)
{
	*done = source->input.packed_offset;
	*size = source->input.packed_size;
}

void
source_watch(struct source *source, source_watcher watcher, void *context)
{
	source->watcher = watcher;
	source->context = context;
}
