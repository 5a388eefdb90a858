/* registrykind - what a file of a registry is, by its name and how it begins
 *
 * What:    registries publish under names that stay the same for years (ripe.db.inetnum.gz, arin_db.txt,
 *          delegated-apnic-extended-latest), and a dump says in source: whose it is. Delegated statistics, tables of
 *          addresses to AS, and the texts of ARIN and LACNIC are known by their lines, routing tables by the first of
 *          their records, whatever they are called; of RPSL the name counts, where it is one of those, and else the
 *          first source:.
 * Owns:    nothing.
 * Limits:  time is linear in the bytes that are looked at.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_REGISTRYKIND_H
#define LAZARET_CENSUS_REGISTRY_REGISTRYKIND_H

#include "base/text.h"

/* So many bytes from the begin of a file, unpacked, are enough to see objects behind a head of conditions. */
#define REGISTRYKIND_HEAD (1UL << 17)

/* A kind as registries_read takes it, or NULL: it cannot be found out. path: with folders, and with what the file is
 * packed with, or not. */
const char *registrykind_find(struct text path, struct text head);

#endif
