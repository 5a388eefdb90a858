/* request - one line of the control socket: which verb, with what, and who may ask it
 *
 * What:    "lazaret/1 VERB WORD...": words are parted by one blank and hold no blank themselves: blank, '%' and control
 *          characters are written as '%' and two hexadecimal digits. Words that begin with "--" are flags. See
 *          lazaret-control(7).
 * Owns:    nothing.
 * Limits:  REQUEST_LINE bytes with the line end.
 * Thread:  any.
 */
#ifndef LAZARET_CONTROL_REQUEST_H
#define LAZARET_CONTROL_REQUEST_H

#include "base/text.h"
#include "control/message.h"

#define REQUEST_LINE    1024
#define REQUEST_VERSION "lazaret/1"
/* An answer's code, beside the exit codes of the command: nothing was done, as something else goes on; ask again. */
#define REQUEST_LATER 4
/* Before the name of an account, where a case or line may be named as well. */
#define REQUEST_ACCOUNT "account:"

enum role_of_desk { DESK_NOBODY, DESK_VIEWER, DESK_OPERATOR, DESK_ADMIN };

enum desk_verb {
	VERB_STATUS,
	VERB_METRICS,
	VERB_LINES,
	VERB_CASES,
	VERB_CASE,
	VERB_EXPLAIN,
	VERB_AUDIT,
	VERB_NEVERS, /* never without an address: lists them */
	VERB_NEVER,
	VERB_RELOAD,
	VERB_ACCOUNTS,
	VERB_ACCOUNTS_NAMES, /* accounts with their names */
	VERB_ACCOUNT,
	VERB_LIMIT, /* account with a limit, or to be released */
	VERB_QUARANTINE,
	VERB_CONFIRM,
	VERB_UNDO,
	VERB_RELEASE,
	VERB_RELEASE_ALL,
	VERB_RESUME,
	VERB_MEASURES,
	VERB_MEASURES_NAMES, /* with the names of their lines */
	VERB_RECORD,         /* case, as a record of its measures */
	VERB_EXEMPTIONS,     /* exempt without an address: lists them */
	VERB_EXEMPT,
	VERB_COUNT
};

struct verb_row {
	const char *name;
	enum role_of_desk role; /* the least that may ask */
	int ask;                /* enum ask; -1: the desk answers by itself */
	const char *
		flags; /* that it takes beside --json, each with a blank behind; "=" of one with a value */
	uint8_t arguments; /* exactly so many */
};

extern const struct verb_row verb_rows[VERB_COUNT];

struct request {
	enum desk_verb verb;
	bool is_json;
	bool flag;               /* --open, --exporters, --pseudonyms, --undo, --all, --release */
	char text[MESSAGE_TEXT]; /* as in struct question */
};

/* The line without its end. -EINVAL with fail filled. */
int request_parse(struct text line, struct request *ret, struct fail *fail) MUST_USE;

/* The client's side: adds a word to a line, encoded, after a blank. */
void request_add(struct buffer *line, struct text word);

#endif
