/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusleases.h"

static void
put(struct buffer *into, uint64_t count, const char *one, const char *many)
{
	buffer_print(into, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

/* Of mail whose line was asked for. */
static void
put_found(const struct status_process *processes, size_t count, struct buffer *into)
{
	uint64_t found = status_sum(processes, count, COUNT_LEASED_FOUND);
	uint64_t doubtful = status_sum(processes, count, COUNT_LEASED_DOUBTFUL);
	uint64_t unknown = status_sum(processes, count, COUNT_LEASED_UNKNOWN);
	uint64_t shared = status_sum(processes, count, COUNT_LEASED_SHARED);
	uint64_t late = status_sum(processes, count, COUNT_LEASED_LATE);

	if (found + doubtful + unknown + shared + late == 0)
		return;
	buffer_text(into, TEXT("Whose it was is known of "));
	put(into, found, "mail record", "mail records");
	buffer_print(into,
		" from leased addresses, and not of %llu (doubtful %llu, nobody known %llu, shared "
		"%llu, asked too early %llu).\n",
		(unsigned long long)(doubtful + unknown + shared + late),
		(unsigned long long)doubtful, (unsigned long long)unknown,
		(unsigned long long)shared, (unsigned long long)late);
}

/* Files that give leases, as far as something is wrong with them. */
static void
put_files(const uint64_t *value, struct buffer *into)
{
	uint64_t troubled = value[COUNT_LEASE_FILES_TROUBLED];

	if (troubled > 0) {
		put(into, troubled, "file of identity.sources is", "files of identity.sources are");
		buffer_text(into,
			TEXT(" not there, or cannot be read in full: whom no other source names is "
			     "missing here.\nThe log says which and why (source-failed).\n"));
	}
	if (value[COUNT_LEASE_LINES_BAD] > 0)
		buffer_print(into, "Of %llu lines of files %llu could not be understood.\n",
			(unsigned long long)value[COUNT_LEASE_LINES],
			(unsigned long long)value[COUNT_LEASE_LINES_BAD]);
	if (value[COUNT_LEASES_OPEN] + value[COUNT_LEASES_ENDED] + value[COUNT_LEASE_LINES] +
			value[COUNT_ACCOUNTING_REQUESTS] ==
		0)
		buffer_text(into,
			TEXT("No source has said anything yet: no line of a file, no request of "
			     "accounting.\n"));
}

void
status_leases(const struct status_process *processes, size_t count, struct buffer *into)
{
	const struct status_process *registrar = status_find(processes, count, OWNER_REGISTRAR);

	if (registrar == NULL)
		return;
	buffer_text(into, TEXT("\nLines hold "));
	put(into, registrar->value[COUNT_LEASES_OPEN], "leased address", "leased addresses");
	buffer_text(into, TEXT("; "));
	put(into, registrar->value[COUNT_LEASES_ENDED], "lease that has ended is",
		"leases that have ended are");
	buffer_text(into, TEXT(" remembered.\n"));
	put_files(registrar->value, into);
	put_found(processes, count, into);
	if (registrar->value[COUNT_LEASES_NO_ROOM] > 0)
		buffer_print(into, "%llu leases found no room, or were forgotten to make some.\n",
			(unsigned long long)registrar->value[COUNT_LEASES_NO_ROOM]);
}
