"""Every channel alike: what a receiver may do to it, and what it must never tell."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import TypeAdapter

from service.clock import SetClock
from service.demo.receivers import Answer, Asked, HttpReceiver, RobotReceiver
from service.notify.channels import AlertFacts, Channel, Outgoing, Reason, SendError
from service.notify.config import ChannelSettings, build_channels
from tests.testkit.alerts import START, SUBJECT, TEXT
from tests.testkit.smtp_sink import certificates, free_port
from tests.testkit.vendors import DingtalkRobot, FeishuRobot, SignedWebhook, WecomApplication

FACTS = AlertFacts(
    {"alertname": "Pace", "level": "orange"}, {"summary": SUBJECT}, START, None, "http://h/alerts/7"
)
MESSAGE = Outgoing(7, 1, SUBJECT, f"{TEXT}\n编号：7", "7.1", thread="one_green", alerts=(FACTS,))
SECRET_IN_PROXY = "proxyPassw0rd"
SETTINGS: TypeAdapter[Any] = TypeAdapter(ChannelSettings)


class AlertsApi(HttpReceiver):
    """The least of Alertmanager's API."""

    def judge(self, asked: Asked) -> Answer:
        return Answer(200, b"") if asked.path == "/am-0123456789abcdef/api/v2/alerts" else Answer(404, b"")


@dataclass
class Bench:
    """A channel and the receiver it sends to."""

    kind: str
    receiver: HttpReceiver
    given: dict[str, Any]
    secrets: tuple[str, ...]
    clock: SetClock

    def channel(self, **changes: Any) -> Channel:
        settings: Any = SETTINGS.validate_python(
            {"kind": self.kind, "timeout_seconds": 0.5, **self.given, **changes}
        )
        return build_channels({"office": settings}, self.clock)["office"]

    def elsewhere(self, port: int) -> Channel:
        """The same channel, its server somewhere else."""
        place = f":{self.receiver.port}"
        moved = {k: v.replace(place, f":{port}") if isinstance(v, str) else v for k, v in self.given.items()}
        return replace(self, given=moved).channel()


def make(kind: str, clock: SetClock) -> Bench:
    match kind:
        case "wecom":
            robot = RobotReceiver("693a91f6-7xxx-4bc4-97a0")
            return Bench(kind, robot, {"url": robot.url}, (robot.key,), clock)
        case "wecom_app":
            app = WecomApplication(clock)
            given = {"base_url": app.url, "corpid": app.corpid, "secret": app.secret, "agentid": app.agentid}
            tokens = ("accesstoken-0-000000000000", "accesstoken-1-000000000000")
            return Bench(kind, app, {**given, "recipients": ["LiSi"]}, (app.secret, *tokens), clock)
        case "dingtalk":
            ding = DingtalkRobot(clock)
            return Bench(
                kind, ding, {"url": ding.url, "secret": ding.secret}, (ding.token, ding.secret), clock
            )
        case "feishu":
            bot = FeishuRobot(clock)
            return Bench(kind, bot, {"url": bot.url, "secret": bot.secret}, (bot.token, bot.secret), clock)
        case "webhook":
            hook = SignedWebhook(clock)
            given = {"url": hook.url, "secret": hook.secret, "headers": {"Authorization": hook.bearer}}
            return Bench(kind, hook, given, (hook.secret, "tok-9f8e7d6c", "alerts-0123456789abcdef"), clock)
        case _:
            api = AlertsApi()
            url = f"http://127.0.0.1:{api.port}/am-0123456789abcdef"
            return Bench("alertmanager", api, {"base_url": url}, ("am-0123456789abcdef",), clock)


VENDORS = ["wecom", "wecom_app", "dingtalk", "feishu"]
MACHINES = ["webhook", "alertmanager"]


@pytest.fixture(params=[*VENDORS, *MACHINES])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    made = make(request.param, SetClock(START))
    with made.receiver:
        yield made


def refusal(channel: Channel, message: Outgoing = MESSAGE) -> SendError:
    with pytest.raises(SendError) as refused:
        channel.send(message)
    return refused.value


def test_the_receiver_takes_a_message(bench: Bench) -> None:
    assert not bench.channel().send(MESSAGE).missed


@pytest.mark.parametrize("form", ["text", "markdown", "card"])
def test_the_longest_message_fits(bench: Bench, form: str) -> None:
    lines = "".join(f"\n{i}. “一绿”欠进度 **27.4** 万平方米" for i in range(5000))
    message = replace(MESSAGE, text=TEXT + lines + "\n编号：7", markdown=SUBJECT + lines + "\n编号：7")
    forms = {"wecom": "markdown", "wecom_app": "markdown", "dingtalk": "markdown", "feishu": "card"}
    if form not in ("text", forms.get(bench.kind, "text")):
        return
    changes = {"format": form} if bench.kind in forms else {}
    assert not bench.channel(**changes).send(replace(message, alerts=())).missed
    assert "编号：7" in bench.receiver.asked[-1].body.decode()


@pytest.mark.parametrize(
    ("answer", "reason", "permanent", "wait"),
    [
        (Answer(429, b"", {"retry-after": "120"}), Reason.THROTTLED, False, 120),
        (Answer(500, b"oops"), Reason.SERVER_ERROR, False, None),
        (Answer(503, b"", {"retry-after": "7"}), Reason.SERVER_ERROR, False, 7),
        (Answer(302, b"", {"location": "/login"}), Reason.MALFORMED_ANSWER, False, None),
        (Answer(401, b""), Reason.AUTHENTICATION, False, None),
        (Answer(404, b""), Reason.REFUSED, True, None),
        (Answer(413, b""), Reason.REJECTED_CONTENT, True, None),
        (Answer(500, b"x" * 2_000_000), Reason.SERVER_ERROR, False, None),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Answer) else None,
)
def test_a_receiver_that_does_not_take_it(
    bench: Bench, answer: Answer, reason: Reason, permanent: bool, wait: int | None
) -> None:
    bench.receiver.answers.append(answer)
    error = refusal(bench.channel())
    assert (error.reason, error.permanent) == (reason, permanent)
    assert error.retry_after == (timedelta(seconds=wait) if wait else None)
    assert len(bench.receiver.asked) == 1  # no redirect is followed, nothing tried again behind our back
    assert len(error.detail) <= 300


@pytest.mark.parametrize("body", [b"", b"<html>portal</html>", b"\xff\xfe\x00", b"[]", b"x" * 2_000_000])
def test_a_vendor_that_answers_garbage_has_not_taken_it(bench: Bench, body: bytes) -> None:
    bench.receiver.answers.append(Answer(200, body))
    if bench.kind in MACHINES:
        bench.channel().send(MESSAGE)  # any 2xx will do
    else:
        error = refusal(bench.channel())
        assert (error.reason, error.permanent) == (Reason.MALFORMED_ANSWER, False)


def test_nobody_there(bench: Bench) -> None:
    error = refusal(bench.elsewhere(free_port()))
    assert (error.reason, error.permanent) == (Reason.UNREACHABLE, False)


def test_a_receiver_that_is_silent_is_left(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        error = refusal(bench.elsewhere(deaf.getsockname()[1]))
    assert (error.reason, error.permanent) == (Reason.TIMEOUT, False)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b""], ids=["body", "headers"])
def test_a_receiver_that_sends_a_byte_now_and_then_is_left(head: bytes) -> None:
    bench = make("webhook", SetClock(START))
    with bench.receiver, dripping(head) as port:
        error = refusal(bench.elsewhere(port))
    assert (error.reason, error.detail) == (Reason.TIMEOUT, "no whole answer in 1.5 s")


@contextmanager
def dripping(head: bytes) -> Iterator[int]:
    """A server that begins an answer and never ends it."""

    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(0.1)
            try:
                connection.sendall(head)
                while True:
                    connection.sendall(b"H")
                    try:
                        if not connection.recv(65536):
                            return
                    except TimeoutError:
                        continue
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=10)
        assert not thread.is_alive()


class Parrot(HttpReceiver):
    """Answers with everything it was told."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def judge(self, asked: Asked) -> Answer:
        told = f"{asked.path} {asked.headers} {asked.body.decode()}"
        return Answer(self.status, f'{{"errcode":7,"code":7,"errmsg":{told!r}}} {told}'.encode())


@pytest.mark.parametrize("status", [200, 500])
def test_no_secret_is_told(bench: Bench, status: int, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    with Parrot(status) as parrot, caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "httpx"):
        caplog.set_level(logging.DEBUG, "httpcore")
        signed = bench.channel()
        signed.send(MESSAGE)  # a token, where one is fetched, is known by now
        proxied = bench.channel(proxy=f"http://user:{SECRET_IN_PROXY}@127.0.0.1:{parrot.port}")
        for channel in (proxied, bench.elsewhere(parrot.port), bench.elsewhere(free_port())):
            try:
                told.append(str(channel.send(MESSAGE)))
            except SendError as error:
                told += [str(error), repr(error), error.zh, error.en, repr(error.__dict__)]
        signatures = [asked.query.get("sign") or asked.json.get("sign") for asked in parrot.asked]
        signatures += [asked.headers.get("x-biaochi-signature") for asked in parrot.asked]
        told += [caplog.text, repr(signed), repr(vars(signed))]
    assert parrot.asked
    for secret in (*bench.secrets, SECRET_IN_PROXY, *filter(None, signatures)):
        for text in told:
            assert secret not in text


def test_it_goes_through_its_proxy_and_no_other(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port()}")
    bench.channel().send(MESSAGE)
    with HttpReceiver() as proxy:
        proxy.answers.append(Answer(502, b"no such host"))
        error = refusal(bench.channel(proxy=f"http://user:{SECRET_IN_PROXY}@127.0.0.1:{proxy.port}"))
    assert error.reason is Reason.SERVER_ERROR
    [asked] = proxy.asked
    assert asked.path.startswith(f"http://127.0.0.1:{bench.receiver.port}/")
    assert asked.headers["proxy-authorization"].startswith("Basic ")


def test_a_private_deployments_own_certificate_is_trusted_where_it_is_named(tmp_path: Path) -> None:
    server, certificate = certificates(tmp_path)
    clock = SetClock(START)
    robot = DingtalkRobot(clock)
    robot.secure(server)
    url = robot.url.replace("http://127.0.0.1", "https://localhost")
    bench = Bench("dingtalk", robot, {"url": url, "secret": robot.secret}, (), clock)
    with robot:
        assert refusal(bench.channel()).reason is Reason.UNREACHABLE
        assert bench.channel(ca=certificate).send(MESSAGE).answer == "errcode 0 ok"


@pytest.mark.parametrize("kind", ["wecom_app", "dingtalk", "feishu", "webhook"])
def test_a_wrong_secret_is_a_login_that_failed(kind: str) -> None:
    bench = make(kind, SetClock(START))
    with bench.receiver:
        assert refusal(bench.channel(secret="another-one")).reason is Reason.AUTHENTICATION


def test_a_clock_that_is_two_hours_off_is_told() -> None:
    for kind in ("dingtalk", "feishu", "webhook"):
        bench = make(kind, SetClock(START))
        ours = replace(bench, clock=SetClock(START - timedelta(hours=2)))
        with bench.receiver:
            assert refusal(ours.channel()).reason is Reason.AUTHENTICATION


@pytest.fixture
def app() -> Iterator[tuple[Bench, WecomApplication]]:
    bench = make("wecom_app", SetClock(START))
    with bench.receiver as receiver:
        assert isinstance(receiver, WecomApplication)
        yield bench, receiver


def test_a_token_is_kept_until_shortly_before_its_end(app: tuple[Bench, WecomApplication]) -> None:
    bench, receiver = app
    channel = bench.channel()
    for minutes, tokens in [(0, 1), (60, 1), (54, 1), (1, 2), (60, 2)]:
        bench.clock.advance(timedelta(minutes=minutes))
        channel.send(MESSAGE)
        assert len(receiver.tokens) == tokens
    assert len(receiver.taken) == 5


@pytest.mark.parametrize("expired", [False, True])
def test_a_token_that_is_refused_is_renewed_once(app: tuple[Bench, WecomApplication], expired: bool) -> None:
    bench, receiver = app
    channel = bench.channel()
    channel.send(MESSAGE)
    receiver.tokens = dict.fromkeys(receiver.tokens, START) if expired else {"none": START}
    channel.send(MESSAGE)
    assert len(receiver.taken) == 2
    asked = len(receiver.asked)
    receiver.answers.extend([Answer.error(40014, "no"), Answer(), Answer()])
    receiver.answers[1] = Answer(200, b'{"errcode":0,"access_token":"t-0123456789","expires_in":7200}')
    receiver.answers[2] = Answer.error(40014, "no")
    assert refusal(channel).reason is Reason.AUTHENTICATION
    assert len(receiver.asked) == asked + 3


def test_userids_nobody_has_are_told_and_the_others_have_it(app: tuple[Bench, WecomApplication]) -> None:
    bench, receiver = app
    taken = bench.channel().send(replace(MESSAGE, to=("ZhangSan", "WangWu", "ZhaoLiu")))
    assert [(missed.address, missed.permanent) for missed in taken.missed] == [
        ("WangWu", True),
        ("ZhaoLiu", True),
    ]
    assert receiver.taken[0]["touser"] == "ZhangSan|WangWu|ZhaoLiu"
    nobody = refusal(bench.channel(), replace(MESSAGE, to=("WangWu",)))
    assert (nobody.reason, nobody.permanent) == (Reason.REFUSED, True)


def test_mentions_and_cards_are_what_the_vendors_want() -> None:
    clock = SetClock(START)
    with DingtalkRobot(clock) as ding, FeishuRobot(clock) as feishu:
        to = replace(MESSAGE, to=("13800000001",), markdown="**橙灯**")
        given = {"url": ding.url, "secret": ding.secret, "format": "markdown"}
        Bench("dingtalk", ding, given, (), clock).channel().send(to)
        given = {"url": feishu.url, "secret": feishu.secret, "format": "card"}
        Bench("feishu", feishu, given, (), clock).channel().send(replace(to, to=("ou_1",)))
    [told] = ding.taken
    assert told["at"] == {"atMobiles": ["13800000001"], "atUserIds": [], "isAtAll": False}
    assert told["markdown"] == {"title": SUBJECT, "text": "**橙灯**\n@13800000001"}
    card = feishu.taken[0]["card"]
    assert card["header"] == {"title": {"tag": "plain_text", "content": SUBJECT}, "template": "orange"}
    assert [e["text"]["content"] for e in card["elements"]] == ["**橙灯**", "<at id=ou_1></at>"]


def test_a_webhook_gets_what_alertmanager_would_send() -> None:
    bench = make("webhook", SetClock(START))
    ended = replace(FACTS, labels={**FACTS.labels, "region": "甲"}, ends_at=START + timedelta(hours=1))
    with bench.receiver as receiver:
        assert isinstance(receiver, SignedWebhook)
        bench.channel(method="PUT").send(replace(MESSAGE, alerts=(FACTS, ended)))
    [asked], [body] = receiver.asked, receiver.taken
    assert (asked.method, asked.headers["x-biaochi-delivery"]) == ("PUT", "7.1")
    assert (body["groupKey"], body["receiver"], body["status"]) == ("one_green", "office", "firing")
    assert body["commonLabels"] == {"alertname": "Pace", "level": "orange"}
    first, second = body["alerts"]
    assert (first["status"], first["startsAt"], first["endsAt"]) == (
        "firing",
        "2018-07-02T02:05:00Z",
        "0001-01-01T00:00:00Z",
    )
    assert (second["status"], second["endsAt"]) == ("resolved", "2018-07-02T03:05:00Z")
    assert len({first["fingerprint"], second["fingerprint"]}) == 2
