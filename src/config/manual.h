/* manual - what people read about the options, made from their table
 *
 * What:    the sample file, the manual page lazaret.yaml(5) and the help of one option. A test holds the
 *          page in doc/man against what is made here.
 * Owns:    nothing.
 * Limits:  MANUAL_BYTES are enough for each.
 * Thread:  any.
 */
#ifndef LAZARET_CONFIG_MANUAL_H
#define LAZARET_CONFIG_MANUAL_H

#include "config/option.h"

#define MANUAL_BYTES (1u << 18)

/* A commented file: every option with its meaning and default, switched off by a "#". */
void manual_sample(struct buffer *into);

/* lazaret.yaml(5) as mdoc. */
void manual_page(struct buffer *into);

/* One option in full. */
void manual_option(const struct config_option *option, struct buffer *into);

/* The names of all options of a section ("" for all), each with the first sentence of its meaning. */
void manual_section(struct text section, struct buffer *into);

#endif
