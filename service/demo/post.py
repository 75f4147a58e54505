"""The demo's feeds: they post through the real HTTP API, each with its own token, and add up receipts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import httpx

from service.clock import Clock
from service.errors import BiaochiError
from service.store import tokens
from service.store.pool import Pool, connection

NOTE = "演示数据"
OPERATOR = "operator"
COUNTS = ("accepted", "unchanged", "revised", "rejected")

Reading = dict[str, Any]


class Wallet:
    """Secrets of the demo's tokens, kept between runs in a file only its owner can read."""

    def __init__(self, file: Path, pool: Pool, clock: Clock) -> None:
        self._file, self._pool, self._clock = file, pool, clock
        self._secrets: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def secret(self, holder: str) -> str:
        """The token of a feed, or of the operator; made anew where this database doesn't know it."""
        kept = self._secrets.get(holder)
        with connection(self._pool) as conn:
            if kept and tokens.find(conn, kept):
                return kept
            feed = None if holder == OPERATOR else holder
            role: tokens.Role = "operator" if feed is None else "feed"
            _, secret = tokens.create(conn, role, feed, NOTE, self._clock.now())
        self._secrets[holder] = secret
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(self._secrets, indent=1))
        return secret


class Poster:
    """Posts bodies and counts what their receipts say; feeds may post at the same time."""

    def __init__(self, base_url: str, secrets: Mapping[str, str]) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=120)
        self._secrets = secrets
        self._lock = Lock()
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))

    def post(self, feed: str, readings: Sequence[Reading]) -> None:
        """Post one body; a refused one is counted, anything else that goes wrong is an error."""
        response = self._client.post(
            "/v1/readings",
            content=json.dumps({"readings": readings, "note": NOTE}, ensure_ascii=False).encode(),
            headers={"content-type": "application/json", "authorization": f"Bearer {self._secrets[feed]}"},
        )
        content = response.json()
        receipt = (
            content.get("receipt") if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY else content
        )
        if not receipt or "rows" not in receipt:
            zh, en = content.get("detail_zh", response.text), content.get("detail", response.text)
            raise BiaochiError("demo_failed", f"演示数据报送失败：{zh}", f"the demo's post failed: {en}")
        with self._lock:
            if receipt["replayed"]:
                self.counts["unchanged"] += receipt["rows"]
            else:
                self.counts.update({name: receipt[name] for name in COUNTS})

    def close(self) -> None:
        self._client.close()


def reading(day: date, indicator: str, region: str, scope: str, value: object) -> Reading:
    """One reading on the wire."""
    told = {"day": day.isoformat(), "indicator": indicator, "region": region, "value": value}
    return {**told, "scope": scope} if scope else told
