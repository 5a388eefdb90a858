/* answer - how keeper and judge fill the page that answers a question
 *
 * What:    a page begins empty, takes pieces while they fit, and ends with where to go on; or it becomes the
 *          sentence that says what went wrong.
 * Limits:  MESSAGE_PAGE bytes.
 * Thread:  a value.
 */
#ifndef LAZARET_CONTROL_ANSWER_H
#define LAZARET_CONTROL_ANSWER_H

#include "base/text.h"
#include "control/message.h"

void answer_begin(struct answer *answer, const struct question *question);

/* Adds all of it or, when it does not fit, nothing: then false. */
bool answer_add(struct answer *answer, struct text text);

/* Bytes of the message that holds it. */
size_t answer_size(const struct answer *answer);

/* Throws away what is there and says what went wrong: "WHERE: WHAT", and in a second line what to do. code is
 * -errno. */
void answer_fail(struct answer *answer, int code, const struct fail *fail);

#endif
