/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/line.h"

const char *const role_names[ROLE_COUNT] = {
	[ROLE_RESIDENTIAL] = "residential",
	[ROLE_STATIC] = "static",
	[ROLE_BUSINESS] = "business",
	[ROLE_MAIL_SERVER] = "mail-server",
	[ROLE_MOBILE] = "mobile",
	[ROLE_SHARED] = "shared",
	[ROLE_PROTECTED] = "protected",
	[ROLE_ACCOUNT] = "account",
};
