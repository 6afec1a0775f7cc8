"""Which addresses may be asked at all: no private network, whatever a name or a redirect says."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def host_port(url: str) -> tuple[str, int]:
    """Give host (lower case, without brackets) and port of a checked http(s) URL."""
    parts = urlsplit(url)
    return (parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])


def objection(url: str) -> str:
    """Say in Indonesian why a URL may not be asked, "" if its form is in order."""
    if any(ord(char) <= 32 or ord(char) == 127 for char in url):
        return "alamat memuat spasi atau tanda kendali"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "bentuk alamat keliru"
    if parts.scheme not in DEFAULT_PORTS:
        return f"hanya alamat http dan https yang diambil, bukan `{parts.scheme[:20]}`"
    if "@" in parts.netloc:
        return "alamat memuat nama pengguna atau kata sandi"
    if not parts.hostname or port == 0:
        return "alamat tanpa nama situs"
    return ""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet; embedded IPv4 addresses are looked into."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
