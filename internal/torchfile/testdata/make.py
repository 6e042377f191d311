"""Writes kinds.pt, checkpoint.pt, whole.pt and legacy.pt as PyTorch 2.6 does: python3 make.py."""
import torch

kinds = {str(t).split(".")[1]: torch.arange(6).reshape(2, 3).to(t) for t in (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.uint8, torch.bool)}
kinds["transposed"] = torch.arange(6.0).reshape(2, 3).t()
kinds["part"] = torch.arange(10.0)[3::2]
kinds["scalar"] = torch.tensor(-2.5)
kinds["empty"] = torch.zeros(2, 0)
kinds["parameter"] = torch.nn.Parameter(torch.ones(2))
torch.save(kinds, "kinds.pt")

torch.manual_seed(1)
net = torch.nn.Linear(2, 1)
adam = torch.optim.Adam(net.parameters())
net(torch.ones(1, 2)).sum().backward()
adam.step()
torch.save({"epoch": 3, "loss": 0.5, "names": ["a", ("b", None)], "size": torch.Size([2]), "state_dict": net.state_dict(), "optimizer": adam.state_dict()}, "checkpoint.pt")
torch.save(net, "whole.pt")
torch.save(net.state_dict(), "legacy.pt", _use_new_zipfile_serialization=False)
