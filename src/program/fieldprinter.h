/* fieldprinter - flow records as an exporter sent them, for people or as JSON
 *
 * What:    a visitor (source/decode.h) that prints one line a record. JSON: one object with "exporter"
 *          (null where the file does not tell), "domain", "version", "time" (of the export; null for bare
 *          sFlow, which has none) and every field under its IPFIX name, in the order of the template; in
 *          a record about the exporter itself also "options": true. A name that comes again in the same
 *          record gets its number behind it: sourceIPv4Address, sourceIPv4Address#2. An element without
 *          a known name is "enterprise:id". Text: the same as NAME=VALUE.
 *          Values: addresses as text; MAC as aa:bb:cc:dd:ee:ff; numbers as numbers; booleans; times of
 *          day as RFC 3339, milliseconds truncated (null for an NTP time of 0, which means unknown); text
 *          without the zero bytes at its end. Octet arrays, lists, unknown elements, and whatever has a
 *          size that its type does not allow are hex strings. A number without bytes is null.
 * Owns:    one line.
 * Limits:  FIELDPRINTER_FIELDS fields a record; more are not shown, and "truncated": true says so.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_FIELDPRINTER_H
#define LAZARET_PROGRAM_FIELDPRINTER_H

#include "base/text.h"
#include "source/export/decode.h"

#include <stdio.h>

#define FIELDPRINTER_FIELDS 1024

struct fieldprinter {
	struct decode_visitor visitor; /* hand this to intake_decode */
	struct buffer line;
	FILE *out;
	uint64_t records;
	bool is_json;
	bool truncated;
	size_t count; /* fields of this record */
	struct {
		uint32_t enterprise;
		uint16_t id;
		const char *name;
	} seen[FIELDPRINTER_FIELDS];
};

/* Prints to out. In place: the visitor points back, so the printer must not move. */
void fieldprinter_init(struct fieldprinter *printer, FILE *out, bool is_json);
void fieldprinter_done(struct fieldprinter *printer);

/* One value, in the form of the header's What; JSON has quotes where text mode needs none. */
void fieldprinter_value(struct buffer *into, const struct element *element, const uint8_t *value,
	size_t size, bool is_json);

#endif
