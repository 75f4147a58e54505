"""What is said of entries that are wrong."""

from __future__ import annotations

from service.errors import Fault
from service.yamlfile import nearest


def fault(where: str, zh: str, en: str) -> Fault:
    """An entry that is at odds with others."""
    return Fault("wrong_catalog", where, "", zh, en)


def unknown(where: str, what: str, text: str, known: list[str]) -> Fault:
    """A reference to something that isn't there, with what may be meant."""
    near = nearest(text, known)
    zh = f"{what} “{text}”不存在" + (f"，是否指“{near}”？" if near else "。")
    en = f"unknown {what} {text!r}" + (f"; did you mean {near!r}?" if near else ".")
    return Fault(f"unknown_{what}", where, text, zh, en)


def not_the_level(where: str, level: str, code: str, reported_at: str) -> Fault:
    """A region of another level than an indicator is reported at."""
    zh = f"{code} 不是该指标的填报层级。"
    return fault(where, zh, f"{code} is a {level}, but the figures are reported at {reported_at}.")
