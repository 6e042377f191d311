package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"

	"gonum.org/v1/gonum/mat"
)

// loadMNIST makes bits of MNIST: each is 1 with the probability that its pixel's grey
// says, drawn once. The last 10,000 training digits are for validation. The fixed draw of the
// literature is another one of the same distribution.
func loadMNIST(dir string) (*split, error) {
	r := rand.New(rand.NewPCG(1, 0))
	train, err := readImages(filepath.Join(dir, "train-images-idx3-ubyte"), r)
	if err != nil {
		return nil, err
	}
	test, err := readImages(filepath.Join(dir, "t10k-images-idx3-ubyte"), r)
	if err != nil {
		return nil, err
	}
	n, d := train.Dims()
	if n <= 10000 {
		return nil, fmt.Errorf("%s: got %d training digits, want more than 10000", dir, n)
	}
	return &split{
		train: train.Slice(0, n-10000, 0, d).(*mat.Dense), valid: train.Slice(n-10000, n, 0, d).(*mat.Dense), test: test,
	}, nil
}

// readImages reads a file in IDX format, perhaps compressed: a header of four numbers,
// then a byte for each pixel.
func readImages(name string, r *rand.Rand) (*mat.Dense, error) {
	in, err := open(name)
	if errors.Is(err, fs.ErrNotExist) {
		in, err = open(name + ".gz")
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var header struct{ Magic, N, Height, Width uint32 }
	if err := binary.Read(in, binary.BigEndian, &header); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if header.Magic != 0x803 || header.N == 0 || header.N > 1e6 || header.Height != 28 || header.Width != 28 {
		return nil, fmt.Errorf("%s: got header %+v, want magic 2051 and images of 28×28", name, header)
	}
	grey := make([]byte, header.Height*header.Width)
	x := mat.NewDense(int(header.N), len(grey), nil)
	for i := range int(header.N) {
		if _, err := io.ReadFull(in, grey); err != nil {
			return nil, fmt.Errorf("%s: image %d: %w", name, i, err)
		}
		row := x.RawRowView(i)
		for j, g := range grey {
			if r.Float64()*255 < float64(g) {
				row[j] = 1
			}
		}
	}
	return x, nil
}
