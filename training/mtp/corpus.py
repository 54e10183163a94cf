"""
Samples stories from the target and keeps what the head learns from: their tokens and the target's hidden states.

Half of the stories begin freely after BOS, at several temperatures. The others begin with the first tokens of a free story, or
with an opening in words, and continue at temperature 0, at which their target's likeliest tokens follow each other.
"""

from dataclasses import dataclass
from itertools import product

import torch

from llama_model import KvCache

# Prompts of llama.cpp's goldens, which tests use.
PROMPTS = (
    "I believe the meaning of life is",
    "Once upon a time",
    "Lily went to the park with her mom.",
    "Hello Hello Hello",
    "One day, a little fox",
    "The wise owl said,",
)

N_BATCH = 128
TEMPERATURES = (0.6, 0.8, 1.0)

_BEGINNINGS = ("Once upon a time", "One day, a little", "There was once a", "In the", "I believe the meaning of life is", "The wise", "Hello", "My name is")
_PEOPLE = ("Lily", "Tim", "the old owl", "a girl", "a boy", "Sara and Tom", "the fox", "a dog", "her grandma", "my friend")
_ENDS = (" went to the park.", " was very happy", ' said, "', " lost a", " wanted to", "", " asked the owl what the meaning of life is.")


def openings():
    """Returns openings in words: sensible ones, odd ones, and runs of one word."""
    written = list(_BEGINNINGS) + [f"{person[0].upper()}{person[1:]}{end}" for person, end in product(_PEOPLE, _ENDS)]
    runs = [" ".join([word] * n) for word in ("Hello", "Hi", "owl", "yes") for n in (2, 3, 5, 8, 13)]
    questions = ["What is the meaning of life?", "Tell me a story.", "Who are you?", "Write a story about a fox."]
    return written + runs + questions


@dataclass
class Stories:
    """`lengths[i]` tokens of row i of `tokens` count; `prompts[i]` of them were given. `hidden` is [story, position, n_embd]."""

    tokens: torch.Tensor
    lengths: torch.Tensor
    prompts: torch.Tensor
    hidden: torch.Tensor

    def __len__(self):
        return len(self.tokens)

    def only(self, rows):
        return Stories(self.tokens[rows], self.lengths[rows], self.prompts[rows], self.hidden[rows])


def read_corpus(path):
    return Stories(**torch.load(path))


def joined(parts):
    return Stories(*(torch.cat([getattr(part, name) for part in parts]) for name in ("tokens", "lengths", "prompts", "hidden")))


def continued(model, prompts, temperature, n_ctx, eos, generator):
    """Continues each prompt (a list of tokens) up to `n_ctx` tokens or EOS. Positions of a prompt are forced, not sampled."""
    parts = []
    for at in range(0, len(prompts), N_BATCH):
        batch = prompts[at : at + N_BATCH]
        lengths = torch.tensor([len(prompt) for prompt in batch])
        tokens = torch.zeros(len(batch), n_ctx, dtype=torch.long)
        for row, prompt in enumerate(batch):
            tokens[row, : len(prompt)] = torch.tensor(prompt)
        parts.append(_continue(model, tokens, lengths, temperature, eos, generator))
    return joined(parts)


def _continue(model, tokens, prompts, temperature, eos, generator):
    n_batch, n_ctx = tokens.shape
    cache = KvCache(model.shape, n_batch, n_ctx)
    hidden = torch.zeros(n_batch, n_ctx, model.shape.n_embd)
    lengths = torch.full((n_batch,), n_ctx)
    for position in range(n_ctx):
        hidden[:, position] = model.hidden(tokens[:, position : position + 1], cache, position)[:, 0]
        if position + 1 == n_ctx:
            break
        logits = model.logits(hidden[:, position])
        if temperature == 0:
            next_tokens = logits.argmax(-1)
        else:
            next_tokens = (logits / temperature).softmax(-1).multinomial(1, generator=generator)[:, 0]
        free = position + 1 >= prompts
        tokens[free, position + 1] = next_tokens[free]
        ended = free & (tokens[:, position + 1] == eos) & (lengths == n_ctx)
        lengths[ended] = position + 2
        if (lengths < n_ctx).all():
            break
    return Stories(tokens, lengths, prompts, hidden.half())


def sampled_corpus(model, tokenizer, n_stories, n_ctx, seed, texts=()):
    """
    Samples `n_stories` stories: half of them free, half greedy after the first tokens of a free one; and a greedy one after
    each of `texts`.
    """
    generator = torch.Generator().manual_seed(seed)
    random = lambda low, high: int(torch.randint(low, high, (), generator=generator))
    n_free = n_stories // 2
    parts = [
        continued(model, [[tokenizer.bos]] * (n_free // len(TEMPERATURES)), temperature, n_ctx, tokenizer.eos, generator)
        for temperature in TEMPERATURES
    ]
    free = joined(parts)
    sources = torch.randint(0, len(free), (n_stories - n_free,), generator=generator)
    beginnings = [free.tokens[row, : random(3, max(4, int(free.lengths[row]) * 2 // 3))].tolist() for row in sources]
    beginnings += [tokenizer.encode(text) for text in texts]
    return joined([*parts, continued(model, beginnings, 0, n_ctx, tokenizer.eos, generator)])
