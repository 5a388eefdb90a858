/* format - one kind of file that can be read, and how it is recognised
 *
 * What:    each reader (pcap.c, argus.c, ...) is one struct format. source.c asks each in turn.
 *          A reader holds its state in what open returns, reads the input's window, and puts what it
 *          finds into the intake.
 * Thread:  one reader at a time.
 */
#ifndef LAZARET_SOURCE_FORMAT_H
#define LAZARET_SOURCE_FORMAT_H

#include "source/input.h"
#include "source/intake.h"

struct format {
	const char *name; /* for people: "pcap", "Argus CSV" */
	/* Is this what the file begins with? size is at least 1, and less than FORMAT_HEAD only if the
	 * file is shorter. */
	bool (*matches)(const uint8_t *head, size_t size);
	/* NULL with fail filled if the head promised what the file does not hold. */
	void *(*open)(struct input *input, struct intake *intake, struct fail *fail);
	/* Reads a portion (some hundreds of records at the most). 1: there may be more; 0: end, all read;
	 * -errno: the rest cannot be read (said to intake_error, what came before counts). */
	int (*read)(void *state);
	void (*close)(void *state);
	/* Its observations may be details (OBSERVATION_DETAIL) of connections in other files. */
	bool has_details;
	/* Its records are in no order at all (Suricata writes what is left when it ends as it finds it). */
	bool is_unordered;
};

#define FORMAT_HEAD 65536

extern const struct format format_pcap, format_pcapng, format_argus, format_nfdump_csv,
	format_nfdump_binary, format_zeek_tsv, format_zeek_json, format_suricata, format_export;

#endif
