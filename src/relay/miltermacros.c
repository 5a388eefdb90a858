/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/miltermacros.h"

const char *const milter_macro_names[MILTER_MACROS] = {
	"i",
	"daemon_name",
	"daemon_port",
	"tls_version",
	"cert_subject",
	"cert_issuer",
	"verify",
	"auth_authen",
	"auth_type",
	"mail_addr",
	"rcpt_addr",
	"rcpt_mailer",
};

const char *const milter_macro_lists[MILTER_LEVELS] = {
	"{daemon_name} {daemon_port}",
	"{tls_version} {cert_subject} {cert_issuer} {verify}",
	"i {auth_authen} {auth_type} {mail_addr}",
	"i {rcpt_addr} {rcpt_mailer}",
	"i",
	"i",
};

/* Names of one letter come without braces, others with; both forms are taken for either. */
static unsigned
find_name(struct text name)
{
	if (name.length > 2 && name.at[0] == '{' && name.at[name.length - 1] == '}')
		name = (struct text){name.at + 1, name.length - 2};
	for (unsigned i = 0; i < MILTER_MACROS; i++)
		if (text_is(name, milter_macro_names[i]))
			return i;
	return MILTER_MACROS;
}

void
milter_macros_drop(struct milter_macros *macros, enum milter_level level)
{
	while (macros->count > 0 && macros->value[macros->count - 1].level >= level)
		macros->used = macros->begin[macros->value[--macros->count].level];
}

void
milter_macros_enter(struct milter_macros *macros, enum milter_level level)
{
	if (level > MILTER_AT_RCPT && macros->count > 0 &&
		macros->value[macros->count - 1].level == MILTER_AT_RCPT)
		milter_macros_drop(macros, MILTER_AT_RCPT);
	else
		milter_macros_drop(macros, level + 1);
}

/* The place of a macro in the level that is the innermost now; a new one if it is not there. */
static struct milter_value *
place(struct milter_macros *macros, enum milter_level level, unsigned macro)
{
	for (unsigned i = macros->count; i > 0 && macros->value[i - 1].level == level; i--)
		if (macros->value[i - 1].macro == macro)
			return &macros->value[i - 1];
	must(macros->count < MILTER_MACROS * MILTER_LEVELS);
	if (macros->count == 0 || macros->value[macros->count - 1].level != level)
		macros->begin[level] = macros->used;
	macros->value[macros->count] = (struct milter_value){
		.macro = (uint8_t)macro, .level = (uint8_t)level, .at = macros->used};
	return &macros->value[macros->count++];
}

void
milter_macros_add(
	struct milter_macros *macros, enum milter_level level, struct text name, struct text value)
{
	unsigned macro = find_name(name);
	struct milter_value *into;

	if (macro == MILTER_MACROS)
		return;
	into = place(macros, level, macro);
	if (value.length > MILTER_VALUE || value.length > sizeof(macros->text) - macros->used) {
		macros->left_out++;
		into->length = 0;
		return;
	}
	/* Of one that comes twice the latter is kept, behind what is there. */
	into->at = macros->used;
	into->length = (uint16_t)value.length;
	if (value.length > 0)
		memcpy(macros->text + macros->used, value.at, value.length);
	macros->used = (uint16_t)(macros->used + value.length);
}

struct text
milter_macros_find(const struct milter_macros *macros, enum milter_macro macro)
{
	for (unsigned i = macros->count; i > 0; i--) {
		const struct milter_value *value = &macros->value[i - 1];

		if (value->macro == macro)
			return (struct text){macros->text + value->at, value->length};
	}
	return (struct text){0};
}
