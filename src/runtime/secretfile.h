/* secretfile - files that hold secrets, and a password in one of its own
 *
 * What:    refused where others than owner and group may read it, or others than its owner may write it. A password is
 *          the first line, without its end. The same for what stands beside it and is no secret, as a certificate.
 * Owns:    nothing.
 * Limits:  what the caller takes, and SECRETFILE_MOST - 1 bytes.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_SECRETFILE_H
#define LAZARET_RUNTIME_SECRETFILE_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

#define SECRETFILE_MOST 256

/* Its length, 1 to most, or -errno with fail filled. */
int64_t secretfile_read(
	const char *path, size_t most, char into[SECRETFILE_MOST], struct fail *fail) MUST_USE;

/* A regular file that only owner and group may read, and its owner write, opened: the descriptor, or -errno with fail
 * filled. */
int secretfile_open(const char *path, struct fail *fail) MUST_USE;

/* The same, whoever may read and write it. */
int secretfile_open_public(const char *path, struct fail *fail) MUST_USE;

#endif
