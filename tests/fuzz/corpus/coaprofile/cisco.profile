# Cisco IOS: service templates that are activated and deactivated.
#
# From "Consolidated Platform Configuration Guide, Cisco IOS Release 15.2(4)E", RADIUS Change-of-Authorization:
# - the commands activate-service and deactivate-service with service-name, as Cisco-AVPair;
# - a session is found by Acct-Session-Id, Calling-Station-Id, Framed-IP-Address, or Framed-IPv6-Prefix and
#   Framed-Interface-Id, and all that are sent must match: so one is enough here;
# - "Session Context Not Found" if it is not found; a Disconnect-Request needs no attribute of the vendor.
# That guide is of a switch; the same commands are those of identity-based services on other IOS platforms. ISG
# and IOS XR have commands of their own: see their guides.
# Port: 1700 is what IOS listens on unless it is told another one.
# Number and type of Cisco-AVPair: dictionary.cisco of FreeRADIUS 3.2.1.
# Not tried on a device.

port 1700
message-authenticator yes
event-timestamp yes

identify Acct-Session-Id

attribute Cisco-AVPair 9 1 text

quarantine coa
	Cisco-AVPair = "subscriber:command=activate-service"
	Cisco-AVPair = "subscriber:service-name=LAZARET-QUARANTINE"

release-quarantine coa
	Cisco-AVPair = "subscriber:command=deactivate-service"
	Cisco-AVPair = "subscriber:service-name=LAZARET-QUARANTINE"

block25 coa
	Cisco-AVPair = "subscriber:command=activate-service"
	Cisco-AVPair = "subscriber:service-name=LAZARET-BLOCK25"

release-block25 coa
	Cisco-AVPair = "subscriber:command=deactivate-service"
	Cisco-AVPair = "subscriber:service-name=LAZARET-BLOCK25"
