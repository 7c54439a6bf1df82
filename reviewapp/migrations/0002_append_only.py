"""The database refuses to change or delete events and their chain."""

from django.db import migrations

from reviewapp import audit


def install(apps, schema_editor):
    audit.install_triggers(schema_editor)


def remove(apps, schema_editor):
    audit.remove_triggers(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("reviewapp", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
