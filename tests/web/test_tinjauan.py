"""Second reviews on the page: nothing shows the first verdict, nobody reviews their own, ties hide what they bar."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from monitor.config import Config
from monitor.errors import NotAllowedError
from monitor.models import CaptureState, Picture, ReasonCode, Role, State
from monitor.store import ReviewStage, Tie
from tests.fakes_store import a_capture
from tests.fakes_web import PASSWORD, REGION, World
from tests.web.conftest import Reader

SignIn = Callable[[str], Reader]
NOTE = "catatan pemutus pertama yang rahasia"


@pytest.fixture
def peer(sign_in: SignIn) -> Reader:
    return sign_in("peninjau")


@pytest.fixture
def boss(sign_in: SignIn) -> Reader:
    return sign_in("koordinator")


def look(reader: Reader, flag_id: int, reason: str, note: str = "") -> TestResponse:
    page = reader.get(f"/tinjauan/{flag_id}")
    found = re.search(r'name="pertama" value="([0-9:]+)"', page.text)
    assert found is not None, page.status
    return reader.send(f"/tinjauan/{flag_id}", pertama=found[1], alasan=reason, catatan=note)


def test_the_blind_page_hides_verdict_names_note_and_machine(
    world: World, reader: Reader, peer: Reader, flags: list[int]
) -> None:
    reader.decide(flags[0], "dukungan", NOTE)
    listed, page = peer.get("/tinjauan").text, peer.get(f"/tinjauan/{flags[0]}").text
    assert "Ratna Umpamawati" in listed
    assert "menangkan" in page
    match = world.store.flags.get(flags[0]).opinion.matches[0]
    for hidden in (NOTE, "Sinta Rekaan", "cip-informasi_awal", match.title, match.rule_id, "<mark>", "94%"):
        assert hidden not in page
        assert hidden not in listed
    assert 'class="cip cip-tinggi"' not in page


def test_a_reviewer_is_led_to_the_blind_page_and_afterwards_to_the_whole_one(
    world: World, reader: Reader, peer: Reader, flags: list[int]
) -> None:
    reader.decide(flags[0], "dukungan", NOTE)
    sent = peer.get(f"/tanda/{flags[0]}")
    assert (sent.status_code, sent.location) == (303, f"/tinjauan/{flags[0]}")
    look(peer, flags[0], "ajakan")
    assert NOTE in peer.get(f"/tanda/{flags[0]}").text
    assert world.store.reviews.settled(flags[0])


def test_a_coordinator_may_give_the_blind_look_away_and_knows_it(
    world: World, reader: Reader, boss: Reader, flags: list[int]
) -> None:
    """In a small office the coordinator is the second reviewer: a careless click must not leave nobody who can be."""
    reader.decide(flags[0], "dukungan", NOTE)
    assert boss.get(f"/tanda/{flags[0]}").location == f"/tinjauan/{flags[0]}"
    page = boss.get(f"/tinjauan/{flags[0]}").text
    assert NOTE not in page
    assert f"/tanda/{flags[0]}?buka=1" in page
    assert world.store.reviews.may_look(flags[0], world.coordinator.user_id)
    assert NOTE in boss.get(f"/tanda/{flags[0]}?buka=1").text
    assert not world.store.reviews.may_look(flags[0], world.coordinator.user_id)
    assert boss.get(f"/tinjauan/{flags[0]}").status_code == 404


def test_only_a_coordinator_passes_the_blind_page_by(
    world: World, reader: Reader, peer: Reader, flags: list[int]
) -> None:
    reader.decide(flags[0], "dukungan", NOTE)
    assert peer.get(f"/tanda/{flags[0]}?buka=1").location == f"/tinjauan/{flags[0]}"
    assert world.store.reviews.may_look(flags[0], world.second.user_id)


def test_the_machine_speaks_where_the_office_lets_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    made = {**world.config.model_dump(mode="json"), "review": {"hide_machine": False}}
    world.config = Config.model_validate(made)
    flags = world.seed()
    world.store.decisions.append(flags[0], world.monitor.user_id, State.LEAD, ReasonCode.CALL, "", expected=None)
    peer = Reader(world.app().test_client())
    peer.client.post("/masuk", data={"csrf_token": peer.token("/masuk"), "nama": "peninjau", "sandi": PASSWORD})
    assert "<mark>" in peer.get(f"/tinjauan/{flags[0]}").text
    world.close()


def test_disagreement_goes_to_a_third_who_sees_both_without_names(
    world: World, reader: Reader, peer: Reader, boss: Reader, flags: list[int]
) -> None:
    reader.decide(flags[0], "dukungan", NOTE)
    assert look(peer, flags[0], "kutipan_berita", "hanya mengutip").status_code == 303
    assert peer.get(f"/tinjauan/{flags[0]}").status_code == 404
    assert reader.get("/tinjauan").status_code == 403
    assert "peninjau ketiga" in reader.get(f"/tanda/{flags[0]}").text
    assert "Berbeda pendapat" in boss.get("/tinjauan").text
    page = boss.get(f"/tinjauan/{flags[0]}").text
    for said in (NOTE, "hanya mengutip", "Kutipan"):
        assert said in page
    for name in ("Sinta Rekaan", "Tomo Misal"):
        assert name not in page
    assert look(boss, flags[0], "kutipan_berita").status_code == 303
    assert world.store.flags.get(flags[0]).state is State.CLEARED
    assert world.store.audit.verify().ok


def test_a_clear_dismissal_asks_for_nothing(world: World, reader: Reader, peer: Reader, flags: list[int]) -> None:
    reader.decide(flags[0], "kutipan_berita")
    assert world.store.reviews.counts() == {}
    assert "Ratna Umpamawati" not in peer.get("/tinjauan").text
    assert peer.get(f"/tanda/{flags[0]}").status_code == 200


def test_nobody_finds_their_own_on_the_list(world: World, flags: list[int], peer: Reader) -> None:
    peer.decide(flags[0], "dukungan")
    assert "Ratna Umpamawati" not in peer.get("/tinjauan").text
    assert peer.get(f"/tinjauan/{flags[0]}").status_code == 404
    sent = peer.send(f"/tinjauan/{flags[0]}", pertama="1:2", alasan="dukungan")
    assert sent.status_code == 404
    assert world.store.reviews.of(flags[0]) == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"alasan": "", "pertama": "1:2"}, 400),
        ({"alasan": "ajakan", "pertama": "99:2"}, 409),
        ({"alasan": "ajakan", "pertama": "1:3"}, 409),
        ({"alasan": "ajakan", "pertama": ""}, 409),
        ({"alasan": "ajakan", "catatan": "x" * 3000, "pertama": "1:2"}, 400),
        ({"alasan": "tidak_cukup_bukti", "pertama": "1:2"}, 409),
    ],
)
def test_a_form_that_does_not_fit_stores_nothing(
    world: World, reader: Reader, peer: Reader, flags: list[int], form: dict[str, str], status: int
) -> None:
    reader.decide(flags[0], "dukungan")
    assert peer.send(f"/tinjauan/{flags[0]}", **form).status_code == status
    assert world.store.reviews.of(flags[0]) == []


def test_pages_are_only_for_those_who_review(sign_in: SignIn, reader: Reader, flags: list[int]) -> None:
    reader.decide(flags[0], "dukungan")
    assert reader.get("/tinjauan").status_code == 403
    assert sign_in("auditor").get(f"/tinjauan/{flags[0]}").status_code == 403
    assert 'href="/tinjauan"' not in reader.get("/antrean").text


def test_agreement_is_shown_of_all_of_oneself_and_of_people_only_to_the_coordinator(
    world: World, reader: Reader, peer: Reader, boss: Reader, flags: list[int]
) -> None:
    for flag_id in flags[:4]:
        reader.decide(flag_id, "dukungan")
    for flag_id, reason in zip(flags[:4], ("dukungan", "dukungan", "ajakan", "kutipan_berita"), strict=True):
        assert look(peer, flag_id, reason).status_code == 303
    mine, all_of_it = peer.get("/kesepakatan").text, boss.get("/kesepakatan").text
    assert "75 % (" in mine
    assert "Sinta Rekaan" not in mine
    assert "Menurut peninjau" not in mine
    for said in ("Menurut peninjau", "Sinta Rekaan", "Tomo Misal", "uji-ajakan-memilih-pasangan", "Dukungan"):
        assert said in all_of_it or said.lower() in all_of_it
    assert "NaN" not in all_of_it


def test_without_verdicts_nothing_is_invented(sign_in: SignIn, flags: list[int]) -> None:
    assert flags
    page = sign_in("auditor").get("/kesepakatan").text
    assert "Belum ada yang ditinjau dua kali" in page


# ------------------------------------------------------------------ ties


def test_a_declared_tie_hides_a_case_like_one_that_is_not_there(world: World, reader: Reader, flags: list[int]) -> None:
    flag_id = flags[0]
    assert reader.send("/kepentingan", jenis="keluarga", nilai="Dra. Ratna Umpamawati, M.Si.").status_code == 303
    for path in (f"/tanda/{flag_id}", f"/bukti/{flag_id}/1"):
        assert reader.get(path).status_code == 404
    assert reader.send(f"/tanda/{flag_id}/putuskan", alasan="dukungan", terakhir="").status_code == 404
    assert "Ratna Umpamawati" not in reader.get("/antrean").text
    assert world.store.flags.get(flag_id).state is State.NEW
    assert reader.get(f"/tanda/{flags[1]}").status_code == 200


def test_the_own_office_is_barred_and_others_decide(
    world: World, reader: Reader, sign_in: SignIn, flags: list[int]
) -> None:
    reader.send("/kepentingan", jenis="kantor", nilai="kecamatan rekaan")
    assert reader.get(f"/tanda/{flags[2]}").status_code == 404
    assert "Sulastri Misalnita" not in reader.get("/antrean").text
    assert sign_in("koordinator").get(f"/tanda/{flags[2]}").status_code == 200
    assert world.store.conflicts.persons(world.monitor.user_id)


def test_the_queue_passes_over_what_is_barred(world: World, reader: Reader, flags: list[int]) -> None:
    world.store.conflicts.declare(world.monitor.user_id, Tie.RELATIVE, "Bagas Andaikanto, S.Pd.", 1)
    assert reader.decide(flags[0], "tidak_memihak").location == f"/tanda/{flags[2]}"


def test_a_coordinator_declares_for_others_and_a_monitor_only_for_themselves(
    world: World, reader: Reader, boss: Reader, flags: list[int]
) -> None:
    assert flags
    other = str(world.second.user_id)
    boss.send("/kepentingan", jenis="kantor", nilai="Dinas Contoh", pengguna=other)
    reader.send("/kepentingan", jenis="kantor", nilai="Dinas Misal", pengguna=other)
    assert [one.value for one in world.store.conflicts.of(world.second.user_id)] == ["Dinas Contoh"]
    assert [one.value for one in world.store.conflicts.of(world.monitor.user_id)] == ["Dinas Misal"]
    theirs = world.store.conflicts.of(world.second.user_id)[0]
    assert reader.send("/kepentingan", akhiri=str(theirs.conflict_id)).status_code == 404
    assert "Dinas Contoh" not in reader.get("/kepentingan").text
    assert boss.send("/kepentingan", akhiri=str(theirs.conflict_id)).status_code == 303
    assert world.store.conflicts.of(world.second.user_id) == []


def test_a_person_is_found_in_the_roster(world: World, reader: Reader, flags: list[int]) -> None:
    page = reader.get("/kepentingan?cari_orang=sulastri").text
    person = world.store.flags.get(flags[2]).actor.person.person_id
    assert f'id="orang-{person}"' in page
    assert reader.send("/kepentingan", jenis="keluarga", nilai="", orang=str(person)).status_code == 303
    assert reader.get(f"/tanda/{flags[2]}").status_code == 404
    assert reader.send("/kepentingan", jenis="keluarga", nilai="").status_code == 400


def test_an_auditor_declares_nothing(sign_in: SignIn, flags: list[int]) -> None:
    assert flags
    assert sign_in("auditor").get("/kepentingan").status_code == 403


# ------------------------------------------------------------------ known answers


@pytest.fixture
def known(world: World, flags: list[int]) -> int:
    """A flag that two others judged alike, and an office that mixes a known item after every decision."""
    world.config = world.config.model_copy(update={"review": world.config.review.model_copy(update={"known_every": 1})})
    create = world.store.users.create
    first = create("satu", "Pemutus Satu", PASSWORD, [Role.MONITOR])
    world.store.decisions.append(flags[0], first.user_id, State.LEAD, ReasonCode.CALL, NOTE, expected=None)
    due = world.store.reviews.waiting(flags[0])
    assert due is not None
    assert due.stage is ReviewStage.SECOND
    world.store.reviews.decide(due, world.second.user_id, State.LEAD, ReasonCode.CALL, "")
    return flags[0]


def test_a_known_item_looks_like_any_other_and_counts_as_no_decision(
    world: World, known: int, flags: list[int], sign_in: SignIn
) -> None:
    reader = sign_in("pemantau")
    sent = reader.decide(flags[1], "tidak_memihak")
    assert sent.location == f"/tanda/{known}"
    page = reader.get(f"/tanda/{known}").text
    for hidden in (NOTE, "Pemutus Satu", "Tomo Misal", "informasi awal</span>", 'name="langkah"'):
        assert hidden not in page
    assert 'data-kunci="1"' in page
    before = world.store.decisions.history(known)
    answered = reader.decide(known, "kutipan_berita")
    assert answered.status_code == 303
    assert world.store.decisions.history(known) == before
    assert world.store.flags.get(known).state is State.LEAD
    assert world.store.reviews.ratings()[0].user_id != world.monitor.user_id
    found = world.store.probes.calibration(world.monitor.user_id)
    assert (found.asked, found.same, found.missed, found.overcalled) == (1, 0, 1, 0)
    assert world.store.audit.verify().ok


def test_calibration_is_seen_by_nobody_else(world: World, known: int, flags: list[int], sign_in: SignIn) -> None:
    reader = sign_in("pemantau")
    reader.decide(flags[1], "tidak_memihak")
    reader.decide(known, "ajakan")
    assert "Butir berjawaban yang saya jawab" in reader.get("/kesepakatan").text
    assert "Butir berjawaban yang saya jawab" not in sign_in("koordinator").get("/kesepakatan").text


def test_who_took_part_is_never_asked_and_nobody_twice(
    world: World, known: int, flags: list[int], sign_in: SignIn
) -> None:
    peer = sign_in("peninjau")
    assert peer.decide(flags[1], "tidak_memihak").location != f"/tanda/{known}"
    reader = sign_in("pemantau")
    assert reader.decide(flags[2], "tidak_memihak").location == f"/tanda/{known}"
    reader.decide(known, "ajakan")
    assert reader.decide(flags[3], "tidak_memihak").location != f"/tanda/{known}"


def test_none_are_mixed_in_where_the_office_wants_none(world: World, reader: Reader, flags: list[int]) -> None:
    world.config = world.config.model_copy(update={"review": world.config.review.model_copy(update={"known_every": 0})})
    reader.decide(flags[0], "dukungan")
    assert world.store.probes.next(world.monitor.user_id, 0) is None
    assert isinstance(reader.client, FlaskClient)


# ------------------------------------------------------------------ other doors


def test_search_and_persons_line_say_nothing_of_what_is_barred(world: World, reader: Reader, flags: list[int]) -> None:
    person = world.store.flags.get(flags[0]).actor.person.person_id
    assert reader.get(f"/orang/{person}").status_code == 200
    assert f"/tanda/{flags[0]}" in reader.get("/sudah?q=menangkan").text
    world.store.conflicts.declare(world.monitor.user_id, Tie.RELATIVE, "", 1, person_id=person)
    assert reader.get(f"/orang/{person}").status_code == 404
    for asked in ("menangkan", "Ratna"):
        page = reader.get(f"/sudah?q={asked}").text
        assert f"/tanda/{flags[0]}" not in page
        assert "Umpamawati" not in page


def test_search_and_persons_line_do_not_tell_a_reviewer_the_first_verdict(
    world: World, reader: Reader, peer: Reader, flags: list[int]
) -> None:
    person = world.store.flags.get(flags[0]).actor.person.person_id
    reader.decide(flags[0], "dukungan")
    for path in ("/sudah?q=menangkan", f"/orang/{person}", "/antrean?keadaan=informasi_awal"):
        assert "informasi awal</span>" not in peer.get(path).text, path
    look(peer, flags[0], "dukungan")
    assert "informasi awal</span>" in peer.get("/antrean?keadaan=informasi_awal").text


def test_a_recorded_act_of_a_relative_is_left_to_others(world: World, flags: list[int]) -> None:
    assert flags
    store = world.store
    person = store.roster.persons()[0].person_id
    held = [Picture("a" * 64, "PNG", 10, 10, 100)]
    capture_id = store.captures.record(a_capture(person_id=person, region=REGION), held, world.monitor.user_id)
    store.conflicts.declare(world.second.user_id, Tie.RELATIVE, "", 1, person_id=person)
    with pytest.raises(NotAllowedError, match="rekan lain"):
        store.captures.reject(capture_id, world.second.user_id, "bukan dia")
    assert store.captures.get(capture_id).state is CaptureState.WAITING
