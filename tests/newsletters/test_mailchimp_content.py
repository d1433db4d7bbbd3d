"""What goes to Mailchimp as the words of a newsletter: its own tags where ours were, and none that staff typed."""

from itertools import product

import pytest

from campaign.mailing.fake.account import AUDIENCE
from campaign.newsletters.drafts import Typed
from campaign.newsletters.mailchimp import content
from campaign.newsletters.models import FinalEdition
from campaign.newsletters.personal import slot
from tests.house.everything import on_sqlite
from tests.newsletters.through import let_go, prepared, wired, works

OWN = "https://campaign.example/me"


def edition(**parts):
    return FinalEdition(newsletter_id=1, language="en", **parts)


@pytest.mark.parametrize(
    "typed",
    ["*|EMAIL|*", "**|EMAIL|*", "*|IF:X|* secret *|END:IF|*", "*|*|EMAIL|*|*", "* |EMAIL|*", "*||EMAIL|*"],
)
def test_a_merge_tag_that_somebody_typed_is_words(typed):
    for said in (content.line(typed), content.text(edition(text=typed), OWN, names=True), content.literal(typed)):
        assert "*|" not in said and said.replace(content.JOINER, "") == typed
    assert "*|" not in content.html(edition(html=f"<p>{typed}</p>"), OWN, names=True)


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("field", ["name", "first", "unsubscribe", "own_page"])
def test_nor_does_one_come_about_where_ours_touch_what_was_typed(names, field):
    for before, otherwise, after in product(
        ("", "*", "|"), ("friend", "|EMAIL|*", "*", ""), ("|EMAIL|*", "*|EMAIL|*", "||")
    ):
        said = content.text(edition(text=f"{before}{slot(field, otherwise)}{after}"), OWN, names=names)
        for ours in ("*|UNSUB|*", "*|IF:FNAME|*", "*|FNAME|*", "*|ELSE:|*", "*|END:IF|*"):
            said = said.replace(ours, "\n")
        assert "*|" not in said, (before, otherwise, after)


def test_an_address_keeps_its_meaning():
    html = content.html(
        edition(html='<a href="https://x.org/*|EMAIL|*?a=*%7CEMAIL%7C*" title="*|X|*">x</a>'), OWN, names=True
    )
    assert "https://x.org/%2A|EMAIL|*?a=%2A%7CEMAIL%7C*" in html and "*|" not in html and "*%7C" not in html


def test_the_name_is_mailchimps_where_the_audience_has_it_and_else_what_stands_in():
    one = edition(
        text=f"Hello {slot('name', 'friend')}, {slot('first', 'you')}: {slot('unsubscribe')} {slot('own_page')}"
    )
    with_names = content.text(one, OWN, names=True)
    assert with_names == f"Hello *|IF:FNAME|**|FNAME|**|ELSE:|*friend*|END:IF|*, you: *|UNSUB|* {OWN}"
    assert content.text(one, OWN, names=False) == f"Hello friend, you: *|UNSUB|* {OWN}"
    assert content.line(f"{slot('name', 'Friend')},  come\nnow") == "Friend, come now"


@on_sqlite
def test_what_staff_write_arrives_there_as_words(make_site, chimp, noon):
    from campaign import clock, db
    from campaign.newsletters import approval, service
    from campaign.newsletters.runs import Approval

    site = wired(make_site, chimp)
    id, _ = prepared(site, chimp, 2, ("en",))
    chimp.members.fields.known.clear()
    body = "Dear {name|\\*|EMAIL|\\*}, *|EMAIL|* [x](https://x.invalid/*|EMAIL|*) {name|friend}|EMAIL|*"
    with site.inside(), db.writing() as session:
        service.write(id, "en", Typed("*|EMAIL|* {name|Friend}", "*|X|*", body), 1, clock.now())
        session.add(Approval(newsletter_id=id, mark=approval.mark(id), approved_at=clock.now()))
    let_go(site, id)
    works(site, 3)
    [one] = chimp.campaigns.known.values()
    assert one.status == "sent" and AUDIENCE
    parts = (one.html, one.text, one.settings["subject_line"], one.settings["preview_text"])
    assert all("*|" not in part.replace("*|UNSUB|*", "") for part in parts)
    assert one.html.count("*|UNSUB|*") == one.text.count("*|UNSUB|*") == 1 and "\ue000" not in "".join(parts)
