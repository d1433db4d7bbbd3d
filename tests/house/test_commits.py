"""What only the records' own file may do, read off the program itself."""

import ast
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "campaign"
ACTS = ("service.py", "editing.py", "board.py")  # they work in the session that the door opened
ON_THEIR_OWN = {
    "links/service.py": "a code is looked up once in ten seconds, so the door does not open the records for it",
    "mailing/service.py": "it speaks to another house between two changes; nothing slow may happen inside one",
}
SPEAKS_SQL = {"text", "exec_driver_sql", "execute", "scalar", "scalars", "literal_column", "executescript"}


def _calls(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def _files(*names):
    return [path for path in sorted(PROGRAM.rglob("*.py")) if not names or path.name in names]


def commits(tree):
    return [node.lineno for node, name in _calls(tree) if name in ("commit", "rollback", "begin_nested")]


def opens(tree):
    return [node.lineno for node, name in _calls(tree) if name in ("reading", "writing", "Session", "create_engine")]


def builds_sql(tree):
    return [node.lineno for node, name in _calls(tree) if name in SPEAKS_SQL and any(map(_is_built, node.args[:1]))]


def _is_built(argument):
    """Whether a text is put together; the settings that SQLite takes by no other way are let through."""
    if isinstance(argument, ast.JoinedStr):
        first = argument.values[0]
        return not (isinstance(first, ast.Constant) and str(first.value).startswith("PRAGMA "))
    if isinstance(argument, ast.BinOp):
        return any(isinstance(n, ast.Constant) and isinstance(n.value, str) for n in ast.walk(argument))
    return isinstance(argument, ast.Call) and getattr(argument.func, "attr", "") in (
        "format",
        "join",
        "replace",
    )


def _found(look, files):
    found = {path.relative_to(PROGRAM).as_posix(): look(ast.parse(path.read_text())) for path in files}
    return {name: lines for name, lines in found.items() if lines}


def test_only_the_records_own_file_commits():
    assert set(_found(commits, _files())) == {"db.py"}


def test_the_acts_of_a_feature_open_no_session_of_their_own():
    found = _found(opens, _files(*ACTS))
    assert _files(*ACTS) and found.keys() - ON_THEIR_OWN.keys() == set(), found


def test_no_sql_is_put_together_from_texts():
    assert _found(builds_sql, _files()) == {}


@pytest.mark.parametrize(
    ("look", "code"),
    [
        (commits, "session.commit()"),
        (opens, "with db.writing(): pass"),
        (builds_sql, "session.execute(text(f'SELECT {name}'))"),
        (builds_sql, "connection.exec_driver_sql('SELECT ' + name)"),
        (builds_sql, "text('SELECT %s' % name)"),
        (builds_sql, "text('SELECT {}'.format(name))"),
    ],
)
def test_what_is_looked_for_is_found(look, code):
    assert look(ast.parse(code)) == [1]
