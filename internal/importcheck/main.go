// Importcheck imports models of Python's libraries and compares their log-densities with those that
// Python computed.
//
//	go run ./internal/importcheck [-v] [-table FILE] DIR...
//
// A folder holds NAME.safetensors, a state dictionary, and NAME.json, which says what a user knows of
// the model and has rows with their log-densities. Each model is read twice: without settings, and with
// those that say what the user knows, where there are any. A line for a model has both statuses:
//
//	ok        the same log-densities to 1e−8, relative, or 1e−3 of continuous flows
//	wrong     no error, but other log-densities; "nothing to say" where the settings have no place for what is known
//	refused   an error that says what is not supported
//	unclear   an error that would not help
//	panic     a panic, or no file
//
// followed by the largest error, and what else is wrong: the way back from the base, or the model saved
// and loaded. The last lines count statuses by library and folder. -table writes the same as Markdown.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	verbose := flag.Bool("v", false, "print the constructor of each model")
	table := flag.String("table", "", "write the results to this `file`, in Markdown")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Args(), *verbose, *table); err != nil {
		fmt.Fprintln(os.Stderr, "importcheck:", err)
		os.Exit(1)
	}
}

// run checks the models in the folders.
func run(dirs []string, verbose bool, table string) error {
	var rows []row
	for _, dir := range dirs {
		models, err := readModels(dir)
		if err != nil {
			return err
		}
		for _, m := range models {
			r := m.check()
			rows = append(rows, r)
			fmt.Printf("%-42s %-10s %-10s %s\n", m.name, r.told, r.bare, r.note)
			if verbose {
				fmt.Println("   ", m.Constructor)
			}
		}
	}
	counts := count(rows)
	for _, c := range counts {
		fmt.Printf("%-20s %s\n", c.of, c.text)
	}
	if table == "" {
		return nil
	}
	return os.WriteFile(table, []byte(markdown(rows, counts)), 0o644)
}
