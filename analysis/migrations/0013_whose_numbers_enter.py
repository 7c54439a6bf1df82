from django.db import migrations, models


def left_to_the_protocol(apps, schema_editor):
    """What was never chosen is as the protocol says from now on, which says the same."""
    apps.get_model('analysis', 'Analysis').objects.filter(tests_from=10).update(tests_from=None)


def chosen(apps, schema_editor):
    apps.get_model('analysis', 'Analysis').objects.filter(tests_from=None).update(tests_from=10)


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0012_freezes'),
        ('reviewapp', '0009_small_study_tests'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='analysis',
            name='analysis_planned_once',
        ),
        migrations.AddField(
            model_name='analysis',
            name='times',
            field=models.CharField(blank=True, help_text='Which result of a study that measured several times; see analysis.times. Empty: the outcome as it stands.', max_length=60, verbose_name='rule for time points'),
        ),
        migrations.AddField(
            model_name='analysis',
            name='comparison',
            field=models.CharField(blank=True, help_text='Which arms are compared; see analysis.comparison. Empty: as their roles say.', max_length=800),
        ),
        migrations.AlterField(
            model_name='analysis',
            name='tests_from',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Studies. Left empty: as the protocol says.', null=True, verbose_name='small-study tests from'),
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None)), fields=('outcome', 'measure', 'method', 'model', 'preset', 'estimator', 'interval', 'prediction', 'arms', 'times', 'comparison'), name='analysis_planned_once'),
        ),
        migrations.RunPython(left_to_the_protocol, chosen),
    ]
