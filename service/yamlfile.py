"""YAML that people edit: read with positions, checked against a model, faults with file, line and column."""

from __future__ import annotations

import difflib
import io
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from service.errors import Fault, Faulty

MAX_BYTES = 4_000_000
WIDTH = 110
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A part of a file: unknown keys are faults, values are not coerced from other types."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Document:
    """A parsed file that knows where each of its parts stands."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        if len(text) > MAX_BYTES:
            raise Faulty(
                "file_too_large", [self.fault((), "file_too_large", "文件过大。", "file too large.")]
            )
        self.root: Any = {}
        try:
            self.root = YAML().load(text) or {}
        except MarkedYAMLError as error:
            raise Faulty("bad_yaml", [self._unreadable(error)]) from None
        # Without a place: an impossible date (a bare ValueError), or a control character.
        except (ValueError, YAMLError) as error:
            fault = Fault("bad_yaml", name, "", f"无法读取：{error}。", f"cannot be read: {error}.")
            raise Faulty("bad_yaml", [fault]) from None

    def _unreadable(self, error: MarkedYAMLError) -> Fault:
        mark = error.problem_mark or error.context_mark
        where = f"{self.name}:{mark.line + 1}:{mark.column + 1}" if mark else self.name
        problem = error.problem or "not YAML"
        return Fault("bad_yaml", where, "", f"不是合法的 YAML：{problem}。", f"not valid YAML: {problem}.")

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
        path, message = tuple(error["loc"]), explained(error, model)
        text = str(path[-1]) if path else ""
        return self.fault(path, "wrong_file", f"内容有误：{message}", message, text=text)


def explained(error: Any, model: type[BaseModel]) -> str:
    """A pydantic error as one sentence, with the nearest known key where one is misspelt."""
    path = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        near = nearest(str(path[-1]), known_keys(model))
        return f"unknown key {path[-1]!r}" + (f"; did you mean {near!r}?" if near else "")
    if error["type"] == "missing":
        return f"{path[-1]!r} is missing"
    return str(error["msg"]).removeprefix("Value error, ")


def read(path: Path) -> Document:
    """A UTF-8 file as a document."""
    try:
        return Document(path.name, path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        fault = Fault(
            "not_utf8", path.name, "", "文件不是 UTF-8 编码，请另存为 UTF-8。", "not UTF-8: save it as UTF-8."
        )
        raise Faulty("not_utf8", [fault]) from None


def dump(content: dict[str, Any]) -> str:
    """Plain data as people write it: an entry of a list that fits takes one line."""
    out, yaml = io.StringIO(), YAML()
    yaml.width, yaml.allow_unicode = WIDTH, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(_styled(content, in_list=False), out)
    return out.getvalue()


def _styled(value: Any, *, in_list: bool) -> Any:
    """With ruamel's own types, which know how they are to look."""
    if isinstance(value, dict):
        mapping = CommentedMap({key: _styled(part, in_list=False) for key, part in value.items()})
        if in_list and len(str(value)) < WIDTH:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_styled(part, in_list=True) for part in value])
        if not any(isinstance(part, dict) for part in value):
            sequence.fa.set_flow_style()
        return sequence
    return value


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
