"""The case page beyond the decision: whose account it is, the check of evidence, edits, silence of the machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models import Condition, Confidence, ReasonCode, State
from monitor.store import Touch
from monitor.web.edits import CAME, GONE, compare
from tests.fakes_web import SEEDS, World
from tests.web.conftest import Reader


def _change(reader: Reader, flag_id: int, **fields: str) -> int:
    page = reader.get(f"/tanda/{flag_id}").text
    was = re.search(r'name="semula" value="([^"]+)"', page)
    assert was is not None
    return reader.send(f"/tanda/{flag_id}/pemilik", **{"semula": was[1], **fields}).status_code


def test_the_confidence_goes_up_and_down_with_what_was_seen(world: World, reader: Reader) -> None:
    assert _change(reader, 2, keyakinan="terverifikasi", dilihat="ia menandatangani pengakuan") == 303
    page = reader.get("/tanda/2").text
    assert "ia menandatangani pengakuan" in page
    assert "Keyakinan akun kini “terverifikasi”." in page
    assert re.search(r"cocok → terverifikasi\s*<span[^>]*>oleh <bdi[^>]*>Sinta Rekaan</bdi>", page)
    assert _change(reader, 2, keyakinan="diduga", dilihat="tetangga membantah") == 303
    account = world.store.flags.get(2).actor.account
    assert account is not None
    assert account.confidence is Confidence.CLAIMED
    [lowered, raised] = world.store.roster.checks(account.account_id)
    assert (lowered.user_id, lowered.flag_id, lowered.seen) == (world.monitor.user_id, 2, "tetangga membantah")
    assert raised.after == "terverifikasi"
    assert world.store.audit.verify().ok


def test_a_condition_is_set_and_cleared_from_the_case(world: World, reader: Reader) -> None:
    assert _change(reader, 2, tandai="diretas", dilihat="laporan polisi") == 303
    account = world.store.flags.get(2).actor.account
    assert account is not None
    assert account.conditions == {Condition.HIJACKED}
    assert _change(reader, 2, cabut="diretas", dilihat="laporan dicabut") == 303
    assert world.store.roster.accounts()[1].conditions == frozenset()


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"keyakinan": "diduga", "dilihat": "  "}, 400, "Tulis apa yang dilihat"),
        ({"keyakinan": "diduga", "dilihat": "a" * 301}, 400, "Tulis apa yang dilihat"),
        ({"keyakinan": "diduga", "dilihat": "ragu", "semula": "diduga"}, 409, "Orang lain mengubah"),
        ({"tandai": "kaya", "dilihat": "rumahnya"}, 400, ""),
        ({"dilihat": "apa saja"}, 400, ""),
    ],
)
def test_what_cannot_be_stored_is_said_and_changes_nothing(
    world: World, reader: Reader, fields: dict[str, str], status: int, said: str
) -> None:
    answer = reader.send("/tanda/2/pemilik", **{"semula": "cocok", **fields})
    assert answer.status_code == status
    assert said in answer.text
    assert world.store.roster.checks(2) == []


def test_what_verified_still_lacks_is_named(world: World, reader: Reader) -> None:
    seed = replace(SEEDS[1], name="Tanpa Instansi", office="")
    flag_id = world.flag(seed, 50)
    assert "instansi orangnya di daftar" in reader.get(f"/tanda/{flag_id}").text
    answer = reader.send(f"/tanda/{flag_id}/pemilik", semula="cocok", keyakinan="terverifikasi", dilihat="ia mengaku")
    assert answer.status_code == 400
    assert "“Terverifikasi” masih kurang: instansi orangnya di daftar." in answer.text


def test_only_who_decides_changes_it_and_only_where_there_is_an_account(
    world: World, flags: list[int], sign_in: Callable[[str], Reader]
) -> None:
    auditor = sign_in("auditor")
    assert "Apa yang dilihat" not in auditor.get("/tanda/2").text
    assert auditor.send("/tanda/2/pemilik", keyakinan="diduga", dilihat="ragu").status_code == 403
    assert sign_in("pemantau").send("/tanda/7/pemilik", keyakinan="diduga", dilihat="ragu").status_code == 403
    assert sign_in("wilayah").send("/tanda/13/pemilik", keyakinan="diduga", dilihat="ragu").status_code == 404
    assert world.store.roster.checks(2) == []


def test_evidence_is_hashed_again_on_request(world: World, reader: Reader) -> None:
    assert reader.send("/tanda/1/periksa").status_code == 303
    page = reader.get("/tanda/1").text
    assert "utuh, 1 berkas dihitung ulang" in page
    digest = world.store.flags.get(1).stored.evidence_sha256
    entry = world.store.custody.log(1)[-2]
    assert (entry.act, entry.sha256, entry.user_id) == (Touch.VERIFY, digest, world.monitor.user_id)
    [body] = world.archive.folder.rglob(f"{digest}.gz")
    body.chmod(0o600)
    body.write_bytes(b"lain")
    reader.send("/tanda/1/periksa")
    page = reader.get("/tanda/1").text
    assert "TIDAK UTUH" in page
    assert digest[:12] in page


def test_words_that_differ_from_their_digest_are_found(world: World, flags: list[int], reader: Reader) -> None:
    db = world.store._connection.db
    db.execute("DROP TRIGGER item_versions_fixed")
    db.execute("UPDATE item_versions SET payload = replace(payload, 'menangkan', 'kalahkan') WHERE item_id = 1")
    db.conn.commit()
    reader.send("/tanda/1/periksa")
    assert "isi versi 1 tidak sama dengan sidiknya" in reader.get("/tanda/1").text


def test_an_edit_is_shown_word_by_word(world: World, reader: Reader) -> None:
    world.clock.tick(seconds=60)
    world.collect(replace(SEEDS[2], text=SEEDS[2].text.replace("Nomor 2", "Nomor 1 <b>")), "butir-3")
    page = reader.get("/tanda/3").text
    assert re.search(r"<del><span[^>]*>\[dihapus: </span>2 <span", page)
    assert re.search(r"<ins><span[^>]*>\[ditambahkan: </span>1 &lt;b&gt; <span", page)


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_both_sides_of_a_comparison_give_their_text_again(old: str, new: str) -> None:
    sides = compare(old, new)
    assert sides is not None
    before, after = sides
    assert "".join(one.text for one in before) == old
    assert "".join(one.text for one in after) == new
    assert not any(one.kind == CAME for one in before)
    assert not any(one.kind == GONE for one in after)
    assert "".join(one.text for one in before if one.kind != GONE) == "".join(
        one.text for one in after if one.kind != CAME
    )


def test_what_is_too_long_is_not_compared() -> None:
    assert compare("kata " * 1001, "kata") is None


def test_the_machine_keeps_silent_until_the_reader_has_decided(world: World, reader: Reader) -> None:
    assert "Ajakan memilih pasangan" in reader.get("/tanda/1").text
    assert reader.send("/tampilan", mesin="sembunyi", kembali="/tanda/1").location == "/tanda/1"
    page = reader.get("/tanda/1").text
    for said in ("Ajakan memilih pasangan", "0,94", "<mark>", "cip-tinggi", "DIS-2", "aturan-1"):
        assert said not in page, said
    assert "Mari kita menangkan" in page
    assert "muncul setelah Anda memutuskan" in page
    reader.decide(1, "dukungan")
    page = reader.get("/tanda/1").text
    assert "Ajakan memilih pasangan" in page
    assert "<mark>" in page
    reader.send("/tampilan", mesin="tampil")
    assert "Ajakan memilih pasangan" in reader.get("/tanda/4").text or "cip-tinggi" in reader.get("/tanda/4").text


def test_other_decisions_on_the_person_appear_only_after_this_one(world: World, reader: Reader) -> None:
    first = world.store.flags.get(3)
    actor = first.actor
    item_id = world.collect(replace(SEEDS[2], text="Ayo Bu Citra lagi"), "butir-99")
    second = world.screen(item_id, actor, world.opinion(SEEDS[2], 60))
    reader.decide(3, "kritik_pertanyaan", "kritik biasa")
    assert "Putusan lain tentang orang ini" not in reader.get(f"/tanda/{second}").text
    reader.decide(second, "dukungan")
    page = reader.get(f"/tanda/{second}").text
    assert "Putusan lain tentang orang ini" in page
    assert "Kritik atau pertanyaan" in page.split("Putusan lain tentang orang ini")[1]
    assert "/tanda/3" in page
    world.store.decisions.undo(2, world.monitor.user_id, 2)
    assert "Putusan lain tentang orang ini" not in reader.get(f"/tanda/{second}").text
    assert world.store.flags.get(3).state is State.CLEARED
    assert world.store.flags.get(3).decisions[-1].reason is ReasonCode.CRITICISM


def test_the_theme_is_kept_and_printing_stays_light(reader: Reader) -> None:
    assert 'media="screen and (prefers-color-scheme: dark)"' in reader.get("/antrean").text
    answer = reader.send("/tampilan", tema="gelap", kembali="/ringkasan")
    assert answer.location == "/ringkasan"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert 'media="screen"' in reader.get("/antrean").text
    reader.send("/tampilan", tema="terang")
    assert "gelap.css" not in reader.get("/antrean").text
    assert "Set-Cookie" not in reader.send("/tampilan", tema="ungu").headers or "netra-tema" not in str(
        reader.send("/tampilan", tema="ungu").headers
    )
    assert reader.send("/tampilan", kembali="https://jahat.invalid/").location == "/"


def test_what_is_indonesian_on_an_english_page_says_so(reader: Reader) -> None:
    reader.send("/bahasa", bahasa="en")
    page = reader.get("/tanda/1").text
    assert '<html lang="en">' in page
    assert '<bdi dir="auto" lang="id">Ajakan memilih pasangan</bdi>' in page
