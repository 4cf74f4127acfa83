"""IPython's settings on Binder: the first ``%mj`` or ``%%mj`` loads mjnb."""

c = get_config()  # noqa: F821

c.MagicsManager.lazy_magics = {"mj": "mjnb"}
