/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/reports/authresults.h"

#include "source/mail/mailhead.h"
#include "source/mail/mailtoken.h"

/* One result: "dkim=pass (good) header.d=a.example header.i=@a.example". */
struct result {
	struct text method;
	struct text found;
	struct text signer; /* header.d */
	struct text sender; /* smtp.mailfrom */
};

static void
add(struct authresults *ret, struct text domain)
{
	if (domain.length > 0 && ret->count < AUTHRESULTS_MOST)
		ret->domain[ret->count++] = domain;
}

static void
end_result(const struct result *result, struct authresults *ret)
{
	struct text sender = result->sender, local = text_cut(&sender, '@');

	if (!text_same(result->found, TEXT("pass")))
		return;
	if (text_same(result->method, TEXT("dkim")))
		add(ret, result->signer);
	else if (text_same(result->method, TEXT("spf")))
		add(ret, sender.length > 0 ? sender : local);
}

/* "dkim/1" is dkim, too. */
static struct text
without_version(struct text method)
{
	return text_cut(&method, '/');
}

static void
take_pair(struct result *result, struct text name, struct text value)
{
	if (result->method.length == 0) {
		result->method = without_version(name);
		result->found = value;
	} else if (text_same(name, TEXT("header.d"))) {
		result->signer = value;
	} else if (text_same(name, TEXT("smtp.mailfrom"))) {
		result->sender = value;
	}
}

/* Behind the authserv-id and its ";". A word that has no "=" behind it is passed over. */
static void
read_results(struct text value, struct authresults *ret)
{
	struct result result = {{0}};
	struct mailtoken token;
	struct text name = {NULL, 0};
	bool has_equal = false;

	while (mailtoken_next(&value, MAILTOKEN_MIME, &token)) {
		if (mailtoken_is(&token, ';')) {
			end_result(&result, ret);
			result = (struct result){{0}};
			has_equal = false;
		} else if (mailtoken_is(&token, '=')) {
			has_equal = name.length > 0;
		} else if (has_equal) {
			take_pair(&result, name, token.text);
			name.length = 0;
			has_equal = false;
		} else {
			name = token.text;
		}
	}
	end_result(&result, ret);
}

void
authresults_read(struct text head, struct text server, struct authresults *ret)
{
	struct mailfield field;

	ret->count = 0;
	while (server.length > 0 && mailhead_next(&head, &field)) {
		struct mailtoken token;
		bool is_own;

		if (!mailfield_is(&field, "Authentication-Results") ||
			!mailtoken_next(&field.value, MAILTOKEN_MIME, &token))
			continue;
		is_own = token.kind != MAILTOKEN_SPECIAL && text_same(token.text, server);
		/* A version may stand behind it. */
		while (is_own && !mailtoken_is(&token, ';'))
			is_own = mailtoken_next(&field.value, MAILTOKEN_MIME, &token);
		if (is_own)
			read_results(field.value, ret);
	}
}

bool
authresults_is_of(struct text domain, struct text of)
{
	struct text end;

	if (domain.length < of.length || of.length == 0)
		return false;
	end = (struct text){domain.at + domain.length - of.length, of.length};
	return text_same(end, of) && (end.at == domain.at || end.at[-1] == '.');
}
