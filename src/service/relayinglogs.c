/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayinginside.h"

/* Lines of logs that are older say nothing of this hour. */
#define OLD_US (15 * WALL_MINUTE)

static void
on_result(void *context, const struct delivery *delivery)
{
	static const enum sender_result results[DELIVERY_RESULTS] = {
		[DELIVERY_SENT] = SENDER_SENT,
		[DELIVERY_UNKNOWN_USER] = SENDER_UNKNOWN_USER,
		[DELIVERY_POLICY] = SENDER_POLICY,
		[DELIVERY_BOUNCED] = SENDER_BOUNCED,
		[DELIVERY_DEFERRED] = SENDER_DEFERRED,
	};
	struct relaying *relaying = context;

	relay_result(relaying->relay, delivery->who, delivery->recipient, results[delivery->result],
		relaying_now(relaying));
}

static void
on_refund(void *context, const struct delivery *delivery)
{
	struct relaying *relaying = context;

	relay_refund(relaying->relay, delivery->who, delivery->limit, delivery->recipients,
		delivery->time, relaying_now(relaying));
}

/* A login with which a message came is known from whoever asked about the message. */
static void
on_login(void *context, const struct delivery_login *told)
{
	struct relaying *relaying = context;
	struct wall now = relaying_now(relaying);
	struct login login = {
		.account = told->account,
		.kind = told->is_good ? LOGIN_GOOD : LOGIN_BAD,
	};

	if (told->account.at == NULL || told->is_submission)
		return;
	/* Where somebody was hours ago is not where he is now. */
	if (now.us - told->time.us < OLD_US)
		login.client = told->client;
	for (unsigned i = 0; i < (told->attempts > 0 ? told->attempts : 1); i++)
		(void)relay_login(relaying->relay, &login, now);
}

static uint64_t
line_at(void *context, const struct address *client, struct wall time)
{
	(void)time;
	return relaying_line(context, client);
}

/* Without files. */
struct relaylogs_settings
relaying_logs_settings(struct relaying *relaying)
{
	return (struct relaylogs_settings){
		.deliveries = {.key = relaying->key,
			.messages_most = relaying->settings->relaying.relay.messages_most,
			.recipients_most = 4 * relaying->settings->relaying.relay.messages_most,
			.line_of = lines_has_inside(relaying->settings->lines) ? line_at : NULL,
			.context = relaying},
		.now = relaying_now,
		.on_result = on_result,
		.on_refund = on_refund,
		.on_login = on_login,
		.context = relaying,
	};
}

void
relaying_follow_logs(struct relaying *relaying)
{
	struct relaylogs_settings settings = relaying_logs_settings(relaying);

	for (size_t i = 0; i < relaying->load.logs && i < RELAYLOGS_MOST; i++)
		settings.files[settings.count++].path = relaying->load.log[i];
	if (settings.count > 0)
		relaying->logs = relaylogs_new(relaying->base, &settings);
}
