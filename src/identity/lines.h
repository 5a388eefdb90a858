/* lines - which line an address belongs to, and what role it has
 *
 * What:    a table of prefixes with roles (longest match wins; IPv4 is in no prefix of IPv6, not even
 *          ::/0). Inside a prefix each IPv4 address, each IPv6 prefix of line_length (/56 by default; never
 *          shorter than the prefix), or each block of ports of a shared address is one line. Without any
 *          prefix everybody is a line: lines_has_inside is then false.
 *          In a prefix that is "leased" the line is who held the address at that second (leased.h), where there are
 *          leases; where there are none, as in a recording, addresses stand for lines there, too.
 *          Also keeps the names of the lines that it is told to remember, so that a report can name them.
 * Owns:    its tables.
 * Limits:  prefixes LINES_PREFIXES_MOST; names names_most (more stay nameless: pseudonyms stand for them).
 * Thread:  one at a time.
 */
#ifndef LAZARET_IDENTITY_LINES_H
#define LAZARET_IDENTITY_LINES_H

#include "base/address.h"
#include "base/fail.h"
#include "base/hash.h"
#include "identity/leased.h"
#include "identity/line.h"
#include "identity/linename.h"

#define LINES_PREFIXES_MOST 65536

struct lines_settings {
	struct hash_key key;  /* of the pseudonyms */
	unsigned line_length; /* of an IPv6 line where its prefix says nothing else: 48, 56 or 64 */
	size_t names_most;    /* lines whose names are kept; 0 keeps none */
};

#define LINES_DEFAULTS ((struct lines_settings){.line_length = 56, .names_most = 1 << 22})

struct lines;

struct lines *lines_new(const struct lines_settings *settings);
struct lines *lines_free(struct lines *lines);

/* Another key of the pseudonyms, before any was made: for a process that gets its lines without one. */
void lines_set_key(struct lines *lines, const struct hash_key *key);

/* Who has what is leased; the caller's. lines_parse asks for leased->now. */
void lines_set_leased(struct lines *lines, struct leased *leased);

struct lines_prefix {
	struct prefix prefix;
	uint8_t role;        /* enum role */
	uint8_t line_length; /* of IPv6 lines; 0: the settings', or the prefix's if that is longer */
	uint16_t ports;      /* of one line of a shared IPv4 address; 0: the address is one line */
	bool is_leased;      /* lines take addresses from each other */
};

/* -EEXIST if the prefix is there already, -ENOSPC at the ceiling, -EINVAL for figures that fit no prefix. */
int lines_add(struct lines *lines, const struct lines_prefix *prefix, struct fail *fail) MUST_USE;

/* Reads a table of prefixes: one a line, "PREFIX [ROLE] [line /LENGTH] [ports COUNT] [leased]", # to the end of
 * the line is a comment. Stops at the first mistake; fail names file and line. */
int lines_read(struct lines *lines, const char *path, struct fail *fail) MUST_USE;

bool lines_has_inside(const struct lines *lines);

/* The prefixes in the order in which they came: NULL behind the last. */
const struct lines_prefix *lines_prefix_at(const struct lines *lines, size_t index);

/* Is any prefix leased? Is that of this address? */
bool lines_has_leased(const struct lines *lines);
bool lines_is_leased(const struct lines *lines, const struct address *address);

/* The line of an address and port at a time, and what it is called; length 0 of the name: by none of its own, as it
 * leases the address. 0; -ENOENT: the address is not of our network; -ENODATA: it is, but nobody can say whose it
 * was. */
int lines_find_at(const struct lines *lines, const struct address *address, uint16_t port,
	struct wall at, struct line *ret, struct line_name *name) MUST_USE;

/* Questions that lines_find_at will be asked next: the memory of those whose prefix is leased is waited for at once.
 * Nothing is answered by it, and what stands in the questions is used up. */
void lines_fetch(const struct lines *lines, struct lease_question *questions, size_t count);

/* The line that an address and port stand for where nothing is leased. 0, or -ENOENT if the address is not of our
 * network. */
int lines_find(const struct lines *lines, const struct address *address, uint16_t port,
	struct line *ret) MUST_USE;

/* The same, and what the line is called. */
int lines_find_name(const struct lines *lines, const struct address *address, uint16_t port,
	struct line *ret, struct line_name *name) MUST_USE;

/* Is what is called so a line by its address now? False: the address is not of our network, who leases it is the line,
 * or lines there have another length or other ports. */
bool lines_has(const struct lines *lines, const struct line_name *name);

/* The role of a line that holds the address and has this role of its own (RESIDENTIAL: none), which only counts where
 * addresses are leased. 0, or -ENOENT if the address is not of our network. */
int lines_role(const struct lines *lines, const struct address *address, uint8_t own,
	uint8_t *ret) MUST_USE;

/* Keeps the name of the line of an address and port, so that lines_name can tell it. Does nothing if there
 * are names_most already. */
void lines_remember(struct lines *lines, const struct address *address, uint16_t port);

/* The text of the name of a line that was remembered. 0 or -ENOENT. */
int lines_name(const struct lines *lines, uint64_t pseudonym, char into[LINE_NAME]) MUST_USE;

/* The line that a person wrote in any of the shapes that lines_name prints (an address inside an IPv6 line is
 * enough; for a shared address a port is: "192.0.2.7:2048"); its name is remembered. 0, -EINVAL with fail filled
 * if it is no line's, or -ENOENT if the address is not of our network. */
int lines_parse(
	struct lines *lines, struct text text, struct line *ret, struct fail *fail) MUST_USE;

#endif
