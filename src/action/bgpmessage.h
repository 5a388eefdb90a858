/* bgpmessage - messages of BGP: the header, OPEN, KEEPALIVE, NOTIFICATION and ROUTE-REFRESH
 *
 * What:    writes and reads the messages of BGP-4 (RFC 4271 s4) with capabilities (RFC 5492): families (RFC 4760 s8),
 *          four-octet AS numbers (RFC 6793), graceful restart without families, which says that End-of-RIB is sent
 *          (RFC 4724 s3), route refresh (RFC 2918), long messages, which are only read (RFC 8654).
 *          bgpupdate.h has UPDATE.
 *          What is wrong with a received message comes as the NOTIFICATION that must answer it (RFC 4271 s6).
 * Owns:    nothing: a body points into the bytes that were given.
 * Limits:  BGP_MESSAGE bytes a message that is written, BGP_RECEIVED one that is read: some routers exceed the shorter
 *          limit by a few bytes. Capabilities that are not known are passed over (RFC 5492 s3).
 * Thread:  any.
 */
#ifndef LAZARET_ACTION_BGPMESSAGE_H
#define LAZARET_ACTION_BGPMESSAGE_H

#include "base/bytes.h"
#include "base/fail.h"
#include "base/text.h"

#define BGP_MESSAGE  4096
#define BGP_RECEIVED 65535
#define BGP_HEADER   19
#define BGP_PORT     179
#define BGP_AS_TRANS 23456

enum bgp_type { BGP_OPEN = 1, BGP_UPDATE, BGP_NOTIFICATION, BGP_KEEPALIVE, BGP_ROUTE_REFRESH };

/* The families that are known here. */
enum bgp_family {
	BGP_FLOW4,    /* AFI 1, SAFI 133 (RFC 8955 s4) */
	BGP_FLOW6,    /* AFI 2, SAFI 133 (RFC 8956 s2) */
	BGP_UNICAST4, /* AFI 1, SAFI 1 */
	BGP_UNICAST6, /* AFI 2, SAFI 1 */
	BGP_FAMILIES
};

/* For people: "IPv4 FlowSpec" and so on. */
extern const char *const bgp_family_names[BGP_FAMILIES];

uint16_t bgp_family_afi(enum bgp_family family);
uint8_t bgp_family_safi(enum bgp_family family);

/* BGP_FAMILIES: one that is not known here. */
enum bgp_family bgp_family_of(uint16_t afi, uint8_t safi);

/* Codes of NOTIFICATION (RFC 4271 s4.5; 8: RFC 9687). */
enum bgp_code {
	BGP_HEADER_ERROR = 1,
	BGP_OPEN_ERROR,
	BGP_UPDATE_ERROR,
	BGP_HOLD_EXPIRED,
	BGP_STATE_ERROR,
	BGP_CEASE
};

/* Subcodes that are sent. */
enum {
	BGP_HEADER_NOT_SYNCHRONIZED = 1,
	BGP_HEADER_BAD_LENGTH = 2,
	BGP_HEADER_BAD_TYPE = 3,
	BGP_OPEN_BAD_VERSION = 1,
	BGP_OPEN_BAD_AS = 2,
	BGP_OPEN_BAD_IDENTIFIER = 3,
	BGP_OPEN_BAD_PARAMETER = 4,
	BGP_OPEN_BAD_HOLD = 6,
	BGP_UPDATE_BAD_LIST = 1,
	BGP_UPDATE_BAD_OPTIONAL = 9,
	BGP_UPDATE_BAD_NETWORK = 10,
	BGP_STATE_IN_OPENSENT = 1, /* RFC 6608 */
	BGP_STATE_IN_OPENCONFIRM = 2,
	BGP_STATE_IN_ESTABLISHED = 3,
	BGP_CEASE_SHUTDOWN = 2, /* RFC 4486 */
	BGP_CEASE_RESET = 4
};

/* What a NOTIFICATION says, sent or received. */
struct bgp_error {
	uint8_t code; /* 0: none */
	uint8_t subcode;
	uint16_t length;
	uint8_t data[256];
};

static inline struct bgp_error
bgp_error_of(unsigned code, unsigned subcode)
{
	return (struct bgp_error){.code = (uint8_t)code, .subcode = (uint8_t)subcode};
}

/* One sentence for an operator: what it means, with the text that a peer gave when it shut down (RFC 9003). */
void bgp_error_print(const struct bgp_error *error, struct buffer *into);

struct bgp_open {
	uint32_t as; /* of the capability where that is there, else of the header */
	uint32_t identifier;
	uint16_t hold;    /* seconds; 0: no KEEPALIVEs, for ever */
	uint8_t families; /* bits 1 << enum bgp_family */
	bool has_four_octets;
	bool has_refresh;
	bool has_long;    /* reads messages of up to BGP_RECEIVED bytes */
	bool has_restart; /* sends End-of-RIB */
	/* Written alone: seconds for which the other side is to keep what it was told in these families when the
	 * connection breaks (RFC 4724 s3), below 4096; 0: not at all. */
	uint16_t restart;
	bool is_restarted; /* this is the first session of who may have been here before */
};

void bgp_write_open(struct writer *into, const struct bgp_open *open);
void bgp_write_keepalive(struct writer *into);
void bgp_write_notification(struct writer *into, const struct bgp_error *error);

/* For the writers of other messages: a header whose length bgp_write_end sets. NULL: there is no room. */
uint8_t *bgp_write_begin(struct writer *into, enum bgp_type type);
void bgp_write_end(struct writer *into, uint8_t *begin);

struct bgp_message {
	enum bgp_type type;
	struct reader body;
};

/* Takes the next message. 1: *ret has it. 0: it is not there whole, and nothing was taken. -EBADMSG: nothing more can
 * be read from that peer; *error says why. */
int bgp_read(struct reader *bytes, struct bgp_message *ret, struct bgp_error *error) MUST_USE;

/* These take the body of a message: -EBADMSG with *error. Who the peer is, its AS and identifier, the caller judges. */
int bgp_read_open(struct reader body, struct bgp_open *ret, struct bgp_error *error) MUST_USE;
int bgp_read_refresh(struct reader body, enum bgp_family *ret, struct bgp_error *error) MUST_USE;
void bgp_read_notification(struct reader body, struct bgp_error *ret);

#endif
