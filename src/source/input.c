/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/input.h"

#include "source/ahead.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

/* One read() call: large enough that its cost disappears, small enough for what it brings to stay in a core's
 * own cache until it is used. */
#define READ_SIZE (256UL << 10)
/* Where read() writes to: elsewhere some processors copy 4 times slower (AMD Zen, up to 31 bytes behind). */
#define READ_ALIGNMENT 4096
#define WINDOW_SIZE    (INPUT_WINDOW + READ_SIZE + READ_ALIGNMENT)
/* More than this is not moved only for the sake of alignment. */
#define MOVE_MOST 65536
/* What an xz file may ask for; xz -9 asks for 65 MiB. */
#define XZ_MEMORY (512UL << 20)

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_BZIP2, PACKING_XZ, PACKING_ZSTD, PACKING_COUNT };

static const char *const packing_names[PACKING_COUNT] = {"", "gzip", "bzip2", "xz", "zstd"};

struct input_inner {
	int fd;
	int stop; /* as given to input_open */
	enum packing packing;
	uint8_t *window; /* one fill always has room behind INPUT_WINDOW bytes */
	uint8_t *packed; /* the file's own bytes, where it is packed */
	size_t packed_at;
	size_t packed_end;
	bool file_ended;  /* read() has said so */
	bool member_open; /* inside a member or frame of the packed file */
	struct inflate_state *gzip;
	bz_stream bzip2;
	lzma_stream xz;
	ZSTD_DStream *zstd;
	struct ahead *ahead; /* who unpacks; NULL: who reads does */
	struct input behind; /* the thread's own view of the file: how far it is */
	struct fail cause;   /* why it ended there */
};

static void
say(struct input *input, struct fail *fail, int error, const char *what, const char *hint)
{
	struct input_inner *inner = input->inner;

	input->error = error;
	input->ended = true;
	fail_where(fail, "%s", input->name);
	if (inner->packing == PACKING_NONE)
		fail_what(fail, "%s at byte %llu", what, (unsigned long long)input->packed_offset);
	else
		fail_what(fail, "%s: the %s data are good up to unpacked byte %llu", what,
			packing_names[inner->packing],
			(unsigned long long)(input->offset + input->left));
	fail_hint(fail, "%s", hint);
}

/* Is reading to end? Where it is not, and wait is set, something of the file can be read. */
static bool
is_stopped(const struct input_inner *inner, bool wait)
{
	struct pollfd of[] = {
		{.fd = inner->stop, .events = POLLIN}, {.fd = inner->fd, .events = POLLIN}};
	int ready;

	if (inner->stop == 0)
		return false;
	do
		ready = poll(of, wait ? 2 : 1, wait ? -1 : 0);
	while (ready < 0 && errno == EINTR);
	return ready > 0 && of[0].revents != 0;
}

static int
say_stopped(struct input *input, struct fail *fail)
{
	say(input, fail, -EINTR, "reading was interrupted", "the rest was not looked at");
	return -EINTR;
}

/* Reads once from the file; 0 at its end. */
static ssize_t
read_some(struct input *input, uint8_t *into, size_t room, struct fail *fail)
{
	struct input_inner *inner = input->inner;
	ssize_t got;

	if (inner->file_ended)
		return 0;
	if (is_stopped(inner, true))
		return say_stopped(input, fail);
	do
		got = read(inner->fd, into, room);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		int error = -errno;
		struct fail cause = {0};

		fail_what(&cause, "cannot be read (%s)", strerror(-error));
		say(input, fail, error, cause.what, "copy the file to a sound disk and try again");
		return error;
	}
	if (got == 0)
		inner->file_ended = true;
	input->packed_offset += (uint64_t)got;
	return got;
}

/* What one step of an unpacker came to. */
enum step { STEP_MORE, STEP_MEMBER_END, STEP_DAMAGED, STEP_TOO_LARGE };

struct portion {
	const uint8_t *in;
	size_t in_left;
	uint8_t *out;
	size_t out_left;
};

static enum step
step_gzip(struct input_inner *inner, struct portion *p)
{
	struct inflate_state *state = inner->gzip;
	int result;

	if (!inner->member_open) {
		isal_inflate_reset(state);
		state->crc_flag = ISAL_GZIP;
	}
	state->next_in = (uint8_t *)(uintptr_t)p->in;
	state->avail_in = (uint32_t)p->in_left;
	state->next_out = p->out;
	state->avail_out = (uint32_t)p->out_left;
	result = isal_inflate(state);
	p->in = state->next_in;
	p->in_left = state->avail_in;
	p->out = state->next_out;
	p->out_left = state->avail_out;
	if (result < 0 || result == ISAL_NEED_DICT)
		return STEP_DAMAGED;
	return state->block_state == ISAL_BLOCK_FINISH ? STEP_MEMBER_END : STEP_MORE;
}

static enum step
step_bzip2(struct input_inner *inner, struct portion *p)
{
	bz_stream *bzip2 = &inner->bzip2;
	int result = BZ_OK;

	if (!inner->member_open) {
		BZ2_bzDecompressEnd(bzip2);
		*bzip2 = (bz_stream){0};
		result = BZ2_bzDecompressInit(bzip2, 0, 0);
	}
	bzip2->next_in = (char *)(uintptr_t)p->in;
	bzip2->avail_in = (unsigned)p->in_left;
	bzip2->next_out = (char *)p->out;
	bzip2->avail_out = (unsigned)p->out_left;
	if (result == BZ_OK)
		result = BZ2_bzDecompress(bzip2);
	p->in = (const uint8_t *)bzip2->next_in;
	p->in_left = bzip2->avail_in;
	p->out = (uint8_t *)bzip2->next_out;
	p->out_left = bzip2->avail_out;
	if (result == BZ_STREAM_END)
		return STEP_MEMBER_END;
	if (result == BZ_MEM_ERROR)
		return STEP_TOO_LARGE;
	return result == BZ_OK ? STEP_MORE : STEP_DAMAGED;
}

static enum step
step_xz(struct input_inner *inner, struct portion *p)
{
	lzma_ret result = LZMA_OK;

	if (!inner->member_open)
		result = lzma_stream_decoder(&inner->xz, XZ_MEMORY, 0);
	inner->xz.next_in = p->in;
	inner->xz.avail_in = p->in_left;
	inner->xz.next_out = p->out;
	inner->xz.avail_out = p->out_left;
	if (result == LZMA_OK)
		result = lzma_code(&inner->xz, LZMA_RUN);
	p->in = inner->xz.next_in;
	p->in_left = inner->xz.avail_in;
	p->out = inner->xz.next_out;
	p->out_left = inner->xz.avail_out;
	if (result == LZMA_STREAM_END)
		return STEP_MEMBER_END;
	if (result == LZMA_MEMLIMIT_ERROR || result == LZMA_MEM_ERROR)
		return STEP_TOO_LARGE;
	return result == LZMA_OK || result == LZMA_BUF_ERROR ? STEP_MORE : STEP_DAMAGED;
}

static enum step
step_zstd(struct input_inner *inner, struct portion *p)
{
	ZSTD_inBuffer in = {.src = p->in, .size = p->in_left};
	ZSTD_outBuffer out = {.dst = p->out, .size = p->out_left};
	ZSTD_ErrorCode error;
	size_t result;

	if (!inner->member_open)
		ZSTD_DCtx_reset(inner->zstd, ZSTD_reset_session_only);
	result = ZSTD_decompressStream(inner->zstd, &out, &in);
	p->in += in.pos;
	p->in_left -= in.pos;
	p->out += out.pos;
	p->out_left -= out.pos;
	error = ZSTD_getErrorCode(result);
	if (error == ZSTD_error_frameParameter_windowTooLarge ||
		error == ZSTD_error_memory_allocation)
		return STEP_TOO_LARGE;
	if (error != ZSTD_error_no_error)
		return STEP_DAMAGED;
	return result == 0 ? STEP_MEMBER_END : STEP_MORE;
}

static enum step
step_any(struct input_inner *inner, struct portion *p)
{
	switch (inner->packing) {
	case PACKING_GZIP:
		return step_gzip(inner, p);
	case PACKING_BZIP2:
		return step_bzip2(inner, p);
	case PACKING_XZ:
		return step_xz(inner, p);
	case PACKING_ZSTD:
		return step_zstd(inner, p);
	case PACKING_NONE:
	case PACKING_COUNT:
		break;
	}
	return STEP_DAMAGED;
}

static bool
is_bzip2(const uint8_t *at, size_t size)
{
	/* Behind the size of its blocks: the begin of a block, or the end where there is none. */
	static const uint8_t block[] = {0x31, 0x41, 0x59, 0x26}, end[] = {0x17, 0x72, 0x45, 0x38};

	return size >= 8 && memcmp(at, "BZh", 3) == 0 && at[3] >= '1' && at[3] <= '9' &&
		(memcmp(at + 4, block, 4) == 0 || memcmp(at + 4, end, 4) == 0);
}

static enum packing
packing_of(const uint8_t *at, size_t size)
{
	static const uint8_t xz[] = {0xfd, '7', 'z', 'X', 'Z', 0};

	if (size >= 3 && at[0] == 0x1f && at[1] == 0x8b && at[2] == 8)
		return PACKING_GZIP;
	if (is_bzip2(at, size))
		return PACKING_BZIP2;
	if (size >= sizeof(xz) && memcmp(at, xz, sizeof(xz)) == 0)
		return PACKING_XZ;
	/* A frame, or one that a decoder steps over (zstd's format, "skippable frames"). */
	if (size >= 4 && at[1] == 0xb5 && at[2] == 0x2f && at[3] == 0xfd && at[0] == 0x28)
		return PACKING_ZSTD;
	if (size >= 4 && (at[0] & 0xf0) == 0x50 && at[1] == 0x2a && at[2] == 0x4d && at[3] == 0x18)
		return PACKING_ZSTD;
	return PACKING_NONE;
}

const char *
input_packing(const uint8_t *at, size_t size)
{
	enum packing packing = packing_of(at, size);

	return packing != PACKING_NONE ? packing_names[packing] : NULL;
}

/* Bytes of the file that are not yet unpacked: at least want of them, unless the file ends. */
static int
refill_packed(struct input *input, size_t want, struct fail *fail)
{
	struct input_inner *inner = input->inner;

	while (inner->packed_end - inner->packed_at < want && !inner->file_ended) {
		size_t left = inner->packed_end - inner->packed_at;
		ssize_t got;

		memmove(inner->packed, inner->packed + inner->packed_at, left);
		inner->packed_at = 0;
		inner->packed_end = left;
		got = read_some(input, inner->packed + left, READ_SIZE - left, fail);
		if (got < 0)
			return (int)got;
		inner->packed_end += (size_t)got;
	}
	return 0;
}

/* Between members: is there another one? Padding of zeros is allowed (gzip(1), xz's stream padding). */
static int
next_member(struct input *input, struct fail *fail)
{
	struct input_inner *inner = input->inner;

	for (;;) {
		const uint8_t *at = inner->packed + inner->packed_at;
		size_t left = inner->packed_end - inner->packed_at;

		if (packing_of(at, left) == inner->packing)
			return 1;
		if (left > 0 && at[0] == 0) {
			inner->packed_at++;
			continue;
		}
		if (left >= 8 || inner->file_ended)
			break;
		if (refill_packed(input, 8, fail) < 0)
			return input->error;
	}
	if (inner->packed_at == inner->packed_end) {
		input->ended = true;
		return 0;
	}
	say(input, fail, -EBADMSG, "what follows the packed data is no packed data",
		"the end of the file was left out");
	return -EBADMSG;
}

/* Unpacks to the end of the window until something came out. */
static int
fill_unpacked(struct input *input, uint8_t *into, size_t room, struct fail *fail)
{
	struct input_inner *inner = input->inner;

	for (;;) {
		struct portion p = {.out = into, .out_left = room};
		enum step step;
		int result;

		if (!inner->member_open && (result = next_member(input, fail)) <= 0)
			return result;
		if (refill_packed(input, 1, fail) < 0)
			return input->error;
		p.in = inner->packed + inner->packed_at;
		p.in_left = inner->packed_end - inner->packed_at;
		step = step_any(inner, &p);
		inner->packed_at = inner->packed_end - p.in_left;
		input->left += room - p.out_left;
		inner->member_open = step != STEP_MEMBER_END;
		if (step == STEP_DAMAGED)
			say(input, fail, -EBADMSG, "the packed data are damaged",
				"what was before the damage was used");
		else if (step == STEP_TOO_LARGE)
			say(input, fail, -E2BIG, "unpacking needs too much memory",
				"unpack the file first");
		else if (step == STEP_MORE && p.out_left == room && inner->file_ended &&
			inner->packed_at == inner->packed_end)
			say(input, fail, -ENODATA, "the file ends in the middle",
				"what was before its end was used");
		if (input->error < 0)
			return input->error;
		if (p.out_left < room)
			return 1;
	}
}

/* Moves what is left to the window's beginning, to where its end is aligned, if that is needed or cheap. */
static void
make_room(struct input *input)
{
	struct input_inner *inner = input->inner;
	size_t at = (size_t)(input->at - inner->window), end = at + input->left;
	size_t to = (READ_ALIGNMENT - input->left % READ_ALIGNMENT) % READ_ALIGNMENT;

	if (WINDOW_SIZE - end >= READ_SIZE && (at == to || input->left > MOVE_MOST))
		return;
	memmove(inner->window + to, input->at, input->left);
	input->at = inner->window + to;
}

/* A block of what is unpacked, by the thread. The mark is how far the file itself is. */
static ssize_t
fill_ahead(void *context, uint8_t *into, size_t room, uint64_t *mark)
{
	struct input_inner *inner = context;
	struct input *behind = &inner->behind;
	size_t got;

	if (!behind->ended && is_stopped(inner, false))
		(void)say_stopped(behind, &inner->cause);
	if (!behind->ended)
		(void)fill_unpacked(behind, into, room, &inner->cause);
	got = behind->left;
	behind->offset += got;
	behind->left = 0;
	*mark = behind->packed_offset;
	/* What came before damage comes first. */
	return got > 0 ? (ssize_t)got : behind->error;
}

void
input_ahead(struct input *input)
{
	struct input_inner *inner = input->inner;

	if (inner->packing == PACKING_NONE || input->packed_size == 0 || inner->ahead != NULL)
		return;
	inner->behind = *input;
	inner->ahead = ahead_new(fill_ahead, inner, READ_SIZE);
}

static int
take_ahead(struct input *input, uint8_t *into, struct fail *fail)
{
	struct input_inner *inner = input->inner;
	ssize_t got = ahead_take(inner->ahead, into, &input->packed_offset);

	if (got > 0) {
		input->left += (size_t)got;
		return 1;
	}
	input->ended = true;
	input->error = (int)got;
	if (got < 0)
		*fail = inner->cause;
	return (int)got;
}

/* Adds something to the window: 1, 0 at the end, -errno. */
static int
fill(struct input *input, struct fail *fail)
{
	struct input_inner *inner = input->inner;
	uint8_t *end;
	ssize_t got;

	make_room(input);
	end = inner->window + (size_t)(input->at - inner->window) + input->left;
	if (inner->ahead != NULL)
		return take_ahead(input, end, fail);
	/* What is packed well gives more than anybody waits for. */
	if (inner->packing != PACKING_NONE && is_stopped(inner, false))
		return say_stopped(input, fail);
	if (inner->packing != PACKING_NONE)
		return fill_unpacked(input, end, READ_SIZE, fail);
	if (inner->packed_at < inner->packed_end) {
		/* What open had read to look at the first bytes. */
		got = (ssize_t)(inner->packed_end - inner->packed_at);
		memcpy(end, inner->packed + inner->packed_at, (size_t)got);
		inner->packed_at = inner->packed_end;
	} else {
		got = read_some(input, end, READ_SIZE, fail);
	}
	if (got < 0)
		return (int)got;
	input->left += (size_t)got;
	input->ended = got == 0;
	return got > 0;
}

size_t
input_need(struct input *input, size_t want, struct fail *fail)
{
	must(want <= INPUT_WINDOW);
	while (input->left < want && !input->ended) {
		if (fill(input, fail) <= 0)
			break;
	}
	return input->left;
}

static int
refuse(struct fail *fail, const char *path, int error)
{
	fail_where(fail, "%s", path);
	switch (-error) {
	case ENOENT:
		fail_what(fail, "there is no such file");
		fail_hint(
			fail, "look for a mistake in the name, or whether it is in another folder");
		break;
	case EACCES:
	case EPERM:
		fail_what(fail, "you may not read this file");
		fail_hint(fail, "run as its owner, or have its permissions changed");
		break;
	case EISDIR:
		fail_what(fail, "this is a directory, and a file is needed");
		if (strcmp(path, "-") == 0)
			fail_hint(fail, "name the files in it");
		else
			fail_hint(fail, "name the files in it: %s/*", path);
		break;
	case EINTR:
		fail_what(fail, "reading was interrupted before it began");
		break;
	default:
		fail_what(fail, "cannot be opened: %s", strerror(-error));
		fail_hint(fail, "is it a regular file?");
	}
	return error;
}

static int
open_file(struct input *input, const char *path, struct fail *fail)
{
	struct stat status;
	int fd, error;

	if (strcmp(path, "-") == 0) {
		input->name = "standard input";
		fd = STDIN_FILENO;
	} else {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	}
	if (fd < 0)
		return refuse(fail, path, -errno);
	if (fstat(fd, &status) < 0) {
		error = -errno;
	} else if (S_ISDIR(status.st_mode)) {
		error = -EISDIR;
	} else {
		if (S_ISREG(status.st_mode))
			input->packed_size = (uint64_t)status.st_size;
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		return fd;
	}
	if (fd != STDIN_FILENO)
		close(fd);
	return refuse(fail, path, error);
}

static void
unpacker_init(struct input_inner *inner)
{
	switch (inner->packing) {
	case PACKING_GZIP:
		inner->gzip = xcalloc(1, sizeof(*inner->gzip));
		isal_inflate_init(inner->gzip);
		break;
	case PACKING_ZSTD:
		inner->zstd = ZSTD_createDStream();
		must(inner->zstd != NULL);
		break;
	case PACKING_BZIP2: /* the first step does it */
	case PACKING_XZ:
	case PACKING_NONE:
	case PACKING_COUNT:
		break;
	}
}

int
input_open(struct input *input, const char *path, int stop, struct fail *fail)
{
	struct input opened = {.name = path};
	struct input_inner *inner;
	int fd = open_file(&opened, path, fail);

	if (fd < 0)
		return fd;
	inner = xcalloc(1, sizeof(*inner));
	inner->fd = fd;
	inner->stop = stop;
	inner->xz = (lzma_stream)LZMA_STREAM_INIT;
	inner->window = memory_map(WINDOW_SIZE, 1);
	inner->packed = memory_map(READ_SIZE, 1);
	opened.inner = inner;
	opened.at = inner->window;
	if (refill_packed(&opened, 8, fail) < 0) {
		int error = opened.error;

		input_close(&opened);
		return error;
	}
	inner->packing = packing_of(inner->packed, inner->packed_end);
	unpacker_init(inner);
	*input = opened;
	return 0;
}

void
input_close(struct input *input)
{
	struct input_inner *inner = input->inner;

	if (inner == NULL)
		return;
	inner->ahead = ahead_free(inner->ahead);
	free(inner->gzip);
	BZ2_bzDecompressEnd(&inner->bzip2);
	lzma_end(&inner->xz);
	ZSTD_freeDStream(inner->zstd);
	memory_unmap(inner->window, WINDOW_SIZE, 1);
	memory_unmap(inner->packed, READ_SIZE, 1);
	if (inner->fd != STDIN_FILENO)
		close(inner->fd);
	free(inner);
	*input = (struct input){0};
}
