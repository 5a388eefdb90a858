/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/replywords.h"

const char *const reply_language_names[REPLY_LANGUAGES] = {"en", "nb", "de"};

const struct reply_words reply_words[REPLY_LANGUAGES] = {
	[REPLY_EN] =
		{
			.full = {"The limit of {limit} an hour {whose} is reached.",
				"The limit of {limit} a day {whose} is reached."},
			.burst = "More than {limit} came at once {whose}.",
			.never = {"One message may not have more than the {limit} that are "
				  "allowed in an hour {whose}: please send it in parts.",
				"One message may not have more than the {limit} that are allowed "
				"in a day {whose}: please send it in parts."},
			.never_at_once = "One message may not have more than {limit} {whose}: "
					 "please send it in parts.",
			.stopped = "Mail through this account is stopped, since somebody else "
				   "seems to "
				   "send through it. Please change its password.",
			.refused = "Far more than {limit} came {whose}, so no more is taken just "
				   "now. If you did not send that, change your password.",
			.again = "Please try again in {time}.",
			.help = "Help:",
			.number = "case",
			.what = {{"message", "messages"}, {"recipient", "recipients"}},
			.whose = {[LIMIT_ACCOUNT] = "for this account",
				[LIMIT_BUSINESS] = "for this account",
				[LIMIT_FORWARDER] = "for this account",
				[LIMIT_NEWSLETTER] = "for this account",
				[LIMIT_LINE] = "for this connection to the internet",
				[LIMIT_CERTIFICATE] = "for this certificate",
				[LIMIT_ADDRESS] = "from this address",
				[LIMIT_IPV6_64] = "from this network",
				[LIMIT_IPV6_56] = "from this network",
				[LIMIT_IPV6_48] = "from this network",
				[LIMIT_DOMAIN] = "for all accounts of this domain",
				[LIMIT_RELAY] = "for all senders",
				[LIMIT_BOUNCE] = "for messages about deliveries",
				[LIMIT_LOCAL] = "for mail within this house"},
			.minutes = {"minute", "minutes"},
			.hours = {"hour", "hours"},
		},
	[REPLY_NB] =
		{
			.full = {"Grensen paa {limit} i timen {whose} er naadd.",
				"Grensen paa {limit} per dag {whose} er naadd."},
			.burst = "Det kom mer enn {limit} paa en gang {whose}.",
			.never = {"En melding kan ikke ha mer enn de {limit} som er tillatt i "
				  "timen {whose}: send den i flere deler.",
				"En melding kan ikke ha mer enn de {limit} som er tillatt per "
				"dag {whose}: send den i flere deler."},
			.never_at_once = "En melding kan ikke ha mer enn {limit} {whose}: send "
					 "den i flere deler.",
			.stopped =
				"Post fra denne kontoen er stoppet, fordi det ser ut til at noen "
				"andre sender gjennom den. Vennligst bytt passord.",
			.refused = "Det kom langt mer enn {limit} {whose}, saa mer tas ikke imot "
				   "naa. Har du ikke sendt dette, bytt passord.",
			.again = "Proev igjen om {time}.",
			.help = "Hjelp:",
			.number = "sak",
			.what = {{"melding", "meldinger"}, {"mottaker", "mottakere"}},
			.whose = {[LIMIT_ACCOUNT] = "for denne kontoen",
				[LIMIT_BUSINESS] = "for denne kontoen",
				[LIMIT_FORWARDER] = "for denne kontoen",
				[LIMIT_NEWSLETTER] = "for denne kontoen",
				[LIMIT_LINE] = "for denne internettlinjen",
				[LIMIT_CERTIFICATE] = "for dette sertifikatet",
				[LIMIT_ADDRESS] = "fra denne adressen",
				[LIMIT_IPV6_64] = "fra dette nettet",
				[LIMIT_IPV6_56] = "fra dette nettet",
				[LIMIT_IPV6_48] = "fra dette nettet",
				[LIMIT_DOMAIN] = "for alle kontoer i dette domenet",
				[LIMIT_RELAY] = "for alle avsendere",
				[LIMIT_BOUNCE] = "for meldinger om levering",
				[LIMIT_LOCAL] = "for post innenfor huset"},
			.minutes = {"minutt", "minutter"},
			.hours = {"time", "timer"},
		},
	[REPLY_DE] =
		{
			.full = {"Die Grenze von {limit} je Stunde {whose} ist erreicht.",
				"Die Grenze von {limit} je Tag {whose} ist erreicht."},
			.burst = "Es kamen mehr als {limit} auf einmal {whose}.",
			.never = {"Eine Nachricht darf nicht mehr als die {limit} haben, die je "
				  "Stunde {whose} erlaubt sind: bitte in Teilen senden.",
				"Eine Nachricht darf nicht mehr als die {limit} haben, die je "
				"Tag {whose} erlaubt sind: bitte in Teilen senden."},
			.never_at_once = "Eine Nachricht darf {whose} nicht mehr als {limit} "
					 "haben: bitte in Teilen senden.",
			.stopped =
				"Post ueber dieses Konto ist angehalten, da offenbar jemand anders "
				"darueber sendet. Bitte aendern Sie das Passwort.",
			.refused = "Es kamen weit mehr als {limit} {whose}, darum wird gerade "
				   "nichts mehr angenommen. Haben Sie das nicht gesendet, aendern "
				   "Sie bitte Ihr Passwort.",
			.again = "Bitte in {time} erneut versuchen.",
			.help = "Hilfe:",
			.number = "Fall",
			.what = {{"Nachricht", "Nachrichten"}, {"Empfaenger", "Empfaengern"}},
			.whose = {[LIMIT_ACCOUNT] = "fuer dieses Konto",
				[LIMIT_BUSINESS] = "fuer dieses Konto",
				[LIMIT_FORWARDER] = "fuer dieses Konto",
				[LIMIT_NEWSLETTER] = "fuer dieses Konto",
				[LIMIT_LINE] = "fuer diesen Internetanschluss",
				[LIMIT_CERTIFICATE] = "fuer dieses Zertifikat",
				[LIMIT_ADDRESS] = "von dieser Adresse",
				[LIMIT_IPV6_64] = "aus diesem Netz",
				[LIMIT_IPV6_56] = "aus diesem Netz",
				[LIMIT_IPV6_48] = "aus diesem Netz",
				[LIMIT_DOMAIN] = "fuer alle Konten dieser Domain",
				[LIMIT_RELAY] = "fuer alle Absender",
				[LIMIT_BOUNCE] = "fuer Nachrichten ueber Zustellungen",
				[LIMIT_LOCAL] = "fuer Post innerhalb des Hauses"},
			.minutes = {"Minute", "Minuten"},
			.hours = {"Stunde", "Stunden"},
		},
};
