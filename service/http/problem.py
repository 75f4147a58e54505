"""Errors as problem+json (RFC 9457), with a Chinese sentence beside the English one."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from service.errors import (
    BiaochiError,
    Conflict,
    Denied,
    Fault,
    Faulty,
    Forbidden,
    Invalid,
    NotFound,
    Unavailable,
)
from service.http.models import FaultOut, ReceiptOut
from service.http.observe import METHODS
from service.ingest.submit import Rejected

log = structlog.get_logger(__name__)
LISTED = 1000
RETRY_AFTER_SECONDS = 5
_STATUS: tuple[tuple[type[BiaochiError], int], ...] = (
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (Denied, HTTPStatus.UNAUTHORIZED),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
)


class Problem(BaseModel):
    """What went wrong."""

    type: str
    title: str
    status: int
    detail: str
    detail_zh: str
    code: str
    errors: list[FaultOut] = []
    errors_total: int = 0
    receipt: ReceiptOut | None = None


class TooLarge(Invalid):
    """The body is larger than this server takes."""


class UnsupportedType(Invalid):
    """A body of a kind nobody here can read."""


def problem_response(
    status: int,
    code: str,
    zh: str,
    en: str,
    *,
    faults: list[Fault] | None = None,
    total: int | None = None,
    receipt: ReceiptOut | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem+json answer.

    total  how many faults there are, where the list ends before them
    """
    faults = faults or []
    problem = Problem(
        type=f"urn:biaochi:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=en,
        detail_zh=zh,
        code=code,
        errors=[FaultOut(**asdict(fault)) for fault in faults[:LISTED]],
        errors_total=len(faults) if total is None else total,
        receipt=receipt,
    )
    return JSONResponse(
        problem.model_dump(mode="json"), status, media_type="application/problem+json", headers=headers
    )


def install(app: FastAPI) -> None:
    """Answer every error in the same form; an unexpected one shows nothing of its inside."""

    @app.exception_handler(BiaochiError)
    def known(_: Request, error: BiaochiError) -> JSONResponse:
        status = _status(error)
        headers = {}
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        if status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="biaochi"'
        receipt = ReceiptOut.of(error.receipt, errors=False) if isinstance(error, Rejected) else None
        faults, total = (error.faults, error.total) if isinstance(error, Faulty) else ([], 0)
        return problem_response(
            status,
            error.code,
            error.zh,
            error.en,
            faults=faults,
            total=total,
            receipt=receipt,
            headers=headers,
        )

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # Pydantic repeats the input in its errors; a token or a body must not come back.
        faults = [
            Fault(str(e["type"]), ".".join(str(p) for p in e["loc"]), "", "参数有误。", str(e["msg"]))
            for e in error.errors()
        ]
        zh, en = "请求参数有误。", "the request's parameters are wrong."
        return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong_parameters", zh, en, faults=faults)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(error.status_code).phrase
        code = phrase.lower().replace(" ", "_")
        zh = {404: "没有这个地址。", 405: "此地址不支持这种方法。"}.get(error.status_code, "请求无法处理。")
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = _allowed(request)
        return problem_response(error.status_code, code, zh, phrase, headers=headers)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("unexpected error", path=request.url.path, exc_info=error)
        zh, en = "服务内部出错，已记录，请联系运维人员。", "an internal error; it has been logged."
        return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", zh, en)


def _allowed(request: Request) -> str:
    """Every method of a path; Starlette names those of the first route alone."""

    def takes(method: str) -> bool:
        asked = {**request.scope, "method": method}
        return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)

    return ", ".join(sorted(filter(takes, METHODS)))


def _status(error: BiaochiError) -> int:
    if isinstance(error, TooLarge):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if isinstance(error, UnsupportedType):
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if isinstance(error, Forbidden):
        return HTTPStatus.FORBIDDEN
    return next((s for kind, s in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, for OpenAPI."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content, "model": Problem} for s in statuses}
