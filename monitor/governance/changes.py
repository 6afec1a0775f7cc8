"""Which rules can answer otherwise under new judges than under old ones. Pure.

A rule's answer to an act depends on its own file, on the word lists it names, on those its scopes read (where it has
scopes), on the targets, and, where it asks what the answered post says (`parent_level`), on the plain rules. Whatever
else differs (roster, calendar, model, thresholds, …) may change any item: then nothing can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.judge import Judges
from monitor.rules import Rule, RuleSet
from monitor.rules.patterns import COMMON, PLACEHOLDER
from monitor.rules.scope import SCOPE_LEXICONS

_BY_RULES = "aturan"
_TARGETS = "sasaran"
_LEXICON = "kamus"


@dataclass(frozen=True, slots=True)
class Change:
    """What differs. `rules` are ids whose answer may differ; `wide` names what may change any item, () = nothing."""

    rules: frozenset[str]
    wide: tuple[str, ...]


def change(old: Judges, new: Judges) -> Change:
    """Compare two sets of judges."""
    held, theirs = dict(old.digests), dict(new.digests)
    wide = [name for name in held | theirs if name != _BY_RULES and held.get(name) != theirs.get(name)]
    one, other = old.rules, new.rules
    if one.loaded.vocabulary.targets.digest != other.loaded.vocabulary.targets.digest:
        wide.append(_TARGETS)
    words = _words(one, other)
    if COMMON in words:
        wide.append(f"{_LEXICON} {COMMON}")  # it says how names of targets must be written
    every = (*one.rules, *other.rules)
    rules = _differing(one, other, same_words=not words) | {rule.id for rule in every if _reads(rule, words)}
    if any(rule.id in rules and rule.plain for rule in every):
        rules |= {rule.id for rule in every if rule.file.parent_level is not None}
    if not rules and not words and not wide and one.digest != other.digest:
        wide.append(_BY_RULES)  # something changed that nothing here knows of
    return Change(frozenset(rules), tuple(dict.fromkeys(wide)))


def _differing(one: RuleSet, other: RuleSet, *, same_words: bool) -> set[str]:
    """Give the ids of rules that differ, and of those that only one of the sets has.

    A rule's digest covers every word list: it tells rules apart only where those are the same.
    """
    seen = [{rule.id: (rule.file, rule.digest if same_words else "") for rule in some.rules} for some in (one, other)]
    return {name for name in seen[0] | seen[1] if seen[0].get(name) != seen[1].get(name)}


def _words(one: RuleSet, other: RuleSet) -> frozenset[str]:
    """Give the names of word lists that differ."""
    held, theirs = one.loaded.lexicons, other.loaded.lexicons
    return frozenset(name for name in {*held, *theirs} if held.get(name) != theirs.get(name))


def _reads(rule: Rule, words: frozenset[str]) -> bool:
    """Tell whether a rule's answer depends on one of these word lists."""
    if not words:
        return False
    if rule.file.not_when and not words.isdisjoint(SCOPE_LEXICONS):
        return True
    said = rule.file.model_dump_json()
    return any(name in words for name in PLACEHOLDER.findall(said)) or any(
        f'"lexicon":"{one}"' in said for one in words
    )
