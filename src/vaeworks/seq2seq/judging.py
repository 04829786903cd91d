"""What a translator is judged by beside its bounds: sacreBLEU's figures, and what its latent code is worth."""

import torch
from torch import Tensor

from ..core.batch import Batch
from ..core.evidence import Evidence
from ..core.model import LatentModel, Read


class ShuffledCodes:
    """What a target costs more, in nats, with the code of its neighbour in the batch than with its own."""

    def __init__(self, model: LatentModel) -> None:
        self.model, self.lost, self.pairs = model, 0.0, 0

    def see(self, batch: Batch, read: Read, evidence: Evidence) -> None:
        if len(batch) < 2:
            return
        others: Tensor = evidence.levels[0].z.roll(1, 0)
        with torch.no_grad():
            shuffled = self.model.decoder(others, read[1]).log_prob(batch.target, batch.observed)
        self.lost += float((evidence.log_likelihood[0] - shuffled).sum())
        self.pairs += len(batch)

    def figures(self) -> dict:
        return {"nats_lost_by_shuffling_z": self.lost / self.pairs if self.pairs else None}


def sacre(found: list[str], targets: list[str]) -> dict:
    """BLEU with and without case, chrF, and sacreBLEU's signatures, which say how they were measured (Post 2018)."""
    from sacrebleu.metrics import BLEU, CHRF

    metrics = {"bleu": BLEU(), "bleu_lower": BLEU(lowercase=True), "chrf": CHRF()}
    scores = {name: metric.corpus_score(found, [targets]).score for name, metric in metrics.items()}
    signatures = {f"{name}_signature": str(metric.get_signature()) for name, metric in metrics.items()}
    return {**scores, **signatures}
