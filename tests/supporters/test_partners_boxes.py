"""A partner's boxes: who is offered them, and when a tick becomes a consent."""

import pytest
from sqlalchemy import select

from campaign.app import Switches
from campaign.partners.models import PartnerState
from campaign.pledges.models import Wish
from campaign.supporters.models import Consent, Supporter
from tests.house.everything import on_sqlite
from tests.pledges.acts import link_in, sign
from tests.supporters.acts import own_page
from tests.supporters.giving import BOTH, give, group, in_force, said, state


@pytest.fixture
def one(site):
    return group(site, 1)


@pytest.fixture
def other(site):
    return group(site, 2)


@on_sqlite
def test_who_comes_by_a_partner_is_offered_its_boxes_unticked_and_nobody_else_is(site, one, other):
    client = site.app.test_client()  # pages are kept: who came before must not decide what the next one sees
    for path, name in [
        (one.form, "Sample Partner 1"),
        ("/pledges/freedom", None),
        (f"/pledges/freedom?from={other.slug}", "Sample Partner 2"),
        (other.form, "Sample Partner 2"),
        (f"/es/pledges/freedom?via={one.code}", "Sample Partner 1"),
        ("/pledges/freedom?from=nobody", None),
        (one.form, "Sample Partner 1"),
    ]:
        html = client.get(path).get_data(as_text=True)
        for known in ("Sample Partner 1", "Sample Partner 2"):
            assert (known in html) == (known == name), (path, known)
        assert ('name="delivery"' in html) == (name is not None)
    page = site.visitor().get(one.form)
    assert all("checked" not in page.one(f'input[name="{box}"]').attrs for box in BOTH)


@on_sqlite
def test_what_brought_somebody_goes_along_into_other_languages_and_into_the_form(site, one):
    by_code, by_name = site.visitor().get(one.form), site.visitor().get(f"/pledges/freedom?from={one.slug}")
    assert f"/es/pledges/freedom?via={one.code}" in by_code.html
    assert f"/es/pledges/freedom?from={one.slug}" in by_name.html
    assert by_code.one('input[name="via"]').attrs["value"] == one.code
    assert by_name.one('input[name="via"]').attrs.get("value", "") == ""
    both = site.visitor().get(f"/pledges/freedom?via={one.code}&from={one.slug}")  # never kept
    assert "Sample Partner 1" in both.html


@on_sqlite
def test_public_pages_stay_cookie_free_and_are_kept_once_for_each_partner(site, one, other):
    client, cache = site.app.test_client(), site.app.extensions["page_cache"]
    before = cache.renderings
    for _ in range(5):
        for path in (one.form, f"/pledges/freedom?from={one.slug}", other.form, "/pledges/freedom"):
            assert "Set-Cookie" not in client.get(path).headers
    assert cache.renderings - before == 3


def test_a_tick_is_no_consent_before_its_owner_confirms(site, visitor, later, one):
    sign(visitor, later, one.form, **BOTH)
    assert said(site) == [] and in_force(site) == [] and one.people() == []
    confirm = link_in(site.letter(), "confirm")
    page = visitor.get(confirm)
    assert "Give my name and my email address to Sample Partner 1." in page.text
    visitor.press(page, "Yes")
    assert said(site) == [(one.id, "delivery", True), (one.id, "mailing", True)]
    assert in_force(site) == [(one.id, "delivery"), (one.id, "mailing")]
    consent = site.rows(select(Consent.words, Consent.language, Consent.source).where(Consent.purpose == "delivery"))
    assert consent == [("Give my name and my email address to Sample Partner 1.", "en", "signature 1")]
    assert site.rows(select(Wish.signature_id)) == []
    visitor.post(confirm, BOTH)  # pressing again adds nothing
    assert len(said(site)) == 2


@on_sqlite
def test_without_the_confirm_step_a_partner_would_get_an_address_whose_owner_never_answered(make_site, noon, later):
    site = make_site(switches=Switches(confirm_first=False))
    one = group(site)
    sign(site.visitor(), later, one.form, **BOTH)
    assert [row["email"] for row in one.people()] == ["anna@example.org"]


def test_what_is_unticked_on_the_confirm_page_is_never_agreed_to(site, visitor, later, one):
    sign(visitor, later, one.form, **BOTH)
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes", delivery=None)
    assert said(site) == [(one.id, "mailing", True)] and one.people() == []


@on_sqlite
def test_who_says_this_was_not_me_gives_nothing(site, visitor, later, one):
    sign(visitor, later, one.form, **BOTH)
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "This was not me")
    assert said(site) == [] and site.rows(select(Wish.signature_id)) == []


@on_sqlite
def test_whoever_types_a_known_address_changes_nothing_for_its_owner(site, later, one, other):
    give(site, later, one.form, **BOTH)
    sign(site.visitor(), later, other.form, **BOTH)
    site.letters()
    assert in_force(site) == [(one.id, "delivery"), (one.id, "mailing")]
    assert site.rows(select(Wish.signature_id)) == []


@pytest.mark.parametrize("gone", [PartnerState.PAUSED, PartnerState.RETIRED, PartnerState.LEFT])
@on_sqlite
def test_a_partner_that_takes_no_part_is_not_offered_and_gets_nothing_that_waited(site, visitor, later, one, gone):
    sign(visitor, later, one.form, **BOTH)
    page = visitor.get(one.form)
    state(site, one, gone)
    assert "Sample Partner 1" not in visitor.get(one.form).html
    later(seconds=3)
    visitor.press(page, "Sign", name="Bela Sample", email="bela@example.org", old_enough="y", **BOTH)
    for letter in site.letters():
        shown = visitor.get(link_in(letter, "confirm"))
        assert "Sample Partner 1" not in shown.html
        visitor.press(shown, "Yes", **BOTH)
    assert said(site) == [] and in_force(site) == []


@on_sqlite
def test_a_form_with_a_mistake_keeps_what_was_ticked(site, visitor, later, one):
    page = sign(visitor, later, one.form, name="", **BOTH)
    assert page.status == 422
    assert all("checked" in page.one(f'input[name="{box}"]').attrs for box in BOTH)
    assert page.one('input[name="partner"]').attrs["value"] == one.slug


@on_sqlite
def test_words_are_recorded_as_they_were_shown_in_the_language_that_was_spoken(site, later, one):
    give(site, later, f"/es/pledges/freedom?via={one.code}", delivery="y")
    ((words, language),) = site.rows(select(Consent.words, Consent.language))
    assert "Sample Partner 1" in words and language == "es" and not words.startswith("Give my")


@on_sqlite
def test_until_a_translation_is_reviewed_the_words_are_english_and_recorded_so(make_site, noon, later):
    site = make_site()
    site.app.extensions["may_speak"].discard("es")
    one = group(site)
    page = site.visitor().get(f"/es/pledges/freedom?via={one.code}")
    assert '<span lang="en">Give my name and my email address to Sample Partner 1.</span>' in page.html
    give(site, later, f"/es/pledges/freedom?via={one.code}", delivery="y")
    ((words, language),) = site.rows(select(Consent.words, Consent.language))
    assert (words, language) == ("Give my name and my email address to Sample Partner 1.", "en")


def test_leaving_the_campaigns_news_leaves_partners_alone_and_the_other_way_round(site, visitor, later, one):
    give(site, later, one.form, newsletter="y", **BOTH)
    page = own_page(site, visitor, later)
    visitor.press(page, "Stop the news")
    assert site.rows(select(Supporter.subscribed)) == [(False,)]
    assert in_force(site) == [(one.id, "delivery"), (one.id, "mailing")]
    visitor.press(visitor.get(page.path), "Send me the news")
    visitor.press(visitor.get(page.path), "Take my address back")
    visitor.press(visitor.get(page.path), "Stop this organization's news")
    assert site.rows(select(Supporter.subscribed)) == [(True,)] and in_force(site) == []


@on_sqlite
def test_a_tick_from_before_a_no_does_not_undo_it(site, visitor, later, one):
    give(site, later, one.form, **BOTH)
    sign(visitor, later, one.form, name="Second Sample", **BOTH)
    waiting = link_in(site.letters()[-1], "confirm")
    later(seconds=1)
    visitor.press(own_page(site, visitor, later), "Take my address back")
    visitor.press(visitor.get(waiting), "Yes")
    assert in_force(site) == [(one.id, "mailing")]


@on_sqlite
def test_two_names_of_one_mailbox_are_one_line_under_the_name_that_gave_it(site, later, one):
    give(site, later, one.form, delivery="y")
    give(site, later, one.form, name="Second Sample", **BOTH)
    assert [row["name"] for row in one.people()] == ["Anna Sample"]
