package provider_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
)

func TestAccRegisteredModelsData(t *testing.T) {
	acctest.NewRegistry(t).Needs(t, acctest.Prompts)
	s := newScenario(t)
	a, b, c := s.UniqueName(t, s.model+"-a"), s.UniqueName(t, s.model+"-b"), s.UniqueName(t, s.model+"-c")
	for _, name := range []string{c, a, b} {
		s.CreateModel(t, name)
		s.SetModelTag(t, name, "suite", s.model)
	}
	// The second differs from the first where a filter has to use a wildcard.
	const hard, similar = `it's "both" 100%_\`, `it_s "both" 100%_\`
	s.SetModelTag(t, a, "team", hard)
	s.SetModelTag(t, b, "team", similar)
	s.SetModelTag(t, b, "cost/centre no.7", "x")
	s.CreateVersion(t, a, "s3://m/1")
	s.SetAlias(t, a, "champion", "1")
	prompt := s.UniqueName(t, s.model+"-d")
	s.CreatePrompt(t, prompt, "Hello {{name}}")
	s.SetModelTag(t, prompt, "suite", s.model)
	list := func(lines ...string) string { return s.hcl(data(modelsData, lines...)) }
	like := fmt.Sprintf(`filter = "name LIKE '%s-%%'"`, s.model)
	suite := `tags = { suite = "MODEL" }`
	s.run(
		step(list(like), lists(modelsData, "models", "name", a, b, c)),
		step(list(suite), lists(modelsData, "models", "name", a, b, c),
			found(modelsData, "models", knownvalue.ListPartial(map[int]knownvalue.Check{0: knownvalue.ObjectExact(map[string]knownvalue.Check{
				"name": text(a), "description": null, "tags": textMap(map[string]string{"suite": s.model, "team": hard}),
				"aliases": textMap(map[string]string{"champion": "1"}), "creation_time": moment, "last_updated_time": moment,
			})}))),
		step(list(like, `order_by = ["name DESC"]`, "limit = 2"), lists(modelsData, "models", "name", c, b)),
		step(list(suite, "limit = 1"), lists(modelsData, "models", "name", a)),
		step(list(like, fmt.Sprintf("tags = { team = %q }", hard)), lists(modelsData, "models", "name", a)),
		step(list(`tags = { suite = "MODEL", "cost/centre no.7" = "x" }`), lists(modelsData, "models", "name", b)),
		step(list(like, `tags = { suite = "other" }`), lists(modelsData, "models", "name")),
		// A prompt is left out, also where the filter asks for prompts.
		step(list("filter = \"name LIKE '"+s.model+"-d%' AND tags.`mlflow.prompt.is_prompt` = 'true'\""), lists(modelsData, "models", "name")),
	)
}

func TestAccRegisteredModelsData_badInput(t *testing.T) {
	badInput(t, modelsData, map[string]mistake{
		"unknownAttribute":  {`filter = "owner = 'me'"`, "filter", "Correct filter: the registry's words above say what it does not understand"},
		"unreadableFilter":  {`filter = "nonsense"`, "filter", "Correct filter:"},
		"emptyFilter":       {`filter = ""`, "filter", "string length must be at least 1"},
		"unknownOrder":      {`order_by = ["size DESC"]`, "order_by", "Correct order_by:"},
		"orderBesideFilter": {"filter = \"name != 'x'\"\n  order_by = [\"size DESC\"]", "order_by", "Correct order_by:"},
		"filterBesideOrder": {"order_by = [\"name DESC\"]\n  filter = \"owner = 'x'\"", "filter", "Correct filter:"},
		"emptyOrder":        {`order_by = []`, "order_by", "must contain at least 1"},
		"limitZero":         {"limit = 0", "limit", "value must be at least 1"},
		"limitNegative":     {"limit = -1", "limit", "value must be at least 1"},
		"nullTag":           {"tags = { team = null }", "tags", "Null"},
		"noTags":            {"tags = {}", "tags", "must contain at least 1"},
	})
}
