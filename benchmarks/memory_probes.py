"""Sentences of daily work that were written before anybody had seen a result on them, asked of an `Assistant` whose
store holds all the clarifications.

    python benchmarks/memory_probes.py --json benchmarks/results/memory_probes.json

Each memory has rewordings that should get it and near misses that must not; the unrelated questions should get
nothing. They are no split of the shipped pairs: nothing is trained or chosen on them.
"""
import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

# domain, stored question, clarification, rewordings, near misses
MEMORIES = [
    ("cooking", "how long do I boil the potatoes", "in the pressure cooker",
     ["potatoes - how many minutes do they have to boil?", "boiling time for the potatoes pls"],
     ["how long do I fry the potatoes", "how long do I boil the eggs"]),
    ("cooking", "scale the pancake recipe to eight people", "keep the eggs at four",
     ["make the pancake recipe big enough for 8 people"], ["scale the pancake recipe to three people"]),
    ("travel", "book me a window seat on the train to Zurich", "in the quiet coach",
     ["I'd like a window seat for the Zurich train", "BOOK A WINDOW SEAT ON THE TRAIN TO ZURICH"],
     ["book me a window seat on the train from Zurich", "book me an aisle seat on the train to Zurich"]),
    ("travel", "is breakfast included at the hotel", "the one of the company rate",
     ["does the hotel price include breakfast?"], ["is parking included at the hotel"]),
    ("hr", "how many vacation days do I have left", "count the carried over ones",
     ["how much holiday have I still got", "vacation days remaining?"], ["how many sick days have I taken"]),
    ("hr", "write a job ad for a junior accountant", "no gender in the title",
     ["can you draft the advert for the junior accountant position"], ["write a job ad for a senior accountant"]),
    ("law", "summarise the termination clause of this contract", "in plain words, with the notice period first",
     ["what does the contract's termination clause say, in short?"],
     ["summarise the liability clause of this contract", "rewrite the termination clause of this contract"]),
    ("law", "by when must we answer the claim", "count working days",
     ["what's the deadline for our reply to the claim"], ["by when must they answer our claim"]),
    ("garden", "when should I prune the apple tree", "the old one by the wall",
     ["what is the right time to cut back the apple tree", "when shoud I prune the aple tree"],
     ["when should I water the apple tree", "when should I prune the roses"]),
    ("garden", "which slug protection can I use", "nothing poisonous, there is a dog",
     ["what can I use against slugs?"], ["which fertiliser can I use"]),
    ("sql", "count the orders per customer", "only paid orders",
     ["number of orders for each customer", "how many orders has every customer placed"],
     ["count the customers per order", "count the orders per month"]),
    ("sql", "select all users created after 1 May", "created_at is in UTC",
     ["give me every user whose account was created after May 1"], ["select all users created before 1 May"]),
    ("sheets", "sum column B where column A says open", "use SUMIFS, with semicolons",
     ["add up column B for the rows in which A is open"], ["sum column C where column A says open"]),
    ("sheets", "freeze the first row", "in the copy, not in the original",
     ["make the top row stay visible when I scroll"], ["delete the first row", "unfreeze the first row"]),
    ("git", "undo my last commit but keep the changes", "soft reset, nothing was pushed",
     ["take back the last commit without losing my changes"],
     ["undo my last commit and throw the changes away"]),
    ("git", "rename the branch to release", "on the remote too",
     ["change the branch name to release", "pls rename branch to release 🙏"], ["delete the branch release"]),
    ("calendar", "move the standup to 9:30", "only this week",
     ["shift the stand-up to half past nine"], ["move the standup to 10:30", "cancel the standup"]),
    ("calendar", "find a free slot for a call with Priya", "she is in Mumbai",
     ["when could I have a call with Priya?"], ["find a free slot for a call with Paula"]),
    ("de", "wann muss ich die Steuererklärung abgeben", "mit Steuerberater",
     ["Abgabefrist für die Steuererklärung?", "bis wann muss die Steuererklärung abgegeben werden"],
     ["wann muss ich die Steuer bezahlen"]),
    ("de", "fasse das Protokoll von gestern zusammen", "höchstens fünf Punkte",
     ["gib mir bitte eine Zusammenfassung des gestrigen Protokolls"], ["fasse das Protokoll von heute zusammen"]),
    ("fr", "réserve une salle pour quatre personnes", "avec un écran",
     ["il me faut une salle de réunion pour 4 personnes"], ["réserve une salle pour quarante personnes"]),
    ("fr", "combien de sucre faut-il dans la tarte", "la recette de ma mère",
     ["quelle quantité de sucre pour la tarte ?"], ["combien de beurre faut-il dans la tarte"]),
    ("es", "cuándo sale el primer autobús al aeropuerto", "desde la estación sur",
     ["a qué hora sale el primer bus para el aeropuerto"], ["cuándo sale el último autobús al aeropuerto"]),
    ("es", "traduce el correo al inglés", "en tono formal",
     ["pasa este correo al inglés, por favor"], ["traduce el correo al alemán"]),
    ("hi", "आज शाम को क्या पकाऊँ", "बिना प्याज के",
     ["आज शाम के लिए क्या बनाऊँ"], ["कल सुबह क्या पकाऊँ"]),
    ("hi", "बिजली का बिल कैसे भरूँ", "मोबाइल ऐप से",
     ["बिजली बिल भरने का तरीका बताओ"], ["पानी का बिल कैसे भरूँ"]),
]
UNRELATED = [
    "who won the chess final", "explain photosynthesis to a child", "my printer is out of toner",
    "what rhymes with orange", "convert this logo to svg", "is the pharmacy open at night",
    "recommend a novel for the beach",
    "why does my knee hurt when I run", "how do volcanoes form", "write a birthday poem for my aunt",
    "wie hoch ist der Mont Blanc", "welcher Film läuft im Kino", "quel temps fait-il à Lyon", "qui a peint la Joconde",
    "cuál es la capital de Perú", "cómo se afina una guitarra", "भारत की राजधानी क्या है", "क्रिकेट मैच किसने जीता",
]


def probes():
    "(kind, domain, question, wanted stored question or None)"
    for domain, stored, _, same, near in MEMORIES:
        yield from (("reworded", domain, q, stored) for q in same)
        yield from (("near miss", domain, q, None) for q in near)
    yield from (("unrelated", "", q, None) for q in UNRELATED)


def ask(assistant):
    "One row a probe: what it got"
    for kind, domain, question, wanted in probes():
        r = assistant.lookup.query(question)
        got = r.key if r.hit else r.ask.key if r.ask else None
        says = "applied" if r.hit else "asked" if r.ask else "left"
        yield dict(kind=kind, domain=domain, question=question, says=says, got=got, right=got == wanted)


def table(rows):
    "Counts by kind of probe"
    out = {}
    for kind in ("reworded", "near miss", "unrelated"):
        mine = [r for r in rows if r["kind"] == kind]
        says = lambda s, right: sum(r["says"] == s and r["right"] == right for r in mine)
        out[kind] = dict(probes=len(mine), applied_right=says("applied", True), asked_right=says("asked", True),
                         left=sum(r["says"] == "left" for r in mine), applied_wrong=says("applied", False),
                         asked_wrong=says("asked", False))
    return out


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--wrong", action="store_true", help="print the probes that went wrong")
    ap.add_argument("--json", help="write the figures here")
    a = ap.parse_args()
    import promptmem as pm
    from promptmem.lm import CallableLM
    from promptmem.store import Store
    store = Store(":memory:")
    for _, stored, text, _, _ in MEMORIES: store.add(scope="me", key=stored, text=text)
    assistant = pm.Assistant(CallableLM(lambda prompt: "yes"), store=store, scope="me", lookup="auto")
    rows = list(ask(assistant))
    out = dict(benchmark="memory_probes", python=sys.version.split()[0], memories=len(MEMORIES), **table(rows),
               rows=rows)
    for kind in ("reworded", "near miss", "unrelated"): print(kind, out[kind])
    for r in rows if a.wrong else ():
        if not r["right"]: print(r)
    if a.json: Path(a.json).write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
