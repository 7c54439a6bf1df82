"""When a verdict stood first, so that agreement is counted on votes that were blind. What stands already is told by the trail."""

from django.db import migrations, models
from django.db.models import Min


def from_the_trail(apps, schema_editor):
    Event, Standing = apps.get_model("reviewapp", "Event"), apps.get_model("screening", "Standing")
    settled = Event._base_manager.filter(verb="screening.settled").values("subject").annotate(first=Min("at")).order_by()
    for each in settled.iterator():
        _, citation, stage = each["subject"].split("/")
        Standing.objects.filter(citation=citation, stage=stage).update(opened_at=each["first"])


class Migration(migrations.Migration):
    dependencies = [("screening", "0004_desk"), ("reviewapp", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="opened_at",
            field=models.DateTimeField(
                blank=True, help_text="When a verdict stood here first: votes cast until then were blind.", null=True
            ),
        ),
        migrations.RunPython(from_the_trail, migrations.RunPython.noop),
    ]
