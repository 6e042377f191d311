"""Makes the posteriors of this folder: trained by sbi for a moment, on standardised parameters, with embedding networks, described whole.

    PYTHONPATH=flow/pytorch:ZUKO:NFLOWS:SBI python3 testdata/described/posteriors.py testdata/described

Made with sbi 0.27, zuko 1.6.0 and nflows 0.14 under PyTorch 2.6.
"""
import sys

import describe
import torch
from sbi.inference import NPE
from sbi.neural_nets import posterior_nn
from sbi.utils import BoxUniform
from torch import nn

EMBEDDINGS = {
    "nsf": nn.Identity(),
    "maf": nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 4)),
    "zuko_nsf": nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 4)),
}

torch.manual_seed(0)
prior = BoxUniform(-2 * torch.ones(2), 2 * torch.ones(2))
theta = prior.sample((300,))
x = 3 * torch.cat([theta + 0.3 * torch.randn(300, 2), theta.square().sum(1, keepdim=True)], 1) + 5
for model, embedding in EMBEDDINGS.items():
    network = posterior_nn(model=model, embedding_net=embedding, hidden_features=12, num_transforms=2)
    inference = NPE(prior, density_estimator=network, show_progress_bars=False)
    inference.append_simulations(theta, x)
    posterior = inference.build_posterior(inference.train(max_num_epochs=3, training_batch_size=100))
    describe.save(posterior, f"{sys.argv[1]}/sbi_posterior_{model}.safetensors", theta[:5], x[:5])
