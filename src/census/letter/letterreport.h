/* letterreport - a message about one incident, for programs that read reports of abuse
 *
 * What:    multipart/report; report-type=feedback-report (RFC 5965), which says in English text, in fields and in a
 *          third part what one address did:
 *          - ARF, type abuse, where a trap of the agency's own has the message: the third part is what stays of its
 *            head (letterredact). Its subject is that of the message, as RFC 5965 s2 wants it.
 *          - XARF: the third part is its JSON (letterxarf). Type xarf is registered nowhere, so it goes to those alone
 *            who asked for it (RFC 5965 s6).
 *          The mark of the case is in Message-ID, References and the text.
 * Owns:    nothing.
 * Limits:  those of the buffer; a subject of LETTERHEAD_SUBJECT characters.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERREPORT_H
#define LAZARET_CENSUS_LETTER_LETTERREPORT_H

#include "census/letter/lettercase.h"
#include "census/letter/letterredact.h"

/* row: which of the case. -EINVAL with fail: as lettercase_check; or no trap has a message, or the contact did not ask;
 * -EMSGSIZE with fail: it does not fit. */
int letterreport_arf(const struct lettercase *of, size_t row, const struct letterredact *redact,
	struct buffer *into, struct fail *fail) MUST_USE;
int letterreport_xarf(const struct lettercase *of, size_t row, const struct letterredact *redact,
	struct buffer *into, struct fail *fail) MUST_USE;

#endif
