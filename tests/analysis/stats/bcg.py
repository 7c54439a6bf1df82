"""The thirteen trials of BCG vaccine against tuberculosis (Colditz et al. 1994, JAMA 271:698), a public example."""

BCG = {
    "study": ["Aronson 1948", "Ferguson 1949", "Rosenthal 1960", "Hart 1977", "Frimodt-Moller 1973", "Stein 1953",
              "Vandiviere 1973", "Madras 1980", "Coetzee 1968", "Rosenthal 1961", "Comstock 1974", "Comstock 1969",
              "Comstock 1976"],
    "ai": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "n1i": [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "n2i": [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
    "ablat": [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33],
    "year": [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976],
    "alloc": ["random", "random", "random", "random", "alternate", "alternate", "random", "random", "random",
              "systematic", "systematic", "systematic", "systematic"],
}  # fmt: skip
