"""Drawings that are made once and kept in a folder: the fonts cost a process 100 MB, so once is enough."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from .typeset import Press

POINTS = 72
SHARE_PPI = 2 * POINTS  # the designs are 600 by 315 points, and link previews want 1200 by 630 pixels


def kept(press: Press, folder: Path, name: str, content: Mapping[str, Any]) -> bytes:
    """The drawing `name` (`share.png`, `wordmark.svg`) as it was made before, else made now. Raises Unprintable."""
    design, _, kind = name.partition(".")
    sketch = (press.folder / f"{design}.typ").read_bytes() + repr(content).encode()
    path = folder / f"{design}-{sha256(sketch).hexdigest()[:16]}.{kind}"
    try:
        return path.read_bytes()
    except OSError:
        made = press.svg(design, content) if kind == "svg" else press.png(design, content, ppi=SHARE_PPI)
    _put(path, made)
    return made


def _put(path: Path, made: bytes) -> None:
    """Keep it, whole or not at all; where nothing can be written it is drawn again the next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(made)
        os.replace(file.name, path)  # noqa: PTH105 (two at once: the second puts the same in its place)
    except OSError:
        return
