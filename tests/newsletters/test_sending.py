"""A newsletter goes out by SMTP: everybody once, in their language; and what does not go is said in words."""

import re
import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, update

from campaign import clock, db, post
from campaign.errors import Refused
from campaign.newsletters import recipients, sending, service, starting
from campaign.newsletters.drafts import Typed
from campaign.newsletters.runs import Recipient, Run
from campaign.supporters import erasure
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.newsletters.post_office import post_office
from tests.newsletters.readers import let_go, ready, state_of, states
from tests.processes import free_port

pytestmark = on_sqlite
SWEEP = "send-newsletters"


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def posting(noon, make_site, port):
    """A site that sends by SMTP."""
    return make_site(smtp_url=f"smtp://127.0.0.1:{port}")


def trouble(site, newsletter_id) -> str:
    [(said,)] = site.rows(select(Run.trouble).where(Run.newsletter_id == newsletter_id))
    return str(said)


def acting(site, act, *values):
    with site.inside(), db.writing():
        act(*values)


def leave(site, email):
    from campaign.supporters import service

    with site.inside(), db.writing():
        service.leave(service.find_by_mailbox(email) or 0, "No more", "en", "page", clock.now())


def test_everybody_gets_one_letter_in_their_language_and_can_leave_with_one_click(posting, port):
    newsletter_id, names = ready(posting, 30)
    with post_office(port) as office:
        let_go(posting, newsletter_id)
        posting.work(SWEEP)
        posting.work(SWEEP)
    assert office.people == set(names) and office.doubles == {}
    assert states(posting, newsletter_id) == {"sent": 30} and state_of(posting, newsletter_id) == "sent"
    languages = {one.to: one.language for one in office.came}
    assert [languages[name] for name in names[:4]] == ["en", "es", "en", "en"]  # where there is no edition, in English
    letter = message_from_bytes(office.letters[-1], policy=policy.default)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and "<news.example.org>" in letter["List-Id"]
    way = re.fullmatch(r"<http://localhost(/\S+)>", letter["List-Unsubscribe"])
    parts = {part.get_content_type(): part.get_content() for part in letter.iter_parts()}
    assert way and way[1] in parts["text/plain"] and way[1].replace("&", "&amp;") in parts["text/html"]
    posting.visitor().post(way[1], {"List-Unsubscribe": "One-Click"})
    to = letter["To"].addresses[0].addr_spec
    assert posting.rows(select(Supporter.subscribed).where(Supporter.email == to)) == [(False,)]


def test_the_same_letter_has_the_same_message_id_however_often_it_is_sent(posting, port):
    newsletter_id, _ = ready(posting, 2)
    with post_office(port) as office:
        for _ in range(2):
            if state_of(posting, newsletter_id) == "draft":
                let_go(posting, newsletter_id)
            posting.work(SWEEP)
            acting(posting, _all_uncertain)
            acting(posting, starting.send_once_more, newsletter_id, None)
    assert len(office.came) == 4 and len({one.id for one in office.came}) == 2


def _all_uncertain():
    db.session().execute(update(Recipient).values(state="uncertain"))


def test_whoever_leaves_or_is_erased_on_the_way_gets_none(posting, port, monkeypatch):
    newsletter_id, names = ready(posting, 20)
    monkeypatch.setattr(sending, "PIECE", 20)
    with post_office(port) as office:

        def go(reached) -> None:
            if reached == "MAIL" and names[17] not in gone:
                gone.add(names[17])
                leave(posting, names[17])
                leave(posting, names[18])
                with posting.inside(), db.writing() as session:
                    erasure.erase(session.scalar(select(Supporter.id).where(Supporter.email == names[19])), clock.now())

        gone: set[str] = set()
        office.reached = go
        let_go(posting, newsletter_id)
        posting.work(SWEEP)
        posting.work(SWEEP)
    assert office.people == set(names[:17])
    assert states(posting, newsletter_id) == {"sent": 17, "skipped": 3}


def test_while_the_server_is_away_it_waits_then_pauses_in_words_and_goes_on_when_somebody_says_so(posting, port, later):
    newsletter_id, names = ready(posting, 12)
    let_go(posting, newsletter_id)
    for _ in range(3):
        posting.work(SWEEP)
        assert state_of(posting, newsletter_id) == "sending" and states(posting, newsletter_id) == {"waiting": 12}
        later(minutes=11)
    posting.work(SWEEP)
    assert state_of(posting, newsletter_id) == "paused"
    assert "the mail server is away" in trouble(posting, newsletter_id) and "Nothing is lost" in trouble(
        posting, newsletter_id
    )
    with post_office(port) as office:
        posting.work(SWEEP)
        assert office.came == []
        acting(posting, starting.resume, newsletter_id)
        posting.work(SWEEP)
    assert office.people == set(names) and trouble(posting, newsletter_id) == ""


@pytest.mark.parametrize(
    ("reply", "words"), [("450 not now", "(450)"), ("451 busy", "(451)"), ("554 blocked", "(554)")]
)
def test_when_a_row_of_letters_is_refused_it_pauses_and_nobody_is_lost(posting, port, reply, words):
    newsletter_id, names = ready(posting, 60)
    let_go(posting, newsletter_id)
    with post_office(port) as office:
        office.answers["RCPT"] = reply
        posting.work(SWEEP)
        assert state_of(posting, newsletter_id) == "paused" and f"({reply[:3]})" in trouble(posting, newsletter_id)
        refused = states(posting, newsletter_id).get("refused", 0)
        assert refused <= 36 if reply.startswith("5") else refused == 0
    assert states(posting, newsletter_id)["waiting"] + refused == 60 == len(names)


def test_one_that_is_refused_for_good_is_said_so_and_the_others_go(posting, port):
    newsletter_id, names = ready(posting, 12)
    let_go(posting, newsletter_id)
    with post_office(port) as office:
        office.refused = {names[3]: f"550 {names[3]} is unknown here"}
        posting.work(SWEEP)
    assert states(posting, newsletter_id) == {"sent": 11, "refused": 1} and state_of(posting, newsletter_id) == "sent"
    [(said,)] = posting.rows(select(Recipient.trouble).where(Recipient.state == "refused"))
    assert "550" in said and names[3] not in said


def test_one_that_is_not_wanted_now_is_tried_again_later_and_at_last_given_up(posting, port, later):
    newsletter_id, names = ready(posting, 6)
    let_go(posting, newsletter_id)
    with post_office(port) as office:
        office.refused = {names[1]: "450 later", names[2]: "450 later"}
        posting.work(SWEEP)
        assert states(posting, newsletter_id) == {"sent": 4, "waiting": 2}
        posting.work(SWEEP)
        assert len(office.came) == 4, "it was tried again at once"
        del office.refused[names[1]]
        for _ in range(7):
            later(hours=2)
            posting.work(SWEEP)
    assert states(posting, newsletter_id) == {"sent": 5, "refused": 1} and office.doubles == {}
    assert state_of(posting, newsletter_id) == "sent"


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_closes_the_line_has_nothing_and_it_goes_later(posting, port, later, step):
    newsletter_id, names = ready(posting, 6)
    let_go(posting, newsletter_id)
    with post_office(port) as office:
        office.answers[step] = "421 closing"
        posting.work(SWEEP)
        assert states(posting, newsletter_id) == {"waiting": 6}
        office.answers.clear()
        later(minutes=1)
        posting.work(SWEEP)
    assert office.people == set(names) and office.doubles == {}


def test_a_server_that_falls_silent_after_it_has_letters_leaves_them_uncertain_and_it_pauses(
    posting, port, monkeypatch
):
    monkeypatch.setattr(post, "PATIENCE", 1.0)
    newsletter_id, _ = ready(posting, 30)
    let_go(posting, newsletter_id)
    with Silent(port):
        posting.work(SWEEP)
    assert state_of(posting, newsletter_id) == "paused" and "fell silent" in trouble(posting, newsletter_id)
    found = states(posting, newsletter_id)
    assert 3 <= found["uncertain"] <= 20 and found["uncertain"] + found["waiting"] == 30


class Silent:
    """A server that takes letters and says no more."""

    def __init__(self, port) -> None:
        import threading

        self.listener = socket.create_server(("127.0.0.1", port))
        self.lines: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        import threading

        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            self.lines.append(line)
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line) -> None:
        line.sendall(b"220 here\r\n")
        with line.makefile("rb") as said:
            for one in said:
                word = one[:4].upper()
                if word == b"DATA":
                    line.sendall(b"354 go on\r\n")
                    break
                line.sendall(b"250 fine\r\n")
            for _ in said:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_error) -> None:
        self.listener.close()
        for line in self.lines:
            line.close()


def test_paused_resumed_and_cancelled_by_hand(posting, port):
    newsletter_id, names = ready(posting, 30)
    let_go(posting, newsletter_id)
    with post_office(port) as office:

        def pause(reached) -> None:
            if reached == "DATA" and len(office.came) == 5:
                acting(posting, starting.pause, newsletter_id)

        office.reached = pause
        posting.work(SWEEP)
        assert state_of(posting, newsletter_id) == "paused"
        found = states(posting, newsletter_id)
        assert found["sent"] == len(office.came) < 30 and "uncertain" not in found
        acting(posting, starting.resume, newsletter_id)
        office.reached = lambda _step: None
        acting(posting, starting.cancel, newsletter_id, clock.now())
        posting.work(SWEEP)
    assert len(office.came) == found["sent"] and state_of(posting, newsletter_id) == "cancelled"
    assert len(names) == 30


def test_no_faster_than_it_may(posting, port, monkeypatch):
    monkeypatch.setattr(sending, "SLICE", 2.0)
    newsletter_id, _ = ready(posting, 60)
    let_go(posting, newsletter_id, per_minute=300)
    with post_office(port) as office:
        posting.work(SWEEP)
    assert 1 <= len(office.came) <= 12, "five a second is 10 in two seconds"
    assert states(posting, newsletter_id)["waiting"] == 60 - len(office.came)


def test_a_restored_copy_sends_nothing_by_itself(posting, port):
    newsletter_id, _ = ready(posting, 5)
    let_go(posting, newsletter_id)
    with posting.inside():
        starting.begin_due(clock.now())
    acting(posting, recipients.hold_all)
    with post_office(port) as office:
        posting.work(SWEEP)
    assert office.came == [] and state_of(posting, newsletter_id) == "paused"
    assert states(posting, newsletter_id) == {"uncertain": 5} and "restore" in trouble(posting, newsletter_id)


def test_who_got_it_is_forgotten_after_a_while_and_the_numbers_stay(posting, port, later):
    newsletter_id, _ = ready(posting, 4)
    let_go(posting, newsletter_id)
    with post_office(port):
        posting.work(SWEEP)
    later(days=89)
    posting.work("forget")
    assert len(posting.rows(select(Recipient.id))) == 4
    later(days=2)
    posting.work("forget")
    assert posting.rows(select(Recipient.id)) == [] and states(posting, newsletter_id) == {"sent": 4}


def test_one_that_was_paused_and_left_is_forgotten_too(posting, port, later):
    newsletter_id, _ = ready(posting, 4)
    let_go(posting, newsletter_id)
    with posting.inside():
        starting.begin_due(clock.now())
    acting(posting, starting.pause, newsletter_id)
    later(days=91)
    posting.work("forget")
    assert posting.rows(select(Recipient.id)) == [] and states(posting, newsletter_id) == {"waiting": 4}


def test_before_its_readers_are_listed_no_worker_takes_it(posting, port):
    newsletter_id, _ = ready(posting, 3)
    let_go(posting, newsletter_id)
    with posting.inside():
        assert sending.claim(clock.now()) is None
        starting.begin_due(clock.now())
        assert sending.claim(clock.now()) is not None


def test_one_that_cannot_be_built_keeps_no_other_back(posting, port, monkeypatch):
    first, names = ready(posting, 3)
    with posting.inside(), db.writing():
        second = service.begin(service.Facts("February", "february"), None, clock.now())
        service.write(second, "en", Typed("Come", "What is next", "Hello."), 0, clock.now())
    let_go(posting, first)
    let_go(posting, second)
    build = recipients.build

    def unless_first(newsletter_id, audience):
        assert newsletter_id != first, "the records say no"
        return build(newsletter_id, audience)

    monkeypatch.setattr(recipients, "build", unless_first)
    with post_office(port) as office:
        posting.work(SWEEP)
    assert state_of(posting, first) == "paused" and "AssertionError" in trouble(posting, first)
    assert office.people == set(names) and state_of(posting, second) == "sent"


def test_of_a_cancelled_one_nothing_is_sent_once_more(posting, port):
    newsletter_id, _ = ready(posting, 5)
    let_go(posting, newsletter_id)
    with posting.inside():
        starting.begin_due(clock.now())
    acting(posting, recipients.hold_all)
    acting(posting, starting.cancel, newsletter_id, clock.now())
    with pytest.raises(Refused, match="cancelled"):
        acting(posting, starting.send_once_more, newsletter_id, None)
    assert states(posting, newsletter_id) == {"uncertain": 5}


def test_what_the_server_said_is_written_down_even_when_the_records_fail(posting, port, monkeypatch):
    newsletter_id, _ = ready(posting, 5)
    let_go(posting, newsletter_id)
    settle = recipients.settle
    failed: list[int] = []

    def fail_once(outcomes, now) -> None:
        if outcomes and not failed:
            failed.append(len(outcomes))
            raise RuntimeError("the records were away")
        settle(outcomes, now)

    monkeypatch.setattr(recipients, "settle", fail_once)
    with post_office(port) as office, pytest.raises(RuntimeError):
        posting.work(SWEEP)
    found = states(posting, newsletter_id)
    assert failed and found["sent"] == len(office.came) > 0 and found.keys() <= {"sent", "waiting"}


def test_at_its_time_it_leaves_and_not_before(posting, port, later):
    newsletter_id, names = ready(posting, 3)
    let_go(posting, newsletter_id, at=clock.now() + timedelta(hours=2))
    with post_office(port) as office:
        later(hours=1, minutes=59)
        posting.work(SWEEP)
        assert office.came == [] and state_of(posting, newsletter_id) == "scheduled"
        later(minutes=1)
        posting.work(SWEEP)
    assert office.people == set(names) and state_of(posting, newsletter_id) == "sent"


def test_a_worker_whose_lease_has_run_out_begins_no_more_and_writes_down_what_it_knows(posting, port):
    newsletter_id, names = ready(posting, 60)
    let_go(posting, newsletter_id)
    taken: list[object] = []
    with post_office(port) as office:

        def take_over(reached) -> None:
            if reached == "DATA" and len(office.came) == 9 and not taken:
                with posting.inside():
                    with db.writing() as session:
                        session.execute(update(Run).values(leased_until=clock.now() - timedelta(seconds=1)))
                    taken.append(sending.claim(clock.now()))
                    assert sending.claim(clock.now()) is None, "two workers had it"

        office.reached = take_over
        posting.work(SWEEP)
        assert taken and len(office.came) < 60, "the old worker went on"
        found = states(posting, newsletter_id)
        assert "uncertain" not in found and found["sent"] == len(office.came)
        with posting.inside(), db.writing() as session:
            session.execute(update(Run).values(leased_until=clock.now() - timedelta(seconds=1)))
        posting.work(SWEEP)
    assert office.people == set(names) and office.doubles == {}
