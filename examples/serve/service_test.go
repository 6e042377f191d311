package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// start serves the three models, and returns a function that asks.
func start(t *testing.T, l limits) (s *service, files []string, ask func(path, kind, body string) (int, string)) {
	t.Helper()
	dir := t.TempDir()
	if err := makeModels(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	files = madeFiles(dir)
	s, err := newService(files, l, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(described(t, s.handler()))
	t.Cleanup(server.Close)
	return s, files, func(path, kind, body string) (int, string) {
		r, err := http.Post(server.URL+path, kind, strings.NewReader(body))
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer r.Body.Close()
		text, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(text)
	}
}

func TestService(t *testing.T) {
	l := defaults
	l.Rows, l.Body = 100, 10000
	s, files, ask := start(t, l)
	for _, c := range []struct {
		path, body string
		code       int
	}{
		{"curve/logprob", `{"rows": [[0.5, 0.1], ["Infinity", 0]]}`, 200},
		{"curve/sample", `{"n": 3, "seed": 7}`, 200},
		{"normal/pvalue", `{"rows": [[0.5, 9]]}`, 200},
		{"flats/logprob", `{"rows": [{"area": 52, "town": "Jena"}]}`, 200},
		{"flats/pvalue", `{"rows": [{"area": 52, "town": "Ulm", "rent": null}]}`, 200},
		{"flats/sample", `{"n": 3, "given": {"town": "Jena"}}`, 200},
		{"curve/pvalue", `{"rows": [[1, 2]]}`, 404}, {"normal/logprob", `{"rows": [[1, 2]]}`, 404}, {"gone/logprob", `{}`, 404},
		{"curve/logprob", `{"rows": [[1, 2], [3]]}`, 400}, {"curve/logprob", `{"rows": [[1, null]]}`, 400}, {"curve/logprob", `{"rows": [[1]]}`, 400},
		{"curve/logprob", `{"rows": []}`, 400}, {"curve/logprob", `{"rows": null}`, 400}, {"curve/logprob", `{"rows": {"a": [1]}}`, 400},
		{"curve/logprob", `{"rows": [[1, 1e999]]}`, 400}, {"curve/logprob", `{"rows": [[1, 2]]} x`, 400}, {"curve/logprob", ``, 400},
		{"curve/logprob", `{"rows": ` + strings.Repeat("[", 4000), 400}, {"curve/logprob", `{"rows": [[1, 2]], "x": 1}`, 400},
		{"curve/logprob", `{"rows": [` + strings.Repeat("[1,2],", 200) + `[1,2]]}`, 413}, {"curve/logprob", strings.Repeat(" ", 20000), 413},
		{"curve/sample", `{"n": 1000000000}`, 413}, {"curve/sample", `{"n": -1}`, 400}, {"flats/logprob", `{"rows": [{"x": 1}]}`, 400},
		{"flats/logprob", `{"rows": [null, {"area": [1]}]}`, 400}, {"flats/sample", `{"n": 1, "given": {"town": "Ulm"}}`, 400},
	} {
		if code, text := ask("/v1/models/"+c.path, "application/json", c.body); code != c.code || !json.Valid([]byte(text)) {
			t.Errorf("%s %.60s: got %d %s, want %d", c.path, c.body, code, text, c.code)
		}
	}
	// In binary and in JSON the answers are those of the library, to the last bit.
	file, _ := os.ReadFile(files[0])
	m, _ := flow.Load(bytes.NewReader(file))
	want := m.LogProb([]float64{0.5, 0.1})
	code, text := ask("/v1/models/curve/logprob", binaryType, string(appendBinary(nil, &matrix{1, 2, []float64{0.5, 0.1}})))
	if code != 200 || len(text) != 24 || math.Float64frombits(binary.LittleEndian.Uint64([]byte(text[16:]))) != want {
		t.Errorf("got %d %q, want %g", code, text, want)
	}
	var got struct{ LogProb []float64 }
	_, text = ask("/v1/models/curve/logprob", "", `{"rows": [[0.5, 0.1]]}`)
	if json.Unmarshal([]byte(text), &got); len(got.LogProb) != 1 || got.LogProb[0] != want {
		t.Errorf("got %s, want %g", text, want)
	}
	for _, b := range []string{"", "F64ROWS\n\xff\xff\xff\xff\xff\xff\xff\xff", magic + "\x01\x00\x00\x00\x02\x00\x00\x0012345678"} {
		if code, text := ask("/v1/models/curve/logprob", binaryType, b); code != 400 {
			t.Errorf("%q: got %d %s", b, code, text)
		}
	}
	// A broken file changes nothing, another one is answered by.
	os.WriteFile(files[0], []byte("broken"), 0o644)
	s.refresh(s.entries[0])
	before := s.entries[0].current.Load()
	if err := replace(files[0], flow.New(dist.NewStdNormal(2)).Save); err != nil {
		t.Fatal(err)
	}
	s.refresh(s.entries[0])
	if after := s.entries[0].current.Load(); before.Version == after.Version {
		t.Error("the file was not loaded")
	}
}

// A request that was under way at SIGTERM is answered.
func TestShutdown(t *testing.T) {
	s, _, _ := start(t, defaults)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				r, err := http.Post("http://"+listener.Addr().String()+"/v1/models/curve/sample", "", strings.NewReader(`{"n": 2000}`))
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
				stop()
			}
		})
	}
	done := make(chan error)
	go func() { done <- s.serve(ctx, listener, 2*time.Second) }()
	wg.Wait()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
