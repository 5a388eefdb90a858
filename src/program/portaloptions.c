/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/portaloptions.h"

#include "program/installed.h"
#include "runtime/endpoint.h"
#include "runtime/tls.h"
#include "service/textsfolder.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int
take_places(struct text rest, struct portaling_settings *ret, struct fail *fail)
{
	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');
		struct portal_place *place = &ret->place[ret->place_count];

		if (word.length == 0)
			continue;
		fail_where(fail, "portal.listen");
		if (ret->place_count == PORTALSTREAMS_PLACES) {
			fail_what(fail, "more than %d places to listen at", PORTALSTREAMS_PLACES);
			return -E2BIG;
		}
		if (endpoint_parse(word, 0, &place->address, &place->port, NULL) < 0) {
			fail_what(fail, "\"%.*s\" is no place to listen at", (int)word.length,
				word.at);
			fail_hint(fail, "expected 192.0.2.1:443 or [2001:db8::1]:443");
			return -EINVAL;
		}
		ret->place_count++;
	}
	return 0;
}

static bool
is_on_loopback(const struct address *address)
{
	struct address six = {{[15] = 1}};

	return (address_is_v4(address) && address->byte[12] == 127) || address_equal(address, &six);
}

/* Without a certificate what customers write, and their PINs, would be open to all on the way. */
static int
check_plain(const struct portaling_settings *settings, struct fail *fail)
{
	for (size_t i = 0; i < settings->place_count; i++) {
		if (is_on_loopback(&settings->place[i].address))
			continue;
		fail_where(fail, "portal.certificate");
		fail_what(fail, "is needed where portal.listen is not on loopback");
		return -EINVAL;
	}
	return 0;
}

/* "help.example.net" of "https://help.example.net:443/held". */
static void
find_host(const char *url, char into[GARDEN_TEXT + 1])
{
	struct text rest = text_of(url), host;
	const char *scheme = strstr(url, "://");

	if (scheme != NULL)
		rest = text_of(scheme + 3);
	host = text_cut(&rest, '/');
	if (host.length > 0 && *host.at != '[')
		host = text_cut(&host, ':');
	snprintf(into, GARDEN_TEXT + 1, "%.*s", (int)host.length, host.at);
}

static int
check_certificate(
	const struct gardening_settings *garden, struct portaling_settings *ret, struct fail *fail)
{
	const struct tls_files files = {ret->certificate, ret->key};
	struct wall now = {(int64_t)time(NULL) * WALL_SECOND};
	char host[GARDEN_TEXT + 1];
	struct tls *tls;
	int r;

	if (*ret->certificate == '\0' || *ret->key == '\0') {
		if (*ret->certificate == *ret->key)
			return check_plain(ret, fail);
		fail_where(fail, "%s", *ret->key == '\0' ? "portal.key" : "portal.certificate");
		fail_what(fail, "is missing: a certificate and its key go together");
		return -EINVAL;
	}
	r = tls_new(&files, &tls, fail);
	if (r < 0)
		return r;
	find_host(garden->portal, host);
	if (!tls_is_for(tls, host)) {
		fail_where(fail, "%s", ret->certificate);
		fail_what(fail, "is no certificate for %s, where garden.portal sends customers",
			host);
		r = -EINVAL;
	}
	if (tls_is_due(tls, now, PORTAL_SOON_US, &ret->due))
		fail_where(&ret->due, "%s", ret->certificate);
	(void)tls_free(tls);
	return r;
}

static int
check_country(const char *country, struct fail *fail)
{
	bool is_code = strlen(country) == 2 && country[0] >= 'a' && country[0] <= 'z' &&
		country[1] >= 'a' && country[1] <= 'z';

	if (*country == '\0' || is_code)
		return 0;
	fail_where(fail, "portal.country");
	fail_what(fail, "\"%s\" is no country", country);
	fail_hint(fail, "expected two small letters of ISO 3166: no");
	return -EINVAL;
}

/* All that the process would need. */
static int
try(const struct gardening_settings *garden, struct portaling_settings *ret, struct fail *fail)
{
	struct texts *texts = NULL, *texts_b = NULL;
	int r = check_country(ret->country, fail);

	if (r == 0 && *garden->portal == '\0') {
		fail_where(fail, "garden.portal");
		fail_what(
			fail, "is needed where there is a portal: the address that customers see");
		r = -EINVAL;
	}
	if (r == 0 && text_check_line(text_of(ret->hours)) < 0) {
		fail_where(fail, "portal.hours");
		fail_what(fail, "is not one line of UTF-8");
		r = -EINVAL;
	}
	if (r == 0)
		r = check_certificate(garden, ret, fail);
	if (r == 0)
		r = textsfolder_read(
			&(struct textsfolder){ret->texts, ret->own, ret->own_b, ret->language},
			&texts, &texts_b, fail);
	(void)texts_free(texts);
	(void)texts_free(texts_b);
	return r;
}

int
portaloptions(const struct config *config, const struct gardening_settings *garden,
	struct portaling_settings *ret, struct fail *fail)
{
	int r;

	*ret = (struct portaling_settings){
		.connections_most = (size_t)config_number(config, "portal.connections-most"),
		.line_most = (uint32_t)config_number(config, "portal.line-most"),
		.length6 = garden->length6,
	};
	snprintf(ret->listen, sizeof(ret->listen), "%s", config_string(config, "portal.listen"));
	snprintf(ret->certificate, sizeof(ret->certificate), "%s",
		config_string(config, "portal.certificate"));
	snprintf(ret->key, sizeof(ret->key), "%s", config_string(config, "portal.key"));
	snprintf(ret->own, sizeof(ret->own), "%s", config_string(config, "portal.texts"));
	snprintf(ret->own_b, sizeof(ret->own_b), "%s", config_string(config, "portal.texts-b"));
	snprintf(ret->hours, sizeof(ret->hours), "%s", config_string(config, "portal.hours"));
	snprintf(ret->country, sizeof(ret->country), "%s", config_string(config, "portal.country"));
	snprintf(ret->language, sizeof(ret->language), "%s",
		config_string(config, "portal.language"));
	installed_find("texts", R_OK, LAZARET_TEXTS, ret->texts);
	r = take_places(text_of(ret->listen), ret, fail);
	return r < 0 || ret->place_count == 0 ? r : try(garden, ret, fail);
}
