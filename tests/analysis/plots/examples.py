"""One ordinary figure of each kind."""

from math import exp

from analysis.plots.baujat import Baujat, BaujatPoint
from analysis.plots.bubble import Bubble, BubblePlot, Fitted
from analysis.plots.figure import Plot
from analysis.plots.forest_data import Interval
from analysis.plots.funnel import Contour, Funnel, FunnelPoint
from analysis.plots.history import History, RunPoint
from analysis.plots.judgements import ROB1
from analysis.plots.traffic_light import BiasBar, BiasRow, BiasSummary, TrafficLight
from tests.analysis.plots.figures import DOMAINS, attachment

NAMES = ("Orme 1999", "Quill 2006", "Rask 2011", "Ferreira 2014", "Tanaka 2018")


def examples() -> list[Plot]:
    errors = (0.12, 0.2, 0.31, 0.4, 0.55)
    effects = (0.82, 0.7, 0.9, 0.5, 0.35)
    points = tuple(FunnelPoint(*each) for each in zip(NAMES, effects, errors, strict=True))
    contours = (Contour(1.645, "p > 0.10"), Contour(1.96, "0.05 < p ≤ 0.10"), Contour(2.576, "0.01 < p ≤ 0.05"))
    line = tuple(Fitted(x, exp(-0.1 * x), exp(-0.1 * x - 0.2), exp(-0.1 * x + 0.2)) for x in range(11))
    bubbles = tuple(Bubble(name, 2.0 * i, effects[i], 1 / errors[i]) for i, name in enumerate(NAMES))
    coordinates = ((0.4, 0.9), (1.9, 0.7), (0.2, 0.1), (0.9, 0.2), (2.6, 1.4))
    runs = tuple(
        RunPoint(i + 1, f"Run {i + 1}", Interval(at, at / (1.8 - i / 6), at * (1.8 - i / 6)))
        for i, at in enumerate(effects[:4])
    )
    judged = (("low", "unclear", "high"), ("low", "", "low"), ("high", "low", "low"))
    lights = tuple(BiasRow(name, each) for name, each in zip(NAMES, judged, strict=False))
    shares = {"low": 0.5, "unclear": 0.3, "high": 0.2}
    return [
        attachment(),
        Funnel(
            "Response, end of treatment",
            (*points, FunnelPoint("Filled 1", 1.4, 0.55, filled=True)),
            "Risk ratio",
            "Standard error of log(RR)",
            log=True,
            null=1.0,
            center=0.74,
            limits=1.96,
            adjusted=0.8,
            contours=contours,
            outside="p ≤ 0.01",
        ),
        Baujat("Response", tuple(BaujatPoint(name, *at) for name, at in zip(NAMES, coordinates, strict=True))),
        BubblePlot("Response by dose", bubbles, "Dose (mg)", "Risk ratio", line, log=True, null=1.0),
        History("", runs, "Risk ratio", log=True, null=1.0),
        TrafficLight("Risk of bias", DOMAINS, lights, ROB1),
        BiasSummary("Risk of bias", tuple(BiasBar(each.name, shares) for each in DOMAINS), ROB1),
    ]
