/* reading - what a ledger holds, for people and programs
 *
 * What:    cases, their transitions, the parameters that judged, the audit trail, counts of what retention
 *          removed. All but the opening of a name works without the key file and on a ledger that was
 *          opened for reading.
 * Owns:    rows and their texts are the visitor's until it returns; the rest is copied.
 * Limits:  see ledger.h.
 * Thread:  as ledger.h. Verdicts that wait for the next batch are not seen.
 */
#ifndef LAZARET_LEDGER_READING_H
#define LAZARET_LEDGER_READING_H

#include "ledger/ledger.h"

/* These give the newest case that fits, or -ENOENT without filling fail;
 * ledger_find_name needs the key file (-ENOKEY). */
int ledger_case(struct ledger *ledger, uint64_t number, struct ledger_case *ret,
	struct fail *fail) MUST_USE;
int ledger_find_line(
	struct ledger *ledger, uint64_t line, struct ledger_case *ret, struct fail *fail) MUST_USE;
int ledger_find_name(struct ledger *ledger, struct text name, struct ledger_case *ret,
	struct fail *fail) MUST_USE;
/* By number. */
int ledger_each_case(
	struct ledger *ledger, visit_case visit, void *context, struct fail *fail) MUST_USE;
/* From the one after that number on. */
int ledger_each_case_after(struct ledger *ledger, uint64_t after, visit_case visit, void *context,
	struct fail *fail) MUST_USE;
/* As the one before, of the open cases. */
int ledger_each_open_after(struct ledger *ledger, uint64_t after, visit_case visit, void *context,
	struct fail *fail) MUST_USE;
/* How many there are in all, and how many of them are open. */
int ledger_count_cases(
	struct ledger *ledger, uint64_t *all, uint64_t *open, struct fail *fail) MUST_USE;
/* Of one case in the order of their numbers. transition_decode gives back the verdict. */
int ledger_each_transition(struct ledger *ledger, uint64_t of_case, visit_transition visit,
	void *context, struct fail *fail) MUST_USE;
int ledger_each_audit(
	struct ledger *ledger, visit_audit visit, void *context, struct fail *fail) MUST_USE;
int ledger_each_audit_after(struct ledger *ledger, uint64_t after, visit_audit visit, void *context,
	struct fail *fail) MUST_USE;
/* Adds the text to the buffer; -ENOENT if the version is not known. */
int ledger_parameters_text(
	struct ledger *ledger, uint32_t version, struct buffer *into, struct fail *fail) MUST_USE;
int ledger_each_total(struct ledger *ledger,
	int (*visit)(void *context, struct text month, uint8_t highest, uint64_t cases),
	void *context, struct fail *fail) MUST_USE;

/* Opens the name of a case's line for a person, once the row that says so is on the disk. -ENOENT: no such
 * case; -ENOKEY: no key file, or not the one that sealed it; -EROFS: the ledger was opened for reading. */
int ledger_open_name(
	struct ledger *ledger, uint64_t number, char into[SEAL_NAME], struct fail *fail) MUST_USE;

#endif
