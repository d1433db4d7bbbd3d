"""A newsletter goes out by SMTP: everybody once, in their language, and what does not go is said in words."""

import pytest

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


def test_everybody_gets_one_letter_in_their_language(posting, port):
    newsletter_id, names = ready(posting, 40)
    with post_office(port) as office:
        let_go(posting, newsletter_id)
        posting.work(SWEEP)
        posting.work(SWEEP)
    assert office.people == set(names) and office.doubles == {}
    assert states(posting, newsletter_id) == {"sent": 40} and state_of(posting, newsletter_id) == "sent"
    languages = {one.to: one.language for one in office.came}
    assert [languages[name] for name in names[:4]] == ["en", "es", "en", "en"]  # where there is no edition, in English
