# Huawei NetEngine, ME60: the session is ended, and the RADIUS server contains it when it comes again.
#
# From "EDSG Information Query over CoA" (NetEngine 8000, V8R10): the BRAS takes CoA requests, and Framed-IP-Address,
# Framed-IPv6-Prefix, Delegated-IPv6-Prefix, NAS-Port-Id and NAS-Identifier are among the attributes of such messages.
# Which attribute changes the filters of a running session is not known from a document: so none is asked for here.
# The appendix "RADIUS Attributes" of the configuration guide of your version has tables of what a CoA may have.
# Which attributes find a session is taken from RFC 5176 s3, not from a document of the vendor.
# Not tried on a device.

port 3799
message-authenticator yes
event-timestamp yes

identify Acct-Session-Id
also User-Name NAS-IP-Address

quarantine disconnect
block25 disconnect
release disconnect
