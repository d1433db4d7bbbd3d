"""Names, languages and groups go along; what others wrote at the list is never written over, nor with a blank."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.mailing import learning, ours
from campaign.mailing.audience import ListState
from campaign.mailing.fake.members import Problem, key_of
from campaign.mailing.mailchimp import Mailchimp
from campaign.supporters import groups, moving
from campaign.supporters import service as supporters
from campaign.supporters.groups import Known
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, crowd, due, leave, many_agree, row, statuses, sync
from tests.mailing.conftest import hosted
from tests.pledges.acts import link_in, signed

pytestmark = on_sqlite
ONE, TWO = ours.tag("pledge one"), ours.tag("pledge two")


@pytest.fixture
def known(listed, chimp):
    """What the features know, by address; the audience has our field."""
    by_email: dict[str, Known] = {}

    def answer(ids):
        rows = db.session().execute(select(Supporter.id, Supporter.email).where(Supporter.id.in_(ids)))
        return {id: by_email[email] for id, email in rows if email in by_email}

    chimp.members.fields.add({"tag": ours.LANGUAGE, "name": "Language", "type": "text"})
    with groups.belonging.connected_to(answer):
        yield by_email


def _known(*pledges, name=""):
    return Known(frozenset({name} if name else ()), frozenset(f"pledge {one}" for one in pledges))


def _regroup(site, email=ANNA):
    with site.inside(), db.writing():
        supporters.regroup(supporters.find_or_add(email, email, "en", clock.now()), clock.now())


def _member(chimp, email=ANNA):
    return chimp.members.known[key_of(email)]


@pytest.mark.parametrize("others", [[], [BELA]])
def test_a_newcomer_comes_with_name_language_and_groups(listed, chimp, known, others):
    known[ANNA] = _known("one", name="Anna")
    agree(listed, ANNA, *others, language="zh-hant")
    sync(listed, hosted(chimp))
    member = _member(chimp)
    assert member.merge == {"FNAME": "Anna", "LNAME": "", ours.LANGUAGE: "zh-hant"}
    assert list(member.tags) == [ONE] and member.language == "zh" and row(listed).list_state == "subscribed"


@pytest.mark.parametrize("others", [[], [BELA]])
def test_names_and_tags_that_others_wrote_there_stay(listed, chimp, known, others):
    for one in (ANNA, *others):
        chimp.members.join(one)
        chimp.members.name_by_hand(one, "Annie")
        chimp.members.tag_by_hand(one, "speaker")
        known[one] = _known("one", name="Anna")
    agree(listed, ANNA, *others)
    sync(listed, hosted(chimp))
    assert _member(chimp).merge["FNAME"] == "Annie" and list(_member(chimp).tags) == ["speaker", ONE]
    _regroup(listed)
    known[ANNA] = _known(name="Anna")
    sync(listed, hosted(chimp))
    assert _member(chimp).merge["FNAME"] == "Annie" and list(_member(chimp).tags) == ["speaker"]


@pytest.mark.parametrize("others", [[], [BELA]])
def test_a_name_that_is_missing_there_is_given_and_nothing_is_blanked(listed, chimp, known, others):
    for one in (ANNA, *others):
        chimp.members.join(one)
        known[one] = _known(name=f"Name of {one[0]}")
    agree(listed, ANNA, *others)
    sync(listed, hosted(chimp))
    assert _member(chimp).merge["FNAME"] == "Name of a"
    known.clear()  # we do not know it any more
    agree(listed, ANNA, *others)
    sync(listed, hosted(chimp))
    assert _member(chimp).merge["FNAME"] == "Name of a" and due(listed) == set()
    said = [one for call in chimp.calls if call.body for one in call.body.get("members", [call.body])]
    assert "" not in [value for one in said for value in one.get("merge_fields", {}).values()]


def test_leaving_a_group_takes_its_tag_and_unsubscribes_nobody(listed, chimp, known):
    known[ANNA], known[BELA] = _known("one", "two"), _known("one")
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    known[ANNA] = _known("two")
    _regroup(listed)
    asked = len(chimp.calls)
    sync(listed, hosted(chimp))
    assert list(_member(chimp).tags) == [TWO] and list(_member(chimp, BELA).tags) == [ONE]
    assert _member(chimp).history == ["subscribed"]
    assert [call.method for call in chimp.calls[asked:]] == ["PUT", "POST", "GET"]  # said, taken off, looked at


def test_among_many_only_those_who_left_a_group_cost_calls_of_their_own(listed, chimp, known):
    names = crowd(30)
    known.update(dict.fromkeys(names, _known("one")))
    many_agree(listed, *names)
    sync(listed, hosted(chimp))
    known[names[3]] = _known()
    for one in names:
        _regroup(listed, one)
    asked = len(chimp.calls)
    sync(listed, hosted(chimp))
    assert [call.method for call in chimp.calls[asked:]] == ["POST", "PUT", "POST", "GET"] and due(listed) == set()
    assert [one.email for one in chimp.members.known.values() if not one.tags] == [names[3]]


def test_a_204_for_tags_is_not_believed(listed, chimp, known, monkeypatch, later):
    known[ANNA] = _known("one")
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    known[ANNA] = _known()
    _regroup(listed)
    monkeypatch.setattr(chimp.members, "tag", lambda _key, _body: None)  # as it is said of a body of another shape
    sync(listed, hosted(chimp))
    assert due(listed) == {ANNA} and "has not" in row(listed).list_trouble
    monkeypatch.undo()
    later(hours=2)
    sync(listed, hosted(chimp))
    assert due(listed) == set() and not _member(chimp).tags


def test_an_answer_that_says_nothing_of_tags_is_no_reason_to_forget_one(listed, chimp, known, monkeypatch):
    known[ANNA], known[BELA] = _known("one"), _known("one")
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    known[ANNA] = _known()
    for one in (ANNA, BELA):
        _regroup(listed, one)
    shown = chimp._shown
    monkeypatch.setattr(chimp, "_shown", lambda one: {k: v for k, v in shown(one).items() if k != "tags"})
    sync(listed, hosted(chimp))
    assert not _member(chimp).tags


def test_a_name_that_two_people_of_one_mailbox_differ_in_is_not_given(listed, chimp, known):
    known[ANNA] = Known(frozenset({"Anna", "Bert"}))
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    assert _member(chimp).merge["FNAME"] == ""


def test_tags_follow_what_staff_do_to_signatures_and_pledges(site, visitor, staff, later, chimp):
    home, tag = hosted(chimp), ours.tag("pledge freedom")
    signed(site, visitor, later, newsletter="y")
    site.letters()
    signed(site, site.visitor(), later, name="Bela Sample", email=BELA, newsletter="")
    sync(site, home)
    assert list(_member(chimp).tags) == [tag]
    page = staff.press(staff.get("/staff/set-aside"), "See what fits", domain="example.org")
    page = staff.press(page, "Set", reason="A program")
    assert due(site) == {ANNA}, "who is not on the list is told of"
    sync(site, home)
    assert not _member(chimp).tags
    staff.press(page, "Bring all 2 back")
    sync(site, home)
    assert list(_member(chimp).tags) == [tag] and due(site) == set()
    staff.press(staff.get("/staff/pledges/1"), "Save", slug="liberty")
    assert due(site) == {ANNA}
    sync(site, home)
    assert list(_member(chimp).tags) == [ours.tag("pledge liberty")] and _member(chimp).history == ["subscribed"]
    assert [one.email for one in chimp.members.known.values()] == [ANNA]


def test_a_name_is_cut_between_letters_and_one_that_is_refused_holds_nobody_up(listed, chimp, known):
    known[ANNA] = _known(name="ก" * 100)
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    assert _member(chimp).merge["FNAME"] == "ก" * 85
    chimp.members.join(BELA)
    known[BELA] = _known(name="Bela")
    patch = chimp.members.patch

    def no_names(key, body, **kwargs):
        if "FNAME" in body.get("merge_fields", {}):
            raise Problem(400, "Invalid Resource")
        return patch(key, body, **kwargs)

    chimp.members.patch = no_names
    agree(listed, BELA)
    sync(listed, hosted(chimp))
    assert due(listed) == set() and row(listed, BELA).list_state == "subscribed"


@pytest.mark.parametrize("people", [1, 3])
def test_an_audience_without_our_field_is_told_without_it(listed, chimp, people):
    chimp.members.fields.strict = True  # it refuses what it does not know, instead of passing it over
    names = crowd(people)
    agree(listed, *names)
    sync(listed, hosted(chimp))
    assert due(listed) == set() and set(statuses(chimp.members.known.values())) == set(names)
    assert len(chimp.calls) == 2


def test_a_field_that_somebody_made_required_there_holds_nobody_up(listed, chimp):
    chimp.members.fields.add({"tag": "TOWN", "name": "Town", "type": "text", "required": True})
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    leave(listed, ANNA)
    agree(listed, BELA, language="es")
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {ANNA: "unsubscribed", BELA: "subscribed"} and due(listed) == set()


@pytest.mark.parametrize("others", [[], [BELA]])
def test_an_audience_that_asks_everybody_itself_is_left_to_ask(listed, chimp, others):
    chimp.members.double_optin = True
    chimp.members.join("there@example.org")
    agree(listed, ANNA, "there@example.org", *others)
    home = hosted(chimp)
    home.asks = None  # so it is looked up
    sync(listed, home)
    assert (_member(chimp).status, _member(chimp).letters) == ("pending", 1) and row(listed).list_state == "pending"
    assert _member(chimp, "there@example.org").history == ["subscribed"]
    assert [call.method for call in chimp.calls] == ["GET", "POST"]
    agree(listed, ANNA, *others)
    sync(listed, home)
    assert _member(chimp).letters == 1


def test_whose_groups_change_is_told_when_their_signature_counts_or_goes(site, visitor, later, chimp):
    home = hosted(chimp)
    signed(site, visitor, later, newsletter="y")
    site.work()
    sync(site, home)
    assert list(_member(chimp).tags) == [ours.tag("pledge freedom")] and _member(chimp).merge["FNAME"] == "Anna"
    path = link_in(site.letter(), "withdraw")
    visitor.press(visitor.get(path), "Take")
    sync(site, home)
    assert not _member(chimp).tags and _member(chimp).status == "subscribed"


def _moves(site, old, new):
    """Their address changes, as by their own page."""
    with site.inside(), db.writing() as session:
        person = session.scalar(select(Supporter).where(Supporter.email == old))
        moving.move(person.id, new, new.lower(), clock.now())


def test_an_entry_follows_its_person_to_a_new_address(listed, chimp):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    _moves(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {BELA: "subscribed"} and due(listed) == set()
    assert _member(chimp, BELA).history == ["subscribed"]  # the same entry
    with listed.inside(), db.reading() as session:
        assert session.scalar(select(Supporter.list_email)) == ""


def test_who_moved_and_left_is_followed_and_unsubscribed(listed, chimp):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    _moves(listed, ANNA, BELA)
    leave(listed, BELA)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {BELA: "unsubscribed"}


def test_who_left_at_the_list_under_a_new_address_is_not_written_to_at_the_old(listed, chimp):
    """The entry of the old address has still to go when the no is heard at the new one."""
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    chimp.members.join(BELA)
    chimp.members.unsubscribe(BELA)
    _moves(listed, ANNA, BELA)
    with listed.inside(), db.writing() as session:
        person = session.scalar(select(Supporter.id))
        learning.learn(person, ListState.UNSUBSCRIBED, clock.now(), clock.now())
    assert due(listed) == {BELA}
    sync(listed, hosted(chimp))
    listed.work("delete-from-list")
    assert statuses(chimp.members.known.values()).get(ANNA) != "subscribed"


def test_who_moved_twice_or_back_before_anybody_told_the_list_is_one_entry(listed, chimp):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    _moves(listed, ANNA, "carla@example.org")
    _moves(listed, "carla@example.org", BELA)
    sync(listed, hosted(chimp))
    _moves(listed, BELA, ANNA)
    _moves(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {BELA: "subscribed"} and due(listed) == set()


@pytest.mark.parametrize("mood", ["after: hang", "after: reset", "reset", "429 bare", "after: 502 html"])
def test_a_move_whose_answer_is_lost_is_looked_at_and_made_once(listed, chimp, later, mood):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    _moves(listed, ANNA, BELA)
    chimp.moods = ["", "", mood]  # both addresses are looked at first
    from tests.mailing.conftest import HASTY, PATIENT

    sync(listed, hosted(chimp, patience=HASTY if "hang" in mood else PATIENT))
    assert chimp.moods == [] and due(listed) == {BELA}
    later(hours=2)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {BELA: "subscribed"} and due(listed) == set()


@pytest.mark.parametrize("there", ["subscribed", "unsubscribed", "archived"])
def test_where_the_new_address_has_an_entry_that_one_counts_and_the_old_goes(listed, chimp, there):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    chimp.members.join(BELA)
    if there == "unsubscribed":
        chimp.members.unsubscribe(BELA)
    if there == "archived":
        chimp.members.archive(key_of(BELA))
    _moves(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {ANNA: "unsubscribed", BELA: there}
    assert row(listed, BELA).subscribed == (there != "unsubscribed")
    from campaign.mailing import deletions

    with listed.inside():
        assert deletions.carry_out(hosted(chimp)) == 1
    assert statuses(chimp.members.known.values()) == {BELA: there}


def test_a_new_address_that_the_list_does_not_take_leaves_nobody_written_to_at_the_old(listed, chimp):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    chimp.members.fakes.add(BELA)
    _moves(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {ANNA: "unsubscribed"} and row(listed, BELA).list_stuck_at


def test_a_move_in_the_middle_of_a_delivery_is_not_lost(listed, chimp):
    from campaign.mailing import claims, service

    agree(listed, ANNA)
    home = hosted(chimp)
    with listed.inside():
        claim = service._begin(home.name, clock.now())
        outcomes = home.bring_up_to_date(claim.people)
    _moves(listed, ANNA, BELA)
    with listed.inside(), db.writing():
        assert claims.settle(claim, outcomes, clock.now())[0] == []
    sync(listed, home)
    assert statuses(chimp.members.known.values()) == {BELA: "subscribed"}


def test_erasing_somebody_who_moved_deletes_both_addresses(make_site, noon, chimp, later):
    from campaign.mailing import deletions
    from campaign.supporters import erasure

    site = make_site(seeded=False, mailchimp_key="0123-us1", mailchimp_audience="a6b5da1054", mailchimp_host=chimp.url)
    agree(site, ANNA)
    sync(site, hosted(chimp))
    _moves(site, ANNA, BELA)
    with site.inside(), db.writing() as session:
        erasure.erase(session.scalar(select(Supporter.id)), clock.now())
    with site.inside():
        assert deletions.carry_out(hosted(chimp)) == 2
    assert not chimp.members.known and chimp.members.forgotten == {key_of(ANNA)}


def test_the_client_never_asks_for_all_tags_to_be_replaced(listed, chimp, known):
    known[ANNA] = known[BELA] = _known("one")
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    assert all("sync_tags" not in (call.body or {}) for call in chimp.calls)
    assert not hasattr(Mailchimp, "sync_tags")
