/* flowtold - what was told of an account or line, in the record where a line has its flows: inside evidence/ only
 *
 * What:    flow_channel_tell and flow_channel_meter of flowchannel.h, and the facts of the former's record.
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_FLOWTOLD_H
#define LAZARET_EVIDENCE_FLOWTOLD_H

#include "evidence/flowstate.h"

/* Of a record of the role account: facts in which figures of flows stand as they lie there. */
void flow_told_facts(const struct sender *sender, struct flow_facts *facts);

#endif
