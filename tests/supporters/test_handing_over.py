"""What a partner takes away, whom it must remove, and that neither ever names somebody of another partner's."""

import threading

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.partners import service as partners
from campaign.partners.models import PartnerState
from campaign.staff.acts import Act
from campaign.staff.audit import AuditRow
from campaign.staff.models import Account
from campaign.supporters import erasure, removing, shares
from campaign.supporters.models import LedgerEntry, Purpose, Removal, Share, Supporter
from tests.house.everything import contents, on_sqlite
from tests.supporters.acts import erase, own_page
from tests.supporters.giving import BOTH, PATH, again, give, group, in_force, state

ANNA = "anna@example.org"


@pytest.fixture
def one(site):
    return group(site, 1)


@pytest.fixture
def other(site):
    return group(site, 2)


@pytest.fixture
def shared(site, later, one, other):
    """Anna gives herself to both partners; Bela to the second alone."""
    give(site, later, one.form, **BOTH)
    give(site, later, f"/pledges/freedom?from={other.slug}", name="Anna S.", **BOTH)
    give(site, later, other.form, "bela@example.org", name="Bela Sample", delivery="y")
    return one, other


def _emails(people):
    return [row["email"] for row in people]


def test_who_withdraws_from_one_stays_with_the_other_and_the_next_table_says_so(site, visitor, staff, later, shared):
    one, other = shared
    first, second = one.people(), other.people()
    assert _emails(first) == [ANNA] and _emails(second) == [ANNA, "bela@example.org"]
    assert [row["may_write"] for row in second] == ["yes", "no"]
    assert not {row["ref"] for row in first} & {row["ref"] for row in second}
    page = own_page(site, visitor, later)
    assert page.text.count("may have your name and address") == 2
    theirs = next(card for card in page.all("#shared .card") if "Sample Partner 1" in card.to_text())
    share = theirs.query('input[name="id"]')[0].attrs["value"]
    visitor.post(f"{page.path}/take-back", {"kind": "delivery_consent", "id": share})
    assert one.people() == [] and other.people() == second
    assert [(row["ref"], row["what"]) for row in one.removals()] == [(first[0]["ref"], "delete")]
    assert other.removals() == []
    assert "Sample Partner 1 was told to delete it. We wait for its word." in visitor.get(page.path).text
    assert "1 removal waits" in one.person.get(PATH).text and "Nobody." in other.person.get(PATH).text
    assert "Sample Partner 1" in staff.get("/staff/removals").text
    one.person.press(one.person.get(PATH), "We have done it")
    assert one.removals() == [] and "Every organization has confirmed" in staff.get("/staff/removals").text
    assert "Sample Partner 1 told us on" in visitor.get(page.path).text
    ((by, address),) = site.rows(select(Removal.account_id, Account.email).join(Account))
    assert by and address == "person1@example.org"


def test_without_the_filter_one_partner_would_get_the_people_of_another(make_site, noon, later):
    site = make_site(switches=Switches(own_only=False))
    one, other = group(site, 1), group(site, 2)
    give(site, later, other.form, delivery="y")
    assert _emails(one.people()) == [ANNA]


@on_sqlite
def test_nothing_of_another_partner_appears_at_any_address_of_the_door(site, visitor, later, shared):
    one, other = shared
    theirs = other.people()
    visitor.press(own_page(site, visitor, later, "bela@example.org"), "Take my address back")
    refs = "\n".join(row["ref"] for row in theirs)
    before = [one.person.get(f"{PATH}/check"), one.check(refs), one.person.get(PATH)]
    text = " ".join(page.html for page in before) + str(one.people()) + str(one.removals())
    assert "bela@example.org" not in text and "Bela" not in text and "Sample Partner 2" not in text
    unknown = one.check("r0000000000000000")
    for ref in (row["ref"] for row in theirs):
        assert f"{ref} : Delete it. You may not have anybody under this reference." in one.check(ref).text
    assert "r0000000000000000 : Delete it. You may not have anybody under this reference." in unknown.text


@on_sqlite
def test_small_numbers_are_not_told_and_large_ones_are(site, later, one):
    assert one.person.get(PATH).text.count("fewer than 10") == 4 - 1
    _many(site, one, Purpose.DELIVERY, 11)
    assert "11 gave you their name and address" in one.person.get(PATH).text
    _many(site, one, Purpose.MAILING, 11)
    assert "at least 10 would like your news, but gave no address" in one.person.get(PATH).text


def _many(site, one, purpose, number):
    with site.inside(), db.writing() as session:
        for index in range(number):
            mailbox = f"{purpose}{index}@example.org"
            person = Supporter(mailbox=mailbox, email=mailbox, language="en", added_at=clock.now(), due_version=0)
            session.add(person)
            session.flush()
            yes = shares.Yes(one.id, purpose, "Yes", "en", "test", "Sample Person")
            shares.agree(person.id, yes, clock.now())


@on_sqlite
def test_news_alone_hands_nothing_over_and_ending_it_tells_the_partner_to_stop(site, visitor, later, one):
    give(site, later, one.form, mailing="y")
    assert one.people() == []
    give(site, later, one.form, name="Anna S.", delivery="y")
    (row,) = one.people()
    assert (row["name"], row["may_write"]) == ("Anna S.", "yes")
    page = own_page(site, visitor, later)
    visitor.press(page, "Stop this organization's news")
    assert [(row["what"], row["ref"]) for row in one.removals()] == [("do not write", row["ref"])]
    assert f"{row['ref']} : You may keep it. Send no news to it." in one.check(row["ref"]).text
    assert "Sample Partner 1 was told to stop." in visitor.get(page.path).text
    assert [row["may_write"] for row in one.people()] == ["no"]
    with site.inside(), db.writing():
        yes = shares.Yes(one.id, Purpose.MAILING, "Yes", "en", "test", "")
        shares.agree(1, yes, clock.now())
    assert one.removals() == [] and [row["may_write"] for row in one.people()] == ["yes"]


@on_sqlite
def test_who_was_never_handed_over_is_on_no_list(site, visitor, later, one):
    give(site, later, one.form, **BOTH)
    page = own_page(site, visitor, later)
    visitor.press(page, "Take my address back")
    assert one.removals() == []
    assert "Nothing: Sample Partner 1 never had them from us." in visitor.get(page.path).text


@on_sqlite
def test_coming_back_is_a_new_reference_and_the_old_one_stays_to_be_removed(site, visitor, later, one):
    give(site, later, one.form, delivery="y")
    (old,) = one.people()
    visitor.press(own_page(site, visitor, later), "Take my address back")
    later(seconds=1)
    give(site, later, one.form, name="Anna Again", delivery="y")
    (new,) = one.people()
    assert new["ref"] != old["ref"] and [row["ref"] for row in one.removals()] == [old["ref"]]


@on_sqlite
def test_an_old_table_is_answered_for_however_it_was_saved(site, visitor, later, shared):
    one, _ = shared
    (anna,) = one.people()
    visitor.press(own_page(site, visitor, later), "Take my address back")
    table = f"ref;name;email\r\n{anna['ref']};José Sample;{ANNA}\r\n"
    for saved in (table.encode("cp1252"), table.encode("utf-16"), table.upper().encode()):
        answer = one.check(file=saved)
        assert "1 to delete, 0 not to write to, 0 in order" in answer.text
        assert f"{anna['ref']} : Delete it. Whoever it was ended it on January 11, 2027." in answer.text
    for nothing in (b"", b"\x00\xff\xfe", b"=cmd|'/C calc'!A0"):
        assert one.check(file=nothing).status == 422
    assert "There is no reference in it" in one.check("anna").text


@on_sqlite
def test_a_name_is_never_a_formula(site, later, one):
    give(site, later, one.form, name="=HYPERLINK(A)", delivery="y")
    assert one.people()[0]["name"] == "'=HYPERLINK(A)"


def test_erasing_leaves_a_reference_and_no_person(site, visitor, later, shared):
    one, other = shared
    (anna,), _ = one.people(), other.people()
    erase(visitor, own_page(site, visitor, later))
    assert [(row["ref"], row["what"]) for row in one.removals()] == [(anna["ref"], "delete")]
    assert _emails(other.people()) == ["bela@example.org"] and one.people() == []
    left = {name: rows for name, rows in contents(site).items() if name not in ("letters", "staff_accounts")}
    assert ANNA not in repr(left) and "Anna" not in repr(left)
    assert in_force(site) == [(other.id, "delivery")]


def test_a_partner_that_ends_loses_every_consent_and_is_asked_to_delete_all(site, visitor, staff, later, shared):
    one, other = shared
    refs = {row["ref"] for row in other.people()}
    state(site, other, PartnerState.LEFT)
    assert in_force(site) == [(one.id, "delivery"), (one.id, "mailing")]
    page = own_page(site, visitor, later)
    assert "by us, when the organization left the coalition" in page.text
    assert "Sample Partner 2 was told to delete it" in page.text
    assert other.person.get(PATH).status == 403
    with site.inside(), db.reading():
        assert {one.ref for one in removing.removals(other.id)} == refs
    listed = staff.raw(f"/staff/removals/{other.id}.csv").get_data(as_text=True)
    assert all(ref in listed for ref in refs) and "@" not in listed
    staff.press(staff.get("/staff/removals"), "It has removed them")
    assert "Every organization has confirmed" in staff.get("/staff/removals").text


@on_sqlite
def test_before_a_partner_ends_it_is_said_what_becomes_of_its_people_and_it_takes_totals_with_it(site, shared):
    _, other = shared
    other.people()
    with site.inside(), db.reading():
        lines = [line for _, answer in partners.open_work.send(other.id) for line in answer]
        taken = partners.everything(other.id)["supporters"]
    assert "fewer than 10 people let it have their name and address" in " ".join(lines)
    assert taken == {
        "name_and_address": "fewer than 10",
        "may_be_sent_news": "fewer than 10",
        "removals_not_confirmed": 0,
    }


@on_sqlite
def test_what_was_asked_after_the_page_was_shown_is_not_confirmed_with_it(site, visitor, later, shared):
    _, other = shared
    _, bela = other.people()
    visitor.press(own_page(site, visitor, later), "Take my address back")
    page = own_page(site, visitor, later)
    theirs = next(card for card in page.all("#shared .card") if "address, for Sample Partner 2" in card.to_text())
    visitor.post(f"{page.path}/take-back", {"kind": "delivery_consent", "id": _id(theirs)})
    seen = other.person.get(PATH)
    visitor.press(own_page(site, visitor, later, "bela@example.org"), "Take my address back")
    other.person.press(seen, "We have done it")
    assert [row["ref"] for row in other.removals()] == [bela["ref"]]


def _id(card):
    return card.query('input[name="id"]')[0].attrs["value"]


@on_sqlite
def test_staff_hear_of_removals_that_wait_for_two_weeks(site, visitor, staff, staff_of, later, shared):
    one, _ = shared
    one.people()
    visitor.press(own_page(site, visitor, later), "Take my address back")
    later(days=13)
    assert "has not removed" not in staff_of(site).get("/staff/").text
    later(days=2)
    home = staff_of(site).get("/staff/").text
    assert "Sample Partner 1 has not removed 1 of the people that it was told to" in home
    again(one)
    assert "That is too long." in one.person.get(PATH).text


@on_sqlite
def test_the_table_asks_for_proof_and_is_noted(site, later, shared):
    one, _ = shared
    one.people()
    assert site.rows(select(AuditRow.act, AuditRow.kind).order_by(AuditRow.number))[-1] == (
        Act.SUPPORTERS_TAKEN,
        "partner",
    )
    later(minutes=11)
    answer = one.answer()
    assert answer.status_code == 403 and ANNA not in answer.get_data(as_text=True)


@pytest.mark.parametrize("mark_first", [True, False])
def test_who_says_no_while_a_table_leaves_is_on_the_list_of_removals(make_site, noon, later, mark_first):
    """Without the mark that goes before the table, the partner has them and is never told."""
    site = make_site(switches=Switches(mark_first=mark_first))
    one, visitor = group(site), site.visitor()
    give(site, later, one.form, delivery="y")
    page = own_page(site, visitor, later)
    leaving = one.answer()  # made, and not yet read by the partner
    visitor.press(page, "Take my address back")
    taken = leaving.get_data(as_text=True)
    leaving.close()
    assert ANNA in taken
    assert (len(one.removals()) == 1) is mark_first


def test_a_table_waits_for_who_is_saying_no_and_is_without_them(site, later, one):
    give(site, later, one.form, delivery="y")
    one.person.get(PATH)
    form, taken = one.person.get(PATH).form("Take the table"), []
    client = one.person.client
    taking = threading.Thread(
        target=lambda: taken.append(client.post(form["action"], data=form["fields"]).get_data(as_text=True))
    )
    with site.inside(), db.writing():
        shares.withdraw(1, 1, ("No", "en", "test"), clock.now())
        taking.start()
        taking.join(0.5)  # it waits for our commit; were it faster than that, it would have waited for nothing
        assert taken == []
    taking.join(20)
    assert "ref,name" in taken[0] and ANNA not in taken[0] and one.removals() == []


@on_sqlite
def test_a_no_may_be_said_twice_and_not_for_somebody_else(site, visitor, later, shared):
    page = own_page(site, visitor, later, "bela@example.org")
    for share, kind in ((1, "delivery_consent"), (1, "signature"), (2, "delivery_consent")):
        assert visitor.post(f"{page.path}/take-back", {"kind": kind, "id": share}).status == 410
    (mine,) = [_id(card) for card in page.all("#shared .card")]
    for _ in range(2):
        assert visitor.post(f"{page.path}/take-back", {"kind": "delivery_consent", "id": mine}).status == 200
    assert len(site.rows(select(LedgerEntry.id).where(LedgerEntry.what == "unshared"))) == 1


@on_sqlite
def test_what_ended_is_forgotten_a_year_later_and_a_removal_only_when_it_was_confirmed(site, visitor, later, shared):
    one, _ = shared
    one.people()
    visitor.press(own_page(site, visitor, later), "Take my address back")
    later(days=366)
    site.work()
    assert site.rows(select(Share.id).where(Share.ended_at.is_not(None))) == []
    assert len(site.rows(select(Removal.id))) == 1
    again(one)
    one.person.press(one.person.get(PATH), "We have done it")
    later(days=366)
    site.work()
    assert site.rows(select(Removal.id)) == []


@on_sqlite
def test_the_letter_with_everything_holds_what_partners_have(site, visitor, later, shared):
    one, _ = shared
    one.people()
    visitor.press(own_page(site, visitor, later), "Mail me everything")
    letter = site.letters()[-1]
    parts = [part.get_content() for part in letter.iter_attachments()]
    whole = " ".join(part if isinstance(part, str) else part.decode() for part in parts)
    assert '"delivery_consents"' in whole and '"mailing_consents"' in whole and "Handed over" in whole
    assert "Give my name and my email address to Sample Partner 2." in whole


def test_erasing_twice_at_once_asks_once(site, later, one):
    give(site, later, one.form, **BOTH)
    one.people()
    with site.inside(), db.writing():
        assert erasure.erase(1, clock.now())
        assert not erasure.erase(1, clock.now())
    assert len(one.removals()) == 1
