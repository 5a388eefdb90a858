/* tls - what a server of TLS shows and agrees to: its certificate, its key, versions, ciphers, tickets
 *
 * What:    TLS 1.3 (RFC 8446) and 1.2 (RFC 5246) as in Mozilla's "intermediate" profile (wiki.mozilla.org,
 *          Security/Server_Side_TLS): ephemeral keys and AEAD only, by X25519 or P-256; for browsers of Windows 7 DHE
 *          where the certificate has RSA. P-384 is left out: a peer could choose it, and it costs ten times as much. Of
 *          the ciphers the peer takes what is fast for it. ALPN (RFC 7301): http/1.1, and who offers only others is
 *          refused. No early data, no compression, no renegotiation, no certificates of clients.
 *          A peer that comes again resumes: by a ticket, or, without them, by a cache. Tickets are sealed by keys that
 *          live in memory only and are changed every TLS_TICKET_US; the last two open them. Another context has other
 *          keys: all that come after a change shake hands in full, once.
 * Owns:    certificate, key and tickets' keys; links (tlslink.h) keep it until they end.
 * Limits:  files of TLS_FILE_MOST bytes, TLS_CHAIN_MOST certificates, TLS_SESSIONS_MOST sessions in the cache.
 *          All files are read by tls_new. Afterwards TLS needs of the kernel read and write on its sockets, getrandom,
 *          clock_gettime, getpid and futex, and memory: what SANDBOX_SOCKETS_ACCEPT and no path gives (sandbox.h).
 * Thread:  one; each process its own.
 */
#ifndef LAZARET_RUNTIME_TLS_H
#define LAZARET_RUNTIME_TLS_H

#include "base/fail.h"
#include "base/wall.h"

#include <stdbool.h>

#define TLS_FILE_MOST     131072
#define TLS_CHAIN_MOST    10
#define TLS_SESSIONS_MOST 4096
#define TLS_TICKET_US     (12 * WALL_HOUR)

struct ssl_st;
struct tls;

/* Both in PEM (RFC 7468). */
struct tls_files {
	const char
		*chain; /* the server's certificate, then who signed it, each signed by the next */
	const char *
		key; /* of the first certificate; without a passphrase, and not for everybody to read */
};

/* -errno with fail filled: what cannot be read, or does not belong together. What is not valid now is taken, as who
 * serves must not end with its certificate: tls_is_due. */
int tls_new(const struct tls_files *files, struct tls **ret, struct fail *fail) MUST_USE;

/* Its owner needs it no more; links that it has go on. NULL is allowed, and comes back. */
struct tls *tls_free(struct tls *tls);

/* One more that needs it, and frees it. */
struct tls *tls_keep(struct tls *tls);

/* Is its certificate one for this host, a name or an address (RFC 6125)? */
bool tls_is_for(const struct tls *tls, const char *host);

/* Is one of its certificates not valid, or only for less than before_us more? fail says what is to be done. */
bool tls_is_due(
	const struct tls *tls, struct wall now, int64_t before_us, struct fail *fail) MUST_USE;

/* Time goes by: changes the keys of tickets. us: of the steady clock. */
void tls_tick(struct tls *tls, int64_t us);

/* A connection of OpenSSL's that waits for a peer; the caller's, who keeps the context meanwhile. */
struct ssl_st *tls_accept(struct tls *tls, int socket);

#endif
