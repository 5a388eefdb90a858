/* relayinginside - the process of the relay guard: for relaying.c and its parts only
 *
 * What:    all that it has, and what its parts do for each other: relayingterms.c tells the relay what the estate knows
 *          of a sender, relayinglogs.c what became of mail, relayingkept.c keeps what was counted, relayingfigures.c
 *          shows it; relaying.c begins, waits and ends.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_RELAYINGINSIDE_H
#define LAZARET_SERVICE_RELAYINGINSIDE_H

#include "service/relayfile.h"
#include "service/relaying.h"
#include "service/relaylisten.h"
#include "service/relayload.h"
#include "service/relaylogs.h"
#include "service/relaynotice.h"
#include "service/relayorders.h"
#include "service/relayshare.h"
#include "service/reporting.h"

struct event;
struct event_base;

struct relaying {
	const struct daemon_settings *settings;
	struct estate *estate;
	struct duty duty;
	struct event_base *base;
	struct relay *relay;
	struct relayfile file;
	struct relayload load;
	struct relaynotice notice;
	struct reporting reporting; /* reports that come by mail */
	struct relaylisten listen;
	struct relaylogs *logs;    /* NULL: none are followed */
	struct exchange *exchange; /* NULL: counts are not shared */
	struct relayshare *share;
	struct relayshare_standing standing; /* of the guard before */
	bool has_standing;
	struct relayorders orders;
	struct event *desk; /* its questions */
	struct hash_key key;
	struct leased leased; /* whose line an address is */
	struct event *last;   /* NULL: the end has not begun */
	int64_t last_us;      /* when it did */
	struct wall began;    /* the first guard with this state */
	int64_t begun_us;     /* this one: clock_steady */
	int64_t turn_us; /* when somebody was first asked for in this turn of the loop; 0: nobody was */
	struct event *turn_over;
};

/* context is the process in all of these. The time, read now. */
struct wall relaying_now(void *context);
/* The line of an address: 0 where it is nobody's, or of many. */
uint64_t relaying_line(void *context, const struct address *client);

struct relay_settings relaying_relay_settings(struct relaying *relaying);

/* Without files. */
struct relaylogs_settings relaying_logs_settings(struct relaying *relaying);
void relaying_follow_logs(struct relaying *relaying);

/* Makes the relay and the logs, with what guards before this one knew; what was half restored is thrown away. */
void relaying_restore(struct relaying *relaying, unsigned tries);

void relaying_show(struct relaying *relaying);

#endif
