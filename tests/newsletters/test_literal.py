"""S15: what looks like a template, a format string or HTML stands as it was typed, once, in names and in texts."""

import itertools
from typing import Any

import pytest
from justhtml import JustHTML

from campaign.newsletters import personal
from campaign.newsletters.blocks import Unreadable, read, value
from campaign.newsletters.marking import Marked, trouble_of
from campaign.newsletters.personal import Cut, escaped, slot
from campaign.newsletters.plain import Plain
from campaign.newsletters.rendering import Made, Prepared, Reader
from campaign.text import clean
from tests.hostile import corpus

INSIDE = [
    "7*7",
    "x.__class__",
    "name.__init__.__globals__",
    "config",
    "env 'HOME'",
    "request",
    "name",
    "''.join",
    "0",
    "self._TemplateReference__context",
]
AROUND = ["{{%s}}", "{{ %s }}", "{%% %s %%}", "${%s}", "#{%s}", "<%%= %s %%>", "%%(%s)s", "{0.%s}", "{!%s!}", "[[%s]]"]
AROUND += ["{%s!r}", "{%s:>9}", "$%s", "%%%s%%", "{{{%s}}}", "*|%s|*", "[%s]", "{php}%s{/php}", "@{%s}", "~{%s}~"]
AROUND += ["<b>%s</b>", "<script>%s</script>", "\"'><img src=x onerror=%s>", "&lt;%s&gt;", "&amp;%s;", "\\{%s|x\\}"]
PAYLOADS = sorted({clean(around % inside) for around, inside in itertools.product(AROUND, INSIDE)})
PAYLOADS += [one.text for one in corpus.of_class("templates")]
NAMES = sorted({clean(one)[:60] for one in [*PAYLOADS, "{name|x}", "{first|x}", slot("name", "x"), "{hotline}"]} - {""})


def _prepared(subject, html, text):
    return Prepared(Made("en", subject, "", html, text, ""))


HELLO = _prepared(
    f"Hello {slot('name', 'you')}",
    f'<p>Hello {slot("name", "you")}, dear {slot("first", "you")} <a href="{slot("unsubscribe")}">x</a></p>',
    f"Hello {slot('name', 'you')}",
)


def _read(html):
    return " ".join(JustHTML(html, sanitize=False).to_text().split())


def _links(html):
    tree: Any = JustHTML(html, sanitize=False)
    return [node.attrs["href"] for node in tree.query("a")]


def test_there_are_at_least_three_hundred():
    assert len(set(PAYLOADS)) >= 300 and len(NAMES) >= 250


@pytest.mark.parametrize("prepared", [HELLO])
def test_a_name_stands_in_a_letter_as_it_was_given_and_once(prepared):
    for name in NAMES:
        letter = prepared.for_reader(Reader(name, "https://leave.example/?a=1&b=2", "", "en"))
        said = clean(personal.bare(name))[:60]
        assert letter.subject == f"Hello {said or 'you'}", name
        assert letter.text == f"Hello {said or 'you'}", name
        assert _read(letter.html).startswith(" ".join(f"Hello {said or 'you'}, dear".split())), name
        tree: Any = JustHTML(letter.html, sanitize=False)
        assert {node.name for node in tree.query("*")} == {"html", "head", "body", "p", "a"}, name
        assert _links(letter.html) == ["https://leave.example/?a=1&b=2"]


@pytest.mark.parametrize("careless", ["unescaped", "twice", "a format string"])
def test_names_that_are_worked_out_are_noticed(careless):
    name = {"unescaped": "<b>x</b>", "twice": slot("first", "again"), "a format string": "{name}"}[careless]
    cut = Cut.of(f"<p>Hello {slot('name', 'you')}</p>")
    if careless == "unescaped":
        assert _read(cut.filled({"name": name})) != f"Hello {name}"
    if careless == "twice":
        assert Cut.of(cut.filled({"name": name})).filled({"first": "Anna"}) == "<p>Hello Anna</p>"
        assert HELLO.for_reader(Reader(name, "", "", "en")).text == "Hello firstagain"
    if careless == "a format string":
        assert cut.filled({"name": name}).format(name="Anna") != cut.filled({"name": name})
    assert escaped({"name": "<"}) == {"name": "&lt;"}


def test_a_text_says_what_was_typed_in_html_and_in_plain_text():
    """Inside a code span nothing is Markdown, so that what is read is what was typed; nothing is a field there."""
    for payload in PAYLOADS:
        if "`" in payload or "\n" in payload:
            continue
        marked = Marked(f"Before `{payload}` after")
        html = marked.html(str, str, slot)
        assert _read(html) == " ".join(f"Before {payload} after".split()), payload
        said = Plain(str, str, slot).say(marked)
        assert " ".join(said.split()) == " ".join(f"Before {payload} after".split()), payload
        assert marked.problems == [], payload


def test_without_one_it_is_text_or_a_mistake_but_never_anything_else():
    elements = {"html", "head", "body", "p", "em", "strong", "a", "code", "h2", "hr", "ul", "li", "blockquote", "pre"}
    for payload in PAYLOADS:
        marked = Marked(f"Before {payload} after")
        html = marked.html(str, str, slot)
        names = {node.name for node in JustHTML(html, sanitize=False).query("*")}
        assert names <= elements, payload
        assert personal.BEGIN not in html or "{name|" in payload or "{first|" in payload, payload
        assert all(trouble_of(to) == "" or to == "#" for to in _links(html)), payload


def test_a_field_is_one_of_the_list_with_something_that_stands_in():
    for text, wrong in (
        ("{name|friend}", ""),
        ("{ first | dear friend }", ""),
        ("{name}", "Say what stands there"),
        ("{Name|friend}", "There is no field {Name}"),
        ("{email|x}", "There is no field {email}"),
        ("{name|" + "x" * 61 + "}", "What stands in has at most 60"),
    ):
        found = personal.in_line(text)[1]
        assert [said.startswith(wrong) for said in found] == ([True] if wrong else []), text
        assert [problem.what.startswith(wrong) for problem in Marked(text).problems] == ([True] if wrong else []), text
    for text in (
        "{{7*7}}",
        "${name}",
        "%{name}",
        "{x.__class__}",
        "{0}",
        "{}",
        "{ }",
        "{na me|",
        "{name|a",
        "{name|a{",
    ):
        assert personal.in_line(text) == (text, []), text
    assert Marked("\\{name|x}").html(str, str, slot) == "<p>{name|x}</p>\n"


def test_where_a_link_may_lead():
    for good in ("/events", "/es/help#now", "https://castla.org/x?y=1", "http://x.example", "mailto:us@example.org"):
        assert trouble_of(good) == "", good
    for bad in (
        *(
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java%0ascript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///x",
        ),
        *("//evil.example", "/\\evil.example", "/%5Cevil.example", "events", "#here", "", "tel:+1", "blob:x", "https"),
        *("https://x.example/{name|x}", "https://x.example/%7Bname%7D"),
    ):
        assert trouble_of(bad), bad


def test_a_block_is_one_of_the_list():
    assert read("[[events place=3  language=th]]").values == {"place": "3", "language": "th"}
    assert read("[[pledge freedom]]").values == {"address": "freedom"}
    assert read("[[button to=/events text=“Come along”]]").values == {"to": "/events", "text": "Come along"}
    assert read('[[picture 3 alt="Two people"]]').number("number") == 3
    for bad in (
        *("[[", "[[]]", "[[x]]", "[[events", "[[events x=1]]", "[[events place=x]]", "[[events place=1 place=2]]"),
        *("[[events number=0]]", "[[pledge]]", "[[button text=x]]", "[[volunteers now]]", "[[events {{7*7}}]]"),
        *('[[picture x alt="y"]]', "[[picture 99999999999]]", "[[events place=²]]", "[[pledge a b]]"),
    ):
        with pytest.raises(Unreadable):
            read(bad)


def test_reading_what_is_hostile_takes_no_time_to_speak_of():
    for text in ("[[events " + "a=" * 9_000, "{" * 20_000, "{name|" * 4_000, "[" * 3_000, "[x](" * 4_000, "`" * 20_000):
        assert Marked(text).html(str, str, slot) and personal.in_line(text)[0], text[:9]


def test_a_link_with_a_sign_that_browsers_read_in_their_own_way_is_none():
    for to in (r"https://evil.example\@known.org/", "https://known.org\x01.evil.example/", "/\x7f/evil.example"):
        assert "No backslash" in trouble_of(to), to
    marked = Marked(r"[[button to=https://evil.example\@known.org/ text=Come]]")
    assert marked.links == [] and "No backslash" in str(marked.problems[0])


def test_what_is_written_makes_no_class_and_no_style():
    html = Marked("```js\nx\n```\n\n# A\n\n|a|b|\n|:-:|--:|\n|1|2|").html(str, str, slot)
    assert "class" not in html and "style" not in html and "<h2>A</h2>" in html and "<td>1</td>" in html


def test_what_a_block_offers_can_be_read_whatever_quotes_it_has():
    said = value('A “hall” with a "sign" in «it»')
    assert read(f'[[picture 3 alt="{said}"]]').values["alt"] == "A 'hall' with a 'sign' in 'it'"
