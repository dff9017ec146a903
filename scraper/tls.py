"""TLS as strict as it can be, and as weak as an operator allowed for one host.
Certificates are verified on every rung: what cannot be verified is a failure, see `docs/crawling.md`."""

from __future__ import annotations

import ssl

from gongkai.scraper.settings import Rung

LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; Python names it from 3.12 on."""


def context(rung: Rung = "default", bundle: str = "", roots: str = "") -> ssl.SSLContext:
    """A context for a client. `roots`: file of root certificates, besides the system's; `bundle`: what the operator
    adds for this host."""
    made = ssl.create_default_context()
    if roots:
        made.load_verify_locations(cafile=roots)
    if bundle:
        made.load_verify_locations(cafile=bundle)
    made.set_alpn_protocols(["http/1.1"])
    if rung == "p256":
        made.set_ecdh_curve("prime256v1")
    elif rung == "seclevel1":
        made.set_ciphers("DEFAULT:@SECLEVEL=1")
        made.options |= LEGACY_SERVER_CONNECT
    elif rung == "legacy":
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.options |= LEGACY_SERVER_CONNECT
        made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    assert made.verify_mode is ssl.CERT_REQUIRED and made.check_hostname
    return made


def described(rung: Rung, connection: ssl.SSLObject | None) -> str:
    """What was agreed upon, for the record: `default TLSv1.3 TLS_AES_256_GCM_SHA384`; "" without TLS."""
    if connection is None:
        return ""
    cipher = connection.cipher()
    return f"{rung} {connection.version()} {cipher[0] if cipher else '?'}"
