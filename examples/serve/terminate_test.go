//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// The tests' program is the service, if it is told so.
func TestMain(m *testing.M) {
	if args := os.Getenv("SERVE_ARGS"); args != "" {
		if err := run(strings.Fields(args)); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A process that gets SIGTERM under load answers all that it has accepted, and ends well: clients see nothing but
// full answers until a new connection is refused.
func TestTerminate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "m.flow")
	if err := replace(file, flow.New(dist.NewStdNormal(2)).Save); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SERVE_ARGS=-listen 127.0.0.1:0 -drain 300ms "+file)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	address := ""
	lines := bufio.NewScanner(out)
	for address == "" && lines.Scan() {
		if m := regexp.MustCompile(`"address":"([^"]+)"`).FindStringSubmatch(lines.Text()); m != nil {
			address = m[1]
		}
	}
	if address == "" {
		t.Fatal("the process did not say where it listens")
	}
	go io.Copy(io.Discard, out)
	var granted, after atomic.Int64
	var sent atomic.Bool
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for again(t, address) {
				if granted.Add(1); sent.Load() {
					after.Add(1)
				}
			}
		})
	}
	for granted.Load() < 200 && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	sent.Store(true)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the process ended with %v", err)
	}
	if after.Load() == 0 {
		t.Error("nothing was answered after the signal")
	}
	t.Logf("%d requests answered, %d of them after the signal", granted.Load(), after.Load())
}

// again asks once, and reports whether to ask again: no if a new connection was not taken. On one that had been taken
// before, failing is a fault.
func again(t *testing.T, address string) bool {
	reused := false
	trace := &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }}
	r, _ := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "POST", "http://"+address+"/v1/models/m/logprob",
		bytes.NewReader([]byte(`{"rows": [[0, 0]]}`)))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		if reused {
			t.Errorf("an accepted connection was lost: %v", err)
		}
		return false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !bytes.HasSuffix(text, []byte("]}\n")) {
		t.Errorf("got %s %q %v", answer.Status, text, err)
	}
	return err == nil
}
