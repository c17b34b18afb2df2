"""Recognition, d', areas and calibration errors against implementations of a few lines, on four architectures."""
import math
from statistics import NormalDist

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from promptmem.recall import recognition_test, sentence_scores  # noqa: E402
from promptmem.reward import pair_ordering  # noqa: E402
from promptmem.stats import auc, brier, calibration_error, ece, reliability  # noqa: E402
from promptmem.testing import byte_tokenizer, tiny_model  # noqa: E402

ARCHS = ("gpt2", "gpt_neox", "llama", "gemma2")
SEEN = ["the lamp hums", "nobody paints a fence in the rain", "eleven geese", "my aunt keeps letters", "a red door"]
UNSEEN = ["the clock stops", "nobody waters a cactus in the sun", "seven crows", "your uncle hides medals",
          "a blue door"]


def plain_scores(model, tok, text):
    "(mean loss per token, summed loss) of one text"
    ids = tok(text)["input_ids"]
    with torch.no_grad(): logp = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
    each = [-float(logp[i-1, ids[i]]) for i in range(1, len(ids))]
    return sum(each)/len(each), sum(each)


def plain_area(pos, neg): return sum((p > n) + .5*(p == n) for p in pos for n in neg)/len(pos)/len(neg)


@pytest.mark.parametrize("arch", ARCHS)
@pytest.mark.parametrize("score", ("loss", "sum"))
def test_recognition(arch, score):
    model, before, tok, at = tiny_model(arch, 1), tiny_model(arch, 2), byte_tokenizer(), ("loss", "sum").index(score)
    s, u = ([plain_scores(model, tok, t)[at] for t in texts] for texts in (SEEN, UNSEEN))
    s0, u0 = ([plain_scores(before, tok, t)[at] for t in texts] for texts in (SEEN, UNSEEN))
    r = recognition_test(model, tok, SEEN, UNSEEN, score=score,
                         before=recognition_test(before, tok, SEEN, UNSEEN, score=score))
    sums = [plain_scores(model, tok, t)[1] for t in SEEN]
    assert np.allclose(sentence_scores(model, tok, SEEN)["sum"], sums, rtol=1e-4)
    assert r.accuracy == sum(a < b for a, b in zip(s, u))/5
    area = plain_area([-a for a in s], [-b for b in u])
    assert r.auc == pytest.approx(area)
    kept = min(max(area, .5/25), 1-.5/25)
    assert r.dprime == pytest.approx(math.sqrt(2)*NormalDist().inv_cdf(kept))
    assert r.before == sum(a < b for a, b in zip(s0, u0))/5
    assert r.calibrated == sum(a0-a > b0-b for a, b, a0, b0 in zip(s, u, s0, u0))/5
    slope = np.polyfit(u0, u, 1)[0]
    assert r.adjusted == sum(a - slope*a0 < b - slope*b0 for a, b, a0, b0 in zip(s, u, s0, u0))/5
    rest = [[x - slope*x0 for x, x0 in zip(*both)] for both in ((s, s0), (u, u0))]
    assert r.adjusted_auc == pytest.approx(plain_area([-x for x in rest[0]], [-x for x in rest[1]]))


@pytest.mark.parametrize("seed", range(4))
def test_scores_of_probabilities(seed):
    "With ties, empty bins, ends at 0 and 1 and a class that is rare"
    r = np.random.default_rng(seed)
    p = np.round(r.beta(.5, .5 + seed, 60), 1 if seed % 2 else 3)
    y = (r.random(60) < p**2)*1.
    y[:2] = 0, 1
    assert auc(p, y) == pytest.approx(plain_area(p[y == 1], p[y == 0]))
    assert brier(p, y) == pytest.approx(sum((a-b)**2 for a, b in zip(p, y))/60)
    bins = [[i for i in range(60) if min(int(p[i]*10), 9) == b] for b in range(10)]
    gaps = [len(b)/60*abs(sum(p[i] for i in b) - sum(y[i] for i in b))/len(b) for b in bins if b]
    assert ece(p, y) == pytest.approx(sum(gaps)) == calibration_error(p, y).ece
    rows = [(len(b), sum(p[i] for i in b)/len(b), sum(y[i] for i in b)/len(b)) for b in bins if b]
    assert [x for row in reliability(p, y) for x in (row["n"], row["p"], row["y"])] == pytest.approx(sum(rows, ()))


@pytest.mark.parametrize("seed", range(3))
def test_order_of_prompts_on_a_question(seed):
    "Pairs of a right and a wrong prompt of one question; what was not tried is no pair"
    r = np.random.default_rng(seed)
    y, p = (r.random((12, 4)) < .5)*1., np.round(r.random((12, 4)), 1)
    y[r.random((12, 4)) < .2] = np.nan
    won = [(p[i, a] > p[i, b]) + .5*(p[i, a] == p[i, b]) for i in range(12) for a in range(4) for b in range(4)
           if y[i, a] == 1 and y[i, b] == 0]
    assert pair_ordering(y, p) == pytest.approx(sum(won)/len(won))
