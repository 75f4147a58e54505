"""Every wrong thing, through real HTTP: its status, its code, a sentence in each language, and nothing stored."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.testkit.service import JIA, OPERATOR, Running, encoded, reading

TODAY = "2018-06-28"
YESTERDAY = "2018-06-27"
CHINESE = re.compile("[一-鿿]")
NO_SCOPE = {"indicator": "one_green_area_vacated", "region": "110105030"}


def raw(value: bytes) -> bytes:
    """A body whose value is written as it stands."""
    return encoded(reading(YESTERDAY, 0)).replace(b'"value": 0', b'"value": ' + value)


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The answer is a problem with this status and code, told in both languages."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    for zh, en in [
        (problem["detail_zh"], problem["detail"]),
        *((e["zh"], e["en"]) for e in problem["errors"]),
    ]:
        assert CHINESE.search(zh)
        assert re.search("[a-z]{2}", en)
    return problem


# What is wrong with a body: the body, the fault's code, and what its place begins with.
BODIES: dict[str, tuple[bytes, str, str]] = {
    "text for a number": (raw(b'"12"'), "not_a_number", "readings[0].value"),
    "true for a number": (raw(b"true"), "not_a_number", "readings[0].value"),
    "a list for a number": (raw(b"[1]"), "not_a_number", "readings[0].value"),
    "NaN": (raw(b"NaN"), "not_finite", "readings[0].value"),
    "Infinity": (raw(b"Infinity"), "not_finite", "readings[0].value"),
    "-Infinity": (raw(b"-Infinity"), "not_finite", "readings[0].value"),
    "1e400": (raw(b"1e400"), "not_finite", "readings[0].value"),
    "300 digits": (raw(b"9" * 300), "out_of_bounds", "readings[0].value"),
    "400 digits": (raw(b"9" * 400), "not_finite", "readings[0].value"),
    "10,000 digits": (raw(b"9" * 10_000), "malformed_json", "body"),
    "below the bounds": (encoded(reading(YESTERDAY, -1)), "out_of_bounds", "readings[0].value"),
    "above the bounds": (encoded(reading(YESTERDAY, 2001)), "out_of_bounds", "readings[0].value"),
    "above the bounds in its unit": (
        encoded(reading(YESTERDAY, 21, "illegal_construction_demolished", unit="公顷")),
        "out_of_bounds",
        "readings[0].value",
    ),
    "over float64 in its unit": (
        encoded(reading(YESTERDAY, 1e308, "illegal_construction_demolished", unit="万平方米")),
        "not_finite",
        "readings[0].value",
    ),
    "another kind of unit": (encoded(reading(YESTERDAY, 1, unit="公顷")), "wrong_unit", "readings[0].unit"),
    "no unit at all": (encoded(reading(YESTERDAY, 1, unit="大大")), "wrong_unit", "readings[0].unit"),
    "another source": (encoded(reading(YESTERDAY, 1, source="verified")), "wrong_source", "readings[0].source"),
    "a future day": (encoded(reading("2018-06-29", 1)), "future_day", "readings[0].day"),
    "a day before the first": (encoded(reading("2015-12-31", 1)), "before_first_day", "readings[0].day"),
    "a time of day": (encoded(reading("2018-06-27T12:00:00", 1)), "bad_day", "readings[0].day"),
    "midnight": (encoded(reading("2018-06-27T00:00:00+08:00", 1)), "bad_day", "readings[0].day"),
    "an impossible day": (encoded(reading("2018-02-29", 1)), "bad_day", "readings[0].day"),
    "a day without dashes": (encoded(reading("20180627", 1)), "bad_day", "readings[0].day"),
    "full-width digits": (encoded(reading("２０１８-06-27", 1)), "bad_day", "readings[0].day"),
    "a number for a day": (encoded(reading("", 1) | {"day": 20180627}), "bad_day", "readings[0].day"),
    "an unknown indicator": (
        encoded(reading(YESTERDAY, 1, "residential_parking")),
        "unknown_indicator",
        "readings[0].indicator",
    ),
    "an unknown region": (
        encoded(reading(YESTERDAY, 1) | {"region": "11010599"}),
        "unknown_region",
        "readings[0].region",
    ),
    "a number for a region": (encoded(reading(YESTERDAY, 1) | {"region": 110105998}), "not_text", "readings[0].region"),
    "a scope that is not its own": (encoded(reading(YESTERDAY, 1, scope="片区")), "not_covered", "readings[0]"),
    "null for a scope": (encoded(reading(YESTERDAY, 1, scope=None)), "not_text", "readings[0].scope"),
    "two values for one day": (
        encoded(reading(YESTERDAY, 1), reading(YESTERDAY, 2)),
        "two_values",
        "readings[0]",
    ),
    "a value and its take-back": (
        encoded(reading(YESTERDAY, 1), reading(YESTERDAY, None)),
        "two_values",
        "readings[0]",
    ),
    "an unknown field": (encoded(reading(YESTERDAY, 1, colour="red")), "unknown_field", "readings[0].colour"),
    "a missing value": (encoded({"day": YESTERDAY}), "missing_field", "readings[0]"),
    "a row that is no object": (encoded([1]), "wrong_row", "readings[0]"),
    "an unknown key beside the readings": (b'{"readings": [], "notes": ""}', "unknown_key", "notes"),
    "a note that is no text": (b'{"readings": [], "note": 5}', "wrong_body", "note"),
    "readings that are no list": (b'{"readings": {}}', "wrong_body", "body"),
    "a bare number": (b"5", "wrong_body", "body"),
    "an empty list": (b"[]", "empty", "readings"),
    "an empty body": (b"", "malformed_json", "line 1 column 1"),
    "a body cut off": (encoded(reading(YESTERDAY, 1))[:-2], "malformed_json", "line 1 column "),
    "GBK": (encoded(reading(YESTERDAY, 1), note="报送").decode().encode("gbk"), "not_utf8", "byte "),
    "deep nesting": (b"[" * 50_000 + b"]" * 10_000, "malformed_json", "body"),
    "deep nesting inside": (b'{"readings":' + b'{"a":' * 12_000, "malformed_json", "body"),
    "readings twice": (b'{"readings": [], "readings": []}', "key_twice", "readings"),
    "a value twice in a row": (raw(b'1, "value": 2'), "key_twice", "readings[0].value"),
    "NUL in a code": (encoded(reading(YESTERDAY, 1) | {"region": "a\0"}), "bad_character", "readings[0].region"),
    "NUL in a note": (encoded(reading(YESTERDAY, 1, note="a\0")), "bad_character", "readings[0].note"),
    "NUL in the body's note": (encoded(reading(YESTERDAY, 1), note="a\0"), "bad_character", "note"),
    "NUL in a field's name": (encoded(reading(YESTERDAY, 1) | {"a\0": 1}), "unknown_field", "readings[0].a\ufffd"),
    "half a character": (
        encoded(reading(YESTERDAY, 1)).replace(JIA.encode(), rb"\ud800"),
        "bad_character",
        "readings[0].region",
    ),
    "half a character in the note": (b'{"readings": [], "note": "\\udfff"}', "bad_character", "note"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_body_is_refused_with_its_fault(shared: Running, name: str) -> None:
    body, code, where = BODIES[name]
    before = shared.one("SELECT count(*) FROM biaochi.reading")
    problem = assert_problem(shared.send(body), 422, "rejected")
    first = problem["errors"][0]
    assert first["code"] == code
    assert first["where"].startswith(where)
    assert problem["receipt"]["state"] == "rejected"
    assert shared.one("SELECT count(*) FROM biaochi.reading") == before


def test_an_unknown_word_is_answered_with_the_one_that_was_meant(shared: Running) -> None:
    (error,) = shared.send(encoded(reading(YESTERDAY, 1, "residential_parking"))).json()["errors"]
    assert "residential_parking_added" in error["zh"] and "residential_parking_added" in error["en"]


def test_both_rows_that_contradict_each_other_are_named(shared: Running) -> None:
    problem = shared.send(encoded(reading(YESTERDAY, 1), reading(YESTERDAY, 2))).json()
    assert [(e["where"], e["code"]) for e in problem["errors"]] == [
        ("readings[0]", "two_values"),
        ("readings[1]", "two_values"),
    ]
    assert problem["receipt"]["rejected"] == 2


def test_a_scope_left_out_where_the_series_has_one_is_not_covered(shared: Running) -> None:
    rows = encoded({"day": YESTERDAY, **NO_SCOPE, "value": 1})
    problem = assert_problem(shared.send(rows, feed="rural_affairs"), 422, "rejected")
    assert problem["errors"][0]["code"] == "not_covered"
    whole = encoded({"day": YESTERDAY, **NO_SCOPE, "value": 1, "scope": "第二批试点"})
    assert shared.send(whole, feed="rural_affairs").status_code == 201


def test_todays_figure_is_taken(shared: Running) -> None:
    assert shared.post(reading(TODAY, 5))["accepted"] == 1


def test_an_offending_text_is_repeated_but_not_at_length(shared: Running) -> None:
    (error,) = shared.send(encoded(reading(YESTERDAY, "x" * 5000))).json()["errors"]
    assert error["text"] == "x" * 80 + "…"


def test_a_body_wrong_in_every_row_is_answered_in_reasonable_work(shared: Running) -> None:
    rows = [{"day": YESTERDAY, "indicator": f"x{i}", "region": f"r{i}", "value": 1} for i in range(700)]
    problem = shared.send(json.dumps(rows).encode()).json()
    assert problem["errors_total"] == 1400


# ---- tokens


@pytest.mark.parametrize("value", ["", "Bearer", "Basic YTpi", "bc_whatever"])
def test_no_token_is_401_with_a_challenge(shared: Running, value: str) -> None:
    answer = shared.send(encoded(reading(YESTERDAY, 1)), authorization=value)
    assert_problem(answer, 401, "no_token")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("secret", ["bc_nobodys", "\xff\xfe", "x" * 5000])
def test_a_wrong_token_is_401_and_not_repeated(shared: Running, secret: str) -> None:
    headers = {b"authorization": f"Bearer {secret}".encode("latin-1"), b"content-type": b"application/json"}
    answer = shared.client.post("/v1/readings", content=encoded(reading(YESTERDAY, 1)), headers=headers)
    assert_problem(answer, 401, "wrong_token")
    assert secret not in answer.text


def test_an_operators_token_posts_nothing(shared: Running) -> None:
    assert_problem(shared.send(encoded(reading(YESTERDAY, 1)), feed=OPERATOR), 403, "not_a_feed")


def test_nobodys_body_is_read_before_the_token_is_known(shared: Running) -> None:
    answer = shared.client.post("/v1/evaluations", content=b" " * 1_000_000)
    assert_problem(answer, 401, "no_token")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "wrong_body"),
        (b"[]", 422, "wrong_body"),
        (b'{"as_of": 0}', 422, "wrong_body"),
        (b" " * 100_000, 413, "too_large"),
    ],
)
def test_a_wrong_order_to_evaluate_is_told_so(shared: Running, body: bytes, status: int, code: str) -> None:
    answer = shared.client.post("/v1/evaluations", content=body, headers=shared.headers(OPERATOR))
    assert_problem(answer, status, code)


def test_a_feeds_token_evaluates_nothing(shared: Running) -> None:
    answer = shared.client.post("/v1/evaluations", json={"as_of": YESTERDAY}, headers=shared.headers("jia"))
    assert_problem(answer, 403, "not_an_operator")


@pytest.mark.parametrize(
    "path",
    ["readings", "submissions", "submissions/sub_1", "progress", "alerts", "alerts/1", "notifications", "catalog", "targets"],
)  # fmt: skip
def test_nothing_is_read_without_a_token(shared: Running, path: str) -> None:
    assert_problem(shared.client.get(f"/v1/{path}"), 401, "no_token")


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/openapi.json", "/docs"])
def test_what_machines_and_newcomers_read_needs_no_token(shared: Running, path: str) -> None:
    assert shared.client.get(path).status_code == 200


# ---- the envelope


def test_a_body_over_the_limit_is_413_and_the_connection_survives(shared: Running) -> None:
    assert_problem(shared.send(b" " * (64 * 1024 + 1)), 413, "too_large")
    assert shared.send(encoded(reading(TODAY, 6), note="413")).status_code == 201


def test_a_body_of_exactly_the_limit_is_read(shared: Running) -> None:
    assert_problem(shared.send(b" " * (64 * 1024)), 422, "rejected")


def test_a_body_that_never_ends_is_refused_once_it_is_over_the_limit(shared: Running) -> None:
    """Chunked, so nothing tells its length; the answer comes before the end of what is sent."""
    head = [
        "POST /v1/readings HTTP/1.1",
        "host: test",
        "content-type: application/json",
        f"authorization: {shared.headers('jia')['authorization']}",
        "transfer-encoding: chunked",
    ]
    host, port = shared.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        for _ in range(5):
            connection.sendall(b"4000\r\n" + b" " * 0x4000 + b"\r\n")  # 16 KiB each
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "kind", ["text/html", "application/octet-stream", "text/plain; charset=utf-8", "json"]
)
def test_another_content_type_is_415(shared: Running, kind: str) -> None:
    answer = shared.send(encoded(reading(YESTERDAY, 1)), content_type=kind)
    assert_problem(answer, 415, "wrong_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_is_json_however_it_is_spelt(shared: Running, kind: str, own_day: str) -> None:
    assert shared.send(encoded(reading(own_day, 1)), content_type=kind).status_code == 201


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_readings_are_not_deleted_nor_replaced(shared: Running, method: str) -> None:
    answer = shared.client.request(method, "/v1/readings", headers=shared.headers("jia"))
    assert_problem(answer, 405, "method_not_allowed")


def test_a_method_that_is_not_taken_is_told_all_that_are(shared: Running) -> None:
    answer = shared.client.options("/v1/readings", headers=shared.headers("jia"))
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"


def test_head_of_a_route_without_it_is_405(shared: Running) -> None:
    answer = shared.client.head("/v1/readings", headers=shared.headers("jia"))
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("path", ["/v1/nonsense", "/nonsense", "/v2/readings", "/v1", "/v1/readings/extra"])
def test_an_unknown_path_is_404(shared: Running, path: str) -> None:
    assert_problem(shared.client.get(path, headers=shared.headers("jia")), 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/v1/submissions/sub_none", "/v1/alerts/2018-0101-01", "/v1/progress?as_of=2001-01-01"]
)
def test_what_does_not_exist_is_404(shared: Running, path: str) -> None:
    answer = shared.client.get(path, headers=shared.headers(OPERATOR))
    assert answer.status_code == 404
    assert CHINESE.search(answer.json()["detail_zh"])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/readings?limit=0",
        "/v1/readings?first=yesterday",
        "/v1/readings?last=0",  # seconds since 1970, if one takes it so
        "/v1/readings?first=20180627",
        "/v1/progress?as_of=1530028800",
        "/v1/readings?cursor=none",
        "/v1/readings?cursor=MjAxOC0wNi0yNwp4",
        "/v1/readings?indicator=%00",
        "/v1/submissions?cursor=bm9uZQ",
        "/v1/submissions/%00",
        "/v1/alerts?state=pending",
        "/v1/alerts?cursor=YQBi",
        "/v1/alerts/%00",
        "/v1/progress?region=%00&as_of=2018-06-27",
        "/v1/notifications?cursor=wrI",
    ],
)
def test_a_wrong_parameter_is_422(shared: Running, path: str) -> None:
    answer = shared.client.get(path, headers=shared.headers(OPERATOR))
    assert answer.status_code == 422
    assert_problem(answer, 422, answer.json()["code"])


@pytest.mark.parametrize("query", ["last=0001-01-01", "last=9999-12-31", "first=9999-12-31&last=0001-01-01"])
def test_the_ends_of_the_calendar_are_days_too(shared: Running, query: str) -> None:
    answer = shared.client.get(f"/v1/readings?{query}", headers=shared.headers(OPERATOR))
    assert answer.status_code == 200


def test_a_future_day_is_not_evaluated(shared: Running) -> None:
    answer = shared.client.post(
        "/v1/evaluations", json={"as_of": "2018-06-29"}, headers=shared.headers(OPERATOR)
    )
    assert_problem(answer, 422, "future_day")


# ---- anything at all

BODY = encoded(reading(YESTERDAY, 1), reading(TODAY, 2, unit="个", note="说明"), note="备注")


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """The good body with a few bytes replaced, put in, left out or repeated."""
    body = bytearray(BODY)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        match draw(st.sampled_from(["replace", "insert", "delete", "repeat", "cut"])):
            case "replace":
                body[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "insert":
                body[at:at] = draw(
                    st.sampled_from([b'"', b"{", b"]", b",", b"\\", b"\\u0000", b"\xff", b"-", b"e9"])
                )
            case "delete":
                del body[at : at + draw(st.integers(1, 9))]
            case "repeat":
                body[at:at] = body[at : at + draw(st.integers(1, 40))]
            case _:
                del body[at:]
    return bytes(body)


@given(body=mangled())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mangled_body_is_taken_or_refused_and_never_breaks_the_service(
    shared: Running, body: bytes
) -> None:
    answer = shared.send(body)
    if answer.status_code not in (200, 201):  # some mangled bodies are still good ones
        assert 400 <= answer.status_code < 500, (body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


@given(depth=st.integers(1, 3000), inside=st.sampled_from([b"%s", b'{"readings":[%s]}', b'[{"day":%s}]']))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nesting_of_any_depth_is_refused(shared: Running, depth: int, inside: bytes) -> None:
    assert shared.send(inside % (b"[" * depth + b"]" * depth)).status_code == 422
