"""What the site says of itself: a line for each event, with the request's id and without a word of anybody.

Two nets, because libraries log what they were given: of a foreign message only its first line and never its values
are taken, of a traceback only the places; then whatever looks like an address or a token is struck out of every line.
"""

import json
import logging
import re
import sys
import threading
import warnings
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from random import getrandbits
from types import TracebackType
from typing import TextIO

from flask import has_request_context, request

log = logging.getLogger("campaign")
REQUEST_ID = "campaign.request_id"
OURS = "campaign"
LONGEST = 500  # characters of a message
STEPS = 8  # the last places of a traceback
# Both begin where a word begins: tried anew at each letter of it, a line of 60,000 letters would take seconds.
ADDRESSES = re.compile(r"(?<![^\s<>\"'(),;:=])[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:]+|\b\d{1,3}(?:\.\d{1,3}){3}\b")
MAYBE_NUMBERS = re.compile(r"(?<![0-9A-Fa-f:.])[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
TOKENS = re.compile(r"[A-Za-z0-9_-]{40,}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def request_id() -> str:
    """A random name for the request being answered, to find it in the log; empty outside of one."""
    if not has_request_context():
        return ""
    return str(request.environ.setdefault(REQUEST_ID, new_id()))


def new_id() -> str:
    """A name for a request. It opens nothing, so it need not be hard to guess."""
    return f"{getrandbits(48):012x}"


def what_and_where(error: BaseException) -> str:
    """The kind of an error and the places it came through; its message stays unsaid, for it may hold values."""
    steps, place = [], error.__traceback__
    while place is not None:
        steps.append(f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}")
        place = place.tb_next
    said = f"{type(error).__name__} at {' > '.join(steps[-STEPS:]) or 'an unknown place'}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{said}, after {type(cause).__name__}" if cause is not None else said


def struck(text: str) -> str:
    """A text on one line, with all that looks like an address or a token struck out."""
    text = TOKENS.sub("(token)", ADDRESSES.sub("(address)", text))
    text = MAYBE_NUMBERS.sub(lambda found: "(address)" if _is_address(found[0]) else found[0], text)
    return CONTROL.sub(" ", text)[:LONGEST]


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip("."))
    except ValueError:
        return False
    return True


def _said(record: logging.LogRecord) -> str:
    """What a record says: ours whole, of a library's the sentence that its author wrote, without what was put in."""
    if record.name.partition(".")[0] == OURS:
        return struck(record.getMessage())
    words = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    return struck((words.splitlines() or [""])[0])


def _error(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return what_and_where(error) if error is not None else ""


class Lines(logging.Formatter):
    """Lines for people: a demonstration's terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        name, error = request_id(), _error(record)
        line = f"{record.levelname} {record.name}: {_said(record)}"
        return line + (f" ({error})" if error else "") + (f" [request {name}]" if name else "")


class Objects(logging.Formatter):
    """One JSON object a line: a real site's log, for programs that gather and search it."""

    def format(self, record: logging.LogRecord) -> str:
        """One object on one line; `fields` that came with the record stand beside the words."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said = {"at": at, "level": record.levelname.lower(), "from": record.name, "said": _said(record)}
        said |= {"request": request_id(), "error": _error(record), **getattr(record, "fields", {})}
        return json.dumps({name: value for name, value in said.items() if value != ""})


def begin(*, as_objects: bool) -> None:
    """Let this process speak so, on its standard error, also of what nobody caught."""
    handler = logging.StreamHandler()
    handler.setFormatter(Objects() if as_objects else Lines())
    logging.raiseExceptions = False  # else a line that cannot be written is printed with its values
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("huey", "alembic", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # The trail's numbers and seals are for the log of a real site, which lies outside of its records.
    logging.getLogger("campaign.audit").setLevel(logging.INFO if as_objects else logging.WARNING)
    warnings.showwarning = _warn
    sys.excepthook = _uncaught
    threading.excepthook = lambda found: _uncaught(found.exc_type, found.exc_value, found.exc_traceback)
    sys.unraisablehook = lambda found: _uncaught(found.exc_type, found.exc_value, found.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        log.critical("nobody caught this: %s", what_and_where(error) if error else kind.__name__)


def _warn(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    log.warning("%s at %s:%d", category.__name__, Path(filename).name, lineno)
