"""Settings: one YAML file, frozen, every mistake at once with line and advice. Secrets: only the environment."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor import strictyaml
from monitor.door import Web
from monitor.errors import ConfigError, Problem
from monitor.models import ItemKind, Phase, Platform
from monitor.postbox import Digest
from monitor.recipients import Reports

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}

Zone = Literal["WIB", "WITA", "WIT"]
Every = Annotated[str, Field(pattern=r"^[1-9][0-9]*(menit|jam|hari)$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
_UNITS = {"menit": 60, "jam": 3600, "hari": 86400}


def seconds(every: str) -> int:
    """Turn "30menit", "6jam" or "1hari" into seconds."""
    unit = next(unit for unit in _UNITS if every.endswith(unit))
    return int(every.removesuffix(unit)) * _UNITS[unit]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Office(_Strict):
    """The office that runs this copy."""

    name: str = Field(min_length=3)
    region: str = Field(min_length=3)
    timezone: Zone
    contact: str = Field(min_length=5, description="alamat yang dapat dihubungi; ikut dalam User-Agent")
    zones: dict[str, Zone] = Field(default_factory=dict, description="wilayah dengan zona waktu lain: nama: zona")

    def zone_name(self, region: str) -> Zone:
        """Give the zone in whose days a region lives; the office's own for every region that is not named."""
        return {" ".join(name.split()).casefold(): zone for name, zone in self.zones.items()}.get(
            " ".join(region.split()).casefold(), self.timezone
        )


class Processing(_Strict):
    """Why personal data may be processed (UU 27/2022)."""

    purpose: str = Field(min_length=20)
    legal_basis: str = Field(min_length=10)


class RetentionPart(_Strict):
    """Other days for one source or one phase; what is left out stays as it is for all."""

    cleared_days: int | None = Field(default=None, ge=1)
    forwarded_days: int | None = Field(default=None, ge=1)
    unflagged_days: int | None = Field(default=None, ge=1)


class Retention(_Strict):
    """Days after which things are erased. No defaults: the office follows its own archive schedule."""

    cleared_days: int = Field(ge=1)
    forwarded_days: int = Field(ge=1)
    unflagged_days: int = Field(ge=1)
    by_source: dict[Identifier, RetentionPart] = Field(default_factory=dict, description="id sumber: hari lain")
    by_phase: dict[Phase, RetentionPart] = Field(default_factory=dict, description="tahapan: hari lain")
    automatic: bool = Field(default=False, description="dihapus tiap hari oleh penjadwal, sehari sesudah diumumkan")


class Thresholds(_Strict):
    """From which probability the model alone makes a flag, and from which it calls it high."""

    flag: float = Field(gt=0, lt=1)
    high: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.high < self.flag:
            msg = "`high` lebih kecil dari `flag` — naikkan `high`"
            raise ValueError(msg)
        return self


class FeedCanary(_Strict):
    """News that a site publishes every day at known times; a feed that does not show it, shows nothing."""

    title: str = Field(min_length=3, description="kata dalam judul berita yang selalu terbit itu")
    at: tuple[Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")], ...] = Field(
        min_length=1, description="jam terbitnya setiap hari, waktu kantor"
    )
    grace: Every = Field(default="2jam", description="kelonggaran sesudah jam itu")


class FeedSource(_Strict):
    """RSS or Atom, a news sitemap or an index page, with the article page of each entry whose title or summary matched.

    Of an article page only the paragraphs that match are kept as text (`text: whole` keeps all of it), and the page
    itself as evidence unless `raw: matched` keeps no more of it than that text.
    """

    type: Literal["feed"]
    id: Identifier
    url: str = Field(pattern=r"^https?://")
    every: Every = "6jam"
    site: str = Field(default="umum", description="nama pemilih HTML di monitor/collectors/sites.yaml")
    gmt_means: Zone | None = Field(default=None, description="feed yang menulis jam setempat dengan label GMT")
    pages: Literal["matched", "all", "none"] = "matched"
    sitemap: bool = Field(default=False, description="`url` adalah sitemap berita, bukan feed")
    index: bool = Field(default=False, description="`url` adalah halaman daftar berita; perlu `site` yang mengenalnya")
    index_pages: int = Field(default=3, ge=1, le=40, description="halaman daftar yang dibuka sekali jalan")
    text: Literal["matched", "whole"] = Field(default="matched", description="bagian artikel yang disimpan")
    raw: Literal["whole", "matched"] = Field(default="whole", description="bagian halaman yang disimpan sebagai bukti")
    canary: FeedCanary | None = Field(default=None, description="berita yang terbit tetap setiap hari")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.sitemap and self.index:
            msg = "`sitemap` dan `index` tidak dapat dipakai bersama — pilih salah satu menurut isi `url`"
            raise ValueError(msg)
        return self


class FileSource(_Strict):
    """Files that people bring: JSONL or CSV of posts, comments, likes and shares."""

    type: Literal["jsonl", "csv"]
    id: Identifier
    path: str = Field(min_length=1, description="berkas atau pola glob, relatif terhadap config.yaml")
    every: Every = "1jam"
    zone: Zone | None = Field(default=None, description="zona waktu bila kolom waktu tidak menyebutnya")
    columns: dict[str, str] = Field(default_factory=dict, description="nama kolom kita: nama kolom di berkas")
    platform: Platform | None = None
    kind: ItemKind | None = None


class ArticleSource(_Strict):
    """Plain-text or HTML articles in a folder; the first line of a text file is its title."""

    type: Literal["articles"]
    id: Identifier
    path: str = Field(min_length=1)
    every: Every = "1jam"
    site: str = "umum"
    zone: Zone | None = None


class ImportSource(_Strict):
    """Files that other tools wrote of what a person's browser saw; only acts of watched accounts are kept."""

    type: Literal["zeeschuimer", "yt-dlp", "ekspor"]
    id: Identifier
    path: str = Field(min_length=1, description="berkas atau pola glob, relatif terhadap config.yaml")
    every: Every = "1jam"
    zone: Zone | None = Field(default=None, description="zona waktu bila berkas tidak menyebutnya")


class GatedSource(_Strict):
    """A platform whose terms speak against this use: never starts until a legal decision is recorded."""

    type: Literal["x", "meta", "facebook", "instagram", "threads", "tiktok", "telegram"]
    id: Identifier
    every: Every = "1hari"


class Canary(_Strict):
    """An account of the office's own that posts every day at known times; what does not show it, sees nothing."""

    account: str = Field(min_length=1, description="id tetap akun itu, misalnya did:plc:…")
    at: tuple[Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")], ...] = Field(
        min_length=1, description="jam unggahannya setiap hari, waktu kantor"
    )
    grace: Every = Field(default="2jam", description="kelonggaran sesudah jam itu")


class BlueskySource(_Strict):
    """Public records of every rostered Bluesky account on its own server, and likes of watched campaign posts.

    It stands for many accounts: each is collected, counted and remembered as a source of its own, `<id>/<DID>`.
    """

    type: Literal["bluesky"]
    id: Identifier
    every: Every = "6jam"
    appview: str = Field(default="https://public.api.bsky.app", pattern=r"^https?://[^/?#]+$")
    directory: str = Field(default="https://plc.directory", pattern=r"^https?://[^/?#]+$")
    author_feed: bool = Field(default=False, description="bandingkan juga dengan yang ditampilkan AppView")
    max_requests: int = Field(default=200, ge=10, description="batas permintaan per akun sekali jalan")
    campaign_days: int = Field(default=30, ge=1, description="umur unggahan pemenangan yang masih dilihat penyukanya")
    gap_seconds: float = Field(default=0.2, ge=0, description="jarak dua permintaan ke satu server")
    canary: Canary | None = Field(default=None, description="akun kenari milik kantor")


class MastodonSource(_Strict):
    """Public statuses of every rostered account on its home server, and who favourited or boosted campaign posts.

    Any server that speaks Mastodon's API, without a key. Each account is a source of its own, `<id>/<actor>`.
    """

    type: Literal["mastodon"]
    id: Identifier
    every: Every = "6jam"
    max_requests: int = Field(default=200, ge=10, description="batas permintaan per akun sekali jalan")
    campaign_days: int = Field(default=30, ge=1, description="umur unggahan pemenangan yang masih dilihat penyukanya")
    recheck_days: int = Field(default=7, ge=1, description="unggahan semuda ini dibaca ulang setiap giliran")
    whole_days: int = Field(default=7, ge=1, description="sekali dalam sekian hari seluruh daftar dibaca ulang")
    check_statuses: int = Field(default=10, ge=1, le=100, description="unggahan lama yang diperiksa sekali giliran")
    gap_seconds: float = Field(default=1.1, ge=0, description="jarak dua permintaan ke satu server; lanjutan tiga kali")
    scheme: Literal["https", "http"] = Field(default="https", description="http hanya untuk uji")
    canary: Canary | None = Field(default=None, description="akun kenari milik kantor")


class YoutubeSource(_Strict):
    """Uploads of every watched channel through the YouTube Data API, and rostered people's comments under campaigns'.

    The key comes from the environment alone (NETRA_YOUTUBE_KEY). Each channel is a source of its own, `<id>/<channel>`.
    """

    type: Literal["youtube"]
    id: Identifier
    every: Every = "12jam"
    daily_units: int = Field(default=10_000, ge=100, description="jatah satuan sehari milik kunci API")
    key_expires: date | None = Field(default=None, description="kapan kunci harus diganti; doctor mengingatkan")
    max_requests: int = Field(default=300, ge=10, description="batas permintaan per kanal sekali jalan")
    upload_days: int = Field(default=90, ge=1, description="umur video yang masih diambil")
    campaign_days: int = Field(default=30, ge=1, description="umur video pemenangan yang masih dibaca komentarnya")
    gap_seconds: float = Field(default=0.2, ge=0, description="jarak dua permintaan")
    api: str = Field(default="https://youtube.googleapis.com", pattern=r"^https?://[^/?#]+$")
    canary: Canary | None = Field(default=None, description="kanal kenari milik kantor")


SourceConfig = Annotated[
    FeedSource
    | FileSource
    | ImportSource
    | ArticleSource
    | BlueskySource
    | MastodonSource
    | YoutubeSource
    | GatedSource,
    Field(discriminator="type"),
]


class Fetching(_Strict):
    """Politeness and limits of the one HTTP client."""

    min_gap_seconds: float = Field(default=7.0, ge=0)
    max_bytes: int = Field(default=5_000_000, ge=10_000)
    deadline_seconds: float = Field(default=20.0, gt=0)
    max_requests_per_run: int = Field(default=500, ge=1)
    allow_private_hosts: tuple[str, ...] = Field(default=(), description="hanya untuk uji; host:port")


class EvidenceSettings(_Strict):
    """Time stamps from outside and pictures of pages; both off unless they are set."""

    tsa_url: str = Field(default="", pattern=r"^(https?://.+)?$", description="penyedia cap waktu RFC 3161")
    tsa_ca: str = Field(default="", description="berkas PEM sertifikat akar penyedia cap waktu")

    snapshot_sources: tuple[Identifier, ...] = Field(default=(), description="id sumber yang boleh ditangkap")
    snapshot_basis: str = Field(default="", max_length=500, description="siapa memutuskan, kapan, atas dasar apa")
    chromium: str = "/usr/bin/chromium"
    chromium_sandbox: bool = Field(default=True, description="false hanya di wadah yang sudah terkurung, misalnya uji")

    @model_validator(mode="after")
    def _checkable(self) -> Self:
        if self.snapshot_sources and len(self.snapshot_basis) < 20:
            msg = "`snapshot_sources` tanpa `snapshot_basis` — tulis siapa memutuskan, kapan, dan ketentuan layanannya"
            raise ValueError(msg)
        if self.tsa_url and not self.tsa_ca:
            msg = "`tsa_url` tanpa `tsa_ca` — isi berkas PEM sertifikat akarnya, supaya cap waktu dapat diperiksa"
            raise ValueError(msg)
        return self


class Schedule(_Strict):
    """Times of day in the office's zone."""

    screen_every: Every = "1jam"
    audit_head_at: str = Field(default="06:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")


class Breaker(_Strict):
    """What a freshly changed rule may flag before it is stopped."""

    fresh_days: int = Field(default=7, ge=1, le=90, description="berapa hari sesudah berlaku aturan dianggap baru")
    max_share: float = Field(
        default=0.05, gt=0, le=1, description="bagian terbesar butir pegawai yang boleh ditandainya"
    )
    min_items: int = Field(default=300, ge=1, description="baru dinilai sesudah sekian butir pegawai disaring")


class Batch(_Strict):
    """Who signs the reports of phase runs, and when one is said to stand still."""

    signing_key: str = Field(default="", description="berkas kunci Ed25519 di luar folder basis data")
    trusted: tuple[str, ...] = Field(default=(), description="sidik kunci yang dipercaya, yang lama pun")
    stall: Every = Field(default="30menit", description="selama ini tanpa kemajuan, jalan tahapan disebut macet")


class Review(_Strict):
    """How decisions are looked at again."""

    second_share: float = Field(
        default=0.05, ge=0, le=1, description="bagian keputusan bersih yang ditinjau orang kedua, ditarik acak"
    )
    hide_machine: bool = Field(default=True, description="tutup pendapat mesin pada tinjauan kedua")
    known_every: int = Field(default=25, ge=0, description="satu butir berjawaban tiap sekian keputusan; 0 = tidak ada")


class Config(_Strict):
    """The whole of config.yaml. Paths are resolved against the folder of the file."""

    mode: Literal["demo", "office"]
    office: Office
    processing: Processing
    retention: Retention | None = None
    database: str
    archive: str
    heads: str = Field(description="folder untuk kepala rantai audit harian; sebaiknya di tempat lain")
    rules: str = "rules"
    model: str = ""
    contests: tuple[Identifier, ...] = ()
    offices: str = Field(default="", description="berkas kantor lain: siapa menerima dan siapa mengirim paket")
    legal_decisions: str = Field(default="", description="berkas keputusan hukum tentang platform yang tertutup")
    sources: tuple[SourceConfig, ...] = ()
    schedule: Schedule = Schedule()
    thresholds: Thresholds | None = None
    base_rate: float | None = Field(default=None, gt=0, lt=1, description="bagian yang memihak di antara yang dibaca")
    fetching: Fetching = Fetching()
    breaker: Breaker = Breaker()
    review: Review = Review()
    evidence: EvidenceSettings = EvidenceSettings()
    reports: Reports = Reports()
    digest: Digest | None = None
    web: Web = Web()
    batch: Batch = Batch()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.mode == "office" and self.retention is None:
            msg = (
                "kolom wajib `retention` belum diisi — tulis cleared_days, forwarded_days dan unflagged_days menurut "
                "jadwal retensi arsip lembaga Anda; lihat docs/privasi.md"
            )
            raise ValueError(msg)
        ids = [source.id for source in self.sources]
        if doubled := sorted({one for one in ids if ids.count(one) > 1}):
            msg = f"id sumber dipakai dua kali: {', '.join(doubled)} — beri id yang berbeda"
            raise ValueError(msg)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(ZONES[self.office.timezone])

    def every(self, source_id: str) -> timedelta:
        """How often a source is due; an account of a source (`<id>/<account>`) as often as that source."""
        config_id = source_id.partition("/")[0]
        return timedelta(seconds=seconds(next(one.every for one in self.sources if one.id == config_id)))


def load(path: Path) -> Config:
    """Read and check the settings.

    Raises:
        ConfigError: every mistake, each with file, line, column and advice.
    """
    document, problems = strictyaml.read(path, path.name)
    if document is None:
        raise ConfigError(problems)
    if not isinstance(document.data, dict):
        raise ConfigError([Problem(path.name, 1, 1, "berkas kosong atau bukan pengaturan", "buat dengan `netra init`")])
    config, more = strictyaml.validate(Config, document)
    if config is None or problems:
        raise ConfigError([*problems, *more])
    return config
