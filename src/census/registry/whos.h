/* whos - what is said of an address apart from its network, each once
 *
 * What:    who is responsible: contacts and their rule, holder, AS, country, language. Of many networks it is the same.
 *          Numbers are given in the order in which they come; 0 is nobody.
 * Owns:    its arrays.
 * Limits:  2^31 - 1 of them; what is more stands again for each.
 * Thread:  one at a time; any, once nothing is added.
 */
#ifndef LAZARET_CENSUS_REGISTRY_WHOS_H
#define LAZARET_CENSUS_REGISTRY_WHOS_H

#include "base/table.h"
#include "census/registry/contactrules.h"

struct who {
	struct contact contact;
	uint32_t number; /* of the AS that announces it, 0: none is known */
	uint32_t system; /* that object, or 0 */
	uint32_t holder; /* the organisation, or 0 */
	/* Of that, or else of the network; where both have none, by the delegated files (delegated.h). */
	uint16_t country;
	uint16_t
		language; /* by the registry's language: of the network, then of its organisation */
	uint8_t registry; /* whose network and holder it is (enum registry_name); 0: there is none */
	uint8_t system_registry; /* whose object */
	uint16_t spare;          /* 0 */
};

static_assert(sizeof(struct who) == 32, "two of them are compared as bytes");

struct whos {
	struct who *at; /* [0] is nobody */
	uint32_t count; /* with that */
	uint32_t size;
	struct table table; /* a hash of one -> its number */
};

void whos_init(struct whos *whos);
void whos_done(struct whos *whos);

/* No more of them come: what finding them needs is given back. */
void whos_settle(struct whos *whos);

/* The number of one that is the same. */
uint32_t whos_add(struct whos *whos, const struct who *who);

#endif
