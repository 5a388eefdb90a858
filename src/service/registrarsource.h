/* registrarsource - one file of those that say who has which address
 *
 * What:    what registrarsources.c and registrarwhole.c share: the first follows files that grow, the second reads
 *          those that are always written as a whole (dnsmasq's leases, static tables).
 * Owns:    what registrarsources.c makes and frees.
 * Limits:  those of registrarsources.h.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_REGISTRARSOURCE_H
#define LAZARET_SERVICE_REGISTRARSOURCE_H

#include "identity/accountingfile.h"
#include "identity/leasesnapshot.h"
#include "runtime/follow.h"
#include "service/registrarsettings.h"
#include "service/sourcehealth.h"

#include <sys/stat.h>

struct registrarsource {
	struct registry *registry;
	uint8_t format;
	bool has_begun;
	bool is_wrong; /* no file of its format */
	uint64_t line; /* that is read, counted from this byte on */
	uint64_t from;
	char path[REGISTRAR_PATH];
	uint64_t name;
	struct follow *follow;    /* of those that are followed */
	struct follow_place safe; /* behind the last whole record */
	uint64_t replaced;        /* files that took its place, when it was last looked */
	struct leasefile file;
	struct accountingfile *detail;
	char *record; /* of a detail file, as far as it is there */
	size_t record_size;
	struct leasesnapshot *snapshot; /* of those that are read as a whole */
	struct stat seen;
	bool is_there;
	bool is_fresh; /* as it was seen it is whole, and may yet be half of what is being written */
	int64_t looked_us;
	uint64_t bad; /* beside those that file and detail count */
	uint64_t lost;
	uint64_t errors;
	struct sourcehealth health;
	uint64_t long_lines; /* of these the health knows */
	uint64_t begun_line; /* of the record, or ISC's block, that has no end yet */
	uint64_t bytes;      /* read, when the file was last seen to have more or a whole end */
	int64_t whole_us;    /* and when that was; of those read as a whole, when one last was */
};

/* Counts what a reader of lines said of one: 1, 0 or an error. */
void registrarsource_note(struct registrarsource *source, int r, const struct fail *fail);

/* The file cannot be opened or read: -errno. */
void registrarsource_complain(struct registrarsource *source, int r);

/* All of an open file: 0 and its bytes, for free(); -EAGAIN: it changed meanwhile; -EFBIG: REGISTRARSOURCES_FILE; or of
 * read. */
int registrarsource_read(int file, const struct stat *before, char **ret, size_t *size) MUST_USE;

/* A look at a file that is read as a whole, if it is time for one. */
void registrarsource_whole(struct registrarsource *source, int64_t steady_us);

#endif
