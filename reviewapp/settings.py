"""How is this installation set up? One file: environment variables over defaults that need no set-up.

REVIEWAPP_DATA      the data folder (default: data/ beside manage.py). It may be moved: nothing in it holds its path.
DATABASE_URL        e.g. postgres://user:password@host/name (default: SQLite in the data folder)
REDIS_URL           e.g. redis://host:6379/0 (default: an embedded Valkey on a Unix socket)
REVIEWAPP_HOSTS     comma-separated host names that the site answers to (default: any, as on a laptop)
REVIEWAPP_ORIGINS   comma-separated origins such as https://reviews.example.org when behind a TLS proxy
REVIEWAPP_SECRET    the signing key (default: made once, kept in the data folder)
REVIEWAPP_DEBUG     1 for tracebacks in the browser; never on a server
EMAIL_URL           e.g. smtp://user:password@host:25 (default: no mail is sent, invitations are links)
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- the data folder -------------------------------------------------------------------------------------------

DATA_FOLDER = Path(env.str("REVIEWAPP_DATA", default=str(BASE_DIR / "data"))).expanduser().resolve()
DATA_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
MEDIA_ROOT = DATA_FOLDER / "files"
UPLOAD_FOLDER = MEDIA_ROOT
# Figures whose drawing takes long are kept, those that nobody looked at for so many days are not, nor the oldest of more than so much.
FIGURES_DAYS = env.int("REVIEWAPP_FIGURES_DAYS", default=30)
FIGURES_MB = env.int("REVIEWAPP_FIGURES_MB", default=500)


def kept_secret(path: Path) -> str:
    """The signing key of this data folder, made on first use, readable by its owner alone."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)  # two processes that start together agree on the first one's key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


SECRET_KEY = env.str("REVIEWAPP_SECRET", default="") or kept_secret(DATA_FOLDER / "secret")
DEBUG = env.bool("REVIEWAPP_DEBUG", default=False)
ALLOWED_HOSTS = env.list("REVIEWAPP_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("REVIEWAPP_ORIGINS", default=[])
BEHIND_TLS = any(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SESSION_ENGINE = "reviewapp.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
X_FRAME_OPTIONS = "SAMEORIGIN"

# --- apps ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "reviewapp",
    "screening",
    "extraction",
    "analysis",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "reviewapp.middleware.DomainErrors",
]

ROOT_URLCONF = "reviewapp.urls"
WSGI_APPLICATION = "reviewapp.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database --------------------------------------------------------------------------------------------------

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
else:  # not as a URL, in which a folder's name such as "review #1" would be cut
    DATABASES = {
        "default": {"ENGINE": "reviewapp.sqlite", "NAME": str(DATA_FOLDER / "reviewapp.sqlite3")},
    }
if DATABASES["default"]["ENGINE"].endswith(("sqlite", "sqlite3")):
    DATABASES["default"]["ENGINE"] = "reviewapp.sqlite"
    # IMMEDIATE takes the write lock at BEGIN: without it concurrent votes fail with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
        "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = (
    600  # a new one costs: SQLite reads the whole schema, PostgreSQL starts a process
)

# --- broker and jobs -------------------------------------------------------------------------------------------


def socket_folder(broker_folder: Path) -> Path:
    """Where the embedded broker's socket lies: in its folder, or in a short private one (a socket's path has 107 bytes)."""
    if len(os.fsencode(broker_folder)) < 90:
        return broker_folder
    short = hashlib.sha256(os.fsencode(broker_folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"reviewapp-{os.getuid()}-{short}"


BROKER_FOLDER = DATA_FOLDER / "broker"
BROKER_SOCKET = socket_folder(BROKER_FOLDER) / "valkey.sock"
REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED_BROKER = not REDIS_URL
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{quote(str(BROKER_SOCKET))}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_IGNORE_RESULT = True  # the Job row is the result
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 3000  # seconds; a job that hangs is ended while its message is still ours (visibility_timeout)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}
CELERY_BEAT_SCHEDULE = {
    "requeue stale jobs": {"task": "reviewapp.tasks.requeue_stale_jobs", "schedule": 5.0},
    "seal the audit trail": {"task": "reviewapp.tasks.seal_trails", "schedule": 5.0},
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL or f"unix://{quote(str(BROKER_SOCKET))}?db=1",
        "KEY_PREFIX": "reviewapp",
    }
}

# --- people ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "reviewapp.User"
AUTHENTICATION_BACKENDS = ["reviewapp.sessions.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "reviewapp.signed_out.out_of_date"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "reviewapp.forms.SignUp"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_UNIQUE_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Reviewapp"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are not verified: most installations send no mail

EMAIL_ENABLED = bool(env.str("EMAIL_URL", default=""))
if EMAIL_ENABLED:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# --- what the browser may load ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # no collectstatic step: a checkout serves as it stands
WHITENOISE_MAX_AGE = 3600

FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000  # form fields; files stream to disk
DATA_UPLOAD_MAX_NUMBER_FILES = 500  # reports' PDFs come many at once
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a big sheet is one form
IMPORT_MAX_BYTES = 150_000_000
DOCUMENT_MAX_BYTES = 100_000_000

# --- language and time -----------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"reviewapp": {"level": "INFO"}, "celery": {"level": "WARNING"}},
}
