"""What does the first Cochrane tool for risk of bias ask? Seven domains, each judged low, unclear or high per study."""

from extraction.rob.tool import Domain, Tool
from extraction.schema.fields import Option

ROB1 = Tool(
    id="rob1",
    name="RoB 1",
    source="Higgins JPT, Altman DG, Gøtzsche PC, et al. BMJ 2011;343:d5928",
    judgements=(
        Option("low", "Low risk", "+"),
        Option("unclear", "Unclear risk", "?"),
        Option("high", "High risk", "−"),
    ),
    domains=(
        Domain(
            "sequence_generation",
            "Random sequence generation",
            "Could the next allocation be foretold because of how the sequence was made? "
            "Chance (a computer, a table, drawn lots) is low risk; dates, numbers or judgement are high.",
        ),
        Domain(
            "allocation_concealment",
            "Allocation concealment",
            "Could those who enrolled people know the next allocation before they decided? "
            "Central allocation or sealed opaque envelopes is low risk; an open list is high.",
        ),
        Domain(
            "blinding_participants",
            "Blinding of participants and personnel",
            "Did people, or those who treated them, know the arm, and could that have changed the outcome?",
        ),
        Domain(
            "blinding_assessment",
            "Blinding of outcome assessment",
            "Did those who measured the outcome know the arm, and could that have changed the measurement?",
        ),
        Domain(
            "incomplete_data",
            "Incomplete outcome data",
            "How many are missing from each arm, why, and how were they dealt with in the analysis?",
        ),
        Domain(
            "selective_reporting",
            "Selective reporting",
            "Are all planned outcomes reported as planned? Compare the protocol or register with the reports.",
        ),
        Domain(
            "other_bias",
            "Other bias",
            "Is there anything else in the design or conduct that could bias the result, such as baseline imbalance "
            "or early stopping?",
        ),
    ),
)
