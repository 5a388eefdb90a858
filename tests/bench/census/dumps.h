/* dumps - what the five registries publish of a world
 *
 * What:    files packed with gzip, named as the registries name them: RIPE and APNIC split by class, AFRINIC in one,
 *          the texts of ARIN and LACNIC, and of each the delegated-extended statistics. Each range is an allocation
 *          of its AS's organisation, which has an abuse contact as that registry keeps them (role, irt, POC), at
 *          abuse@asNUMBER.example; networks are assigned in it, most without a contact of their own, until there is as
 *          much text as was asked for. With remarks, comments, continuation lines and Latin-1, as real ones have.
 * Owns:    nothing that stays but the files.
 * Limits:  what goes wrong ends the program with a word about it. The same arguments give the same bytes.
 * Thread:  one a registry.
 */
#ifndef LAZARET_TESTS_DUMPS_H
#define LAZARET_TESTS_DUMPS_H

#include "spaces.h"

/* Bytes of text that were written in all. */
uint64_t dumps_write(const struct spaces *spaces, enum registry_name registry, uint64_t bytes,
	const char *folder);

/* The table of addresses to AS of both families, as CSV. */
void dumps_write_systems(const struct spaces *spaces, const char *folder);

#endif
