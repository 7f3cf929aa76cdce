package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// A state that an older version of the provider wrote has no previous_version.
func TestAnOlderStateOfAnAliasIsRead(t *testing.T) {
	p := newProtocol(t)
	const typ = "mlregistry_model_alias"
	upgraded, err := p.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: typ, Version: 0, RawState: &tfprotov6.RawState{JSON: []byte(`{"alias":"champion","model_name":"m","version":"3","timeouts":null}`)},
	})
	p.must(upgraded.Diagnostics, err)
	got := textsOf(t, p.resourceType(typ), upgraded.UpgradedState)
	if _, has := got["previous_version"]; has || got["version"] != "3" || got["alias"] != "champion" ||
		got["on_destroy"] != "remove" || got["model_uri"] != "models:/m@champion" {
		t.Errorf("read as %v", got)
	}
}
