"""No address that was ever released may disappear: printed codes and mailed links point at them."""

from pathlib import Path

import pytest

from campaign import i18n
from tests.house.everything import a_few, on_sqlite, routes

RELEASED = Path(__file__).with_name("addresses.txt").read_text(encoding="utf-8").splitlines()


@on_sqlite
def test_every_address_ever_released_is_still_there(site):
    there = {f"{method} {address}" for method, address, _ in routes(site.app)}
    assert [one for one in RELEASED if one not in there] == []


@on_sqlite
def test_every_address_is_on_the_list(site):
    there = {f"{method} {address}" for method, address, _ in routes(site.app)}
    assert sorted(there - set(RELEASED)) == [], "add these to tests/house/addresses.txt; they stay there for good"


def test_the_list_is_in_order_and_names_each_address_once():
    assert sorted(set(RELEASED), key=lambda line: line.split(" ")[::-1]) == RELEASED


@on_sqlite
@pytest.mark.wider
def test_every_page_released_answers_in_every_language(everything):
    visitor, app = everything.site.visitor(), everything.site.app
    with app.app_context():
        english, *others = [one.prefix for one in app.extensions["content"].site.languages]
    assert english == ""
    for number, (method, address, rule) in enumerate(routes(app)):
        if method == "GET" and not address.startswith(i18n.ONE_ADDRESS):
            # Nobody is named in campaign.toml who could be told of a hole in the site.
            nowhere = "path:token" in address or "security.txt" in address
            expected = 404 if nowhere else 302 if "typed" in address else 200
            path = everything.address(rule)
            for prefix in (english, *a_few(others, number * 2, 2)):
                assert visitor.raw(prefix + path, buffered=True).status_code == expected, prefix + address
