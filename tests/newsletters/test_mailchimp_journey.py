"""Written, approved, and sent to a crowd in eight languages through Mailchimp; killed and resumed on the way."""

import pytest
from sqlalchemy import select

from campaign.mailing.fake.members import key_of
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.newsletters.dying_at_mailchimp import workers
from tests.newsletters.readers import readers, state_of, states
from tests.newsletters.test_journey import BODIES, LANGUAGES, _colleague, _written
from tests.newsletters.through import GO, calls, is_done, letters, on_the_list, time_passes, wired

pytestmark = on_sqlite
PAGE = "/staff/newsletters/1/sending"


@pytest.mark.gate("R6", quick=208, full=5_000)
def test_everybody_has_exactly_one_letter_in_their_language(make_site, chimp, staff_of, size):
    site = wired(make_site, chimp, seeded=True)
    names = readers(site, size, languages=LANGUAGES)
    on_the_list(site, chimp, names)
    chimp.segments.slow, chimp.campaigns.arrives_after = 1, 2
    writer, other = staff_of(site), _colleague(site)
    _written(writer)
    writer.press(writer.get(PAGE), "Send it to me", language="th")
    site.work("deliver-letters")
    page = writer.press(writer.get(PAGE), "Let it go", **GO)
    assert page.status == 409 and "has to approve it" in page.text
    other.press(other.get(PAGE), "I have read it")
    assert writer.press(writer.get(PAGE), "Let it go", **GO).status == 200
    with workers(site.config) as worker:
        for call, step in ((("POST", "/segments"), "done"), (("POST", "/campaigns"), "done"), SEND):
            chimp.reached = _killing(worker, call, step)
            for _ in range(6):
                time_passes(site)
                if worker.live() == 0:
                    break
            else:
                pytest.fail(f"nobody died at {call}")
            if call == ("POST", "/campaigns"):
                writer.press(writer.get(PAGE), "Pause")
                time_passes(site)
                before = len(chimp.calls)
                worker.live()
                assert len(chimp.calls) == before and state_of(site, 1) == "paused" and not chimp.campaigns.post
                writer.press(writer.get(PAGE), "Look again, and go on")
        chimp.reached = lambda _step, _call: False
        for _ in range(12):
            time_passes(site)
            worker.live()
            if is_done(site):
                break
    assert state_of(site, 1) == "sent" and states(site, 1) == {"sent": size}
    assert set(letters(chimp)) == set(names) and set(letters(chimp).values()) == {1}
    assert calls(chimp, "POST", "/actions/send") == len(LANGUAGES) == len(chimp.campaigns.known)
    speaks = dict(site.rows(select(Supporter.email, Supporter.language)))
    for email, one in chimp.campaigns.post:
        assert one.settings["title"].split()[2] == speaks[email]
        assert f"News {speaks[email] if speaks[email] in BODIES else 'en'}" == one.settings["subject_line"]
    assert all(key_of(name) in chimp.members.known for name in names) and chimp.segments.known == {}


SEND = (("POST", "/actions/send"), "done")


def _killing(worker, call, step):
    left = [1]

    def reached(now, asked) -> bool:
        if now == step and (asked.method, asked.path[-len(call[1]) :]) == call and left[0]:
            left[0] = 0
            worker.kill()
            return True
        return False

    return reached
