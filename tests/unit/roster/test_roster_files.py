"""Rosters as people write them: YAML and workbooks, each fault with its place and a way to mend it."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog
from service.domain.roster import AddressKind, Roster
from service.errors import Fault, Faulty
from service.roster.book import MAX_BYTES
from service.roster.check import unanswered
from service.roster.publish import check_files
from service.shipped import shipped_catalog, shipped_roster
from tests.testkit import books
from tests.testkit.service import FOLDERS

DEMO_PEOPLE = Path(__file__).parents[3] / "service" / "demo" / "roster" / "people.yaml"
ON = date(2018, 8, 15)
SOUND = """\
units:
  - {code: office, name: 区疏整促办, kind: office}
  - {code: jianwai, kind: locality, regions: [建外街道]}
  - {code: urban, kind: department, departments: [区城市管理委]}
  - {code: heads, name: 区领导, kind: leader}
people:
  - {unit: jianwai, name: 张三, mobile: "138 0000 0001", userids: {wecom: zhangsan}}
  - {unit: 建外街道, name: 李四, email: lisi@example.cn, from: 2018-01-01, to: 2018-12-31}
  - {unit: heads, name: 王五, email: wang@example.cn, tasks: [增加停车设施]}
deputies:
  - {unit: jianwai, name: 张三, by: 李四, from: 2018-08-01, to: 2018-08-31}
"""


@cache
def catalog() -> Catalog:
    return check_folders((shipped_catalog(),))[1]


def read(tmp_path: Path, text: str) -> Roster:
    path = tmp_path / "roster.yaml"
    path.write_text(text, "utf-8")
    return check_files((path,), catalog()).roster


def faults(tmp_path: Path, text: str) -> list[Fault]:
    with pytest.raises(Faulty) as caught:
        read(tmp_path, text)
    return caught.value.faults


class TestYaml:
    def test_names_stand_for_codes_and_lend_a_unit_theirs(self, tmp_path: Path) -> None:
        found = read(tmp_path, SOUND)
        unit = found.unit("jianwai")
        assert unit is not None and (unit.name, unit.name_en) == ("建外街道", "Jianwai Subdistrict")
        assert unit.regions == ("110105001",)
        assert [person.unit for person in found.persons] == ["jianwai", "jianwai", "heads"]
        assert [party.person for party in found.leaders("parking")] == ["王五"]
        assert found.persons[0].addresses == {
            AddressKind.MOBILE: "13800000001",
            AddressKind.WECOM: "zhangsan",
        }
        assert [p.person.name for p in found.people("jianwai", ON)] == ["李四"]

    @pytest.mark.parametrize(
        ("old", "new", "code", "place", "said"),
        [
            (
                "departments: [区城市管理委]",
                "departments: [区城市管委]",
                "unknown_department",
                "4:",
                "区城市管理委",
            ),
            ("regions: [建外街道]", "name: 建外, regions: [建外街到]", "unknown_region", "3:", "建外街道"),
            ("[增加停车设施]", "[停车设施增加了]", "unknown_task", "9:", "没有任务"),
            ("unit: 建外街道, name: 李四", "unit: 建外街, name: 李四", "unknown_unit", "8:", "建外街道"),
            ("by: 李四", "by: 李五四", "unknown_person", "11:", "李四"),
            ("by: 李四", "by: 无此单位/李四", "unknown_unit", "11:", "没有单位"),
            ('"138 0000 0001"', '"010-65094321"', "wrong_file", "7:", "11 位"),
            ('"138 0000 0001"', "13800000001", "wrong_file", "7:", "加引号"),
            ("lisi@example.cn", "lisi@example", "wrong_file", "8:", "邮箱"),
            ("lisi@example.cn", "lisi@a.cn;li@b.cn", "wrong_file", "8:", "邮箱"),
            (", email: lisi@example.cn", "", "no_contact", "8:", "联系方式"),
            ("to: 2018-12-31", "to: 2017-12-31", "wrong_span", "8:", "早于"),
            ("name: 李四", "name: 张三", "overlapping", "8:", "同一人"),
            ("email: lisi@example.cn", 'mobile: "13800000001"', "address_twice", "8:", "roster.yaml:7:"),
            ("to: 2018-12-31", "to: 2018-08-15", "not_at_post", "11:", "不在任"),
            ("by: 李四", "by: 张三", "circle", "11:", "圈子"),
            ("code: urban,", "code: jianwai,", "code_twice", "4:", "已用过"),
            ("kind: department", "kind: departement", "wrong_file", "4:", "department"),
            ("name: 区领导, kind: leader", "name: 区领导, kind: office", "not_a_leader", "9:", "分管"),
            ("kind: office", "kind: office, escalates_to: urban", "escalates_down", "2:", "向下"),
            ("{code: heads, name: 区领导", "{code: heads", "no_name", "5:", "名称"),
        ],
    )
    def test_a_fault_says_where_and_how_to_mend_it(
        self, tmp_path: Path, old: str, new: str, code: str, place: str, said: str
    ) -> None:
        assert old in SOUND
        found = next(f for f in faults(tmp_path, SOUND.replace(old, new, 1)) if f.code == code)
        assert found.where.startswith(f"roster.yaml:{place}") and said in found.zh

    def test_all_faults_are_told_at_once(self, tmp_path: Path) -> None:
        text = SOUND.replace("建外街道]", "建外街到]").replace("区城市管理委", "区城市管委")
        assert {f.code for f in faults(tmp_path, text)} >= {"unknown_region", "unknown_department"}

    def test_deputies_in_a_circle_only_on_days_they_share(self, tmp_path: Path) -> None:
        back = "  - {unit: jianwai, name: 李四, by: 张三, from: 2018-08-31, to: 2018-09-10}\n"
        assert "circle" in {f.code for f in faults(tmp_path, SOUND + back)}
        read(tmp_path, SOUND + back.replace("2018-08-31", "2018-09-01"))

    def test_a_circle_far_away_is_told_there_and_a_long_chain_as_such(self, tmp_path: Path) -> None:
        people = "".join(f"  - {{unit: urban, name: 人{n}, email: n{n}@example.cn}}\n" for n in range(12))
        text = SOUND.replace("deputies:\n", f"{people}deputies:\n")
        chain = [f"  - {{unit: urban, name: 人{n}, by: 人{n + 1}, from: 2018-08-01}}\n" for n in range(11)]
        assert [f.code for f in faults(tmp_path, text + "".join(chain))] == ["long_chain"] * 2
        read(tmp_path, text + "".join(chain[:9]))
        circle = "  - {unit: urban, name: 人4, by: 人2, from: 2018-08-01}\n"
        assert [f.code for f in faults(tmp_path, text + "".join(chain[:4]) + circle)] == ["circle"] * 3

    def test_two_deputies_at_once(self, tmp_path: Path) -> None:
        again = "  - {unit: jianwai, name: 张三, by: heads/王五, from: 2018-08-31}\n"
        assert {f.code for f in faults(tmp_path, SOUND + again)} == {"overlapping"}

    def test_one_person_may_come_back_and_hold_posts_in_two_units(self, tmp_path: Path) -> None:
        text = SOUND.replace(
            "deputies:",
            "  - {unit: jianwai, name: 李四, email: lisi@example.cn, from: 2019-01-01}\n"
            '  - {unit: urban, name: 张三, mobile: "13800000001"}\ndeputies:',
        )
        assert len(read(tmp_path, text).persons) == 5

    def test_two_units_that_are_one_department(self, tmp_path: Path) -> None:
        text = SOUND.replace(
            "people:", "  - {code: other, kind: office, departments: [urban_management]}\npeople:"
        )
        assert [f.code for f in faults(tmp_path, text)] == ["claimed_twice"]

    def test_units_above_each_other_in_a_circle(self, tmp_path: Path) -> None:
        text = SOUND.replace("kind: locality", "kind: locality, escalates_to: b").replace(
            "people:", "  - {code: b, name: 乙乡, kind: locality, escalates_to: jianwai}\npeople:"
        )
        assert {f.code for f in faults(tmp_path, text)} == {"circle"}

    def test_a_name_that_two_units_have_asks_for_the_code(self, tmp_path: Path) -> None:
        text = SOUND.replace("people:", "  - {code: b, name: 建外街道, kind: locality}\npeople:")
        (fault,) = faults(tmp_path, text)
        assert fault.code == "ambiguous_unit" and "jianwai、b" in fault.zh

    @pytest.mark.parametrize("text", ["", "units: []\n"])
    def test_an_empty_roster_is_one_without_anybody(self, tmp_path: Path, text: str) -> None:
        assert read(tmp_path, text).units == ()

    def test_no_fault_repeats_anothers_number(self, tmp_path: Path) -> None:
        text = SOUND.replace("email: lisi@example.cn", 'mobile: "13800000001"')
        assert all("13800000001" not in f"{f.zh}{f.en}{f.text}" for f in faults(tmp_path, text))


UNITS: tuple[list[books.Cell], ...] = (
    ["朝阳区责任单位"],
    ["代码", "名称", "类别", "对应部门", "属地区域", "分管任务"],
    ["jianwai", None, "街乡", None, "建外街道", None],
    ["urban", None, "部门", "区城市管理委", None, None],
    ["heads", "区领导", "区领导", None, None, "增加停车设施、大气污染防治"],
)
PEOPLE: tuple[list[books.Cell], ...] = (
    ["单位", "姓名", "职务", "手机", "邮箱", "企业微信", "启用日期"],
    ["建外街道", "张三", "主任", 13800000001, None, "zhangsan", "2018年1月1日"],
    [None, None, None, None, None, None, None],
    ["urban", "李四", None, None, "lisi@example.cn", None, None],
)
DEPUTIES: tuple[list[books.Cell], ...] = (
    ["单位", "姓名", "代理人", "开始日期", "结束日期"],
    ["建外街道", "张三", "urban/李四", "2018-08-01", "2018-08-31"],
)


def book(tmp_path: Path, **sheets: tuple[list[books.Cell], ...]) -> Path:
    path = tmp_path / "花名册.xlsx"
    path.write_bytes(books.workbook(*((name, books.rows(*lines)) for name, lines in sheets.items())))
    return path


def book_faults(path: Path) -> list[Fault]:
    with pytest.raises(Faulty) as caught:
        check_files((path,), catalog())
    return caught.value.faults


class TestWorkbook:
    def test_it_says_what_yaml_says(self, tmp_path: Path) -> None:
        checked = check_files((book(tmp_path, 单位=UNITS, 人员=PEOPLE, 代理=DEPUTIES),), catalog())
        found = checked.roster
        assert [(u.code, u.name, u.kind) for u in found.units] == [
            ("jianwai", "建外街道", "locality"),
            ("urban", "区城市管理委", "department"),
            ("heads", "区领导", "leader"),
        ]
        assert found.units[2].tasks == ("parking", "air")
        assert found.persons[0].addresses == {
            AddressKind.MOBILE: "13800000001",
            AddressKind.WECOM: "zhangsan",
        }
        assert found.persons[0].valid_from == date(2018, 1, 1)
        (present,) = found.people("jianwai", ON)
        assert (present.person.name, present.instead_of) == ("李四", found.persons[0])
        assert checked.warnings == ()

    def test_many_wrong_cells_are_each_named(self, tmp_path: Path) -> None:
        people: tuple[list[books.Cell], ...] = (
            PEOPLE[0],
            ["建外街道", None, None, 13800000001, None, None, None],
            ["建外街道", "张三", None, None, None, "=A1", None],
            ["建外街道", "李四", None, None, "x@y.cn", None, "2018-02-30"],
        )
        found = book_faults(book(tmp_path, 单位=UNITS, 人员=people))
        assert [(f.where, f.code) for f in found] == [
            ("花名册.xlsx:人员!B2", "missing_cell"),
            ("花名册.xlsx:人员!F3", "no_result"),
            ("花名册.xlsx:人员!G4", "bad_day"),
        ]

    @pytest.mark.parametrize(
        ("cells", "where"),
        [
            (["建外街道", "张三", None, 138, None, None, None], "人员!D2"),
            (["建外街道", "张三", None, None, "无", None, None], "人员!E2"),
            (["建外街", "张三", None, None, "x@y.cn", None, None], "人员!A2"),
            (["建外街道", "张三", None, None, None, None, None], "人员!2:2"),
        ],
    )
    def test_what_is_wrong_with_an_entry_is_told_at_its_cell(
        self, tmp_path: Path, cells: list[books.Cell], where: str
    ) -> None:
        (fault,) = book_faults(book(tmp_path, 单位=UNITS, 人员=(PEOPLE[0], cells)))
        assert fault.where == f"花名册.xlsx:{where}"

    @pytest.mark.parametrize(
        ("head", "code", "said"),
        [
            (["单位", "姓名", "手机好"], "unknown_header", "是否为“手机”"),
            (["单位", "姓名", "手机", "手机号"], "header_twice", "两列"),
            (["姓名", "手机"], "no_column", "单位"),
            (["甲", "乙"], "no_header", "姓名"),
            (["单位", "姓名"], "no_header", "没有表头"),
        ],
    )
    def test_a_header_that_is_not_known(
        self, tmp_path: Path, head: list[books.Cell], code: str, said: str
    ) -> None:
        found = book_faults(book(tmp_path, 单位=UNITS, 人员=(head, ["建外街道", "张三", "13800000001"])))
        assert found[0].code == code and said in found[0].zh

    def test_other_sheets_are_named_and_a_book_without_ours_is_refused(self, tmp_path: Path) -> None:
        checked = check_files((book(tmp_path, 单位=UNITS, 说明=(["填表说明"],)),), catalog())
        assert [(w.code, w.where) for w in checked.warnings] == [("unknown_sheet", "花名册.xlsx:说明")]
        (fault,) = book_faults(book(tmp_path, Sheet1=UNITS))
        assert fault.code == "no_sheet"

    def test_a_kind_of_unit_nobody_knows(self, tmp_path: Path) -> None:
        (fault,) = book_faults(book(tmp_path, 单位=(UNITS[1], ["x", "甲", "公司", None, None, None])))
        assert (fault.where, fault.code) == ("花名册.xlsx:单位!C2", "unknown_kind")

    @pytest.mark.parametrize("body", [b"", b"PK\3\4", b"x" * 100, b"x" * (MAX_BYTES + 1)])
    def test_what_is_no_workbook(self, tmp_path: Path, body: bytes) -> None:
        path = tmp_path / "roster.xlsx"
        path.write_bytes(body)
        (fault,) = book_faults(path)
        assert fault.where == "roster.xlsx:workbook"

    def test_another_kind_of_file(self, tmp_path: Path) -> None:
        path = tmp_path / "roster.csv"
        path.write_bytes(b"")
        (fault,) = book_faults(path)
        assert ".xlsx" in fault.zh


class TestShipped:
    def test_the_shipped_units_are_the_catalogues_and_nobody_is_invented(self) -> None:
        found = check_files((shipped_roster(),), catalog()).roster
        known = {one.name for one in catalog().departments} | {one.name for one in catalog().regions}
        assert {unit.name for unit in found.units} <= known
        assert found.persons == ()
        assert [warning.code for warning in unanswered(found, ON)] == ["no_leader", "no_people"]

    def test_the_demos_people_are_marked_and_answer_for_everything(self) -> None:
        _, demo = check_folders(FOLDERS)
        found = check_files((shipped_roster(), DEMO_PEOPLE), demo).roster
        assert all("虚构" in person.name for person in found.persons)
        assert all(p.addresses[AddressKind.EMAIL].endswith(".invalid") for p in found.persons)
        assert list(unanswered(found, ON)) == []

    def test_nothing_of_an_empty_roster_answers(self) -> None:
        told = list(unanswered(Roster((), (), (), catalog()), ON))
        assert [w.code for w in told] == ["no_lead", "no_locality", "no_leader", "no_office"]
        assert "等43个" in told[1].zh and "and 33 more" in told[1].en
