/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusoptions.h"

#include "base/mime.h"
#include "program/serverplace.h"

#include <errno.h>
#include <unistd.h>

/* Before the @ of the bounce mailbox: what a letter adds must fit behind it (RFC 5321 s4.5.3.1.1). */
#define BOUNCE_LOCAL 33

static int
refuse(struct fail *fail, const char *option, const char *what, const char *hint)
{
	fail_where(fail, "%s", option);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

static int
take_mailbox(const struct config *config, const char *option, bool may_be_empty, struct text *ret,
	struct fail *fail)
{
	struct text mailbox = text_of(config_string(config, option));

	if (mailbox.length == 0 && may_be_empty) {
		*ret = mailbox;
		return 0;
	}
	if (mime_check_address(mailbox) < 0)
		return refuse(fail, option,
			mailbox.length == 0 ? "is not said" : "is no address of e-mail",
			"expected census@cert.example");
	*ret = mailbox;
	return 0;
}

static int
take_line(const struct config *config, const char *option, bool may_be_empty, struct text *ret,
	const char *hint, struct fail *fail)
{
	struct text line = text_of(config_string(config, option));

	if (line.length == 0 && !may_be_empty)
		return refuse(fail, option, "is not said", hint);
	if (text_check_line(line) < 0)
		return refuse(fail, option, "is not one line of text", hint);
	*ret = line;
	return 0;
}

int
censusoptions_sender(const struct config *config, struct lettersender *ret, struct fail *fail)
{
	struct lettersender sender = {
		.keep_days = (unsigned)config_number(config, "census.keep-days")};
	int r = take_line(config, "census.agency", false, &sender.name,
		"the agency's name, as its letters say it", fail);

	if (r == 0)
		r = take_mailbox(config, "census.mailbox", false, &sender.mailbox, fail);
	if (r == 0)
		r = take_mailbox(config, "census.reply", true, &sender.reply, fail);
	if (r == 0)
		r = take_line(config, "census.verify", false, &sender.verify,
			"a page, as https://cert.example/census", fail);
	if (r == 0)
		r = take_line(config, "census.check-page", true, &sender.check,
			"a page, as https://cert.example/state", fail);
	if (r == 0)
		*ret = sender;
	return r;
}

static int
take_bounce(const struct config *config, struct text *ret, struct fail *fail)
{
	const char *option = "census.mta.bounce";
	struct text bounce;
	int r = take_mailbox(config, option, true, &bounce, fail);

	if (r == 0 && bounce.length == 0) {
		option = "census.mailbox";
		r = take_mailbox(config, option, false, &bounce, fail);
	}
	if (r < 0)
		return r;
	if (bounce.length - mime_domain(bounce).length - 1 > BOUNCE_LOCAL)
		return refuse(fail, option,
			"has too many bytes before the @ for letters to come "
			"back there",
			"name a shorter one in census.mta.bounce");
	*ret = bounce;
	return 0;
}

static int
take_login(const struct config *config, struct censusmail *mail, struct fail *fail)
{
	const char *path = config_string(config, "census.mta.login");
	char *colon;
	int64_t r;

	if (*path == '\0')
		return 0;
	r = secretfile_read(path, SECRETFILE_MOST - 1, mail->login, fail);
	if (r < 0)
		return (int)r;
	colon = strchr(mail->login, ':');
	if (colon == NULL || colon == mail->login)
		return refuse(fail, path, "its first line is not USER:PASSWORD", "");
	*colon = '\0';
	mail->mta.user = mail->login;
	mail->mta.password = colon + 1;
	return 0;
}

int
censusoptions_mail(const struct config *config, struct censusmail *ret, struct fail *fail)
{
	const char *server = config_string(config, "census.mta.server");
	struct text domain;
	int r;

	*ret = (struct censusmail){
		.mta = {.is_plain = text_is(config_choice(config, "census.mta.tls"), "none"),
			.authority = config_string(config, "census.mta.authority")},
		.an_hour = (unsigned)config_number(config, "census.mta.an-hour"),
		.domain_an_hour = (unsigned)config_number(config, "census.mta.domain-an-hour"),
	};
	if (*server == '\0')
		return refuse(fail, "census.mta.server", "is not said",
			"the agency's own mail server, which signs letters: HOST:PORT");
	r = serverplace_take(
		"census.mta.server", server, ret->host, sizeof(ret->host), &ret->mta.port, fail);
	if (r == 0)
		r = take_bounce(config, &ret->bounce, fail);
	if (r < 0)
		return r;
	ret->mta.host = ret->host;
	/* Ends where the text of the configuration does. */
	domain = mime_domain(ret->bounce);
	ret->mta.helo = domain.at;
	if (ret->mta.is_plain && !serverplace_is_loopback(ret->host))
		return refuse(fail, "census.mta.tls", "none is for a mail server on loopback only",
			"expected 127.0.0.1, [::1] or localhost in census.mta.server");
	if (!ret->mta.is_plain && access(ret->mta.authority, R_OK) < 0)
		return refuse(fail, "census.mta.authority", "cannot be read", strerror(errno));
	return take_login(config, ret, fail);
}

void
censusmail_done(struct censusmail *mail)
{
	explicit_bzero(mail, sizeof(*mail));
}

int
censusoptions_place(const struct config *config, struct reply_place *ret, struct fail *fail)
{
	struct text mailbox;
	int r = take_mailbox(config, "census.mailbox", false, &mailbox, fail);

	if (r == 0)
		r = take_bounce(config, &ret->bounce, fail);
	if (r == 0)
		ret->domain = mime_domain(mailbox);
	return r;
}
