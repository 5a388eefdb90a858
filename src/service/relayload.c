/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayload.h"

#include "relay/places.h"
#include "relay/roster.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCAL_MOST 4096

/* All of a file: its bytes, which the caller frees; NULL with fail filled. */
static char *
read_file(const char *path, size_t *size, struct fail *fail)
{
	int file = open(path, O_RDONLY | O_CLOEXEC), r = 0;
	struct stat is;
	char *bytes = NULL;
	ssize_t n = 1;

	*size = 0;
	if (file < 0 || fstat(file, &is) < 0)
		r = -errno;
	else if (!S_ISREG(is.st_mode))
		r = -EINVAL;
	else if ((size_t)is.st_size > RELAYLOAD_MOST)
		r = -EFBIG;
	if (r == 0)
		bytes = xcalloc((size_t)is.st_size + 1, 1);
	while (r == 0 && n > 0 && *size < (size_t)is.st_size) {
		n = read(file, bytes + *size, (size_t)is.st_size - *size);
		if (n < 0)
			r = -errno;
		else
			*size += (size_t)n;
	}
	if (file >= 0)
		close(file);
	if (r == 0)
		return bytes;
	fail_where(fail, "%s", path);
	fail_what(fail, "cannot be read: %s", r == -EINVAL ? "it is no file" : strerror(-r));
	free(bytes);
	return NULL;
}

static int
load_roster(struct relayload *load, const struct relaying_settings *settings,
	const struct hash_key *key, struct fail *fail)
{
	struct roster_place place = {0};
	size_t size;
	char *bytes;
	int r;

	if (*settings->accounts == '\0')
		return 0;
	bytes = read_file(settings->accounts, &size, fail);
	if (bytes == NULL)
		return -EIO;
	r = roster_parse((struct text){bytes, size}, key, settings->relay.senders.most,
		&load->roster, &place, fail);
	free(bytes);
	if (r < 0)
		fail_where(fail, "%s:%zu:%zu", settings->accounts, place.line, place.column);
	else
		roster_near(load->roster, settings->relay.slow_from);
	return r;
}

/* Calls for each of the words; ends with the first that fails. */
static int
each_word(const char *words,
	int (*take)(struct relayload *load, struct text word, struct fail *fail),
	struct relayload *load, struct fail *fail)
{
	struct text rest = text_of(words);
	int r = 0;

	while (rest.length > 0 && r >= 0) {
		struct text word = text_cut(&rest, ' ');

		if (word.length > 0)
			r = take(load, word, fail);
	}
	return r;
}

static int
add_places(struct relayload *load, struct text word, struct fail *fail)
{
	char path[RELAY_FILES];

	snprintf(path, sizeof(path), "%.*s", (int)word.length, word.at);
	if (load->places == NULL)
		load->places = places_new();
	return places_add(load->places, path, fail);
}

static int
add_log(struct relayload *load, struct text word, struct fail *fail)
{
	size_t at = 0;

	if (load->logs == RELAYLOAD_LOGS) {
		fail_where(fail, "relay.logs");
		fail_what(fail, "more than %d logs", RELAYLOAD_LOGS);
		return -E2BIG;
	}
	for (size_t i = 0; i < load->logs; i++)
		at += strlen(load->log[i]) + 1;
	snprintf(load->paths + at, sizeof(load->paths) - at, "%.*s", (int)word.length, word.at);
	load->log[load->logs++] = load->paths + at;
	return 0;
}

static void
add_local(struct relayload *load, const struct relaying_settings *settings,
	const struct hash_key *key)
{
	const struct relay_settings with_key = {.key = *key};
	struct text rest = text_of(settings->local);
	struct table_slot *slot;

	table_init_small(&load->local, LOCAL_MOST, 16);
	while (rest.length > 0) {
		struct text domain = text_cut(&rest, ' ');

		if (domain.length > 0)
			(void)!table_add(&load->local, relay_domain(&with_key, domain), &slot);
	}
}

int
relayload_begin(struct relayload *load, const struct relaying_settings *settings,
	const struct hash_key *key, struct fail *fail)
{
	int r;

	*load = (struct relayload){.logs = 0};
	add_local(load, settings, key);
	r = load_roster(load, settings, key, fail);
	if (r >= 0)
		r = each_word(settings->places, add_places, load, fail);
	if (r >= 0)
		r = each_word(settings->logs, add_log, load, fail);
	return r < 0 ? r : 0;
}

static int
try_log(const char *path, struct fail *fail)
{
	const char *slash = strrchr(path, '/');
	char folder[RELAY_FILES] = ".";
	struct stat is;

	fail_where(fail, "relay.logs");
	if (slash != NULL)
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + (slash == path)),
			path);
	if (access(folder, R_OK | X_OK) < 0 || stat(folder, &is) < 0)
		fail_what(fail, "the folder of %s cannot be read in: %s", path, strerror(errno));
	else if (stat(path, &is) < 0)
		return 0;
	else if (!S_ISREG(is.st_mode) && !S_ISFIFO(is.st_mode))
		fail_what(fail, "%s is no file and no FIFO", path);
	else if (access(path, R_OK) < 0)
		fail_what(fail, "%s cannot be read: %s", path, strerror(errno));
	else
		return 0;
	return -EIO;
}

int
relayload_try_logs(const struct relayload *load, struct fail *fail)
{
	int r = 0;

	for (size_t i = 0; i < load->logs && r == 0; i++)
		r = try_log(load->log[i], fail);
	return r;
}

void
relayload_end(struct relayload *load)
{
	load->roster = roster_free(load->roster);
	load->places = places_free(load->places);
	table_done(&load->local);
}
