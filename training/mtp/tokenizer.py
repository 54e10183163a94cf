"""Tokenizes as SentencePiece's BPE with byte fallback does (`tokenizer.ggml.model = "llama"`)."""

from gguf import GGUFReader

SPACE = "\u2581"


class Tokenizer:
    def __init__(self, path):
        reader = GGUFReader(path)
        read = lambda key: reader.get_field(f"tokenizer.ggml.{key}").contents()
        self.pieces = read("tokens")
        self.scores = read("scores")
        self.ids = {piece: token for token, piece in enumerate(self.pieces)}
        self.bos = read("bos_token_id")
        self.eos = read("eos_token_id")

    def encode(self, text):
        """Returns the tokens of `text` after BOS."""
        pieces = list(SPACE + text.replace(" ", SPACE)) if text else []
        while (pair := self._best_pair(pieces)) is not None:
            pieces[pair : pair + 2] = [pieces[pair] + pieces[pair + 1]]
        return [self.bos] + [token for piece in pieces for token in self._tokens(piece)]

    def decode(self, tokens):
        return "".join(self.pieces[token] for token in tokens).replace(SPACE, " ")

    def _best_pair(self, pieces):
        known = [(self.scores[self.ids[a + b]], -at, at) for at, (a, b) in enumerate(zip(pieces, pieces[1:])) if a + b in self.ids]
        return max(known)[2] if known else None

    def _tokens(self, piece):
        if piece in self.ids:
            return [self.ids[piece]]
        return [self.ids[f"<0x{byte:02X}>"] for byte in piece.encode()]
