/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/relayoptions.h"

#include "program/settings.h"
#include "runtime/endpoint.h"
#include "service/relayload.h"
#include "service/relaylogin.h"

#include <errno.h>
#include <stdio.h>

/* What lazaret-relay takes where nothing is configured. */
#define USUAL "policy:127.0.0.1:10031 milter:127.0.0.1:10032"

static int
find_protocol(struct text name)
{
	for (int i = 0; i < RELAY_PROTOCOLS; i++) {
		if (text_is(name, relay_protocol_names[i]))
			return i;
	}
	return -EINVAL;
}

/* "policy:unix:/run/lazaret/policy" or "policy:127.0.0.1:10031" */
static int
parse_place(struct text word, struct kept_place *ret, struct fail *fail)
{
	struct text rest = word, protocol = text_cut(&rest, ':'), kind = rest, path = rest;
	int r = find_protocol(protocol);

	*ret = (struct kept_place){.protocol = r < 0 ? 0 : (uint8_t)r};
	kind = text_cut(&path, ':');
	if (r >= 0 && text_is(kind, "unix")) {
		r = path.length > 0 && path.length < sizeof(ret->path) && *path.at == '/' ? 0
											  : -EINVAL;
		if (r == 0)
			memcpy(ret->path, path.at, path.length);
	} else if (r >= 0) {
		r = endpoint_parse(rest, 0, &ret->address, &ret->port, NULL);
	}
	if (r >= 0)
		return 0;
	fail_where(fail, "relay.listen");
	fail_what(fail, "\"%.*s\" is no place to listen at", (int)word.length, word.at);
	fail_hint(fail,
		"expected policy:127.0.0.1:10031, policy:unix:/run/lazaret/policy, "
		"milter:[::1]:10032 or milter:unix:/run/lazaret/milter; a path has at most %d "
		"bytes",
		KEPT_PATH - 1);
	return -EINVAL;
}

static int
take_places(struct text rest, struct relaying_settings *ret, struct fail *fail)
{
	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');
		int r;

		if (word.length == 0)
			continue;
		if (ret->place_count == RELAY_PLACES) {
			fail_where(fail, "relay.listen");
			fail_what(fail, "more than %d places to listen at", RELAY_PLACES);
			return -E2BIG;
		}
		r = parse_place(word, &ret->place[ret->place_count++], fail);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The configuration was checked, so a limit that it has can be read. */
static void
take_limits(const struct config *config, struct relay_settings *ret)
{
	struct fail fail = {0};
	size_t column;

	for (int i = 0; i < LIMITS; i++) {
		char option[OPTION_NAME];

		snprintf(option, sizeof(option), "relay.limit.%s", limit_names[i]);
		must(rule_parse(text_of(config_string(config, option)), &ret->rule[i], &column,
			     &fail) == 0);
	}
}

static void
take_relay(const struct config *config, struct relay_settings *ret)
{
	take_limits(config, ret);
	ret->keys_most = (size_t)config_number(config, "relay.keys-most");
	ret->messages_most = (size_t)config_number(config, "relay.messages-most");
	ret->is_shadow = text_is(config_choice(config, "relay.mode"), "observe");
	ret->holds = config_flag(config, "relay.hold");
	ret->slow_from = (unsigned)config_number(config, "relay.slow-from");
	ret->slow_us = settings_microseconds(config, "relay.slow");
}

static void
take_senders(const struct config *config, struct senders_settings *ret)
{
	senders_defaults(ret);
	ret->most = (size_t)config_number(config, "relay.accounts-most");
	ret->warm_up_us = settings_microseconds(config, "relay.warm-up");
	ret->warm_up_percent = (unsigned)config_number(config, "relay.warm-up-share");
	ret->learnt_multiple = config_number(config, "relay.learnt");
	ret->learnt_least = (uint32_t)config_number(config, "relay.learnt-least");
}

/* "127.0.0.1:6379" or "unix:/run/redis/redis.sock" */
static int
parse_share(struct text word, struct redis_place *ret, struct fail *fail)
{
	struct text path = word, kind = text_cut(&path, ':');
	int r;

	*ret = (struct redis_place){.port = 0};
	if (text_is(kind, "unix")) {
		r = path.length > 0 && path.length < sizeof(ret->path) && *path.at == '/' ? 0
											  : -EINVAL;
		if (r == 0)
			memcpy(ret->path, path.at, path.length);
	} else {
		r = endpoint_parse(word, 1, &ret->address, &ret->port, NULL);
	}
	if (r == 0)
		return 0;
	fail_where(fail, "relay.share");
	fail_what(fail, "\"%.*s\" is no place of a Redis server", (int)word.length, word.at);
	fail_hint(fail, "expected 127.0.0.1:6379, [::1]:6379 or unix:/run/redis/redis.sock");
	return -EINVAL;
}

/* Letters, digits, hyphens and dots; others than ASCII may be letters. */
static bool
is_domain(struct text word)
{
	for (size_t i = 0; i < word.length; i++) {
		char c = word.at[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || (c & 0x80) != 0;

		if (!is_letter && c != '-' && c != '_' && (c != '.' || i == 0))
			return false;
	}
	return word.length > 0;
}

static int
try_local(const char *local, struct fail *fail)
{
	struct text rest = text_of(local);

	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');

		if (word.length == 0 || is_domain(word))
			continue;
		fail_where(fail, "relay.local");
		fail_what(fail, "\"%.*s\" is no domain", (int)word.length, word.at);
		fail_hint(fail, "expected domains with blanks between: a.example b.example");
		return -EINVAL;
	}
	return 0;
}

static int
take_share(const struct config *config, struct relaying_settings *ret, struct fail *fail)
{
	struct text rest = text_of(config_string(config, "relay.share"));

	snprintf(ret->share_stream, sizeof(ret->share_stream), "%s",
		config_string(config, "relay.share-stream"));
	snprintf(ret->share_user, sizeof(ret->share_user), "%s",
		config_string(config, "relay.share-user"));
	snprintf(ret->share_password, sizeof(ret->share_password), "%s",
		config_string(config, "relay.share-password"));
	ret->share_keep = (uint64_t)config_number(config, "relay.share-keep");
	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');
		int r;

		if (word.length == 0)
			continue;
		if (ret->share_count == REDISCLIENT_SERVERS) {
			fail_where(fail, "relay.share");
			fail_what(fail, "more than %d servers", REDISCLIENT_SERVERS);
			return -E2BIG;
		}
		r = parse_share(word, &ret->share[ret->share_count++], fail);
		if (r < 0)
			return r;
	}
	return 0;
}

static int
take_help(const struct config *config, struct relaying_settings *ret, struct fail *fail)
{
	struct text help = text_of(config_string(config, "relay.help"));

	if (!reply_is_help(help)) {
		fail_where(fail, "relay.help");
		fail_what(fail, "has letters that are not in ASCII, which not every client reads");
		return -EINVAL;
	}
	memcpy(ret->help, help.at, help.length);
	return 0;
}

static enum reply_language
language_of(const struct config *config)
{
	struct text chosen = config_choice(config, "relay.language");
	int language = REPLY_EN;

	while (!text_is(chosen, reply_language_names[language]))
		must(++language < REPLY_LANGUAGES);
	return (enum reply_language)language;
}

void
relayoptions_usual(struct relaying_settings *settings)
{
	struct fail fail;

	if (settings->place_count == 0)
		must(take_places(text_of(USUAL), settings, &fail) == 0);
}

/* The files can be read now, so that a reload which they spoil is refused. */
static int
try_files(const struct relaying_settings *settings, struct fail *fail)
{
	const struct hash_key none = {{0}};
	struct relayload load;
	int r = relayload_begin(&load, settings, &none, fail);

	if (r == 0)
		r = relayload_try_logs(&load, fail);
	relayload_end(&load);
	return r;
}

int
relayoptions_take(const struct config *config, struct relaying_settings *ret, struct fail *fail)
{
	int r;

	*ret = (struct relaying_settings){
		.fails_closed = text_is(config_choice(config, "relay.fail"), "closed"),
		.deadline_us = (int64_t)config_number(config, "relay.deadline") * 1000,
		.language = language_of(config),
		.connections_most = (size_t)config_number(config, "relay.connections-most"),
		.save_us = settings_microseconds(config, "daemon.snapshot"),
	};
	snprintf(ret->group, sizeof(ret->group), "%s", config_string(config, "relay.socket-group"));
	snprintf(ret->local, sizeof(ret->local), "%s", config_string(config, "relay.local"));
	snprintf(ret->accounts, sizeof(ret->accounts), "%s",
		config_string(config, "relay.accounts"));
	snprintf(ret->places, sizeof(ret->places), "%s", config_string(config, "relay.places"));
	snprintf(ret->logs, sizeof(ret->logs), "%s", config_string(config, "relay.logs"));
	snprintf(ret->login_secret, sizeof(ret->login_secret), "%s",
		config_string(config, "relay.login-secret"));
	take_relay(config, &ret->relay);
	take_senders(config, &ret->relay.senders);
	r = take_places(text_of(config_string(config, "relay.listen")), ret, fail);
	if (r == 0)
		r = take_help(config, ret, fail);
	if (r == 0)
		r = take_share(config, ret, fail);
	if (r == 0)
		r = try_local(ret->local, fail);
	if (r == 0 && relaylogin_try_secret(text_of(ret->login_secret), fail) < 0) {
		fail_where(fail, "relay.login-secret");
		r = -EINVAL;
	}
	return r < 0 ? r : try_files(ret, fail);
}
