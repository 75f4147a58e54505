"""The root of everything that can go wrong, each error with its sentence in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass


class BiaochiError(Exception):
    """An error a person or a client must read.

    code       stable, for programs
    zh, en     one sentence each that says what is wrong and how to mend it
    retryable  whether the same call can succeed later without being changed
    """

    retryable = False

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{en} / {zh}")
        self.code = code
        self.zh = zh
        self.en = en


class Unavailable(BiaochiError):
    """Something biaochi needs (the database, a lock) is not there just now."""

    retryable = True


class Invalid(BiaochiError):
    """A request or a file that is wrong as it stands."""


class NotFound(BiaochiError):
    """What was named does not exist."""


class Conflict(BiaochiError):
    """What is asked contradicts what is already stored."""


class Denied(BiaochiError):
    """The token is missing or unknown."""


class Forbidden(Denied):
    """The token is known, but not entitled."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in what a person handed in: where, what, how to mend it.

    where   `readings[3].value` for a body, `indicators.yaml:12:5` for a file
    text    the offending text, as it was sent, cut to a readable length
    """

    code: str
    where: str
    text: str
    zh: str
    en: str

    def __str__(self) -> str:
        shown = f" ({self.text})" if self.text else ""
        return f"{self.where}: {self.en}{shown}"


class Faulty(Invalid):
    """A file or body with faults; all of them are listed, not only the first.

    total  how many there are, where the list had to end before them
    """

    def __init__(self, code: str, faults: list[Fault], total: int | None = None) -> None:
        first = faults[0]
        super().__init__(code, f"{first.where}：{first.zh}", f"{first.where}: {first.en}")
        self.faults = faults
        self.total = len(faults) if total is None else total
