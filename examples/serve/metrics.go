package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what Prometheus collects.
type metrics struct {
	registry          *prometheus.Registry
	requests, reloads *prometheus.CounterVec
	rows              *prometheus.CounterVec
	seconds           *prometheus.HistogramVec
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: counter("serve_requests_total", "Requests answered.", "model", "answer", "code"),
		rows:     counter("serve_rows_total", "Rows scored or sampled.", "model", "answer"),
		reloads:  counter("serve_reloads_total", "Files that were replaced.", "model", "result"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "serve_request_seconds", Help: "Time from the header to the answer.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9)}, []string{"model", "answer"}),
	}
	m.registry.MustRegister(m.requests, m.rows, m.reloads, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts a request; name is empty for models that are not there, so that clients make no labels.
func (m *metrics) observe(name, answer string, code, rows int, d time.Duration) {
	m.requests.WithLabelValues(name, answer, strconv.Itoa(code)).Inc()
	m.seconds.WithLabelValues(name, answer).Observe(d.Seconds())
	if code == http.StatusOK {
		m.rows.WithLabelValues(name, answer).Add(float64(rows))
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
