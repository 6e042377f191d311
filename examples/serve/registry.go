package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// A loaded is a model as one file had it. It never changes: a request takes one and keeps it.
type loaded struct {
	model
	info
	stat os.FileInfo
}

// info is what GET /v1/models says of a model.
type info struct {
	Name       string    `json:"name"`
	Kind       string    `json:"kind"`       // flow, detector or table
	Version    string    `json:"version"`    // of the file: the beginning of its SHA-256
	Loaded     time.Time `json:"loaded"`     // when
	Bytes      int64     `json:"bytes"`      // of the file
	Operations []string  `json:"operations"` // that it has: logprob, sample, pvalue
	Columns    []column  `json:"columns"`
	Given      int       `json:"given"` // columns of the context, 0 for none
}

// column describes a column; those of flows and detectors have no names.
type column struct {
	Name   string   `json:"name,omitempty"`
	Kind   string   `json:"kind"`
	Levels []string `json:"levels,omitempty"`
	Low    *number  `json:"low,omitempty"`
	High   *number  `json:"high,omitempty"`
}

// entry is a name and the model that stands behind it now.
type entry struct {
	name, path string
	current    atomic.Pointer[loaded]
	refused    os.FileInfo // the file that could not be read, so as to try it once
}

var goodName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// open loads all files, sorted by name; name=file sets another name than the file's.
func open(files []string) (list []*entry, err error) {
	for _, f := range files {
		name, path, ok := strings.Cut(f, "=")
		if !ok {
			path = f
			name = strings.TrimSuffix(filepath.Base(f), filepath.Ext(f))
		}
		if !goodName.MatchString(name) {
			return nil, fmt.Errorf("got the name %q, want letters, digits and ._-: say name=%s", name, path)
		}
		if slices.ContainsFunc(list, func(e *entry) bool { return e.name == name }) {
			return nil, fmt.Errorf("two models are called %q", name)
		}
		e := &entry{name: name, path: path}
		l, err := read(name, path)
		if err != nil {
			return nil, err
		}
		e.current.Store(l)
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *entry) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// read loads a file.
func read(name, path string) (*loaded, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, i, err := load(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	sum := sha256.Sum256(b.Bytes())
	i.Name, i.Version, i.Loaded, i.Bytes = name, hex.EncodeToString(sum[:8]), time.Now().UTC(), int64(b.Len())
	return &loaded{m, i, stat}, nil
}

func same(a, b os.FileInfo) bool {
	return a != nil && os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
}

// watch looks at the files again and again.
func (s *service) watch(ctx context.Context, every time.Duration) {
	for tick := time.Tick(every); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			for _, e := range s.entries {
				s.refresh(e)
			}
		}
	}
}

// refresh loads a file that has changed. All new requests are answered by it from then on; those under way
// keep the one they have.
func (s *service) refresh(e *entry) {
	stat, err := os.Stat(e.path)
	if err != nil || same(e.current.Load().stat, stat) || same(e.refused, stat) {
		return // a file that is gone is about to be replaced
	}
	l, err := read(e.name, e.path)
	if err != nil {
		e.refused = stat
		s.metrics.reloads.WithLabelValues(e.name, "failed").Inc()
		s.log.Warn("not reloaded", "model", e.name, "error", err)
		return
	}
	e.refused = nil
	e.current.Store(l)
	s.metrics.reloads.WithLabelValues(e.name, "done").Inc()
	s.log.Info("reloaded", "model", e.name, "version", l.Version)
}
