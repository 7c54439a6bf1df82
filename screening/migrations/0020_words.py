"""Each person's word on a pair becomes a row of its own."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

SAID = ("same", "different", "later")


def keep_words(apps, schema_editor) -> None:  # noqa: ANN001
    """Make a word of each answer that pairs hold, and give queue's questions the state that they had before it."""
    Pair, Word = apps.get_model("screening", "Pair"), apps.get_model("screening", "Word")
    answered = Pair.objects.filter(state__in=SAID).order_by("at", "pk")
    for pair in answered.iterator():
        place = "queue" if not pair.before else "hand" if pair.state == "same" else "sample"
        Word.objects.create(pair=pair, member_id=pair.member_id, answer=pair.state, place=place, at=pair.at)
    answered.filter(before="").update(before="asked")


def forget_before(apps, schema_editor) -> None:  # noqa: ANN001
    Pair, Word = apps.get_model("screening", "Pair"), apps.get_model("screening", "Word")
    asked = Word.objects.filter(place="queue", withdrawn_at=None)
    Pair.objects.filter(state__in=SAID, pk__in=asked.values("pair")).update(before="")


class Migration(migrations.Migration):
    dependencies = [("reviewapp", "0008_job_falls"), ("screening", "0019_removals")]

    operations = [
        migrations.AlterField(
            model_name="pair",
            name="before",
            field=models.CharField(
                blank=True,
                choices=[
                    ("linked", "Linked by a rule"),
                    ("asked", "Asked"),
                    ("later", "Put off"),
                    ("same", "The same publication"),
                    ("different", "Not duplicates"),
                    ("reports", "Perhaps reports of one study"),
                    ("withdrawn", "A person's word, taken back"),
                ],
                help_text="What rules had made of it before persons spoke; it holds again when no word stands.",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.CharField(
                        choices=[("same", "The same publication"), ("different", "Not duplicates"), ("later", "Put off")],
                        max_length=10,
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("queue", "In the queue of questions"),
                            ("hand", "In linking two citations by hand"),
                            ("sample", "In judging a sample of links"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reviewapp.member"
                    ),
                ),
                (
                    "pair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="words", to="screening.pair"
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.AddConstraint(
            model_name="word",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["same", "different", "later"])), name="word_answer_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="word",
            constraint=models.CheckConstraint(
                condition=models.Q(("place__in", ["queue", "hand", "sample"])), name="word_place_known"
            ),
        ),
        migrations.AddIndex(
            model_name="word",
            index=models.Index(
                condition=models.Q(("withdrawn_at", None)), fields=["member", "-at"], name="word_standing"
            ),
        ),
        migrations.RunPython(keep_words, forget_before),
    ]
