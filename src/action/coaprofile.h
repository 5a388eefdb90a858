/* coaprofile - how the NASes of a vendor are asked for what: a text file an operator can change
 *
 * What:    lines of words; # begins a comment.
 *            port 3799                               where the NAS listens
 *            message-authenticator yes|no|required   sent; required: in answers, too
 *            event-timestamp yes|no                  sent
 *            identify NAME ...                       attributes of the session that must be known (coasession.h)
 *            also NAME ...                           that are sent where they are known
 *            disconnect-identify NAME ...            instead of both, where a session is ended
 *            attribute NAME VENDOR TYPE text|integer|tagged
 *            quarantine coa|disconnect               and so block25, release; release-quarantine and
 *              NAME = VALUE                          release-block25 instead of release where they differ
 *          VALUE is "text", with \" and \\ in it, a number, or 0x and hexadecimal digits; that of a tagged attribute
 *          (RFC 2868 s3.1) follows NAME:TAG.
 *          Some session must be identified: a request without would be for all sessions of the NAS.
 * Owns:    nothing: a value.
 * Limits:  COAPROFILE_ACT bytes of attributes an act, COAPROFILE_DEFINED attributes of a vendor.
 * Thread:  any, once it is read.
 */
#ifndef LAZARET_ACTION_COAPROFILE_H
#define LAZARET_ACTION_COAPROFILE_H

#include "action/coa.h"
#include "action/coasession.h"

#define COAPROFILE_ACT     512
#define COAPROFILE_DEFINED 32

enum coa_act { COA_QUARANTINE, COA_BLOCK25, COA_RELEASE_QUARANTINE, COA_RELEASE_BLOCK25, COA_ACTS };

/* "quarantine" and so on. */
extern const char *const coa_act_names[COA_ACTS];

struct coaprofile {
	uint16_t port;
	bool no_message; /* as in struct coa_nas */
	bool no_timestamp;
	bool needs_message;
	uint32_t identify; /* sets of enum coa_identity */
	uint32_t also;
	uint32_t disconnect_identify;
	struct coaprofile_act {
		bool is_there;
		bool is_disconnect;
		uint16_t length;
		uint8_t attributes[COAPROFILE_ACT];
	} acts[COA_ACTS];
};

/* Of a mistake, both from 1; the column counts bytes. */
struct coaprofile_place {
	size_t line;
	size_t column;
};

/* -EINVAL, -ERANGE, -EEXIST (said twice) or -ENOSPC with *place and fail->what filled. */
int coaprofile_parse(struct text text, struct coaprofile *ret, struct coaprofile_place *place,
	struct fail *fail) MUST_USE;

/* The attributes of an order: their length. -ENOENT: the profile has no such act; -ENODATA: what identifies the session
 * is not known. With fail->what filled. */
int coaprofile_make(const struct coaprofile *profile, enum coa_act act,
	const struct coa_session *session, uint8_t into[COA_ATTRIBUTES], bool *is_disconnect,
	struct fail *fail) MUST_USE;

#endif
