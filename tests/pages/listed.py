"""What the sitemap says, read as a search engine reads it."""

from typing import Any
from xml.etree import ElementTree as ET

HERE = "http://localhost"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def listed(visitor: Any) -> dict[str, tuple[dict[str, str], str | None]]:
    """Every address in the sitemap, with its addresses by language and the day of its last change."""
    answer = visitor.raw("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    return {str(entry.findtext(f"{SITEMAP}loc")): _said(entry) for entry in ET.fromstring(answer.data)}


def _said(entry: Any) -> tuple[dict[str, str], str | None]:
    links = {link.attrib["hreflang"]: link.attrib["href"] for link in entry.findall(f"{XHTML}link")}
    return links, entry.findtext(f"{SITEMAP}lastmod")
