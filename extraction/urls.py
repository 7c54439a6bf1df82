"""Which address leads where on the extraction floor?"""

app_name = "extraction"
urlpatterns: list = []
