"""A small sound catalogue as files, to be made wrong, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog
from service.errors import Faulty

FILES = {
    "catalog.yaml": """\
name: 试
root: "1"
evaluate_from: 2018-01-01
""",
    "departments.yaml": """\
departments:
  - code: office
    name: 办公室
""",
    "tasks.yaml": """\
tasks:
  - code: task
    field: 提升
    name: 停车
""",
    "sources.yaml": """\
sources:
  - {code: reported, name: 填报, name_en: Reported, rank: 3}
""",
    "indicators.yaml": """\
indicators:
  - code: parking
    task: task
    name: 停车位
    name_en: Parking
    unit: count
    kind: flow
    direction: up
    reported_at: subdistrict
    lead: office
""",
    "regions.csv": """\
code,name,level,parent
1,区,district,
11,甲,subdistrict,1
12,乙,subdistrict,1
""",
    "groups.yaml": """\
groups:
  - code: towns
    name: 街道
    regions: ["1?"]
""",
    "feeds.yaml": """\
feeds:
  - code: town
    name: 街道
    source: reported
    first_day: 2018-01-01
    covers:
      - indicators: [parking]
        regions: ["1/*"]
""",
    "targets.yaml": """\
targets:
  - code: T1
    indicator: parking
    region: "1"
    period: {start: 2018-01-01, end: 2018-12-31}
    comparator: ">="
    value: 2000
""",
}

# The line of the target's value.
VALUE = "    value: 2000\n"


def write(folder: Path, name: str = "", old: str = "", new: str = "") -> Path:
    """A sound catalogue; in the named file `old` is replaced by `new`."""
    for file, text in FILES.items():
        if file == name:
            assert text.count(old) == 1, f"{old!r} is not one place of {file}"
            text = text.replace(old, new)
        (folder / file).write_text(text, "utf-8")
    return folder


def read(folder: Path) -> Catalog:
    return check_folders([folder])[1]


def told(folder: Path) -> list[str]:
    """What is said about every fault."""
    with pytest.raises(Faulty) as raised:
        read(folder)
    assert all(fault.zh for fault in raised.value.faults)
    return [f"{fault.where}: {fault.en}" for fault in raised.value.faults]
