"""Pictures that the campaign's words and colours make: the share image and the wordmark, drawn once and kept."""

import os
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ..settings import Campaign, Language
from ..typeset import Press, Unprintable, unbroken

POINTS = 72
SHARE_PPI = 2 * POINTS  # the design is 600 by 315 points, and link previews want 1200 by 630 pixels
DAWN_OF_ZIP = (1980, 1, 1, 0, 0, 0)  # no moment, so that the same kit is the same bytes


def share_image(press: Press, kept: Path, site: Campaign, language: Language) -> bytes:
    """The picture beside a shared link, PNG. In English where no font has a language's letters; raises Unprintable."""
    try:
        return _kept(press, kept, "share.png", _said(site, language))
    except Unprintable:
        english = site.language("en")
        if english is None or language == english:
            raise
        return share_image(press, kept, site, english)


def wordmark(press: Press, kept: Path, site: Campaign, language: Language) -> bytes:
    """The mark with the campaign's name as outlines, SVG. Raises Unprintable."""
    return _kept(press, kept, "wordmark.svg", _said(site, language))


def kit(files: dict[str, bytes]) -> bytes:
    """The files as one archive."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, DAWN_OF_ZIP), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def colours(site: Campaign) -> str:
    """The campaign's colours, a line each."""
    schemes = {"light": site.colours.model_dump(exclude={"dark"}), "dark": site.colours.dark.model_dump()}
    return "".join(f"{scheme} {name} {tone}\n" for scheme, tones in schemes.items() for name, tone in tones.items())


def _said(site: Campaign, language: Language) -> dict[str, Any]:
    """Everything that the designs need: words, number, colours."""
    words = {"name": site.campaign.name, "tagline": site.campaign.tagline, "line": site.hotline.name}
    said = {name: unbroken(texts.get(language.code, texts["en"])) for name, texts in words.items()}
    lang, _, script = language.tag.partition("-")
    return {
        **said,
        "lang": lang,
        "region": {"Hant": "TW", "Hans": "CN"}.get(script),
        "organisation": site.campaign.organisation,
        "number": site.hotline.shown,
        "colours": site.colours.model_dump(exclude={"dark"}),
    }


def _kept(press: Press, folder: Path, name: str, content: dict[str, Any]) -> bytes:
    """The drawing made before, else made now: the fonts cost a process 100 MB, so once is enough."""
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
