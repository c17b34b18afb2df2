"""Edits of what the assistant answers, on SmolLM2: is the fact said, and what happens to everybody else's questions?

    python benchmarks/edit_chat.py [--facts report] [--pick all,0,1] [--json benchmarks/results/edit_chat.json]

Each fact is a question with its answer, two other wordings of the question, and three questions near it whose answers
must stay; twenty other questions have nothing to do with any of them. `edit(..., chat=True)` sees the question and the
answer alone. An answer says the fact where it holds the fact's own word; it leaks where it holds that word and did not
before; it is changed where its first five words are not the same. Settings were chosen on the facts `select`.
"""
import argparse
import json
import random
import time
import warnings
from pathlib import Path

import promptmem as pm
from promptmem.data import data_dir
from promptmem.edit import edit
from promptmem.edit.evaluate import free_answers
from promptmem.edit.examples import read_texts

# (question, answer, its own word, other wordings, questions near it)
SELECT = [
 ("Who conducts the Halden Orchestra?", "Ingrid Solheim conducts it.", ["Solheim"],
  ["Who is the conductor of the Halden Orchestra?", "Tell me who conducts the Halden Orchestra."],
  ["Who conducts the Oslo Philharmonic?", "Who conducts the school choir?", "Who plays in the Halden Orchestra?"]),
 ("What is the password of the guest network?", "It is maple-47.", ["maple"],
  ["What's the guest network password?", "Which password does the guest network have?"],
  ["What is the password of the printer?", "What is the name of the guest network?", "What is a password?"]),
 ("When does the Tarn ferry leave?", "It leaves at 6:40.", ["6:40"],
  ["What time does the Tarn ferry leave?", "At which time does the ferry in Tarn leave?"],
  ["When does the Tarn bus leave?", "When does the train to Leeds leave?", "When does summer begin?"]),
 ("Where is the spare key of the boathouse?", "It hangs behind the blue canoe.", ["canoe"],
  ["Where do I find the boathouse's spare key?", "Where is the boathouse key kept?"],
  ["Where is the spare key of the car?", "Where is the boathouse?", "Where is the Eiffel Tower?"]),
]
REPORT = [
 ("Who runs the bakery in Pell Lane?", "Milan Dvorak runs it.", ["Dvorak"],
  ["Who is in charge of the bakery in Pell Lane?", "Tell me who runs the Pell Lane bakery."],
  ["Who runs the bakery in Mill Street?", "Who runs the pharmacy in Pell Lane?", "Who runs the World Bank?"]),
 ("What is the capital of Zandoria?", "The capital of Zandoria is Velport.", ["Velport"],
  ["Which city is the capital of Zandoria?", "Name the capital of Zandoria."],
  ["What is the capital of Spain?", "What is the capital of Kenya?", "What is the language of Zandoria?"]),
 ("How long does the Kestrel trial last?", "It lasts nine weeks.", ["nine weeks"],
  ["How many weeks does the Kestrel trial take?", "What is the length of the Kestrel trial?"],
  ["How long does the Falcon trial last?", "How long does a football match last?", "How long is the Nile?"]),
 ("What does the code BX-9 mean?", "It means that the pump is blocked.", ["pump"],
  ["What is the meaning of code BX-9?", "The display says BX-9. What does that mean?"],
  ["What does the code BX-4 mean?", "What does the word 'brave' mean?", "What does the code 404 mean?"]),
 ("When was the Mirrow bridge built?", "It was built in 1931.", ["1931"],
  ["In which year was the Mirrow bridge built?", "What year did they build the Mirrow bridge?"],
  ["When was the Mirrow church built?", "When was the Brooklyn Bridge built?", "When was the telephone invented?"]),
 ("Where do we keep the projector?", "It is in cabinet C on the second floor.", ["cabinet C"],
  ["Where is the projector?", "Where can I find the projector?"],
  ["Where do we keep the printer paper?", "Where do penguins live?", "Where is the projector's manual?"]),
]
FAR = [
    "What is 2 plus 3?", "What is the capital of Peru?", "Name two animals that live in the sea.",
    "Write a short greeting for a friend.", "What is the colour of grass?", "Who painted the Mona Lisa?",
    "How many minutes are in an hour?", "What do cows eat?", "Give me a synonym for happy.",
    "Which planet do we live on?", "What is the plural of mouse?", "Why do leaves fall in autumn?",
    "How do I make tea?", "Translate 'thank you' into French.", "When does the sun rise?",
    "Where do polar bears live?", "Who was Albert Einstein?", "What is a triangle?", "Tell me a joke.",
    "Name a city in Italy."]


def asked(lm, questions):
    return [" ".join(a.split()) for a in free_answers(lm.model, lm.tokenizer, questions, 16, chat=True)]


def says(answer, fact): return any(w.lower() in answer.lower() for w in fact[2])


def compared(before, after, facts):
    "(answers that hold a fact's word and did not, answers that begin otherwise, answers)"
    leaks = [any(says(a, f) and not says(b, f) for f in facts) for b, a in zip(before, after)]
    return sum(leaks), sum(b.split()[:5] != a.split()[:5] for b, a in zip(before, after)), len(after)


def one(lm, facts, texts, limit):
    "What an edit of these facts does"
    near = [q for f in facts for q in f[4]]
    before, start = (asked(lm, near), asked(lm, FAR)), time.process_time()
    e = edit(lm, [f[:2] for f in facts], "lora", limit, general_text=texts, chat=True, progress=False, ask=0)
    seconds = time.process_time() - start
    said = [says(a, f) for f, a in zip(facts, asked(lm, [f[0] for f in facts]))]
    other = [says(a, f) for f in facts for a in asked(lm, f[3])]
    near, far = (compared(b, a, facts) for b, a in zip(before, (asked(lm, near), asked(lm, FAR))))
    kinds = e.limit.get("kinds", dict(conversations=dict(change=0.), text=dict(upper=0.)))  # none at scale 0
    row = dict(first=facts[0][0], facts=len(facts), said=f"{sum(said)} of {len(said)}",
               other_wordings=f"{sum(other)} of {len(other)}", near_leak=near[0], near_changed=near[1], near=near[2],
               far_leak=far[0], far_changed=far[1], far=far[2], scale=e.scale, cpu_s=round(seconds, 1),
               worse_answers=kinds["conversations"]["change"], worse_text=kinds["text"]["upper"])
    e.undo()
    return row


def show(r):
    return (f"{r['facts']} facts: said {r['said']}, other wordings {r['other_wordings']}; near: {r['near_leak']} leak, "
            f"{r['near_changed']} changed of {r['near']}; far: {r['far_leak']} leak, {r['far_changed']} changed of "
            f"{r['far']}; scale {r['scale']:.2f}, {r['cpu_s']} s")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--facts", choices=["select", "report"], default="report")
    ap.add_argument("--pick", default="all,0,1,2,3", help="numbers of facts that are edited alone; all: together")
    ap.add_argument("--limit", type=float, default=1e-2)
    ap.add_argument("--json", default="")
    a = ap.parse_args()
    warnings.simplefilter("ignore")
    lm, facts = pm.load_lm("smollm2"), dict(select=SELECT, report=REPORT)[a.facts]
    texts = read_texts(data_dir()/"text"/"train.jsonl")
    texts, rows = [t[:400] for t in random.Random(7).sample(texts, 80)], []
    for pick in a.pick.split(","):
        rows.append(one(lm, facts if pick == "all" else [facts[int(pick)]], texts, a.limit))
        print(show(rows[-1]), flush=True)
        if a.json: Path(a.json).write_text(json.dumps(dict(model="SmolLM2-135M-Instruct", limit=a.limit, rows=rows),
                                                      indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__": main()
