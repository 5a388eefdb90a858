/* fuzz_netanswer - what must hold of any answer of a registry, whatever was in it */
#ifndef LAZARET_TESTS_FUZZ_NETANSWER_H
#define LAZARET_TESTS_FUZZ_NETANSWER_H

#include "census/online/netanswer.h"

static inline void
check_netanswer(const struct netanswer *answer, ipnumber address)
{
	must(answer->result < NETANSWER_RESULT_COUNT);
	must(answer->mailbox_count <= NETANSWER_MAILBOXES);
	must((answer->result == NETANSWER_FOUND) == (answer->mailbox_count > 0));
	must(!answer->has_range || (answer->range.low <= address && answer->range.high >= address));
	must(answer->has_range ||
		(answer->result != NETANSWER_FOUND && answer->result != NETANSWER_NONE));
	must(memchr(answer->why, '\0', NETANSWER_WHY) != NULL);
	for (size_t i = 0; i < answer->mailbox_count; i++) {
		char into[MAILBOX_MOST];
		struct text found;

		must(mailbox_check(text_of(answer->mailboxes[i]), into, &found) == MAILBOX_GOOD);
	}
}

#endif
