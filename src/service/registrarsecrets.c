/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registrarsecrets.h"

#include "runtime/secretfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MOST 512

struct secret {
	struct prefix prefix;
	struct radius_key *key;
};

struct registrarsecrets {
	size_t count;
	struct secret secret[REGISTRARSECRETS_MOST]; /* longest prefix first */
};

struct registrarsecrets *
registrarsecrets_free(struct registrarsecrets *secrets)
{
	if (secrets == NULL)
		return NULL;
	for (size_t i = 0; i < secrets->count; i++)
		radius_key_free(secrets->secret[i].key);
	free(secrets);
	return NULL;
}

struct radius_key *
registrarsecrets_find(const struct registrarsecrets *secrets, const struct address *nas)
{
	for (size_t i = 0; secrets != NULL && i < secrets->count; i++) {
		if (prefix_has(&secrets->secret[i].prefix, nas))
			return secrets->secret[i].key;
	}
	return NULL;
}

bool
registrarsecrets_has_short(const struct registrarsecrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		if (radius_key_is_short(secrets->secret[i].key))
			return true;
	}
	return false;
}

static int
compare(const void *a, const void *b)
{
	const struct secret *one = a, *other = b;

	return (int)other->prefix.length - (int)one->prefix.length;
}

/* A prefix, or an address alone. */
static int
parse_prefix(struct text word, struct prefix *ret)
{
	*ret = (struct prefix){.length = 128};
	if (address_parse(word, &ret->address) == 0)
		return 0;
	return prefix_parse(word, ret);
}

static int
take_line(struct registrarsecrets *secrets, struct text line, struct fail *fail)
{
	struct text rest = text_trim(text_cut(&line, '\n')), word = rest;
	struct secret *secret = &secrets->secret[secrets->count];

	if (rest.length == 0 || *rest.at == '#')
		return 0;
	word.length = 0;
	while (word.length < rest.length && rest.at[word.length] != ' ' &&
		rest.at[word.length] != '\t')
		word.length++;
	rest.at += word.length;
	rest.length -= word.length;
	rest = text_trim(rest);
	if (parse_prefix(word, &secret->prefix) < 0 || rest.length == 0) {
		/* What stands there may be a secret. */
		fail_what(fail, "is no prefix with a secret behind it");
		fail_hint(fail, "expected a line such as 192.0.2.0/24 SECRET");
		return -EINVAL;
	}
	for (size_t i = 0; i < secrets->count; i++) {
		const struct prefix *other = &secrets->secret[i].prefix;

		if (other->length != secret->prefix.length ||
			!address_equal(&other->address, &secret->prefix.address))
			continue;
		fail_what(fail, "the same NASes twice");
		fail_hint(fail, "a prefix has one secret; of several prefixes the longest holds");
		return -EEXIST;
	}
	if (secrets->count == REGISTRARSECRETS_MOST - 1) {
		fail_what(fail, "more than %d secrets", REGISTRARSECRETS_MOST - 1);
		return -E2BIG;
	}
	if (radius_key_new(rest, &secret->key, fail) < 0)
		return -EINVAL;
	secrets->count++;
	return 0;
}

static int
take_file(struct registrarsecrets *secrets, FILE *file, const char *path, struct fail *fail)
{
	char line[LINE_MOST];
	unsigned number = 0;
	int r = 0;

	while (r == 0 && fgets(line, sizeof(line), file) != NULL) {
		number++;
		if (strlen(line) == sizeof(line) - 1) {
			fail_what(fail, "the line is longer than %zu bytes", sizeof(line) - 2);
			r = -EINVAL;
		} else {
			r = take_line(secrets, text_of(line), fail);
		}
	}
	explicit_bzero(line, sizeof(line));
	if (r < 0)
		fail_where(fail, "%s:%u", path, number);
	return r;
}

int
registrarsecrets_load(const char *path, struct registrarsecrets **ret, struct fail *fail)
{
	struct registrarsecrets *secrets;
	char buffer[BUFSIZ];
	int descriptor = secretfile_open(path, fail), r;
	FILE *file;

	if (descriptor < 0)
		return descriptor;
	file = fdopen(descriptor, "r");
	must(file != NULL);
	setbuf(file, buffer);
	secrets = xcalloc(1, sizeof(*secrets));
	r = take_file(secrets, file, path, fail);
	fclose(file);
	explicit_bzero(buffer, sizeof(buffer));
	if (r < 0) {
		registrarsecrets_free(secrets);
		return r;
	}
	qsort(secrets->secret, secrets->count, sizeof(*secrets->secret), compare);
	*ret = secrets;
	return 0;
}
