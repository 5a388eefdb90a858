/* mailevent - what one line of a mail server's log says became of a message, or of a login
 *
 * What:    the kinds of lines that the relay guard learns from, in one shape for Postfix, Exim and Dovecot. Status
 *          codes are those of RFC 3463; mailreason.h has what they mean here.
 * Owns:    nothing: texts are views into the line, hashed by the caller at once. .at NULL: not told; a sender of
 *          length 0 that has a place is the empty one of a bounce.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_MAILEVENT_H
#define LAZARET_SOURCE_MAILLOG_MAILEVENT_H

#include "base/address.h"
#include "base/text.h"
#include "base/wall.h"

enum mail_kind {
	MAIL_ACCEPTED, /* the message has a queue id, a client and, where it logged in, an account */
	MAIL_DELIVERED, /* one recipient: the next server, the mailbox or the program has it */
	MAIL_DEFERRED,  /* one recipient: will be tried again */
	MAIL_BOUNCED,   /* one recipient: given up, for what was answered */
	MAIL_EXPIRED, /* given up, as it took too long; Postfix says it of the message, Exim of a recipient */
	MAIL_REMOVED,      /* nothing more will be said of this queue id */
	MAIL_REFUSED,      /* a client was refused a command or a message */
	MAIL_LOGIN,        /* a mailbox was opened */
	MAIL_LOGIN_FAILED, /* a wrong password, or an account that is not there */
	MAIL_LOST,         /* a client went away, or was sent away, in the middle of a command */
	MAIL_DISCONNECTED, /* the end of an SMTP session */
	MAIL_KINDS
};

enum mail_server { MAIL_POSTFIX, MAIL_EXIM, MAIL_DOVECOT, MAIL_SERVERS };

/* Why a recipient or a message was not taken: mailreason.h. */
enum mail_reason {
	MAIL_REASON_NONE,
	MAIL_REASON_UNKNOWN_USER,
	MAIL_REASON_POLICY,
	MAIL_REASON_FULL,
	MAIL_REASON_TEMPORARY,
	MAIL_REASON_OTHER,
	MAIL_REASONS
};

/* RFC 3463: class 2, 4 or 5; 0: none was told. */
struct mail_dsn {
	uint16_t class;
	uint16_t subject;
	uint16_t detail;
};

struct mailevent {
	struct wall time;
	enum mail_kind kind;
	enum mail_server server;
	enum mail_reason reason;
	struct text queue_id;  /* not told: the server had given none ("NOQUEUE") */
	struct text account;   /* as the client gave it, also where the login failed */
	struct text sender;    /* without < and > */
	struct text recipient; /* whom it was delivered to, or was to be */
	struct text original;  /* what the client had asked for, where that is another */
	struct text stage; /* the SMTP command that was refused, or after which a client was lost */
	struct address address; /* the other side: the client, in deliveries the next server */
	bool has_address;
	/* Something of the line could be read in two ways, or not at all, and was left out: never guessed. */
	bool is_doubtful;
	/* Told by Dovecot's authentication, also to Postfix and to Dovecot's own login processes, which tell the same
	 * failure again: whoever counts failures takes these or the others. */
	bool is_auth_process;
	uint16_t port;     /* 0: not told */
	uint16_t code;     /* of the SMTP reply; 0: not told */
	uint16_t attempts; /* logins that failed, in LOGIN_FAILED and DISCONNECTED */
	struct mail_dsn dsn;
};

#endif
