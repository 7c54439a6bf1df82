"""LaTeX in BibTeX files becomes letters, and nothing that carries meaning is dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.formats.tex import escaped, plain

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Caf{\'e}, \"uber, \o{}re, {\aa}, \c{c}, \v{s}, Stra\ss e", "Café, über, øre, å, ç, š, Straße"),
        (r"\'{\i}ndice and \H{o}, \r{u}, \k{a}", "índice and ő, ů, ą"),
        (r"{W}alking {\textit{and}} \emph{talking}", "Walking and talking"),
        (r"p {\textless} 0.05, 50\% \& more", "p < 0.05, 50% & more"),
        (r"$\alpha$-blockers and 10$^{6}$ of H$_2$O", "α-blockers and 10<sup>6</sup> of H<sub>2</sub>O"),
        (r"CO\textsubscript{2}", "CO<sub>2</sub>"),
        (r"from \$5 to $10 and $20", "from $5 to $10 and $20"),
        (r"``quoted'' and O'Brien's", "“quoted” and O'Brien's"),
        (r"C:\dir\file and \unknowncommand{x}", r"C:\dir\file and \unknowncommandx"),
        (r"100% of 5 ~ 6", "100% of 5 ~ 6"),
        (r"one~word \textendash\ two", "one word – two"),
        ("{" * 5000 + "deep" + "}" * 5000, "deep"),
    ],
)
def test_latex_is_shown_in_plain_letters(tex: str, text: str) -> None:
    assert plain(tex) == text


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cn", "Co", "Cc"))))
def test_what_is_escaped_is_read_as_it_was(text: str) -> None:
    assert plain(escaped(text)) == text
