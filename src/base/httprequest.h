/* httprequest - a request of HTTP/1.1 or 1.0, of a program or of anybody
 *
 * What:    RFC 9112, as much as needed: a body with its length, connections that stay open. No transfer codings, no
 *          "100 Continue", no folded lines: what is read here has one reading only. Whom it comes from says what it
 *          must be: a program that was told to brings a body by POST; from anybody comes any method and any target.
 * Owns:    nothing: texts point into the bytes that were given.
 * Limits:  those of the terms: bytes of a head, with its empty line, and of a body. Every line ends in CR LF; no NUL,
 *          no other CR.
 * Thread:  any.
 */
#ifndef LAZARET_BASE_HTTPREQUEST_H
#define LAZARET_BASE_HTTPREQUEST_H

#include "base/text.h"

enum httprequest_fault {
	HTTPREQUEST_NO_FAULT,
	HTTPREQUEST_WRONG,     /* 400 */
	HTTPREQUEST_METHOD,    /* 405 */
	HTTPREQUEST_NO_LENGTH, /* 411 */
	HTTPREQUEST_LONG_BODY, /* 413 */
	HTTPREQUEST_EXPECTS,   /* 417 */
	HTTPREQUEST_LONG_HEAD, /* 431 */
	HTTPREQUEST_CODING,    /* 501 */
	HTTPREQUEST_VERSION,   /* 505 */
	HTTPREQUEST_FAULTS
};

/* "wrong" and so on, for the metrics; the status line's end, "400 Bad Request". */
extern const char *const httprequest_fault_names[HTTPREQUEST_FAULTS];
extern const char *const httprequest_status[HTTPREQUEST_FAULTS];

struct httprequest_terms {
	struct text wanted; /* the name of a field; empty: none */
	size_t head_most;
	size_t body_most;
	/* Any method, any target, a body or none; of HTTP/1.1 a Host, as RFC 9112 s3.2 demands. Otherwise POST with a
	 * length, and a target that begins with "/". */
	bool is_anybody;
};

#define HTTPREQUEST_HEAD 8192
#define HTTPREQUEST_BODY 65536

#define HTTPREQUEST_OF_PROGRAM                                                                     \
	((struct httprequest_terms){.head_most = HTTPREQUEST_HEAD, .body_most = HTTPREQUEST_BODY})

struct httprequest {
	struct text method;
	struct text target; /* "/?command=allow" */
	struct text host;   /* at == NULL: it is not there */
	struct text field;  /* value of the field that was wanted; at == NULL: it is not there */
	struct text body;
	bool closes; /* after the answer */
};

/* How far a request that is not whole was looked at; all zero at the begin of each. */
struct httprequest_reader {
	size_t looked;
	size_t head;   /* its length, when it is known */
	size_t length; /* and of the body */
	uint8_t fault; /* enum httprequest_fault */
};

/* The request at the begin of the bytes: its length. 0: it is not whole. -EBADMSG: it is none, or not one that is read
 * here: fault is set, and nothing more of that peer can be read. */
int64_t httprequest_read(struct httprequest_reader *reader, struct text bytes,
	const struct httprequest_terms *terms, struct httprequest *ret) MUST_USE;

/* The value of "NAME=VALUE" in the query of a target, as it stands there; empty: it is not there. */
struct text httprequest_query(struct text target, struct text name);

#endif
