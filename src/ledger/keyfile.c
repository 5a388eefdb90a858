/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/keyfile.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADING "lazaret-key-1 "
/* The heading, the secret in hexadecimal digits, a line feed. */
#define FILE_LENGTH (sizeof(HEADING) - 1 + 2 * KEYFILE_SECRET + 1)
#define CONTEXT     "lazledg1"

enum subkey {
	SUBKEY_PSEUDONYM = 1,
	SUBKEY_NAME,
	SUBKEY_SEAL,
	SUBKEY_HEAD,
	SUBKEY_CHECK,
	SUBKEY_LEASES,
	SUBKEY_PLACE
};

static void
derive(uint8_t *into, size_t size, enum subkey id, const uint8_t secret[KEYFILE_SECRET])
{
	must(crypto_kdf_derive_from_key(into, size, id, CONTEXT, secret) == 0);
}

static void
derive_all(struct keys *keys, const uint8_t secret[KEYFILE_SECRET])
{
	derive(keys->pseudonym.byte, sizeof(keys->pseudonym.byte), SUBKEY_PSEUDONYM, secret);
	derive(keys->name.byte, sizeof(keys->name.byte), SUBKEY_NAME, secret);
	derive(keys->seal, sizeof(keys->seal), SUBKEY_SEAL, secret);
	derive(keys->head, sizeof(keys->head), SUBKEY_HEAD, secret);
	derive(keys->leases, sizeof(keys->leases), SUBKEY_LEASES, secret);
	derive(keys->place, sizeof(keys->place), SUBKEY_PLACE, secret);
	derive(keys->check, sizeof(keys->check), SUBKEY_CHECK, secret);
}

static int
parse_secret(const char *content, size_t length, uint8_t secret[KEYFILE_SECRET])
{
	struct text text = {.at = content, .length = length};

	if (length != FILE_LENGTH || !text_starts(text, HEADING) || content[length - 1] != '\n')
		return -EINVAL;
	for (size_t i = 0; i < KEYFILE_SECRET; i++) {
		struct text digits = {.at = content + sizeof(HEADING) - 1 + 2 * i, .length = 2};
		uint64_t byte;

		if (text_parse_hex(digits, 255, &byte) < 0)
			return -EINVAL;
		secret[i] = (uint8_t)byte;
	}
	return 0;
}

/* Reads up to size bytes; a file may give them in pieces. */
static ssize_t
read_all(int file, char *into, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(file, into + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static int
write_all(int file, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(file, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

static int
tell_os(int r, const char *path, const char *doing, struct fail *fail)
{
	fail_where(fail, "%s", path);
	fail_what(fail, "the key file of the ledger cannot be %s: %s", doing, strerror(-r));
	fail_hint(fail, "%s",
		r == -ENOENT ? "put the key file back from where it was saved: without it no name "
			       "can be opened"
			: r == -ENOSPC ? "make room on the disk"
				       : "look at the rights of the file and of its folder");
	return r;
}

int
keyfile_read(const char *path, struct keys *ret, struct fail *fail)
{
	char content[FILE_LENGTH + 1];
	uint8_t secret[KEYFILE_SECRET];
	struct stat stat;
	ssize_t length;
	int r, file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (file < 0)
		return tell_os(-errno, path, "read", fail);
	if (fstat(file, &stat) < 0) {
		r = tell_os(-errno, path, "read", fail);
		goto out;
	}
	if (!S_ISREG(stat.st_mode)) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the key file of the ledger is not a file");
		fail_hint(fail, "put the key file back from where it was saved");
		r = -EINVAL;
		goto out;
	}
	if ((stat.st_mode & 077) != 0) {
		fail_where(fail, "%s", path);
		fail_what(fail,
			"others than its owner may read the key file of the ledger (mode %04o)",
			(unsigned)stat.st_mode & 07777U);
		fail_hint(fail, "take their rights away: chmod 600 %s", path);
		r = -EACCES;
		goto out;
	}
	length = read_all(file, content, sizeof(content));
	if (length < 0) {
		r = tell_os((int)length, path, "read", fail);
		goto out;
	}
	r = parse_secret(content, (size_t)length, secret);
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail,
			"this is not a key file of a ledger: expected one line, \"" HEADING
			"\" and %d hexadecimal digits",
			2 * KEYFILE_SECRET);
		fail_hint(fail, "put the key file back from where it was saved");
		goto out;
	}
	derive_all(ret, secret);
out:
	sodium_memzero(content, sizeof(content));
	sodium_memzero(secret, sizeof(secret));
	close(file);
	return r;
}

/* So that the name of a new file outlives a power cut. */
static int
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
	int file, r = 0;

	if (length >= sizeof(folder))
		return -ENAMETOOLONG;
	memcpy(folder, path, length);
	folder[length] = '\0';
	file = open(length > 0 ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	if (fsync(file) < 0)
		r = -errno;
	close(file);
	return r;
}

/* Writes a whole file under a name of its own, then gives it its name unless somebody was faster. */
static int
place_file(const char *path, const char *content, size_t length)
{
	char draft[PATH_MAX];
	int r, file, n = snprintf(draft, sizeof(draft), "%s.%ld.new", path, (long)getpid());

	if (n < 0 || (size_t)n >= sizeof(draft))
		return -ENAMETOOLONG;
	unlink(draft);
	file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return -errno;
	r = write_all(file, content, length);
	if (r == 0 && fsync(file) < 0)
		r = -errno;
	if (close(file) < 0 && r == 0)
		r = -errno;
	if (r == 0 && link(draft, path) < 0 && errno != EEXIST)
		r = -errno;
	unlink(draft);
	return r < 0 ? r : sync_folder(path);
}

int
keyfile_make(const char *path, struct keys *ret, struct fail *fail)
{
	char content[FILE_LENGTH + 1];
	uint8_t secret[KEYFILE_SECRET];
	int r;

	if (access(path, F_OK) == 0)
		return keyfile_read(path, ret, fail);
	must(sodium_init() >= 0);
	randombytes_buf(secret, sizeof(secret));
	memcpy(content, HEADING, sizeof(HEADING) - 1);
	sodium_bin2hex(content + sizeof(HEADING) - 1, sizeof(content) - sizeof(HEADING) + 1, secret,
		sizeof(secret));
	content[FILE_LENGTH - 1] = '\n';
	r = place_file(path, content, FILE_LENGTH);
	sodium_memzero(content, sizeof(content));
	sodium_memzero(secret, sizeof(secret));
	if (r < 0)
		return tell_os(r, path, "made", fail);
	return keyfile_read(path, ret, fail);
}

void
keyfile_forget(struct keys *keys)
{
	sodium_memzero(keys, sizeof(*keys));
}
