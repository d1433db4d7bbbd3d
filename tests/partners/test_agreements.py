"""Nothing of a partner is shown without its consent, and what it takes back is gone at once."""

from io import BytesIO

import pytest
from sqlalchemy import select

from campaign.app import Switches
from campaign.partners.models import Agreement
from tests.conftest import _signed_in
from tests.house.everything import a_logo, on_sqlite
from tests.partners.acts import TEXTS, partner, say, write

pytestmark = pytest.mark.plain_sql

PAGE, LOGO = "/coalition/sample-partner-1", "/coalition/sample-partner-1/logo"
PATHS = ("/", "/coalition", PAGE, "/sitemap.xml")


def _with_everything(site, staff):
    id = partner(site)
    write(staff, id)
    staff.post(f"/staff/partners/{id}/logo", _file(staff, id))
    return id


def _file(staff, id):
    token = staff.get(f"/staff/partners/{id}").form("Put this logo")["fields"]["csrf_token"]
    return {"csrf_token": token, "logo": (BytesIO(a_logo()), "logo.png")}


def shown(site):
    """What strangers see of the partner."""
    visitor = site.visitor()
    answers = [visitor.raw(path, buffered=True) for path in PATHS]
    html = "".join(one.get_data(as_text=True) for one in answers if one.status_code == 200)
    seen = {name for name, text in TEXTS.items() if text in html}
    seen |= {"name"} if "Sample Partner 1" in html or "sample-partner-1" in html else set()
    return seen | ({"logo"} if visitor.raw(LOGO, buffered=True).status_code == 200 or LOGO in html else set())


def test_nothing_of_a_partner_without_its_consent_is_shown(site, staff):
    id = _with_everything(site, staff)
    assert shown(site) == set()
    for what in ("logo", "contact"):
        say(staff, id, what)
    assert shown(site) == set(), "without its page neither logo nor contact"
    say(staff, id, "logo", "no")
    say(staff, id, "page")
    assert shown(site) == {"name", *TEXTS}
    say(staff, id, "logo")
    assert shown(site) == {"name", "logo", *TEXTS}
    say(staff, id, "contact", "no")
    assert shown(site) == {"name", "logo", *TEXTS} - {"contact"}
    say(staff, id, "page", "no")
    assert shown(site) == set()


@on_sqlite
def test_without_asking_for_consent_it_would_be_noticed(noon, make_site):
    """The negative control."""
    site = make_site(switches=Switches(partner_consent=False))
    _with_everything(site, _signed_in(site))
    assert shown(site) == {"name", "logo", *TEXTS}


def test_each_answer_is_a_record_of_its_own_that_says_who_on_which_words_and_who_wrote_it_down(site, staff):
    id = partner(site)
    say(staff, id, "page")
    say(staff, id, "page", "no")
    yes, no = [row[0] for row in site.rows(select(Agreement).order_by(Agreement.id))]
    assert (yes.given, no.given) == (True, False) and yes.said_at == no.said_at
    assert "may show a page about us" in yes.words and no.words == f"Taken back: {yes.words}"
    assert yes.said_by == "director, by letter" and yes.account_id == 1
    said = staff.get(f"/staff/partners/{id}").text
    assert yes.words in said and no.words in said


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"said_by": ""}, "Say who told us"),
        ({"what": "song"}, "Not a valid choice"),
        ({"given": "perhaps"}, "Not a valid choice"),
        ({"said_by": "x" * 201}, "at most 200 characters"),
    ],
)
def test_an_answer_that_cannot_be_read_is_not_written_down(site, staff, fields, sentence):
    id = partner(site)
    good = {"what": "page", "given": "yes", "said_by": "director"}
    page = staff.press(staff.get(f"/staff/partners/{id}"), "Write it down", **{**good, **fields})
    assert page.status == 422 and sentence in page.text
    assert site.rows(select(Agreement)) == []


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"about": ""}, "Write what the partner says about itself."),
        ({"about": "Call us at 213 555 01 23."}, "Leave telephone numbers out"),
        ({"homepage": "javascript:alert(1)"}, "This is no web address."),
        ({"homepage": "partner.example"}, "This is no web address."),
        ({"contact": "(213) 555-0123"}, "Leave telephone numbers out"),
        ({"contact": "ask at the desk"}, "Give a mail address of the organization or a web page."),
    ],
)
def test_texts_that_cannot_stand_are_sent_back_with_a_sentence(site, staff, fields, sentence):
    id = partner(site)
    page = write(staff, id, **fields)
    assert page.status == 422 and sentence in page.text
    [(name, value)] = fields.items()
    assert page.form("Save")["fields"][name] == value, "what was typed is kept"


def test_two_who_write_one_text_see_both(site, staff):
    id = partner(site)
    first = staff.get(f"/staff/partners/{id}/texts/en")
    second = staff.get(f"/staff/partners/{id}/texts/en")
    assert staff.press(first, "Save", **TEXTS).status == 200
    page = staff.press(second, "Save", **{**TEXTS, "about": "Another sample."})
    assert page.status == 409 and "Another sample." in page.html and "We are a sample of a partner." in page.text
    assert staff.press(page, "Save").status == 200
    assert staff.get(f"/staff/partners/{id}/texts/en").form("Save")["fields"]["about"] == "Another sample."


@on_sqlite
def test_a_page_that_was_kept_is_gone_with_the_consent(site, staff, visitor):
    id = _with_everything(site, staff)
    say(staff, id, "page")
    crowd = site.app.test_client()  # does not make the site forget the pages it keeps
    assert crowd.get(PAGE).status_code == 200
    page = staff.get(f"/staff/partners/{id}")
    assert crowd.get(PAGE).status_code == 200
    token = page.form("Write it down")["fields"]["csrf_token"]
    fields = {"what": "page", "given": "no", "said_by": "director", "csrf_token": token}
    assert staff.client.post(f"/staff/partners/{id}/agreements", data=fields).status_code == 303
    assert crowd.get(PAGE).status_code == 404
