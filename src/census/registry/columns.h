/* columns - the objects of a registry, as far as they lead to a contact
 *
 * What:    networks (inetnum, inet6num, aut-num and what ARIN calls them) with their ranges; holders: who is named by
 *          them (role, organisation, irt; ARIN's POC and organisation; LACNIC's handle). What an object says is a list
 *          of references: the attribute, and a word. Dumps of the same registry are one space of names; a reference
 *          leads to an object of the same registry only, so each registry has columns of its own. Which attribute means
 *          what in which registry is a table here; what follows from it is contactrules.h. Of two objects with the same
 *          key the one that was changed last stands, then the one that was added first. A network of all addresses is
 *          passed by: RIPE and others have one for what they do not know, with a country and a contact.
 * Owns:    all it holds. Numbers of networks, holders and words begin at 1; 0 is none.
 * Limits:  2^32 - 2 objects of a kind and references, of these COLUMNS_REFERENCES an object; words.h. What is more is
 *          refused and counted.
 * Thread:  one at a time; any, once nothing is added.
 */
#ifndef LAZARET_CENSUS_REGISTRY_COLUMNS_H
#define LAZARET_CENSUS_REGISTRY_COLUMNS_H

#include "census/registry/mailbox.h"
#include "census/registry/range.h"
#include "census/registry/rpsl.h"
#include "census/registry/stringtable.h"
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
	uint64_t changed : 48; /* a date as a number, YYYYMMDDhhmmss; 0: none */
	uint64_t file : 10;
	uint64_t class : 6; /* enum rpsl_name */
	uint32_t references;
	uint32_t name; /* a place in names; of a network in ARIN without one its handle; 0: none */
	uint16_t country, language; /* the first; two letters (delegated.h), or 0 */
	uint16_t reference_count : 9;
	uint16_t is_fixed : 1; /* of networks: a maintainer of the registry itself has it (RIPE) */
	uint16_t is_dropped : 1;    /* another one stands for it, or it crosses another one */
	uint16_t is_unanswered : 1; /* of holders: ARIN says so of its validation */
	uint16_t type : 2;          /* enum organisation_type */
	uint16_t spare;
};

static_assert(sizeof(struct entry) == 24, "no room is lost");
static_assert(COLUMNS_REFERENCES < 1 << 9 && RPSL_CLASS_LAST < 1 << 6, "all of them have room");

struct holder {
	struct entry entry;
	uint32_t handle; /* a word */
};

struct range4 {
	uint32_t low, high;
};

/* Those of a family, by number; [0] is none. */
struct networks {
	struct entry *at;
	struct range4 *fours; /* of IPv4 and AS numbers; else NULL */
	struct range *sixes;  /* of IPv6; else NULL */
	uint32_t *handles;    /* in ARIN: words; else NULL */
	uint32_t count;       /* the highest number */
	uint32_t size;
	/* When they are nested. */
	uint32_t *inside; /* the smallest network that holds it; 0: none */
	uint32_t *up;     /* the way up: the same, or in ARIN the one that it names */
	uint32_t *order;  /* that of nest.h, without those that are dropped */
	uint32_t order_count;
};

struct columns {
	enum registry_name registry;
	struct words handles, mailboxes;
	struct stringtable names; /* of networks and organisations; an entry has the place */
	uint32_t last_name;       /* that came */
	struct networks networks[RANGE_FAMILY_COUNT];
	struct holder *holders;
	uint32_t holder_count, holder_size;
	/* By the number of a handle. */
	uint32_t *holder_of[HOLDER_KIND_COUNT];
	uint32_t holder_of_size;
	struct reference *references;
	uint32_t reference_count, reference_size;
	uint32_t last_references; /* the list that came last */
	/* What the object that is added refers to; the memory where it is looked up is on its way. */
	struct columns_waiting {
		struct text text;
		uint64_t hash;
		enum rpsl_name name;
	} waiting[COLUMNS_REFERENCES];
	uint32_t waiting_count;
	/* By the number of a mailbox, when they are judged. */
	struct mailbox_known {
		uint32_t
			mailbox; /* its number among those of all registries, with its domain in small letters */
		uint8_t verdict; /* enum mailbox_verdict */
		bool is_suspect; /* it failed the registry's validation */
	} * known;
	uint64_t refused;
};

struct columns *columns_new(enum registry_name registry);
struct columns *columns_free(struct columns *columns);

enum columns_result {
	COLUMNS_TAKEN,
	COLUMNS_PASSED,   /* it leads to no contact */
	COLUMNS_NO_RANGE, /* its range is none */
	COLUMNS_NO_KEY,
	COLUMNS_FULL
};

/* An object of a dump. Files are numbered in the order in which they were named, and are added in it. */
enum columns_result columns_add(
	struct columns *columns, uint16_t file, const struct rpsl_object *object);

/* After the last object: judges the mailboxes, and gives them their numbers among those of all registries. suspects:
 * those that failed the registry's validation, each with its domain in small letters; NULL: none. */
void columns_settle(struct columns *columns, struct words *all, const struct words *suspects);

/* How many words, references and objects had no room. */
uint64_t columns_refused(const struct columns *columns);

/* The object of that kind that the handle names in its registry; NULL: none. */
const struct holder *columns_holder(
	const struct columns *columns, enum holder_kind kind, uint32_t handle);

static inline struct range
networks_range(const struct networks *networks, uint32_t number)
{
	return networks->sixes != NULL ? networks->sixes[number]
				       : (struct range){.low = networks->fours[number].low,
						 .high = networks->fours[number].high};
}

/* Of two objects with the same key: does a stand rather than b, wherever in their file they are? */
bool entry_is_rather(const struct entry *a, const struct entry *b);

#endif
