/* children - the processes of the daemon, as its parent starts, watches and replaces them
 *
 * What:    one that dies is started again, at a pause that grows while it dies young; one that shows no life, or says
 *          what cannot be, is killed. What it read may be guilty of deaths in a row: their number is handed to the
 *          next, which then passes it over. In which order they are stopped and replaced is daemon.c's.
 * Owns:    nothing; the estate and the duty are the parent's.
 * Limits:  STATUS_PROCESSES; of a child that says much MESSAGE_TURN messages at a time.
 * Thread:  the parent's.
 */
#ifndef LAZARET_SERVICE_CHILDREN_H
#define LAZARET_SERVICE_CHILDREN_H

#include "control/message.h"
#include "service/post.h"

#include <sys/types.h>

struct child {
	struct post post;
	pid_t pid;      /* 0: not running */
	unsigned young; /* deaths in a row */
	unsigned tries; /* those of them that what it read may be guilty of */
	bool is_killed; /* by the parent: it hung, or said what cannot be */
	int64_t started_us;
	int64_t due_us; /* when it is to be started */
	bool is_ready;
	bool is_stopped;   /* told to end, or not wanted any more: it is not started again */
	bool has_finished; /* it was told to end, and ended well */
	unsigned deaths;   /* that were no such ends, since children_want */
};

struct children_hooks {
	/* What a process does; it does not come back. */
	void (*run)(void *context, const struct child *child);
	/* The desk hands on what a person asks for. */
	void (*answer)(void *context, int channel, const struct question *question);
	void *context;
};

struct children {
	struct children_hooks hooks;
	const struct estate *estate;
	struct duty *duty;
	struct child child[STATUS_PROCESSES];
	size_t count;
	int64_t looked_us;
	int64_t stalled_us; /* when the parent went on after it had been stopped */
	uint64_t restarts;
};

/* It is started when it is due, which is now. */
void children_add(struct children *children, enum counter_owner owner, uint32_t number);

/* The parent's end of its channel. */
int children_channel(const struct children *children, const struct child *child);

void children_start(struct children *children, struct child *child);

/* Tells it to end; replace: and that another takes its place at once. */
void children_stop(const struct children *children, struct child *child);
void children_replace(const struct children *children, struct child *child);

/* All are wanted, whatever they were told; who does not run is due now, and none has died yet. */
void children_want(struct children *children);

/* Starts who is due, and ends who shows no life for hangs_us: are all ready? */
bool children_look_after(struct children *children, int64_t hangs_us);

/* Hears what they say. */
void children_hear(struct children *children);

/* All of the owner are replaced, since they said to somebody else what cannot be. */
void children_cut_off(struct children *children, enum counter_owner owner);

/* A process has ended, as process_ended tells it. Whose it was; OWNER_COUNT: none of them. */
enum counter_owner children_note_end(
	struct children *children, pid_t pid, const char *how, bool is_clean, int signal);

#endif
