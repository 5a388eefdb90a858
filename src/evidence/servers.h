/* servers - which lines accept mail from many networks, and so are mail servers
 *
 * What:    for each line that accepts mail on port 25, the networks that brought it (a bitmap, linear
 *          counting: Whang et al. 1990) and since when.
 * Limits:  SERVERS_MOST lines; more are counted as dropped and keep their role.
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_SERVERS_H
#define LAZARET_EVIDENCE_SERVERS_H

#include "base/restore.h"
#include "base/save.h"
#include "base/table.h"
#include "base/wall.h"

#include <stdbool.h>

#define SERVERS_MOST 262144

struct server;

struct servers {
	struct table by_line;
	struct server *array;
	uint64_t dropped;
	unsigned sources; /* networks needed */
	int64_t span_us;  /* between the first and the last of them */
};

void servers_init(struct servers *servers, unsigned sources, int64_t span_us);
void servers_done(struct servers *servers);

/* The line accepted mail from a network (keyed hash). True if it is a mail server, now or since before. */
bool servers_add(struct servers *servers, uint64_t line, uint64_t network, struct wall time);

bool servers_is_server(const struct servers *servers, uint64_t line);

/* Networks whose mail the line accepted: an estimate, 0 to 1,000. */
unsigned servers_sources(const struct servers *servers, uint64_t line);

/* The lines and what is known of them, not the settings; the rules are those of flow_channel_restore. */
void servers_save(const struct servers *servers, struct save *save);
int servers_restore(struct servers *servers, struct restore *restore, struct fail *fail) MUST_USE;

#endif
