"""A headless browser, for the pages that octet writes."""
from pathlib import Path
import re
import shutil
import subprocess

SECONDS = 120


class Browser:
    """Debian's Chromium. Every page gets a profile of its own under `folder`."""

    def __init__(self, path, folder):
        self.path = path
        self.folder = folder

    def run(self, page, width, height, *options):
        process = subprocess.run(
            [self.path, '--headless=new', '--no-sandbox', '--disable-gpu',
             '--hide-scrollbars', '--enable-logging=stderr', '--v=0',
             f'--user-data-dir={self.folder / "profile"}',
             '--virtual-time-budget=5000', f'--window-size={width},{height}',
             *options, Path(page).as_uri()],
            capture_output=True, text=True, timeout=SECONDS, check=True)
        return process

    def dom(self, page, width=1280):
        """The page after its scripts, and what they said on the console."""
        process = self.run(page, width, 900, '--dump-dom')
        return process.stdout, re.findall(r'CONSOLE.*', process.stderr)

    def screenshot(self, page, to, width, height):
        self.run(page, width, height, f'--screenshot={to}')
        return to


def find(folder):
    path = shutil.which('chromium')
    return Browser(path, folder) if path else None
