/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/lettercase.h"

#include "base/mime.h"

#include <errno.h>

const char *const letter_status_names[LETTER_STATUS_COUNT] = {"new", "still", "reopened"};
const char *const letter_evidence_names[LETTER_EVIDENCE_COUNT] = {"spam-list", "spam-trap"};

static bool
is_digits(struct text text, size_t least, size_t most)
{
	for (size_t i = 0; i < text.length; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
	}
	return text.length >= least && text.length <= most;
}

int
lettercase_check_code(struct text code)
{
	struct text number = code, mark = text_cut(&number, '-'), year = text_cut(&number, '-');

	for (size_t i = 0; i < mark.length; i++) {
		if (mark.at[i] < 'A' || mark.at[i] > 'Z')
			return -EINVAL;
	}
	return mark.length >= 1 && mark.length <= 8 && is_digits(year, 4, 4) &&
			is_digits(number, 6, 12)
		? 0
		: -EINVAL;
}

struct text
lettercase_reply(const struct lettersender *sender)
{
	return sender->reply.length > 0 ? sender->reply : sender->mailbox;
}

size_t
lettercase_count(const struct lettercase *of, enum letter_status status)
{
	size_t count = 0;

	for (size_t i = 0; i < of->rows; i++)
		count += of->row[i].status == status;
	return count;
}

static int
refuse(struct fail *fail, const char *what, struct text found, const char *hint)
{
	fail_what(fail, "%s: %.*s", what, (int)(found.length < 200 ? found.length : 200),
		found.at == NULL ? "" : found.at);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

static int
check_sender(const struct lettersender *sender, struct fail *fail)
{
	static const char hint[] = "this is said of the agency in the settings of the letters";

	if (mime_check_address(sender->mailbox) < 0)
		return refuse(fail, "the sender's mailbox is none", sender->mailbox, hint);
	if (mime_check_address(lettercase_reply(sender)) < 0)
		return refuse(fail, "the mailbox for answers is none", sender->reply, hint);
	if (text_check_line(sender->name) < 0 || sender->name.length == 0 ||
		sender->name.length > LETTER_FREE)
		return refuse(fail, "the sender's name is not one line of text", TEXT(""), hint);
	if (text_check_line(sender->verify) < 0 || sender->verify.length == 0)
		return refuse(fail, "nothing says how the sender can be verified", TEXT(""), hint);
	if (text_check_line(sender->check) < 0)
		return refuse(fail, "the page to check is not one line", TEXT(""), hint);
	return 0;
}

int
lettercase_check(const struct lettercase *of, struct fail *fail)
{
	int r = check_sender(of->sender, fail);

	fail_where(fail, "%.*s", (int)(of->code.length < 40 ? of->code.length : 40),
		of->code.at == NULL ? "" : of->code.at);
	if (r < 0)
		return r;
	if (lettercase_check_code(of->code) < 0)
		return refuse(fail, "the code of the case is none", TEXT(""), "LZ-2026-004711");
	if (mime_check_address(of->mailbox) < 0)
		return refuse(fail, "the contact's mailbox is none that can be written to",
			of->mailbox, "one address, without name, quotes or comment");
	must(of->languages <= LETTER_LANGUAGES);
	for (unsigned i = 0; i < of->languages; i++) {
		if (mime_check_tag(of->language[i]) < 0)
			return refuse(fail, "a language is no tag of RFC 5646", TEXT(""), "nb");
	}
	if (of->number < 1 || of->number > LETTER_NUMBERS)
		return refuse(
			fail, "the number of the letter is out of range", TEXT(""), "1 to 99");
	if ((of->rows == 0 && of->kind != LETTER_THANKS) || of->rows > LETTER_ROWS)
		return refuse(fail, "there is nothing to write about, or too much", TEXT(""),
			"a letter has 1 to 1,000,000 addresses");
	return 0;
}
