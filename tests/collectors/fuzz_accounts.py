"""Readers of accounts and of what browsers saw, for the harness: found by their golden files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from monitor.collectors import Source, Watched, Watching, build_accounts
from monitor.config import SourceConfig
from monitor.models import Page, Platform, Request, Response
from tests.collectors import browser_office, test_browser_imports, test_golden_accounts
from tests.collectors.fuzzing import AT, Reader


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
    accounts = tuple(Watched(Platform(told["platform"]), **one) for one in told["accounts"])

    def built() -> Source:
        config: Any = TypeAdapter(SourceConfig).validate_python(told["source"])
        return build_accounts(config, Watching(accounts, lambda _platform, _ids: {}))[0]

    def ask(waiting: list[Request], answer: dict[str, Any], body: bytes) -> Response:
        request = next(one for one in waiting if one.purpose == answer["purpose"])
        waiting.remove(request)
        headers = tuple(answer.get("headers", {}).items())
        return Response(request, AT, None, status=200, final_url=request.url, headers=headers, body=body)

    def read(body: bytes, place: int) -> Page:
        source = built()
        waiting = list(source.start(""))
        for answer in told["answers"][:place]:
            waiting += source.read(ask(waiting, answer, json.dumps(answer["body"]).encode())).follow
        return source.read(ask(waiting, told["answers"][place], body))

    seeds = tuple(json.dumps(answer["body"]).encode() for answer in told["answers"])
    return Reader(path.stem, seeds, read, authors=names(accounts), structured=True)


def _import(folder: str) -> Reader:
    paths = [path for path in test_browser_imports.FILES if path.parent.name == folder]
    kind = test_browser_imports.KINDS[folder]
    read: Callable[[bytes, int], Page] = lambda body, _: browser_office.read(kind, body)  # noqa: E731
    seeds = tuple(path.read_bytes() for path in paths)
    return Reader(f"impor-{folder}", seeds, read, authors=names(browser_office.WATCHED), structured=folder != "ekspor")


READERS = [
    *map(_account, test_golden_accounts.FILES),
    *(_import(folder) for folder in sorted({path.parent.name for path in test_browser_imports.FILES})),
]
