"""Exclusions proposed from what reviewers dismissed: each one proven in the real engine, merged by a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import NotAllowedError, RulesError
from monitor.governance.book import Governance
from monitor.governance.wording import folded, verdicts
from monitor.judge import Judges, acts_of
from monitor.models import Act
from monitor.rules import RuleSet
from monitor.store import Store

LONGEST_GRAM = 3
FEWEST = 2
"""A phrase of one dismissed item alone says nothing of the next."""
TRIED = 12
OFFERED = 5
SHOWN = 3
_LONGEST = 280
_EMPTY = frozenset({
    "ada", "adalah", "agar", "akan", "atau", "bagi", "bahwa", "bisa", "buat", "dalam", "dan", "dari", "dengan", "harus",
    "hari", "ini", "itu", "juga", "kami", "karena", "kita", "lagi", "lebih", "mereka", "oleh", "pada", "para", "saja",
    "sama", "sangat", "saya", "sebagai", "semua", "serta", "sudah", "telah", "tidak", "untuk", "yang",
})  # fmt: skip
"""Words of every sentence: true of the dismissed ones by chance alone."""
_WORD = re.compile(r"[a-z][a-z'-]{2,}")
_NONE = re.compile(r"(?m)^none:[ \t]*\n(?P<indent>[ \t]*)- ")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A phrase for `none:`; `content` is the rule with it, which passed its examples.

    `removes` of `dismissed` items of the rule would no longer match; none of the `upheld` ones goes.
    """

    phrase: str
    removes: int
    dismissed: int
    upheld: int
    sentences: tuple[str, ...]
    content: str


def suggest(store: Store, governance: Governance, judges: Judges, path: str) -> tuple[Exclusion, ...]:
    """Propose phrases that take away dismissed items of a rule in force and no upheld one, the best first.

    Each is tried in the real engine: the rule is loaded with it (its examples run), and every decided item of the rule
    is matched again. Phrases that take away the same items are told once.

    Raises:
        NotAllowedError: no such rule is in force.
    """
    version = governance.current(path)
    rule = next((one for one in judges.rules.rules if one.path.endswith(path)), None)
    if version is None or rule is None:
        raise NotAllowedError(f"`{path}` bukan aturan yang berlaku — lihat `netra rules scorecard`")
    decided = verdicts(store)
    acts = [act for _, act in acts_of(judges, store.reading.some(list(decided)))]
    matched = _matched(judges.rules, rule.id, acts)
    acts = [act for act in acts if act.stored.item_id in matched]
    texts = {act.stored.item_id: _text(act) for act in acts}
    wrong = {item_id for item_id in matched if not decided[item_id]}
    keep = matched.keys() - wrong
    own = frozenset(word for words in matched.values() for word in words)
    found: list[Exclusion] = []
    told: set[frozenset[int]] = set()
    for phrase in candidates([texts[one] for one in wrong], [texts[one] for one in keep], own):
        content = merged(version.content, phrase)
        try:
            rules = governance.candidate(path, content)
        except RulesError:
            continue  # it breaks an example of the rule, or the file cannot take it
        left = _matched(rules, rule.id, acts).keys()
        gone = frozenset(wrong - left)
        if not gone or gone in told or not keep <= left:
            continue
        told.add(gone)
        sentences = tuple(texts[item_id][:_LONGEST] for item_id in sorted(gone, reverse=True)[:SHOWN])
        found.append(Exclusion(phrase, len(gone), len(wrong), len(keep), sentences, content))
    return tuple(sorted(found, key=lambda one: (-one.removes, len(one.phrase), one.phrase))[:OFFERED])


def candidates(wrong: Sequence[str], keep: Sequence[str], own: frozenset[str] = frozenset()) -> list[str]:
    """Give runs of one to three words frequent among `wrong` and absent from `keep`, most frequent first. Pure.

    `own` are words the rule itself looks for: a run with one of them would only undo the rule.
    """
    counts = Counter(gram for text in wrong for gram in _grams(text))
    barred = frozenset[str]().union(*(_grams(text) for text in keep))
    left = [
        gram
        for gram, count in counts.items()
        if count >= FEWEST and gram not in barred and own.isdisjoint(gram.split()) and gram not in _EMPTY
    ]
    return sorted(left, key=lambda gram: (-counts[gram], gram.count(" "), -len(gram), gram))[:TRIED]


def merged(content: str, phrase: str) -> str:
    """Add a phrase to `none:` of a rule's text; everything else stays as it was written."""
    held = _NONE.search(content)
    if held is not None:
        start = held.start("indent")
        return f'{content[:start]}{held["indent"]}- "{phrase}"\n{content[start:]}'
    before = re.search(r"(?m)^(legal_basis|author|date|examples):", content)
    place = before.start() if before is not None else len(content)
    return f'{content[:place]}none:\n  - "{phrase}"\n{content[place:]}'


def _grams(text: str) -> frozenset[str]:
    """Give the runs of words in a text that stand next to each other, with nothing but a blank between."""
    found: set[str] = set()
    for part in re.split(r"[^a-z' -]+", folded(text)):
        words = part.split()
        for size in range(1, LONGEST_GRAM + 1):
            for start in range(len(words) - size + 1):
                run = words[start : start + size]
                if _WORD.fullmatch(run[0]) and _WORD.fullmatch(run[-1]):
                    found.add(" ".join(run))
    return frozenset(found)


def _matched(rules: RuleSet, rule_id: str, acts: Sequence[Act]) -> dict[int, frozenset[str]]:
    """Give, for each item that a rule matches for anybody who may have acted, the folded words it found there."""
    alone = rules.loaded.engine.part(frozenset({rule_id}))
    found: dict[int, frozenset[str]] = {}
    for act in acts:
        matches = alone.match(act)
        if matches:
            words = (word for match in matches for span in match.spans for word in folded(span.words).split())
            found[act.stored.item_id] = found.get(act.stored.item_id, frozenset()) | frozenset(words)
    return found


def _text(act: Act) -> str:
    return " ".join(part for part in (act.stored.item.title, act.stored.item.text) if part)
