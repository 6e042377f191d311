package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// described checks every exchange with a handler against openapi.json: each answer, and each request that was granted.
func described(t *testing.T, h http.Handler) http.Handler {
	t.Helper()
	openapi3filter.RegisterBodyDecoder(binaryType, openapi3filter.FileBodyDecoder)
	doc, err := openapi3.NewLoader().LoadFromData(openapi)
	if err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err) // the document itself is wrong
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := &recorded{ResponseWriter: w, code: http.StatusOK}
		h.ServeHTTP(answer, r)
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Errorf("openapi.json: %s: %v", r.URL.Path, err)
			return
		}
		if err := conforms(r, body, answer, route, params); err != nil {
			t.Errorf("openapi.json: %s %.80q, answer %d %.80q: %v", r.URL.Path, body, answer.code, answer.body.String(), err)
		}
	})
}

func conforms(r *http.Request, body []byte, answer *recorded, route *routers.Route, params map[string]string) error {
	asked := r.Clone(r.Context())
	asked.Body = io.NopCloser(bytes.NewReader(body))
	if asked.Header.Get("Content-Type") == "" {
		asked.Header.Set("Content-Type", "application/json") // which the service takes for granted
	}
	in := &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route}
	if answer.code == http.StatusOK {
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			return err
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: answer.code, Header: answer.Header()}
	return openapi3filter.ValidateResponse(r.Context(), out.SetBodyBytes(answer.body.Bytes()))
}

// recorded keeps what is written.
type recorded struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

func (w *recorded) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorded) Write(p []byte) (int, error) {
	w.body.Write(p)
	return w.ResponseWriter.Write(p)
}

// The check can fail: these answers are not those of the document.
func TestDescribed(t *testing.T) {
	for _, wrong := range []string{`{"logprob": 1}`, `{"logprob": ["x"]}`, `{}`, `{"error": "no"}`} {
		var faults testing.T
		h := described(&faults, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, wrong)
		}))
		post(h, "/v1/models/x/logprob", `{"rows": [[1, 2]]}`)
		if !faults.Failed() {
			t.Errorf("%s is taken for an answer of logprob", wrong)
		}
	}
}

// post asks a handler.
func post(h http.Handler, path, body string) *recorded {
	w := &recorded{ResponseWriter: discard{http.Header{}}, code: http.StatusOK}
	r, _ := http.NewRequest("POST", "http://localhost"+path, strings.NewReader(body))
	h.ServeHTTP(w, r)
	return w
}

type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
