"""Bearer tokens."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Lock
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from service.errors import Denied, Forbidden
from service.http.context import Context
from service.http.models.values import QueryText
from service.store import tokens
from service.store.pool import connection
from service.store.tokens import Token

# A feed posts many bodies with one token. Revoking one takes this long to be known everywhere.
REMEMBERED_SECONDS = 5.0
REMEMBERED_TOKENS = 10_000


class Doorman:
    """Knows the tokens it has just looked up."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = Lock()
        self._known: dict[str, tuple[float, Token]] = {}

    def remembered(self, secret: str) -> Token | None:
        """The token, if it was looked up a moment ago."""
        seen = self._known.get(secret)
        return seen[1] if seen and time.monotonic() - seen[0] < REMEMBERED_SECONDS else None

    def look_up(self, secret: str) -> Token | None:
        """The token as the database knows it; only good ones are remembered."""
        with connection(self._context.pool) as conn:
            token = tokens.find(conn, secret)
        if token is not None:
            with self._lock:
                if len(self._known) >= REMEMBERED_TOKENS:
                    self._known.clear()
                self._known[secret] = (time.monotonic(), token)
        return token


async def get_context(request: Request) -> Context:
    """What the running service hands to its routes."""
    context: Context = request.app.state.context
    return context


ServiceDep = Annotated[Context, Depends(get_context)]


_bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token made by `biaochi token new`."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def any_token(request: Request, given: Credentials) -> Token:
    """The token of the request; without a good one nothing is answered."""
    secret = given.credentials.strip() if given else ""
    if not secret:
        zh = "缺少令牌：请求头应有 Authorization: Bearer <令牌>。"
        raise Denied("no_token", zh, "no token: send the header `Authorization: Bearer <token>`.")
    doorman: Doorman = request.app.state.doorman
    token = doorman.remembered(secret) or await run_in_threadpool(doorman.look_up, secret)
    if token is None:
        zh = "令牌无效或已撤销，请向区疏整促办申领。"
        raise Denied("wrong_token", zh, "this token is not valid, or was revoked.")
    return token


async def feed_token(
    context: ServiceDep,
    token: Annotated[Token, Depends(any_token)],
    feed: Annotated[
        QueryText,
        Query(description="The feed an operator reports for (代报). A feed's own token need not name it."),
    ] = None,
) -> Token:
    """A token that may post readings: a feed's own, or an operator's, as that of the feed it names."""
    if token.role == "operator":
        return replace(token, feed=await run_in_threadpool(_known_feed, context, feed))
    if token.role != "feed":
        zh = "此令牌不能报送数据：报送须用报送渠道的令牌。"
        raise Forbidden("not_a_feed", zh, "this token cannot post readings: use the token of a feed.")
    feed_meant(token, feed)
    return token


def _known_feed(context: Context, feed: str | None) -> str:
    """The feed an operator named, if there is such a one."""
    if feed is None:
        zh = "运维令牌代报数据须写明报送渠道：?feed=渠道代码。"
        raise Forbidden(
            "not_a_feed", zh, "an operator's token reports on behalf of a feed: name it, ?feed=CODE."
        )
    return context.published().feed(feed).code


def feed_meant(token: Token, asked: str | None) -> str | None:
    """The feed that is asked for: a feed's token has its own and no other. None where nobody says."""
    if token.feed is not None and asked not in (None, token.feed):
        zh = f"此令牌属于报送渠道“{token.feed}”，不能用于其他渠道。"
        raise Forbidden("other_feed", zh, f"this token is of the feed {token.feed!r}, and good for no other.")
    return token.feed or asked


async def settling_token(token: Annotated[Token, Depends(any_token)]) -> Token:
    """A token that may settle rows of the quarantine: a feed's its own, an operator's any."""
    if token.role not in ("feed", "operator"):
        zh = "退回待改的行由报送渠道或运维令牌处理。"
        raise Forbidden("may_not_settle", zh, "rows are settled by their feed's token, or an operator's.")
    return token


async def withdrawing_token(token: Annotated[Token, Depends(any_token)]) -> Token:
    """A token that may take back submissions: those of its feed, an operator's any."""
    if token.feed is None and token.role != "operator":
        zh = "撤回报送须用报送渠道、审核人或运维的令牌。"
        raise Forbidden(
            "may_not_withdraw", zh, "submissions are taken back by their feed's tokens, or an operator's."
        )
    return token


async def reviewer_token(token: Annotated[Token, Depends(any_token)]) -> Token:
    """A token that may pass or return what was posted for its feed."""
    if token.role != "reviewer":
        zh = "审核须用审核人的令牌；填报人不能审核自己的报送。"
        raise Forbidden(
            "not_a_reviewer", zh, "this needs a reviewer's token: nobody reviews their own reports."
        )
    return token


async def operator_token(token: Annotated[Token, Depends(any_token)]) -> Token:
    """A token that may operate the service."""
    if token.role != "operator":
        raise Forbidden("not_an_operator", "此操作须用运维令牌。", "this needs an operator's token.")
    return token


async def reporting_token(token: Annotated[Token, Depends(any_token)]) -> Token:
    """A token that may look at what was reported: its own feed's, or all of it. Units have to do with alerts only."""
    if token.feed is None and not token.sees_all_feeds:
        zh = "责任单位的令牌不能查看报送记录。"
        raise Forbidden("not_for_units", zh, "the token of a unit does not see what feeds reported.")
    return token


async def unit_token(token: Annotated[Token, Depends(any_token)]) -> Token:
    """The token of a responsible unit; `unit` is its code."""
    if token.role != "unit":
        zh = "此操作须用责任单位的令牌。"
        raise Forbidden("not_a_unit", zh, "this needs the token of a responsible unit.")
    return token


async def office_token(token: Annotated[Token, Depends(any_token)]) -> Token:
    """A token of the campaign office."""
    if token.role != "office":
        zh = "此操作须用区疏整促办的令牌。"
        raise Forbidden("not_the_office", zh, "this needs a token of the campaign office.")
    return token


AnyToken = Annotated[Token, Depends(any_token)]
FeedToken = Annotated[Token, Depends(feed_token)]
WithdrawingToken = Annotated[Token, Depends(withdrawing_token)]
SettlingToken = Annotated[Token, Depends(settling_token)]
ReviewerToken = Annotated[Token, Depends(reviewer_token)]
OperatorToken = Annotated[Token, Depends(operator_token)]
ReportingToken = Annotated[Token, Depends(reporting_token)]
UnitToken = Annotated[Token, Depends(unit_token)]
OfficeToken = Annotated[Token, Depends(office_token)]
