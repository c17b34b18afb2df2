"""Words for the columns of the benchmarks' results: what a figure is, in which unit, and which way is better."""
import ast
import re
from pathlib import Path

LESS, MORE = "less is better", "more is better"

# column -> words; what is not here gets its unit from the end of its name
WORDS = dict(n="number", success=f"right after the edit, share ({MORE})",
             success_initial="right before the edit, share",
             accuracy=f"right, % ({MORE}; keyword rule where no other is named)", mean="mean", lr="learning rate",
             precision=f"applied rightly, share of applied ({MORE})", recall=f"applied, share of fitting ({MORE})",
             covered=f"applied or offered, share of fitting ({MORE})", fitting="questions that fit a memory",
             not_fitting="questions that fit none",
             applied_right="applied where it fits", applied_wrong=f"applied where it does not fit ({LESS})",
             auc=f"AUC (a coin: 0.5; {MORE})", pair=f"pairs of prompts in the right order, share (a coin: 0.5; {MORE})",
             brier=f"Brier score (always one half: 0.25; {LESS})", ece=f"calibration error ({LESS})",
             rate="right, share", gain=f"gain in share right, held-out ({MORE})",
             rise=f"rise of the loss on general text ({LESS})", bound="upper bound of the rise",
             inside="damage within the limit", limit="allowed rise of the loss", loss=f"loss, nats ({LESS})",
             loss_initial="loss before, nats", train=f"right on the examples themselves, share ({MORE})",
             hard_negatives="neighbours: change of the loss, nats (0: untouched)",
             scale="part of the trained change put in", degradation=f"rise of the loss on general text ({LESS})",
             cpu_ratio=f"times less CPU than the baseline ({MORE})",
             wall_ratio=f"times faster than the baseline ({MORE})",
             times_faster=f"times faster than the baseline ({MORE})", times=f"times faster than the baseline ({MORE})",
             lost=f"acknowledged writes lost ({LESS}; target 0)", corrupt=f"corrupt files ({LESS}; target 0)",
             acknowledged="writes acknowledged", exposure="exposures", update="updates on other text",
             recognition=f"recognition, share (guessing: 0.5; {MORE})", rouge1=f"ROUGE-1 of what comes back ({MORE})",
             exact=f"recited word for word, share ({MORE})",
             calibrated=f"recognition, calibrated, share (guessing: 0.5; {MORE})", std="standard deviation",
             as_meant=f"answered as meant, share ({MORE})",
             other_reading=f"answered in the other reading, share ({LESS})", either="answered in either reading, share",
             share="share", upper="upper bound of the share",
             unrelated="unrelated questions (as a target: share of them that may get anything)",
             injected=f"applied to unrelated questions ({LESS})", got_anything=f"applied or offered to them ({LESS})",
             difference="difference of shares", equal_answers=f"answers equal to the published look-up's ({MORE})",
             held_out=f"right on held-out questions, share ({MORE})", worst_seed=f"right, worst seed, share ({MORE})",
             calls="calls of the model", requests="requests to the model", sse="squared error of the curve",
             aicc="AICc of the curve (less is better)", of="tokens compared",
             same="equal results, share (more is better)", regret=f"regret: how far below the best, share ({LESS})",
             kills="kills", runs="runs", k="prompts to choose from", what="what", before="before", after="after",
             level="confidence level", which="", log_noise="noise of the log's own share",
             **{f"{k}_{who}": f"{words}, {name}" for who, name in (("model", "the model"), ("rates", "prompts' rates"),
                                                                   ("uncalibrated", "without its map"))
                for k, words in (("brier", f"Brier score ({LESS})"), ("ece", f"calibration error ({LESS})"),
                                 ("chance", "calibration error of true probabilities"),
                                 ("debiased", f"calibration error without noise ({LESS})"),
                                 ("beyond", f"draws beyond chance, share ({LESS})"))})
UNITS = (("_cpu_ms", "CPU milliseconds", LESS), ("_cpu_s", "CPU seconds", LESS), ("cpu_s", "CPU seconds", LESS),
         ("cpu_ms", "CPU milliseconds", LESS), ("_wall_s", "seconds", LESS), ("_ms", "milliseconds", LESS),
         ("_mb", "MB", LESS), ("_s", "seconds", LESS), ("seconds", "seconds", LESS))


def column_words(name):
    "A column's name in words, with its unit and direction where they are known"
    *path, last = str(name).split(" ") if str(name).count(" ") < 4 else [str(name)]
    before = " ".join(path).replace("_", " ")
    if last in WORDS: return f"{before} {WORDS[last]}".strip()
    for end, unit, way in UNITS:
        if last.endswith(end):
            head = f"{before} {last[:-len(end)].replace('_', ' ')}".strip()
            return f"{head}, {unit} ({way})" if head else f"{unit} ({way})"
    return str(name).replace("_", " ")


def number(v):
    "A value for a reader"
    return "" if v is None or v != v else f"{v:.4g}" if isinstance(v, float) else str(v)


def with_intervals(rows):
    "Rows in which `x estimate`, `x lo`, `x hi` (or `x`, `x_lo`, `x_hi`) are one column `x` with its interval"
    out = []
    for row in rows:
        row = dict(row)
        for k in list(row):
            m = re.fullmatch(r"(.*?)[ _]?estimate", k)
            names = [k, f"{m[1]} lo".strip(), f"{m[1]} hi".strip()] if m else [k, f"{k}_lo", f"{k}_hi"]
            if not all(n in row for n in names): continue
            v, lo, hi = (row.pop(n) for n in names)
            known = lo is not None and lo == lo
            row[(m[1] if m else k) or "estimate"] = f"{number(v)} [{number(lo)}, {number(hi)}]" if known else number(v)
            for more in ("n", "level", "method"): row.pop(f"{m[1]} {more}".strip(), None) if m else None
        out.append(row)
    return out


def purpose(name):
    "The first sentence of a benchmark's script: what it asks"
    path = Path(__file__).resolve().parent/f"{name}.py"
    if not path.exists(): return ""
    return " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0].split())


def script_of(result):
    "The benchmark that wrote a result file: its name, or the longest that the file's name begins with"
    found = [p.stem for p in Path(__file__).resolve().parent.glob("*.py") if result.startswith(p.stem)]
    return max(found, key=len, default="")
