"""References: what is read, what is refused, and what the check character catches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.cases.references import ALPHABET, find, new_reference, normalise

references = st.builds(new_reference)


class TestNew:
    @given(references)
    def test_is_written_as_it_is_read(self, reference: str) -> None:
        assert len(reference) == len("CD-XXXX-XXXX")
        assert normalise(reference) == reference

    def test_does_not_repeat(self) -> None:
        assert len({new_reference() for _ in range(2000)}) == 2000


class TestReading:
    @given(references, st.sampled_from(["-", "", " ", " - ", "–", "_"]))
    def test_takes_lower_case_and_other_dashes(self, reference: str, dash: str) -> None:
        assert normalise(f"  {reference.lower().replace('-', dash)} ") == reference

    @given(references)
    def test_takes_letters_that_look_like_figures(self, reference: str) -> None:
        body = reference[2:].replace("0", "O").replace("1", "l")
        assert normalise("CD" + body) == reference

    @pytest.mark.parametrize(
        "text", ["", "CD", "CD-", "10023", "CD-1234-567", "CD-1234-56789", "CD-12U4-5678", "😀" * 8]
    )
    def test_refuses_what_is_none(self, text: str) -> None:
        assert normalise(text) is None

    @given(st.text())
    def test_never_fails(self, text: str) -> None:
        assert normalise(text) is None or find(text) is not None

    @given(references)
    def test_finds_it_in_a_sentence(self, reference: str) -> None:
        assert find(f"hi, where is {reference.lower()}? thanks") == reference
        assert find(f"xCD{reference[2:]}") is None


class TestCheckCharacter:
    @given(references, st.integers(0, 7), st.sampled_from(ALPHABET))
    def test_catches_every_wrong_character(self, reference: str, place: int, other: str) -> None:
        signs = list(reference.replace("-", "")[2:])
        if signs[place] != other:
            signs[place] = other
            assert normalise("CD" + "".join(signs)) is None

    @given(references, st.integers(0, 7), st.integers(0, 7))
    def test_catches_every_swap_of_two_characters(self, reference: str, one: int, other: int) -> None:
        signs = list(reference.replace("-", "")[2:])
        if signs[one] != signs[other]:
            signs[one], signs[other] = signs[other], signs[one]
            assert normalise("CD" + "".join(signs)) is None

    def test_every_place_and_every_error_of_one_reference(self) -> None:
        signs = new_reference().replace("-", "")[2:]
        wrong = {
            signs[:place] + other + signs[place + 1 :]
            for place in range(8)
            for other in ALPHABET
            if other != signs[place]
        }
        assert len(wrong) == 8 * 31
        assert not any(normalise("CD" + text) for text in wrong)
