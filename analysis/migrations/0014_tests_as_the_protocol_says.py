from django.db import migrations, models


def left_to_the_protocol(apps, schema_editor):
    """What was never chosen is as the protocol says from now on, which says the same."""
    apps.get_model('analysis', 'Analysis').objects.filter(tests_from=10).update(tests_from=None)


def chosen(apps, schema_editor):
    apps.get_model('analysis', 'Analysis').objects.filter(tests_from=None).update(tests_from=10)


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0013_time_rules'),
        ('reviewapp', '0009_small_study_tests'),
    ]

    operations = [
        migrations.AlterField(
            model_name='analysis',
            name='tests_from',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Studies. Left empty: as the protocol says.', null=True, verbose_name='small-study tests from'),
        ),
        migrations.RunPython(left_to_the_protocol, chosen),
    ]
