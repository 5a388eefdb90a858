/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registraropening.h"

#include "runtime/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Requests of NASes that wait: all of a network may come at once when it was cut off. */
#define BUFFER (8U << 20)

static bool
is_same(const struct registrar_place *a, const struct registrar_place *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

void
registraropening_describe(const struct registrar_opened *opened, char into[96])
{
	char address[ADDRESS_TEXT];

	address_format(&opened->place.address, address);
	snprintf(into, 96,
		address_is_v4(&opened->place.address) ? "accounting:%s:%u" : "accounting:[%s]:%u",
		address, opened->port);
}

static int
open_place(struct registrar_opened *opened, struct fail *fail)
{
	struct udp_settings udp = {
		.address = opened->place.address,
		.port = opened->place.port,
		.buffer = BUFFER,
		.count = 1,
	};
	int r = sockets_open_udp(&udp, &opened->descriptor, NULL, fail);

	if (r < 0)
		return r;
	r = sockets_port(opened->descriptor);
	if (r > 0)
		opened->port = (uint16_t)r;
	return r < 0 ? r : 0;
}

static const struct registrar_opened *
find(const struct registraropening *in, const struct registrar_place *place)
{
	for (size_t i = 0; i < in->count; i++) {
		if (is_same(&in->entry[i].place, place))
			return &in->entry[i];
	}
	return NULL;
}

int
registraropening_prepare(const struct registraropening *now,
	const struct registrar_settings *settings, struct registraropening *next, struct fail *fail)
{
	*next = (struct registraropening){.count = 0};
	for (size_t i = 0; i < settings->place_count; i++) {
		const struct registrar_place *place = &settings->place[i];
		struct registrar_opened *opened = &next->entry[next->count];
		const struct registrar_opened *same = find(now, place);
		int r = 0;

		*opened = (struct registrar_opened){
			.place = *place, .port = place->port, .descriptor = -1};
		if (find(next, place) != NULL && place->port != 0) {
			char at[96];

			registraropening_describe(opened, at);
			fail_where(fail, "identity.accounting");
			fail_what(fail, "%s is there twice", at);
			r = -EEXIST;
		} else if (same != NULL) {
			*opened = *same;
			opened->is_kept = true;
		} else {
			r = open_place(opened, fail);
		}
		if (r < 0) {
			if (opened->descriptor >= 0 && !opened->is_kept)
				close(opened->descriptor);
			registraropening_drop(next);
			return r;
		}
		next->count++;
	}
	return 0;
}

void
registraropening_take(struct registraropening *now, const struct registraropening *next)
{
	for (size_t i = 0; i < now->count; i++) {
		if (find(next, &now->entry[i].place) == NULL)
			close(now->entry[i].descriptor);
	}
	*now = *next;
	for (size_t i = 0; i < now->count; i++)
		now->entry[i].is_kept = false;
}

void
registraropening_drop(struct registraropening *next)
{
	for (size_t i = 0; i < next->count; i++) {
		if (!next->entry[i].is_kept)
			close(next->entry[i].descriptor);
	}
	next->count = 0;
}
