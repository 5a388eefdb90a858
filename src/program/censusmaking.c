/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/censusmaking.h"

#include "base/crew.h"
#include "base/mime.h"
#include "census/letter/caseletter.h"
#include "census/letter/letter.h"
#include "census/letter/manifest.h"
#include "program/censusruns.h"
#include "program/complaint.h"
#include "program/installed.h"
#include "program/progress.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What the threads share. */
struct shared {
	const struct censusmaking *making;
	pthread_mutex_t lock; /* of all below */
	size_t next;
	struct manifest *manifest;
	struct censusmade *made;
	struct progress progress;
	int error; /* 0, or the first -errno that ends it */
	struct fail fail;
};

/* What each of them has. */
struct worker {
	struct shared *shared;
	struct letter_bench *bench;
	struct caseletter rows;
	struct lettertrap traps[LETTER_MESSAGES];
	struct buffer message;
};

static struct lettercase
case_of(struct worker *worker, const struct caseday_letter *letter, char code[CENSUS_CODE])
{
	const struct censusmaking *making = worker->shared->making;
	struct lettercase of = {.sender = making->sender,
		.code = text_of(census_case_code(letter->number, letter->opened, code)),
		.number = letter->letter,
		.kind = (enum letter_kind)letter->kind,
		.written = making->written,
		.before = letter->before != 0 ? state_day_begin(letter->before) : making->written,
		.mailbox = letter->mailbox,
		.wants_xarf = letter->wants_xarf && letter->count == 1};

	of.most = letter->most;
	caseletter_fill(&worker->rows, making->file, letter->of, letter->count, &of);
	censustraps_fill(making->traps, making->written, worker->rows.rows, of.rows, worker->traps);
	return of;
}

static void
count_language(struct censusmade *made, struct text tag)
{
	unsigned i = 0;

	while (i < made->languages && !text_is(tag, made->language[i].tag))
		i++;
	if (i == made->languages) {
		if (i == CENSUSMAKING_LANGUAGES || tag.length >= LETTERWORDS_TAG)
			return;
		memcpy(made->language[i].tag, tag.at, tag.length);
		made->languages++;
	}
	made->language[i].letters++;
}

/* With the lock. listed: NULL, it cannot stand in a manifest. */
static void
enter(struct shared *shared, const struct lettercase *of, const struct manifest_letter *listed,
	const struct letter_made *made)
{
	struct censusmade *all = shared->made;

	if (listed == NULL || manifest_put(shared->manifest, listed) < 0) {
		all->failed++;
		return;
	}
	all->letters++;
	all->by_kind[of->kind]++;
	all->rows += made->rows;
	all->messages += made->messages;
	count_language(all, made->language);
}

/* One letter: 0, or -errno with fail that ends all. */
static int
make_one(struct worker *worker, const struct caseday_letter *letter, struct fail *fail)
{
	const struct censusmaking *making = worker->shared->making;
	char code[CENSUS_CODE], path[CENSUSRUNS_PATH + CENSUS_LETTER];
	struct lettercase of = case_of(worker, letter, code);
	struct manifest_letter listed;
	struct letter_made made;
	bool is_listed;
	int r;

	buffer_clear(&worker->message);
	r = letter_make(worker->bench, &of, making->words, &making->traps->redact, &worker->message,
		&made, fail);
	if (r < 0) {
		pthread_mutex_lock(&worker->shared->lock);
		complaint_print(fail);
		worker->shared->made->failed++;
		pthread_mutex_unlock(&worker->shared->lock);
		return 0;
	}
	snprintf(path, sizeof(path), "%s/letters/%s.%u.eml", making->folder, code, of.number);
	r = censusruns_write(path, worker->message.at, worker->message.length, fail);
	if (r < 0)
		return r;
	is_listed = manifest_letter_of(&listed, of.code, of.number, of.mailbox,
			    (struct text){worker->message.at, worker->message.length}) == 0;
	pthread_mutex_lock(&worker->shared->lock);
	enter(worker->shared, &of, is_listed ? &listed : NULL, &made);
	pthread_mutex_unlock(&worker->shared->lock);
	return 0;
}

/* The next one; NULL: there is none. */
static const struct caseday_letter *
take_next(struct shared *shared)
{
	const struct caseday_letter *letter = NULL;

	pthread_mutex_lock(&shared->lock);
	if (shared->error == 0 && shared->next < shared->making->day->letter_count) {
		letter = &shared->making->day->letters[shared->next++];
		progress_show(
			&shared->progress, shared->next, shared->making->day->letter_count, NULL);
	}
	pthread_mutex_unlock(&shared->lock);
	return letter;
}

static void
work(void *context, size_t job)
{
	struct worker *worker = (struct worker *)context + job;
	const struct caseday_letter *letter;

	while ((letter = take_next(worker->shared)) != NULL) {
		struct fail fail = {0};
		int r = make_one(worker, letter, &fail);

		if (r == 0)
			continue;
		pthread_mutex_lock(&worker->shared->lock);
		if (worker->shared->error == 0) {
			worker->shared->error = r;
			worker->shared->fail = fail;
		}
		pthread_mutex_unlock(&worker->shared->lock);
	}
}

static void
work_all(struct shared *shared)
{
	struct worker workers[CENSUSMAKING_THREADS];
	unsigned count = shared->making->threads;

	if (count > CENSUSMAKING_THREADS)
		count = CENSUSMAKING_THREADS;
	for (unsigned i = 0; i < count; i++) {
		workers[i] = (struct worker){.shared = shared, .bench = letter_bench_new()};
		caseletter_init(&workers[i].rows);
		buffer_init(&workers[i].message, LETTER_BYTES);
	}
	crew_work(count, count, work, workers);
	for (unsigned i = 0; i < count; i++) {
		workers[i].bench = letter_bench_free(workers[i].bench);
		caseletter_done(&workers[i].rows);
		buffer_done(&workers[i].message);
	}
}

static int
compare_tags(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int
write_manifest(const struct censusmaking *making, struct shared *shared, struct fail *fail)
{
	char path[CENSUSRUNS_PATH + 16];
	struct buffer text;
	int r;

	buffer_init(&text, MANIFEST_BYTES);
	r = manifest_end(shared->manifest, making->by, making->written, &text, fail);
	if (r == 0) {
		snprintf(path, sizeof(path), "%s/manifest", making->folder);
		r = censusruns_write(path, text.at, text.length, fail);
		snprintf(shared->made->sum, sizeof(shared->made->sum), "%s",
			manifest_sum(shared->manifest));
	}
	buffer_done(&text);
	return r;
}

int
censusmaking_write(const struct censusmaking *making, struct censusmade *ret, struct fail *fail)
{
	struct shared shared = {.making = making, .manifest = manifest_new(), .made = ret};
	int r;

	*ret = (struct censusmade){0};
	pthread_mutex_init(&shared.lock, NULL);
	progress_init(&shared.progress, "letters");
	work_all(&shared);
	progress_done(&shared.progress);
	qsort(ret->language, ret->languages, sizeof(ret->language[0]), compare_tags);
	r = shared.error;
	if (r < 0)
		*fail = shared.fail;
	else
		r = write_manifest(making, &shared, fail);
	shared.manifest = manifest_free(shared.manifest);
	pthread_mutex_destroy(&shared.lock);
	return r;
}

/* The catalogue of a language, if it has one. */
static int
add_words(struct letterwords *words, const char *texts, const char *tag, char *bytes,
	struct fail *fail)
{
	char path[INSTALLED_PATH + 300];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/" LETTERWORDS_FILE, texts, tag);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	size = fread(bytes, 1, PHRASES_BYTES, file);
	(void)fclose(file);
	return letterwords_add(words, text_of(tag), (struct text){bytes, size}, path, fail);
}

int
censusmaking_words(struct letterwords **ret, struct fail *fail)
{
	struct letterwords *words = letterwords_new();
	char *bytes = xcalloc(1, PHRASES_BYTES);
	char texts[INSTALLED_PATH];
	struct dirent *entry;
	int r = 0;
	DIR *folder;

	installed_find("texts", R_OK, LAZARET_TEXTS, texts);
	folder = opendir(texts);
	while (r == 0 && folder != NULL && (entry = readdir(folder)) != NULL) {
		if (mime_check_tag(text_of(entry->d_name)) == 0)
			r = add_words(words, texts, entry->d_name, bytes, fail);
	}
	if (folder == NULL) {
		r = -errno;
		fail_where(fail, "%s", texts);
		fail_what(fail, "the texts of letters cannot be read: %s", strerror(-r));
	} else {
		closedir(folder);
	}
	free(bytes);
	if (r < 0)
		words = letterwords_free(words);
	*ret = words;
	return r;
}
