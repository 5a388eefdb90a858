/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/answerlog.h"

#include "census/registry/delegated.h"
#include "source/textlines.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY       86400
#define LINE_MOST (NETANSWER_MAILBOXES * (MAILBOX_MOST + 1) + ANSWERLOG_SERVER + RANGE_TEXT + 128)

static struct text
keep(struct answerlog *log, struct text text)
{
	size_t at = log->texts.length;

	buffer_text(&log->texts, text);
	/* Where it lies is known when all are there. */
	return (struct text){.at = (const char *)(uintptr_t)at, .length = text.length};
}

static bool
are_mailboxes(struct text text)
{
	while (text.length > 0) {
		struct text mailbox = text_cut(&text, ','), found;
		char into[MAILBOX_MOST];

		if (mailbox_check(mailbox, into, &found) != MAILBOX_GOOD)
			return false;
	}
	return true;
}

static bool
read_result(struct text text, enum netanswer_result *ret)
{
	for (enum netanswer_result i = 0; i <= NETANSWER_WITHHELD; i++) {
		if (text_is(text, netanswer_results[i])) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool
parse_line(struct text line, struct answerlog_row *ret)
{
	struct text field[8];
	uint64_t asked, until;
	struct answerlog_row row = {0};

	for (size_t i = 0; i < 8; i++)
		field[i] = text_cut(&line, '\t');
	if (line.length > 0 || range_parse(field[0], false, &row.family, &row.range) < 0 ||
		field[1].length == 0 || text_parse_u64(field[2], UINT32_MAX, &asked) < 0 ||
		text_parse_u64(field[3], UINT32_MAX, &until) < 0 ||
		!read_result(field[4], &row.result) || !are_mailboxes(field[7]) ||
		(row.result == NETANSWER_FOUND) != (field[7].length > 0))
		return false;
	row.asked = (uint32_t)asked;
	row.until = (uint32_t)until;
	row.is_for_abuse = text_is(field[5], "abuse");
	row.country = delegated_country(field[6]);
	row.server = field[1];
	row.mailboxes = field[7];
	*ret = row;
	return true;
}

static void
take_line(struct answerlog *log, struct text line, uint64_t now)
{
	struct answerlog_row row;

	if (line.length == 0)
		return;
	if (!parse_line(line, &row) || log->count == ANSWERLOG_ROWS) {
		log->lost++;
		return;
	}
	if (row.until <= now) {
		log->ended++;
		return;
	}
	row.server = keep(log, row.server);
	row.mailboxes = keep(log, row.mailboxes);
	if (log->texts.failed) {
		log->lost++;
		return;
	}
	if (log->count == log->size) {
		log->size = log->size > 0 ? 2 * log->size : 1024;
		log->rows = xrealloc(log->rows, log->size * sizeof(*log->rows));
	}
	log->rows[log->count++] = row;
}

/* From rows to pieces: of equal ranges the last one. */
static void
settle(struct answerlog *log)
{
	size_t count[RANGE_SYSTEM] = {0};

	for (size_t i = 0; i < RANGE_SYSTEM; i++)
		log->ranges[i] = xcalloc(log->count + 1, sizeof(**log->ranges));
	for (size_t i = log->count; i > 0; i--) {
		struct answerlog_row *row = &log->rows[i - 1];

		row->server.at = log->texts.at + (uintptr_t)row->server.at;
		row->mailboxes.at = log->texts.at + (uintptr_t)row->mailboxes.at;
		log->ranges[row->family][count[row->family]++] =
			(struct rankedrange){.range = row->range,
				.rank = row->range.high - row->range.low,
				.value = (uint32_t)i};
	}
	for (size_t i = 0; i < RANGE_SYSTEM; i++)
		log->piece_count[i] = rankedranges_cut(log->ranges[i], count[i],
			range_highest((enum range_family)i), &log->pieces[i]);
}

int
answerlog_read(struct answerlog *log, const char *path, uint64_t now, struct fail *fail)
{
	struct textlines lines;
	struct input input;
	struct text line;
	int r;

	*log = (struct answerlog){0};
	buffer_init(&log->texts, UINT32_MAX);
	buffer_add(&log->texts, "", 1);
	r = input_open(&input, path, 0, fail);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	lines = (struct textlines){.input = &input};
	while ((r = textlines_next(&lines, &line, fail)) > 0)
		take_line(log, line, now);
	input_close(&input);
	settle(log);
	log->lost += lines.long_lines;
	if (r == 0 && log->lost > 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "%llu lines are no answers", (unsigned long long)log->lost);
		fail_hint(fail, "they were left out; what they said is asked again");
		r = -EBADMSG;
	}
	return r;
}

void
answerlog_done(struct answerlog *log)
{
	for (size_t i = 0; i < RANGE_SYSTEM; i++) {
		free(log->ranges[i]);
		free(log->pieces[i]);
	}
	free(log->rows);
	buffer_done(&log->texts);
	*log = (struct answerlog){0};
}

const struct answerlog_row *
answerlog_find(const struct answerlog *log, enum range_family family, ipnumber address)
{
	const struct piece *pieces = log->pieces[family];
	size_t low = 0, count = log->piece_count[family];

	while (count > 0) {
		size_t half = count / 2;

		if (pieces[low + half].low <= address) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low > 0 && pieces[low - 1].value != 0 ? &log->rows[pieces[low - 1].value - 1] : NULL;
}

struct text
answerlog_mailbox(const struct answerlog_row *row)
{
	struct text rest = row->mailboxes;

	return text_cut(&rest, ',');
}

int
answerlog_open(const char *path, struct fail *fail)
{
	int descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	off_t size;
	char last = '\n';

	if (descriptor < 0) {
		int error = -errno;

		fail_where(fail, "%s", path);
		fail_what(fail, "cannot be opened: %s", strerror(-error));
		return error;
	}
	/* Who was cut while writing left half a line. */
	size = lseek(descriptor, 0, SEEK_END);
	if (size > 0 && pread(descriptor, &last, 1, size - 1) == 1 && last != '\n' &&
		write(descriptor, "\n", 1) != 1) {
		int error = -errno;

		close(descriptor);
		fail_where(fail, "%s", path);
		fail_what(fail, "cannot be written: %s", strerror(-error));
		return error;
	}
	return descriptor;
}

static uint64_t
until_when(const struct netanswer *answer, uint64_t now)
{
	if (answer->result == NETANSWER_NOTHING)
		return now + (uint64_t)ANSWERLOG_DAYS_NOTHING * DAY;
	if (answer->result == NETANSWER_WITHHELD)
		return now;
	return now + (uint64_t)ANSWERLOG_DAYS * DAY;
}

int
answerlog_add(int descriptor, const struct netanswer *answer, ipnumber address, const char *server,
	uint64_t now)
{
	struct range range =
		answer->has_range ? answer->range : (struct range){.low = address, .high = address};
	char text[RANGE_TEXT];
	struct buffer line;
	ssize_t written;
	int r = 0;

	if (answer->result > NETANSWER_WITHHELD)
		return 0;
	buffer_init(&line, LINE_MOST);
	buffer_print(&line, "%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%s\t%s\t",
		range_format(answer->family, &range, text), server, now, until_when(answer, now),
		netanswer_results[answer->result], answer->is_for_abuse ? "abuse" : "general");
	if (answer->country != 0)
		buffer_print(&line, "%c%c", answer->country >> 8, answer->country & 0xff);
	for (size_t i = 0; i < answer->mailbox_count; i++)
		buffer_print(&line, "%c%s", i == 0 ? '\t' : ',', answer->mailboxes[i]);
	buffer_print(&line, "%s\n", answer->mailbox_count == 0 ? "\t" : "");
	written = write(descriptor, line.at, line.length);
	if (line.failed)
		r = -EMSGSIZE;
	else if (written != (ssize_t)line.length)
		r = written < 0 ? -errno : -ENOSPC;
	else if (fdatasync(descriptor) < 0)
		r = -errno;
	buffer_done(&line);
	return r;
}
