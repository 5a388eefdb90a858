/* manifest - the letters of a run, so that a second person can approve exactly these
 *
 * What:    text of UTF-8, a line each:
 *
 *              lazaret-census-manifest 1
 *              made TIME NAME
 *              letter SHA-256 SIZE CODE.NUMBER MAILBOX         sorted by CODE.NUMBER, each once
 *              sum SHA-256                                     of all lines before it
 *
 *          The sum names the manifest: who approves says it, and whoever sends sends what has these sums and nothing
 *          else. Who made a run cannot approve it.
 * Owns:    what it was given.
 * Limits:  MANIFEST_MOST letters, a file of MANIFEST_BYTES.
 * Thread:  one a manifest.
 */
#ifndef LAZARET_CENSUS_LETTER_MANIFEST_H
#define LAZARET_CENSUS_LETTER_MANIFEST_H

#include "base/text.h"
#include "base/wall.h"

#define MANIFEST_MOST  500000
#define MANIFEST_BYTES (256 << 20)
#define MANIFEST_NAME  48
/* In hexadecimal digits, with its end. */
#define MANIFEST_SUM 65

struct manifest_letter {
	char name[MANIFEST_NAME]; /* CODE.NUMBER */
	char mailbox[256];
	uint64_t size;
	uint8_t sum[32];
};

struct manifest;

struct manifest *manifest_new(void);
struct manifest *manifest_free(struct manifest *manifest);

/* A letter as it is written into a manifest, with its sum. -EINVAL: the name or mailbox is none. */
int manifest_letter_of(struct manifest_letter *ret, struct text code, unsigned number,
	struct text mailbox, struct text message) MUST_USE;
/* -ENOSPC: there are too many letters. */
int manifest_put(struct manifest *manifest, const struct manifest_letter *letter) MUST_USE;
/* Both. */
int manifest_add(struct manifest *manifest, struct text code, unsigned number, struct text mailbox,
	struct text message) MUST_USE;

/* Sorts, and writes the file. by: a person, one line. -EINVAL with fail: a letter is there twice, or by is no name;
 * -EMSGSIZE: it does not fit. */
int manifest_end(struct manifest *manifest, struct text by, struct wall when, struct buffer *into,
	struct fail *fail) MUST_USE;

/* Reads a whole file again. -EBADMSG with fail, with its line: it is none, or is not as it was written. where is for
 * fail. */
int manifest_parse(
	struct text file, const char *where, struct manifest **ret, struct fail *fail) MUST_USE;

/* Of one that was written or read. */
struct text manifest_by(const struct manifest *manifest);
const char *manifest_sum(const struct manifest *manifest);
size_t manifest_count(const struct manifest *manifest);
const struct manifest_letter *manifest_at(const struct manifest *manifest, size_t i);

/* May this person approve it, who named that sum? -EPERM with fail: who made it; -EINVAL with fail: it has another sum,
 * or the name is none. */
int manifest_check_approval(const struct manifest *manifest, struct text sum, struct text by,
	struct fail *fail) MUST_USE;

/* Is this message the letter that was approved? */
bool manifest_has(const struct manifest_letter *letter, struct text message);

#endif
