/* SPDX-License-Identifier: BSD-2-Clause */
/* setload - what changes of nf_tables' sets cost: for `nft`, which makes the network namespace and the table
 *
 *   setload SET COUNT ROUNDS   prints lines NAME VALUE: seconds, microseconds, MiB, bytes that the kernel holds
 *   setload kernel             the last of these alone
 *
 *   setload SET COUNT ROUNDS   prints lines NAME VALUE: seconds, microseconds, MiB, bytes that the kernel has
 * the same bytes, written before, handed to the kernel by send and recv alone.
 */
#include "gate/nftsocket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MOST 100000

static struct nftsocket nft;
static struct fail fail;
static double took[ROUNDS_MOST];

static double
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
end_by(int64_t r)
{
	fprintf(stderr, "setload: %s: %s\n", strerror((int)-r), fail.what);
	exit(1);
}

/* Bytes: the sum of these rows of a file of /proc that counts KiB. */
static double
bytes_of(const char *path, const char *first, const char *second)
{
	FILE *file = fopen(path, "r");
	char line[128];
	double sum = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		struct text value = text_of(line), name = text_cut(&value, ':');
		uint64_t number = 0;

		while (value.length > 0 && (*value.at == ' ' || *value.at == '\t'))
			value = (struct text){value.at + 1, value.length - 1};
		value = text_cut(&value, ' ');
		if ((text_is(name, first) || text_is(name, second)) &&
			text_parse_u64(value, UINT32_MAX, &number) == 0)
			sum += (double)number * 1024;
	}
	if (file != NULL)
		fclose(file);
	return sum;
}

/* What the kernel holds for itself, as far as it says. */
static double
kernel_bytes(void)
{
	return bytes_of("/proc/meminfo", "Slab", "VmallocUsed");
}

/* Line number n of the set; no two are the same. */
static struct element
line_of(enum lineset set, uint32_t n)
{
	struct element element = {.set = set, .left_ms = linesets[set].timed ? 3600000 : 0};

	/* An odd factor only changes the order, so that neighbours in time are none in the table. */
	n *= UINT32_C(2654435761);
	if (linesets[set].key == 4) {
		element.address = address_from_v4(n);
		return element;
	}
	element.address.byte[0] = 0x20;
	element.address.byte[1] = 0x01;
	for (unsigned i = 0; i < 4; i++)
		element.address.byte[linesets[set].length / 8 - 4 + i] = (uint8_t)(n >> 8 * i);
	return element;
}

struct lines {
	enum lineset set;
	uint32_t next, count;
};

static int
next_of(void *context, struct element *ret)
{
	struct lines *lines = context;

	if (lines->next == lines->count)
		return 0;
	*ret = line_of(lines->set, lines->next++);
	return 1;
}

static double
replace(enum lineset set, uint32_t count)
{
	struct lines lines = {.set = set, .count = count};
	double begin = now_us();
	int64_t r = nftsocket_replace(&nft, 1U << set, next_of, &lines, &fail);

	if (r != count)
		end_by(r);
	return (now_us() - begin) / 1e6;
}

static int
compare(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
print_percentiles(const char *name, uint32_t rounds)
{
	qsort(took, rounds, sizeof(took[0]), compare);
	printf("%s_p50 %.2f\n%s_p99 %.2f\n", name, took[rounds / 2], name, took[rounds * 99 / 100]);
}

static void
change_single(enum lineset set, uint32_t count, uint32_t rounds, enum nftsocket_verb verb)
{
	for (uint32_t i = 0; i < rounds; i++) {
		struct nftsocket_order order = {.verb = verb, .element = line_of(set, count + i)};
		double begin = now_us();
		int r = nftsocket_apply(&nft, &order, 1, &fail);

		took[i] = now_us() - begin;
		if (r < 0 || order.result != 1)
			end_by(r);
	}
	print_percentiles(verb == NFTSOCKET_ADD ? "add" : "remove", rounds);
}

/* The bytes of a transaction, to the kernel and back, and nothing else. */
static void
exchange(const uint8_t *bytes, size_t size)
{
	uint8_t answer[1024];
	struct nlmsgerr said;

	if (send(nft.fd, bytes, size, 0) != (ssize_t)size ||
		recv(nft.fd, answer, sizeof(answer), 0) < (ssize_t)sizeof(said) + NLMSG_HDRLEN)
		end_by(-errno);
	memcpy(&said, answer + NLMSG_HDRLEN, sizeof(said));
	if (said.error != 0)
		end_by(said.error);
}

static void
change_bare(enum lineset set, uint32_t count, uint32_t rounds, bool adds)
{
	for (uint32_t i = 0; i < rounds; i++) {
		struct element element = line_of(set, count + i);
		struct elements_batch batch;
		uint8_t room[512];
		double begin;
		int64_t size;

		elements_begin(&batch, room, sizeof(room), 1, true);
		if ((adds ? elements_add(&batch, &element) : elements_remove(&batch, &element)) < 0)
			end_by(-EINVAL);
		size = elements_end(&batch);
		begin = now_us();
		exchange(room, (size_t)size);
		took[i] = now_us() - begin;
	}
	print_percentiles(adds ? "bare_add" : "bare_remove", rounds);
}

/* The whole set once more, its bytes written before. */
static double
replace_bare(enum lineset set, uint32_t count)
{
	size_t size = (size_t)count * ELEMENTS_EACH + ELEMENTS_FRAME;
	uint8_t *room = memory_map(1, size);
	struct elements_batch batch;
	int64_t length;
	double begin;

	elements_begin(&batch, room, size, 1, false);
	if (elements_flush(&batch, set) < 0)
		end_by(-EINVAL);
	for (uint32_t i = 0; i < count; i++) {
		struct element element = line_of(set, i);

		if (elements_add(&batch, &element) < 0)
			end_by(-EINVAL);
	}
	length = elements_end(&batch);
	begin = now_us();
	exchange(room, (size_t)length);
	begin = now_us() - begin;
	memory_unmap(room, 1, size);
	return begin / 1e6;
}

int
main(int count, char **words)
{
	uint64_t lines = 0, rounds = 0;
	enum lineset set = LINESET_BLOCK4;
	int r;

	if (count == 2 && strcmp(words[1], "kernel") == 0)
		return printf("kernel_bytes %.0f\n", kernel_bytes()) < 0;
	if (count != 4 || text_parse_u64(text_of(words[2]), 1 << 26, &lines) < 0 || lines == 0 ||
		text_parse_u64(text_of(words[3]), ROUNDS_MOST, &rounds) < 0 || rounds == 0)
		return 2;
	while (set < LINESET_OVER4 && strcmp(linesets[set].name, words[1]) != 0)
		set++;
	r = nftsocket_open(&nft, lines, &fail);
	if (r < 0)
		end_by(r);
	printf("load %.3f\n", replace(set, (uint32_t)lines));
	/* What the transaction itself needed is given back a little later. */
	sleep(1);
	printf("kernel_bytes %.0f\n", kernel_bytes());
	change_single(set, (uint32_t)lines, (uint32_t)rounds, NFTSOCKET_ADD);
	change_single(set, (uint32_t)lines, (uint32_t)rounds, NFTSOCKET_REMOVE);
	printf("resync %.3f\n", replace(set, (uint32_t)lines));
	printf("rss_mib %.1f\n", bytes_of("/proc/self/status", "VmHWM", "VmHWM") / (1 << 20));
	change_bare(set, (uint32_t)lines, (uint32_t)rounds, true);
	change_bare(set, (uint32_t)lines, (uint32_t)rounds, false);
	printf("bare_resync %.3f\n", replace_bare(set, (uint32_t)lines));
	nftsocket_close(&nft);
	return 0;
}
