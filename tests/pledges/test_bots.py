"""S21: of what programs send almost nothing counts, and people pass with no press more than one and the letter's."""

import re
import shutil
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from campaign import clock, db
from campaign.app import Switches
from campaign.links import service as links
from campaign.pledges import counting, crowds
from tests.conftest import ROOT
from tests.house.everything import on_sqlite
from tests.pledges.street import Street, bots, inside, over_loopback, people, temple
from tests.processes import free_port, serving

MOST_BOTS, LEAST_PEOPLE = 0.01, 0.995
GUARDS = ["trap", "render_time", "confirm_first", "crowd_limit"]


def _content(tmp_path, size):
    """The campaign's words, with a limit as small beside the programs of a quick run as 30 is beside ten thousand."""
    folder = tmp_path / "content"
    if not folder.exists():
        shutil.copytree(ROOT / "content", folder)
        settings = folder / "campaign.toml"
        limit = f"signatures_from_one_network = {max(1, size * 3 // 1000)}"
        settings.write_text(re.sub(r"signatures_from_one_network = \d+", limit, settings.read_text()))
    return folder


def _lifted_code(site):
    with site.inside(), db.writing():
        code_id = links.make("/pledges/freedom", "en", "Temple", clock.now())
        links.lift(code_id, clock.now() + timedelta(hours=2), clock.now())
        return links.get(code_id).code


def _a_day(street, programs, humans):
    """Everybody signs and confirms; the share of programs that count, and of people who pass with one press."""
    everybody = [one for pair in zip(programs, humans, strict=False) for one in pair]
    everybody += programs[len(humans) :] + humans[len(programs) :]
    street.sign(everybody)
    _look_at_limits(street.site)
    street.confirm(everybody)
    _look_at_limits(street.site)
    counted = street.counted()
    with street.site.inside():
        counting.count()
        with db.reading():
            assert counting.drift() == {}
    in_count = sum((one.mailbox, one.fields["name"]) in counted for one in programs)
    passed = [_passed(one, counted) for one in humans]
    return in_count / max(1, len(programs)), sum(passed) / max(1, len(passed))


def _look_at_limits(site):
    with site.inside():
        crowds.mark()


def _passed(one, counted):
    taken = one.answers[0].status == 303 and one.answers[0].location.endswith("/thanks")
    return taken and (one.mailbox, " ".join(one.fields["name"].split())) in counted


def _everybody(street, size):
    programs = bots(street, size)
    humans = people(street, max(30, size // 10 - 120))
    humans += temple("jade", 60, own=9) + temple("lotus", 60, own=30, via=_lifted_code(street.site))
    return programs, humans


@on_sqlite
@pytest.mark.gate("S21", quick=200, full=10_000)
def test_before_a_running_site_programs_do_not_count_and_people_pass(make_site, tmp_path, size):
    site = make_site(port=free_port(), processes=2, content_dir=_content(tmp_path, size))
    config = replace(site.config, base_url=f"http://localhost:{site.config.port}")
    with serving(config):
        street = Street(site, over_loopback(config.port), lambda: time.sleep(3))
        share, passed = _a_day(street, *_everybody(street, size))
    assert share <= MOST_BOTS and passed >= LEAST_PEOPLE, (share, passed)


@on_sqlite
@pytest.mark.gate("S21", quick=200, full=2_000)
@pytest.mark.parametrize("guard", GUARDS)
def test_without_one_of_the_guards_more_programs_count(noon, make_site, tmp_path, later, size, guard):
    site = make_site(content_dir=_content(tmp_path, size), switches=Switches(**{guard: False}))
    street = Street(site, inside(site), lambda: later(seconds=3))
    share, _ = _a_day(street, bots(street, size), [])
    assert share > 10 * MOST_BOTS, share


@on_sqlite
def test_the_same_programs_with_every_guard_on_do_not_count(noon, make_site, tmp_path, later):
    site = make_site(content_dir=_content(tmp_path, 340))
    street = Street(site, inside(site), lambda: later(seconds=3))
    share, _ = _a_day(street, bots(street, 340), [])
    assert share <= MOST_BOTS, share
