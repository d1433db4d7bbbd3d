"""Whoever acts on somebody locks their record first: erasing them waits until the act is done, and then does all of it.

On SQLite those who write take turns anyway, so this is about PostgreSQL. Nothing here depends on how fast anything is:
the act stands still, just before it first changes something, until the erasing has been done or has given up waiting.
"""

import threading

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from campaign import clock, db, mail
from campaign.app import Switches
from campaign.pledges import counting
from campaign.supporters import erasure
from campaign.supporters.models import LedgerEntry, Supporter
from tests.house.everything import on_postgresql
from tests.pledges.acts import link_in, sign, signed
from tests.supporters.acts import counted, own_page

CHANGES = ("INSERT", "UPDATE", "DELETE")
PEOPLE = select(func.count(Supporter.id))


class Meanwhile:
    """Erases the first supporter as another process would, when an act on them is about to change something."""

    def __init__(self, site):
        self.site, self.begun, self.gave_up = site, False, False

    def __enter__(self):
        self.engine = self.site.app.extensions["database"].engine
        event.listen(self.engine, "before_cursor_execute", self._look)
        return self

    def __exit__(self, *_trouble):
        event.remove(self.engine, "before_cursor_execute", self._look)

    def _look(self, _connection, _cursor, statement, *_more):
        if self.begun or not statement.startswith(CHANGES):
            return
        self.begun = True
        other = threading.Thread(target=self._erase)
        other.start()
        other.join()

    def _erase(self):
        try:
            with self.site.inside(), db.writing() as session:
                session.execute(text("SET LOCAL lock_timeout = '100ms'"))  # for a lock that is held until we end
                erasure.erase(1, clock.now())
        except OperationalError:
            self.gave_up = True


def _press(site, path):
    """A button that is pressed while its owner is being erased: the status, and whether erasing had to wait."""
    site.app.testing = False  # what goes wrong is answered as it would be in earnest
    with Meanwhile(site) as other:
        status = site.visitor().raw(path, method="POST").status_code
    assert other.begun
    return status, other.gave_up


def _path(site, visitor, later, button):
    """Let Anna sign, and come to where she can press this button: the path to which it posts."""
    if button in ("yes", "not me"):
        sign(visitor, later)
        return link_in(site.letters()[-1], "confirm") + {"yes": "", "not me": "/not-me"}[button]
    signed(site, visitor, later)
    if button == "withdraw":
        return link_in(site.letters()[-1], "withdraw")
    return f"{own_page(site, visitor, later).path}/{button}"


@on_postgresql
@pytest.mark.parametrize("button", ["yes", "not me", "withdraw", "send", "news"])
def test_erasing_waits_until_a_button_has_done_its_work(site, visitor, later, button):
    assert _press(site, _path(site, visitor, later, button)) == (303, True)
    with site.inside(), db.writing():
        assert erasure.erase(1, clock.now())
    assert site.rows(PEOPLE) == [(0,)] and site.rows(select(mail.Letter.id)) == []
    assert site.rows(select(LedgerEntry.what).order_by(LedgerEntry.id.desc()).limit(1)) == [("erased",)]
    assert counted(site) == (0 if button in ("not me", "withdraw") else 1)
    with site.inside(), db.reading():
        assert counting.drift() == {}


@on_postgresql
@pytest.mark.parametrize("button", ["not me", "withdraw", "send", "news"])
def test_without_the_lock_somebody_is_erased_in_the_middle_and_the_button_breaks(noon, make_site, later, button):
    site = make_site(switches=Switches(hold_first=False))
    assert _press(site, _path(site, site.visitor(), later, button)) == (500, False)


@on_postgresql
def test_without_the_lock_a_signature_is_said_to_count_of_which_nothing_is_left(noon, make_site, later):
    site = make_site(switches=Switches(hold_first=False))
    path = _path(site, site.visitor(), later, "yes")
    assert _press(site, path) == (303, False)
    assert site.visitor().raw(path).status_code == 410 and counted(site) == 0
