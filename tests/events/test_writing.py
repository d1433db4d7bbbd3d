"""Staff write, translate, publish, change, copy and cancel events; what is wrong is said in a sentence."""

from sqlalchemy import select, update

from campaign import clock, db
from campaign.events.models import Event, EventQuestion, EventState, EventTexts, FormerEventSlug, QuestionWords
from tests.events.writing_acts import FACTS, begin, place, published, write
from tests.house.everything import on_sqlite

pytestmark = on_sqlite


def test_an_event_is_written_translated_looked_at_and_published(site, staff, visitor):
    hall = place(site)
    page = begin(staff, place=str(hall), spoken="en", interpreted="ko")
    assert page.path == "/staff/events/1/words/en"
    page = write(staff)
    assert page.path == "/staff/events/1/preview/en" and page.heading == "A sample talk"
    assert staff.get(page.link("Back to the staff page of this event")).path == "/staff/events/1"
    assert visitor.get("/events/opening").status == 404
    assert "missing" in staff.get("/staff/events/1").text
    write(staff, code="ko", title="샘플 강연", summary="샘플입니다.")
    page = staff.press(staff.get("/staff/events/1"), "Publish it")
    assert "published" in page.text
    shown = visitor.get("/events/opening")
    assert shown.heading == "A sample talk" and "Wednesday, January 20, 2027" in shown.text
    assert "Sample Hall" in shown.text and "1 Sample Street" in shown.text and "Use the side door" not in shown.html
    assert "meet.example" not in shown.html
    korean = visitor.get("/ko/events/opening")
    assert korean.heading == "샘플 강연" and "2027년 1월 20일" in korean.text
    assert "not been checked" not in shown.text


def test_a_translation_of_an_older_english_text_is_stale(staff):
    begin(staff)
    write(staff)
    write(staff, code="es", title="Una charla")
    assert "stale" not in staff.get("/staff/events/1").text
    write(staff, title="Another talk")
    assert "Español stale" in staff.get("/staff/events/1").text
    write(staff, code="es", title="Otra charla")
    assert "stale" not in staff.get("/staff/events/1").text


WRONG: list[tuple[dict[str, object], str]] = [
    ({"ends": "2027-01-20T17:00"}, "The end must come after the start."),
    ({"ends": "2027-01-20T18:00"}, "The end must come after the start."),
    ({"ends": "2027-03-20T18:00"}, "14 days at most"),
    ({"starts": ""}, "Give a day and a time"),
    ({"starts": "1027-01-20T18:00"}, "between 2000 and 2100"),
    ({"capacity": "0"}, "number of seats from 1"),
    ({"capacity": "-3"}, "number of seats from 1"),
    ({"capacity": "many"}, "Not a valid integer"),
    ({"starts": "2027-03-14T02:30", "ends": "2027-03-14T04:00"}, "02:30 does not exist there"),
    ({"starts": "2027-11-07T01:30", "ends": "2027-11-07T04:00"}, "01:30 comes twice there"),
    ({"cancel_until": "2027-01-20T18:30"}, "must not be after the start"),
    ({"slug": "Bad Slug!"}, "small letters, digits and single hyphens"),
    ({"slug": "past"}, "leads to a page of its own"),
    ({"link": "javascript:alert(1)"}, "no web address"),
    ({"zone": "Mars/Olympus"}, "Not a valid choice"),
]


def test_what_contradicts_itself_is_refused_with_a_sentence_and_everything_typed_is_kept(site, staff):
    for facts, sentence in WRONG:
        page = begin(staff, **facts)
        assert page.status == 422 and sentence in page.text, facts
        assert page.form("Go on")["fields"]["slug"] == facts.get("slug", "opening")
    assert site.rows(select(Event.id)) == []


def test_it_needs_english_words_and_a_where_before_it_is_published(site, staff):
    begin(staff, link="")
    assert "in English first" in staff.press(staff.get("/staff/events/1"), "Publish it").text
    write(staff)
    assert "Say where it is" in staff.press(staff.get("/staff/events/1"), "Publish it").text
    assert site.rows(select(Event.state)) == [(EventState.DRAFT,)]


def test_what_a_rule_refuses_behind_a_door_leads_back_to_the_page_that_asked(staff):
    begin(staff, link="")
    fields, page = staff.get("/staff/events/1").form("Publish it")["fields"], "/staff/events/1?from=list"
    for came, back in (
        (f"http://localhost{page}", page),
        (f"https://elsewhere.example{page}", "/staff/"),
        ("http://localhost/events", "/staff/"),
        ("http://localhost//elsewhere.example/staff/", "/staff/"),
        ("http://localhost/staff/nowhere", "/staff/"),
        ("http://localhost/staff/events/1\\@elsewhere.example", "/staff/"),
        ("http://[", "/staff/"),
        ("", "/staff/"),
    ):
        refused = staff.post("/staff/events/1/publish", fields, headers={"Referer": came} if came else {})
        assert refused.status == 409 and "in English first" in refused.text, came
        assert refused.all("body.staff") and not refused.all("aside.hotline"), came
        assert [one.attrs["href"] for one in refused.all("main a")] == [back], came


def test_what_is_published_or_proposed_stays_somewhere(site, staff):
    published(staff)
    for state in (EventState.PUBLISHED, EventState.PROPOSED):
        with site.inside(), db.writing() as session:
            session.execute(update(Event).values(state=state, proposed_at=clock.now()))
        page = staff.press(staff.get("/staff/events/1"), "Save", **{**FACTS, "link": ""})
        assert page.status == 409 and "Say where it is first" in page.text, state
    assert site.rows(select(Event.link)) == [(FACTS["link"],)]


def test_a_former_address_leads_on_and_is_taken(site, staff, visitor):
    published(staff)

    page = staff.press(staff.get("/staff/events/1"), "Save", **{**FACTS, "slug": "opening-night"})
    assert page.status == 200 and site.rows(select(FormerEventSlug.slug)) == [("opening",)]
    assert visitor.raw("/events/opening").location == "/events/opening-night"
    taken = begin(staff)
    assert taken.status == 409 and "had this address" in taken.text


def test_two_people_cannot_quietly_overwrite_each_others_edit(site, staff, staff_of):
    published(staff)
    mine, theirs = staff.get("/staff/events/1"), staff_of(site)
    assert theirs.press(theirs.get("/staff/events/1"), "Save", **{**FACTS, "capacity": "70"}).status == 200
    page = staff.press(mine, "Save", **{**FACTS, "capacity": "12"})
    assert page.status == 409 and "Somebody else" in page.text and "70" in page.one(".meanwhile").to_text()
    assert site.rows(select(Event.capacity)) == [(70,)]
    assert staff.press(page, "Save", **{**FACTS, "capacity": "12"}).status == 200
    first, second = staff.get("/staff/events/1/words/en"), theirs.get("/staff/events/1/words/en")
    theirs.press(second, "Save", title="Theirs")
    page = staff.press(first, "Save", title="Mine")
    assert page.status == 409 and "Theirs" in page.one(".meanwhile").to_text()


def test_a_copy_is_a_draft_a_week_later_at_the_same_time_of_day(site, staff):
    published(staff, starts="2027-03-10T18:00", ends="2027-03-10T20:00")
    page = staff.press(staff.get("/staff/events/1"), "Copy it")
    assert page.path == "/staff/events/2" and "draft" in page.text and page.heading == "A sample talk"
    copy, first = (site.rows(select(Event).where(Event.id == id))[0][0] for id in (2, 1))
    assert (copy.slug, copy.taken, copy.sequence) == ("opening-2", 0, 0)
    assert (copy.starts_at - first.starts_at).total_seconds() == 7 * 86400 - 3600  # the clocks went forward between
    words = select(EventTexts.joining, EventTexts.notice).where(EventTexts.event_id == 2)
    assert site.rows(words) == [("Use the side door.", "")]


def test_questions_are_asked_in_every_language_that_they_are_written_in(site, staff, visitor):
    published(staff)
    page = staff.get("/staff/events/1/questions/en")
    staff.press(
        page, "Save", words1="Do you bring a dish?", answer1="yes/no", words2="Which bus do you take?", needed2="y"
    )
    staff.press(staff.get("/staff/events/1/questions/ko"), "Save", words1="음식을 가져오십니까?")
    rows = site.rows(
        select(EventQuestion.place, EventQuestion.answer, EventQuestion.required).order_by(EventQuestion.id)
    )
    assert rows == [(1, "yes/no", False), (2, "text", True)]
    assert "Do you bring a dish?" in visitor.get("/events/opening").text
    assert "음식을 가져오십니까?" in visitor.get("/ko/events/opening").text
    staff.press(staff.get("/staff/events/1/questions/en"), "Save", words1="")
    assert site.rows(select(QuestionWords.language)) == [("en",)]
    assert "dish" not in visitor.get("/events/opening").text


def test_a_telephone_number_does_not_stand_in_the_words_of_an_event(staff):
    begin(staff)
    page = write(staff, body="Call 213 555 0100.")
    assert page.status == 422 and "Leave telephone numbers out" in page.text
    assert write(staff, body="On 2027-01-20 at 18:00, in 90012-1234.").status == 200


def test_it_is_cancelled_with_words_for_its_guests_and_stays_to_be_read(site, staff, visitor):
    published(staff)
    write(staff, code="es", title="Una charla")
    page = staff.get("/staff/events/1/cancel")
    assert "Nobody has said that they come" in page.text
    page = staff.press(page, "Cancel", **{"notice-en": "The hall is closed.", "notice-es": "La sala está cerrada."})
    assert "cancelled" in page.text
    shown = visitor.get("/events/opening")
    assert "This event is cancelled." in shown.text and "The hall is closed." in shown.text
    assert "La sala está cerrada." in visitor.get("/es/events/opening").text
    assert "STATUS:CANCELLED" in visitor.raw("/events/opening.ics").get_data(as_text=True)
    assert staff.get("/staff/events/1/cancel").all("main form") == []
    token = staff.get("/staff/account").form("Sign out")["fields"]["csrf_token"]
    late = staff.post("/staff/events/1", {**FACTS, "csrf_token": token, "capacity": "70", "version": "5"})
    assert late.status == 409 and site.rows(select(Event.capacity)) == [(60,)]


def test_an_event_is_not_moved_to_a_time_that_is_over(site, staff, later):
    soon = {**FACTS, "starts": "2027-01-11T04:02", "ends": "2027-01-11T04:05"}
    published(staff, **soon)
    past = {"starts": "2027-01-02T18:00", "ends": "2027-01-02T20:00"}
    page = staff.press(staff.get("/staff/events/1"), "Save", **{**FACTS, **past})
    assert page.status == 409 and "over already" in page.text
    later(minutes=9)  # it is over, and what was wrong about it can still be put right
    assert staff.press(staff.get("/staff/events/1"), "Save", **{**soon, "capacity": "50"}).status == 200
    assert site.rows(select(Event.capacity)) == [(50,)]


def test_rsvps_are_closed_and_taken_again_by_hand(staff, visitor):
    published(staff)
    staff.press(staff.get("/staff/events/1"), "Take no more")
    assert visitor.get("/events/opening").all("form[method=post]") == []
    staff.press(staff.get("/staff/events/1"), "Take RSVPs again")
    assert visitor.get("/events/opening").all("form[method=post]") != []


def test_what_is_for_members_alone_is_in_no_public_place(site, staff, visitor):
    id = published(staff, members_only="y", slug="quarterly")
    write(staff, id, agenda="- Figures\n- Plans")
    assert "Plans" in staff.get(f"/staff/events/{id}/preview/en").text
    for path in ("/events/quarterly", "/events/quarterly.ics", "/events/quarterly/share.png"):
        assert visitor.raw(path).status_code == 404, path
    for path in ("/events", "/events?month=2027-01", "/events/timeline", "/events.ics", "/sitemap.xml", "/"):
        shown = visitor.raw(path, buffered=True).get_data(as_text=True)
        assert "quarterly" not in shown and "A sample talk" not in shown, path
