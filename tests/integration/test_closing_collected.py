"""What comes in late for closed days is collected for a short while, and then judged in one go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.testkit.service import JIA, OPERATOR, Running, copy_of, reading, service_on

GROWTH = "new_illegal_construction"


@pytest.fixture
def waiting(server: str, published: str) -> Iterator[Running]:
    """A service that collects for a minute, two days closed."""
    with copy_of(server, published) as dsn, service_on(dsn, collect_seconds=60) as service:
        service.close_days("2018-06-26")
        yield service


def growth(on: str, value: float) -> dict[str, Any]:
    return reading(on, value, GROWTH)


def later(service: Running, seconds: float) -> None:
    service.clock.set(service.clock.now() + timedelta(seconds=seconds))


def again(service: Running) -> int:
    """How many days were judged again at this turn."""
    return len(service.service.closing.close_due().again)


def test_a_late_reading_is_judged_once_nothing_more_has_come_for_a_minute(waiting: Running) -> None:
    waiting.post(growth("2018-06-25", 30))
    later(waiting, 59)
    assert again(waiting) == 0
    later(waiting, 1)
    assert again(waiting) == 2
    assert len(waiting.alerts(region=JIA, rule=GROWTH)) == 1


def test_what_comes_in_meanwhile_is_judged_with_it(waiting: Running) -> None:
    first = waiting.post(growth("2018-06-25", 30))["submission"]
    later(waiting, 40)
    second = waiting.post(growth("2018-06-26", 40))["submission"]
    later(waiting, 40)
    assert again(waiting) == 0
    later(waiting, 20)
    assert again(waiting) == 2
    (alert,) = waiting.alerts(region=JIA, rule=GROWTH)
    (event,) = waiting.events(alert["id"])
    assert event["cause"]["submissions"] == [first, second]


def test_a_feed_that_goes_on_sending_is_waited_for_five_times_as_long(waiting: Running) -> None:
    judged = []
    for n in range(11):  # every half minute, for five minutes
        waiting.post(growth("2018-06-25", 30 + n))
        judged.append(again(waiting))
        later(waiting, 30)
    assert judged == [0] * 10 + [2]


def test_a_day_that_is_due_is_judged_with_all_that_is_known(waiting: Running) -> None:
    waiting.post(growth("2018-06-25", 30))
    waiting.clock.set(waiting.service.closing.closes_at(date(2018, 6, 27)))
    waiting.post(growth("2018-06-26", 40))
    done = waiting.service.closing.close_due()
    assert (len(done.again), len(done.days)) == (2, 1)
    assert waiting.service.closing.close_due().again == ()
    (alert,) = waiting.alerts(region=JIA, rule=GROWTH)
    assert alert["figures"]["value"] == 70


def test_what_comes_in_for_open_days_delays_nothing(waiting: Running) -> None:
    waiting.post(growth("2018-06-25", 30))
    later(waiting, 59)
    waiting.post(growth("2018-06-27", 1))
    later(waiting, 1)
    assert again(waiting) == 2


def test_whoever_asks_for_an_evaluation_does_not_wait(waiting: Running) -> None:
    waiting.post(growth("2018-06-25", 30))
    answer = waiting.client.post(
        "/v1/evaluations", json={"as_of": "2018-06-26"}, headers=waiting.headers(OPERATOR)
    )
    assert answer.json()["again"] == ["2018-06-25", "2018-06-26"]


def test_what_was_being_collected_outlives_a_restart(waiting: Running) -> None:
    waiting.post(growth("2018-06-25", 30))
    assert again(waiting) == 0
    later(waiting, 60)
    with waiting.replica() as other:
        assert len(other.closing.close_due().again) == 2
    assert again(waiting) == 0


def test_asked_to_stop_days_judged_again_are_left_whole_for_the_next_start(
    waiting: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.post(growth("2018-06-25", 30))
    later(waiting, 60)
    closing = waiting.service.closing
    taken = closing.rulebook.in_force

    def stops(*arguments: Any) -> Any:
        closing.stop()
        return taken(*arguments)

    with monkeypatch.context() as asked:  # while the work is under way
        asked.setattr(closing.rulebook, "in_force", stops)
        assert closing.close_due().again == ()
    assert waiting.one("SELECT max(runs) FROM biaochi.evaluation") == 1
    with waiting.replica() as other:
        assert len(other.closing.close_due().again) == 2
