"""Search engines may list what is for everybody, and are kept from all that is for one person or for staff."""

import re

from campaign.settings import read_campaign
from tests.conftest import ROOT
from tests.house.everything import on_sqlite, routes
from tests.pages.listed import HERE, listed


@on_sqlite
def test_every_public_page_is_in_the_sitemap_or_says_that_it_is_not_to_be_listed(everything):
    visitor = everything.site.visitor()
    there = listed(visitor)
    for method, address, rule in routes(everything.site.app):
        path = everything.address(rule)
        answer = visitor.raw(path, buffered=True) if method == "GET" else None
        if answer is not None and answer.mimetype == "text/html" and answer.status_code in (200, 404, 410):
            silent = '<meta name="robots" content="noindex">' in answer.text
            assert silent != (HERE + path in there), address
            assert silent != ('rel="canonical"' in answer.text), address


@on_sqlite
def test_robots_are_kept_from_mailed_addresses_printed_codes_and_the_staff_door_alone(everything):
    visitor = everything.site.visitor()
    text = visitor.raw("/robots.txt").text
    shut = re.findall(r"^Disallow: (\S+)$", text, re.MULTILINE)
    assert text.startswith("User-agent: *\n") and f"Sitemap: {HERE}/sitemap.xml" in text
    for _method, address, rule in routes(everything.site.app):
        private = "signed(" in address or address.startswith(("/staff", "/partner", "/q/", "/Q/"))
        if private:
            assert everything.address(rule).startswith(tuple(shut)), address
    assert {"/confirm/", "/es/confirm/", "/partner", "/staff", "/unsubscribe/"} <= set(shut)
    assert not [one for one in listed(visitor) if one.removeprefix(HERE).startswith(tuple(shut))]


def test_the_icon_has_neither_words_nor_the_colours_of_the_campaign():
    icon = (ROOT / "static" / "img" / "favicon.svg").read_text()
    colours = read_campaign(ROOT / "content" / "campaign.toml").colours.model_dump(exclude={"dark"}).values()
    assert "<text" not in icon and "<title" not in icon and not any(tone in icon for tone in colours)
