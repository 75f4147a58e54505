"""Text on its way out and back: cut to a vendor's bytes, cleaned of secrets."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote, quote_plus

CUT = "…（详见平台）"
HIDDEN = "***"
# Long enough for every vendor's sentence, short enough for a log line.
ANSWER_CHARACTERS = 300
_PARAMETER = re.compile(
    r"((?:\b|%3F|%26)(?:key|access_token|token|sign|signature|secret|passwd|password|pwd)(?:=|%3D|\"?\s*:\s*\"?))[^&\s\"'<>,;]+",
    re.IGNORECASE,
)
_MOBILE = re.compile(r"1[0-9]{10}|\+[0-9]{6,15}")
_USERINFO = re.compile(r"://[^/\s@]+@")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def truncate_bytes(text: str, limit: int, ending: str = CUT) -> str:
    """Text of at most `limit` bytes of UTF-8, cut between characters; a cut one says so at its end."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    end = ending.encode()[:limit].decode(errors="ignore")
    return raw[: limit - len(end.encode())].decode(errors="ignore") + end


def fit(text: str, limit: int, last_lines: int = 2) -> str:
    """Text of at most `limit` bytes of UTF-8: what is too long is cut before its last lines, which hold its number.

    Last lines that would take more than a third of the room are cut like the rest.
    """
    if len(text.encode()) <= limit:
        return text
    lines = text.split("\n")
    for count in range(min(last_lines, len(lines) - 1), 0, -1):
        tail = "\n" + "\n".join(lines[-count:])
        if (taken := len(tail.encode())) * 3 <= limit:
            return truncate_bytes("\n".join(lines[:-count]), limit - taken) + tail
    return truncate_bytes(text, limit)


def fit_lines(text: str, limit: int) -> str:
    """As `fit`, cut between lines, so that no markup is left open; between characters where one line is too long."""
    if len(text.encode()) <= limit:
        return text
    cut = fit(text, limit)
    head, _, tail = cut.partition(CUT)
    whole, newline, _ = head.rpartition("\n")
    return f"{whole}\n{CUT}{tail}" if newline else cut


def mobiles_and_others(addresses: Sequence[str]) -> tuple[list[str], list[str]]:
    """Mobile numbers (of the mainland, or with a + before them), and what must be a vendor's own ids."""
    mobiles = [address for address in addresses if _MOBILE.fullmatch(address)]
    return mobiles, [address for address in addresses if address not in mobiles]


def redact(text: str, *secrets: str) -> str:
    """Text without the given secrets, in any form they travel in, nor anything that looks like one."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    text = _PARAMETER.sub(rf"\1{HIDDEN}", text)
    return _USERINFO.sub(f"://{HIDDEN}@", text)


def one_line(text: str, limit: int = ANSWER_CHARACTERS) -> str:
    """A stranger's answer as one line that can be stored: no control character, no half character."""
    line = _CONTROL.sub(" ", text.encode(errors="replace").decode()).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _forms(secret: str) -> set[str]:
    return {secret, quote(secret, safe=""), quote_plus(secret), b64encode(secret.encode()).decode()}
