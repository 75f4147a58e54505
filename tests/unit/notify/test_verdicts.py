"""Every error code of every vendor has a written verdict; a code nobody wrote down passes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from service.notify.channels import Reason, SendError, dingtalk, feishu, webhook, wecom, wecom_app
from service.notify.channels.http import Reply
from service.notify.channels.verdicts import Dialect

AUTH, CONTENT, REFUSED = Reason.AUTHENTICATION, Reason.REJECTED_CONTENT, Reason.REFUSED
THROTTLED, SERVER = Reason.THROTTLED, Reason.SERVER_ERROR
# code: (reason, permanent, seconds to wait)
Row = tuple[Reason, bool, int | None]
WECOM: dict[int, Row] = {
    -1: (SERVER, False, None),
    45009: (THROTTLED, False, 60),
    45033: (THROTTLED, False, 60),
    **dict.fromkeys((40001, 40014, 41001, 60020, 93000), (AUTH, False, None)),
    **dict.fromkeys((93004, 93008), (REFUSED, True, None)),
    **dict.fromkeys((40008, 40058, 44004, 45002), (CONTENT, True, None)),
}
WECOM_APP: dict[int, Row] = {
    -1: (SERVER, False, None),
    45009: (THROTTLED, False, 60),
    45033: (THROTTLED, False, 60),
    **dict.fromkeys((40001, 40013, 40014, 40056, 41001, 41002, 41004, 41011, 42001), (AUTH, False, None)),
    **dict.fromkeys((48002, 60011, 60020, 301002), (AUTH, False, None)),
    **dict.fromkeys((40003, 40031, 40032, 60111, 81013, 82001), (REFUSED, True, None)),
    **dict.fromkeys((40008, 40058, 44004, 45002), (CONTENT, True, None)),
}
DINGTALK: dict[int, Row] = {
    -1: (SERVER, False, None),
    **dict.fromkeys((130101, 302033, 410100), (THROTTLED, False, 600)),
    **dict.fromkeys((300001, 310000, 400101), (AUTH, False, None)),
    **dict.fromkeys((400013, 400102, 400106), (REFUSED, True, None)),
    **dict.fromkeys((40035, 400105, 430101, 430102, 430103, 430104, 460101), (CONTENT, True, None)),
}
FEISHU: dict[int, Row] = {
    **dict.fromkeys((11232, 99991400), (THROTTLED, False, 60)),
    **dict.fromkeys((19001, 19021, 19022, 19024), (AUTH, False, None)),
    **dict.fromkeys((9499, 19002), (CONTENT, True, None)),
}
VENDORS: dict[str, tuple[Dialect, dict[int, Row]]] = {
    "wecom": (wecom.ANSWERS, WECOM),
    "wecom_app": (wecom_app.ANSWERS, WECOM_APP),
    "dingtalk": (dingtalk.ANSWERS, DINGTALK),
    "feishu": (feishu.ANSWERS, FEISHU),
    "webhook": (webhook.ANSWERS, {}),
}
UNKNOWN = 12345


def refusal(dialect: Dialect, status: int, body: object, **headers: str) -> SendError:
    reply = Reply(status, headers, json.dumps(body).encode())
    with pytest.raises(SendError) as refused:
        dialect.judge(reply, ())
    return refused.value


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_table_here_is_the_one_in_use(vendor: str) -> None:
    dialect, expected = VENDORS[vendor]
    assert dialect.verdicts.keys() == expected.keys()


@pytest.mark.parametrize("status", [200, 400, 429, 500])
@pytest.mark.parametrize(
    ("vendor", "code"), [(vendor, code) for vendor, (_, rows) in VENDORS.items() for code in rows]
)
def test_verdict_on_a_code_whatever_the_status(vendor: str, code: int, status: int) -> None:
    dialect, rows = VENDORS[vendor]
    reason, permanent, wait = rows[code]
    error = refusal(dialect, status, {dialect.codes[0]: code, dialect.words[0]: "said so"})
    assert (error.reason, error.permanent) == (reason, permanent)
    assert error.retry_after == (timedelta(seconds=wait) if wait else None)
    assert error.detail == f"{dialect.codes[0]} {code} said so"


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_code_nobody_wrote_down_passes(vendor: str) -> None:
    dialect, _ = VENDORS[vendor]
    error = refusal(dialect, 200, {dialect.codes[0]: UNKNOWN})
    assert (error.reason, error.permanent) == (REFUSED, False)


@pytest.mark.parametrize("vendor", VENDORS)
def test_success_in_the_body_does_not_excuse_the_status(vendor: str) -> None:
    dialect, _ = VENDORS[vendor]
    assert refusal(dialect, 500, {dialect.codes[0]: 0}).reason is SERVER


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_answer_without_a_code_is_not_understood(vendor: str) -> None:
    assert refusal(VENDORS[vendor][0], 200, {"ok": True}).reason is Reason.MALFORMED_ANSWER


def test_a_wait_the_answer_names_counts() -> None:
    error = refusal(feishu.ANSWERS, 429, {"code": 99991400}, **{"retry-after": "7"})
    assert error.retry_after == timedelta(seconds=7)


def test_an_old_answer_of_feishu_is_read_and_one_that_contradicts_itself_is_a_failure() -> None:
    old = Reply(200, {}, b'{"StatusCode":0,"StatusMessage":"success"}')
    assert feishu.verdict(old, ()).answer == "code 0 success"
    assert refusal(feishu.ANSWERS, 200, {"StatusCode": 0, "code": 19021}).reason is AUTH
    assert refusal(feishu.ANSWERS, 200, {"StatusCode": 19001}).reason is AUTH


def test_a_webhook_may_answer_what_it_likes_but_for_an_error_code() -> None:
    for body in (b"", b"ok", b"<html>", b"[]", b'{"code":0}', b'{"code":200}', b'{"code":"E"}', b'{"id":7}'):
        assert webhook.verdict(Reply(200, {}, body), ()).answer.startswith("HTTP 200")
    for body in (b'{"errcode":1}', b'{"code":500,"msg":"full"}', b'{"StatusCode":-1}'):
        with pytest.raises(SendError) as refused:
            webhook.verdict(Reply(200, {}, body), ())
        assert (refused.value.reason, refused.value.permanent) == (REFUSED, False)
