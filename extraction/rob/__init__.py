"""By which tools is risk of bias judged? Each is data: domains, questions, judgements, and the algorithm that proposes one. Pure.

RoB 1 and the packs in `packs/`; a review's own tools are packs too (`pack.load`).
"""

from extraction.rob.overall import overall
from extraction.rob.pack import BadPack, load, shipped
from extraction.rob.replies import Proposal
from extraction.rob.rob1 import ROB1
from extraction.rob.tool import Domain, Question, Tool

SHIPPED = (
    "rob2_assignment",
    "rob2_adhering",
    "rob2_cluster",
    "rob2_cluster_adhering",
    "rob2_crossover",
    "rob2_crossover_adhering",
    "robins_i",
    "quadas2",
    "nos_cohort",
    "nos_case_control",
)
TOOLS: dict[str, Tool] = {tool.id: tool for tool in (ROB1, *(shipped(name) for name in SHIPPED))}

__all__ = ["ROB1", "TOOLS", "BadPack", "Domain", "Proposal", "Question", "Tool", "load", "overall", "shipped"]
