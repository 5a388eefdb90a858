/* radiuskey - the secret that is shared with a peer of RADIUS, and what it proves
 *
 * What:    the Authenticators of requests (RFC 2866 s3; of CoA and Disconnect the same, RFC 5176 s2.3) and of their
 *          responses, and the Message-Authenticator where a packet has one (RFC 2869 s5.14, 5176 s3.4). Comparisons
 *          take the same time wherever bytes differ.
 * Owns:    the secret, wiped when it is freed, and contexts of libcrypto that are kept for all packets. (libcrypto 3
 *          takes a small block of its own for each digest and gives it back. It reads its configuration when the
 *          first key is made: that has to be before a process shuts itself in.)
 * Limits:  RADIUS_SECRET bytes of a secret.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_RADIUS_RADIUSKEY_H
#define LAZARET_SOURCE_RADIUS_RADIUSKEY_H

#include "source/radius/radius.h"

#define RADIUS_SECRET       256
#define RADIUS_SECRET_LEAST 16 /* that withstands guessing */

struct radius_key;

/* 0; -EINVAL: no secret, or one that is too long; -ENOTSUP: libcrypto gives no MD5. With fail filled. */
int radius_key_new(struct text secret, struct radius_key **ret, struct fail *fail) MUST_USE;
struct radius_key *radius_key_free(struct radius_key *key);

/* Of fewer bytes than RFC 2865 s3 wants. */
bool radius_key_is_short(const struct radius_key *key);

/* Is that a request of somebody who knows the secret? Its Message-Authenticator is looked at if it has one. */
enum radius_fault radius_check_request(
	struct radius_key *key, const struct radius_packet *packet) MUST_USE;

/* Is that a response to the request with this Authenticator? */
enum radius_fault radius_check_response(struct radius_key *key, const struct radius_packet *packet,
	const uint8_t request[RADIUS_AUTHENTICATOR]) MUST_USE;

/* Ends what was written: its length. -EMSGSIZE: the writer has failed. */
int radius_sign_request(struct radius_key *key, struct radius_writer *writer) MUST_USE;
int radius_sign_response(struct radius_key *key, struct radius_writer *writer,
	const uint8_t request[RADIUS_AUTHENTICATOR]) MUST_USE;

#endif
