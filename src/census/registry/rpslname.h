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

struct rpslnames {
	struct rpslname_slot {
		uint64_t first, rest; /* the first 8 bytes, and what follows them */
		uint32_t length, name;
	} slots[1 << RPSLNAME_SLOT_BITS];
};

void rpslnames_init(struct rpslnames *names);

/* The name that stands at a line's beginning, with its colon; limit is the end of the bytes that may be looked at,
 * which may be beyond the line's. length: of the name, without the colon, where it is one of the list. */
enum rpsl_name rpslnames_find(
	const struct rpslnames *names, const uint8_t *at, const uint8_t *limit, size_t *length);

#endif
