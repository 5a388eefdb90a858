/* exim - what Exim's main log says of messages, refusals and logins
 *
 * What:    lines behind the time, "1abcDE-00000000xyz-0123 => b@example.com R=dnslookup T=remote_smtp H=...", in
 *          files and by syslog, where the time may be there a second time. Formats as in Exim 4.40 to 4.98, chapter
 *          "Log files" of its specification; log_selector may add fields.
 *
 *          What the format itself leaves open, and what is done:
 *          - A name in HELO stands in ( and ) before the address. Exim lets in no blank and no bracket, unless
 *            helo_accept_junk_hosts or helo_allow_chars says so. A name that has some is not believed, nor is what
 *            follows; but one that goes on like a line ("x) [198.51.100.7] P=esmtpa A=login:anna S=1 id=") cannot be
 *            told from it: leave those options off.
 *          - A recipient that needs quotes stands in deliveries without them, so it may look like all that follows; its
 *            quoted form is there too, in < and >. Then only kind and queue id are taken.
 *          - What a client says of itself may stand before the account: U= (of a client, RFC 1413), and in quotes DN=
 *            and, in older versions, SNI=. Where one does, the account is not taken. Nor is it where P= does not end in
 *            "a" (RFC 3848: authenticated), or where there is a word that is no field.
 *          - With smtp_mailauth the account is followed by ":" and what the client wrote: it ends at the second ":".
 *          - Nothing behind S= is read: message-id, subject and recipients are of the sender.
 *          - The text of a refusal is what an ACL says, mostly without a code; then the reason is OTHER.
 *            "Unrouteable address" is Exim's own and means that no router takes the recipient: UNKNOWN_USER.
 *          - "retry timeout exceeded" at the end of an answer of 5xx may be that answer's text: bounced, not expired.
 *          - "*>" (delivery suppressed by -N) counts as delivered: the server is done with the recipient.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_EXIM_H
#define LAZARET_SOURCE_MAILLOG_EXIM_H

#include "source/maillog/mailevent.h"

/* "1abcDE-000xyz-AB", since Exim 4.97 "1abcDE-00000000xyz-0123". */
bool exim_is_id(struct text text);

/* 1 and the event, whose time is not touched; 0: nothing that matters. */
int exim_read(struct text message, struct mailevent *ret) MUST_USE;

#endif
