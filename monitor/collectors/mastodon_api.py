"""The public API of Mastodon and of servers that speak it: addresses, Link paging, accounts, errors. Pure.

Servers differ: some give no `Link`, no `uri`, ignore `limit` or `max_id`, or answer 401 where others are open. Ids are
texts that are never compared as numbers; whose act it is, is said by the actor's `uri`, the same on every server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from urllib.parse import parse_qs, quote, urlsplit

from monitor.collectors import article, loose, noise
from monitor.collectors.base import drift
from monitor.models import Outcome, Page, Response

ACTOR = re.compile(r"https?://[A-Za-z0-9.:-]{1,255}/[^\s?#<>\"]{1,500}\Z")
_HANDLE = re.compile(r"@?([A-Za-z0-9_.-]{1,100})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,10}(?::[0-9]{1,5})?)\Z")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")
_LINK = re.compile(r'<([^<>\s]{1,2000})>\s*;\s*rel="?next"?')
_REFUSALS = frozenset(["nobot", "nobots", "noindex", "noarchive", "nosearch"])
_TAG = re.compile(r"#([A-Za-z]{5,9})\b")
_PUBLIC = frozenset(["public", "unlisted"])

Json = Mapping[str, object]


def split_handle(handle: str) -> tuple[str, str] | None:
    """Give name and domain of `name@domain` (a leading @ is passed over), None where it is none."""
    found = _HANDLE.match(handle.strip())
    return (found[1], found[2].lower()) if found else None


def origin(uri: str) -> str:
    """Give scheme and host of an address."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def url(home: str, path: str, *parameters: tuple[str, str]) -> str:
    """Give the address of a method of a server (`home` = scheme and host)."""
    query = "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in parameters)
    return f"{home}{path}" + (f"?{query}" if query else "")


def webfinger_url(name: str, domain: str, scheme: str) -> str:
    """Give where a domain says which actor a name is."""
    resource = quote(f"acct:{name}@{domain}", safe="", errors="replace")
    return f"{scheme}://{domain}/.well-known/webfinger?resource={resource}"


def next_id(response: Response) -> str | None:
    """Give the `max_id` of the next page: "" where the server says that there is none, None where it says nothing.

    Only the id is taken over: an address out of a header is never asked.
    """
    links = [value for name, value in response.headers if name.lower() == "link"]
    if not links:
        return None
    found = _LINK.search(links[0][:8000])
    if found is None:
        return ""
    try:
        values = parse_qs(urlsplit(found[1]).query).get("max_id", [""])
    except ValueError:
        return ""
    return values[0] if _ID.match(values[0]) else ""


def failure(response: Response) -> Page | None:
    """Give the page of an answer that is no success, None where the body is to be read."""
    outcome, detail = response.outcome, response.detail
    if outcome is None:
        return None
    said = _error(response.body)
    if outcome is Outcome.AUTH:
        more = f" ({said})" if said else ""
        return Page(
            outcome, detail=f"server ini hanya menjawab yang masuk{more}; Netra tidak masuk — catat dengan tangan"
        )
    if outcome is Outcome.BLOCKED and said:
        return Page(Outcome.NOT_AVAILABLE, detail=f"server tidak membukanya untuk umum ({said})")
    if outcome is Outcome.GONE:
        return Page(
            outcome, detail="akun atau unggahan ini tidak ada lagi di servernya" + (f" ({said})" if said else "")
        )
    return Page(outcome, detail=f"{detail} ({said})" if said else detail)


def an_object(response: Response) -> dict[str, object] | Page:
    """Give the object of a good answer, or the page of one that is none."""
    if page := failure(response):
        return page
    value = loose.value(response.body)
    if not isinstance(value, dict) or "error" in value:
        return drift("jawaban bukan objek JSON yang utuh; bentuknya berubah")
    return value


def objects(response: Response) -> list[dict[str, object]] | Page:
    """Give the list of objects of a good answer, or the page of one that is none."""
    if page := failure(response):
        return page
    value = loose.value(response.body)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return drift("jawaban bukan daftar JSON yang utuh; bentuknya berubah")
    return value


def identifier(value: Json) -> str:
    """Give the server's own id of an account or status, "" where it has none that can be asked for."""
    found = value.get("id")
    text = str(found) if isinstance(found, int) and not isinstance(found, bool) else found
    return text if isinstance(text, str) and _ID.match(text) else ""


def actor_of(account: Json) -> str:
    """Give the actor's address: `uri`, or `url` where a server names none; "" where neither is one."""
    for name in ("uri", "url"):
        found = account.get(name)
        if isinstance(found, str) and ACTOR.match(found):
            return found
    return ""


def acct_of(account: Json, home: str) -> str:
    """Give `name@domain` of an account, folded; a name without domain is of the server asked. "" where none."""
    acct = account.get("acct")
    if not isinstance(acct, str) or not acct:
        return ""
    whole = acct if "@" in acct else f"{acct}@{urlsplit(home).netloc}"
    return whole.casefold() if split_handle(whole) else ""


def asks_not_to_be_shown(account: Json) -> str:
    """Say by which mark an account asks not to be shown to strangers or robots, "" where by none."""
    if account.get("noindex") is True:
        return "noindex"
    if account.get("discoverable") is False:
        return "discoverable: false"
    fields = account.get("fields")
    texts = [account.get("note"), account.get("display_name")]
    texts += [one.get(part) for one in (fields if isinstance(fields, list) else ()) if isinstance(one, dict)
              for part in ("name", "value")]  # fmt: skip
    for text in texts:
        # Most texts hold no hashtag at all, and parsing them was most of what reading a status cost.
        if isinstance(text, str) and ("#" in text or "&num;" in text):
            for tag in _TAG.findall(article.plain(f"<p>{text[:20_000]}</p>")):
                if tag.casefold() in _REFUSALS:
                    return f"#{tag.casefold()}"
    return ""


def is_named(account: Json, actor: str, handle: str) -> bool:
    """Tell whether the name fits where a server gives accounts no address to compare."""
    if account.get("uri"):
        return True
    name, given = loose.text(account.get("username")).casefold(), split_handle(handle)
    wanted = {actor.rstrip("/").rpartition("/")[2].lstrip("@").casefold(), given[0].casefold() if given else ""}
    return account.get("url") == actor or (name != "" and name in wanted)


def notes(account: Json) -> tuple[str, ...]:
    """Say what a person should know of an account that can be read (Indonesian)."""
    said = []
    if isinstance(moved := account.get("moved"), dict):
        said.append(f"akun pindah ke {actor_of(moved)[:200]}; pastikan, lalu tambahkan ke daftar")
    if account.get("limited") is True:
        said.append("akun dibatasi oleh servernya; yang terlihat mungkin tidak semuanya")
    if account.get("memorial") is True:
        said.append("akun ini ditandai servernya sebagai kenangan atas orang yang meninggal")
    return tuple(said)


def same_actor(account: Json, native_id: str, own_id: str) -> bool:
    """Tell whether an account of an answer is the one that was asked for: by its address, and its id where known."""
    found = account.get("uri")
    if isinstance(found, str) and found and found != native_id:
        return False
    return not own_id or identifier(account) == own_id


def is_public(status: Json) -> bool:
    """Tell whether a status is meant for everybody; a server that says nothing shows strangers nothing else."""
    found = status.get("visibility", "public")
    return isinstance(found, str) and found in _PUBLIC


def text_of(status: Json) -> str | None:
    """Give the words of a status as plain text that holds no element, None where it has no body at all."""
    content = status.get("content")
    if content is None:
        return ""
    if not isinstance(content, str):
        return None
    return noise.harmless(article.plain(f"<p>{content}</p>" if "<" in content or "&" in content else content))


def warning_of(status: Json) -> str:
    """Give the line that stands before a status, in which nothing can be taken for an element."""
    return noise.harmless(loose.text(status.get("spoiler_text")))


def an_account(value: object) -> Json | None:
    """Give an account object, None for what is none."""
    return value if isinstance(value, dict) else None


def newest_first(moments: Sequence[str]) -> bool:
    """Tell whether ISO times run down."""
    return all(one >= other for one, other in pairwise(moments))


def _error(body: bytes) -> str:
    value = loose.value(body)
    found = value.get("error") if isinstance(value, dict) else None
    return found[:120] if isinstance(found, str) else ""
