"""A list is looked at row by row before it is brought in, adds nothing when it comes twice, and holds no formula."""

import csv
import json
import threading
from io import BytesIO, StringIO

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.places import arrivals, reading
from campaign.places.models import Place, PlaceList
from campaign.staff.roles import Role
from tests.hostile import corpus, looking
from tests.house.everything import on_sqlite
from tests.places.acts import TEMPLE, add, names, rows, send
from tests.places.test_reading import BAD
from tests.staff.acts import by_link

pytestmark = pytest.mark.plain_sql

LIST = """\
Place name;Type;Street;ZIP;Languages;Partner;Notes
Sample Temple;Wat;1 Sample Street;90027;Thai, English;;
sample temple;;;90027;;lead;
Sample Market;grocery;2 Sample Street;90028;Spanish and Korean;;=1+1
;market;;90028;;;
Sample Clinic;shelter;;9002;Klingon;Nobody;
sample-market;;2 sample street.;90028;;;
"""


def _fates(page):
    return [row[2].split(" of ")[0].split(" as ")[0].split(":")[0].rstrip() for row in rows(page)]


def test_each_row_says_what_would_become_of_it_and_nothing_is_written_before_pressing(site, staff):
    add(staff)
    page = send(staff, LIST)
    assert page.path == "/staff/places/import" and "1 new, 2 already there, 1 likely double, 2 wrong" in page.text
    told = {row[0]: row[2] for row in rows(page)}
    assert told["2"] == "already there as Sample Temple"
    assert told["3"].startswith("likely double of Sample Temple")
    assert told["4"] == "new" and told["7"] == "already there as row 4"
    assert told["5"] == "wrong It has no name."
    for part in ("no kind “shelter”", "A ZIP code has five digits", "no language “Klingon”", "no partner “Nobody”"):
        assert part in told["6"]
    assert names(site) == ["Sample Temple"]


def test_what_is_new_is_brought_in_with_all_that_the_row_says(site, staff):
    page = staff.press(send(staff, LIST), "Bring in")
    assert "2 places were brought in" in page.text
    said = select(Place.name, Place.kind, Place.address, Place.zip, Place.languages, Place.note, Place.public)
    assert site.rows(said.order_by(Place.id)) == [
        ("Sample Temple", "temple", "1 Sample Street", "90027", " en th ", "", False),
        ("Sample Market", "market", "2 Sample Street", "90028", " es ko ", "=1+1", False),
    ]
    assert rows(staff.get("/staff/places?q=korean")) == [] and len(rows(staff.get("/staff/places?language=ko"))) == 1


def test_the_same_list_twice_adds_nothing(site, staff):
    page = staff.press(send(staff, LIST), "Bring in")
    before = names(site)
    assert "0 new" in page.text
    assert "0 places were brought in" in staff.press(page, "Bring in").text
    assert "0 new" in send(staff, LIST).text
    assert names(site) == before


def test_pressing_twice_adds_nothing_either(site, staff):
    page = send(staff, LIST)
    staff.press(page, "Bring in")
    staff.press(page, "Bring in")
    assert len(names(site)) == 2


def test_a_likely_double_is_brought_in_only_when_somebody_says_so(site, staff):
    add(staff)
    page = send(staff, "name,zip\nSample Temple,90027\nNew,90001\n")
    staff.press(page, "Bring in", too=None)
    assert names(site) == ["Sample Temple", "New"]
    page = staff.get("/staff/places/import")
    assert "already there" not in _fates(page)[0]
    staff.press(page, "Bring in", too="2")
    assert names(site) == ["Sample Temple", "New", "Sample Temple"]


def test_a_tick_for_a_row_that_is_no_likely_double_does_nothing(site, staff):
    page = send(staff, LIST)
    staff.press(page, "Bring in", too=["2", "5", "6", "99999", "x", "9" * 40])
    assert len(names(site)) == 2


def test_a_place_that_was_merged_away_does_not_come_back_with_its_list(site, staff):
    staff.press(send(staff, "name,zip\nOne,90001\nUno,90002\n"), "Bring in")
    staff.press(staff.get("/staff/places/1/merge/2"), "Merge them")
    page = send(staff, "name,zip\nOne,90001\nUno,90002\n")
    assert _fates(page) == ["already there"] * 2 and "/staff/places/1" in page.html
    assert names(site) == ["One"]


def test_all_places_go_out_as_a_table_that_comes_in_again_as_what_is_there(site, staff):
    add(staff, access="Step-free\nRing twice", note="@home", languages=["th", "ko"], area="Thai Town")
    add(staff, name="=cmd|' /C calc'!A0", address="+1", kind="other", zip="")
    staff.press(staff.get("/staff/places/2"), "Retire it")
    answer = staff.raw("/staff/places.csv")
    table = answer.get_data(as_text=True)
    assert looking.faults_of_table(table) == [] and "Temple,1 Sample Street,Thai Town" in table
    assert _fates(send(staff, table)) == ["already there"] * 2


def test_wrong_rows_can_be_taken_mended_and_sent_again(site, staff):
    send(staff, LIST)
    answer = staff.raw("/staff/places/import/wrong.csv")
    table = list(csv.DictReader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row["row"] for row in table] == ["5", "6"] and table[0]["reason"] == "It has no name."
    mended = "name,kind,zip\n" + f"Mended,{table[0]['kind']},{table[0]['zip']}\n"
    assert "1 new" in send(staff, mended).text


@pytest.mark.parametrize("kind", BAD)
@on_sqlite
def test_a_bad_file_is_answered_with_its_sentence_and_nothing_waits(site, staff, kind):
    sent, sentence = BAD[kind]
    page = send(staff, sent)
    assert page.status == 422 and sentence in page.text and sentence in page.one(".summary").to_text()
    assert site.rows(select(PlaceList.id)) == []


@on_sqlite
def test_no_file_at_all_and_one_that_is_far_too_big_are_answered_by_a_page(site, staff):
    page = staff.press(staff.get("/staff/places/import"), "See what")
    assert page.status == 422 and "Choose a file." in page.text
    assert send(staff, b"name,zip\n" + b"x" * 4_000_000).status == 413
    assert site.rows(select(PlaceList.id)) == []


@on_sqlite
def test_only_the_form_for_lists_takes_more_than_other_forms(site, staff):
    page = staff.get("/staff/places/new")
    assert staff.press(page, "Add", name="x" * 1_500_000).status == 413


@on_sqlite
def test_a_bad_file_leaves_the_one_that_waits(site, staff):
    send(staff, LIST)
    assert send(staff, b"").status == 422
    assert "2 new" in staff.get("/staff/places/import").text


def test_a_list_waits_for_its_sender_alone_and_for_an_hour(site, staff, later):
    page, other = send(staff, LIST), by_link(site, "bela@example.org", Role.EVENTS)
    assert "Bring in a list" in other.get("/staff/places/import").text
    assert rows(other.get("/staff/places/import")) == []
    theirs = send(other, "name,zip\nTheirs,90001\n")
    assert other.press(theirs, "Bring in", waiting=page.form("Bring in")["fields"]["waiting"]).status == 409
    assert other.raw("/staff/places/import/wrong.csv").get_data(as_text=True).count("\n") == 1
    assert names(site) == []
    later(minutes=61)
    again = by_link(site)  # the session of before has ended meanwhile
    empty = again.get("/staff/places/import")
    assert rows(empty) == []
    sent = {**page.form("Bring in")["fields"], "csrf_token": empty.form("See what")["fields"]["csrf_token"]}
    late = again.post("/staff/places/import/bring-in", sent)
    assert late.status == 409 and "an hour has passed" in late.text and names(site) == []


def test_another_list_takes_the_place_of_the_one_before(site, staff):
    page = send(staff, LIST)
    send(staff, "name,zip\nOther,90001\n")
    assert staff.press(page, "Bring in").status == 409 and names(site) == []
    assert len(site.rows(select(PlaceList.id))) == 1


def test_a_list_is_forgotten_after_an_hour_and_not_before(site, staff, later):
    send(staff, LIST)
    later(minutes=59)
    site.work()
    assert len(site.rows(select(PlaceList.id))) == 1
    later(minutes=2)
    site.work()
    assert site.rows(select(PlaceList.id)) == []


def test_nothing_of_a_list_stands_in_a_cookie(site, staff):
    form = staff.get("/staff/places/import").form("See what")["fields"]
    form["list"] = (BytesIO(LIST.encode()), "places.csv")
    answer = staff.raw("/staff/places/import", method="POST", data=form)
    assert answer.status_code == 303 and "Set-Cookie" not in answer.headers


@on_sqlite
def test_whatever_strangers_type_into_a_cell_nothing_on_the_page_or_in_a_table_is_built_otherwise(site, staff):
    known = looking.grammar(send(staff, LIST).tree) | looking.grammar(add(staff).tree)
    known |= looking.grammar(staff.press(send(staff, LIST), "Bring in").tree)
    staff.press(send(staff, "name,zip\n" + "".join(f"Sample {number},90002\n" for number in range(120))), "Bring in")
    known |= looking.grammar(staff.get("/staff/places?page=1").tree)
    strings = [one.text for one in corpus.everything() if len(one.text) < 400 and "\x00" not in one.text]
    out = StringIO(newline="")
    table = csv.writer(out)
    table.writerow(["name", "kind", "address", "city", "note", "zip"])
    for number, text in enumerate(strings):
        table.writerow([f"{text} {number}", text if number % 9 == 0 else "", text, text, text, "90001"])
    page = send(staff, out.getvalue().encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    assert page.status == 200 and looking.grammar(page.tree) <= known
    page = staff.press(page, "Bring in", too=[str(number) for number in range(2, len(strings) + 2)])
    assert looking.grammar(page.tree) <= known and len(names(site)) > 200
    for path in ("/staff/places.csv", "/staff/places/import/wrong.csv"):
        assert looking.faults_of_table(staff.raw(path).get_data(as_text=True)) == []
    for path in ("/staff/places", "/staff/places?page=2"):
        assert looking.grammar(staff.get(path).tree) <= known


def test_of_two_who_bring_in_the_same_list_at_the_same_moment_one_does(site, staff):
    other = by_link(site, "bela@example.org", Role.EVENTS)
    for person in (staff, other):
        send(person, LIST)
    waiting = site.rows(select(PlaceList.account_id, PlaceList.id))
    start, done = threading.Barrier(2), []

    def bring_in(account_id, list_id):
        with site.inside():
            start.wait(30)
            with db.writing():
                done.append(arrivals.bring_in(account_id, list_id, (), clock.now()))

    threads = [threading.Thread(target=bring_in, args=one) for one in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(done) == [0, 2] and len(names(site)) == 2


@on_sqlite
def test_what_waits_holds_the_cells_and_nothing_of_its_sender(site, staff):
    send(staff, LIST)
    ((kept,),) = site.rows(select(PlaceList.rows))
    assert [row["number"] for row in json.loads(kept)] == [2, 3, 4, 5, 6, 7]
    assert "staff@" not in kept and TEMPLE["name"] in kept and len(kept) < reading.LARGEST
