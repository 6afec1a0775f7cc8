"""Matching: who acted, by id, by handle, by name; and who did not."""

from __future__ import annotations

import csv
import os
import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import (
    AccountRef,
    Actor,
    Appointment,
    Basis,
    Condition,
    Confidence,
    HandleSpan,
    ItemKind,
    PersonKind,
    Platform,
)
from monitor.roster import Roster
from monitor.roster.names import strip_titles
from tests.fakes_roster import NOON, WIB, account, article, person, post

IG = Platform.INSTAGRAM


def named(actors: tuple[Actor, ...]) -> list[int]:
    return [one.person.person_id for one in actors]


# --------------------------------------------------------------------------- accounts


def test_immutable_id_is_certain_whatever_the_handle() -> None:
    roster = Roster([person(1, "Contoh Misal")], [account(1, "77", "lama")], WIB)
    (actor,) = roster.actors(post(AccountRef(IG, "77", "nama_baru")))
    assert (actor.person.person_id, actor.basis, actor.strength) == (1, Basis.ACCOUNT_ID, 1.0)
    assert actor.account is not None
    assert actor.account.confidence is Confidence.VERIFIED


@pytest.mark.parametrize("kind", [ItemKind.POST, ItemKind.COMMENT, ItemKind.LIKE, ItemKind.SHARE, ItemKind.FOLLOW])
def test_every_act_is_matched_by_its_author(kind: ItemKind) -> None:
    roster = Roster([person(1, "Contoh Misal")], [account(1, "77")], WIB)
    assert named(roster.actors(post(AccountRef(IG, "77"), kind=kind))) == [1]
    assert roster.actors(post(AccountRef(Platform.TIKTOK, "77"), kind=kind)) == ()


def test_handle_alone_is_weaker_and_never_above_cocok() -> None:
    roster = Roster([person(1, "Contoh Misal")], [account(1, "77", "@Misal_C")], WIB)
    (actor,) = roster.actors(post(AccountRef(IG, "", "misal_c")))
    assert actor.basis is Basis.HANDLE
    assert actor.strength < 1
    assert actor.account is not None
    assert actor.account.confidence is Confidence.MATCHED
    claimed = Roster([person(1, "Contoh Misal")], [account(1, "", "misal_c", Confidence.CLAIMED)], WIB)
    (weak,) = claimed.actors(post(AccountRef(IG, "", "misal_c")))
    assert weak.account is not None
    assert weak.account.confidence is Confidence.CLAIMED


def test_another_id_under_the_same_handle_is_another_person() -> None:
    roster = Roster([person(1, "Contoh Misal")], [account(1, "77", "misal_c")], WIB)
    assert roster.actors(post(AccountRef(IG, "78", "misal_c"))) == ()


def test_handle_counts_only_in_its_time() -> None:
    spans = (HandleSpan("lama", None, date(2025, 3, 31)), HandleSpan("baru", date(2025, 4, 1)))
    roster = Roster([person(1, "Contoh Misal")], [account(1, spans=spans)], WIB)
    assert roster.actors(post(AccountRef(IG, "", "lama"))) == ()
    assert named(roster.actors(post(AccountRef(IG, "", "baru")))) == [1]
    # 23:30 UTC on 31 March is already 1 April in the office
    assert named(roster.actors(post(AccountRef(IG, "", "baru"), at=datetime(2025, 3, 31, 23, 30, tzinfo=UTC)))) == [1]


def test_the_author_acted_not_somebody_named_in_the_text() -> None:
    roster = Roster([person(1, "Contoh Misal Rekaan"), person(2, "Uji Andika")], [account(2, "88")], WIB)
    stored = post(AccountRef(IG, "88"), text="Bersama Contoh Misal Rekaan, Analis Dinas Uji")
    assert named(roster.actors(stored)) == [2]
    assert roster.actors(post(None, text="Contoh Misal Rekaan")) == ()


def test_appointment_is_the_one_on_the_day_of_the_act() -> None:
    old = Appointment(PersonKind.PPNPN, "Dinas Lama", "Staf", "Kabupaten Contoh", date(2020, 1, 1), date(2024, 12, 31))
    new = Appointment(PersonKind.PNS, "Dinas Baru", "Analis", "Kabupaten Contoh", date(2025, 2, 1), None)
    roster = Roster([person(1, "Contoh Misal", appointments=(old, new))], [account(1, "77")], WIB)
    ref = AccountRef(IG, "77")
    days = [datetime(2024, 6, 1, tzinfo=UTC), datetime(2025, 1, 15, tzinfo=UTC), NOON]
    found = [roster.actors(post(ref, at=day))[0].appointment for day in days]
    assert found == [old, None, new]
    undated = roster.actors(post(ref, at=None))
    assert undated[0].appointment == new


def test_account_without_person_matches_nobody() -> None:
    assert Roster([], [account(9, "77")], WIB).actors(post(AccountRef(IG, "77"))) == ()


# --------------------------------------------------------------------------- names


def test_titles_case_and_spacing_do_not_matter() -> None:
    roster = Roster([person(1, "drg. H. Contoh Misal Rekaan, S.Sos., M.Si.")], [], WIB)
    for text in (
        "Kata Drs. H. CONTOH  MISAL REKAAN, M.Si., kemarin.",
        "kata contoh misal rekaan kemarin",
        "Contoh\nMisal Rekaan hadir",
    ):
        (actor,) = roster.actors(article(text))
        assert actor.basis is Basis.NAME


def test_words_of_a_name_do_not_reach_over_a_sentence() -> None:
    roster = Roster([person(1, "Contoh Misal")], [], WIB)
    for text in (
        "Beri contoh. Misal begini",
        "Contoh, Misal",
        "Contoh\n\nMisal",
        "Contohnya Misal",
        "Mencontoh Misalnya",
    ):
        assert roster.actors(article(text)) == (), text


def test_longest_name_wins() -> None:
    roster = Roster([person(1, "Contoh Misal"), person(2, "Contoh Misal Rekaan")], [], WIB)
    assert named(roster.actors(article("Menurut Contoh Misal Rekaan, rapat selesai"))) == [2]


def test_two_words_inside_a_longer_unknown_name_are_weaker() -> None:
    roster = Roster([person(1, "Contoh Misal")], [], WIB)
    (alone,) = roster.actors(article("Menurut Contoh Misal rapat selesai"))
    (inside,) = roster.actors(article("Menurut Contoh Misal Andaikata rapat selesai"))
    (titled,) = roster.actors(article("Menurut Contoh Misal S.Sos rapat selesai"))
    assert inside.strength < alone.strength == titled.strength


def test_short_form_is_weaker_and_not_taken_from_another_longer_name() -> None:
    roster = Roster([person(1, "Contoh Misal Rekaan")], [], WIB)
    (full,) = roster.actors(article("Kata Contoh Misal Rekaan di Contoh"))
    (short,) = roster.actors(article("Kata Contoh Misal di Contoh"))
    assert short.strength < full.strength
    assert roster.actors(article("Kata Contoh Misal Andaikata di Contoh")) == ()


@pytest.mark.parametrize("written", ["Contoh M. Rekaan", "Contoh Misal R.", "Contoh Misal R"])
def test_initials(written: str) -> None:
    roster = Roster([person(1, "Contoh Misal Rekaan")], [], WIB)
    assert named(roster.actors(article(f"Menurut {written} rapat selesai"))) == [1]


def test_muhammad_by_any_spelling() -> None:
    roster = Roster([person(1, "Muhammad Contoh")], [], WIB)
    for written in ("M. Contoh", "Muh. Contoh", "Moh Contoh", "Mochamad Contoh"):
        assert named(roster.actors(article(f"Kata {written} kemarin"))) == [1], written


def test_shared_name_is_weaker_and_office_region_post_make_it_stronger() -> None:
    one = person(1, "Contoh Misal", office="Dinas Perikanan", post="Kepala Bidang Tambak", region="Kabupaten Rekaan")
    other = person(2, "Contoh Misal", office="Rumah Sakit Uji", post="Perawat", region="Kota Andaikan")
    text = "Kabid Tambak Dinas Perikanan Kabupaten Rekaan Contoh Misal hadir."
    (alone,) = Roster([one], [], WIB).actors(article("Contoh Misal hadir."))
    both = Roster([one, other], [], WIB).actors(article("Contoh Misal hadir."))
    assert [actor.same_name for actor in both] == [2, 2]
    assert all(actor.strength < alone.strength for actor in both)
    placed = Roster([one, other], [], WIB).actors(article(text))
    assert named(placed) == [1, 2]
    assert placed[0].strength > both[0].strength
    assert placed[0].strength > placed[1].strength


def test_one_word_name_needs_its_office_or_post_beside_it() -> None:
    roster = Roster([person(1, "Misalkan", office="Bagian Hukum Setda", post="Kepala Bagian")], [], WIB)
    assert named(roster.actors(article("Kabag Hukum Misalkan membuka acara."))) == [1]
    assert roster.actors(article("Misalkan hujan, acara pindah.")) == ()
    assert roster.actors(article("Bagian Hukum, misalkan saja, ikut.")) == ()
    assert roster.actors(article("Kepala Bagian Hukum di Jalan Misalkan 5.")) == ()
    assert roster.actors(article("Kepala Bagian Hukum Misalkan Andaikata.")) == ()


def test_spans_include_every_mention() -> None:
    roster = Roster([person(1, "Misalkan", office="Bagian Hukum", post="Kepala Bagian")], [], WIB)
    (actor,) = roster.actors(article("Kepala Bagian Hukum Misalkan membuka.\n\nDemikian kata Misalkan."))
    raw = "Judul\nKepala Bagian Hukum Misalkan membuka.\n\nDemikian kata Misalkan."
    assert [raw[start:end] for start, end in actor.spans] == ["Misalkan", "Misalkan"]


def test_a_page_that_repeats_a_name_without_end_is_bounded() -> None:
    roster = Roster([person(n, "Contoh Misal") for n in range(20)], [], WIB)
    start = time.process_time()
    actors = roster.actors(article("Contoh Misal, " * 20_000))
    assert time.process_time() - start < 10
    assert len(actors) == 20
    assert all(len(actor.spans) == 50 for actor in actors)


def test_words_of_another_paragraph_do_not_anchor() -> None:
    roster = Roster([person(1, "Misalkan", office="Bagian Hukum", post="Kepala Bagian")], [], WIB)
    assert roster.actors(article("Kepala Bagian Hukum hadir.\nMisalkan juga.")) == ()
    assert named(roster.actors(article("Acara.\nMisalkan, Kepala Bagian Hukum, hadir.\nSelesai."))) == [1]


def test_wanted_looks_for_any_rostered_name() -> None:
    roster = Roster([person(1, "Contoh Misal Rekaan")], [], WIB)
    assert roster.wanted("Rapat dihadiri Contoh Misal Rekaan")
    assert not roster.wanted("Beri contoh misal rekaan")
    assert not roster.wanted("Rapat biasa")
    assert not Roster([], [], WIB).wanted("Rapat biasa")


NAME_WORDS = st.sampled_from(["Contoh", "Misal", "Rekaan", "Ujiwan", "Ma'rufin", "Déwita", "Andaikan", "Umpama"])
NAMES = st.lists(NAME_WORDS, min_size=2, max_size=4, unique=True).map(" ".join)
AROUND = st.text(alphabet="abc ,.İß\n-😀", max_size=25)


@given(NAMES, AROUND, AROUND)
def test_spans_point_at_the_name_in_the_raw_text(name: str, before: str, after: str) -> None:
    roster = Roster([person(1, name)], [], WIB)
    text = f"{before}, {name}, {after}"
    (actor,) = roster.actors(article(text, title="Judul 😀"))
    raw = f"Judul 😀\n{text}"
    assert name in [raw[start:end] for start, end in actor.spans]


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    roster = Roster([person(1, "Contoh Misal Rekaan"), person(2, "Uji"), person(3, "")], [], WIB)
    raw = f"Judul\n{text}"
    for actor in roster.actors(article(text)):
        assert 0 < actor.strength <= 1
        assert all(0 <= start < end <= len(raw) for start, end in actor.spans)


def test_digest_changes_with_any_fact_and_not_with_order() -> None:
    people, accounts = [person(1, "Contoh Misal"), person(2, "Uji Rekaan")], [account(1, "7"), account(2, "8")]
    first = Roster(people, accounts, WIB).digest
    assert Roster(people[::-1], accounts[::-1], WIB).digest == first
    special = replace(accounts[0], conditions=frozenset({Condition.FAKE, Condition.TRADE}))
    assert Roster(people, [special, accounts[1]], WIB).digest != first


def test_a_hundred_thousand_names_are_no_burden() -> None:
    chance = random.Random(7)
    tokens = ["".join(chance.choices("bdgklmnprstaiueo", k=chance.randint(4, 9))).title() for _ in range(5000)]
    people = [person(n, " ".join(chance.choices(tokens, k=chance.choice((2, 3, 3, 4))))) for n in range(100_000)]
    text = "Rapat koordinasi dihadiri " + ", ".join(one.name for one in people[:3]) + ". " + "Acara berlangsung. " * 80
    roster = Roster(people, [], WIB)
    start = time.process_time()
    roster.wanted("x")
    built = time.process_time() - start
    start = time.process_time()
    for _ in range(20):
        found = roster.actors(article(text))
    each = (time.process_time() - start) / 20
    assert {0, 1, 2} <= set(named(found))
    assert built < 10
    assert each < 0.05


# --------------------------------------------------------------------------- real articles


@pytest.mark.real
def test_officials_are_found_in_real_articles_and_nowhere_else() -> None:
    folder = os.environ.get("NETRA_REAL_DATA")
    if not folder:
        pytest.skip("NETRA_REAL_DATA is not set: real articles are not part of the project")
    with (Path(folder) / "news_roster.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    people = [
        person(n, row["nama"], row["instansi"], row["jabatan"], row["wilayah"]) for n, row in enumerate(rows, start=1)
    ]
    assert all(one.name == strip_titles(one.full_name) for one in people)
    wanted = {n: set(row["disebut_di"].split()) for n, row in enumerate(rows, start=1)}
    roster = Roster(people, [], WIB)
    files = sorted((Path(folder) / "news").glob("*.txt"))
    assert len(files) == 5
    for path in files:
        title, _, text = path.read_text(encoding="utf-8").partition("\n")
        found = set(named(roster.actors(article(text, title=title))))
        assert found == {number for number, names in wanted.items() if path.name in names}, path.name
