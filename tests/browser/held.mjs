// SPDX-License-Identifier: BSD-2-Clause
// held.mjs SETTINGS: a customer on a held line, from any page of the web to "the internet is back". SETTINGS is JSON: names (host to
// address), spki (of the portal's key), hasScript, isKeyboard. Prints complaints, one a line, and "# " with what was measured.
import { accessible, focused, launch, watch } from "./browser.mjs";

const settings = JSON.parse(process.argv[2]);
const SITE = "http://www.example.com/", PORTAL = "https://help.example.net";
const faults = [];
const browser = await launch("--host-resolver-rules=" + Object.entries(settings.names).map(([name, address]) =>
	`MAP ${name} ${address.includes(":") ? `[${address}]` : address}`).join(","),
	"--ignore-certificate-errors-spki-list=" + settings.spki);
const context = await browser.newContext({ locale: "en-GB", javaScriptEnabled: settings.hasScript, viewport: { width: 360, height: 640 } });
const page = await context.newPage();
const watched = watch(page, url => url.hostname in settings.names);

function expect(what, is) {
	if (!is)
		faults.push(`${page.url()}: ${what}`);
}

// By the keyboard alone: to the element with Tab, then the key that does it.
async function does(locator, key) {
	if (!settings.isKeyboard) {
		await locator.click();
		return;
	}
	for (let i = 0; i < 80; i++) {
		await page.keyboard.press("Tab");
		if (await locator.evaluate(one => one === document.activeElement)) {
			expect("the focus is not seen", (await focused(page)).isSeen);
			await page.keyboard.press(key);
			return;
		}
	}
	throw new Error(`the key Tab does not lead to ${locator}`);
}

async function goes(name, role = "link") {
	await Promise.all([page.waitForEvent("load"), does(page.getByRole(role, { name, exact: true }).first(), "Enter")]);
}

// What every page must be. A page without script of its own looks the same to axe-core only where scripts may run.
async function arrives(title) {
	const heading = await page.locator("h1").textContent();

	expect(`the heading is ${heading}, not ${title}`, heading === title);
	expect(`${await page.locator("script").count()} scripts`, await page.locator("script").count() === 0);
	if (settings.hasScript)
		faults.push(...await accessible(page));
}

async function ticks(device) {
	await goes(device);
	await does(page.locator("input[type=checkbox]").first(), "Space");
	await goes("Save what I have done", "button");
	await arrives("Your Internet is restricted");
}

// Asks for the site until the answer is the site's own. The kernel follows the answer of the portal within milliseconds, so the
// first request or the next ones find it open, on a busy machine, too.
async function returns() {
	const begin = Date.now();
	let last = "";

	for (let tries = 1; Date.now() - begin < 10000; tries++) {
		await page.goto(SITE).catch(error => last = error.message);
		if (page.url() === SITE && (await page.textContent("body")).includes("the internet")) {
			console.log(`# the internet is back ${Date.now() - begin} ms after the answer, at request ${tries}`);
			expect(`the internet took ${tries} requests`, tries <= 5);
			return;
		}
	}
	faults.push(`${page.url()}: the internet is not back: ${last || await page.textContent("body")}`);
}

try {
	await page.goto(SITE);
	expect("any page of the web does not lead to the portal", page.url() === PORTAL + "/");
	await arrives("Your Internet is restricted");
	expect("what was seen is not there", /Tries to send mail\s*[1-9]/.test(await page.textContent("dl")));
	expect("there is a button already", await page.getByRole("button", { name: "Open my line now" }).count() === 0);
	await ticks("Router (the box that brings the Internet)");
	await ticks("Camera, doorbell, baby monitor");
	await goes("Check again");
	await arrives("Check again");
	expect("the check shows nothing", /In the last hour/.test(await page.textContent(".notice")));
	await goes("Back to your line");
	await goes("Open my line now", "button");
	await returns();
	await page.goto(PORTAL);
	await arrives("Your line is open");
} catch (error) {
	faults.push(`${page.url()}: ${error.message}\n${await page.textContent("body").catch(() => "")}`);
} finally {
	await browser.close();
}
for (const fault of faults.concat(watched.faults()))
	console.log(String(fault).replaceAll("\n", " ").slice(0, 3000));
