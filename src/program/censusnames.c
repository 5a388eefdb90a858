/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusnames.h"

#include "base/mime.h"
#include "census/registry/mailbox.h"
#include "program/censusfolder.h"
#include "program/complaint.h"
#include "program/verbs.h"

#include <errno.h>

#define LABEL 63

static int
refuse(struct fail *fail, struct text text, const char *what, const char *hint)
{
	fail_what(fail, "\"%.*s\" is %s", (int)(text.length < 200 ? text.length : 200), text.at,
		what);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

int
censusnames_mailbox(
	struct text text, char into[CENSUS_MAILBOX + 1], struct text *ret, struct fail *fail)
{
	enum mailbox_verdict verdict = mailbox_check(text, into, ret);

	return verdict == MAILBOX_GOOD
		? 0
		: refuse(fail, text, mailbox_verdicts[verdict], "expected abuse@isp.example");
}

static bool
is_domain(struct text text)
{
	struct text rest = text;
	unsigned labels = 0;

	while (rest.length > 0) {
		struct text label = text_cut(&rest, '.');

		for (size_t i = 0; i < label.length; i++) {
			char c = text_small(label.at[i]);

			if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
				return false;
		}
		if (label.length == 0 || label.length > LABEL)
			return false;
		labels++;
	}
	return labels >= 1 && text.length > 0 && text.at[text.length - 1] != '.';
}

int
censusnames_never(struct text text, char into[CENSUS_MAILBOX + 1], struct census_never *ret,
	struct fail *fail)
{
	struct census_never it = {.kind = NEVER_PREFIX, .name = TEXT("")};
	bool has_at = memchr(text.at, '@', text.length) != NULL;

	if (prefix_parse(text, &it.prefix) == 0) {
		*ret = it;
		return 0;
	}
	it.prefix = (struct prefix){.length = 0};
	it.kind = has_at ? NEVER_MAILBOX : NEVER_DOMAIN;
	if (text.length > CENSUS_MAILBOX || text.length == 0 ||
		(has_at ? mime_check_address(text) < 0 : !is_domain(text)))
		return refuse(fail, text, "no mailbox, domain or prefix",
			"expected abuse@isp.example, isp.example or 192.0.2.0/24");
	for (size_t i = 0; i < text.length; i++)
		into[i] = text_small(text.at[i]);
	it.name = (struct text){into, text.length};
	*ret = it;
	return 0;
}

int
censusnames_network(struct text text, struct census_override *ret, struct fail *fail)
{
	struct census_override it = {.system = 0};
	uint64_t system;

	if (prefix_parse(text, &it.prefix) < 0) {
		it.prefix = (struct prefix){.length = 0};
		if (text.length < 3 || text_small(text.at[0]) != 'a' ||
			text_small(text.at[1]) != 's' ||
			text_parse_u64((struct text){text.at + 2, text.length - 2}, UINT32_MAX,
				&system) < 0 ||
			system == 0)
			return refuse(fail, text, "no prefix and no AS",
				"expected 192.0.2.0/24, 2001:db8::/32 or AS64500");
		it.system = (uint32_t)system;
	}
	*ret = it;
	return 0;
}

int
censusnames_store(const char *out, const char *settings, bool writes, struct censusstore **ret)
{
	char path[CENSUSFOLDER_PATH];
	struct censusfolder folder;
	struct fail fail = {0};
	int code = censusfolder_open(&folder, out, settings, CENSUSFOLDER_READ), r;

	if (code != EXIT_DONE)
		return code;
	censusfolder_file(&folder, CENSUS_STORE, path);
	r = writes ? censusfolder_make(folder.path, &fail) : 0;
	if (r == 0)
		r = censusstore_open(ret, path, writes ? SQLITE_TO_MAKE : SQLITE_TO_READ, &fail);
	censusfolder_close(&folder);
	if (r < 0)
		complaint_print(&fail);
	return r < 0 ? EXIT_INPUT : EXIT_DONE;
}
