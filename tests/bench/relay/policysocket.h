/* policysocket - where a policy server listens: unix:PATH or tcp:PORT
 *
 * What:    what policyload, policybare and policyguard share.
 * Owns:    nothing; sockets are the caller's.
 * Limits:  127.0.0.1; what goes wrong ends the program with a word about it.
 * Thread:  any.
 */
#ifndef LAZARET_TESTS_POLICYSOCKET_H
#define LAZARET_TESTS_POLICYSOCKET_H

/* A socket that listens there, and takes as many as come. */
int policysocket_listen(const char *where);

/* One that is connected; what is read and written on it does not block. */
int policysocket_connect(const char *where);

/* What is written goes at once (TCP; elsewhere it does so anyway). */
void policysocket_at_once(int socket);

#endif
