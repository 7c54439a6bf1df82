"""How is the product set up under test? As in production, but for what would make tests slow or leave traces."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["REVIEWAPP_DATA"] = tempfile.mkdtemp(prefix="reviewapp-tests-")
atexit.register(shutil.rmtree, os.environ["REVIEWAPP_DATA"], ignore_errors=True)

from reviewapp.settings import *  # noqa: E402, F403
from reviewapp.settings import DATA_FOLDER, DATABASES, MIDDLEWARE  # noqa: E402

# A file, as in production: threads, a live server and a real worker see what a test has committed.
if DATABASES["default"]["ENGINE"] == "reviewapp.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_FOLDER) / "test.sqlite3")}
PREPARED = str(Path(DATA_FOLDER) / "prepared.sqlite3")  # a copy of that file, from when it was new
DATABASES["default"]["CONN_MAX_AGE"] = 0

# WhiteNoise reads the whole static folder anew for each test client.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise")]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
