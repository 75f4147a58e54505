"""Charts as pictures: of an alert, and of any figure."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Response

from service.alerts.figures import from_plain
from service.charts.series import Told, read_course
from service.domain.catalog import Level, NodeKey
from service.domain.course import Course, threshold_of
from service.domain.facts import EventKind, Figures
from service.errors import NotFound
from service.evaluate.rulebook import published_rules
from service.http.auth import AnyToken, ServiceDep
from service.http.context import Context
from service.http.models.values import PLAIN
from service.http.problem import documented
from service.store import alerts, evaluations
from service.store.alerts import AlertRow, EventRow
from service.store.pool import Connection, connection
from service.words.labels import labels

router = APIRouter(prefix="/v1")
PNG = "image/png"
# Figures of a day may be judged again: a copy is kept, and asked about each time.
CACHE = "private, no-cache"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {PNG: {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "The copy that `If-None-Match` names is still right."},
    **documented(401, 404, 422, 503),
}
LanguageQuery = Annotated[Literal["zh", "en"], Query(description="Of the texts.")]
KnownTags = Annotated[str | None, Header(alias="if-none-match")]


@router.get("/alerts/{alert}/chart.png", response_class=Response, responses=_ANSWERS)
def get_alert_chart(
    service: ServiceDep,
    token: AnyToken,
    alert: Annotated[str, Path(pattern=PLAIN)],
    as_of: Annotated[date | None, Query(description="An evaluated day; that of its last event.")] = None,
    language: LanguageQuery = "zh",
    if_none_match: KnownTags = None,
) -> Response:
    """What an alert is about: the figure against its plan, target or threshold, with the lamp of that day.

    A PNG of 780 × 600 points. An alert on a feed (逾期未报) has none.
    """
    with connection(service.pool) as conn:
        course = _course_of(conn, service, alert, as_of)
    return _answer(service, course, language, if_none_match)


@router.get("/charts", response_class=Response, responses=_ANSWERS)
def get_chart(
    service: ServiceDep,
    token: AnyToken,
    indicator: Annotated[str, Query(pattern=PLAIN)],
    region: Annotated[str, Query(pattern=PLAIN)],
    scope: Annotated[str, Query(max_length=200)] = "",
    as_of: Annotated[date | None, Query(description="An evaluated day; the last one.")] = None,
    language: LanguageQuery = "zh",
    if_none_match: KnownTags = None,
) -> Response:
    """Any figure against its plan or target, as of a day: a PNG of 780 × 600 points, without a lamp."""
    with connection(service.pool) as conn:
        day = _evaluated(conn, as_of)
        node = NodeKey(indicator, region, scope)
        course = read_course(conn, service.published(), node, day, banner=service.banner)
    return _answer(service, course, language, if_none_match)


def _evaluated(conn: Connection, as_of: date | None) -> date:
    day = as_of or evaluations.last(conn)[0]
    if day is None or evaluations.get(conn, day) is None:
        raise NotFound("not_evaluated", "这一天尚未评估。", "that day has not been evaluated.")
    return day


def _course_of(conn: Connection, service: Context, number: str, as_of: date | None) -> Course:
    rows = alerts.list_alerts(conn, alert_id=number, limit=1)
    if not rows:
        raise NotFound("no_alert", "没有这一预警。", "there is no such alert.")
    alert = rows[0]
    if not alert.indicator:
        zh = "这一预警针对报送渠道，没有图。"
        raise NotFound("no_chart", zh, "this alert is about a feed: there is nothing to draw.")
    happened = [event for event in alerts.events(conn, number) if as_of is None or event.as_of <= as_of]
    if not happened:
        raise NotFound("no_chart", "这一天预警尚未产生。", "on that day there was no such alert yet.")
    day = _evaluated(conn, as_of or happened[-1].as_of)
    node = NodeKey(alert.indicator, alert.region, alert.scope)
    told = _told(conn, alert, happened[-1], day)
    return read_course(conn, service.published(), node, day, told=told, banner=service.banner)


def _told(conn: Connection, alert: AlertRow, event: EventRow, day: date) -> Told:
    """The alert as it stood on a day; what its last event counted is of that event's day only."""
    figures = from_plain(event.figures)
    return Told(
        number=alert.alert_id,
        check=alert.check_type,
        event=EventKind(event.kind),
        level=Level(event.level),
        figures=figures if event.as_of == day else Figures(cleared_on=figures.cleared_on),
        threshold=threshold_of(published_rules(conn)(day).named(alert.rule)),
    )


def _answer(service: Context, course: Course, language: Literal["zh", "en"], known: str | None) -> Response:
    """The picture, or that the caller's copy of it is still right: then nothing is drawn."""
    words = labels(language=language)
    tag = f'"{service.studio.fingerprint(course, words)}"'
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if known is not None and tag in {each.strip().removeprefix("W/") for each in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(service.studio.png(course, words), media_type=PNG, headers=headers)
