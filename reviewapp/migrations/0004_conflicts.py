from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviewapp", "0003_reasons")]

    operations = [
        migrations.AddField(
            model_name="review",
            name="blind_resolver",
            field=models.BooleanField(
                default=False,
                help_text="Who settles a conflict sees the citation, not the votes.",
                verbose_name="conflicts are settled blind",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="voter_may_resolve",
            field=models.BooleanField(
                default=False,
                help_text="Also owners and arbiters who voted on a citation may settle its conflict.",
                verbose_name="who voted may settle",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="settle_together",
            field=models.BooleanField(
                default=False,
                help_text="Once all votes are in, those who voted see their conflict, and end it when all give the same answer.",
                verbose_name="the voters may settle together",
            ),
        ),
    ]
