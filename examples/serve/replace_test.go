package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// A model that is replaced under load changes every answer at once, and none is made of two: all rows of a request
// are the same point, so its numbers must be all alike, and those of the version that the header names.
func TestReplaceUnderLoad(t *testing.T) {
	s := small(t, defaults)
	h := s.handler()
	body := `{"rows": [` + strings.Repeat("[0, 0], ", 999) + `[0, 0]]}` // some pieces
	var newest atomic.Int64                                             // the greatest generation that an answer came from
	var seen sync.Map                                                   // generation by version
	version := func() string { return s.entries[0].current.Load().Version }
	seen.Store(version(), int64(0))
	values := []float64{flow.New(dist.NewStdNormal(2)).LogProb([]float64{0, 0})}
	stop := make(chan struct{})
	var all sync.WaitGroup
	var answers atomic.Int64
	models := []*flow.Transformed{}
	for k := range 20 {
		m := flow.New(dist.NewStdNormal(2), bijector.NewScale(autodiff.Fixed(float64(k+2))))
		models, values = append(models, m), append(values, m.LogProb([]float64{0, 0}))
	}
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				before := newest.Load()
				w := post(h, "/v1/models/m/logprob", body)
				var got struct{ LogProb []float64 }
				if err := json.Unmarshal(w.body.Bytes(), &got); err != nil || w.code != http.StatusOK || len(got.LogProb) != 1000 {
					t.Errorf("got %d %.80s", w.code, w.body.String())
					return
				}
				g, ok := seen.Load(w.Header().Get("Model-Version"))
				if !ok || slices.ContainsFunc(got.LogProb, func(v float64) bool { return v != values[g.(int64)] }) {
					t.Errorf("version %q answers %g, %g, …", w.Header().Get("Model-Version"), got.LogProb[0], got.LogProb[999])
					return
				}
				if g.(int64) < before {
					t.Errorf("a request was answered by generation %d after another had been by %d", g, before)
				}
				for old := newest.Load(); g.(int64) > old && !newest.CompareAndSwap(old, g.(int64)); old = newest.Load() {
				}
				answers.Add(1)
			}
		})
	}
	for k, m := range models {
		for at := answers.Load(); answers.Load() < at+8 && !t.Failed(); {
		}
		if err := replace(s.entries[0].path, m.Save); err != nil {
			t.Error(err)
		}
		l, err := read("m", s.entries[0].path)
		if err != nil {
			t.Fatal(err)
		}
		seen.Store(l.Version, int64(k+1))
		s.refresh(s.entries[0])
	}
	close(stop)
	all.Wait()
	if version() == "" || newest.Load() < 15 {
		t.Errorf("the newest answers came from generation %d, want 15 or more", newest.Load())
	}
}
