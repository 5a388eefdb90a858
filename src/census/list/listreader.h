/* listreader - a list of spam senders, in any of the forms that lists come in, becomes listings
 *
 * What:    reads a file that strangers wrote, packed or not (source/input.h), and adds what it names to columns.
 *          The form is told or found from the begin of the file:
 *          - addresses, prefixes and ranges, one a line, with comments (FireHOL's .ipset and .netset, Spamhaus DROP);
 *          - zones of rbldnsd(8): ip4set, ip4trie, ip4tset, ip6trie, ip6tset, and combined ones. What they
 *            exclude is not listed. Found from a line that only a zone has, wherever it stands;
 *          - the output of `ipset save`, of sets that hold addresses or networks;
 *          - CSV (RFC 4180) with a header line or names that were told;
 *          - JSON, one object a line;
 *          - mail (source/reports): a mailbox, one message, or a folder of them. Each report of spam, or of a host
 *            that is known to send it, is a listing; others are counted as unwanted. Its line is that on which the
 *            message begins; in a folder, the number of the message.
 *          What is no listing is counted and told by listnotes.h, and the rest is done. An entry in bogon space lists
 *          nothing; nor does one above LISTREADER_WIDEST. A /24 of which LISTREADER_WHOLE addresses or more were
 *          listed one by one is a range, whatever it was written as: it is told, and stays.
 * Owns:    nothing that stays.
 * Limits:  LISTREADER_LINE bytes a line; longer ones are stepped over in pieces. Ceilings of listings.h and
 *          exclusions.h.
 * Thread:  one a list; several lists at once where each has its own columns.
 */
#ifndef LAZARET_CENSUS_LIST_LISTREADER_H
#define LAZARET_CENSUS_LIST_LISTREADER_H

#include "census/list/listings.h"
#include "census/list/listnotes.h"
#include "source/input.h"

#define LISTREADER_LINE    (1UL << 18)
#define LISTREADER_WIDEST  (1UL << 24) /* IPv4 addresses of an entry: a /8 */
#define LISTREADER_WIDEST6 16          /* the least length of a prefix of IPv6 */
#define LISTREADER_WHOLE   240
#define LISTREADER_VALUES  16
#define LISTREADER_NAMES   160

enum listform {
	LISTFORM_FOUND, /* from the content */
	LISTFORM_PLAIN,
	LISTFORM_RBLDNSD,
	LISTFORM_IPSET,
	LISTFORM_CSV,
	LISTFORM_JSON,
	LISTFORM_MAIL,
	LISTFORM_COUNT
};

/* "found", "plain" and so on, as a card spells them. */
extern const char *const listform_names[LISTFORM_COUNT];

enum zonetype {
	ZONETYPE_ANY, /* IPv4 as ip4set, IPv6 as ip6trie */
	ZONETYPE_IP4SET,
	ZONETYPE_IP4TRIE,
	ZONETYPE_IP4TSET,
	ZONETYPE_IP6TRIE,
	ZONETYPE_IP6TSET,
	ZONETYPE_COUNT
};

/* As rbldnsd spells them; "any". */
extern const char *const zonetype_names[ZONETYPE_COUNT];

/* What was told about a list. Zeros and empty texts: nothing, so all is found from the content. */
struct report;

struct listorder {
	uint16_t list; /* the number that its listings get */
	enum listform form;
	enum zonetype type;
	/* Of a combined zone: the subzone or name of the only data sets to be read. */
	char dataset[LISTREADER_NAMES];
	/* Of a zone: only entries with one of these A values, host order. */
	uint32_t values[LISTREADER_VALUES];
	unsigned values_count;
	/* Of CSV and JSON: names of columns, several with blanks between them, the first that is there counts;
	 * where empty, those of Shadowserver, IntelMQ and Spamhaus. */
	char address[LISTREADER_NAMES], time[LISTREADER_NAMES], port[LISTREADER_NAMES];
	/* Of CSV without a header line: its names, with commas between them. */
	char columns[LISTREADER_NAMES];
	/* Of mail: gets each report of spam that carries a message, whose texts stay until it returns; NULL: nobody. */
	void (*carried)(void *context, const struct report *report);
	void *context;
};

/* Adds what the file, or the folder of mail, at the path names. notes->file, tell and context are the caller's; all
 * else is set here. 0, or -errno where it cannot be opened, is no list, or ends in damage: what came before stays. stop
 * as of input_open. *ret, where not NULL: the form. All is told. */
int listreader_read(const char *path, const struct listorder *order, int stop,
	struct listings *into, struct listnotes *notes, enum listform *ret) MUST_USE;

/* The same of an open file. */
int listreader_take(struct input *input, const struct listorder *order, struct listings *into,
	struct listnotes *notes, enum listform *ret) MUST_USE;

#endif
