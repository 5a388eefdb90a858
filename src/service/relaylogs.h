/* relaylogs - the mail servers' logs, followed for the relay guard
 *
 * What:    reads files and FIFOs as they grow (runtime/follow.h), line by line (source/maillog), joins what they say
 *          with who sent the message (relay/deliveries.h), and hands on results and logins. It looks every
 *          RELAYLOGS_US; of what waits it reads a portion at a time, so that who asks the guard has his turn in
 *          between.
 * Owns:    files, the table of messages; paths are copied, libevent's base is the caller's.
 * Limits:  RELAYLOGS_MOST files; MAILLOG_LINE bytes a line.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_RELAYLOGS_H
#define LAZARET_SERVICE_RELAYLOGS_H

#include "relay/deliveries.h"
#include "runtime/follow.h"

#define RELAYLOGS_MOST 16
#define RELAYLOGS_US   (WALL_SECOND / 4)

struct event_base;

struct relaylogs_file {
	const char *path;
	/* Of the mail server, as in deliveries.h: logs of the same one have the same number. */
	uint32_t server;
};

struct relaylogs_settings {
	struct relaylogs_file files[RELAYLOGS_MOST];
	size_t count;
	struct deliveries_settings deliveries;
	bool from_begin; /* a file of which nothing is known yet is read from its begin */
	/* What time it is, never less than before. */
	struct wall (*now)(void *context);
	/* They may be NULL. */
	void (*on_result)(void *context, const struct delivery *delivery);
	void (*on_refund)(void *context, const struct delivery *delivery);
	void (*on_login)(void *context, const struct delivery_login *login);
	void *context;
};

struct relaylogs_counts {
	struct follow_counts file; /* also its lines, and how far behind it is */
	uint64_t events;           /* lines that told something */
	uint64_t passed;           /* lines that did not */
	uint64_t no_lines;         /* that are none of a log */
	uint64_t doubtful;         /* events */
	uint64_t unknown;          /* events of a queue id, or somebody, that is not known */
};

struct relaylogs;

/* Starts with the base's loop. */
struct relaylogs *relaylogs_new(struct event_base *base, const struct relaylogs_settings *settings);
struct relaylogs *relaylogs_free(struct relaylogs *logs);

/* For deliveries_tell and deliveries_counts. */
struct deliveries *relaylogs_deliveries(struct relaylogs *logs);

struct relaylogs_counts relaylogs_counts(const struct relaylogs *logs, size_t file);

/* Places in the files, by their paths, and the table. Restore before the loop runs: a file that is not named in what
 * was saved begins as a new one, and places of others are forgotten. After an error it is only good to be freed. */
void relaylogs_save(const struct relaylogs *logs, struct save *save);
int relaylogs_restore(struct relaylogs *logs, struct restore *restore, struct fail *fail) MUST_USE;

#endif
