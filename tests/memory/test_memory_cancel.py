"""A question that is cancelled or a stream that is left: nothing half recorded, nothing kept from the next question."""
import asyncio
import time

import pytest

from promptmem.lm.base import CallableLM
from promptmem.memory import Assistant
from promptmem.store import Store


def slow(seconds=.05, **kw):
    def answer(prompt):
        time.sleep(seconds)
        return "a late answer, in several words"
    return CallableLM(answer, **kw)


@pytest.mark.parametrize("after", [0., .002, .02, .06])
def test_a_cancelled_question_is_recorded_whole_or_not_at_all(tmp_path, after):
    with Store(tmp_path/"m.db") as s:
        a = Assistant(slow(cache=tmp_path/"c.db"), store=s, scope="a", lookup="closest")
        async def main():
            for i in range(6):
                task = asyncio.create_task(a.aask(f"question {i}"))
                await asyncio.sleep(after)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            return await asyncio.wait_for(a.aask("the last one"), 20)
        last = asyncio.run(main())
        there = s.interactions("a")
        assert last.answer == "a late answer, in several words" and there[-1].question == "the last one"
        assert all(i.answer == last.answer for i in there) and s.db.engine.pool.checkedout() == 0
        a.clarify(last, "it is this")
        assert s.count("a") == 1


def test_questions_side_by_side_of_which_some_are_cancelled(tmp_path):
    with Store(tmp_path/"m.db") as s:
        a = Assistant(slow(.02), store=s, scope="a", lookup="closest")
        async def main():
            tasks = [asyncio.create_task(a.aask(f"question {i}")) for i in range(12)]
            await asyncio.sleep(.01)
            for t in tasks[::2]: t.cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)
        out = asyncio.run(main())
        answered = {r.id for r in out if not isinstance(r, BaseException)}
        assert len(answered) >= 6 and answered <= {i.id for i in s.interactions("a")}


def test_a_stream_that_is_left_is_not_recorded(tmp_path):
    with Store(tmp_path/"m.db") as s:
        a = Assistant(slow(0), store=s, scope="a", lookup="closest")
        stream = a.stream("what is x")
        next(iter(stream))
        del stream
        assert s.interactions("a") == [] or s.interactions("a")[0].answer == "a late answer, in several words"
        a.clarify(a.ask("what is y"), "the letter")
        assert len(s.interactions("a", question="what is y")) == 1
