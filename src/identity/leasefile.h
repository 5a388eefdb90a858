/* leasefile - the files in which DHCP servers, and operators, say who has which address
 *
 * What:    a reader takes one line after the other and gives entries: an address or prefix is held by a client, or no
 *          longer. Formats: ISC dhcpd.leases(5) for v4 and v6 (leasefileisc.c), Kea's lease file for v4 and v6
 *          ("memfile", with its header line) and its log of leases (leasefilekea.c), dnsmasq's leases, and a static
 *          table of lines PREFIX[:LOW-HIGH] NAME [ROLE], "#" begins a comment.
 *
 *          How the shell calls it, so that a file that is rewritten while it is read loses and doubles nothing:
 *          - Kea and ISC append, and now and then put a new file in the place of the old one. runtime/follow reads
 *            them, from the begin; at the first call, Kea's FILE.2 (or FILE.completed, if it is there) and FILE.1
 *            before. Lines come twice then; that says nothing new to leases.h, whose records have their own times. A
 *            line is given when its end is there, never a part. At each new file: leasefile_begin.
 *          - dnsmasq empties its file and writes all of it again, in place. Read it whole; if size or time of change
 *            are others afterwards, or it does not end with a line end, that was none: read again a moment later.
 *            What was in the last whole one and is in this one no more has ended (leasesnapshot.h); the same for a
 *            static table.
 *          - Kea's log is followed as any log. It tells the same as the lease file: one of them is enough.
 *          An entry without a time: the time of change of the file, or now for what is followed.
 * Owns:    nothing; texts of an entry are valid until the next call, and the line must be until then.
 * Limits:  LEASEFILE_LINE bytes a line, LEASEFILE_TEXT of what tells a client. What cannot be read is counted and
 *          passed over: the rest of the file goes on.
 * Thread:  one reader.
 */
#ifndef LAZARET_IDENTITY_LEASEFILE_H
#define LAZARET_IDENTITY_LEASEFILE_H

#include "base/fail.h"
#include "base/text.h"
#include "base/wall.h"
#include "identity/line.h"
#include "identity/linename.h"

#define LEASEFILE_LINE    4096
#define LEASEFILE_TEXT    512
#define LEASEFILE_COLUMNS 24

enum leasefile_format {
	LEASEFILE_ISC,
	LEASEFILE_KEA,
	LEASEFILE_KEA_LOG,
	LEASEFILE_DNSMASQ,
	LEASEFILE_TABLE,
	LEASEFILE_FORMATS
};

/* "isc" and so on, as configuration spells them. */
extern const char *const leasefile_names[LEASEFILE_FORMATS];

struct leasefile_entry {
	bool is_held; /* else: not by this client any more, or by nobody if none is named */
	struct line_name name; /* of IPv6: any length up to 128 */
	struct wall at;        /* since when, or when it ended; 0: not told */
	struct wall until;     /* held: until when; UINT32_MAX seconds: for ever */
	bool is_length; /* until is how long from a time that is not told (Kea's log by syslog) */
	/* Which client, as the file spells it; empty where it does not say. */
	struct text client;   /* client id, DUID and IAID; of a table, the name */
	struct text hardware; /* "00:16:3e:ef:a9:c1" */
	struct text circuit;  /* circuit id of the relay agent (RFC 3046) */
	uint8_t role;         /* enum role; of a table */
};

/* What a reader keeps of a block of ISC's file. */
struct leasefile_kept {
	char text[LEASEFILE_TEXT];
	uint16_t length;
};

struct leasefile_block {
	uint8_t kind;  /* 0: between blocks */
	uint8_t depth; /* of braces */
	bool is_entry; /* inside what makes an entry */
	bool is_bad;
	bool is_active;
	bool has_state;
	bool is_released; /* by the client, in v6: when it spoke last */
	bool is_declined; /* it ended at a time that is not told */
	struct line_name name;
	struct wall starts, ends;
	struct leasefile_kept client, hardware, circuit;
};

struct leasefile {
	enum leasefile_format format;
	int64_t offset_us; /* of Kea's log: UTC plus this is what its clock shows */
	uint64_t lines;
	uint64_t entries;
	uint64_t bad;        /* lines, or blocks of ISC's file, that could not be read */
	uint64_t long_texts; /* clients whose text is longer than LEASEFILE_TEXT: passed over */
	/* Kea's header: which column is which; 0: there was none yet, else its number from 1. */
	uint8_t column[16];
	uint8_t columns;
	bool is_v6; /* dnsmasq: behind the line "duid" */
	struct leasefile_block block;
};

void leasefile_init(struct leasefile *file, enum leasefile_format format, int64_t offset_us);

/* Another file, or the same one from its begin. Counts go on. */
void leasefile_begin(struct leasefile *file);

/* A line without its end. 1 and an entry; 0: nothing; -EBADMSG: it cannot be read, and fail->what says why, in words
 * that may stand in a log: go on with the next one. -ENOTSUP: it is no file of this format: stop. */
int leasefile_line(struct leasefile *file, struct text line, struct leasefile_entry *ret,
	struct fail *fail) MUST_USE;

/* --- For the formats. --- */

/* The next word in front, and the blanks behind it. */
struct text leasefile_word(struct text *rest);

/* "192.0.2.7", "2001:db8::7", "2001:db8:1::/48". -EINVAL: it is none. */
int leasefile_name(struct text text, struct line_name *ret) MUST_USE;

/* Whole seconds since 1970, at most UINT32_MAX. */
int leasefile_seconds(struct text text, struct wall *ret) MUST_USE;

/* -EBADMSG, said and counted. */
int leasefile_bad(struct leasefile *file, struct fail *fail, struct text found,
	const char *expected) MUST_USE;

int leasefileisc_line(struct leasefile *file, struct text line, struct leasefile_entry *ret,
	struct fail *fail) MUST_USE;
int leasefilekea_line(struct leasefile *file, struct text line, struct leasefile_entry *ret,
	struct fail *fail) MUST_USE;
int leasefilekea_log(struct leasefile *file, struct text line, struct leasefile_entry *ret,
	struct fail *fail) MUST_USE;

#endif
