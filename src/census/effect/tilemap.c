/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/tilemap.h"

#include <stdio.h>

#define SIDE  30
#define GAP   2
#define WIDTH (COUNTRY_COLUMNS * SIDE)
/* The key stands where there is only water. */
#define KEY_ROW 19
#define HEIGHT  (COUNTRY_ROWS * SIDE)

const double tilemap_steps[TILEMAP_STEPS] = {0, 0.01, 0.03, 0.1, 0.3, 1};

static const char *const step_words[TILEMAP_STEPS] = {
	"below 0.01", "0.01 to 0.03", "0.03 to 0.1", "0.1 to 0.3", "0.3 to 1", "1 or more"};

/* The step of a rate, from 1; 0: none. */
static unsigned
step_of(const struct rate *rate)
{
	unsigned step = 0;

	if (!rate->is_known || rate->value <= 0)
		return 0;
	while (step < TILEMAP_STEPS && rate->value >= tilemap_steps[step])
		step++;
	return step;
}

const char *
tilemap_number(double rate, char into[TILEMAP_NUMBER])
{
	char text[TILEMAP_NUMBER];

	if (rate > 0 && rate < 0.0005) {
		snprintf(into, TILEMAP_NUMBER, "<.001");
	} else if (rate < 0.0995) {
		snprintf(text, sizeof(text), "%.3f", rate);
		snprintf(into, TILEMAP_NUMBER, "%s", text + 1);
	} else {
		snprintf(into, TILEMAP_NUMBER, "%.*f",
			rate < 0.995          ? 2
				: rate < 9.95 ? 1
					      : 0,
			rate);
	}
	return into;
}

static void
put_square(struct buffer *into, unsigned x, unsigned y)
{
	buffer_print(into, "M%u %uh%dv%dh-%dz", x, y, SIDE - GAP, SIDE - GAP, SIDE - GAP);
}

/* All squares of a step as one path. */
static void
put_step(struct buffer *into, const struct rate *rates, unsigned step)
{
	bool is_begun = false;

	for (unsigned i = 0; i < COUNTRY_COUNT; i++) {
		if (step_of(&rates[i]) != step)
			continue;
		if (!is_begun)
			buffer_print(into, "<path class=\"s%u\" d=\"", step);
		is_begun = true;
		put_square(into, (unsigned)(countries[i].column * SIDE),
			(unsigned)(countries[i].row * SIDE));
	}
	if (is_begun)
		buffer_text(into, TEXT("\"/>\n"));
}

static void
put_words(struct buffer *into, const struct rate *rates, unsigned step)
{
	char number[TILEMAP_NUMBER];

	buffer_print(into, "<g class=\"%s\">",
		step == 0                          ? "none"
			: step > TILEMAP_STEPS / 2 ? "white"
						   : "dark");
	for (unsigned i = 0; i < COUNTRY_COUNT; i++) {
		unsigned x = (unsigned)(countries[i].column * SIDE + SIDE / 2),
			 y = (unsigned)(countries[i].row * SIDE);

		if (step_of(&rates[i]) != step)
			continue;
		buffer_print(into, "<text x=\"%u\" y=\"%u\">%s</text>", x,
			y + (step == 0 ? 19 : 13), countries[i].code);
		if (step == 0)
			continue;
		tilemap_number(rates[i].value, number);
		buffer_print(into, "<text class=\"n\" x=\"%u\" y=\"%u\">%s%s</text>", x, y + 25,
			*number == '<' ? "&lt;" : "", *number == '<' ? number + 1 : number);
	}
	buffer_text(into, TEXT("</g>\n"));
}

static void
put_key(struct buffer *into)
{
	buffer_print(into,
		"<g class=\"key\"><text x=\"0\" y=\"%d\">Zombies per 1,000 addresses</text>\n",
		KEY_ROW * SIDE - 8);
	for (unsigned step = 0; step <= TILEMAP_STEPS; step++) {
		unsigned x = step % 3 * 5 * SIDE, y = (KEY_ROW + step / 3) * SIDE;

		buffer_print(into, "<path class=\"s%u\" d=\"", step);
		put_square(into, x, y);
		buffer_print(into, "\"/><text x=\"%u\" y=\"%u\">%s</text>\n", x + SIDE + 6, y + 19,
			step == 0 ? "none or unknown" : step_words[step - 1]);
	}
	buffer_text(into, TEXT("</g>\n"));
}

void
tilemap(const struct rate rates[COUNTRY_COUNT], struct buffer *into)
{
	buffer_print(into,
		"<svg class=\"map\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"map-title "
		"map-text\">\n"
		"<title id=\"map-title\">Zombies per 1,000 addresses, by country</title>\n"
		"<desc id=\"map-text\">A square for each country, about where it lies. The table "
		"below has the same "
		"figures.</desc>\n",
		WIDTH, HEIGHT);
	for (unsigned step = 0; step <= TILEMAP_STEPS; step++) {
		put_step(into, rates, step);
		put_words(into, rates, step);
	}
	put_key(into);
	buffer_text(into, TEXT("</svg>\n"));
}
