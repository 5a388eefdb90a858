/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/daemonmain.h"

#include "program/complaint.h"
#include "program/daemonsettings.h"
#include "program/settings.h"
#include "program/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETS_MOST 32
#define XDP_TEXT  512

struct main {
	const char *
		file; /* NULL: the usual one; else absolute, for who is told of it may be elsewhere */
	char whole[2 * PATH_MAX];
	const char *set[SETS_MOST];
	unsigned sets;
	struct buffer xdp; /* interfaces, with blanks between */
	enum daemon_name name;
	bool had_file;           /* the usual one was there */
	char usual[DAEMON_PATH]; /* where who is told nothing else looks for the control socket */
};

static const char *const names[DAEMON_NAMES] = {"lazaret run", "lazaretd", "lazaret-relay"};

static const char relay_usage[] =
	"usage: lazaret-relay [-c FILE] [--set OPTION=VALUE]...\n"
	"\n"
	"Tells mail servers, for as long as it runs, which messages may pass: it counts what "
	"accounts,\n"
	"lines and addresses send, against limits. Nothing is done to anybody until relay.mode is\n"
	"enforce: until then everything passes, and what would have been done is counted.\n"
	"\n"
	"  -c FILE             the configuration (/etc/lazaret/lazaret.yaml, if it is there)\n"
	"  --set OPTION=VALUE  an option as if it stood in the file; see lazaret help OPTION\n"
	"\n"
	"SIGHUP reads the configuration again: all of it is taken, or nothing. SIGTERM ends it.\n"
	"lazaret-relay(8) says more, also what to tell the mail server.\n";

static const char usage[] =
	"usage: lazaret run [-c FILE] [--set OPTION=VALUE]... [--xdp INTERFACE]...\n"
	"       lazaretd [-c FILE] [--set OPTION=VALUE]... [--xdp INTERFACE]...\n"
	"\n"
	"Takes flow export of routers for as long as it runs, and finds the lines of the network\n"
	"that send spam. Nothing is done to anybody unless contain.* in the configuration says\n"
	"so: it observes.\n"
	"\n"
	"  -c FILE             the configuration (/etc/lazaret/lazaret.yaml, if it is there)\n"
	"  --set OPTION=VALUE  an option as if it stood in the file; see lazaret help OPTION\n"
	"  --xdp INTERFACE     a filter in the kernel reads the flow export that comes there, for "
	"less\n"
	"                      (receive.xdp)\n"
	"\n"
	"SIGHUP reads the configuration again: all of it is taken, or nothing. SIGTERM ends it.\n"
	"lazaretd(8) says more, lazaret-routers(7) how routers are told to send to it.\n";

/* Neither --set nor -c is known to who asks. */
static void
find_usual(struct main *main_, const struct config *config)
{
	struct config *other = main_->file != NULL ? config_new() : NULL;

	if (daemonsettings_control(other != NULL ? other : config, main_->usual) < 0)
		main_->usual[0] = '\0';
	config_free(other);
}

/* A file that cannot be read at all has no mistakes that lazaret check could tell. */
static int
try_read(const struct main *main_, const char *path, struct fail *fail)
{
	int file, r = 0;
	char byte;

	if (strcmp(path, "-") == 0 || (main_->file == NULL && access(path, F_OK) < 0))
		return 0;
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || read(file, &byte, 1) < 0) {
		r = -errno;
		fail_where(fail, "%s", path);
		fail_what(fail, "cannot be read: %s", strerror(-r));
	}
	if (file >= 0)
		close(file);
	return r;
}

/* The configuration with what was set on the command line, into settings. */
static int
load(void *context, struct daemon_settings *ret, struct fail *fail)
{
	struct main *main_ = context;
	struct config *config = NULL;
	const char *path = main_->file != NULL ? main_->file : SETTINGS_FILE;
	int r = daemonsettings_try_file(path, fail);

	if (r < 0)
		return r;
	/* Who removed it hardly wants all defaults, such as to listen on the loopback only. */
	if (main_->had_file && access(path, F_OK) < 0) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the configuration is not there any more");
		fail_hint(fail, "an empty file stands for all defaults");
		return -ENOENT;
	}
	r = try_read(main_, path, fail);
	if (r < 0)
		return r;
	if (settings_load(&config, main_->file, NULL) != EXIT_DONE) {
		fail_where(fail, "%s", path);
		fail_what(fail, "the configuration has mistakes");
		fail_hint(fail, "lazaret check -c %s says which", path);
		return -EINVAL;
	}
	main_->had_file = access(path, F_OK) == 0;
	find_usual(main_, config);
	for (unsigned i = 0; i < main_->sets && r == 0; i++) {
		struct text value = text_of(main_->set[i]), name = text_cut(&value, '=');

		r = config_set(config, name, value, fail);
		if (r < 0)
			fail_where(fail, "--set %s", main_->set[i]);
	}
	if (r == 0 && main_->xdp.length > 0)
		r = config_set(
			config, TEXT("receive.xdp"), text_of(buffer_string(&main_->xdp)), fail);
	if (r == 0)
		r = daemonsettings_make(config, ret, fail);
	if (r == 0 && main_->name == DAEMON_RELAY)
		daemonsettings_relay_alone(ret);
	config_free(config);
	return r;
}

static void
say_ready(void *context, const struct daemon_settings *settings, const char *listening)
{
	const struct main *main_ = context;
	bool is_usual = strcmp(settings->control, main_->usual) == 0;

	if (main_->name != DAEMON_RUN)
		return;
	printf("Lazaret observes: nothing is done to anybody. It takes flow export at\n");
	for (; *listening; listening += strcspn(listening, "\n") + 1)
		printf("  %.*s\n", (int)strcspn(listening, "\n"), listening);
	printf("and keeps cases in\n"
	       "  %s\n"
	       "Point your routers there: lazaret-routers(7) says how.\n"
	       "\n"
	       "What to do next, in another terminal%s%s:\n"
	       "  lazaret status      is all well?\n"
	       "  lazaret cases       which lines were suspect or worse\n"
	       "  lazaret explain ID  why\n"
	       "^C ends it; what was learnt is kept.\n",
		settings->keep.ledger, is_usual ? "" : ", each with --control ",
		is_usual ? "" : settings->control);
	fflush(stdout);
}

enum option_code { OPTION_SET = 256, OPTION_XDP, OPTION_HELP };

static const struct option options[] = {
	{"set", required_argument, NULL, OPTION_SET},
	{"xdp", required_argument, NULL, OPTION_XDP},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

static const char *
make_whole(struct main *main_, const char *file)
{
	char folder[PATH_MAX];

	if (*file == '/' || strcmp(file, "-") == 0 || getcwd(folder, sizeof(folder)) == NULL)
		return file;
	snprintf(main_->whole, sizeof(main_->whole), "%s/%s", folder, file);
	return main_->whole;
}

/* 0, or the exit code + 1. */
static int
take_arguments(struct main *main_, int argc, char **argv)
{
	int code;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (code == OPTION_HELP) {
			fputs(main_->name == DAEMON_RELAY ? relay_usage : usage, stdout);
			return EXIT_DONE + 1;
		}
		if (code == 'c') {
			main_->file = make_whole(main_, optarg);
		} else if (code == OPTION_SET && main_->sets < SETS_MOST) {
			main_->set[main_->sets++] = optarg;
		} else if (code == OPTION_XDP && main_->name != DAEMON_RELAY) {
			buffer_print(&main_->xdp, " %s", optarg);
		} else {
			fprintf(stderr, "lazaret: see %s --help\n", names[main_->name]);
			return EXIT_USAGE + 1;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "lazaret: there is no use for \"%s\"; see %s --help\n",
			argv[optind], names[main_->name]);
		return EXIT_USAGE + 1;
	}
	return 0;
}

int
daemon_main(int argc, char **argv, enum daemon_name name)
{
	struct main main_ = {.name = name};
	struct daemon_hooks hooks = {.load = load, .ready = say_ready, .context = &main_};
	struct fail fail = {0};
	int code;

	/* A file that may not grow is told like a full disk; that nobody reads the log any more ends nothing. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	buffer_init(&main_.xdp, XDP_TEXT);
	code = take_arguments(&main_, argc, argv) - 1;
	if (code < 0) {
		umask(077);
		code = EXIT_DONE;
		if (daemon_run(&hooks, &fail) < 0) {
			complaint_print(&fail);
			code = EXIT_INPUT;
		}
	}
	buffer_done(&main_.xdp);
	return code;
}
