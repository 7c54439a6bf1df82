from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('screening', '0021_labels_off'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='pages',
            field=models.PositiveIntegerField(help_text='How many it has, counted when a page is first named; 0 where that cannot be read.', null=True),
        ),
    ]
