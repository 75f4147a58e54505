"""What is due over HTTP, on the command line and as gauges; and the reminder before the deadline, once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
import pytest

from service.app import build
from service.clock import beijing
from service.due.look import DueDesk
from service.due.remind import Reminders
from service.notify.config import build_channels
from service.settings import channel_settings
from tests.testkit.lives import counted, small_catalog, small_feed, write_catalog
from tests.testkit.service import OPERATOR, Running, biaochi, copy_of, service_on
from tests.testkit.worlds import DISTRICT, NEXT_TOWN, TOWN

# Friday to Sunday are due on Monday, 3 September, at ten; so is nothing of the week, which is due on Tuesday.
FRIDAY, SATURDAY, SUNDAY = "2018-08-31", "2018-09-01", "2018-09-02"
MONDAY = date(2018, 9, 3)
RULES = """\
groups:
  - name: all
    rules:
      - alert: missing
        check: {type: missing, levels: {notice: 1}}
        annotations: {title: 逾期未报}
"""
PM = counted("pm", "mean", unit="ug_per_m3", reported_at="district")
CATALOG = small_catalog(
    date(2018, 8, 31),
    counted("cases"),
    counted("parking", "flow"),
    counted("rentals"),
    PM,
    sources=[
        {"code": "sensor", "name": "自动监测", "rank": 1},
        {"code": "reported", "name": "填报", "rank": 2},
    ],
    feeds=[
        small_feed("daily", date(2018, 8, 31), {"indicators": ["cases", "parking"]}) | {"name": "街乡日报"},
        small_feed("weekly", date(2018, 8, 31), {"indicators": ["rentals"]})
        | {"name": "群租房周报", "cycle": "weekly"},
        small_feed("air", date(2018, 9, 2), {"indicators": ["pm"], "regions": [DISTRICT]})
        | {"name": "空气监测", "source": "sensor"},
    ],
)
Start = Callable[..., Running]


@pytest.fixture(scope="module")
def published(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with the small catalogue."""
    folder = write_catalog(tmp_path_factory.mktemp("due") / "catalog", CATALOG)
    with copy_of(server, template) as dsn:
        with service_on(dsn, folders=[folder]):
            pass
        yield dsn


@pytest.fixture
def monday(published: str) -> Iterator[Running]:
    """A service on Monday at eight, to which nobody has reported anything."""
    with psycopg.connect(published, autocommit=True) as conn:
        conn.execute(
            "TRUNCATE biaochi.submission, biaochi.reading, biaochi.reading_revision, biaochi.reminder,"
            " biaochi.reminder_feed, biaochi.notification, biaochi.notification_attempt RESTART IDENTITY CASCADE"
        )
    with service_on(published, now=beijing(MONDAY, 8)) as running:
        yield running


@pytest.fixture
def start(database: str, tmp_path: Path) -> Iterator[Start]:
    """Starts a service with another catalogue, and a rule on what is missing; on Monday at eight."""
    with ExitStack() as opened:

        def begin(**more: Any) -> Running:
            folder = write_catalog(tmp_path / "catalog", CATALOG | more)
            rules = tmp_path / "rules"
            rules.mkdir()
            (rules / "rules.yaml").write_text(RULES, "utf-8")
            service = service_on(database, folders=[folder], rules=rules, now=beijing(MONDAY, 8))
            return opened.enter_context(service)

        yield begin


def told(day: str, value: float | None, region: str = TOWN, indicator: str = "cases") -> dict[str, Any]:
    return {"day": day, "indicator": indicator, "region": region, "value": value}


def everything(*days: str) -> list[dict[str, Any]]:
    """All that the daily feed owes for some days."""
    return [told(d, 1, r, i) for d in days for r in (TOWN, NEXT_TOWN) for i in ("cases", "parking")]


def due(running: Running, holder: str = "daily", **query: object) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = running.get("/v1/feeds/due", holder, **query)["items"]
    return items


def brief(items: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Feed, report day, state; owed, reported, zero, late, missing."""
    names = ("feed", "day", "state", "owed", "reported", "zero", "late", "missing")
    return [tuple(item[name] for name in names) for item in items]


def test_in_the_morning_a_feed_sees_what_is_due_at_ten(monday: Running) -> None:
    monday.post(told(FRIDAY, 0), told(FRIDAY, 2, NEXT_TOWN), told(FRIDAY, 5, TOWN, "parking"), feed="daily")
    items = due(monday)
    assert brief(items) == [
        ("daily", FRIDAY, "open", 4, 3, 1, 0, 1),
        ("daily", SATURDAY, "open", 4, 0, 0, 0, 4),
        ("daily", SUNDAY, "open", 4, 0, 0, 0, 4),
        ("daily", "2018-09-03", "open", 4, 0, 0, 0, 4),
    ]
    assert [item["deadline"] for item in items[1:]] == [
        "2018-09-03T10:00:00+08:00",
        "2018-09-03T10:00:00+08:00",
        "2018-09-04T10:00:00+08:00",
    ]
    assert items[0]["lacking"] == [{"region": NEXT_TOWN, "region_name": "乙乡", "indicators": ["parking"]}]


def test_an_operator_sees_every_feed_and_the_week_from_its_first_day(monday: Running) -> None:
    assert brief(due(monday, OPERATOR))[4:] == [
        ("weekly", SUNDAY, "open", 2, 0, 0, 0, 2),
        ("weekly", "2018-09-09", "open", 2, 0, 0, 0, 2),
        ("air", SUNDAY, "open", 1, 0, 0, 0, 1),
        ("air", "2018-09-03", "open", 1, 0, 0, 0, 1),
    ]
    (week,) = due(monday, OPERATOR, feed="weekly", day="2018-09-01")
    assert (week["first_day"], week["day"], week["deadline"]) == (
        "2018-08-27", SUNDAY, "2018-09-04T10:00:00+08:00",
    )  # fmt: skip


def test_after_the_deadline_what_comes_is_late_and_what_lacks_is_overdue(monday: Running) -> None:
    monday.post(*everything(FRIDAY), feed="daily")
    monday.clock.set(beijing(MONDAY, 10, 30))
    monday.post(*everything(SATURDAY)[:3], feed="daily")
    assert brief(due(monday))[:3] == [
        ("daily", FRIDAY, "complete", 4, 4, 0, 0, 0),
        ("daily", SATURDAY, "overdue", 4, 3, 0, 3, 1),
        ("daily", SUNDAY, "overdue", 4, 0, 0, 0, 4),
    ]
    monday.clock.set(beijing(date(2018, 9, 4), 11))
    assert [row[1] for row in brief(due(monday))] == [SATURDAY, SUNDAY, "2018-09-03", "2018-09-04"]
    assert brief(due(monday, day=FRIDAY)) == [("daily", FRIDAY, "complete", 4, 4, 0, 0, 0)]
    assert due(monday, OPERATOR, day="2018-08-01", feed="daily") == []


def test_late_is_what_was_not_known_at_the_deadline(monday: Running) -> None:
    """Corrected later: in time. Taken back before the deadline, or never given: late, or missing."""
    monday.post(*everything(FRIDAY), feed="daily")
    monday.post(told(FRIDAY, None, NEXT_TOWN), told(FRIDAY, None, NEXT_TOWN, "parking"), feed="daily")
    monday.clock.set(beijing(MONDAY, 12))
    monday.post(told(FRIDAY, 7), told(FRIDAY, 7, NEXT_TOWN), feed="daily")
    monday.post(told(FRIDAY, 8), feed="daily")
    assert brief(due(monday, day=FRIDAY)) == [("daily", FRIDAY, "overdue", 4, 3, 0, 1, 1)]


def test_the_alert_after_the_deadline_names_who_was_listed_before(start: Start) -> None:
    running = start()
    running.post(*everything(FRIDAY, SATURDAY, SUNDAY)[:-2], feed="daily")
    (listed,) = due(running, day=SUNDAY)
    running.clock.set(beijing(date(2018, 9, 4), 10))
    running.post(*everything("2018-09-03")[:-2], feed="daily")
    running.clock.set(beijing(date(2018, 9, 4), 10))
    running.service.closing.close_due()
    (alert,) = running.alerts(feed="daily")
    assert [gap["region"] for gap in alert["figures"]["gaps"]] == [r["region"] for r in listed["lacking"]]


def test_a_region_that_is_no_more_owes_nothing_and_is_not_missed(start: Start) -> None:
    ended = [r | {"valid_to": SATURDAY} if r["code"] == NEXT_TOWN else r for r in CATALOG["regions"]]
    running = start(regions=ended)
    running.post(*everything(FRIDAY, SATURDAY), feed="daily")
    running.post(*everything(SUNDAY)[:2], feed="daily")
    assert brief(due(running))[2:] == [
        ("daily", SUNDAY, "complete", 2, 2, 0, 0, 0),
        ("daily", "2018-09-03", "open", 2, 0, 0, 0, 2),
    ]
    running.clock.set(beijing(date(2018, 9, 4), 9))
    running.post(*everything("2018-09-03")[:2], feed="daily")
    running.clock.set(beijing(date(2018, 9, 4), 10))
    running.service.closing.close_due()
    assert running.alerts(feed="daily") == []


def test_pages_hold_everything_once(monday: Running) -> None:
    seen, cursor = [], ""
    for _ in range(10):
        page = monday.get("/v1/feeds/due", limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [(item["feed"], item["day"]) for item in page["items"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert seen == [(item["feed"], item["day"]) for item in due(monday, OPERATOR)]
    (week,) = due(monday, OPERATOR, feed="weekly", day=SUNDAY, regions=1)
    assert (week["missing_regions"], len(week["lacking"])) == (2, 1)


REFUSED: tuple[tuple[dict[str, object], int, str], ...] = (
    ({"feed": "weekly"}, 403, "other_feed"),
    ({"feed": "none"}, 403, "other_feed"),
    ({"day": "2018-09-04"}, 422, "future_day"),
    ({"day": "1999-01-01"}, 422, "before_calendar"),
    ({"day": "31 August"}, 422, "wrong_parameters"),
    ({"cursor": "bm90IG9uZQ"}, 422, "bad_cursor"),
    ({"cursor": "bm9uZQoyMDE4LTA4LTMx"}, 422, "bad_cursor"),  # of a feed that isn't there
    ({"limit": 0}, 422, "wrong_parameters"),
)


def test_what_cannot_be_answered_says_why(monday: Running) -> None:
    for query, status, code in REFUSED:
        answer = monday.client.get("/v1/feeds/due", params=query, headers=monday.headers("daily"))  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (status, code), query
    assert monday.client.get("/v1/feeds/due").status_code == 401
    unknown = monday.client.get("/v1/feeds/due?feed=none", headers=monday.headers(OPERATOR))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_feed")


def test_the_gauges_are_there_at_zero_and_follow(monday: Running) -> None:
    names = ("owed", "reported", "reported_zero", "missing", "late", "overdue")

    def gauges(feed: str) -> list[float | None]:
        monday.service.look_due()
        return [monday.metric(f"biaochi_feed_{name}", feed=feed) for name in names]

    assert gauges("daily") == [12, 0, 0, 12, 0, 0]
    monday.post(*everything(FRIDAY, SATURDAY)[:-1], told(SUNDAY, 0), feed="daily")
    assert gauges("daily") == [12, 8, 1, 4, 0, 0]
    deadline = monday.metric("biaochi_feed_deadline_timestamp_seconds", feed="daily")
    assert deadline == beijing(MONDAY, 10).timestamp()
    monday.clock.set(beijing(MONDAY, 11))
    monday.post(*everything(SATURDAY)[-1:], feed="daily")
    assert gauges("daily") == [4, 0, 0, 4, 1, 3]
    assert gauges("weekly") == [2, 0, 0, 2, 0, 0]
    monday.clock.set(beijing(date(2018, 8, 30), 11))
    assert gauges("air") == [0] * 6
    assert monday.metric("biaochi_feed_deadline_timestamp_seconds", feed="air") is None


def test_the_command_tells_it_in_a_table_and_in_json(
    monday: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday.post(told(FRIDAY, 0), told(FRIDAY, 2, NEXT_TOWN), feed="daily")
    monkeypatch.setenv("BIAOCHI_DATABASE_URL", monday.service.dsn)
    status, out, _ = biaochi("due", "--day", FRIDAY)
    head, _, daily, weekly = out.splitlines()
    assert (status, head.split()[:4]) == (0, ["报送渠道", "数据日", "报送期限", "应报"])
    assert daily.split()[2:] == [
        "2018年9月3日(周一)10时",
        "4",
        "2",
        "1",
        "0",
        "2",
        "逾期未报",
        "甲街道、乙乡",
    ]
    assert weekly.split()[1] == "2018年8月27日至9月2日"
    status, out, _ = biaochi("due", "daily", "--day", FRIDAY, "--json")
    (item,) = json.loads(out)["items"]
    assert (status, item["missing"], item["lacking"][0]["indicators"]) == (0, 2, ["parking"])
    assert "missing in" in biaochi("due", "--day", FRIDAY, "--language", "en")[1]
    assert biaochi("due", "--day", "2018-08-01")[1] == "没有应报数据。\n"
    assert biaochi("due", "none")[0] == 1
    assert biaochi("due", "--day", "2999-01-01")[0] == 2


REMINDER = """\
【催报】2个报送渠道尚未报齐,请9月3日(周一)10时前报送
街乡日报:8月31日、9月2日应报8项,尚缺5项(甲街道、乙乡)
空气监测:9月2日应报1项,尚缺1项(朝阳区)
当日确无进展的按零报告填“0”,勿留空。
自动监测数据未到的,请检查设备和传输。
系统故障请来电说明。
联系:区疏整促办"""


def test_an_hour_before_the_deadline_who_lacks_something_is_reminded_once(monday: Running) -> None:
    monday.post(*everything(FRIDAY)[:3], *everything(SATURDAY), feed="daily")
    reminders = monday.service.reminders
    monday.clock.set(beijing(MONDAY, 8, 59))
    assert reminders.remind() == 0
    monday.clock.set(beijing(MONDAY, 9))
    assert reminders.remind() == 2  # mail and robot
    monday.service.delivery.run_once()
    assert monday.robot.texts == [REMINDER]
    assert [m["Subject"] for m in monday.mail.messages] == [REMINDER.splitlines()[0]]
    # Neither more time, nor more that lacks, nor a restart says it again.
    monday.post(told(SATURDAY, None), feed="daily")
    monday.clock.set(beijing(MONDAY, 9, 30))
    with monday.replica() as other:
        assert (reminders.remind(), other.reminders.remind()) == (0, 0)
    assert monday.all("SELECT feed, day::text FROM report.reminders ORDER BY 1, 2") == [
        ("air", SUNDAY),
        ("daily", FRIDAY),
        ("daily", SUNDAY),
    ]
    notified = monday.get("/v1/notifications")["items"]
    assert [(n["reminder"], n["alert"], n["summary"]) for n in notified] == [("1", None, None)] * 2
    assert monday.all("SELECT DISTINCT reminder_id, alert_id FROM report.notifications") == [(1, None)]
    # The next deadline is another one: Monday itself, and the week.
    monday.clock.set(beijing(date(2018, 9, 4), 9))
    assert reminders.remind() == 2
    text = monday.one("SELECT message FROM biaochi.reminder ORDER BY reminder_id DESC LIMIT 1")
    assert "群租房周报:8月27日至9月2日应报2项" in text and "当日、当周确无进展" in text


def test_who_has_reported_everything_is_not_reminded_and_nobody_after_the_deadline(monday: Running) -> None:
    monday.clock.set(beijing(MONDAY, 9))
    monday.post(*everything(FRIDAY, SATURDAY, SUNDAY), feed="daily")
    monday.post(told(SUNDAY, 35, DISTRICT, "pm"), feed="air")
    assert monday.service.reminders.remind() == 0
    monday.post(told(SUNDAY, None), feed="daily")
    monday.clock.set(beijing(MONDAY, 10))
    assert monday.service.reminders.remind() == 0
    assert monday.one("SELECT count(*) FROM biaochi.notification") == 0


def test_two_that_remind_at_once_write_one_reminder(monday: Running) -> None:
    monday.clock.set(beijing(MONDAY, 9))
    other = build(
        monday.settings,
        monday.service.dsn,
        monday.clock,
        build_channels(channel_settings(monday.settings), monday.clock),
    )
    both = Barrier(2)

    def remind(reminders: Reminders) -> int:
        both.wait()
        return reminders.remind()

    try:
        with ThreadPoolExecutor(2) as threads:
            queued = list(threads.map(remind, [monday.service.reminders, other.reminders]))
    finally:
        other.close()
    assert sorted(queued) == [0, 2]
    assert monday.one("SELECT count(*) FROM biaochi.notification") == 2


def test_one_that_dies_while_it_reminds_leaves_it_to_the_next(
    monday: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday.clock.set(beijing(MONDAY, 9))

    def dies(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("service.store.outbox.enqueue", dies)
        monday.service.reminders.remind()
    assert monday.one("SELECT count(*) FROM biaochi.reminder") == 0
    assert monday.service.reminders.remind() == 2


# What the head of the catalogue says, the hour of the first working days of September, and the messages there are.
HEADS: tuple[tuple[dict[str, Any], int, int, int], ...] = (
    ({"remind_minutes": 0}, 3, 9, 0),
    ({"remind_minutes": 120}, 3, 8, 2),
    ({"cutoff_hour": 17}, 4, 9, 0),
    ({"cutoff_hour": 17}, 4, 16, 2),
    (
        {"cutoff_workdays": {"daily": 2, "weekly": 5}},
        5,
        9,
        0,
    ),  # those of Monday, who were reminded of in time
    ({"cutoff_workdays": {"daily": 2, "weekly": 5}}, 6, 9, 2),
    ({"alerting": "shadow"}, 7, 9, 2),
)


def test_when_is_for_the_catalogue_to_say(start: Start, tmp_path: Path) -> None:
    running = start()
    for at, (head, september, hour, queued) in enumerate(HEADS):
        running.publish(write_catalog(tmp_path / f"head{at}", CATALOG | head))
        running.clock.set(beijing(date(2018, 9, september), hour))
        assert running.service.reminders.remind() == queued, (head, september, hour)


def test_a_cut_off_that_is_moved_reminds_nobody_twice(start: Start, tmp_path: Path) -> None:
    running = start()
    running.clock.set(beijing(MONDAY, 9))
    assert running.service.reminders.remind() == 2
    running.publish(write_catalog(tmp_path / "later", CATALOG | {"cutoff_hour": 11}))
    running.clock.set(beijing(MONDAY, 10))
    assert running.service.reminders.remind() == 0


def test_what_was_looked_up_holds_until_something_changes(monday: Running) -> None:
    desk = DueDesk(monday.service.pool, monday.service.catalogs.published)
    first = desk.about(beijing(MONDAY, 8)).found
    assert desk.about(beijing(MONDAY, 9)).found is first
    monday.post(told(FRIDAY, 1), feed="daily")
    changed = desk.about(beijing(MONDAY, 9)).found
    assert changed is not first and changed[0].reported == 1
