# Nokia SR OS (7750): another SLA profile, which has the filters.
#
# From "7750 SR RADIUS Attributes Reference Guide" (23.3 and 14.0), CoA and Disconnect Message attributes:
# - hosts are found by NAS-Port-Id with one address (1), Acct-Session-Id in number format (2), Alc-Subsc-ID-Str (4),
#   User-Name (6); one key is enough, and if both 1 and 2 are sent, only the host of 1 is changed. So here it
#   is Acct-Session-Id alone: that of the host, of the queue instance, or of the session, as the accounting policy
#   sends it; that of a session means all its hosts, IPv4 and IPv6;
# - Alc-SLA-Prof-Str (26-6527-13) in a CoA gives a host another SLA profile (the guide's own example);
# - an attribute that is not supported in a CoA is ignored: a wrong number here shows in no NAK, only in accounting.
# The release names the profile that the line has otherwise: put yours there. Where lines have different ones, use a
# profile for each, or disconnect.
# Not tried on a device.

port 3799
message-authenticator yes
event-timestamp yes

identify Acct-Session-Id

attribute Alc-SLA-Prof-Str 6527 13 text

quarantine coa
	Alc-SLA-Prof-Str = "lazaret-quarantine"

block25 coa
	Alc-SLA-Prof-Str = "lazaret-block25"

release coa
	Alc-SLA-Prof-Str = "residential"
