/* postfix - what Postfix's processes log of messages and sessions
 *
 * What:    smtpd: who brought a message, what was refused, logins that failed, ends of sessions; postscreen, cleanup:
 *          what was refused; qmgr: removed, expired; all that deliver: what became of a recipient. Formats as in
 *          Postfix 2.3 to 3.11.
 *
 *          What the format itself leaves open, and what is done:
 *          - Addresses are in the external form since Postfix 3.5 (info_log_address_format): a local part with odd
 *            characters is in quotes, so > ends an address. Before, or with "internal", a recipient such as
 *            "a>, relay=none, delay=0, dsn=2.0.0, status=sent (x)"@example.com, which only the sender of that message
 *            can choose, reads as delivered: set the external form.
 *          - Text of other servers comes behind the status and is looked at for its code only, where the words in front
 *            of it are Postfix's own.
 *          - Sender and recipient of a refusal stand behind a text that may hold an address. They are taken where
 *            exactly one place of the line can be read as their begin up to its end. Names in HELO have no < > " and
 *            blank left.
 *          - An account ends at the first ", sasl_sender=", as that is what a client may write.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_POSTFIX_H
#define LAZARET_SOURCE_MAILLOG_POSTFIX_H

#include "source/maillog/mailevent.h"

/* Is it the name of a process whose lines are read here: smtpd, qmgr ... */
bool postfix_is_process(struct text name);

/* message: what is behind the tag. 1 and the event, whose time is not touched; 0: nothing that matters. */
int postfix_read(struct text process, struct text message, struct mailevent *ret) MUST_USE;

#endif
