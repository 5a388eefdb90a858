# Any NAS that applies filters by name: Filter-Id (RFC 2865 s5.11), changed by CoA (RFC 5176 s3.6).
#
# From the documents: a value that is sent replaces all old ones of that attribute, and an attribute that is not sent
# stays as it is (RFC 5176 s2.2); so a release names a filter, too: one that lets all pass.
# The session is identified by Acct-Session-Id; User-Name and the address of the NAS SHOULD be there (RFC 5176 s3).
# Tried with FreeRADIUS 3.2.1 as NAS. Not tried on a device.

port 3799
message-authenticator yes
event-timestamp yes

identify Acct-Session-Id
also User-Name NAS-IP-Address NAS-IPv6-Address

quarantine coa
	Filter-Id = "lazaret-quarantine"

block25 coa
	Filter-Id = "lazaret-block25"

release coa
	Filter-Id = "lazaret-none"

# Shows sooner in accounting what was done, where the NAS takes it: Acct-Interim-Interval = 60
