"""YAML that people edit: read with positions, checked against a model, faults with file, line and column."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scalarstring import LiteralScalarString

from service.errors import Fault, Faulty

MAX_BYTES = 4_000_000
# Parts of a file with its aliases written out; a few lines of aliases of aliases can stand for billions.
MAX_PARTS = 1_000_000
WIDTH = 110
# What a parser's complaint quotes of a file's values, which may be secrets; the place says where to look.
_NO_VALUE = re.compile(r'(?<=") with value ".*|(?<=undefined alias) .*', re.DOTALL)
Model = TypeVar("Model", bound=BaseModel)
# Numbers as they are written: `"5"` and `true` are none.
Int = Annotated[int, Field(strict=True)]
Float = Annotated[float, Field(strict=True)]


class Strict(BaseModel):
    """A part of a file: unknown keys are faults.

    The text below a key says what it means, to whoever reads the code and in the JSON Schema.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


class Wrong(ValueError):
    """What a validator finds wrong with a value, and how to mend it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh


class Document:
    """A parsed file that knows where each of its parts stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        if len(text) > MAX_BYTES:
            raise Faulty(
                "file_too_large", [self.fault((), "file_too_large", "文件过大。", "file too large.")]
            )
        self._lines = text.splitlines()
        self.root: Any = {}
        try:
            self.root = _yaml().load(text) or {}
        except MarkedYAMLError as error:
            raise Faulty("bad_yaml", [self._unreadable(error)]) from None
        except ReaderError as error:
            raise Faulty("bad_yaml", [self._strange_character(text, error)]) from None
        except YAMLError as error:
            fault = Fault("bad_yaml", name, "", f"无法读取：{error}。", f"cannot be read: {error}.")
            raise Faulty("bad_yaml", [fault]) from None
        except RecursionError:
            zh, en = "嵌套过深。", "nested too deeply."
            raise Faulty("bad_yaml", [Fault("bad_yaml", name, "", zh, en)]) from None
        if _parts(self.root) > MAX_PARTS:
            zh, en = "别名（*）展开后过大。", "too large once its aliases (*) are written out."
            raise Faulty("file_too_large", [Fault("file_too_large", name, "", zh, en)])

    def _unreadable(self, error: MarkedYAMLError) -> Fault:
        mark = error.problem_mark or error.context_mark
        where = f"{self.name}:{mark.line + 1}:{mark.column + 1}" if mark else self.name
        if isinstance(error, _NoSuchDay):
            zh, en = f"没有 {error.problem} 这一天。", f"there is no day {error.problem}."
            return Fault("bad_yaml", where, "", zh, en)
        problem = _NO_VALUE.sub("", error.problem or "not YAML")
        return Fault("bad_yaml", where, "", f"不是合法的 YAML：{problem}。", f"not valid YAML: {problem}.")

    def _strange_character(self, text: str, error: ReaderError) -> Fault:
        """A control character; the reader knows how many characters stand before it."""
        before = text[: error.position]
        where = f"{self.name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        code = f"U+{ord(text[error.position]):04X}"
        zh, en = f"含有不可见的控制字符（{code}），请删除。", f"a control character ({code}): delete it."
        return Fault("bad_yaml", where, "", zh, en)

    def where(self, path: tuple[int | str, ...]) -> str:
        """`file:line:column` of the deepest part of the path that exists."""
        line, column, node = 0, 0, self.root
        for step in path:
            if isinstance(node, CommentedMap) and step in node:
                line, column = node.lc.key(step)
            elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
                line, column = node.lc.item(step)
            else:
                continue  # a key that is missing, or the tag of a union
            node = node[step]
        return f"{self.name}:{line + 1}:{column + 1}"

    def where_in(self, path: tuple[int | str, ...], offset: int) -> str:
        """`file:line:column` of a character of a text; of the text itself where it isn't written as it is (`|`)."""
        place, node = self.where(path), self.root
        for step in path:
            node = node[step]
        if not isinstance(node, LiteralScalarString):
            return place
        before = str(node)[:offset]
        line = int(place.split(":")[-2]) + before.count("\n")
        said, written = str(node).split("\n")[before.count("\n")], self._lines[line]
        column = len(written) - len(said) + offset - (before.rfind("\n") + 1)
        return f"{self.name}:{line + 1}:{column + 1}"

    def fault(self, path: tuple[int | str, ...], code: str, zh: str, en: str, text: str = "") -> Fault:
        """A fault at a part of the file."""
        return Fault(code, self.where(path), text, zh, en)

    def part(self, key: str) -> Document:
        """What stands under a key, as a document whose places are those of the file."""
        part = copy(self)
        part.root = self.root[key]
        return part

    def into(self, model: type[Model]) -> Model:
        """The file as a model; every fault is told, with the nearest known key where one is misspelt."""
        try:
            return model.model_validate(plain(self.root))
        except ValidationError as error:
            raise Faulty("wrong_file", [self._told(model, e) for e in error.errors()]) from None

    def _told(self, model: type[BaseModel], error: Any) -> Fault:
        zh, en = explained(error, model)
        path = place(error)
        return self.fault(path, "wrong_file", zh, en, text=str(path[-1]) if path else "")


def place(error: Any) -> tuple[int | str, ...]:
    """Where in a file a pydantic error lies; a wrong tag lies at the key that holds it."""
    path = tuple(error["loc"])
    return (*path, _tag(error)) if error["type"] == "union_tag_invalid" else path


def explained(error: Any, model: type[BaseModel]) -> tuple[str, str]:
    """A pydantic error as one sentence in Chinese and in English, with the word that was most likely meant."""
    kind, context = error["type"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        # A key that is known elsewhere is no misspelling of itself.
        near = nearest(name, known_keys(model) - {name})
        return _meant(f"不认识的键“{name}”", f"unknown key {name!r}", near)
    if kind == "missing":
        return f"缺少“{name}”。", f"{name!r} is missing"
    if kind == "union_tag_invalid":
        return _unknown_tag(_tag(error), context["tag"], _choices(context["expected_tags"]))
    if kind == "literal_error":
        return _no_choice(str(error["input"]), _choices(context["expected"]), str(error["msg"]))
    if isinstance(wrong := context.get("error"), Wrong):
        return wrong.zh, str(wrong)
    said = _KINDS_ZH.get(kind)
    zh = said(context) if callable(said) else said or _type_zh(kind)
    return zh or f"内容有误：{error['msg']}。", str(error["msg"]).removeprefix("Value error, ")


def _tag(error: Any) -> str:
    return str(error["ctx"]["discriminator"]).strip("'")


def _choices(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected)


def _meant(zh: str, en: str, near: str | None) -> tuple[str, str]:
    return (f"{zh}，是否为“{near}”？", f"{en}; did you mean {near!r}?") if near else (f"{zh}。", en)


def _unknown_tag(key: str, tag: str, choices: list[str]) -> tuple[str, str]:
    return _meant(
        f"{key} 不能是“{tag}”，可为：{'、'.join(choices)}",
        f"{key} cannot be {tag!r}; it is one of {', '.join(choices)}",
        nearest(tag, choices),
    )


def _no_choice(given: str, choices: list[str], message: str) -> tuple[str, str]:
    near = nearest(given, choices) if len(choices) > 1 else None
    named = "、".join(choice for choice in choices if choice)
    return _meant(f"“{given}”不可用，应为：{named}", message, near)


# What officials read of pydantic's errors, by kind; those with figures in them say them.
_KINDS_ZH: Mapping[str, str | Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda c: f"不能小于 {c['ge']:g}。",
    "less_than_equal": lambda c: f"不能大于 {c['le']:g}。",
    "greater_than": lambda c: f"应大于 {c['gt']:g}。",
    "less_than": lambda c: f"应小于 {c['lt']:g}。",
    "finite_number": "应为有限的数。",
    "string_pattern_mismatch": lambda c: f"写法不符，应符合 {c['pattern']}。",
    "string_too_short": lambda c: f"至少 {c['min_length']} 个字符。",
    "string_too_long": lambda c: f"最多 {c['max_length']} 个字符。",
    "json_invalid": "不是合法的 JSON，请检查引号、逗号和括号，或数据是否传完整。",
    "too_short": lambda c: f"至少要有 {c['min_length']} 项。",
    "too_long": lambda c: f"最多 {c['max_length']} 项。",
    "union_tag_not_found": lambda c: f"缺少“{str(c['discriminator']).strip(chr(39))}”。",
    "date_from_datetime_inexact": "应为日期，不含时刻。",
}
_TYPES_ZH = {
    "string": "应为文本；数字须加引号。",
    "int": "应为整数，不加引号。",
    "float": "应为数字，不加引号。",
    "bool": "应为 true 或 false。",
    "list": "应为列表。",
    "tuple": "应为列表。",
    "dict": "应为若干键值。",
    "model": "应为若干键值。",
    "date": "应为日期，写作 2018-06-30。",
}


def _type_zh(kind: str) -> str | None:
    """`float_parsing` and `float_type` alike: what a value must be."""
    return _TYPES_ZH.get(kind.split("_")[0])


class _NoSuchDay(MarkedYAMLError):
    """An impossible date; `problem` is its text."""


class _Constructor(RoundTripConstructor):
    """Says where an impossible date stands."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            raise _NoSuchDay(problem=node.value, problem_mark=node.start_mark) from None


# The constructor finds its methods by tag, and not by name.
_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Constructor = _Constructor
    return yaml


def _parts(node: Any) -> int:
    """How many values stand in a tree with its aliases written out; a part that is shared is looked at once."""
    known: dict[int, int] = {}

    def count(part: Any) -> int:
        if not isinstance(part, dict | list):
            return 1
        if id(part) not in known:
            known[id(part)] = MAX_PARTS + 1  # while it is being counted: a part that holds itself never ends
            known[id(part)] = 1 + sum(map(count, part.values() if isinstance(part, dict) else part))
        return known[id(part)]

    return count(node)


def read(path: Path) -> Document:
    """A UTF-8 file as a document."""
    try:
        return Document(path.name, path.read_text("utf-8-sig"))
    except OSError as error:
        zh, en = f"无法读取：{error.strerror}。", f"cannot be read: {error.strerror}."
        raise Faulty("unreadable", [Fault("unreadable", path.name, "", zh, en)]) from None
    except UnicodeDecodeError:
        fault = Fault(
            "not_utf8", path.name, "", "文件不是 UTF-8 编码，请另存为 UTF-8。", "not UTF-8: save it as UTF-8."
        )
        raise Faulty("not_utf8", [fault]) from None


def dump(content: dict[str, Any]) -> str:
    """Plain data as people write it: an entry of a list, or a mapping of values, takes one line where it fits."""
    out, yaml = io.StringIO(), YAML()
    yaml.width, yaml.allow_unicode = WIDTH, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(CommentedMap({key: _styled(part) for key, part in content.items()}), out)
    return out.getvalue()


def _styled(value: Any, *, in_list: bool = False) -> Any:
    """With ruamel's own types, which know how they are to look."""
    if isinstance(value, dict):
        mapping = CommentedMap({key: _styled(part) for key, part in value.items()})
        nested = any(isinstance(part, dict) for part in value.values())
        if (in_list or not nested) and len(text := str(value)) < WIDTH and "\\n" not in text:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_styled(part, in_list=True) for part in value])
        if not any(isinstance(part, dict) for part in value):
            sequence.fa.set_flow_style()
        return sequence
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value


def plain(node: Any) -> Any:
    """Without ruamel's own types."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return node


def known_keys(model: type[BaseModel]) -> set[str]:
    """Names of every key a model and the models inside it know."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return {key for part in parts for key in part.get("properties", {})}


def nearest(word: str, words: set[str] | list[str] | tuple[str, ...]) -> str | None:
    """The known word somebody most likely meant."""
    found = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return found[0] if found else None
