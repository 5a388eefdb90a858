/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/gardenwords.h"

const struct gardenwords gardenwords[GARDENPAGE_LANGUAGES] = {
	[GARDENPAGE_EN] =
		{
			.lang = "en",
			.other = "nb",
			.skip = "Norsk",
			.title = "This Internet line is limited for now",
			.provider = "Your Internet provider",
			.from = " has limited this line, to protect you and others.",
			.what = "<h2>What has happened</h2>\n"
				"<p>Large amounts of unwanted mail (spam) come from this "
				"line. Mostly a device here has a virus, or strangers have "
				"taken it over: a computer or a phone, but just as often a "
				"router, a camera or a TV box. The people who live here "
				"mostly know nothing of it. You have done nothing wrong.</p>\n",
			.call = "<h2>Get help</h2>\n",
			.telephone = "Call us: ",
			.no_telephone = "Call the customer service of your Internet provider. The "
					"number is on your bill.",
			.rest = "<h2>What you can do</h2>\n"
				"<ol>\n"
				"<li>Switch off the router, cameras, TV boxes and other small "
				"devices, wait ten seconds, and switch them on again. Then "
				"give them new passwords and install their updates.</li>\n"
				"<li>Let the virus scanner look through every computer, and "
				"install updates. On Windows: Windows Security, Virus &amp; "
				"threat protection, Scan options, Offline scan.</li>\n"
				"<li>Remove apps and programs that you do not know. When all "
				"is clean, change the password of your mail.</li>\n"
				"<li>Tell us when it is done, and the line is opened "
				"again.</li>\n"
				"</ol>\n",
			.works = "<h2>What still works</h2>\n<p>",
			.works_mail = "Mail through your provider. ",
			.may_work =
				"Updates and tools that remove viruses may work. Most else "
				"does not. In an emergency use a mobile phone if a call over this "
				"line does not get through.</p>\n"
				"<p>This page never asks for a password, for money or for a "
				"card number.</p>\n",
			.link = "This Internet line is limited for now: what has happened, "
				"and who helps.",
		},
	[GARDENPAGE_NB] =
		{
			.lang = "nb",
			.other = "en",
			.skip = "English",
			.title = "Denne Internett-linjen er begrenset inntil videre",
			.provider = "Internett-leverandøren din",
			.from = " har begrenset denne linjen for å beskytte deg og andre.",
			.what = "<h2>Hva har skjedd</h2>\n"
				"<p>Det kommer store mengder uønsket e-post (spam) fra denne "
				"linjen. Som oftest har en enhet her fått virus, eller "
				"fremmede har tatt kontroll over den: en datamaskin eller en "
				"telefon, men like gjerne en ruter, et kamera eller en "
				"TV-boks. De som bor her, vet som regel ikke om det. Du har "
				"ikke gjort noe galt.</p>\n",
			.call = "<h2>Få hjelp</h2>\n",
			.telephone = "Ring oss: ",
			.no_telephone =
				"Ring kundeservice hos Internett-leverandøren din. Nummeret "
				"står på regningen.",
			.rest = "<h2>Hva du kan gjøre</h2>\n"
				"<ol>\n"
				"<li>Slå av ruter, kameraer, TV-bokser og andre små enheter, "
				"vent i ti sekunder og slå dem på igjen. Gi dem deretter nye "
				"passord, og installer oppdateringene deres.</li>\n"
				"<li>La virusprogrammet gå gjennom alle datamaskiner, og "
				"installer oppdateringer. I Windows: Windows Sikkerhet, "
				"Virus- og trusselbeskyttelse, Skannealternativer, Frakoblet "
				"skanning.</li>\n"
				"<li>Fjern apper og programmer du ikke kjenner. Når alt er "
				"rent, bytter du passordet til e-posten.</li>\n"
				"<li>Si fra til oss når det er gjort, så åpnes linjen "
				"igjen.</li>\n"
				"</ol>\n",
			.works = "<h2>Hva som fortsatt virker</h2>\n<p>",
			.works_mail = "E-post gjennom leverandøren din. ",
			.may_work =
				"Oppdateringer og verktøy som fjerner virus kan virke. Det "
				"meste annet virker ikke. I en nødsituasjon bruker du mobiltelefon "
				"hvis et anrop over denne linjen ikke kommer fram.</p>\n"
				"<p>Denne siden spør aldri om passord, penger eller "
				"kortnummer.</p>\n",
			.link = "Denne Internett-linjen er begrenset inntil videre: hva som "
				"har skjedd, og hvem som hjelper.",
		},
};
