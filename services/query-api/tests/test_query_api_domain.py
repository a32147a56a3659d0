"""Promises of the pure parts."""

import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_api.domain.csv_cells import to_cell, to_csv
from query_api.domain.cursors import CursorCodec
from query_api.domain.drawing import MAX_NODES, MAX_PER_COLUMN, DrawnEdge, DrawnImage, draw
from query_api.domain.names import parse_image_name
from query_api.domain.rate_limit import RateLimiter
from query_api.errors import CursorError, InvalidRequestError

CODEC = CursorCodec(b"k" * 32)
POSITIONS = st.lists(st.one_of(st.text(max_size=30), st.integers(-(2**40), 2**40)), min_size=1, max_size=3)


@given(st.text(max_size=40), POSITIONS)
def test_a_cursor_gives_back_its_position(question: str, position: list[str | int]) -> None:
    assert CODEC.decode(question, CODEC.encode(question, position)) == position


@given(st.text(max_size=200))
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        CODEC.decode("q", text)


@given(POSITIONS, st.data())
def test_a_cursor_with_one_character_changed_is_refused(
    position: list[str | int], data: st.DataObject
) -> None:
    cursor = CODEC.encode("q", position)
    index = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != cursor[index]))

    with pytest.raises(CursorError):
        CODEC.decode("q", cursor[:index] + other + cursor[index + 1 :])


@pytest.mark.parametrize("padding", ["", "a", "aa"])
def test_a_cursor_has_one_spelling_only(padding: str) -> None:
    cursor = CODEC.encode("q", [padding])
    alphabet = string.ascii_letters + string.digits + "-_"

    for letter in alphabet.replace(cursor[-1], ""):
        with pytest.raises(CursorError):
            CODEC.decode("q", cursor[:-1] + letter)


@given(POSITIONS, st.text(max_size=9), st.text(max_size=9))
def test_a_cursor_of_another_question_or_key_is_refused(
    position: list[str | int], question: str, other: str
) -> None:
    cursor = CODEC.encode(question, position)

    with pytest.raises(CursorError):
        CursorCodec(b"x" * 32).decode(question, cursor)
    if question != other:
        with pytest.raises(CursorError):
            CODEC.decode(other, cursor)


@given(st.text())
def test_no_cell_starts_a_formula(text: str) -> None:
    assert not to_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert to_csv(["a"], [[text]]).startswith('"a"\r\n"')


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_is_refused(text: str) -> None:
    try:
        name = parse_image_name(text).image_id
    except InvalidRequestError as error:
        name = f"ami-: {error.errors[0].detail}"

    assert name.startswith("ami-")


def test_a_limit_refills_with_time() -> None:
    now = [0.0]
    limiter = RateLimiter(2.0, 3, lambda: now[0])

    assert [limiter.take("a") for _ in range(4)] == [0, 0, 0, 1]
    now[0] = 0.5
    assert limiter.take("a") == 0
    now[0] = math.inf
    assert limiter.take("b") == 0


def image(name: str, level: int, account: str = "1", reason: str | None = None) -> DrawnImage:
    return DrawnImage(name, level, name, "s", account, reason, known=True)


def test_a_drawing_shows_each_image_and_joins_it() -> None:
    images = [image("root", -1, reason="public_root"), image("self", 0), image("child", 1)]
    edges = [
        DrawnEdge("self", "root", "copy_image", "recorded"),
        DrawnEdge("child", "self", None, "inferred"),
    ]

    drawing = draw(images, edges)

    boxes = {box.key: box for box in drawing.boxes}
    assert boxes["root"].x < boxes["self"].x < boxes["child"].x
    assert boxes["root"].end_title == "public root"
    assert [line.dashed for line in drawing.lines] == [False, True]
    assert [line.method for line in drawing.lines] == ["copy image", "unknown"]
    assert not drawing.collapsed


def test_a_wide_column_is_collapsed_by_account_with_counts_and_the_weakest_confidence() -> None:
    children = [image(f"c{n}", 1, account=str(n % 3)) for n in range(MAX_PER_COLUMN + 6)]
    edges = [
        DrawnEdge(child.id, "self", "copy_image", "inferred" if child.id == "c0" else "native")
        for child in children
    ]

    drawing = draw([image("self", 0), *children], edges)

    assert sorted(box.title for box in drawing.boxes if box.count > 1) == ["10 images"] * 3
    assert sorted(line.confidence for line in drawing.lines) == ["inferred", "native", "native"]
    assert drawing.omitted == 0


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 400)), max_size=600))
def test_a_drawing_never_has_too_many_boxes_and_hides_none_silently(places: list[tuple[int, int]]) -> None:
    images = [image(f"n{index}", level, str(account)) for index, (level, account) in enumerate(places)]

    drawing = draw(images, [])

    assert len(drawing.boxes) <= MAX_NODES
    assert sum(box.count for box in drawing.boxes) + drawing.omitted == len(images)
    assert all(0 <= box.x < drawing.width and 0 <= box.y < drawing.height for box in drawing.boxes)
