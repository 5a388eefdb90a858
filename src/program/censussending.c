/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censussending.h"

#include "base/mime.h"
#include "census/letter/letter.h"
#include "census/outbox/letterlook.h"
#include "census/outbox/pace.h"
#include "census/outbox/returnpath.h"
#include "program/censusdeed.h"
#include "program/censussurvey.h"
#include "program/complaint.h"
#include "program/interrupt.h"
#include "program/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* What came back meanwhile is asked for each so many letters. */
#define TALLY_EACH 100

struct sending {
	const struct censussending_settings *settings;
	struct censussending_ended *ended;
	struct mta *mta;
	struct pace *pace;
	uint8_t key[CENSUS_KEY];
	struct census_tally tally;
	struct buffer scratch;
	uint32_t *waiting; /* places in the manifest, in its order */
	size_t count;
	size_t total;
	int stop; /* becomes readable when it is to end */
	struct progress progress;
};

static int
by_time(const void *a, const void *b)
{
	const struct census_letter *const *left = a, *const *right = b;

	return (*left)->handed.us < (*right)->handed.us ? -1
							: (*left)->handed.us > (*right)->handed.us;
}

/* What was handed over within an hour, in the order of time. */
static void
note_hour(struct sending *sending, const struct censusrows *rows)
{
	struct wall now = censusdeed_now(), hour = {now.us - WALL_HOUR};
	const struct census_letter **of_hour =
		xcalloc(rows->count + 1, sizeof(struct census_letter *));
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct census_letter *it = census_letter_at(rows, i);

		if (it->handed.us > hour.us && mime_check_address(it->mailbox) == 0)
			of_hour[count++] = it;
	}
	qsort(of_hour, count, sizeof(struct census_letter *), by_time);
	/* Where the clock was set back meanwhile, nothing is waited for that has not been. */
	for (size_t i = 0; i < count; i++)
		pace_note(sending->pace, of_hour[i]->mailbox,
			of_hour[i]->handed.us < now.us ? of_hour[i]->handed : now);
	free(of_hour);
}

/* Those that are not settled, and the hour before now. */
static int
take_history(struct sending *sending, struct fail *fail)
{
	const struct manifest *manifest = sending->settings->letters->manifest;
	struct censusrows rows;
	int r = censusstore_letters(sending->settings->store, &rows, fail);

	if (r < 0)
		return r;
	sending->total = manifest_count(manifest);
	sending->waiting = xcalloc(sending->total + 1, sizeof(*sending->waiting));
	for (size_t i = 0; i < sending->total; i++) {
		const struct census_letter *it =
			census_letter_find(&rows, manifest_at(manifest, i)->name);

		if (it == NULL || it->outcome == OUTCOME_LATER)
			sending->waiting[sending->count++] = (uint32_t)i;
	}
	note_hour(sending, &rows);
	censusrows_done(&rows);
	return 0;
}

static int
update_tally(struct sending *sending, struct fail *fail)
{
	return censusstore_tally(sending->settings->store, sending->settings->letters->number,
		&sending->tally, fail);
}

static int
tell_broken(const struct sending *sending, struct fail *fail)
{
	const struct census_tally *tally = &sending->tally;

	fail_what(fail, "%" PRIu64 " of %" PRIu64 " letters of this run came back or were refused",
		tally->bounced + tally->refused, tally->sent + tally->refused);
	fail_hint(fail,
		"look why (lazaret census contact): the lists of contacts may be old, or the mail "
		"server's address may be blocked; --go-on sends the rest all the same");
	return -ECANCELED;
}

/* 1: it may be sent now; 0: not at all; -errno. */
static int
may_send(struct sending *sending, const struct manifest_letter *letter, struct text message,
	struct fail *fail)
{
	struct prefix *prefixes = NULL;
	struct letterlook look;
	enum census_word word;
	size_t count = 0;
	int r = censusstore_may_write(
		sending->settings->store, text_of(letter->mailbox), &word, fail);

	if (r < 0 || word != WORD_YES)
		return r;
	r = censussurvey_prefixes(sending->settings->store, &prefixes, &count, fail);
	if (r < 0)
		return r;
	if (count == 0) {
		free(prefixes);
		return 1;
	}
	letterlook_read(message, prefixes, count, &sending->scratch, &look);
	free(prefixes);
	return !look.is_within;
}

/* A refusal whose reason is the mailbox: 5.1.x (RFC 3463 s3.2), "550 5.1.1 ...". Others may be about the letter, or
 * us. */
static bool
is_of_mailbox(const struct mta_reply *reply)
{
	return strlen(reply->text) > 8 && strncmp(reply->text + 4, "5.1.", 4) == 0;
}

static int
settle(struct sending *sending, const struct manifest_letter *letter, const struct mta_reply *reply,
	struct fail *fail)
{
	static const enum census_outcome outcomes[] = {[MTA_TOOK] = OUTCOME_SENT,
		[MTA_LATER] = OUTCOME_LATER,
		[MTA_REFUSED] = OUTCOME_REFUSED,
		[MTA_AWAY] = OUTCOME_LATER};
	struct censusstore *store = sending->settings->store;
	struct wall now = censusdeed_now();
	int r = censusstore_begin(store, fail);

	if (r == 0)
		r = censusstore_settle(
			store, letter->name, outcomes[reply->answer], reply->code, now, NULL, fail);
	if (r == 0 && reply->answer == MTA_REFUSED && is_of_mailbox(reply))
		r = censusstore_set_state(
			store, text_of(letter->mailbox), CONTACT_REFUSED, now, NULL, fail);
	if (r == 0)
		return censusstore_end(store, true, fail);
	(void)!censusstore_end(store, false, NULL);
	return r;
}

static void
tell_letter(struct sending *sending, const struct manifest_letter *letter,
	const struct mta_reply *reply)
{
	struct fail fail = {0};

	fail_where(&fail, "%s to %s", letter->name, letter->mailbox);
	fail_what(&fail, "%s", reply->text);
	if (reply->answer == MTA_CUT)
		fail_hint(&fail,
			"nobody knows whether it was sent: look into the server's log, and "
			"say it: lazaret census send --resolve");
	progress_done(&sending->progress);
	complaint_print(&fail);
}

/* What the server said of the letter. */
static int
take_reply(struct sending *sending, const struct manifest_letter *letter,
	const struct mta_reply *reply, struct fail *fail)
{
	struct censussending_ended *ended = sending->ended;

	switch (reply->answer) {
	case MTA_TOOK:
		ended->sent++;
		sending->tally.sent++;
		break;
	case MTA_LATER:
		ended->later++;
		tell_letter(sending, letter, reply);
		break;
	case MTA_REFUSED:
		ended->refused++;
		sending->tally.refused++;
		tell_letter(sending, letter, reply);
		break;
	case MTA_CUT:
		/* It stays as it is. */
		ended->unknown++;
		tell_letter(sending, letter, reply);
		return 0;
	case MTA_AWAY:
		break;
	}
	return settle(sending, letter, reply, fail);
}

static int
tell_away(struct sending *sending, const struct mta_reply *reply, struct fail *fail)
{
	const struct mta_settings *mta = &sending->settings->mail->mta;

	sending->ended->end = CENSUSSENDING_AWAY;
	fail_where(fail, "%s:%u", mta->host, mta->port);
	fail_what(fail, "the mail server takes no letters: %s", reply->text);
	fail_hint(fail, "the rest waits for the next lazaret census send");
	return -ECONNREFUSED;
}

static int
send_letter(struct sending *sending, const struct manifest_letter *letter, struct text message,
	struct fail *fail)
{
	const struct censussending_settings *settings = sending->settings;
	struct census_letter row = {.run = settings->letters->number,
		.mailbox = text_of(letter->mailbox),
		.handed = censusdeed_now()};
	char from[RETURNPATH_TEXT];
	struct mta_reply reply;
	int r = returnpath_make(sending->key, settings->mail->bounce, letter->name, from);

	if (r < 0) {
		fail_what(fail, "census.mta.bounce has too many bytes before the @");
		return r;
	}
	memcpy(row.name, letter->name, sizeof(row.name));
	memcpy(row.sum, letter->sum, sizeof(row.sum));
	r = censusstore_hand(settings->store, &row, fail);
	if (r < 0)
		return r;
	pace_note(sending->pace, row.mailbox, row.handed);
	mta_send(sending->mta, from, letter->mailbox, message, &reply);
	r = take_reply(sending, letter, &reply, fail);
	if (r < 0 || reply.answer != MTA_AWAY)
		return r;
	return tell_away(sending, &reply, fail);
}

/* The letter of that place. */
static int
send_at(struct sending *sending, size_t i, struct fail *fail)
{
	struct censusletters *letters = sending->settings->letters;
	const struct manifest_letter *letter = manifest_at(letters->manifest, i);
	struct fail wrong = {0};
	struct text message;
	int r;

	if (censusletters_read(letters, i, &message, &wrong) < 0) {
		sending->ended->damaged++;
		progress_done(&sending->progress);
		complaint_print(&wrong);
		return 0;
	}
	r = may_send(sending, letter, message, fail);
	if (r <= 0) {
		sending->ended->skipped += r == 0;
		return r;
	}
	return send_letter(sending, letter, message, fail);
}

/* Until a time, or until somebody wants it to end. */
static void
wait_until(struct sending *sending, struct wall until)
{
	char at[WALL_TEXT], note[64];

	wall_format(until, at);
	snprintf(note, sizeof(note), "waits until %.8s UTC for the pace", at + 11);
	for (;;) {
		struct pollfd stop = {.fd = sending->stop, .events = POLLIN};
		int64_t left = until.us - censusdeed_now().us;

		if (left <= 0 || interrupt_came())
			return;
		progress_show(
			&sending->progress, sending->total - sending->count, sending->total, note);
		(void)poll(&stop, 1, left < WALL_SECOND ? (int)(left / 1000) + 1 : 1000);
	}
}

/* Those whose turn it is; the others stay, and next is when the first of them may go. */
static int
pass(struct sending *sending, struct wall *next, struct fail *fail)
{
	const struct manifest *manifest = sending->settings->letters->manifest;
	size_t kept = 0, i = 0;
	int r = 0;

	*next = (struct wall){INT64_MAX};
	for (; i < sending->count && r == 0 && !interrupt_came(); i++) {
		uint32_t place = sending->waiting[i];
		struct text mailbox = text_of(manifest_at(manifest, place)->mailbox);
		struct wall now = censusdeed_now(), at = pace_next(sending->pace, mailbox, now);

		if (at.us > now.us) {
			*next = at.us < next->us ? at : *next;
			sending->waiting[kept++] = place;
			continue;
		}
		progress_show(&sending->progress, sending->total - sending->count + i - kept,
			sending->total, NULL);
		if (i % TALLY_EACH == 0)
			r = update_tally(sending, fail);
		if (r == 0 && !sending->settings->goes_on && pace_is_broken(&sending->tally)) {
			sending->ended->end = CENSUSSENDING_BROKEN;
			r = tell_broken(sending, fail);
			break;
		}
		if (r == 0)
			r = send_at(sending, place, fail);
		/* It took none: this one is left with the others. */
		if (sending->ended->end == CENSUSSENDING_AWAY)
			break;
	}
	memmove(&sending->waiting[kept], &sending->waiting[i],
		(sending->count - i) * sizeof(*sending->waiting));
	sending->count = kept + sending->count - i;
	return r;
}

static int
send_all(struct sending *sending, struct fail *fail)
{
	struct wall next;
	int r = 0;

	while (r == 0 && sending->count > 0 && !interrupt_came()) {
		r = pass(sending, &next, fail);
		if (r == 0 && sending->count > 0 && !interrupt_came())
			wait_until(sending, next);
	}
	sending->ended->left = sending->count;
	if (r < 0 && sending->ended->end == CENSUSSENDING_ALL)
		sending->ended->end = CENSUSSENDING_FAILED;
	else if (r == 0 && sending->count > 0)
		sending->ended->end = CENSUSSENDING_INTERRUPTED;
	return r;
}

static int
note_deed(struct sending *sending, struct fail *fail)
{
	return censusstore_add_deed(sending->settings->store, sending->settings->deed, fail);
}

int
censussending_run(const struct censussending_settings *settings, struct censussending_ended *ended,
	struct fail *fail)
{
	struct sending sending = {.settings = settings, .ended = ended};
	int r = censusstore_key(settings->store, sending.key, fail);

	*ended = (struct censussending_ended){.end = CENSUSSENDING_ALL};
	if (r < 0)
		return r;
	progress_init(&sending.progress, "letters");
	buffer_init(&sending.scratch, LETTER_BYTES);
	sending.pace = pace_new(settings->mail->an_hour, settings->mail->domain_an_hour);
	sending.mta = mta_new(&settings->mail->mta);
	sending.stop = interrupt_begin();
	r = take_history(&sending, fail);
	if (r == 0)
		r = note_deed(&sending, fail);
	if (r == 0)
		r = send_all(&sending, fail);
	progress_done(&sending.progress);
	interrupt_end();
	sending.mta = mta_free(sending.mta);
	sending.pace = pace_free(sending.pace);
	buffer_done(&sending.scratch);
	free(sending.waiting);
	explicit_bzero(sending.key, sizeof(sending.key));
	return r;
}
