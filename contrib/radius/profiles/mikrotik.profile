# MikroTik RouterOS: the session is ended, and the RADIUS server contains it when it comes again.
#
# From the manual of RouterOS, "RADIUS Client": /radius incoming set accept=yes; Disconnect-Messages end a
# session at once. The port is 3799, in versions before it was 1700.
# Mikrotik-Address-List (14988, 19) in an Access-Accept puts the address of a session into a list for the firewall:
# that is what the RADIUS server should answer for a contained line (number: dictionary.mikrotik of FreeRADIUS 3.2.1).
# Which attributes a CoA may change is not known from a document: so none is asked for here. To try it on a session of
# your own, replace "disconnect" by:
#	quarantine coa
#		Mikrotik-Address-List = "lazaret-quarantine"
# and put before it: attribute Mikrotik-Address-List 14988 19 text
# Which attributes find a session is taken from RFC 5176 s3, not from a document of the vendor.
# Not tried on a device.

port 3799
message-authenticator yes
event-timestamp yes

identify Acct-Session-Id User-Name
also NAS-IP-Address

quarantine disconnect
block25 disconnect
release disconnect
