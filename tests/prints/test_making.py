"""A print is made by a process of its own, goes on after any kill, has each code once, and leaves nothing half-made."""

import contextlib
import json
import random
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import func, select, update

from campaign import clock, db
from campaign.app import Switches
from campaign.errors import Refused
from campaign.links.models import Code
from campaign.printables import child, making, plans, prints
from campaign.printables.models import Print
from campaign.printables.pressroom import Job, Unprinted
from tests.house.everything import on_sqlite
from tests.printables.looking import codes as scanned
from tests.prints import acts
from tests.processes import ROOT, wait_for, working

HERE = Switches(print_apart=False)
PATIENCE = 240.0  # seconds: the process that prints lets everybody else on the machine go first


def _lease_runs_out(site):
    with site.inside(), db.writing() as session:
        session.execute(update(Print).values(leased_until=clock.now() - timedelta(seconds=1)))


def _digest(site, print_id):
    return sha256(acts.zip_of(site, print_id).read_bytes()).hexdigest()


@on_sqlite
def test_the_same_rows_make_the_same_bytes_whenever_and_wherever_they_are_made(make_site, staff_of, noon, later):
    site = make_site(switches=HERE)
    print_id = acts.printed(site, acts.lines(23), "business-card")
    one, first = acts.found(site, print_id), _digest(site, print_id)
    folder = site.config.prints / str(print_id)
    assert one.digest == first and one.size == acts.zip_of(site, print_id).stat().st_size
    assert not [file.name for file in folder.iterdir() if "part" in file.name or file.name.startswith("pieces-")]
    later(days=89)
    site.work("forget")
    assert acts.zip_of(site, print_id).exists()
    later(days=2)
    site.work("forget")
    assert list(folder.iterdir()) == []
    staff = staff_of(site)
    page = staff.get(f"/staff/prints/{print_id}")
    assert "files were deleted" in page.text and staff.get(f"/staff/prints/{print_id}/files/print.zip").status == 404
    staff.press(page, "Make the files again")
    _write_plan(site, print_id)
    process = _run(folder)  # another process, another day
    assert "made" in process.stdout.read().decode().splitlines()[-1]
    process.communicate()
    acts.work(site)
    assert _digest(site, print_id) == acts.found(site, print_id).digest == first
    assert len(acts.codes(site)) == 23


@on_sqlite
def test_after_a_restore_which_brings_no_files_they_are_made_again(make_site, staff_of, noon):
    site = make_site(switches=HERE)
    staff, print_id = staff_of(site), acts.begin(site, acts.lines(2))
    acts.work(site)
    for state, button in (("proof", "Make the proof again"), ("ready", "Make the files again")):
        if state == "ready":
            acts.sign_off(site, print_id)
            acts.work(site)
        shutil.rmtree(site.config.prints)
        staff.press(staff.get(f"/staff/prints/{print_id}"), button)
        acts.work(site)
        assert acts.found(site, print_id).state == state and len(acts.codes(site)) == 2
        assert button not in staff.get(f"/staff/prints/{print_id}").text
    assert _whole(site, print_id)


def _write_plan(site, print_id):
    with site.inside(), db.reading():
        plans.write(plans.folder_of(site.config, print_id), plans.of(prints.get(print_id)))


@on_sqlite
def test_prints_are_made_apart_and_the_process_is_told_no_secret(site):
    acts.begin(site, acts.lines(3))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    acts.work(site)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before and acts.found(site, 1).state == "proof"
    said = (site.config.prints / "1" / "plan.json").read_text("utf-8") + str(making.environment())
    assert site.config.secret_key not in said and site.config.database_url not in said


@on_sqlite
def test_pieces_are_cut_into_piles_in_the_order_in_which_they_are_handed_out(make_site, noon):
    site = make_site(switches=HERE)
    first, second = acts.some_places(site)[:2]
    print_id = acts.printed(site, acts.lines(11, first) + acts.lines(12, second, "es"), "business-card")
    document = pypdfium2.PdfDocument(acts.inside(site, print_id)["pieces-01.pdf"])
    sheets = []
    for page in document:
        found = scanned(page.render(scale=200 / 72).to_pil().convert("L"))
        placed = sorted(found, key=lambda one: (round(one.position.top_left.y / 100), one.position.top_left.x))
        sheets.append([one.text.rpartition("/")[2] for one in placed])
    assert [len(sheet) for sheet in sheets] == [10, 10, 3]
    piles = [sheet[place] for place in range(10) for sheet in sheets if place < len(sheet)]
    assert piles == [code for code, *_ in acts.codes(site)]
    assert [place for _, place, _ in acts.codes(site)] == ["Sample Temple"] * 11 + ["Sample Market"] * 12


def test_of_two_workers_one_has_a_print_in_hand_and_codes_are_made_once(make_site, noon):
    site = make_site(switches=HERE)
    print_id = acts.begin(site, acts.lines(7))
    with site.inside():
        mine = making.claim(clock.now())
        assert mine is not None and making.claim(clock.now()) is None
        _lease_runs_out(site)
        theirs = making.claim(clock.now())
        assert theirs is not None and theirs.lease != mine.lease
        making.bring_on(theirs)
        making.bring_on(mine)  # the one that slept: it finds that it holds no lease any more
        assert (again := making.claim(clock.now())) is not None and again.id == print_id
    assert acts.found(site, print_id).state == "proving"
    assert len(acts.codes(site)) == 7 == len({code for code, *_ in acts.codes(site)})
    assert site.rows(select(func.count(func.distinct(Code.id)))) == [(7,)]


@on_sqlite
def test_without_the_claim_two_workers_would_make_two_codes_for_a_piece(make_site, noon):
    """The negative control."""
    site = make_site(switches=Switches(print_apart=False, claim_prints=False))
    acts.begin(site, acts.lines(7))
    with site.inside():
        mine, theirs = making.claim(clock.now()), making.claim(clock.now())
        assert mine is not None and theirs is not None
        making.bring_on(mine)
        with db.writing() as session:  # as the second one saw it, before the first had written
            session.execute(update(Print).values(state="checking"))
        making.bring_on(theirs)
    assert len(acts.codes(site)) > 7


def _run(folder, first="true"):
    """The process, as the worker starts it, after a line of the shell."""
    command, pipe = [sys.executable, "-m", child.__name__, str(folder)], subprocess.PIPE
    after = ["sh", "-c", f'{first}; exec "$0" "$@"', *command]
    return subprocess.Popen(after, env=making.environment(), cwd=ROOT, stdin=pipe, stdout=pipe)


def _ready_to_print(site, number=40, design="business-card"):
    """A print whose proof was signed off, and its folder with the plan of the last stage."""
    print_id = acts.begin(site, acts.lines(number), design)
    acts.work(site)
    acts.sign_off(site, print_id)
    folder = plans.folder_of(site.config, print_id)
    _write_plan(site, print_id)
    return print_id, folder


@on_sqlite
@pytest.mark.gate("R26", quick=3, full=100)
def test_killed_at_any_moment_the_process_goes_on_from_what_is_finished(make_site, noon, size):
    site, dice = make_site(switches=HERE), random.Random(11)
    print_id, folder = _ready_to_print(site, 120 if size < 10 else 640)
    dates: dict[str, int] = {}
    for number in range(size):
        process = _run(folder)
        if number:
            time.sleep(dice.random() * 1.5)
            process.kill()
        else:  # killed when a file is there at the latest: of pieces, or of all of them
            wait_for("a file", lambda: [*folder.glob("pieces-*.pdf"), *folder.glob("print-*.zip")], PATIENCE)
            process.kill()
        process.communicate()
        for file in folder.glob("*.pdf"):
            assert file.read_bytes().rstrip().endswith(b"%%EOF"), file.name
            assert dates.setdefault(file.name, file.stat().st_mtime_ns) == file.stat().st_mtime_ns, file.name
    acts.work(site)
    assert acts.found(site, print_id).state == "ready" and not list(folder.glob(".*.part"))
    assert _whole(site, print_id)


def _whole(site, print_id):
    with zipfile.ZipFile(acts.zip_of(site, print_id)) as packed:
        assert packed.testzip() is None
        return {len(packed.read(name)) > 100 for name in packed.namelist()} == {True}


@on_sqlite
def test_a_file_that_has_its_name_before_it_is_whole_would_be_taken_for_finished(make_site, noon):
    """The negative control of the file that appears at once: half of one stays half of one."""
    for at_once in (True, False):
        site = make_site(switches=Switches(print_apart=False, finish_files=at_once))
        print_id, folder = _ready_to_print(site, 12)
        target = folder / ("pieces-01.pdf" if not at_once else ".pieces-01.pdf.99.part")
        target.write_bytes(b"%PDF-1.7 half")  # what a process leaves that is killed while it writes
        acts.work(site)
        whole = acts.inside(site, print_id)["pieces-01.pdf"].rstrip().endswith(b"%%EOF")
        assert whole is at_once
        with site.inside(), db.writing():
            prints.discard(print_id, clock.now())


@on_sqlite
def test_a_full_disk_is_said_and_leaves_nothing_half_made(make_site, staff_of, noon):
    site = make_site(switches=HERE)
    staff = staff_of(site)
    print_id, folder = _ready_to_print(site, 30)
    before = sorted(folder.iterdir())
    process = _run(folder, "ulimit -f 8")  # in blocks: no file can grow larger
    last = process.stdout.read().decode().splitlines()[-1]
    process.communicate()
    assert child.NO_ROOM in last and [one for one in sorted(folder.iterdir()) if ".part" not in one.name] == before
    with site.inside(), db.writing():
        one = prints.get(print_id)
        one.lease = "x"
    taken = making.Taken(print_id, "x")
    with site.inside():
        making.write_down(taken, {"trouble": child.NO_ROOM}, folder)
    assert list(folder.iterdir()) == []
    page = staff.get(f"/staff/prints/{print_id}")
    assert "stuck" in page.text and "The disk is full" in page.text
    staff.press(page, "Try again")
    with site.inside(), db.reading():
        assert prints.get(print_id).stuck_at is None


@on_sqlite
def test_what_is_discarded_while_it_is_made_leaves_no_files(make_site, staff_of, monkeypatch):
    site = make_site(switches=HERE)
    staff = staff_of(site)
    print_id, folder = _ready_to_print(site, 3)
    page = staff.get(f"/staff/prints/{print_id}/discard")

    def discarded(folder, tell):
        staff.press(page, "Discard this print")
        folder.mkdir(exist_ok=True)
        (folder / ".pieces-01.pdf.9.part").write_bytes(b"%PDF-1.7 half")  # it writes on until it hears
        tell({"done": 3})

    monkeypatch.setattr(child, "work", discarded)
    acts.work(site)
    assert acts.found(site, print_id).state == "discarded" and not list(folder.glob("*")) + list(folder.glob(".*"))


def test_whatever_ends_the_process_that_prints_is_said_in_words(tmp_path):
    """Without a word it would be taken for killed, tried four times more, and called a lack of memory."""
    (tmp_path / "campaign.toml").write_text("[campaign\n", "utf-8")
    for plan, words in (({"content": str(tmp_path), "demo": True}, "campaign.toml:1: "), ({}, "KeyError")):
        (tmp_path / "plan.json").write_text(json.dumps(plan), "utf-8")
        said: list[dict[str, str]] = []
        child.work(tmp_path, said.append)
        assert list(said[0]) == ["trouble"] and words in said[0]["trouble"] and "try again" in said[0]["trouble"]


class Untypeset(Job):
    """One that sets nothing, and refuses pieces for one place."""

    def set(self, rows, output=""):
        if any(row["place"] == "Sample 7" for row in rows):
            raise Refused("No room.")
        return b""

    def _cover(self):
        return b""


@on_sqlite
def test_a_long_trial_is_heard_of_all_the_time(site, tmp_path):
    print_id = acts.begin(site, acts.lines(1))
    with site.inside(), db.reading():
        plan = plans.of(prints.get(print_id))
    for first, times in ((100, 3), (0, 103)):  # without and with a batch of which each piece is tried alone
        plan["items"] = [{**plan["items"][0], "place": f"Sample {first + number}"} for number in range(300)]
        heard: list[dict[str, int]] = []
        with contextlib.suppress(Unprinted):
            Untypeset(plan, tmp_path, heard.append).trial()
        assert heard == [{"done": 0}] * times


@on_sqlite
def test_a_folder_that_cannot_be_made_is_said(make_site, tmp_path, noon):
    (tmp_path / "in-the-way").mkdir()
    site = make_site(switches=HERE, prints_dir=tmp_path / "in-the-way")
    print_id = acts.begin(site, acts.lines(1))
    (tmp_path / "in-the-way" / str(print_id)).write_text("a file where a folder should be")
    acts.work(site)
    assert "could not be written" in acts.found(site, print_id).trouble


@on_sqlite
def test_a_process_that_is_ended_again_and_again_is_given_up_and_said(make_site, noon):
    site = make_site(switches=HERE)
    print_id = acts.begin(site, acts.lines(1))
    with site.inside():
        for _ in range(making.MOST_TRIES):
            assert making.claim(clock.now()) is not None  # and killed before it could do anything
            _lease_runs_out(site)
        assert making.claim(clock.now()) is None
    assert "was ended 5 times" in acts.found(site, print_id).trouble and acts.codes(site) == []


@on_sqlite
@pytest.mark.gate("R26", quick=1, full=30)
def test_a_worker_that_is_killed_or_stopped_is_followed_by_one_that_goes_on(make_site, size):
    site, dice = make_site(), random.Random(5)
    ids, stopped = [], 0
    for _ in range(size):
        ids.append(print_id := acts.begin(site, acts.lines(20), "business-card"))
        with working(site.config) as worker:
            _wait_for_its_hand(site, print_id)
            time.sleep(dice.random() * 0.6)
            worker.kill()
        wait_for("its process to end with it", lambda: not _printing(site), PATIENCE)
        _lease_runs_out(site)
        if acts.found(site, print_id).state != "proof":  # else it was done with, and nobody would take it in hand
            stopped += 1
            with working(site.config) as worker:
                _wait_for_its_hand(site, print_id)
                worker.terminate()
                assert worker.wait(60) == 0
        one = acts.found(site, print_id)
        assert one.lease == "" and one.stuck_at is None
        acts.work(site)
        acts.sign_off(site, print_id)
        acts.work(site)
        assert acts.found(site, print_id).state == "ready" and _whole(site, print_id)
    assert stopped >= size // 2
    made = [code for code, *_ in acts.codes(site)]
    assert len(made) == len(set(made)) == 20 * size
    assert Counter(site.rows(select(Code.print_id))) == {(one,): 20 for one in ids}


def _wait_for_its_hand(site, print_id):
    """Until a worker has it in hand, or was so quick that a person is to look already."""

    def taken():
        one = acts.found(site, print_id)
        return (one.leased_until and one.leased_until > clock.now()) or one.state == "proof"

    wait_for("the worker", taken, PATIENCE)


def _printing(site):
    """Whether a process still prints into the folders of this site."""
    wanted = str(site.config.prints).encode()
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            line = one.read_bytes()
            if child.__name__.encode() in line and wanted in line:
                return True
    return False
