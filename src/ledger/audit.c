/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/audit.h"

const char *const action_names[ACTION_COUNT] = {
	[ACTION_BEGIN] = "begin",
	[ACTION_PARAMETERS] = "parameters",
	[ACTION_OPEN] = "open",
	[ACTION_TRANSITION] = "transition",
	[ACTION_NAME] = "name",
	[ACTION_FIND] = "find",
	[ACTION_NEVER] = "never",
	[ACTION_REMOVE] = "remove",
	[ACTION_RETENTION] = "retention",
	[ACTION_LIMIT] = "limit",
	[ACTION_RELEASE] = "release",
	[ACTION_MEASURE] = "measure",
	[ACTION_MEASURE_END] = "measure-end",
	[ACTION_PAUSE] = "pause",
	[ACTION_RESUME] = "resume",
	[ACTION_EXEMPT] = "exempt",
	[ACTION_OBJECTION] = "objection",
};

void
audit_hash(const struct audit *audit, uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret audit 1", NULL);
	digest_u64(&digest, audit->sequence);
	digest_wall(&digest, audit->time);
	digest_text(&digest, audit->actor);
	digest_text(&digest, text_of(action_names[audit->action]));
	digest_u64(&digest, audit->subject);
	digest_u64(&digest, audit->object);
	digest_text(&digest, audit->details);
	digest_bytes(&digest, audit->digest, audit->has_digest ? sizeof(audit->digest) : 0);
	digest_bytes(&digest, audit->previous, sizeof(audit->previous));
	digest_done(&digest, into);
}

void
audit_sign(const uint8_t key[32], uint64_t sequence, const uint8_t hash[DIGEST_SIZE],
	uint8_t into[DIGEST_SIZE])
{
	struct digest digest;

	digest_init(&digest, "lazaret head 1", key);
	digest_u64(&digest, sequence);
	digest_bytes(&digest, hash, DIGEST_SIZE);
	digest_done(&digest, into);
}
