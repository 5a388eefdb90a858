/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept answers: what counts of a range is found by its first address, or by a smaller range there. */
#include "census/online/answerlog.h"
#include "fuzz.h"
#include "memory_file.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct fail fail = {.what = ""};
	struct answerlog log;
	char name[32];
	int descriptor = memory_file(bytes, size, name);
	int r = answerlog_read(&log, name, 1000, &fail);

	must(r < 0 || log.lost == 0); /* what is packed may be damaged, too */
	for (size_t i = 0; i < log.count; i++) {
		const struct answerlog_row *row = &log.rows[i], *found;

		must(row->until > 1000 && row->range.low <= row->range.high);
		must((row->result == NETANSWER_FOUND) == (row->mailboxes.length > 0));
		must(memchr(row->mailboxes.at, '\t', row->mailboxes.length) == NULL);
		must(answerlog_mailbox(row).length <= MAILBOX_MOST);
		found = answerlog_find(&log, row->family, row->range.low);
		must(found != NULL && found->family == row->family);
		must(found->range.low <= row->range.low && found->range.high >= row->range.low);
		must(found->range.high - found->range.low <= row->range.high - row->range.low);
	}
	answerlog_done(&log);
	close(descriptor);
	return 0;
}
