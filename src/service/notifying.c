/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/notifying.h"

#include "base/mime.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "service/contactsfile.h"
#include "service/noticemake.h"
#include "service/noticesend.h"
#include "service/noticetries.h"
#include "service/post.h"
#include "service/shutin.h"
#include "service/statefolder.h"
#include "service/textsfolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TURN_MS 250
/* Between two looks at all that could be due. */
#define ROUND_US (5 * WALL_SECOND)

enum step {
	STEP_RESTS,  /* until round_us */
	STEP_ASKS,   /* the keeper, about `ask` */
	STEP_PAUSES, /* it has a notice, and may send it at paced_us */
	STEP_SENDS,
};

struct notifying {
	const struct daemon_settings *settings;
	struct duty duty;
	int keeper;                    /* channel */
	int helper;                    /* the same */
	struct texts *texts, *texts_b; /* of cases whose lot is B; NULL: the same */
	struct contacts *contacts;
	struct noticesend *sending;
	char folder[STATEFOLDER_PATH];
	size_t files;
	enum step step;
	int64_t round_us;
	int64_t asked_us;
	int64_t paced_us;
	enum notice_channel channel; /* of the notice that is under way */
	struct noticeask ask;
	struct noticeanswer one; /* the notice that is under way */
	struct contacts_row contact;
	struct noticetext text;
	uint64_t nobody; /* in the round under way */
	uint64_t numbered;
	struct {
		uint64_t sent[NOTICE_CHANNELS], shown, put_off, given_up, nobody, bad;
	} counts;
	struct noticetries tries;
};

/* Questions. */

static void
ask(struct notifying *notifying, enum noticeask_verb verb, uint64_t after)
{
	struct noticeask *question = &notifying->ask;

	*question = (struct noticeask){.version = NOTICEASK_VERSION,
		.verb = (uint8_t)verb,
		.kind = notifying->one.kind,
		.channel = (uint8_t)(CARE_EMAIL + notifying->channel),
		.number = ++notifying->numbered,
		.of_two = notifying->texts_b != NULL,
		.after = after,
		.text = notifying->text.version};
	if (verb == NOTICEASK_SENT)
		snprintf(question->language, sizeof(question->language), "%s",
			texts_tag(notifying->texts, notifying->text.language));
	notifying->step = STEP_ASKS;
	notifying->asked_us = clock_steady();
	(void)channel_send(notifying->keeper, NOTICEASK_QUESTION, question, sizeof(*question));
}

static void
rest(struct notifying *notifying)
{
	notifying->step = STEP_RESTS;
	notifying->round_us = clock_steady() + ROUND_US;
}

/* What was not sent stays due. */
static void
leave(struct notifying *notifying)
{
	ask(notifying, NOTICEASK_LATER, notifying->one.of_case);
}

/* Is there a way by this channel, and where to? */
static bool
can_reach(const struct notifying *notifying, enum notice_channel channel)
{
	const struct contacts_row *contact = &notifying->contact;
	const struct text *to = channel == NOTICE_EMAIL ? &contact->email
		: channel == NOTICE_SMS                 ? &contact->phone
							: &contact->address[1];

	return notice_has(&notifying->settings->notifying, channel) && to->length > 0 &&
		(channel != NOTICE_EMAIL || noticemake_may_mail(&notifying->one, contact));
}

static unsigned
channels_of(const struct notifying *notifying)
{
	const struct notifying_settings *settings = &notifying->settings->notifying;
	unsigned reached = 0;

	for (unsigned i = 0; i < settings->channels; i++) {
		if (can_reach(notifying, settings->order[i]))
			reached |= 1U << settings->order[i];
	}
	return reached;
}

/* What becomes of a notice. */

static uint64_t
id_of(const struct noticeanswer *one)
{
	uint64_t words[3] = {one->of_case, one->kind, (uint64_t)one->since.us};

	return hash_fast(words, sizeof(words), 0) | 1;
}

/* It was refused; for good: another channel is next. */
static void
try_again(struct notifying *notifying, bool is_final, const char *why)
{
	if (noticetries_refuse(&notifying->tries, id_of(&notifying->one), notifying->channel,
		    is_final, channels_of(notifying), clock_steady())) {
		notifying->counts.put_off++;
		return;
	}
	notifying->counts.given_up++;
	event(EVENT_NOTICE_GIVEN_UP, "case=%llu kind=%s channel=%s text=%s",
		(unsigned long long)notifying->one.of_case, notice_names[notifying->one.kind],
		notice_channels[notifying->channel], why);
}

static void
way_is_down(struct notifying *notifying, const struct fail *fail)
{
	const char *channel = notice_channels[notifying->channel];

	duty_trouble(&notifying->duty, "no notices go out by %s: %s: %s", channel, fail->where,
		fail->what);
	if (noticetries_down(&notifying->tries, notifying->channel, clock_steady()))
		event(EVENT_NOTICE_FAILED, "channel=%s where=%s text=%s", channel, fail->where,
			fail->what);
	notifying->counts.put_off++;
}

static void
way_is_up(struct notifying *notifying)
{
	if (noticetries_up(&notifying->tries, notifying->channel))
		duty_trouble(&notifying->duty, "%s", "");
}

/* The first by which he can be reached and that has not refused this notice for good; false: there is none. */
static bool
choose_channel(struct notifying *notifying)
{
	const struct notifying_settings *settings = &notifying->settings->notifying;
	unsigned open = channels_of(notifying) &
		~noticetries_refused(&notifying->tries, id_of(&notifying->one));

	for (unsigned i = 0; i < settings->channels; i++) {
		notifying->channel = settings->order[i];
		if ((open & 1U << notifying->channel) != 0)
			return true;
	}
	return false;
}

/* A notice. */

/* Those of the case, in the same languages. */
static const struct texts *
texts_of(const struct notifying *notifying)
{
	return notifying->one.lot == 'B' && notifying->texts_b != NULL ? notifying->texts_b
								       : notifying->texts;
}

static int
make(struct notifying *notifying, struct buffer *into)
{
	const struct gardening_settings *garden = &notifying->settings->gardening;
	const struct portaling_settings *portal = &notifying->settings->portaling;
	const struct page_settings page = {.provider = text_of(garden->provider),
		.telephone = text_of(garden->telephone),
		.hours = text_of(portal->hours),
		.help = text_of(garden->help),
		.country = text_of(portal->country)};
	const struct noticemake settings = {.texts = texts_of(notifying),
		.page = &page,
		.portal = noticetext_portal(text_of(garden->portal)),
		.from = notifying->settings->notifying.from};

	return noticemake(&settings, &notifying->one, &notifying->contact, notifying->channel,
		notifying->duty.clock.now, &notifying->text, into);
}

static void
tell(const struct notifying *notifying, const char *mode)
{
	event(EVENT_NOTICE, "case=%llu kind=%s channel=%s language=%s version=%u mode=%s",
		(unsigned long long)notifying->one.of_case, notice_names[notifying->one.kind],
		notice_channels[notifying->channel],
		texts_tag(notifying->texts, notifying->text.language),
		(unsigned)notifying->text.version, mode);
}

/* Into a file, unless that is there. */
static void
show_message(struct notifying *notifying, struct text message)
{
	char path[sizeof(notifying->folder) + 64];
	ssize_t n = -1;
	int file;

	snprintf(path, sizeof(path), "%s/%s-%s.%s", notifying->folder, notifying->one.code,
		notice_names[notifying->one.kind],
		notifying->channel == NOTICE_EMAIL ? "eml" : "json");
	if (notifying->files >= NOTIFYING_FILES)
		return;
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0 && errno == EEXIST)
		return;
	if (file >= 0) {
		n = write(file, message.at, message.length);
		close(file);
	}
	if (n != (ssize_t)message.length) {
		duty_trouble(&notifying->duty, "%s: %s", path, strerror(errno));
		(void)unlink(path);
		return;
	}
	notifying->files++;
	notifying->counts.shown++;
	tell(notifying, "observe");
}

static void
send_message(struct notifying *notifying, struct text message)
{
	char to[MIME_ADDRESS + 1];

	snprintf(to, sizeof(to), "%.*s", (int)notifying->contact.email.length,
		notifying->contact.email.at);
	if (noticesend_begin(notifying->sending, notifying->channel, to, message) < 0) {
		try_again(notifying, true, "it is too long");
		leave(notifying);
		return;
	}
	notifying->step = STEP_SENDS;
	notifying->paced_us =
		clock_steady() + WALL_MINUTE / notifying->settings->notifying.a_minute;
}

static void
begin_message(struct notifying *notifying)
{
	struct buffer message;

	buffer_init(&message, 1 << 18);
	if (make(notifying, &message) < 0) {
		try_again(notifying, true, "no message can be made of it");
		leave(notifying);
	} else if (!notifying->settings->notifying.sends) {
		show_message(notifying, (struct text){message.at, message.length});
		leave(notifying);
	} else {
		send_message(notifying, (struct text){message.at, message.length});
	}
	buffer_done(&message);
}

static void
take_one(struct notifying *notifying)
{
	if (!contacts_find(notifying->contacts, text_of(notifying->one.name), &notifying->contact))
		notifying->contact = (struct contacts_row){.email = {"", 0}};
	if (!noticetries_is_ripe(&notifying->tries, id_of(&notifying->one), clock_steady())) {
		leave(notifying);
	} else if (!choose_channel(notifying)) {
		notifying->nobody++;
		leave(notifying);
	} else if (noticetries_is_down(&notifying->tries, notifying->channel, clock_steady())) {
		leave(notifying);
	} else {
		notifying->step = STEP_PAUSES;
	}
}

static void
end_round(struct notifying *notifying)
{
	notifying->counts.nobody = notifying->nobody;
	notifying->nobody = 0;
	rest(notifying);
}

static void
take_next(struct notifying *notifying, const struct noticeanswer *answer)
{
	switch ((enum noticeask_outcome)answer->outcome) {
	case NOTICEASK_ONE:
		notifying->one = *answer;
		take_one(notifying);
		break;
	case NOTICEASK_MORE:
		ask(notifying, NOTICEASK_NEXT, answer->after);
		break;
	case NOTICEASK_NO_MORE:
		end_round(notifying);
		break;
	case NOTICEASK_KEPT:
	case NOTICEASK_REFUSED:
	case NOTICEASK_AWAY:
	case NOTICEASK_OUTCOMES:
		rest(notifying);
		break;
	}
}

/* What was sent must be written, so that is asked until it is. */
static void
take_answer(struct notifying *notifying, const struct noticeanswer *answer)
{
	if (notifying->step != STEP_ASKS || answer->number != notifying->ask.number)
		return;
	if (notifying->ask.verb == NOTICEASK_NEXT)
		take_next(notifying, answer);
	else if (answer->outcome != NOTICEASK_AWAY)
		ask(notifying, NOTICEASK_NEXT, notifying->one.after);
}

static void
hear_keeper(struct notifying *notifying)
{
	struct noticeanswer answer;
	uint16_t type;
	int64_t size;

	while ((size = channel_receive(notifying->keeper, &type, &answer, sizeof(answer))) >= 0 ||
		size == -EBADMSG) {
		if (size == sizeof(answer) && type == NOTICEASK_ANSWER &&
			noticeanswer_check(&answer))
			take_answer(notifying, &answer);
		else
			event(EVENT_BAD_MESSAGE, "peer=keeper number=0");
	}
}

static void
take_result(struct notifying *notifying, enum noticesend_result result, const struct fail *fail)
{
	switch (result) {
	case NOTICESEND_BUSY:
		return;
	case NOTICESEND_TAKEN:
		way_is_up(notifying);
		notifying->counts.sent[notifying->channel]++;
		tell(notifying, "send");
		ask(notifying, NOTICEASK_SENT, notifying->one.of_case);
		return;
	case NOTICESEND_LATER:
	case NOTICESEND_NEVER:
		way_is_up(notifying);
		try_again(notifying, result == NOTICESEND_NEVER, fail->what);
		break;
	case NOTICESEND_DOWN:
		way_is_down(notifying, fail);
		break;
	}
	leave(notifying);
}

static void
go_on(struct notifying *notifying)
{
	int64_t now = clock_steady();

	switch (notifying->step) {
	case STEP_RESTS:
		if (now >= notifying->round_us)
			ask(notifying, NOTICEASK_NEXT, 0);
		break;
	case STEP_ASKS:
		if (now - notifying->asked_us >= NOTICEASK_WAIT_US)
			ask(notifying, (enum noticeask_verb)notifying->ask.verb,
				notifying->ask.after);
		break;
	case STEP_PAUSES:
		if (now >= notifying->paced_us)
			begin_message(notifying);
		break;
	case STEP_SENDS:
		break;
	}
}

static void
show(struct notifying *notifying)
{
	struct duty *duty = &notifying->duty;

	duty_count(duty, COUNT_NOTICES_EMAIL, notifying->counts.sent[NOTICE_EMAIL]);
	duty_count(duty, COUNT_NOTICES_SMS, notifying->counts.sent[NOTICE_SMS]);
	duty_count(duty, COUNT_NOTICES_LETTER, notifying->counts.sent[NOTICE_LETTER]);
	duty_count(duty, COUNT_NOTICES_SHOWN, notifying->counts.shown);
	duty_count(duty, COUNT_NOTICES_PUT_OFF, notifying->counts.put_off);
	duty_count(duty, COUNT_NOTICES_GIVEN_UP, notifying->counts.given_up);
	duty_show(duty, COUNT_NOTICES_NOBODY, notifying->counts.nobody);
	duty_show(duty, COUNT_CONTACTS, contacts_count(notifying->contacts));
	duty_show(duty, COUNT_CONTACTS_BAD, notifying->counts.bad);
}

static size_t
count_files(const char *folder)
{
	DIR *open_of = opendir(folder);
	size_t count = 0;

	while (open_of != NULL && readdir(open_of) != NULL)
		count++;
	if (open_of != NULL)
		(void)closedir(open_of);
	return count;
}

static void
begin(struct notifying *notifying, const struct post *post)
{
	const struct daemon_settings *settings = notifying->settings;
	const struct portaling_settings *portal = &settings->portaling;
	const struct textsfolder texts = {
		portal->texts, portal->own, portal->own_b, portal->language};
	struct fail fail = {0};
	int r;

	duty_beat(&notifying->duty);
	r = contactsfile_read(
		settings->notifying.contacts, &notifying->contacts, &notifying->counts.bad, &fail);
	if (r == 0 && notifying->counts.bad > 0)
		event(EVENT_CONTACTS_BAD, "where=%s rows=%llu text=%s", fail.where,
			(unsigned long long)notifying->counts.bad, fail.what);
	if (r == 0)
		r = textsfolder_read(&texts, &notifying->texts, &notifying->texts_b, &fail);
	if (r == 0)
		r = noticesend_new(
			&settings->notifying, notifying->helper, &notifying->sending, &fail);
	if (r < 0)
		duty_fail(&notifying->duty, &fail);
	statefolder_of(settings->state, OWNER_NOTIFIER, notifying->folder);
	notifying->files = count_files(notifying->folder);
	/* The zone's file is read once; days are written in its time. */
	tzset();
	shutin_enter(&notifying->duty, post, settings);
	channel_clear(notifying->keeper);
	hash_words_random(&notifying->numbered, 1);
	show(notifying);
	duty_ready(&notifying->duty);
}

_Noreturn void
notifying_run(const struct daemon_settings *settings, struct estate *estate)
{
	struct notifying *notifying = xcalloc(1, sizeof(*notifying));
	struct post post = {.owner = OWNER_NOTIFIER};
	int descriptors[2];

	notifying->settings = settings;
	estate_enter(estate, &post, NULL, 0);
	duty_begin(&notifying->duty, estate, &post);
	notifying->keeper = estate->notifier_keeper.end[0];
	notifying->helper = estate->notifier_helper;
	begin(notifying, &post);
	descriptors[0] = notifying->duty.parent;
	descriptors[1] = notifying->keeper;
	/* What was sent is written before it ends, if that can be had. */
	while (!notifying->duty.is_over || notifying->step == STEP_SENDS ||
		(notifying->step == STEP_ASKS && notifying->ask.verb == NOTICEASK_SENT &&
			!notifying->duty.is_orphan)) {
		struct fail fail = {0};
		enum noticesend_result result =
			noticesend_turn(notifying->sending, descriptors, 2, TURN_MS, &fail);

		duty_beat(&notifying->duty);
		take_result(notifying, result, &fail);
		duty_hear(&notifying->duty);
		hear_keeper(notifying);
		go_on(notifying);
		show(notifying);
	}
	_exit(0);
}
