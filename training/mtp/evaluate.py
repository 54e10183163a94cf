"""
Measures how many drafts the target accepts: `evaluate.py --target TARGET.gguf --head HEAD.gguf [--draft DRAFT.gguf]`.

The texts are the target's own, after beginnings that the training did not see. Every position of a text counts as the start of a
draft of 3 tokens, with the target's hidden states up to there. A draft is accepted if it is the token that the target chose.
"""

import argparse
from dataclasses import replace

import torch

from corpus import PROMPTS, continued, read_corpus
from head import read_head
from llama_model import LlamaModel
from tokenizer import Tokenizer

N_DRAFT = 3
N_CTX = 224
N_BATCH = 16


def drafted_by_head(head, stories):
    """Returns the drafts for p+1, p+2 and p+3 of every position p, as [story, position, draft]; -1 where there is none."""
    drafts = torch.full((*stories.tokens.shape, N_DRAFT), -1)
    for row in range(0, len(drafts), N_BATCH):
        part = slice(row, row + N_BATCH)
        outputs = head.unrolled(stories.tokens[part], stories.hidden[part].float(), N_DRAFT)
        for step, output in enumerate(outputs):
            drafts[part, 1 : 1 + output.shape[1], step] = head.logits(output).argmax(-1)
    return drafts


def without_prompt(stories):
    """The same stories, of which the last hidden state of the prompt is the first that is known."""
    known = torch.arange(stories.hidden.shape[1]) >= stories.prompts[:, None] - 1
    return replace(stories, hidden=stories.hidden * known[..., None])


def drafted_by_model(model, stories):
    """Returns the drafts of a model with a context of its own, in the same form."""
    n_ctx = stories.tokens.shape[1]
    drafts = torch.full((*stories.tokens.shape, N_DRAFT), -1)
    for row in range(0, len(drafts), N_BATCH):
        part = slice(row, row + N_BATCH)
        likeliest = model.logits(model.hidden(stories.tokens[part])).argmax(-1)
        for step in range(N_DRAFT):
            drafts[part, : n_ctx - step, step] = likeliest[:, step:]
    return drafts


def acceptance(stories, drafts):
    """
    Returns the share of positions where the first 1, 2 and 3 drafts are all accepted, and the tokens per round where rounds of 3
    drafts follow each other.
    """
    accepted, offered, n_rounds, n_generated = torch.zeros(N_DRAFT), torch.zeros(N_DRAFT), 0, 0
    for tokens, length, prompt, story in zip(stories.tokens, stories.lengths.tolist(), stories.prompts.tolist(), drafts):
        # The first token of the answer is known before the first round.
        runs = {}
        for position in range(prompt, length - 1):
            n = min(N_DRAFT, length - 1 - position)
            run = (story[position, :n] == tokens[position + 1 : position + 1 + n]).long().cumprod(0)
            accepted[:n] += run
            offered[:n] += 1
            runs[position] = int(run.sum())
        position = prompt
        while position in runs:
            n = min(runs[position] + 1, length - 1 - position)
            position += n
            n_rounds += 1
            n_generated += n
    return (accepted / offered).tolist(), n_generated / n_rounds


def unseen_beginnings(target, tokenizer, n, corpus):
    """Returns beginnings of free stories, 8 to 40 tokens long, that begin no story of the corpus."""
    generator = torch.Generator().manual_seed(1_000_003)
    free = continued(target, [[tokenizer.bos]] * n, 1.0, 48, tokenizer.eos, generator)
    cuts = torch.randint(8, 41, (n,), generator=generator).tolist()
    beginnings = [tokens[:cut].tolist() for tokens, cut, length in zip(free.tokens, cuts, free.lengths) if cut < length]
    seen = {tuple(tokens[:cut]) for tokens in corpus.tokens.tolist() for cut in range(8, 41)}
    return [beginning for beginning in beginnings if tuple(beginning) not in seen]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--corpus", required=True, help="the corpus of the training, whose beginnings are left out")
    parser.add_argument("--head", required=True)
    parser.add_argument("--draft")
    parser.add_argument("--stories", type=int, default=300)
    options = parser.parse_args()
    torch.set_num_threads(1)
    target, tokenizer = LlamaModel(options.target), Tokenizer(options.target)
    head = read_head(options.head, target)
    unseen = unseen_beginnings(target, tokenizer, options.stories, read_corpus(options.corpus))
    known = [tokenizer.encode(text) for text in PROMPTS]
    print(f"{len(unseen)} unseen beginnings")
    for name, prompts, temperature in (("unseen", unseen, 0), ("unseen", unseen, 0.8), ("prompts of the tests", known, 0)):
        stories = continued(target, prompts, temperature, N_CTX, tokenizer.eos, torch.Generator().manual_seed(5))
        drafted = {
            "head": drafted_by_head(head, stories),
            "head without the prompt's hidden states": drafted_by_head(head, without_prompt(stories)),
            "the target itself": drafted_by_model(target, stories),
        }
        if options.draft:
            drafted["draft model"] = drafted_by_model(LlamaModel(options.draft), stories)
        for drafter, drafts in drafted.items():
            shares, per_round = acceptance(stories, drafts)
            text = " ".join(f"{share:.3f}" for share in shares)
            print(f"{name}, temperature {temperature}, {drafter}: {text}, {per_round:.2f} tokens per round", flush=True)


if __name__ == "__main__":
    with torch.inference_mode():
        main()
