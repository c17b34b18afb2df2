"""The documentation site: `python tools/docs.py` writes it to _docs/, ready for any web server or for a browser
without one.

Pages are the notebooks of nbs/ and tutorials/ with the outputs that are in them, the README, the changelog and the
other Markdown files, and one page of the public names of each package, made from signatures, docstrings and the
comments of parameters. MkDocs with the Material theme makes navigation, search, light and dark. Nothing is executed
and nothing is loaded from elsewhere.

    python tools/docs.py                        # everything
    python tools/docs.py --only store,record    # the pages whose path holds one of these words: quick, for tests
"""
import argparse
import dataclasses
import html
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD, SITE = ROOT/"_site", ROOT/"_docs"
PAGES = BUILD/"pages"
PACKAGES = ("promptmem", "memory", "reward", "rewrite", "recall", "edit", "lm", "store", "index", "batch", "panel",
            "demo", "arguments")
LEAVES = ("core", "record", "data", "stats", "grade", "cli", "testing")
ROOMS = dict(memory="Memory: what did they mean?", reward="Reward: which prompt suits this question?",
             rewrite="Rewrite: which wording works better?", recall="Recall: what does a model remember?",
             edit="Edit: change the weights from one example")
WORKS = dict(arguments="Arguments", lm="Language models", store="The store", index="Indexes",
             batch="Batch runs and reports", panel="Panels", demo="The demo model")
SOURCES = "https://github.com/promptmem/promptmem/blob/main/"


# ---- pages made from the package
# ------------------------------------------------------------------------------------------------------

def signature_of(obj):
    # postponed annotations come as quoted texts
    try: return re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(obj)))
    except (TypeError, ValueError): return "(...)"


def source_link(obj):
    "The notebook or file that defines an object"
    try:
        path = Path(inspect.getsourcefile(obj)).relative_to(ROOT)
        line = inspect.getsourcelines(obj)[1]
    except (TypeError, OSError, ValueError): return ""
    return f"[source]({SOURCES}{path}#L{line})"


def cell(text): return str(text).replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def parameter_table(obj):
    "Parameters with type, default and comment"
    from fastcore.docments import docments
    try: found = docments(obj, full=True, returns=True)
    except Exception: return ""
    rows = []
    for name, d in found.items():
        if (
            name in ("self", "cls")
            or d.get("anno") in (None, inspect.Parameter.empty)
            and not d.get("docment")
            and name == "return"
        ):
            continue
        anno, default = d.get("anno"), d.get("default", inspect.Parameter.empty)
        # the kind of a default that is nothing says nothing
        anno = "" if anno in (None, type(None), inspect.Parameter.empty) else getattr(anno, "__name__", anno)
        made = default is inspect.Parameter.empty or "factory" in repr(default)      # a list or dict of its own
        shown = "" if made else f"`{default!r:.60}`"
        rows.append(
            f"| {'*returns*' if name == 'return' else f'`{name}`'} | {cell(anno)} | {cell(shown)} | "
            f"{cell(d.get('docment') or '')} |"
        )
    return "\n".join(["| | type | default | |", "| --- | --- | --- | --- |", *rows]) + "\n" if rows else ""


def field_table(obj):
    "The fields of a named tuple: their types, and the comments beside them"
    said = dict(re.findall(r"^    (\w+):.*?# (.*)$", inspect.getsource(obj), re.M))
    kind = lambda t: getattr(t, "__forward_arg__", None) or getattr(t, "__name__", None) or str(t)
    rows = [f"| `{f}` | {cell(kind(obj.__annotations__.get(f, '')))} | {cell(said.get(f, ''))} |" for f in obj._fields]
    return "\n".join(["| | type | |", "| --- | --- | --- |", *rows]) + "\n"


def parameters_of(obj):
    "The table of what a function or a class takes"
    if not inspect.isclass(obj): return parameter_table(obj)
    if issubclass(obj, tuple) and hasattr(obj, "_fields"): return field_table(obj)
    # the fields of a dataclass have their comments in its body, and its `__init__` has no source
    return parameter_table(obj if dataclasses.is_dataclass(obj) else obj.__init__)


def entry(name, obj, level=3):
    "One public name: signature, docstring, parameters, source"
    out = [f"{'#'*level} `{name.split('.')[-1]}` {{: #{name} }}", "",
           f"```python\n{name.split('.')[-1]}{signature_of(obj)}\n```", "", inspect.getdoc(obj) or "", "",
           parameters_of(obj), source_link(obj), ""]
    if inspect.isclass(obj):
        for k, m in sorted(vars(obj).items()):
            f = m.__func__ if isinstance(m, (classmethod, staticmethod)) else m
            if not k.startswith("_") and inspect.isfunction(f): out.append(entry(f"{name}.{k}", f, level + 1))
            elif not k.startswith("_") and isinstance(m, property) and inspect.getdoc(m):
                out.append(f"{'#'*(level + 1)} `{k}` {{: #{name}.{k} }}\n\n{inspect.getdoc(m)}\n")
    return "\n".join(out)


def api_page(package):
    "All public names of a package"
    module = importlib.import_module("promptmem" if package == "promptmem" else f"promptmem.{package}")
    lines = [f"# {'promptmem' if package == 'promptmem' else f'promptmem.{package}'}", "", inspect.getdoc(module) or "",
             ""]
    for name in module.__all__:
        try: obj = getattr(module, name)
        except Exception as e:  # an extra is missing
            lines.append(f"### `{name}`\n\nnot shown here: {html.escape(str(e))}\n")
            continue
        if inspect.ismodule(obj): continue
        if callable(obj): lines.append(entry(name, obj))
        else: lines.append(f"### `{name}` {{: #{name} }}\n\n`{html.escape(repr(obj)[:200])}`\n")
    return "\n".join(lines)


# ---- the tree of pages
# ----------------------------------------------------------------------------------------------------------------

def copied(path, to):
    "A notebook or Markdown file of the project as a page of the site; links between them stay links"
    text = path.read_text(encoding="utf-8")
    to.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".ipynb":
        nb = json.loads(text)
        for c in nb["cells"]:
            source = "".join(c["source"])
            # the list of contents takes no code in headings: its anchors would lead nowhere
            plain = re.sub(r"^#+ .*`.*$", lambda m: m[0].replace("`", ""), source, flags=re.M)
            if c["cell_type"] == "markdown": c["source"] = relinked(plain, path, to)
            # set-up cells tell a reader nothing, and neither do the marks that nbdev reads
            elif re.search(r"^#\|\s*(hide|default_exp)\b", source, re.M) or set_up(source) or on_colab(source):
                c["metadata"]["tags"] = ["hidden"]
            else: c["source"] = re.sub(r"^#\|[^\n]*\n", "", source, flags=re.M)
        nb["cells"] = [c for c in nb["cells"] if "hidden" not in c["metadata"].get("tags", ())]
        for c in nb["cells"]:
            if "outputs" in c: c["outputs"] = [drawn(o) for o in c["outputs"]]
        text = json.dumps(nb)
    else: text = relinked(text, path, to)
    to.write_text(text, encoding="utf-8")


def drawn(output):
    "An output whose plotly figure is a still picture: the site loads no plotting library"
    from promptmem.panel.stills import drawable, still
    data = output.get("data") or {}
    figure = data.get("application/vnd.plotly.v1+json")
    if not figure or "text/html" in data or not drawable(figure): return output
    title = (figure.get("layout") or {}).get("title") or ""
    said = html.escape(str(title.get("text", "") if isinstance(title, dict) else title))
    picture = f"<figure style='max-width:640px;margin:0'><b>{said}</b>{still(figure)}</figure>"
    return dict(output, data={"text/html": picture})


def set_up(source):
    "Is this an exported cell of nothing but imports?"
    lines = [line for line in source.splitlines() if line.strip()]
    return lines[:1] == ["#| export"] and all(re.match(r"(from|import|\s|\))", line) for line in lines[1:])


def on_colab(source):
    "Does this cell install the package where a notebook is opened on Colab, and nothing else?"
    return '"google.colab" in sys.modules' in source and "pip" in source


PLACES = {}  # file of the project -> page of the site


def relinked(text, path, to):
    "Relative and repository links as links within the site"
    def target(m):
        link = m[2]
        link = link.removeprefix(SOURCES)
        if re.match(r"[a-z]+:|#", link): return m[0]
        file, _, mark = link.partition("#")
        found = next((f for f in (ROOT/file, path.parent/file) if f.exists()), None)
        if found is None: return m[0]
        found = found.resolve()
        if found in PLACES:
            up, place = "../"*(len(to.relative_to(PAGES).parts) - 1), PLACES[found]
            # MkDocs finds pages for the links of Markdown files; those of notebooks must name the page themselves
            if path.suffix == ".ipynb": place = re.sub(r"\.(ipynb|md)$", ".html", place)
            return f"{m[1]}({up}{place}{'#' + mark if mark else ''})"
        return f"{m[1]}({SOURCES}{found.relative_to(ROOT)})"
    # a badge is a picture from elsewhere: its words say the same
    text = re.sub(r"\[!\[([^\]\n]*)\]\(https?://[^)\s]+\)\]", r"[\1]", text)
    # the words of a link may go on in the next line
    return re.sub(r"(\[(?:[^\]\n]|\n(?!\n))*\](?:\])?)\(([^)\s]+)\)", target, text)


def title(path):
    "The first heading of a page; of a module, the words of its first sentence, for people who do not know its name yet"
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"]
        text = "\n\n".join("".join(c["source"]) for c in cells[:3])
    m = re.search(r"^# (.+)$", text, re.M)
    found = m[1].strip() if m else path.stem
    says = re.search(r"^> (.+)$", text, re.M)
    if not re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)*", found) or not says: return found
    words = shortened(says[1].replace("`", ""))
    return f"{words} ({found})" if words else found


def shortened(sentence, most=72):
    "The first sentence, or as much of it as is a name for a page; empty where nothing short stands in it"
    whole = re.split(r"[.?!](?:\s|$)", sentence)[0].strip()
    if len(whole) <= most: return whole
    heads = [[whole[:m.start()] for m in re.finditer(rf"[{mark}](?=\s)", whole)] for mark in (":;", ",")]
    fits = [[h for h in found if len(h) <= most and len(h.split()) > 1] for found in heads]
    return fits[0][0] if fits[0] else fits[1][-1] if fits[1] else ""


def plan():
    "Navigation: list of (section, [(file of the project, page of the site)])"
    nbs = lambda folder: sorted((ROOT/"nbs"/folder).glob("*.ipynb"))
    page = lambda p: (p, f"{p.parent.name}/{p.stem}.ipynb")
    tutorials = [(p, f"tutorials/{p.name}") for p in sorted((ROOT/"tutorials").glob("[0-9]*.ipynb"))]
    root = [(p, f"house/{p.name}") for p in sorted((ROOT/"nbs").glob("0*.ipynb")) if "glossary" not in p.name]
    # benchmarks, and what other pages of figures there are (growth, limits)
    figures = [(p, f"{p.stem.split('_', 1)[1]}.ipynb") for p in sorted((ROOT/"nbs").glob("[1-9]*.ipynb"))]
    more = [(ROOT/"nbs/08_glossary.ipynb", "glossary.ipynb"),
            *[(p, f"{p.stem.lower()}.md") for n in ("CHANGELOG", "CONTRIBUTING", "SECURITY")
              if (p := ROOT/f"{n}.md").exists()]]
    sections = [("Tutorials", tutorials), ("How-tos", [page(p) for p in nbs("guides")]),
                ("Coming from ...", [page(p) for p in nbs("coming_from")])]
    sections += [(name, [page(p) for p in nbs(folder)]) for folder, name in {**ROOMS, **WORKS}.items()]
    return [s for s in [*sections, ("Foundations", root), ("Figures", figures), ("More", more)] if s[1]]


def write_sources(words):
    "Every page into `_site/pages`; returns the navigation"
    shutil.rmtree(BUILD, ignore_errors=True)
    wanted = lambda place: not words or any(w in place for w in words)
    sections = plan()
    PLACES.clear()
    PLACES[(ROOT/"README.md").resolve()] = PLACES[(ROOT/"nbs/index.ipynb").resolve()] = "index.md"
    PLACES.update({p.resolve(): place for _, files in sections for p, place in files if wanted(place)})
    images = sorted((ROOT/"nbs/images").glob("*"))
    PLACES.update({p.resolve(): f"images/{p.name}" for p in images})
    (PAGES/"images").mkdir(parents=True)
    for p in images: shutil.copy2(p, PAGES/"images"/p.name)
    copied(ROOT/"README.md", PAGES/"index.md")
    nav = [{"Start": "index.md"}]
    for name, files in sections:
        kept = [(p, place) for p, place in files if wanted(place)]
        for p, place in kept: copied(p, PAGES/place)
        if kept: nav.append({name: [{title(p): place} for p, place in kept]})
    api = [p for p in PACKAGES if wanted(f"api/{p}.md")]
    (PAGES/"api").mkdir()
    for p in api: (PAGES/"api"/f"{p}.md").write_text(api_page(p), encoding="utf-8")
    if api: nav.append({"API": [{("promptmem" if p == "promptmem" else f"promptmem.{p}"): f"api/{p}.md"} for p in api]})
    return nav


FONTS = ('"Noto Sans","Noto Sans Devanagari","Noto Sans Gurmukhi","Noto Sans Arabic","Noto Sans Hebrew",'
         '"Noto Sans CJK SC","Noto Sans CJK JP","Noto Sans Symbols2","Noto Emoji"')
STYLE = """.md-grid{max-width:90rem}
.jp-RenderedHTMLCommon table:not(.pm-table),.md-typeset table:not([class]){display:block;overflow-x:auto}
.jupyter-wrapper table.pm-table{width:auto;table-layout:auto;margin-inline:0}
.md-typeset .pm-panel details,.md-typeset .pm-panel details[open]{border:0;box-shadow:none;background:none;padding:0;
 margin:3px 0;overflow:visible;border-radius:0;font-size:12px;color:inherit}
.md-typeset .pm-panel details.pm-turn{border-bottom:1px solid rgba(128,128,128,.25);font-size:13px}
.md-typeset .pm-panel summary{display:list-item;padding:2px 0;margin:0;min-height:0;border:0;background:none;
 font-weight:400}
.md-typeset .pm-panel summary::before,.md-typeset .pm-panel summary::after{content:none;display:none}
.md-typeset h1,.md-typeset h2{color:var(--md-default-fg-color);font-weight:500}
.md-typeset blockquote{color:var(--md-default-fg-color)}
.jupyter-wrapper .jp-InputArea-prompt,.jupyter-wrapper .jp-OutputArea-prompt{display:none!important}
.jupyter-wrapper .jp-Cell{padding-left:0!important;padding-right:0!important}
.jupyter-wrapper .jp-RenderedHTMLCommon,.jupyter-wrapper .jp-OutputArea-output pre{color:var(--md-typeset-color)}
.jupyter-wrapper .jp-OutputArea-output{overflow-x:auto;max-width:100%}
.jupyter-wrapper{--jp-ui-font-family:system-ui,FONTS,sans-serif}
.md-typeset pre>code,.md-typeset .jupyter-wrapper pre,.jupyter-wrapper .highlight-ipynb pre{overflow-x:auto;
 white-space:pre-wrap!important;overflow-wrap:anywhere!important;word-break:normal!important}
.md-typeset pre>code,.jupyter-wrapper .highlight-ipynb pre{padding-right:2.4rem!important}
.md-typeset,.jupyter-wrapper .jp-RenderedHTMLCommon{font-family:system-ui,FONTS,sans-serif}
.md-typeset code,.md-typeset pre,.jupyter-wrapper pre{font-family:ui-monospace,"Noto Sans Mono",monospace,FONTS}
.md-typeset img{background:#fff;border-radius:4px}
.md-typeset p a,.md-typeset li a,.md-typeset td a{text-decoration:underline}
.md-footer-meta.md-typeset .md-copyright,.md-footer-meta.md-typeset .md-copyright a{color:#fff}
[data-md-color-scheme=default]{--md-code-hl-comment-color:#525c69;--md-code-hl-number-color:#a52a12;
 --md-code-hl-constant-color:#5539b5;--md-code-hl-string-color:#156b35;--md-code-hl-keyword-color:#2f51ad;
 --md-code-hl-function-color:#8a2a95;--md-code-hl-operator-color:#454b55;--md-code-hl-special-color:#a8204f}
[data-md-color-scheme=slate]{--md-code-hl-comment-color:#b3bcc8;--md-code-hl-number-color:#ffa58f;
 --md-code-hl-constant-color:#c3b3ff;--md-code-hl-string-color:#7fd79a;--md-code-hl-keyword-color:#9fc0ff;
 --md-code-hl-function-color:#e7aef2;--md-code-hl-operator-color:#c5ccd6;--md-code-hl-special-color:#ffa3bd}
.highlight-ipynb :is(.c,.c1,.ch,.cm){color:var(--md-code-hl-comment-color)!important}
.highlight-ipynb :is(.mi,.mf,.mh){color:var(--md-code-hl-number-color)!important}
.highlight-ipynb :is(.nb,.bp,.nd,.kc,.no){color:var(--md-code-hl-constant-color)!important}
.highlight-ipynb :is(.s,.s1,.s2,.sd,.sa,.si,.se,.sr){color:var(--md-code-hl-string-color)!important}
.highlight-ipynb :is(.k,.kn,.ow){color:var(--md-code-hl-keyword-color)!important}
.highlight-ipynb :is(.nf,.fm,.nc,.ne){color:var(--md-code-hl-function-color)!important}
.highlight-ipynb :is(.o,.p,.n,.nn,.vm){color:var(--md-code-fg-color)!important}
.jupyter-wrapper .highlight-ipynb,.jupyter-wrapper .highlight-ipynb pre{background:var(--md-code-bg-color)!important}
"""

# Names and keyboard access that the theme does not give by itself.
ACCESS = """const reachable = () => {
  document.querySelector(".md-search[role=dialog]")?.setAttribute("aria-label", "search");
  document.querySelectorAll(".jp-Cell-inputWrapper[tabindex]").forEach(e => e.removeAttribute("tabindex"));
  for (const e of document.querySelectorAll("pre, pre > code, .md-typeset__scrollwrap, .jp-OutputArea-output, table"))
    if (e.scrollWidth > e.clientWidth) e.tabIndex = 0; };
addEventListener("load", reachable); addEventListener("resize", reachable); reachable();
"""


# Browsers give no worker to a page that was opened as a file; the search then works in a frame of its own.
WORKER = """if (location.protocol === "file:") window.Worker = class extends EventTarget {
  constructor(url) {
    super();
    const frame = document.createElement("iframe");
    frame.hidden = true; frame.title = "search"; document.body.append(frame);
    const inside = this.inside = frame.contentWindow;
    inside.postMessage = data => {
      const said = new MessageEvent("message", {data});
      this.dispatchEvent(said); if (this.onmessage) this.onmessage(said); };
    const load = url => new Promise((done, no) => {
      const s = inside.document.createElement("script");
      s.src = url; s.onload = done; s.onerror = no; inside.document.body.append(s); });
    inside.importScripts = (...urls) => urls.reduce((p, u) => p.then(() => load(u)), Promise.resolve());
    this.frame = frame; this.ready = load(new URL(url, document.baseURI).href);
  }
  postMessage(data) { this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", {data}))); }
  terminate() { this.frame.remove(); }
};
"""


def config(nav):
    "The configuration of MkDocs"
    toggle = lambda scheme, icon, say: dict(media=f"(prefers-color-scheme: {scheme})", scheme="slate"
                                            if scheme == "dark" else "default", primary="indigo",
                                            toggle=dict(icon=icon, name=say))
    return dict(
        site_name="promptmem",
        docs_dir="pages",
        site_dir=str(SITE),
        use_directory_urls=False,
        nav=nav,
        strict=False,
        extra=dict(
            polyfills=["iframe-worker.js"],
            social=[
                dict(icon="fontawesome/brands/github", link="https://github.com/promptmem/promptmem", name="source")
            ],
        ),
        extra_css=["style.css"],
        extra_javascript=["access.js"],
        theme=dict(
            name="material",
            font=False,
            features=[
                "navigation.sections",
                "navigation.top",
                "navigation.indexes",
                "navigation.footer",
                "search.suggest",
                "search.highlight",
                "content.code.copy",
                "toc.follow",
            ],
            palette=[
                toggle("light", "material/weather-night", "dark"),
                toggle("dark", "material/weather-sunny", "light"),
            ],
        ),
        plugins=[
            "search",
            "offline",
            {
                "mkdocs-jupyter": dict(
                    execute=False, include_source=False, ignore_h1_titles=True, no_input=False, include_requirejs=False
                )
            },
        ],
        markdown_extensions=[
            "tables",
            "attr_list",
            "md_in_html",
            "admonition",
            {"toc": dict(permalink=True)},
            {"pymdownx.highlight": dict(anchor_linenums=False)},
            "pymdownx.superfences",
        ],
        validation=dict(nav=dict(omitted_files="ignore"), links=dict(not_found="warn", unrecognized_links="ignore")),
    )


def build(words=()):
    "The whole site"
    import yaml
    sys.path.insert(0, str(ROOT))
    nav = write_sources(words)
    (BUILD/"pages/style.css").write_text(STYLE.replace("FONTS", FONTS), encoding="utf-8")
    (BUILD/"pages/iframe-worker.js").write_text(WORKER, encoding="utf-8")
    (BUILD/"pages/access.js").write_text(ACCESS, encoding="utf-8")
    (BUILD/"mkdocs.yml").write_text(yaml.safe_dump(config(nav), sort_keys=False, allow_unicode=True), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--quiet", "--clean", "-f", str(BUILD/"mkdocs.yml")],
                   check=True, cwd=BUILD, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    made = list(SITE.rglob("*.html"))
    print(f"{len(made)} pages in {SITE.name}/")
    return made


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--only", default="", help="words, with commas between: only pages whose path holds one of them")
    build([w for w in ap.parse_args().only.split(",") if w])


if __name__ == "__main__": main()
