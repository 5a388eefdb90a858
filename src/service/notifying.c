/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/notifying.h"

#include "care/mailmessage.h"
#include "care/noticetext.h"
#include "identity/contacts.h"
#include "runtime/channel.h"
#include "runtime/event.h"
#include "runtime/secretfile.h"
#include "service/noticeask.h"
#include "service/noticesend.h"
#include "service/post.h"
#include "service/shutin.h"
#include "service/statefolder.h"
#include "service/textsfolder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TURN_MS 250
/* Between two looks at all that could be due. */
#define ROUND_US (5 * WALL_SECOND)
/* A notice that was refused, and a way on which nothing goes: doubled each time, up to the last. */
#define AGAIN_FIRST_US WALL_MINUTE
#define AGAIN_LAST_US  (4 * WALL_HOUR)
#define DOWN_FIRST_US  (10 * WALL_SECOND)
#define DOWN_LAST_US   WALL_HOUR
#define GIVE_UP_US     WALL_DAY

enum step {
	STEP_RESTS,  /* until round_us */
	STEP_ASKS,   /* the keeper, about `ask` */
	STEP_PAUSES, /* it has a notice, and may send it at paced_us */
	STEP_SENDS,
};

/* Of a notice that could not be sent. */
struct trial {
	uint64_t id; /* 0: none */
	int64_t first_us;
	int64_t again_us;
	int64_t pause_us;
	bool is_over; /* given up */
};

struct notifying {
	const struct daemon_settings *settings;
	struct duty duty;
	int keeper; /* channel */
	int helper; /* the same */
	struct texts *texts;
	struct contacts *contacts;
	struct noticesend *sending;
	char folder[STATEFOLDER_PATH];
	size_t files;
	enum step step;
	int64_t round_us;
	int64_t asked_us;
	int64_t paced_us;
	int64_t down_us; /* the way is tried again then; 0: it is not down */
	int64_t down_pause_us;
	struct noticeask ask;
	struct noticeanswer one; /* the notice that is under way */
	struct contacts_row contact;
	struct noticetext text;
	uint64_t nobody; /* in the round under way */
	uint64_t numbered;
	struct {
		uint64_t email, shown, put_off, given_up, nobody, bad;
	} counts;
	struct trial trial[NOTIFYING_TRIES];
};

/* Contacts. */

struct complaints {
	uint64_t count;
	const char *path;
	struct fail *first;
};

static void
complain(void *context, uint64_t line, const char *what)
{
	struct complaints *complaints = context;

	if (complaints->count++ == 0) {
		fail_where(
			complaints->first, "%s:%llu", complaints->path, (unsigned long long)line);
		fail_what(complaints->first, "%s", what);
		fail_hint(complaints->first, "the row is left out");
	}
}

int
notifying_contacts(const char *path, struct contacts **ret, uint64_t *ret_bad, struct fail *fail)
{
	struct fail first = {0};
	struct complaints complaints = {.path = path, .first = &first};
	int file = secretfile_open(path, fail), r = -E2BIG;
	struct text text = {"", 0};
	struct stat stat;

	if (file < 0)
		return file;
	if (fstat(file, &stat) == 0 && (uint64_t)stat.st_size <= CONTACTS_BYTES)
		r = 0;
	if (r == 0 && stat.st_size > 0) {
		text.length = (size_t)stat.st_size;
		text.at = mmap(NULL, text.length, PROT_READ, MAP_PRIVATE, file, 0);
		r = text.at == MAP_FAILED ? -errno : 0;
	}
	close(file);
	if (r < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "%s", strerror(-r));
		return r;
	}
	r = contacts_parse(text, path, complain, &complaints, ret, fail);
	if (text.length > 0)
		(void)munmap((void *)(uintptr_t)text.at, text.length);
	*ret_bad = complaints.count;
	if (r == 0 && complaints.count > 0)
		*fail = first;
	return r;
}

/* Questions. */

static void
ask(struct notifying *notifying, enum noticeask_verb verb, uint64_t after)
{
	struct noticeask *question = &notifying->ask;

	*question = (struct noticeask){.version = NOTICEASK_VERSION,
		.verb = (uint8_t)verb,
		.kind = notifying->one.kind,
		.channel = CARE_EMAIL,
		.number = ++notifying->numbered,
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

/* Trials. */

static uint64_t
id_of(const struct noticeanswer *one)
{
	uint64_t words[3] = {one->of_case, one->kind, (uint64_t)one->since.us};

	return hash_fast(words, sizeof(words), 0) | 1;
}

static struct trial *
trial_of(struct notifying *notifying)
{
	uint64_t id = id_of(&notifying->one);

	return &notifying->trial[id / 2 % NOTIFYING_TRIES];
}

/* May it be tried now? */
static bool
is_ripe(struct notifying *notifying)
{
	const struct trial *trial = trial_of(notifying);

	return trial->id != id_of(&notifying->one) ||
		(!trial->is_over && clock_steady() >= trial->again_us);
}

static void
give_up(struct notifying *notifying, struct trial *trial, const char *why)
{
	trial->is_over = true;
	notifying->counts.given_up++;
	event(EVENT_NOTICE_GIVEN_UP, "case=%llu kind=%s channel=%s text=%s",
		(unsigned long long)notifying->one.of_case, notice_names[notifying->one.kind],
		"email", why);
}

/* It was refused. */
static void
try_again(struct notifying *notifying, bool is_final, const char *why)
{
	struct trial *trial = trial_of(notifying);
	int64_t now = clock_steady();

	if (trial->id != id_of(&notifying->one))
		*trial = (struct trial){
			.id = id_of(&notifying->one), .first_us = now, .pause_us = AGAIN_FIRST_US};
	if (is_final || now - trial->first_us >= GIVE_UP_US) {
		give_up(notifying, trial, why);
		return;
	}
	notifying->counts.put_off++;
	trial->again_us = now + trial->pause_us;
	trial->pause_us = trial->pause_us < AGAIN_LAST_US / 2 ? 2 * trial->pause_us : AGAIN_LAST_US;
}

/* The way. */

static void
way_is_down(struct notifying *notifying, const struct fail *fail)
{
	int64_t pause = notifying->down_pause_us;

	if (notifying->down_us == 0)
		event(EVENT_NOTICE_FAILED, "channel=%s where=%s text=%s", "email", fail->where,
			fail->what);
	duty_trouble(
		&notifying->duty, "no notices go out by e-mail: %s: %s", fail->where, fail->what);
	pause = pause == 0 ? DOWN_FIRST_US : pause < DOWN_LAST_US / 2 ? 2 * pause : DOWN_LAST_US;
	notifying->down_pause_us = pause;
	notifying->down_us = clock_steady() + pause;
	notifying->counts.put_off++;
}

static void
way_is_up(struct notifying *notifying)
{
	if (notifying->down_us != 0)
		duty_trouble(&notifying->duty, "%s", "");
	notifying->down_us = notifying->down_pause_us = 0;
}

/* A notice. */

static bool
make_text(struct notifying *notifying)
{
	const struct gardening_settings *garden = &notifying->settings->gardening;
	const struct portaling_settings *portal = &notifying->settings->portaling;
	const struct noticeanswer *one = &notifying->one;
	const struct page_settings page = {.provider = text_of(garden->provider),
		.telephone = text_of(garden->telephone),
		.hours = text_of(portal->hours),
		.help = text_of(garden->help),
		.country = text_of(portal->country)};
	const struct noticetext_values values = {
		.portal = noticetext_portal(text_of(garden->portal)),
		.code = text_of(one->code),
		.since = one->since,
		.until = one->until};
	size_t language = texts_english(notifying->texts);

	(void)texts_find(notifying->texts, notifying->contact.language, &language);
	return noticetext_make(notifying->texts, &page, &values,
		       (enum topic)(TOPIC_EMAIL_BLOCKED + one->kind), language,
		       &notifying->text) == 0;
}

static int
make_message(const struct notifying *notifying, struct buffer *into)
{
	const struct noticeanswer *one = &notifying->one;
	struct wall now = notifying->duty.clock.now;
	time_t seconds = (time_t)(now.us / WALL_SECOND);
	char id[64];
	struct tm day = {0};

	(void)gmtime_r(&seconds, &day);
	/* The same for one that is sent again because nobody knows that it was. */
	snprintf(id, sizeof(id), "%s.%s.%04d%02d%02d", notice_names[one->kind], one->code,
		day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
	return mailmessage_make(
		&(struct mailmessage){.name = text_of(notifying->settings->gardening.provider),
			.from = text_of(notifying->settings->notifying.from),
			.to = notifying->contact.email,
			.subject = text_of(notifying->text.title),
			.id = text_of(id),
			.language = text_of(texts_tag(notifying->texts, notifying->text.language)),
			.date = now,
			.body = text_of(notifying->text.body)},
		into);
}

static void
tell(const struct notifying *notifying, const char *mode)
{
	event(EVENT_NOTICE, "case=%llu kind=%s channel=%s language=%s version=%u mode=%s",
		(unsigned long long)notifying->one.of_case, notice_names[notifying->one.kind],
		"email", texts_tag(notifying->texts, notifying->text.language),
		(unsigned)notifying->text.version, mode);
}

/* Into a file, unless that is there. */
static void
show_message(struct notifying *notifying, struct text message)
{
	char path[sizeof(notifying->folder) + 64];
	ssize_t n = -1;
	int file;

	snprintf(path, sizeof(path), "%s/%s-%s.eml", notifying->folder, notifying->one.code,
		notice_names[notifying->one.kind]);
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
begin_message(struct notifying *notifying)
{
	char to[MAILMESSAGE_ADDRESS + 1];
	struct buffer message;

	buffer_init(&message, 1 << 18);
	if (!make_text(notifying) || make_message(notifying, &message) < 0) {
		try_again(notifying, true, "no message can be made of it");
		leave(notifying);
	} else if (!notifying->settings->notifying.sends) {
		show_message(notifying, (struct text){message.at, message.length});
		leave(notifying);
	} else {
		snprintf(to, sizeof(to), "%.*s", (int)notifying->contact.email.length,
			notifying->contact.email.at);
		noticesend_mail(notifying->sending, to, (struct text){message.at, message.length});
		notifying->step = STEP_SENDS;
		notifying->paced_us =
			clock_steady() + WALL_MINUTE / notifying->settings->notifying.a_minute;
	}
	buffer_done(&message);
}

static void
take_one(struct notifying *notifying)
{
	bool is_known = contacts_find(
		notifying->contacts, text_of(notifying->one.name), &notifying->contact);

	if (!is_known || notifying->contact.email.length == 0) {
		notifying->nobody++;
		leave(notifying);
	} else if (!is_ripe(notifying) || clock_steady() < notifying->down_us) {
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
		notifying->counts.email++;
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

	duty_count(duty, COUNT_NOTICES_EMAIL, notifying->counts.email);
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
	struct fail fail = {0};
	int r;

	duty_beat(&notifying->duty);
	r = notifying_contacts(
		settings->notifying.contacts, &notifying->contacts, &notifying->counts.bad, &fail);
	if (r == 0 && notifying->counts.bad > 0)
		event(EVENT_CONTACTS_BAD, "where=%s rows=%llu text=%s", fail.where,
			(unsigned long long)notifying->counts.bad, fail.what);
	if (r == 0)
		r = textsfolder_read(settings->portaling.texts, settings->portaling.own,
			&notifying->texts, &fail);
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
