"""Mailchimp's own description of its API, by which the fake judges what it is sent and what it answers itself.

The file lies beside the checkout (`../shared/mailchimp/marketing-openapi.json`), or where MAILCHIMP_CONTRACT says.
"""

import json
import os
from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "mailchimp" / "marketing-openapi.json"
NOBODY = "Basic " + b64encode(b"user:none").decode()


def path() -> Path | None:
    """Where the contract lies; None when there is none."""
    named = os.environ.get("MAILCHIMP_CONTRACT")
    place = Path(named) if named else BESIDE
    return place if place.is_file() else None


def why_not() -> str:
    """Why nothing can be held to the contract here; empty when it can."""
    if path() is None:
        return f"Mailchimp's contract is not there: {os.environ.get('MAILCHIMP_CONTRACT') or BESIDE}."
    return "" if find_spec("openapi_core") else "openapi-core is not installed."


@dataclass
class Exchange:
    """A call or an answer, as openapi-core wants to see it."""

    method: str
    path: str
    query: dict[str, Any]
    headers: dict[str, str]
    body: bytes
    host_url: str = "http://127.0.0.1:4010"
    content_type: str = "application/json"
    status_code: int = 0
    parameters: Any = field(init=False)

    def __post_init__(self) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        self.method = self.method.lower()
        self.parameters = RequestParameters(query=ImmutableMultiDict(self.query), header=Headers(self.headers))

    @property
    def data(self) -> bytes:
        """The body, by the name it has in an answer."""
        return self.body


class Contract:
    """The contract, read when first needed: it takes a second or two, so `ready()` may do it before."""

    def ready(self) -> "Contract":
        """Read it now."""
        _ = self._rules
        return self

    @cached_property
    def _rules(self) -> Any:
        from openapi_core import Config, OpenAPI

        found = path()
        assert found is not None, why_not()
        settings = Config(
            spec_validator_cls=None,  # it has been validated where it was made
            extra_media_type_deserializers={"application/problem+json": json.loads},
        )
        return OpenAPI.from_dict(json.loads(found.read_text(encoding="utf-8")), settings)

    def breach(self, asked: Exchange, answered: Exchange | None = None) -> str:
        """What is wrong with a call, or with the answer to it, in words; empty when nothing is."""
        from openapi_core.exceptions import OpenAPIError

        try:
            if answered is None:
                self._rules.validate_request(asked)
            else:
                self._rules.validate_response(asked, answered)
        except OpenAPIError as error:
            return _words(error)
        return ""


def _words(error: Exception) -> str:
    causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
    return f"{type(error).__name__}: " + "; ".join(str(getattr(one, "message", one))[:200] for one in causes)
