/* rpslname - the names of RPSL that matter: classes of objects and attributes
 *
 * What:    one list of names, and the way from the first bytes of a line to its place in that list: 16 bytes
 *          are cut at the colon and looked up by their first 8 in a table without collisions.
 *          Names are of any case (RFC 2622 s2). What is not in the list is RPSL_OTHER.
 *          Of these, RFC 2622 has mntner, person, role, route, aut-num, mnt-by, nic-hdl and e-mail,
 *          RFC 2725 s9.3 inetnum and mnt-lower, RFC 4012 s3 route6; the others are the registries' own,
 *          those without "-" mostly ARIN's, whose text has the labels of its whois.
 * Limits:  names of at most 15 letters.
 * Thread:  any; struct rpslnames never changes after rpslnames_init.
 */
#ifndef LAZARET_CENSUS_REGISTRY_RPSLNAME_H
#define LAZARET_CENSUS_REGISTRY_RPSLNAME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum rpsl_name {
	RPSL_OTHER,
	/* Classes: the first attribute of an object. */
	RPSL_INETNUM,
	RPSL_INET6NUM,
	RPSL_AUT_NUM,
	RPSL_ORGANISATION,
	RPSL_ROLE,
	RPSL_PERSON,
	RPSL_IRT,
	RPSL_MNTNER,
	RPSL_ROUTE,
	RPSL_ROUTE6,
	RPSL_NETHANDLE,
	RPSL_V6NETHANDLE,
	RPSL_POCHANDLE,
	RPSL_ASHANDLE,
	/* Both. */
	RPSL_NIC_HDL,
	RPSL_ORGID,
	/* Attributes. */
	RPSL_ABUSE_C,
	RPSL_ABUSE_MAILBOX,
	RPSL_E_MAIL,
	RPSL_ORG,
	RPSL_ORG_NAME,
	RPSL_ORG_TYPE,
	RPSL_MNT_BY,
	RPSL_MNT_LOWER,
	RPSL_MNT_IRT,
	RPSL_SPONSORING_ORG,
	RPSL_COUNTRY,
	RPSL_LANGUAGE,
	RPSL_NETNAME,
	RPSL_LAST_MODIFIED,
	RPSL_CHANGED,
	RPSL_NETRANGE,
	RPSL_PARENT,
	RPSL_ASNUMBER,
	RPSL_ABUSEHANDLE,
	RPSL_ORGABUSEHANDLE,
	RPSL_ORGNAME,
	RPSL_MAILBOX,
	RPSL_COMMENT,
	RPSL_UPDATED,
	RPSL_NAME_COUNT
};

#define RPSL_CLASS_FIRST     RPSL_INETNUM
#define RPSL_CLASS_LAST      RPSL_ORGID
#define RPSL_ATTRIBUTE_FIRST RPSL_NIC_HDL

/* In small letters; that of RPSL_OTHER is empty. */
extern const char *const rpsl_names[RPSL_NAME_COUNT];

#define RPSLNAME_SLOT_BITS 8

/* A number with which no two names meet. A new name may need another one: rpslnames_init says so. */
#define RPSLNAME_MULTIPLIER UINT64_C(0x4efbc8d60b21fbad)

struct rpslnames {
	struct rpslname_slot {
		uint64_t first, rest; /* the first 8 bytes, and what follows them */
		uint32_t length, name;
	} slots[1 << RPSLNAME_SLOT_BITS];
};

void rpslnames_init(struct rpslnames *names);

static inline size_t
rpslnames_slot(uint64_t first)
{
	return (size_t)(first * RPSLNAME_MULTIPLIER >> (64 - RPSLNAME_SLOT_BITS));
}

/* The same for processors without SSE2. */
enum rpsl_name rpslnames_find_portable(
	const struct rpslnames *names, const uint8_t *at, const uint8_t *limit, size_t *length);

/* The name that stands at a line's beginning, with its colon; limit is the end of the bytes that may be looked at,
 * which may be beyond the line's. length: of the name, without the colon, where it is one of the list. Nothing here
 * depends on which name it is: nobody could guess. */
static inline enum rpsl_name
rpslnames_find(
	const struct rpslnames *names, const uint8_t *at, const uint8_t *limit, size_t *length)
{
#ifdef __SSE2__
	/* From the 16th on so many bytes are kept as a name has letters. */
	static const uint8_t kept[32] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	const struct rpslname_slot *slot;
	__m128i bytes, capitals;
	unsigned letters;

	if (limit - at < 16)
		return rpslnames_find_portable(names, at, limit, length);
	bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	letters = (unsigned)__builtin_ctz(
		(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(':'))) | 1U << 16);
	bytes = _mm_and_si128(
		bytes, _mm_loadu_si128((const __m128i *)(const void *)(kept + 16 - letters)));
	capitals = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)),
		_mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
	bytes = _mm_or_si128(bytes, _mm_and_si128(capitals, _mm_set1_epi8(0x20)));
	slot = &names->slots[rpslnames_slot((uint64_t)_mm_cvtsi128_si64(bytes))];
	bytes = _mm_cmpeq_epi8(bytes, _mm_loadu_si128((const __m128i *)(const void *)slot));
	*length = letters;
	/* The length too: bytes may be NUL. Without a colon it is 16, which that of no name is. */
	return (enum rpsl_name)(slot->name &
		-(uint32_t)((_mm_movemask_epi8(bytes) == 0xffff) & (slot->length == letters)));
#else
	return rpslnames_find_portable(names, at, limit, length);
#endif
}

#endif
