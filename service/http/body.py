"""Reading bodies: never more than is allowed, and only once the token is known to be good."""

from __future__ import annotations

import gzip
import io
import zlib

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from service.errors import Invalid
from service.http.problem import TooLarge, UnsupportedType

# Enough for a body that holds no readings.
SMALL_BODY_BYTES = 64 * 1024


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, expanded if it came compressed; reading stops as soon as it is over the limit."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        zh, en = "正文只接收 gzip 压缩，或不压缩。", "send the body compressed with gzip, or not at all."
        raise UnsupportedType("wrong_encoding", zh, en)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    body = b"".join(parts)
    return await run_in_threadpool(expand, body, limit) if encoding.endswith("gzip") else body


def expand(body: bytes, limit: int) -> bytes:
    """A gzip body's content; hardly more is ever made than is allowed."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
            content = file.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        zh = "正文不是完整的 gzip 数据：请重新压缩，或不加压缩重发。"
        en = "the body is not whole gzip data: compress it anew, or send it as it is."
        raise Invalid("bad_gzip", zh, en) from None
    if len(content) > limit:
        raise _too_large(limit, expanded=True)
    return content


def _too_large(limit: int, *, expanded: bool = False) -> TooLarge:
    zh_expanded, en_expanded = ("解压后", " once expanded") if expanded else ("", "")
    zh = f"正文{zh_expanded}超过上限 {limit} 字节，请按日期或区域分批报送。"
    en = f"the body{en_expanded} is over the limit of {limit} bytes: send it in several parts, by day or by region."
    return TooLarge("too_large", zh, en)
