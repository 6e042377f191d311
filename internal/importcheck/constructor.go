package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/normflow/normflow/flow/pytorch"
)

// constructorScript says what a constructor says of modules.
//
//go:embed constructor.py
var constructorScript string

// modules returns what the text of the model's constructor says: nothing where there is no python3.
func (m *model) modules() (map[string]pytorch.Module, error) {
	if m.Constructor == "" {
		return nil, nil
	}
	if _, err := exec.LookPath("python3"); err != nil {
		return nil, nil
	}
	c := exec.Command("python3", "-c", constructorScript)
	c.Stdin = strings.NewReader(m.Constructor)
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("constructor %q: %w", m.Constructor, err)
	}
	var modules map[string]pytorch.Module
	return modules, json.Unmarshal(out, &modules)
}
