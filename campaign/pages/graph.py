"""What machines read about the campaign on its front page: schema.org, as JSON-LD."""

from typing import Any

from ..settings import Campaign, Language


def of(site: Campaign, address: str, language: Language) -> dict[str, Any]:
    """The organisation with its hotline, and the website. `address` is the whole one of the front page."""
    ours = site.campaign
    line = {"@type": "ContactPoint", "contactType": "hotline", "telephone": site.hotline.number}
    organisation = {
        "@type": "Organization",
        "@id": f"{address}#organisation",
        "name": ours.organisation,
        "alternateName": ours.organisation_short,
        "url": address,
        "contactPoint": line,
    }
    website = {
        "@type": "WebSite",
        "name": ours.name.get(language.code, ours.name["en"]),
        "description": ours.tagline.get(language.code, ours.tagline["en"]),
        "url": address,
        "inLanguage": language.tag,
        "publisher": {"@id": organisation["@id"]},
    }
    return {"@context": "https://schema.org", "@graph": [organisation, website]}
