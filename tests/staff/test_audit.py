"""The trail as staff read it, what the machine and strangers leave in it, many at once, and forgetting."""

import threading

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from campaign import clock, db
from campaign.checking import records
from campaign.cli import campaign as command
from campaign.staff import audit, service
from campaign.staff.acts import Act
from campaign.staff.audit import AuditEnd, AuditRow
from campaign.staff.models import Account
from campaign.supporters import retention
from tests.pledges.acts import signed
from tests.staff.acts import deeds

ACTS = select(AuditRow.act).order_by(AuditRow.number)


def _acts(site):
    return [row[0] for row in site.rows(ACTS)]


def test_staff_read_what_happened_newest_first_with_who_did_it(site, staff):
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    assert deeds(staff.get("/staff/audit")) == [
        ["staff@example.org", "closed a pledge", "pledge 1"],
        ["staff@example.org", "signed in with a one-time link"],
        ["the machine", "began this trail"],
    ]


def test_beside_a_record_stands_the_way_to_what_happened_to_it(site, staff, visitor, later):
    signed(site, visitor, later, show_name="y", message="Hello")
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    staff.press(staff.get("/staff/signatures"), "Pass")
    page = staff.get(staff.get("/staff/pledges/1").link("What happened to it"))
    assert page.heading == "What happened to pledge 1" and len(deeds(page)) == 1
    assert page.link("Open pledge 1") == "/staff/pledges/1"
    page = staff.get(staff.get("/staff/signatures?filter=passed").link("What happened to it"))
    assert [row[1] for row in deeds(page)] == ["passed what a signer wrote"]
    page = staff.get(staff.get("/staff/letters/1").link("What happened to it"))
    assert [row[1] for row in deeds(page)] == ["opened a letter"]


def test_acts_can_be_sought_by_what_and_by_whom(site, staff):
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    assert len(deeds(staff.get("/staff/audit?act=pledge.closed"))) == 1
    assert [row[0] for row in deeds(staff.get("/staff/audit?who=machine"))] == ["the machine"]
    for nonsense in ("act=nothing", "kind=person&record=1", "page=-1", "page=x"):
        assert len(deeds(staff.get(f"/staff/audit?{nonsense}"))) == 3
    assert "Nothing here" in staff.get("/staff/audit?who=nobody").text


def test_a_long_trail_comes_in_pages(site, staff):
    with site.inside(), db.writing():
        for number in range(60):
            audit.note(Act.PLEDGE_CHANGED, "pledge", number)
    page = staff.get("/staff/audit?act=pledge.changed")
    assert len(deeds(page)) == 50
    assert len(deeds(staff.get(page.link("Older")))) == 10


def test_signing_in_and_failing_to_and_signing_out_stand_in_it(site, staff):
    stranger = site.visitor()
    wrong = {"email": "anna@example.org", "password": "not the password", "code": "000000"}
    stranger.press(stranger.get("/staff/sign-in"), "Sign in", **wrong)
    staff.press(staff.get("/staff/"), "Sign out")
    assert _acts(site)[1:] == [Act.SIGNED_IN_BY_LINK, Act.SIGN_IN_FAILED, Act.SIGNED_OUT]
    who = [row[0] for row in site.rows(select(AuditRow.who).order_by(AuditRow.number))]
    assert who[0] == audit.MACHINE and who[2] == audit.SOMEBODY and who[1] == who[3]


def test_a_robot_at_the_door_does_not_fill_the_trail(site, later):
    with site.inside():
        for _ in range(audit.MOST_OF_A_FLOOD + 20):
            with db.writing():
                audit.note(Act.SIGN_IN_FAILED)
    assert _acts(site).count(Act.SIGN_IN_FAILED) == audit.MOST_OF_A_FLOOD
    later(minutes=11)
    with site.inside(), db.writing():
        audit.note(Act.SIGN_IN_FAILED)
    assert _acts(site).count(Act.SIGN_IN_FAILED) == audit.MOST_OF_A_FLOOD + 1


def test_what_is_undone_leaves_no_row(site):
    class Halfway(Exception):
        pass

    def halfway():
        with db.writing():
            audit.note(Act.PLEDGE_OPENED, "pledge", 1)
            raise Halfway

    with site.inside(), pytest.raises(Halfway):
        halfway()
    assert _acts(site) == []


def test_a_table_is_not_handed_out_while_its_row_cannot_be_written(site, staff, monkeypatch):
    def full(*_args, **_more):
        raise OSError("no space")

    monkeypatch.setattr(audit, "note", full)
    site.app.testing = False
    answer = staff.raw("/staff/signatures.csv")
    assert answer.status_code == 500 and b"email" not in answer.data


def test_the_command_line_is_the_machine(site, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    runner, opened = CliRunner(), lambda: site.app
    for words in (["staff", "link", "new@example.org"], ["staff", "reset", "new@example.org"], ["forget"], ["sync"]):
        done = runner.invoke(command, words, obj=opened)
        assert done.exit_code == 0, done.output
    runner.invoke(command, ["staff", "reset", "--disable", "new@example.org"], obj=opened)
    acts = [Act.TRAIL_BEGUN, Act.LINK_MADE, Act.ACCOUNT_RESET, Act.FORGOTTEN, Act.LIST_TOLD, Act.ACCOUNT_DISABLED]
    assert _acts(site) == acts
    assert {row[0] for row in site.rows(select(AuditRow.who))} == {audit.MACHINE}
    runner.invoke(command, ["forget", "--dry-run"], obj=opened)
    assert _acts(site) == acts


def test_many_who_act_at_once_make_one_chain(site):
    begun, number, trouble = threading.Barrier(8), 12, []

    def act(one):
        try:
            with site.inside():
                begun.wait()
                for _ in range(number):
                    with db.writing():
                        audit.note(Act.PLEDGE_CHANGED, "pledge", one)
        except Exception as error:  # noqa: BLE001 (told to the test)
            trouble.append(error)

    threads = [threading.Thread(target=act, args=(one,)) for one in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert trouble == []
    with site.inside():
        assert audit.broken() == (8 * number + 1, None)


def test_rows_are_forgotten_after_three_years_and_the_rest_still_fits(site, staff, later):
    for button in ("Close it", "Open it again", "Close it"):
        staff.press(staff.get("/staff/pledges/1"), button)
    later(days=3 * 365 + 1)
    with site.inside():
        with db.writing():
            audit.note(Act.FORGOTTEN)
        assert retention.forgotten(dry_run=True)["audit"] == 5
        retention.forgotten(dry_run=False)
        assert audit.broken() == (1, None)
        with db.writing():
            audit.note(Act.FORGOTTEN)
        assert audit.broken() == (2, None)
        later(days=3 * 365 + 1)
        retention.forgotten(dry_run=False)
        assert audit.broken() == (0, None)
        with db.writing():
            audit.note(Act.FORGOTTEN)
        assert audit.broken() == (1, None)
    assert site.rows(select(AuditRow.number)) == [(8,)]


def test_somebody_whose_account_is_deleted_is_named_no_more_and_the_chain_fits(site, staff):
    boss = _second(site)
    with site.inside(), db.writing() as session:
        session.delete(session.scalars(select(Account).where(Account.email == "staff@example.org")).one())
    page = boss.get("/staff/audit")
    assert "an account that is gone" in page.text and "staff@example.org" not in page.text
    with site.inside():
        assert audit.broken()[1] is None


def _second(site):
    with site.inside(), db.writing():
        key = service.one_time_link(service.add("boss@example.org", "Boss", clock.now()), clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


def _tamper(site):
    with site.inside(), db.writing() as session:
        session.execute(update(AuditRow).where(AuditRow.number == 2).values(act=Act.SIGNED_OUT.value))


def test_the_daily_look_tells_the_staffs_front_page(site, staff, later):
    with site.inside():
        assert audit.check() == ""
    assert "all 2 rows are as they were written" in staff.get("/staff/audit").text
    assert "tampered" not in staff.get("/staff/").text
    _tamper(site)
    with site.inside():
        assert audit.check() == "row 2: it was changed"
    page = staff.get("/staff/")
    assert "tampered" in page.text
    assert "row 2: it was changed" in staff.get(page.link("The audit trail was tampered with. Look at it now.")).text


def test_campaign_check_verifies_the_trail_and_names_the_first_row_that_does_not_fit(site, staff):
    assert records(site.config) == ([], "The audit trail is as it was written (2 rows).")
    _tamper(site)
    assert records(site.config)[0] == ["audit trail: row 2: it was changed"]


def test_campaign_check_says_when_there_are_no_records_to_check(site, tmp_path):
    from dataclasses import replace

    nowhere = {
        "none here": f"sqlite:///{tmp_path / 'nothing.db'}",
        "cannot be reached": "postgresql+psycopg://nobody@127.0.0.1:1/nowhere",
    }
    for why, url in nowhere.items():
        mistakes, said = records(replace(site.config, database_url=url))
        assert mistakes == [] and said.startswith("Records not checked") and why in said
    assert "settings" in records(replace(site.config, secret_key=""))[1]
    assert not (tmp_path / "nothing.db").exists()


def test_each_act_leaves_its_number_in_the_log_outside_of_the_records(site, caplog):
    caplog.set_level("INFO", "campaign.audit")
    with site.inside(), db.writing():
        audit.note(Act.PLEDGE_OPENED, "pledge", 1)
    [(seal,)] = site.rows(select(AuditEnd.seal).where(AuditEnd.id == audit.HEAD))
    assert f"row 2: pledge.opened, seal {seal[:16]}" in caplog.text
    assert site.rows(select(func.count()).select_from(AuditRow)) == [(2,)]
