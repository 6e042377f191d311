// Evaluates the files that "go test ./flow/onnx -write FOLDER" writes, by ONNX Runtime, of "npm install --ignore-scripts onnxruntime-node":
//     node check.js FOLDER
const fs = require('fs'), path = require('path'), ort = require(require.resolve('onnxruntime-node', { paths: [process.cwd()] }))

const numbers = t => { const b = Buffer.from(t.Bytes, 'base64'); return Float64Array.from({ length: b.length / 8 }, (_, i) => b.readDoubleLE(8 * i)) }

async function main(folder) {
  let worst = 0
  for (const file of fs.readdirSync(folder).sort().filter(f => f.endsWith('.json'))) {
    const sheet = JSON.parse(fs.readFileSync(path.join(folder, file)))
    const session = await ort.InferenceSession.create(Buffer.from(sheet.Model, 'base64'), { logSeverityLevel: 3 })
    const inputs = Object.fromEntries(Object.entries(sheet.Inputs).map(([name, t]) => [name, new ort.Tensor('float64', numbers(t), t.Shape)]))
    const result = await session.run(inputs), got = Object.values(result)[0].data, want = numbers(sheet.Want)
    let apart = got.length === want.length ? 0 : Infinity
    want.forEach((w, i) => {
      if (Object.is(got[i], w) || got[i] === w) return
      const d = Math.abs(got[i] - w) / Math.max(1, Math.abs(w))
      apart = Math.max(apart, isNaN(d) ? Infinity : d)
    })
    worst = Math.max(worst, apart)
    console.log(apart.toExponential(1), file)
  }
  console.log(worst.toExponential(1), 'at most')
}

main(process.argv[2])
