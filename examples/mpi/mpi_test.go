//go:build mpi

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// build returns the program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "mpi")
	if out, err := exec.Command("go", "build", "-tags", "mpi", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// mpirun returns the command that runs the program in so many processes, and the file of the model that it makes.
func mpirun(t *testing.T, program string, ranks int, args ...string) (cmd *exec.Cmd, out string) {
	out = filepath.Join(t.TempDir(), "model")
	args = append([]string{"--allow-run-as-root", "--oversubscribe", "-np", strconv.Itoa(ranks), program, "-out", out,
		"-batch", "1024", "-hidden", "64", "-dim", "8"}, args...)
	cmd = exec.Command("mpirun", args...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	return cmd, out
}

func model(t *testing.T, program string, ranks int, args ...string) []byte {
	t.Helper()
	cmd, out := mpirun(t, program, ranks, args...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%d ranks: %v: %s", ranks, err, text)
	}
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// One, two and four processes make the same file.
func TestSameBits(t *testing.T) {
	program := build(t)
	want := model(t, program, 1, "-steps", "40")
	for _, ranks := range []int{2, 4} {
		if !bytes.Equal(model(t, program, ranks, "-steps", "40"), want) {
			t.Errorf("%d processes give other bits than one", ranks)
		}
	}
}

// A process that is killed ends the job; the same command goes on from the checkpoint to the same file.
func TestKilledProcess(t *testing.T) {
	program := build(t)
	want := model(t, program, 1, "-steps", "400")
	checkpoint := filepath.Join(t.TempDir(), "checkpoint")
	cmd, _ := mpirun(t, program, 2, "-steps", "400", "-checkpoint", checkpoint)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	victim, killed := 0, false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		var pid int
		if _, err := fmt.Sscanf(lines.Text(), "rank 1 of 2 is process %d", &pid); err == nil {
			victim = pid
		}
		if strings.HasPrefix(lines.Text(), "step 120 ") && victim != 0 {
			killed = syscall.Kill(victim, syscall.SIGKILL) == nil
		}
	}
	if err := cmd.Wait(); err == nil || !killed {
		t.Fatalf("got error %v of mpirun, killed: %v, want an error after a process is killed", err, killed)
	}
	if _, err := os.Stat(checkpoint); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(model(t, program, 2, "-steps", "400", "-checkpoint", checkpoint), want) {
		t.Error("a training that was resumed gives other bits than a whole one")
	}
}
