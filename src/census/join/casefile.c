/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/casefile.h"

#include "census/join/caselayout.h"
#include "census/join/score.h"
#include "census/registry/registryfile.h"

#include <errno.h>

const struct keptfile_kind caselayout_kind = {
	.mark = "lzcases", .version = 1, .name = "file of cases"};

const char *const casefile_arms[CASEFILE_ARM_COUNT] = {"letter", "hold-out"};

const char *const casefile_steps[CASEFILE_STEP_COUNT] = {"none", "waits", "held out",
	"first letter", "reminder", "escalation", "held", "never", "nobody known", "closed"};

#define NOWHERE SIZE_MAX

/* Steps over an array; NULL where it is not all there, and after that always. */
static const void *
take_array(const struct casefile *file, size_t *at, uint64_t count, size_t size)
{
	size_t left = *at != NOWHERE ? file->size - *at : 0, begin = *at;

	if (*at == NOWHERE || count > left / size || caselayout_padded(count * size) > left) {
		*at = NOWHERE;
		return NULL;
	}
	*at += caselayout_padded(count * size);
	return file->bytes + begin;
}

static bool
is_layout(const struct caselayout *layout)
{
	return layout->networks > 0 && layout->networks <= UINT32_MAX && layout->cases > 0 &&
		layout->cases <= UINT32_MAX && layout->texts <= UINT32_MAX &&
		layout->lists <= SCORE_LISTS && layout->by_case <= UINT32_MAX &&
		layout->rows4 <= layout->by_case &&
		layout->rows6 == layout->by_case - layout->rows4;
}

static int
take_arrays(struct casefile *file, struct fail *fail)
{
	size_t at = sizeof(struct keptfile_head);
	const struct caselayout *layout = take_array(file, &at, 1, sizeof(*layout));

	if (layout == NULL || !is_layout(layout))
		goto wrong;
	file->totals = take_array(file, &at, 1, sizeof(*file->totals));
	file->networks = take_array(file, &at, layout->networks, sizeof(*file->networks));
	file->cases = take_array(file, &at, layout->cases, sizeof(*file->cases));
	file->systems = take_array(file, &at, layout->systems, sizeof(*file->systems));
	file->countries = take_array(file, &at, layout->countries, sizeof(*file->countries));
	file->lists = take_array(file, &at, layout->lists, sizeof(*file->lists));
	file->texts = take_array(file, &at, layout->texts, 1);
	file->rows4 = take_array(file, &at, layout->rows4, sizeof(*file->rows4));
	file->rows6 = take_array(file, &at, layout->rows6, sizeof(*file->rows6));
	file->of4 = take_array(file, &at, layout->of4, sizeof(*file->of4));
	file->of6 = take_array(file, &at, layout->of6, sizeof(*file->of6));
	file->by_case = take_array(file, &at, layout->by_case, sizeof(*file->by_case));
	if (at != file->size)
		goto wrong;
	file->network_count = layout->networks;
	file->case_count = layout->cases;
	file->system_count = layout->systems;
	file->country_count = layout->countries;
	file->list_count = layout->lists;
	file->texts_size = layout->texts;
	file->rows4_count = layout->rows4;
	file->rows6_count = layout->rows6;
	file->of4_count = layout->of4;
	file->of6_count = layout->of6;
	return 0;

wrong:
	fail_what(fail, "its size is not that of what it should hold");
	return -EBADMSG;
}

static bool
is_text(const struct casefile *file, uint32_t text)
{
	uint32_t length;

	if (text % 8 != 0 || file->texts_size < sizeof(length) ||
		text > file->texts_size - sizeof(length))
		return false;
	memcpy(&length, file->texts + text, sizeof(length));
	return length <= file->texts_size - sizeof(length) - text;
}

static bool
is_network(const struct casefile *file, const struct casefile_network *network)
{
	return is_text(file, network->name) && is_text(file, network->holder) &&
		network->of < file->case_count && network->family < RANGE_SYSTEM &&
		network->registry < REGISTRY_COUNT && network->rule < CONTACT_RULE_COUNT &&
		network->quality < QUALITY_COUNT;
}

static bool
is_case(const struct casefile *file, const struct casefile_case *one)
{
	uint64_t six = one->counts.listed6, four = (uint64_t)one->counts.listed - six;

	return is_text(file, one->mailbox) && is_text(file, one->mailbox2) &&
		is_text(file, one->holder) && is_text(file, one->code) && is_text(file, one->why) &&
		one->arm < CASEFILE_ARM_COUNT && one->step < CASEFILE_STEP_COUNT &&
		one->rule < CONTACT_RULE_COUNT && one->quality < QUALITY_COUNT &&
		six <= one->counts.listed && one->rows4 + four <= file->rows4_count &&
		one->rows6 + six <= file->rows4_count + file->rows6_count &&
		one->rows6 >= file->rows4_count;
}

static bool
is_list(const struct casefile *file, const struct casefile_list *list)
{
	return is_text(file, list->name) && is_text(file, list->group) &&
		is_text(file, list->licence);
}

/* Does each number of the sums lead to something? */
static bool
check_sums(const struct casefile *file)
{
	bool good = true;

	for (uint64_t i = 0; i < file->network_count; i++)
		good = good && is_network(file, &file->networks[i]);
	for (uint64_t i = 0; i < file->case_count; i++)
		good = good && is_case(file, &file->cases[i]);
	for (uint64_t i = 0; i < file->system_count; i++)
		good = good && is_text(file, file->systems[i].holder);
	for (uint64_t i = 0; i < file->list_count; i++)
		good = good && is_list(file, &file->lists[i]);
	return good;
}

/* And those of the rows? */
static bool
check_rows(const struct casefile *file)
{
	uint64_t networks = file->network_count;
	bool good = true;

	for (uint64_t i = 0; i < file->rows4_count; i++)
		good &= file->rows4[i].network < networks &&
			file->rows4[i].status < CASEFILE_STATUS_COUNT;
	for (uint64_t i = 0; i < file->rows6_count; i++)
		good &= file->rows6[i].network < networks &&
			file->rows6[i].status < CASEFILE_STATUS_COUNT;
	for (uint64_t i = 0; i < file->of4_count; i++)
		good &= file->of4[i] < networks;
	for (uint64_t i = 0; i < file->of6_count; i++)
		good &= file->of6[i] < networks;
	for (uint64_t i = 0; i < file->rows4_count; i++)
		good &= file->by_case[i] < file->rows4_count;
	for (uint64_t i = 0; i < file->rows6_count; i++)
		good &= file->by_case[file->rows4_count + i] < file->rows6_count;
	return good;
}

int
casefile_on(const uint8_t *bytes, size_t size, struct casefile *ret, struct fail *fail)
{
	struct casefile file = {.bytes = bytes, .size = size};
	int r = keptfile_check(bytes, size, &caselayout_kind, fail);

	if (r == 0)
		r = keptfile_verify(bytes, size, fail);
	if (r == 0)
		r = take_arrays(&file, fail);
	if (r < 0)
		return r;
	if (!check_sums(&file) || !check_rows(&file)) {
		fail_what(fail, "a number in it leads to nothing");
		return -EBADMSG;
	}
	*ret = file;
	return 0;
}

int
casefile_open(const char *path, struct casefile *ret, struct fail *fail)
{
	const uint8_t *bytes;
	size_t size;
	int r = keptfile_map(path, &bytes, &size, fail);

	if (r < 0)
		return r;
	r = casefile_on(bytes, size, ret, fail);
	if (r < 0) {
		fail_where(fail, "%s", path);
		keptfile_unmap(bytes, size);
	}
	return r;
}

void
casefile_close(struct casefile *file)
{
	keptfile_unmap(file->bytes, file->size);
	*file = (struct casefile){0};
}

const struct casefile_case *
casefile_find(const struct casefile *file, struct text mailbox)
{
	uint64_t low = 1, count = file->case_count - 1;

	while (count > 0) {
		uint64_t half = count / 2;
		struct text at = casefile_text(file, file->cases[low + half].mailbox);
		size_t both = at.length < mailbox.length ? at.length : mailbox.length;
		int r = memcmp(at.at, mailbox.at, both);

		if (r == 0 && at.length == mailbox.length)
			return &file->cases[low + half];
		if (r < 0 || (r == 0 && at.length < mailbox.length)) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return NULL;
}
