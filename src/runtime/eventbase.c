/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/eventbase.h"

#include "base/fail.h"

#include <event2/event.h>

struct event_base *
eventbase_new(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	must(config != NULL);
	must(event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV) ==
		0);
	base = event_base_new_with_config(config);
	must(base != NULL);
	event_config_free(config);
	return base;
}
