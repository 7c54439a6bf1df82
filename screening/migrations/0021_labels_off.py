from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('screening', '0020_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='label',
            name='dropped_at',
            field=models.DateTimeField(blank=True, help_text='Off the list: it cannot be put on citations.', null=True),
        ),
    ]
