"""A worker killed with SIGKILL at any step of a newsletter through Mailchimp: nobody is lost, nobody gets it twice."""

import random
from collections import Counter

import pytest
from sqlalchemy import delete, select, update

from campaign import db
from campaign.newsletters.mailchimp import acts, runs
from campaign.newsletters.mailchimp.models import MailchimpCampaign
from campaign.newsletters.models import FinalEdition, Newsletter
from campaign.newsletters.runs import Recipient, Run
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.newsletters.dying_at_mailchimp import workers
from tests.newsletters.readers import state_of
from tests.newsletters.through import is_done, let_go, letters, prepared, ten_minutes_pass, time_passes, wired

pytestmark = on_sqlite
# Calls at Mailchimp, by method and the end of the path. `asked`: lost on its way; `done`: nobody hears the answer.
CALLS = {
    "look for the segment": ("GET", "/segments"),
    "make the segment": ("POST", "/segments"),
    "fill it": ("POST", "/segments/1"),
    "count it": ("GET", "/segments/1"),
    "see who is in it": ("GET", "/members"),
    "look for the campaign": ("GET", "/campaigns"),
    "make the campaign": ("POST", "/campaigns"),
    "put the words in": ("PUT", "/content"),
    "read the checklist": ("GET", "/send-checklist"),
    "send": ("POST", "/actions/send"),
    "take the segment away": ("DELETE", "/segments/1"),
}
HERE = (
    *("begin:1", "_begin:1", "claim:1", "claim:3", "segment:1", "go_to:1", "next_ones:2", "added:1", "compare:1"),
    *("go_to:4", "fill_campaign:2", "is_well:3", "let_go:1", "hand_over:1", "hand_over:2", "_ask:1", "_ask:2"),
    *("wait:1", "release:2", "finish_what_is_over:1"),
)
AFTERWARDS = ("_has_left:1", "sent:1", "sent:2", "follow:1", "report:1", "drop_segment:2", "finish_what_is_over:1")
QUICK = ("_ask:2",)


class Trials:
    """One newsletter, sent anew for each death; what came of each is looked at and forgotten."""

    def __init__(self, site, chimp, number) -> None:
        self.site, self.chimp = site, chimp
        self.id, self.names = prepared(site, chimp, number)
        self.speaks = dict(site.rows(select(Supporter.email, Supporter.language)))

    def begin(self) -> None:
        """As if it had never been let go."""
        campaigns, segments = self.chimp.campaigns, self.chimp.segments
        campaigns.known.clear()
        campaigns.post.clear()
        segments.known.clear()
        segments.made = 0
        self.chimp.calls.clear()
        with self.site.inside(), db.writing() as session:
            for table in (Recipient, FinalEdition, Run, MailchimpCampaign):
                session.execute(delete(table))
            session.execute(update(Newsletter).values(state="draft", sent_at=None))
        let_go(self.site, self.id)

    def finish(self, worker) -> int:
        """Time passes, and the next workers do the rest; of how many a person had to say what to do."""
        self.chimp.reached = lambda _step, _call: False
        asked = 0
        for _ in range(8):
            time_passes(self.site)
            worker.live()
            if is_done(self.site):
                return asked
            ten_minutes_pass(self.site)
            worker.live()
            asked += self._decide()
        return asked

    def _decide(self) -> int:
        with self.site.inside(), db.writing():
            unclear = [row.language for row in runs.of(self.id) if row.unclear]
            for language in unclear:
                acts.ask_once_more(self.id, language)
        return len(unclear)

    def look(self) -> None:
        """Everybody has it once, in their language; nothing is left over there."""
        assert state_of(self.site, self.id) == "sent"
        assert letters(self.chimp) == Counter(self.names)
        for email, one in self.chimp.campaigns.post:
            assert one.settings["title"].split()[2] == self.speaks[email]
        states = self.site.rows(select(Recipient.state))
        assert {state for (state,) in states} == {"sent"} and len(states) == len(self.names)
        assert {one.status for one in self.chimp.campaigns.known.values()} == {"sent"}
        assert len(self.chimp.campaigns.known) == 2 and self.chimp.segments.known == {}


@pytest.mark.gate("R6", quick=8, full=40)
def test_killed_at_every_labelled_point_everybody_gets_one(make_site, chimp, size):
    site = wired(make_site, chimp)
    with workers(site.config) as worker:
        trials = Trials(site, chimp, size)
        for label in (*HERE, *AFTERWARDS) if size > 8 else (*QUICK, "sent:2"):
            trials.begin()
            if label in AFTERWARDS:
                assert worker.live() and state_of(site, trials.id) == "sending"
                time_passes(site)
            assert worker.live(label) == 0, f"nobody died at {label}"
            assert trials.finish(worker) == (label in ("_ask:1", "_ask:2")), label
            trials.look()


@pytest.mark.gate("R6", quick=8, full=40)
def test_killed_while_mailchimp_works_at_it_everybody_gets_one(make_site, chimp, size):
    site = wired(make_site, chimp)
    with workers(site.config) as worker:
        trials = Trials(site, chimp, size)
        for label, call in CALLS.items():
            for step in ("asked", "done") if size > 8 or label == "send" else ("done",):
                if size == 8 and label != "send":
                    continue  # the journey tries two more
                trials.begin()
                if label == "take the segment away":
                    assert worker.live()
                    time_passes(site)
                chimp.reached = _killing(worker, call, step)
                assert worker.live() == 0, f"nobody died at {label}, {step}"
                assert trials.finish(worker) == (label == "send" and step == "asked"), label
                trials.look()


@pytest.mark.gate("R6", quick=0, full=100)
def test_killed_at_any_line_everybody_gets_one(make_site, chimp, size):
    site, dice = wired(make_site, chimp), random.Random(23)
    with workers(site.config) as worker:
        trials = Trials(site, chimp, 12)
        trials.begin()
        lines, killed = worker.live("nothing:1"), 0
        assert lines > 400
        for _ in range(size):
            trials.begin()
            killed += not worker.live(dice.randint(1, lines))
            trials.finish(worker)
            trials.look()
        assert killed > size * 0.7


def test_without_the_look_before_sending_everybody_would_get_two(make_site, chimp):
    site = wired(make_site, chimp)
    with workers(site.config, "look_before_sending") as worker:
        trials = Trials(site, chimp, 4)
        trials.begin()
        chimp.reached = _killing(worker, CALLS["send"], "done")
        assert worker.live() == 0
        trials.finish(worker)
    assert max(letters(chimp).values()) == 2, "the control sent nothing twice"


def _killing(worker, call, step):
    """Kills once, where the first such call has come to this."""
    left = [1]

    def reached(now, asked) -> bool:
        if now == step and (asked.method, asked.path[-len(call[1]) :]) == call and left[0]:
            left[0] = 0
            worker.kill()
            return True
        return False

    return reached
