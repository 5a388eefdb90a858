/* census_operation - an operation of the census by chance, from run to run
 *
 * What:    contacts by arm, whose addresses clear at a rate; each day's run is made in memory and followed. */
#ifndef LAZARET_TESTS_CENSUS_OPERATION_H
#define LAZARET_TESTS_CENSUS_OPERATION_H

#include "base/random.h"
#include "census/effect/effect.h"
#include "census_run.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>

#define OPERATION_BEGIN 1000
#define OPERATION_QUIET 7
#define OPERATION_EACH  8 /* addresses of a contact at most */
#define OPERATION_MOST  400

/* An operation by chance: contacts with addresses that clear at a rate of their own, about that of their arm; each that
 * clears comes up as another address of the contact with a probability. */
struct operation {
	unsigned contacts[CASEFILE_ARM_COUNT];
	double rate[CASEFILE_ARM_COUNT]; /* a day */
	double spread;                   /* of a contact's rate, times or by */
	double moves;
	uint64_t seed;
	uint16_t ends; /* day of the last run */
};

struct operation_place {
	enum casefile_arm arm;
	unsigned addresses;
	unsigned until[OPERATION_EACH]; /* the last day it was seen */
	bool moves[OPERATION_EACH];
};

static inline unsigned
operation_places(const struct operation *of, struct operation_place *places)
{
	struct random random;
	unsigned count = 0;

	random_seed(&random, of->seed);
	for (unsigned arm = 0; arm < CASEFILE_ARM_COUNT; arm++) {
		for (unsigned i = 0; i < of->contacts[arm]; i++) {
			struct operation_place *place = &places[count++];
			double rate = of->rate[arm] *
				random_log_uniform(&random, 1 / of->spread, of->spread);

			*place = (struct operation_place){.arm = (enum casefile_arm)arm,
				.addresses = 1 + (unsigned)random_below(&random, OPERATION_EACH)};
			for (unsigned j = 0; j < place->addresses; j++) {
				double stays = rate > 0 ? random_exponential(&random, rate) : 1e9;

				place->until[j] = OPERATION_BEGIN + (unsigned)fmin(stays, 5000);
				place->moves[j] = random_unit(&random) < of->moves;
			}
		}
	}
	return count;
}

/* Runs of each day, and what they say. */
static inline void
operation_run(const struct operation *of, struct effect *ret)
{
	static struct operation_place places[OPERATION_MOST];
	const struct effect_letters letters = {
		.is_known = true, .sent = of->contacts[CASEFILE_LETTER]};
	struct clearing *clearing = clearing_new(OPERATION_QUIET, 7);
	unsigned count = operation_places(of, places);
	struct fail fail = {0};
	struct run run;

	for (uint16_t day = OPERATION_BEGIN; day <= of->ends; day++) {
		run_begin(&run, day);
		for (unsigned i = 0; i < count; i++) {
			char mailbox[32], code[32];
			uint32_t number;

			snprintf(mailbox, sizeof(mailbox), "abuse@%u.example", i);
			snprintf(code, sizeof(code), "LZ-2026-%06u", i);
			number = run_case(&run, mailbox, code, places[i].arm, OPERATION_BEGIN);
			for (unsigned j = 0; j < places[i].addresses; j++) {
				if (day <= places[i].until[j])
					run_row4(&run, number, i * 2 * OPERATION_EACH + j);
				else if (places[i].moves[j])
					run_row4(&run, number,
						i * 2 * OPERATION_EACH + OPERATION_EACH + j);
			}
		}
		assert_int_equal(clearing_take(clearing, run_end(&run), &fail), 0);
		run_done(&run);
	}
	clearing_end(clearing);
	effect_make(clearing, &letters, ret);
	clearing_free(clearing);
}

#endif
