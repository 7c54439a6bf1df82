"""What does this piece of LaTeX say in plain letters? Accents, symbols and protecting braces, as BibTeX files hold them.

A command that is not known stays as it stands: losing "<" from "p \\textless 0.05" would change the finding.
"""

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_SYMBOLS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
    "textless": "<", "textgreater": ">", "textbar": "|", "textbackslash": "\ufdd0", "textasciitilde": "\ufdd1",
    "textasciicircum": "^", "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "\ufdd3", "textquotedbl": '"', "textdegree": "°",
    "degree": "°", "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "copyright": "©", "textmu": "µ",
    "mu": "μ", "textbullet": "•", "bullet": "•", "dots": "…", "ldots": "…", "textellipsis": "…", "cdot": "·",
    "textperiodcentered": "·", "times": "×", "texttimes": "×", "div": "÷", "pm": "±", "textpm": "±", "leq": "≤", "le": "≤",
    "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼", "infty": "∞", "rightarrow": "→", "to": "→",
    "leftarrow": "←", "S": "§", "textsection": "§", "P": "¶", "pounds": "£", "textsterling": "£", "euro": "€",
    "texteuro": "€", "textexclamdown": "¡", "textquestiondown": "¿", "guillemotleft": "«", "guillemotright": "»",
    "prime": "′", "ell": "ℓ", "circ": "°", "quad": " ", "qquad": " ", "textonehalf": "½", "textordmasculine": "º",
    "textordfeminine": "ª", "lbrace": "\ufdd4", "rbrace": "\ufdd5", "textbraceleft": "\ufdd4", "textbraceright": "\ufdd5", "textunderscore": "_",
    "TeX": "TeX", "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX", "textasciigrave": "\ufdd2", "textdollar": "$", "slash": "/", "newline": " ", "varepsilon": "ε", "vartheta": "ϑ", "varphi": "ϕ",
}  # fmt: skip
# Signs that mean something in LaTeX stand for themselves only when all else is done; until then these
# code points, which are no characters, hold their place.
_HELD = str.maketrans("\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5", "\\~`'{}")
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
    "kappa": "κ", "lambda": "λ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
_SYMBOLS |= _GREEK | {"text" + name: letter for name, letter in _GREEK.items()}
_SYMBOLS |= {name.capitalize(): letter.upper() for name, letter in _GREEK.items()}

_STYLES = (
    "textit|textbf|textrm|textsf|textsc|texttt|textsl|textup|textmd|textnormal|text|emph|mathrm|mathbf|mathit|mathsf|mathcal"
    "|ensuremath|mbox|hbox|url|it|bf|em|rm|sc|sf|tt|sl|em|protect|relax|upshape|itshape|bfseries|boldsymbol|left|right"
)
_ACCENT_MARK = re.compile(r"\\([`'^\"~=.])\s*(?:\{\s*(\\?[A-Za-z])\s*\}|(\\[ij])(?![A-Za-z])|([A-Za-z]))")
_ACCENT_LETTER = re.compile(r"\\([cvHkrubd])(?:\s*\{\s*(\\?[A-Za-z])\s*\}|\s+([A-Za-z])(?![A-Za-z]))")
_SCRIPT = re.compile(r"\\text(su[pb])(?:er)?script\s*\{([^{}]*)\}")
_RAISED = re.compile(r"([_^])(?:\{([^{}]{1,12})\}|(\w))")
_MATH = re.compile(r"(?<!\\)\$([^$]{1,60})(?<!\\)\$")
_STYLE = re.compile(rf"\\(?:{_STYLES})(?![A-Za-z])\s*")
_COMMAND = re.compile(r"\\([A-Za-z]+)(?:\{\}|[^\S\n](?![^\S\n])|\s*(?=\\[A-Za-z]))?")
_BRACE = re.compile(r"(?<!\\)[{}]")
_ESCAPE = re.compile(r"\\([%&_#${}\"'`])")
_PROTECTED = re.compile(r"\{(\\(?:[%&_#$~]|[A-Za-z]{3,20}))\}")  # Mendeley writes {\_} and {\textless}
_SPACE = re.compile(r"\\[,;:! ]|\\\\|(?<=\w)~(?=\w)")


_SPECIAL = re.compile(r"[\\%&_#${}~^`]|'(?=')|(?m:^)@")
_WRITTEN = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}", "@": "{@}",
}  # fmt: skip


def plain(text: str) -> str:
    """-> text without LaTeX's accents, known commands, small formulas and protecting braces."""
    if "$" in text:
        text = _MATH.sub(_formula, text)
    if "\\" in text:
        text = _SCRIPT.sub(r"<\1>\2</\1>", text)
        text = _ACCENT_MARK.sub(_accented, text)
        text = _ACCENT_LETTER.sub(_accented, text)
        text = _COMMAND.sub(_symbol, _STYLE.sub("", text))
    if "``" in text:
        text = text.replace("``", "“").replace("''", "”")
    text = _BRACE.sub("", text)
    return _ESCAPE.sub(r"\1", _SPACE.sub(" ", text).replace("\\-", "")).translate(_HELD)


def unescaped(text: str) -> str:
    """-> an address or identifier without the backslashes and braces that some programs put around its signs."""
    if "\\" not in text:
        return text
    text = _COMMAND.sub(_symbol, _PROTECTED.sub(r"\1", text)).translate(_HELD)
    return _ESCAPE.sub(r"\1", text)


def _accented(match: re.Match[str]) -> str:
    mark, *letters = match.groups()
    letter = next(filter(None, letters)).lstrip("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[mark])


def _symbol(match: re.Match[str]) -> str:
    return _SYMBOLS.get(match.group(1), match.group())


def _formula(match: re.Match[str]) -> str:
    """-> a formula without its dollar signs; "$5 and $" is none."""
    inner = match.group(1)
    return _RAISED.sub(_raised, inner) if re.search(r"[\\^_]", inner) else match.group()


def _raised(match: re.Match[str]) -> str:
    sign, group, single = match.groups()
    mark = "sup" if sign == "^" else "sub"
    return f"<{mark}>{group or single}</{mark}>"


def escaped(text: str) -> str:
    """-> LaTeX that ``plain`` turns into this text again."""
    return _SPECIAL.sub(lambda match: _WRITTEN.get(match.group(), "\\" + match.group()), text)
