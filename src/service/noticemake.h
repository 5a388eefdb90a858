/* noticemake - a notice as it is handed over: a message of e-mail, or an object of JSON for an SMS or a letter
 *
 * What:    the text in the customer's language with its values, and around it what the way needs (mailmessage.h; JSON
 *          as in doc/notices.md). Of a line the PIN is in SMS and letters only: mail may be read by what is to be
 *          cured. An account is on no line, so its PIN is in mail, too; that never goes to the account itself.
 * Owns:    nothing.
 * Limits:  those of noticetext.h and of the buffer.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SERVICE_NOTICEMAKE_H
#define LAZARET_SERVICE_NOTICEMAKE_H

#include "care/noticetext.h"
#include "identity/contacts.h"
#include "service/noticeask.h"
#include "service/noticesettings.h"

struct noticemake {
	const struct texts *texts;
	const struct page_settings *page;
	struct text portal; /* its address */
	const char *from;   /* of e-mail */
};

/* May it go by e-mail to him? What tells of an account does not go to its own mailbox, which strangers may read: to the
 * address that it is called by, or that begins as it is called where its name has no domain; "+" and what follows it
 * in front of the "@" count for nothing. */
bool noticemake_may_mail(const struct noticeanswer *one, const struct contacts_row *contact);

/* -EINVAL or -EMSGSIZE: nothing can be made of it. ret_text: what it says. */
int noticemake(const struct noticemake *settings, const struct noticeanswer *one,
	const struct contacts_row *contact, enum notice_channel channel, struct wall now,
	struct noticetext *ret_text, struct buffer *into) MUST_USE;

#endif
