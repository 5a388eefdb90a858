/* scan - steps along a log line, from the front
 *
 * What:    each takes what it expects from the front of *rest and moves behind it, or leaves *rest as it was and says
 *          so. Nothing searches a line for words that a stranger may have written into it.
 * Owns:    nothing: views into the line.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_SCAN_H
#define LAZARET_SOURCE_MAILLOG_SCAN_H

#include "source/maillog/mailevent.h"

/* The rest behind its first so many bytes, at the most all of them. */
struct text scan_behind(struct text rest, size_t bytes);

/* Where the first such bytes are; SIZE_MAX: nowhere. And the last. */
size_t scan_find(struct text text, const char *what);
size_t scan_find_last(struct text text, const char *what);

bool scan_skip(struct text *rest, const char *literal);

bool scan_ends(struct text text, const char *with);

/* Up to the first `stop`, which is passed over. */
bool scan_until(struct text *rest, const char *stop, struct text *ret);

/* Up to a blank or the end; blanks behind it are passed over. Empty at the end. */
struct text scan_word(struct text *rest);

/* Decimal, all digits that are there, up to most. */
bool scan_number(struct text *rest, uint64_t most, uint64_t *ret);

/* An address in < and >, which are not in *ret. In a quoted local part ("a> b"@example.org, RFC 5321 s4.1.2) and in a
 * domain literal ([...]) a > ends nothing; a < anywhere else ends the attempt. */
bool scan_path(struct text *rest, struct text *ret);

/* "[192.0.2.7]:587" with or without the port, into the event: what is in the brackets and is no address ("unknown", a
 * path of a socket) is passed over. */
bool scan_brackets(struct text *rest, struct mailevent *event);

/* "host.example.net[192.0.2.7]:587", as Postfix writes it; the name, which Postfix has checked, is passed over and may
 * be empty. */
bool scan_peer(struct text *rest, struct mailevent *event);

/* "550 5.1.1 ", "550-5.1.1 ", "5.1.1 " or "550 ": what is there of it, and the blank behind it. */
void scan_reply(struct text *rest, struct mailevent *event);

/* "5.1.1" */
bool scan_dsn(struct text *rest, struct mail_dsn *ret);

#endif
