"""What people decided of texts, as a file that rules are held against: one JSON object a line, no person in it.

A text that was upheld and that a rule had found must still be found; one that was dismissed and that no rule had found
must not be. Whatever else changes is a figure, not a mistake.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.errors import ImportRefusedError, Problem
from monitor.models import ItemKind, Level, Phase, Relation
from monitor.rules import RuleSet

FILE = "regresi.jsonl"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Case:
    """A text with a person's verdict. `ruled`: a rule of level sedang or higher had found it when it was decided."""

    text: str
    upheld: bool
    ruled: bool
    title: str = ""
    parent_text: str = ""
    kind: ItemKind = ItemKind.POST
    relation: Relation = Relation.NONE
    phase: Phase | None = None
    contest_id: str = ""

    @property
    def words(self) -> str:
        """What was said, for a person."""
        return " ".join((self.text or self.title or self.parent_text).split())[:_LONGEST]


@dataclass(frozen=True, slots=True)
class Regression:
    """How a set does on the cases. `lost` are no longer found, `wrong` newly found; `hit_*` count what is found now."""

    upheld: int
    dismissed: int
    hit_upheld: int
    hit_dismissed: int
    lost: tuple[Case, ...]
    wrong: tuple[Case, ...]


def hold(rules: RuleSet, cases: Sequence[Case]) -> Regression:
    """Try every case."""
    hits = [_hit(rules, one) for one in cases]
    both = list(zip(cases, hits, strict=True))
    return Regression(
        upheld=sum(one.upheld for one in cases),
        dismissed=sum(not one.upheld for one in cases),
        hit_upheld=sum(hit and one.upheld for one, hit in both),
        hit_dismissed=sum(hit and not one.upheld for one, hit in both),
        lost=tuple(one for one, hit in both if one.upheld and one.ruled and not hit),
        wrong=tuple(one for one, hit in both if not one.upheld and not one.ruled and hit),
    )


def _hit(rules: RuleSet, one: Case) -> bool:
    found = rules.try_text(
        one.text, kind=one.kind, phase=one.phase, contest_id=one.contest_id, relation=one.relation, title=one.title,
        parent_text=one.parent_text,
    )  # fmt: skip
    return any(match.level.rank >= Level.MEDIUM.rank for match in found)


def write(path: Path, cases: Sequence[Case]) -> bool:
    """Write the file whole, for its owner alone; tells whether it changed."""
    text = "".join(json.dumps(asdict(one), ensure_ascii=False, sort_keys=True) + "\n" for one in cases)
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".baru")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8", errors="replace")
    fresh.replace(path)
    return True


def read(path: Path) -> list[Case]:
    """Read the file; nothing where there is none.

    Raises:
        ImportRefusedError: a line is no such case.
    """
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise _refused(path, 0) from error
    return list(_cases(path, lines))


def _cases(path: Path, lines: Sequence[str]) -> Iterator[Case]:
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            record["kind"], record["relation"] = ItemKind(record["kind"]), Relation(record["relation"])
            record["phase"] = None if record["phase"] is None else Phase(record["phase"])
            yield Case(**record)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _refused(path, number) from error


def _refused(path: Path, line: int) -> ImportRefusedError:
    advice = "hapus berkas ini; ia ditulis ulang sendiri"
    return ImportRefusedError([Problem(path.name, line, 1, "bukan kasus regresi", advice)])
