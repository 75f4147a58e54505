"""Two replays of the same days, alert by alert: what one has and the other has not, and what moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from service.domain.fold import AlertKey
from service.evaluate.replay import Episode, Replay


@dataclass(frozen=True, slots=True)
class Difference:
    """An episode of one replay beside what the other made of it; one of them is None where there is nothing."""

    before: Episode | None
    after: Episode | None

    @property
    def kind(self) -> Literal["added", "removed", "moved"]:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "moved"

    @property
    def key(self) -> AlertKey:
        episode = self.before or self.after
        assert episode is not None
        return episode.key


def compare(before: Replay, after: Replay) -> tuple[Difference, ...]:
    """Every difference, in the order in which alerts fired. Episodes of a key that overlap are one alert."""
    olds, news = _by_key(before), _by_key(after)
    found = [
        difference
        for key in dict.fromkeys([*olds, *news])
        for difference in _paired(olds.get(key, []), news.get(key, []))
        if difference.before != difference.after
    ]
    return tuple(sorted(found, key=_order))


def _by_key(replay: Replay) -> dict[AlertKey, list[Episode]]:
    """Episodes of each alert, earliest first."""
    episodes: dict[AlertKey, list[Episode]] = defaultdict(list)
    for episode in replay.episodes:
        episodes[episode.key].append(episode)
    return episodes


def _paired(olds: Sequence[Episode], news: Sequence[Episode]) -> Iterator[Difference]:
    """Walk both in order of time; whichever ends before the other begins stands alone."""
    left, right = list(olds), list(news)
    while left and right:
        if _ends_before(left[0], right[0]):
            yield Difference(left.pop(0), None)
        elif _ends_before(right[0], left[0]):
            yield Difference(None, right.pop(0))
        else:
            yield Difference(left.pop(0), right.pop(0))
    yield from (Difference(one, None) for one in left)
    yield from (Difference(None, one) for one in right)


def _ends_before(one: Episode, other: Episode) -> bool:
    return one.resolved is not None and one.resolved <= other.fired


def _order(difference: Difference) -> tuple[str, str]:
    fired = min(e.fired for e in (difference.before, difference.after) if e)
    return fired.isoformat(), difference.key.text
