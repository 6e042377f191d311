package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// small is a service of one model of two columns, called m, whose log-densities are those of N(0, 1).
func small(t testing.TB, l limits) *service {
	t.Helper()
	file := filepath.Join(t.TempDir(), "m.flow")
	if err := replace(file, flow.New(dist.NewStdNormal(2)).Save); err != nil {
		t.Fatal(err)
	}
	s, err := newService([]string{file}, l, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listen serves until the test ends, and returns the address.
func listen(t *testing.T, s *service) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.serve(t.Context(), l, 0) }()
	t.Cleanup(func() { <-done })
	return l.Addr().String()
}

// begin sends a request without the rest of its body.
func begin(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "POST /v1/models/m/logprob HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"rows\": [[1, ")
	return c
}

func answered(t *testing.T, c net.Conn) *http.Response {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	return r
}

// A request that does not come to an end is ended.
func TestSlowRequest(t *testing.T) {
	l := defaults
	l.Time = 200 * time.Millisecond
	if r := answered(t, begin(t, listen(t, small(t, l)))); r.StatusCode != http.StatusRequestTimeout {
		t.Errorf("got %s, want 408", r.Status)
	}
}

// One request more than there is room for is told to come again.
func TestManyRequests(t *testing.T) {
	l := defaults
	l.Requests = 1
	s := small(t, l)
	address := listen(t, s)
	first := begin(t, address)
	for len(s.room) == 0 {
		time.Sleep(time.Millisecond)
	}
	r := answered(t, begin(t, address))
	if r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("got %s, Retry-After %q, want 429", r.Status, r.Header.Get("Retry-After"))
	}
	fmt.Fprint(first, "2]]}", strings.Repeat(" ", 100-len(`{"rows": [[1, 2]]}`)))
	if r := answered(t, first); r.StatusCode != http.StatusOK {
		t.Errorf("the first request got %s, want 200", r.Status)
	}
}

func TestRefused(t *testing.T) {
	l := defaults
	l.Time = time.Nanosecond
	h := described(t, small(t, l).handler())
	if w := post(h, "/v1/models/m/logprob", `{"rows": [[1, 2]]}`); w.code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("without time: got %d %s, want 503", w.code, w.body.String())
	}
	l = defaults
	l.Rows, l.Body = 2, 64
	h = described(t, small(t, l).handler())
	for body, code := range map[string]int{
		`{"rows": [[1, 2], [3, 4], [5, 6]]}`:            http.StatusRequestEntityTooLarge,
		`{"rows": [[1, 2]]}` + strings.Repeat(" ", 100): http.StatusRequestEntityTooLarge,
		`{"rows": [[1, 2], [3]]}`:                       http.StatusBadRequest,
		`{"rows": [[1, 2]], "rows": [[1, 2]]}`:          http.StatusBadRequest,
		`{"rows": [[1, 2]], "\u0072ows" : [[1, 2]]}`:    http.StatusBadRequest,
		`{"Rows": [[1, 2]]}`:                            http.StatusBadRequest,
		`{"rows": [[1, 2]], "n": 3}`:                    http.StatusBadRequest,
		`{"rows": [[1, 2]], "given": [[1]]}`:            http.StatusBadRequest,
	} {
		if w := post(h, "/v1/models/m/logprob", body); w.code != code {
			t.Errorf("%s: got %d %s, want %d", body, w.code, w.body.String(), code)
		}
	}
	for _, path := range []string{"/v1/models/m/pvalue", "/v1/models/other/logprob"} {
		if w := post(h, path, `{"rows": [[1, 2]]}`); w.code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, w.code)
		}
	}
	address := listen(t, small(t, defaults))
	r, err := http.Get("http://" + address + "/v1/models?" + strings.Repeat("x", 1<<16))
	if err != nil {
		t.Fatal(err)
	}
	if r.Body.Close(); r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a header of 64 KiB: got %s, want 431", r.Status)
	}
}

// A row costs no allocation, whatever an answer costs.
func TestRowsAllocateNothing(t *testing.T) {
	h := small(t, defaults).handler()
	count := func(rows int, binary bool) float64 {
		body, kind := `{"rows": [`+strings.Repeat("[0.25, -1.5], ", rows-1)+`[0.25, -1.5]]}`, "application/json"
		if binary {
			body, kind = string(appendBinary(nil, &matrix{rows, 2, make([]float64, 2*rows)})), binaryType
		}
		w := discard{http.Header{}}
		return testing.AllocsPerRun(50, func() {
			r, _ := http.NewRequest("POST", "http://localhost/v1/models/m/logprob", strings.NewReader(body))
			r.Header.Set("Content-Type", kind)
			h.ServeHTTP(w, r)
		})
	}
	for _, binary := range []bool{false, true} {
		// Each piece of rows costs five at most, and the decoder of JSON doubles a buffer now and then.
		if one, many := count(1, binary), count(2001, binary); many-one > 5*2000/piece+10 {
			t.Errorf("binary %v: got %v allocations for one row and %v for 2001", binary, one, many)
		}
	}
}
