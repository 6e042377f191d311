package archtest

import (
	"fmt"
	"go/ast"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// parts are the sorts of types that models are made of, by methods that only
// they have, and the packages where they stand.
var parts = map[string][][]string{
	"bijector":           {{"Forward", "Inverse"}},
	"dist":               {{"LogDensity", "Draw"}, {"family", "values"}, {"Encode", "LogDensities"}},
	"autodiff/nn":        {{"Apply", "In", "Out"}},
	"autodiff/nn/masked": {{"Apply", "In", "Out"}},
	"flow":               {{"LogDensity", "Draw"}},
}

// without are the types that no model file holds on their own.
var without = []string{
	"nn.Conv2D", "nn.Layer", // parts of networks
	"bijector.Inline", // made of functions
}

// Every type that models are made of has a kind in the table of model files, flow/kinds.go. For one
// that is missing,
//
//	go test ./internal/archtest -run Kind -update
//
// adds a line with a name made of the type's, to be changed before a version is released and not
// later.
func TestEveryPartHasAKind(t *testing.T) {
	methods, _ := declared(t)
	table := read(t, "flow/kinds.go")
	was := table
	for name, has := range methods {
		dir, typ, _ := strings.Cut(name, " ")
		short := dir[strings.LastIndexByte(dir, '/')+1:] + "." + typ
		known := strings.Contains(table, short+"{}") || strings.Contains(table, short+"(nil)") || strings.Contains(table, "*"+short+")")
		if dir == "flow" {
			known = strings.Contains(table, "(*"+typ+")(nil)")
		}
		switch {
		case !isPart(dir, has) || known || slices.Contains(without, short):
		case *update:
			table = addKind(t, table, dir, typ, has)
		default:
			t.Errorf("%s is missing in flow/kinds.go: model files do not know it; run go test ./internal/archtest -run Kind -update", short)
		}
	}
	if table != was {
		code, err := format.Source([]byte(table))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "flow/kinds.go"), code, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// addKind adds a line for a type to the part of the table where those like it stand.
func addKind(t *testing.T, table, dir, typ string, has []string) string {
	t.Helper()
	part, prefix := "// bijectors: columns\n", ""
	switch {
	case slices.Contains(has, "Params"):
		part = "// univariates\n"
	case slices.Contains(has, "apply"):
		part = "// bijectors: elementwise\n"
	case dir == "autodiff/nn":
		part, prefix = "// networks\n", "nn."
	case dir == "dist" && slices.Contains(has, "family"):
		part, prefix = "// univariate\n", "dist."
	case dir == "dist":
		part, prefix = "// distributions\n", "dist."
	}
	before, after, ok := strings.Cut(table, part)
	if !ok {
		t.Fatalf("flow/kinds.go: got no comment %q", part)
	}
	name := dir[strings.LastIndexByte(dir, '/')+1:] + "." + typ
	value := "(*" + name + ")(nil)"
	if slices.ContainsFunc(sources(t), func(s source) bool { return s.dir == dir && byValue(s, typ) }) {
		value = name + "{}"
	}
	kind := strings.ToLower(words.ReplaceAllString(typ, "$1$3-$2$4"))
	line := fmt.Sprintf("%q: %s,\n", prefix+kind, value)
	lines := strings.SplitAfter(after, "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) > line || strings.TrimSpace(l) == "" })
	return before + part + strings.Join(slices.Insert(lines, at, line), "")
}

// words finds where one word of a name ends and the next begins.
var words = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z]|CDF$)`)

// byValue reports whether the file has a method of the type that takes it by value.
func byValue(s source, typ string) bool {
	return slices.ContainsFunc(s.ast.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && f.Recv != nil && text(f.Recv.List[0].Type) == typ
	})
}

// laws are the files whose tables the laws run over, and the sort of types that stand in them.
var laws = []struct{ dir, files, method string }{
	{"bijector", "bijector/table", "Forward"},
}

// Every bijector and univariate stands in a table that the laws run over.
func TestEveryPartObeysTheLaws(t *testing.T) {
	methods, _ := declared(t)
	for _, l := range laws {
		used := map[string]bool{}
		for _, s := range sources(t) {
			if s.test() && strings.HasPrefix(s.path, l.files) {
				ast.Inspect(s.ast, func(n ast.Node) bool {
					if sel, ok := n.(*ast.SelectorExpr); ok {
						used[strings.TrimPrefix(sel.Sel.Name, "New")] = true
					}
					return true
				})
			}
		}
		for name, has := range methods {
			dir, typ, _ := strings.Cut(name, " ")
			if dir == l.dir && slices.Contains(has, l.method) && !used[typ] {
				t.Errorf("%s.%s is missing in the tables of %s*_test.go", dir, typ, l.files)
			}
		}
	}
}

func isPart(dir string, methods []string) bool {
	return slices.ContainsFunc(parts[dir], func(want []string) bool {
		return !slices.ContainsFunc(want, func(m string) bool { return !slices.Contains(methods, m) })
	})
}

// declared returns the methods of the exported struct, slice and other concrete types
// of our packages, also those of types embedded in them, by "dir Type"; and the types.
func declared(t *testing.T) (methods map[string][]string, specs map[string]*ast.TypeSpec) {
	all, own := map[string]*ast.TypeSpec{}, map[string][]string{}
	for _, s := range sources(t) {
		if !s.public() {
			continue
		}
		for _, d := range s.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil {
					name := s.dir + " " + receiver(d)
					own[name] = append(own[name], d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok {
						all[s.dir+" "+spec.Name.Name] = spec
					}
				}
			}
		}
	}
	methods, specs = map[string][]string{}, map[string]*ast.TypeSpec{}
	for name, spec := range all {
		if _, isInterface := spec.Type.(*ast.InterfaceType); isInterface || !spec.Name.IsExported() {
			continue
		}
		dir, _, _ := strings.Cut(name, " ")
		specs[name] = spec
		methods[name] = own[name]
		if s, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				if id, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 {
					methods[name] = append(methods[name], own[dir+" "+id.Name]...)
				}
			}
		}
	}
	return methods, specs
}
