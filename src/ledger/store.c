/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/store.h"

#include "ledger/sqlite_store.h"

#include <errno.h>

int
store_open(struct store **ret, const struct store_settings *settings, struct fail *fail)
{
	static const char *const schemes[] = {"postgresql://", "postgres://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		if (!text_starts(text_of(settings->where), schemes[i]))
			continue;
		fail_where(fail, "%s", settings->where);
		fail_what(fail, "this version keeps its ledger in SQLite only");
		fail_hint(fail, "give the path of a file");
		return -ENOTSUP;
	}
	return sqlite_store_open(ret, settings, fail);
}

struct store *
store_close(struct store *store)
{
	if (store != NULL)
		store->ops->close(store);
	return NULL;
}

bool
store_refuses(int r)
{
	return r == -EBUSY || r == -ENOSPC || r == -EROFS || r == -EIO;
}
