"""Trying rules on a text, as `netra rules try` shows it: which rules match, which nearly did and what they lack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monitor.errors import ImportRefusedError, Problem
from monitor.models import ItemKind
from monitor.rules import NOTHING, RuleSet, Supposed

SHOWN_MISSES = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule set, the kind of act that the texts are taken for, and what else is supposed of it."""

    rules: RuleSet
    kind: ItemKind
    more: Supposed = NOTHING

    def text(self, text: str, name: str = "") -> dict[str, Any]:
        """Try one text: `{"id"?, "matches": [...], "near_misses": [{"rule", "share", "why": [...], "spans", ...}]}`.

        A match of a rule on trial has `"shadow": true`; a near miss says every condition that failed.
        """
        matches = [
            {
                "rule": match.rule_id,
                "title": match.title,
                "level": str(match.level),
                "forms": list(match.forms),
                "ground": str(match.ground),
                "shadow": match.shadow,
                "spans": [asdict(span) for span in match.spans],
            }
            for match in self.rules.try_text(text, kind=self.kind, trial=True, more=self.more)
        ]
        misses = [
            {
                "rule": miss.rule_id,
                "title": miss.title,
                "level": str(miss.level),
                "share": miss.share,
                "why": list(miss.why),
                "shadow": miss.shadow,
                "spans": [asdict(span) for span in miss.spans],
            }
            for miss in self.rules.near_misses(text, kind=self.kind, more=self.more)
        ]
        return ({"id": name} if name else {}) | {"matches": matches, "near_misses": misses}

    def file(self, path: Path) -> Iterator[dict[str, Any]]:
        """Try a file: one text a line of JSONL (`text`, optional `id`), else the whole file as one text.

        Raises:
            ImportRefusedError: the file is not UTF-8, or a line is not such a record.
        """
        try:
            content = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise ImportRefusedError(
                [Problem(path.name, 0, 0, "huruf bukan UTF-8", "simpan ulang sebagai UTF-8")]
            ) from error
        if path.suffix != ".jsonl":
            yield self.text(content)
            return
        for number, line in enumerate(content.splitlines(), 1):
            if line.strip():
                yield self.text(*_record(path.name, number, line))

    def lines(self, result: dict[str, Any]) -> list[str]:
        """Say a result in Indonesian."""
        said = [f"[{result['id']}]"] if result.get("id") else []
        if not result["matches"]:
            said.append("Tidak ada aturan yang kena.")
        for match in result["matches"]:
            said.append(f"{match['level']:<7} {match['rule']}: {match['title']}{_trial(match)}")
            if match["spans"]:
                said.append(f"        pada {_places(match)}")
        misses = result["near_misses"]
        if misses:
            said.append(f"Hampir kena ({min(len(misses), SHOWN_MISSES)} dari {len(misses)}):")
        for miss in misses[:SHOWN_MISSES]:
            said.append(f"  {miss['level']:<7} {miss['rule']}: {miss['title']}{_trial(miss)}")
            said += [f"          {why}" for why in miss["why"]]
            if miss["spans"]:
                said.append(f"          yang ada: {_places(miss)}")
        return said


def _trial(result: dict[str, Any]) -> str:
    return " (bayangan: tidak sampai ke peninjau)" if result["shadow"] else ""


def _places(result: dict[str, Any]) -> str:
    return ", ".join(f"“{span['words']}” ({span['field']} {span['start']}–{span['end']})" for span in result["spans"])


def _record(file: str, number: int, line: str) -> tuple[str, str]:
    try:
        record = json.loads(line)
        return str(record["text"]), str(record.get("id", number))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Problem(file, number, 1, "bukan catatan JSON dengan kolom `text`", "satu objek JSON tiap baris")
        raise ImportRefusedError([problem]) from error
