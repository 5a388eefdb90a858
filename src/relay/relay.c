/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/relay.h"

#include "base/table.h"
#include "identity/accountname.h"

#include <stdlib.h>

/* RFC 5321 s4.5.3.1.2. */
#define DOMAIN_MOST 255
/* In so long a relay learns who its senders are, and to whom they write. */
#define LEARNING_US (7 * WALL_DAY)

const char *const decision_act_names[DECISION_ACTS] = {"pass", "slow", "defer", "hold", "reject"};

const char *const relay_word_names[RELAY_WORDS] = {
	[RELAY_OF_CLASS] = "class",
	[RELAY_OF_ROSTER] = "accounts-file",
	[RELAY_OF_OPERATOR] = "operator",
};

struct relay {
	struct relay_settings settings;
	struct guard *guard;
	struct senders *senders; /* NULL: none */
	struct text account;     /* of who is spoken of; empty: not known */
	struct relay_counts counts;
};

/* What is asked now. */
struct asking {
	struct responsible responsible;
	uint64_t recipient;      /* a hash; 0: not told */
	uint64_t domain;         /* of it, a hash; 0: not told */
	const struct rule *rule; /* of who answers */
	bool is_end;             /* of the message */
	bool is_allowed;         /* never limited */
	bool is_local;           /* nothing is known of its sender by it */
	struct relay_case of;
};

static void
on_evidence(void *context, uint64_t key, const struct relay_evidence *evidence)
{
	struct relay *relay = context;
	struct relay_notice notice = {.key = key, .evidence = *evidence};

	if (relay->settings.on_evidence == NULL)
		return;
	must(senders_facts(relay->senders, key, (struct wall){0}, &notice.facts) == 0);
	notice.limit = (enum limit)notice.facts.limit;
	if (accountname_pseudonym(relay->account, &relay->settings.key) == key)
		notice.account = relay->account;
	relay->settings.on_evidence(relay->settings.context, &notice);
}

/* Near what is counted as near. */
static void
set_near(struct relay_settings *settings)
{
	for (int limit = 0; limit < LIMITS; limit++)
		rule_near(&settings->rule[limit], settings->slow_from);
}

struct relay *
relay_new(const struct relay_settings *settings)
{
	struct relay *relay = xcalloc(1, sizeof(*relay));
	struct guard_settings guard = {
		.keys_most = settings->keys_most,
		.messages_most = settings->messages_most,
		.is_shadow = settings->is_shadow,
	};

	relay->settings = *settings;
	set_near(&relay->settings);
	memcpy(guard.rule, relay->settings.rule, sizeof(guard.rule));
	relay->guard = guard_new(&guard);
	relay->settings.senders.on_evidence = on_evidence;
	relay->settings.senders.context = relay;
	if (settings->senders.most > 0)
		relay->senders = senders_new(&relay->settings.senders);
	return relay;
}

struct relay *
relay_free(struct relay *relay)
{
	if (relay == NULL)
		return NULL;
	guard_free(relay->guard);
	senders_free(relay->senders);
	free(relay);
	return NULL;
}

/* Never 0. */
static uint64_t
hash_of(const struct relay_settings *settings, struct text text)
{
	uint64_t hash = hash_keyed(&settings->key, text.at, text.length);

	return hash != 0 ? hash : 1;
}

uint64_t
relay_domain(const struct relay_settings *settings, struct text address)
{
	const char *at = address.length > 0 ? memrchr(address.at, '@', address.length) : NULL;
	struct text domain = address;
	char small[DOMAIN_MOST];

	if (at != NULL)
		domain = (struct text){at + 1, (size_t)(address.at + address.length - at) - 1};
	if (domain.length == 0 || domain.length > sizeof(small))
		return 0;
	for (size_t i = 0; i < domain.length; i++)
		small[i] = text_small(domain.at[i]);
	return hash_keyed(&settings->key, small, domain.length);
}

/* A mail server may send on what is behind such signs (RFC 5321 appendix F.2): "a%b.example@here", "b!a@here". */
static bool
is_routed(struct text recipient)
{
	const char *at = memrchr(recipient.at, '@', recipient.length);
	size_t length = at != NULL ? (size_t)(at - recipient.at) : 0;

	for (size_t i = 0; i < length; i++) {
		if (strchr("%!@\":,", recipient.at[i]) != NULL)
			return true;
	}
	return false;
}

/* After the recipients a server names one only where there is one. */
static bool
is_local(const struct relay *relay, const struct envelope *envelope, uint64_t domain)
{
	if (envelope->is_local)
		return true;
	return relay->settings.local != NULL && domain != 0 && !is_routed(envelope->recipient) &&
		table_find(relay->settings.local, domain) != NULL;
}

/* A share of its rule, and no more recipients a day than its past makes normal. */
static void
tighten(struct responsible *who, const struct rule *class, unsigned percent, uint32_t day_most)
{
	uint32_t *day;

	if (percent >= 100 && day_most == UINT32_MAX)
		return;
	if (!who->has_rule)
		who->rule = *class;
	who->has_rule = true;
	if (percent < 100)
		who->rule = rule_share(&who->rule, percent);
	day = &who->rule.most[RULE_RECIPIENTS][RULE_DAY];
	if (day_most < *day)
		*day = day_most;
}

/* Per cent of its limits that somebody has now. */
static unsigned
percent_of(const struct relay_case *of, const struct sender_terms *terms)
{
	unsigned percent = terms->percent;

	if (of->standing == RELAY_MAY_BE)
		percent = percent * RELAY_SUSPECT / 100;
	return percent > 0 ? percent : 1;
}

/* An operator's word stands before that of the roster, and takes a freedom away, too. */
static bool
find_order(const struct relay *relay, uint64_t key, struct wall now, struct rule *ret)
{
	const struct relay_settings *settings = &relay->settings;

	if (settings->limit_of == NULL || !settings->limit_of(settings->context, key, now, ret))
		return false;
	rule_near(ret, settings->slow_from);
	return true;
}

/* What is known of who answers waits in memory that nobody looked at for long: all of it is asked for first. */
static void
prefetch(const struct relay *relay, const struct asking *asking)
{
	guard_prefetch_windows(relay->guard, &asking->responsible);
	if (relay->senders != NULL)
		senders_prefetch_record(relay->senders, asking->responsible.who);
}

/* Who answers, and on which terms. */
static void
find_terms(
	struct relay *relay, const struct envelope *envelope, struct wall now, struct asking *ret)
{
	const struct relay_settings *settings = &relay->settings;
	struct roster_entry entry = {.class = LIMIT_ACCOUNT};
	struct responsible_input input = {
		.account = envelope->account,
		.certificate = envelope->certificate,
		.client = envelope->client,
		.is_bounce = envelope->sender.length == 0,
	};
	bool is_named = settings->roster != NULL && envelope->account.length > 0 &&
		roster_find(settings->roster, envelope->account, now, &entry);
	struct sender_terms terms = {100, UINT32_MAX};
	struct rule rule;

	/* At other stages it matters only where it may be local. */
	ret->domain = settings->local != NULL || envelope->stage == ENVELOPE_RECIPIENT
		? relay_domain(settings, envelope->recipient)
		: 0;
	input.is_local = is_local(relay, envelope, ret->domain);
	if (settings->line_of != NULL)
		input.line = settings->line_of(settings->context, &envelope->client);
	input.class = is_named || input.line == 0 ? (enum limit)entry.class : LIMIT_LINE;
	input.rule = entry.rule;
	responsible_find(&input, &settings->key, &ret->responsible);
	guard_prefetch_keys(relay->guard, &ret->responsible);
	if (relay->senders != NULL)
		senders_prefetch(relay->senders, ret->responsible.who);
	ret->recipient =
		envelope->recipient.length > 0 ? hash_of(settings, envelope->recipient) : 0;
	ret->is_end = envelope->stage == ENVELOPE_END;
	ret->is_allowed = entry.is_allowed;
	if (find_order(relay, ret->responsible.who, now, &rule)) {
		ret->is_allowed = false;
		/* Bounces and local mail have the limits of theirs. */
		if (ret->responsible.of[0].key == ret->responsible.who) {
			ret->responsible.rule = rule;
			ret->responsible.has_rule = true;
		}
	}
	ret->is_local = input.is_local;
	ret->of = (struct relay_case){.standing = RELAY_CLEAR};
	if (settings->case_of != NULL)
		ret->of = settings->case_of(settings->context, ret->responsible.who);
	prefetch(relay, ret);
	if (relay->senders != NULL)
		terms = senders_terms(relay->senders, ret->responsible.who, now);
	tighten(&ret->responsible, &settings->rule[ret->responsible.of[0].limit],
		percent_of(&ret->of, &terms), terms.day_most);
	ret->rule = ret->responsible.has_rule ? &ret->responsible.rule
					      : &settings->rule[ret->responsible.of[0].limit];
}

void
relay_terms(struct relay *relay, uint64_t key, enum limit class, struct text account,
	struct wall now, struct relay_terms *ret)
{
	const struct relay_settings *settings = &relay->settings;
	struct roster_entry entry = {.class = (uint8_t) class};
	struct sender_terms terms = {100, UINT32_MAX};
	bool is_named = settings->roster != NULL &&
		(account.length > 0 ? roster_find(settings->roster, account, now, &entry)
				    : roster_find_key(settings->roster, key, now, &entry));
	struct responsible who = {.has_rule = true};
	struct rule rule;

	*ret = (struct relay_terms){
		.word = is_named && (entry.rule != NULL || entry.is_allowed) ? RELAY_OF_ROSTER
									     : RELAY_OF_CLASS,
		.class = entry.class,
		.is_allowed = entry.is_allowed,
		.rule = entry.rule != NULL ? *entry.rule : settings->rule[entry.class],
	};
	if (find_order(relay, key, now, &rule)) {
		ret->rule = rule;
		ret->word = RELAY_OF_OPERATOR;
		ret->is_allowed = false;
	}
	if (settings->case_of != NULL)
		ret->of = settings->case_of(settings->context, key);
	if (relay->senders != NULL)
		terms = senders_terms(relay->senders, key, now);
	ret->percent = percent_of(&ret->of, &terms);
	ret->day_most = terms.day_most;
	who.rule = ret->rule;
	tighten(&who, &ret->rule, ret->percent, ret->day_most);
	ret->now = who.rule;
}

void
relay_responsible(struct relay *relay, const struct envelope *envelope, struct wall now,
	struct responsible *ret)
{
	struct asking asking;

	find_terms(relay, envelope, now, &asking);
	*ret = asking.responsible;
}

/* Recipients that pass in an hour, or, where that is not limited, in a day; messages, if only these are. */
static uint32_t
hour_of(const struct rule *rule)
{
	for (int w = RULE_RECIPIENTS; w >= RULE_MESSAGES; w--) {
		for (int s = RULE_HOUR; s < RULE_SPANS; s++) {
			if (rule->most[w][s] != RULE_UNLIMITED)
				return rule->most[w][s];
		}
	}
	return RULE_UNLIMITED;
}

/* Above a limit: later, or, if more waits than could be sent soon, harder. */
static enum decision_act
act_above(const struct relay *relay, const struct asking *asking, const struct guard_answer *answer,
	struct wall now)
{
	uint64_t backlog;
	uint32_t most = hour_of(asking->rule);

	if (answer->why.never)
		return DECISION_REJECT;
	/* What all of a domain or of the relay have sent together is not its own doing. */
	if (relay->senders == NULL || most == RULE_UNLIMITED ||
		answer->limit != asking->responsible.of[0].limit)
		return DECISION_DEFER;
	backlog = senders_backlog(relay->senders, asking->responsible.who, now);
	if (backlog <= most)
		return DECISION_DEFER;
	/* Whose recipients were taken to be held is not refused at its end. */
	if (relay->settings.holds && asking->is_end)
		return DECISION_HOLD;
	if (backlog > (uint64_t)RELAY_REFUSED * most)
		return DECISION_REJECT;
	return relay->settings.holds ? DECISION_HOLD : DECISION_DEFER;
}

static void
decide(const struct relay *relay, const struct asking *asking, const struct guard_answer *answer,
	struct wall now, struct decision *ret)
{
	ret->limit = answer->limit;
	ret->why = answer->why;
	memcpy(ret->number, asking->of.number, sizeof(ret->number));
	if (asking->of.standing == RELAY_IS && !asking->is_allowed) {
		ret->is_case = true;
		/* What is held is counted, too: nobody fills the queue with it. */
		ret->would =
			relay->settings.holds && !answer->would ? DECISION_HOLD : DECISION_REJECT;
	} else if (answer->would) {
		ret->would = (uint8_t)act_above(relay, asking, answer, now);
	} else {
		ret->would = answer->is_near ? DECISION_SLOW : DECISION_PASS;
	}
	ret->act = relay->settings.is_shadow ? DECISION_PASS : ret->would;
	if (ret->act == DECISION_SLOW)
		ret->slow_us = relay->settings.slow_us;
}

/* Where somebody is, as far as that is told. */
static struct client_place
place_of(const struct relay *relay, const struct address *client)
{
	static const struct address none = {{0}};
	struct client_place place = {0};

	if (address_equal(client, &none))
		return place;
	place.address = hash_keyed(&relay->settings.key, client, sizeof(*client));
	if (relay->settings.places != NULL)
		places_find(relay->settings.places, client, &place);
	return place;
}

/* What is known of the sender grows, whatever the answer is. */
static void
note(struct relay *relay, const struct envelope *envelope, const struct asking *asking,
	const struct guard_answer *answer, const struct decision *decision, struct wall now)
{
	uint64_t key = asking->responsible.who;
	enum limit limit = (enum limit)asking->responsible.class;
	struct client_place place = {0};

	if (relay->senders == NULL || asking->is_local)
		return;
	if (envelope->stage == ENVELOPE_END) {
		if (decision->act != DECISION_DEFER && decision->act != DECISION_REJECT)
			senders_message(relay->senders, key, answer->recipients, now);
		return;
	}
	if (envelope->stage != ENVELOPE_RECIPIENT)
		return;
	if (answer->is_first)
		place = place_of(relay, &envelope->client);
	senders_recipient(relay->senders, key, limit, asking->recipient, asking->domain,
		answer->is_first ? &place : NULL, now);
	if (decision->would >= DECISION_DEFER)
		senders_denied(relay->senders, key, asking->recipient, now);
}

/* Whoever reads the logs knows the message by its queue id. */
static void
tell_sent(const struct relay *relay, const struct envelope *envelope, const struct asking *asking,
	const struct guard_answer *answer, const struct decision *decision, struct wall now)
{
	const struct responsible *who = &asking->responsible;
	bool is_charged = answer->key == who->who && answer->passes && !asking->is_allowed;
	struct relay_sent sent = {
		.queue_id = envelope->queue_id,
		.who = who->who,
		.class = (enum limit)who->class,
		.recipients = is_charged ? answer->recipients : 0,
		.time = now,
	};

	if (relay->settings.on_sent != NULL && envelope->queue_id.length > 0 &&
		decision->act <= DECISION_SLOW)
		relay->settings.on_sent(relay->settings.context, &sent);
}

struct decision
relay_decide(struct relay *relay, const struct envelope *envelope, struct wall now)
{
	static const enum guard_stage stages[] = {
		[ENVELOPE_RECIPIENT] = GUARD_RECIPIENT,
		[ENVELOPE_DATA] = GUARD_DATA,
		[ENVELOPE_END] = GUARD_END,
		[ENVELOPE_ABORT] = GUARD_ABORT,
	};
	struct asking asking;
	struct guard_ask ask = {
		.message = envelope->message,
		.responsible = &asking.responsible,
		.count = envelope->count,
		.stage = stages[envelope->stage],
		.is_settled = envelope->is_settled,
	};
	struct guard_answer answer = {.passes = true};
	struct decision decision = {.act = DECISION_PASS};

	if (ask.stage == GUARD_ABORT) {
		(void)guard_ask(relay->guard, &ask, now);
		return decision;
	}
	relay->account = envelope->account;
	guard_prefetch(relay->guard, envelope->message);
	find_terms(relay, envelope, now, &asking);
	ask.recipient = asking.recipient;
	ask.is_free = asking.is_allowed;
	/* What its case refuses counts for nothing. */
	if (relay->settings.is_shadow || relay->settings.holds || asking.is_allowed ||
		asking.of.standing != RELAY_IS)
		answer = guard_ask(relay->guard, &ask, now);
	decide(relay, &asking, &answer, now, &decision);
	note(relay, envelope, &asking, &answer, &decision, now);
	if (envelope->stage == ENVELOPE_END)
		tell_sent(relay, envelope, &asking, &answer, &decision, now);
	relay->counts.allowed += asking.is_allowed;
	relay->counts.shadowed += decision.would != decision.act;
	relay->counts.decided[decision.would]++;
	relay->account = TEXT("");
	return decision;
}

bool
relay_login(struct relay *relay, const struct login *login, struct wall now)
{
	const struct relay_settings *settings = &relay->settings;
	uint64_t key = accountname_pseudonym(login->account, &settings->key);
	struct roster_entry entry = {.class = LIMIT_ACCOUNT};
	struct client_place place;
	bool refuses;

	if (key == 0)
		return true;
	if (login->kind == LOGIN_ASKS) {
		refuses = !settings->is_shadow && settings->case_of != NULL &&
			settings->case_of(settings->context, key).standing == RELAY_IS;
		relay->counts.logins_refused += refuses;
		return !refuses;
	}
	if (relay->senders == NULL || (login->kind != LOGIN_GOOD && login->kind != LOGIN_BAD))
		return true;
	if (settings->roster != NULL)
		(void)roster_find(settings->roster, login->account, now, &entry);
	place = place_of(relay, &login->client);
	relay->counts.logins++;
	relay->counts.logins_bad += login->kind == LOGIN_BAD;
	relay->account = login->account;
	senders_login(relay->senders, key, (enum limit)entry.class, login->kind == LOGIN_GOOD,
		&place, now);
	relay->account = TEXT("");
	return true;
}

void
relay_result(struct relay *relay, uint64_t key, uint64_t recipient, enum sender_result result,
	struct wall now)
{
	relay->counts.results[result]++;
	if (relay->senders != NULL)
		senders_result(relay->senders, key, recipient, result, now);
}

void
relay_refund(struct relay *relay, uint64_t key, enum limit limit, uint32_t recipients,
	struct wall taken, struct wall now)
{
	if (guard_refund(relay->guard, key, limit, recipients, taken, now))
		relay->counts.refunds++;
	else
		relay->counts.refunds_refused++;
}

void
relay_began(struct relay *relay, struct wall began)
{
	int64_t us = relay->settings.senders.warm_up_us;

	if (relay->senders != NULL)
		senders_know(relay->senders,
			(struct wall){began.us + (us > LEARNING_US ? us : LEARNING_US)});
}

void
relay_advance(struct relay *relay, struct wall now)
{
	guard_advance(relay->guard, now);
}

int
relay_save(const struct relay *relay, struct save *save)
{
	guard_save(relay->guard, save);
	if (relay->senders != NULL)
		senders_save(relay->senders, save);
	return save_error(save);
}

int
relay_restore(struct relay *fresh, struct restore *restore, struct wall now, struct fail *fail)
{
	int r = guard_restore(fresh->guard, restore, now, fail);

	if (r == 0 && fresh->senders != NULL)
		r = senders_restore(fresh->senders, restore, now, fail);
	return r;
}

struct relay_counts
relay_counts(const struct relay *relay)
{
	return relay->counts;
}

struct guard *
relay_guard(struct relay *relay)
{
	return relay->guard;
}

struct senders *
relay_senders(struct relay *relay)
{
	return relay->senders;
}
