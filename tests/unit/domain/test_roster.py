"""Who answers for what, who is there on a day, and the way up."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.catalog.publish import check_folders
from service.domain.catalog import Catalog
from service.domain.roster import AddressKind, Deputy, Party, Person, Responsible, Roster, Unit, UnitKind
from service.shipped import shipped_catalog

JIANWAI, CHAOWAI, DISTRICT, CITY = "110105001", "110105002", "110105", "110000"
PARKING = "residential_parking_added"
DAY = date(2018, 8, 15)
STREET = Unit("street", "建外街道", UnitKind.LOCALITY, regions=(JIANWAI,))
LEAD = Unit("lead", "区城市管理委", UnitKind.DEPARTMENT, departments=("urban_management",))
LEADER = Unit("leader", "分管副区长", UnitKind.LEADER, tasks=("parking",))
LEADERS = Unit("leaders", "区领导", UnitKind.LEADER)
OFFICE = Unit("office", "区疏整促办", UnitKind.OFFICE)


@cache
def catalog() -> Catalog:
    return check_folders((shipped_catalog(),))[1]


def roster(*units: Unit, persons: tuple[Person, ...] = (), deputies: tuple[Deputy, ...] = ()) -> Roster:
    return Roster(units, persons, deputies, catalog())


def person(name: str, unit: str = "street", **more: object) -> Person:
    return Person(unit, name, addresses={AddressKind.EMAIL: "x@y.invalid"}, **more)  # type: ignore[arg-type]


def names(found: Roster, on: date = DAY, **more: str) -> list[str]:
    return [present.person.name for present in found.people("street", on, **more)]


class TestResponsibility:
    """By indicator, by region, by task."""

    def test_the_lead_is_the_unit_that_is_the_indicators_department(self) -> None:
        assert roster(STREET, LEAD).lead(PARKING) == LEAD
        assert roster(STREET).lead(PARKING) is None
        assert roster(LEAD).lead("no such indicator") is None

    @pytest.mark.parametrize(
        ("region", "units"),
        [
            (JIANWAI, ("street",)),
            (CHAOWAI, ("district",)),
            (DISTRICT, ("district",)),
            pytest.param(CITY, (), id="above the root"),
            pytest.param("nowhere", (), id="unknown"),
        ],
    )
    def test_the_locality_is_that_of_the_region_or_of_the_nearest_above(
        self, region: str, units: tuple[str, ...]
    ) -> None:
        found = roster(STREET, Unit("district", "朝阳区", UnitKind.LOCALITY, regions=(DISTRICT,)))
        assert tuple(unit.code for unit in found.localities(region)) == units

    def test_a_leader_is_a_unit_or_a_person_in_one(self) -> None:
        found = roster(LEADER, LEADERS, persons=(person("赵", "leaders", tasks=("parking", "air")),))
        assert found.leaders("parking") == (Party(LEADER), Party(LEADERS, "赵"))
        assert found.leaders("air") == (Party(LEADERS, "赵"),)
        assert found.leaders("housing") == ()

    def test_both_answer_and_the_leader_of_the_indicators_task(self) -> None:
        found = roster(STREET, LEAD, LEADER).responsible(PARKING, JIANWAI)
        assert found == Responsible(LEAD, (STREET,), (Party(LEADER),))
        assert roster(STREET, LEAD, LEADER).responsible(PARKING, JIANWAI, "air").leaders == ()


class TestPeople:
    """Who is at a post on a day, and who stands in."""

    def test_those_at_their_posts_that_day_both_ends_included(self) -> None:
        found = roster(STREET, persons=(person("甲", valid_from=DAY, valid_to=DAY), person("乙")))
        assert names(found) == ["甲", "乙"]
        assert names(found, DAY - timedelta(days=1)) == names(found, DAY + timedelta(days=1)) == ["乙"]

    def test_by_post_and_by_name(self) -> None:
        found = roster(STREET, persons=(person("甲", post="主管领导"), person("乙", post="经办人")))
        assert names(found, post="经办人") == ["乙"]
        assert names(found, name="甲") == ["甲"]

    def test_a_deputy_in_place_of_whoever_is_absent(self) -> None:
        absence = Deputy(("street", "甲"), ("street", "乙"), DAY, DAY)
        found = roster(STREET, persons=(person("甲", post="主管领导"), person("乙")), deputies=(absence,))
        (present,) = found.people("street", DAY, post="主管领导")
        assert (present.person.name, present.instead_of and present.instead_of.name) == ("乙", "甲")
        assert names(found, DAY + timedelta(days=1)) == ["甲", "乙"]

    def test_a_deputy_who_is_there_anyway_is_told_once_and_as_himself(self) -> None:
        absence = Deputy(("street", "甲"), ("street", "乙"), DAY)
        found = roster(STREET, persons=(person("甲"), person("乙")), deputies=(absence,))
        (present,) = found.people("street", DAY)
        assert (present.person.name, present.instead_of) == ("乙", None)

    def test_an_absent_deputys_deputy(self) -> None:
        absences = (
            Deputy(("street", "甲"), ("street", "乙"), DAY),
            Deputy(("street", "乙"), ("lead", "丙"), DAY),
        )
        persons = (person("甲", post="p"), person("乙"), person("丙", "lead"))
        assert names(roster(STREET, LEAD, persons=persons, deputies=absences), post="p") == ["丙"]

    @pytest.mark.parametrize("left", [date(2018, 8, 14), None])
    def test_rather_one_who_is_away_than_nobody(self, left: date | None) -> None:
        """The deputy has left, or nobody knows him."""
        gone = (person("乙", valid_to=left),) if left else ()
        absence = Deputy(("street", "甲"), ("street", "乙"), DAY)
        assert names(roster(STREET, persons=(person("甲"), *gone), deputies=(absence,))) == ["甲"]

    @given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from("甲乙丙")), max_size=6))
    def test_whatever_the_deputies_somebody_is_told_and_nobody_twice(
        self, pairs: list[tuple[str, str]]
    ) -> None:
        absences = tuple(Deputy(("street", a), ("street", b), DAY) for a, b in pairs)
        told = names(roster(STREET, persons=tuple(map(person, "甲乙丙")), deputies=absences))
        assert told and len(told) == len(set(told))

    def test_a_person_in_print_shows_no_address(self) -> None:
        assert "y.invalid" not in repr(person("甲"))


class TestLadder:
    """街乡 → 部门 → 分管副区长 → 办公室."""

    def test_attention_rises_kind_by_kind(self) -> None:
        found = roster(STREET, LEAD, LEADER, OFFICE)
        steps = found.ladder(STREET, found.responsible(PARKING, JIANWAI))
        assert [[party.unit.code for party in step] for step in steps] == [["lead"], ["leader"], ["office"]]

    def test_a_kind_that_has_no_unit_is_passed_over(self) -> None:
        found = roster(STREET, OFFICE)
        assert found.ladder(STREET, found.responsible(PARKING, JIANWAI)) == ((Party(OFFICE),),)

    def test_a_unit_may_say_who_is_above_it(self) -> None:
        street = Unit("street", "建外街道", UnitKind.LOCALITY, regions=(JIANWAI,), escalates_to="office")
        found = roster(street, LEAD, LEADER, OFFICE)
        assert found.next_up(street, found.responsible(PARKING, JIANWAI)) == (Party(OFFICE),)

    def test_nobody_is_above_the_office(self) -> None:
        found = roster(STREET, LEAD, LEADER, OFFICE)
        assert found.next_up(OFFICE, found.responsible(PARKING, JIANWAI)) == ()

    def test_a_circle_ends_where_it_closes(self) -> None:
        one = Unit("one", "甲", UnitKind.LOCALITY, escalates_to="two")
        two = Unit("two", "乙", UnitKind.LOCALITY, escalates_to="one")
        assert roster(one, two).ladder(one, Responsible()) == ((Party(two),),)
