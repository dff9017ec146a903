"""Faults 16 and 23-25: addresses that refuse, names without address, TLS that must be treated with care, robots.txt.
Listeners and certificates are the server's; this module names them and answers for robots.txt."""

from __future__ import annotations

from typing import Any

from gongkai.samplesite.exchange import Answer
from gongkai.samplesite.fault import Exchange, Fault, Roles
from gongkai.samplesite.web_robots import ROBOTS, crawl_delay

_ROBOTS: Roles = ("robots",)


def _robots(name: str) -> Any:
    # Not for the file that a redirect leads to.
    return lambda exchange: ROBOTS[name] if exchange.request.path == "/robots.txt" else None


def _slow(exchange: Exchange) -> Answer:
    return crawl_delay(exchange.option("seconds", 10))


def _changing(exchange: Exchange) -> Answer:
    """Open until the site has had `after` requests, then closed."""
    return ROBOTS["closed" if exchange.view.visit > exchange.option("after", 5) else "open"]


FAULTS = (
    Fault(16, "refused", "nothing listens at the site's address", level="address"),
    Fault(16, "dns-failure", "the name has no address (`Server.resolve`)", level="address"),
    Fault(16, "ipv6-only", "the name has an IPv6 address only, nothing listens at the other", level="address"),
    Fault(23, "tls-1.0", "speaks TLS 1.0 and nothing newer", level="tls"),
    Fault(23, "tls-dh-1024", "offers a key exchange of 1024 bits only", level="tls"),
    Fault(23, "tls-rsa-kx", "offers RSA key exchange only", level="tls"),
    Fault(23, "tls-expired", "its certificate has expired", level="tls"),
    Fault(23, "tls-wrong-host", "its certificate is for another host", level="tls"),
    Fault(23, "tls-self-signed", "its certificate is signed by itself", level="tls"),
    Fault(23, "tls-missing-intermediate", "does not send the certificate between its own and the root", level="tls"),
    Fault(23, "tls-untrusted", "its certificate is of an authority that nobody knows", level="tls"),
    Fault(24, "robots-disallow-all", "robots.txt closes the site", _ROBOTS, _robots("closed")),
    Fault(24, "robots-bom", "robots.txt closes the site, after a byte order mark", _ROBOTS, _robots("closed-bom")),
    Fault(24, "robots-403", "robots.txt is 403", _ROBOTS, _robots("forbidden")),
    Fault(24, "robots-401", "robots.txt is 401", _ROBOTS, _robots("unauthorized")),
    Fault(24, "robots-500", "robots.txt is 500", _ROBOTS, _robots("error")),
    Fault(24, "robots-html", "robots.txt is an HTML page with 200", _ROBOTS, _robots("page")),
    Fault(24, "robots-crawl-delay", "robots.txt asks for 10 s between requests (option seconds)", _ROBOTS, _slow),
    Fault(24, "robots-request-rate", "robots.txt asks for a request in 5 s", _ROBOTS, _robots("rate")),
    Fault(24, "robots-visit-time", "robots.txt asks for visits at night (UTC)", _ROBOTS, _robots("night")),
    Fault(24, "robots-large", "robots.txt of a megabyte, its rules at the start", _ROBOTS, _robots("large")),
    Fault(24, "robots-redirect", "robots.txt redirects to another file with rules", _ROBOTS, _robots("redirect")),
    Fault(24, "robots-redirect-loop", "robots.txt redirects to itself", _ROBOTS, _robots("redirect-loop")),
    Fault(24, "robots-full-width-colon", "robots.txt with full-width colons", _ROBOTS, _robots("full-width-colon")),
    Fault(24, "robots-no-agent", "robots.txt with a rule under no User-agent", _ROBOTS, _robots("no-agent")),
    Fault(25, "robots-changes", "robots.txt is open, and closed after five requests (option after)", _ROBOTS, _changing),
)
