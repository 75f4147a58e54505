"""The text of a query that a rule asks: its words, its named parameters, where it ends.

A reading of PostgreSQL's lexical rules, so that `:as_of` is found where it is a parameter and left alone
in `'a:as_of'`, `"b:as_of"`, `value::date` or a comment. What a query means is the server's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Named parameters, in the order in which the server numbers them.
PARAMETERS = ("as_of", "known_at")

_TOKEN = re.compile(
    r"""
      (?P<blank>   \s+ | --[^\n]* )
    | (?P<comment> /\* )
    | (?P<string>  [eE]'(?:[^'\\]|\\.|'')*' | (?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'
                 | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$ )
    | (?P<quoted>  (?:[uU]&)?"(?:[^"]|"")+" )
    | (?P<open>    [eE]?' | " )
    | (?P<word>    [^\W\d][\w$]* )
    | (?P<number>  \d[\w.]* )
    | (?P<symbol>  ::|:= )
    | (?P<parameter> :[^\W\d]\w* )
    | (?P<end>     ; )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a query that counts.

    kind  word, quoted, string, number, symbol, parameter, end (`;`), other, or open: a text or comment
          that begins here and never ends
    at    characters before it
    """

    kind: str
    text: str
    at: int

    @property
    def name(self) -> str:
        """The identifier a word stands for; "" for what is none."""
        if self.kind == "quoted":
            return self.text[self.text.index('"') + 1 : -1].replace('""', '"')
        return self.text.lower() if self.kind == "word" else ""


def tokens(text: str) -> Iterator[Token]:
    """Everything but blanks and comments."""
    at = 0
    while match := _TOKEN.match(text, at):
        kind, begin, at = match.lastgroup or "other", at, match.end()
        if kind == "comment":
            end = _comment_end(text, begin)
            kind, at = ("blank", end) if end else ("open", len(text))
        if kind != "blank":
            yield Token(kind, text[begin:at], begin)


def _comment_end(text: str, begin: int) -> int:
    """Where a comment ends, those inside it counted; 0 where it doesn't."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(text, begin):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return 0


def numbered(text: str) -> str:
    """The query with `$1`, `$2` in place of its named parameters, without the semicolon at its end."""
    found = list(tokens(text))
    while found and found[-1].kind == "end":
        found.pop()
    parts, done = [], 0
    for token in found:
        if token.kind == "parameter" and token.text[1:] in PARAMETERS:
            parts += [text[done : token.at], f"${PARAMETERS.index(token.text[1:]) + 1}"]
            done = token.at + len(token.text)
    last = found[-1].at + len(found[-1].text) if found else 0
    return "".join([*parts, text[done:last]])
