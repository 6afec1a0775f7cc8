"""A server that speaks Mastodon's API as documented, and as forks do it: 127.0.0.1 is a home server, 127.0.0.2 another.

Status ids are snowflakes of equal length, newest first, paged by `Link` alone. `quirks` turns on what other servers do
(see `QUIRKS`). Every server knows its own people's statuses and the favourites and boosts given to them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.fakes import FakeClock
from tests.server_bluesky import Answer

Json = dict[str, Any]
Given = dict[str, list[str]]
QUIRKS = {
    "tanpa_link": "kepi, snac: no Link header",
    "abai_limit": "kepi, snac: limit and max_id ignored, everything each time",
    "abai_max_id": "max_id ignored, limit kept",
    "tak_urut": "kepi: not newest first",
    "tanpa_uri": "GoToSocial, Misskey kin: accounts without uri",
    "url_aktor": "Pleroma, Akkoma: no uri, url is the actor's address",
    "id_acak": "Pleroma, Misskey kin: ids that are no numbers, status addresses without order",
    "tanpa_lookup": "snac: no look-up, accounts by name",
    "isi_br": "snac: text<br> instead of paragraphs",
    "hitung_nol": "kepi: favourites_count stays 0",
    "suka_tertutup": "kepi, snac: favourited_by only for those who log in",
    "tanpa_edited_at": "older servers: an edit leaves no mark",
}


def error(text: str, status: int) -> Answer:
    return Answer(status, json.dumps({"error": text}).encode())


@dataclass
class Person:
    name: str
    home: str
    number: int
    statuses: dict[str, Json] = field(default_factory=dict)
    more: Json = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"{self.home}/users/{self.name}"

    @property
    def handle(self) -> str:
        return f"{self.name}@{self.home.partition('://')[2]}"


@dataclass
class Fediverse:
    """Servers, people and what they did. `fault` may answer instead, given path and parameters."""

    clock: FakeClock
    port: int = 0
    page: int = 1000
    quirks: frozenset[str] = frozenset()
    people: dict[str, Person] = field(default_factory=dict)
    favourites: dict[str, list[Person]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    paths: list[str] = field(default_factory=list)
    fault: Callable[[str, Given], Answer | None] = lambda _path, _given: None
    _written: int = 0

    def origin(self, number: int = 1) -> str:
        return f"http://127.0.0.{number}:{self.port}"

    def hosts(self) -> list[str]:
        return [f"127.0.0.{number}:{self.port}" for number in range(1, 6)]

    def account(self, name: str, server: int = 1, **more: Any) -> Person:
        person = Person(name, self.origin(server), 100 + len(self.people), more=more)
        self.people[person.uri] = person
        return person

    def post(self, person: Person, text: str, reply_to: str = "", at: datetime | None = None, **more: Any) -> str:
        self._written += 1
        moment = (at or self.clock()) + timedelta(milliseconds=self._written)
        key = str((int(moment.timestamp() * 1000) << 16) + self._written)
        if "id_acak" in self.quirks:
            key = f"A{self._written * 7919 % 1000:03}x{self._written}"
        place = f"{person.home}/objects/{key}" if "id_acak" in self.quirks else f"{person.uri}/statuses/{key}"
        body = f"{text}<br>" if "isi_br" in self.quirks else f"<p>{text}</p>"
        about = self.status(reply_to) if reply_to else None
        person.statuses[key] = {
            "id": key, "uri": place, "url": f"{person.home}/@{person.name}/{key}", "visibility": "public",
            "created_at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "edited_at": None,
            "content": body, "spoiler_text": "", "language": "id", "reblog": None,
            "in_reply_to_id": about["id"] if about else None, "in_reply_to_account_id": None,
            "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "mentions": [], "media_attachments": [],
            **more,
        }  # fmt: skip
        return place

    def boost(self, person: Person, uri: str) -> str:
        own = self.post(person, "")
        key = own.rpartition("/")[2]
        person.statuses[key] |= {"uri": f"{own}/activity", "reblog": uri, "content": ""}
        return f"{uri}#bagikan={person.uri}"

    def unboost(self, person: Person, uri: str) -> None:
        person.statuses = {key: one for key, one in person.statuses.items() if one["reblog"] != uri}

    def favourite(self, person: Person, uri: str) -> str:
        self.favourites.setdefault(uri, []).append(person)
        return f"{uri}#suka={person.uri}"

    def edit(self, uri: str, text: str) -> None:
        stamp = None if "tanpa_edited_at" in self.quirks else self.clock().isoformat().replace("+00:00", "Z")
        self.status(uri).update(content=f"<p>{text}</p>", edited_at=stamp)

    def delete(self, uri: str) -> None:
        for person in self.people.values():
            person.statuses = {key: one for key, one in person.statuses.items() if one["uri"] != uri}

    def status(self, uri: str) -> Json:
        return next(one for person in self.people.values() for one in person.statuses.values() if one["uri"] == uri)

    def author(self, uri: str) -> Person:
        return next(
            person for person in self.people.values() if any(one["uri"] == uri for one in person.statuses.values())
        )

    # ------------------------------------------------------------------- answers

    def answer(self, path: str, given: Given, home: str, headers: Mapping[str, str]) -> Answer:
        self.asked[path] += 1
        self.paths.append(path + (f"?{urlencode(given, doseq=True)}" if given else ""))
        if path == "/robots.txt":
            return Answer(200, b"User-agent: *\nDisallow: /interact/\n", {"Content-Type": "text/plain"})
        if faulty := self.fault(path, given):
            return faulty
        here = {one.name: one for one in self.people.values() if one.home == home}
        if path == "/.well-known/webfinger":
            return self._webfinger(given, here)
        parts = path.removeprefix("/api/v1/").split("/")
        if parts[0] == "accounts":
            return self._accounts(parts, given, here, home)
        if parts[0] == "statuses":
            return self._status(parts, given, here, home)
        return error("Not Found", 404)

    def _webfinger(self, given: Given, here: dict[str, Person]) -> Answer:
        person = here.get(given["resource"][0].removeprefix("acct:").partition("@")[0])
        if person is None:
            return error("Couldn't find user", 404)
        links = [{"rel": "http://webfinger.net/rel/profile-page", "href": f"{person.home}/@{person.name}"},
                 {"rel": "self", "type": "application/activity+json", "href": person.uri}]  # fmt: skip
        return _json({"subject": f"acct:{person.handle}", "links": links})

    def _accounts(self, parts: list[str], given: Given, here: dict[str, Person], home: str) -> Answer:
        if parts[1] == "lookup":
            if "tanpa_lookup" in self.quirks:
                return error("Not Found", 404)
            person = here.get(given["acct"][0])
        else:
            person = next((one for one in here.values() if parts[1] in {str(one.number), one.name}), None)
        if person is None:
            return error("Record not found", 404)
        if len(parts) == 2 or parts[1] == "lookup":
            return _json(self.account_json(person, home))
        found = sorted(person.statuses.items(), key=lambda one: one[1]["created_at"], reverse=True)
        if given.get("exclude_reblogs"):
            found = [one for one in found if one[1]["reblog"] is None]
        return self._paged([self.status_json(one, home) for _, one in found], given)

    def _paged(self, found: list[Json], given: Given) -> Answer:
        if "tak_urut" in self.quirks:
            found = found[::2] + found[1::2]
        limit, after = min(int(given["limit"][0]), self.page), given.get("max_id", [""])[0]
        if "abai_limit" in self.quirks:
            return _json(found)
        keys = [one["id"] for one in found]
        start = keys.index(after) + 1 if after in keys and "abai_max_id" not in self.quirks else 0
        page = found[start : start + limit]
        if "tanpa_link" in self.quirks or not page or len(page) < limit:
            return _json(page, self._limits())
        links = [
            f'<{self.origin()}/x?max_id={page[-1]["id"]}>; rel="next"',
            f'<{self.origin()}/x?min_id=9>; rel="prev"',
        ]
        return _json(page, {**self._limits(), "Link": ", ".join(links)})

    def _status(self, parts: list[str], given: Given, here: dict[str, Person], home: str) -> Answer:
        key = parts[1]
        known = [one for person in self.people.values() for one in person.statuses.values() if one["id"] == key]
        if not known:
            return error("Record not found", 404)
        if len(parts) == 2:
            return _json(self.status_json(known[0], home))
        if "suka_tertutup" in self.quirks:
            return error("This API requires an authenticated user", 401)
        uri = known[0]["uri"]
        fans = self.favourites.get(uri, []) if parts[2] == "favourited_by" else [
            one for one in self.people.values() if any(each["reblog"] == uri for each in one.statuses.values())
        ]  # fmt: skip
        limit, start = min(int(given["limit"][0]), self.page), int(given.get("max_id", ["0"])[0])
        page = [self.account_json(one, home) for one in fans[start : start + limit]]
        more = {"Link": f'<{home}/x?max_id={start + limit}>; rel="next"'} if len(fans) > start + limit else {}
        return _json(page, {**self._limits(), **more})

    def _limits(self) -> dict[str, str]:
        reset = (self.clock() + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        return {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "200", "X-RateLimit-Reset": reset}

    def account_json(self, person: Person, home: str) -> Json:
        found: Json = {
            "id": str(person.number if person.home == home else person.number + 5000), "username": person.name,
            "acct": person.name if person.home == home else person.handle, "display_name": f"Nama {person.name}",
            "url": f"{person.home}/@{person.name}", "uri": person.uri, "note": "<p></p>", "fields": [],
            "discoverable": True, "indexable": False, "locked": False, "bot": False,
            "statuses_count": len(person.statuses), "followers_count": 3, **person.more,
        }  # fmt: skip
        if self.quirks & {"tanpa_uri", "url_aktor"}:
            del found["uri"], found["discoverable"]
        if "url_aktor" in self.quirks:
            found["url"] = person.uri
        return found

    def status_json(self, status: Json, home: str) -> Json:
        person = self.author(status["uri"])
        inner = status["reblog"]
        count = 0 if "hitung_nol" in self.quirks else len(self.favourites.get(status["uri"], []))
        return {**status, "account": self.account_json(person, home), "favourites_count": count,
                "reblog": self.status_json(self.status(inner), home) if inner else None}  # fmt: skip


def _json(value: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(200, json.dumps(value).encode(), headers or {})
