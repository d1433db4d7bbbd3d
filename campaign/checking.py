"""`campaign check`: reads content, templates, migrations and, where a site is, its audit trail; names every mistake."""

import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError, nodes
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from . import db, phrases, schema
from .config import Config
from .content import PLACEHOLDER, Content, Page, line_of
from .errors import Misconfigured
from .pages import progress
from .printables import words as prints
from .printables.lines import KINDS
from .settings import Contacts, Mistake
from .staff import audit

# Ten digits as Americans group them, eleven with the 1 before, or the + form that is dialled (E.164).
DIGITS = re.compile(r"(?<![\w#./-])(?:\+\d{8,15}|(?:1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|1?\d{10})(?![\w-])")
HELD_BACK = " (a real site shows the English)"
# A script in the page, which the policy for browsers forbids; JSON-LD is data, which no browser runs.
INLINE = re.compile(r'<script(?![^>]*\ssrc=)(?! type="application/ld\+json">)')
HANDLER = re.compile(r"<[a-z][^>]*\s(?:on[a-z]+|style)\s*=", re.IGNORECASE)


def mistakes(config: Config) -> list[str]:
    """Everything that is wrong, a line each: file, line, what to do. Empty when all is well."""
    return [*_content(config.place("content")), *_templates(config.place("templates")), *_migrations()]


def records(config: Config) -> tuple[list[str], str]:
    """What is wrong with the records of the site that is here, and a sentence on what was looked at."""
    from .app import create_app

    path = make_url(config.database_url).database
    if config.sqlite and not Path(path or "").exists():
        return [], "Records not checked: there are none here."
    try:
        app = create_app(config)
    except Misconfigured:
        return [], "Records not checked: the settings do not allow a start."
    try:
        with app.app_context():
            return _trail()
    except DBAPIError:
        return [], "Records not checked: they cannot be reached."
    finally:
        app.extensions["database"].engine.dispose()


def _trail() -> tuple[list[str], str]:
    with db.reading() as session:
        current = schema.is_current(session.connection())
    if not current:
        return [], "Records not checked: they have not the shape that this program expects."
    number, broken = audit.broken()
    return [f"audit trail: {broken}"] if broken else [], f"The audit trail is as it was written ({number} rows)."


def notices(config: Config) -> list[str]:
    """What is not wrong but unfinished: contacts that are missing, translations missing, stale or unreviewed."""
    try:
        content = Content(config.place("content"))
    except (Mistake, OSError):
        return []
    said = [
        f"{one.language.code} {line.name} is {line.state}{HELD_BACK if line.held_back else ''}: {line.mend}"
        for one in progress.of_all(content)
        for line in one.open
    ]
    return [*_unreached(content.site.contacts), *said]


def _unreached(contacts: Contacts) -> Iterator[str]:
    if not contacts.accessibility:
        yield "campaign.toml: contacts.accessibility is empty; who cannot use a page is not told where to write"
    if not contacts.security:
        yield "campaign.toml: contacts.security is empty, so there is no /.well-known/security.txt"


def _content(folder: Path) -> Iterator[str]:
    try:
        content = Content(folder)
    except (Mistake, OSError) as error:
        yield f"content: {error}"
        return
    codes = {language.code for language in content.site.languages}
    for path in sorted(folder.glob("*/**/*.md")):
        language = path.relative_to(folder).parts[0]
        if language not in codes:
            yield f"{path.relative_to(folder)}:1: {language} is not one of [[languages]]"
            continue
        try:
            page = content.read(path, language)
            if language != "en" and not (folder / "en" / f"{page.name}.md").is_file():
                yield f"{path.relative_to(folder)}:1: there is no such page in English, so nobody will be shown it"
        except Mistake as error:
            yield f"{path.relative_to(folder)}:{error.line}: {error.what}"
        else:
            yield from (f"{path.relative_to(folder)}:{line}: {what}" for line, what in _facts(page, path))
    yield from _beside(folder)
    yield from _numbers(folder, sorted([*folder.glob("*/**/*.md"), *folder.glob("*/print/*.toml")]))


def _beside(folder: Path) -> Iterator[str]:
    """What is wrong with the words that are no pages: of prints, and of calls for help."""
    for path in sorted(folder.glob("*/print/*.toml")):
        yield from (f"{path.relative_to(folder)}:{line}: {what}" for line, what in _lines(folder, path))
    for path in sorted(folder.glob("*/pleas.toml")):
        yield from (f"{path.relative_to(folder)}:{line}: {what}" for line, what in _phrases(path))


def _facts(page: Page, path: Path) -> Iterator[tuple[int, str]]:
    """What is wrong with the facts at the top of a page: sources that are none, placeholders that would be shown."""
    if page.facts.get("sources", []) != page.sources:
        yield (
            line_of(path, "sources"),
            "`sources` is a list of { name = …, address = … }; addresses begin with https://",
        )
    elif page.language == "en" and page.name.startswith("learn/") and not page.sources:
        yield 1, "a page to learn from needs `sources`: where its facts can be read"
    for name, text in page.facts.items():
        if isinstance(text, str) and (found := PLACEHOLDER.search(text)):
            yield line_of(path, found[0]), f"{found[0]} would be shown as it stands; `{name}` takes no placeholder"


def _lines(folder: Path, path: Path) -> Iterator[tuple[int, str]]:
    """What is wrong with the words of a print."""
    if path.stem not in KINDS:
        yield 1, f"there is no design {path.stem}; there are {', '.join(KINDS)}"
        return
    try:
        found = prints.read(folder, path.relative_to(folder).parts[0], path.stem)
    except Mistake as error:
        yield error.line, error.what
        return
    for name, text in found.lines.items() if found else ():
        if placeholder := PLACEHOLDER.search(text):
            yield line_of(path, placeholder[0]), f"{placeholder[0]} would be printed as it stands; `{name}` takes none"


def _phrases(path: Path) -> Iterator[tuple[int, str]]:
    """What is wrong with the phrases by which a call for help is noticed."""
    try:
        phrases.read(path)
    except Mistake as error:
        yield error.line, error.what


def _numbers(folder: Path, paths: list[Path]) -> Iterator[str]:
    """A telephone number lives in campaign.toml alone: typed anywhere else it will one day be a wrong one."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if found := DIGITS.search(line):
                place = path.relative_to(folder)
                yield f"{place}:{number}: {found[0]} looks like a telephone number; write {{hotline:…}} instead"


def _templates(folder: Path) -> Iterator[str]:
    environment = Environment(loader=FileSystemLoader(folder), extensions=["jinja2.ext.i18n"], autoescape=True)
    names = environment.list_templates(extensions=["html", "txt"])
    for name in names:
        source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
        try:
            tree = environment.parse(source)
        except TemplateSyntaxError as error:
            yield f"templates/{name}:{error.lineno}: {error.message}"
            continue
        yield from _missing_parts(name, tree, set(names))
        yield from _numbers(folder, [folder / name])
        if not name.startswith("letters/"):  # mail programs know no style sheet; pages have one
            yield from _inline(name, source)
    yield from _numbers(folder, sorted(folder.glob("print/*.typ")))


def _missing_parts(name: str, tree: nodes.Template, known: set[str]) -> Iterator[str]:
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        part = node.template  # type: ignore[attr-defined]
        if isinstance(part, nodes.Const) and part.value not in known:
            yield f"templates/{name}:{node.lineno}: there is no template {part.value}"


def _inline(name: str, source: str) -> Iterator[str]:
    for number, line in enumerate(source.splitlines(), start=1):
        if HANDLER.search(line) or "<style" in line or INLINE.search(line):
            yield f"templates/{name}:{number}: inline script or style; the content security policy forbids it"


def _migrations() -> Iterator[str]:
    from alembic.script import ScriptDirectory

    heads = ScriptDirectory.from_config(schema.settings()).get_heads()
    if len(heads) != 1:
        yield f"migrations: {len(heads)} of them claim to be the newest ({', '.join(heads)})"
