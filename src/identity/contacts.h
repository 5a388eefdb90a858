/* contacts - where the customer of a line is reached, from the operator's file
 *
 * What:    CSV (RFC 4180) in UTF-8 with a header: `line`, and any of `email`, `phone`, `language`, `name`, `address1`
 *          to `address5`, in any order; other columns are left out. A line is named as a case names it: an address, a
 *          prefix, a block of ports, or what the source of leases calls it, in whatever spelling that was. A row that
 *          cannot be used is left out, and said with its number; one field that cannot is a row that cannot. Of a
 *          line that comes twice the first row counts.
 * Owns:    a copy of what it needs of the file.
 * Limits:  CONTACTS_BYTES of a file, CONTACTS_MOST rows, CONTACTS_FIELD bytes of a field.
 * Thread:  any, once it is made. Persons are in it.
 */
#ifndef LAZARET_IDENTITY_CONTACTS_H
#define LAZARET_IDENTITY_CONTACTS_H

#include "base/text.h"

#include <stdint.h>

#define CONTACTS_BYTES   (UINT64_C(256) << 20)
#define CONTACTS_MOST    4000000U
#define CONTACTS_FIELD   250
#define CONTACTS_ADDRESS 6 /* lines of a letter's address: the name, then address1 and so on */

/* What is not known is empty. */
struct contacts_row {
	struct text email;
	struct text phone; /* "+4712345678", as ITU-T E.164 writes it */
	struct text language;
	struct text address[CONTACTS_ADDRESS];
};

/* A row was left out: its line in the file, from 1, and why. */
typedef void contacts_complain(void *context, uint64_t line, const char *what);

struct contacts;

/* where is the file's name, for fail. -EINVAL: there is no header, or none with `line`; -E2BIG: too many rows. */
int contacts_parse(struct text file, const char *where, contacts_complain *complain, void *context,
	struct contacts **ret, struct fail *fail) MUST_USE;
struct contacts *contacts_free(struct contacts *contacts);

size_t contacts_count(const struct contacts *contacts);

/* False: it is not there. name: of a line, as cases have it. */
bool contacts_find(const struct contacts *contacts, struct text name, struct contacts_row *ret);

#endif
