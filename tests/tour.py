"""An invented office in which every page has something to show, and the address of every page: new ones come by themselves.

`pages(app)` walks the routes of the application. A route with an argument that no sample answers is an error: whoever
adds a page says here what to fill in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask import Flask

from monitor.cli.reminding import law_of
from monitor.exchange.compare import compare
from monitor.models import Condition, Confidence, Level, Picture, ReasonCode, Role, SeenAct, State
from monitor.store import NewPiece, PieceKind, QueueQuery, Touch
from monitor.web import Again, RuleDesk, create_app
from tests.exchange.told import NETWORK, tell
from tests.fakes_capture import JudgingWorld, poster
from tests.fakes_store import a_capture
from tests.fakes_web import PASSWORD, SEEDS

EVERYTHING = "semua"
_NOT_PAGES = frozenset({"static"})
_RULE = "asn/nomor-menyala"


class Tour(JudgingWorld):
    """The office: open and decided flags, an edit, a doubtful account, captures, a draft of a rule, a failed source."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.seed()
        roles = [one for one in Role if one is not Role.RULE_APPROVER]
        self.everything = self.store.users.create(EVERYTHING, "Xaverius Rekaan", PASSWORD, roles)
        self._decide()
        self._edit()
        self._record()
        self.draft = self._propose()
        for place, region in enumerate(("Kabupaten Misal", "Kota Umpama")):
            tell(self.store, f"kantor-{place}", region, self.clock() - timedelta(days=3 + 20 * place))
        self.job = self.store.bulk.prepare(self.everything.user_id, QueueQuery(level=Level.MEDIUM), "tingkat=sedang")

    def app(self, *, demo: bool = True) -> Flask:
        office = self.office
        services = replace(
            self.services(demo=demo),
            desk=RuleDesk(office.governance, self.judges, office.judges_of),
            again=Again(list, len, self.clock),
            calendar=lambda: office.calendar,
            law=lambda: law_of(office),
            offices=lambda regions, region: compare(office, NETWORK, regions, region),
        )
        return create_app(services)

    def samples(self) -> dict[str, list[str]]:
        """Give what to fill in for each argument of a route."""
        return {
            "flag_id": ["1", "3", "7"],
            "version": ["1"],
            "sha256": [self.picture],
            "capture_id": [str(self.capture)],
            "place": ["0"],
            "name": [_RULE],
            "version_id": [str(self.draft)],
            "user_id": [str(self.monitor.user_id)],
            "person_id": ["1"],
            "token": ["tidak-ada"],
            "filename": [],
            "job_id": [str(self.job)],
            "form": ["pdf"],
        }

    def _decide(self) -> None:
        append, user = self.store.decisions.append, self.monitor.user_id
        for flag_id, reason in ((3, ReasonCode.SUPPORT), (5, ReasonCode.CRITICISM), (6, ReasonCode.CIVIC_INFORMATION)):
            self.store.custody.note(Touch.VIEW, user_id=user, flag_id=flag_id, subject="halaman")
            self.clock.tick(seconds=17)
            append(
                flag_id, user, State.CLEARED if reason.clears else State.LEAD, reason, "catatan contoh", expected=None
            )
        self.store.roster.set_condition(2, Condition.SHARED, user, present=True, seen="dua orang membalas", flag_id=2)
        self.store.roster.set_confidence(2, Confidence.CLAIMED, ["nama tampilan berbeda"], user, flag_id=2)

    def _edit(self) -> None:
        text = SEEDS[0].text.replace("gas pol tanggal 28 nanti", "sampai jumpa")
        number, self._number = self._number, 1
        self.clock.tick(seconds=60)
        self.collect(replace(SEEDS[0], text=text), "butir-1")
        self._number = number

    def _record(self) -> None:
        content = poster(("COBLOS NOMOR 2", "Citra Andaikan"), (540, 675), 40)
        sha256 = self.archive.put_bytes(content)
        held = Picture(sha256, "PNG", 540, 675, len(content))
        self.capture = self.store.captures.record(a_capture(act=SeenAct.LIKE), (held,), self.monitor.user_id)
        self.picture = sha256
        piece = NewPiece(PieceKind.SCREENSHOT, sha256, len(content), 1)
        self.store.custody.note(Touch.SNAPSHOT, user_id=None, flag_id=1, pieces=[piece])

    def _propose(self) -> int:
        governance = self.office.governance
        governance.refresh_shipped()
        path = f"{_RULE}.yaml"
        held = governance.current(path)
        assert held is not None
        content = held.content.replace("title: ", "title: Percobaan ", 1)
        assert hashlib.sha256(content.encode()).digest() != hashlib.sha256(held.content.encode()).digest()
        return governance.propose(path, content, self.everything, "judul lebih jelas").version_id


def pages(app: Flask, samples: dict[str, list[str]]) -> Iterator[str]:
    """Give the path of every page that can be asked for, once for each sample.

    Raises:
        AssertionError: a route has an argument without a sample.
    """
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if "GET" not in (rule.methods or ()) or rule.endpoint in _NOT_PAGES:
            continue
        arguments = sorted(rule.arguments)
        missing = [one for one in arguments if one not in samples]
        assert not missing, f"{rule.rule}: give a sample for {missing} in tests/tour.py"
        longest = max((len(samples[one]) for one in arguments), default=1)
        for place in range(longest):
            path = rule.rule
            for one in arguments:
                values = samples[one]
                converter = next(part for part in _parts(path) if part.strip("<>").rpartition(":")[2] == one)
                path = path.replace(converter, values[place % len(values)])
            yield path


def _parts(path: str) -> list[str]:
    return [f"<{part.partition('>')[0]}>" for part in path.split("<")[1:]]
