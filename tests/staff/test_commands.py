"""What the machine's owner can do for an account with `campaign staff`."""

import re

from click.testing import CliRunner

from campaign.staff import commands


def _run(site, *words):
    outcome = CliRunner().invoke(commands.staff, words, obj=lambda: site.app, catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def _path(output):
    found = re.search(r"http://localhost(/staff/link/\S+)", output)
    assert found, output
    return found[1]


def _enter(site, path):
    person = site.visitor()
    return person, person.press(person.get(path), "Sign in")


def test_a_link_made_on_the_machine_signs_in_once(site):
    path = _path(_run(site, "link", "Office@Example.org"))
    assert _enter(site, path)[1].heading == "Today"
    assert _enter(site, path)[1].status == 410


def test_a_reset_signs_out_everywhere_and_gives_a_new_link(site):
    person, _ = _enter(site, _path(_run(site, "link", "office@example.org")))
    path = _path(_run(site, "reset", "office@example.org"))
    assert person.raw("/staff/").location == "/staff/sign-in"
    assert _enter(site, path)[1].heading == "Today"


def test_a_disabled_account_is_let_in_no_more(site):
    person, _ = _enter(site, _path(_run(site, "link", "office@example.org")))
    assert "cannot sign in any more" in _run(site, "reset", "office@example.org", "--disable")
    assert person.raw("/staff/").location == "/staff/sign-in"
