"""Coming to an event, from the form to the seat: through the door, as a guest goes."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign import clock, db, seals
from campaign.events import editing, seats
from campaign.events.models import Rsvp
from campaign.text import linked
from tests.events.acts import at_rest, come, hold, link_in, link_of, rsvp_of, send, states
from tests.house.everything import on_sqlite
from tests.pledges.acts import text_of


@on_sqlite
def test_a_guest_asks_confirms_and_has_a_seat(site, visitor, later):
    hold(site, capacity=2)
    page = come(visitor, later, party="2")
    assert page.path == "/events/evening/thanks" and "check your email" in page.heading
    assert states(site) == [("held", 2)]
    letter = site.letter()
    assert letter["subject"] == "Please confirm your email address" and "Ring twice" not in text_of(letter)
    page = visitor.get(link_in(letter))
    assert page.heading == "Confirm your seat" and states(site) == [("held", 2)]
    page = visitor.press(page, "Yes, I want to come")
    assert page.heading == "You have a seat" and "Ring twice" in page.text
    assert states(site) == [("seated", 2)]
    letter = site.letter()
    assert letter["subject"] == "Your reservation" and "Ring twice" in text_of(letter)
    assert "All seats are taken now" in visitor.get("/events/evening").text
    at_rest(site)


@on_sqlite
def test_the_answer_page_says_the_same_to_a_seat_a_waiting_one_and_a_known_one(site, visitor, later):
    hold(site, capacity=3)
    first = come(visitor, later, party="2").html
    waits = come(visitor, later, email="bela@example.org", party="2").html
    known = come(visitor, later, party="1").html
    assert "All seats" not in first and "There is still room" not in first  # who took the last one reads it, too
    strip = lambda html: html.split("<main")[1].split("rendered")[0]  # noqa: E731
    assert strip(first) == strip(waits) == strip(known)
    assert states(site) == [("held", 2), ("waiting", 2)]


@on_sqlite
def test_letters_and_page_promise_a_place_in_the_line_and_no_seat_to_who_waits(site, visitor):
    hold(site, capacity=1)
    send(site, 1)
    send(site, 2)
    asked = {one["to"]: text_of(one) for one in site.letters()}
    waits = " ".join(asked["guest2@example.org"].split())
    assert "It is yours" in asked["guest1@example.org"] and "the seat goes to" in asked["guest1@example.org"]
    assert "It is yours" not in waits and "the seat goes to" not in waits
    assert "not a seat yet" in waits and "your place goes to the next person" in waits
    page = visitor.press(visitor.get(link_of(site, rsvp_of(site, 2))), "Yes, I want to come")
    letter = site.letter()
    assert letter["subject"] == "You are on the waitlist" and "Your reservation" not in letter.as_string()
    for words in (page.text, text_of(letter)):
        assert "up to 48 hours" in words and "some hours" not in words
    send(site, 2)
    assert site.letter()["subject"] == "You are on the waitlist"
    send(site, 3)
    site.work("settle-seats")
    visitor.post(f"{link_of(site, rsvp_of(site, 1))}/not-me")  # a seat came free before the letter was written out
    visitor.post(f"{link_of(site, rsvp_of(site, 2))}/cancel")
    letters = {one["to"]: text_of(one) for one in site.letters() if "confirm" in one["subject"]}
    assert (
        "not a seat yet" not in letters["guest3@example.org"] and "We keep it for you" in letters["guest3@example.org"]
    )


@on_sqlite
def test_in_spanish_a_deadline_reads_well_in_page_and_letter(site, visitor):
    hold(site, capacity=1)
    send(site, 1)
    with site.inside(), db.writing() as session:
        session.execute(update(Rsvp).values(language="es"))
    letter, page = text_of(site.letter()), visitor.get(f"/es{link_of(site, rsvp_of(site, 1))}").text
    for words in (letter, page):
        assert "hasta el martes, 12 de enero" in " ".join(words.split()) and ".m.." not in words


def test_who_waits_is_told_the_number_and_gets_the_seat_that_is_given_back(site, visitor, later):
    hold(site, capacity=1)
    for number in range(3):
        assert send(site, number).status_code == 303
        later(seconds=1)
    letters = {one["to"]: text_of(one) for one in site.letters()}
    assert "number on the waitlist: 2" in letters["guest2@example.org"]
    first, second = (link_of(site, rsvp_of(site, number)) for number in (0, 1))
    visitor.post(f"{first}/confirm")
    visitor.post(f"{second}/confirm")
    assert "waitlist" in visitor.get(second).heading and "Your number on the waitlist 1" in visitor.get(second).text
    site.letters()
    page = visitor.press(visitor.get(first), "I cannot come")
    assert "your seat goes to someone else" in page.text
    letter = site.letter()
    assert letter["to"] == "guest1@example.org" and letter["subject"] == "Please answer soon"
    page = visitor.press(visitor.get(link_in(letter)), "Take the seat")
    assert page.heading == "You have a seat" and states(site)[1:] == [("seated", 1), ("waiting", 1)]
    at_rest(site)


@pytest.mark.parametrize(("days", "hours"), [(10, 24), (0.9, 2)])
@on_sqlite
def test_a_seat_that_nobody_confirms_goes_to_the_next(site, later, days, hours):
    hold(site, capacity=1, starts_in=timedelta(days=days))
    send(site, 1)
    later(hours=hours - 0.1)
    send(site, 2)
    site.work("settle-seats")
    assert states(site) == [("held", 1), ("waiting", 1)]
    later(hours=0.1)
    site.work("settle-seats")
    assert states(site) == [("lapsed", 1), ("offered", 1)]
    at_rest(site)


@on_sqlite
def test_an_offered_seat_is_kept_until_its_deadline_and_then_goes_on(site, visitor, later):
    event_id = hold(site, capacity=1)
    for number in range(3):
        send(site, number)
        later(minutes=1)
    for number in range(3):
        visitor.post(f"{link_of(site, rsvp_of(site, number))}/confirm")
    visitor.post(f"{link_of(site, rsvp_of(site, 0))}/cancel")
    later(hours=47)
    site.work("settle-seats")
    send(site, 3)
    assert [state for state, _ in states(site)] == ["cancelled", "offered", "waiting", "waiting"]
    later(hours=1)
    send(site, 4)  # whoever comes first after the deadline finds it passed on, though no sweep ran
    assert [state for state, _ in states(site)][1:3] == ["lapsed", "offered"]
    page = visitor.get(link_of(site, rsvp_of(site, 1)))
    assert "The time for your answer is over" in page.text
    with site.inside(), db.writing():
        event = editing.get(event_id)
        event.capacity = 3
    at_rest_after_raise(site, event_id)


def at_rest_after_raise(site, event_id):
    with site.inside(), db.writing():
        seats.promote(seats.turn(event_id, clock.now()))
    assert [state for state, _ in states(site)][2:] == ["offered", "offered", "offered"]
    at_rest(site)


@on_sqlite
def test_a_large_party_waits_while_a_small_one_that_fits_gets_a_seat(site):
    hold(site, capacity=4)
    for number, party in enumerate((3, 2, 1, 1)):
        send(site, number, party)
    assert states(site) == [("held", 3), ("waiting", 2), ("held", 1), ("waiting", 1)]
    at_rest(site)


def test_a_party_grows_only_if_it_fits_and_else_keeps_its_seats(site, visitor, later):
    hold(site, capacity=4)
    for number, party in enumerate((2, 1, 3)):
        send(site, number, party)
    mine = link_of(site, rsvp_of(site, 0))
    for number in range(3):
        visitor.post(f"{link_of(site, rsvp_of(site, number))}/confirm")
    page = visitor.get(mine)
    later(seconds=3)
    page = visitor.press(page, "Save", party="4")
    assert page.status == 422 and "not enough free seats" in page.text and states(site)[0] == ("seated", 2)
    page = visitor.press(page, "Save", party="3")
    assert page.status == 200 and states(site)[0] == ("seated", 3)
    visitor.press(page, "Save", party="1")
    later(seconds=3)
    visitor.press(visitor.get(link_of(site, rsvp_of(site, 2))), "Save", party="2")
    assert states(site) == [("seated", 1), ("seated", 1), ("offered", 2)]
    at_rest(site)


@on_sqlite
def test_asking_twice_changes_nothing_and_is_told_by_letter(site, visitor, later):
    hold(site)
    come(visitor, later, party="2")
    site.letter()
    come(visitor, later, party="9", name="Somebody Else")
    assert site.letters() == [] and states(site) == [("held", 2)]
    visitor.post(f"{link_of(site, 1)}/confirm")
    site.letter()
    later(hours=1)
    come(visitor, later, party="9")
    assert "You are on the list already" in text_of(site.letter()) and states(site) == [("seated", 2)]
    later(hours=1)
    come(visitor, later, party="9")
    assert site.letters() == []


@on_sqlite
def test_who_cancelled_can_come_again_at_the_end_of_the_line(site, visitor, later):
    hold(site, capacity=1)
    for number in (1, 2, 3):
        send(site, number)
        later(minutes=11)
    visitor.post(f"{link_of(site, rsvp_of(site, 2))}/confirm")
    visitor.post(f"{link_of(site, rsvp_of(site, 2))}/cancel")
    assert [state for state, _ in states(site)] == ["held", "cancelled", "waiting"]
    send(site, 2)
    assert [state for state, _ in states(site)] == ["held", "waiting", "waiting"]
    page = visitor.get(link_of(site, rsvp_of(site, 2)))
    assert "Your number on the waitlist 2" in page.text and page.heading.startswith("Confirm")


@on_sqlite
def test_this_was_not_me_forgets_what_was_typed_and_is_quiet_for_a_week(site, visitor, later):
    hold(site)
    come(visitor, later, access_needs="A ramp", newsletter="y")
    page = visitor.get(link_in(site.letter()))
    page = visitor.press(page, "This was not me")
    assert "Thank you for telling us" in page.heading
    row = site.rows(select(Rsvp.name, Rsvp.access_needs, Rsvp.newsletter, Rsvp.state))[0]
    assert tuple(row) == ("", "", "", "cancelled")
    later(days=6)
    assert come(visitor, later).path.endswith("/thanks")
    assert site.letters() == [] and states(site) == [("cancelled", 1)]
    later(days=2)
    come(visitor, later)
    assert len(site.letters()) == 1 and states(site) == [("held", 1)]


@on_sqlite
def test_an_event_without_a_limit_seats_everybody(site):
    hold(site)
    for number in range(3):
        send(site, number, 10)
    assert states(site) == [("held", 10)] * 3


WRONG = [
    ({"party": "11"}, "from 1 to 10"),
    ({"party": "0"}, "from 1 to 10"),
    ({"party": "-3"}, "from 1 to 10"),
    ({"party": "two"}, "from 1 to 10"),
    ({"party": ""}, "from 1 to 10"),
    ({"party": "9" * 5000}, "from 1 to 10"),
    ({"party": "6"}, "There are only 5 seats"),
    ({"name": ""}, "Please give your name"),
    ({"email": "nobody"}, "does not look like an email address"),
    ({"access_needs": "x" * 501}, "at most 500 characters"),
]


@on_sqlite
def test_each_mistake_gets_a_sentence_and_saves_nothing(site, visitor, later):
    hold(site, capacity=5)
    for fields, sentence in WRONG:
        page = come(visitor, later, **fields)
        assert page.status == 422 and sentence in page.text, fields
    page = come(visitor, later, interpretation="xx")
    assert states(site) == [("held", 1)]


REFUSED = [
    ({}, {"closed_at": True}, 0, "takes no more reservations"),
    ({}, {}, 10.1, "has begun or is over"),
    ({"takes_rsvps": False}, {}, 0, "Just come"),
    ({}, {"state": "cancelled"}, 0, "was cancelled"),
]


@pytest.mark.parametrize(("facts", "then", "days", "sentence"), REFUSED)
@on_sqlite
def test_each_refusal_says_why(site, later, facts, then, days, sentence):
    event_id = hold(site, **facts)
    with site.inside(), db.writing():
        for name, value in then.items():
            setattr(editing.get(event_id), name, clock.now() if value is True else value)
    later(days=days)
    answer = send(site, 1)
    assert answer.status_code == 409 and sentence in answer.get_data(as_text=True)
    assert states(site) == []


@pytest.mark.parametrize("facts", [{"publish": False}, {"members_only": True}])
@on_sqlite
def test_what_is_not_for_everybody_answers_as_if_it_did_not_exist(site, facts):
    hold(site, **facts)
    there, nowhere = send(site, 1), send(site, 1, slug="nowhere")
    assert there.status_code == nowhere.status_code == 404
    assert there.data.replace(b"/evening", b"/nowhere") == nowhere.data
    client = site.app.test_client()
    assert client.post("/events/evening/resend", data={"email": "guest1@example.org"}).status_code == 404
    assert states(site) == []


@on_sqlite
def test_a_link_of_another_kind_opens_no_seat(site, visitor, later):
    hold(site)
    come(visitor, later)
    with site.inside():
        wrong = [seals.sign("sign", 1), seals.sign("rsvp", 2), seals.sign("rsvp", 1)[:-1], "x"]
    assert [visitor.raw(f"/rsvp/{token}").status_code for token in wrong] == [404, 410, 404, 404]
    assert visitor.raw(f"/rsvp/{wrong[1]}/confirm", method="POST").status_code == 404


@on_sqlite
def test_after_the_deadline_nothing_changes_here(site, visitor, later):
    hold(site, cancel_until=None, capacity=3)
    send(site, 1, 2)
    mine = link_of(site, 1)
    visitor.post(f"{mine}/confirm")
    with site.inside(), db.writing():
        editing.get(1).cancel_until = clock.now()
    page = visitor.post(f"{mine}/cancel")
    assert page.status == 409 and "too late" in page.text and states(site) == [("seated", 2)]
    assert "too late" in visitor.get(mine).text
    later(days=10)
    assert visitor.post(f"{mine}/cancel").status == 409
    assert visitor.get(mine).heading == "You have a seat"


@on_sqlite
def test_the_page_of_a_guest_shows_what_was_asked_for_and_says_that_a_change_is_saved(site, visitor, later):
    hold(site, capacity=5, interpreted="es th")
    offered = visitor.get("/events/evening").one("#interpretation-hint")
    assert " ".join(offered.to_text().split()) == "Offered at this event: Español, ไทย"
    come(visitor, later, interpretation="th", access_needs="A ramp, please.")
    page = visitor.get(link_in(site.letter()))
    assert "A ramp" not in page.text, "the address may be a slip, and this a stranger"
    page = visitor.press(page, "Yes, I want to come")
    assert "Interpretation into ไทย" in page.text and "What you need A ramp, please." in page.text
    assert "Saved." not in page.text and "A ramp" not in visitor.get("/events/evening").text
    assert "Saved. " in visitor.press(page, "Save", party="2").text
    page = visitor.post(f"{page.path}/party?done=changed", {"party": "9"})
    assert page.status == 422 and "Saved." not in page.text


@on_sqlite
def test_the_address_at_which_to_join_is_a_link_for_those_with_a_seat_alone(site, visitor, later):
    room = "https://sample.example/room?a=1&b=2"
    hold(site, link=room)
    come(visitor, later)
    page, letter = visitor.press(visitor.get(link_in(site.letter())), "Yes, I want to come"), site.letter()
    html = letter.get_body(("html",)).get_content()
    assert f'<a href="{room.replace("&", "&amp;")}" rel="noopener noreferrer">' in page.html
    assert room.replace("&", "&amp;") in html, "as text: a letter of ours links to nobody else"
    assert room in text_of(letter) and room.split("?")[0] not in visitor.get("/events/evening").html


def test_a_link_is_made_of_a_web_address_alone():
    assert linked("Hall <1> · https://a.example/?b&c", "https://a.example/?b&c") == (
        'Hall &lt;1&gt; · <a href="https://a.example/?b&amp;c" rel="noopener noreferrer">https://a.example/?b&amp;c</a>'
    )
    for address in ("", "javascript:alert(1)", "https://other.example"):
        assert linked("Hall <1> javascript:alert(1)", address) == "Hall &lt;1&gt; javascript:alert(1)"
