"""People at random of whom everything is known that a segment can ask; and what a rule says of them, plainly."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from sqlalchemy import insert

from campaign import clock, db
from campaign.events.models import Rsvp
from campaign.links import service as links
from campaign.newsletters.segment_rules import Condition, Kind, Rule
from campaign.partners import service as partners
from campaign.partners.models import PartnerState
from campaign.pledges import editing
from campaign.pledges.models import Signature
from campaign.supporters.models import Share, Supporter
from campaign.text import fold
from campaign.volunteers.models import Role, Volunteer, WishedRole
from tests.events.acts import hold

TOWNS = {"Long Beach": ["Long Beach", "long  beach", "LONG-BEACH"], "Los Ángeles": ["los ángeles", "Los Ángeles"]}
TOWNS |= {"90027": ["90027", " 90027"], "ลำปาง": ["ลำปาง"]}
VALUES = {
    Kind.LANGUAGE: ["en", "es", "th", "ko"],
    Kind.PLACE: [*TOWNS, "Nowhere"],
    Kind.GROUP: ["pledge freedom", "pledge second", "pledge gone"],
    Kind.SIGNED: ["1", "2", "99"],
    Kind.RESERVED: ["1", "2", "x"],
    Kind.ATTENDED: ["1", "2"],
    Kind.HELPS: ["any", "1", "2"],
    Kind.CODE: ["1", "2", "3"],
    Kind.PARTNER: ["1", "2"],
    Kind.SHARED: ["1", "2"],
}
PARTNER_OF = {"1": "1", "2": "2"}  # of the third code there is none
STANDING = ("counts", "pending", "withdrawn", "aside")


@dataclass
class Known:
    """What holds of one of them: kinds with values."""

    id: int
    wanted: bool
    facts: set[tuple[Kind, str]] = field(default_factory=set)


def fits(rule: Rule, one: Known) -> bool:
    """The plain meaning of a rule."""
    if not rule.parts:
        return True
    said = [_holds(part, one) if isinstance(part, Condition) else fits(part, one) for part in rule.parts]
    return (all(said) if rule.how == "all" else any(said)) != rule.negated


def _holds(part: Condition, one: Known) -> bool:
    return ((part.kind, part.value) in one.facts) != part.negated


def a_rule(dice: Random, level: int = 1) -> Rule:
    """A rule at random, up to three deep."""
    parts: list[Condition | Rule] = []
    for _ in range(dice.randint(1, 3)):
        if level < 3 and dice.random() < 0.35:
            parts.append(a_rule(dice, level + 1))
        else:
            kind = dice.choice(list(Kind))
            parts.append(Condition(kind=kind, value=dice.choice(VALUES[kind]), negated=dice.random() < 0.4))
    return Rule(how=dice.choice(["all", "any"]), parts=tuple(parts), negated=dice.random() < 0.25)


def furnish(site) -> None:
    """Two pledges, two events, two roles, three codes, two partners: what there is to be asked about."""
    hold(site)
    hold(site, slug="morning")
    with site.inside(), db.writing() as session:
        editing.add("second", 10, clock.now())
        for number in (1, 2):
            partners.add(f"Sample Partner {number}", PartnerState.ACTIVE, clock.now())
            session.add(Role(place=number))
        for partner_id in (1, 2, None):
            links.make("/pledges/freedom", "en", "Sample", clock.now(), partner_id)


def people(site, number: int, dice: Random) -> list[Known]:
    """So many people, with all that holds of each."""
    with site.inside(), db.writing() as session:
        return [_somebody(session, id, dice) for id in range(1, number + 1)]


def _somebody(session, id: int, dice: Random) -> Known:
    now, yes = clock.now(), [True] * 6 + [False]
    address = f"person{id}@example.org"
    subscribed, confirmed, discreet, left = (
        dice.choice(yes),
        dice.choice(yes),
        not dice.choice(yes),
        not dice.choice(yes),
    )
    came_back = dice.random() < 0.1
    language = dice.choice(VALUES[Kind.LANGUAGE])
    values = {"id": id, "mailbox": address, "email": address, "language": language, "subscribed": subscribed}
    values |= {"added_at": now, "confirmed_at": now if confirmed else None, "left_at": now if left else None}
    values |= {"discreet": discreet, "list_state": "cleaned" if came_back else ""}
    session.execute(insert(Supporter).values(**values))
    wanted = subscribed and confirmed and not discreet and not left and not came_back
    one = Known(id, wanted, {(Kind.LANGUAGE, language)})
    for pledge in ("1", "2"):
        if dice.random() < 0.5:
            _sign(session, one, pledge, dice)
    for event in ("1", "2"):
        if dice.random() < 0.4:
            _come(session, one, event, dice)
    if dice.random() < 0.4:
        _help(session, one, dice)
    for partner in ("1", "2"):
        if dice.random() < 0.3:
            _share(session, one, partner, dice)
    return one


def _sign(session, one: Known, pledge: str, dice: Random) -> None:
    now, standing = clock.now(), dice.choice((*STANDING, "counts", "counts"))
    town, code = dice.choice([*TOWNS, ""]), dice.choice(["1", "2", "3", ""])
    area = dice.choice(TOWNS[town]) if town else ""
    values = {"pledge_id": int(pledge), "supporter_id": one.id, "place": 1, "name": "Sample", "name_key": "sample"}
    values |= {"area": area, "area_key": fold(area), "language": "en", "code_id": int(code) if code else None}
    values |= {"signed_at": now, "confirmed_at": None if standing == "pending" else now}
    values |= {"withdrawn_at": now if standing == "withdrawn" else None}
    values |= {"set_aside_at": now if standing == "aside" else None}
    session.execute(insert(Signature).values(**values))
    if standing == "counts":
        one.facts |= {(Kind.SIGNED, pledge), (Kind.GROUP, f"pledge {'freedom' if pledge == '1' else 'second'}")}
        one.facts |= {(Kind.PLACE, town)} if town else set()
        _came_by(one, code)


def _came_by(one: Known, code: str) -> None:
    if code:
        one.facts.add((Kind.CODE, code))
        one.facts |= {(Kind.PARTNER, PARTNER_OF[code])} if code in PARTNER_OF else set()


def _come(session, one: Known, event: str, dice: Random) -> None:
    now, state = clock.now(), dice.choice(["seated", "waiting", "held", "cancelled"])
    confirmed, came, code = state != "held" or dice.random() < 0.5, dice.random() < 0.5, dice.choice(["1", "3", ""])
    values = {"event_id": int(event), "supporter_id": one.id, "state": state, "name": "Sample", "name_key": "sample"}
    values |= {"party": 1, "language": "en", "joined_at": now, "confirmed_at": now if confirmed else None}
    values |= {"checked_in_at": now if came else None, "code_id": int(code) if code else None}
    session.execute(insert(Rsvp).values(**values))
    if confirmed and state != "cancelled":
        one.facts |= {(Kind.RESERVED, event)} | ({(Kind.ATTENDED, event)} if came else set())
        _came_by(one, code)


def _help(session, one: Known, dice: Random) -> None:
    now, state, role = clock.now(), dice.choice(["confirmed", "confirmed", "pending", "left"]), dice.choice(["1", "2"])
    town, code = dice.choice([*TOWNS, ""]), dice.choice(["2", ""])
    values = {"supporter_id": one.id, "state": state, "name": "Sample", "name_key": "sample", "language": "en"}
    values |= {"area": town, "area_key": fold(town), "age_band": "21+", "joined_at": now, "version": 1}
    values |= {"code_id": int(code) if code else None}
    volunteer = session.scalar(insert(Volunteer).values(**values).returning(Volunteer.id))
    session.execute(insert(WishedRole).values(volunteer_id=volunteer, role_id=int(role)))
    if state == "confirmed":
        one.facts |= {(Kind.HELPS, "any"), (Kind.HELPS, role)} | ({(Kind.PLACE, town)} if town else set())
        _came_by(one, code)


def _share(session, one: Known, partner: str, dice: Random) -> None:
    now, ended = clock.now() - timedelta(days=1), dice.random() < 0.4
    values = {"supporter_id": one.id, "partner_id": int(partner), "purpose": "delivery", "name": "Sample", "since": now}
    session.execute(insert(Share).values(**values, ended_at=now if ended else None))
    if not ended:
        one.facts.add((Kind.SHARED, partner))
