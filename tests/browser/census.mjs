// SPDX-License-Identifier: BSD-2-Clause
// census.mjs FOLDER PICTURES: the report that censuspage made, as a browser shows it and prints it. Prints TAP; leaves pictures.
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DESKTOP, NARROW, PHONE, accessible, end, fits, keyboard, launch, result, watch } from "./browser.mjs";

const [folder, pictures] = process.argv.slice(2);
const PAGE_WEIGHT = 200000, COUNTRIES = 249;
// A4 without its margins, in pixels of CSS.
const PAPER = { width: 680, height: 1009 };

const browser = await launch();
try {
	const context = await browser.newContext({ viewport: DESKTOP });
	const page = await context.newPage();
	const watched = watch(page, url => url.protocol === "file:");

	mkdirSync(pictures, { recursive: true });
	await page.goto(pathToFileURL(join(folder, "index.html")).href);
	result(watched.faults(), "the page asks nobody, and the browser has nothing against it");

	const weight = statSync(join(folder, "index.html")).size;
	result(weight < PAGE_WEIGHT ? [] : [`it has ${weight} bytes`], "the page is below 200 kB");

	result(await accessible(page), "all that axe-core knows of WCAG 2.2 AA is kept");
	await page.screenshot({ path: join(pictures, "census.desktop.png"), fullPage: true });
	await page.emulateMedia({ colorScheme: "dark" });
	result(await accessible(page, "color-contrast"), "letters are read in the dark");
	await page.screenshot({ path: join(pictures, "census.dark.png"), fullPage: true });
	await page.emulateMedia({ colorScheme: "light" });

	const narrow = [];
	for (const [window, what] of [[DESKTOP, "a desk"], [PHONE, "a phone"], [NARROW, "320 pixels"]]) {
		await page.setViewportSize(window);
		narrow.push(...await fits(page, what));
		if (window === PHONE)
			await page.screenshot({ path: join(pictures, "census.phone.png") });
	}
	await page.setViewportSize(PHONE);
	await page.evaluate(() => document.documentElement.style.fontSize = "200%");
	narrow.push(...await fits(page, "a phone with letters twice as large"));
	await page.evaluate(() => document.documentElement.style.fontSize = "");
	result(narrow, "nothing is wider than the window but what scrolls by itself");

	await page.setViewportSize(DESKTOP);
	await page.reload();
	result(await keyboard(page, true), "the key Tab comes to all, in the order of reading");

	// The map: each country once, its words on its square, no word wider than that.
	result(await page.evaluate(countries => {
		const squares = [...document.querySelectorAll(".map g:not(.key) text:not(.n)")].map(one => one.textContent);
		const side = document.querySelector(".map").getBoundingClientRect().width / 32;
		const wide = [...document.querySelectorAll(".map g:not(.key) text")].filter(one =>
			one.getBoundingClientRect().width > side).map(one => one.textContent);
		return [...new Set(squares).size === countries && squares.length === countries ? [] : [`${squares.length} squares`],
			...wide.map(word => `${word} is wider than its square`)];
	}, COUNTRIES), "the map has each country once, with words that fit");

	// Words on shades, which axe-core does not look behind: WCAG 1.4.3.
	result(await page.evaluate(() => {
		const light = colour => colour.match(/[\d.]+/g).slice(0, 3).map(part => part / 255).map(part =>
			part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4).reduce((sum, part, i) =>
			sum + part * [0.2126, 0.7152, 0.0722][i], 0);
		return [1, 2, 3, 4, 5, 6].flatMap(step => {
			const square = document.querySelector(`.map .s${step}`), word = square?.nextElementSibling.querySelector("text");
			if (!word)
				return [`no square of step ${step}`];
			const [a, b] = [square, word].map(one => light(getComputedStyle(one).fill)).sort((x, y) => y - x);
			return (a + 0.05) / (b + 0.05) >= 4.5 ? [] : [`step ${step}: contrast ${(a + 0.05) / (b + 0.05)}`];
		});
	}), "words on each shade of the map are read");

	const links = await page.locator("footer a").evaluateAll(all => all.map(one => one.getAttribute("href")));
	result(links.filter(link => !readFileSync(join(folder, link), "utf8").includes("\r\n")).concat(links.length < 7 ? ["few links"] : []),
		"every table that it names is beside it");

	const headless = await page.evaluate(() => [...document.querySelectorAll("table")].filter(one => !one.caption ||
		[...one.querySelectorAll("th")].some(head => !head.scope)).map(one => one.outerHTML.slice(0, 100)));
	result(headless, "every table has a caption, and heads say what they are heads of");

	await page.emulateMedia({ media: "print" });
	await page.setViewportSize(PAPER);
	const printed = await fits(page, "paper");
	const pdf = await page.pdf({ path: join(pictures, "census.pdf"), preferCSSPageSize: true });
	result(printed.concat(pdf.length > 20000 ? [] : [`the PDF has ${pdf.length} bytes`]), "it fits on paper");
} finally {
	await browser.close();
}
end();
