/* reportsinside - the readers of each form of report, for reports.c
 *
 * What:    each takes what it reads from decoded text, and gives reports to reports_give and sentences to
 *          reports_refuse.
 * Thread:  one message at a time.
 */
#ifndef LAZARET_SOURCE_REPORTS_REPORTSINSIDE_H
#define LAZARET_SOURCE_REPORTS_REPORTSINSIDE_H

#include "source/reports/reports.h"

struct reports {
	const struct reports_sink *sink;
	struct buffer decoded;  /* the part at hand */
	struct buffer unpacked; /* what was packed in it */
	struct buffer fields;   /* those of ARF, until it is known that nothing else is carried */
	struct buffer name;     /* of the part's file */
	struct buffer message;  /* that ARF carries, where it is coded */
	struct text carried;    /* its head */
	bool is_letter;         /* of a census: it has lazaret.csv */
	char reporter[256];
	struct report common; /* what is the same of all reports of the message */
	size_t count;
	bool is_crowded;
};

void reports_give(struct reports *reports, const struct report *report);
void reports_refuse(struct reports *reports, const char *format, ...) PRINTF(2, 3);

/* An address, or a prefix that counts as one. False: it is neither. */
bool reports_source(struct text text, struct prefix *ret);

/* Fields of message/feedback-report. */
void reportarf_read(struct reports *reports, struct text fields);

/* JSON. False: it is none of XARF. */
bool reportxarf_read(struct reports *reports, struct text json);

/* A table in a file of that name. */
void reportcsv_read(struct reports *reports, struct text table, struct text file);

/* Unpacks gzip (RFC 1952), or the first file of a zip. 0, or -EBADMSG, -EFBIG. */
int reportunpack(struct text packed, struct buffer *into) MUST_USE;

#endif
