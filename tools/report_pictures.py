"""Three pictures of a report for the docs: a wide screen, the dark, a phone. 256 colours, less than 150 kB each.

    make report
    python tools/report_pictures.py reports/index.html

Needs Pillow and playwright, which nothing else here needs to run.
"""
import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

TARGET, MOST = Path(__file__).resolve().parent.parent/"nbs"/"images", 150_000
# name -> width, height, dark, what to scroll to
VIEWS = dict(report_top=(1400, 900, False, ""), report_dark=(1400, 900, True, ".cards"),
             report_phone=(500, 900, False, ""))


def small(path):
    "The picture at `path` as PNG bytes with a palette"
    from PIL import Image
    out = io.BytesIO()
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main(report):
    from playwright.sync_api import sync_playwright
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as p, tempfile.TemporaryDirectory() as d:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (width, height, dark, to) in VIEWS.items():
            tab = browser.new_page(viewport=dict(width=width, height=height), color_scheme="dark" if dark else "light")
            tab.goto(Path(report).resolve().as_uri())
            if to: tab.locator(f"section:has(figure) {to}").first.evaluate("e => scrollTo(0, e.offsetTop - 140)")
            tab.screenshot(path=f"{d}/{name}.png")
            data = small(f"{d}/{name}.png")
            if len(data) > MOST: sys.exit(f"{name}: {len(data):,} bytes, more than {MOST:,}")
            (TARGET/f"{name}.png").write_bytes(data)
            print(f"{name}.png {len(data):,} bytes")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2: sys.exit(__doc__)
    main(sys.argv[1])
