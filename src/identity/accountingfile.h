/* accountingfile - the detail files of FreeRADIUS as events of sessions
 *
 * What:    a record is a line with a date, lines "TAB NAME = VALUE", and an empty line. The attributes that matter
 *          become those of a packet (accounting.h), so both say the same. Timestamp, which the server adds, is when the
 *          request arrived. Event-Timestamp stands there as a local time: it is read where it says UTC or GMT or
 *          where the zone of the writer is given; else the time is Timestamp less Acct-Delay-Time, and that is counted.
 *          A record that is not whole waits for more of the file.
 * Owns:    nothing but its buffer: an event is valid until the next call.
 * Limits:  ACCOUNTINGFILE_RECORD bytes a record; a longer one is passed over, and counted as damaged.
 * Thread:  one at a time.
 */
#ifndef LAZARET_IDENTITY_ACCOUNTINGFILE_H
#define LAZARET_IDENTITY_ACCOUNTINGFILE_H

#include "identity/accounting.h"
#include "source/zone.h"

#define ACCOUNTINGFILE_RECORD 65536

struct accountingfile_counts {
	uint64_t records;
	uint64_t damaged; /* a value that is none, no Timestamp, too long */
	uint64_t zones;   /* an Event-Timestamp of a zone that is not known */
	struct accounting_counts events;
};

struct accountingfile {
	struct accounting_settings settings; /* the name of a line, and the clock */
	const struct zone *zone;             /* of who wrote it; NULL: not known */
	bool is_skipping;                    /* in the middle of a record that is too long */
	struct accountingfile_counts counts;
	uint8_t attributes[RADIUS_MOST];
};

void accountingfile_init(struct accountingfile *file, const struct accounting_settings *settings,
	const struct zone *zone);

/* Takes the record at the begin of the bytes: their number, with *has_event and *ret. 0: it is not whole. is_end: no
 * more will come. */
size_t accountingfile_read(struct accountingfile *file, struct text bytes, bool is_end,
	bool *has_event, struct accounting_event *ret);

#endif
