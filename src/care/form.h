/* form - the fields of a form that a browser sent
 *
 * What:    application/x-www-form-urlencoded (WHATWG URL s5.1): "code=7K3QD-9XM2B&step=power&step=word". Names and
 *          values are decoded one at a time, in order. A value that is no UTF-8, or has control characters other than
 *          line ends, or is too long, is left out.
 * Owns:    nothing; values are decoded into the caller's field.
 * Limits:  FORM_NAME and FORM_VALUE bytes.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_FORM_H
#define LAZARET_CARE_FORM_H

#include "base/text.h"

#define FORM_NAME  16
#define FORM_VALUE 2000

struct form_field {
	char name[FORM_NAME + 1];
	char value[FORM_VALUE + 1];
};

/* Takes the next field that can be read from the front of the body. False: there is none. */
bool form_next(struct text *body, struct form_field *ret);

/* The first field of that name. False: there is none; ret is empty then. */
bool form_find(struct text body, const char *name, struct form_field *ret);

#endif
