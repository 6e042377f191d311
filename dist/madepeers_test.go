package dist_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/autodiff/nn/masked"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/internal/safetensors"
	"gonum.org/v1/gonum/mat"
)

// peerMADE is a masked network of nflows with its answers.
type peerMADE struct {
	Data struct {
		X       [][]float64
		LogProb []float64 `json:"log_prob"`
	}
	weights *safetensors.File
}

func readPeer(t *testing.T, name string) *peerMADE {
	t.Helper()
	path := filepath.Join("..", "testdata", "goldens", "neural", name)
	b, err := os.ReadFile(path + ".json")
	if err != nil {
		t.Fatal(err)
	}
	p := new(peerMADE)
	if err := json.Unmarshal(b, p); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path + ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if p.weights, err = safetensors.Read(f); err != nil {
		t.Fatal(err)
	}
	return p
}

// peerLayer is a layer's weights, in×out as ours, masked, and its bias.
type peerLayer struct {
	w       *mat.Dense
	b       []float64
	degrees []int
}

func (p *peerMADE) layer(name string) peerLayer {
	w, mask, b := p.weights.Tensor(name+"weight"), p.weights.Tensor(name+"mask").Floats(), p.weights.Tensor(name+"bias").Floats()
	out, in := w.Shape[0], w.Shape[1]
	l := peerLayer{w: mat.NewDense(in, out, nil), b: b}
	for u := range out {
		for v := range in {
			l.w.Set(v, u, w.Floats()[u*in+v]*mask[u*in+v])
		}
	}
	l.degrees, _ = p.weights.Tensor(name + "degrees").Ints()
	return l
}

// then returns the layer that does l's work and next's, with no activation between.
func (l peerLayer) then(next peerLayer) peerLayer {
	var w, b mat.Dense
	w.Mul(l.w, next.w)
	b.Mul(mat.NewDense(1, len(l.b), l.b), next.w)
	b.Add(&b, mat.NewDense(1, len(next.b), next.b))
	return peerLayer{&w, b.RawRowView(0), next.degrees}
}

// ofPeer returns our network of the layers: units sorted by degree, output k of
// a column being the peer's output perm[k].
func ofPeer(layers []peerLayer, act nn.Activation, perm []int) *masked.MADE {
	d, _ := layers[0].w.Dims()
	spec := masked.Spec{Dim: d, Outputs: len(perm), Act: act}
	from := make([]int, d)
	for j := range d {
		from[j] = j
	}
	var units [][]int
	for l, layer := range layers {
		var to []int
		if l == len(layers)-1 {
			for j := range d {
				for _, k := range perm {
					to = append(to, j*len(perm)+k)
				}
			}
		} else {
			spec.Hidden, spec.Degrees = append(spec.Hidden, len(layer.b)), append(spec.Degrees, layer.degrees)
			for u := range layer.b {
				to = append(to, u)
			}
			slices.SortStableFunc(to, func(a, b int) int { return layer.degrees[a] - layer.degrees[b] })
		}
		units = append(units, to)
	}
	net := masked.NewMADE(spec, madeSeed(1))
	for l, to := range units {
		for j, u := range to {
			for i, v := range from {
				net.Layers[l].W.Matrix().Set(i, j, layers[l].w.At(v, u))
			}
			net.Layers[l].B.Data()[j] = layers[l].b[u]
		}
		from = to
	}
	return net
}

func TestMADEPeers(t *testing.T) {
	binary, mixture := readPeer(t, "made_binary"), readPeer(t, "made_mog")
	bits := ofPeer([]peerLayer{binary.layer("initial_layer."), binary.layer("blocks.0.linear."), binary.layer("final_layer.")}, nn.ReLU, []int{0})
	// This one has no activation after its first layer.
	reals := ofPeer([]peerLayer{mixture.layer("initial_layer.").then(mixture.layer("blocks.0.linear.")), mixture.layer("final_layer.")},
		nn.Tanh, []int{0, 3, 6, 1, 4, 7, 2, 5, 8})
	for _, c := range []struct {
		p *peerMADE
		m *dist.MADE
	}{
		{binary, &dist.MADE{Net: bits, Head: dist.BernoulliHead{}}},
		{mixture, &dist.MADE{Net: reals, Head: dist.MixtureHead{Components: 3}}},
	} {
		if err := c.m.Restore(); err != nil {
			t.Fatal(err)
		}
		for i, x := range c.p.Data.X {
			if got, want := c.m.LogProb(x), c.p.Data.LogProb[i]; !(math.Abs(got-want) <= 1e-10) {
				t.Errorf("%T: row %d: got %v, want %v", c.m.Head, i, got, want)
			}
		}
	}
}
