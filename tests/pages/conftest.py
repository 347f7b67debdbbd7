"""Pages in a browser, where one is installed; `make test` needs none."""

from tests.browser import CHROMIUM

collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]
