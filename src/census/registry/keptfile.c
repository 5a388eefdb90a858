/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/keptfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASHED_HEAD offsetof(struct keptfile_head, checksum)

_Static_assert(sizeof(struct keptfile_head) == 64, "what follows is aligned as the mapping is");
_Static_assert(KEPTFILE_PATH == PATH_MAX, "no longer name can be opened");

/* What one run has renamed another must not begin to write: the lock alone does not tell, since it stays with the file
 * under its new name. */
static bool
is_still_there(int descriptor, const char *path)
{
	struct stat held, named;

	return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0 &&
		held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

int
keptfile_create(struct keptfile *file, const char *path, struct fail *fail)
{
	int r = -EBUSY;

	*file = (struct keptfile){.descriptor = -1};
	fail_where(fail, "%s", path);
	snprintf(file->path, sizeof(file->path), "%s", path);
	if (snprintf(file->new_path, sizeof(file->new_path), "%s.new", path) >= KEPTFILE_PATH) {
		fail_what(fail, "its name is too long");
		return -ENAMETOOLONG;
	}
	file->descriptor = open(file->new_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (file->descriptor < 0) {
		r = -errno;
		fail_what(fail, "%s cannot be written: %s", file->new_path, strerror(-r));
		return r;
	}
	if (flock(file->descriptor, LOCK_EX | LOCK_NB) < 0 ||
		!is_still_there(file->descriptor, file->new_path)) {
		fail_what(fail, "another run is writing it");
		fail_hint(fail, "wait for its end");
		goto close;
	}
	/* What one that was cut had written, and room for the head. */
	if (ftruncate(file->descriptor, 0) < 0 ||
		lseek(file->descriptor, sizeof(struct keptfile_head), SEEK_SET) < 0) {
		r = -errno;
		fail_what(fail, "%s cannot be written: %s", file->new_path, strerror(-r));
		goto close;
	}
	file->size = sizeof(struct keptfile_head);
	file->hash = hash_stream_new();
	return 0;
close:
	close(file->descriptor);
	return r;
}

static int
write_all(int descriptor, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		ssize_t n = write(descriptor, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

void
keptfile_add(struct keptfile *file, const void *bytes, size_t size)
{
	if (file->error < 0 || size == 0)
		return;
	hash_stream_add(file->hash, bytes, size);
	file->error = write_all(file->descriptor, bytes, size);
	file->size += size;
}

/* A name is on the disk when its folder is. */
static int
sync_folder(const char *path)
{
	char copy[KEPTFILE_PATH];
	int descriptor, r = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	descriptor = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return -errno;
	/* Some file systems cannot, and need not. */
	if (fsync(descriptor) < 0 && errno != EINVAL)
		r = -errno;
	close(descriptor);
	return r;
}

static int
finish(struct keptfile *file, const struct keptfile_head *head)
{
	if (file->error < 0)
		return file->error;
	if (lseek(file->descriptor, 0, SEEK_SET) < 0)
		return -errno;
	file->error = write_all(file->descriptor, head, sizeof(*head));
	if (file->error < 0)
		return file->error;
	/* What is synced later may be on its way to the disk meanwhile. */
	if (file->is_unsynced)
		(void)sync_file_range(file->descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
	else if (fsync(file->descriptor) < 0)
		return -errno;
	return rename(file->new_path, file->path) < 0 ? -errno : 0;
}

int
keptfile_end(struct keptfile *file, const struct keptfile_kind *kind,
	const uint64_t figure[KEPTFILE_FIGURES], struct fail *fail)
{
	struct keptfile_head head = {
		.order = KEPTFILE_ORDER, .version = kind->version, .size = file->size};
	int r;

	memcpy(head.mark, kind->mark, sizeof(head.mark));
	memcpy(head.figure, figure, sizeof(head.figure));
	hash_stream_add(file->hash, &head, HASHED_HEAD);
	hash_stream_end(file->hash, head.checksum);
	r = finish(file, &head);
	if (r < 0) {
		keptfile_drop(file);
	} else {
		r = file->is_unsynced ? 0 : sync_folder(file->path);
		hash_stream_free(file->hash);
		close(file->descriptor);
	}
	if (r < 0) {
		fail_where(fail, "%s", file->path);
		fail_what(fail, "it cannot be written: %s", strerror(-r));
	}
	return r;
}

/* The name goes before the lock does. */
void
keptfile_drop(struct keptfile *file)
{
	(void)unlink(file->new_path);
	close(file->descriptor);
	file->hash = hash_stream_free(file->hash);
}

int
keptfile_map(const char *path, const uint8_t **ret_bytes, size_t *ret_size, struct fail *fail)
{
	/* A pipe is not waited for. */
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), r = 0;
	void *bytes = MAP_FAILED;
	struct stat there;

	fail_where(fail, "%s", path);
	if (descriptor < 0 || fstat(descriptor, &there) < 0) {
		r = -errno;
		fail_what(fail, "it cannot be opened: %s", strerror(-r));
	} else if (!S_ISREG(there.st_mode)) {
		r = -EBADMSG;
		fail_what(fail, "it is no file");
	} else if (there.st_size == 0) {
		r = -EBADMSG;
		fail_what(fail, "it is empty");
	} else {
		bytes = mmap(NULL, (size_t)there.st_size, PROT_READ, MAP_SHARED, descriptor, 0);
	}
	if (r == 0 && bytes == MAP_FAILED) {
		r = -errno;
		fail_what(fail, "it cannot be mapped: %s", strerror(-r));
	}
	if (descriptor >= 0)
		close(descriptor);
	if (r == 0) {
		*ret_bytes = bytes;
		*ret_size = (size_t)there.st_size;
	}
	return r;
}

void
keptfile_unmap(const uint8_t *bytes, size_t size)
{
	if (bytes != NULL)
		munmap((void *)(uintptr_t)bytes, size);
}

int
keptfile_check(
	const uint8_t *bytes, size_t size, const struct keptfile_kind *kind, struct fail *fail)
{
	const struct keptfile_head *head = keptfile_head(bytes);

	if (size < sizeof(*head) || memcmp(head->mark, kind->mark, sizeof(head->mark)) != 0)
		fail_what(fail, "it is no %s", kind->name);
	else if (head->order != KEPTFILE_ORDER)
		fail_what(fail, "it is of a machine with another order of bytes");
	else if (head->version != kind->version)
		fail_what(fail, "it is a %s of version %u, where %u is known", kind->name,
			head->version, kind->version);
	else if (head->size != size)
		fail_what(fail, "it has %zu bytes, where its head says %llu", size,
			(unsigned long long)head->size);
	else
		return 0;
	return -EBADMSG;
}

int
keptfile_verify(const uint8_t *bytes, size_t size, struct fail *fail)
{
	const struct keptfile_head *head = keptfile_head(bytes);
	struct hash_stream *hash = hash_stream_new();
	uint8_t checksum[HASH_STREAM_SIZE];

	hash_stream_add(hash, bytes + sizeof(*head), size - sizeof(*head));
	hash_stream_add(hash, head, HASHED_HEAD);
	hash_stream_end(hash, checksum);
	hash_stream_free(hash);
	if (memcmp(checksum, head->checksum, sizeof(checksum)) == 0)
		return 0;
	fail_what(fail, "it is damaged: its checksum is another");
	return -EBADMSG;
}
