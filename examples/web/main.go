// Web serves a page on which a flow learns points that a person draws, in the browser: the library is compiled to WebAssembly.
//
//	cd examples/web
//	go run .             # builds the page and serves it, http://localhost:8081
//	go run . -out site   # writes it to a folder, for any server of files
//
//ci:run -dir examples/web -out $out
package main

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

//go:embed page
var page embed.FS

func main() {
	listen := flag.String("listen", "localhost:8081", "address")
	dir := flag.String("dir", ".", "folder of this example, where the program for the browser is built")
	out := flag.String("out", "", "write the page to this folder, and do not serve it")
	flag.Parse()
	if err := run(*listen, *dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

func run(listen, dir, out string) error {
	site, err := build(dir)
	if err != nil {
		return err
	}
	if out != "" {
		return site.write(out)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	server := &http.Server{Handler: site, ReadTimeout: time.Minute, WriteTimeout: time.Minute}
	return server.Serve(l)
}

// A site is files by name.
type site map[string][]byte

// build compiles the program, and adds Go's own script that starts it, and the page.
func build(dir string) (site, error) {
	tmp, err := os.MkdirTemp("", "web")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	program := filepath.Join(tmp, "flow.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./worker")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if text, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build ./worker in %s: %w: %s", dir, err, text)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	s := site{}
	for name, file := range map[string]string{"flow.wasm": program, "wasm_exec.js": filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js")} {
		if s[name], err = os.ReadFile(file); err != nil {
			return nil, err
		}
	}
	err = fs.WalkDir(page, "page", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			s[path.Base(name)], err = page.ReadFile(name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s["flow.wasm.gz"] = zipped(s["flow.wasm"])
	fmt.Printf("flow.wasm: %.1f MB, %.1f MB on its way to the browser\n", float64(len(s["flow.wasm"]))/1e6, float64(len(s["flow.wasm.gz"]))/1e6)
	return s, nil
}

func zipped(b []byte) []byte {
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

// ServeHTTP sends a file, the program compressed if the browser can take that.
func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	b, ok := s[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if z, ok := s[name+".gz"]; ok && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Type", "application/wasm")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(z)
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// write makes files of the site.
func (s site) write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var errs []error
	for name, b := range s {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	return errors.Join(errs...)
}
