from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analysis', '0012_freezes'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='analysis',
            name='analysis_planned_once',
        ),
        migrations.AddField(
            model_name='analysis',
            name='times',
            field=models.CharField(blank=True, default='', help_text='Which result of a study that measured several times; see analysis.times. Empty: the outcome as it stands.', max_length=60, verbose_name='rule for time points'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='analysis',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None)), fields=('outcome', 'measure', 'method', 'model', 'preset', 'estimator', 'interval', 'prediction', 'arms', 'times'), name='analysis_planned_once'),
        ),
    ]
