"""What stands in workbooks that biaochi itself writes, and is left out when they come back."""

from __future__ import annotations

# A sheet that begins with this is not to be reported: a template's guide and last figures, a receipt.
NOT_REPORTED = "本表不上报"
# Columns of a template beside those to fill in, and the one a returned workbook has more.
LAST_FIGURE, LAST_DAY, COUNTED, RESULT = "上次填报", "上次日期", "填报口径", "处理结果"
COLUMNS = (LAST_FIGURE, LAST_DAY, COUNTED, RESULT)
