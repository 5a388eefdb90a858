/* censusgiven - what an analyst gives beside registries and lists
 *
 * What:    - networks that are left out, and those that are shared (join/leftout.h): files in any form that lists have;
 *          - the national CERT of each country: lines "NO cert@cert.example", a country of ISO 3166-1 and a mailbox;
 *          what
 *            follows a # is a comment. The first line of a country counts;
 *          - lists that are accepted though something is wrong with them, or left out: names with commas between them.
 *          Where no file is named, left-out, shared and certs of the census's folder are read, if they are there.
 * Owns:    what it reads, until censusgiven_done.
 * Limits:  CENSUSGIVEN_NETWORKS networks in a file; CENSUSGIVEN_CERTS lines. What is wrong is told, and counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSGIVEN_H
#define LAZARET_PROGRAM_CENSUSGIVEN_H

#include "census/join/responsible.h"
#include "census/list/spans.h"
#include "program/censusfolder.h"
#include "program/censuswish.h"

#define CENSUSGIVEN_NETWORKS (1U << 20)
#define CENSUSGIVEN_CERTS    1000

struct censusgiven {
	struct spans left_out4, left_out6, shared4, shared6;
	struct responsible_national *nationals;
	size_t national_count;
	char *texts; /* of their mailboxes */
	unsigned troubles;
};

/* 0, or -errno with fail where a file that was named cannot be read. */
int censusgiven_read(const struct censusfolder *folder, const struct censuswish *wish,
	struct censusgiven *ret, struct fail *fail) MUST_USE;
void censusgiven_done(struct censusgiven *given);

/* Is the name one of those, with commas between them? names: may be NULL. */
bool censusgiven_names(const char *names, const char *name);

#endif
