/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/carecase.h"

static bool
is_step(const struct carecase_step *step, enum topic topic, struct text name)
{
	return step->topic == topic && text_is(name, step->name);
}

bool
carecase_has_step(const struct carecase *of, enum topic topic, struct text name)
{
	for (unsigned i = 0; i < of->steps; i++) {
		if (is_step(&of->step[i], topic, name))
			return true;
	}
	return false;
}

unsigned
carecase_steps(const struct carecase *of, enum topic topic)
{
	unsigned count = 0;

	for (unsigned i = 0; i < of->steps; i++)
		count += of->step[i].topic == topic;
	return count;
}

bool
carecase_is_ready(const struct carecase *of)
{
	unsigned router = carecase_steps(of, TOPIC_ROUTER);

	return of->kind == CARECASE_ACCOUNT ? of->steps >= 2 : router > 0 && of->steps > router;
}

bool
carecase_check(const struct carecase *of)
{
	if ((of->lot != 0 && of->lot != 'A' && of->lot != 'B') || of->kind >= CARECASE_KINDS ||
		of->release >= CARE_WAYS || of->steps > CARECASE_STEPS ||
		memchr(of->code, '\0', sizeof(of->code)) == NULL ||
		memchr(of->call, '\0', sizeof(of->call)) == NULL)
		return false;
	for (unsigned i = 0; i < of->steps; i++) {
		const struct carecase_step *step = &of->step[i];

		if (step->topic >= TOPIC_DEVICES ||
			memchr(step->name, '\0', sizeof(step->name)) == NULL)
			return false;
	}
	return true;
}
