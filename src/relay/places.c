/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/places.h"

#include <errno.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>

struct places {
	MMDB_s file[PLACES_FILES];
	unsigned count;
};

struct places *
places_new(void)
{
	return xcalloc(1, sizeof(struct places));
}

struct places *
places_free(struct places *places)
{
	if (places == NULL)
		return NULL;
	for (unsigned i = 0; i < places->count; i++)
		MMDB_close(&places->file[i]);
	free(places);
	return NULL;
}

/* errno is the call's, where it failed. */
static int
say_why(int status, int error, const char *file, struct fail *fail)
{
	fail_where(fail, "%s", file);
	fail_hint(fail,
		"take one as GeoLite2-ASN.mmdb or GeoLite2-Country.mmdb, or leave it out: "
		"then networks or countries of logins are not known");
	if (status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR) {
		error = error > 0 ? error : EIO;
		fail_what(fail, "this file cannot be read: %s", strerror(error));
		return -error;
	}
	if (status == MMDB_OUT_OF_MEMORY_ERROR) {
		fail_what(fail, "there is no memory for this file");
		return -ENOMEM;
	}
	fail_what(fail, "this is no MMDB file, or it is damaged");
	return -EBADMSG;
}

int
places_add(struct places *places, const char *file, struct fail *fail)
{
	int status;

	if (places->count == PLACES_FILES) {
		fail_where(fail, "%s", file);
		fail_what(fail, "there are more than %d files of places", PLACES_FILES);
		return -ENOSPC;
	}
	errno = 0;
	status = MMDB_open(file, MMDB_MODE_MMAP, &places->file[places->count]);
	if (status != MMDB_SUCCESS)
		return say_why(status, errno, file, fail);
	places->count++;
	return 0;
}

/* What the file has of an address; false: nothing. */
static bool
look_up(const MMDB_s *file, const struct address *address, MMDB_entry_s *ret)
{
	struct sockaddr_in six_less = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	MMDB_lookup_result_s found;
	int status;

	memcpy(&six_less.sin_addr, address->byte + 12, 4);
	memcpy(&six.sin6_addr, address->byte, 16);
	found = MMDB_lookup_sockaddr(file,
		address_is_v4(address) ? (const struct sockaddr *)(const void *)&six_less
				       : (const struct sockaddr *)(const void *)&six,
		&status);
	*ret = found.entry;
	return status == MMDB_SUCCESS && found.found_entry;
}

static bool
get(MMDB_entry_s *entry, const char *const *path, uint32_t type, MMDB_entry_data_s *ret)
{
	return MMDB_aget_value(entry, ret, path) == MMDB_SUCCESS && ret->has_data &&
		ret->type == type;
}

static uint32_t
network_of(MMDB_entry_s *entry)
{
	static const char *const path[] = {"autonomous_system_number", NULL};
	MMDB_entry_data_s data;

	if (get(entry, path, MMDB_DATA_TYPE_UINT32, &data))
		return data.uint32;
	return get(entry, path, MMDB_DATA_TYPE_UINT16, &data) ? data.uint16 : 0;
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static uint16_t
country_of(MMDB_entry_s *entry)
{
	static const char *const paths[][3] = {
		{"country", "iso_code", NULL}, {"country_code", NULL, NULL}};
	MMDB_entry_data_s data;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (!get(entry, paths[i], MMDB_DATA_TYPE_UTF8_STRING, &data) || data.data_size != 2)
			continue;
		if (is_letter(data.utf8_string[0]) && is_letter(data.utf8_string[1]))
			return (uint16_t)((uint8_t)data.utf8_string[0] << 8 |
				(uint8_t)data.utf8_string[1]);
	}
	return 0;
}

void
places_find(const struct places *places, const struct address *address, struct client_place *ret)
{
	MMDB_entry_s entry;

	ret->network = 0;
	ret->country = 0;
	for (unsigned i = 0; i < places->count; i++) {
		if (ret->network != 0 && ret->country != 0)
			return;
		if (!look_up(&places->file[i], address, &entry))
			continue;
		if (ret->network == 0)
			ret->network = network_of(&entry);
		if (ret->country == 0)
			ret->country = country_of(&entry);
	}
}
