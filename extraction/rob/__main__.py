"""What does a risk-of-bias tool ask? `python -m extraction.rob [TOOL]` prints one tool, or all, as JSON."""

import dataclasses
import json
import sys

from extraction.rob import TOOLS


def main(arguments: list[str]) -> int:
    unknown = [each for each in arguments if each not in TOOLS]
    if unknown:
        print(f"no such tool: {', '.join(unknown)}. Known are {', '.join(TOOLS)}.", file=sys.stderr)
        return 2
    tools = [dataclasses.asdict(TOOLS[each]) for each in arguments or TOOLS]
    print(json.dumps(tools, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
