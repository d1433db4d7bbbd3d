"""Pictures that the campaign's words and colours make: the share image and the wordmark, drawn once and kept."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from .. import drawn
from ..settings import Campaign, Language
from ..typeset import Press, Unprintable, unbroken

SHARE_PPI = 144  # the designs are 600 points wide, and link previews want 1200 pixels
DAWN_OF_ZIP = (1980, 1, 1, 0, 0, 0)  # no moment, so that the same kit is the same bytes


def share_image(press: Press, kept: Path, site: Campaign, language: Language) -> bytes:
    """The picture beside a shared link, PNG. In English where no font has a language's letters; raises Unprintable."""
    return _in_english_at_least(press, kept, site, language, "share")


def square_image(press: Press, kept: Path, site: Campaign, language: Language) -> bytes:
    """The same as a square of 1080 pixels, for feeds of pictures. Raises Unprintable."""
    return _in_english_at_least(press, kept, site, language, "square")


def _in_english_at_least(press: Press, kept: Path, site: Campaign, language: Language, design: str) -> bytes:
    try:
        return _kept(press, kept, design, "png", _said(site, language))
    except Unprintable:
        english = site.language("en")
        if english is None or language == english:
            raise
        return _in_english_at_least(press, kept, site, english, design)


def wordmark(press: Press, kept: Path, site: Campaign, language: Language) -> bytes:
    """The mark with the campaign's name as outlines, SVG. Raises Unprintable."""
    return _kept(press, kept, "wordmark", "svg", _said(site, language))


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
        "language": language.code,
        "lang": lang,
        "region": {"Hant": "TW", "Hans": "CN"}.get(script),
        "organisation": site.campaign.organisation,
        "number": site.hotline.shown,
        "colours": site.colours.model_dump(exclude={"dark"}),
    }


def _kept(press: Press, folder: Path, design: str, kind: str, content: dict[str, Any]) -> bytes:
    """The drawing made before, else made now: the fonts cost a process 100 MB, so once is enough."""
    sketch = press.sketch(design, content)
    named = f"{design}-{content['language']}.{kind}"
    if kind == "svg":
        return drawn.kept(folder, named, sketch, lambda: press.svg(design, content))
    return drawn.kept(folder, named, sketch, lambda: press.png(design, content, ppi=SHARE_PPI))
