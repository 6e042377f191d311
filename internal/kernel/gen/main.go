// Command gen writes the assembly of package kernel. It is a module of its own,
// so that the users of normflow never meet its dependencies.
//
//	cd internal/kernel/gen && go run .        # all topics
//	cd internal/kernel/gen && go run . gemm   # one topic
//
// Every topic is one function in one file here, listed in topics, and becomes
// <topic>_amd64.s with its Go declarations <topic>_stubs_amd64.go, and for
// elementwise loops the Go functions that choose them, <topic>_fast_*.go.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// A topic is one assembly file: its name, the package folder it goes to
// relative to this one, and the function that writes its instructions.
type topic struct {
	name  string
	dir   string
	pkg   string
	write func(*asm)
	loops []loop // those of write, if Go functions are to choose them
	arm   bool   // whether arm64 has it too
}

var topics = []topic{
	{"gemm", "..", "kernel", gemm, nil, true},
	{"gemm32", "..", "kernel", gemm32, nil, true},
	{"peak", "../peak", "peak", peak, nil, false},
	{"vector", "..", "kernel", vector, loops, true},
	{"sums", "..", "kernel", sums, nil, true},
	{"broadcast", "..", "kernel", broadcast, nil, true},
	{"spline", "..", "kernel", spline, nil, false},
	{"single", "..", "kernel", single, nil, false},
	{"stairs", "..", "kernel", stairs, nil, false},
	{"random", "..", "kernel", random, nil, true},
}

func main() {
	for _, t := range topics {
		if len(os.Args) > 1 && !slices.Contains(os.Args[1:], t.name) {
			continue
		}
		if err := t.generate(); err != nil {
			fmt.Fprintf(os.Stderr, "gen: %s: %v\n", t.name, err)
			os.Exit(1)
		}
	}
}

// generate writes the topic's two files.
func (t topic) generate() error {
	f, err := t.compile(8, 4)
	if err != nil {
		return err
	}
	for _, fn := range f.Functions() {
		if err := onlyAVX2(fn); err != nil {
			return err
		}
	}
	cfg := printer.Config{Name: "internal/kernel/gen", Pkg: t.pkg}
	if err := t.emit(f, printer.NewGoAsm(cfg), "_amd64.s"); err != nil {
		return err
	}
	if t.loops != nil {
		if err := wrappers(t.dir, t.name, t.loops); err != nil {
			return err
		}
	}
	if err := t.emit(f, printer.NewStubs(cfg), "_stubs_amd64.go"); err != nil || !t.arm {
		return err
	}
	return t.generateARM(cfg)
}

// compile returns the topic's functions for instruction sets of so many lanes.
func (t topic) compile(lanes ...int) (*ir.File, error) {
	c := &asm{Context: build.NewContext(), laneBits: map[string]operand.Mem{}, sets: lanes}
	c.ConstraintExpr("!purego")
	t.write(c)
	f, err := c.Result()
	if err != nil {
		return nil, err
	}
	return f, pass.Compile.Execute(f)
}

// generateARM writes the topic's files for arm64.
func (t topic) generateARM(cfg printer.Config) error {
	f, err := t.compile(2)
	if err != nil {
		return err
	}
	var n neon
	text, err := n.file(f)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(t.dir, t.name+"_arm64.s"), text, 0o644); err != nil {
		return err
	}
	return t.emit(f, printer.NewStubs(cfg), "_stubs_arm64.go")
}

// emit prints f to the topic's file with the given suffix.
func (t topic) emit(f *ir.File, p printer.Printer, suffix string) error {
	text, err := p.Print(f)
	if err != nil {
		return err
	}
	if err := highRegisters(text); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.dir, t.name+suffix), text, 0o644)
}

// onlyAVX2 reports a function for AVX2, named …256…, with an instruction that
// some processors of that tier lack.
func onlyAVX2(f *ir.Function) error {
	if !strings.Contains(f.Name, "256") {
		return nil
	}
	for _, need := range f.ISA {
		if !slices.Contains([]string{"CMOV", "SSE", "SSE2", "AVX", "AVX2", "FMA3"}, need) {
			return fmt.Errorf("%s needs %s", f.Name, need)
		}
	}
	return nil
}

var highRegister = regexp.MustCompile(`\b[XY](1[6-9]|2[0-9]|3[01])\b`)

// highRegisters reports a function for AVX2, named …256…, that uses a register
// only AVX-512 has: the assembler would accept it.
func highRegisters(text []byte) error {
	for _, f := range strings.Split(string(text), "\nTEXT ")[1:] {
		name, _, _ := strings.Cut(f, "(")
		if r := highRegister.FindString(f); strings.Contains(name, "256") && r != "" {
			return fmt.Errorf("%s uses %s", name, r)
		}
	}
	return nil
}
