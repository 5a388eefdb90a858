/* radius - packets of RADIUS: read, walked through, written (RFC 2865 s3 and s5, 2866, 2869, 3162, 5176)
 *
 * What:    a packet is a header of 20 bytes and attributes, each of them a type, a length and a value. Read is a whole
 *          packet or none: one attribute whose length is wrong makes all of it worthless (RFC 2866 s5). What stands
 *          behind the packet's own length is padding. Vendor-Specific (RFC 2865 s5.26) is opened while walking: its
 *          attributes come one by one, with their vendor. Who may have sent a packet says radiuskey.h.
 * Owns:    nothing: packets and attributes point into the bytes that were given, a writer writes into those.
 * Limits:  RADIUS_MOST bytes a packet, RADIUS_VALUE a value. One Message-Authenticator.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_RADIUS_RADIUS_H
#define LAZARET_SOURCE_RADIUS_RADIUS_H

#include "base/bytes.h"
#include "base/fail.h"
#include "base/text.h"

#define RADIUS_HEADER        20
#define RADIUS_MOST          4096
#define RADIUS_VALUE         253
#define RADIUS_AUTHENTICATOR 16

enum radius_code {
	RADIUS_ACCOUNTING_REQUEST = 4,
	RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_DISCONNECT_REQUEST = 40,
	RADIUS_DISCONNECT_ACK = 41,
	RADIUS_DISCONNECT_NAK = 42,
	RADIUS_COA_REQUEST = 43,
	RADIUS_COA_ACK = 44,
	RADIUS_COA_NAK = 45
};

/* The types that are spoken of here. */
enum radius_type {
	RADIUS_USER_NAME = 1,
	RADIUS_NAS_IP_ADDRESS = 4,
	RADIUS_NAS_PORT = 5,
	RADIUS_SERVICE_TYPE = 6,
	RADIUS_FRAMED_IP_ADDRESS = 8,
	RADIUS_FILTER_ID = 11,
	RADIUS_STATE = 24,
	RADIUS_CLASS = 25,
	RADIUS_VENDOR_SPECIFIC = 26,
	RADIUS_SESSION_TIMEOUT = 27,
	RADIUS_CALLED_STATION_ID = 30,
	RADIUS_CALLING_STATION_ID = 31,
	RADIUS_NAS_IDENTIFIER = 32,
	RADIUS_PROXY_STATE = 33,
	RADIUS_ACCT_STATUS_TYPE = 40,
	RADIUS_ACCT_DELAY_TIME = 41,
	RADIUS_ACCT_SESSION_ID = 44,
	RADIUS_ACCT_SESSION_TIME = 46,
	RADIUS_ACCT_TERMINATE_CAUSE = 49,
	RADIUS_ACCT_MULTI_SESSION_ID = 50,
	RADIUS_EVENT_TIMESTAMP = 55,
	RADIUS_MESSAGE_AUTHENTICATOR = 80,
	RADIUS_NAS_PORT_ID = 87,
	RADIUS_CHARGEABLE_USER_IDENTITY = 89,
	RADIUS_NAS_FILTER_RULE = 92,
	RADIUS_NAS_IPV6_ADDRESS = 95,
	RADIUS_FRAMED_INTERFACE_ID = 96,
	RADIUS_FRAMED_IPV6_PREFIX = 97,
	RADIUS_ERROR_CAUSE = 101,
	RADIUS_DELEGATED_IPV6_PREFIX = 123,
	RADIUS_FRAMED_IPV6_ADDRESS = 168
};

/* Why a packet is silently discarded. */
enum radius_fault {
	RADIUS_NO_FAULT,
	RADIUS_BAD_LENGTH,        /* shorter than it says, or beyond the limits */
	RADIUS_BAD_ATTRIBUTE,     /* one whose length is wrong, or a second Message-Authenticator */
	RADIUS_BAD_CODE,          /* not one that is expected */
	RADIUS_BAD_AUTHENTICATOR, /* another secret, or changed on its way */
	RADIUS_BAD_MESSAGE,       /* the same of its Message-Authenticator */
	RADIUS_FAULTS
};

/* One word each, for counters. */
extern const char *const radius_fault_names[RADIUS_FAULTS];

struct radius_packet {
	uint8_t code;
	uint8_t identifier;
	const uint8_t *authenticator; /* RADIUS_AUTHENTICATOR bytes */
	const uint8_t *bytes;         /* of all of it, without padding */
	size_t length;
	struct reader attributes;
	const uint8_t *message; /* the value of its Message-Authenticator; NULL: it has none */
};

/* *ret is valid if there is no fault. The code is not looked at. */
enum radius_fault radius_read(const void *bytes, size_t size, struct radius_packet *ret) MUST_USE;

struct radius_attribute {
	uint32_t vendor; /* 0: one of the standard */
	uint8_t type;    /* 0: a vendor's that is not made of types, lengths and values */
	struct reader value;
};

struct radius_walk {
	struct reader attributes;
	struct reader inside; /* of a vendor's */
	uint32_t vendor;
};

struct radius_walk radius_walk(struct reader attributes);

/* The next attribute; false at the end. */
bool radius_next(struct radius_walk *walk, struct radius_attribute *ret);

static inline struct text
radius_text(const struct radius_attribute *attribute)
{
	return (struct text){(const char *)attribute->value.at, reader_left(&attribute->value)};
}

/* An integer of four bytes. False: it has not four. */
bool radius_u32(const struct radius_attribute *attribute, uint32_t *ret);

struct radius_writer {
	struct writer out;
	uint8_t *message; /* where the value of Message-Authenticator stands; NULL: it has none */
};

/* Begins a packet; it is ended by radius_sign_request or radius_sign_response. What does not fit, or is no value of an
 * attribute (1 to RADIUS_VALUE bytes), fails the writer for good. */
void radius_begin(struct radius_writer *writer, void *into, size_t size, enum radius_code code,
	uint8_t identifier);
void radius_add(struct radius_writer *writer, uint8_t type, const void *value, size_t size);
void radius_add_u32(struct radius_writer *writer, uint8_t type, uint32_t value);
void radius_add_vendor(struct radius_writer *writer, uint32_t vendor, uint8_t type,
	const void *value, size_t size);
/* Attributes that are written as they are. */
void radius_add_all(struct radius_writer *writer, const void *attributes, size_t size);
/* Room for a Message-Authenticator; the first attribute is its best place (so it goes over what others have chosen). */
void radius_add_message(struct radius_writer *writer);

#endif
