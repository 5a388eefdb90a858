/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/rpsl.h"

#include "census/registry/rpsllines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* No line begins here. */
#define NOWHERE UINT32_MAX

enum state {
	OUTSIDE,
	INSIDE,  /* an object that matters */
	SKIPPING /* what follows up to an empty line */
};

/* The last of the bytes in whose place no attribute's name begins. */
#define LAST_MARK '+'

enum line_kind { LINE_ATTRIBUTE, LINE_CONTINUATION, LINE_COMMENT, LINE_EMPTY, LINE_WHITE };

struct rpsl {
	struct input *input;
	struct rpsl_settings settings;
	struct rpsl_counts counts;
	struct rpsl_told {
		uint64_t line;
		enum rpsl_fault fault;
	} told[RPSL_TOLD_MOST];
	size_t told_count;
	/* The text is what the input's window holds, positions are counted from its beginning. */
	uint64_t number; /* how many lines of the file come before the text */
	uint32_t next;   /* of the listed lines */
	bool begun;
	bool ended;       /* nothing comes after this text */
	int error;        /* what rpsl_next returns at the end */
	struct fail fail; /* and why */
	bool mid_line;    /* the text begins in the middle of a line; then SKIPPING */
	enum state state;
	/* The object inside. */
	enum rpsl_name class;
	uint32_t start, start_number;
	uint32_t follows; /* where a line would begin that continues the last attribute */
	bool is_joined;   /* the last value is at the end of what is joined */
	size_t count;
	struct rpsl_attribute *attributes;
	char *joined; /* values that are not in one piece in the text */
	size_t joined_size;
	struct rpslnames names;
	struct rpsllines lines;
};

struct rpsl *
rpsl_new(struct input *input, const struct rpsl_settings *settings)
{
	struct rpsl *rpsl = xcalloc(1, sizeof(*rpsl));

	must(settings->portion > 0 && settings->attributes_most > 0);
	must(settings->value_most <= settings->object_most);
	must(2 * settings->object_most + settings->portion <= INPUT_WINDOW);
	rpsl->input = input;
	rpsl->settings = *settings;
	rpsl->attributes = memory_map(settings->attributes_most, sizeof(*rpsl->attributes));
	rpsl->joined = memory_map(settings->object_most, 1);
	rpslnames_init(&rpsl->names);
	rpsllines_init(&rpsl->lines, settings->portable);
	return rpsl;
}

struct rpsl *
rpsl_free(struct rpsl *rpsl)
{
	if (rpsl == NULL)
		return NULL;
	memory_unmap(rpsl->attributes, rpsl->settings.attributes_most, sizeof(*rpsl->attributes));
	memory_unmap(rpsl->joined, rpsl->settings.object_most, 1);
	free(rpsl);
	return NULL;
}

/* The object that begins in that line of the text is lost, up to the next empty line. */
static __attribute__((cold, noinline)) void
lose(struct rpsl *rpsl, uint32_t number, enum rpsl_fault fault)
{
	rpsl->counts.faults[fault]++;
	rpsl->state = SKIPPING;
	if (rpsl->told_count < RPSL_TOLD_MOST)
		rpsl->told[rpsl->told_count++] =
			(struct rpsl_told){.line = rpsl->number + number + 1, .fault = fault};
}

static inline bool
is_white(uint8_t c)
{
	/* Most are told by the first question. */
	return c <= ' ' && (c == ' ' || c == '\t' || c == '\r');
}

static inline enum line_kind
kind_of(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *from = at;

	if (at<end && * at> LAST_MARK)
		return LINE_ATTRIBUTE;
	if (at == end || (*at == '\r' && at + 1 == end))
		return LINE_EMPTY;
	if (*at == '#' || *at == '%')
		return LINE_COMMENT;
	while (from < end && is_white(*from))
		from++;
	if (from == end)
		return LINE_WHITE;
	return *at == '+' || *at == ' ' || *at == '\t' ? LINE_CONTINUATION : LINE_ATTRIBUTE;
}

static inline bool
is_end(enum line_kind kind)
{
	return kind == LINE_EMPTY || kind == LINE_WHITE;
}

/* Over the blanks before a value: up to 16 at once, where that is for nothing, since nobody guesses how many there are.
 * limit: of what may be looked at. */
static inline const uint8_t *
skip_blanks(const uint8_t *at, const uint8_t *limit)
{
#ifdef __SSE2__
	if (limit - at >= 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i blanks = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' '));

		return at + __builtin_ctz(~(unsigned)_mm_movemask_epi8(blanks));
	}
#endif
	return at;
}

/* What a line adds to a value: what stands from there up to its comment, without what is white at the ends. */
static inline struct text
piece_of(const struct rpsllines *lines, const struct rpsl_line *line, size_t from)
{
	const uint8_t *at = lines->at + line->start + from;
	const uint8_t *end = lines->at + rpsllines_comment(lines, line);

	at = skip_blanks(at, lines->at + lines->size);
	while (at < end && is_white(*at))
		at++;
	if (at > end)
		at = end;
	while (at < end && is_white(end[-1]))
		end--;
	return (struct text){.at = (const char *)at, .length = (size_t)(end - at)};
}

/* The attribute of which the name and its colon take that many bytes of the line. False: its object is lost. */
static inline bool
add(struct rpsl *rpsl, enum rpsl_name name, const struct rpsl_line *line, size_t from)
{
	struct text value = piece_of(&rpsl->lines, line, from);

	if (rpsl->count == rpsl->settings.attributes_most) {
		lose(rpsl, rpsl->start_number, RPSL_MANY_ATTRIBUTES);
		return false;
	}
	if (value.length > rpsl->settings.value_most) {
		lose(rpsl, rpsl->start_number, RPSL_VALUE_LONG);
		return false;
	}
	rpsl->attributes[rpsl->count++] = (struct rpsl_attribute){.name = name, .value = value};
	rpsl->follows = line->end + 1;
	rpsl->is_joined = false;
	return true;
}

/* Copies to the end of what is joined. It fits: all values together are shorter than the object. */
static void
put(struct rpsl *rpsl, const char *at, size_t size)
{
	must(size <= rpsl->settings.object_most - rpsl->joined_size);
	memcpy(rpsl->joined + rpsl->joined_size, at, size);
	rpsl->joined_size += size;
}

/* The last value goes on. */
static void
join(struct rpsl *rpsl, const struct rpsl_line *line)
{
	struct text *value = &rpsl->attributes[rpsl->count - 1].value;
	bool has_plus = rpsl->lines.at[line->start] == '+';
	struct text piece = piece_of(&rpsl->lines, line, has_plus);
	size_t length = value->length + (value->length > 0) + piece.length;

	if (piece.length == 0)
		return;
	if (length > rpsl->settings.value_most) {
		lose(rpsl, rpsl->start_number, RPSL_VALUE_LONG);
		return;
	}
	if (value->length == 0) {
		*value = piece;
		return;
	}
	if (!rpsl->is_joined) {
		const char *joined = rpsl->joined + rpsl->joined_size;

		put(rpsl, value->at, value->length);
		value->at = joined;
		rpsl->is_joined = true;
	}
	put(rpsl, " ", 1);
	put(rpsl, piece.at, piece.length);
	value->length = length;
}

/* Is it an attribute, of whatever name? RFC 2622 s2 gives names the form of words; the registries' may begin with a
 * digit, too. */
static bool
is_attribute(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *from = at;

	for (; from < end && *from != ':'; from++) {
		uint8_t small = *from | 0x20;

		if (!(small >= 'a' && small <= 'z') && !(*from >= '0' && *from <= '9') &&
			*from != '-' && *from != '_')
			return false;
	}
	return from > at && from < end;
}

static void
begin_object(struct rpsl *rpsl, const struct rpsl_line *line)
{
	const uint8_t *at = rpsl->lines.at + line->start, *end = rpsl->lines.at + line->end;
	size_t length = 0;
	enum rpsl_name name =
		rpslnames_find(&rpsl->names, at, rpsl->lines.at + rpsl->lines.size, &length);

	if (line->end - line->start > rpsl->settings.object_most) {
		lose(rpsl, line->number, RPSL_OBJECT_LONG);
	} else if (name == RPSL_OTHER && is_attribute(at, end)) {
		rpsl->counts.others++;
		rpsl->state = SKIPPING;
	} else if (name == RPSL_OTHER || name > RPSL_CLASS_LAST) {
		lose(rpsl, line->number, RPSL_NO_CLASS);
	} else {
		rpsl->state = INSIDE;
		rpsl->class = name;
		rpsl->start = line->start;
		rpsl->start_number = line->number;
		rpsl->count = 0;
		rpsl->joined_size = 0;
		(void)add(rpsl, name, line, length + 1);
	}
}

static void
end_object(struct rpsl *rpsl, enum line_kind kind)
{
	rpsl->state = OUTSIDE;
	rpsl->counts.white_lines += kind == LINE_WHITE;
}

/* Lines of the object inside that may be attributes, not its first: as many as come. True: there are no others. */
static inline bool
take_attributes(struct rpsl *rpsl)
{
	const uint8_t *at = rpsl->lines.at, *limit = at + rpsl->lines.size;
	const struct rpsl_line *line = &rpsl->lines.list[rpsl->next];
	const struct rpsl_line *end = &rpsl->lines.list[rpsl->lines.count];

	for (; line < end && at[line->start] > LAST_MARK; line++) {
		enum rpsl_name name;
		size_t length;

		if (line->end - rpsl->start > rpsl->settings.object_most) {
			lose(rpsl, rpsl->start_number, RPSL_OBJECT_LONG);
			break;
		}
		name = rpslnames_find(&rpsl->names, at + line->start, limit, &length);
		if (name < RPSL_ATTRIBUTE_FIRST)
			rpsl->follows = NOWHERE;
		else if (!add(rpsl, name, line, length + 1))
			break;
	}
	rpsl->next = (uint32_t)(line - rpsl->lines.list);
	return line == end;
}

/* Another one, which is no attribute that matters. True if it ended the object. */
static bool
take_inside(struct rpsl *rpsl, const struct rpsl_line *line, enum line_kind kind)
{
	bool ends = is_end(kind);
	uint32_t size = (ends ? line->start : line->end) - rpsl->start;

	if (size > rpsl->settings.object_most)
		lose(rpsl, rpsl->start_number, RPSL_OBJECT_LONG);
	if (ends) {
		bool is_whole = rpsl->state == INSIDE;

		end_object(rpsl, kind);
		return is_whole;
	}
	/* Comments come between, too. */
	if (kind == LINE_ATTRIBUTE) {
		rpsl->follows = NOWHERE;
	} else if (rpsl->state == INSIDE && line->start == rpsl->follows) {
		rpsl->follows = line->end + 1;
		if (kind == LINE_CONTINUATION)
			join(rpsl, line);
	}
	return false;
}

/* A listed line. True if it ended an object. */
static inline bool
take(struct rpsl *rpsl, const struct rpsl_line *line)
{
	const uint8_t *at = rpsl->lines.at + line->start;
	enum line_kind kind = LINE_ATTRIBUTE;

	/* What is longer than an object may be is never the end of one, so that it may come in pieces. */
	if (line->end - line->start <= rpsl->settings.object_most)
		kind = kind_of(at, rpsl->lines.at + line->end);
	if (rpsl->state == INSIDE) {
		return take_inside(rpsl, line, kind);
	} else if (rpsl->state == OUTSIDE) {
		if (kind == LINE_ATTRIBUTE)
			begin_object(rpsl, line);
		else if (kind == LINE_CONTINUATION)
			lose(rpsl, line->number, RPSL_NO_CLASS);
	} else {
		if (!rpsl->mid_line && is_end(kind))
			end_object(rpsl, kind);
		rpsl->mid_line = false;
	}
	return false;
}

/* How many bytes of the text are done with. An object inside is read again from its beginning when there is more of it;
 * of what is too long nothing is kept. */
static uint32_t
pass_text(struct rpsl *rpsl)
{
	const struct rpsllines *lines = &rpsl->lines;
	uint32_t most = (uint32_t)rpsl->settings.object_most, passed = lines->start;
	bool is_long = lines->size - lines->start > most;

	if (rpsl->state == INSIDE && (is_long || lines->start - rpsl->start > most))
		lose(rpsl, rpsl->start_number, RPSL_OBJECT_LONG);
	else if (rpsl->state == OUTSIDE && is_long)
		lose(rpsl, lines->number, RPSL_OBJECT_LONG);
	if (rpsl->state == INSIDE) {
		rpsl->state = OUTSIDE;
		rpsl->number += rpsl->start_number;
		return rpsl->start;
	}
	rpsl->number += lines->number;
	/* The rest of a line that was mid_line before it is so still where it has not ended. */
	if (is_long || (rpsl->mid_line && lines->number == 0)) {
		rpsl->mid_line = true;
		passed = lines->size;
	}
	return passed;
}

/* The file's first bytes: a mark of the order of bytes is no text. */
static void
begin_file(struct rpsl *rpsl)
{
	struct input *input = rpsl->input;
	size_t left = input_need(input, 3, &rpsl->fail);

	rpsl->begun = true;
	if (left >= 2 &&
		(memcmp(input->at, "\xff\xfe", 2) == 0 || memcmp(input->at, "\xfe\xff", 2) == 0)) {
		rpsl->ended = true;
		rpsl->error = -EILSEQ;
		fail_where(&rpsl->fail, "%s: line 1", input->name);
		fail_what(&rpsl->fail, "this is text in UTF-16, which no registry writes");
		fail_hint(&rpsl->fail, "convert it: iconv -f UTF-16 -t UTF-8");
	} else if (left >= 3 && memcmp(input->at, "\xef\xbb\xbf", 3) == 0) {
		input_step(input, 3);
	}
}

/* Lets the input go on. False where there is nothing more. */
static bool
go_on(struct rpsl *rpsl)
{
	struct input *input = rpsl->input;
	size_t want;

	if (rpsl->ended)
		return false;
	input_step(input, pass_text(rpsl));
	want = input->left + rpsl->settings.portion;
	input_need(input, want < INPUT_WINDOW ? want : INPUT_WINDOW, &rpsl->fail);
	rpsl->ended = input->ended;
	rpsl->error = input->error;
	rpsllines_begin(&rpsl->lines, input->at, input->left, rpsl->ended && rpsl->error == 0);
	return true;
}

static int
give(struct rpsl *rpsl, struct rpsl_object *ret)
{
	rpsl->counts.objects++;
	*ret = (struct rpsl_object){.class = rpsl->class,
		.line = rpsl->number + rpsl->start_number + 1,
		.count = rpsl->count,
		.attributes = rpsl->attributes};
	return 1;
}

/* What the end of the file ends; as rpsl_next. */
static int
end_file(struct rpsl *rpsl, struct rpsl_object *ret, struct fail *fail)
{
	if (rpsl->state == INSIDE) {
		const struct rpsllines *lines = &rpsl->lines;

		if (lines->size - rpsl->start > rpsl->settings.object_most)
			lose(rpsl, rpsl->start_number, RPSL_OBJECT_LONG);
		else if (lines->at[lines->size - 1] != '\n' || rpsl->error < 0)
			lose(rpsl, rpsl->start_number, RPSL_CUT);
		else {
			rpsl->state = OUTSIDE;
			return give(rpsl, ret);
		}
	}
	if (rpsl->error < 0)
		*fail = rpsl->fail;
	return rpsl->error;
}

int
rpsl_next(struct rpsl *rpsl, struct rpsl_object *ret, struct fail *fail)
{
	if (!rpsl->begun)
		begin_file(rpsl);
	do {
		do {
			while (rpsl->next < rpsl->lines.count) {
				if (rpsl->state == INSIDE && take_attributes(rpsl))
					break;
				if (take(rpsl, &rpsl->lines.list[rpsl->next++]))
					return give(rpsl, ret);
			}
			rpsl->next = 0;
		} while (rpsllines_more(&rpsl->lines));
	} while (go_on(rpsl));
	return end_file(rpsl, ret, fail);
}

const struct rpsl_counts *
rpsl_counts(const struct rpsl *rpsl)
{
	return &rpsl->counts;
}

bool
rpsl_tell(const struct rpsl *rpsl, size_t index, struct fail *fail)
{
	static const char *const what[RPSL_FAULT_COUNT] = {
		[RPSL_NO_CLASS] = "expected the class of an object, as in \"inetnum: ...\"",
		[RPSL_OBJECT_LONG] = "the object, or one line of it, is too long",
		[RPSL_VALUE_LONG] = "a value of this object is too long",
		[RPSL_MANY_ATTRIBUTES] = "this object has too many attributes",
		[RPSL_CUT] = "the file ends in the middle of this object",
	};

	if (index >= rpsl->told_count)
		return false;
	fail_where(fail, "%s: line %llu", rpsl->input->name,
		(unsigned long long)rpsl->told[index].line);
	fail_what(fail, "%s", what[rpsl->told[index].fault]);
	fail_hint(fail, "%s",
		rpsl->told[index].fault == RPSL_CUT ? "it was left out; fetch the file again"
						    : "it was left out, up to the next empty line");
	return true;
}
