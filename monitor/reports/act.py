"""The act in words: what was done, by which account, to whose post, on what the flag rests. From the database alone."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.models import Flag, Ground, Item, ItemKind, Phase, Platform, Relation
from monitor.reports import wording

PHASES = {
    Phase.PRE: "sebelum tahapan pencalonan",
    Phase.ASPIRANT: "pencalonan (sebelum penetapan)",
    Phase.CANDIDATE: "sesudah penetapan calon, sebelum kampanye",
    Phase.CAMPAIGN: "kampanye",
    Phase.QUIET: "masa tenang",
    Phase.VOTING: "pemungutan suara",
    Phase.POST: "sesudah pemungutan suara",
}
ACTS = {
    ItemKind.POST: "unggahan",
    ItemKind.COMMENT: "komentar",
    ItemKind.LIKE: "tanda suka",
    ItemKind.SHARE: "pembagian ulang",
    ItemKind.FOLLOW: "tindakan mengikuti akun",
    ItemKind.ARTICLE: "pemberitaan",
}
RELATIONS = {
    Relation.CAMPAIGN: "akun kampanye yang terdaftar",
    Relation.CANDIDATE: "akun calon",
    Relation.PARTY: "akun partai politik",
    Relation.ELECTION_BODY: "akun penyelenggara pemilihan",
    Relation.MEDIA: "akun media",
    Relation.NONE: "akun lain",
}
PLATFORMS = {
    Platform.NEWS: "media berita",
    Platform.BLUESKY: "Bluesky",
    Platform.MASTODON: "Mastodon",
    Platform.YOUTUBE: "YouTube",
    Platform.FACEBOOK: "Facebook",
    Platform.INSTAGRAM: "Instagram",
    Platform.THREADS: "Threads",
    Platform.TIKTOK: "TikTok",
    Platform.X: "X",
    Platform.TELEGRAM: "Telegram",
    Platform.OTHER: "media lain",
}
GROUNDS = {
    Ground.CAMPAIGN_ACCOUNT: "perbuatan pada akun kampanye yang terdaftar",
    Ground.PARTISAN_CONTENT: "isi unggahan yang ditanggapi",
    Ground.OWN_TEXT: "kata-kata pada perbuatan itu sendiri",
}
_PUBLIC = frozenset({Relation.CAMPAIGN, Relation.CANDIDATE, Relation.PARTY, Relation.ELECTION_BODY, Relation.MEDIA})


def phase(flag: Flag) -> str:
    """Say in which stage the act happened, "" where no contest covers it."""
    found = flag.opinion.setting.phase
    return PHASES[found] if found is not None else ""


def act(flag: Flag) -> str:
    """Say what was done, and to whose post: `tanda suka pada unggahan akun kampanye yang terdaftar (Contoh)`."""
    item = flag.stored.item
    done = ACTS[item.kind]
    if item.parent is None:
        return done
    name = owner(flag)
    return f"{done} pada unggahan {RELATIONS[flag.opinion.setting.relation]}{f' ({name})' if name else ''}"


def owner(flag: Flag) -> str:
    """Name whose post it was done to, "" where that is a private person or not known."""
    parent = flag.stored.item.parent
    if parent is None or parent.owner is None or flag.opinion.setting.relation not in _PUBLIC:
        return ""
    return wording.safe(parent.owner.display_name or parent.owner.handle)


def account(flag: Flag) -> str:
    """Name the account that acted: its handle, else its id, "Nihil" where none is known."""
    known, author = flag.actor.account, flag.stored.item.author
    handle = (known.handle if known is not None else "") or (author.handle if author is not None else "")
    native = (known.native_id if known is not None else "") or (author.native_id if author is not None else "")
    return wording.safe(f"@{handle.removeprefix('@')}" if handle else native) or wording.NOTHING


def who(flag: Flag) -> str:
    """Say by whom and where: an account on a platform; a newspaper only names somebody."""
    item = flag.stored.item
    if item.kind is ItemKind.ARTICLE:
        return f"yang menyebut nama {wording.safe(flag.actor.person.full_name)} di {PLATFORMS[item.platform]}"
    return f"oleh akun {account(flag)} di {PLATFORMS[item.platform]}"


def read(item: Item, words: Mapping[str, str]) -> str:
    """Quote what was read: the act's own words, else those of the post it was done to."""
    own = words["isi"] or words["judul"]
    if own.strip():
        return f"Isi yang terbaca: “{wording.short(own)}”"
    if words["isi_induk"].strip() and item.kind is not ItemKind.ARTICLE:
        return f"Perbuatan ini tanpa kata-kata. Isi unggahan yang ditanggapi: “{wording.short(words['isi_induk'])}”"
    return "Perbuatan ini tidak memuat kata-kata yang terbaca."


def ground(flag: Flag) -> str:
    """Say on what the flag rests; in the news nobody wrote the words themselves."""
    if flag.stored.item.kind is ItemKind.ARTICLE:
        return "pemberitaan; petunjuk, bukan bukti perbuatan"
    return GROUNDS[flag.opinion.ground]
