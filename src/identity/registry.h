/* registry - what the sources say of who has which address becomes leases, names and sessions
 *
 * What:    events of RADIUS accounting (accounting.h), entries of lease files and static tables (leasefile.h) and
 *          blocks of ports of a translator (natblock.h) name a line by a user, a station, a client or a circuit. Its
 *          pseudonym is what is leased to (linewho.h), so a line is the same on whatever address it is, and whichever
 *          source says it. Names lie in one table, the newest session of each line in another.
 *          A name is forgotten when its line holds nothing and nothing was heard of it for as long as leases are kept.
 * Owns:    nothing: leases and tables are the caller's.
 * Limits:  those of leases.h and linetable.h. An IPv6 address of less than a /64, such as one of DHCPv6, tells no line:
 *          several may lie in one /64. What names no line is counted.
 * Thread:  one at a time: the writer of the leases.
 */
#ifndef LAZARET_IDENTITY_REGISTRY_H
#define LAZARET_IDENTITY_REGISTRY_H

#include "identity/accounting.h"
#include "identity/leasefile.h"
#include "identity/leases.h"
#include "identity/linewho.h"
#include "identity/natblock.h"
#include "identity/sessions.h"

/* Names that registry_forget looks at in one call. */
#define REGISTRY_PORTION 4096

/* What the line of a DHCP lease is called by; for the first two the other one where a lease has not got it; without a
 * circuit it names no line. */
enum registry_client { REGISTRY_HARDWARE, REGISTRY_CLIENT, REGISTRY_CIRCUIT, REGISTRY_CLIENTS };

/* "hardware" and so on, as configuration spells them. */
extern const char *const registry_client_names[REGISTRY_CLIENTS];

struct registry_settings {
	struct hash_key key; /* of the pseudonyms */
	enum registry_client client;
	unsigned session_seconds; /* a session of which nothing is heard for so long has ended */
	unsigned block_seconds;   /* the same of a block of ports */
	unsigned retention_hours; /* of names; not less than that of the leases */
};

struct registry_counts {
	uint64_t events;    /* of sessions */
	uint64_t restarts;  /* of NASes */
	uint64_t entries;   /* of lease files and tables */
	uint64_t blocks;    /* of ports */
	uint64_t unnamed;   /* of these: no line is named */
	uint64_t nobodys;   /* blocks whose inside address is surely nobody's, or doubtful */
	uint64_t forgotten; /* names */
	uint64_t
		sessions_long; /* sessions that could not be kept for orders: their name is too long */
};

struct registry {
	struct registry_settings settings;
	struct leases *leases;
	struct linetable *names;    /* of struct linewho */
	struct linetable *sessions; /* of struct session_of_line */
	struct wall now;            /* the caller's; before each call */
	size_t hand;                /* of registry_forget */
	struct registry_counts counts;
};

void registry_init(struct registry *registry, const struct registry_settings *settings,
	struct leases *leases, struct linetable *names, struct linetable *sessions);

void registry_event(struct registry *registry, const struct accounting_event *event);

/* at: where the entry does not say when: as leasefile.h says. source: tells this file from others; not 0. */
void registry_entry(struct registry *registry, const struct leasefile_entry *entry, struct wall at,
	uint64_t source);

/* What was in a file and is there no more. */
void registry_gone(struct registry *registry, const struct line_name *name);

void registry_block(struct registry *registry, const struct natblock *block);

/* The line that an entry names: its pseudonym; 0: none. Its name is kept. */
uint64_t registry_client(struct registry *registry, const struct leasefile_entry *entry);

/* Forgets names of which nothing is held any more, a portion a call. */
void registry_forget(struct registry *registry);

#endif
