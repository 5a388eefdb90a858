/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coasession.h"

const char *const coa_identity_names[COA_IDENTITIES] = {[COA_ACCT_SESSION_ID] = "Acct-Session-Id",
	[COA_ACCT_MULTI_SESSION_ID] = "Acct-Multi-Session-Id",
	[COA_USER_NAME] = "User-Name",
	[COA_CALLING_STATION_ID] = "Calling-Station-Id",
	[COA_NAS_PORT_ID] = "NAS-Port-Id",
	[COA_FRAMED_IP_ADDRESS] = "Framed-IP-Address",
	[COA_FRAMED_IPV6_PREFIX] = "Framed-IPv6-Prefix",
	[COA_FRAMED_INTERFACE_ID] = "Framed-Interface-Id",
	[COA_FRAMED_IPV6_ADDRESS] = "Framed-IPv6-Address",
	[COA_DELEGATED_IPV6_PREFIX] = "Delegated-IPv6-Prefix",
	[COA_NAS_IP_ADDRESS] = "NAS-IP-Address",
	[COA_NAS_IPV6_ADDRESS] = "NAS-IPv6-Address",
	[COA_NAS_IDENTIFIER] = "NAS-Identifier"};

const uint8_t coa_identity_types[COA_IDENTITIES] = {[COA_ACCT_SESSION_ID] = RADIUS_ACCT_SESSION_ID,
	[COA_ACCT_MULTI_SESSION_ID] = RADIUS_ACCT_MULTI_SESSION_ID,
	[COA_USER_NAME] = RADIUS_USER_NAME,
	[COA_CALLING_STATION_ID] = RADIUS_CALLING_STATION_ID,
	[COA_NAS_PORT_ID] = RADIUS_NAS_PORT_ID,
	[COA_FRAMED_IP_ADDRESS] = RADIUS_FRAMED_IP_ADDRESS,
	[COA_FRAMED_IPV6_PREFIX] = RADIUS_FRAMED_IPV6_PREFIX,
	[COA_FRAMED_INTERFACE_ID] = RADIUS_FRAMED_INTERFACE_ID,
	[COA_FRAMED_IPV6_ADDRESS] = RADIUS_FRAMED_IPV6_ADDRESS,
	[COA_DELEGATED_IPV6_PREFIX] = RADIUS_DELEGATED_IPV6_PREFIX,
	[COA_NAS_IP_ADDRESS] = RADIUS_NAS_IP_ADDRESS,
	[COA_NAS_IPV6_ADDRESS] = RADIUS_NAS_IPV6_ADDRESS,
	[COA_NAS_IDENTIFIER] = RADIUS_NAS_IDENTIFIER};

/* The texts among them; nothing for the others. */
static struct text
text_for(const struct coa_session *session, enum coa_identity identity)
{
	switch (identity) {
	case COA_ACCT_SESSION_ID:
		return session->session;
	case COA_ACCT_MULTI_SESSION_ID:
		return session->multi_session;
	case COA_USER_NAME:
		return session->user;
	case COA_CALLING_STATION_ID:
		return session->station;
	case COA_NAS_PORT_ID:
		return session->port;
	case COA_NAS_IDENTIFIER:
		return session->nas_identifier;
	case COA_FRAMED_IP_ADDRESS:
	case COA_FRAMED_IPV6_PREFIX:
	case COA_FRAMED_INTERFACE_ID:
	case COA_FRAMED_IPV6_ADDRESS:
	case COA_DELEGATED_IPV6_PREFIX:
	case COA_NAS_IP_ADDRESS:
	case COA_NAS_IPV6_ADDRESS:
	case COA_IDENTITIES:
		break;
	}
	return (struct text){0};
}

uint32_t
coa_session_known(const struct coa_session *session)
{
	const uint32_t pair = COA_SET(COA_FRAMED_IPV6_PREFIX) | COA_SET(COA_FRAMED_INTERFACE_ID);
	uint32_t known = session->has;

	for (int i = 0; i < COA_IDENTITIES; i++) {
		size_t length = text_for(session, (enum coa_identity)i).length;

		if (length > 0 && length <= RADIUS_VALUE)
			known |= COA_SET(i);
	}
	if ((known & pair) != pair)
		known &= ~pair;
	return known;
}

static void
add(struct writer *into, enum coa_identity identity, const void *value, size_t size)
{
	writer_u8(into, coa_identity_types[identity]);
	writer_u8(into, (uint8_t)(size + 2));
	writer_bytes(into, value, size);
}

static void
add_prefix(struct writer *into, enum coa_identity identity, const struct prefix *prefix)
{
	uint8_t bytes[18] = {0, prefix->length};

	memcpy(bytes + 2, prefix->address.byte, 16);
	add(into, identity, bytes, sizeof(bytes));
}

static void
write_one(const struct coa_session *session, enum coa_identity identity, struct writer *into)
{
	struct text text = text_for(session, identity);

	switch (identity) {
	case COA_ACCT_SESSION_ID:
	case COA_ACCT_MULTI_SESSION_ID:
	case COA_USER_NAME:
	case COA_CALLING_STATION_ID:
	case COA_NAS_PORT_ID:
	case COA_NAS_IDENTIFIER:
		add(into, identity, text.at, text.length);
		break;
	case COA_FRAMED_IP_ADDRESS:
		add(into, identity, session->ipv4.byte + 12, 4);
		break;
	case COA_FRAMED_IPV6_PREFIX:
		add_prefix(into, identity, &session->prefix);
		break;
	case COA_FRAMED_INTERFACE_ID:
		add(into, identity, session->interface, sizeof(session->interface));
		break;
	case COA_FRAMED_IPV6_ADDRESS:
		add(into, identity, session->ipv6.byte, 16);
		break;
	case COA_DELEGATED_IPV6_PREFIX:
		add_prefix(into, identity, &session->delegated);
		break;
	case COA_NAS_IP_ADDRESS:
		add(into, identity, session->nas.byte + 12, 4);
		break;
	case COA_NAS_IPV6_ADDRESS:
		add(into, identity, session->nas.byte, 16);
		break;
	case COA_IDENTITIES:
		break;
	}
}

void
coa_session_write(const struct coa_session *session, uint32_t set, struct writer *into)
{
	for (int i = 0; i < COA_IDENTITIES; i++) {
		if (set & COA_SET(i))
			write_one(session, (enum coa_identity)i, into);
	}
}
