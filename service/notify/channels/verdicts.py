"""What an answer's error code means: one written table per vendor, one way to hold an answer against it.

A code nobody wrote down passes: a day of tries costs less than an alert that was dropped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.notify.channels import Reason, SendError
from service.notify.channels.http import Reply, judge_status, retry_after
from service.notify.text import one_line, redact


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a message was not taken, whether for good, and how long to leave the vendor alone."""

    reason: Reason
    permanent: bool = False
    wait: timedelta | None = None


# The key, the secret or the list of addresses is wrong: people mend it, and the message goes out after all.
LOCKED_OUT = Verdict(Reason.AUTHENTICATION)
REFUSED = Verdict(Reason.REFUSED, permanent=True)
CONTENT = Verdict(Reason.REJECTED_CONTENT, permanent=True)
BUSY = Verdict(Reason.SERVER_ERROR)
UNKNOWN = Verdict(Reason.REFUSED)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a vendor tells errors, under whatever status.

    codes  fields of the answer that hold a code, 0 for success; the first that isn't 0 counts
    words  fields that may hold a sentence
    """

    codes: tuple[str, ...]
    words: tuple[str, ...]
    verdicts: Mapping[int, Verdict]

    def code(self, reply: Reply) -> int | None:
        """The code of an answer; None where it has none."""
        answer = parsed(reply.body) or {}
        found = [answer[name] for name in self.codes if type(answer.get(name)) is int]
        return next((code for code in found if code), found[0] if found else None)

    def told(self, reply: Reply) -> str:
        """What an answer says, on one line: code and words, or the body itself."""
        answer, code = parsed(reply.body), self.code(reply)
        if answer is None or code is None:
            return reply.body.decode(errors="replace")
        words = next((str(answer[name]) for name in self.words if answer.get(name)), "")
        return f"{self.codes[0]} {code} {words}".rstrip()

    def judge(self, reply: Reply, secrets: tuple[str, ...]) -> str:
        """The answer where the message was taken: code 0, and nothing else, under HTTP 2xx.

        A known code counts for more than the status it came under: it is the vendor's own word.
        """
        code = self.code(reply)
        if code is not None and code in self.verdicts:
            raise self.refusal(reply, self.verdicts[code], secrets)
        judge_status(reply, secrets=secrets)
        if code is None:
            raise SendError(Reason.MALFORMED_ANSWER, self.told(reply), secrets=secrets)
        if code != 0:
            raise self.refusal(reply, UNKNOWN, secrets)
        return one_line(redact(self.told(reply), *secrets))

    def refusal(self, reply: Reply, verdict: Verdict, secrets: tuple[str, ...]) -> SendError:
        """The failure a verdict stands for; a wait the answer names itself counts."""
        wait = None if verdict.permanent else retry_after(reply.headers) or verdict.wait
        return SendError(
            verdict.reason, self.told(reply), permanent=verdict.permanent, retry_after=wait, secrets=secrets
        )


def parsed(body: bytes) -> dict[str, Any] | None:
    """An answer that is a JSON object."""
    try:
        answer = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
