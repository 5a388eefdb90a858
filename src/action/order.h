/* order - a measure that is to be applied or undone, on its way from the ledger to those who do it
 *
 * What:    a row of the ledger's measures that is enforced, or of its exemptions from the policy of port 25, with
 *          where the line is as far as its name says so. Orders are idempotent, and whoever lost some asks for all
 *          that hold (ORDER_ANEW says that he must).
 * Owns:    nothing.
 * Thread:  a value.
 */
#ifndef LAZARET_ACTION_ORDER_H
#define LAZARET_ACTION_ORDER_H

#include "action/measure.h"
#include "base/address.h"

enum order_verb {
	ORDER_APPLY,
	ORDER_UNDO,
	ORDER_ANEW, /* some were lost: all that hold are to be asked for */
	ORDER_VERBS
};

/* Beside the kinds of measures: an exemption. */
#define ORDER_EXEMPTION MEASURE_KINDS
#define ORDERED_KINDS   (MEASURE_KINDS + 1)

struct order {
	uint64_t measure;    /* its number, or that of the exemption */
	uint64_t line;       /* pseudonym */
	struct wall until;   /* it ends by then, even if nobody says so; us 0: with its case */
	struct prefix place; /* of the line; length 0: it is where its sessions are */
	uint8_t kind;        /* enum measure_kind, or ORDER_EXEMPTION */
	uint8_t verb;        /* enum order_verb */
	uint8_t zero[5];
};

_Static_assert(sizeof(struct order) == 48, "no holes");

#endif
