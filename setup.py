"""Packaging for promptmem: every fact lives in settings.ini, which nbdev reads too."""
from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
parser = ConfigParser(delimiters=["="], interpolation=None)
parser.read(HERE / "settings.ini", encoding="utf-8")
cfg = parser["DEFAULT"]
lib = cfg["lib_path"]

extras = {k.removesuffix("_requirements"): v.split() for k, v in cfg.items() if k.endswith("_requirements")}
extras["all"] = sorted({r for name, reqs in extras.items() if name not in ("dev", "docs") for r in reqs})

# The shipped data (top-level data/) travels inside the package as promptmem/_data.
shipped = [str(p.relative_to(HERE / "data")) for p in (HERE / "data").rglob("*")
           if p.is_file() and "__pycache__" not in p.parts]

setup(
    name=cfg["lib_name"], version=cfg["version"], description=cfg["description"],
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=cfg["author"], author_email=cfg["author_email"], url=cfg["git_url"],
    license="Apache-2.0", keywords=cfg["keywords"],
    packages=find_packages(include=[lib, lib + ".*"]) + [f"{lib}._data"],
    package_dir={f"{lib}._data": "data"},
    package_data={"": ["*.pyi"], lib: cfg["package_data"].split(), f"{lib}._data": shipped},
    python_requires=f">={cfg['min_python']}",
    install_requires=cfg["requirements"].split(), extras_require=extras,
    entry_points={"console_scripts": cfg["console_scripts"].split(), "nbdev": [f"{lib}={lib}._modidx:d"]},
    zip_safe=False,
)
