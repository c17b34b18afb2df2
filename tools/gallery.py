"""Pictures for the README out of those that the browser tests took: 256 colours, less than 150 kB each.

    E2E_SHOTS=shots python -m pytest tests/e2e/test_tutorials.py -k tour
    python tools/gallery.py shots

and of a report, on a wide screen, in the dark and on a phone:

    python tools/gallery.py --report reports/index.html

Needs Pillow, which nothing else here needs.
"""
import argparse
import io
import shutil
import sys
import tempfile
from pathlib import Path

NAMES = ("clarify", "inspector", "reward", "recall", "edit")
TARGET = Path(__file__).resolve().parent.parent/"nbs"/"images"
MOST = 150_000


def small(path):
    "The picture at `path` as PNG bytes with a palette"
    from PIL import Image
    out = io.BytesIO()
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


VIEWS = dict(report_top=(1400, 900, False, 0), report_dark=(1400, 900, True, ".cards"), report_phone=(500, 900, False, 0))


def shoot(page, folder):
    "Pictures of a report as PNG files; each view is (width, height, dark, what to scroll to)"
    from playwright.sync_api import sync_playwright
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (width, height, dark, to) in VIEWS.items():
            tab = browser.new_page(viewport=dict(width=width, height=height), color_scheme="dark" if dark else "light")
            tab.goto(Path(page).resolve().as_uri())
            if to: tab.locator(f"section:has(figure) {to}").first.evaluate("e => scrollTo(0, e.offsetTop - 140)")
            tab.screenshot(path=folder/f"{name}.png")
        browser.close()


def write(source, name):
    "A picture of the docs, or an error where it is too large"
    data = small(source)
    if len(data) > MOST: sys.exit(f"{name}: {len(data):,} bytes, more than {MOST:,}")
    (TARGET/f"{name}.png").write_bytes(data)
    print(f"{name}.png {len(data):,} bytes")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("shots", type=Path, nargs="?", help="folder with tour_clarify.png and so on")
    ap.add_argument("--report", type=Path, help="index.html of a report")
    a = ap.parse_args()
    for name in NAMES if a.shots else (): write(a.shots/f"tour_{name}.png", f"widget_{name}")
    if not a.report: return
    with tempfile.TemporaryDirectory() as d:
        shoot(a.report, Path(d))
        for name in VIEWS: write(Path(d)/f"{name}.png", name)


if __name__ == "__main__":
    main()
