/* identityoptions - the options identity.*, as the registrar takes them
 *
 * What:    one function. What the files of secrets and of translators have is tried, so that a mistake is told before
 *          anything is replaced; secrets are not kept.
 * Owns:    nothing; the maps in what it fills are the caller's to free.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_IDENTITYOPTIONS_H
#define LAZARET_PROGRAM_IDENTITYOPTIONS_H

#include "config/config.h"
#include "service/registrarsettings.h"

/* 0 or a negative value with fail filled. */
int identityoptions(
	const struct config *config, struct registrar_settings *ret, struct fail *fail) MUST_USE;

#endif
