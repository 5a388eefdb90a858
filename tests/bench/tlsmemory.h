/* tlsmemory - what OpenSSL alone takes for the server's side of TLS: the limit of any server with one process
 *
 * What:    handshakes, and requests with answers of so many bytes, between a client and a server in memory. Only the
 *          server's CPU is counted: no socket, no loop, nothing that reads what was asked.
 * Owns:    nothing that lasts.
 * Limits:  answers of TLSMEMORY_ANSWER bytes; what goes wrong ends the program.
 * Thread:  one at a time: it reads the process's CPU.
 */
#ifndef LAZARET_TESTS_TLSMEMORY_H
#define LAZARET_TESTS_TLSMEMORY_H

#include "base/text.h"
#include "runtime/tls.h"

#include <openssl/ssl.h>
#include <time.h>

#define TLSMEMORY_ANSWER 65536

/* CPU seconds so far. */
double tlsmemory_cpu(clockid_t clock);

/* So many a second of CPU; client is a context of clients. */
double tlsmemory_handshakes(SSL_CTX *client, struct tls *tls, int count);
double tlsmemory_requests(
	SSL_CTX *client, struct tls *tls, const struct text *request, size_t answer, int count);

#endif
