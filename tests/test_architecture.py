"""Does the house stand as its design says? Rules are read off the source; each is also shown to fail on a planted offence."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

pytestmark = pytest.mark.once

PROJECT = Path(__file__).resolve().parent.parent
FLOORS = ["reviewapp", "screening", "extraction", "analysis"]  # imports point to the left only
ROOF = ("reviewapp/urls.py", "reviewapp/dashboard.py", "reviewapp/management/", "reviewapp/seed/")
PURE = (
    "screening/formats/",
    "screening/dedupe/",
    "screening/consensus/",
    "screening/pdfs/",
    "screening/ranking/",
    "extraction/schema/",
    "extraction/rob/",
    "analysis/stats/",
    "analysis/plots/",
    "analysis/flow/",
    "analysis/grade/",
    "analysis/measures/",
    "analysis/reproduction/",
    "analysis/report/",
    "analysis/revman/",
)
WITH_DJANGO = re.compile(r"^(django|celery|kombu|redis|crispy|allauth|rest_framework|environ)")
HEAVY = ("numpy", "scipy", "pandas")
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "update", "delete"}
WRITERS = (
    "workflow",
    "reviewapp/bulk.py",
    "reviewapp/jobs.py",
    "reviewapp/audit.py",
    "reviewapp/states.py",
    "reviewapp/models.py",
)
ROLES = {"OWNER", "REVIEWER", "ARBITER", "OBSERVER"}
# access.py decides what roles may do; the verbs of the team hand them out; forms offer them.
ROLE_FILES = ("reviewapp/access.py", "reviewapp/models.py", "reviewapp/workflow.py", "reviewapp/forms.py")
MOST_LINES = 450

Rule = Callable[[str, str], Iterator[str]]


def sources(suffix: str = ".py") -> list[tuple[str, str]]:
    """Path (from the project's folder) and text of every module or template of the product."""
    folders = [*FLOORS, "templates"] if suffix == ".html" else FLOORS
    files = sorted(path for folder in folders for path in (PROJECT / folder).rglob(f"*{suffix}"))
    return [
        (path.relative_to(PROJECT).as_posix(), path.read_text()) for path in files if "migrations" not in path.parts
    ]


def is_roof(path: str) -> bool:
    return path.startswith(ROOF)


def is_called(path: str, name: str) -> bool:
    """Whether the file is screening/workflow.py or in screening/workflow/, for the name `workflow`."""
    return path.split("/")[1] in (name, f"{name}.py")


def modules_of(node: ast.AST, path: str) -> list[str]:
    """The modules that an import statement, or a call of import_module with a literal, names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = path.removesuffix(".py").split("/")[: -node.level] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        return [f"{module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
        "import_module",
        "__import__",
        "send_task",
    ):
        return [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return []


def imports(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Line and module of every import of a file, also inside functions."""
    for node in ast.walk(ast.parse(text)):
        for module in modules_of(node, path):
            yield node.lineno, module


# --- the rules -------------------------------------------------------------------------------------------------


def imports_point_down(path: str, text: str) -> Iterator[str]:
    if is_roof(path):
        return
    own = FLOORS.index(path.split("/")[0])
    for line, module in imports(path, text):
        as_path = module.replace(".", "/")
        first = module.split(".")[0]
        if first in FLOORS and FLOORS.index(first) > own:
            yield f"{path}:{line}: {FLOORS[own]} stands below {first} and may not import {module}"
        if any(f"{as_path}/".startswith(each.removesuffix(".py").rstrip("/") + "/") for each in ROOF):
            yield f"{path}:{line}: nothing imports the roof, such as {module}"


def pure_folders_are_pure(path: str, text: str) -> Iterator[str]:
    folder = next((each for each in PURE if path.startswith(each)), None)
    if folder is None:
        return
    for line, module in imports(path, text):
        as_path = module.replace(".", "/") + "/"
        if WITH_DJANGO.match(module):
            yield f"{path}:{line}: a pure folder may not import {module}"
        elif module.split(".")[0] in FLOORS and not as_path.startswith(PURE):
            yield f"{path}:{line}: a pure folder may not import {module}, which is not pure"


def the_blind_is_lifted_in_three_places(path: str, text: str) -> Iterator[str]:
    allowed = any(is_called(path, each) for each in ("models", "queries", "workflow")) or path == "reviewapp/audit.py"
    if allowed and not path.endswith(".html"):
        return
    for line, content in enumerate(text.splitlines(), start=1):
        if re.search(r"\bunblinded\b|\b_base_manager\b|\b_default_manager\b|\bbegun_by(_id)?\b", content):
            yield f"{path}:{line}: only models, queries and workflow look behind the blind"


def views_ask_queries(path: str, text: str) -> Iterator[str]:
    if not any(is_called(path, each) for each in ("views", "forms", "tasks")) and path != "reviewapp/dashboard.py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "blind"):
            yield f"{path}:{node.lineno}: .{node.attr} belongs in queries, where the member decides what is seen"


def roles_are_named_in_one_place(path: str, text: str) -> Iterator[str]:
    if path in ROLE_FILES or is_roof(path):
        return
    if path.endswith(".html"):
        for line, content in enumerate(text.splitlines(), start=1):
            if re.search(r"\brole\s*(==|!=|in\b)", content):
                yield f"{path}:{line}: a template asks `member|may`, not the role"
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in ROLES and getattr(node.value, "id", "") == "Role":
            yield f"{path}:{node.lineno}: Role.{node.attr} is named outside access.py"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.upper() in ROLES:
            yield f"{path}:{node.lineno}: the role “{node.value}” is named outside access.py"


def heavy_imports_wait(path: str, text: str) -> Iterator[str]:
    if path.startswith(PURE) or path.split("/")[1] in ("pooling.py", "figures.py"):
        return
    for node in ast.parse(text).body:
        for module in modules_of(node, path):
            if module.split(".")[0] in HEAVY or module.startswith(("analysis.stats", "analysis.plots")):
                yield f"{path}:{node.lineno}: {module} is imported inside a function only"


def only_verbs_write(path: str, text: str) -> Iterator[str]:
    if path.startswith(PURE) or any(is_called(path, each) or path == each for each in WRITERS):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            written = ast.unparse(node.func.value)
            if not re.search(r"digest|\bvars\(\)|\bcontext\b", written):  # a hash, names and a dict are no rows
                yield f"{path}:{node.lineno}: {written}.{node.func.attr}() belongs in a verb of workflow"


def nothing_is_swallowed(path: str, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler) and not isinstance(node.body[-1], ast.Raise):
            caught = ast.unparse(node.type) if node.type else "everything"
            if re.search(r"\b(everything|Exception|BaseException)\b", caught):
                yield f"{path}:{node.lineno}: catches {caught}"


def modules_are_short_and_say_what_they_answer(path: str, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > MOST_LINES:
        yield f"{path}: {lines} lines; two modules would be clearer"
    if text.strip() and not ast.get_docstring(ast.parse(text)):
        yield f"{path}: the first line says which question the file answers"


def templates_keep_the_policy(path: str, text: str) -> Iterator[str]:
    forbidden = {
        r"\sstyle\s*=": "a style attribute",
        r"<style\b": "a style element",
        r"\son[a-z]+\s*=\s*[\"']": "an event handler attribute",
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)": "an inline script",
        r"\|\s*safe\b": "|safe",
        r"hx-on\b|hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\[": "what htmx would have to evaluate",
    }
    for line, content in enumerate(text.splitlines(), start=1):
        for pattern, name in forbidden.items():
            if re.search(pattern, content):
                yield f"{path}:{line}: {name}"


def templates_end_what_they_begin(path: str, text: str) -> Iterator[str]:
    """A variable, tag or note that goes on in the next line is none to Django: it stands on the page as it is written."""
    for line, content in enumerate(text.splitlines(), start=1):
        for begin, end in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
            if begin in content and end not in content[content.rindex(begin) :]:
                yield f"{path}:{line}: {begin} is not ended in its line"


PYTHON_RULES: list[Rule] = [
    imports_point_down,
    pure_folders_are_pure,
    the_blind_is_lifted_in_three_places,
    views_ask_queries,
    roles_are_named_in_one_place,
    heavy_imports_wait,
    only_verbs_write,
    nothing_is_swallowed,
    modules_are_short_and_say_what_they_answer,
]
TEMPLATE_RULES: list[Rule] = [
    templates_keep_the_policy,
    templates_end_what_they_begin,
    the_blind_is_lifted_in_three_places,
    roles_are_named_in_one_place,
]


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    assert [offence for path, text in sources() for offence in rule(path, text)] == []


@pytest.mark.parametrize("rule", TEMPLATE_RULES, ids=lambda rule: rule.__name__)
def test_the_templates_keep_the_rule(rule: Rule) -> None:
    found = sources(".html")
    assert len(found) > 20
    assert [offence for path, text in found for offence in rule(path, text)] == []


OFFENCES: list[tuple[Rule, str, str]] = [
    (imports_point_down, "screening/views.py", "from analysis import queries"),
    (imports_point_down, "reviewapp/views.py", "import screening.models"),
    (imports_point_down, "screening/workflow/votes.py", "def vote():\n    from extraction.models import Study"),
    (imports_point_down, "extraction/tasks.py", "app.send_task('analysis.tasks.run')"),
    (imports_point_down, "analysis/views.py", "from reviewapp import dashboard"),
    (imports_point_down, "analysis/views.py", "from reviewapp.seed.play import play"),
    (pure_folders_are_pure, "screening/dedupe/rules.py", "from django.db import models"),
    (pure_folders_are_pure, "analysis/stats/pool.py", "def pool():\n    from analysis import queries"),
    (pure_folders_are_pure, "screening/formats/ris.py", "from ..models import Record"),
    (the_blind_is_lifted_in_three_places, "screening/views.py", "Vote.unblinded.count()"),
    (the_blind_is_lifted_in_three_places, "analysis/exports.py", "Vote._base_manager.all()"),
    (the_blind_is_lifted_in_three_places, "templates/screening/desk.html", "{{ vote.unblinded }}"),
    (the_blind_is_lifted_in_three_places, "templates/screening/desk.html", "{{ standing.begun_by }}"),
    (the_blind_is_lifted_in_three_places, "screening/views.py", "standing.begun_by_id"),
    (views_ask_queries, "screening/views.py", "Citation.objects.get(pk=pk)"),
    (views_ask_queries, "extraction/tasks.py", "Sheet.blind.for_member(member)"),
    (roles_are_named_in_one_place, "screening/queries.py", "member.role == Role.ARBITER"),
    (roles_are_named_in_one_place, "screening/views.py", "if member.role == 'arbiter': pass"),
    (roles_are_named_in_one_place, "templates/a.html", "{% if member.role == 'owner' %}"),
    (heavy_imports_wait, "analysis/models.py", "import numpy as np"),
    (heavy_imports_wait, "analysis/queries/runs.py", "from analysis.stats.pool import pool"),
    (only_verbs_write, "screening/views.py", "def view(request):\n    form.save()"),
    (only_verbs_write, "screening/tasks.py", "Citation.objects.filter(pk=1).update(live=True)"),
    (only_verbs_write, "reviewapp/admin.py", "Review.objects.all().delete()"),
    (nothing_is_swallowed, "screening/views.py", "try:\n    f()\nexcept Exception:\n    pass"),
    (nothing_is_swallowed, "screening/views.py", "try:\n    f()\nexcept:\n    pass"),
    (nothing_is_swallowed, "screening/views.py", "try:\n    f()\nexcept (ValueError, Exception):\n    pass"),
    (modules_are_short_and_say_what_they_answer, "screening/views.py", "import this"),
    (modules_are_short_and_say_what_they_answer, "screening/views.py", '"""What?"""\n' + "\n" * MOST_LINES),
    (templates_keep_the_policy, "templates/a.html", '<p style="color: red">'),
    (templates_keep_the_policy, "templates/a.html", "<button onclick='go()'>"),
    (templates_keep_the_policy, "templates/a.html", "<script>go()</script>"),
    (templates_keep_the_policy, "templates/a.html", "{{ name|safe }}"),
    (templates_end_what_they_begin, "templates/a.html", '<p>{{ names|join:"\n" }}</p>'),
    (templates_end_what_they_begin, "templates/a.html", "{% if here %}{% include\n'b.html' %}{% endif %}"),
    (templates_keep_the_policy, "templates/a.html", '<p hx-on:click="go()">'),
]


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES, ids=lambda value: getattr(value, "__name__", None))
def test_a_planted_offence_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(path, text)) != []


def test_every_rule_has_a_planted_offence() -> None:
    assert {rule for rule, _, _ in OFFENCES} == {*PYTHON_RULES, *TEMPLATE_RULES}


# --- no change without an event --------------------------------------------------------------------------------


def silent_verbs(files: list[tuple[str, str]]) -> list[str]:
    """Public functions of workflow that open a transaction and neither record an event nor call what records one."""
    functions = [
        (path, node)
        for path, text in files
        if is_called(path, "workflow")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    ]
    recording = {"record"}
    calls = {node.name: called_in(node) for _, node in functions}
    while more := {name for name, called in calls.items() if called & recording} - recording:
        recording |= more
    return [
        f"{path}:{node.lineno}: {node.name} changes something and records nothing"
        for path, node in functions
        if not node.name.startswith("_") and "atomic" in called_in(node) and node.name not in recording
    ]


def called_in(function: ast.FunctionDef) -> set[str]:
    """The last names of everything that is called in a function or decorates it: `record` for audit.record(...)."""
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)] + function.decorator_list
    return {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in calls}


def test_every_verb_that_changes_something_records_an_event() -> None:
    assert silent_verbs(sources()) == []


def test_a_silent_verb_is_found_and_one_that_calls_a_recording_helper_is_not() -> None:
    text = """
        def vote(member):
            with transaction.atomic():
                store(member)

        def loud(member):
            with transaction.atomic():
                helper(member)

        def helper(member):
            audit.record(member, "screening.voted", member)

        @transaction.atomic
        def decorated(member):
            member.save()
    """
    found = silent_verbs([("screening/workflow/votes.py", textwrap.dedent(text))])
    assert [line.split(": ")[1].split()[0] for line in found] == ["vote", "decorated"]


# --- what Python loads, and what Django knows ------------------------------------------------------------------

LOAD_EVERYTHING = """
import django
django.setup()
from django.urls import get_resolver
list(get_resolver().reverse_dict)
"""


def heavy_after(code: str) -> set[str]:
    """Which heavy packages a fresh Python has loaded after this code."""
    ask = f"{code}\nimport sys\nprint(*({set(HEAVY)!r} & sys.modules.keys()))"
    setting = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    told = subprocess.run([sys.executable, "-c", ask], cwd=PROJECT, env=setting, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    return set(told.stdout.split())


def test_answering_a_page_loads_no_numbers() -> None:
    assert heavy_after(LOAD_EVERYTHING) == set()


def test_a_loaded_package_would_be_noticed() -> None:
    assert heavy_after("import numpy") == {"numpy"}


BLIND = {"Event", "Vote", "Sheet", "Assessment", "Note", "Remark", "Proposal", "Entry", "Judgement"}


def ways_around_the_blind(model: type[Model]) -> Iterator[str]:
    """A plain manager, or a relation by which a template could walk from an open thing to blinded ones."""
    if hasattr(model, "objects"):
        yield f"{model.__name__}.objects"
    for field in model._meta.get_fields():
        if field.many_to_one or (field.one_to_one and not field.auto_created):
            target = field.related_model
            if target.__name__ not in BLIND and not field.remote_field.hidden:
                yield f"{target.__name__}.{field.remote_field.get_accessor_name()}"


def test_nothing_walks_around_the_blind() -> None:
    blinded = [model for model in apps.get_models() if hasattr(model, "unblinded")]
    assert {model.__name__ for model in blinded} >= BLIND
    assert [way for model in blinded for way in ways_around_the_blind(model)] == []


def test_a_model_with_a_plain_manager_and_an_open_relation_would_be_noticed() -> None:
    link = apps.get_model("screening", "Link")
    assert {"Link.objects", "Record.links", "Citation.links"} <= set(ways_around_the_blind(link))
