/* daemonsettings - what the configuration means for lazaretd
 *
 * What:    from options to the plain structs that the daemon's processes take; with the defaults that hang on who runs
 *          it: root and the service manager have system folders, a user has his own.
 * Owns:    daemon_settings_done frees what is made.
 */
#ifndef LAZARET_PROGRAM_DAEMONSETTINGS_H
#define LAZARET_PROGRAM_DAEMONSETTINGS_H

#include "config/config.h"
#include "service/daemon.h"

/* 0, or -EINVAL with fail filled: the option and what is wrong with it. */
int daemonsettings_make(
	const struct config *config, struct daemon_settings *ret, struct fail *fail) MUST_USE;

/* The same without its paths, which hang on who runs it: for who only wants to know what is wrong. ret is zeroed. */
int daemonsettings_take(
	const struct config *config, struct daemon_settings *ret, struct fail *fail) MUST_USE;

/* As lazaret-relay has them: a guard, and no receivers. */
void daemonsettings_relay_alone(struct daemon_settings *settings);

/* The folder of the state; -ENOENT with fail filled if none can be found. */
int daemonsettings_state(
	const struct config *config, char into[DAEMON_PATH], struct fail *fail) MUST_USE;

/* 0, or -EINVAL with fail filled if the file is a pipe: to read it would be to wait, and a reload could not read
 * it again. One that is not there is no matter of this. */
int daemonsettings_try_file(const char *path, struct fail *fail) MUST_USE;

/* Where the control socket is when the configuration names none. */
int daemonsettings_control(const struct config *config, char into[DAEMON_PATH]) MUST_USE;

#endif
