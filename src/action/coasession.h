/* coasession - which attributes say to a NAS which session is meant (RFC 5176 s3, and what vendors take besides)
 *
 * What:    what is known of a session, and the attributes that are made of it. A set of them is written in a fixed
 *          order; what is not known is left out, or missed.
 *          A Disconnect-Request must not have the addresses of a session (the table in RFC 5176 s3.6), and
 *          Framed-Interface-Id and Framed-IPv6-Prefix go together (s3).
 * Owns:    nothing: texts are the caller's.
 * Limits:  RADIUS_VALUE bytes a text.
 * Thread:  values.
 */
#ifndef LAZARET_ACTION_COASESSION_H
#define LAZARET_ACTION_COASESSION_H

#include "base/address.h"
#include "source/radius/radius.h"

/* In the order in which they are written. */
enum coa_identity {
	COA_ACCT_SESSION_ID,
	COA_ACCT_MULTI_SESSION_ID,
	COA_USER_NAME,
	COA_CALLING_STATION_ID,
	COA_NAS_PORT_ID,
	COA_FRAMED_IP_ADDRESS,
	COA_FRAMED_IPV6_PREFIX,
	COA_FRAMED_INTERFACE_ID,
	COA_FRAMED_IPV6_ADDRESS,
	COA_DELEGATED_IPV6_PREFIX,
	COA_NAS_IP_ADDRESS, /* this and what follows say which NAS, not which session */
	COA_NAS_IPV6_ADDRESS,
	COA_NAS_IDENTIFIER,
	COA_IDENTITIES
};

/* A set of them. */
#define COA_SET(identity) (UINT32_C(1) << (identity))
#define COA_OF_SESSION    (COA_SET(COA_NAS_IP_ADDRESS) - 1)
#define COA_ADDRESSES                                                                              \
	(COA_SET(COA_FRAMED_IP_ADDRESS) | COA_SET(COA_FRAMED_IPV6_PREFIX) |                        \
		COA_SET(COA_FRAMED_INTERFACE_ID) | COA_SET(COA_FRAMED_IPV6_ADDRESS) |              \
		COA_SET(COA_DELEGATED_IPV6_PREFIX))

/* "Acct-Session-Id" and so on, and the types. */
extern const char *const coa_identity_names[COA_IDENTITIES];
extern const uint8_t coa_identity_types[COA_IDENTITIES];

struct coa_session {
	struct text session; /* empty: not known, as of all texts */
	struct text multi_session;
	struct text user;
	struct text station;
	struct text port;
	struct text nas_identifier;
	uint32_t has; /* the set of those of the following that are known */
	struct address nas;
	struct address ipv4;
	struct address ipv6;
	struct prefix prefix;
	struct prefix delegated;
	uint8_t interface[8];
};

/* What of these is known. */
uint32_t coa_session_known(const struct coa_session *session);

/* Adds the attributes of a set, which must be known. */
void coa_session_write(const struct coa_session *session, uint32_t set, struct writer *into);

#endif
