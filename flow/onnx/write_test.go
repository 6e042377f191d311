package onnx

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var write = flag.String("write", "", "a folder to which the tests write the files that they export, for testdata/check.py and check.js to evaluate by real runtimes")

// A sheet is an exported file with inputs and the result that the model itself computes, as testdata/check.py reads it.
type sheet struct {
	Model  []byte
	Inputs map[string]sheetTensor
	Want   sheetTensor
}

type sheetTensor struct {
	Shape []int
	Bytes []byte
}

func sheetOf(t tensor) sheetTensor {
	var b bytes.Buffer
	if err := binary.Write(&b, binary.LittleEndian, t.x); err != nil {
		panic(err)
	}
	return sheetTensor{t.shape, b.Bytes()}
}

// keep writes an exported file if it is asked for.
func keep(t *testing.T, kind string, file []byte, in map[string]tensor, want tensor) {
	if *write == "" {
		return
	}
	s := sheet{Model: file, Inputs: map[string]sheetTensor{}, Want: sheetOf(want)}
	for _, name := range read(file).inputs {
		s.Inputs[name] = sheetOf(in[name])
	}
	b, err := json.Marshal(s)
	if err == nil {
		name := strings.NewReplacer("/", "_", "|", "_", " ", "-").Replace(t.Name())
		err = os.WriteFile(filepath.Join(*write, name+"_"+kind+".json"), b, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
