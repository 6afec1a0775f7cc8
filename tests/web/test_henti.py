"""The pages of rules at work: open flags at an approval, stopped rules, flags aside, rules on trial."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.models import Standing
from monitor.store import Ending, QueueQuery
from tests.fakes_rules import BETTER, GREET, RIGHT, SUPPORT, WRONG, RuleOffice, rule, rule_page
from tests.fakes_web import PASSWORD
from tests.web.conftest import Reader

LOOSE = rule("uji-salam", "salam", example="Salam nomor 2")
PLAIN = [f"Salam dari kantor kelurahan hari ke-{number}" for number in range(20)]
Enter = Callable[[str], Reader]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor", more="breaker: {fresh_days: 7, max_share: 0.2, min_items: 10}\n")
    made.post(*WRONG, *RIGHT)
    made.screen()
    yield made
    made.close()


@pytest.fixture
def enter(office: RuleOffice) -> Enter:
    app = rule_page(office)

    def _enter(username: str) -> Reader:
        reader = Reader(app.test_client())
        fields = {"csrf_token": reader.token("/masuk"), "nama": username, "sandi": PASSWORD}
        assert reader.client.post("/masuk", data=fields).status_code == 303
        return reader

    return _enter


def said(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def queue(office: RuleOffice) -> set[str]:
    return {flag.stored.item.text for flag in office.app.store.flags.queue(QueueQuery(limit=1000)).flags}


def proposal(office: RuleOffice, path: str = SUPPORT, text: str = BETTER) -> int:
    return office.app.governance.propose(path, text, office.author, "uji perubahan aturan").version_id


def test_the_approver_sees_what_becomes_of_open_flags_and_chooses(office: RuleOffice, enter: Enter) -> None:
    number = proposal(office)
    approver = enter("penyetuju")
    page = said(approver.get(f"/aturan/usul/{number}").text)
    assert "7 tanda yang belum diputus terkena perubahan ini" in page
    assert "2 tetap ditandai dan 5 tidak lagi" in page
    assert "terkena perubahan ini" not in said(enter("penyusun").get(f"/aturan/usul/{number}").text)
    done = approver.send(f"/aturan/usul/{number}/setujui", catatan="sudah dicoba", terbuka="saring")
    assert done.status_code == 303
    assert queue(office) == set(RIGHT)


def test_withdrawing_needs_a_note_and_the_case_says_why(office: RuleOffice, enter: Enter) -> None:
    number, approver = proposal(office), enter("penyetuju")
    refused = approver.send(f"/aturan/usul/{number}/setujui", catatan="sudah dicoba", terbuka="tarik")
    assert refused.status_code == 400
    assert office.app.store.rulebook.get(number).waits
    assert approver.send(f"/aturan/usul/{number}/setujui", catatan="sudah dicoba", terbuka="lain").status_code == 400
    approver.send(
        f"/aturan/usul/{number}/setujui", catatan="sudah dicoba", terbuka="tarik", alasan_tarik="<b>futsal</b>"
    )
    assert queue(office) == set(RIGHT)
    assert office.app.store.asides.counts() == {Standing.WITHDRAWN: 5}
    page = approver.get("/aturan/henti").text
    assert "&lt;b&gt;futsal&lt;/b&gt;" in page
    assert WRONG[0] in said(page)
    flag_id = office.app.store.asides.of_rule(SUPPORT)[0].flag.flag_id
    assert "Tanda ini ditarik dari antrean" in said(enter("pemantau").get(f"/tanda/{flag_id}").text)


def run_away(office: RuleOffice) -> int:
    office.change(GREET, LOOSE)
    office.post(*PLAIN)
    office.screen()
    return office.app.store.breaker.stops()[0].stop_id


def test_a_stopped_rule_is_told_and_only_the_approver_is_asked(office: RuleOffice, enter: Enter) -> None:
    stop = run_away(office)
    author = enter("penyusun")
    assert "1 aturan dihentikan karena menandai terlalu banyak" in said(author.get("/aturan").text)
    page = author.get("/aturan/henti").text
    assert "20 tanda menunggu di samping" in said(page)
    assert "keputusan" not in re.findall(r'name="(\w+)"', page)
    assert author.send(f"/aturan/henti/{stop}", keputusan="lepas", catatan="memang begitu").status_code == 400
    assert enter("pemantau").get("/aturan/henti").status_code == 404
    assert PLAIN[0] not in said(enter("pemantau").get("/antrean").text)
    approver = enter("penyetuju")
    assert approver.send(f"/aturan/henti/{stop}", keputusan="lepas", catatan=" ").status_code == 400
    assert approver.send(f"/aturan/henti/{stop}", keputusan="lepas", catatan="musim salam").status_code == 303
    assert queue(office) == {*WRONG, *RIGHT, *PLAIN}
    again = approver.send(f"/aturan/henti/{stop}", keputusan="tarik", catatan="musim salam")
    assert (again.status_code, "sudah diputuskan" in again.text) == (400, True)
    assert approver.send("/aturan/henti/99", keputusan="tarik", catatan="musim salam").status_code == 400


def test_withdrawn_with_the_rule(office: RuleOffice, enter: Enter) -> None:
    stop = run_away(office)
    assert enter("penyetuju").send(f"/aturan/henti/{stop}", keputusan="tarik", catatan="salam biasa").status_code == 303
    assert office.app.store.breaker.stop(stop).ending is Ending.WITHDRAWN
    assert queue(office) == {*WRONG, *RIGHT}


def test_what_a_rule_on_trial_finds_is_shown_to_its_author_and_to_no_reviewer(office: RuleOffice, enter: Enter) -> None:
    office.change(GREET, LOOSE.replace("status: aktif", "status: bayangan"))
    office.post(*PLAIN)
    office.screen()
    assert queue(office) == {*WRONG, *RIGHT}
    assert office.app.store.breaker.stops() == []
    page = said(enter("penyusun").get("/aturan/berkas/asn/uji-salam").text)
    assert "Akan menandai 20 butir" in page
    assert PLAIN[-1] in page
    assert "Akan menandai 20 butir" in said(enter("penyusun").get("/aturan/henti").text)
    assert "Salam dari kantor" not in said(enter("pemantau").get("/antrean").text)
