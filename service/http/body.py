"""Reading bodies: never more than is allowed, and only once the token is known to be good."""

from __future__ import annotations

from fastapi import Request

from service.http.problem import TooLarge, UnsupportedType

# Enough for a body that holds no readings.
SMALL_BODY_BYTES = 64 * 1024


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body; reading stops as soon as it is over the limit."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        zh, en = (
            "暂不接收压缩的正文，请不加压缩重发。",
            "compressed bodies are not taken: send it uncompressed.",
        )
        raise UnsupportedType("compressed", zh, en)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            zh = f"正文超过上限 {limit} 字节，请按日期或区域分批报送。"
            en = (
                f"the body is over the limit of {limit} bytes: send it in several parts, by day or by region."
            )
            raise TooLarge("too_large", zh, en)
        parts.append(part)
    return b"".join(parts)
