"""Errors as problem+json."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from fastapi import FastAPI

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
from service.http import problem

ERRORS: list[tuple[BiaochiError, int]] = [
    (Unavailable("c", "中", "en"), 503),
    (NotFound("c", "中", "en"), 404),
    (Conflict("c", "中", "en"), 409),
    (Denied("c", "中", "en"), 401),
    (Forbidden("c", "中", "en"), 403),
    (problem.TooLarge("c", "中", "en"), 413),
    (problem.UnsupportedType("c", "中", "en"), 415),
    (Invalid("c", "中", "en"), 422),
    (Faulty("c", [Fault("f", "here", "", "中", "en")]), 422),
]


def answer_to(error: Exception) -> httpx.Response:
    """What an application answers whose only route fails so."""
    app = FastAPI()
    problem.install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/")

    return asyncio.run(ask())


@pytest.mark.parametrize(("error", "status"), ERRORS, ids=lambda v: type(v).__name__)
def test_each_error_has_its_status_and_both_sentences(error: BiaochiError, status: int) -> None:
    answer = answer_to(error)
    told = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, "c")
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["type"] == "urn:biaochi:problem:c"
    assert told["detail"] and "中" in told["detail_zh"]


def test_only_what_passes_by_itself_is_asked_to_be_tried_again() -> None:
    headers = {status: answer_to(error).headers for error, status in ERRORS}
    assert [status for status, h in headers.items() if "retry-after" in h] == [503]
    assert [status for status, h in headers.items() if "www-authenticate" in h] == [401]


def test_an_unexpected_error_shows_nothing_of_its_inside() -> None:
    answer = answer_to(RuntimeError("password=hunter2"))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "hunter2" not in answer.text


def test_a_thousand_faults_are_listed_and_the_rest_is_counted() -> None:
    faults = [Fault("f", f"readings[{at}]", "", "中", "en") for at in range(1500)]
    answer = problem.problem_response(422, "c", "中", "en", faults=faults)
    told = json.loads(bytes(answer.body))
    assert (len(told["errors"]), told["errors_total"]) == (1000, 1500)
