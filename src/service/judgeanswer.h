/* judgeanswer - what a judge says of its lines when the desk asks
 *
 * What:    ASK_LINES, a page of its lines, and ASK_EXPLAIN_LINE, one line in sentences. Text for people or JSON;
 *          lines are pseudonyms.
 * Limits:  a page looks at JUDGE_ANSWER_INDEXES indexes at most, so the judge is away for a moment only.
 * Thread:  the judge's.
 */
#ifndef LAZARET_SERVICE_JUDGEANSWER_H
#define LAZARET_SERVICE_JUDGEANSWER_H

#include "control/message.h"
#include "judge/judge.h"

#define JUDGE_ANSWER_INDEXES 65536

/* The question was checked (message_receive). Other questions than those two are answered with -EINVAL. */
void judge_answer(const struct judge *judge, const struct parameters *parameters,
	const struct question *question, struct answer *answer);

#endif
