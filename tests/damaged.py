"""Inputs that went wrong: a whole file with a few things changed, so that the damage gets deep into a reader."""

from __future__ import annotations

import re

from hypothesis import strategies as st

TOKENS = [
    *(
        b"null",
        b"true",
        b"false",
        b"NaN",
        b"inf",
        b"-inf",
        b"nan",
        b"-1",
        b"0",
        b"1",
        b"2.5",
        b"1e999",
        b"1e-400",
        b"-0.0",
    ),
    *(b"9" * 30, b"9" * 5_000, b'""', b"''", b'"x"', b"[]", b"{}", b"[[]]", b'{"a":1}', b"[1, 2, 3]", b'["a"]'),
    *(b'"\\ud800"', b'"\\u0000"', b"\x00", b"\xff\xfe", "é".encode(), "\u2028".encode(), b"\r", b"\n", b"[" * 3_000),
    *(b"2024-02-30", b"0001-01-01", b"9999-12-31", b"1979-05-27T07:32:00Z", b'"2024-01-01T00:00:00"', b"[[rules]]"),
]
PLACES = re.compile(rb'"(?:[^"\\\n]|\\.)*"|[\w.+-]+|[\[\]{}=:,]|\n')
LINES = re.compile(rb"[^\n]*\n?")


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The file with one to four things changed; now and then something that has nothing to do with it."""
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=200) | st.text(st.characters(codec="utf-8")).map(str.encode))
    content = whole
    for _ in range(draw(st.integers(1, 4))):
        content = draw(changed_once(content))
    return content


@st.composite
def changed_once(draw: st.DrawFn, content: bytes) -> bytes:
    """One token, byte, line or piece changed, taken out, doubled or put elsewhere."""
    how = draw(st.sampled_from(["token", "token", "token", "swap", "byte", "line", "double", "cut", "insert"]))
    found = [match.span() for match in (LINES if how in ("line", "double") else PLACES).finditer(content)] or [(0, 0)]
    start, end = draw(st.sampled_from(found))
    match how:
        case "token":
            return content[:start] + draw(st.sampled_from(TOKENS)) + content[end:]
        case "swap":
            other = draw(st.sampled_from(found))
            return content[:start] + content[slice(*other)] + content[end:]
        case "byte":
            return content[:start] + bytes([draw(st.integers(0, 255))]) + content[start + 1 :]
        case "line":
            return content[:start] + content[end:]
        case "double":
            return content[:end] + content[start:end] + content[end:]
        case "cut":
            return content[:start]
        case _:
            return content[:start] + draw(st.binary(min_size=1, max_size=8)) + content[start:]
