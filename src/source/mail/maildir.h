/* maildir - the files of a folder of mail
 *
 * What:    a folder with new/ or cur/ in it is a Maildir (maildir(5)): its messages are the files of both. Of any other
 *          folder all files are. Those whose name begins with "." are none. They come in the order of their names,
 *          which of a Maildir is that of their arrival, so that the same folder is read in the same order.
 * Owns:    the names, until maildir_close.
 * Limits:  MAILDIR_MOST files; of more, those that the folder gave first. Folders inside are not entered.
 * Thread:  one reader.
 */
#ifndef LAZARET_SOURCE_MAIL_MAILDIR_H
#define LAZARET_SOURCE_MAIL_MAILDIR_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>

#define MAILDIR_MOST (1U << 20)

struct maildir {
	char **path;
	size_t count;
	size_t at; /* the next */
	bool is_maildir;
	bool is_cut; /* there were more */
};

/* -ENOTDIR: it is no folder; or another -errno. fail is filled. */
int maildir_open(struct maildir *maildir, const char *path, struct fail *fail) MUST_USE;
void maildir_close(struct maildir *maildir);

/* The path of the next file; NULL: there is none any more. */
const char *maildir_next(struct maildir *maildir);

#endif
