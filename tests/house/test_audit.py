"""S20: whatever somebody of the staff does leaves a row in the trail, and no row can be changed, lost or made up."""

import random

import pytest
from sqlalchemy import delete, insert, select, update

from campaign import db
from campaign.app import Switches
from campaign.staff import audit
from campaign.staff.acts import WORDS, Act
from campaign.staff.audit import AuditEnd, AuditRow
from tests.conftest import SECRET, _signed_in
from tests.house.everything import on_sqlite, on_sqlite_in_small, routes, token_of
from tests.house.test_access import ACCESS, DOOR
from tests.staff.acts import set_up

# Sent as a form, for they hold what a URL must not or cannot: searches, references in an old file, a list to look at.
ONLY_LOOKS = {"POST /staff/set-aside", "POST /partner/supporters/check", "POST /staff/places/import"}
ONLY_LOOKS |= {"POST /staff/list/find"}  # what is found is shown by another page, which notes it
ONLY_LOOKS |= {"POST /staff/events/<int:id>/door/find", "POST /staff/shifts/<int:id>/day/find"}
# What somebody is typing is shown to them, or kept for them alone: it is an act once they save it.
ONLY_LOOKS |= {f"POST /staff/newsletters/<int:id>/words/<code>/{way}" for way in ("look", "keep", "throw-away")}
DEEDS = sorted(
    one
    for one, who in ACCESS.items()
    if (isinstance(who, set) or who == DOOR) and not one.startswith("GET ") and one not in ONLY_LOOKS
)
# Looking is an act, too, where what is seen is somebody's alone.
LOOKS = ["GET /staff/letters/<int:id>", "GET /staff/letters/<int:id>.eml", "GET /staff/signatures.csv"]
LOOKS += ["GET /staff/partners/<int:id>/data.json", "GET /partner/data.json", "GET /staff/places.csv"]
LOOKS += ["GET /staff/list/<int:id>"]
LOOKS += ["GET /partner/events/<int:id>/guests.csv", "GET /staff/events/<int:id>/guests.csv"]
LOOKS += ["GET /staff/events/<int:id>/guests.pdf", "GET /staff/events/<int:id>/sign-in.pdf"]
A_NAME, AN_ADDRESS = "Canary Quetzalcoatl", "canary-7f3a@example.org"


def _rows(site):
    return [row[0] for row in site.rows(select(AuditRow).order_by(AuditRow.number))]


def _do(everything, deed, token=""):
    """Send this form as somebody on the staff would, complete and with the right token; the status of the answer."""
    method, _, address = deed.partition(" ")
    person = everything.insider(address)
    rule = next(
        rule for sent, rule_address, rule in routes(everything.site.app) if (sent, rule_address) == (method, address)
    )
    fields = {**everything.fields(rule), "csrf_token": token or everything.token(address)} if method == "POST" else None
    return person.raw(everything.address(rule), method=method, data=fields, buffered=True).status_code


@on_sqlite
def test_every_deed_behind_the_staff_door_leaves_a_row(afresh):
    faults = []
    for deed in DEEDS + LOOKS:
        everything = afresh()
        if "/account/" in deed or "/prove" in deed:  # what is changed must be there first
            set_up(everything.staff)
        before = len(_rows(everything.site))
        status = _do(everything, deed)
        rows = _rows(everything.site)
        if status not in (200, 303, 422) or len(rows) != before + 1:
            faults.append(f"{deed}: {status}, {len(rows) - before} rows")
        assert rows[-1].act in set(Act) and rows[-1].request, deed
    assert faults == [], "say it with audit.note(Act.…), last in the transaction of the act"


@on_sqlite
def test_a_deed_without_a_row_is_noticed(everything, monkeypatch):
    monkeypatch.setattr(audit, "note", lambda *_args, **_more: None)
    before = len(_rows(everything.site))
    _do(everything, "POST /staff/pledges/<int:id>/close")
    assert len(_rows(everything.site)) == before


@on_sqlite
@pytest.mark.parametrize(
    ("kind", "path"),
    [("print", "/staff/prints/7"), ("training", "/staff/trainings/7"), ("volunteer", "/staff/volunteers/7")],
)
def test_from_what_happened_to_a_record_its_page_can_be_opened(staff, kind, path):
    assert staff.get(f"/staff/audit?kind={kind}&record=7").link(f"Open {kind} 7") == path


def test_every_act_has_its_words():
    assert set(WORDS) == set(Act)


# ---------------------------------------------------------------- the chain


@pytest.fixture
def trail(site):
    """A site with forty acts in its trail."""
    return _acted(site)


def _acted(site, number=39):
    acts = [act for act in Act if act not in audit.FLOODS]
    with site.inside():
        for one in range(number):
            with db.writing():
                audit.note(acts[one % len(acts)], ("pledge", "letter")[one % 2], one)
    return site


def _broken(site):
    with site.inside():
        return audit.broken()[1]


def _change(site, *statements):
    """What somebody with the database in hand, but without the site's secret, can do."""
    with site.inside(), db.writing() as session:
        for statement in statements:
            session.execute(statement)


def _edit(dice, site, number):
    """Change one column of a row; `when` by the smallest step there is."""
    row = next(row for row in _rows(site) if row.number == number)
    name = dice.choice(["who", "act", "kind", "record", "request", "at", "seal"])
    if name == "at":
        value = row.at.replace(microsecond=(row.at.microsecond + 1) % 1_000_000)
    else:
        value = ("1" if getattr(row, name)[:1] == "0" else "0") + getattr(row, name)[1:]
    return [update(AuditRow).where(AuditRow.number == number).values({name: value})]


def _lose(_dice, _site, number):
    return [delete(AuditRow).where(AuditRow.number == number)]


def _lose_and_close_up(_dice, site, number):
    """Delete a row and give its number to the one after, and so on, so that no number is missing."""
    later = [row.number for row in _rows(site) if row.number > number]
    moves = [update(AuditRow).where(AuditRow.number == one).values(number=one - 1) for one in later]
    return [delete(AuditRow).where(AuditRow.number == number), *moves]


def _swap(dice, site, number):
    """Let two rows change places: all that they say, or their seals too."""
    other = dice.choice([row.number for row in _rows(site) if row.number not in (number, number + 1, number - 1)])
    return [
        update(AuditRow).where(AuditRow.number == number).values(number=-1),
        update(AuditRow).where(AuditRow.number == other).values(number=number),
        update(AuditRow).where(AuditRow.number == -1).values(number=other),
    ]


def _cut_off(_dice, _site, number):
    return [delete(AuditRow).where(AuditRow.number >= number)]


def _cut_off_and_move_the_head(_dice, site, number):
    last = next(row for row in _rows(site) if row.number == max(1, number - 1))
    moved = update(AuditEnd).where(AuditEnd.id == audit.HEAD).values(number=last.number, seal=last.seal)
    return [delete(AuditRow).where(AuditRow.number > last.number), moved]


def _forget_the_beginning(_dice, site, number):
    first = next(row for row in _rows(site) if row.number == min(number, 39))
    moved = update(AuditEnd).where(AuditEnd.id == audit.ANCHOR).values(number=first.number, seal=first.seal)
    return [delete(AuditRow).where(AuditRow.number <= first.number), moved]


def _put_in(dice, site, number):
    """A made-up row: after the end, or in a place made for it, with a seal copied from another row."""
    rows = _rows(site)
    copied = next(row for row in rows if row.number == number)
    known = {name: getattr(copied, name) for name in ("at", "who", "act", "kind", "record", "request", "seal")}
    if dice.random() < 0.5:
        return [insert(AuditRow).values(number=len(rows) + 1, **known)]
    moves = [
        update(AuditRow).where(AuditRow.number == row.number).values(number=row.number + 1)
        for row in reversed(rows)
        if row.number > number
    ]
    return [*moves, insert(AuditRow).values(number=number + 1, **known)]


def _take_the_ends(_dice, _site, _number):
    return [delete(AuditEnd)]


TAMPERING = [
    _edit,
    _edit,
    _lose,
    _lose_and_close_up,
    _swap,
    _cut_off,
    _cut_off_and_move_the_head,
    _forget_the_beginning,
    _put_in,
    _take_the_ends,
]


def _tamper(site, times, seed=20):
    """Change the trail so often, each time in one way, and put it back; how often it was found, and how often not."""
    dice, found, missed = random.Random(seed), 0, []
    with site.inside(), db.reading() as session:
        whole = {
            table: [row._mapping for row in session.execute(select(table.__table__))] for table in (AuditRow, AuditEnd)
        }
    for time in range(times):
        way, number = TAMPERING[time % len(TAMPERING)], dice.randint(1, 40)
        _change(site, *way(dice, site, number))
        if _broken(site):
            found += 1
        else:
            missed.append((way.__name__, number))
        _change(site, delete(AuditRow), delete(AuditEnd))
        _change(site, *[insert(table).values(dict(row)) for table, rows in whole.items() for row in rows])
    assert _broken(site) is None or missed
    return found, missed


@pytest.mark.gate("S20", quick=50, full=1000)
def test_every_edit_deletion_reordering_truncation_and_insertion_is_found(trail, size):
    assert _broken(trail) is None
    assert _tamper(trail, size) == (size, [])


@on_sqlite_in_small
def test_without_the_chain_edits_and_reorderings_stay_unseen(noon, make_site):
    site = _acted(make_site(switches=Switches(audit_chain=False)))
    _, missed = _tamper(site, 50)
    assert {name for name, _ in missed} >= {"_edit", "_swap"}


def test_the_first_row_that_does_not_fit_is_named(trail):
    _change(trail, update(AuditRow).where(AuditRow.number.in_([17, 30])).values(act=Act.SIGNED_OUT.value, record="9"))
    assert str(_broken(trail)) == "row 17: it was changed"
    _change(trail, delete(AuditRow).where(AuditRow.number == 5))
    assert str(_broken(trail)) == "row 5: it is gone"


def test_a_trail_that_was_made_under_another_secret_does_not_fit(trail, make_site):
    other = make_site(secret_key="another secret for tests, long enough", seeded=False)
    assert _broken(other)


def test_after_a_new_secret_the_trail_is_sealed_anew_unless_it_did_not_fit_before(trail, make_site):
    other = make_site(secret_key="another secret for tests, long enough", seeded=False)
    with other.inside():
        with pytest.raises(ValueError, match="does not fit"), db.writing():
            audit.seal_anew("not the secret that it was made under")
        with db.writing():
            assert audit.seal_anew(SECRET) == 40
        assert audit.broken() == (41, None)
        with db.writing():
            audit.note(Act.SIGNED_OUT)
        assert audit.broken() == (42, None)
    _change(trail, update(AuditRow).where(AuditRow.number == 7).values(record="9"))
    with trail.inside(), pytest.raises(ValueError, match="row 7"), db.writing():
        audit.seal_anew("another secret for tests, long enough")


def test_a_trail_that_is_gone_altogether_is_missed_once_people_have_signed_in(site, staff):
    assert _broken(site) is None
    _change(site, delete(AuditRow), delete(AuditEnd))
    assert str(_broken(site)) == "people have signed in, and there is no trail"


# ---------------------------------------------------------------- nothing of anybody


@on_sqlite_in_small
@pytest.mark.wider
def test_no_name_no_address_and_no_word_stands_in_the_trail(site, later):
    """Anna does all that leaves traces elsewhere, staff do all they can to her; the trail knows numbers only."""
    from campaign import clock
    from campaign.staff import service
    from tests.house.everything import fill

    with site.inside(), db.writing():
        service.add(AN_ADDRESS, A_NAME, clock.now())
    everything = fill(site, site.visitor(), _signed_in(site), later)
    for deed in [one for one in DEEDS if not one.endswith(("/sign-out", "/end"))] + LOOKS:
        door = "/partner" if " /partner" in deed else "/staff"
        if not (token := token_of(everything.insider(door))):  # some acts end a session or begin somebody else's
            everything.staff = _signed_in(site)
        _do(everything, deed, token)
    told = repr([[getattr(row, c.key) for c in AuditRow.__table__.columns] for row in _rows(site)])
    assert len(_rows(site)) > 15
    for canary in (
        "Anna",
        "Hello",
        "example.org",
        "Staff",
        "Library",
        "Church",
        "draft",
        "127.0.0.1",
        "wrong and long",
    ):
        assert canary not in told


def test_a_word_in_place_of_a_number_is_refused(site):
    with site.inside(), db.writing():
        for kind, record in (("pledge", "Anna"), ("pledge", "anna@example.org"), ("person", 1)):
            with pytest.raises(ValueError, match="named by a kind and a number"):
                audit.note(Act.PLEDGE_OPENED, kind, record)
