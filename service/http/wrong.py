"""What is wrong with parameters and small bodies, in words."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from service.http.models.values import PLAIN, SAID
from service.yamlfile import explained

# A pattern says nothing to whoever reads it.
_PATTERNS = {
    PLAIN: ("不能含空字符（NUL），请删去。", "it must not contain a NUL character: remove it"),
    SAID: (
        "须写明内容，不能空白，也不能含空字符（NUL）。",
        "say something: it must be neither blank nor contain a NUL",
    ),
}


def told(error: Any, model: type[BaseModel] = BaseModel) -> tuple[str, str]:
    """A pydantic error of a request as one sentence in Chinese and in English."""
    pattern = error.get("ctx", {}).get("pattern")
    return _PATTERNS[pattern] if pattern in _PATTERNS else explained(error, model)
