/* contained - the filter of port 25 in a BPF file system of the test's own, and packets that the kernel runs it on
 *
 * What:    BPF_PROG_TEST_RUN says what becomes of a packet. Each test begins with an empty filter that enforces.
 * Owns:    mounts and interfaces of this process, which end with it.
 * Limits:  needs root; contained_is_here is false without.
 * Thread:  contained_run: any; else one.
 */
#ifndef LAZARET_TESTS_CONTAINED_H
#define LAZARET_TESTS_CONTAINED_H

#include "../unit/unit.h"
#include "gate/xdpcontain.h"

#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

#define FRAME 512
#define DROP  XDP_DROP
#define PASS  XDP_PASS

#define BAD      "100.64.0.66"
#define GOOD     "100.64.0.7"
#define BUSINESS "198.51.100.9" /* not residential */
#define FAR      "203.0.113.10"
#define MAIL     "192.0.2.25"
#define BAD6     "2001:db8:1:66::2"
#define GOOD6    "2001:db8:1:67::2"
#define FAR6     "2001:db8:ffff::10"
#define MAIL6    "2001:db8:f::25"

extern char contained_folder[64];
extern bool contained_is_here;
extern struct fail fail;
extern struct xdpcontain *contain;

/* A packet as it comes in. What is not said is the plain case. */
struct shot {
	const char *from, *to;
	uint16_t source, target;
	unsigned tags;
	uint8_t protocol;  /* 0: TCP */
	uint16_t fragment; /* IPv4: flags and place; IPv6: a header with this place and flag */
	bool has_fragment;
	unsigned options; /* IPv4: words; IPv6: headers before TCP */
	size_t cut;       /* bytes missing at the end */
};

/* Its bytes. */
size_t make_frame(const struct shot *shot, uint8_t frame[FRAME]);

/* PASS or DROP. */
int run(const void *frame, size_t size);
int shoot(struct shot shot);
int connect_to(const char *from, const char *to, uint16_t port);
int answer_from(const char *from, const char *to, uint16_t port);

struct address address_of(const char *words);
struct ruleset_settings settings_of(enum ruleset_mode mode);
void set_mode(enum ruleset_mode mode);

/* One order's result. */
int order(enum nftsocket_verb verb, enum lineset set, const char *address);
void add(enum lineset set, const char *address);
uint64_t counted(enum ruleset_counter which);

int contained_begin(void **state);
int contained_end(void **state);

#define CONTAINED_TEST(name) cmocka_unit_test_setup_teardown(name, contained_begin, contained_end)
bool contained_enter(void);
void contained_leave(void);

#define NEEDS_ROOT()                                                                               \
	do {                                                                                       \
		if (!contained_is_here) {                                                          \
			print_message("needs root, and a BPF file system\n");                      \
			skip();                                                                    \
		}                                                                                  \
	} while (0)

#endif
