/* dovecot - what Dovecot logs of logins
 *
 * What:    login processes (imap, pop3, submission, managesieve): logins, and sessions that ended with logins that had
 *          failed; the authentication processes: each login that failed (with auth_verbose). Formats as in Dovecot
 *          1.2 to 2.4, with the default login_log_format_elements.
 *
 *          What the format itself leaves open, and what is done:
 *          - Names of users have no < > , ( ) and blank unless auth_username_chars says so. If they may, a name can
 *            look like what follows it. Of a login process the last "rip=" is taken, as nothing of a stranger comes
 *            behind it. Of an authentication process a password may stand behind (auth_verbose_passwords): the first
 *            "): " ends the name, and where there is a second, neither name nor address is taken.
 *          - A name of 80 bytes, in authentication of 64, is cut and ends in "...": then it is not taken.
 *          - What PAM logs by itself from Dovecot's process (pam_unix) tells the same failure again: not read.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_DOVECOT_H
#define LAZARET_SOURCE_MAILLOG_DOVECOT_H

#include "source/maillog/mailevent.h"

/* Is it the name of a process whose lines are read here: imap-login, auth ... */
bool dovecot_is_process(struct text name);

/* message: from the name of the process on ("imap-login: Login: user=<anna>, ..."). 1 and the event, whose time is not
 * touched; 0: nothing that matters. */
int dovecot_read(struct text message, struct mailevent *ret) MUST_USE;

#endif
