/* lettercsv - the addresses of a letter as a table
 *
 * What:    lazaret.csv: RFC 4180 with a line of names, CR LF, UTF-8, a row an address:
 *
 *              ip,prefix,asn,cc,first_seen_utc,last_seen_utc,src_port,evidence,sources,score,status,netname,case
 *
 *          An empty cell is not known. Sources are names of lists that may be quoted, with | between. No cell of free
 *          text is taken for a formula by a program of tables: one that begins with = + - @, also behind blanks or in
 *          their wide forms, has a ' before it; separators that such programs know beside the comma become blanks.
 *          What is no line of text is made one.
 * Owns:    nothing.
 * Limits:  those of the buffer.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERCSV_H
#define LAZARET_CENSUS_LETTER_LETTERCSV_H

#include "census/letter/lettercase.h"

#define LETTERCSV_FILE    "lazaret.csv"
#define LETTERCSV_FILE_GZ "lazaret.csv.gz"
/* Above it the table is packed. */
#define LETTERCSV_PLAIN 10000
/* Bytes of a packed table. */
#define LETTERCSV_PACKED (5 << 20)

/* The first rows of a case. */
void lettercsv_make(const struct lettercase *of, size_t rows, struct buffer *into);

/* The same in gzip (RFC 1952), without time and name: the same rows give the same bytes. Where all rows do not fit into
 * LETTERCSV_PACKED it takes fewer; returns how many. scratch holds the table meanwhile. */
size_t lettercsv_pack(const struct lettercase *of, struct buffer *scratch, struct buffer *into);

#endif
