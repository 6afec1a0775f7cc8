"""What an answer holds that its reader does not know: named to be counted, kept raw to be read later. Pure.

Counted are names of fields, never what stands in them. What is kept of an unknown field holds nobody else: whatever
looks like an account in it is cut out, for nobody knows yet whom a new field tells of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from monitor.collectors import loose

OTHERS = "(akun lain, tidak disimpan)"
TOO_MUCH = "(terlalu besar, tidak disimpan)"
_LONGEST_NAME, _MOST_NAMES, _LONGEST_RAW, _DEEPEST = 60, 20, 20_000, 12
_PEOPLE = frozenset(
    ["acct", "username", "display_name", "displayName", "handle", "did", "avatar", "authorChannelId",
     "authorDisplayName", "channelId", "channelTitle", "screen_name", "full_name", "nickname", "unique_id", "uniqueId"]
)  # fmt: skip


def unknown(where: str, found: Mapping[str, object], known: Collection[str]) -> tuple[str, ...]:
    """Name the fields of an object that its reader does not know."""
    names = sorted(str(name)[:_LONGEST_NAME] for name in found if name not in known)
    return tuple(f"{where}: {name}" for name in names[:_MOST_NAMES])


def raw(found: Mapping[str, object], known: Collection[str], own: str = "") -> dict[str, object]:
    """Give the unknown fields of an object with what stands in them, no account in it but the one with the id `own`."""
    names = sorted((name for name in found if name not in known and len(str(name)) <= _LONGEST_NAME), key=str)
    return {str(name): _bounded(found[name], own) for name in names[:_MOST_NAMES]}


def _bounded(value: object, own: str) -> object:
    bare = _without_people(value, own, 0)
    return bare if len(loose.dump(bare)) <= _LONGEST_RAW else TOO_MUCH


def _without_people(value: object, own: str, depth: int) -> object:
    if depth > _DEEPEST:
        return TOO_MUCH
    if isinstance(value, dict):
        if not _PEOPLE.isdisjoint(value) and not (own and _is(value, own)):
            return OTHERS
        return {str(name): _without_people(one, own, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_people(one, own, depth + 1) for one in value]
    return value


def _is(value: Mapping[str, object], own: str) -> bool:
    return any(one == own or (isinstance(one, dict) and one.get("value") == own) for one in value.values())
