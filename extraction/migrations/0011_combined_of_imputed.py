"""What was combined of several arms before marks were stored is imputed where a number that went into it is."""

import re

from django.db import migrations

CONVERTED, IMPUTED = "converted", "imputed"
COMBINED = " (Handbook 6.5.2.10, Table 6.5.a)"
RESTS_ON = {"mean": ("mean", "n"), "sd": ("sd", "mean", "n")}


def combined_of(key, working):
    """The outcome and arm of a cell that holds a number of several arms combined, and the numbers in its words on which it rests."""
    beginning, _, column = key.rpartition("/")
    found = re.fullmatch(r"outcome/(\d+)/arm/(\d+)", beginning)
    if found is None or not working.endswith(COMBINED):
        return None
    names = RESTS_ON.get(column, (column,))
    given = re.findall(r"\b([a-z]+)\d+ = ([^,:]+)(?=[,:])", working.partition("; ")[2])
    return found[1], found[2], {(name, number) for name, number in given if name in names}


def mark(apps, schema_editor):
    using = schema_editor.connection.alias
    entries = apps.get_model("extraction", "Entry")._base_manager.using(using)
    arms = apps.get_model("extraction", "Arm")._base_manager.using(using).exclude(part_of=None)
    parts = {}
    for part, whole in arms.values_list("pk", "part_of"):
        parts.setdefault(str(whole), []).append(part)
    worked = entries.filter(origin=CONVERTED, working__endswith=COMBINED)
    for pk, sheet, key, working in list(worked.values_list("pk", "sheet", "key", "working")):
        outcome, whole, given = combined_of(key, working) or ("", "", set())
        keys = [f"outcome/{outcome}/arm/{part}/{name}" for part in parts.get(whole, ()) for name, _ in given]
        imputed = entries.filter(sheet=sheet, key__in=keys, origin=IMPUTED, value__isnull=False).values_list("key", "value")
        if any((key.rpartition("/")[2], f"{value:.10g}") in given for key, value in imputed):
            entries.filter(pk=pk).update(origin=IMPUTED)


class Migration(migrations.Migration):
    dependencies = [("extraction", "0010_origin")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
