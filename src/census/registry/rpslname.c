/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/rpslname.h"

#include "base/fail.h"
#include "base/text.h"

#include <string.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH       EACH(0x80)

const char *const rpsl_names[RPSL_NAME_COUNT] = {
	[RPSL_OTHER] = "",
	[RPSL_INETNUM] = "inetnum",
	[RPSL_INET6NUM] = "inet6num",
	[RPSL_AUT_NUM] = "aut-num",
	[RPSL_ORGANISATION] = "organisation",
	[RPSL_ROLE] = "role",
	[RPSL_PERSON] = "person",
	[RPSL_IRT] = "irt",
	[RPSL_MNTNER] = "mntner",
	[RPSL_ROUTE] = "route",
	[RPSL_ROUTE6] = "route6",
	[RPSL_NETHANDLE] = "nethandle",
	[RPSL_V6NETHANDLE] = "v6nethandle",
	[RPSL_POCHANDLE] = "pochandle",
	[RPSL_ASHANDLE] = "ashandle",
	[RPSL_NIC_HDL] = "nic-hdl",
	[RPSL_ORGID] = "orgid",
	[RPSL_ABUSE_C] = "abuse-c",
	[RPSL_ABUSE_MAILBOX] = "abuse-mailbox",
	[RPSL_E_MAIL] = "e-mail",
	[RPSL_ORG] = "org",
	[RPSL_ORG_NAME] = "org-name",
	[RPSL_ORG_TYPE] = "org-type",
	[RPSL_MNT_BY] = "mnt-by",
	[RPSL_MNT_LOWER] = "mnt-lower",
	[RPSL_MNT_IRT] = "mnt-irt",
	[RPSL_SPONSORING_ORG] = "sponsoring-org",
	[RPSL_COUNTRY] = "country",
	[RPSL_LANGUAGE] = "language",
	[RPSL_NETNAME] = "netname",
	[RPSL_LAST_MODIFIED] = "last-modified",
	[RPSL_CHANGED] = "changed",
	[RPSL_NETRANGE] = "netrange",
	[RPSL_PARENT] = "parent",
	[RPSL_ASNUMBER] = "asnumber",
	[RPSL_ABUSEHANDLE] = "abusehandle",
	[RPSL_ORGABUSEHANDLE] = "orgabusehandle",
	[RPSL_ORGNAME] = "orgname",
	[RPSL_MAILBOX] = "mailbox",
	[RPSL_COMMENT] = "comment",
	[RPSL_UPDATED] = "updated",
};

/* The number of bytes before the first colon, 8 where there is none. The lowest bit that is set is exact: what a
 * borrow sets wrongly lies above it. */
static inline unsigned
before_colon(uint64_t word)
{
	uint64_t other = word ^ EACH(':');
	uint64_t colons = (other - EACH(1)) & ~other & HIGH;

	return colons != 0 ? (unsigned)__builtin_ctzll(colons) / 8 : 8;
}

/* Its first bytes, 0 to 8. */
static inline uint64_t
first_bytes(uint64_t word, unsigned count)
{
	return count < 8 ? word & ((UINT64_C(1) << count * 8) - 1) : word;
}

void
rpslnames_init(struct rpslnames *names)
{
	*names = (struct rpslnames){0};
	for (uint32_t name = RPSL_OTHER + 1; name < RPSL_NAME_COUNT; name++) {
		char bytes[16] = "";
		size_t length = strlen(rpsl_names[name]);
		struct rpslname_slot *slot;
		uint64_t first;

		must(length < sizeof(bytes));
		memcpy(bytes, rpsl_names[name], length);
		memcpy(&first, bytes, sizeof(first));
		slot = &names->slots[rpslnames_slot(first)];
		must(slot->name == RPSL_OTHER);
		slot->first = first;
		memcpy(&slot->rest, bytes + 8, sizeof(slot->rest));
		slot->length = (uint32_t)length;
		slot->name = name;
	}
}

static inline enum rpsl_name
look_up(const struct rpslnames *names, uint64_t first, uint64_t rest, unsigned length)
{
	const struct rpslname_slot *slot = &names->slots[rpslnames_slot(first)];

	/* The length too: bytes may be NUL. */
	if (slot->first != first || slot->rest != rest || slot->length != length)
		return RPSL_OTHER;
	return (enum rpsl_name)slot->name;
}

enum rpsl_name
rpslnames_find_portable(
	const struct rpslnames *names, const uint8_t *at, const uint8_t *limit, size_t *length)
{
	uint8_t copy[16] = "";
	uint64_t first, rest = 0;
	unsigned before, behind = 0;
	enum rpsl_name found;

	if ((size_t)(limit - at) < sizeof(copy)) {
		memcpy(copy, at, (size_t)(limit - at));
		at = copy;
	}
	memcpy(&first, at, sizeof(first));
	before = before_colon(first);
	first = first_bytes(first, before);
	if (before == 8) {
		memcpy(&rest, at + 8, sizeof(rest));
		behind = before_colon(rest);
		rest = first_bytes(rest, behind);
	}
	*length = before + behind;
	/* Nearly all are in small letters. Without a colon the length is 16, which that of no name is. */
	found = look_up(names, first, rest, before + behind);
	if (found == RPSL_OTHER)
		found = look_up(names, text_small_8(first), text_small_8(rest), before + behind);
	return found;
}
