"""Readers of accounts and of what browsers saw, for the harness: found by their golden files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from monitor.collectors import Source, Watched, Watching, build_accounts
from monitor.config import SourceConfig
from monitor.models import Item, Outcome, Page, Platform, Request, Response
from tests.collectors import browser_office, test_browser_imports, test_golden_accounts
from tests.collectors.fuzzing import AT, Reader

SOUND = {Outcome.OK_ITEMS, Outcome.OK_EMPTY_PROVED, Outcome.SCHEMA_DRIFT, Outcome.LEGALLY_OFF}
WATCHED = (b"sari.reka", b"x-1", b"UC-sari", b"1001", b"fb-1")


class Names(frozenset[str]):
    """Ids and handles, whatever their case and with or without `@`."""

    def __contains__(self, name: object) -> bool:
        return bool(name) and super().__contains__(str(name).strip().lstrip("@").casefold())


def names(accounts: tuple[Watched, ...]) -> Names:
    return Names(
        one.casefold().lstrip("@") for account in accounts for one in (account.native_id, account.handle) if one
    )


def _account(path: Path) -> Reader:
    """One golden conversation: any one of its answers is changed, those before it are as they were."""
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    platform = Platform(told["platform"])
    accounts = tuple(Watched(platform, **one) for one in told["accounts"])
    config: Any = TypeAdapter(SourceConfig).validate_python(told["source"])
    seeds = tuple(json.dumps(answer["body"]).encode() for answer in told["answers"])

    def built() -> Source:
        return build_accounts(config, Watching(accounts, lambda _platform, _ids: {}))[0]

    def ask(waiting: list[Request], answer: dict[str, Any], body: bytes) -> Response:
        request = next(one for one in waiting if one.purpose == answer["purpose"])
        waiting.remove(request)
        headers = tuple(answer.get("headers", {}).items())
        return Response(request, AT, None, status=200, final_url=request.url, headers=headers, body=body)

    def read(body: bytes, place: int) -> Page:
        source = built()
        waiting = list(source.start(""))
        for answer, sound in zip(told["answers"][:place], seeds, strict=False):
            waiting += source.read(ask(waiting, answer, sound)).follow
        return source.read(ask(waiting, told["answers"][place], body))

    markup = platform is Platform.MASTODON  # its statuses are HTML inside JSON
    return Reader(path.stem, seeds, read, authors=names(accounts), structured=True, markup=markup)


def _import(folder: str) -> Reader:
    paths = [path for path in test_browser_imports.FILES if path.parent.name == folder]
    kind = test_browser_imports.KINDS[folder]

    def read(body: bytes, _place: int) -> Page:
        page = browser_office.read(kind, body)
        assert page.outcome in SOUND
        assert page.listed is None, "a brought file proves nothing about who is not in it"
        acts = [(item.platform, item.native_id) for item in page.items]
        assert len(acts) == len(set(acts)), "each act once"
        for item in page.items:
            assert any(_is(one, item) for one in browser_office.WATCHED), item.author
            assert item.parent is None or item.parent.url.startswith(("https://", "http://")) or not item.parent.url
            for text in (item.text, item.title, item.native_id, item.author.handle if item.author else ""):
                assert "\x00" not in text
                text.encode()
        return page

    return Reader(
        f"impor-{folder}",
        tuple(path.read_bytes() for path in paths),
        read,
        authors=names(browser_office.WATCHED),
        structured=folder != "ekspor",
        own=WATCHED,
    )


def _is(one: Watched, item: Item) -> bool:
    """Tell whether the author is this account: by its id, and by its name only where no id speaks against it."""
    author = item.author
    if author is None or one.platform is not item.platform:
        return False
    if one.native_id and author.native_id:
        return one.native_id == author.native_id
    return bool(one.handle) and one.handle.casefold() == author.handle.strip().lstrip("@").casefold()


READERS = [
    *map(_account, test_golden_accounts.FILES),
    *(_import(folder) for folder in sorted({path.parent.name for path in test_browser_imports.FILES})),
]
