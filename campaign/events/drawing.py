"""The picture beside a shared link to an event that has no picture of its own: title, day and place, drawn once."""

from pathlib import Path
from typing import Any

from .. import drawn, i18n
from ..settings import Campaign, Language
from ..typeset import Press, Unprintable, unbroken
from . import feeds, times
from .board import Shown


def share_image(press: Press, kept: Path, event: Shown) -> bytes:
    """The picture, PNG, in the language spoken. In English where a font lacks its letters; raises Unprintable."""
    site, spoken = i18n.site(), i18n.language()
    try:
        return drawn.kept(press, kept, "event.png", _said(site, event, spoken))
    except Unprintable:
        english = i18n.find("en")
        if spoken == english:
            raise
        with i18n.speaking(english):
            return drawn.kept(press, kept, "event.png", _said(site, event, english))


def _said(site: Campaign, event: Shown, language: Language) -> dict[str, Any]:
    one = event.event
    words = {
        "name": i18n.tr(site.campaign.name),
        "title": event.title,
        "day": times.day(one.starts_at, one.zone),
        "hours": f"{times.hour(one.starts_at, one.zone)} – {times.hour(one.ends_at, one.zone)}",
        "place": feeds.where(event),
        "line": i18n.tr(site.hotline.name),
    }
    lang, _, script = language.tag.partition("-")
    return {
        **{name: unbroken(text) for name, text in words.items()},
        "lang": lang,
        "region": {"Hant": "TW", "Hans": "CN"}.get(script),
        "organisation": site.campaign.organisation,
        "number": site.hotline.shown,
        "colours": site.colours.model_dump(exclude={"dark"}),
    }
