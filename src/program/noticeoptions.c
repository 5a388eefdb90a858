/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/noticeoptions.h"

#include "care/mailmessage.h"
#include "identity/contacts.h"
#include "service/noticesend.h"
#include "service/notifying.h"
#include "service/textsfolder.h"

#include <errno.h>
#include <stdio.h>

static int
refuse(struct fail *fail, const char *option, const char *what, const char *hint)
{
	fail_where(fail, "%s", option);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

/* A host's name or address, and nothing that could be another part of a URL. */
static bool
is_host(struct text host)
{
	for (size_t i = 0; i < host.length; i++) {
		char c = text_small(host.at[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' &&
			c != ':')
			return false;
	}
	return host.length > 0 && host.length < NOTICE_HOST;
}

static int
take_server(const char *text, struct notifying_settings *ret, struct fail *fail)
{
	struct text rest = text_of(text), host;
	uint64_t port;

	if (*text == '[') {
		rest.at++, rest.length--;
		host = text_cut(&rest, ']');
		if (rest.length > 0 && *rest.at == ':')
			rest.at++, rest.length--;
	} else {
		host = text_cut(&rest, ':');
	}
	if (!is_host(host) || text_parse_u64(rest, UINT16_MAX, &port) < 0 || port == 0)
		return refuse(fail, "notice.smtp", "is no place of a mail server",
			"expected HOST:PORT, as mail.example.net:587 or [2001:db8::1]:25");
	snprintf(ret->host, sizeof(ret->host), "%.*s", (int)host.length, host.at);
	ret->port = (uint16_t)port;
	return 0;
}

static bool
is_loopback(const char *host)
{
	return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0 ||
		strcmp(host, "localhost") == 0;
}

static int
check(const struct gardening_settings *garden, const struct notifying_settings *ret,
	struct fail *fail)
{
	if (*garden->portal == '\0')
		return refuse(fail, "garden.portal", "is needed where customers are notified",
			"notices name the address at which they get help");
	if (*ret->host == '\0')
		return refuse(fail, "notice.smtp", "is needed where there are contacts",
			"nothing else sends notices");
	if (mailmessage_check_address(text_of(ret->from)) < 0)
		return refuse(fail, "notice.from", "is no address of e-mail",
			"expected help@example.net");
	if (ret->is_plain && !is_loopback(ret->host))
		return refuse(fail, "notice.smtp-tls", "none is for a mail server on loopback only",
			"expected 127.0.0.1, [::1] or localhost in notice.smtp");
	return 0;
}

/* All that the process would need. */
static int
try(const struct portaling_settings *portal, struct notifying_settings *ret, struct fail *fail)
{
	struct noticesend *sending = NULL;
	struct contacts *contacts = NULL;
	struct texts *texts = NULL;
	uint64_t bad = 0;
	int r = notifying_contacts(ret->contacts, &contacts, &bad, &ret->complaint);

	if (r < 0)
		*fail = ret->complaint;
	(void)contacts_free(contacts);
	if (r == 0)
		r = textsfolder_read(portal->texts, portal->own, &texts, fail);
	(void)texts_free(texts);
	if (r == 0)
		r = noticesend_new(ret, -1, &sending, fail);
	if (r == 0)
		(void)noticesend_free(sending);
	return r;
}

int
noticeoptions(const struct config *config, const struct gardening_settings *garden,
	const struct portaling_settings *portal, struct notifying_settings *ret, struct fail *fail)
{
	const char *server = config_string(config, "notice.smtp");
	int r = 0;

	*ret = (struct notifying_settings){
		.sends = text_is(config_choice(config, "notice.mode"), "send"),
		.is_plain = text_is(config_choice(config, "notice.smtp-tls"), "none"),
		.still_us = (int64_t)config_number(config, "notice.still-days") * WALL_DAY,
		.a_minute = (unsigned)config_number(config, "notice.a-minute"),
	};
	snprintf(ret->contacts, sizeof(ret->contacts), "%s",
		config_string(config, "notice.contacts"));
	snprintf(ret->from, sizeof(ret->from), "%s", config_string(config, "notice.from"));
	snprintf(ret->login, sizeof(ret->login), "%s", config_string(config, "notice.smtp-login"));
	snprintf(ret->authority, sizeof(ret->authority), "%s",
		config_string(config, "notice.authority"));
	if (*ret->contacts == '\0')
		return 0;
	if (*server != '\0')
		r = take_server(server, ret, fail);
	if (r == 0)
		r = check(garden, ret, fail);
	return r < 0 ? r : try(portal, ret, fail);
}
