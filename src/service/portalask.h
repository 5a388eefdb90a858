/* portalask - what the portal's process asks of the keeper, and what comes back
 *
 * What:    values over the channel of the two (estate.h, `portal_keeper`): one question names one line, by the address
 *          of the connection that asks, or by code and PIN, and its answer holds that line's case and no other. What a
 *          customer does (ticks, a release, "this is wrong") is one question too: the keeper writes it, in one
 *          transaction with what follows of it, and answers with the case as it is then.
 *          The portal may be broken into, so the keeper checks each question, counts those that are malformed, and
 *          shows a case PORTALASK_LINE_MOST times a minute to one line and PORTALASK_MOST times a second to all; above
 *          that, and for what is not there, the answer tells nothing that was not known: PORTAL_LATER, PORTAL_UNKNOWN.
 *          Messages of the channel are of two types, and are theirs alone: it carries nothing else.
 * Owns:    values.
 * Limits:  those, and PORTALASK_WAIT_US for an answer; after that the portal shows its page without the case.
 * Thread:  any.
 */
#ifndef LAZARET_SERVICE_PORTALASK_H
#define LAZARET_SERVICE_PORTALASK_H

#include "base/address.h"
#include "care/portal.h"

#define PORTALASK_VERSION   5
#define PORTALASK_MOST      100
#define PORTALASK_LINE_MOST 30
#define PORTALASK_WAIT_US   (2 * WALL_SECOND)
/* A language's code, with its end. */
#define PORTALASK_LANGUAGE 12

enum portalask_message {
	PORTALASK_QUESTION, /* portal to keeper: struct portalask */
	PORTALASK_ANSWER,   /* keeper to portal: struct portalanswer */
};

struct portalask {
	uint16_t version;
	uint8_t deed; /* enum portal_deed; PORTAL_NOTHING: whose case is it? */
	uint8_t by_code;
	uint16_t
		port; /* of the connection that asks, with its address: for those that are shared */
	uint8_t page; /* enum portal_page that is to be shown: what was seen is recorded */
	uint8_t topic;          /* of ticks and of PORTAL_STEPS; TOPIC_DEVICES: of none */
	uint64_t number;        /* comes back in the answer */
	struct address address; /* of who asks, also by_code: tries of PINs are counted */
	char code[CASECODE];    /* by_code: whose case it is, instead of the address */
	char pin[CASEPIN];
	char language[PORTALASK_LANGUAGE];
	/* Versions of the texts, by topic: which of them is shown, the case says (portal_topic). */
	uint32_t text[TOPIC_CASES];
	uint32_t text_b[TOPIC_CASES]; /* where its lot is B; 0: there is one version for all */
	uint16_t steps;
	struct carecase_step step[CARECASE_STEPS]; /* of ticks: these and no others of the topic */
	char says[PORTAL_SAYS + 1];
};

struct portalanswer {
	uint16_t version;
	uint8_t outcome; /* enum portal_outcome */
	uint8_t zero[5];
	uint64_t number;
	struct carecase of; /* carecase_check holds */
};

/* One that came over the channel: is it as it must be? Texts end, figures are within their bounds, steps are of the
 * topic and have names of letters that steps have. */
bool portalask_check(const struct portalask *ask);

#endif
