/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/maillog/mailreason.h"

static enum mail_reason
of_dsn(struct mail_dsn dsn)
{
	if (dsn.subject == 2 && dsn.detail == 2)
		return MAIL_REASON_FULL;
	if (dsn.class == 4)
		return MAIL_REASON_TEMPORARY;
	if (dsn.subject == 1 &&
		(dsn.detail == 1 || dsn.detail == 2 || dsn.detail == 6 || dsn.detail == 10))
		return MAIL_REASON_UNKNOWN_USER;
	if (dsn.subject == 7 && (dsn.detail <= 2 || dsn.detail >= 20))
		return MAIL_REASON_POLICY;
	return MAIL_REASON_OTHER;
}

static enum mail_reason
of_code(unsigned code, bool to_rcpt)
{
	switch (code) {
	case 550:
		return to_rcpt ? MAIL_REASON_UNKNOWN_USER : MAIL_REASON_OTHER;
	case 551:
	case 556:
		return MAIL_REASON_UNKNOWN_USER;
	case 552:
		return MAIL_REASON_FULL;
	default:
		return code / 100 == 4 ? MAIL_REASON_TEMPORARY : MAIL_REASON_OTHER;
	}
}

enum mail_reason
mailreason_of(struct mail_dsn dsn, unsigned code, bool to_rcpt)
{
	if (dsn.class == 2 || (dsn.class == 0 && code / 100 == 2))
		return MAIL_REASON_NONE;
	if (dsn.class != 0 && (dsn.subject != 0 || dsn.detail != 0))
		return of_dsn(dsn);
	if (code == 0 && dsn.class == 4)
		return MAIL_REASON_TEMPORARY;
	return of_code(code, to_rcpt);
}
