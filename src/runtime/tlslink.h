/* tlslink - one connection under TLS, as its server sees it
 *
 * What:    reads and writes like read(2) and write(2) on a socket that does not block; the handshake goes by itself
 *          with the first of them. TLS may have to write before it can read, and to read before it can write: where
 *          the last call ended with EAGAIN, tlslink_is_crossed says that it is to be made again when the socket is
 *          ready the other way. A handshake that comes to nothing has a fault, which is counted.
 * Owns:    OpenSSL's connection; it keeps its context, not the socket. The counts are the caller's.
 * Limits:  a handshake has no limit of time here: who waits for it has. A link that waits takes some 14 kB; what a
 *          ClientHello announces OpenSSL sets aside until it is whole, 131 kB at most.
 * Thread:  that of the context.
 */
#ifndef LAZARET_RUNTIME_TLSLINK_H
#define LAZARET_RUNTIME_TLSLINK_H

#include "runtime/tls.h"

#include <stdbool.h>
#include <sys/types.h>

struct tlslink;

enum tls_fault {
	TLS_NO_FAULT,
	TLS_PLAIN,    /* what came is no TLS at all, as HTTP */
	TLS_VERSION,  /* the peer knows neither 1.2 nor 1.3 */
	TLS_UNSHARED, /* no cipher, group, signature or protocol above it that both know */
	TLS_ALERT, /* the peer says that it does not go on: it does not believe the certificate, most likely */
	TLS_WRONG, /* the peer breaks the rules */
	TLS_LEFT,  /* the peer is gone in the middle */
	TLS_LATE,  /* it did not come to its end */
	TLS_FAULTS
};

/* "plain" and so on, for the metrics. */
extern const char *const tls_fault_names[TLS_FAULTS];

struct tls_counts {
	uint64_t shaken;  /* handshakes that came to their end */
	uint64_t resumed; /* of them, by a ticket or the cache */
	uint64_t faults[TLS_FAULTS];
};

struct tlslink *tlslink_new(struct tls *tls, int socket, struct tls_counts *counts);

/* Says that nothing more comes, where the peer can be told, counts what went wrong in the handshake, and frees it.
 * is_late: it ends because its time is over. The fault; none also where the peer closed without a word. */
enum tls_fault tlslink_end(struct tlslink *link, bool is_late);

/* One record at most. 0: the peer says no more. -1 with errno: EAGAIN, EPROTO where TLS is at its end, or that of the
 * socket. */
ssize_t tlslink_read(struct tlslink *link, void *bytes, size_t size);

/* After EAGAIN: the same bytes again, or more behind them; they may lie elsewhere. */
ssize_t tlslink_write(struct tlslink *link, const void *bytes, size_t size);

bool tlslink_is_crossed(const struct tlslink *link);

/* In a handshake, from the first moment on. */
bool tlslink_is_shaking(const struct tlslink *link);

#endif
