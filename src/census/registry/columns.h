/* columns - the objects of all registries, as far as they lead to a contact
 *
 * What:    networks (inetnum, inet6num, aut-num and what ARIN calls them) with their ranges; holders: who is named by
 *          them (role, organisation, irt; ARIN's POC and organisation; LACNIC's handle). What an object says is a list
 *          of references: the attribute, and a word. Dumps of the same registry are one space of names; a reference
 *          leads to an object of the same registry only. Which attribute means what in which registry is a table here;
 *          what follows from it is contactrules.h. Of two objects with the same key the one that was changed last
 *          stands, then that of the file which was added first, then the earlier one.
 * Owns:    all it holds. Numbers of networks, holders and words begin at 1; 0 is none.
 * Limits:  2^32 - 2 objects and references, of these COLUMNS_REFERENCES an object; words.h. What is more is refused and
 *          counted.
 * Thread:  one at a time; any, once nothing is added.
 */
#ifndef LAZARET_CENSUS_REGISTRY_COLUMNS_H
#define LAZARET_CENSUS_REGISTRY_COLUMNS_H

#include "census/registry/mailbox.h"
#include "census/registry/range.h"
#include "census/registry/rpsl.h"
#include "census/registry/words.h"

#include <assert.h>

#define COLUMNS_REFERENCES 256

enum registry_name {
	REGISTRY_NONE,
	REGISTRY_RIPENCC,
	REGISTRY_APNIC,
	REGISTRY_AFRINIC,
	REGISTRY_ARIN,
	REGISTRY_LACNIC,
	REGISTRY_COUNT
};

/* As delegated-extended files write them; that of none is "". */
extern const char *const registry_names[REGISTRY_COUNT];

/* What matters of org-type. */
enum organisation_type { ORGANISATION_OTHER, ORGANISATION_LIR, ORGANISATION_RIR };

/* What a reference can lead to. */
enum holder_kind { HOLDER_ROLE, HOLDER_ORGANISATION, HOLDER_TEAM, HOLDER_KIND_COUNT };

struct reference {
	uint32_t name : 6;  /* enum rpsl_name */
	uint32_t word : 26; /* of handles or mailboxes */
};

/* What every object has. There are millions of them. */
struct entry {
	uint64_t changed; /* a date as a number, YYYYMMDDhhmmss; 0: none */
	uint32_t references;
	uint32_t line;   /* of its file */
	uint32_t handle; /* a word; that of a network in ARIN */
	uint32_t name; /* a place in names, of a network in ARIN without one its handle; 0: none */
	uint32_t reference_count : 9;
	uint32_t file : 10;
	uint32_t registry : 4;      /* enum registry_name */
	uint32_t class : 8;         /* enum rpsl_name */
	uint16_t country, language; /* the first; two letters (delegated.h), or 0 */
};

static_assert(sizeof(struct entry) == 32, "no room is lost");
static_assert(COLUMNS_REFERENCES < 1 << 9 && REGISTRY_COUNT <= 1 << 4 && RPSL_NAME_COUNT <= 1 << 8,
	"all of them have room");

struct network {
	struct range range;
	struct entry entry;
	uint32_t inside; /* the smallest network of its registry that holds it; 0: none */
	uint32_t up;     /* the way up: the same, or in ARIN the one that it names */
	bool is_fixed;   /* a maintainer of the registry itself has it (RIPE) */
	bool is_dropped; /* another one stands for it, or it crosses another one */
};

struct holder {
	struct entry entry;
	uint8_t type;       /* enum organisation_type */
	bool is_unanswered; /* ARIN says so of its validation */
};

struct columns {
	struct words handles, mailboxes;
	/* Names of networks and organisations, each behind its length in two bytes; an entry has the place. The first is
	 * empty. */
	char *names;
	uint32_t names_length, names_size;
	struct networks {
		struct network *at; /* [0] is none */
		uint32_t count;     /* the highest number */
		uint32_t size;
		/* By registry, in the order of nest.h; those that are dropped are not in it. */
		uint32_t *order[REGISTRY_COUNT];
		uint32_t order_count[REGISTRY_COUNT];
	} networks[RANGE_FAMILY_COUNT];
	struct holder *holders;
	uint32_t holder_count, holder_size;
	/* By the number of a handle. */
	uint32_t *holder_of[HOLDER_KIND_COUNT];
	uint32_t holder_of_size;
	struct reference *references;
	uint32_t reference_count, reference_size;
	/* By the number of a mailbox. */
	struct mailbox_known {
		uint32_t mailbox; /* the number of the same with its domain in small letters */
		uint8_t verdict;  /* enum mailbox_verdict */
		bool is_suspect;  /* it failed the registry's validation */
	} * known;
	uint32_t known_count;
	uint64_t no_ranges; /* networks whose range is none */
	uint64_t refused;
};

struct columns *columns_new(void);
struct columns *columns_free(struct columns *columns);

enum columns_result {
	COLUMNS_TAKEN,
	COLUMNS_PASSED,   /* it leads to no contact */
	COLUMNS_NO_RANGE, /* its range is none */
	COLUMNS_NO_KEY,
	COLUMNS_FULL
};

/* An object of a dump; files are numbered in the order in which they were named. */
enum columns_result columns_add(struct columns *columns, enum registry_name registry, uint16_t file,
	const struct rpsl_object *object);

/* A mailbox that failed the registry's validation. */
void columns_add_suspect(struct columns *columns, struct text mailbox);

/* After the last object: judges the mailboxes. */
void columns_settle(struct columns *columns);

/* How many words, references and objects had no room. */
uint64_t columns_refused(const struct columns *columns);

/* The object of that kind that the handle names in its registry; NULL: none. */
const struct holder *columns_holder(
	const struct columns *columns, enum holder_kind kind, uint32_t handle);

/* A name of an entry; empty if it has none. */
struct text columns_name(const struct columns *columns, uint32_t name);

/* Of two objects with the same key: does a stand rather than b? */
bool entry_is_rather(const struct entry *a, const struct entry *b);

#endif
