/* settings - from the configuration file to what the stages take
 *
 * What:    the only place that sees both: reads the file, tells its problems on standard error, and copies
 *          the values into the plain settings of the stages. Stages never see a config.
 * Owns:    nothing.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_SETTINGS_H
#define LAZARET_PROGRAM_SETTINGS_H

#include "config/config.h"
#include "identity/lines.h"
#include "verdict/parameters.h"

#define SETTINGS_FILE "/etc/lazaret/lazaret.yaml"

/* Reads the file (NULL: SETTINGS_FILE if it is there, else the defaults) and then takes the profile (NULL:
 * the one that the file names). Returns the exit code when anything was wrong, which has been told. */
int settings_load(struct config **ret, const char *path, const char *profile) MUST_USE;

/* For who goes on where the file is wrong: its options, or, if it has any problem, the defaults, with their number and
 * the first of them. Nothing is told, and no profile taken. path is not "-". */
struct config *settings_try(const char *path, int *ret_problems, struct fail *first);

/* Puts what the file or the profile set over the parameters; the others stay. */
void settings_parameters(const struct config *config, struct parameters *parameters);

/* A duration, which options have in seconds. */
int64_t settings_microseconds(const struct config *config, const char *option);

/* Lines are made with settings_lines; then the table of prefixes is added, and then the own network, as far as
 * the table does not have it. */
void settings_lines(const struct config *config, struct lines_settings *settings);
int settings_table(const struct config *config, struct lines *lines, struct fail *fail) MUST_USE;
int settings_inside(const struct config *config, struct lines *lines, struct fail *fail) MUST_USE;

#endif
