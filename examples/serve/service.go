package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"
)

// limits are what a request may take.
type limits struct {
	Body           int64
	Rows, Requests int
	Time           time.Duration
}

var defaults = limits{Body: 8 << 20, Rows: 16384, Requests: 64, Time: 10 * time.Second}

// A service answers for a set of models.
type service struct {
	entries  []*entry
	limits   limits
	log      *slog.Logger
	metrics  *metrics
	room     chan struct{} // for requests under way
	cores    chan struct{} // for those that are computed
	draining atomic.Bool
}

func newService(files []string, l limits, log *slog.Logger) (*service, error) {
	entries, err := open(files)
	if err != nil {
		return nil, err
	}
	return &service{entries: entries, limits: l, log: log, metrics: newMetrics(),
		room: make(chan struct{}, l.Requests), cores: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

//go:embed openapi.json
var openapi []byte

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, _ *http.Request) {
		list := []info{}
		for _, e := range s.entries {
			list = append(list, e.current.Load().info)
		}
		writeJSON(w, http.StatusOK, map[string]any{"models": list})
	})
	mux.HandleFunc("POST /v1/models/{name}/logprob", s.post("logprob", model.logProb))
	mux.HandleFunc("POST /v1/models/{name}/pvalue", s.post("p", model.pValue))
	mux.HandleFunc("POST /v1/models/{name}/sample", s.post("rows", model.sample))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if s.draining.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(openapi)
	})
	mux.Handle("GET /metrics", s.metrics.handler())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}

// post answers by one operation of a model; key is that of the answer in JSON.
func (s *service) post(key string, do func(model, context.Context, *batch) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start, b := time.Now(), batches.Get().(*batch)
		b.reset()
		name, code := "", http.StatusOK
		binary, err := s.answer(w, r, key, b, &name, do)
		if err != nil {
			code, err = status(err)
			if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
				w.Header().Set("Retry-After", "1")
			}
			if code == http.StatusTooManyRequests {
				w.Header().Set("Connection", "close") // the body was not read, and is not waited for
			}
			writeJSON(w, code, map[string]string{"error": err.Error()})
		} else if binary {
			w.Header().Set("Content-Type", binaryType)
			b.body.Reset()
			w.Write(appendBinary(b.body.AvailableBuffer(), &b.out))
		} else {
			w.Header().Set("Content-Type", "application/json")
			b.body.Reset()
			w.Write(b.appendJSON(b.body.AvailableBuffer(), key))
		}
		n := max(b.count(), b.out.rows, len(b.drawn))
		s.metrics.observe(name, key, code, n, time.Since(start))
		level := slog.LevelDebug
		if code != http.StatusOK {
			level = slog.LevelInfo
		}
		s.log.Log(r.Context(), level, "request", "model", name, "answer", key, "code", code, "rows", n, "seconds", time.Since(start).Seconds(), "error", err)
		if cap(b.out.data) <= 1<<16 && b.body.Cap() <= 1<<20 {
			batches.Put(b)
		}
	}
}

// answer reads a request and computes what is asked for, by one model, and says whether the answer is binary.
func (s *service) answer(w http.ResponseWriter, r *http.Request, key string, b *batch, name *string, do func(model, context.Context, *batch) error) (binary bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic", "model", *name, "panic", fmt.Sprint(p))
			err = refuse(http.StatusInternalServerError, "the model failed on these rows")
		}
	}()
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	default:
		return false, refuse(http.StatusTooManyRequests, "%d requests are under way", s.limits.Requests)
	}
	var m *loaded
	for _, e := range s.entries {
		if e.name == r.PathValue("name") {
			m = e.current.Load()
		}
	}
	if m == nil {
		return false, refuse(http.StatusNotFound, "there is no model of this name: see /v1/models")
	}
	*name = m.Name
	w.Header().Set("Model-Version", m.Version)
	if _, err := b.body.ReadFrom(http.MaxBytesReader(w, r.Body, s.limits.Body)); err != nil {
		return false, err
	}
	if binary, err = s.decode(r, m, key, b); err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.Time)
	defer cancel()
	select {
	case s.cores <- struct{}{}:
		defer func() { <-s.cores }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return binary, do(m.model, ctx, b)
}

// decode reads the body, which is binary if Content-Type says so, and checks the number of rows.
func (s *service) decode(r *http.Request, m *loaded, key string, b *batch) (binary bool, err error) {
	binary = strings.HasPrefix(r.Header.Get("Content-Type"), binaryType)
	if wants := strings.Contains(r.Header.Get("Accept"), binaryType); m.Kind == "table" && (binary || wants) || binary && key == "rows" {
		return false, refuse(http.StatusUnsupportedMediaType, "tables, and what is to be sampled, are described in JSON")
	} else if binary {
		err = b.decodeBinary(m.Given)
	} else {
		binary, err = wants, m.decode(b)
	}
	n := b.count()
	switch {
	case err != nil:
		return false, err
	case key == "rows" && n > 0:
		return false, bad("rows: got %d, want n, the number of samples", n)
	case key == "rows":
		n = b.n
	case b.n != 0 || b.seed != nil:
		return false, bad("n and seed are for samples")
	}
	if n < 1 || n > s.limits.Rows {
		code := http.StatusBadRequest
		if n > 0 {
			code = http.StatusRequestEntityTooLarge
		}
		return false, refuse(code, "got %d rows, want 1 to %d", n, s.limits.Rows)
	}
	return binary, nil
}

// status returns the code of an error, and what the client is told.
func status(err error) (int, error) {
	var r *refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &r):
		return r.code, err
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, fmt.Errorf("the body has more than %d bytes", large.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout, errors.New("the request took too long to arrive")
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable, errors.New("the answer took too long")
	}
	return http.StatusBadRequest, err
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}
