package main

import (
	"context"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/pipelinex"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"google.golang.org/protobuf/proto"
)

// The pipelines are made of what portable runners know, Flink's among them: impulses, groupings and reshuffles of their own, and
// ParDos without state, timers, side inputs or splitting, which run in one environment.
func TestPortable(t *testing.T) {
	defer func(was string) { *do = was }(*do)
	*model, *rows = "m.flow", "rows.csv"
	for _, *do = range []string{"logprob", "pvalue", "sample"} {
		p := portable(t)
		c := p.GetComponents()
		known := map[string]int{"beam:transform:impulse:v1": 0, "beam:transform:group_by_key:v1": 0, "beam:transform:pardo:v1": 0, "beam:transform:reshuffle:v1": 0}
		for id, tr := range c.GetTransforms() {
			urn := tr.GetSpec().GetUrn()
			if _, ok := known[urn]; !ok && (urn != "" || len(tr.GetSubtransforms()) == 0) {
				t.Errorf("%s: transform %s has URN %q", *do, id, urn)
			}
			known[urn]++
			if urn == "beam:transform:pardo:v1" {
				checkParDo(t, c, tr)
			}
		}
		for urn, n := range known {
			if n == 0 {
				t.Errorf("%s: no transform has URN %s", *do, urn)
			}
		}
		for id, coder := range c.GetCoders() {
			if urn := coder.GetSpec().GetUrn(); !strings.HasPrefix(urn, "beam:coder:") && !strings.HasPrefix(urn, "beam:go:coder:") {
				t.Errorf("%s: coder %s has URN %q", *do, id, urn)
			}
		}
		if len(p.GetRequirements()) > 0 {
			t.Errorf("%s: got requirements %v, want none", *do, p.GetRequirements())
		}
		for id, pcol := range c.GetPcollections() {
			if pcol.GetIsBounded() != pipepb.IsBounded_BOUNDED {
				t.Errorf("%s: PCollection %s is not bounded", *do, id)
			}
		}
	}
}

// portable returns what a job server is sent: the pipeline for workers in containers.
func portable(t *testing.T) *pipepb.Pipeline {
	t.Helper()
	p, err := pipeline()
	if err != nil {
		t.Fatal(err)
	}
	edges, _, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	env, err := graphx.CreateEnvironment(context.Background(), "beam:env:docker:v1", func(context.Context) string { return "workers" })
	if err != nil {
		t.Fatal(err)
	}
	sent, err := graphx.Marshal(edges, &graphx.Options{Environment: env})
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := proto.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	got := &pipepb.Pipeline{}
	if err := proto.Unmarshal(bytes, got); err != nil {
		t.Fatal(err)
	}
	if got, err = pipelinex.Normalize(got); err != nil { // checks that what is named is there
		t.Fatal(err)
	}
	return got
}

func checkParDo(t *testing.T, c *pipepb.Components, tr *pipepb.PTransform) {
	t.Helper()
	var do pipepb.ParDoPayload
	if err := proto.Unmarshal(tr.GetSpec().GetPayload(), &do); err != nil {
		t.Fatal(err)
	}
	var docker pipepb.DockerPayload
	env := c.GetEnvironments()[tr.GetEnvironmentId()]
	if err := proto.Unmarshal(env.GetPayload(), &docker); err != nil || env.GetUrn() != "beam:env:docker:v1" || docker.GetContainerImage() != "workers" {
		t.Errorf("%s runs in %v, want a container of workers", tr.GetUniqueName(), env)
	}
	if !strings.HasPrefix(do.GetDoFn().GetUrn(), "beam:go:transform:") || len(do.GetSideInputs())+len(do.GetStateSpecs())+len(do.GetTimerFamilySpecs()) > 0 || do.GetRestrictionCoderId() != "" {
		t.Errorf("%s is %v, want a function without state, timers, side inputs and splitting", tr.GetUniqueName(), &do)
	}
}
