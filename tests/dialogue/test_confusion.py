"""The picture of what is taken for what."""

from xml.etree import ElementTree

from tests.dialogue.confusion import picture

PAIRS = [("late", "late"), ("late", "late"), ("late", "lost"), ("lost", "lost"), ("odd", "late")]


def test_counts_stand_in_the_order_of_the_groups_and_nothing_is_left_out() -> None:
    drawn = ElementTree.fromstring(picture(PAIRS, [["lost", "never seen"], ["late"]]))
    told = {title.text for title in drawn.iter("{http://www.w3.org/2000/svg}title")}
    assert told == {
        "late taken for late: 2",
        "late taken for lost: 1",
        "lost taken for lost: 1",
        "odd taken for late: 1",
    }
    names = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text") if text.get("text-anchor") == "end"]
    assert names == ["lost", "late", "odd"]


def test_right_and_wrong_look_different() -> None:
    drawn = picture([("late", "late"), ("lost", "late")], [["late", "lost"]])
    assert len({part.split('"')[0] for part in drawn.split('fill="')[1:] if "fill-opacity" in part}) == 2
