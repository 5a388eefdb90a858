/* keeperanswer - what the keeper says of its ledger when the desk asks
 *
 * What:    the open cases of a judge; pages of the cases, of one case, of the audit trail and of the lines that are
 *          never acted upon, as text for people or JSON; explanations; and the making and undoing of an entry for a
 *          line that is never acted upon. Who asks stands in the question and goes into the audit trail where a name is
 *          opened or looked up. The keeper sees to the ledger's time (ledger_set_time) before it calls.
 * Limits:  a page visits KEEPER_ANSWER_ROWS rows at most; one that finds nothing among them may be empty and goes on.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERANSWER_H
#define LAZARET_SERVICE_KEEPERANSWER_H

#include "control/message.h"
#include "identity/lines.h"
#include "ledger/ledger.h"

#define KEEPER_ANSWER_ROWS 2048

/* The open cases that a judge asks for: the next page of them. The question was checked. */
int keeper_open_page(struct ledger *ledger, const struct open_question *question,
	struct open_page *page, struct fail *fail) MUST_USE;

/* The question was checked (message_receive). lines: with the ledger's key and the own network; they may forget
 * names. */
void keeper_answer(struct ledger *ledger, struct lines *lines, const struct question *question,
	struct answer *answer);

/* What is said while the ledger cannot be opened. */
void keeper_answer_nothing(const struct question *question, struct answer *answer);

#endif
