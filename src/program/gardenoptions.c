/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/gardenoptions.h"

#include "service/gardening.h"

#include <errno.h>
#include <stdio.h>

static void
copy(const struct config *config, const char *option, char into[GARDEN_TEXT + 1])
{
	snprintf(into, GARDEN_TEXT + 1, "%s", config_string(config, option));
}

/* They are tried now, so that a reload which they spoil is refused. */
int
gardenoptions(const struct config *config, struct gardening_settings *ret, struct fail *fail)
{
	const struct prefix *servers;
	struct garden_settings texts;
	struct garden *garden;
	uint64_t length6;
	int r;

	*ret = (struct gardening_settings){
		.port = (uint16_t)config_number(config, "garden.port"),
		.mark = (uint32_t)config_number(config, "garden.mark"),
		.connections_most = (size_t)config_number(config, "garden.connections-most"),
		.line_most = (uint32_t)config_number(config, "garden.line-most"),
	};
	if (ret->port == GARDENING_PORT) {
		fail_where(fail, "garden.port");
		fail_what(fail, "%d is the port that held lines ask for, and not the garden's own",
			GARDENING_PORT);
		fail_hint(fail, "choose one that nobody else uses, such as 8025");
		return -EINVAL;
	}
	must(text_parse_u64(config_choice(config, "network.ipv6-line"), 128, &length6) == 0);
	ret->length6 = (unsigned)length6;
	ret->has_mail = config_prefixes(config, "contain.servers", &servers) > 0;
	copy(config, "garden.portal", ret->portal);
	copy(config, "garden.provider", ret->provider);
	copy(config, "garden.telephone", ret->telephone);
	copy(config, "garden.help", ret->help);
	texts = gardening_texts(ret);
	r = garden_new(&texts, &garden, fail);
	if (r == 0)
		(void)garden_free(garden);
	return r;
}
