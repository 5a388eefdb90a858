// SPDX-License-Identifier: BSD-2-Clause
// pages.mjs FOLDER PICTURES: every page that portalpages made, as a browser shows it. The answers go to Chromium as they are, each
// state from a host of its own. Prints TAP; leaves pictures of all pages in some languages.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DESKTOP, NARROW, PAGE_MOST, PHONE, accessible, end, fits, keyboard, launch, result, watch } from "./browser.mjs";

const [folder, pictures] = process.argv.slice(2);
// What no language changes is looked at in some: colours in the dark, and the way of the keys, from the left and from the right.
const PICTURED = ["en", "nb", "ar", "ja"], KEYED = ["en", "ar"];

// The bytes of the file that belongs to a request.
function answer(head) {
	const target = new URL(head.split(" ")[1], "http://" + /^host: *(.*)$/im.exec(head)[1].trim());
	const state = target.hostname.split(".")[0];

	try {
		return target.pathname === "/style.css" ? readFileSync(join(folder, "style", readdirSync(join(folder, "style"))[0], "_style.css"))
			: readFileSync(join(folder, state, target.searchParams.get("lang"), target.pathname.replaceAll("/", "_")));
	} catch {
		return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
	}
}

const server = createServer(socket => {
	let text = "";

	socket.on("error", () => {});
	socket.on("data", data => {
		text += data;
		for (let at; (at = text.indexOf("\r\n\r\n")) >= 0; text = text.slice(at + 4))
			socket.write(answer(text.slice(0, at)));
	});
});
await new Promise(done => server.listen(0, "127.0.0.1", done));
const port = server.address().port;

// All pages of a language: state, and path.
function pagesOf(language) {
	return readdirSync(folder).sort().filter(state => state !== "style").flatMap(state => {
		try {
			return readdirSync(join(folder, state, language)).sort().map(name => ({ state, path: name.replaceAll("_", "/") }));
		} catch {
			return [];
		}
	});
}

// In a window as long as the page, so that what stays at the window's end is where it ends.
async function draw(page, { width, height }, path) {
	await page.setViewportSize({ width, height });
	await page.setViewportSize({ width, height: Math.max(height, await page.evaluate(() => document.documentElement.scrollHeight)) });
	await page.screenshot({ path });
}

// A telephone number that has room in a line stands in one.
function broken(page) {
	return page.evaluate(() => [...document.querySelectorAll("a[href^='tel:']")].flatMap(link => {
		const range = document.createRange();

		range.selectNodeContents(link);
		const tops = [...range.getClientRects()].map(one => one.top);
		return Math.max(...tops) - Math.min(...tops) > 8 ? [`${location.href}: ${link.textContent} breaks over lines`] : [];
	}));
}

async function look(browser, language) {
	const isPictured = PICTURED.includes(language), place = join(pictures, language), faults = [];
	const context = await browser.newContext({ viewport: PHONE, locale: language });
	const page = await context.newPage();
	const watched = watch(page, url => url.hostname.endsWith(".localhost"));
	let heaviest = 0;

	mkdirSync(place, { recursive: true });
	for (const { state, path } of pagesOf(language)) {
		const picture = join(place, state + path.replaceAll("/", "-").replace(/-$/, ""));

		await page.setViewportSize(PHONE);
		await page.emulateMedia({ colorScheme: "light" });
		await page.goto(`http://${state}.localhost:${port}${path}?lang=${language}`);
		heaviest = Math.max(heaviest, await watched.bytes());
		// The language and what follows from it are told.
		const told = await page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.body).direction].join(" "));
		if (told !== `${language} ${language === "ar" ? "rtl" : "ltr"}`)
			faults.push(`${page.url()}: is ${told}`);
		faults.push(...await accessible(page), ...await broken(page));
		if (isPictured) {
			await draw(page, PHONE, picture + ".phone.png");
		}
		await page.setViewportSize(NARROW);
		faults.push(...await fits(page, "320 pixels"));
		await page.evaluate(() => document.documentElement.style.fontSize = "200%");
		await page.setViewportSize({ width: DESKTOP.width / 2, height: DESKTOP.height / 2 });
		faults.push(...await fits(page, "a window with letters twice as large"));
		await page.setViewportSize(PHONE);
		faults.push(...await fits(page, "a phone with letters twice as large"));
		await page.evaluate(() => document.documentElement.style.fontSize = "");
		if (isPictured) {
			await page.emulateMedia({ colorScheme: "dark" });
			faults.push(...await accessible(page, "color-contrast"));
			await draw(page, PHONE, picture + ".dark.png");
			await page.emulateMedia({ colorScheme: "light" });
			await draw(page, DESKTOP, picture + ".desktop.png");
			await page.setViewportSize(PHONE);
			if (KEYED.includes(language))
				faults.push(...await keyboard(page, state !== "garden"));
		}
		faults.push(...watched.faults());
	}
	await context.close();
	if (heaviest > PAGE_MOST || heaviest < 1000)
		faults.push(`the heaviest page has ${heaviest} bytes`);
	return { faults, heaviest };
}

const browser = await launch();
try {
	const languages = readdirSync(join(folder, "blocked")).sort();
	const only = process.env.LANGUAGES?.split(" ") ?? languages;

	for (const language of languages.filter(one => only.includes(one))) {
		const { faults, heaviest } = await look(browser, language);

		result(faults, `${language}: ${pagesOf(language).length} pages are accessible, fit, ask nobody and stay below 30 kB`);
		console.log(`# the heaviest has ${heaviest} bytes`);
	}
} finally {
	await browser.close();
	server.close();
}
end();
