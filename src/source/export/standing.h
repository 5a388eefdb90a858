/* standing - which exporter gives way where there is no room for all
 *
 * What:    anybody can send a datagram from any address, but who has sent several, with records in them
 *          that could be read, is no stranger. Among strangers those give way first that have sent one
 *          datagram or no record yet, and of these the one that was silent for longest; then the other
 *          strangers. The established give way to nobody (they end when they are idle: session.h).
 * Owns:    its places, one for each number below the ceiling.
 * Limits:  the ceiling given at the start. Everything takes the same short time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_STANDING_H
#define LAZARET_SOURCE_EXPORT_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many, and a record in one of them, make one established. */
#define STANDING_DATAGRAMS 8

#define STANDING_NOBODY UINT32_MAX

enum standing_rank { STANDING_NEW, STANDING_STRANGER, STANDING_ESTABLISHED };

struct standing {
	size_t most;
	struct standing_place {
		uint32_t older;
		uint32_t younger;
		uint8_t rank;
	} * place;
	struct standing_queue {
		uint32_t oldest;
		uint32_t youngest;
	} queue[STANDING_ESTABLISHED];
};

void standing_init(struct standing *standing, size_t most);
void standing_done(struct standing *standing);

/* Number begins, with a rank below established. */
void standing_begin(struct standing *standing, uint32_t number, enum standing_rank rank);
void standing_end(struct standing *standing, uint32_t number);

/* Number, not established so far, has sent so many datagrams and records by now, and another one just now. True:
 * it is established, and need not be handed in again. */
bool standing_see(struct standing *standing, uint32_t number, uint64_t datagrams, uint64_t records);

/* Who gives way before anybody else, leaving out one number; STANDING_NOBODY if all are established. */
uint32_t standing_weakest(const struct standing *standing, uint32_t but);

/* The next after number in that order. */
uint32_t standing_after(const struct standing *standing, uint32_t number);

#endif
