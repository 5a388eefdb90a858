/* radius_packets - packets of radclient and FreeRADIUS 3.2.1, as hexadecimal text; the secret is "testing123" */
#ifndef LAZARET_TESTS_RADIUS_PACKETS_H
#define LAZARET_TESTS_RADIUS_PACKETS_H

#include "source/radius/radiuskey.h"
#include "unit.h"

#define SECRET TEXT("testing123")

/* Start of anna@example.net, with all addresses a session can have, Proxy-State 0x0102 and a Cisco-AVPair. */
static const char packet_start[] =
	"04b700f384010cbd9ca7f1d61afb2fb6659ef1370112616e6e61406578616d706c652e6e65740406c000020120"
	"06626e67312c0a303030303030326132046d372806000000011f1330323a30303a30303a30303a30303a303708"
	"06c63364076114004020010db8000102000000000000000000600a0000000000000007a81220010db800010300"
	"00000000000000097b14003820010db800020200000000000000000037066b0865902906000000031a20000000"
	"09011a636f6e6e6563742d70726f67726573733d43616c6c20557021040102570e6c61672d313a31302e333030"
	"5012d0f14bf29ec5402e026feada06482ff1";
static const char packet_start_response[] = "05b7001833ff15e2bb5081ded8880c0b851dae1d21040102";

/* Interim-Update of a name with quotes, a backslash, a line end and no Message-Authenticator. */
static const char packet_interim[] =
	"0467005062753881d0d1735cd204ec6d2fdccbd7010d616e226e615c20c3a90a782c0a30303030303032612806"
	"0000000337066b086590600a20010db8001200072a06ee6b2800190401021e05612762";

/* Accounting-On of 2001:db8::1, with attributes that nobody knows. */
static const char packet_on[] =
	"044d0041261199541cb3559a445062253da2387e2806000000075f1220010db8000000"
	"0000000000000000012c043030420378c80404051a0a0001869f07040607";

static const char packet_coa[] =
	"2bd10051e7906b5d3e82e461dc661056cef958e10112616e6e61406578616d706c652e6e65742c0a3030303030"
	"3032610b096c617a6172657437066b08659050122c708c3f3f78a1383ab081974e48aab3";
static const char packet_coa_ack[] = "2cd100144e73e619a16dcb93a50d662d04eebc3a";

/* Disconnect of "nobody", and "Session-Context-Not-Found". */
static const char packet_disconnect[] =
	"28730038e376dacfb0dc461127b4e5e2cfd10e4601086e6f626f64792c0a3030"
	"30303030326150127b3bdc9acd79d460a6f982c15a04ce2a";
static const char packet_disconnect_nak[] = "2a73001a308896b5bd9b100c0c4867c991bd0c286506000001f7";

static inline unsigned
hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Hexadecimal text as bytes: their number. */
static inline size_t
bytes_of(const char *hex, uint8_t into[RADIUS_MOST])
{
	size_t length = strlen(hex) / 2;

	for (size_t i = 0; i < length; i++)
		into[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
	return length;
}

static inline struct radius_key *
key_of(struct text secret)
{
	struct radius_key *key = NULL;
	struct fail fail = {0};

	assert_int_equal(radius_key_new(secret, &key, &fail), 0);
	return key;
}

#endif
