"""One address for one article: without tracking parameters, mobile, AMP and page twins."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING = {
    "fbclid",
    "gclid",
    "dclid",
    "msclkid",
    "igsh",
    "igshid",
    "mc_cid",
    "mc_eid",
    "_gl",
    "ref",
    "ref_src",
    "amp",
}
_PORTS = {"http": "80", "https": "443"}
_CROOKED = re.compile(r"[<>\"\x00-\x20]")
_REMEMBERED = 500
"""Longest address that is remembered: a hostile page must not fill the memory."""
_AMP_END = re.compile(r"/amp/?\Z")
_PAGE_NUMBER = re.compile(r"/[^/]*[a-z][^/]*/([1-9][0-9]?)/?\Z", re.IGNORECASE)
_PAGE_END = re.compile(r"(/[^/]*[a-z][^/]*)/[1-9][0-9]?/?\Z", re.IGNORECASE)


def canonical(url: str, *, page_params: tuple[str, ...] = (), page_in_path: bool = False) -> str:
    """Give the key under which twins of one article are the same; it is compared, never asked.

    `page_params` names query parameters that only turn pages (`page`); `page_in_path` says that a short number at the
    end of the path does (`/read/88101/slug/2`). What is no http(s) address is given back stripped.
    """
    found = _canonical if len(url) <= _REMEMBERED else _canonical.__wrapped__
    return found(url.strip(), page_params, page_in_path)


@lru_cache(maxsize=4096)  # each address of a page is asked for four times
def _canonical(text: str, page_params: tuple[str, ...], page_in_path: bool) -> str:  # noqa: FBT001 - the key of a memo
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    host = parts.hostname
    if parts.scheme not in _PORTS or not host:
        return text
    for twin in ("www.", "m.", "amp."):
        if host.startswith(twin) and host.count(".") > 1:
            host = host.removeprefix(twin)
    if port is not None and str(port) != _PORTS[parts.scheme]:
        host = f"{host}:{port}"
    path = _AMP_END.sub("", parts.path)
    if path.startswith("/amp/"):
        path = path.removeprefix("/amp")
    if page_in_path:
        path = _PAGE_END.sub(r"\1", path)
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True, max_num_fields=None)
        if not (
            name.lower() in _TRACKING
            or name.lower().startswith("utm_")
            or name in page_params
            or (name == "source" and value == "rss")
        )
    )
    return urlunsplit((parts.scheme, host, path.rstrip("/") or "/", urlencode(query, errors="replace"), ""))


def page_number(url: str, *, page_params: tuple[str, ...] = (), page_in_path: bool = False) -> int:
    """Tell which page of an article an address asks for; 1 where it does not say."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return 1
    said = [value for name, value in parse_qsl(parts.query) if name in page_params]
    if page_in_path and (found := _PAGE_NUMBER.search(parts.path)):
        said.append(found[1])
    return next((int(one) for one in said if one.isascii() and one.isdigit() and 0 < len(one) < 3), 1)


def with_query(url: str, name: str, value: str) -> str:
    """Give an address with one query parameter set."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    rest = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    return urlunsplit(parts._replace(query=urlencode([*rest, (name, value)], errors="replace"), fragment=""))


def joined(base: str, link: str) -> str:
    """Give the full http(s) address of a link on a page, "" where it leads nowhere that can be asked."""
    try:
        found = urldefrag(urljoin(base, link.strip()))[0]
        parts = urlsplit(found)
    except ValueError:
        return ""
    return found if parts.scheme in _PORTS and parts.hostname and not _CROOKED.search(found) else ""


def host(url: str) -> str:
    """Give the host of an address, "" if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
