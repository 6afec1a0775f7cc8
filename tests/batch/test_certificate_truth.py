"""The coverage certificate of a phase run equals the truth of servers that know what they served, account by account."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor import signing
from monitor.app import App
from monitor.batch.certificate import CERTIFICATE
from monitor.batch.report import COVERAGE, SIGNATURE, check
from monitor.batch.run import REPORT
from monitor.coverage import WORDS, State
from monitor.roster import diff, read_roster
from tests.batch.witness import Truth, Witness, populate
from tests.fakes import FakeClock
from tests.offices import ROOT
from tests.server.scenario import serve as serve_feed
from tests.server_bluesky import Network
from tests.server_bluesky import serve as serve_network
from tests.server_loopback import serve as serve_fediverse
from tests.server_mastodon import Fediverse
from tests.typist import Typist

WIB = ZoneInfo("Asia/Jakarta")
MANY = 12
HEADER = "NIP,Nama Lengkap,Jenis,Instansi,Jabatan,Wilayah,TMT,Bluesky,Bluesky_ID,Bluesky_Kondisi,Mastodon,Mastodon_ID,X,X_ID,YouTube,YouTube_ID"


@dataclass
class Scene:
    """An office whose phase run is over; `truths` by (source id or account id, account)."""

    folder: Path
    mark: str
    truths: dict[tuple[str, str], Truth]
    without_account: int


def calendar(folder: Path, today: date) -> None:
    """Put the quiet days around today: they began four days ago."""
    days = {name: (today + timedelta(days=offset)).isoformat() for name, offset in {
        "kampanye": -60, "akhir": -5, "tenang": -4, "tenang_akhir": 2, "pungut": 3, "rekap": 15, "dulu": -120,
        "tetap": -65, "mulai": -300, "usai": 100}.items()}  # fmt: skip
    (folder / "rules" / "calendar" / "contoh.yaml").write_text(
        "id: pilkada-contoh-2025\ntitle: Pilkada Kabupaten Contoh\nregime: pilkada\nlegal_basis: rekaan\n"
        f"regions: [Kabupaten Contoh]\nsince: {days['mulai']}\nuntil: {days['usai']}\nnominations:\n"
        f"  - {{aspirants_from: {days['dulu']}, fixed_on: {days['tetap']}, status: 2}}\n"
        f"campaign: {{since: {days['kampanye']}, until: {days['akhir']}, status: 2}}\n"
        f"quiet: {{since: {days['tenang']}, until: {days['tenang_akhir']}, status: 2}}\n"
        f"voting: {{on: {days['pungut']}, status: 2}}\ncounted: {{on: {days['rekap']}, status: 2}}\n",
        encoding="utf-8",
    )


def lay_out(folder: Path, witness: Witness, today: date) -> Path:
    """Write an office that watches what the witness serves."""
    shutil.copytree(ROOT / "rules", folder / "rules")
    calendar(folder, today)
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    home = witness.network.origin()
    sources = [
        f"  - {{id: bsky, type: bluesky, appview: '{home}', directory: '{home}', gap_seconds: 0}}",
        "  - {id: masto, type: mastodon, scheme: http, gap_seconds: 0}",
        *(f"  - {{id: {key}, type: feed, url: '{one.url('umpan')}', pages: none}}"
          for key, one in witness.feeds.items()),
    ]  # fmt: skip
    hosts = [*witness.network.hosts(), *witness.fediverse.hosts(), *(one.host for one in witness.feeds.values())]
    text = re.sub(r"(?ms)^sources:.*?(?=^schedule:)", "sources:\n" + "\n".join(sources) + "\n\n", text)
    text = re.sub(r"(?ms)^fetching:.*?(?=^reports:)", "", text)
    text += (
        f"\nfetching: {{min_gap_seconds: 0, max_requests_per_run: 100000, allow_private_hosts: {json.dumps(hosts)}}}\n"
    )
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return folder / "config.yaml"


class Rows:
    """Writes roster lists; every person once."""

    def __init__(self, folder: Path) -> None:
        self._path, self._rows = folder / "daftar.csv", list[str]()

    def add(self, bluesky: tuple[str, str] = ("", ""), mastodon: str = "", x: str = "", *, fake: bool = False,
            youtube: str = "") -> None:  # fmt: skip
        number = len(self._rows) + 1
        name, _, home = mastodon.rpartition("/users/")[2], None, mastodon.partition("//")[2].partition("/")[0]
        handle = f"{name}@{home}" if mastodon else ""
        self._rows.append(
            f"198504122010031{number:03d},Warga Contoh Nomor {number},PNS,Dinas Misal {number % 3},Staf,Kabupaten Contoh,"
            f"2010-03-01,{bluesky[1]},{bluesky[0]},{'palsu' if fake else ''},{handle},{mastodon},{x and 'ix'},{x},"
            f"{youtube and 'yt'},{youtube}"
        )

    def bring_in(self, app: App) -> None:
        self._path.write_text("\n".join([HEADER, *self._rows]) + "\n", encoding="utf-8")
        draft = read_roster(self._path, region=app.config.office.region)
        assert len(draft.rows) == len(self._rows)
        changes = diff(draft, app.store.roster.known(), app.store.roster.accounts())
        app.store.roster.apply(changes, user_id=None)


@contextmanager
def witnessed(seed: int, clock: FakeClock) -> Iterator[Witness]:
    """Run all servers."""
    with ExitStack() as running:
        network = running.enter_context(serve_network(Network(clock, page=3)))
        fediverse = Fediverse(clock, page=3)
        running.enter_context(serve_fediverse(fediverse))
        feeds = {f"warta-{number}": running.enter_context(serve_feed()) for number in range(5)}
        yield Witness(clock, WIB, random.Random(seed), network, fediverse, feeds)


def collect_for_days(app: App, witness: Witness, keys: list[str], days: list[date]) -> None:
    """Collect on each day from whom chance says; on the last from all, and an hour later from those not proved."""
    sources = [*keys, *witness.feeds]
    for number, day in enumerate(days):
        witness.clock.now = datetime.combine(day, time(3), UTC)
        witness.turn_the_wheel(keys)
        whole = number == len(days) - 1
        # Some accounts and a feed are asked before the phase alone, so that they must count as never tried in it.
        asked = [one for one in sources if number == 0 or (witness.dice.random() < (0.8 if whole else 0.5))]
        asked = [one for one in asked if number == 0 or one not in {keys[0], keys[MANY], "warta-0"}]
        app.gather(asked, lambda _: None)
    witness.clock.tick(hours=1)
    witness.turn_the_wheel([one for one in keys if witness.dice.random() < 0.7])
    app.gather([one for one in app.missing() if one not in {keys[0], keys[MANY], "warta-0"}], lambda _: None)


def played(tmp_path: Path, seed: int) -> Scene:
    """Let an office collect for days from servers that fail by chance, then swear to a phase run."""
    today = datetime.now(WIB).date()
    clock = FakeClock(datetime.combine(today - timedelta(days=6), time(1), UTC))
    with witnessed(seed, clock) as witness:
        config = lay_out(tmp_path / "kantor", witness, today)
        repos, people = populate(witness, MANY)
        rows = Rows(tmp_path)
        for repo, person in zip(repos, people, strict=True):
            rows.add((repo.did, repo.handle))
            rows.add(mastodon=person.uri)
        rows.add(x="x-1")
        rows.add(youtube="UCtanpasumber")
        rows.add(("did:plc:palsu", "palsu.example"), fake=True)
        rows.add()
        rows.add()
        keys = [*(f"bsky/{one.did}" for one in repos), *(f"masto/{one.uri}" for one in people)]
        app = App.build(config, clock=clock, sleep=clock.sleep)
        try:
            app.governance.refresh_shipped()
            rows.bring_in(app)
            collect_for_days(app, witness, keys, [today - timedelta(days=n) for n in (6, 4, 3, 2, 1)])
            late = witness.network.account("terlambat")
            witness.network.post(late, "kabar")
            rows.add((late.did, late.handle))
            rows.bring_in(app)
        finally:
            app.close()
        first = today - timedelta(days=4)
        truths = {(key, ""): witness.truth(key, first) for key in [*keys, *witness.feeds, f"bsky/{late.did}"]}
    truths |= {("", "x/x-1"): Truth("menunggu_keputusan"), ("", "youtube/UCtanpasumber"): Truth("belum_dicoba"),
               ("bsky", "bluesky/did:plc:palsu"): Truth("belum_dicoba")}  # fmt: skip
    folder, mark = sworn(config, tmp_path)
    return Scene(folder, mark, truths, 2)


def sworn(config: Path, tmp_path: Path) -> tuple[Path, str]:
    """Run the phase run by its command, signed."""
    netra = Typist(config)
    netra("batch-key", str(tmp_path / "kunci"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(signing.ENVIRONMENT, (tmp_path / "kunci").read_text(encoding="ascii"))
        folder = Path(netra.json("batch", "--phase", "tenang")["folder"])
    mark = json.loads((folder / SIGNATURE).read_text(encoding="ascii"))["fingerprint"]
    return folder, mark


# --------------------------------------------------------------------------- comparing


def differences(scene: Scene) -> list[str]:
    """Say where the signed report, its table and the printed certificate differ from what the servers know."""
    found = [f"{one.file}: {one.said}" for one in check(scene.folder, [scene.mark])]
    rows = read_rows(scene.folder)
    told = Counter(key for key, _ in rows)
    found += [f"{key}: {number} baris" for key, number in told.items() if number != 1 and key != ("", "")]
    held = dict(rows)
    found += [f"{key}: tidak ada di sertifikat" for key in scene.truths if key not in held]
    found += [f"{key}: tidak dikenal siapa pun" for key in held if key not in scene.truths and key != ("", "")]
    for key, truth in scene.truths.items():
        if key in held and held[key] != truth:
            found.append(f"{key}: sertifikat {held[key]}, sebenarnya {truth}")
    if told["", ""] != scene.without_account:
        found.append(f"tanpa akun: {told['', '']}")
    expected = Counter(truth.state for (key, _), truth in scene.truths.items() if not key.startswith("warta-"))
    expected["tanpa_akun"] = scene.without_account
    return [*found, *_sums(scene.folder, expected), *_printed(scene.folder, expected)]


def read_rows(folder: Path) -> list[tuple[tuple[str, str], Truth]]:
    """Read the table of the certificate."""
    found = list[tuple[tuple[str, str], Truth]]()
    with (folder / COVERAGE).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            proved = row["terakhir_terbukti"]
            day = datetime.fromisoformat(proved).astimezone(WIB).date() if proved else None
            asked = "/" in row["sumber"] or not row["orang"]
            name = {"ix": "x-1", "yt": "UCtanpasumber", "palsu.example": "did:plc:palsu"}.get(row["akun"], row["akun"])
            account = "" if asked or not row["platform"] else f"{row['platform']}/{name}"
            found.append(((row["sumber"], account), Truth(row["keadaan"], day)))
    return found


def _sums(folder: Path, expected: Mapping[str, int]) -> list[str]:
    said = json.loads((folder / REPORT).read_text(encoding="utf-8"))["coverage"]
    proved = sum(expected[one] for one in ("terlihat", "terbukti_kosong", "tidak_berubah"))
    askable = sum(expected.values()) - expected["menunggu_keputusan"] - expected["tanpa_akun"]
    wanted = {
        "states": {str(one): expected[one] for one in State}, "proved": proved, "askable": askable,
        "lines": sum(expected.values()), "share": proved / askable, "whole_share": proved / sum(expected.values()),
        "people_without_account": expected["tanpa_akun"],
    }  # fmt: skip
    return [f"laporan {name}: {said.get(name)}, sebenarnya {one}" for name, one in wanted.items() if said[name] != one]


def _printed(folder: Path, expected: Mapping[str, int]) -> list[str]:
    text = (folder / CERTIFICATE).read_text(encoding="utf-8")
    part = text.partition("<h2>2. Cakupan")[2].partition("<h2>3.")[0]
    bars = dict(re.findall(r"<text[^>]*>([^<]+)</text><rect[^>]*/><text[^>]*>([\d.]+)</text>", part))
    wanted = {name: str(expected[state]) for state, name in WORDS.items()}
    proved = sum(expected[one] for one in ("terlihat", "terbukti_kosong", "tidak_berubah"))
    askable = sum(expected.values()) - expected["menunggu_keputusan"] - expected["tanpa_akun"]
    found = [] if bars == wanted else [f"sertifikat cetak: {bars}, sebenarnya {wanted}"]
    if f"Terbukti {proved} dari {askable} baris" not in part:
        found.append("sertifikat cetak: jumlah terbukti lain")
    return found


# --------------------------------------------------------------------------- the tests


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """One scene, copied before it is changed."""
    return played(tmp_path_factory.mktemp("saksi"), 0)


def test_the_certificate_is_what_the_servers_know(scene: Scene) -> None:
    assert differences(scene) == []
    states = Counter(one.state for one in scene.truths.values())
    # Nothing is proved by a scene in which nothing happens.
    assert {"terlihat", "terbukti_kosong", "tidak_berubah", "ditolak", "gagal", "belum_dicoba"} <= set(states)


@pytest.mark.parametrize("seed", [4, 7])
def test_whatever_befalls_the_accounts(tmp_path: Path, seed: int) -> None:
    scene = played(tmp_path, seed)
    assert differences(scene) == []
    assert "tidak_ada_lagi" in {one.state for one in scene.truths.values()}


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_bytes().decode()
    assert change(before) != before
    path.write_bytes(change(before).encode())


def _one_state_better(folder: Path) -> None:
    _rewrite(folder / COVERAGE, lambda text: re.sub(r",(ditolak|gagal|belum_dicoba),", ",terlihat,", text, count=1))


def _two_states_swapped(folder: Path) -> None:
    """No sum changes."""
    _rewrite(folder / COVERAGE, lambda text: re.sub(r",gagal,", ",terlihat,", text, count=1))
    _rewrite(folder / COVERAGE, lambda text: re.sub(r"(masto/.*),terlihat,", r"\1,gagal,", text, count=1))


def _one_line_less(folder: Path) -> None:
    _rewrite(folder / COVERAGE, lambda text: "".join(text.splitlines(keepends=True)[:-8]))


def _one_line_twice(folder: Path) -> None:
    _rewrite(folder / COVERAGE, lambda text: text + text.splitlines(keepends=True)[1])


def _another_proof(folder: Path) -> None:
    _rewrite(folder / COVERAGE, lambda text: re.sub(r"20\d\d-\d\d-\d\d(?= \d\d:)", "2020-01-01", text, count=1))


def _a_better_sum(folder: Path) -> None:
    said = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    said["coverage"]["states"]["terlihat"] += 1
    said["coverage"]["states"]["gagal"] -= 1
    (folder / REPORT).write_text(json.dumps(said), encoding="utf-8")


def _a_better_print(folder: Path) -> None:
    better = r"Terbukti \2 dari \2 baris"
    _rewrite(folder / CERTIFICATE, lambda text: re.sub(r"Terbukti (\d+) dari (\d+) baris", better, text))


LIES: list[Callable[[Path], None]] = [
    _one_state_better, _two_states_swapped, _one_line_less, _one_line_twice, _another_proof, _a_better_sum,
    _a_better_print,
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES, ids=[one.__name__.strip("_") for one in LIES])
@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed-anew"])
def test_a_wrong_certificate_is_found(
    scene: Scene, tmp_path: Path, lie: Callable[[Path], None], *, signed: bool
) -> None:
    folder = tmp_path / "salinan"
    shutil.copytree(scene.folder, folder)
    lie(folder)
    mark = sign_anew(folder, tmp_path) if signed else scene.mark
    found = differences(Scene(folder, mark, scene.truths, scene.without_account))
    assert found
    if signed:
        # Whoever holds the key can make the folder agree with itself, but not with the servers.
        assert check(folder, [mark]) == []


def sign_anew(folder: Path, tmp_path: Path) -> str:
    """Make a folder agree with itself again, by a key of one's own."""
    signing.new_key(tmp_path / "lain")
    key = signing.read_key("", tmp_path / "lain", tmp_path / "x" / "netra.db")
    assert key is not None
    said = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    said["files"][COVERAGE] = hashlib.sha256((folder / COVERAGE).read_bytes()).hexdigest()
    text = json.dumps(said).encode()
    (folder / REPORT).write_bytes(text)
    public = signing.public_bytes(key)
    mark = signing.fingerprint(public)
    (folder / SIGNATURE).write_text(
        json.dumps({"algorithm": "Ed25519", "public": public.hex(), "fingerprint": mark,
                    "signature": key.sign(text).hex()}), encoding="ascii"
    )  # fmt: skip
    return mark
