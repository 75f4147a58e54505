"""What a roster's files may hold, and how they are read: YAML, or a workbook of three sheets. Several make one roster."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, field_validator

from service.errors import Fault, Faulty
from service.roster.book import read_book
from service.yamlfile import Strict, Wrong, read

# Unit and name of a person are joined by "/".
UnitCode = Annotated[str, Field(min_length=1, pattern=r"^[^|/\s]+$")]
Said = Annotated[str, Field(min_length=1, pattern=r"\S")]
_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s\-－—()（）]+")


class UnitFile(Strict):
    """A responsible unit."""

    code: UnitCode
    """Its code; tokens and handling name it."""
    name: str = ""
    """Chinese name; that of its only department or region where left out."""
    name_en: str = ""
    """English name."""
    kind: Literal["locality", "department", "leader", "office"]
    """locality 街乡, department 部门, leader 区领导, office 办公室: attention rises in this order."""
    departments: list[Said] = []
    """The catalogue's departments it is, by code or name: it is the lead 牵头部门 of their indicators."""
    regions: list[Said] = []
    """Regions it is the locality 属地 of, by code or name."""
    tasks: list[Said] = []
    """For leaders: tasks the whole unit is in charge of 分管, by code or name."""
    escalates_to: str = ""
    """The unit that hears of what this one leaves unanswered 提级督办, where not that which its kind says."""


class UseridsFile(Strict):
    """A person's userids, by kind of channel."""

    wecom: str = ""
    """企业微信."""
    dingtalk: str = ""
    """钉钉."""
    feishu: str = ""
    """飞书."""


class PersonFile(Strict):
    """Somebody at a post of a unit. Two of one name in one unit need names that differ: 张伟（一科）."""

    unit: Said
    """Code or name of the unit."""
    name: Said
    """Name."""
    post: str = ""
    """Post 职务."""
    mobile: str = ""
    """Mobile number 手机."""
    email: str = ""
    """Mail address."""
    userids: UseridsFile = UseridsFile()
    """Userids by kind of channel."""
    tasks: list[Said] = []
    """For people of a unit of leaders: tasks this person is in charge of 分管, by code or name."""
    from_: date | None = Field(default=None, alias="from")
    """First day at this post."""
    to: date | None = None
    """Last day at this post."""

    @field_validator("mobile")
    @classmethod
    def _mobile(cls, value: str) -> str:
        """Eleven digits, as they are dialled; spaces, dashes and the country's code make no difference."""
        digits = _BETWEEN_DIGITS.sub("", value).removeprefix("+86")
        if digits and not _MOBILE.fullmatch(digits):
            raise Wrong("手机号应为 1 开头的 11 位数字。", "a mobile number has eleven digits, the first a 1")
        return digits

    @field_validator("email")
    @classmethod
    def _email(cls, value: str) -> str:
        value = value.strip()
        name, _, domain = value.rpartition("@")
        sound = value.isprintable() and not re.search(r"[\s,;，；]", value) and parseaddr(value)[1] == value
        if value and not (sound and name and "." in domain.strip(".")):
            raise Wrong(
                "邮箱写法不符，应为一个地址，如 name@example.cn。", "not one mail address: name@example.cn"
            )
        return value


class DeputyFile(Strict):
    """Who stands in for somebody absent 代理."""

    unit: Said
    """Unit of whoever is absent, by code or name."""
    name: Said
    """Name of whoever is absent."""
    by: Said
    """Name of the deputy; `UNIT/NAME` where he is of another unit."""
    from_: date = Field(alias="from")
    """First day of the absence."""
    to: date | None = None
    """Last day of the absence; until further notice where left out."""


class RosterFile(Strict):
    """A roster 花名册, or part of one."""

    # Should a stored roster ever fail to be read, the error that is logged must not repeat somebody's number.
    model_config = ConfigDict(hide_input_in_errors=True)

    units: list[UnitFile] = []
    """Units 单位."""
    people: list[PersonFile] = []
    """People 人员."""
    deputies: list[DeputyFile] = []
    """Deputies 代理."""


Keys = tuple[int | str, ...]
Where = Callable[[Keys], str]


@dataclass(frozen=True)
class Read:
    """A roster as it was read: its entries, and where each stands.

    where     place of an entry, `("people", 3)`, or of a key in it, `("people", 3, "mobile")`
    warnings  what should be known of how the files were read, though nothing is wrong
    """

    files: RosterFile
    where: Where
    warnings: tuple[Fault, ...] = ()


def read_files(paths: Sequence[Path]) -> Read:
    """All files as one roster; raises `Faulty` with every fault of the first file that has any."""
    parts = [_read(path) for path in paths]
    files = RosterFile(
        units=[unit for part in parts for unit in part.files.units],
        people=[person for part in parts for person in part.files.people],
        deputies=[deputy for part in parts for deputy in part.files.deputies],
    )
    # For every entry, in the order of `files`: who knows where it stands, and its place in that file.
    places = {
        key: [(part.where, index) for part in parts for index in range(len(getattr(part.files, key)))]
        for key in RosterFile.model_fields
    }

    def where(path: Keys) -> str:
        of, index = places[str(path[0])][int(path[1])]
        return of((path[0], index, *path[2:]))

    return Read(files, where, tuple(warning for part in parts for warning in part.warnings))


def _read(path: Path) -> Read:
    match path.suffix.casefold():
        case ".yaml" | ".yml":
            document = read(path)
            return Read(document.into(RosterFile), document.where)
        case ".xlsx":
            book = read_book(path)
            return Read(book.into(RosterFile), book.where, tuple(book.warnings))
    zh, en = "花名册应为 .yaml 或 .xlsx 文件。", "a roster is a file .yaml or .xlsx."
    raise Faulty("wrong_roster", [Fault("wrong_file", path.name, "", zh, en)])
