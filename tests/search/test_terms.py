"""What is looked for, read from what was typed; and what of a text is shown, and marked in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes.search.terms import LONGEST, MOST, WINDOW, Piece, plain, read, snippet

LONG = " ".join(f"word{number}" for number in range(100))


class TestRead:
    @pytest.mark.parametrize(
        ("typed", "terms"),
        [
            ("lamp", ["lamp"]),
            ("  The  LAMP, broken! ", ["the", "lamp", "broken"]),
            ("Zoë Zieliński", ["zoe", "zielinski"]),
            ("mia.hughes@example.com", ["mia.hughes@example.com"]),
            ("order 10023", ["order", "10023"]),
            ("CD-TH10-K237", ["cdth10k237"]),
            ("cd th10k237", ["cd", "th10k237"]),
            ("+44 7700 900123", ["700900123"]),
            ("07700 900 123 lamp", ["700900123", "lamp"]),
            ("lamp lamp LAMP", ["lamp"]),
            ("O'Neill", ["o'neill"]),
            ("", []),
            (" … !? ", []),
            ("a\0b", ["a", "b"]),
        ],
    )
    def test_terms(self, typed: str, terms: list[str]) -> None:
        assert read(typed) == terms

    def test_no_more_than_anybody_means(self) -> None:
        assert len(read(LONG)) == MOST
        assert read("x" * 10_000) == ["x" * LONGEST]


class TestPlain:
    @pytest.mark.database
    @pytest.mark.parametrize("said", ["Łódź Straße Ærø Ünïcödé", "İstanbul ŒUVRE", "plain", "ﬁve ½ ²", "ΑΒΓ Ðð Đđ Øø"])
    def test_the_database_has_the_same(self, session: Session, said: str) -> None:
        assert session.scalar(text("SELECT search_plain(:said)"), {"said": said}) == plain(said)


class TestSnippet:
    def test_marks_what_begins_with_a_term(self) -> None:
        assert snippet("The lamps broke.", ["lamp"]) == [Piece("The "), Piece("lamps", found=True), Piece(" broke.")]

    def test_marks_accents_and_parts_of_addresses(self) -> None:
        assert Piece("Zoë", found=True) in snippet("Ask Zoë about it", ["zoe"])
        assert Piece("mia.hughes@example.com", found=True) in snippet("to mia.hughes@example.com now", ["hughes"])

    def test_shows_the_words_around_and_no_more(self) -> None:
        pieces = snippet(LONG, ["word80"])
        assert Piece("word80", found=True) in pieces
        assert pieces[0].text == "…"
        assert len("".join(piece.text for piece in pieces).split()) <= WINDOW + 2

    def test_the_beginning_when_it_is_found_nowhere(self) -> None:
        assert "".join(piece.text for piece in snippet(LONG, ["zebra"])).startswith("word0 word1")

    @pytest.mark.parametrize("said", ["", "  ", "!!!"])
    def test_texts_without_words(self, said: str) -> None:
        assert "".join(piece.text for piece in snippet(said, ["x"])).strip() == said.strip()

    @given(said=st.text(max_size=300), terms=st.lists(st.text(min_size=1, max_size=8), max_size=4))
    def test_says_nothing_that_is_not_in_the_text(self, said: str, terms: list[str]) -> None:
        shown = "".join(piece.text for piece in snippet(said, terms)).strip("…")
        assert shown in said
