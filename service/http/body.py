"""Bodies: received piece by piece, never more than is allowed, and only once the token is known to be good."""

from __future__ import annotations

import asyncio
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import anyio
import structlog
import zstandard
from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from service.errors import Invalid, Unavailable
from service.http.problem import TooLarge, UnsupportedType

log = structlog.get_logger(__name__)
# A body is held in memory up to this size, and in an unnamed file beyond it.
IN_MEMORY_BYTES = 1 << 20
# So much is gathered before it is expanded and written, in a thread: the disk may be slow.
PIECE_BYTES = 1 << 18
# A larger body keeps a database connection for long: only so many are read at once, the others wait for their turn.
LARGE_BYTES = 8 << 20
LARGE_AT_ONCE = 2
PATIENCE_SECONDS = 300.0
# What RFC 9659 allows a sender: a decoder's memory is its window.
ZSTD_WINDOW_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Limit:
    """The most bytes a body may have once expanded, and a sentence on what to do with a larger one."""

    bytes: int
    zh: str
    en: str


# Enough for a body that holds no readings.
SMALL_BODY_BYTES = 64 * 1024


@dataclass(frozen=True)
class Bodies:
    """Where bodies of readings lie while they are read, and how large they may be.

    whole     bytes of a body in a format that is read whole, and so held in memory
    streamed  bytes of one that is read piece by piece
    folder    of large ones; None for the system's own
    """

    whole: int
    streamed: int
    folder: Path | None = None
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_AT_ONCE))

    @asynccontextmanager
    async def receive(self, request: Request, *, streams: bool) -> AsyncIterator[BinaryIO]:
        """A body that is all there, at its beginning; a large one once it is its turn. Gone afterwards."""
        async with (
            _received(request, self._limit(streams), self.folder) as (file, size),
            self._turn(request) if size > LARGE_BYTES else nullcontext(),
        ):
            yield file

    def _limit(self, streams: bool) -> Limit:
        parts_zh, parts_en = "按日期、区域分批报送。", "in several parts, by day or by region."
        if streams:
            return Limit(self.streamed, f"请{parts_zh}", f"send it {parts_en}")
        most = _told(self.streamed)
        zh = f"请改用 NDJSON（application/x-ndjson，逐行读取，上限 {most}），或{parts_zh}"
        en = f"send it as NDJSON (application/x-ndjson, read line by line, up to {most}), or {parts_en}"
        return Limit(self.whole, zh, en)

    @asynccontextmanager
    async def _turn(self, request: Request) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(self._turns.acquire(), PATIENCE_SECONDS)
        except TimeoutError:
            zh = "正在处理其他大文件，请稍后原样重报。"
            en = "other large bodies are being read: send it again later, as it is."
            raise Unavailable("busy", zh, en) from None
        try:
            if await request.is_disconnected():
                raise _broken_off()
            yield
        finally:
            self._turns.release()


async def read_body(request: Request, limit: int) -> bytes:
    """The whole of a body that holds no readings."""
    async with _received(request, Limit(limit, "请缩短内容。", "make it shorter.")) as (file, _):
        return file.read()


@asynccontextmanager
async def _received(
    request: Request, limit: Limit, folder: Path | None = None
) -> AsyncIterator[tuple[BinaryIO, int]]:
    """The expanded body, at its beginning, and its size; reading stops as soon as it is over the limit."""
    incoming = _Incoming(limit, _expander(request), folder)
    try:
        _refuse_declared(request, incoming)
        parts, size = [], 0
        async for part in request.stream():
            incoming.arrived(len(part))
            parts.append(part)
            size += len(part)
            if size >= PIECE_BYTES:
                await run_in_threadpool(incoming.take, b"".join(parts))
                parts, size = [], 0
        await run_in_threadpool(incoming.finish, b"".join(parts))
        yield incoming.file, incoming.size
    except ClientDisconnect:
        raise _broken_off() from None
    finally:
        with anyio.CancelScope(shield=True):
            await run_in_threadpool(incoming.file.close)  # freeing a large file takes its time too


def _refuse_declared(request: Request, incoming: _Incoming) -> None:
    """A body that says itself that it is too large need not be sent."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > incoming.limit.bytes:
        raise incoming.too_large()


def _broken_off() -> Invalid:
    zh, en = "传输中断，没有入库，请重报。", "the body broke off, nothing was stored: send it again."
    return Invalid("broken_off", zh, en)


class _Incoming:
    """A body on its way into a file; these calls may block.

    size  bytes of it so far, expanded
    """

    def __init__(self, limit: Limit, expander: _Expander | None, folder: Path | None) -> None:
        self.limit = limit
        self.size = 0
        self._expander = expander
        self._arrived = 0
        # Typed as what it is read as; closing it removes it.
        where = None if folder is None else str(folder)
        self.file = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=where))  # noqa: SIM115

    def arrived(self, size: int) -> None:
        """So many more bytes have come, and will be taken in: they are limited too, whatever they expand to."""
        self._arrived += size
        if self._arrived > self.limit.bytes:
            raise self.too_large()

    def take(self, data: bytes) -> None:
        """Raises `TooLarge`, `Invalid` where it cannot be expanded, `Unavailable` where the disk takes no more."""
        for piece in [data] if self._expander is None else self._expander.expand(data):
            self.size += len(piece)
            if self.size > self.limit.bytes:
                raise self.too_large()
            self._write(piece)

    def finish(self, data: bytes) -> None:
        """Take the last piece in, and go to the beginning."""
        self.take(data)
        if self._expander is not None:
            self._expander.finish()
        self.file.seek(0)

    def _write(self, piece: bytes) -> None:
        try:
            self.file.write(piece)
        except OSError as error:
            log.error("no room for a body", reason=error.strerror, size=self.size)
            zh = "服务器暂存空间不足或不可写，没有入库，请稍后重报；请通知运维人员。"
            en = "the server has no room for the body just now, nothing was stored: send it again later."
            raise Unavailable("no_room", zh, en) from None

    def too_large(self) -> TooLarge:
        """Names the limit, and the way out."""
        limit, expanded = self.limit, self._expander is not None
        zh_expanded, en_expanded = ("解压后", " once expanded") if expanded else ("", "")
        most = _told(limit.bytes)
        zh = f"正文{zh_expanded}超过上限 {most}：{limit.zh}"
        en = f"the body{en_expanded} is over the limit of {most}: {limit.en}"
        return TooLarge("too_large", zh, en)


class _Stream(Protocol):
    """One gzip member or zstd frame being expanded."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass
class _Expander:
    """Expands a body piece by piece; one made of several members or frames is taken.

    at_once  bytes that are expanded in one go, so that no input makes more than 8 MiB at a time
    """

    name: str
    open: Callable[[], _Stream]
    at_once: int
    _stream: _Stream | None = None

    def expand(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), self.at_once):
            yield from self._expand(data[start : start + self.at_once])

    def _expand(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream is None or self._stream.eof:
                self._stream = self.open()
            try:
                yield self._stream.decompress(data)
            except (zlib.error, zstandard.ZstdError):
                raise self._bad() from None
            data = self._stream.unused_data

    def finish(self) -> None:
        """Raises `Invalid` where the data ends too early."""
        if self._stream is None or not self._stream.eof:
            raise self._bad()

    def _bad(self) -> Invalid:
        more_zh, more_en = _BAD_MORE.get(self.name, ("", ""))
        zh = f"正文不是完整的 {self.name} 数据：请重新压缩{more_zh}，或不加压缩重发。"
        en = f"the body is not whole {self.name} data: compress it anew{more_en}, or send it as it is."
        return Invalid(f"bad_{self.name}", zh, en)


_BAD_MORE = {
    "zstd": ("（窗口不超过 8 MiB，即不用 --long）", " (with a window of 8 MiB at most, so without --long)")
}


def _expander(request: Request) -> _Expander | None:
    """What expands the body; None where it came as it is."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return None
    if encoding in ("gzip", "x-gzip"):
        return _Expander("gzip", lambda: zlib.decompressobj(wbits=31), 8 << 10)
    if encoding == "zstd":
        decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
        return _Expander("zstd", decompressor.decompressobj, 256)
    zh, en = (
        "正文只接收 gzip 或 zstd 压缩，或不压缩。",
        "send the body compressed with gzip or zstd, or not at all.",
    )
    raise UnsupportedType("wrong_encoding", zh, en)


def _told(size: int) -> str:
    """`64 MiB (67108864 bytes)`."""
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size % unit == 0:
            return f"{size // unit} {name} ({size} bytes)"
    return f"{size} bytes"
