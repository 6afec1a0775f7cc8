"""Golden conversations: what a server of accounts answered, in order, and what each answer must become.

One file a conversation: source, account, and a list of answers (purpose, body, headers). NETRA_UPDATE_GOLDEN=1 rewrites
the expectation beside it.
"""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from monitor.collectors import Watched, Watching, build_accounts
from monitor.config import SourceConfig
from monitor.models import Page, Platform, Response

GOLDEN = Path(__file__).parents[1] / "golden" / "account"
AT = datetime(2025, 6, 1, 3, 0, tzinfo=UTC)
FILES = sorted(path for path in GOLDEN.glob("*.json") if not path.name.endswith(".harapan.json"))


def held_none(_platform: Platform, _ids: Any) -> dict[str, Any]:
    return {}


def talk(told: dict[str, Any]) -> list[dict[str, Any]]:
    config: Any = TypeAdapter(SourceConfig).validate_python(told["source"])
    accounts = tuple(Watched(Platform(told["platform"]), **one) for one in told["accounts"])
    source = build_accounts(config, Watching(accounts, held_none))[0]
    waiting, said = list(source.start("")), []
    for answer in told["answers"]:
        request = next(one for one in waiting if one.purpose == answer["purpose"])
        waiting.remove(request)
        headers = tuple(answer.get("headers", {}).items())
        body = json.dumps(answer["body"]).encode()
        page = source.read(Response(request, AT, None, status=200, final_url=request.url, headers=headers, body=body))
        said.append({"asked": request.url, **plain(page)})
        waiting += page.follow
    return [*said, {"still": sorted(one.url for one in waiting)}]


def plain(page: Page) -> dict[str, Any]:
    shown = {
        "outcome": page.outcome, "detail": page.detail, "problems": page.problems, "stop": page.stop,
        "items": [dataclasses.asdict(one) for one in page.items], "follow": [(one.purpose, one.url) for one in page.follow],
        "kept": json.loads(page.kept or b"null"), "strange": page.strange,
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_golden(path: Path) -> None:
    found = json.loads(json.dumps(talk(json.loads(path.read_text("utf-8"))), default=str))
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    expected = path.with_name(f"{path.stem}.harapan.json")
    if os.environ.get("NETRA_UPDATE_GOLDEN"):
        expected.write_text(text, "utf-8")
    assert text == expected.read_text("utf-8")


def test_there_are_conversations_with_each_platform() -> None:
    assert {json.loads(path.read_text("utf-8"))["platform"] for path in FILES} == {"bluesky", "mastodon", "youtube"}
