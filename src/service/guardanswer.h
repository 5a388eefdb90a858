/* guardanswer - what the relay guard says of accounts when the desk asks
 *
 * What:    ASK_ACCOUNTS, a page of the senders that are worth a look, or of all; ASK_ACCOUNT_FACTS, all that is known
 *          of one; ASK_ACCOUNT_TERMS, how it may send now. Text for people or JSON. Senders are pseudonyms, with names
 *          only where those are asked for; the guard knows names of those only that have been under suspicion.
 *          Senders that are not accounts (lines, certificates, addresses) are in the same list.
 * Owns:    nothing.
 * Limits:  a page looks at GUARD_ANSWER_SENDERS senders at most, and has GUARD_ANSWER_OBJECTS objects of JSON, so that
 *          mail waits for less than half a millisecond.
 * Thread:  the guard's.
 */
#ifndef LAZARET_SERVICE_GUARDANSWER_H
#define LAZARET_SERVICE_GUARDANSWER_H

#include "control/message.h"
#include "identity/accountname.h"
#include "relay/relay.h"
#include "service/casetable.h"

#define GUARD_ANSWER_SENDERS 128
#define GUARD_ANSWER_OBJECTS 12

struct guardanswer {
	struct relay *relay;
	const struct roster *roster; /* NULL: none */
	const struct accountnames *names;
	const struct casetable *cases;
	const struct hash_key *key;
	/* The limit that an operator set holds until then; WALL_NONE: without end. */
	struct wall (*until)(void *context, uint64_t key);
	void *context;
	bool is_shadow;
	bool holds;
	struct wall now;
};

/* The question was checked (message_receive). Other questions than those three are answered with -EINVAL. */
void guard_answer(
	const struct guardanswer *of, const struct question *question, struct answer *answer);

/* Takes one question of the desk, so that mail has its turn between two, and answers it. 0, -EAGAIN if there is none,
 * -EPIPE if the desk is gone for good. */
int guard_hear_desk(const struct guardanswer *of, int channel);

#endif
