"""Servers of one office's accounts that remember what they served to whom: the truth that a certificate must equal.

The witness knows nothing of how Netra counts. It keeps every answer by moment and by whose listing it was; answers that
lie less than half an hour apart are one visit. Of a visit it says whether each thing that was asked for was given whole
in the end, and of several visits the newest counts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.fakes import FakeClock
from tests.server.scenario import Answer as Page
from tests.server.scenario import ScenarioServer
from tests.server_bluesky import Answer, Network, Repo, error
from tests.server_mastodon import Fediverse, Person

WALL = b"<html><head><title>Just a moment...</title></head><body>x</body></html>"
HTML = {"Content-Type": "text/html"}
LOGIN = Answer(200, b"<html><head><title>Masuk</title></head><body><form>kata sandi</form></body></html>", HTML)
WITHHELD: Mapping[str, tuple[Answer, str]] = {
    "ditolak": (Answer(403, WALL, HTML), "ditolak"),
    "tembok": (Answer(200, WALL, HTML), "ditolak"),
    "masuk": (Answer(401, b'{"error":"ExpiredToken"}'), "ditolak"),
    "dibatasi": (Answer(429, b"{}", {"Retry-After": "30"}), "gagal"),
    "terpotong": (Answer(200, b'{"records": [{"uri": "at://'), "gagal"),
    "putus": (Answer(200, b'{"records": []}', cut=True), "gagal"),
    "rusak": (Answer(500, b"{}"), "gagal"),
    "pindah": (Answer(302, b"", {"Location": "/masuk"}), "gagal"),
}
"""What can be withheld, and how an honest certificate calls it. `hilang` is said otherwise by each network."""
ONCE = "sekali"
"""Asked to wait at the first request, served whole at the second."""
KINDS = (*WITHHELD, "hilang", ONCE)
FEEDS = ("ok", "empty", "403", "410", "cut", "500")
_GONE = {"bsky": error("RepoTakendown"), "masto": Answer(410, b"")}
_ROBOTS_OK = {"ok", "empty"}
_APART = timedelta(minutes=30)


@dataclass(frozen=True)
class Served:
    """One answer: when, to what request, what was withheld ("" = nothing), and how many entries went out."""

    at: datetime
    asked: str
    withheld: str = ""
    entries: int = 0
    unchanged: bool = False


@dataclass(frozen=True)
class Truth:
    """How an account must stand, and the last day (office zone) on which it was given whole."""

    state: str
    proved_on: date | None = None


@dataclass
class Witness:
    """Two networks of accounts and some feeds, all of which remember. `plan` says what befalls whom from now on."""

    clock: FakeClock
    zone: ZoneInfo
    dice: random.Random
    network: Network
    fediverse: Fediverse
    feeds: dict[str, ScenarioServer]
    plan: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    log: dict[str, list[Served]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network.fault = self._bluesky
        self.fediverse.fault = self._mastodon
        for key, server in self.feeds.items():
            server.answer = self._feed(key, server)  # type: ignore[method-assign]

    def turn_the_wheel(self, keys: list[str]) -> None:
        """Let chance say what each account meets from now on, and after how many pages."""
        for key in keys:
            self.plan[key] = self.dice.choice([*KINDS, *[""] * len(KINDS)])
            self.left[key] = self.dice.randrange(0, 3)
        for key in self.feeds:
            self.plan[key] = self.dice.choice(FEEDS)

    # ------------------------------------------------------------------- answering

    def _bluesky(self, path: str, given: dict[str, list[str]]) -> Answer | None:
        if path == "/masuk":
            return LOGIN
        if not path.endswith("listRecords"):
            return None
        repo = self.network.repos[given["repo"][0]]
        whole = self.network._list(given)
        assert isinstance(whole, dict)
        return self._answer(f"bsky/{repo.did}", f"{given}", Answer(200, json.dumps(whole).encode()),
                            len(whole["records"]))  # fmt: skip

    def _mastodon(self, path: str, given: dict[str, list[str]]) -> Answer | None:
        if path == "/masuk":
            return LOGIN
        parts = path.removeprefix("/api/v1/").split("/")
        if parts[0] != "accounts" or parts[-1] != "statuses":
            return None
        person = next(one for one in self.fediverse.people.values() if str(one.number) == parts[1])
        whole = self.fediverse._accounts(parts, given, {person.name: person}, person.home)
        return self._answer(f"masto/{person.uri}", f"{given}", whole, len(json.loads(whole.body)))

    def _answer(self, key: str, asked: str, whole: Answer, entries: int) -> Answer:
        kind = self.plan.get(key, "")
        self.left[key] = self.left.get(key, 0) - 1
        if kind == ONCE and self.left[key] == -1:
            self._note(key, Served(self.clock(), asked, "dibatasi"))
            return Answer(429, b"{}", {"Retry-After": "7"})
        if kind in {"", ONCE} or self.left[key] >= 0:
            self._note(key, Served(self.clock(), asked, entries=entries))
            return whole
        self._note(key, Served(self.clock(), asked, kind))
        return _GONE[key.partition("/")[0]] if kind == "hilang" else WITHHELD[kind][0]

    def _feed(self, key: str, server: ScenarioServer):  # type: ignore[no-untyped-def]  # noqa: ANN202
        def answer(path: str, headers: dict[str, str]) -> Page:
            if path == "/robots.txt":
                return server.robots
            name = self.plan.get(key, "ok")
            found = server.fixed[name]
            unchanged = name == "ok" and headers.get("if-none-match") == found.headers["ETag"]
            before = any(one.entries for one in self.log.get(key, ()))
            entries = 2 if name == "ok" and not unchanged and not before else 0
            withheld = "" if name in _ROBOTS_OK else name
            self._note(key, Served(self.clock(), path, withheld, entries, unchanged))
            return Page(304, headers=found.headers) if unchanged else found

        return answer

    def _note(self, key: str, one: Served) -> None:
        self.log.setdefault(key, []).append(one)

    # ------------------------------------------------------------------- bearing witness

    def truth(self, key: str, first: date) -> Truth:
        """Say how an account stands from a day on."""
        visits = [one for one in _visits(self.log.get(key, [])) if self._day(one[0].at) >= first]
        if not visits:
            return Truth("belum_dicoba")
        proved = [self._day(one[-1].at) for one in visits if _state(one) in _WHOLE]
        return Truth(_state(visits[-1]), proved[-1] if proved else None)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


_WHOLE = {"terlihat", "terbukti_kosong", "tidak_berubah"}
_WORDS = {
    **{kind: state for kind, (_, state) in WITHHELD.items()},
    "hilang": "tidak_ada_lagi", "403": "ditolak", "410": "tidak_ada_lagi", "cut": "gagal", "500": "gagal",
}  # fmt: skip


def _visits(log: list[Served]) -> list[list[Served]]:
    found: list[list[Served]] = []
    for one in log:
        if found and one.at - found[-1][-1].at < _APART:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _state(visit: list[Served]) -> str:
    """What was asked for may have been asked for again: the last answer to each request is the one that counts."""
    last = {one.asked: one for one in visit}.values()
    withheld = [one.withheld for one in last if one.withheld]
    if withheld:
        return _WORDS[withheld[-1]]
    if any(one.entries for one in visit):
        return "terlihat"
    return "tidak_berubah" if all(one.unchanged for one in last) else "terbukti_kosong"


def populate(witness: Witness, many: int) -> tuple[list[Repo], list[Person]]:
    """Make accounts, so many on each network, with none to six posts each."""
    repos = [witness.network.account(f"warga{n}", server=2 + n % 3) for n in range(many)]
    people = [witness.fediverse.account(f"orang{n}", server=1 + n % 3) for n in range(many)]
    for repo in repos:
        for number in range(witness.dice.randrange(0, 7)):
            witness.network.post(repo, f"kabar {number}")
    for person in people:
        for number in range(witness.dice.randrange(0, 7)):
            witness.fediverse.post(person, f"kabar {number}")
    return repos, people
