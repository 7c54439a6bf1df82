"""How a number was had becomes a flag that is stored; so far it was read from the words of its conversion."""

from django.db import migrations, models

REPORTED, CONVERTED, IMPUTED = "reported", "converted", "imputed"
ASSUMING = ("Luo et al.", "Wan et al.", "Shi et al.", "Higgins, White and Anzures-Cabrera")


def origin_of(working):
    """As it was read from the words until now."""
    source = working.rpartition(" = ")[2].partition("(")[2]
    return IMPUTED if working.startswith("change_sd =") or source.startswith(ASSUMING) else CONVERTED


def mark(apps, schema_editor):
    for name in ("Entry", "Judgement"):
        lines = apps.get_model("extraction", name)._base_manager.using(schema_editor.connection.alias)
        worked = lines.exclude(working="")
        worked.update(origin=CONVERTED)
        found = (pk for pk, working in worked.values_list("pk", "working") if origin_of(working) == IMPUTED)
        imputed = list(found)
        for start in range(0, len(imputed), 500):
            lines.filter(pk__in=imputed[start : start + 500]).update(origin=IMPUTED)


def origin(help_text):
    return models.CharField(default=REPORTED, help_text=help_text, max_length=10)


ORIGIN = "Of a number: reported, converted or imputed; see schema.Origin."
BASIS = "Of a number that a person marked so: from what it was had, and how."


class Migration(migrations.Migration):
    dependencies = [("extraction", "0009_times_and_parts")]

    operations = [
        migrations.AddField("entry", "origin", origin(ORIGIN)),
        migrations.AddField("entry", "basis", models.TextField(blank=True, help_text=BASIS)),
        migrations.AddField("judgement", "origin", origin(ORIGIN)),
        migrations.AddField("judgement", "basis", models.TextField(blank=True, help_text=BASIS)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
