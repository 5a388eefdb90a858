/* registryfile - registry.lzr: who is responsible for each address, in a file that is used where it lies
 *
 * What:    segments of IPv4 and IPv6 (segments.h), whose objects are answers: a network with its holder, its contacts
 *          and the rule by which they were found; the contacts, each mailbox once; the texts. The same registries give
 *          the same bytes.
 * Owns:    the mapping, from registryfile_open to registryfile_close.
 * Limits:  4 GiB of texts. Opening reads all of it: whatever a file holds, each number in one that was opened leads to
 *          something.
 * Thread:  any, once it is open.
 */
#ifndef LAZARET_CENSUS_REGISTRY_REGISTRYFILE_H
#define LAZARET_CENSUS_REGISTRY_REGISTRYFILE_H

#include "census/registry/answers.h"

#include <assert.h>

struct registryfile_answer {
	uint64_t low[2], high[2]; /* of the network: upper and lower half */
	uint32_t name;            /* a text: netname or handle */
	uint32_t holder;          /* a text: the organisation's name */
	uint32_t contact;         /* 0: none */
	uint32_t contact2;        /* for the second letter; 0: none */
	uint32_t system;          /* the AS that announces it; 0: none is known */
	uint16_t country;         /* two capital letters, the first in the upper byte; 0: none */
	uint16_t language;        /* two small letters, by the registry's language:; 0: none */
	uint8_t family;           /* enum range_family */
	uint8_t registry;         /* enum registry_name; 0: there is no network */
	uint8_t rule;             /* enum contact_rule */
	uint8_t quality;          /* enum contact_quality */
	uint32_t spare;           /* 0 */
};

struct registryfile_contact {
	uint32_t mailbox;   /* a text */
	uint32_t answers;   /* whose first contact it is */
	uint8_t is_suspect; /* it failed a registry's validation */
	uint8_t is_kept;    /* the terms of ARIN forbid to pass it on */
	uint16_t spare;     /* 0 */
};

static_assert(sizeof(struct registryfile_answer) == 64, "files have these");
static_assert(sizeof(struct registryfile_contact) == 12, "files have these");

struct registryfile {
	const struct segment4 *segments4;
	const struct segment6 *segments6;
	const struct registryfile_answer *answers;   /* [0] is nobody's */
	const struct registryfile_contact *contacts; /* [0] is none */
	const char *texts;
	uint64_t count4, count6;
	uint32_t answer_count, contact_count; /* with those */
	uint64_t texts_size;
	const uint8_t *bytes;
	size_t size;
};

/* 0, or -errno with fail. */
int registryfile_write(const char *path, const struct answers *answers, struct fail *fail) MUST_USE;

int registryfile_open(const char *path, struct registryfile *ret, struct fail *fail) MUST_USE;
void registryfile_close(struct registryfile *file);

/* The same of bytes that are the caller's and outlive it, aligned as uint64_t is: 0, or -EBADMSG with fail. */
int registryfile_on(
	const uint8_t *bytes, size_t size, struct registryfile *ret, struct fail *fail) MUST_USE;

/* Of one address; of few. 0: nobody's. */
uint32_t registryfile_find(
	const struct registryfile *file, enum range_family family, ipnumber address);

/* A text by its number; that of 0 is empty. */
static inline struct text
registryfile_text(const struct registryfile *file, uint32_t text)
{
	uint32_t length;

	memcpy(&length, file->texts + text, sizeof(length));
	return (struct text){.at = file->texts + text + sizeof(length), .length = length};
}

#endif
