package acctest

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
)

// Feature is something that a test needs and that not every server or not every CLI has. All of them are listed here,
// and nowhere else does a test ask for a version.
type Feature struct {
	// Name is what the list of skipped tests and the table of features by version call it.
	Name string
	// Without are the servers that lack the feature for another reason than their version; nil if none does.
	Without *Kind
	// MLflow is the first version of MLflow, among those that make compat runs on, with the feature; empty if every version
	// has it.
	MLflow string
	// Terraform is the first version of Terraform with it; empty if every version has it.
	Terraform string
	// OpenTofu is the first version of OpenTofu with it; empty if every version has it, "none" if none has.
	OpenTofu string
}

// Kind is a kind of servers.
type Kind struct {
	// Lack says what such a server does instead, in the reason of a skip.
	Lack string
	// Has reports whether the server of a registry is of this kind.
	Has func(*Registry) bool
}

// The kinds of servers that lack something.
var (
	withUsers              = &Kind{"a server with users refuses them", (*Registry).HasUsers}
	withUsersAndWorkspaces = &Kind{
		"a server with users and workspaces refuses them", // for a user who is no administrator
		func(r *Registry) bool { return r.HasUsers() && r.Workspace != "" },
	}
	onMariaDB = &Kind{"MariaDB takes them for one, as MySQL and SQL Server do", func(r *Registry) bool { return r.backend == "mariadb" }}
	onSQLite  = &Kind{"SQLite keeps longer ones", func(r *Registry) bool { return r.backend == "sqlite" }}
	onReplica = &Kind{"a replica shows them later", (*Registry).Lags}
)

// What the servers of the matrix differ in.
var (
	// StrictModelNames: a server before it registers models whose name holds a slash or a colon.
	StrictModelNames = Feature{Name: "model names without slash and colon", MLflow: "3.13.0"}
	// AliasesFollow: a server before it keeps the aliases of a version that is deleted.
	AliasesFollow = Feature{Name: "a deleted version takes its aliases along", MLflow: "3.17.2"}
	// TagColons: a server before it refuses a colon in the key of a tag.
	TagColons = Feature{Name: "colons in tags", MLflow: "2.22.4"}
	// Prompts: a server before it takes the source of a prompt for a local path.
	Prompts = Feature{Name: "prompts", MLflow: "2.22.4"}
	// FilterChecks: a server before it accepts a filter that compares a version's number with text.
	FilterChecks = Feature{Name: "filters checked by the server", MLflow: "2.22.4"}
	// NameLists: a server before it searches for one name at a time, and the provider asks for one model after the other.
	NameLists = Feature{Name: "several models in one search", MLflow: "3.17.2"}
	// Workspaces: a server before it ignores the header that names one.
	Workspaces = Feature{Name: "workspaces", MLflow: "3.10.0"}
	// Webhooks: a server before it has none.
	Webhooks = Feature{Name: "webhooks", MLflow: "3.5.1"}
	// MissingModels: with both users and workspaces a server refuses requests about models that do not exist.
	MissingModels = Feature{Name: "answers about missing models", Without: withUsersAndWorkspaces}
	// AnyCredentials: a server without users lets everybody in.
	AnyCredentials = Feature{Name: "any credentials", Without: withUsers}
	// ExactNames: names of models, keys of tags and aliases that differ in letter case, accents or trailing spaces only are
	// different ones.
	ExactNames = Feature{Name: "names told apart by letter case", Without: onMariaDB}
	// TextLimits: texts that are longer than MLflow's columns are refused.
	TextLimits = Feature{Name: "limits of texts", Without: onSQLite}
	// FreshReads: a read shows all writes before it.
	FreshReads = Feature{Name: "reads that show each write at once", Without: onReplica}
)

// What the CLIs of the matrix differ in.
var (
	// WriteOnly: attributes that no state keeps, such as promotion_tags of a resource.
	WriteOnly = Feature{Name: "write-only attributes", Terraform: "1.11.0", OpenTofu: "1.11.0"}
	// Identity: import by identity, and the identity of an object in the state.
	Identity = Feature{Name: "resource identity", Terraform: "1.12.0", OpenTofu: "1.12.0"}
	// Query: list resources and terraform query.
	Query = Feature{Name: "terraform query", Terraform: "1.14.0", OpenTofu: "none"}
	// ParallelRuns: runs of terraform test that are made side by side.
	ParallelRuns = Feature{Name: "parallel runs of terraform test", Terraform: "1.12.0", OpenTofu: "none"}
	// KnownApply: the provider is told when a plan is made again by an apply, by the deferrals that it may make only then.
	KnownApply = Feature{Name: "plans that tell an apply", Terraform: "1.9.0", OpenTofu: "none"}
	// Actions: action blocks.
	Actions = Feature{Name: "actions", Terraform: "1.14.0", OpenTofu: "none"}
)

// lacking starts the reason of each skip for a missing feature: tools/testsummary counts these, and allows them only in
// a run on old versions.
const lacking = "lacks "

// Has reports whether the registry's server has a feature: for a test that is worth running without it, too.
func (r *Registry) Has(t testing.TB, feature Feature) bool {
	t.Helper()
	if feature.Without != nil && feature.Without.Has(r) {
		return false
	}
	return feature.MLflow == "" || !r.real || !older(t, r.serverVersion(t), feature.MLflow)
}

// Needs skips the test if the registry's server is older than one of the features.
func (r *Registry) Needs(t testing.TB, features ...Feature) {
	t.Helper()
	for _, feature := range features {
		if r.Has(t, feature) {
			continue
		}
		if feature.Without != nil {
			t.Skipf("%s%s: %s", lacking, feature.Name, feature.Without.Lack)
		} else {
			t.Skipf("%s%s: needs MLflow %s, this is %s", lacking, feature.Name, feature.MLflow, r.serverVersion(t))
		}
	}
}

// NeedsCLI skips the test if the CLI under test does not have one of the features.
func NeedsCLI(t testing.TB, features ...Feature) {
	t.Helper()
	for _, feature := range features {
		if why := lackOfCLI(t, feature); why != "" {
			t.Skipf("%s%s: %s", lacking, feature.Name, why)
		}
	}
}

// CLIHas reports whether the CLI under test has a feature: for a test that is worth running without it, too.
func CLIHas(t testing.TB, feature Feature) bool {
	t.Helper()
	return lackOfCLI(t, feature) == ""
}

// lackOfCLI says why the CLI under test does not have a feature; it is empty if it has.
func lackOfCLI(t testing.TB, feature Feature) string {
	t.Helper()
	product, running := cliVersion(t)
	first := feature.Terraform
	if product == "OpenTofu" {
		first = feature.OpenTofu
	}
	switch {
	case first == "":
	case first == "none":
		return product + " has none"
	case older(t, running, first):
		return fmt.Sprintf("needs %s %s, this is %s", product, first, running)
	}
	return ""
}

// older reports whether one version comes before another. A pre-release counts as its release.
func older(t testing.TB, running, first string) bool {
	t.Helper()
	have, err := version.NewVersion(running)
	if err != nil {
		t.Fatalf("version %q: %v", running, err)
	}
	return have.Core().LessThan(version.Must(version.NewVersion(first)))
}

// serverVersions holds the answer of each server's GET /version.
var serverVersions sync.Map

// serverVersion returns the version of MLflow that a real server runs.
func (r *Registry) serverVersion(t testing.TB) string {
	t.Helper()
	if known, found := serverVersions.Load(r.HTTP); found {
		version, _ := known.(string) // nothing else is stored
		return version
	}
	request, err := http.NewRequest(http.MethodGet, r.HTTP+"/version", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.authorize(request)
	response, err := outsider.Do(request)
	if err != nil {
		t.Fatalf("outsider: %v", err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("outsider: GET /version answered %d: %s (%v)", response.StatusCode, text, err)
	}
	serverVersions.Store(r.HTTP, strings.TrimSpace(string(text)))
	return strings.TrimSpace(string(text))
}

// cliVersions holds what each CLI says of itself.
var cliVersions sync.Map

// cliVersion returns the product, Terraform or OpenTofu, and the version of the CLI under test.
func cliVersion(t testing.TB) (product, number string) {
	t.Helper()
	cli := CLI(t)
	if known, found := cliVersions.Load(cli); found {
		said, _ := known.([2]string) // nothing else is stored
		return said[0], said[1]
	}
	command := exec.Command(cli, "version")
	command.Env = append(cleanEnvironment(os.Environ()), "CHECKPOINT_DISABLE=1")
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s version: %v", cli, err)
	}
	// The first line is "Terraform v1.11.4" or "OpenTofu v1.12.6"; the JSON form does not name the product.
	first, _, _ := strings.Cut(string(output), "\n")
	if _, err := fmt.Sscanf(first, "%s v%s", &product, &number); err != nil {
		t.Fatalf("%s version says %q: %v", cli, first, err)
	}
	cliVersions.Store(cli, [2]string{product, number})
	return product, number
}
