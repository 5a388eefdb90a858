/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/identityoptions.h"

#include "program/settings.h"
#include "runtime/endpoint.h"
#include "service/registrarsecrets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MOST 512

static int
parse_place(struct text word, struct kept_place *ret, struct fail *fail)
{
	struct text rest = word, kind = text_cut(&rest, ':');

	if (text_is(kind, "udp") && endpoint_parse(rest, 0, &ret->address, &ret->port, NULL) == 0)
		return 0;
	fail_where(fail, "identity.accounting");
	fail_what(fail, "\"%.*s\" is no place to listen at", (int)word.length, word.at);
	fail_hint(fail, "expected udp:192.0.2.1:1813 or udp:[2001:db8::1]:1813");
	return -EINVAL;
}

static int
take_places(struct text rest, struct registrar_settings *ret, struct fail *fail)
{
	int r = 0;

	while (rest.length > 0 && r == 0) {
		struct text word = text_cut(&rest, ' ');

		if (word.length == 0)
			continue;
		if (ret->place_count == REGISTRAR_PLACES) {
			fail_where(fail, "identity.accounting");
			fail_what(fail, "more than %d places to listen at", REGISTRAR_PLACES);
			return -E2BIG;
		}
		r = parse_place(word, &ret->place[ret->place_count++], fail);
	}
	return r;
}

static int
parse_source(struct text word, struct registrar_source *ret, struct fail *fail)
{
	struct text path = word, format = text_cut(&path, ':');

	*ret = (struct registrar_source){.format = REGISTRAR_FORMATS};
	for (unsigned i = 0; i < REGISTRAR_FORMATS; i++) {
		if (text_is(format, registrar_format_name(i)))
			ret->format = (uint8_t)i;
	}
	if (ret->format == REGISTRAR_FORMATS || path.length == 0) {
		fail_where(fail, "identity.sources");
		fail_what(fail, "\"%.*s\" is no source", (int)word.length, word.at);
		fail_hint(fail,
			"expected FORMAT:PATH with one of kea, kea-log, isc, dnsmasq, table, "
			"detail, nat-log");
		return -EINVAL;
	}
	if (path.length >= sizeof(ret->path) || *path.at != '/') {
		fail_where(fail, "identity.sources");
		fail_what(fail, "\"%.*s\" is no path from the root, of at most %zu bytes",
			(int)path.length, path.at, sizeof(ret->path) - 1);
		return -EINVAL;
	}
	memcpy(ret->path, path.at, path.length);
	return 0;
}

static int
take_sources(struct text rest, struct registrar_settings *ret, struct fail *fail)
{
	int r = 0;

	while (rest.length > 0 && r == 0) {
		struct text word = text_cut(&rest, ' ');

		if (word.length == 0)
			continue;
		if (ret->source_count == REGISTRAR_SOURCES) {
			fail_where(fail, "identity.sources");
			fail_what(fail, "more than %d sources", REGISTRAR_SOURCES);
			return -E2BIG;
		}
		r = parse_source(word, &ret->source[ret->source_count], fail);
		for (size_t i = 0; i < ret->source_count && r == 0; i++) {
			if (strcmp(ret->source[i].path, ret->source[ret->source_count].path) != 0)
				continue;
			fail_where(fail, "identity.sources");
			fail_what(fail, "%s stands twice", ret->source[i].path);
			r = -EEXIST;
		}
		ret->source_count++;
	}
	return r;
}

/* rows: the line of each map that was taken. */
static int
refuse_twice(const struct registrar_settings *settings, const unsigned *rows, struct fail *fail)
{
	const struct natmap *map = &settings->maps[settings->map_count];

	for (size_t i = 0; i < settings->map_count; i++) {
		char outside[PREFIX_TEXT];

		if (!natmap_meet(&settings->maps[i], map))
			continue;
		fail_what(fail, "ports of %s stand twice, here and in line %u",
			prefix_format(&map->outside, outside), rows[i]);
		fail_hint(fail, "a port of an outside address is one subscriber's at a time");
		return -EINVAL;
	}
	return 0;
}

/* Comments and empty lines give nothing. */
static int
take_map(struct text line, unsigned number, unsigned *rows, struct registrar_settings *ret,
	struct fail *fail)
{
	struct text text = text_trim(text_cut(&line, '#'));

	if (text.length > 0 && text.at[text.length - 1] == '\n')
		text.length--;
	if (text.length == 0)
		return 0;
	if (ret->map_count == REGISTRAR_MAPS) {
		fail_what(fail, "more than %d translators", REGISTRAR_MAPS);
		return -E2BIG;
	}
	if (natmap_parse(text, &ret->maps[ret->map_count], fail) < 0 ||
		refuse_twice(ret, rows, fail) < 0)
		return -EINVAL;
	rows[ret->map_count++] = number;
	return 0;
}

static int
take_maps(const char *path, struct registrar_settings *ret, struct fail *fail)
{
	FILE *file = fopen(path, "re");
	unsigned rows[REGISTRAR_MAPS], number = 0;
	char line[LINE_MOST];
	int r = 0;

	if (file == NULL) {
		r = -errno;
		fail_where(fail, "%s", path);
		fail_what(fail, "the table of translators cannot be read: %s", strerror(-r));
		return r;
	}
	ret->maps = xcalloc(REGISTRAR_MAPS, sizeof(*ret->maps));
	while (r == 0 && fgets(line, sizeof(line), file) != NULL) {
		number++;
		r = take_map(text_of(line), number, rows, ret, fail);
	}
	if (r < 0)
		fail_where(fail, "%s:%u", path, number);
	fclose(file);
	return r;
}

/* Whoever listens needs to know whom to believe. */
static int
try_secrets(const struct registrar_settings *settings, struct fail *fail)
{
	struct registrarsecrets *secrets = NULL;
	int r;

	if (settings->place_count == 0)
		return 0;
	if (*settings->secrets == '\0') {
		fail_where(fail, "identity.accounting");
		fail_what(fail, "without secrets nobody's accounting can be believed");
		fail_hint(fail, "name a file of lines PREFIX SECRET with identity.secrets");
		return -EINVAL;
	}
	r = registrarsecrets_load(settings->secrets, &secrets, fail);
	registrarsecrets_free(secrets);
	return r;
}

int
identityoptions(const struct config *config, struct registrar_settings *ret, struct fail *fail)
{
	const char *cgnat = config_string(config, "identity.cgnat");
	int r;

	*ret = (struct registrar_settings){.place_count = 0};
	snprintf(ret->secrets, sizeof(ret->secrets), "%s",
		config_string(config, "identity.secrets"));
	ret->user = text_is(config_choice(config, "identity.session-line"), "user")
		? ACCOUNTING_BY_USER
		: ACCOUNTING_BY_STATION;
	for (int i = 0; i < REGISTRY_CLIENTS; i++) {
		if (text_is(config_choice(config, "identity.lease-line"), registry_client_names[i]))
			ret->client = (enum registry_client)i;
	}
	ret->session_seconds = ret->block_seconds =
		(unsigned)config_number(config, "identity.session-life");
	ret->tolerance_seconds = (unsigned)config_number(config, "identity.tolerance");
	ret->retention_hours = (unsigned)(config_number(config, "identity.retention") / 3600);
	ret->leases_most = (size_t)config_number(config, "identity.leases-most");
	r = take_places(text_of(config_string(config, "identity.accounting")), ret, fail);
	if (r == 0)
		r = take_sources(text_of(config_string(config, "identity.sources")), ret, fail);
	if (r == 0)
		r = try_secrets(ret, fail);
	if (r == 0 && *cgnat != '\0')
		r = take_maps(cgnat, ret, fail);
	return r;
}
