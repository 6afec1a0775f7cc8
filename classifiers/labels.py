"""Labels of the corpus and the value a model gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Label(StrEnum):
    """What a text is, as a careful reviewer would say. The first four take a side; the others do not."""

    SUPPORT = "dukungan"
    CALL = "ajakan"
    PROMOTION = "promosi"
    ATTACK = "serangan"
    NEWS = "berita"
    NEUTRAL = "netral"
    CIVIC = "sosialisasi"
    CRITICISM = "kritik"
    OTHER = "lain"

    @property
    def partisan(self) -> bool:
        """True where the writer takes a side in a contest."""
        return self in PARTISAN


PARTISAN = frozenset({Label.SUPPORT, Label.CALL, Label.PROMOTION, Label.ATTACK})


class Owner(StrEnum):
    """Whose post a text stands under, as an evaluation line's `parent_owner` says it."""

    CANDIDATE = "candidate"
    PARTY = "party"
    CAMPAIGN = "campaign"
    MEDIA = "media"
    OFFICIAL = "official"
    UNKNOWN = "unknown"

    @property
    def sided(self) -> bool:
        """True where the account belongs to a side of a contest."""
        return self in SIDED


SIDED = frozenset({Owner.CANDIDATE, Owner.PARTY, Owner.CAMPAIGN})


@dataclass(frozen=True, slots=True)
class Parent:
    """What a comment answers: the words of the post above it and whose account that is."""

    text: str = ""
    owner: Owner = Owner.UNKNOWN


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word as folded and masked, and how far it moved the score (log-odds; positive = towards partisan)."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """A calibrated probability in 0..1 that the text takes a side, and the words that moved it most."""

    probability: float
    words: tuple[WordWeight, ...] = ()


class Classifier(Protocol):
    """What screening needs of a model. `model_id` changes whenever an equal text may score differently."""

    @property
    def model_id(self) -> str:
        """Name and digest of what scores."""
        ...

    def score(self, texts: Sequence[str], parents: Sequence[Parent | None] | None = None) -> list[Score]:
        """Give one score a text, in order; `parents`, where given, has one entry a text. An empty text scores 0."""
        ...

    def probabilities(
        self,
        texts: Sequence[str],
        parents: Sequence[Parent | None] | None = None,
        plains: Sequence[str] | None = None,
    ) -> list[float]:
        """Give the probabilities of `score` alone, cheaper; `plains` are the folded texts where they are at hand."""
        ...
