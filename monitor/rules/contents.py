"""What a rule says in all: its file, the word lists it reads, and the targets that fill its placeholders."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from monitor.rules.loader import Loaded
from monitor.rules.patterns import COMMON, named_in
from monitor.rules.rule import Rule
from monitor.rules.scope import SCOPE_LEXICONS


def contents(loaded: Loaded) -> Mapping[str, str]:
    """Digest all that each running rule says, by id: equal digests give equal answers (`parent_level` aside)."""
    lists = {name: one.model_dump_json() for name, one in loaded.lexicons.items()}
    targets = loaded.vocabulary.targets.digest
    return {rule.id: _digest(rule, lists, targets) for rule in loaded.engine.rules if rule.active or rule.shadow}


def _digest(rule: Rule, lists: Mapping[str, str], targets: str) -> str:
    said = rule.file.model_dump_json()
    named = named_in(said)
    read = named & lists.keys()
    if rule.file.not_when:
        read |= lists.keys() & set(SCOPE_LEXICONS)
    parts = [said, *(f"{name}={lists[name]}" for name in sorted(read))]
    if named - lists.keys():
        parts += [targets, lists.get(COMMON, "")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
