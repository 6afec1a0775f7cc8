"""Why a rule did not match although some of its words stand in a text: what `netra rules try` shows beside matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.models import Level, Span
from monitor.rules.engine import Engine, Texts, spans_of
from monitor.rules.nodes import Hit, Node, Scan, Together
from monitor.rules.rule import LEFT_OUT, Rule
from monitor.rules.schema import Scope
from monitor.rules.scope import headline, kept
from monitor.rules.setting import Around, outside

ENOUGH = 0.5
"""From which share of its conditions a rule is said to have nearly matched."""
_APART = 0.9
_ELSEWHERE = 0.3
MOST = 20


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that nearly matched: the share of its conditions that hold, what is missing, and where the rest stands."""

    rule_id: str
    title: str
    level: Level
    share: float
    why: tuple[str, ...]
    spans: tuple[Span, ...]
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """One condition: how much of it holds (0..1), why it fails ("" where it holds), what was found."""

    share: float
    why: str
    hits: Sequence[Hit]


def near_misses(engine: Engine, around: Around, texts: Texts) -> tuple[NearMiss, ...]:
    """Give the active rules, and those on trial, that nearly match; the nearest first, at most `MOST`."""
    found = [
        miss
        for rule in engine.rules
        if (rule.active or rule.shadow) and rule.file.has_text
        for miss in _of_rule(engine, rule, around, texts)
    ]
    return tuple(sorted(found, key=lambda miss: (-miss.share, -miss.level.rank, miss.rule_id))[:MOST])


def _of_rule(engine: Engine, rule: Rule, around: Around, texts: Texts) -> Iterator[NearMiss]:
    match, reason = engine.one(rule, around, texts)
    if match is not None:
        return
    best: NearMiss | None = None
    for place, text in texts.of(rule.file.field):
        scan = engine.scan(text, around.gate)
        parts = list(_parts(engine, rule, scan))
        where = outside(rule.file, around)
        share = sum(part.share for part in parts) / len(parts)
        why = tuple(part.why for part in parts if part.why)
        share, why = (share - _ELSEWHERE, (where, *why)) if where else (share, why or (reason,))
        if share >= ENOUGH and (best is None or share > best.share):
            spans = spans_of(place, [hit for part in parts for hit in part.hits], scan.view)
            best = NearMiss(rule.id, rule.file.title, rule.file.level, round(share, 2), why, spans, shadow=rule.shadow)
    if best is not None:
        yield best


def _parts(engine: Engine, rule: Rule, scan: Scan) -> Iterator[_Part]:
    """Judge every condition of a rule on one text."""
    file, atoms = rule.file, engine.scopes
    asked = [_lacking(node, scan) for node in rule.all]
    asked += [max((_lacking(node, scan) for node in rule.any), key=lambda part: part.share)] if rule.any else []
    for part in asked:
        dropped = not part.why and not kept(part.hits, file.not_when, scan, atoms)
        yield _Part(_APART, f"{_words(part.hits, scan)} {LEFT_OUT}", part.hits) if dropped else part
    yield from _counted(engine, rule, scan)
    for node in rule.none:
        hits = node.hits(scan)
        if hits:
            yield _Part(_APART, f"`none` justru ditemukan: {_words(hits, scan)}", ())
    everything = [hit for part in asked for hit in part.hits]
    if Scope.HEADLINE in file.not_when and everything and headline(everything, scan):
        yield _Part(_APART, "teks ini tampak sebagai judul berita (`not_when: judul_berita`)", ())


def _counted(engine: Engine, rule: Rule, scan: Scan) -> Iterator[_Part]:
    """Judge `at_least` and `weights`."""
    file = rule.file
    if file.at_least is not None:
        there = [kept(node.hits(scan), file.not_when, scan, engine.scopes) for node in rule.at_least]
        count = sum(bool(hits) for hits in there)
        missing = ", ".join(node.label for node, hits in zip(rule.at_least, there, strict=True) if not hits)
        enough = count >= file.at_least.n
        why = "" if enough else f"`at_least`: {count} dari sedikitnya {file.at_least.n}; belum ada {missing}"
        yield _Part(min(1.0, count / file.at_least.n), why, [hit for hits in there for hit in hits])
    if file.weights:
        points, found = 0, list[Hit]()
        for node, entry in zip(rule.weights, file.weights, strict=True):
            hits = kept(node.hits(scan), file.not_when, scan, engine.scopes)
            points += entry.weight if hits else 0
            found += hits
        least = min(file.score.values())
        why = "" if points >= least else f"`weights`: nilainya {points}, paling sedikit {least}"
        yield _Part(min(1.0, max(points, 0) / least), why, found)


def _lacking(node: Node, scan: Scan) -> _Part:
    """Say how much of a condition holds and what is missing."""
    hits = node.hits(scan)
    if hits:
        return _Part(1.0, "", hits)
    if not isinstance(node, Together):
        return _Part(0.0, f"tidak ada {node.label}", ())
    parts = [_lacking(one, scan) for one in node.nodes]
    if node.within < 0:
        best = max(parts, key=lambda part: part.share)
        return best if best.share else _Part(0.0, f"tidak ada {node.label}", ())
    found = [hit for part in parts for hit in part.hits]
    missing = [one.label for one, part in zip(node.nodes, parts, strict=True) if part.why]
    share = _APART * sum(part.share for part in parts) / len(parts)
    if missing:
        there = f"{_words(found, scan)} ada, tetapi " if found else ""
        return _Part(share, f"{there}tidak ada {', '.join(missing)}", found)
    order = "dalam urutan ini " if node.ordered else ""
    far = f"terpisah lebih dari {node.within} kata" if node.within else "tidak bersambung"
    return _Part(share, f"{_words(found, scan)} ada, tetapi {order}{far}", found)


def _words(hits: Sequence[Hit], scan: Scan) -> str:
    """Quote what was found, at most four pieces."""
    pieces = [scan.view.raw_span(*span) for hit in hits for span in hit]
    words = dict.fromkeys(scan.view.raw[start:end] for start, end in sorted(pieces))
    return ", ".join(f"“{word}”" for word in list(words)[:4])
