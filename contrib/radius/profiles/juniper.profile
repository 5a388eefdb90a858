# Junos (MX) and JunosE: services of subscribers that are activated and deactivated.
#
# From "Dynamic Service Management with RADIUS" (Junos OS, subscriber management): CoA messages can have requests to
# create and delete services; the router listens on 3799 unless another port is configured.
# From "RADIUS Dynamic-Request Server CoA" (JunosE 13.2): NAKs have Error-Cause 401 (an attribute of another vendor, for
# one), 402, 404, 503, 504 or 506.
# Numbers and types of ERX-Service-Activate (26-65, tagged) and ERX-Service-Deactivate (26-66) of vendor 4874:
# dictionary.erx of FreeRADIUS 3.2.1.
# Which attributes find a session is taken from RFC 5176 s3, not from a document of the vendor.
# Not tried on a device.

port 3799
message-authenticator yes
event-timestamp yes

identify Acct-Session-Id
also User-Name

attribute ERX-Service-Activate 4874 65 tagged
attribute ERX-Service-Deactivate 4874 66 text

quarantine coa
	ERX-Service-Activate:1 = "lazaret-quarantine"

release-quarantine coa
	ERX-Service-Deactivate = "lazaret-quarantine"

block25 coa
	ERX-Service-Activate:1 = "lazaret-block25"

release-block25 coa
	ERX-Service-Deactivate = "lazaret-block25"
