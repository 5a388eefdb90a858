/* sequence - what an exporter's sequence numbers say about records that never came
 *
 * What:    NetFlow v5 and IPFIX number data records, NetFlow v9 numbers messages (RFC 3954 s5.1,
 *          RFC 7011 s3.1). Some exporters number otherwise than their protocol says: who fits one
 *          of the other ways several times in a row is followed in that. Tells losses from
 *          messages that come out of order, from restarts, and from what cannot be known because
 *          a set had no template. One that numbers a message by the records sent up to its end instead of up to
 *          its begin (softflowd does) is followed in that, too.
 * Owns:    nothing.
 * Limits:  the last SEQUENCE_GAPS gaps can be filled by late messages; a step forward of
 *          SEQUENCE_JUMP or more is a restart, no loss.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_SEQUENCE_H
#define LAZARET_SOURCE_EXPORT_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#define SEQUENCE_GAPS   7
#define SEQUENCE_JUMP   (1 << 20)
#define SEQUENCE_WINDOW 64 /* messages that may be behind */
#define SEQUENCE_MEAN   4096

/* What the numbers count. */
enum sequence_unit {
	SEQUENCE_MESSAGES,
	SEQUENCE_RECORDS, /* data records, those of options included */
	SEQUENCE_ALL,     /* templates too */
	SEQUENCE_UNITS
};

enum sequence_place {
	SEQUENCE_NEXT,    /* as expected */
	SEQUENCE_GAP,     /* something is missing before this one */
	SEQUENCE_UNCLEAR, /* it cannot be told: the one before could not be counted */
	SEQUENCE_LATE,    /* behind: out of order, or a duplicate */
	SEQUENCE_RESTART, /* the exporter counts anew */
};

/* What every message needs comes after the gaps. */
struct sequence {
	struct sequence_gap {
		uint32_t from;
		uint32_t to;
	} gap[SEQUENCE_GAPS];
	uint32_t claimed; /* records counted as lost before the message that is read */
	uint32_t unsure;  /* records not counted as lost, since the exporter seems to number ends */
	uint32_t expected;
	uint32_t number;               /* of the last message in order */
	uint32_t size[SEQUENCE_UNITS]; /* of that message */
	uint32_t before;               /* what was expected before a step back */
	uint32_t mean;                 /* data records of a message, times SEQUENCE_MEAN */
	uint32_t pending; /* records lost, unless the exporter turns out to count otherwise */
	uint8_t unit;     /* enum sequence_unit */
	uint8_t other;    /* the unit that seems to fit better */
	uint8_t fits;     /* how often in a row */
	uint8_t place;    /* enum sequence_place, of the message being read */
	uint8_t gap_next;
	uint8_t end_fits; /* how often in a row the end of a message was numbered */
	bool has_begun : 1;
	bool has_advanced : 1; /* the numbers do change: not every exporter counts */
	bool is_uncounted : 1; /* the last message had sets that nobody can count */
	bool has_stepped_back : 1;
	bool numbers_ends : 1; /* it is known to do so */
};

void sequence_init(struct sequence *sequence, enum sequence_unit unit);

/* A message with this number has come. Returns its place and adds to *lost how many more records
 * are known to be lost now (fewer, if a late one is back). */
enum sequence_place sequence_begin(struct sequence *sequence, uint32_t number, int64_t *lost);

/* Is it simply the next one? Then sequence_begin need not be asked. */
static inline bool
sequence_is_next(const struct sequence *sequence, uint32_t number)
{
	return number == sequence->expected && sequence->place == SEQUENCE_NEXT &&
		sequence->has_begun && sequence->fits == 0 && sequence->pending == 0 &&
		!sequence->has_stepped_back;
}

/* It held so many data records, of options among them, and template records; uncounted: and sets without a template. */
void sequence_end_late(struct sequence *sequence, uint32_t number, uint32_t records,
	uint32_t templates, int64_t *lost);

/* Does this number stand for the end of the message? True: all is done. options: of the records. */
bool sequence_end_unusual(struct sequence *sequence, uint32_t number, uint32_t records,
	uint32_t options, bool uncounted, int64_t *lost);

/* A message of so many records came: the mean of some sixteen follows. Templates before all data tell nothing. */
static inline void
sequence_follow_mean(struct sequence *sequence, uint32_t records)
{
	int32_t now = (int32_t)(records * SEQUENCE_MEAN), mean = (int32_t)sequence->mean;

	if (sequence->has_begun)
		sequence->mean = (uint32_t)(mean + (now - mean) / 16);
	else if (records > 0)
		sequence->mean = records * SEQUENCE_MEAN;
}

static inline void
sequence_end(struct sequence *sequence, uint32_t number, uint32_t records, uint32_t options,
	uint32_t templates, bool uncounted, int64_t *lost)
{
	if ((sequence->place != SEQUENCE_NEXT || sequence->end_fits > 0) &&
		sequence_end_unusual(sequence, number, records, options, uncounted, lost))
		return;
	if (sequence->place == SEQUENCE_LATE && number != sequence->number) {
		sequence_end_late(sequence, number, records, templates, lost);
		return;
	}
	if (!uncounted)
		sequence_follow_mean(sequence, records);
	sequence->size[SEQUENCE_MESSAGES] = 1;
	sequence->size[SEQUENCE_RECORDS] = records;
	sequence->size[SEQUENCE_ALL] = records + templates;
	sequence->has_advanced |= sequence->has_begun && number != sequence->number;
	sequence->number = number;
	sequence->expected = number + sequence->size[sequence->unit];
	sequence->is_uncounted = uncounted && sequence->unit != SEQUENCE_MESSAGES;
	sequence->has_begun = true;
}

/* Messages after the last one may have been read without being followed here: the next gap tells no loss. */
static inline void
sequence_unsure(struct sequence *sequence)
{
	sequence->is_uncounted = true;
}

/* The exporter is known to have begun anew. */
void sequence_reset(struct sequence *sequence);

#endif
