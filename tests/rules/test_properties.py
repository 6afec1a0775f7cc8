"""Generated rules and texts: the engine finds what a slow, obviously right matcher finds, and nothing else.

The normal run takes a few hundred cases; `./run.sh long` takes 100,000.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifiers.text import fold
from monitor.models import ItemKind, Level
from monitor.rules.engine import Engine, Texts
from monitor.rules.nodes import Gate
from monitor.rules.patterns import Vocabulary
from monitor.rules.rule import Rule
from monitor.rules.schema import RuleFile
from monitor.rules.scope import ScopeAtoms
from monitor.rules.setting import Around
from tests.rules.world import targets

WORDS = ("ayo", "pilih", "bu", "bu", "maju", "majuan", "gas", "pol", "🔥")
PLAIN = ("ayo", "pilih bu", "maju", "maju*", "gas pol", "gas* pol", "pil*", "bu bu", "bu", "🔥")
GAPS = (" ", "  ", "\n", ", ", ". ", "\u200b ", "\t")
NO_SCOPES = ScopeAtoms(-1, -1, -1, -1, -1)

near = st.fixed_dictionaries(
    {
        "words": st.lists(st.sampled_from(PLAIN), min_size=2, max_size=3),
        "within": st.integers(0, 3),
        "ordered": st.booleans(),
    }
)
conditions = st.one_of(st.sampled_from(PLAIN), st.fixed_dictionaries({"near": near}))
several = st.lists(conditions, min_size=1, max_size=3)
counted = st.lists(conditions, min_size=2, max_size=4).flatmap(
    lambda some: st.fixed_dictionaries({"n": st.integers(1, len(some)), "of": st.just(some)})
)
weighted = st.lists(st.tuples(st.sampled_from(PLAIN), st.integers(1, 3)), min_size=1, max_size=4)
more = {"all": several, "none": several, "at_least": counted, "weights": weighted}
rules = st.one_of(
    *(st.fixed_dictionaries({"any": several, name: asked}) for name, asked in more.items()),
    st.fixed_dictionaries({"any": st.lists(conditions, min_size=1, max_size=6)}, optional=more),
)
texts = st.lists(
    st.tuples(st.sampled_from((*WORDS, "PILIH", "Ｇas", "maaaju", "рilih")), st.sampled_from(GAPS)), max_size=16
).map(lambda parts: "".join(word + gap for word, gap in parts))


# --------------------------------------------------------------------------- the slow matcher


@dataclass(frozen=True)
class Plain:
    """A folded text, read one character after the other."""

    text: str

    @property
    def starts(self) -> list[int]:
        return [match.start() for match in re.finditer(r"\w+", self.text)]

    def phrase(self, phrase: str) -> list[tuple[int, int]]:
        """Every place of a phrase without a star in it, as whole words; at its end a star opens the word."""
        wanted, found = phrase.removesuffix("*"), []
        for start in range(len(self.text) - len(wanted) + 1):
            end = start + len(wanted)
            if self.text[start:end] != wanted:
                continue
            if re.match(r"\w", wanted[0]) and re.search(r"\w\Z", self.text[:start]):
                continue
            if phrase.endswith("*"):
                end += len(re.match(r"\w*", self.text[end:])[0])  # type: ignore[index]
            elif re.match(r"\w", wanted[-1]) and re.match(r"\w", self.text[end:]):
                continue
            found.append((start, end))
        return found

    def near(self, words: list[str], within: int, *, ordered: bool) -> list[list[tuple[int, int]]]:
        """For each place of the first word: the nearest place of each next one, if all are near enough."""
        found = []
        for first in self.phrase(words[0]) if "* " not in words[0] else self.open(words[0]):
            hit = [first] if isinstance(first, tuple) else list(first)
            for word in words[1:]:
                options = self.condition(word)
                best = min(
                    ((gap, tuple(o)) for o in options if (gap := self.gap(hit, o, within, ordered)) is not None),
                    default=None,
                )
                if best is None:
                    break
                hit += best[1]
            else:
                found.append(hit)
        return found

    def open(self, phrase: str) -> list[list[tuple[int, int]]]:
        """Like "gas* pol": an open word and the rest directly behind it."""
        first, rest = phrase.split("* ")
        return [
            [one, other]
            for one, other in product(self.phrase(first + "*"), self.phrase(rest))
            if other[0] >= one[1] and other[0] - one[1] <= 3 and not self.between(one[1], other[0])
        ]

    def between(self, start: int, end: int) -> int:
        return sum(start <= place < end for place in self.starts)

    def gap(self, hit: Any, other: Any, within: int, ordered: bool) -> int | None:
        start, end = min(hit)[0], max(b for _, b in hit)
        left, right = min(other)[0], max(b for _, b in other)
        if left >= end:
            a, b = end, left
        elif not ordered and right <= start:
            a, b = right, start
        elif not ordered and left >= start and not any(p < s and r < q for p, q in hit for r, s in other):
            return 0
        else:
            return None
        words = self.between(a, b)
        return words if words <= within and (within or b - a <= 3) else None

    def condition(self, condition: Any) -> list[list[tuple[int, int]]]:
        if isinstance(condition, dict):
            asked = condition["near"]
            return self.near(asked["words"], asked["within"], ordered=asked["ordered"])
        return self.open(condition) if "* " in condition else [[place] for place in self.phrase(condition)]


def slow(rule: dict[str, Any], text: str) -> tuple[Level, set[tuple[int, int]]] | None:
    """Judge by the words of docs/aturan.md alone: (level, spans in the folded text)."""
    plain = Plain(re.sub(r"\s+", " ", fold(text).text))
    groups = [[plain.condition(one) for one in rule.get("all", ())], [plain.condition(one) for one in rule["any"]]]
    if not all(groups[0]) or not any(groups[1]) or any(plain.condition(one) for one in rule.get("none", ())):
        return None
    level = Level.HIGH
    if "at_least" in rule:
        groups.append([plain.condition(one) for one in rule["at_least"]["of"]])
        if sum(bool(hits) for hits in groups[-1]) < rule["at_least"]["n"]:
            return None
    if "weights" in rule:
        groups.append([plain.condition(word) for word, _ in rule["weights"]])
        points = sum(weight for hits, (_, weight) in zip(groups[-1], rule["weights"], strict=True) if hits)
        if not points:
            return None
        level = Level.HIGH if points == sum(weight for _, weight in rule["weights"]) else Level.LOW
        if sum(weight for _, weight in rule["weights"]) == 1:
            level = Level.HIGH
    return level, {span for group in groups for hits in group for hit in hits for span in hit}


# --------------------------------------------------------------------------- the engine


def compiled(rule: dict[str, Any]) -> Engine:
    """Compile one generated rule the way the loader does."""
    plain = dict(rule)
    if "weights" in rule:
        most = sum(weight for _, weight in rule["weights"])
        plain["weights"] = [{"phrase": word, "weight": weight} for word, weight in rule["weights"]]
        plain["score"] = {"rendah": 1, "tinggi": most} if most > 1 else {"tinggi": 1}
    file = RuleFile.model_validate(
        plain
        | {
            "id": "uji-acak", "title": "uji acak", "status": "aktif", "level": "tinggi", "forms": ["DIS-8"],
            "legal_basis": [{"text": "dasar uji", "certainty": 0}], "author": "uji", "date": date(2025, 1, 6),
            "examples": {"match": ["a"], "no_match": ["b"]},
        }
    )  # fmt: skip
    vocabulary = Vocabulary({}, targets())
    groups = {
        "any": file.any,
        "all": file.all,
        "none": file.none,
        "at_least": file.at_least.of if file.at_least else (),
        "weights": file.weights,
    }
    nodes = {name: tuple(vocabulary.node(one) for one in entries) for name, entries in groups.items()}
    one = Rule(file, "", "", **nodes)
    return Engine((one,), vocabulary.build(), NO_SCOPES, ZoneInfo("Asia/Jakarta"), vocabulary.rare)


def check(rule: dict[str, Any], text: str) -> None:
    engine, expected = compiled(rule), slow(rule, text)
    found = engine.judge(Around(ItemKind.POST, Gate(), lenient=True), Texts(text))
    assert bool(found) is (expected is not None)
    if expected is None:
        return
    view = engine.scan(text, Gate()).view
    (match,) = found
    assert match.level is expected[0]
    assert [(span.start, span.end) for span in match.spans] == sorted({view.raw_span(*one) for one in expected[1]})[:20]
    for span in match.spans:
        assert text[span.start : span.end] == span.words


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules, texts)
def test_engine_equals_a_slow_matcher(rule: dict[str, Any], text: str) -> None:
    check(rule, text)


@pytest.mark.long
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(rules, texts)
def test_engine_equals_a_slow_matcher_in_many_cases(rule: dict[str, Any], text: str) -> None:
    check(rule, text)


LETTERS = "abcdefgiklmnoprstuwyz"
words = st.lists(
    st.text(LETTERS, min_size=1, max_size=8).filter(lambda word: not re.search(r"(.)\1\1", word)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=500, deadline=None)
@given(words, st.data())
def test_folding_changes_nothing_for_plain_words(some: list[str], data: st.DataObject) -> None:
    """A phrase of plain letters matches in a plain text exactly where the same words stand, folded or not."""
    text = " ".join(some)
    first = data.draw(st.integers(0, len(some) - 1))
    phrase = " ".join(some[first : data.draw(st.integers(first + 1, len(some)))])
    assert fold(text).text == text
    engine = compiled({"any": [phrase]})
    (match,) = engine.judge(Around(ItemKind.POST, Gate(), lenient=True), Texts(text))
    expected = [found.span() for found in re.finditer(rf"(?=\b({re.escape(phrase)})\b)", text)]
    places = [(start, start + len(phrase)) for start, _ in expected]
    assert [(span.start, span.end) for span in match.spans] == places[:20]
    shouted = engine.judge(Around(ItemKind.POST, Gate(), lenient=True), Texts(text.upper()))
    assert [(span.start, span.end) for span in shouted[0].spans] == places[:20]
