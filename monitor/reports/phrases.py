"""Sentences that people put into the fields of a case file and then change; none goes in by itself."""

from __future__ import annotations

from dataclasses import replace

from monitor.evidence import Archive
from monitor.legalbasis import Phrase
from monitor.reports import content
from monitor.reports.blocks import PLACE
from monitor.reports.content import Content, Source
from monitor.store import Draft


def insert(source: Source, archive: Archive, draft: Draft, phrase_id: str) -> Draft | None:
    """Give the draft with a sentence below what its field already says; None where there is no such sentence.

    Raises:
        ArchiveError: a working copy or a picture is missing or damaged.
    """
    phrase = next((one for one in source.law.phrases if one.id == phrase_id), None)
    if phrase is None:
        return None
    said = filled(phrase, content.assemble(replace(source, draft=draft), archive))
    held = str(getattr(draft, phrase.field))
    changed: dict[str, str] = {phrase.field: f"{held}\n\n{said}" if held else said}
    return replace(draft, **changed)  # type: ignore[arg-type]  # the fields of phrases are texts


def filled(phrase: Phrase, said: Content) -> str:
    """Fill the places of a sentence; a name that no paper knows stays as it is written."""
    values = {
        **said.values,
        "dasar": "; ".join(f"{row['teks']} ({row['kepastian'].split(';')[0]})" for row in said.rows["dasar_hukum"]),
        "bentuk": "; ".join(f"{row['uraian']} ({row['kode']})" for row in said.rows["bentuk"]) or "Nihil",
    }
    return PLACE.sub(lambda found: values.get(found[1], found[0]), phrase.text)
