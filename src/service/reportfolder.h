/* reportfolder - a Maildir that a mail server delivers to, each message of it once
 *
 * What:    looks through new/ and cur/ of a Maildir, and gives the messages that were not given yet. It only reads:
 *          nothing is moved, marked or removed, and who shares the folder may do all of that. What was given is
 *          remembered by its name until its file is gone. Who begins anew gives all again, so whoever takes them must
 *          not mind to hear the same twice. Files that are older than keep_us are passed over: they say nothing any
 *          more.
 * Owns:    the message at hand, until the next call; the names.
 * Limits:  REPORTFOLDER_MESSAGE bytes a message, what is longer is refused and counted; REPORTFOLDER_NAMES files.
 *          A call reads at most one message, or REPORTFOLDER_NAMES_A_CALL names. Links are not followed.
 * Thread:  one. Its folder is all that it opens.
 */
#ifndef LAZARET_SERVICE_REPORTFOLDER_H
#define LAZARET_SERVICE_REPORTFOLDER_H

#include "base/table.h"
#include "base/text.h"
#include "base/wall.h"

#include <dirent.h>
#include <stdbool.h>

#define REPORTFOLDER_MESSAGE      ((size_t)16 << 20)
#define REPORTFOLDER_NAMES        ((size_t)1 << 20)
#define REPORTFOLDER_NAMES_A_CALL 512

struct reportfolder {
	const char *path; /* the caller's */
	int64_t keep_us;
	DIR *open;         /* NULL: no look has begun */
	unsigned inside;   /* new/ or cur/ is looked through */
	struct table seen; /* before this look, and in it */
	struct table met;  /* in this look: what is not of it is forgotten at its end */
	struct buffer message;
	uint64_t name;    /* of the message at hand */
	uint64_t refused; /* no plain files, too long, or not to be read */
	bool is_full;     /* there are more files than names */
};

void reportfolder_init(struct reportfolder *folder, const char *path, int64_t keep_us);
void reportfolder_done(struct reportfolder *folder);

/* 1: *ret is a message, and comes again unless reportfolder_given is called; 0: nothing, but the look goes on; -ENOENT:
 * the look is over, and the next call begins another; another -errno: the folder cannot be read. */
int reportfolder_next(struct reportfolder *folder, struct wall now, struct text *ret) MUST_USE;

/* The message at hand was taken. */
void reportfolder_given(struct reportfolder *folder);

#endif
