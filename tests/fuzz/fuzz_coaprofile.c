/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a profile of a vendor: it is refused with a sentence and a place inside it, or each of its acts makes
 * attributes that are whole, have something of the session in them, and of which a disconnect has no others. */
#include "action/coaprofile.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>

static const struct coa_session session = {.session = {"1", 1},
	.multi_session = {"2", 1},
	.user = {"3", 1},
	.station = {"4", 1},
	.port = {"5", 1},
	.nas_identifier = {"6", 1},
	.has = (1U << COA_IDENTITIES) - 1};

static bool
is_of_session(uint8_t type)
{
	for (int i = 0; i < COA_NAS_IP_ADDRESS; i++) {
		if (coa_identity_types[i] == type)
			return true;
	}
	return false;
}

static bool
is_identity(const struct radius_attribute *attribute)
{
	return attribute->vendor == 0 &&
		(is_of_session(attribute->type) || attribute->type == RADIUS_NAS_IP_ADDRESS ||
			attribute->type == RADIUS_NAS_IPV6_ADDRESS ||
			attribute->type == RADIUS_NAS_IDENTIFIER);
}

static void
check_act(const struct coaprofile *profile, enum coa_act act)
{
	uint8_t bytes[RADIUS_HEADER + COA_ATTRIBUTES] = {RADIUS_COA_REQUEST};
	struct radius_packet packet;
	struct radius_attribute attribute;
	struct radius_walk walk;
	struct fail fail = {0};
	bool is_disconnect = false, has_session = false, has_other = false;
	int r = coaprofile_make(
		profile, act, &session, bytes + RADIUS_HEADER, &is_disconnect, &fail);

	must(r > 0 || (r == -ENOENT && !profile->acts[act].is_there));
	if (r < 0)
		return;
	bytes[2] = (uint8_t)((RADIUS_HEADER + r) >> 8);
	bytes[3] = (uint8_t)(RADIUS_HEADER + r);
	must(radius_read(bytes, RADIUS_HEADER + (size_t)r, &packet) == RADIUS_NO_FAULT);
	walk = radius_walk(packet.attributes);
	while (radius_next(&walk, &attribute)) {
		has_session |= attribute.vendor == 0 && is_of_session(attribute.type);
		has_other |= !is_identity(&attribute);
	}
	must(has_session && has_other == !is_disconnect);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct coaprofile_place place = {0};
	struct coaprofile profile;
	struct fail fail = {0};
	char *copy = malloc(size + 1);
	int r;

	must(copy != NULL);
	if (size > 0)
		memcpy(copy, bytes, size);
	r = coaprofile_parse((struct text){copy, size}, &profile, &place, &fail);
	must(r == 0 || r == -EINVAL || r == -ERANGE || r == -EEXIST || r == -ENOSPC);
	if (r < 0) {
		must(fail.what[0] != '\0' && place.line > 0 && place.column > 0);
		must(place.line <= size + 1 && place.column <= size + 1);
	} else {
		for (int act = 0; act < COA_ACTS; act++)
			check_act(&profile, (enum coa_act)act);
	}
	free(copy);
	return 0;
}
