"""Trying rules on a text, as `netra rules try` shows it: which rules match, at which level, on which words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monitor.errors import ImportRefusedError, Problem
from monitor.models import ItemKind
from monitor.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule set and the kind of act that the texts are taken for."""

    rules: RuleSet
    kind: ItemKind

    def text(self, text: str, name: str = "") -> dict[str, Any]:
        """Try one text: `{"id"?, "matches": [{"rule", "title", "level", "forms", "ground", "spans"}]}`."""
        matches = [
            {
                "rule": match.rule_id,
                "title": match.title,
                "level": str(match.level),
                "forms": list(match.forms),
                "ground": str(match.ground),
                "spans": [asdict(span) for span in match.spans],
            }
            for match in self.rules.try_text(text, kind=self.kind)
        ]
        return {"id": name, "matches": matches} if name else {"matches": matches}

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
        head = [f"[{result['id']}]"] if result.get("id") else []
        if not result["matches"]:
            return [*head, "Tidak ada aturan yang kena."]
        said = head
        for match in result["matches"]:
            words = ", ".join(
                f"“{span['words']}” ({span['field']} {span['start']}–{span['end']})" for span in match["spans"]
            )
            said.append(
                f"{match['level']:<7} {match['rule']}: {match['title']}" + (f"\n        pada {words}" if words else "")
            )
        return said


def _record(file: str, number: int, line: str) -> tuple[str, str]:
    try:
        record = json.loads(line)
        return str(record["text"]), str(record.get("id", number))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = Problem(file, number, 1, "bukan catatan JSON dengan kolom `text`", "satu objek JSON tiap baris")
        raise ImportRefusedError([problem]) from error
