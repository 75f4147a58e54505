"""Messages go out at least once, in fact once, over real SMTP and HTTP; what cannot be sent is seen."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from psycopg import sql
from pydantic import SecretStr

from service.demo.receivers import Answer, MailSink, RobotReceiver
from service.errors import Unavailable
from service.notify.channels import Channel, Outgoing, Reason, SendError, Taken
from service.notify.channels.dingtalk import DingtalkSettings
from service.notify.channels.email import EmailSettings, Security
from service.notify.channels.wecom import WecomSettings
from service.notify.config import build_channels
from service.notify.deliver import LEASE, Delivery, Report
from service.store import outbox
from service.store.outbox import NewNotification
from service.store.pool import Pool, open_pool
from service.store.queries import load
from tests.testkit.alerts import START, SUBJECT, TEXT, Fake, Outbox, add_alert, add_event
from tests.testkit.smtp_sink import LOGIN, SmtpSink, certificates, free_port
from tests.testkit.vendors import DingtalkRobot

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def box(pool: Pool) -> Outbox:
    return Outbox(pool)


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def robot() -> Iterator[RobotReceiver]:
    with RobotReceiver() as receiver:
        yield receiver


def email(box: Outbox, port: int, *recipients: str, **more: Any) -> Channel:
    given = {"host": "127.0.0.1", "port": port, "sender": "biaochi@example.org", "timeout_seconds": 5}
    settings = EmailSettings.model_validate(
        {**given, "recipients": recipients or ("office@example.org",), **more}
    )
    return build_channels({"email": settings}, box.clock)["email"]


def wecom(box: Outbox, url: str) -> Channel:
    settings = WecomSettings(url=SecretStr(url), timeout_seconds=1, messages_per_minute=10_000)
    return build_channels({"wecom": settings}, box.clock)["wecom"]


def test_each_message_goes_out_once_on_each_channel(
    box: Outbox, smtp: SmtpSink, robot: RobotReceiver
) -> None:
    box.fill(2, "email", "wecom")
    delivery = box.delivery(email(box, smtp.port), wecom(box, robot.url))
    assert delivery.run_once() == Report(sent=4)
    assert delivery.run_once() == Report()
    assert [m["Subject"] for m in smtp.messages] == [SUBJECT, SUBJECT]
    assert smtp.messages[0].get_content().splitlines()[:2] == TEXT.splitlines()
    assert smtp.messages[0]["Date"].datetime == START.replace(microsecond=0)
    assert len({m["Message-ID"] for m in smtp.messages}) == 2
    assert [text.rpartition("\n")[0] for text in robot.texts] == [TEXT, TEXT]
    assert box.rows() == [("sent", 1, None)] * 4
    assert {row[1] for row in box.attempts()} == {"sent"}
    assert (box.count("email", "sent"), box.queue("email")) == (2, 0)


def test_the_demos_own_receivers_take_what_real_ones_take(box: Outbox) -> None:
    box.fill(1, "email", "wecom")
    with MailSink() as mail, RobotReceiver("another-key") as robot:
        delivery = box.delivery(email(box, mail.port), wecom(box, robot.url))
        assert delivery.run_once() == Report(sent=2)
    assert [m["Subject"] for m in mail.messages] == [SUBJECT]
    assert mail.messages[0].get_content().splitlines()[:2] == TEXT.splitlines()
    assert len(robot.texts) == 1


def test_an_event_is_queued_once_per_channel(box: Outbox) -> None:
    with box.pool.connection() as conn:
        add_alert(conn, START)
        row = NewNotification(add_event(conn, START), "email", SUBJECT, TEXT, START, START)
        assert outbox.enqueue(conn, [row, row]) == 1
        assert outbox.enqueue(conn, [row]) == 0
        assert outbox.enqueue(conn, []) == 0
        assert outbox.backlog(conn) == {"email": 1}


def test_messages_go_out_in_the_order_they_were_queued_and_not_before_they_are_due(box: Outbox) -> None:
    with box.pool.connection() as conn:
        add_alert(conn, START)
        events = [add_event(conn, START) for _ in range(4)]
        due = [START + HOUR, START, START, START]
        outbox.enqueue(
            conn,
            [
                NewNotification(event, "email", SUBJECT, str(i), due[i], START)
                for i, event in enumerate(events)
            ],
        )
    channel = Fake()
    delivery = box.delivery(channel)
    assert delivery.run_once(limit=2) == Report(sent=2)
    assert delivery.run_once() == Report(sent=1)
    box.clock.advance(HOUR)
    assert delivery.run_once() == Report(sent=1)
    assert [m.text for m in channel.taken] == ["1", "2", "3", "0"]


def test_a_crash_before_sending_delays_a_message_by_its_lease(box: Outbox) -> None:
    box.fill(1, "email")
    assert len(box.lease()) == 1  # and the process dies
    channel = Fake()
    delivery = box.delivery(channel)
    box.clock.advance(LEASE)
    assert delivery.run_once() == Report()
    box.clock.advance(SECOND)
    assert delivery.run_once() == Report(sent=1)
    assert [m.attempt for m in channel.taken] == [2]
    assert box.attempts() == [(2, "sent", "taken")]  # the first left no trace but its number


def test_a_crash_after_sending_repeats_a_message_once_and_recognisably(box: Outbox, smtp: SmtpSink) -> None:
    box.fill(1, "email")
    channel = email(box, smtp.port)

    class Died(BaseException):
        """As a kill -9 would: nothing is recorded."""

    class DiesAfterSending:
        name = "email"
        limits = ()

        def send(self, message: Outgoing) -> Taken:
            channel.send(message)
            raise Died

    with pytest.raises(Died):
        box.delivery(DiesAfterSending(), registry=CollectorRegistry()).run_once()
    delivery = box.delivery(channel)
    for _ in range(5):
        box.clock.advance(LEASE)
        delivery.run_once()
    assert len(smtp.messages) == 2
    assert len({m["Message-ID"] for m in smtp.messages}) == 1


def test_two_deliveries_at_once_send_nothing_twice(box: Outbox, database: str, robot: RobotReceiver) -> None:
    box.fill(60, "wecom")
    with open_pool(database, size=4) as other:
        replicas = [box, Outbox(other, box.clock), Outbox(other, box.clock)]
        deliveries = [each.delivery(wecom(box, robot.url)) for each in replicas]
        start = Barrier(len(deliveries))

        def work(delivery: Delivery) -> Report:
            start.wait()
            return sum((delivery.run_once(limit=7) for _ in range(10)), Report())

        with ThreadPoolExecutor(len(deliveries)) as threads:
            reports = list(threads.map(work, deliveries))
    assert sum(reports, Report()) == Report(sent=60)
    assert len(robot.texts) == len(set(robot.texts)) == 60
    assert box.rows() == [("sent", 1, None)] * 60


def test_a_late_sender_overwrites_nothing(box: Outbox) -> None:
    box.fill(1, "email")
    [late] = box.lease()
    box.clock.advance(LEASE + SECOND)
    [now] = box.lease()
    at = box.clock.now()
    with box.pool.connection() as conn:
        assert not outbox.record_given_up(conn, late, at=at, error="late")
        assert not outbox.record_retry(conn, late, at=at, due_at=at, error="late")
        assert not outbox.record_sent(conn, late, at=at, answer="late")
        outbox.release(conn, [late])
    assert box.rows() == [("queued", 2, None)]
    with box.pool.connection() as conn:
        assert outbox.record_sent(conn, now, at=at, answer="taken")
        assert not outbox.record_sent(conn, now, at=at, answer="again")
    assert box.attempts() == [(2, "sent", "taken")]


def test_a_lost_lease_is_not_reported_as_sent(box: Outbox) -> None:
    box.fill(1, "email")

    class Slow(Fake):
        def send(self, message: Outgoing) -> Taken:
            box.clock.advance(LEASE + SECOND)
            box.lease()
            return super().send(message)

    assert box.delivery(Slow()).run_once() == Report()
    assert (box.count("email", "sent"), box.rows()) == (0, [("queued", 2, None)])


def test_mail_that_is_put_off_is_sent_later(box: Outbox, smtp: SmtpSink) -> None:
    box.fill(1, "email")
    smtp.replies.append("451 4.7.1 try later")
    delivery = box.delivery(email(box, smtp.port))
    assert delivery.run_once() == Report(retried=1)
    assert box.queue("email") == 1
    box.clock.advance(29 * SECOND)
    assert delivery.run_once() == Report()
    box.clock.advance(SECOND)
    assert delivery.run_once() == Report(sent=1)
    assert len(smtp.messages) == 1
    told = "server_error: office@example.org (451 4.7.1 try later)"
    assert box.attempts() == [(1, "retried", told), (2, "sent", "accepted")]
    assert box.rows() == [("sent", 2, None)]


def test_mail_everybody_refuses_is_given_up_at_once(box: Outbox, smtp: SmtpSink) -> None:
    box.fill(1, "email")
    smtp.replies.extend(["550 5.1.1 unknown"] * 2)
    channel = email(box, smtp.port, "office@example.org", "leader@example.org")
    assert box.delivery(channel).run_once() == Report(given_up=1)
    [(state, attempts, error)] = box.rows()
    assert (state, attempts) == ("given_up", 1)
    assert str(error).startswith("refused: office@example.org (550 5.1.1 unknown), leader@example.org (550")
    assert (box.count("email", "given_up"), box.queue("email")) == (1, 0)


def test_mail_some_refuse_is_sent_and_names_them(box: Outbox, smtp: SmtpSink) -> None:
    box.fill(1, "email")
    smtp.refused["leader@example.org"] = "550 5.1.1 unknown"
    delivery = box.delivery(email(box, smtp.port, "office@example.org", "leader@example.org"))
    assert delivery.run_once() == Report(sent=1, missed=1)
    assert box.attempts() == [(1, "sent", "accepted, but not for leader@example.org (550 5.1.1 unknown)")]
    assert (box.count("email", "sent"), box.count("email", "missed")) == (1, 1)
    box.clock.advance(24 * HOUR)
    assert delivery.run_once() == Report()
    assert len(smtp.messages) == 1


def test_a_server_that_hangs_up_without_farewell_gets_no_repeat(box: Outbox, smtp: SmtpSink) -> None:
    box.fill(1, "email")
    smtp.rude = True
    assert box.delivery(email(box, smtp.port)).run_once() == Report(sent=1)


def test_login_is_used_and_a_wrong_password_is_told_without_it(box: Outbox) -> None:
    box.fill(1, "email")
    with SmtpSink() as smtp:
        wrong = email(box, smtp.port, username=LOGIN[0], password="wrong-Passw0rd!")
        assert box.delivery(wrong).run_once() == Report(retried=1)
        [(_, _, error)] = box.rows()
        assert error == "authentication: 535 5.7.8 bad password ***"
        # The password is set right; the message that waited goes out.
        box.clock.advance(600 * SECOND)
        right = email(box, smtp.port, username=LOGIN[0], password=LOGIN[1])
        assert box.delivery(right, registry=CollectorRegistry()).run_once() == Report(sent=1)
        assert len(smtp.messages) == 1


def test_a_login_refused_for_hours_is_tried_rarely_and_then_given_up(box: Outbox) -> None:
    box.fill(2, "email")
    with SmtpSink() as smtp:
        delivery = box.delivery(email(box, smtp.port, username=LOGIN[0], password="wrong-Passw0rd!"))
        reports = []
        for _ in range(9 * 12):
            reports.append(delivery.run_once())
            box.clock.advance(300 * SECOND)
    assert sum(reports, Report()).given_up == 2
    # Every ten minutes at most: a server locks an account that tries too often.
    assert len(box.attempts()) <= 9 * 6
    assert [row[0] for row in box.rows()] == ["given_up", "given_up"]


def test_a_message_that_waited_a_day_before_its_first_try_is_tried_as_long_as_any(
    box: Outbox, smtp: SmtpSink
) -> None:
    box.fill(1, "email")
    box.clock.advance(30 * HOUR)
    smtp.replies.append("451 4.7.1 try later")
    delivery = box.delivery(email(box, smtp.port))
    assert delivery.run_once() == Report(retried=1)
    box.clock.advance(HOUR)
    assert delivery.run_once() == Report(sent=1)


def test_a_vendors_limit_makes_messages_wait_and_none_is_refused(box: Outbox) -> None:
    box.fill(50, "ding")
    with DingtalkRobot(box.clock) as robot:
        settings = DingtalkSettings(url=SecretStr(robot.url), secret=SecretStr(robot.secret))
        delivery = box.delivery(*build_channels({"ding": settings}, box.clock).values())
        assert delivery.room("ding") == 20
        sent = []
        for _ in range(40):
            sent.append(delivery.run_once().sent)
            box.clock.advance(5 * SECOND)
        assert sum(sent) == len(robot.taken) == 50
        # The first twenty at once, the next a minute later.
        assert [count for count in sent if count] == [20, 20, 10]
        assert delivery.room("ding") == 20
    assert box.rows() == [("sent", 1, None)] * 50
    assert delivery.room("unlimited") is None


def test_starttls_checks_the_certificate_and_never_falls_back(
    box: Outbox, smtp: SmtpSink, tmp_path: Path
) -> None:
    server, certificate = certificates(tmp_path)
    with SmtpSink(tls=server) as secure:
        given = {"host": "localhost", "security": Security.STARTTLS}
        message = Outgoing(1, 1, SUBJECT, TEXT, "1")
        with pytest.raises(SendError) as stranger:
            email(box, secure.port, **given).send(message)
        assert (stranger.value.reason, secure.messages) == (Reason.UNREACHABLE, [])
        assert email(box, secure.port, ca=certificate, **given).send(message) == Taken("accepted")
        assert len(secure.messages) == 1
    with pytest.raises(SendError) as plain:
        email(box, smtp.port, security=Security.STARTTLS).send(message)
    assert (plain.value.reason, smtp.messages) == (Reason.AUTHENTICATION, [])


@pytest.mark.parametrize(
    ("answer", "report", "told"),
    [
        (Answer.error(93000, "invalid webhook url"), Report(retried=1), "authentication: errcode 93000"),
        (Answer.error(93004, "robot disabled"), Report(given_up=1), "refused: errcode 93004"),
        (Answer.error(40058, "too long"), Report(given_up=1), "rejected_content: errcode 40058"),
        (Answer.error(45009, "freq"), Report(retried=1), "throttled: errcode 45009"),
        (Answer.error(12345, "news"), Report(retried=1), "refused: errcode 12345"),
        (Answer(429, headers={"retry-after": "60"}), Report(retried=1), "throttled: HTTP 429"),
        (Answer(500, b"\x00oops"), Report(retried=1), "server_error: HTTP 500 oops"),
        (Answer(404, b""), Report(given_up=1), "refused: HTTP 404"),
        (Answer(200, b"<html>"), Report(retried=1), "malformed_answer: <html>"),
    ],
)
def test_a_robot_that_does_not_take_a_message(
    box: Outbox, robot: RobotReceiver, answer: Answer, report: Report, told: str
) -> None:
    box.fill(1, "wecom")
    robot.answers.append(answer)
    delivery = box.delivery(wecom(box, robot.url))
    assert delivery.run_once() == report
    [(state, attempts, error)] = box.rows()
    assert (state, attempts) == ("given_up" if report.given_up else "queued", 1)
    assert str(error).startswith(told)
    box.clock.advance(600 * SECOND)
    assert delivery.run_once() == Report(sent=report.retried)


def test_a_throttled_robot_is_left_alone_and_loses_nothing(box: Outbox, robot: RobotReceiver) -> None:
    box.fill(5, "wecom")
    robot.answers.extend([Answer(), Answer(), Answer.error(45009, "api freq out of limit")])
    delivery = box.delivery(wecom(box, robot.url))
    assert delivery.run_once() == Report(sent=2, retried=1)
    box.clock.advance(59 * SECOND)
    assert delivery.run_once() == Report()
    # The two that were not tried were given back: no attempt is counted.
    assert [row[:2] for row in box.rows()] == [("sent", 1)] * 2 + [("queued", 1)] + [("queued", 0)] * 2
    box.clock.advance(SECOND)
    assert delivery.run_once() == Report(sent=3)
    assert len(robot.texts) == 3  # two more were taken by the prepared answers


def test_a_dead_channel_holds_up_nobody(box: Outbox, robot: RobotReceiver) -> None:
    box.fill(30, "email", "wecom")
    delivery = box.delivery(email(box, free_port()), wecom(box, robot.url))
    assert delivery.run_once(limit=30) == Report(sent=30, retried=1)
    assert (box.queue("email"), box.queue("wecom")) == (30, 0)


def test_a_receiver_down_for_an_hour_gets_everything_when_it_is_back(box: Outbox, smtp: SmtpSink) -> None:
    box.fill(5, "email")
    delivery = box.delivery(email(box, smtp.port))
    smtp.replies.extend(["451 down"] * 10_000)
    for _ in range(120):
        delivery.run_once()
        box.clock.advance(30 * SECOND)
    assert smtp.messages == []
    smtp.replies.clear()
    for _ in range(120):
        delivery.run_once()
        box.clock.advance(30 * SECOND)
    assert len(smtp.messages) == 5
    assert {row[0] for row in box.rows()} == {"sent"}


def test_after_a_day_a_message_is_given_up_and_that_is_seen(box: Outbox) -> None:
    box.fill(1, "email")
    delivery = box.delivery(email(box, free_port()))
    assert delivery.run_once() == Report(retried=1)
    assert (box.count("email", "given_up"), box.queue("email")) == (0, 1)
    box.clock.advance(24 * HOUR)
    assert delivery.run_once() == Report(given_up=1)
    [(state, attempts, error)] = box.rows()
    assert (state, attempts) == ("given_up", 2)
    assert str(error).startswith("unreachable: ConnectionRefusedError")
    assert (box.count("email", "given_up"), box.queue("email")) == (1, 0)


def test_a_silent_receiver_times_out(box: Outbox) -> None:
    box.fill(1, "wecom")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        channel = wecom(box, f"http://127.0.0.1:{deaf.getsockname()[1]}/send?key=silent-key")
        assert box.delivery(channel).run_once() == Report(retried=1)
    assert box.rows()[0][2] == "timeout: ReadTimeout"


def test_a_channel_nobody_set_up_is_given_up_with_its_name(box: Outbox) -> None:
    box.fill(1, "dingtalk")
    assert box.delivery(Fake()).run_once() == Report(given_up=1)
    assert box.rows() == [("given_up", 1, "refused: channel dingtalk is not configured")]
    assert box.count("dingtalk", "given_up") == 1


def test_a_broken_channel_is_retried_and_its_words_are_not_told(box: Outbox) -> None:
    box.fill(2, "email")
    channel = Fake(failures=[RuntimeError("https://robot/send?key=693a91f6")])
    assert box.delivery(channel).run_once() == Report(sent=1, retried=1)
    [(_, _, error), _] = box.rows()
    assert str(error).startswith("internal: RuntimeError in send, line ")
    assert "693a91f6" not in str(error)


def test_a_lost_database_is_unavailable_and_the_message_goes_out_later(
    box: Outbox, server: str, database: str
) -> None:
    box.fill(1, "email")
    name = urlsplit(database).path.removeprefix("/")

    def admit(conn: psycopg.Connection, *, yes: bool) -> None:
        state = sql.SQL("true" if yes else "false")
        conn.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(name), state))

    class Unplugs(Fake):
        def send(self, message: Outgoing) -> Taken:
            with psycopg.connect(server, autocommit=True) as conn:
                admit(conn, yes=False)
                conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
                )
            return super().send(message)

    with open_pool(database, size=2, wait_seconds=0.5) as short, pytest.raises(Unavailable):
        Outbox(short, box.clock).delivery(Unplugs()).run_once()
    with psycopg.connect(server, autocommit=True) as conn:
        admit(conn, yes=True)
    box.clock.advance(LEASE + SECOND)
    assert box.delivery(Fake()).run_once() == Report(sent=1)


def test_neither_logs_nor_records_hold_the_key(
    box: Outbox, robot: RobotReceiver, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    robot.key = key = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
    box.fill(4, "wecom")
    delivery = box.delivery(wecom(box, robot.url))
    robot.answers.extend([Answer(), Answer.error(93000, f"?key={key}"), Answer(500, key.encode())])
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "httpx"):
        assert delivery.run_once() == Report(sent=1, retried=1)
        box.clock.advance(600 * SECOND)
        assert delivery.run_once() == Report(retried=1)
        box.clock.advance(60 * SECOND)
        assert delivery.run_once() == Report(sent=3)
        box.fill(1, "wecom")
        gone = box.delivery(
            wecom(box, f"http://127.0.0.1:{free_port()}/send?key={key}"), registry=CollectorRegistry()
        )
        assert gone.run_once() == Report(retried=1)
    shown = capsys.readouterr()
    told = (caplog.text, shown.out, shown.err, str(box.rows()), str(box.attempts()), repr(delivery.channels))
    assert "unreachable" in str(box.rows())
    for text in told:
        assert key not in text


@pytest.mark.parametrize("name", ["enqueue", "lease_due", "record", "release", "backlog"])
def test_every_query_has_a_name_that_is_used(name: str) -> None:
    assert name in load("outbox")
    assert len(load("outbox")) == 5
