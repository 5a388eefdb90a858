/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/netanswer.h"

const char *const netanswer_results[NETANSWER_RESULT_COUNT] = {
	[NETANSWER_FOUND] = "found",
	[NETANSWER_NONE] = "none",
	[NETANSWER_NOTHING] = "nothing",
	[NETANSWER_WITHHELD] = "withheld",
	[NETANSWER_BUSY] = "busy",
	[NETANSWER_REFUSED] = "refused",
	[NETANSWER_WRONG] = "wrong",
};

struct netanswer
netanswer_begin(enum range_family family)
{
	return (struct netanswer){.result = NETANSWER_NONE, .family = family};
}

bool
netanswer_take_range(struct netanswer *answer, const struct range *range, ipnumber address)
{
	ipnumber widest = answer->family == RANGE_IPV4 ? (ipnumber)1 << 24 : (ipnumber)1 << 112;

	if (range->low > address || range->high < address) {
		netanswer_say(answer, NETANSWER_WRONG, TEXT("the answer is about another network"));
		return false;
	}
	if (range->high - range->low >= widest) {
		netanswer_say(answer, NETANSWER_NOTHING, TEXT("the network is no provider's"));
		return false;
	}
	answer->range = *range;
	answer->has_range = true;
	return true;
}

void
netanswer_add_mailbox(struct netanswer *answer, struct text mailbox)
{
	char into[MAILBOX_MOST];
	struct text found;

	if (answer->mailbox_count == NETANSWER_MAILBOXES ||
		mailbox_check(text_trim(mailbox), into, &found) != MAILBOX_GOOD)
		return;
	for (size_t i = 0; i < answer->mailbox_count; i++) {
		if (text_is(found, answer->mailboxes[i]))
			return;
	}
	memcpy(answer->mailboxes[answer->mailbox_count], found.at, found.length);
	answer->mailboxes[answer->mailbox_count++][found.length] = '\0';
	answer->result = NETANSWER_FOUND;
}

void
netanswer_say(struct netanswer *answer, enum netanswer_result result, struct text why)
{
	size_t length = why.length < NETANSWER_WHY - 1 ? why.length : NETANSWER_WHY - 1;

	answer->result = result;
	for (size_t i = 0; i < length; i++)
		answer->why[i] = why.at[i] >= ' ' && why.at[i] < 0x7f ? why.at[i] : ' ';
	answer->why[length] = '\0';
}
