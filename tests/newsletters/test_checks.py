"""What stands against sending: each thing is found, says where, and is gone when it is mended."""

from sqlalchemy import update

from campaign import db, i18n
from campaign.newsletters import destinations, personal, preflight, rendering
from campaign.newsletters.models import Edition
from campaign.newsletters.preflight import Finding, strange_numbers
from tests.events.writing_acts import published
from tests.house.everything import on_sqlite
from tests.newsletters.acts import made, write, wrote

pytestmark = on_sqlite
CHECKS = "/staff/newsletters/1/checks"
GOOD = {"subject": "Come along", "preheader": "What is next", "body": "Hello {name|friend}."}
OF_SENDING = ("Readers", "A letter to yourself")  # what is looked at there, and tried with it
ALL = ["es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi"]


def _accept(staff, *codes):
    """Say that the readers of these languages get English."""
    form = staff.get("/staff/newsletters/1").form("Save")["fields"]
    staff.post("/staff/newsletters/1", {**form, "accepted": list(codes)})


def _found(site, *, all_of_them=False):
    with site.app.test_request_context(), db.reading():
        found = preflight.findings(1) if all_of_them else preflight.blocking(1)
    return [f"{one.where}: {one.what}" for one in found if one.where not in OF_SENDING]


def test_every_language_has_an_edition_or_gets_english_on_purpose(site, staff):
    wrote(staff, **GOOD)
    found = _found(site)
    assert len(found) == 7 and all("There is no edition" in one for one in found)
    page = staff.get(CHECKS)
    assert "There is no edition" in page.text and page.all("a[href='/staff/newsletters/1/words/th']")
    _accept(staff, *ALL[1:])
    assert [one.partition(":")[0] for one in _found(site)] == ["Español"]
    write(staff, code="es", subject="Venga", preheader="Sigue", body="Hola")
    assert _found(site) == [] and "There is no edition" not in staff.get(CHECKS).text


CASES = {
    "a long subject": ({"subject": "x" * 79}, "The subject has 79 characters"),
    "nothing after it": ({"preheader": ""}, "There is nothing after the subject"),
    "too much after it": ({"preheader": "x" * 111}, "has 111 characters"),
    "a wrong number": ({"body": "Call 1-888-593-2373 now."}, "1-888-593-2373 looks like a telephone number"),
    "no such page": ({"body": "[x](/nowhere)"}, "There is no page at /nowhere"),
    "no such event": ({"body": "[x](/events/nowhere)"}, "There is no page at /events/nowhere"),
    "a page of staff": ({"body": "[x](/staff/)"}, "There is no page at /staff/"),
    "no such lesson": ({"body": "[x](/es/learn/nowhere)"}, "There is no page at /es/learn/nowhere"),
    "ours by its whole address": ({"body": "[x](http://localhost/pledges/x)"}, "There is no page at http://localhost"),
    "not https": ({"body": "[x](http://castla.org)"}, "does not begin with https"),
    "unknown": ({"body": "[x](https://other.example/x)"}, "Nobody has said that other.example is known"),
    "looks known": ({"body": "[x](https://castla.org.evil.example)"}, "castla.org.evil.example is known"),
    "no such newsletter": ({"body": "[x](/newsletters/nowhere)"}, "There is no page at /newsletters/nowhere"),
    "not sent yet": ({"body": "[x](/es/newsletters/january)"}, "There is no page at /es/newsletters/january"),
    "no such code": ({"body": "[x](/q/ABCDEFG)"}, "There is no page at /q/ABCDEFG"),
    "two strokes": (
        {"body": "[x](http://localhost//evil.example/events)"},
        "There is no page at http://localhost//evil",
    ),
    "two strokes in a language": ({"body": "[x](/es/%2Fevents)"}, "There is no page at /es/%2Fevents"),
    "a number in bold": ({"body": "Call 555-**123**-4567."}, "555-123-4567 looks like a telephone number"),
    "a number on a button": ({"body": '[[button to=/events text="555-123-4567"]]'}, "555-123-4567 looks like"),
    "a number for a name": ({"body": "Hello {name|555-123-4567}"}, "555-123-4567 looks like"),
    "a button": ({"body": '[[button to=/nowhere text="x"]]'}, "There is no page at /nowhere"),
}


def test_what_is_wrong_is_found_and_said_with_its_place(site, staff):
    wrote(staff, **GOOD)
    _accept(staff, *ALL)
    for case, (changes, sentence) in CASES.items():
        write(staff, **{**GOOD, **changes})
        found = _found(site)
        assert len(found) == 1 and sentence in found[0] and found[0].startswith("English: "), (case, found)
    assert sentence in staff.get(CHECKS).text
    write(staff, **{**GOOD, "body": "A sentence for all. " * 1_990})  # as long as the form takes it: not too heavy
    assert _found(site) == []


def test_what_is_right_is_not_found_wrong(site, staff):
    published(staff)
    body = "Join us at https://castla.org/j/81234567890 or [here](https://castla.org/j/81234567891) on 01.20.2027.\n\n"
    body += "Read ISBN 978-0-306-40615-7.\n\n[[button to=https://castla.org/j/81234567892 text=Join]]\n\n"
    body += "Call {hotline}, 1-888-539-2373 or 888-373-7888, by 2027-01-20.\n\n"
    body += "[a](/events/opening) [b](/es/help) [c](/) [d](https://www.castla.org/x) [e](mailto:us@example.org) "
    body += "[f](/learn/signs?x=1#y) [g](/materials/palm-card) [h](http://localhost/pledges)\n\n[[events]]"
    wrote(staff, **{**GOOD, "body": body})
    _accept(staff, *ALL)
    assert _found(site) == []


def test_a_link_that_somebody_stands_for_is_taken_for_this_newsletter(site, staff):
    wrote(staff, **{**GOOD, "body": "[x](https://other.example/x)"})
    _accept(staff, *ALL)
    page = staff.press(staff.get(CHECKS), "I stand for it")
    assert page.path == CHECKS and "Links that somebody stands for" in page.text and _found(site) == []
    with site.inside(), db.reading():
        assert destinations.trouble(2, "https://other.example/x") and destinations.trouble(1, "https://other.example/y")


def test_a_letter_without_what_it_must_have_is_found(site, staff):
    wrote(staff, **GOOD)
    _, one = made(site)
    with site.app.test_request_context(), db.reading():
        assert list(preflight.faults(one)) == []
        for said, sentence in (
            ("1-888-539-2373", "hotline"),
            ("Coalition to Abolish Slavery and Trafficking", "postal address"),
            (personal.slot("unsubscribe"), "leave"),
        ):
            parts = {name: getattr(one.made, name).replace(said, "") for name in ("html", "text")}
            less = rendering.Prepared(rendering.Made("en", "x", "", page="", **parts))
            assert [sentence in fault for fault in preflight.faults(less)] == [True], said
        heavy = rendering.Prepared(rendering.Made("en", "x", "", one.made.html + "x" * 92_000, one.made.text, ""))
        assert "KB" in next(preflight.faults(heavy))


def test_our_name_is_found_in_a_letter_whatever_signs_it_has(site, staff, monkeypatch):
    wrote(staff, **GOOD)
    with site.app.test_request_context(), db.reading():
        known = {"organisation": 'Sample & Daughters’ "Own" <Law>', "postal_address": "1 A & B's St"}
        ours = i18n.site().campaign.model_copy(update=known)
        monkeypatch.setattr(i18n.content(), "site", i18n.site().model_copy(update={"campaign": ours}))
        assert list(preflight.faults(rendering.prepared(1, "en"))) == []


def test_what_was_saved_before_a_block_lost_what_it_names_is_found(site, staff):
    wrote(staff, **{**GOOD, "body": "[[pledge freedom]]"})
    _accept(staff, *ALL)
    with site.inside(), db.writing() as session:
        session.execute(update(Edition).values(body="[[pledge gone]]\n\n{nobody|x}"))
    found = _found(site)
    assert len(found) == 2 and "There is no field {nobody}" in found[0] and "no open pledge" in found[1]
    assert made(site)[0].html  # and looking at it works all the same


def test_others_may_find_more(site, staff):
    wrote(staff, **GOOD)
    _accept(staff, *ALL)

    def find(newsletter_id):
        return [Finding("A test letter is missing.", "Sending", f"/staff/newsletters/{newsletter_id}")]

    with preflight.asking.connected_to(find):
        assert _found(site) == ["Sending: A test letter is missing."]
        assert "A test letter is missing." in staff.get(CHECKS).text
    assert _found(site) == []


def test_telephone_numbers_of_the_hotlines_and_dates_are_none_that_is_strange(site):
    with site.inside():
        assert strange_numbers("1-888-539-2373, (888) 373 7888, +1 888 539 2373 2027-01-20 90027-1234 20,000") == []
        assert strange_numbers("zoom.us/j/81234567890 www.x.org/555-123-4567 ISBN-10: 0306406152 1.20.2027") == []
        real = ["555-123-4567", "1-888-593-2373", "(555) 123 4567"[1:], "555.123.4567", "1.555.123.4567", "5551234567"]
        assert strange_numbers(" and ".join(real)) == real
