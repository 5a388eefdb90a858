/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/parameters.h"

#include "base/hash.h"

#include <errno.h>
#include <math.h>

enum kind { KIND_REAL, KIND_SIZE, KIND_COUNT_OF, KIND_POWER, KIND_SECONDS, KIND_YES };

struct row {
	const char *name;
	size_t offset;
	enum kind kind;
	double least;
	double most;
};

#define FLOW(field)  offsetof(struct parameters, flow.field)
#define COURT(field) offsetof(struct parameters, court.field)
#define ROLE(name, which)                                                                          \
	{"flow." name ".new-a-day", FLOW(role[which].new_a_day), KIND_REAL, 0.01, 1e6},            \
		{"flow." name ".own-baseline", FLOW(role[which].own_baseline), KIND_YES, 0, 1},    \
	{                                                                                          \
		"flow." name ".blocked", FLOW(role[which].blocked), KIND_YES, 0, 1                 \
	}
/* Times are written in seconds. */
#define TEN_YEARS (3650 * 86400.0)

/* Ranges keep every formula meaningful; ratios stay above 1 and shares between 0 and 1. */
static const struct row rows[] = {
	ROLE("residential", ROLE_RESIDENTIAL),
	ROLE("static", ROLE_STATIC),
	ROLE("business", ROLE_BUSINESS),
	ROLE("mail-server", ROLE_MAIL_SERVER),
	ROLE("mobile", ROLE_MOBILE),
	ROLE("shared", ROLE_SHARED),
	ROLE("protected", ROLE_PROTECTED),
	{"flow.rate-ratio.1", FLOW(rate_ratio[0]), KIND_REAL, 1.1, 1000},
	{"flow.rate-ratio.2", FLOW(rate_ratio[1]), KIND_REAL, 1.1, 1000},
	{"flow.failure-honest", FLOW(failure_honest), KIND_REAL, .01, .9},
	{"flow.failure-zombie.1", FLOW(failure_zombie[0]), KIND_REAL, .02, .99},
	{"flow.failure-zombie.2", FLOW(failure_zombie[1]), KIND_REAL, .02, .99},
	{"flow.failure-credit", FLOW(failure_credit), KIND_REAL, 0, 1000},
	{"flow.half-life", FLOW(half_life_us), KIND_SECONDS, 60, TEN_YEARS},
	{"flow.ceiling", FLOW(ceiling), KIND_REAL, 10, 1000},
	{"flow.free-days", FLOW(free_days), KIND_REAL, 1, 1e6},
	{"flow.sampled-most", FLOW(sampled_most), KIND_REAL, 0, 1000},
	{"flow.baseline-stop", FLOW(baseline_stop), KIND_REAL, 0, 1000},
	{"flow.remember", FLOW(remember_us), KIND_SECONDS, 3600, TEN_YEARS},
	{"flow.remember-suspect", FLOW(remember_suspect_us), KIND_SECONDS, 3600, TEN_YEARS},
	{"flow.forgive-after", FLOW(forgive_after_us), KIND_SECONDS, 0, TEN_YEARS},
	{"flow.forgive-until", FLOW(forgive_until_us), KIND_SECONDS, 0, TEN_YEARS},
	{"flow.outage-share", FLOW(outage_share), KIND_REAL, 0, 1},
	{"flow.outage-ratio", FLOW(outage_ratio), KIND_REAL, 1, 1000},
	{"flow.outage-lines", FLOW(outage_lines), KIND_COUNT_OF, 1, 1e9},
	{"flow.outage-window", FLOW(outage_window_us), KIND_SECONDS, 60, 86400},
	{"flow.stall-failures", FLOW(stall_failures), KIND_COUNT_OF, 1, 255},
	{"flow.stall-accepted", FLOW(stall_accepted), KIND_COUNT_OF, 1, 255},
	{"flow.stall-slow", FLOW(stall_slow_us), KIND_SECONDS, 0, TEN_YEARS},
	{"flow.stall", FLOW(stall_us), KIND_SECONDS, 0, TEN_YEARS},
	{"flow.stall-again", FLOW(stall_again_us), KIND_SECONDS, 0, TEN_YEARS},
	{"flow.server-sources", FLOW(server_sources), KIND_COUNT_OF, 1, 1000},
	{"flow.server-span", FLOW(server_us), KIND_SECONDS, 0, TEN_YEARS},
	{"flow.filter-blocks", FLOW(filter_blocks), KIND_POWER, 1, 65536},
	{"flow.distinct-registers", FLOW(distinct_registers), KIND_POWER, 64, 65536},
	{"flow.lines-most", FLOW(lines_most), KIND_SIZE, 1, 4e9},
	{"court.weight.flow", COURT(weight[CHANNEL_FLOW]), KIND_REAL, 0, 1},
	{"court.weight.relay", COURT(weight[CHANNEL_RELAY]), KIND_REAL, 0, 1},
	{"court.weight.report", COURT(weight[CHANNEL_REPORT]), KIND_REAL, 0, 1},
	{"court.weight.dns", COURT(weight[CHANNEL_DNS]), KIND_REAL, 0, 1},
	{"court.weight.meter", COURT(weight[CHANNEL_METER]), KIND_REAL, 0, 1},
	{"court.watch", COURT(watch), KIND_REAL, .1, 1000},
	{"court.suspect", COURT(suspect), KIND_REAL, .1, 1000},
	{"court.floor", COURT(floor), KIND_REAL, .1, 1000},
	{"court.error-rate", COURT(error_rate), KIND_REAL, 1e-9, 1},
	{"court.patience", COURT(patience), KIND_REAL, 1, 1e9},
	{"court.epoch", COURT(epoch_us), KIND_SECONDS, 1, 86400},
	{"court.leave", COURT(leave), KIND_REAL, 0, 1},
	{"court.leave-after", COURT(leave_us), KIND_SECONDS, 0, TEN_YEARS},
	{"court.probation", COURT(probation_us), KIND_SECONDS, 0, TEN_YEARS},
};

#define ROWS (sizeof(rows) / sizeof(*rows))

const struct parameters_order parameters_orders[] = {
	{"flow.forgive-after", "flow.forgive-until"},
	{"flow.failure-honest", "flow.failure-zombie.1"},
	{"flow.failure-honest", "flow.failure-zombie.2"},
	{"court.watch", "court.suspect"},
	{"court.suspect", "court.floor"},
	{"court.floor", "flow.ceiling"},
};
const size_t parameters_orders_count = sizeof(parameters_orders) / sizeof(*parameters_orders);

void
parameters_defaults(struct parameters *parameters)
{
	flow_channel_defaults(&parameters->flow);
	court_defaults(&parameters->court);
}

static double
read_row(const struct parameters *parameters, const struct row *row)
{
	const void *field = (const char *)parameters + row->offset;

	switch (row->kind) {
	case KIND_REAL:
		return *(const double *)field;
	case KIND_SIZE:
		return (double)*(const size_t *)field;
	case KIND_COUNT_OF:
	case KIND_POWER:
		return *(const unsigned *)field;
	case KIND_SECONDS:
		return (double)*(const int64_t *)field / (double)WALL_SECOND;
	case KIND_YES:
		return *(const bool *)field;
	}
	return 0;
}

static void
write_row(struct parameters *parameters, const struct row *row, double value)
{
	void *field = (char *)parameters + row->offset;

	switch (row->kind) {
	case KIND_REAL:
		*(double *)field = value;
		break;
	case KIND_SIZE:
		*(size_t *)field = (size_t)value;
		break;
	case KIND_COUNT_OF:
	case KIND_POWER:
		*(unsigned *)field = (unsigned)value;
		break;
	case KIND_SECONDS:
		*(int64_t *)field = (int64_t)(value * (double)WALL_SECOND);
		break;
	case KIND_YES:
		*(bool *)field = value != 0;
		break;
	}
}

static bool
is_power(double number)
{
	int exponent;

	return frexp(number, &exponent) == 0.5;
}

void
parameters_format(const struct parameters *parameters, struct buffer *into)
{
	for (size_t i = 0; i < ROWS; i++)
		buffer_print(into, "%s=%.12g\n", rows[i].name, read_row(parameters, &rows[i]));
}

int
parameters_set(
	struct parameters *parameters, struct text name, struct text value, struct fail *fail)
{
	double number;

	for (size_t i = 0; i < ROWS; i++) {
		if (!text_is(name, rows[i].name))
			continue;
		if (text_parse_double(value, &number) < 0) {
			fail_what(fail, "%s: \"%.*s\" is no number", rows[i].name,
				(int)value.length, value.at);
			return -EINVAL;
		}
		if (number < rows[i].least || number > rows[i].most) {
			fail_what(fail, "%s: %g is not between %g and %g", rows[i].name, number,
				rows[i].least, rows[i].most);
			return -ERANGE;
		}
		if (rows[i].kind == KIND_POWER && !is_power(number)) {
			fail_what(fail, "%s: %g is not a power of two", rows[i].name, number);
			return -EINVAL;
		}
		write_row(parameters, &rows[i], number);
		return 0;
	}
	fail_what(fail, "there is no parameter \"%.*s\"", (int)name.length, name.at);
	return -ENOENT;
}

static double
value_of(const struct parameters *parameters, const char *name)
{
	size_t i = 0;

	while (i < ROWS && strcmp(rows[i].name, name) != 0)
		i++;
	must(i < ROWS);
	return read_row(parameters, &rows[i]);
}

/* E is their weighted mean, so that the bound on errors is that of one of them (court.h). */
static int
check_weights(const struct parameters *parameters, struct fail *fail)
{
	double sum = 0;

	for (int i = 0; i < CHANNEL_COUNT; i++)
		sum += parameters->court.weight[i];
	if (sum <= 1 + 1e-9)
		return 0;
	fail_what(fail, "the sum of all court.weight is %g; at most 1", sum);
	return -EINVAL;
}

int
parameters_check(const struct parameters *parameters, struct fail *fail)
{
	for (size_t i = 0; i < parameters_orders_count; i++) {
		const struct parameters_order *order = &parameters_orders[i];
		double low = value_of(parameters, order->lower);
		double high = value_of(parameters, order->upper);

		if (low <= high)
			continue;
		fail_what(fail, "%s (%g) must not be above %s (%g)", order->lower, low,
			order->upper, high);
		return -EINVAL;
	}
	return check_weights(parameters, fail);
}

uint32_t
parameters_version(const struct parameters *parameters)
{
	struct buffer text;
	uint32_t version;

	buffer_init(&text, PARAMETERS_TEXT);
	parameters_format(parameters, &text);
	must(!text.failed);
	version = (uint32_t)hash_fast(text.at, text.length, 0);
	buffer_done(&text);
	return version;
}
