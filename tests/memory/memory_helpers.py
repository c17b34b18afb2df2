"""Scripted models and small helpers for the tests of the memory room."""
from promptmem.memory.prompt import BAR, SEP

REPLIES = {"synonym.": "the synonym for w is x", "antonym.": "the antonym for w is x",
           "homonym.": "the homonym for w is x", "definition.": "the definition of w is x",
           "sentence.": "a sentence with w is: [ x ]", "I mean cycled.": "the uncycled version of w is x",
           "I mean anagram 1.": "the anagram 1 for w is x", "I mean anagram 2.": "the anagram 2 for w is x",
           "I mean remove symbols.": "the word after removing symbols from w is x",
           "I mean reverse.": "the word after reversing w is x",}


def obedient(prompt):
    "Without a clarification a neutral wrong reply; with one, a well-formed reply of the task that it names"
    _, _, said = prompt.removesuffix(SEP).rsplit(SEP, 1)[-1].partition(BAR)
    return " " + next((reply for end, reply in REPLIES.items() if said.endswith(end)), "no idea") + " END"
