"""The font of charts. Without one that has Chinese there is no chart: boxes in place of characters say nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from service.errors import Unavailable

# The first that is there: WenQuanYi Micro Hei has every sign biaochi writes.
CANDIDATES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
# Signs a chart cannot do without.
NEEDED = "标尺区街截至年月日平方米微克序时进度“”"


def find_font(chosen: Path | None = None, candidates: Iterable[str] = CANDIDATES) -> Path:
    """The font file charts are written in; raises `Unavailable` where there is none, or it lacks Chinese."""
    found = locate_font(chosen, candidates)
    _check(found)
    return found


def locate_font(chosen: Path | None = None, candidates: Iterable[str] = CANDIDATES) -> Path:
    """The same without a look inside: at once."""
    paths = (chosen,) if chosen else tuple(Path(name) for name in candidates)
    found = next((path for path in paths if path.is_file()), None)
    if found is None:
        where = f"{chosen} 不存在" if chosen else "系统中没有"
        raise Unavailable(
            "no_chart_font",
            f"无法绘图：缺少中文字体（{where}）。请安装 fonts-wqy-microhei，或用 BIAOCHI_CHART_FONT 指定字体文件。",
            "charts cannot be drawn without a font that has Chinese: install fonts-wqy-microhei, or name a font file "
            "in BIAOCHI_CHART_FONT.",
        )
    return found


def _check(path: Path) -> None:
    from matplotlib.ft2font import FT2Font  # a second or two when first imported: not before it is needed

    try:
        font = FT2Font(str(path))
        lacking = [sign for sign in NEEDED if not font.get_char_index(ord(sign))]
    except (RuntimeError, OSError):
        lacking = list(NEEDED)
    if lacking:
        raise Unavailable(
            "wrong_chart_font",
            f"无法绘图：字体文件 {path} 不能用或缺少汉字，请用 BIAOCHI_CHART_FONT 另行指定。",
            f"charts cannot be drawn: {path} is no font or lacks Chinese; name another in BIAOCHI_CHART_FONT.",
        )
