"""The error tree. Every message shown to a user is Indonesian and says what to do.

NetraError                 anything a user can be told about; `exit_code` for the command line
├── ConfigError            config.yaml cannot be used; carries every `Problem` at once
├── RulesError             rules, targets, lexicons or calendar cannot be used; every `Problem` at once
├── ImportRefusedError     a file people brought is refused whole; every `Problem` at once
├── StoreError             the database cannot be opened or is another program's
│   └── StoreFullError     the disk is full; nothing of the current batch was stored
├── ArchiveError           evidence is missing or differs from its hash
├── ModelError             the classifier's file is missing, of another version or tampered with
├── AuditError             the chain is broken
├── NotAllowedError        this user may not do this
├── BusyError              another run of the same kind is under way
└── ConflictError          somebody else decided first
    └── HeldError          somebody else holds the flag in a pack
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place, with advice. `line` and `column` count from 1; 0 = the whole file."""

    file: str
    line: int
    column: int
    message: str
    advice: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.message}" + (f" — {self.advice}" if self.advice else "")


def told_waiting(rules: int) -> tuple[str, ...]:
    """Say in one line, or none, that the examples of so many rules have not been tried."""
    said = f"contoh {rules} aturan yang bersandar pada aturan atau kamus lain menunggu sampai galat di atas diperbaiki"
    return (said,) if rules else ()


class NetraError(Exception):
    """Something a user can be told about."""

    exit_code = 1


class _ProblemsError(NetraError):
    """An error made of located problems, all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(_ProblemsError):
    """config.yaml cannot be used."""

    exit_code = 2


class RulesError(_ProblemsError):
    """Rules, targets, lexicons or calendar cannot be used.

    `waiting` counts the rules whose examples were not tried, because they lean on a file that is in error.
    """

    exit_code = 2

    def __init__(self, problems: Sequence[Problem], waiting: int = 0) -> None:
        super().__init__(problems)
        self.waiting = waiting

    def __str__(self) -> str:
        return "\n".join((super().__str__(), *told_waiting(self.waiting)))


class ImportRefusedError(_ProblemsError):
    """A file people brought is refused whole; nothing of it was stored."""

    exit_code = 2


class StoreError(NetraError):
    """The database cannot be opened or belongs to another program."""

    exit_code = 3


class StoreFullError(StoreError):
    """The disk is full; nothing of the current batch was stored."""


class ArchiveError(NetraError):
    """Evidence is missing or differs from its hash."""

    exit_code = 4


class ModelError(NetraError):
    """The classifier's file is missing, of another version or tampered with."""

    exit_code = 3


class AuditError(NetraError):
    """The audit chain is broken."""

    exit_code = 4


class NotAllowedError(NetraError):
    """This user may not do this."""

    exit_code = 5


class BusyError(NetraError):
    """Another run of the same kind is under way."""

    exit_code = 6


class ConflictError(NetraError):
    """Somebody else decided first; nothing was changed."""

    exit_code = 6


class HeldError(ConflictError):
    """Somebody else has taken this flag in a pack; nothing was changed."""
