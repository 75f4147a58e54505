"""A real Alertmanager takes our alerts, once each, and hears of their end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from service.clock import SystemClock
from service.notify.channels import AlertFacts, Channel, Outgoing, Reason, SendError
from service.notify.channels.alertmanager import AlertmanagerSettings
from service.notify.channels.machine import fingerprint
from service.notify.config import build_channels
from tests.testkit.alertmanager import Alertmanager, alertmanager

CLOCK = SystemClock()
LABELS = {"alertname": "Pace", "indicator": "one_green", "region": "朝阳区", "level": "orange", "empty": ""}
MESSAGE = Outgoing(7, 1, "【橙灯】", "慢于序时进度", "7.1")


@pytest.fixture(scope="module")
def server() -> Iterator[Alertmanager]:
    with alertmanager() as running:
        yield running


@pytest.fixture
def channel(server: Alertmanager) -> Channel:
    settings = AlertmanagerSettings(base_url=SecretStr(f"{server.url}/"))
    return build_channels({"am": settings}, CLOCK)["am"]


def fact(name: str, began: datetime, ended: datetime | None = None) -> AlertFacts:
    labels = {**LABELS, "alertname": name}
    return AlertFacts(labels, {"summary": "慢于序时20.5个百分点"}, began, ended, "http://127.0.0.1/alerts/7")


def named(server: Alertmanager, name: str) -> list[dict[str, object]]:
    return [alert for alert in server.alerts() if alert["labels"]["alertname"] == name]


def test_an_alert_fires_for_days_under_the_fingerprint_we_know(
    server: Alertmanager, channel: Channel
) -> None:
    now = CLOCK.now()
    message = replace(MESSAGE, alerts=(fact("Fires", now - timedelta(days=3)),))
    assert channel.send(message).answer == "HTTP 200, 1 alerts"
    [alert] = named(server, "Fires")
    assert alert["labels"] == {**{k: v for k, v in LABELS.items() if v}, "alertname": "Fires"}
    assert alert["annotations"] == {"summary": "慢于序时20.5个百分点"}
    assert alert["fingerprint"] == fingerprint(message.alerts[0].labels)
    assert datetime.fromisoformat(str(alert["startsAt"])) <= now - timedelta(days=2)
    assert datetime.fromisoformat(str(alert["endsAt"])) > now + timedelta(days=7)


def test_a_repeat_changes_nothing_and_an_end_ends_it(server: Alertmanager, channel: Channel) -> None:
    began = CLOCK.now() - timedelta(days=3)
    firing = replace(MESSAGE, alerts=(fact("Ends", began), fact("Stays", began)))
    for _ in range(2):
        channel.send(firing)
    assert len(named(server, "Ends")) == len(named(server, "Stays")) == 1
    over = replace(MESSAGE, alerts=(fact("Ends", began, CLOCK.now() - timedelta(minutes=1)),))
    for _ in range(2):
        channel.send(over)
    assert (named(server, "Ends"), len(named(server, "Stays"))) == ([], 1)


def test_an_end_before_the_beginning_is_taken_for_the_beginning(
    server: Alertmanager, channel: Channel
) -> None:
    began = CLOCK.now() - timedelta(days=1)
    message = replace(MESSAGE, alerts=(fact("Backwards", began, began - timedelta(days=2)),))
    channel.send(message)
    assert named(server, "Backwards") == []


def test_a_message_about_no_alert_is_shown_as_one_of_its_own(server: Alertmanager, channel: Channel) -> None:
    channel.send(replace(MESSAGE, dedup_id="heartbeat-1"))
    [alert] = named(server, "BiaochiMessage")
    assert alert["annotations"] == {"summary": MESSAGE.subject, "description": MESSAGE.text}
    assert datetime.fromisoformat(str(alert["endsAt"])) < CLOCK.now() + timedelta(hours=2)


def test_what_it_cannot_read_is_refused_for_good(channel: Channel) -> None:
    wrong = replace(fact("Wrong", CLOCK.now()), labels={"alertname": "Wrong", "bad-name": "x"})
    with pytest.raises(SendError) as refused:
        channel.send(replace(MESSAGE, alerts=(wrong,)))
    assert (refused.value.reason, refused.value.permanent) == (Reason.REJECTED_CONTENT, True)
