/* listformat - what a form of list is made of; for the readers of forms
 *
 * What:    the state of a list that is being read, and what each form gives: how it takes whole lines or records
 *          from the front of the bytes that are there.
 * Owns:    nothing.
 * Limits:  see listreader.h.
 * Thread:  one a list.
 */
#ifndef LAZARET_CENSUS_LIST_LISTFORMAT_H
#define LAZARET_CENSUS_LIST_LISTFORMAT_H

#include "census/list/exclusions.h"
#include "census/list/listreader.h"
#include "source/text/mapped.h"

struct listreader;

/* One line, without its end. */
typedef void (*listformat_line)(struct listreader *reader, struct text line);

struct listformat {
	/* Takes what is whole from the front of the bytes, and gives how many bytes: all where is_last, unless the
	 * reader's error is set. */
	size_t (*take)(struct listreader *reader, struct text bytes, bool is_last);
	listformat_line line; /* for listlines_take */
};

extern const struct listformat addresslist_format, ipsetsave_format, csvlist_format,
	jsonlist_format;

struct listreader {
	const struct listorder *order;
	struct listings *into;
	struct listnotes *notes;
	const struct listformat *format;
	enum listform form;
	uint64_t line;    /* of what is being read, from 1 */
	bool is_marked;   /* ports are exclusions_mark: there may be exclusions */
	bool is_skipping; /* in the middle of a line that is too long */
	int error;        /* nothing more can be read */
	size_t first;     /* of the IPv4 addresses of this file */
	struct exclusions exclusions;
	struct exclusions_begin begin;
	/* Of a zone. */
	enum zonetype type;
	bool is_unwanted;     /* the data set is not read */
	bool is_combined;     /* a $DATASET was there */
	bool is_missing;      /* none was there yet that was asked for */
	uint64_t widest;      /* $MAXRANGE4 */
	uint64_t widest_zone; /* the same of all data sets of a combined zone */
	uint32_t value;       /* the A value of entries that have none of their own */
	/* Of CSV: the place of each column. */
	bool has_header;
	uint32_t place[MAPPED_COUNT];
	/* Of ipset: the set at hand holds no addresses. */
	bool is_other_set;
};

/* The number of the line, as listings have it. */
static inline uint32_t
listformat_number(const struct listreader *reader)
{
	return reader->line < UINT32_MAX ? (uint32_t)reader->line : UINT32_MAX;
}

/* The end of a data set: what it excludes goes. */
void listformat_end_set(struct listreader *reader);

/* An entry is listed, or excluded. */
void listformat_entry(
	struct listreader *reader, const struct addressform *form, uint32_t time, uint16_t port);
void listformat_exclude(struct listreader *reader, const struct addressform *form);

/* The line that is being read is none. */
void listformat_refuse(struct listreader *reader, const char *expected, struct text found);

/* Mail, which has no lines: all that is in the file, or in the files of a folder. */
int maillist_take(struct listreader *reader, struct input *input) MUST_USE;
int maillist_take_folder(struct listreader *reader, const char *path, int stop) MUST_USE;
/* Is it the begin of a mailbox, or of a message? */
bool maillist_is_mail(struct text head);

/* Before the first line: false if what was told about columns cannot be. */
bool csvlist_begin(struct listreader *reader);

/* Tells of each /24 of the file that was written out as hosts; at its end. */
void wholerange_tell(struct listreader *reader);

/* The form of the file that begins with these bytes. */
enum listform listfind_form(const struct listorder *order, struct text head);
/* Does a line of a zone begin so, and of no other list? */
bool listfind_is_zone(struct text line);
/* Is it a header of CSV with a column of addresses? */
bool csvlist_is_header(const struct listorder *order, struct text line);

/* Lines that end in LF or CR LF, each given to format->line; those of an address alone are taken at once where the
 * form is one of addresses. */
size_t listlines_take(struct listreader *reader, struct text bytes, bool is_last);

/* A line that begins with "$" in a zone, perhaps behind the sign of a comment. */
void zonespecial_take(struct listreader *reader, struct text line);
/* A line that begins with ":", and what follows an entry: the A value. -EINVAL: it is none. */
int zonespecial_value(struct text text, uint32_t inherited, uint32_t *ret) MUST_USE;
/* Was it asked for? */
bool zonespecial_wants(const struct listreader *reader, uint32_t value);

/* The names of a column that was told, or those that are known. */
const char *listformat_names(const struct listorder *order, enum mapped column);
/* A record of which these texts were found, NULL: there is no such column. */
void listformat_record(struct listreader *reader, const struct text value[MAPPED_COUNT]);

#endif
