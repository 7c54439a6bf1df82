"""By which tools is risk of bias judged? Each is data: domains, judgements, and later its algorithm. Pure."""

from extraction.rob.rob1 import ROB1
from extraction.rob.tool import Domain, Tool

TOOLS: dict[str, Tool] = {tool.id: tool for tool in (ROB1,)}

__all__ = ["ROB1", "TOOLS", "Domain", "Tool"]
