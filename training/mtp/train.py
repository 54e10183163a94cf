"""Trains the head: `train.py --target TARGET.gguf --corpus CORPUS.pt --out HEAD.gguf`. See README.md."""

import argparse
import math
import time

import torch

from corpus import read_corpus
from head import Head, read_head
from llama_model import LlamaModel
from write_head import write_head

# Later drafts count less, because they are verified only if those before them are accepted.
STEP_WEIGHTS = (1.0, 0.8, 0.6, 0.4)
ROWS_PER_BATCH = 2048
WARM_UP = 50
# Share of the stories whose first hidden states are dropped.
DROPPED = 0.25
# Target's distribution that the head imitates, beside its likeliest token: at the default temperature of a request.
TEMPERATURE = 0.8


def batches(stories, generator):
    """Returns batches of stories of similar length, in random order."""
    order = (stories.lengths + 16 * torch.rand(len(stories), generator=generator)).argsort().tolist()
    lists = [[]]
    longest = 0
    for row in order:
        longest = max(longest, int(stories.lengths[row]))
        if (len(lists[-1]) + 1) * longest > ROWS_PER_BATCH:
            lists.append([])
            longest = int(stories.lengths[row])
        lists[-1].append(row)
    return [stories.only(lists[at]) for at in torch.randperm(len(lists), generator=generator)]


def losses_of(head, stories, generator):
    """Returns for each draft step half the cross-entropy to the target's distribution, plus half that to its likeliest token."""
    n_ctx = int(stories.lengths.max())
    tokens, hidden = stories.tokens[:, :n_ctx], stories.hidden[:, :n_ctx].float()
    known = hidden * is_known(stories, n_ctx, generator)[..., None]
    with torch.no_grad():
        logits = head.logits(hidden)
        likely = (logits / TEMPERATURE).softmax(-1)
        likeliest = logits.argmax(-1)
    losses = []
    for step, output in enumerate(head.unrolled(tokens, known, len(STEP_WEIGHTS))):
        # Output i of this step stands for the target's hidden state of this position.
        positions = torch.arange(step + 1, n_ctx)
        counted = positions < stories.lengths[:, None] - 1
        logprobs = head.logits(output).log_softmax(-1)
        to_all = -(likely[:, positions] * logprobs).sum(-1)
        to_best = -logprobs.gather(-1, likeliest[:, positions, None])[..., 0]
        losses.append((to_all + to_best)[counted].mean() / 2)
    return losses


def is_known(stories, n_ctx, generator):
    """Drops the hidden states before a random position from some stories: an engine lacks those of a prompt that it has cached."""
    shares = torch.rand(len(stories), 1, generator=generator)
    dropped = torch.rand(len(stories), 1, generator=generator) < DROPPED
    return ~dropped | (torch.arange(n_ctx) >= shares * stories.lengths[:, None])


def optimizer_of(head):
    matrices = [weight for weight in head.parameters() if weight.dim() == 2]
    norms = [weight for weight in head.parameters() if weight.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": norms, "weight_decay": 0}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="a head to continue with, instead of random weights")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--ff", type=int, default=256, help="width of the feed-forward")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="multiply in bfloat16, which processors with AMX do faster")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    target = LlamaModel(options.target)
    stories = read_corpus(options.corpus)
    head = read_head(options.start, target) if options.start else Head(target, options.ff)
    optimizer = optimizer_of(head)
    started, n_done = time.time(), 0
    for epoch in range(options.epochs):
        epoch_batches = batches(stories, generator)
        sums = torch.zeros(len(STEP_WEIGHTS))
        for at, batch in enumerate(epoch_batches):
            progress = (epoch + at / len(epoch_batches)) / options.epochs
            cosine = 0.5 + 0.5 * math.cos(math.pi * progress)
            for group in optimizer.param_groups:
                group["lr"] = options.rate * min(1, (n_done + 1) / WARM_UP) * (0.02 + 0.98 * cosine)
            with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
                losses = losses_of(head, batch, generator)
            optimizer.zero_grad()
            sum(weight * loss for weight, loss in zip(STEP_WEIGHTS, losses)).backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimizer.step()
            sums += torch.stack(losses).detach()
            n_done += 1
        means = " ".join(f"{loss:.3f}" for loss in sums / len(epoch_batches))
        print(f"epoch {epoch + 1}, {time.time() - started:.0f} s: loss of each draft {means}", flush=True)
        write_head(options.out, head)


if __name__ == "__main__":
    main()
