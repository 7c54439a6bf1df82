"""Which address leads where on the analysis floor?"""

app_name = "analysis"
urlpatterns: list = []
