"""Which algorithms propose judgements? By the names that packs use."""

from extraction.rob import quadas2, rob2, robins_i
from extraction.rob.replies import Algorithm

ALGORITHMS: dict[str, Algorithm] = {**rob2.ALGORITHMS, **quadas2.ALGORITHMS, **robins_i.ALGORITHMS}
