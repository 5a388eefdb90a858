/* responsible - who is written to about an address: the registries' answers, and what people said over them
 *
 * What:    segments of registry.lzr, cut further where a person gave another contact for a prefix (the narrowest one
 *          counts), or said that nobody is to be written to about it, or where a registry that was asked on line
 *          named a contact for what its dumps do not say; then contacts given for an AS; then, where nobody is known,
 *          the national CERT of the country. Each segment's object is an answer of the registry with its contact.
 *          Mailboxes that differ in the size of letters only are one contact.
 * Owns:    its arrays, until responsible_done. The registry and the texts given must outlive it.
 * Limits:  those of words.h; 2^32 - 2 objects. Memory is by who and by contact, not by answer.
 * Thread:  one at a time; any, once it is made.
 */
#ifndef LAZARET_CENSUS_JOIN_RESPONSIBLE_H
#define LAZARET_CENSUS_JOIN_RESPONSIBLE_H

#include "census/registry/registryfile.h"

/* What a person said; or with a quality what a registry answered on line, which counts where its dumps know nobody, and
 * no person said something. */
struct responsible_override {
	enum range_family family; /* RANGE_SYSTEM: an AS */
	struct range range;
	struct text mailbox; /* empty: nobody is to be written to */
	uint8_t quality;     /* enum contact_quality; QUALITY_NONE: a person said it */
};

struct responsible_national {
	uint16_t country;
	struct text mailbox;
};

struct responsible_object {
	uint32_t contact, contact2; /* 0: none */
	bool is_manual;             /* a person said so */
	uint8_t quality;            /* enum contact_quality: a registry answered it on line */
	bool is_national;
};

struct responsible_contact {
	bool is_kept;    /* the terms of a registry forbid to pass it on */
	bool is_suspect; /* it failed a registry's validation */
	uint32_t
		holders; /* different ones, by name, whose networks' first contact it is, whatever is behind a + */
};

struct responsible {
	const struct registryfile *registry;
	const struct segment4 *segments4;
	const struct segment6 *segments6;
	size_t count4, count6;
	struct segment4 *own4; /* NULL: they are the registry's */
	struct segment6 *own6;
	/* Objects are answers of the registry; behind them come answers of which a person's word, or one on line, makes
	 * an object of its own. [0] is nobody's. Many answers have the same who, so who is responsible has a place: by
	 * the registry's who, then by own object. */
	uint32_t object_count; /* with [0] */
	uint32_t *own_answers;
	struct responsible_object *places;
	uint32_t place_count;
	struct words mailboxes;               /* by the number of a contact */
	struct responsible_contact *contacts; /* [0] is none */
	uint32_t *national;                   /* by country: contact; 0: none is known */
};

void responsible_make(struct responsible *responsible, const struct registryfile *registry,
	const struct responsible_override *overrides, size_t count,
	const struct responsible_national *nationals, size_t national_count);
void responsible_done(struct responsible *responsible);

/* Nothing is asked any more but whose mailbox a contact has: what else there is is given back. */
void responsible_settle(struct responsible *responsible);

/* Which answer of the registry an object is. */
static inline uint32_t
responsible_answer(const struct responsible *responsible, uint32_t object)
{
	uint32_t answers = responsible->registry->answer_count;

	return object < answers ? object : responsible->own_answers[object - answers];
}

static inline uint32_t
responsible_place(const struct responsible *responsible, uint32_t object)
{
	const struct registryfile *registry = responsible->registry;

	return object < registry->answer_count
		? registry->who_of[object]
		: registry->who_count + object - registry->answer_count;
}

static inline const struct responsible_object *
responsible_object(const struct responsible *responsible, uint32_t object)
{
	return &responsible->places[responsible_place(responsible, object)];
}

/* What the registry says of a place. */
static inline const struct registryfile_who *
responsible_who(const struct responsible *responsible, uint32_t place)
{
	const struct registryfile *registry = responsible->registry;

	return place < registry->who_count
		? &registry->whos[place]
		: registryfile_who(registry, responsible->own_answers[place - registry->who_count]);
}

/* A contact's mailbox; empty for 0. */
struct text responsible_mailbox(const struct responsible *responsible, uint32_t contact);

#endif
