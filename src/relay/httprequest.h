/* httprequest - a request of HTTP/1.1 that brings a body, as programs send it to each other
 *
 * What:    RFC 9112, as much as needed: POST, a body with its length, connections that stay open. No transfer codings,
 *          no "100 Continue", no folded lines: what is read here has one reading only.
 * Owns:    nothing: texts point into the bytes that were given.
 * Limits:  HTTPREQUEST_HEAD and HTTPREQUEST_BODY bytes. Every line ends in CR LF; no NUL, no other CR.
 * Thread:  any.
 */
#ifndef LAZARET_RELAY_HTTPREQUEST_H
#define LAZARET_RELAY_HTTPREQUEST_H

#include "base/text.h"

#define HTTPREQUEST_HEAD 8192
#define HTTPREQUEST_BODY 65536

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

struct httprequest {
	struct text target; /* "/?command=allow" */
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
 * here: fault is set, and nothing more of that peer can be read. wanted: the name of a field; empty: none. */
int64_t httprequest_read(struct httprequest_reader *reader, struct text bytes, struct text wanted,
	struct httprequest *ret) MUST_USE;

/* The value of "NAME=VALUE" in the query of a target, as it stands there; empty: it is not there. */
struct text httprequest_query(struct text target, struct text name);

#endif
