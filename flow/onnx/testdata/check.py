# Evaluates the files that "go test ./flow/onnx -write FOLDER" writes, by the package onnx's reference evaluator:
#     python3 check.py FOLDER
import base64, glob, json, sys, warnings
import numpy as np, onnx
from onnx.reference import ReferenceEvaluator

warnings.simplefilter("ignore")
worst = 0

def tensor(t):
    return np.frombuffer(base64.b64decode(t["Bytes"]), "<f8").reshape(t["Shape"])

for file in sorted(glob.glob(sys.argv[1] + "/*.json")):
    sheet = json.load(open(file))
    model = onnx.load_model_from_string(base64.b64decode(sheet["Model"]))
    onnx.checker.check_model(model, full_check=True)
    got = ReferenceEvaluator(model).run(None, {name: tensor(t) for name, t in sheet["Inputs"].items()})[0]
    want = tensor(sheet["Want"])
    assert got.shape == want.shape, (got.shape, want.shape)
    apart = np.abs(got - want) / np.maximum(1, np.abs(want))
    apart = np.where((got == want) | (np.isnan(got) & np.isnan(want)), 0, np.where(np.isnan(apart), np.inf, apart)).max()
    worst = max(worst, apart)
    print(f"{apart:.1e} {file}", flush=True)
print(f"{worst:.1e} at most")
