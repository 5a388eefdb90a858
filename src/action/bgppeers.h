/* bgppeers - the routers that are told by BGP, as people write them
 *
 * What:    peers with ; between:
 *            ADDRESS[:PORT] as NUMBER [local ADDRESS] [password-file PATH] [most RULES] [hold SECONDS]
 *            [ttl-security] [destination]
 *          An IPv6 address that has a port stands in brackets.
 * Owns:    nothing: values.
 * Limits:  BGPPEERS peers, a path of BGPPEER_PATH - 1 bytes without blanks.
 * Thread:  any.
 */
#ifndef LAZARET_ACTION_BGPPEERS_H
#define LAZARET_ACTION_BGPPEERS_H

#include "base/address.h"
#include "base/fail.h"

#define BGPPEERS     16
#define BGPPEER_PATH 256

struct bgppeer {
	struct address address;
	struct address local;
	uint32_t as;
	uint32_t most; /* rules; 0: as many as others have */
	uint16_t port;
	uint16_t hold; /* seconds; 0: the usual */
	bool has_local;
	bool has_ttl_security;       /* RFC 5082: only who is directly connected may speak */
	bool has_destination;        /* flowspec.h */
	char password[BGPPEER_PATH]; /* a file; empty: none */
};

struct bgppeers {
	struct bgppeer peer[BGPPEERS];
	uint32_t count;
};

/* -EINVAL, -ERANGE, -E2BIG or -EEXIST with fail->what and hint filled. */
int bgppeers_parse(struct text text, struct bgppeers *ret, struct fail *fail) MUST_USE;

/* "192.0.2.1", with its port where that is not BGP's. */
#define BGPPEER_NAME (ADDRESS_TEXT + 8)
char *bgppeer_name(const struct bgppeer *peer, char into[BGPPEER_NAME]);

#endif
