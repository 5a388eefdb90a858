/* carecase - a case as its customer may see it
 *
 * What:    what the keeper hands out of one case to the portal: no name, no address, no other case. Whoever is on the
 *          line sees it, so nothing is in it that a guest may not know.
 * Owns:    a value, which goes over a channel.
 * Limits:  CARECASE_STEPS ticked steps.
 * Thread:  any.
 */
#ifndef LAZARET_CARE_CARECASE_H
#define LAZARET_CARE_CARECASE_H

#include "base/wall.h"
#include "care/texts.h"
#include "ledger/care.h"
#include "ledger/casecode.h"
#include "ledger/casepin.h"

#define CARECASE_STEPS 48

/* What was seen. */
enum carecase_kind {
	CARECASE_MAIL,    /* a device on the line sends mail by itself */
	CARECASE_ACCOUNT, /* somebody sends mail with the customer's password */
	CARECASE_KINDS
};

struct carecase_step {
	uint8_t topic; /* enum topic, below TOPIC_DEVICES */
	char name[ADVICE_STEP + 1];
};

struct carecase {
	bool is_there; /* false: nothing is held against the line, and all else is zero */
	bool is_held;
	bool is_blocked;  /* port 25 */
	bool was_limited; /* by what ended */
	bool has_said_wrong;
	uint8_t kind;    /* enum carecase_kind */
	uint8_t release; /* enum care_release */
	uint16_t steps;
	struct wall since, until; /* of what holds; us 0: there is none, it ends with the case */
	struct wall paused;       /* until when nothing holds as he objects; us 0: that is not so */
	struct wall first, last;  /* what was seen */
	uint64_t attempts;        /* to send */
	uint64_t networks;        /* to so many places */
	char lot; /* 'A', 'B': which of two versions of the texts (caselot.h); 0: neither */
	char code[CASECODE];
	char call[CASEPIN_CALL]; /* behind the code on the telephone, today */
	struct carecase_step step[CARECASE_STEPS];
};

bool carecase_has_step(const struct carecase *of, enum topic topic, struct text name);
/* How many of a topic are ticked. */
unsigned carecase_steps(const struct carecase *of, enum topic topic);

/* Has he done what a release asks for: a step at the router and one at another device; of an account, any two? */
bool carecase_is_ready(const struct carecase *of);

/* One that came over a channel: is it as it must be? */
bool carecase_check(const struct carecase *of);

#endif
