import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviewapp', '0008_job_falls'),
    ]

    operations = [
        migrations.AddField(
            model_name='review',
            name='small_study_tests_from',
            field=models.PositiveSmallIntegerField(default=10, help_text='Studies in an analysis. With fewer than ten, a test of the funnel plot’s asymmetry tells little (Cochrane Handbook, 13.3.5.4).', validators=[django.core.validators.MinValueValidator(3), django.core.validators.MaxValueValidator(1000)], verbose_name='small-study tests from'),
        ),
    ]
