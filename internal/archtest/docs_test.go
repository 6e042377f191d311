package archtest

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// Every package says what it is, and every exported name of those that users
// import has a comment.
func TestDocumented(t *testing.T) {
	packages := map[string]bool{}
	for _, s := range sources(t) {
		if !s.test() {
			packages[s.dir] = packages[s.dir] || s.ast.Doc != nil
		}
		if !s.public() {
			continue
		}
		for _, d := range s.ast.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no comment", s.path, name)
			}
		}
	}
	for dir, doc := range packages {
		if !doc {
			t.Errorf("%s has no package comment", dir)
		}
	}
}

// undocumented returns the exported names of a declaration without a comment.
func undocumented(d ast.Decl) (names []string) {
	missing := func(name *ast.Ident, docs ...*ast.CommentGroup) {
		for _, d := range docs {
			if d != nil {
				return
			}
		}
		if name.IsExported() {
			names = append(names, name.Name)
		}
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || ast.IsExported(receiver(d)) {
			missing(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				missing(spec.Name, d.Doc, spec.Doc)
			case *ast.ValueSpec:
				if d.Tok == token.CONST || d.Tok == token.VAR {
					for _, name := range spec.Names {
						missing(name, d.Doc, spec.Doc, spec.Comment)
					}
				}
			}
		}
	}
	return names
}

// receiver returns the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	e := d.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// A comment begins with the name it documents, perhaps after an article.
func TestCommentsNameTheirThing(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !s.public() || f.Doc == nil || !f.Name.IsExported() || f.Recv != nil && !ast.IsExported(receiver(f)) {
				continue
			}
			if text := f.Doc.Text(); !strings.HasPrefix(text, f.Name.Name+" ") && !strings.HasPrefix(text, f.Name.Name+",") {
				t.Errorf("%s: the comment of %s begins %.30q", s.path, f.Name.Name, text)
			}
		}
	}
}

// The comment of a constructor with arguments says what panics, unless it returns an error.
func TestConstructorsSayWhatPanics(t *testing.T) {
	for _, s := range sources(t) {
		if !s.public() {
			continue
		}
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "New") || !f.Name.IsExported() || f.Type.Params.NumFields() == 0 {
				continue
			}
			if !strings.Contains(f.Doc.Text(), "panic") && !returnsError(f) {
				t.Errorf("%s: the comment of %s does not say what panics", s.path, f.Name.Name)
			}
		}
	}
}

func returnsError(f *ast.FuncDecl) bool {
	if f.Type.Results == nil {
		return false
	}
	for _, r := range f.Type.Results.List {
		if id, ok := r.Type.(*ast.Ident); ok && id.Name == "error" {
			return true
		}
	}
	return false
}
