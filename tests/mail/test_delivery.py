"""Letters on their way: the visitor notices nothing, the letter waits, staff see it, and it goes out once."""

import re
import socket
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from campaign import clock
from campaign.mail import Letter
from campaign.post import Server
from tests.mail.sink import sink
from tests.pledges.acts import sign
from tests.processes import free_port

STATES = select(Letter.state, Letter.attempts, Letter.trouble)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def posting(noon, make_site, port):
    """A site that sends by SMTP."""
    return make_site(smtp_url=f"smtp://127.0.0.1:{port}")


def test_a_letter_goes_out_once_over_smtp(posting, port, later):
    with sink(port) as server:
        sign(posting.visitor(), later)
        posting.work("deliver-letters")
        posting.work("deliver-letters")
    assert len(server.got) == 1
    assert posting.rows(STATES) == [("sent", 1, "")]
    message = server.got[0]
    assert message["Auto-Submitted"] == "auto-generated" and message["List-Unsubscribe"].startswith(
        "<http://localhost/"
    )
    assert {part.get_content_type() for part in message.iter_parts()} == {"text/plain", "text/html"}


def test_while_mail_is_away_the_letter_waits_and_then_goes_out_once(posting, port, later, staff_of):
    page = sign(posting.visitor(), later)
    assert page.status == 200
    posting.work("deliver-letters")
    [(state, attempts, trouble)] = posting.rows(STATES)
    assert state == "waiting" and attempts == 0 and "away" in trouble
    assert "away" in staff_of(posting).get("/staff/letters").text
    with sink(port) as server:
        later(hours=12)
        posting.work("deliver-letters")
    assert len(server.got) == 1


def test_a_letter_that_is_given_up_when_the_server_waits_for_it_leaves_no_line_open(port):
    message = EmailMessage()
    message["From"], message["To"] = "office@example.org", "anna@example.org"

    def give_up() -> None:
        raise LookupError("it went with its person")

    with sink(port) as server, Server(f"smtp://127.0.0.1:{port}") as carrier:
        with pytest.raises(LookupError):
            carrier.deliver("letter", message, give_up)
        assert carrier.smtp is None, "a QUIT in the middle of DATA would be taken for a line of the letter"
        carrier.deliver("letter", message, lambda: None)
    assert len(server.got) == 1


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_passing_refusal_is_tried_again_later(posting, port, later, step):
    sign(posting.visitor(), later)
    with sink(port) as server:
        server.answers[step] = "451 try again"
        posting.work("deliver-letters")
        [(state, _, trouble)] = posting.rows(STATES)
        assert state == "waiting" and "451" in trouble
        server.answers.clear()
        later(hours=7)
        posting.work("deliver-letters")
    assert len(server.got) == 1


@pytest.mark.plain_sql
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_lasting_refusal_parks_the_letter_until_a_person_decides(posting, port, later, staff_of, step):
    sign(posting.visitor(), later)
    with sink(port) as server:
        server.answers[step] = "550 anna@example.org is unknown here"
        posting.work("deliver-letters")
        later(days=1)
        posting.work("deliver-letters")
        [(state, attempts, trouble)] = posting.rows(STATES)
        assert state == "parked" and attempts == 1
        assert "550" in trouble and "anna" not in trouble
        server.answers.clear()
        person = staff_of(posting)
        person.press(person.get("/staff/letters/1"), "Send it again")
        posting.work("deliver-letters")
    assert len(server.got) == 1


@pytest.mark.plain_sql
@pytest.mark.parametrize("reply", ["451 not now", "550 we do not know you"])
def test_a_server_that_does_not_want_our_mail_at_all_is_only_away(posting, port, later, reply):
    sign(posting.visitor(), later)
    with sink(port) as server:
        server.answers["MAIL"] = reply
        posting.work("deliver-letters")
    [(state, attempts, trouble)] = posting.rows(STATES)
    assert ((state, attempts) == ("waiting", 0) and "did not agree" in trouble) or "away" in trouble


@pytest.mark.plain_sql
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_server_that_hangs_up_says_so_and_the_letter_waits_and_goes(posting, port, later, step):
    sign(posting.visitor(), later)
    with sink(port) as server:
        server.answers[step] = "421 closing"
        posting.work("deliver-letters")
        [(state, attempts, _trouble)] = posting.rows(STATES)
        assert (state, attempts) == ("waiting", 0)
        server.answers.clear()
        later(hours=1)
        posting.work("deliver-letters")
    assert posting.rows(STATES)[0][0] == "sent"


@pytest.mark.plain_sql
def test_an_answer_to_the_whole_letter_that_nobody_can_read_leaves_it_uncertain(posting, port, later):
    sign(posting.visitor(), later)
    with sink(port) as server:
        server.answers["DATA"] = "what was that"
        posting.work("deliver-letters")
    [(state, _, trouble)] = posting.rows(STATES)
    assert state == "uncertain" and "strange" in trouble


@pytest.mark.plain_sql
def test_a_server_that_falls_silent_before_the_letter_is_only_away(posting, port, later, monkeypatch):
    from campaign import post

    monkeypatch.setattr(post, "PATIENCE", 0.3)
    sign(posting.visitor(), later)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", port))
        silent.listen()
        posting.work("deliver-letters")
    assert posting.rows(STATES)[0][0] == "waiting"


@pytest.mark.plain_sql
def test_after_many_refusals_a_letter_is_parked(posting, port, later):
    sign(posting.visitor(), later)
    with sink(port) as server:
        server.answers["RCPT"] = "451 not now"
        for _ in range(14):
            later(hours=7)
            posting.work("deliver-letters")
    assert {(state, attempts) for state, attempts, _ in posting.rows(STATES)} >= {("parked", 12)}


@pytest.mark.plain_sql
def test_however_long_mail_is_away_no_letter_is_parked(posting, port, later):
    sign(posting.visitor(), later)
    for _ in range(20):
        later(hours=7)
        posting.work("deliver-letters")
    assert {state for state, *_ in posting.rows(STATES)} == {"waiting"}


@pytest.mark.plain_sql
def test_an_address_that_cannot_be_said_does_not_hurt_the_next_letter(site, visitor, later):
    page = sign(visitor, later, email="ñandú@example.org")
    assert page.status == 422 and "does not look like an email address" in page.text
    sign(visitor, later, email="anna@bücher.example.org")
    assert site.letter()["To"].addresses[0].addr_spec == "anna@xn--bcher-kva.example.org"


@pytest.mark.plain_sql
def test_letters_that_failed_together_do_not_come_back_together(posting, port, later):
    visitor = posting.visitor()
    for number in range(8):
        sign(visitor, later, email=f"anna{number}@example.org")
    with sink(port) as server:
        server.answers["RCPT"] = "451 not now"
        posting.work("deliver-letters")
    due = [row[0] for row in posting.rows(select(Letter.due_at))]
    assert len({moment.replace(microsecond=0) for moment in due}) > 4
    assert all(timedelta(0) < moment - clock.now() < timedelta(hours=6) for moment in due)


@pytest.mark.plain_sql
def test_a_letter_about_something_that_is_gone_is_not_sent(site, visitor, staff, later):
    sign(visitor, later)
    with site.inside():
        from campaign import db
        from campaign.pledges import service

        with db.writing():
            service.disown(1, clock.now())
    assert site.letters() == []
    assert site.rows(select(Letter.state)) == [("dropped",)]
    assert "nothing left to say" in staff.get("/staff/letters/1").text


@pytest.mark.plain_sql
def test_the_way_out_can_be_read_by_mail_programs_and_the_language_is_said(site, visitor, later):
    sign(visitor, later, path="/es/pledges/freedom")
    site.work("deliver-letters")
    [file] = (site.config.data_dir / "outbox").glob("*.eml")
    headers = file.read_text().partition("\n\n")[0]
    assert re.search(r"^List-Unsubscribe: <http://localhost/es/unsubscribe/[\w.-]+>\r?$", headers, re.MULTILINE)
    assert re.search(r"^Content-Language: es\r?$", headers, re.MULTILINE)
