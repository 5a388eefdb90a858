/* registryfile - registry.lzr: who is responsible for each address, in a file that is used where it lies
 *
 * What:    segments of IPv4 and IPv6 (segments.h), whose objects are answers: a network, and who is responsible for it,
 *          with the contacts and the rule by which they were found; of many networks it is the same, and stands once.
 *          The contacts, each mailbox once; the texts. It is in columns, so that who wants few of them touches few
 *          pages. The same registries give the same bytes.
 * Owns:    the mapping, from registryfile_open to registryfile_close.
 * Limits:  4 GiB of texts. Opening reads all of it: whatever a file holds, each number in one that was opened leads to
 *          something.
 * Thread:  any, once it is open.
 */
#ifndef LAZARET_CENSUS_REGISTRY_REGISTRYFILE_H
#define LAZARET_CENSUS_REGISTRY_REGISTRYFILE_H

#include "census/registry/answers.h"

#include <assert.h>

#define REGISTRYFILE_VERSION 2

/* What many answers say alike, apart from which network it is; each of them differs from all others. */
struct registryfile_who {
	uint32_t contact;     /* 0: none */
	uint32_t contact2;    /* for the second letter; 0: none */
	uint32_t holder;      /* a text: the organisation's name */
	uint32_t system;      /* the AS that announces it; 0: none is known */
	uint32_t system_name; /* a text: who that is, by the tables of AS */
	uint16_t country;     /* two capital letters, the first in the upper byte; 0: none */
	uint16_t language;    /* two small letters, by the registry's language:; 0: none */
	uint8_t registry;     /* enum registry_name; 0: there is no network */
	uint8_t rule;         /* enum contact_rule */
	uint8_t quality;      /* enum contact_quality */
	uint8_t spare;        /* 0 */
};

struct registryfile_contact {
	uint32_t mailbox;   /* a text */
	uint32_t answers;   /* whose first contact it is */
	uint8_t is_suspect; /* it failed a registry's validation */
	uint8_t is_kept;    /* the terms of ARIN forbid to pass it on */
	uint16_t spare;     /* 0 */
};

/* The range of a network of IPv4, and of IPv6: upper and lower half. */
struct registryfile_range4 {
	uint32_t low, high;
};

struct registryfile_range6 {
	uint64_t low[2], high[2];
};

static_assert(sizeof(struct registryfile_who) == 28, "files have these");
static_assert(sizeof(struct registryfile_contact) == 12, "files have these");
static_assert(sizeof(struct registryfile_range4) == 8, "files have these");
static_assert(sizeof(struct registryfile_range6) == 32, "files have these");

struct registryfile {
	const struct segment4 *segments4;
	const struct segment6 *segments6;
	/* By answer, of which [0] is nobody's: those of IPv4 come first. */
	const uint32_t *who_of;
	const uint32_t *names; /* a text: netname or handle */
	const struct registryfile_range4 *ranges4;
	const struct registryfile_range6
		*ranges6; /* [0] is of the first one behind those of IPv4 */
	const struct registryfile_who *whos;
	const struct registryfile_contact *contacts; /* [0] is none */
	const char *texts;
	uint64_t count4, count6;
	uint32_t answer_count, contact_count; /* with those [0] */
	uint32_t answers4;                    /* how many of them are of IPv4 */
	uint32_t who_count;
	uint64_t texts_size;
	const uint8_t *bytes;
	size_t size;
};

/* All of an answer, for those who want to know it of few. */
struct registryfile_answer {
	struct range range; /* of the network */
	struct text name, holder, system_name;
	uint32_t contact, contact2, system;
	uint16_t country, language;
	enum range_family family;
	enum registry_name registry;
	enum contact_rule rule;
	enum contact_quality quality;
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

struct registryfile_answer registryfile_answer(const struct registryfile *file, uint32_t answer);

static inline const struct registryfile_who *
registryfile_who(const struct registryfile *file, uint32_t answer)
{
	return &file->whos[file->who_of[answer]];
}

static inline enum range_family
registryfile_family(const struct registryfile *file, uint32_t answer)
{
	return answer < file->answers4 ? RANGE_IPV4 : RANGE_IPV6;
}

/* A text by its number; that of 0 is empty. */
static inline struct text
registryfile_text(const struct registryfile *file, uint32_t text)
{
	uint16_t length;

	memcpy(&length, file->texts + text, sizeof(length));
	return (struct text){.at = file->texts + text + sizeof(length), .length = length};
}

#endif
