"""Small JSON bodies, read by hand: FastAPI would read the body of whoever asks before it looks at the token."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from service.errors import Fault, Faulty
from service.http.body import SMALL_BODY_BYTES, read_body
from service.http.wrong import told
from service.texts import shown

Wanted = TypeVar("Wanted", bound=BaseModel)


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of the body, for `openapi_extra`."""
    schema = model.model_json_schema()
    # A reference would be looked for from the top of the whole document.
    inner = {f"#/$defs/{name}": definition for name, definition in schema.pop("$defs", {}).items()}
    schema["properties"] = {
        name: inner.get(said.get("$ref"), said) for name, said in schema["properties"].items()
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


async def read_json(request: Request, model: type[Wanted]) -> Wanted:
    """The body as the model says; raises `Faulty` with every fault."""
    body = await read_body(request, SMALL_BODY_BYTES)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Faulty("wrong_body", [_fault(each, model) for each in error.errors()]) from None


def _fault(error: Any, model: type[BaseModel]) -> Fault:
    zh, en = told(error, model)
    zh_names, en_names = "、".join(model.model_fields), ", ".join(model.model_fields)
    where = ".".join(map(str, error["loc"])) or "body"
    text = "" if where == "body" else shown(error["input"])
    return Fault(
        "wrong_body",
        where,
        text,
        f"{zh}正文为 JSON 对象，字段：{zh_names}。",
        f"{en}; send a JSON object of {en_names}.",
    )
