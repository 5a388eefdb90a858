/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/letterpage.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

#define MM(mm) ((mm)*72.0 / 25.4)

#define PAGE_WIDTH  MM(210)
#define PAGE_HEIGHT MM(297)
#define LEFT        MM(25)
#define WIDTH       MM(165)
#define BOTTOM      MM(275)
#define TOP         MM(25) /* of pages behind the first */
/* DIN 5008, form B: the address has 80 by 27.3 mm; the other window is as far from the right. */
#define WINDOW_TOP   MM(62.7)
#define WINDOW_RIGHT MM(120)
#define WINDOW_WIDTH MM(75)
#define DATE_TOP     MM(95)
#define TITLE_TOP    MM(105)
#define SENDER_TOP   MM(20)

struct drawing {
	const struct letter *letter;
	cairo_t *cairo;
	double y;
	unsigned page;
	int unknown; /* letters without a font */
};

static PangoLayout *
lay_out(struct drawing *drawing, const char *text, size_t length, double width, bool is_bold)
{
	PangoLayout *layout = pango_cairo_create_layout(drawing->cairo);
	PangoFontDescription *font = pango_font_description_from_string(drawing->letter->font);

	/* A point is a point of paper. */
	pango_cairo_context_set_resolution(pango_layout_get_context(layout), 72);
	pango_context_set_language(pango_layout_get_context(layout),
		pango_language_from_string(drawing->letter->language));
	if (is_bold)
		pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_line_spacing(layout, 1.15F);
	pango_layout_set_text(layout, text, (int)length);
	drawing->unknown += pango_layout_get_unknown_glyphs_count(layout);
	return layout;
}

static double
height_of(PangoLayout *layout)
{
	int height;

	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

/* At a place of the page, in one piece. */
static double
put(struct drawing *drawing, double x, double y, double width, const char *text)
{
	PangoLayout *layout = lay_out(drawing, text, strlen(text), width, false);
	double height = height_of(layout);

	cairo_move_to(drawing->cairo, x, y);
	pango_cairo_show_layout(drawing->cairo, layout);
	g_object_unref(layout);
	return height;
}

/* Where the paper is folded, for an envelope of its third: DIN 5008. */
static void
draw_marks(struct drawing *drawing)
{
	static const double marks[] = {MM(105), MM(210)};

	cairo_set_line_width(drawing->cairo, 0.3);
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		cairo_move_to(drawing->cairo, MM(4), marks[i]);
		cairo_line_to(drawing->cairo, MM(8), marks[i]);
	}
	cairo_stroke(drawing->cairo);
}

static void
turn_page(struct drawing *drawing)
{
	char number[16];

	cairo_show_page(drawing->cairo);
	drawing->page++;
	drawing->y = TOP;
	snprintf(number, sizeof(number), "%u", drawing->page);
	(void)put(drawing, PAGE_WIDTH / 2, MM(284), MM(20), number);
}

/* Line by line over the pages. A heading does not stand alone at the end of one. bullet: where an item has its own; 0:
 * nowhere. */
static void
draw_block(struct drawing *drawing, PangoLayout *layout, double x, double bullet, bool is_heading)
{
	PangoLayoutIter *iter = pango_layout_get_iter(layout);
	double after = is_heading ? MM(14) : 0;

	do {
		PangoLayoutLine *line = pango_layout_iter_get_line_readonly(iter);
		int from, to, base = pango_layout_iter_get_baseline(iter);
		PangoRectangle logical;
		double height;

		pango_layout_iter_get_line_yrange(iter, &from, &to);
		pango_layout_iter_get_line_extents(iter, NULL, &logical);
		height = (double)(to - from) / PANGO_SCALE;
		if (drawing->y + height + after > BOTTOM)
			turn_page(drawing);
		if (bullet > 0)
			(void)put(drawing, bullet, drawing->y, MM(4), "\xe2\x80\xa2");
		bullet = 0;
		cairo_move_to(drawing->cairo, x + (double)logical.x / PANGO_SCALE,
			drawing->y + (double)(base - from) / PANGO_SCALE);
		pango_cairo_show_layout_line(drawing->cairo, line);
		drawing->y += height;
	} while (pango_layout_iter_next_line(iter));
	pango_layout_iter_free(iter);
}

static void
draw_line(struct drawing *drawing, const char *text, size_t length)
{
	bool is_heading = length > 3 && strncmp(text, "## ", 3) == 0;
	bool is_item = length > 2 && strncmp(text, "- ", 2) == 0;
	size_t mark = is_heading ? 3 : is_item ? 2 : 0;
	double indent = is_item ? MM(5) : 0, bullet = 0;
	PangoLayout *layout =
		lay_out(drawing, text + mark, length - mark, WIDTH - indent, is_heading);
	bool is_left = pango_layout_get_direction(layout, 0) != PANGO_DIRECTION_RTL;

	if (is_heading)
		drawing->y += MM(2);
	if (is_item)
		bullet = is_left ? LEFT : LEFT + WIDTH - MM(2);
	draw_block(drawing, layout, LEFT + (is_left ? indent : 0), bullet, is_heading);
	drawing->y += is_heading ? MM(1) : MM(2);
	g_object_unref(layout);
}

static void
draw_text(struct drawing *drawing)
{
	const char *at = drawing->letter->text;

	while (*at != '\0') {
		size_t length = strcspn(at, "\n");

		if (length > 0)
			draw_line(drawing, at, length);
		at += length + (at[length] == '\n');
	}
}

static void
draw(struct drawing *drawing)
{
	const struct letter *letter = drawing->letter;
	double x = letter->is_right ? WINDOW_RIGHT : LEFT, y = WINDOW_TOP;
	PangoLayout *title;

	draw_marks(drawing);
	(void)put(drawing, LEFT, SENDER_TOP, WIDTH, letter->provider);
	for (size_t i = 0; i < letter->lines; i++)
		y += put(drawing, x, y, WINDOW_WIDTH, letter->address[i]);
	(void)put(drawing, LEFT, DATE_TOP, WIDTH, letter->date);
	title = lay_out(drawing, letter->title, strlen(letter->title), WIDTH, true);
	drawing->y = TITLE_TOP;
	draw_block(drawing, title, LEFT, 0, true);
	drawing->y += MM(3);
	g_object_unref(title);
	draw_text(drawing);
	cairo_show_page(drawing->cairo);
}

int
letterpage_write(const struct letter *letter, const char *path, struct fail *fail)
{
	cairo_surface_t *surface = cairo_pdf_surface_create(path, PAGE_WIDTH, PAGE_HEIGHT);
	struct drawing drawing = {.letter = letter, .cairo = cairo_create(surface), .page = 1};
	cairo_status_t status;

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, letter->title);
	draw(&drawing);
	cairo_destroy(drawing.cairo);
	cairo_surface_finish(surface);
	status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	fail_where(fail, "%s", path);
	if (status != CAIRO_STATUS_SUCCESS) {
		fail_what(fail, "%s", cairo_status_to_string(status));
		return -EIO;
	}
	if (drawing.unknown > 0) {
		fail_what(fail, "there is no font for %d letters of this text (%s)",
			drawing.unknown, letter->language);
		fail_hint(fail, "install one, as fonts-noto-core or fonts-noto-cjk");
		return -ENOENT;
	}
	if (drawing.page > LETTERPAGE_PAGES) {
		fail_what(fail, "it has %u pages, at most %d", drawing.page, LETTERPAGE_PAGES);
		return -EMSGSIZE;
	}
	return 0;
}
