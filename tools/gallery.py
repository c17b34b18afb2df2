"""Pictures for the README out of those that the browser tests took: 256 colours, less than 150 kB each.

    E2E_SHOTS=shots python -m pytest tests/e2e/test_tutorials.py -k tour
    python tools/gallery.py shots

Needs Pillow, which nothing else here needs.
"""
import argparse
import io
import sys
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


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("shots", type=Path, help="folder with tour_clarify.png and so on")
    a = ap.parse_args()
    for name in NAMES:
        data = small(a.shots/f"tour_{name}.png")
        if len(data) > MOST: sys.exit(f"{name}: {len(data):,} bytes, more than {MOST:,}")
        (TARGET/f"widget_{name}.png").write_bytes(data)
        print(f"widget_{name}.png {len(data):,} bytes")


if __name__ == "__main__":
    main()
