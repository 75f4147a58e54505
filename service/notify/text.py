"""Text on its way out and back: cut to a vendor's bytes, cleaned of secrets."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import quote, quote_plus

CUT = "…（详见平台）"
HIDDEN = "***"
# Long enough for every vendor's sentence, short enough for a log line.
ANSWER_CHARACTERS = 300
_PARAMETER = re.compile(
    r"((?:\b|%3F|%26)(?:key|access_token|token|sign|signature|secret|passwd|password|pwd)(?:=|%3D|\"?\s*:\s*\"?))[^&\s\"'<>,;]+",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"://[^/\s@]+@")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def truncate_bytes(text: str, limit: int, ending: str = CUT) -> str:
    """Text of at most `limit` bytes of UTF-8, cut between characters; a cut one says so at its end."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    end = ending.encode()[:limit].decode(errors="ignore")
    return raw[: limit - len(end.encode())].decode(errors="ignore") + end


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
