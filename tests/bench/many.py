"""Many phrases and many people, for measuring how cost grows with them. Everything is made up or of the shipped corpus."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from classifiers.text import fold
from tests.bench.harness import ROOT

_FILE = 2000
_RULE = """\
id: banyak-{number}
title: Banyak frasa
status: aktif
level: {level}
forms: [KE-2, DIS-2]
{all}any:
  - "{{banyak_{number}}}"
legal_basis:
  - {{text: "PP 94/2021 pasal 5 huruf n", certainty: 2}}
author: pengukur
date: 2025-01-06
examples:
  match:
    - "{example}"
  no_match:
    - "zzqq xxyy"
"""
_SYLLABLES = [a + b for a in "bcdghjklmnprstw" for b in "aiueo"]


@cache
def corpus() -> list[str]:
    """Read the corpus that comes with Netra."""
    files = sorted((ROOT / "classifiers" / "corpus").glob("*.tsv"))
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return [max(line.split("\t"), key=len) for line in lines if "\t" in line]


def phrases(count: int) -> list[str]:
    """Give phrases of one to four words from the shipped corpus, none in more than 13 of 10,000 texts.

    What supervisors list are slogans and turns of phrase, not "dan" and "di": a phrase that stands in every second text
    is one that every engine must report in every second text. Single words have four letters or more: fragments such as
    "an" stand inside half of all words (with them the ratio was 3.3 instead of under 3).
    """
    chance = random.Random(4)
    texts = corpus()
    seen: Counter[str] = Counter()
    for text in texts:
        words = re.findall(r"[a-z]{2,}", fold(text).text)
        for size in (1, 2, 3, 4):
            seen.update(" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
    most = 13 * len(texts) // 10_000
    some = sorted(phrase for phrase, times in seen.items() if 2 <= times <= most and len(phrase) >= 4)
    chance.shuffle(some)
    rest = sorted(phrase for phrase, times in seen.items() if times == 1 and len(phrase) >= 4)
    chance.shuffle(rest)
    return (some + rest)[:count]


def write_phrases(folder: Path, some: Sequence[str], *, telling: bool = False) -> None:
    """Add phrases to a folder of rules, in lexicons of 2,000 with a rule each.

    `telling` makes them rules of level sedang that each need a phrase and a word that no text holds: they are looked
    for in every text, and flag nothing that would not be flagged without them.
    """
    for number in range(0, len(some), _FILE):
        part = some[number : number + _FILE]
        name = f"banyak_{number // _FILE}"
        words = "".join(f'  - "{phrase}"\n' for phrase in part)
        text = f"name: {name}\ntitle: banyak\nwords:\n{words}"
        (folder / "lexicon" / f"{name}.yaml").write_text(text, encoding="utf-8")
        wanted, level = ('all:\n  - "zzkata*"\n', "sedang") if telling else ("", "info")
        example = f"zzkata {part[0]}" if telling else part[0]
        rule = _RULE.format(number=number // _FILE, example=example, level=level, all=wanted)
        (folder / "asn" / f"banyak-{number // _FILE}.yaml").write_text(rule, encoding="utf-8")


def write_rules(folder: Path, some: Sequence[str]) -> None:
    """Add a rule for each phrase to a folder of rules."""
    for number, phrase in enumerate(some):
        text = _RULE.format(number=number, example=phrase, level="info", all="").replace(f"{{banyak_{number}}}", phrase)
        (folder / "asn" / f"banyak-{number}.yaml").write_text(text, encoding="utf-8")


def names(count: int) -> list[str]:
    """Give distinct made-up names of two or three words."""
    chance = random.Random(7)
    found: dict[str, None] = {}
    while len(found) < count:
        words = ("".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3)))) for _ in range(chance.choice((2, 3))))
        found[" ".join(word.capitalize() for word in words)] = None
    return list(found)
