/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/reason.h"

#include <errno.h>

int
reason_check(struct text reason, struct fail *fail)
{
	bool is_blank = true;
	int r = text_check_line(reason);

	if (reason.length > REASON_MOST) {
		fail_what(fail, "the reason is longer than %d bytes", REASON_MOST);
		fail_hint(fail, "say it shorter; what is longer belongs into the ticket");
		return -EINVAL;
	}
	if (r == -EILSEQ) {
		fail_what(fail, "the reason is not written in UTF-8");
		fail_hint(fail, "give it from a terminal whose characters are UTF-8");
		return -EINVAL;
	}
	if (r < 0) {
		fail_what(fail, "the reason is not one line of text");
		fail_hint(fail,
			"leave line ends, tabs, control characters and marks of the direction of "
			"writing out");
		return -EINVAL;
	}
	for (size_t i = 0; i < reason.length; i++)
		is_blank = is_blank && reason.at[i] == ' ';
	if (!is_blank)
		return 0;
	fail_what(fail, "there is no reason");
	fail_hint(fail, "say why, for those who come after you: --reason TEXT");
	return -EINVAL;
}
