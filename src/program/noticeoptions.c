/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/noticeoptions.h"

#include "base/mime.h"
#include "program/serverplace.h"
#include "service/contactsfile.h"
#include "service/noticesend.h"
#include "service/notifying.h"
#include "service/textsfolder.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static int
refuse(struct fail *fail, const char *option, const char *what, const char *hint)
{
	fail_where(fail, "%s", option);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

static int
take_channels(struct text rest, struct notifying_settings *ret, struct fail *fail)
{
	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');
		unsigned channel = 0;

		if (word.length == 0)
			continue;
		while (channel < NOTICE_CHANNELS && !text_is(word, notice_channels[channel]))
			channel++;
		if (channel == NOTICE_CHANNELS || ret->channels == NOTICE_CHANNELS)
			return refuse(fail, "notice.channels", "is no list of channels",
				"expected email, sms and letter in any order, or some of these");
		ret->order[ret->channels++] = (enum notice_channel)channel;
	}
	return 0;
}

/* A command is looked for now, as far as that can be: its folders may be another's. */
static int
take_carrier(const char *option, const char *text, char into[NOTICE_PATH], struct fail *fail)
{
	char host[NOTICE_HOST], name[NOTICE_PATH];
	struct text rest = text_of(text), word = text_cut(&rest, ' ');
	unsigned port;

	snprintf(into, NOTICE_PATH, "%s", text);
	if (*text == '\0' || (notice_is_url(text) && noticesend_host(text, host, &port) == 0))
		return 0;
	if (*text != '/')
		return refuse(fail, option, "is neither a command nor a place of HTTPS",
			"expected /usr/local/bin/send-sms or https://gateway.example.net/sms");
	snprintf(name, sizeof(name), "%.*s", (int)word.length, word.at);
	return access(name, X_OK) == 0
		? 0
		: refuse(fail, option, "names a command that cannot be run", strerror(errno));
}

static bool
has_any(const struct notifying_settings *settings)
{
	for (unsigned i = 0; i < settings->channels; i++) {
		if (notice_has(settings, settings->order[i]))
			return true;
	}
	return false;
}

static int
check(const struct gardening_settings *garden, const struct notifying_settings *ret,
	struct fail *fail)
{
	if (*garden->portal == '\0')
		return refuse(fail, "garden.portal", "is needed where customers are notified",
			"notices name the address at which they get help");
	if (!has_any(ret))
		return refuse(fail, "notice.channels", "names no channel that there is",
			"notice.smtp, notice.sms and notice.letter say who takes notices");
	if (*ret->host != '\0' && mime_check_address(text_of(ret->from)) < 0)
		return refuse(fail, "notice.from", "is no address of e-mail",
			"expected help@example.net");
	if (ret->is_plain && !serverplace_is_loopback(ret->host))
		return refuse(fail, "notice.smtp-tls", "none is for a mail server on loopback only",
			"expected 127.0.0.1, [::1] or localhost in notice.smtp");
	return 0;
}

/* All that the process would need. */
static int
try(const struct portaling_settings *portal, struct notifying_settings *ret, struct fail *fail)
{
	const struct textsfolder folder = {
		portal->texts, portal->own, portal->own_b, portal->language};
	struct noticesend *sending = NULL;
	struct contacts *contacts = NULL;
	struct texts *texts = NULL, *texts_b = NULL;
	uint64_t bad = 0;
	int r = contactsfile_read(ret->contacts, &contacts, &bad, &ret->complaint);

	if (r < 0)
		*fail = ret->complaint;
	(void)contacts_free(contacts);
	if (r == 0)
		r = textsfolder_read(&folder, &texts, &texts_b, fail);
	(void)texts_free(texts);
	(void)texts_free(texts_b);
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
	snprintf(ret->secret, sizeof(ret->secret), "%s", config_string(config, "notice.secret"));
	snprintf(ret->authority, sizeof(ret->authority), "%s",
		config_string(config, "notice.authority"));
	if (*ret->contacts == '\0')
		return 0;
	if (*server != '\0')
		r = serverplace_take(
			"notice.smtp", server, ret->host, sizeof(ret->host), &ret->port, fail);
	if (r == 0)
		r = take_channels(text_of(config_string(config, "notice.channels")), ret, fail);
	if (r == 0)
		r = take_carrier("notice.sms", config_string(config, "notice.sms"),
			ret->carrier[NOTICE_SMS], fail);
	if (r == 0)
		r = take_carrier("notice.letter", config_string(config, "notice.letter"),
			ret->carrier[NOTICE_LETTER], fail);
	if (r == 0)
		r = check(garden, ret, fail);
	return r < 0 ? r : try(portal, ret, fail);
}
