"""What a reader's program sees in a page: elements, ids, links; and what is wrong with its structure."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "path", "use"}


@dataclass
class Element:
    """One element with its attributes, its parents' names and its text."""

    tag: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    text: str = ""
    inner: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """Every element of a page; complains when tags do not match."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {[one.tag for one in self._open]}"

    def handle_starttag(self, tag, attrs) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute"
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(one.tag for one in self._open))
        for parent in self._open:
            parent.inner.append(tag)
        self.elements.append(element)
        if tag not in VOID - {"path", "use"}:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID - {"path", "use"}:
            self.handle_endtag(tag)

    def handle_endtag(self, tag) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """Every element of a kind."""
        return [one for one in self.elements if one.tag == tag]
