/* deliverytable - messages that are on their way, and what was said of their recipients
 *
 * What:    the memory of deliveries.h: who sent the message with this queue id, and for each recipient the last result
 *          that was told. In the order in which messages became known; the oldest gives way where there is no room.
 * Owns:    all of it. References are valid until the next call.
 * Limits:  messages and recipients at the same time as given, DELIVERY_RECIPIENTS a message. A message has 64 bytes and
 *          24 to 48 of its table, a recipient 16 and 24 to 48; what is in use is touched only.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_DELIVERYTABLE_H
#define LAZARET_RELAY_DELIVERYTABLE_H

#include "base/restore.h"
#include "base/save.h"
#include "base/table.h"

/* Of one message; what an own server lets into one is mostly far less. */
#define DELIVERY_RECIPIENTS 10000U

/* What became of a recipient. */
enum delivery_result {
	DELIVERY_SENT,
	DELIVERY_UNKNOWN_USER,
	DELIVERY_POLICY,
	DELIVERY_BOUNCED, /* for any other reason */
	DELIVERY_DEFERRED,
	DELIVERY_RESULTS
};

enum {
	DELIVERY_IN_LOG = 1, /* its arrival was read */
	DELIVERY_TOLD = 2,   /* the mail server asked about it at its end */
	DELIVERY_UNSURE = 4, /* something of it is not known: it is not given back */
	DELIVERY_FLAGS = 8
};

struct delivery_message {
	uint64_t id;  /* of its queue id; never 0 */
	uint64_t who; /* the responsible key */
	struct wall arrival;
	struct wall known; /* since when it is here */
	uint32_t older;
	uint32_t newer;
	uint32_t first; /* of its recipients */
	uint32_t recipients;
	uint32_t bounced;  /* of them: neither sent nor deferred */
	uint32_t told;     /* recipients that count for who; 0: none, or not told */
	struct wall taken; /* when it was counted, where that was told */
	uint8_t limit;     /* enum limit: what who is */
	uint8_t flags;
};

struct delivery_recipient {
	uint64_t key;
	uint32_t next;
	uint8_t result; /* enum delivery_result */
};

struct deliverytable {
	struct table by_id; /* value: the place, as below */
	struct table by_recipient;
	struct delivery_message *messages;
	struct delivery_recipient *recipients;
	size_t messages_most;
	size_t recipients_most;
	uint32_t messages_used; /* places */
	uint32_t messages_free; /* the first that is free again */
	uint32_t recipients_used;
	uint32_t recipients_free;
	uint32_t oldest;
	uint32_t newest;
	uint64_t displaced; /* messages that gave way */
};

void deliverytable_init(struct deliverytable *table, size_t messages, size_t recipients);
void deliverytable_done(struct deliverytable *table);

/* NULL: not known. */
struct delivery_message *deliverytable_find(const struct deliverytable *table, uint64_t id);

/* An id that is not there, as the newest: without recipients, the rest is the caller's. */
struct delivery_message *deliverytable_add(
	struct deliverytable *table, uint64_t id, struct wall known);

void deliverytable_remove(struct deliverytable *table, struct delivery_message *message);

/* NULL: there is none. */
struct delivery_message *deliverytable_oldest(const struct deliverytable *table);

/* A recipient of the message: 1: new, with that result; 0: is there, with what it had; -ENOSPC: there is no room. */
int deliverytable_recipient(struct deliverytable *table, struct delivery_message *message,
	uint64_t key, enum delivery_result result, struct delivery_recipient **ret) MUST_USE;

static inline bool
delivery_is_bounce(unsigned result)
{
	return result != DELIVERY_SENT && result != DELIVERY_DEFERRED;
}

/* All messages with their recipients, as one section. Of more than there is room for the oldest give way. limits: of
 * these none is known. */
void deliverytable_save(const struct deliverytable *table, struct save *save);
int deliverytable_restore(struct deliverytable *table, struct restore *restore, uint8_t limits,
	struct fail *fail) MUST_USE;

#endif
