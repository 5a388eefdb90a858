/* registrarsettings - of the process that keeps who had which address when
 *
 * What:    plain values, from the options identity.* (program/identityoptions.h).
 * Owns:    maps, which daemon_settings_done frees.
 * Limits:  REGISTRAR_PLACES, REGISTRAR_SOURCES, REGISTRAR_MAPS.
 */
#ifndef LAZARET_SERVICE_REGISTRARSETTINGS_H
#define LAZARET_SERVICE_REGISTRARSETTINGS_H

#include "identity/natmap.h"
#include "identity/registry.h"
#include "service/keptsockets.h"

#define REGISTRAR_PLACES  4
#define REGISTRAR_SOURCES 16
#define REGISTRAR_MAPS    256
#define REGISTRAR_PATH    256

/* Files: those of leasefile.h, and behind them: */
enum {
	REGISTRAR_DETAIL = LEASEFILE_FORMATS, /* accountingfile.h */
	REGISTRAR_NAT_LOG,                    /* natblock.h */
	REGISTRAR_FORMATS
};

struct registrar_source {
	uint8_t format;
	char path[REGISTRAR_PATH];
};

struct registrar_settings {
	struct kept_place place[REGISTRAR_PLACES]; /* of RADIUS accounting, its one protocol */
	size_t place_count;
	char secrets[REGISTRAR_PATH]; /* file; empty: none */
	struct registrar_source source[REGISTRAR_SOURCES];
	size_t source_count;
	enum accounting_name user; /* what the line of a session is called by */
	enum registry_client client;
	unsigned session_seconds;
	unsigned block_seconds;
	unsigned tolerance_seconds;
	unsigned retention_hours;
	size_t leases_most;
	struct natmap *maps;
	size_t map_count;
};

/* Is there anything to keep? */
static inline bool
registrar_is_wanted(const struct registrar_settings *settings)
{
	return settings->place_count + settings->source_count > 0;
}

/* "kea" and so on; NULL beyond the last. */
const char *registrar_format_name(unsigned format);

#endif
