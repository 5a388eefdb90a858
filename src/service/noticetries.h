/* noticetries - when a notice that was refused is tried again, and a channel on which nothing goes
 *
 * What:    a notice that was refused for now pauses, twice as long each time, up to four hours; by a channel that
 *          refused it for good it is not tried any more. It is given up after a day, or when all channels by which its
 *          customer is reached refused it for good. A channel that is down pauses whole: no notice is held against it.
 *          Channels are enum notice_channel, as bits where several are meant; times are of a clock that never goes
 *          back.
 * Owns:    nothing beside itself.
 * Limits:  NOTICETRIES_MOST notices pause; one more takes the place of another, which is tried sooner then.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SERVICE_NOTICETRIES_H
#define LAZARET_SERVICE_NOTICETRIES_H

#include "service/noticesettings.h"

#define NOTICETRIES_MOST 4096

/* Of a notice that could not be sent. */
struct noticetry {
	uint64_t id; /* 0: none */
	int64_t first_us;
	int64_t again_us;
	int64_t pause_us;
	uint8_t refused; /* for good, by these channels */
	bool is_over;    /* given up */
};

struct noticetries {
	struct noticetry of[NOTICETRIES_MOST];
	struct {
		int64_t until_us; /* it is tried again then; 0: it is not down */
		int64_t pause_us;
	} down[NOTICE_CHANNELS];
};

/* May this notice be tried now? id: of the notice, never 0. */
bool noticetries_is_ripe(const struct noticetries *tries, uint64_t id, int64_t us);

/* The channels that refused it for good. */
unsigned noticetries_refused(const struct noticetries *tries, uint64_t id);

/* The channel refused it, for good or for now; reached: all by which its customer is. False: it is given up. */
bool noticetries_refuse(struct noticetries *tries, uint64_t id, enum notice_channel channel,
	bool is_final, unsigned reached, int64_t us);

bool noticetries_is_down(const struct noticetries *tries, enum notice_channel channel, int64_t us);

/* Nothing goes on it now. True: it went until now. */
bool noticetries_down(struct noticetries *tries, enum notice_channel channel, int64_t us);

/* It goes again. True: no channel is down. */
bool noticetries_up(struct noticetries *tries, enum notice_channel channel);

#endif
