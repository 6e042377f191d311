// Serve answers HTTP requests for densities, p-values and samples of model files.
//
//	cd examples/serve
//	go run . make models                         # learns three small models to try
//	go run . models/*.flow                       # serves them under the names of the files
//	curl localhost:8080/v1/models
//	curl localhost:8080/v1/models/curve/logprob -d '{"rows": [[0.5, 0.1], [1, 2]]}'
//	curl localhost:8080/v1/models/normal/pvalue -d '{"rows": [[0.5, 9]]}'
//	curl localhost:8080/v1/models/flats/logprob -d '{"rows": [{"area": 52, "town": "Jena"}]}'
//	curl localhost:8080/v1/models/flats/sample -d '{"n": 3, "given": {"town": "Jena"}}'
//
// Files are those of flow.Transformed, anomaly.Detector and table.Model, alone or with a detector attached; one whose
// types are a program's own needs that program's import here. The file that is to replace another is renamed over it: within a
// second all new requests are answered by it, each by one file alone, whose hash stands in the header Model-Version. A file that cannot be
// read changes nothing, but is told in the log and by the metrics.
//
// GET /openapi.json describes the requests, GET /metrics is for Prometheus, GET /healthz and /readyz for whoever starts
// and stops processes. At SIGTERM /readyz fails for the time of -drain, while requests are still taken, and then those under way are
// finished. Rows also go as numbers in binary, see binary.go.
//
// Without files it makes the three and serves them from a temporary folder.
//
//ci:run -listen 127.0.0.1:0 -drain 0s -for 1s
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) == 2 && args[0] == "make" {
		return makeModels(ctx, args[1])
	}
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	listen := fs.String("listen", "127.0.0.1:8080", "address")
	drain := fs.Duration("drain", 5*time.Second, "after SIGTERM take requests for so long, while /readyz fails")
	life := fs.Duration("for", 0, "stop after so much time; 0 is never")
	verbose := fs.Bool("v", false, "log every request, not failed ones alone")
	l := defaults
	fs.Int64Var(&l.Body, "body", l.Body, "largest body of a request, in bytes")
	fs.IntVar(&l.Rows, "rows", l.Rows, "most rows of a request")
	fs.IntVar(&l.Requests, "requests", l.Requests, "most requests under way, being read or computed; more get 429")
	fs.DurationVar(&l.Time, "time", l.Time, "longest time to read a request, and to answer it")
	if err := fs.Parse(args); err != nil {
		return err
	}
	files := fs.Args()
	if len(files) == 0 {
		dir, err := os.MkdirTemp("", "serve")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := makeModels(ctx, dir); err != nil {
			return err
		}
		files = madeFiles(dir)
	}
	level := slog.LevelInfo
	if *verbose {
		level = slog.LevelDebug
	}
	s, err := newService(files, l, slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
	if err != nil {
		return err
	}
	if *life > 0 {
		ctx, stop = context.WithTimeout(ctx, *life)
		defer stop()
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	return s.serve(ctx, listener, *drain)
}

// serve answers until ctx is done, and then, in order: says that it is not ready, takes requests for the
// time of drain, takes no more, and finishes those under way.
func (s *service) serve(ctx context.Context, listener net.Listener, drain time.Duration) error {
	watch, stop := context.WithCancel(context.Background())
	defer stop()
	go s.watch(watch, time.Second)
	server := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: s.limits.Time,
		ReadTimeout:       s.limits.Time,
		WriteTimeout:      3 * s.limits.Time, // reading, computing, writing
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    1 << 14,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	s.log.Info("listening", "address", listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.log.Info("draining", "time", drain)
	time.Sleep(drain)
	last, cancel := context.WithTimeout(context.Background(), 3*s.limits.Time)
	defer cancel()
	err := server.Shutdown(last)
	s.log.Info("stopped", "error", err)
	return err
}
