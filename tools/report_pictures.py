"""Three pictures of a report for the docs: a wide screen, the dark, a phone. 256 colours, less than 150 kB each.

    make report
    python tools/report_pictures.py reports/index.html

Needs Pillow and playwright, which nothing else here needs to run.
"""
import os
import shutil
import sys
from pathlib import Path

from gallery import MOST, TARGET, small

# name -> width, height, dark, what to scroll to
VIEWS = dict(report_top=(1400, 900, False, ""), report_dark=(1400, 900, True, ".cards"),
             report_phone=(500, 900, False, ""))


def main(report):
    from playwright.sync_api import sync_playwright
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (width, height, dark, to) in VIEWS.items():
            tab = browser.new_page(viewport=dict(width=width, height=height), color_scheme="dark" if dark else "light")
            tab.goto(Path(report).resolve().as_uri())
            if to: tab.locator(f"section:has(figure) {to}").first.evaluate("e => scrollTo(0, e.offsetTop - 140)")
            data = small(tab.screenshot())
            if len(data) > MOST: sys.exit(f"{name}: {len(data):,} bytes, more than {MOST:,}")
            (TARGET/f"{name}.png").write_bytes(data)
            print(f"{name}.png {len(data):,} bytes")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2: sys.exit(__doc__)
    main(sys.argv[1])
