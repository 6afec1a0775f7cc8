"""Archived answers of a Mastodon-compatible server read again: what was kept of them, with today's reader. Pure.

Kept of a listing are own statuses without other people, and of what they were done to, its words and its author's
address. What a reply answered was asked for on a page of its own: it is taken over from what is stored.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.collectors import mastodon_api as api
from monitor.collectors import mastodon_records as records
from monitor.collectors.accounts import Held
from monitor.models import AccountRef, Item, Outcome, Page, Platform, Response


def again(response: Response, source_id: str, author: AccountRef, whose: records.Named, held: Held) -> Page:
    """Make items of an archived answer; only listings of own statuses hold any."""
    if response.request.purpose == "akun":
        account = api.an_object(response)
        strange = () if isinstance(account, Page) else records.strange_account(account)
        return Page(Outcome.OK_EMPTY_PROVED, strange=strange)
    if response.request.purpose != "status":
        return Page(Outcome.OK_EMPTY_PROVED)
    found = api.objects(response)
    if isinstance(found, Page):
        return found
    actors = {api.actor_of(api.an_account(one.get("account")) or {}) for one in found}
    if len(actors) != 1 or "" in actors or (author.native_id and actors != {author.native_id}):
        return Page(Outcome.SCHEMA_DRIFT, detail="arsip memuat unggahan akun lain; seluruh halaman ditolak")
    owner = replace(author, native_id=actors.pop())
    home = api.origin(owner.native_id)
    known = held(Platform.MASTODON, [records.native_id(one, owner.native_id) for one in found])
    items: list[Item] = []
    problems: list[str] = []
    for one in found:
        item = records.to_item(one, source_id, owner, home, response, whose)
        if isinstance(item, str):
            problems.append(item)
            continue
        before = known.get(item.native_id)
        # Until its quotes were kept too, an archived status did not say what it quoted.
        silent = item.parent is None and "quote" not in one
        if before is not None and before.parent is not None and (silent or _to_fill(item, before)):
            item = replace(item, parent=before.parent)
        items.append(item)
    return Page(Outcome.OK_ITEMS, tuple(items), problems=tuple(problems), strange=records.strange(found))


def _to_fill(item: Item, before: Item) -> bool:
    return records.lacks_context(item) and not records.lacks_context(before)
