"""Posts and comments of Facebook out of Zeeschuimer's records. Pure.

A record of comments is what Facebook calls a Feedback: one post (or comment) with many people's answers below it, each
with further answers of its own. So each becomes an act by itself, and of the record only that one comment is archived.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from monitor.collectors.seen import LONGEST_NAME, Act, UnmappedError, dig, first, plain, web, words
from monitor.models import AccountRef, ItemKind, Parent, Platform

Record = Mapping[str, object]
_LIST = "comment_rendering_instance_for_feed_location"
_DEEPEST = 5
_GROUP = "facebook: {} grup, tidak dibaca"


def post(data: Record, _meta: Record) -> Act:
    """Make an act of a post.

    Raises:
        UnmappedError: it stands in a group.
    """
    story = dig(data, "comet_sections", "content", "story")
    layout = dig(data, "comet_sections", "context_layout", "story", "comet_sections", "metadata")
    times = [dig(one, "story") for one in layout if isinstance(one, dict)] if isinstance(layout, list) else []
    url = web(first(story, ("wwwURL",)) or next((text for one in times if (text := first(one, ("url",)))), ""))
    if "/groups/" in url:
        raise UnmappedError("facebook: unggahan grup, tidak dibaca", closed=True)
    author = _account(dig(story, "actors", 0))
    when = next((text for one in times if (text := first(one, ("creation_time",)))), "")
    return Act(
        Platform.FACEBOOK, first(story, ("post_id",), longest=200), ItemKind.POST, author,
        first(story, ("message", "text")), when, "", url=url,
    )  # fmt: skip


def comments(data: Record, meta: Record) -> list[tuple[Act, str]]:
    """Make acts of the comments of a record, each with what may be archived of it.

    Raises:
        UnmappedError: it holds no list of comments, or stands in a group.
    """
    edges = dig(data, _LIST, "comments", "edges")
    if not isinstance(edges, list):
        raise UnmappedError("facebook-comments tanpa daftar komentar")
    page = web(first(meta, ("source_platform_url",)))
    pairs = [(node, _comment(node, above, page)) for node, above in _nodes(edges, _number(data), 0)]
    if "/groups/" in page or any("/groups/" in act.url for _, act in pairs):
        raise UnmappedError(_GROUP.format("komentar"), closed=True)
    return [(act, _alone(node, act, data, meta)) for node, act in pairs]


def _nodes(edges: list[object], above: str, depth: int) -> Iterator[tuple[Record, str]]:
    for edge in edges:
        node = dig(edge, "node")
        if not isinstance(node, dict):
            continue
        yield node, above
        below = dig(node, "feedback", "replies_connection", "edges")
        if isinstance(below, list) and depth < _DEEPEST:
            yield from _nodes(below, first(node, ("legacy_fbid",), longest=200), depth + 1)


def _comment(node: Record, above: str, page: str) -> Act:
    direct = first(node, ("comment_direct_parent", "legacy_fbid"), ("comment_parent", "legacy_fbid"), longest=200)
    when = first(node, ("created_time",), ("comment_action_links", 0, "comment", "created_time"))
    url = web(first(node, ("feedback", "url"), ("comment_action_links", 0, "comment", "url")))
    return Act(
        Platform.FACEBOOK, first(node, ("legacy_fbid",), ("id",), longest=200), ItemKind.COMMENT,
        _account(node.get("author")), first(node, ("body", "text"), ("preferred_body", "text")), when, "",
        url=url or page, parent=Parent(direct or above, page if not direct else ""),
    )  # fmt: skip


def _alone(node: Record, act: Act, data: Record, meta: Record) -> str:
    """Write the record with this one comment in it: nobody else's answers, and no names that stand in the words."""
    own = {name: node[name] for name in ("__typename", "id", "legacy_fbid", "created_time", "depth") if name in node}
    who = node.get("author")
    own["author"] = {name: who.get(name) for name in ("id", "name", "url")} if isinstance(who, dict) else None
    own |= {"body": {"text": act.text}, "feedback": {"url": act.url}}
    if act.parent is not None and act.parent.native_id != _number(data):
        own["comment_direct_parent"] = {"legacy_fbid": act.parent.native_id}
    edges = {_LIST: {"comments": {"edges": [{"node": own}]}}}
    told = {name: one for name, one in meta.items() if name != "data"}
    inner = {"id": data.get("id"), "__typename": data.get("__typename"), **edges}
    return json.dumps({**told, "data": inner}, ensure_ascii=False)


def _number(data: Record) -> str:
    """Give what a record's comments answer: `feedback:POST`, or `feedback:POST_COMMENT` of the answers to one."""
    return words(data.get("id"), 200).removeprefix("feedback:").rpartition("_")[2]


def _account(who: object) -> AccountRef:
    handle = first(who, ("url",)).rstrip("/").rpartition("/")[2]
    return AccountRef(
        Platform.FACEBOOK,
        first(who, ("id",), longest=LONGEST_NAME),
        handle if plain(handle) else "",
        first(who, ("name",), longest=LONGEST_NAME),
    )
