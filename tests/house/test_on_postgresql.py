"""Every page and every act once on PostgreSQL, for most tests of plain questions run on SQLite alone."""

from tests.house.everything import on_postgresql, routes


def _in_turn(route):
    """Partners before staff, who end what partners may; and last what takes away one's own role or session."""
    return any(part in route[1] for part in ("/account", "/invitation")), route[1].startswith("/staff")


@on_postgresql
def test_every_page_and_every_act_is_answered_on_postgresql(everything):
    answered = {"GET": 0, "POST": 0}
    for wanted in answered:
        for method, address, rule in sorted(routes(everything.site.app), key=_in_turn):
            if method != wanted or rule.endpoint in ("staff.sign_out", "staff.use_link"):
                continue
            person, fields = everything.insider(address), None
            if method == "POST":
                token = everything.token(address) if address.startswith(("/staff", "/partner")) else ""
                fields = {**everything.fields(rule), "csrf_token": token}
            answer = person.raw(everything.address(rule), method=method, data=fields, buffered=True)
            assert answer.status_code < 500, (method, address)
            answered[method] += answer.status_code in (200, 303)
    assert answered["GET"] > 200 and answered["POST"] > 150, answered
