// SPDX-License-Identifier: BSD-2-Clause
// What the browser's tests share: Chromium, who is asked, what is complained about, TAP.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const PHONE = { width: 360, height: 640 }, NARROW = { width: 320, height: 568 }, DESKTOP = { width: 1280, height: 800 };
export const PAGE_MOST = 30 * 1024;
// What the key Tab comes to.
const REACHED = "a[href], button, input:not([type=hidden]), textarea, summary, [tabindex='0']";

// Nothing of the user's, and nobody asked but by pages. As root Chromium has no sandbox.
export function launch(...more) {
	const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
		"--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints,MediaRouter", ...more];

	if (process.getuid() === 0)
		args.push("--no-sandbox");
	return require("playwright-core").chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

let cases = 0, failures = 0;

export function result(faults, name) {
	cases++;
	failures += faults.length > 0;
	console.log(`${faults.length > 0 ? "not ok" : "ok"} ${cases} - ${name}`);
	for (const fault of faults.slice(0, 20))
		console.log("# " + String(fault).slice(0, 2000).replaceAll("\n", "\n# "));
}

export function end() {
	console.log(`1..${cases}`);
	process.exitCode = failures > 0 ? 1 : 0;
}

// Notes what a page asks for, and what the browser complains of: a refused style, a script, a broken answer. bytes() is the
// weight of what came since the last call.
export function watch(page, isOurs) {
	const faults = [];
	let loads = [];

	page.on("request", request => {
		if (!isOurs(new URL(request.url())))
			faults.push(`asks ${request.url()}`);
	});
	page.on("requestfinished", request => loads.push(request));
	page.on("console", said => {
		// A page of an error is an error for the browser, too.
		if (["error", "warning"].includes(said.type()) && !said.text().includes("the server responded with a status of"))
			faults.push(`${page.url()}: ${said.text()}`);
	});
	page.on("pageerror", error => faults.push(`${page.url()}: ${error}`));
	return {
		faults: () => faults.splice(0),
		async bytes() {
			const done = loads;
			let sum = 0;

			loads = [];
			for (const request of done) {
				const sizes = await request.sizes();
				sum += sizes.responseBodySize + sizes.responseHeadersSize;
			}
			return sum;
		},
	};
}

// Complaints of axe-core: all its rules that have to do with WCAG 2.2 AA and good practice, or only the one that is named.
export async function accessible(page, rule) {
	await page.evaluate(axe);
	const found = await page.evaluate(only => axe.run(document, {
		runOnly: only ? { type: "rule", values: [only] } : { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
			"wcag22aa", "best-practice"] },
		resultTypes: ["violations"],
	}), rule);
	return found.violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(node =>
		`${page.url()}: ${id}: ${node.html.slice(0, 200)} ${node.failureSummary.replaceAll("\n", " ")}`));
}

// Complaints where something is wider than the window.
export function fits(page, what) {
	return page.evaluate(what => {
		const width = document.documentElement.clientWidth;

		if (document.documentElement.scrollWidth <= width)
			return [];
		const wide = [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > width + 1 ||
			one.getBoundingClientRect().left < -1).map(one => one.outerHTML.slice(0, 120));
		return [`${location.href}: wider than ${what}: ${wide.slice(0, 3).join(" | ")}`];
	}, what);
}

// What is in the focus: a name for it, and whether one sees that it is there.
export function focused(page) {
	return page.evaluate(reached => {
		const one = document.activeElement;

		if (one === document.body)
			return null;
		const style = getComputedStyle(one), box = one.getClientRects()[0];
		return {
			at: all().indexOf(one),
			name: `${one.localName} ${one.getAttribute("href") ?? one.id}`,
			// Nothing that stays where it is while one scrolls lies on it.
			isFree: (over => over === null || over === one || one.contains(over))(
				document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)),
			isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.height > 0 &&
				box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
		};
		function all() {
			return [...document.querySelectorAll(reached)];
		}
	}, REACHED);
}

// The way of the key Tab through a page: complaints where it leaves the order of reading, or is not seen, and where a page
// that should have one does not begin with a way past its head.
export async function keyboard(page, hasSkip) {
	const count = await page.locator(REACHED).evaluateAll(all =>
		all.filter(one => one.checkVisibility() || one.closest("summary")).length);
	const faults = [], way = [];

	for (let i = 0; i < count; i++) {
		await page.keyboard.press("Tab");
		const at = await focused(page);
		if (at === null) {
			faults.push(`${page.url()}: the focus is nowhere after ${i} of ${count}`);
			break;
		}
		if (!at.isFree)
			faults.push(`${page.url()}: something lies on ${at.name}`);
		if (!at.isSeen)
			faults.push(`${page.url()}: the focus is not seen at ${at.name}`);
		way.push(at);
	}
	if (way.some((at, i) => i > 0 && at.at <= way[i - 1].at))
		faults.push(`${page.url()}: the order is ${way.map(at => at.name).join(", ")}`);
	if (hasSkip && !way[0]?.name.endsWith("#main"))
		faults.push(`${page.url()}: first is ${way[0]?.name}`);
	return faults;
}
