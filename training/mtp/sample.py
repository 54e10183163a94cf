"""Samples the texts that the head learns from: `sample.py --target TARGET.gguf --out CORPUS.pt`."""

import argparse
import time

import torch

from corpus import openings, sampled_corpus
from llama_model import LlamaModel
from tokenizer import Tokenizer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--stories", type=int, default=2400)
    parser.add_argument("--context", type=int, default=224)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    started = time.time()
    target, tokenizer = LlamaModel(options.target), Tokenizer(options.target)
    stories = sampled_corpus(target, tokenizer, options.stories, options.context, options.seed, openings())
    torch.save(vars(stories), options.out)
    print(f"{len(stories)} stories, {int(stories.lengths.sum())} tokens, {time.time() - started:.0f} s")


if __name__ == "__main__":
    with torch.inference_mode():
        main()
