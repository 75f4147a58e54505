"""The WeCom robot: every status and error code has a written verdict."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError

from service.notify.channels import Reason, SendError
from service.notify.channels.http import Reply, retry_after
from service.notify.channels.wecom import WecomSettings, payload, verdict
from service.notify.text import CUT
from tests.unit.notify.days import MESSAGE, TEXT

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
OK = b'{"errcode":0,"errmsg":"ok"}'


def judged(status: int, body: bytes = OK, **headers: str) -> SendError | str:
    reply = Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
    try:
        return verdict(reply, (KEY,)).answer
    except SendError as error:
        return error


def code(number: object, text: str = "said so") -> bytes:
    return json.dumps({"errcode": number, "errmsg": text}).encode()


def test_payload_is_plain_text() -> None:
    assert payload(MESSAGE) == {"msgtype": "text", "text": {"content": TEXT}}


def test_long_text_is_cut_to_2048_bytes() -> None:
    content = payload(replace(MESSAGE, text="欠" * 1000))["text"]
    # 2048 − 21 = 2027 bytes are 675 characters of three bytes; two bytes are left over.
    assert content == {"content": "欠" * 675 + CUT}


def test_a_long_text_keeps_its_last_lines() -> None:
    text = "欠" * 1000 + "\n数据：区统计局\n编号：2018-0702-03"
    content = str(payload(replace(MESSAGE, text=text))["text"])
    assert CUT in content and "编号：2018-0702-03" in content and "数据：区统计局" in content


def test_people_are_mentioned_by_mobile_or_userid() -> None:
    body = payload(replace(MESSAGE, to=("13800000001", "zhangsan", "+85291234567")))
    assert body["text"] == {
        "content": TEXT,
        "mentioned_mobile_list": ["13800000001", "+85291234567"],
        "mentioned_list": ["zhangsan"],
    }


def test_markdown_goes_where_it_is_wanted_and_there_is_some() -> None:
    message = replace(MESSAGE, markdown="**橙灯**", to=("zhangsan",))
    assert payload(message, "markdown") == {
        "msgtype": "markdown",
        "markdown": {"content": "**橙灯**\n<@zhangsan>"},
    }
    assert payload(message)["msgtype"] == payload(MESSAGE, "markdown")["msgtype"] == "text"
    # A robot's markdown mentions nobody by mobile number.
    assert payload(replace(message, to=("13800000001",)), "markdown")["msgtype"] == "text"


def test_long_markdown_is_cut_to_4096_bytes_between_lines() -> None:
    markdown = "\n".join(f"> **第{i}项** 欠进度" for i in range(300)) + "\n编号：7"
    body = payload(replace(MESSAGE, markdown=markdown, to=("zhangsan",)), "markdown")
    content = str(body["markdown"]["content"])  # type: ignore[index]
    assert len(content.encode()) <= 4096
    assert content.endswith("编号：7\n<@zhangsan>")
    assert content.count("**") % 2 == 0


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (204, Reason.MALFORMED_ANSWER, False),  # taken by somebody, perhaps, but not by WeCom
        (302, Reason.MALFORMED_ANSWER, False),
        (400, Reason.REJECTED_CONTENT, True),
        (401, Reason.AUTHENTICATION, False),
        (403, Reason.AUTHENTICATION, False),
        (404, Reason.REFUSED, True),
        (405, Reason.REFUSED, True),
        (407, Reason.AUTHENTICATION, False),
        (408, Reason.TIMEOUT, False),
        (410, Reason.REFUSED, True),
        (413, Reason.REJECTED_CONTENT, True),
        (415, Reason.REJECTED_CONTENT, True),
        (418, Reason.REFUSED, True),
        (422, Reason.REJECTED_CONTENT, True),
        (425, Reason.TIMEOUT, False),
        (429, Reason.THROTTLED, False),
        (500, Reason.SERVER_ERROR, False),
        (501, Reason.SERVER_ERROR, False),
        (502, Reason.SERVER_ERROR, False),
        (503, Reason.SERVER_ERROR, False),
        (504, Reason.SERVER_ERROR, False),
        (600, Reason.MALFORMED_ANSWER, False),
    ],
)
def test_verdict_on_a_status(status: int, reason: Reason, permanent: bool) -> None:
    error = judged(status, b"" if status == 204 else OK)
    assert isinstance(error, SendError)
    assert (error.reason, error.permanent, error.retryable) == (reason, permanent, not permanent)


@pytest.mark.parametrize("status", [200, 201])
def test_errcode_zero_is_taken(status: int) -> None:
    assert judged(status) == "errcode 0 ok"


@pytest.mark.parametrize(
    ("number", "reason", "permanent", "wait"),
    [
        (-1, Reason.SERVER_ERROR, False, None),
        (40001, Reason.AUTHENTICATION, False, None),
        (40008, Reason.REJECTED_CONTENT, True, None),
        (40014, Reason.AUTHENTICATION, False, None),
        (40058, Reason.REJECTED_CONTENT, True, None),
        (41001, Reason.AUTHENTICATION, False, None),
        (60020, Reason.AUTHENTICATION, False, None),
        (44004, Reason.REJECTED_CONTENT, True, None),
        (45002, Reason.REJECTED_CONTENT, True, None),
        (45009, Reason.THROTTLED, False, 60),
        (45033, Reason.THROTTLED, False, 60),
        (93000, Reason.AUTHENTICATION, False, None),
        (93004, Reason.REFUSED, True, None),
        (93008, Reason.REFUSED, True, None),
        (99999, Reason.REFUSED, False, None),  # unknown ones pass: a day of tries costs less than an alert
    ],
)
def test_verdict_on_an_error_code_under_http_200(
    number: int, reason: Reason, permanent: bool, wait: int | None
) -> None:
    error = judged(200, code(number))
    assert isinstance(error, SendError)
    assert (error.reason, error.permanent) == (reason, permanent)
    assert error.retry_after == (timedelta(seconds=wait) if wait else None)
    assert error.detail == f"errcode {number} said so"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ok",
        b"<html>gateway</html>",
        b"\xff\xfe\x00",
        b"null",
        b"[0]",
        b"{}",
        code(None),
        code("0"),
        code(True),
        code(0.0),
        code([0]),
        b"[" * 100_000,
        b'{"errcode":' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_without_an_error_code_is_not_taken_for_success(body: bytes) -> None:
    error = judged(200, body)
    assert isinstance(error, SendError)
    assert (error.reason, error.permanent) == (Reason.MALFORMED_ANSWER, False)
    assert "\x00" not in error.detail


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "１２"}, None),
        ({"retry-after": "9" * 400}, 10**9),
        ({"retry-after": "Mon, 02 Jul 2018 02:01:30 GMT", "date": "Mon, 02 Jul 2018 02:00:00 GMT"}, 90),
        ({"retry-after": "Mon, 02 Jul 2018 01:00:00 GMT", "date": "Mon, 02 Jul 2018 02:00:00 GMT"}, 0),
        ({"retry-after": "Mon, 02 Jul 2018 02:01:30 GMT"}, None),
        ({"retry-after": "Mon, 02 Jul 2018 02:01:30 -0000", "date": "Mon, 02 Jul 2018 02:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: int | None) -> None:
    assert retry_after(headers) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("status", [429, 503])
def test_a_passing_status_keeps_the_wait_it_asks_for(status: int) -> None:
    error = judged(status, retry_after="120")
    assert isinstance(error, SendError)
    assert error.retry_after == timedelta(seconds=120)


@pytest.mark.parametrize("status", [200, 403, 429, 500])
def test_an_answer_that_repeats_the_key_does_not_leak_it(status: int) -> None:
    error = judged(status, code(93000, f"no robot {KEY} at ?key={KEY}"))
    assert isinstance(error, SendError)
    for told in (str(error), repr(error), error.zh, error.en, error.detail, repr(error.__dict__)):
        assert KEY not in told


def test_success_that_repeats_the_key_does_not_leak_it() -> None:
    assert judged(200, code(0, KEY)) == "errcode 0 ***"


def test_settings_do_not_show_the_url() -> None:
    settings = WecomSettings(url=SecretStr(f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"))
    assert KEY not in repr(settings)
    assert KEY in settings.secrets


@pytest.mark.parametrize(
    "url", ["", KEY, f"ftp://host/?key={KEY}", f"https:///send?key={KEY}", "https://host/send"]
)
def test_a_wrong_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WecomSettings.model_validate({"url": url})
    assert KEY not in str(caught.value)
