/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/milter.h"

#include <errno.h>
#include <strings.h>

/* Steps that the server may leave away, and those for which it may wait for no answer. */
#define NO_BODY    UINT32_C(0x000010)
#define NO_HEADERS UINT32_C(0x000020)
#define NO_EOH     UINT32_C(0x000040)
#define NO_UNKNOWN UINT32_C(0x000100)
#define NO_DATA    UINT32_C(0x000200)
#define NR_HEADER  UINT32_C(0x000080)
#define NR_CONNECT UINT32_C(0x001000)
#define NR_HELO    UINT32_C(0x002000)
#define NR_DATA    UINT32_C(0x010000)
#define NR_UNKNOWN UINT32_C(0x020000)
#define NR_EOH     UINT32_C(0x040000)
#define NR_BODY    UINT32_C(0x080000)

/* MAIL is answered always: Sendmail tells an abort only of a message whose MAIL was answered. */
#define WANTED                                                                                     \
	(NO_BODY | NO_HEADERS | NO_EOH | NO_UNKNOWN | NO_DATA | NR_HEADER | NR_CONNECT | NR_HELO | \
		NR_DATA | NR_UNKNOWN | NR_EOH | NR_BODY)

/* What a server can do that names nothing: what the first version could. */
#define FIRST_ACTIONS  UINT32_C(0x0f)
#define FIRST_PROTOCOL UINT32_C(0x3f)

/* When a command may come. */
enum place { ALWAYS, AGREED, UNCONNECTED, CONNECTED, IN_MESSAGE };

static const struct command {
	char letter;
	uint8_t place;
	uint8_t level;     /* enum milter_level of its macros; MILTER_LEVELS: none are wanted */
	bool is_passed;    /* over */
	bool is_end;       /* of a message that is open: another begins, or nothing follows */
	bool is_heard;     /* although an answer is waited for: the server has given up */
	bool is_event;     /* that waits for an answer */
	bool is_answered;  /* with "continue", unless: */
	uint32_t no_reply; /* it was agreed upon */
} commands[] = {
	{'O', .place = UNCONNECTED, .level = MILTER_LEVELS},
	{'D', .place = AGREED, .level = MILTER_LEVELS},
	{'C', .place = UNCONNECTED, .level = MILTER_AT_CONNECT, .is_answered = true,
		.no_reply = NR_CONNECT},
	{'H', .place = CONNECTED, .level = MILTER_AT_HELO, .is_end = true, .is_answered = true,
		.no_reply = NR_HELO},
	{'M', .place = CONNECTED, .level = MILTER_AT_MAIL, .is_end = true, .is_event = true},
	{'R', .place = IN_MESSAGE, .level = MILTER_AT_RCPT, .is_event = true},
	{'T', .place = IN_MESSAGE, .level = MILTER_AT_DATA, .is_answered = true,
		.no_reply = NR_DATA},
	{'L', .place = IN_MESSAGE, .level = MILTER_AT_END, .is_passed = true, .is_answered = true,
		.no_reply = NR_HEADER},
	{'N', .place = IN_MESSAGE, .level = MILTER_AT_END, .is_passed = true, .is_answered = true,
		.no_reply = NR_EOH},
	{'B', .place = IN_MESSAGE, .level = MILTER_AT_END, .is_passed = true, .is_answered = true,
		.no_reply = NR_BODY},
	{'E', .place = IN_MESSAGE, .level = MILTER_AT_END, .is_passed = true, .is_event = true},
	{'U', .place = AGREED, .level = MILTER_LEVELS, .is_passed = true, .is_answered = true,
		.no_reply = NR_UNKNOWN},
	{'A', .place = AGREED, .level = MILTER_LEVELS, .is_heard = true},
	{'Q', .place = ALWAYS, .level = MILTER_LEVELS, .is_end = true, .is_heard = true},
	{'K', .place = AGREED, .level = MILTER_LEVELS, .is_end = true, .is_heard = true},
};

void
milter_init(struct milter *milter)
{
	*milter = (struct milter){.stale = MILTER_LEVELS};
}

static const struct command *
find_command(char letter)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (commands[i].letter == letter)
			return &commands[i];
	return NULL;
}

static int
end_with(struct milter *milter, enum milter_fault fault)
{
	milter->fault = (uint8_t)fault;
	return -EBADMSG;
}

static int
end_with_bad_data(struct milter *milter, char letter, struct fail *fail)
{
	fail_what(
		fail, "the data of command '%c' ends too early, or is not what it may be", letter);
	return end_with(milter, MILTER_BAD_DATA);
}

/* A text up to its NUL. */
static bool
take_text(struct reader *data, struct text *ret)
{
	size_t left = reader_left(data);
	const uint8_t *end = left > 0 ? memchr(data->at, '\0', left) : NULL;

	if (end == NULL)
		return false;
	ret->length = (size_t)(end - data->at);
	ret->at = (const char *)reader_take(data, ret->length + 1);
	return true;
}

static bool
is_in_place(const struct milter *milter, const struct command *command)
{
	switch ((enum place)command->place) {
	case ALWAYS:
		return true;
	case AGREED:
		return milter->version != 0;
	case UNCONNECTED:
		return !milter->is_connected && (command->letter == 'O' || milter->version != 0);
	case CONNECTED:
		return milter->is_connected;
	case IN_MESSAGE:
		break;
	}
	return milter->is_in_message;
}

/* Looks at a packet that is not whole yet, maybe: its command. NULL: its letter is not there. */
static int
look(struct milter *milter, struct reader bytes, const struct command **command, uint32_t *length,
	struct fail *fail)
{
	char letter;

	*command = NULL;
	if (reader_left(&bytes) < 4)
		return 0;
	*length = reader_u32(&bytes);
	if (*length == 0 || *length > MILTER_PASSED) {
		fail_what(fail, "a packet of %u bytes, expected 1 to %d", *length, MILTER_PASSED);
		return end_with(milter, MILTER_BAD_LENGTH);
	}
	if (reader_left(&bytes) == 0)
		return 0;
	letter = (char)reader_u8(&bytes);
	*command = find_command(letter);
	if (*command == NULL) {
		fail_what(fail, "a command 0x%02x, which is none of the milter protocol",
			(uint8_t)letter);
		return end_with(milter, MILTER_BAD_COMMAND);
	}
	if (!(*command)->is_passed && *length > MILTER_PACKET) {
		fail_what(fail, "a packet of %u bytes, expected at most %d for command '%c'",
			*length, MILTER_PACKET, letter);
		return end_with(milter, MILTER_BAD_LENGTH);
	}
	if (milter->waiting != 0 && !(*command)->is_heard) {
		fail_what(fail, "command '%c' before the answer to '%c'", letter, milter->waiting);
		return end_with(milter, MILTER_BAD_HASTE);
	}
	if (!is_in_place(milter, *command)) {
		fail_what(fail, "command '%c' %s", letter,
			milter->version == 0 ? "before the options are agreed upon"
				: (*command)->place == UNCONNECTED ? "within a connection"
				: (*command)->place == CONNECTED   ? "outside a connection"
								   : "outside a message");
		return end_with(milter, MILTER_BAD_ORDER);
	}
	return 0;
}

/* Does this packet, which is whole, end the open message? Macros come before the command that they belong to. */
static bool
ends_message(const struct milter *milter, const struct command *command, struct reader data)
{
	if (!milter->is_in_message)
		return false;
	if (command->letter == 'D' && reader_left(&data) > 0) {
		const struct command *of = find_command((char)reader_u8(&data));

		return of != NULL && of->is_end;
	}
	return command->is_end;
}

static void
end_message(struct milter *milter, struct milter_event *ret)
{
	milter->is_in_message = false;
	milter->waiting = 0;
	milter->stale = MILTER_AT_MAIL;
	ret->what = MILTER_ABORT;
}

/* The options: what the server offers is in data. */
static int
agree(struct milter *milter, struct reader *data, struct buffer *answer, struct fail *fail)
{
	uint8_t bytes[512];
	struct writer writer = writer_on(bytes, sizeof(bytes)), head;
	uint32_t version = reader_u32(data), actions = reader_u32(data),
		 protocol = reader_u32(data);
	/* The numbers by which the protocol calls the levels. The last is the end of headers: its list is given as
	 * well, since Sendmail up to 8.17 takes that of the end of the message only then. */
	static const uint8_t levels[] = {MILTER_AT_CONNECT, MILTER_AT_HELO, MILTER_AT_MAIL,
		MILTER_AT_RCPT, MILTER_AT_DATA, MILTER_AT_END, MILTER_AT_END};

	if (data->failed)
		return end_with_bad_data(milter, 'O', fail);
	if (version < 2) {
		fail_what(fail, "version %u of the protocol, expected 2 or later", version);
		return end_with(milter, MILTER_BAD_VERSION);
	}
	milter->version = version < MILTER_VERSION ? version : MILTER_VERSION;
	milter->actions = (actions == 0 ? FIRST_ACTIONS : actions) &
		(MILTER_ACTION_HEADER | MILTER_ACTION_QUARANTINE | MILTER_ACTION_LIST);
	milter->protocol = (protocol == 0 ? FIRST_PROTOCOL : protocol) & WANTED;
	writer_u32(&writer, 0);
	writer_u8(&writer, 'O');
	writer_u32(&writer, milter->version);
	writer_u32(&writer, milter->actions);
	writer_u32(&writer, milter->protocol);
	for (size_t i = 0; (milter->actions & MILTER_ACTION_LIST) && i < sizeof(levels); i++) {
		const char *list = milter_macro_lists[levels[i]];

		writer_u32(&writer, (uint32_t)i);
		writer_bytes(&writer, list, strlen(list) + 1);
	}
	must(!writer.failed);
	head = writer_on(bytes, sizeof(bytes));
	writer_u32(&head, (uint32_t)writer_length(&writer) - 4);
	buffer_add(answer, bytes, writer_length(&writer));
	return 0;
}

static int
take_macros(struct milter *milter, struct reader *data, struct fail *fail)
{
	const struct command *of = find_command((char)reader_u8(data));
	struct text name, value;

	if (data->failed || of == NULL)
		return end_with_bad_data(milter, 'D', fail);
	if (of->level < MILTER_LEVELS) {
		milter_macros_enter(&milter->macros, of->level);
		milter_macros_drop(&milter->macros, of->level);
	}
	while (reader_left(data) > 0) {
		if (!take_text(data, &name) || !take_text(data, &value))
			return end_with_bad_data(milter, 'D', fail);
		if (of->level < MILTER_LEVELS)
			milter_macros_add(&milter->macros, of->level, name, value);
	}
	return 0;
}

static int
take_connect(
	struct milter *milter, struct reader *data, struct milter_event *ret, struct fail *fail)
{
	bool is_text = take_text(data, &ret->name);

	ret->what = MILTER_CONNECT;
	ret->family = (char)reader_u8(data);
	if (!is_text || data->failed || ret->family == '\0' || strchr("46LU", ret->family) == NULL)
		return end_with_bad_data(milter, 'C', fail);
	milter->is_connected = true;
	if (ret->family == 'U')
		return 1;
	ret->port = reader_u16(data);
	if (data->failed || !take_text(data, &ret->address))
		return end_with_bad_data(milter, 'C', fail);
	if (ret->family == '6' && ret->address.length > 5 &&
		strncasecmp(ret->address.at, "IPv6:", 5) == 0)
		ret->address = (struct text){ret->address.at + 5, ret->address.length - 5};
	ret->has_client = ret->family != 'L' && address_parse(ret->address, &ret->client) == 0;
	return 1;
}

/* MAIL or RCPT: an address and arguments. */
static int
take_path(struct milter *milter, char letter, struct reader *data, struct milter_event *ret,
	struct fail *fail)
{
	size_t left;

	if (!take_text(data, &ret->name))
		return end_with_bad_data(milter, letter, fail);
	if (ret->name.length >= 2 && ret->name.at[0] == '<' &&
		ret->name.at[ret->name.length - 1] == '>')
		ret->name = (struct text){ret->name.at + 1, ret->name.length - 2};
	left = reader_left(data);
	ret->arguments = (struct text){(const char *)reader_take(data, left), left};
	if (left > 0 && ret->arguments.at[left - 1] != '\0')
		return end_with_bad_data(milter, letter, fail);
	if (letter == 'M') {
		ret->what = MILTER_MAIL;
		milter->is_in_message = true;
	} else {
		ret->what = MILTER_RCPT;
		milter->stale = MILTER_AT_RCPT;
	}
	return 1;
}

/* The command of a packet: 1 if that is an event. */
static int
take(struct milter *milter, const struct command *command, struct reader *data,
	struct buffer *answer, struct milter_event *ret, struct fail *fail)
{
	milter_macros_drop(&milter->macros, milter->stale);
	milter->stale = MILTER_LEVELS;
	if (command->level < MILTER_LEVELS)
		milter_macros_enter(&milter->macros, command->level);
	switch (command->letter) {
	case 'O':
		return agree(milter, data, answer, fail);
	case 'D':
		return take_macros(milter, data, fail);
	case 'C':
		return take_connect(milter, data, ret, fail);
	case 'H':
		ret->what = MILTER_HELO;
		return take_text(data, &ret->name) ? 1 : end_with_bad_data(milter, 'H', fail);
	case 'M':
	case 'R':
		return take_path(milter, command->letter, data, ret, fail);
	case 'T':
		ret->what = MILTER_DATA;
		return 1;
	case 'E':
		ret->what = MILTER_END;
		return 1;
	case 'A':
		/* Postfix says so after every message. */
		if (!milter->is_in_message)
			return 0;
		end_message(milter, ret);
		return 1;
	case 'Q':
		ret->what = MILTER_QUIT;
		milter->is_over = true;
		return 1;
	case 'K':
		ret->what = MILTER_QUIT_NC;
		milter->is_connected = false;
		milter->stale = MILTER_AT_CONNECT;
		return 1;
	default:
		return 0;
	}
}

/* The next packet: 1, with what is in it; one that is passed over has nothing in it. 0: it is not whole. */
static int
next_packet(struct milter *milter, struct reader *bytes, const struct command **command,
	struct reader *data, struct fail *fail)
{
	uint32_t length = 0;
	size_t left;
	int r;

	*data = (struct reader){0};
	if (milter->passed == 0) {
		r = look(milter, *bytes, command, &length, fail);
		if (r < 0 || *command == NULL)
			return r;
		if (!(*command)->is_passed) {
			if (reader_left(bytes) < 4 + (size_t)length)
				return 0;
			*data = *bytes;
			reader_skip(data, 5);
			*data = reader_sub(data, length - 1);
			return 1;
		}
		reader_skip(bytes, 5);
		milter->passed = (*command)->letter;
		milter->passing = length - 1;
	}
	left = reader_left(bytes) < milter->passing ? reader_left(bytes) : milter->passing;
	reader_skip(bytes, left);
	milter->passing -= (uint32_t)left;
	if (milter->passing > 0)
		return 0;
	*command = find_command(milter->passed);
	milter->passed = 0;
	return 1;
}

int
milter_read(struct milter *milter, struct reader *bytes, struct buffer *answer,
	struct milter_event *ret, struct fail *fail)
{
	const struct command *command;
	struct reader data;
	int r = milter->fault == MILTER_NO_FAULT ? 0 : -EBADMSG;

	while (r == 0 && !milter->is_over) {
		*ret = (struct milter_event){0};
		r = next_packet(milter, bytes, &command, &data, fail);
		if (r <= 0)
			return r;
		if (ends_message(milter, command, data)) {
			end_message(milter, ret);
			return 1;
		}
		if (!command->is_passed)
			reader_skip(bytes, 5 + reader_left(&data));
		r = take(milter, command, &data, answer, ret, fail);
		if (r >= 0 && command->is_answered && !(milter->protocol & command->no_reply))
			buffer_add(answer, "\0\0\0\1c", 5);
		if (r > 0 && command->is_event) {
			ret->is_waiting = true;
			milter->waiting = command->letter;
		}
	}
	return r;
}

bool
milter_argument(const struct milter_event *event, struct text keyword, struct text *ret)
{
	struct text rest = event->arguments;

	while (rest.length > 0) {
		struct text value = text_cut(&rest, '\0'), name = text_cut(&value, '=');

		if (name.length == keyword.length &&
			strncasecmp(name.at, keyword.at, keyword.length) == 0) {
			*ret = value;
			return true;
		}
	}
	return false;
}

struct text
milter_macro(const struct milter *milter, enum milter_macro macro)
{
	return milter_macros_find(&milter->macros, macro);
}
