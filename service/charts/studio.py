"""Charts, drawn once for everybody who asks for the same."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock

from service import __version__
from service.charts.fonts import find_font, locate_font
from service.domain.course import Course
from service.words.charts import Caption
from service.words.labels import Labels

# Some 25 kB each.
KEPT = 256


class Studio:
    """Draws charts and keeps the latest; may be used by several threads at once."""

    def __init__(self, font: Path | None = None) -> None:
        self._chosen = font
        self._lock = Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def png(self, course: Course, labels: Labels) -> bytes:
        """The picture; raises `Unavailable` where there is no font for it."""
        name = self.fingerprint(course, labels)
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        picture = self._draw(course, labels)
        with self._lock:
            self._kept[name] = picture
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return picture

    def alt(self, course: Course, labels: Labels) -> str:
        """What the picture shows, for those who can't see it."""
        return Caption(course, labels).all().alt

    def fingerprint(self, course: Course, labels: Labels) -> str:
        """The same for the same picture: it names what is drawn, not how it came out."""
        told = repr((__version__, self._chosen, labels.language, sorted(labels.texts.items()), course))
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def check(self) -> Path:
        """The font file that is used; raises `Unavailable` saying what to install."""
        return locate_font(self._chosen)

    def _draw(self, course: Course, labels: Labels) -> bytes:
        # Importing what draws takes a second or two: a service that draws nothing starts without it.
        from service.charts.draw import draw

        return draw(course, labels, find_font(self._chosen))
