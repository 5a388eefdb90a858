/* milter - the Sendmail milter protocol, versions 2 to 6, on the side of the filter: what a mail server sends
 *
 * What:    a packet is its length (4 bytes, network order), a letter, and data. The filter's side of one connection: it
 *          agrees that headers and body are left away and that nothing waits for an answer where none is to be given;
 *          with a server that cannot do that it passes over the one and says "continue" to the other. What remains are
 *          events. milteranswer.h writes what they are answered.
 *          The order of commands is that of an SMTP session; ABORT between two messages is usual. Where a message ends
 *          without a word (a new MAIL or HELO, the end of the connection) its ABORT is told first.
 * Owns:    the values of macros (miltermacros.h). Texts of an event point into the bytes that were given.
 * Limits:  MILTER_PACKET bytes a packet that is read, MILTER_PASSED of one that is passed over, which need not be there
 *          whole. All texts are those of strangers: any byte but NUL may be in them.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_MILTER_H
#define LAZARET_RELAY_MILTER_H

#include "base/address.h"
#include "relay/miltermacros.h"

/* With its letter, without its length. */
#define MILTER_PACKET  16384
#define MILTER_PASSED  65536
#define MILTER_VERSION 6

/* Why nothing more can be read from a server. */
enum milter_fault {
	MILTER_NO_FAULT,
	MILTER_BAD_LENGTH,  /* 0, or above the limit */
	MILTER_BAD_COMMAND, /* no letter of the protocol */
	MILTER_BAD_VERSION, /* below 2 */
	MILTER_BAD_ORDER,   /* a command that makes no sense here */
	MILTER_BAD_DATA,    /* too short, or a text without its end */
	MILTER_BAD_HASTE,   /* a command before the answer to the one before it */
	MILTER_FAULTS
};

enum milter_what {
	MILTER_CONNECT,
	MILTER_HELO,
	MILTER_MAIL,
	MILTER_RCPT,
	MILTER_DATA, /* not if the server can leave it away */
	MILTER_END,  /* of the message */
	MILTER_ABORT,
	MILTER_QUIT,
	MILTER_QUIT_NC /* another connection of a client follows on this one */
};

struct milter_event {
	enum milter_what what;
	bool is_waiting; /* for one of the answers of milteranswer.h */
	/* CONNECT: the client's name, as the server knows it. HELO: its own word. MAIL, RCPT: the address,
	 * without <>. */
	struct text name;
	/* MAIL, RCPT: what stood behind the address, each ended by NUL: milter_argument. */
	struct text arguments;
	/* CONNECT: '4', '6', 'L' (local), or 'U': not known, and nothing of the following is. */
	char family;
	bool has_client; /* the address could be read */
	uint16_t port;
	struct text address; /* as text, or a path */
	struct address client;
};

struct milter {
	uint32_t version; /* 0: not yet agreed upon, as what follows */
	uint32_t actions; /* MILTER_ACTION_... */
	uint32_t protocol;
	uint32_t passing; /* bytes of a packet that are still to be passed over */
	char passed;      /* its letter */
	char waiting;     /* the letter of the command that waits for an answer; 0: none does */
	uint8_t fault;    /* enum milter_fault */
	bool is_connected;
	bool is_in_message;
	bool is_over;
	uint8_t stale; /* enum milter_level: what is forgotten before the next packet; MILTER_LEVELS: nothing */
	struct milter_macros macros;
};

/* What the server may be asked to do with a message at its end, and to take the list of macros that are wanted. */
#define MILTER_ACTION_HEADER     UINT32_C(0x001)
#define MILTER_ACTION_QUARANTINE UINT32_C(0x020)
#define MILTER_ACTION_LIST       UINT32_C(0x100)

void milter_init(struct milter *milter);

/* Reads from *bytes up to the next event: 1. 0: what is left in *bytes is not a whole packet; it must be given again,
 * with more. -EBADMSG: that peer can be read no more, milter->fault and fail->what say why; an open message is not
 * told as aborted (milter->is_in_message). Answers that need no thought are added to *answer. */
int milter_read(struct milter *milter, struct reader *bytes, struct buffer *answer,
	struct milter_event *ret, struct fail *fail) MUST_USE;

/* The value of an argument, "SIZE" or so in any case. false: it is not there. One without "=" has an empty value. */
bool milter_argument(const struct milter_event *event, struct text keyword, struct text *ret);

/* The current value of a macro, until the next milter_read. Empty: not told. */
struct text milter_macro(const struct milter *milter, enum milter_macro macro);

#endif
