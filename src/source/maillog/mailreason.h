/* mailreason - what a refusal means, by its codes alone
 *
 * What:    the enhanced status code decides (RFC 3463, the registry of RFC 5248); where it is missing or says nothing
 *          (X.0.0, which Postfix writes where the other server gave none), the reply code (RFC 5321 s4.2.3):
 *
 *          X.2.2            FULL          the mailbox is full
 *          4.X.X            TEMPORARY     all else that may pass
 *          5.1.1            UNKNOWN_USER  no such mailbox
 *          5.1.2, 5.1.10    UNKNOWN_USER  no such domain; a domain that takes no mail (RFC 7505), and in the usage of
 *                                         large providers no such mailbox
 *          5.1.6            UNKNOWN_USER  the mailbox has moved, nobody knows where
 *          5.7.0 to 5.7.2   POLICY
 *          5.7.20 and above POLICY        signatures, authorization of senders, blocklists of providers
 *          5.X.X            OTHER         5.1.0, 5.1.7 and 5.1.8 may be about the sender, 5.2.1 is a mailbox that is
 *                                         there, 5.7.3 to 5.7.19 are about encryption and logins
 *          4xx              TEMPORARY
 *          550              UNKNOWN_USER  in reply to RCPT, else OTHER
 *          551, 556         UNKNOWN_USER  no such user here; a domain that takes no mail (RFC 7504)
 *          552              FULL
 *          5xx, nothing     OTHER
 *
 *          A bare 550 in reply to RCPT may also be a refusal by policy; RFC 5321 names the missing mailbox first.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_MAILREASON_H
#define LAZARET_SOURCE_MAILLOG_MAILREASON_H

#include "source/maillog/mailevent.h"

enum mail_reason mailreason_of(struct mail_dsn dsn, unsigned code, bool to_rcpt);

#endif
