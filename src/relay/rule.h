/* rule - a limit as an operator writes it: so many messages or recipients in a time, and at once
 *
 * What:    "100 messages/hour, 300 recipients/hour burst 60, 1000 recipients/day". Each part counts messages or
 *          recipients in an hour or a day; "burst N" behind a part (a comma may stand between) is how many may
 *          come at once, after which they come at the part's rate. "none": no limit. The same may not be limited twice.
 * Limits:  counts from 1 to RULE_MOST.
 * Thread:  values.
 */
#ifndef LAZARET_RELAY_RULE_H
#define LAZARET_RELAY_RULE_H

#include "base/text.h"

#define RULE_MOST      1000000000U
#define RULE_UNLIMITED UINT32_MAX

enum rule_what { RULE_MESSAGES, RULE_RECIPIENTS, RULE_WHATS };

enum rule_span { RULE_HOUR, RULE_DAY, RULE_SPANS };

/* "messages", "hour" and so on, as rules spell them. */
extern const char *const rule_what_names[RULE_WHATS];
extern const char *const rule_span_names[RULE_SPANS];

struct rule {
	uint32_t most[RULE_WHATS][RULE_SPANS]; /* RULE_UNLIMITED: as many as come */
	uint32_t near[RULE_WHATS]
		     [RULE_SPANS];      /* above it is near: rule_near. RULE_UNLIMITED: never */
	uint32_t burst[RULE_WHATS];     /* as many as come, as above */
	uint8_t burst_span[RULE_WHATS]; /* enum rule_span: whose rate holds after it */
	/* Microseconds in which one more may come once the burst is used up, rounded up; 0: there is no burst. */
	int64_t pace[RULE_WHATS];
};

/* Nothing is limited. */
struct rule rule_none(void);

/* -EINVAL or -ERANGE with fail->what filled, and *column the place of what is wrong, from 1. */
int rule_parse(struct text text, struct rule *ret, size_t *column, struct fail *fail) MUST_USE;

/* From so many per cent of each limit on it is near; 100: never. */
void rule_near(struct rule *rule, unsigned percent);

/* So many per cent of the limits, of each at least 1; what is not limited stays so. */
struct rule rule_share(const struct rule *rule, unsigned percent);

/* As rule_parse reads it. */
void rule_format(const struct rule *rule, struct buffer *into);

#endif
