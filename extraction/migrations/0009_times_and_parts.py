from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('extraction', '0008_bias_tools'),
    ]

    operations = [
        migrations.AddField(
            model_name='outcome',
            name='at',
            field=models.ForeignKey(blank=True, null=True, on_delete=models.deletion.PROTECT, related_name='+', to='extraction.timepoint'),
        ),
        migrations.AddField(
            model_name='arm',
            name='part_of',
            field=models.ForeignKey(blank=True, help_text='The arm into which its numbers are combined.', null=True, on_delete=models.deletion.PROTECT, related_name='+', to='extraction.arm'),
        ),
    ]
